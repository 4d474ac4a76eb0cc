"""What an id that is not there may have meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

NAMED = 3
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Unknown:
    """There is no such thing; `nearest` are those most like it, best first."""

    message: str
    nearest: tuple[str, ...] = ()


def nearest(wanted: str, known: Iterable[str], *, first: int | None = None) -> tuple[str, ...]:
    """At most `NAMED`: those that begin with it, then those that resemble it.

    `known` is read once, in constant memory. Of each only the `first` characters are compared.
    """
    begun: list[str] = []
    like: list[str] = []
    rest = iter(known)
    while some := list(islice(rest, _AT_ONCE)):
        begun += (name for name in some if wanted and name.startswith(wanted))
        heads = {name[:first]: name for name in [*like, *some]}
        like = [heads[head] for head in difflib.get_close_matches(wanted, heads, n=NAMED)]
        del begun[NAMED:]
    return tuple(dict.fromkeys([*begun, *like]))[:NAMED]
