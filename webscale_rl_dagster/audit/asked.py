"""All model calls behind a pair: of its window and of the pair itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from webscale_rl_dagster.audit.calls import Call, calls_of
from webscale_rl_dagster.audit.pairs import Pair
from webscale_rl_dagster.audit.prompts import (
    Prompts,
    check_prompts,
    is_about,
    round_trip_prompts,
    window_prompts,
)
from webscale_rl_dagster.inference.structured import parse_object
from webscale_rl_dagster.storage.objects import Objects


@dataclass(frozen=True, slots=True)
class Text:
    """What the models were given of the pair's document."""

    window: str | None
    """None where it cannot be told which part of the document it was."""
    title: str


def calls_behind(objects: Objects, pair: Pair, text: Text) -> list[Call]:
    """In the order of the stages, and of each by time."""
    return [
        *_window_calls(objects, "filtered_documents", pair, text),
        *_window_calls(objects, "classified_documents", pair, text),
        *_candidate_calls(objects, pair, text),
        *_check_calls(objects, pair, text),
    ]


def _window_calls(objects: Objects, stage: str, pair: Pair, text: Text) -> Iterator[Call]:
    """The journal names the document only: which window it was says the prompt."""
    document: str = pair.candidate["document_id"]

    def ours(call: Call) -> bool:
        return text.window is None or is_about(call["prompt"], text.window)

    def prompts(mine: Sequence[Call]) -> Prompts:
        """Only where none was made for this window: another had asked the same."""
        if text.window is None or any(map(ours, mine)):
            return {}
        return window_prompts(text.window, text.title)

    own = pl.col("document_id") == document
    found = calls_of(objects, stage, pair.shard, own=own, prompts=prompts)
    return filter(ours, found)


def _candidate_calls(objects: Objects, pair: Pair, text: Text) -> list[Call]:
    def prompts(mine: Sequence[Call]) -> Prompts:
        questions = dict.fromkeys([*_tried(mine), *filter(None, [pair.candidate["question"]])])
        if text.window is None:
            return {}
        return round_trip_prompts(text.window, text.title, questions)

    own = pl.col("qa_id") == pair.qa_id
    return calls_of(objects, "candidate_qa", pair.shard, own=own, prompts=prompts)


def _tried(calls: Iterable[Call]) -> Iterator[str]:
    """Questions that the generator wrote, whether they held or not."""
    for call in calls:
        if call["template"] != "generate":
            continue
        written = parse_object(
            call["completion"], finish_reason=call["finish_reason"], schema=call["schema"]
        )
        if isinstance(written, dict):
            yield " ".join(written["question"].split())


def _check_calls(objects: Objects, pair: Pair, text: Text) -> list[Call]:
    def prompts(_mine: Sequence[Call]) -> Prompts:
        if pair.checked is None or text.window is None:
            return {}
        rivals = pair.checked.get("rivals") or ()
        return check_prompts(pair.candidate, text.window, text.title, rivals)

    own = pl.col("qa_id") == pair.qa_id
    return calls_of(objects, "checked_qa", pair.shard, own=own, prompts=prompts)
