"""What a card is made of, before it is Markdown or HTML, so that both say the same."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

_SPANS = re.compile(r"(`[^`]+`|\[[^\]]+\]|\{\w+\})")


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a line."""

    text: str
    kind: Literal["text", "code", "file", "value"] = "text"
    """text and code are ours, a file lies beside the card, a value anyone may have written."""


def prose(text: str, **values: object) -> tuple[Part, ...]:
    """Our words, with `code`, [files] that lie beside the card, and values in {braces}."""
    return tuple(_part(span, values) for span in _SPANS.split(text) if span)


def _part(span: str, values: dict[str, object]) -> Part:
    if span[0] == "`":
        return Part(span[1:-1], "code")
    if span[0] == "[":
        return Part(span[1:-1], "file")
    if span[0] == "{":
        return Part(str(values[span[1:-1]]), "value")
    return Part(span)


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One of prose."""

    kind: ClassVar[str] = "paragraph"
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Bullets:
    """Lines of prose."""

    kind: ClassVar[str] = "bullets"
    items: tuple[tuple[Part, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Cells are values, the last `numbers` columns go to the right; `head` is ours.

    `drawn` is one that a picture before it shows, so that a page may fold it.
    """

    kind: ClassVar[str] = "table"
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: int = 1
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A plot by its name; `alt` is what it shows, for those who do not see it."""

    kind: ClassVar[str] = "picture"
    name: str
    title: str
    alt: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Python, ours."""

    kind: ClassVar[str] = "listing"
    code: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A row of the release as it is shown; all but `address` is text that anyone may have written.

    `address` is what `values.web_address` let through.
    """

    question: str
    answer: str
    about: str
    source: str
    address: str | None
    licence: str
    qa_id: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows of the release."""

    kind: ClassVar[str] = "pairs"
    pairs: tuple[Pair, ...]


Block = Paragraph | Bullets | Table | Picture | Listing | Pairs


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]

    @property
    def anchor(self) -> str:
        return self.title.lower().replace(" ", "-")


def said(text: str, **values: object) -> Paragraph:
    """A paragraph of `prose`."""
    return Paragraph(prose(text, **values))
