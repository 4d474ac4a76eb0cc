"""The rows of a release are found where it is asked for, and only there."""

from __future__ import annotations

from pathlib import Path

import orjson
import polars as pl
import pytest

from webscale_rl_dagster.releases.layout import DROPPED, MANIFEST, VERDICT, WITHDRAWN, key_of
from webscale_rl_dagster.releases.reading import open_release
from webscale_rl_dagster.schemas import TABLES, frame_of
from webscale_rl_dagster.search.catalog import Catalog
from webscale_rl_dagster.search.index import Index, open_index
from webscale_rl_dagster.search.queries import PairQuery
from webscale_rl_dagster.search.updating import Updated, pending, update
from webscale_rl_dagster.storage.tables import Tables

V1 = PairQuery(facets={"release": ["v1"]})


def released(tables: Tables) -> pl.DataFrame:
    release = open_release(tables.objects, "v1")
    return pl.concat([batch for split in release.splits for batch in release.batches(split)])


def test_a_release_is_found_by_its_name(tables: Tables, index: Index) -> None:
    kept = released(tables)
    found = index.pairs(V1, limit=1000)
    assert [row["qa_id"] for row in found.rows] == kept["qa_id"].to_list()
    assert {row["status"] for row in found.rows} == {"released"}
    assert found.rows[0]["question"] == kept["question"][0]
    assert found.facets["release"] == [("v1", kept.height)]
    shard = kept["shard"][0]
    narrowed = index.pairs(PairQuery(facets={"release": ["v1"], "shard": [shard]}))
    assert narrowed.total == kept.filter(shard=shard).height
    assert dict(narrowed.facets["shard"]) == dict(kept["shard"].value_counts().iter_rows())


def test_it_is_not_found_where_no_release_is_asked(tables: Tables, index: Index) -> None:
    found = index.pairs(PairQuery())
    assert found.total == sum(
        tables.height("candidate_qa", k) for k in tables.shards("candidate_qa")
    )
    assert found.facets["release"] == [("v1", released(tables).height)]
    assert "released" not in dict(found.facets["status"])


def test_what_it_left_out_is_told_with_its_reason(tables: Tables, folder: Path) -> None:
    published = [
        row for key in tables.shards("verified_qa") for row in tables.kept_rows("verified_qa", key)
    ]
    pair = published[0]
    shard = ".".join(pair["qa_id"].split(".")[:3]).replace(".", "/")
    lost = {"document_id": "d", "reason": "near_duplicate"}
    rows = [
        {"qa_id": pair["qa_id"], "shard": shard, **lost},
        {"qa_id": "gone.0123456789.00000.abc", "shard": "gone/0123456789/00000", **lost},
    ]
    path = folder.with_name("dropped.parquet")
    frame_of("release_dropped", rows).write_parquet(path)
    tables.objects.put_file(key_of("v1", DROPPED), path)
    update(tables, folder)
    index = open_index(folder)
    assert index is not None
    query = PairQuery(facets={"release": ["v1"], "status": ["left_out"]})
    known, unknown = index.pairs(query).rows
    assert (known["question"], known["licence"]) == (pair["question"], pair["licence"])
    assert (known["stage"], known["reason"]) == ("dataset_release", "near_duplicate")
    assert (unknown["qa_id"], unknown["question"]) == (rows[1]["qa_id"], None)
    assert index.pairs(V1).facets["status"] == [
        ("released", released(tables).height),
        ("left_out", 2),
    ]


def test_the_catalog_tells_of_it(tables: Tables, folder: Path, index: Index) -> None:
    manifest = orjson.loads(tables.objects.get(key_of("v1", MANIFEST)))
    [summary] = Catalog.open(folder).releases()
    assert (summary.name, summary.open, summary.failed) == ("v1", True, ())
    assert (summary.pairs, summary.splits) == (manifest["pairs"], manifest["splits"])
    assert (summary.created, summary.shards) == (manifest["created"], len(manifest["shards"]))
    assert summary.funnel["release"].kept == summary.pairs


def test_a_new_verdict_is_told_and_a_withdrawn_release_is_gone(
    tables: Tables, folder: Path, index: Index
) -> None:
    objects = tables.objects
    verdict = orjson.loads(objects.get(key_of("v1", VERDICT)))
    changed = verdict | {"passed": False, "failed": ["too few"]}
    objects.put(key_of("v1", VERDICT), orjson.dumps(changed))
    assert update(tables, folder) == Updated(releases=["v1"])
    [summary] = Catalog.open(folder).releases()
    assert (summary.open, summary.failed) == (False, ("too few",))
    objects.put(key_of("v1", WITHDRAWN), b"{}")
    assert update(tables, folder) == Updated(removed=["v1"])
    index.reload()
    assert index.pairs(V1).total == 0


def test_of_a_release_that_cannot_be_read_through_nothing_is_found(
    tables: Tables, folder: Path, index: Index
) -> None:
    tables.objects.put(key_of("v1", DROPPED), b"PAR1 this is no table")
    assert list(update(tables, folder).failed) == ["v1"]
    index.reload()
    assert index.pairs(V1).total == 0
    assert Catalog.open(folder).releases() == []
    assert pending(tables, folder) == 0


@pytest.mark.parametrize("name", sorted(set(TABLES["dataset_release"]) - {"qa_id", "shard"}))
def test_a_release_of_an_older_version_may_lack_a_column(
    tables: Tables, folder: Path, name: str
) -> None:
    release = open_release(tables.objects, "v1")
    total = released(tables).height
    path = folder.with_name("part.parquet")
    for key in (key for keys in release.files.values() for key in keys):
        with tables.objects.open(key) as file:
            pl.read_parquet(file).drop(name).write_parquet(path)
        tables.objects.put_file(key, path)
    assert update(tables, folder).failed == {}
    index = open_index(folder)
    assert index is not None
    assert index.pairs(V1).total == total
