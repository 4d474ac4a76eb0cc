"""A document's page: what became of it, found by the index."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from starlette.testclient import TestClient

from tests.pipeline import town
from tests.web.reading import Page, assert_harmless, assert_readable
from tests.web.sites import client_of, site_on
from tests.web.towns import HOSTILE, MALICIOUS, REPEATED, SHORT, UNFIT, Towns
from webscale_rl_dagster.corpora.removed import new_tombstone, save
from webscale_rl_dagster.lineage.state import Digests, ShardState, shard_state
from webscale_rl_dagster.removal.removing import erase_rows
from webscale_rl_dagster.search.updating import update
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables
from webscale_rl_dagster.web import documents
from webscale_rl_dagster.web.documents import MOST
from webscale_rl_dagster.web.site import Site

pytestmark = pytest.mark.slow


@pytest.fixture
def client(towns_site: Site) -> TestClient:
    return client_of(towns_site)


def page_of(client: TestClient, document: dict[str, Any]) -> Page:
    answer = client.get(f"/document/{document['document_id']}")
    assert answer.status_code == 200
    return Page(answer.text)


def test_a_document_leads_to_its_pairs_and_their_releases(client: TestClient, towns: Towns) -> None:
    document = towns.document(3)
    page = page_of(client, document)
    assert "published: at least one pair of it is" in page.text
    assert f"{document['source_uri']}, row 3" in page.text
    made = towns.rows("candidate_qa").filter(document_id=document["document_id"])["qa_id"]
    old = towns.released.filter(document_id=document["document_id"])["qa_id"]
    links = [link for link in page.links if link.startswith("/pair/")]
    assert sorted(links) == sorted(f"/pair/{qa_id}" for qa_id in {*made, *old})
    assert "only in a release" in page.text
    assert "/release/v1" in page.links
    assert "/release/v2" in page.links
    [text] = page.all("pre")
    assert text.text.strip() == town(3)


def test_a_repeat_is_told_with_the_document_that_it_repeats(
    client: TestClient, towns: Towns
) -> None:
    page = page_of(client, towns.document(REPEATED))
    assert "The same text elsewhere" in page.text
    assert "row 6, in shard" in page.text
    assert "it repeats the text of another document" in page.text
    assert "published: at least one pair" in page.text


def test_a_dropped_document_says_where_and_why(client: TestClient, towns: Towns) -> None:
    unfit = page_of(client, towns.document(UNFIT))
    assert "dropped at filtered_documents" in unfit.text
    assert "The model found that no good question can be drawn from it. not_qualified" in unfit.text
    assert "None was made of it." in unfit.text
    short = page_of(client, towns.document(SHORT))
    assert "It is too short. too_short" in short.text
    assert "Too short. \\x1b[31m\\u202e" in short.text


def test_no_page_of_a_document_does_harm(client: TestClient, towns: Towns) -> None:
    for document_id in towns.rows("raw_documents")["document_id"]:
        html = client.get(f"/document/{document_id}").text
        assert_harmless(html)
        assert_readable(html)
    page = page_of(client, towns.document(MALICIOUS))
    assert f"licence {HOSTILE}".replace("\u202e", "\\u202e") in page.text
    assert "address javascript:document.title='owned'" in page.text


def test_a_removed_document_says_why(towns: Towns, tmp_path: Path) -> None:
    shutil.copytree(towns.pipeline.settings["storage"], tmp_path / "store")
    site = site_on(str(tmp_path / "store"))
    document, pair = towns.document(4), towns.pair_of(4)
    removed = {document["document_id"]: [pair["qa_id"]]}
    save(site.objects, new_tombstone("document", document["document_id"], HOSTILE, removed))
    [shard] = towns.pipeline.shards
    assert erase_rows(site.tables, shard, removed) == 1
    client = client_of(site)
    page = page_of(client, document)
    assert "removed on request" in page.text
    assert page.text.count("<script>document.title='owned'</script>") == 1
    assert [one.text for one in page.all("h1")] == ["Document without a title"]
    assert not page.all("pre")
    assert_harmless(page.html)
    assert "It was removed on" in Page(client.get(f"/pair/{pair['qa_id']}").text).text


def test_an_unknown_document_leads_to_the_nearest(client: TestClient, towns: Towns) -> None:
    known = towns.document(1)["document_id"]
    for asked in (known[:-1] + ("0" if known[-1] != "0" else "1"), known[:9], known[:9].upper()):
        answer = client.get(f"/document/{asked}")
        assert answer.status_code == 404
        assert f"/document/{known}" in Page(answer.text).links


@pytest.mark.parametrize("asked", ["x", "..%2Fetc%2Fpasswd", "%00", "%3Cscript%3E", "0" * 5000])
def test_a_wrong_id_is_not_found(client: TestClient, asked: str) -> None:
    answer = client.get(f"/document/{asked}")
    assert answer.status_code in (404, 414)
    assert_harmless(answer.text)


def test_a_document_is_found_before_its_shard_is_indexed(towns: Towns, tmp_path: Path) -> None:
    site = site_on(towns.pipeline.settings["storage"], index=tmp_path / "index")
    assert "published" in page_of(client_of(site), towns.document(3)).text


def test_a_document_is_found_that_another_process_has_just_indexed(
    towns: Towns, tmp_path: Path
) -> None:
    tables = Tables(Objects(str(tmp_path / "store")))
    site = site_on(tables.objects.root)
    rows = towns.rows("raw_documents").filter(pl.col("duplicate_of").is_null())
    tables.write("raw_documents", "wiki/0123456789/00000", rows.head(1))
    site.indexing.update()
    assert page_of(client_of(site), rows.row(0, named=True))
    tables.write("raw_documents", "wiki/0123456789/00001", rows.tail(1))
    update(tables, site.indexing.folder)
    assert page_of(client_of(site), rows.row(-1, named=True))


def test_of_many_repeats_the_first_are_shown_and_only_the_kept_one_is_traced(
    towns: Towns, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = Tables(Objects(str(tmp_path / "store")))
    repeat = towns.rows("raw_documents").filter(pl.col("source_row") == 6)
    many = (
        pl.concat([repeat] * (MOST + 50))
        .with_row_index("row")
        .with_columns(source_row=pl.col("row").cast(repeat.schema["source_row"]))
    )
    early, kept, late = (f"wiki/0123456789/0000{number}" for number in range(3))
    for shard in (early, late):
        tables.write("raw_documents", shard, many.drop("row"))
    tables.write("raw_documents", kept, pl.DataFrame([towns.document(REPEATED)], repeat.schema))
    judged: list[str] = []

    def watched(tables: Tables, shard: str, digests: Digests) -> ShardState:
        judged.append(shard)
        return shard_state(tables, shard, digests)

    monkeypatch.setattr(documents, "shard_state", watched)
    page = page_of(client_of(site_on(tables.objects.root)), towns.document(REPEATED))
    assert judged == [kept]
    assert f"in shard {early}: it repeats" in page.text
    assert page.text.count("in shard wiki/0123456789/") == MOST
    assert f"{MOST + 100} more are not shown" in page.text
    assert [one.text.strip() for one in page.all("pre")] == [town(REPEATED)]
