"""A partition that two processes add at the same moment is there once, and neither fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
from sqlalchemy import Engine, event

from webscale_rl_dagster.partitions import SHARDS, add_partition

NAME, KEY = str(SHARDS.name), "wiki/0123456789/00000"


def test_another_adds_it_after_dagster_looked(tmp_path: Path) -> None:
    inserts: list[str] = []

    def overtake(_connection: object, _cursor: object, statement: str, *_rest: Any) -> None:
        if statement.startswith("INSERT INTO dynamic_partitions"):
            inserts.append(statement)
            if len(inserts) == 1:
                other.add_dynamic_partitions(NAME, [KEY])

    with (
        dg.DagsterInstance.local_temp(str(tmp_path)) as instance,
        dg.DagsterInstance.local_temp(str(tmp_path)) as other,
    ):
        event.listen(Engine, "before_cursor_execute", overtake)
        try:
            add_partition(instance, SHARDS, KEY)
        finally:
            event.remove(Engine, "before_cursor_execute", overtake)
        assert len(inserts) == 2
        assert instance.get_dynamic_partitions(NAME) == [KEY]
        add_partition(instance, SHARDS, KEY)
        assert other.get_dynamic_partitions(NAME) == [KEY]
