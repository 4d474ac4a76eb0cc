"""What an id that is not there may have meant."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

NAMED = 3
COMPARED = 1000
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Unknown:
    """There is no such thing; `nearest` are those most like it, best first."""

    message: str
    nearest: tuple[str, ...] = ()


def nearest_digits(wanted: str, known: Iterable[str]) -> tuple[str, ...]:
    """Of hashes, at most `NAMED` of those that have the longest beginning in common with it.

    Hashes resemble each other by chance only, so nothing else of them is compared.
    """
    best: list[tuple[int, str]] = []
    for name in known:
        common = len(os.path.commonprefix((wanted, name)))
        if common and (len(best) < NAMED or common > best[-1][0]):
            best = sorted([*best, (common, name)], key=lambda one: -one[0])[:NAMED]
    return tuple(dict.fromkeys(name for _, name in best))


def sharing(
    wanted: str, known: Iterable[str], *, least: int, enough: int | None = None
) -> list[str]:
    """Those that have the longest beginning in common with it, `least` characters or more.

    In their order, each once, at most `COMPARED`; once there are so many that have `enough`
    characters in common, the rest is not read.
    """
    longest, found = least, dict[str, None]()
    for name in known:
        common = len(os.path.commonprefix((wanted, name)))
        if common > longest:
            longest, found = common, {}
        if common == longest and len(found) < COMPARED:
            found[name] = None
        if enough is not None and longest >= enough and len(found) == COMPARED:
            break
    return list(found)


def nearest(wanted: str, known: Iterable[str]) -> tuple[str, ...]:
    """At most `NAMED`: those that begin with it, then those that resemble it.

    `known` is read once, in constant memory, at some ten thousand a second.
    """
    begun: list[str] = []
    like: list[str] = []
    rest = iter(known)
    while some := list(islice(rest, _AT_ONCE)):
        begun += (name for name in some if wanted and name.startswith(wanted))
        like = difflib.get_close_matches(wanted, dict.fromkeys([*like, *some]), n=NAMED)
        del begun[NAMED:]
    return tuple(dict.fromkeys([*begun, *like]))[:NAMED]
