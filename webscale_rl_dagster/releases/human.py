"""What people say of a release's pairs, and how far they agree with the pipeline altogether."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from webscale_rl_dagster.lineage.agreement import agreement, opinions
from webscale_rl_dagster.storage.tables import Tables


def human(tables: Tables, folder: Path) -> dict[str, Any] | None:
    """For the manifest: of the pairs that lie in the folder, and of `all` marked pairs.

    None if nobody marked any pair of the storage.
    """
    found = list(opinions(tables))
    if not found:
        return None
    marked = pl.col("qa_id").is_in([one.qa_id for one in found])
    rows = pl.scan_parquet(folder / "data" / "*.parquet").select("qa_id").filter(marked)
    released = frozenset(rows.collect(engine="streaming")["qa_id"])
    return {
        "release": agreement(one for one in found if one.qa_id in released).as_json(),
        "all": agreement(found).as_json(),
    }
