"""Answers of several items, and of an amount with the words behind it."""

import re
from functools import lru_cache

from .amounts import amounts, prepared
from .extraction import tidy
from .normalise import normalise
from .wording import same_words

_AND = re.compile(r"\s*(?:;|,\s+and\s+|,\s+or\s+|,\s+|\s+and\s+|\s+&\s+|\n+)\s*")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+", re.MULTILINE)
_MAX_ITEMS = 40


def same_amount_words(given: str, gold: str) -> bool:
    """`33,000,000 years ago` for `33 million years ago`: equal amounts, equal words behind them."""
    ours, theirs = prepared(tidy(gold)), prepared(tidy(given))
    wanted, found = amounts(ours), amounts(theirs)
    if len(wanted) != 1 or len(found) != 1:
        return False
    if (wanted[0].value, wanted[0].unit) != (found[0].value, found[0].unit):
        return False
    leads = (
        text[: amount.start].strip().lower()
        for text, amount in ((ours, wanted[0]), (theirs, found[0]))
    )
    return _NO_LEAD.issuperset(leads) and (
        normalise(ours[wanted[0].end :]) == normalise(theirs[found[0].end :])
    )


_NO_LEAD = frozenset(
    ("", "about", "around", "~", "some", "roughly", "ca.", "circa", "approximately")
)


def same_items(given: str, gold: str) -> bool:
    """The gold's items in any order, no more and no fewer; a gold of one item has none."""
    wanted = _items(gold)
    if len(wanted) < 2:
        return False
    found = _items(_BULLET.sub("", given))
    if len(found) != len(wanted) or len(found) > _MAX_ITEMS:
        return False
    rest = list(found)
    for item in wanted:
        match = next((other for other in rest if same_words(other, item)), None)
        if match is None:
            return False
        rest.remove(match)
    return True


@lru_cache(maxsize=2048)
def _items(text: str) -> tuple[str, ...]:
    if len(text) > 2000:
        return ()
    return tuple(item for item in _AND.split(tidy(text)) if item.strip())
