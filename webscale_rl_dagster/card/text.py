"""A card in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from webscale_rl_dagster.card.blocks import (
    Block,
    Bullets,
    Listing,
    Pair,
    Pairs,
    Paragraph,
    Part,
    Picture,
    Table,
)
from webscale_rl_dagster.card.facts import facts
from webscale_rl_dagster.card.markdown import code, link, plain, table

PLOTS = "plots"
"""The folder beside the card that has its pictures, `NAME.png`."""
LONGEST = 1000
"""Characters of a question or answer that is shown."""


def body(manifest: Mapping[str, Any], pairs: Sequence[Mapping[str, Any]]) -> str:
    """The card after its front matter; nothing that comes from a document is Markdown in it.

    Args:
        manifest: As docs/releases.md describes it; `measures` and `usage` may be missing.
        pairs: Rows of the release to be shown.
    """
    card = facts(manifest, pairs)
    labels, numbers = zip(*card.figures, strict=True)
    lines = [
        f"# {plain(card.title)}",
        _line(card.introduction),
        table(labels, [numbers], numbers=len(numbers)),
    ]
    for section in card.sections:
        lines += [f"## {section.title}", *map(_block, section.blocks)]
    return "\n".join(f"{text}\n" for text in lines)


def _block(block: Block) -> str:
    match block:
        case Paragraph(parts):
            return _line(parts)
        case Bullets(items):
            return "\n".join(f"- {_line(item)}" for item in items)
        case Table(head, rows, numbers, _):
            return table(head, rows, numbers=numbers)
        case Picture(name, title, alt):
            return f"**{title}**\n\n![{alt}]({PLOTS}/{name}.png)"
        case Listing(source):
            return f"```python\n{source}\n```"
        case Pairs(pairs):
            return "\n\n".join(_pair(number, pair) for number, pair in enumerate(pairs, 1))


def _line(parts: Sequence[Part]) -> str:
    return "".join(map(_part, parts))


def _part(part: Part) -> str:
    match part.kind:
        case "text":
            return part.text
        case "code":
            return code(part.text)
        case "file":
            return link(part.text, part.text)
        case "value":
            return plain(part.text, LONGEST)


def _pair(number: int, pair: Pair) -> str:
    source = link(pair.source, pair.address) if pair.address else plain(pair.source)
    return (
        f"**{number}. Question:** {plain(pair.question, LONGEST)}\n\n"
        f"- **Answer:** {plain(pair.answer, LONGEST)}\n"
        f"- **Kind:** {plain(pair.about)}\n"
        f"- **Source:** {source}, {plain(pair.licence)}\n"
        f"- **Id:** {code(pair.qa_id)}"
    )
