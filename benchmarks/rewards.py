"""How well and how fast are responses scored? Prints Markdown tables.

    python benchmarks/rewards.py                 agreement, speed and the slowest response
    python benchmarks/rewards.py --misses        also the cases where the score is not the label

The cases are those of tests/rewards/responses.jsonl, labelled by hand; on the held-back sixth of
them the rules were not tuned. Times are processor time of one core.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypedDict

import math_verify

from webscale_rl_dagster.rewards import AnswerType, adversarial_responses, bombs, score
from webscale_rl_dagster.rewards.normalise import normalise

CASES = Path(__file__).parents[1] / "tests" / "rewards" / "responses.jsonl"
SECONDS_EACH = 1.0
TAG = re.compile(r"<answer>(.*?)</answer>", re.DOTALL)


class Case(TypedDict):
    question: str
    gold: str
    answer_type: AnswerType
    aliases: list[str]
    response: str
    label: int
    held_back: bool


Scorer = Callable[[Case], float]


def read_cases() -> list[Case]:
    return [json.loads(line) for line in CASES.read_text(encoding="utf-8").splitlines()]


def ours(case: Case) -> float:
    return score(
        case["response"],
        case["gold"],
        answer_type=case["answer_type"],
        aliases=case["aliases"],
        question=case["question"],
    )


def math_verify_alone(case: Case) -> float:
    """As TRL's accuracy reward uses it: parse both, then verify."""
    gold, response = math_verify.parse(case["gold"]), math_verify.parse(case["response"])
    return float(bool(gold) and bool(response) and math_verify.verify(gold, response))


def exact_match(case: Case) -> float:
    """As short-answer rewards do it: the tagged answer or all of it, against gold and aliases."""
    tagged = TAG.findall(case["response"])
    given = normalise(tagged[-1] if tagged else case["response"])
    return float(given in {normalise(form) for form in (case["gold"], *case["aliases"])})


SCORERS: dict[str, Scorer] = {
    "ours": ours,
    "math-verify alone": math_verify_alone,
    "normalised exact match": exact_match,
}


def agreement(cases: list[Case]) -> Iterator[str]:
    yield "| cases | number | " + " | ".join(SCORERS) + " |"
    yield "|---" * (len(SCORERS) + 2) + "|"
    agrees = {
        name: [scorer(case) == case["label"] for case in cases] for name, scorer in SCORERS.items()
    }
    kinds = sorted({case["answer_type"] for case in cases})
    groups = {
        "all": [True for _ in cases],
        "tuned on": [not case["held_back"] for case in cases],
        "held back": [case["held_back"] for case in cases],
        "right": [case["label"] == 1 for case in cases],
        "wrong": [case["label"] == 0 for case in cases],
        **{kind: [case["answer_type"] == kind for case in cases] for kind in kinds},
    }
    for group, members in groups.items():
        shares = (
            sum(ok for ok, member in zip(found, members, strict=True) if member) / sum(members)
            for found in agrees.values()
        )
        yield f"| {group} | {sum(members)} | " + " | ".join(f"{x:.1%}" for x in shares) + " |"


def forget() -> None:
    """Empties the caches, so that no response is one that was seen before; libraries stay."""
    for name, module in list(sys.modules.items()):
        if name.startswith("webscale_rl_dagster.rewards"):
            for thing in vars(module).values():
                if hasattr(thing, "cache_clear") and thing.cache_parameters()["maxsize"] > 1:
                    thing.cache_clear()


def speeds(cases: list[Case]) -> Iterator[str]:
    yield "| answer type | scores/s a core |"
    yield "|---|---|"
    for kind in sorted({case["answer_type"] for case in cases}):
        mine = [case for case in cases if case["answer_type"] == kind]
        started, scored = time.process_time(), 0
        while time.process_time() - started < SECONDS_EACH:
            forget()
            for case in mine:
                ours(case)
            scored += len(mine)
        yield f"| {kind} | {scored / (time.process_time() - started):,.0f} |"


def slowest(cases: list[Case]) -> Iterator[str]:
    """The adversarial responses of one gold of each type, and 10 MB of text."""
    yield "| response | answer type | ms | score |"
    yield "|---|---|---|---|"
    golds = {case["answer_type"]: case["gold"] for case in cases if case["label"]}
    padding = "All work and no play makes Jack a dull boy. " * 240_000
    found: dict[str, tuple[float, str, float]] = {}
    for kind, gold in golds.items():
        more = [("ten_megabytes", f"{padding}{gold}. {padding}"[:10_000_000])]
        for name, response in (*adversarial_responses(gold, kind), *bombs(gold), *more):
            taken, reward = [], 0.0
            for _ in range(3):
                started = time.process_time()
                reward = score(response, gold, answer_type=kind)
                taken.append(time.process_time() - started)
            found[name] = max(found.get(name, (0.0, "", 0.0)), (min(taken), kind, reward))
    for name, (seconds, kind, reward) in sorted(found.items(), key=lambda row: -row[1][0])[:8]:
        yield f"| {name} | {kind} | {seconds * 1000:.1f} | {reward:g} |"
    accepted = Counter(name for name, (_, _, reward) in found.items() if reward)
    yield ""
    yield f"{len(found)} kinds of adversarial response, {len(accepted)} scored above 0."


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--misses", action="store_true", help="list the cases scored wrongly")
    arguments = parser.parse_args()
    logging.getLogger("math_verify").setLevel(logging.ERROR)
    cases = read_cases()
    for title, table in (
        ("Agreement with the labels", agreement(cases)),
        ("Speed", speeds(cases)),
        ("Slowest adversarial responses", slowest(cases)),
    ):
        print(f"## {title}\n")
        print(*table, "", sep="\n")
    if arguments.misses:
        for case in cases:
            if not case["held_back"] and ours(case) != case["label"]:
                print(json.dumps(case, ensure_ascii=False))


if __name__ == "__main__":
    main()
