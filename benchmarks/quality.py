"""How well each rule names its defect on the labelled pairs of `tests/quality`, and how fast.

    python -m benchmarks.quality [FOLDER]

FOLDER holds `cases.jsonl` and `documents.jsonl` of your own, as `webscale-rl marks --cases` writes.

Prints Markdown: precision and recall of every rule, on the part that the rules may be tuned on and
on the fifth held back from it; the share of sound pairs refused; the milliseconds of a pair.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.rules import RULES, judge

SUITE = Path(__file__).parents[1] / "tests" / "quality"
DOCUMENT_BYTES = 2048

CONSEQUENCES: Mapping[str, frozenset[str]] = {
    defect: frozenset(others.split())
    for defect, others in {
        "yes_no": "either_or guessable not_grounded not_a_question answer_leaked answer_too_long",
        "either_or": "yes_no guessable answer_leaked",
        "guessable": "yes_no either_or answer_leaked answer_vague not_grounded",
        "answer_empty": "not_grounded",
        "answer_vague": "not_grounded",
        "answer_too_long": "not_grounded",
        "vague": "not_grounded not_a_question",
        "broken_latex": "not_grounded not_a_question",
        "not_a_question": "vague unresolved_reference question_not_grounded answer_leaked yes_no",
        "unresolved_reference": "references_document",
        "references_document": "unresolved_reference question_not_grounded",
        "echoes_title": "answer_leaked references_document unresolved_reference not_a_question"
        " not_grounded question_not_grounded",
        "wrong_language": "not_a_question question_not_grounded not_grounded",
        "unsafe": "question_not_grounded unresolved_reference",
        "prompt_injection": "several_questions not_a_question references_document yes_no"
        " question_not_grounded not_grounded unresolved_reference",
    }.items()
}
"""Rules that a pair with this defect may break as well, rightly: such a flag counts neither way."""


@dataclass(frozen=True, slots=True)
class Case:
    """A labelled pair; no defects means that it is sound."""

    candidate: Candidate
    domain: str
    defects: frozenset[str]
    also: frozenset[str]
    """Further rules that it may break, by the labeller's judgement."""
    note: str
    held_back: bool

    @property
    def arguable(self) -> frozenset[str]:
        return self.also.union(*(CONSEQUENCES.get(defect, ()) for defect in self.defects))


@dataclass(frozen=True, slots=True)
class Score:
    """What one rule did on a set of cases."""

    found: int
    missed: int
    wrong: int

    @property
    def precision(self) -> float:
        flagged = self.found + self.wrong
        return self.found / flagged if flagged else 1.0

    @property
    def recall(self) -> float:
        labelled = self.found + self.missed
        return self.found / labelled if labelled else 1.0


def lines(name: str, suite: Path = SUITE) -> Iterator[dict[str, Any]]:
    with (suite / name).open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def is_held_back(question: str, answer: str) -> bool:
    """A fifth, chosen by the pair itself, so that no later edit of the suite moves it."""
    return int(sha256(f"{question}\n{answer}".encode()).hexdigest(), 16) % 5 == 0


def load(suite: Path = SUITE) -> list[Case]:
    documents = {row["id"]: row for row in lines("documents.jsonl", suite)}
    return [
        Case(
            candidate=Candidate(
                question=row["question"],
                answer=row["answer"],
                document=documents[row["document"]]["text"],
                title=documents[row["document"]]["title"],
                aliases=tuple(row["aliases"]),
                style=row["style"],
            ),
            domain=documents[row["document"]]["domain"],
            defects=frozenset(row["defects"]),
            also=frozenset(row["also"]),
            note=row["note"],
            held_back=row["held_back"],
        )
        for row in lines("cases.jsonl", suite)
    ]


def flags(cases: Iterable[Case]) -> list[tuple[Case, frozenset[str]]]:
    return [(case, frozenset(judge(case.candidate).failed)) for case in cases]


def score(token: str, judged: Iterable[tuple[Case, frozenset[str]]]) -> Score:
    found = missed = wrong = 0
    for case, failed in judged:
        if token in case.defects:
            found += token in failed
            missed += token not in failed
        elif token in failed and token not in case.arguable:
            wrong += 1
    return Score(found, missed, wrong)


def refused(judged: Iterable[tuple[Case, frozenset[str]]]) -> tuple[int, int]:
    """Sound pairs that break any rule, of how many."""
    verdicts = [bool(failed) for case, failed in judged if not case.defects]
    return sum(verdicts), len(verdicts)


def table(cases: list[Case]) -> Iterator[str]:
    tuned = flags(case for case in cases if not case.held_back)
    held_back = flags(case for case in cases if case.held_back)
    yield "| rule | cases | precision | recall | held back | precision | recall |"
    yield "|---|---|---|---|---|---|---|"
    for token in RULES:
        row: list[str] = []
        for judged in (tuned, held_back):
            result = score(token, judged)
            labelled = str(result.found + result.missed)
            row += [labelled, f"{result.precision:.3f}", f"{result.recall:.3f}"]
        yield f"| `{token}` | {' | '.join(row)} |"
    yield ""
    for name, judged in (("tuned on", tuned), ("held back", held_back)):
        wrongly, sound = refused(judged)
        share = wrongly / sound if sound else 0.0
        yield f"Sound pairs wrongly refused, {name}: {wrongly} of {sound} ({share:.1%})"


def fresh(cases: list[Case], pairs: int) -> list[Candidate]:
    """Pairs in documents of 2 KB, each pair's document another, so that no cache helps."""
    texts = [case.candidate.document for case in cases]
    return [
        Candidate(
            case.candidate.question,
            case.candidate.answer,
            f"{number}. {' '.join([case.candidate.document, *texts[number % 7 :]])}"[
                :DOCUMENT_BYTES
            ],
            case.candidate.title,
            style=case.candidate.style,
        )
        for number, case in enumerate((cases * (pairs // len(cases) + 1))[:pairs])
    ]


def milliseconds(work: Callable[[Candidate], object], candidates: list[Candidate]) -> float:
    """Of processor time, so that a busy machine tells the same."""
    began = time.process_time()
    for candidate in candidates:
        work(candidate)
    return (time.process_time() - began) * 1000 / len(candidates)


def main() -> None:
    cases = load(Path(sys.argv[1]) if len(sys.argv) > 1 else SUITE)
    if not cases:
        raise SystemExit("there are no cases: mark pairs first")
    sound = sum(not case.defects for case in cases)
    domains = len({case.domain for case in cases})
    print(f"{len(cases)} pairs over {domains} domains, {sound} of them sound.\n")
    print("\n".join(table(cases)))
    candidates = fresh(cases, 2000)
    judge(candidates[0])
    print(
        f"\nAll rules: {milliseconds(judge, candidates):.2f} ms per pair with a document of 2 KB."
    )


if __name__ == "__main__":
    main()
