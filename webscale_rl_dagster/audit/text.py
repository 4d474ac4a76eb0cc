"""Text of documents, models and files, made fit for a terminal."""

from __future__ import annotations

AROUND = 280
"""Characters of a document that are shown before and after what is pointed at."""


def visible(text: str) -> str:
    """Nothing in it steers a terminal or turns its direction: such characters are spelled out."""
    return "".join(map(_visible, text))


def excerpt(text: str, span: tuple[int, int]) -> tuple[str, str, str]:
    """What is before the span, the span and what is after it; cut ends show as `…`."""
    start, end = span
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    head = "…" if start > AROUND else ""
    tail = "…" if end + AROUND < len(text) else ""
    return head + visible(before), visible(text[start:end]), visible(after) + tail


def _visible(character: str) -> str:
    if character.isprintable() or character == "\n":
        return character
    return " " if character.isspace() else character.encode("unicode_escape").decode()
