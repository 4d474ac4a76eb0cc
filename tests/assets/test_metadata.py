"""Previews of hostile tables, and column lineage that names real columns."""

from __future__ import annotations

import polars as pl

from webscale_rl_dagster.assets.metadata import preview
from webscale_rl_dagster.lineage.columns import COLUMN_SOURCES
from webscale_rl_dagster.schemas import TABLES


def test_a_preview_is_inert() -> None:
    hostile = "<script>alert(1)</script> | [x](javascript:alert(1)) `code` ![i](http://x)"
    shown = preview(pl.DataFrame({"text": [hostile, "a\nb" * 100]}))
    assert "<" not in shown.replace(r"\<", "")
    assert "](" not in shown
    assert [line.replace("\\|", "").count("|") for line in shown.splitlines()] == [2, 2, 2, 2]
    assert all(len(line) < 200 for line in shown.splitlines())


def test_column_lineage_names_columns_that_exist() -> None:
    for table, columns in COLUMN_SOURCES.items():
        assert columns.keys() <= TABLES[table].keys()
        for sources in columns.values():
            assert all(name in TABLES[upstream] for upstream, name in sources)


def test_column_lineage_follows_windows_back_to_the_text() -> None:
    windowed = [table for table in COLUMN_SOURCES if "window" in TABLES[table]]
    assert windowed == ["filtered_documents", "classified_documents", "candidate_qa"]
    for table in windowed:
        for column in ("window", "window_start", "window_end"):
            [(upstream, name)] = COLUMN_SOURCES[table][column]
            assert (upstream, name) in (("raw_documents", "text"), (upstream, column))
