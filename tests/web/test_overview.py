"""The overview, the tables of shards and releases, and their pages."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
from starlette.testclient import TestClient

from tests.web.reading import Page, assert_harmless, assert_readable
from tests.web.sites import client_of, signed_in, site_on
from tests.web.towns import HOSTILE, Towns
from webscale_rl_dagster.lineage.records import Judged, made_of, record_judged
from webscale_rl_dagster.releases.layout import MANIFEST, PAGE, REMOVED, VERDICT, WITHDRAWN, key_of
from webscale_rl_dagster.schemas import STAGES, TABLES
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables
from webscale_rl_dagster.web.indexing import IndexState
from webscale_rl_dagster.web.site import Site

pytestmark = pytest.mark.slow

DAGSTER = "http://127.0.0.1:3000"
LOOKED = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture
def client(towns_site: Site) -> TestClient:
    return client_of(towns_site)


@pytest.fixture
def changed_site(towns: Towns, tmp_path: Path) -> Site:
    """The same on a copy of the storage, with the filter's gate shut by a hostile word."""
    shutil.copytree(towns.pipeline.settings["storage"], tmp_path / "store")
    site = site_on(str(tmp_path / "store"))
    [shard] = towns.pipeline.shards
    digest = site.digests.of("filtered_documents", shard)
    why = f"failed: kept_share (0.1) {HOSTILE}"
    record_judged(
        site.objects,
        Judged(
            "filtered_documents",
            shard,
            passed=False,
            why=why,
            failed=("kept_share",),
            files={"filtered_documents": digest},
            made=made_of(site.objects, shard)["filtered_documents"].time,
            run_id=None,
            time="2026-01-01T00:00:00+00:00",
        ),
    )
    site.indexing.update()
    return site


def page_of(client: TestClient, path: str) -> Page:
    answer = client.get(path)
    assert answer.status_code == 200
    assert_harmless(answer.text)
    assert_readable(answer.text)
    return Page(answer.text)


def test_the_overview_counts_what_the_tables_hold(client: TestClient, towns: Towns) -> None:
    page = page_of(client, "/")
    published = towns.rows("verified_qa").height
    checked = towns.rows("checked_qa")
    assert f"{published} published pairs" in _figures(page)
    assert f"{checked.height} candidates checked" in _figures(page)
    assert f"{checked['kept'].mean():.1%} of them accepted" in _figures(page)
    assert f"{towns.rows('raw_documents').height} documents" in _figures(page)
    assert "1 shards published, of 1" in _figures(page)
    assert "All gates are open." in page.text


def test_rejections_lead_to_the_search_that_finds_them(client: TestClient) -> None:
    page = page_of(client, "/")
    searches = [link for link in page.links if "reason=" in link]
    assert "/documents?stage=filtered_documents&reason=not_qualified" in searches
    for link in searches:
        found = page_of(client, link)
        assert "Nothing is found" not in found.text


def test_the_overview_names_calls_and_releases(client: TestClient, towns: Towns) -> None:
    page = page_of(client, "/")
    assert {"/release/v1", "/release/v2", "/release/v1/card"} <= set(page.links)
    asked = [one for one in STAGES if one in ("filtered_documents", "checked_qa")]
    for stage in asked:
        assert stage.replace("_", " ") in page.text
    assert "generated tokens" in page.text


def test_what_is_shut_is_named_with_why(changed_site: Site, towns: Towns) -> None:
    client = client_of(changed_site)
    [shard] = towns.pipeline.shards
    page = page_of(client, "/")
    assert "kept_share (0.1)" in page.text
    assert f"/shard/{shard}" in page.links
    assert "0 published pairs" in _figures(page)
    assert "/shards?gate=filtered_documents&state=failed" in page.links
    listed = page_of(client, "/shards?gate=filtered_documents&state=failed")
    assert f"/shard/{shard}" in listed.links
    none = page_of(client, "/shards?gate=filtered_documents&state=open")
    assert "No shard has that gate in that state." in none.text
    assert "kept_share (0.1)" in page_of(client, f"/shard/{shard}").text


def test_the_table_of_shards(client: TestClient, towns: Towns) -> None:
    page = page_of(client, "/shards")
    [shard] = towns.pipeline.shards
    assert f"/shard/{shard}" in page.links
    assert any(link.startswith(f"{DAGSTER}/runs/") for link in page.links)
    beyond = page_of(client, "/shards?page=7")
    assert "There are no shards on this page." in beyond.text


