"""What all plots have in common.

Names in them are text that anyone may have written: cut, never read as formulas, and of characters
that the font has.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from typing import Any

_INK, LOST, BAR, OTHER = "#222222", "#d9d9d9", "#3b6ea5", "#d98032"
COLOURS = (
    "#3b6ea5", "#d98032", "#4a9d5b", "#c4483f", "#8a6cb3",
    "#8c6450", "#d67fb5", "#2ba6b5", "#a9a63a", "#14345c",
)  # fmt: skip
REST = "#b5b5b5"
_FONT = "DejaVu Sans"
"""It comes with matplotlib."""
_MISSING = "\u25a1"
_LONGEST = 34
SIZE = 9


def legend(figure: Any, handles: Sequence[Any], names: Sequence[str]) -> None:
    """Below the plot."""
    numbers = [str(number) for number in range(len(handles))]
    where = {"loc": "outside lower center", "ncols": 2}
    below = figure.legend(handles, numbers, **where, frameon=False, fontsize=SIZE)
    for text, name in zip(below.get_texts(), names, strict=True):
        text.set(text=_label(name), parse_math=False, fontfamily=_FONT)


def name_bars(
    axes: Any, names: Sequence[str], labels: Sequence[str], ends: Sequence[float]
) -> None:
    """Names at the left of horizontal bars, labels at the right of their ends."""
    places = range(len(names))
    style = {"fontsize": SIZE, "parse_math": False, "fontfamily": _FONT}
    axes.set_yticks(places, [_label(name) for name in names], **style)
    for place, label, end in zip(places, labels, ends, strict=True):
        axes.annotate(
            label, (end, place), (4, 0), textcoords="offset points", va="center", color=_INK,
            fontsize=SIZE,
        )  # fmt: skip
    axes.set_xlim(0, max([*ends, 1]) * (1.04 + 0.026 * max(map(len, labels), default=0)))
    axes.xaxis.get_major_locator().set_params(integer=True, nbins=5)
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.tick_params(axis="y", length=0)


def _label(text: str) -> str:
    line = " ".join(str(text)[: 10 * _LONGEST].split())
    line = line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"
    return "".join(
        mark if mark.isprintable() and ord(mark) in _glyphs() else _MISSING for mark in line
    )


@cache
def _glyphs() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont(_FONT)).get_charmap())


def figure_of(rows: int) -> tuple[Any, Any]:
    """A figure as high as so many bars, and its axes."""
    from matplotlib.figure import Figure  # a third of a second, only where a plot is drawn

    figure = Figure(figsize=(4.6, 0.7 + 0.28 * max(rows, 1)), dpi=150, layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=SIZE)
    return figure, axes


def png(figure: Any) -> bytes:
    """The figure as a file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()
