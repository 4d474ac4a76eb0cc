"""How often each verdict was given: all of a candidate's defects, not only its first."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl
import pytest

from webscale_rl_dagster.errors import SchemaError
from webscale_rl_dagster.lineage.verdicts import added, verdict_counts
from webscale_rl_dagster.schemas import VERDICTS, frame_of
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

SHARD = "wiki/3f9a1c77d0/00000"


def write(tables: Tables, *verdicts: dict[str, str]) -> None:
    rows: list[dict[str, object]] = [
        {"qa_id": str(number), "verdicts": dict.fromkeys(VERDICTS) | said, "kept": True}
        for number, said in enumerate(verdicts)
    ]
    tables.write("checked_qa", SHARD, frame_of("checked_qa", rows))


def test_every_verdict_that_was_asked_for_is_counted(tmp_path: Path) -> None:
    tables = Tables(Objects(str(tmp_path)))
    assert verdict_counts(tables, SHARD) == {}
    write(tables, {"vague": "failed", "yes_no": "failed"}, {"vague": "passed"})
    counts = verdict_counts(tables, SHARD)
    assert counts == {
        "yes_no": {"passed": 0, "failed": 1},
        "vague": {"passed": 1, "failed": 1},
    }
    assert list(counts) == ["yes_no", "vague"]
    assert added([counts, {}, counts])["vague"] == {"passed": 2, "failed": 2}


def test_a_table_without_verdicts_counts_none_and_cannot_be_judged(tmp_path: Path) -> None:
    tables = Tables(Objects(str(tmp_path)))
    old = io.BytesIO()
    pl.DataFrame({"qa_id": ["1"], "rules_failed": [["vague"]], "kept": [False]}).write_parquet(old)
    tables.objects.put(f"checked_qa/{SHARD}.parquet", old.getvalue())
    assert verdict_counts(tables, SHARD) == {}
    with pytest.raises(SchemaError, match="older version made this table of checked_qa"):
        next(tables.open("checked_qa", SHARD).batches())
