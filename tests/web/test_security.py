"""Every rule of who may do what, asked over HTTP of a storage that is empty."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.web.sites import (
    FROM_OUR_PAGE,
    HOME,
    TOKEN,
    client_of,
    form_token,
    signed_in,
    site_on,
)
from webscale_rl_dagster.web.access import Access
from webscale_rl_dagster.web.headers import CONTENT_SECURITY_POLICY
from webscale_rl_dagster.web.site import Site

PAGES = ("/", "/pairs", "/documents", "/shards", "/releases", "/marks")
BEARER = {"authorization": f"Bearer {TOKEN}"}


@pytest.fixture
def open_site(tmp_path: Path) -> Site:
    """Of a server on loopback without a configured token."""
    return site_on(str(tmp_path / "store"))


@pytest.fixture
def closed_site(tmp_path: Path) -> Site:
    """Of a server with one."""
    return site_on(str(tmp_path / "store"), access=Access.closed(TOKEN))


def change(client: TestClient, form: dict[str, str] | None = None, **options: Any) -> int:
    """The status of a request that changes something."""
    return client.post("/sign-out", data={"sent": "1"} | (form or {}), **options).status_code


@pytest.mark.parametrize("path", PAGES)
def test_on_loopback_anyone_reads(open_site: Site, path: str) -> None:
    assert client_of(open_site).get(path).status_code == 200


@pytest.mark.parametrize("path", [*PAGES, "/pair/x", "/release/v1/card", "/nowhere", "/sign-out"])
def test_with_a_configured_token_every_page_needs_it(closed_site: Site, path: str) -> None:
    client = client_of(closed_site)
    answer = client.get(path)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert client.get(path, headers={"authorization": "Bearer wrong"}).status_code == 401
    assert client.get(path, headers=BEARER).status_code != 401
    assert signed_in(closed_site).get(path).status_code != 401


def test_the_style_and_the_sign_in_form_are_seen_by_all(closed_site: Site) -> None:
    client = client_of(closed_site)
    assert client.get("/style.css").headers["content-type"].startswith("text/css")
    assert client.get("/sign-in").status_code == 200


def test_a_wrong_token_does_not_forget_where_one_wanted_to_go(closed_site: Site) -> None:
    client = client_of(closed_site)
    form = {"token": "wrong", "wanted": "/pairs?q=bridge"}
    answer = client.post("/sign-in", data=form, headers=FROM_OUR_PAGE)
    assert 'value="/pairs?q=bridge"' in answer.text
    assert 'value="/marks"' in client.get("/sign-in?wanted=/marks").text


def test_the_sign_in_link_takes_the_token_out_of_the_address(open_site: Site) -> None:
    answer = client_of(open_site).get("/sign-in", params={"token": open_site.access.token})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    assert answer.headers["referrer-policy"] == "no-referrer"
    cookie = answer.headers["set-cookie"]
    assert open_site.access.token not in cookie
    for attribute in ("HttpOnly", "SameSite=strict", "Max-Age=43200", "Path=/"):
        assert attribute in cookie
    assert "Secure" not in cookie


def test_the_cookie_is_secure_where_the_connection_is(closed_site: Site) -> None:
    client = client_of(closed_site, base_url="https://127.0.0.1:3080")
    answer = client.get("/sign-in", params={"token": TOKEN})
    assert "Secure" in answer.headers["set-cookie"]


def test_the_form_signs_in_and_leads_to_where_one_wanted_to_go(closed_site: Site) -> None:
    client = client_of(closed_site)
    asked = client.get("/pairs?q=bridge&status=rejected")
    assert 'value="/pairs?q=bridge&amp;status=rejected"' in asked.text
    form = {"token": TOKEN, "wanted": "/pairs?q=bridge&status=rejected"}
    answer = client.post("/sign-in", data=form, headers=FROM_OUR_PAGE)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/pairs?q=bridge&status=rejected"
    assert client.get("/pairs").status_code == 200


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "evil", "", "/\t/evil"]
)
def test_signing_in_leads_nowhere_else(closed_site: Site, wanted: str) -> None:
    form = {"token": TOKEN, "wanted": wanted}
    answer = client_of(closed_site).post("/sign-in", data=form, headers=FROM_OUR_PAGE)
    assert answer.headers["location"] == "/"


def test_too_many_wrong_tokens_are_told_and_the_right_one_is_taken(closed_site: Site) -> None:
    client = client_of(closed_site)
    for _ in range(5):
        answer = client.post("/sign-in", data={"token": "wrong"}, headers=FROM_OUR_PAGE)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
    wrong = {"authorization": "Bearer wrong"}
    assert client.post("/sign-in", data={"token": "x"}, headers=FROM_OUR_PAGE).status_code == 429
    assert client.get("/sign-in", params={"token": "x"}).status_code == 429
    assert client.get("/", headers=wrong).status_code == 429
    assert client.get("/", headers=BEARER).status_code == 200
    form = {"token": TOKEN}
    assert client.post("/sign-in", data=form, headers=FROM_OUR_PAGE).status_code == 303
    assert client.get("/", headers=wrong).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(
    ("mode", "dest"), [("no-cors", "image"), ("cors", "empty"), ("navigate", "iframe")]
)
def test_what_another_page_embeds_is_not_counted_or_let_in(
    open_site: Site, site: str, mode: str, dest: str
) -> None:
    client = client_of(open_site)
    headers = {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest}
    for token in [*["x"] * 6, open_site.access.token]:
        answer = client.get("/sign-in", params={"token": token}, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
    assert client.get("/sign-in", params={"token": "x"}).status_code == 403


@pytest.mark.parametrize("site", ["none", "cross-site"])
def test_a_link_that_is_followed_is_counted_and_signs_in(open_site: Site, site: str) -> None:
    client = client_of(open_site)
    headers = {"sec-fetch-site": site, "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}
    said = [
        client.get("/sign-in", params={"token": token}, headers=headers).status_code
        for token in [*["x"] * 6, open_site.access.token]
    ]
    assert said == [*[403] * 5, 429, 303]


def test_a_change_needs_a_session_even_where_reading_needs_none(open_site: Site) -> None:
    assert change(client_of(open_site), headers=FROM_OUR_PAGE) == 403


def test_a_change_needs_the_form_token_of_its_session(open_site: Site) -> None:
    client, other = signed_in(open_site), signed_in(open_site)
    token = form_token(client)
    assert change(client, headers=FROM_OUR_PAGE) == 403
    assert change(client, {"form_token": "0" * 64}, headers=FROM_OUR_PAGE) == 403
    assert change(client, {"form_token": form_token(other)}, headers=FROM_OUR_PAGE) == 403
    assert change(client, {"form_token": token}, headers=FROM_OUR_PAGE) == 303


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"origin": HOME}, 303),
        ({"referer": f"{HOME}/pair/x"}, 303),
        ({}, 403),
        ({"sec-fetch-site": "cross-site", "origin": HOME}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://evil.example", "referer": HOME}, 403),
        ({"origin": "http://127.0.0.1:3081"}, 403),
        ({"origin": "http://[::1"}, 403),
    ],
)
def test_a_change_comes_from_our_own_page(
    open_site: Site, headers: dict[str, str], status: int
) -> None:
    client = signed_in(open_site)
    assert change(client, {"form_token": form_token(client)}, headers=headers) == status


def test_a_script_changes_with_the_token_and_a_page_of_another_site_does_not(
    closed_site: Site,
) -> None:
    client = client_of(closed_site)
    assert change(client, headers=BEARER) == 303
    assert change(client, headers=BEARER | {"sec-fetch-site": "cross-site"}) == 403
    assert change(client, headers=BEARER | {"origin": "http://evil.example"}) == 403


@pytest.mark.parametrize("path", ["/sign-out", "/pair/wiki.0123456789.00000.0/mark"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_changes_are_posts(open_site: Site, path: str, method: str) -> None:
    assert signed_in(open_site).request(method, path).status_code in (404, 405)


def test_signing_in_from_another_site_is_refused(open_site: Site) -> None:
    form = {"token": open_site.access.token}
    headers = {"sec-fetch-site": "cross-site"}
    answer = client_of(open_site).post("/sign-in", data=form, headers=headers)
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_signing_out_takes_the_cookie_away(closed_site: Site) -> None:
    client = signed_in(closed_site)
    assert change(client, {"form_token": form_token(client)}, headers=FROM_OUR_PAGE) == 303
    assert client.get("/").status_code == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:3080", "", "a@b:c"])
def test_a_name_that_is_not_ours_is_refused(open_site: Site, host: str) -> None:
    answer = client_of(open_site).get("/", headers={"host": host})
    assert answer.status_code == 421
    assert "published pairs" not in answer.text


@pytest.mark.parametrize("host", ["x/style.css?", "x/sign-in?", "x/sign-in#", "x"])
def test_no_name_makes_a_page_one_that_all_may_see(tmp_path: Path, host: str) -> None:
    everywhere = site_on(str(tmp_path / "store"), access=Access.closed(TOKEN), host="0.0.0.0")
    answer = client_of(everywhere).get("/pairs", headers={"host": host})
    assert answer.status_code in (401, 421)
    assert "Words of the question" not in answer.text


def requests_of_each_kind(site: Site) -> list[Any]:
    client = signed_in(site)
    return [
        client.get("/"),
        client.get("/style.css"),
        client.get("/nowhere"),
        client.get("/pairs?page=x"),
        client.get("/", headers={"host": "evil.example"}),
        client.get("/sign-in", params={"token": site.access.token}),
        client.get(f"/?{'x' * 5000}"),
        client.post("/sign-out"),
        client.post("/sign-in", content=b"{}", headers=FROM_OUR_PAGE),
        client.delete("/"),
        client.head("/"),
    ]


def test_every_response_has_the_headers(open_site: Site) -> None:
    answers = requests_of_each_kind(open_site)
    assert {answer.status_code for answer in answers} >= {200, 303, 400, 403, 404, 405, 414, 415}
    for answer in answers:
        headers = answer.headers
        assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] in ("same-origin", "no-referrer")
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert headers["cache-control"]
        assert "server" not in headers


def test_a_mistake_of_ours_is_told_without_its_inside(
    open_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Any) -> None:
        raise RuntimeError("the inside")

    monkeypatch.setattr(type(open_site.indexing), "catalog", broken)
    answer = client_of(open_site).get("/")
    assert answer.status_code == 500
    assert "the inside" not in answer.text
    assert "Traceback" not in answer.text
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"a=1", "application/json", 415),
        (b"a=1", "multipart/form-data; boundary=x", 415),
        (b"a=1", "", 415),
        (b"a=" + b"x" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"&".join(b"a=1" for _ in range(30)), "application/x-www-form-urlencoded", 400),
        (b"a=\xff\xfe", "application/x-www-form-urlencoded", 400),
        (b"a=%ff%00%zz&&&=", "application/x-www-form-urlencoded; charset=x", 303),
    ],
)
def test_what_a_form_may_be(closed_site: Site, body: bytes, content_type: str, status: int) -> None:
    headers = BEARER | {"content-type": content_type}
    answer = client_of(closed_site).post("/sign-out", content=body, headers=headers)
    assert answer.status_code == status


def test_no_page_holds_the_token(open_site: Site) -> None:
    client = signed_in(open_site)
    for path in (*PAGES, "/sign-in", "/nowhere"):
        assert open_site.access.token not in client.get(path).text


TAMPERED = [
    "/pairs?page=0",
    "/pairs?page=-1",
    "/pairs?page=1e3",
    "/pairs?page=999999999999999999999",
    "/pairs?page=%D9%A1",
    "/pairs?colour=red",
    "/pairs?outcome=dropped",
    f"/pairs?q={'x' * 501}",
    f"/pairs?domain={'x' * 501}",
    "/pairs?" + "&".join(f"domain={n}" for n in range(30)),
    "/documents?status=published",
    "/documents?page=2.5",
    "/shards?page=0",
    "/shards?page=x",
    "/shards?gate=raw_documents",
    "/shards?gate=raw_documents&state=ajar",
    "/shards?gate='; DROP TABLE parts; --&state=open",
    "/shard/wiki/0123456789/0",
    "/shard/wiki/0123456789/00000",
    "/shard/../../etc",
    "/shard/%2e%2e/%2e%2e/passwd",
    "/shard/wiki/..%2f..%2f/00000",
    "/shard/wiki/0123456789/00000%00",
    "/release/v1",
    "/release/%2e%2e",
    "/release/..%2f..%2fpipeline.yaml",
    "/release/v1%00",
    "/release/v1/card",
    "/release/v1/RELEASE.json",
    "/release/v1/data",
    "/release/..%2fjournal/RELEASE.json",
    "/pair/%00",
    "/pair/..%2f..%2fetc%2fpasswd",
    "/pair/%F0%9F%98%80",
    "/pair/%ff",
    "/document/%00",
    "/document/..%2f..%2fetc%2fpasswd",
    "/style.css/..%2f..%2fapp.py",
    "/static/style.css",
    "/%2e%2e/%2e%2e/etc/passwd",
]


@pytest.mark.parametrize("path", TAMPERED)
def test_what_is_tampered_with_is_refused_politely(open_site: Site, path: str) -> None:
    answer = client_of(open_site).get(path)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"].startswith("text/html")
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/pairs?q=%00%ff%F0%9F%98%80",
        "/pairs?q=%22%22%22%5E%7E*%3F%5B%5D%28",
        "/pairs?status=no-such-status&status=",
        "/pairs?page=200",
        "/documents?q=%E2%80%AE%D8%A7%D9%84",
        "/documents?licence=%3Cscript%3E",
        "/shards?page=99999",
        "/marks?page=99999999999",
    ],
)
def test_odd_questions_find_nothing(open_site: Site, path: str) -> None:
    answer = client_of(open_site).get(path)
    assert answer.status_code == 200
    assert "<script" not in answer.text


def test_a_proxy_may_hand_on_its_own_name(closed_site: Site) -> None:
    """As Caddy and Traefik do; reading and signing in need the token under any name."""
    headers = {"host": "audit.example.org", "x-forwarded-proto": "https"}
    client = client_of(closed_site, base_url="https://audit.example.org")
    assert client.get("/", headers=headers).status_code == 401
    origin = {"origin": "https://audit.example.org"}
    answer = client.post("/sign-in", data={"token": TOKEN}, headers=headers | origin)
    assert answer.status_code == 303
    assert client.get("/", headers=headers).status_code == 200