def test_a_shard_from_its_tables_to_dagster(client: TestClient, towns: Towns) -> None:
    [shard] = towns.pipeline.shards
    page = page_of(client, f"/shard/{shard}")
    for stage in STAGES:
        key = shard.replace("/", "%2F")
        assert f"{DAGSTER}/assets/{stage}?view=partitions&partition={key}" in page.links
    assert "All gates are open, so its verified pairs are published." in page.text
    assert sum(link.startswith(f"{DAGSTER}/runs/") for link in page.links) == len(STAGES)
    reasons = towns.rows("filtered_documents")["reason"].drop_nulls().to_list()
    for reason in reasons:
        link = f"/documents?shard={key}&stage=filtered_documents&reason={reason}"
        assert link in page.links
        assert page_of(client, link)


def test_a_table_without_a_record_is_counted(towns: Towns, tmp_path: Path) -> None:
    [shard] = towns.pipeline.shards
    tables = Tables(Objects(str(tmp_path / "store")))
    tables.write("raw_documents", shard, towns.rows("raw_documents"))
    page = page_of(client_of(site_on(str(tmp_path / "store"))), f"/shard/{shard}")
    assert "not recorded" in page.text
    assert "Its pairs are held back until every stage is made and judged." in page.text


def test_the_list_of_releases(client: TestClient) -> None:
    page = page_of(client, "/releases")
    assert {"/release/v1", "/release/v2"} <= set(page.links)


def test_a_release_in_the_words_of_its_manifest(client: TestClient, towns: Towns) -> None:
    manifest = _manifest(towns, "v2")
    page = page_of(client, "/release/v2")
    assert f"{manifest['pairs']} pairs" in _figures(page)
    assert manifest["content_sha256"] in page.text
    assert "/release/v1" in page.links
    assert f"{DAGSTER}/assets/dataset_release?view=partitions&partition=v2" in page.links
    [shard] = towns.pipeline.shards
    assert f"/shard/{shard}" in page.links


def test_the_card_is_served_where_nothing_of_it_runs(client: TestClient, towns: Towns) -> None:
    answer = client.get("/release/v2/card")
    stored = towns.pipeline.tables.objects.get(key_of("v2", PAGE))
    assert answer.content == stored
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert "allow-" not in policy


def test_the_files_of_a_release_are_plain_text_or_saved(client: TestClient, towns: Towns) -> None:
    page = page_of(client, "/release/v2")
    files = [link for link in page.links if link.startswith("/release/v2/") and "card" not in link]
    assert {"/release/v2/RELEASE.json", "/release/v2/dropped.parquet"} <= set(files)
    for link in files:
        answer = client.get(link)
        assert answer.status_code == 200
        assert answer.content == towns.pipeline.tables.objects.get(f"releases{link[8:]}")
        if link.endswith(".parquet"):
            assert answer.headers["content-disposition"].startswith("attachment;")
        else:
            assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    for name in ("data", "card.html", "WITHDRAWN.json", "nothing"):
        assert client.get(f"/release/v2/{name}").status_code == 404


def test_a_release_that_did_not_pass_or_is_no_more(changed_site: Site) -> None:
    client, objects = client_of(changed_site), changed_site.objects
    sha = orjson.loads(objects.get(key_of("v2", "RELEASE.json")))["content_sha256"]
    verdict = {"passed": False, "content_sha256": sha, "failed": [f"drift {HOSTILE}"]}
    objects.put(key_of("v2", VERDICT), orjson.dumps(verdict))
    withdrawn = {"reason": f"asked to {HOSTILE}", "time": "2026-02-03", "tombstones": []}
    objects.put(key_of("v1", WITHDRAWN), orjson.dumps(withdrawn))
    changed_site.indexing.update()
    assert "drift" in page_of(client, "/release/v2").text
    assert "shut" in page_of(client, "/releases").text
    answer = client.get("/release/v1")
    assert answer.status_code == 404
    assert "withdrawn on 2026-02-03" in answer.text
    assert_harmless(answer.text)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (IndexState("building"), "is being brought up to date."),
        (IndexState("building", 3, 1200), "3 of 1,200 shards and releases"),
        (IndexState("ready", looked=LOOKED), "up to date as of 2026-02-03 04:05:06 UTC."),
        (IndexState("ready", unreadable=2), "but for 2 shards or releases that cannot be read"),
        (IndexState("failed"), "could not be brought up to date"),
        (IndexState("elsewhere"), "Another process keeps the index up to date."),
    ],
)
def test_pages_say_how_far_the_index_is(tmp_path: Path, state: IndexState, said: str) -> None:
    site = site_on(str(tmp_path / "store"))
    site.indexing.state = state
    for path in ("/", "/pairs", "/documents", "/shards", "/releases"):
        assert said in page_of(client_of(site), path).text


