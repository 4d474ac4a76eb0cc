"""What a finder finds: a candidate answer inside one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SpanKind = Literal["number", "unit", "date", "entity", "term"]


@dataclass(frozen=True, slots=True)
class Found:
    """Offsets are the sentence's; `score` says how good a question its kind usually makes."""

    start: int
    end: int
    kind: SpanKind
    score: float
