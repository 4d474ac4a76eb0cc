"""What is told: a notice, and a digest of many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from webscale_rl_dagster.config import NoticeKind
from webscale_rl_dagster.identity import sha256_json
from webscale_rl_dagster.notices.plain import one_line

Kind = NoticeKind | Literal["digest", "test"]

_TITLE, _LINE, _NAME, _ADDRESS = 160, 600, 200, 2000
"""The greatest lengths, in characters."""
_LINES = 40
_BRIEF = ("id", "kind", "title", "asset", "shard", "run_id")
"""What a digest's JSON says of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Whatever its texts are made of, each is one bounded line without control characters."""

    kind: Kind
    id: str
    """The same for the same event: what is delivered twice can be told by it."""
    title: str
    lines: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    """What is behind it: the address."""
    time: str | None = None
    """Of the event, ISO 8601 in UTC."""
    corpus: str | None = None
    asset: str | None = None
    shard: str | None = None
    """Or the release's name."""
    run_id: str | None = None
    """Of Dagster."""
    failed: tuple[str, ...] = ()
    """Names of the expectations that shut the gate."""
    of: tuple[Notice, ...] = ()
    """What a digest is of."""

    def __post_init__(self) -> None:
        """Frozen, so set from beneath."""
        put = object.__setattr__
        put(self, "title", one_line(self.title, _TITLE))
        put(self, "lines", _bounded(self.lines, _LINE))
        put(self, "failed", _bounded(self.failed, _NAME))
        put(self, "links", {name: one_line(link, _ADDRESS) for name, link in self.links.items()})
        for name in ("corpus", "asset", "shard", "run_id"):
            value = getattr(self, name)
            put(self, name, None if value is None else one_line(value, _NAME))

    def as_json(self) -> dict[str, Any]:
        """Every field that says something; JSON's own types."""
        found = {one.name: getattr(self, one.name) for one in fields(self)}
        briefs = [notice.as_json() for notice in self.of]
        found["of"] = [{name: one[name] for name in _BRIEF if name in one} for one in briefs]
        return {name: value for name, value in found.items() if value}

    def as_text(self, safe: Callable[[str], str] = str) -> str:
        """As lines for people, title first, addresses last; `safe` is asked about all but these."""
        links = [f"{name}: {address}" for name, address in self.links.items()]
        return "\n".join([*map(safe, (self.title, *self.lines)), *links])


def stable_id(*parts: str) -> str:
    """32 hex digits of what makes an event what it is."""
    return sha256_json(parts)[:32]


def digest(notices: Sequence[Notice], *, links: Mapping[str, str]) -> Notice:
    """One for many, oldest first: all are in `of`, the first by title in its lines."""
    counts = Counter(notice.kind for notice in notices)
    counted = ", ".join(f"{number} {kind.replace('_', ' ')}" for kind, number in counts.items())
    return Notice(
        kind="digest",
        id=stable_id(*(notice.id for notice in notices)),
        title=f"{len(notices)} notices: {counted}",
        lines=tuple(notice.title for notice in notices),
        links=links,
        time=notices[-1].time,
        of=tuple(notices),
    )


def _bounded(texts: Sequence[str], most: int) -> tuple[str, ...]:
    more = len(texts) - _LINES
    kept = tuple(one_line(text, most) for text in texts[:_LINES])
    return (*kept, f"and {more} more") if more > 0 else kept
