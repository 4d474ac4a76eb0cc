"""How values look on a page."""

from __future__ import annotations

from datetime import UTC, datetime

from webscale_rl_dagster.audit.text import visible
from webscale_rl_dagster.card.values import web_address
from webscale_rl_dagster.web.links import document_path, pair_path, release_path, shard_path
from webscale_rl_dagster.web.words import in_words

NONE = "–"
"""Stands for what is not there."""


def shown(text: object, most: int | None = None, *, lines: bool = False) -> str:
    """Text of documents, models and files: what cannot be seen or turns direction is spelled out.

    Cut after `most` characters; with `lines` its line breaks are kept. It is text still, to be
    escaped as any other.
    """
    if text is None:
        return NONE
    whole = str(text)
    cut = whole if most is None or len(whole) <= most else f"{whole[:most]}…"
    return visible(cut, lines=lines)


def number(value: float | None) -> str:
    """Thousands apart; whole."""
    return NONE if value is None else f"{value:,.0f}"


def share(part: float, whole: float) -> str:
    """In percent."""
    return f"{part / whole:.1%}" if whole else NONE


def dollars(value: float | None) -> str:
    """To the cent; below one dollar to a hundredth of a cent."""
    if not value:
        return NONE if value is None else "$0"
    return f"${value:,.2f}" if value >= 1 else f"${value:,.4f}"


def when(value: str | datetime | None) -> str:
    """A time in UTC to the minute; what is no time is shown as it stands."""
    if value is None:
        return NONE
    try:
        time = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except ValueError:
        return shown(value, 40)
    zoned = time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    return f"{zoned:%Y-%m-%d %H:%M} UTC"


def moment(time: datetime) -> str:
    """To the second, of a time with a zone."""
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def words(token: str) -> str:
    """A reason, verdict or stage as words: `not_a_question` is `not a question`."""
    return shown(token, 100).replace("_", " ")


def exact(text: str) -> str:
    """For the value of a field, which goes back as it came.

    What is not ASCII is a character reference, so that nothing turns the direction of the source.
    """
    from markupsafe import Markup, escape

    return Markup(escape(text).encode("ascii", "xmlcharrefreplace").decode())


def sign(kind: str) -> str:
    """Good, bad or waiting: the class that colours what became of a thing; empty if unknown."""
    return _SIGNS.get(kind, "")


_SIGNS = {
    "published": "good",
    "released": "good",
    "open": "good",
    "rejected": "bad",
    "dropped": "bad",
    "failed": "bad",
    "left_out": "bad",
    "removed": "bad",
    "stale": "bad",
    "shut": "bad",
    "gate_shut": "wait",
    "waiting": "wait",
    "out_of_date": "wait",
    "unjudged": "wait",
}

FILTERS = {
    "shown": shown,
    "number": number,
    "share": share,
    "dollars": dollars,
    "when": when,
    "moment": moment,
    "words": words,
    "in_words": in_words,
    "exact": exact,
    "sign": sign,
    "web_address": web_address,
    "pair_path": pair_path,
    "document_path": document_path,
    "shard_path": shard_path,
    "release_path": release_path,
}
"""`web_address` gives None for all but http and https addresses that may be linked."""
