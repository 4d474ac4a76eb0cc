"""What is certain of a candidate without a model: rules, its verifier, benchmarks, its siblings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from webscale_rl_dagster.config import VerificationProfile
from webscale_rl_dagster.decontamination.decontaminator import Decontaminator
from webscale_rl_dagster.decontamination.scanning import Hit
from webscale_rl_dagster.deduplication.questions import QuestionIndex
from webscale_rl_dagster.schemas import TABLES, VERDICTS
from webscale_rl_dagster.stages.documents import in_document, with_windows
from webscale_rl_dagster.storage.tables import Row
from webscale_rl_dagster.verification.candidate import Candidate
from webscale_rl_dagster.verification.profiles import first_broken, verdict
from webscale_rl_dagster.verification.rules import RULES, judge
from webscale_rl_dagster.verification.typed import typed_answer

COLUMNS = TABLES["checked_qa"].names()


def judge_certain(
    candidates: Iterable[Row],
    documents: Iterable[Row],
    *,
    profile: VerificationProfile,
    decontaminator: Decontaminator | None,
    benchmarks: Sequence[str],
) -> Iterator[tuple[Row, Row]]:
    """Each candidate, with the text of its window, beside its `checked_qa` row as far as it goes.

    A repeat is one of an earlier candidate of its document, of any window, with the same answer,
    that is not yet refused: with another answer, models are to say which is right.
    """
    marked = _scanned(candidates, decontaminator)
    windows = with_windows(marked, documents, table="candidate_qa")
    for _, group in groupby(windows, key=itemgetter("document_id")):
        siblings = QuestionIndex(same_answer=True)
        for pair in group:
            row = _judged(pair, scanned=decontaminator is not None)
            row |= {"profile": profile, "decontaminated_against": list(benchmarks)}
            if first_broken(row["verdicts"], profile) is None:
                repeated = siblings.add(pair["qa_id"], pair["question"], pair["answer"])
                row["duplicate_of"] = repeated
                row["verdicts"]["duplicate_question"] = verdict(repeated is not None)
            yield pair, row


def _scanned(candidates: Iterable[Row], decontaminator: Decontaminator | None) -> Iterator[Row]:
    """Candidates with the best `hit` of their question and answer."""
    if decontaminator is None:
        return (candidate | {"hit": None} for candidate in candidates)
    marked = decontaminator.marked(candidates, _texts)
    return (candidate | {"hit": hits[0] if hits else None} for candidate, hits in marked)


def _texts(candidate: Row) -> list[tuple[str, str]]:
    return [("question", candidate["question"]), ("answer", candidate["answer"])]


def _judged(pair: Row, *, scanned: bool) -> Row:
    typed = typed_answer(pair["answer"], pair["question"])
    found = judge(
        Candidate(
            question=pair["question"],
            answer=pair["answer"],
            document=pair["text"],
            title=pair["title"],
            aliases=typed.aliases,
            style=pair["style"],
        )
    )
    start, end = in_document(found.evidence, pair)
    hit: Hit | None = pair["hit"]
    verdicts: dict[str, str | None] = dict.fromkeys(VERDICTS)
    verdicts |= {token: verdict(token in found.failed) for token in RULES}
    verdicts["verifier_unsound"] = verdict(bool(typed.faults))
    if scanned:
        verdicts["contaminated"] = verdict(hit is not None)
    return dict.fromkeys(COLUMNS) | {
        "qa_id": pair["qa_id"],
        "document_id": pair["document_id"],
        "verdicts": verdicts,
        "evidence_start": start,
        "evidence_end": end,
        "evidence_kind": found.evidence_kind,
        "answer_type": typed.answer_type,
        "verifier": typed.verifier,
        "answer_aliases": list(typed.aliases),
        "verifier_faults": list(typed.faults),
        "contamination": None if hit is None else hit.evidence(),
    }
