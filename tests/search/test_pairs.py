"""Every pair and candidate is found by each of its facets, with what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.search.conftest import rewrite
from webscale_rl_dagster.schemas import FAILED
from webscale_rl_dagster.search.index import Index, open_index
from webscale_rl_dagster.search.queries import PAIR_FACETS, PairQuery
from webscale_rl_dagster.search.updating import update
from webscale_rl_dagster.storage.tables import Row, Tables


def told(tables: Tables, *, is_open: bool = True) -> Iterator[dict[str, Any]]:
    """What the index should say of each candidate, from the tables row by row."""
    for shard in sorted(tables.shards("candidate_qa")):
        checked = {row["qa_id"]: row for row in rows(tables, "checked_qa", shard)}
        verified = {row["qa_id"]: row for row in rows(tables, "verified_qa", shard)}
        documents = {row["document_id"]: row for row in tables.kept_rows("raw_documents", shard)}
        for pair in tables.rows("candidate_qa", shard):
            own = checked.get(pair["qa_id"])
            document = documents[pair["document_id"]]
            yield {
                **{name: pair[name] for name in ("qa_id", "domain", "persona", "style")},
                **outcome(pair, own, verified.get(pair["qa_id"]), is_open=is_open),
                "answer_type": own and own["answer_type"],
                "verdict": [name for name, said in own["verdicts"].items() if said == "failed"]
                if own
                else [],
                "licence": document["licence"],
                "corpus": document["corpus"],
                "shard": shard,
                "release": None,
            }


def rows(tables: Tables, table: str, shard: str) -> list[Row]:
    return list(tables.rows(table, shard)) if tables.has(table, shard) else []


def outcome(pair: Row, checked: Row | None, verified: Row | None, *, is_open: bool) -> Row:
    stages = {"candidate_qa": pair, "checked_qa": checked, "verified_qa": verified}
    for stage, row in stages.items():
        if row is None:
            return {"status": "waiting", "stage": stage, "reason": None}
        if not row["kept"]:
            status = "failed" if row["reason"] == FAILED else "rejected"
            return {"status": status, "stage": stage, "reason": row["reason"]}
    return {"status": "published" if is_open else "gate_shut", "stage": None, "reason": None}


def values(row: dict[str, Any], facet: str) -> list[str]:
    value = row[facet]
    return value if isinstance(value, list) else [] if value is None else [value]


@pytest.mark.parametrize("facet", [name for name in PAIR_FACETS if name != "release"])
def test_a_facet_finds_the_rows_that_have_its_value(
    tables: Tables, index: Index, facet: str
) -> None:
    expected = list(told(tables))
    counts = Counter(value for row in expected for value in values(row, facet))
    assert counts
    assert dict(index.pairs(PairQuery()).facets[facet]) == counts
    for value, count in counts.items():
        found = index.pairs(PairQuery(facets={facet: [value]}))
        wanted = [row["qa_id"] for row in expected if value in values(row, facet)]
        assert (found.total, [row["qa_id"] for row in found.rows]) == (count, wanted)
        assert dict(found.facets[facet]) == counts


def test_a_row_tells_what_became_of_the_pair(tables: Tables, index: Index) -> None:
    expected = list(told(tables))
    found = index.pairs(PairQuery(), limit=1000)
    assert found.total == len(found.rows) == len(expected)
    for row, wanted in zip(found.rows, expected, strict=True):
        told_of = wanted.keys() - {"verdict", "corpus"}
        assert {name: row[name] for name in told_of} == {name: wanted[name] for name in told_of}
    assert {row["status"] for row in found.rows} == {"published", "rejected"}


def test_values_of_a_facet_are_alternatives_and_facets_all_hold(
    tables: Tables, index: Index
) -> None:
    expected = list(told(tables))
    rejected = [row for row in expected if row["status"] == "rejected"]
    reasons = sorted({row["reason"] for row in rejected})[:2]
    corpus = [row for row in rejected if row["corpus"] == "wiki" and row["reason"] in reasons]
    query = PairQuery(facets={"reason": reasons, "corpus": ["wiki"], "shard": []})
    found = index.pairs(query, limit=1000)
    assert [row["qa_id"] for row in found.rows] == [row["qa_id"] for row in corpus]
    assert dict(found.facets["reason"]) == Counter(
        row["reason"] for row in rejected if row["corpus"] == "wiki"
    )
    assert dict(found.facets["corpus"]) == Counter(
        row["corpus"] for row in rejected if row["reason"] in reasons
    )
    assert dict(found.facets["shard"]) == Counter(row["shard"] for row in corpus)


def test_a_pair_waits_for_the_stage_that_has_not_judged_it(tables: Tables, folder: Path) -> None:
    first, second = sorted(tables.shards("checked_qa"))[:2]
    tables.objects.delete([f"verified_qa/{first}.parquet", f"checked_qa/{second}.parquet"])
    update(tables, folder)
    index = open_index(folder)
    assert index is not None
    found = index.pairs(PairQuery(facets={"shard": [first, second]}), limit=1000)
    expected = [row for row in told(tables) if row["shard"] in (first, second)]
    assert [row["status"] for row in found.rows] == [row["status"] for row in expected]
    assert {row["stage"] for row in found.rows if row["status"] == "waiting"} == {
        "checked_qa",
        "verified_qa",
    }


def test_nothing_is_published_of_a_shard_that_was_not_judged_as_it_is(
    tables: Tables, folder: Path
) -> None:
    shard = tables.shards("verified_qa")[0]
    rewrite(tables, "checked_qa", shard, tables.read("checked_qa", shard).reverse())
    update(tables, folder)
    index = open_index(folder)
    assert index is not None
    found = index.pairs(PairQuery(facets={"shard": [shard]}))
    assert {"gate_shut", "published"} & dict(found.facets["status"]).keys() == {"gate_shut"}


def test_a_page_is_a_part_of_the_same_order(index: Index) -> None:
    whole = index.pairs(PairQuery(), limit=1000).rows
    pages = [
        row
        for offset in range(0, len(whole), 3)
        for row in index.pairs(PairQuery(), offset=offset, limit=3).rows
    ]
    assert pages == whole
    beyond = index.pairs(PairQuery(), offset=9_999, limit=50)
    assert (beyond.total, beyond.rows) == (len(whole), [])
    assert index.pairs(PairQuery(), offset=-5, limit=0).rows == []
    assert index.pairs(PairQuery(), offset=10**12).rows == []


def test_counts_are_those_of_the_commit_that_is_read(
    tables: Tables, folder: Path, index: Index
) -> None:
    first = index.pairs(PairQuery())
    assert index.pairs(PairQuery(), offset=1).facets == first.facets
    tables.objects.delete([f"verified_qa/{tables.shards('verified_qa')[0]}.parquet"])
    update(tables, folder)
    assert index.pairs(PairQuery()).facets == first.facets
    index.reload()
    fresh = open_index(folder)
    assert fresh is not None
    assert index.pairs(PairQuery()).facets == fresh.pairs(PairQuery()).facets != first.facets


def test_a_facet_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no such facets"):
        PairQuery(facets={"outcome": ["published"]})
