"""Markdown of values that anyone may have written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from webscale_rl_dagster.card.values import shown

_MARKUP = re.compile(
    r"([\\`*{}\[\]<>()#+!|~&$@]|(?<![^\W_])_|_(?![^\W_])"
    r"|(?:(?<=http)|(?<=https)|(?<=ftp)|(?<=mailto)|(?<=xmpp)):|(?<=www)\.)",
    re.IGNORECASE,
)
"""Also what hosts turn into formulas, mentions and links of their own accord."""


def plain(text: object, longest: int = 300) -> str:
    """As text on one line, whatever it holds: no link, tag or cell ends in it."""
    return _MARKUP.sub(r"\\\1", shown(text, longest))


def code(text: object) -> str:
    """As code; as text where it holds what ends code."""
    line = shown(text)
    return f"`{line}`" if line and "`" not in line else plain(line)


def link(text: object, address: str) -> str:
    """To an address of `values.web_address`, or to a file beside the card."""
    return f"[{plain(text)}]({address.replace('&', '&amp;')})"


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: int = 0) -> str:
    """A table, the last columns to the right."""
    rules = ["---"] * (len(head) - numbers) + ["---:"] * numbers
    lines = [head, rules, *([plain(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
