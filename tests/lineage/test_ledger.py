"""The counts that `status` proves its case with, on tables that agree and tables that do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from webscale_rl_dagster.lineage.ledger import StageCounts, answered, due, shard_counts
from webscale_rl_dagster.lineage.status import shard_status
from webscale_rl_dagster.schemas import frame_of
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Row, Tables

SHARD = "wiki/0123456789/00000"
KEPT: Row = {"kept": True}


@pytest.fixture
def tables(tmp_path: Path) -> Tables:
    """Documents a, b and c: a is cut in two windows, c is a duplicate; a's second half is unfit."""
    tables = Tables(Objects(str(tmp_path)))
    duplicate = {"kept": False, "reason": "duplicate_document"}
    failed = {"kept": False, "reason": "failed", "error": "RequestFailed: timed out"}
    write(tables, "raw_documents", [{"document_id": "a", **KEPT}, {"document_id": "b", **KEPT}])
    add(tables, "raw_documents", {"document_id": "c", **duplicate})
    first, second = ({"document_id": "a", "window": number} for number in range(2))
    only = {"document_id": "b", "window": 0}
    too_short = {"kept": False, "reason": "too_short"}
    write(tables, "filtered_documents", [first | KEPT, second | too_short, only | KEPT])
    write(
        tables,
        "classified_documents",
        [first | KEPT | {"personas": ["baker", "smith"]}, only | failed | {"personas": ["smith"]}],
    )
    write(
        tables,
        "candidate_qa",
        [first | KEPT | {"persona": persona} for persona in ("baker", "smith")],
    )
    return tables


def write(tables: Tables, table: str, rows: list[Row]) -> None:
    tables.write(table, SHARD, frame_of(table, rows))


def add(tables: Tables, table: str, row: Row) -> None:
    write(tables, table, [*tables.rows(table, SHARD), row])


def test_counts_tell_what_became_of_every_row(tables: Tables) -> None:
    assert shard_counts(tables, SHARD) == {
        "raw_documents": StageCounts(3, 2, {"duplicate_document": 1}),
        "filtered_documents": StageCounts(3, 2, {"too_short": 1}),
        "classified_documents": StageCounts(2, 1, failed=1),
        "candidate_qa": StageCounts(2, 2),
    }


def test_windows_of_a_document_answer_for_it_once(tables: Tables) -> None:
    assert due(tables, SHARD) == {
        "filtered_documents": 2,
        "classified_documents": 2,
        "candidate_qa": 2,
        "checked_qa": 2,
    }
    assert answered(tables, SHARD) == {
        "filtered_documents": 2,
        "classified_documents": 2,
        "candidate_qa": 2,
    }
    assert shard_status(tables, SHARD, []).reconciled


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("raw_documents", {"document_id": "d", **KEPT}),
        ("filtered_documents", {"document_id": "d", "window": 0, "kept": False, "reason": "x"}),
        ("filtered_documents", {"document_id": "b", "window": 1, **KEPT}),
        ("classified_documents", {"document_id": "d", **KEPT, "personas": ["baker"]}),
        ("candidate_qa", {"document_id": "d", **KEPT}),
    ],
)
def test_a_row_too_many_does_not_reconcile(tables: Tables, table: str, row: Row) -> None:
    add(tables, table, row)
    assert not shard_status(tables, SHARD, []).reconciled


def test_a_table_whose_upstream_is_gone_does_not_reconcile(tables: Tables) -> None:
    tables.objects.delete([f"classified_documents/{SHARD}.parquet"])
    assert not shard_status(tables, SHARD, []).reconciled
