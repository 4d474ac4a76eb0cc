from __future__ import annotations

import io
import sys
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import matplotlib.image
import pytest
from matplotlib.figure import Figure

from tests.card.manifests import HOSTILE, bare, points, whole
from webscale_rl_dagster.card.charts import histogram_plot, map_plot
from webscale_rl_dagster.card.plots import plots
from webscale_rl_dagster.lineage.drawing import png
from webscale_rl_dagster.lineage.plots import share_plot

ALWAYS = {"funnel", "domains", "answer_types", "licences", "sources"}
MEASURED = {"reasons", "personas", "question_lengths", "answer_lengths", "pass_rates", "diversity"}


def drawn(draw: Callable[[], bytes]) -> Figure:
    """The figure behind the file."""
    figures: list[Figure] = []

    def keep(figure: Figure) -> bytes:
        figures.append(figure)
        return png(figure)

    modules = ("webscale_rl_dagster.lineage.plots", "webscale_rl_dagster.card.charts")
    with patch.multiple(modules[0], png=keep), patch.multiple(modules[1], png=keep):
        draw()
    return figures[0]


def names(figure: Figure) -> list[str]:
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


@pytest.mark.parametrize(("manifest", "expected"), [(bare(), ALWAYS), (whole(), ALWAYS | MEASURED)])
def test_what_there_are_numbers_of_is_drawn(manifest: dict[str, Any], expected: set[str]) -> None:
    found = plots(manifest, points("Math", "Coding", None))
    assert found.keys() == expected
    for file in found.values():
        height, width, _ = matplotlib.image.imread(io.BytesIO(file)).shape
        assert (width, height > 100) == (690, True)


def test_the_same_numbers_make_the_same_files() -> None:
    assert plots(whole(), points("a", "b")) == plots(whole(), points("a", "b"))


def test_hostile_names_are_drawn_as_text() -> None:
    name = HOSTILE[-40:] + r" $\frac{$ \unknown{ " + HOSTILE
    assert plots(whole(name), points(name, None)).keys() == ALWAYS | MEASURED
    assert share_plot(
        {r"$\frac{": 3, "_x": 1, "\u0645\u0631\u062d\u0628\u0627 \U0001f600 中 \u0301": 1}, "pairs"
    )
    signs = [chr(code) for code in range(0x20, sys.maxunicode, 997)]
    lines = ["".join(signs[start : start + 30]) for start in range(0, len(signs), 30)]
    assert share_plot({line: 1 for line in lines}, "pairs")


def test_names_without_end_are_cut_and_stay_apart() -> None:
    figure = drawn(lambda: share_plot({"x" * 10**6 + str(n): n for n in range(1, 4)}, "pairs"))
    assert names(figure) == ["x" * 33 + "…"] * 3
    assert [bar.get_width() for bar in figure.axes[0].patches] == [1, 2, 3]


def test_the_most_frequent_is_on_top_and_the_others_are_below() -> None:
    figure = drawn(lambda: share_plot({"b": 2, "others": 9, "a": 2, "c": 5}, "pairs"))
    assert names(figure)[::-1] == ["c", "a", "b", "others"]


def test_a_licence_to_each_document_makes_ten_bars_and_the_others() -> None:
    manifest = bare() | {"licences": {f"licence {n}": 1 for n in range(500)}}
    with patch("webscale_rl_dagster.card.plots.share_plot", side_effect=lambda counts, _: counts):
        found: dict[str, Any] = dict(plots(manifest, None))
    assert len(found["licences"]) == 11
    assert found["licences"]["others"] == 490


def test_a_histogram_names_its_bins() -> None:
    figure = drawn(lambda: histogram_plot([0, 5, 10, 15, 20], [0, 3, 2, 0], "words"))
    axes = figure.axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0–4", "5–9", "10–14"]
    assert [bar.get_height() for bar in axes.patches] == [0, 3, 2]
    last = drawn(lambda: histogram_plot([0, 1, 2], [3, 2], "words")).axes[0]
    assert [label.get_text() for label in last.get_xticklabels()] == ["0", "1+"]


def test_a_map_names_ten_domains_and_the_others() -> None:
    domains = [f"domain {n}" for n in range(14) for _ in range(20 - n)]
    figure = drawn(lambda: map_plot(points(*domains)))
    shown = [text.get_text() for text in figure.legends[0].get_texts()]
    assert shown == [f"domain {n}" for n in range(10)] + ["others"]
    groups = figure.axes[0].collections
    assert sum(len(group.get_offsets()) for group in groups) == len(domains)


def test_no_map_without_points() -> None:
    assert "diversity" not in plots(whole(), None)
    assert "diversity" not in plots(whole(), points())
