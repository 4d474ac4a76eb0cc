"""What the writing of one candidate starts from and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from webscale_rl_dagster.writing.spans import AnswerSpan
from webscale_rl_dagster.writing.topic import Topic

Style = Literal["open", "cloze", "auto"]
RoundTrip = Literal["found", "missed", "not_asked"]


@dataclass(frozen=True, slots=True)
class Brief:
    """What is to be written: for whom, about which of the document's spans."""

    document_id: str
    text: str
    """Of one window; spans are offsets in it."""
    title: str
    topic: Topic
    """The document's, so that a later window's first sentence is not taken for a definition."""
    domain: str
    persona: str
    spans: tuple[AnswerSpan, ...]
    """This persona's share, best first; no other persona of the document has any of them."""
    style: Style = "auto"
    samples: int = 2
    """Open questions tried: a greedy one a span, then warm ones with fixed seeds."""
    qa_id: str | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A pair, or why there is none: `reason` is a judgement, `error` a broken call."""

    question: str | None = None
    answer: str | None = None
    style: Literal["open", "cloze"] | None = None
    span: tuple[int, int] | None = None
    """Offsets of the answer in the document."""
    samples: int = 0
    round_trip: RoundTrip = "not_asked"
    demonstrations: tuple[str, ...] = ()
    reason: str | None = None
    error: str | None = None
