"""The searches for pairs and documents."""

from __future__ import annotations

import pytest
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.testclient import TestClient

from tests.web.reading import Page, assert_harmless, assert_readable
from tests.web.sites import client_of
from tests.web.towns import HOSTILE, MALICIOUS, UNFIT, Towns
from webscale_rl_dagster.search.queries import DOCUMENT_FACETS, PAIR_FACETS
from webscale_rl_dagster.web.questions import MOST_PAGES, Question, page_number, read
from webscale_rl_dagster.web.site import Site

FACETS = ("status", "domain")


@pytest.fixture
def client(towns_site: Site) -> TestClient:
    return client_of(towns_site)


def page_of(client: TestClient, path: str) -> Page:
    answer = client.get(path)
    assert answer.status_code == 200
    assert_harmless(answer.text)
    assert_readable(answer.text)
    return Page(answer.text)


def rows(page: Page) -> list[str]:
    """The addresses of what was found."""
    found = [one for one in page.all("a") if one.attributes.get("class") == "question"]
    return [str(element.attributes["href"]) for element in found]


def chosen(page: Page) -> list[str]:
    """Values of facets that are in force."""
    some = [one for one in page.all("a") if one.attributes.get("aria-current") == "true"]
    return [element.text.split()[1] for element in some if element.text.startswith("✓")]


@pytest.mark.parametrize(
    "address",
    [
        "/pairs",
        "/pairs?q=old+bridge",
        "/pairs?q=a%26b%3Dc&status=published&status=rejected&domain=%3Cscript%3E",
        "/pairs?domain=x&page=3",
    ],
)
def test_an_address_is_read_and_written_alike(address: str) -> None:
    path, _, query = address.partition("?")
    assert read(path, QueryParams(query), FACETS).address == address


def test_a_value_is_toggled_and_the_page_goes_back_to_the_first() -> None:
    asked = read("/pairs", QueryParams("status=rejected&page=4"), FACETS)
    assert asked.toggled("status", "published").address == (
        "/pairs?status=rejected&status=published"
    )
    assert asked.toggled("status", "rejected").address == "/pairs"
    assert asked.toggled("domain", "Math").address == "/pairs?status=rejected&domain=Math"
    assert asked.without_text().page == 1


def test_surrogates_are_no_error() -> None:
    assert Question("/pairs", "\ud800", {"domain": ("\ud800",)}, 1).address


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.0", "", " 1", "²", str(MOST_PAGES + 1)])
def test_what_is_no_page(page: str) -> None:
    with pytest.raises(HTTPException) as refused:
        page_number(QueryParams({"page": page}), MOST_PAGES)
    assert refused.value.status_code == 400


@pytest.mark.slow
def test_a_rejected_pair_is_found_with_its_reason(client: TestClient, towns: Towns) -> None:
    pair = towns.pair(kept=False)
    page = page_of(client, "/pairs?status=rejected")
    assert f"/pair/{pair['qa_id']}" in rows(page)
    assert f"/document/{pair['document_id']}" in page.links
    assert chosen(page) == ["rejected"]
    narrowed = page_of(client, f"/pairs?status=rejected&reason={pair['reason']}")
    assert f"/pair/{pair['qa_id']}" in rows(narrowed)


@pytest.mark.slow
def test_text_finds_a_question_and_stays_in_the_box(client: TestClient, towns: Towns) -> None:
    pair = towns.pair(kept=True)
    name = towns.pair_of(3)
    page = page_of(client, "/pairs?q=Dunharrow")
    assert f"/pair/{name['qa_id']}" in rows(page)
    [box] = [one for one in page.all("input") if one.attributes.get("name") == "q"]
    assert box.attributes["value"] == "Dunharrow"
    by_id = page_of(client, f"/pairs?q={pair['qa_id']}")
    assert rows(by_id) == [f"/pair/{pair['qa_id']}"]


@pytest.mark.slow
def test_facets_lead_to_their_rows_and_back(client: TestClient, towns: Towns) -> None:
    page = page_of(client, "/pairs")
    total = towns.rows("candidate_qa").height
    assert f"{total} pairs" in page.within("results")
    links = [link for link in page.links if link.startswith("/pairs?")]
    assert {link.split("?")[1].split("=")[0] for link in links} <= set(PAIR_FACETS)
    [published] = [link for link in links if link == "/pairs?status=published"]
    narrowed = page_of(client, published)
    assert f"{towns.rows('verified_qa').height} pairs" in narrowed.within("results")
    assert "/pairs" in narrowed.links


@pytest.mark.slow
def test_every_facet_of_every_search_finds_what_it_counts(client: TestClient) -> None:
    for path, facets in (("/pairs", PAIR_FACETS), ("/documents", DOCUMENT_FACETS)):
        page = page_of(client, path)
        for facet in facets:
            some = [
                one
                for one in page.all("a")
                if str(one.attributes.get("href")).startswith(f"{path}?{facet}=")
            ]
            for element in some[:3]:
                count = element.text.split()[-1]
                found = page_of(client, str(element.attributes["href"]))
                assert found.within("results").split()[0] == count


@pytest.mark.slow
def test_pairs_of_a_release(client: TestClient, towns: Towns) -> None:
    page = page_of(client, "/pairs?release=v1")
    assert f"{towns.released.height} pairs" in page.within("results")
    assert "released" in page.text


@pytest.mark.slow
def test_a_dropped_document_is_found(client: TestClient, towns: Towns) -> None:
    page = page_of(client, "/documents?outcome=dropped&reason=not_qualified")
    assert rows(page) == [f"/document/{towns.document(UNFIT)['document_id']}"]


@pytest.mark.slow
def test_what_is_found_of_a_hostile_document_is_text(client: TestClient, towns: Towns) -> None:
    document = towns.document(MALICIOUS)
    page = page_of(client, "/documents?q=Cindleford")
    assert f"/document/{document['document_id']}" in rows(page)
    assert "<script>" in page.text
    assert "\\u202e" in page.text
    assert not [link for link in page.links if "javascript:" in link]


@pytest.mark.slow
def test_a_hostile_value_of_a_facet_is_text_in_its_links(client: TestClient) -> None:
    page = page_of(client, "/documents")
    [licence] = [link for link in page.links if link.startswith("/documents?licence=%3C")]
    found = page_of(client, licence)
    assert "1 document" in found.within("results")
    [hidden] = [one for one in found.all("input") if one.attributes.get("name") == "licence"]
    assert hidden.attributes["value"] == HOSTILE
    echoed = client.get("/pairs", params={"q": HOSTILE, "domain": HOSTILE})
    assert_harmless(echoed.text)


@pytest.mark.slow
def test_a_page_past_the_end_leads_back(client: TestClient) -> None:
    page = page_of(client, "/pairs?status=published&page=9")
    assert "Nothing is found on this page" in page.text
    assert "/pairs?status=published" in page.links
