"""How often people who marked pairs agree with the pipeline, and with each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Any

from webscale_rl_dagster.lineage.readings import Reading, accepted, readings
from webscale_rl_dagster.storage.tables import Tables

_Z = 1.959964
"""Of the normal distribution, for 95%."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """A marked pair, as people see it and as the pipeline does."""

    qa_id: str
    verdict: str
    """`good`, `bad` or `contested`."""
    people: int
    unanimous: bool
    accepted: bool | None
    """None: the pipeline did not judge it to the end."""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a sample, and what that tells of what it was drawn from."""

    part: int
    whole: int

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's, of 95%; None of an empty sample."""
        n = self.whole
        if not n:
            return None
        centre = (self.part + _Z**2 / 2) / (n + _Z**2)
        half = _Z / (n + _Z**2) * sqrt(self.part * (n - self.part) / n + _Z**2 / 4)
        return max(0.0, centre - half), min(1.0, centre + half)

    def as_json(self) -> dict[str, Any]:
        """Floats have six digits; null of an empty sample."""
        low, high = self.interval or (None, None)
        share = self.part / self.whole if self.whole else None
        return {
            "part": self.part,
            "whole": self.whole,
            **{
                name: None if value is None else round(value, 6)
                for name, value in (("share", share), ("low", low), ("high", high))
            },
        }


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of marked pairs; a contested one is neither good nor bad."""

    good: int
    bad: int
    contested: int
    unjudged: int
    """Good or bad, and not judged to the end by the pipeline: in none of the first three shares."""
    with_pipeline: Share
    """Good and accepted, or bad and rejected."""
    precision: Share
    """Of those accepted, the good ones."""
    missed: Share
    """Of those rejected, the good ones."""
    between_people: Share
    """Of those that several people marked, the ones of which all say the same."""

    @property
    def marked(self) -> int:
        return self.good + self.bad + self.contested

    def as_json(self) -> dict[str, Any]:
        """Counts, then shares."""
        counts = {name: getattr(self, name) for name in ("good", "bad", "contested", "unjudged")}
        shares = ("with_pipeline", "precision", "missed", "between_people")
        return {
            "marked": self.marked,
            **counts,
            **{name: getattr(self, name).as_json() for name in shares},
        }


def opinions(tables: Tables) -> Iterator[Opinion]:
    """Of every marked pair. Only shards that have some are read, and only their ids and outcomes.

    Memory holds the marks of a shard.
    """
    for shard, some in readings(tables.objects):
        judged = accepted(tables, shard, [reading.qa_id for reading in some])
        for reading in some:
            yield _opinion(reading, judged.get(reading.qa_id))


def agreement(found: Iterable[Opinion]) -> Agreement:
    """Count them."""
    some = list(found)
    clear = [one for one in some if one.verdict != "contested"]
    good = sum(one.verdict == "good" for one in clear)
    judged = [(one.verdict == "good", one.accepted) for one in clear if one.accepted is not None]
    taken = [liked for liked, accepted in judged if accepted]
    refused = [liked for liked, accepted in judged if not accepted]
    shared = [one.unanimous for one in some if one.people > 1]
    return Agreement(
        good=good,
        bad=len(clear) - good,
        contested=len(some) - len(clear),
        unjudged=len(clear) - len(judged),
        with_pipeline=Share(sum(liked == accepted for liked, accepted in judged), len(judged)),
        precision=Share(sum(taken), len(taken)),
        missed=Share(sum(refused), len(refused)),
        between_people=Share(sum(shared), len(shared)),
    )


def _opinion(reading: Reading, accepted: bool | None) -> Opinion:
    return Opinion(
        reading.qa_id,
        reading.verdict,
        len(reading.marks),
        not (reading.good and reading.bad),
        accepted,
    )