def test_the_index_is_up_to_date_as_of_the_last_look(changed_site: Site) -> None:
    before = datetime.now(UTC)
    changed_site.indexing.update()
    looked = changed_site.indexing.state.looked
    assert looked is not None
    assert before <= looked <= datetime.now(UTC)
    said = f"up to date as of {looked:%Y-%m-%d %H:%M:%S} UTC."
    assert said in client_of(changed_site).get("/").text


def test_the_index_of_another_process_is_read(changed_site: Site) -> None:
    from webscale_rl_dagster.search.folder import only_writer

    changed_site.objects.delete(changed_site.objects.list("lineage/judged"))
    with only_writer(changed_site.indexing.folder):
        changed_site.indexing.update()
    assert changed_site.indexing.state.kind == "elsewhere"
    assert "published pairs" in page_of(client_of(changed_site), "/").text


def test_what_breaks_the_index_is_told_and_readers_go_on(
    towns: Towns, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    no_folder = tmp_path / "index"
    no_folder.write_text("a file")
    site = site_on(towns.pipeline.settings["storage"], index=no_folder)
    site.indexing.update()
    assert site.indexing.state.kind == "failed"
    assert str(no_folder) in caplog.text
    page = page_of(client_of(site), "/")
    assert str(no_folder) not in page.text


def test_a_shard_that_cannot_be_indexed_is_counted_and_logged_once(
    changed_site: Site, towns: Towns, caplog: pytest.LogCaptureFixture
) -> None:
    [shard] = towns.pipeline.shards
    changed_site.objects.put(f"candidate_qa/{shard}.parquet", b"no table")
    changed_site.indexing.update()
    changed_site.indexing.update()
    assert changed_site.indexing.state == IndexState("ready", unreadable=1)
    assert caplog.text.count("could not be indexed") == 1
    assert "but for 1 shards" in client_of(changed_site).get("/").text


def test_a_storage_that_cannot_be_read_is_told_without_its_path(
    changed_site: Site, towns: Towns, caplog: pytest.LogCaptureFixture
) -> None:
    [shard] = towns.pipeline.shards
    changed_site.objects.put(f"lineage/made/raw_documents/{shard}.json", b"no record")
    answer = client_of(changed_site).get(f"/shard/{shard}")
    assert answer.status_code == 503
    assert changed_site.objects.root not in answer.text
    assert changed_site.objects.root in caplog.text


def test_signed_in_pages_are_as_readable(towns_site: Site) -> None:
    client = signed_in(towns_site)
    for path in ("/", "/pairs", "/documents", "/shards", "/releases", "/sign-in"):
        assert_readable(client.get(path).text)
    assert "Sign out" in client.get("/").text


def test_pages_have_landmarks_and_say_where_one_is(client: TestClient) -> None:
    for path in ("/", "/pairs", "/documents", "/shards", "/releases"):
        page = page_of(client, path)
        assert [element.tag for element in page.all("header", "main", "footer")] == [
            "header",
            "main",
            "footer",
        ]
        assert page.links[0] == "#main"
        [here] = [one for one in page.all("a") if one.attributes.get("aria-current") == "page"]
        assert here.attributes["href"] == path


def _figures(page: Page) -> list[str]:
    """Each as its number and its label."""
    numbers = [element.text for element in page.all("dd")]
    labels = [element.text for element in page.all("dt")]
    return [f"{number} {label}" for label, number in zip(labels, numbers, strict=True)]


def _manifest(towns: Towns, name: str) -> dict[str, Any]:
    found: dict[str, Any] = orjson.loads(
        towns.pipeline.tables.objects.get(key_of(name, "RELEASE.json"))
    )
    return found


def test_removed_documents_are_listed_with_their_reason(changed_site: Site) -> None:
    objects = changed_site.objects
    manifest = orjson.loads(objects.get(key_of("v2", MANIFEST)))
    removal = {"kind": "licence", "time": "2026-02-03T00:00:00+00:00", "reason": HOSTILE}
    manifest["removed"] = {"documents": 3, "removals": [removal | {"documents": 3}]}
    objects.put(key_of("v2", MANIFEST), orjson.dumps(manifest))
    row = {"document_id": "ab" * 32, "reason": HOSTILE, "kind": "licence"}
    body = BytesIO()
    pl.DataFrame([row], schema=TABLES["release_removed"]).write_parquet(body)
    objects.put(key_of("v2", REMOVED), body.getvalue())
    page = page_of(client_of(changed_site), "/release/v2")
    assert "3 by licence, 2026-02-03 00:00 UTC" in page.text
    assert f"/document/{'ab' * 32}" in page.links
    assert "And 2 more" in page.text
