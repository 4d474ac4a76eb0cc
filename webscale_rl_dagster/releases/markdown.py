"""Markdown of values that anyone may have written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_MARKUP = re.compile(r"([\\`*{}\[\]<>()#+!|~&]|(?<!\w)_|_(?!\w))")
_LONGEST = 300


def plain(text: str) -> str:
    """As text on one line, whatever it holds: no link, tag or cell ends in it."""
    shown = " ".join(text.split())
    shown = shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"
    return _MARKUP.sub(r"\\\1", shown)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int = 0) -> str:
    """A table, the last columns to the right."""
    rules = ["---"] * (len(head) - numbers) + ["---:"] * numbers
    lines = [head, rules, *([plain(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
