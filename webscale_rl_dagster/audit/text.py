"""Text of documents, models and files, made fit for a terminal."""

from __future__ import annotations

AROUND = 280
"""Characters of a document that are shown before and after what is pointed at."""


def visible(text: str, *, lines: bool = False) -> str:
    """Nothing in it steers a terminal or turns its direction: such characters are spelled out.

    With `lines` its line breaks are kept.
    """
    if text.isprintable():
        return text
    if lines:
        return "\n".join(map(visible, text.split("\n")))
    return "".join(map(_visible, text))


def excerpt(text: str, span: tuple[int, int]) -> tuple[str, str, str]:
    """What is before the span, the span and what is after it; cut ends show as `…`."""
    start, end = span
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    head = "…" if start > AROUND else ""
    tail = "…" if end + AROUND < len(text) else ""
    shown = (visible(part, lines=True) for part in (before, text[start:end], after))
    before, within, after = shown
    return head + before, within, after + tail


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    steers = character == "\n" or not character.isspace()
    return character.encode("unicode_escape").decode() if steers else " "
