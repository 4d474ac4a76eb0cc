"""Pages of a storage full of markup, and at addresses made of it: it is text, none of it runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import quote, urldefrag, urlsplit

import pytest

from tests.browser.chromium import Browser
from tests.browser.conftest import Audited
from tests.browser.hostile import PAYLOADS
from webscale_rl_dagster.audit.text import visible

pytestmark = pytest.mark.slow

PAGES = 100
OF_A_KIND = 20
KINDS = "pairs pair documents document shards shard releases release marks"
INERT = """
const all = [...document.querySelectorAll('*')];
const attributes = all.flatMap(element => [...element.attributes]);
const addressed = ['href', 'src', 'action', 'formaction', 'xlink:href', 'data', 'srcset', 'poster'];
const schemes = ['http:', 'https:'];
return {
  ran: window.__pwned !== undefined,
  scripts: document.scripts.length,
  handlers: attributes.filter(one => one.name.startsWith('on')).map(one => one.name),
  styles: attributes.filter(one => one.name === 'style').map(one => one.value),
  strange: [...document.querySelectorAll(
    'style, iframe, object, embed, base, img, meta[http-equiv], ' +
    'link:not([href="/style.css"], [rel=icon])'
  )].map(element => element.outerHTML),
  forms: [...document.forms].map(form => new URL(form.getAttribute('action'), location).href)
    .filter(address => !address.startsWith(location.origin + '/')),
  addresses: attributes.filter(one => addressed.includes(one.name) && one.value !== 'data:,')
    .map(one => new URL(one.value, location).href)
    .filter(address => !schemes.includes(new URL(address).protocol)),
};"""
"""What could run, be fetched or steer the page; all but `ran` and `scripts` are lists."""
CLEAN = {"ran": False, "scripts": 0} | {
    name: [] for name in ("handlers", "styles", "strange", "forms", "addresses")
}
CARD = {"strange": [], "addresses": []}
"""A card has its style and its pictures inside, and its own policy says so."""
PLAIN = {"styles": []}
"""The browser's own wrapping of a text file."""
STEERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff\x07\x1b")


def look(browser: Browser, address: str) -> str:
    """Open it with all that it folds away; what it says."""
    browser.open(address)
    assert browser.status() < 500, address
    browser.run("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = browser.run(INERT)
    if address.endswith("/card"):
        found |= CARD
    if browser.run("return document.contentType") == "text/plain":
        found |= PLAIN
    assert found == CLEAN, address
    said: str = browser.run("return document.title + document.body.innerText")
    assert not STEERING & set(said), address
    fetched = browser.requested()
    own = ("data:", f"{browser.origin}/")
    assert [url for url in fetched if not url.startswith(own)] == []
    return said


def reachable(browser: Browser) -> Iterator[str]:
    """Addresses on this site that links lead to, nearest first, of each kind of page some."""
    queue, seen, kinds = ["/"], {"/"}, Counter[str]()
    while queue and kinds.total() < PAGES:
        address = queue.pop(0)
        kind = kind_of(address)
        if kinds[kind] >= OF_A_KIND:
            continue
        kinds[kind] += 1
        yield address
        found = (urldefrag(link).url for link in browser.links())
        own = (url.removeprefix(browser.origin) for url in found if is_own(browser, url))
        queue += (new := [url for url in dict.fromkeys(own) if url not in seen])
        seen.update(new)


def is_own(browser: Browser, url: str) -> bool:
    """Whether it is of this site, and no file to be downloaded."""
    return url.startswith(f"{browser.origin}/") and not url.endswith(".parquet")


def kind_of(address: str) -> str:
    return urlsplit(address).path.split("/")[1]


def test_nothing_of_a_document_or_a_model_runs_anywhere(browser: Browser, audited: Audited) -> None:
    browser.open(audited.sign_in)
    browser.requested()
    said = {}
    for address in reachable(browser):
        said[address] = look(browser, address)
        assert browser.status() == 200, address
    assert [one for one in browser.complaints() if "/favicon.ico" not in one] == []
    assert {kind_of(address) for address in said} >= set(KINDS.split())
    everything = "\n".join(said.values())
    assert [payload for payload in PAYLOADS if visible(payload) not in everything] == []


@pytest.mark.parametrize("path", ["/pair/", "/document/", "/shard/", "/release/", "/"])
def test_what_an_address_says_does_not_run(browser: Browser, path: str) -> None:
    for payload in (*PAYLOADS, "../../etc/passwd", "..%2f..%2fetc%2fpasswd"):
        look(browser, path + quote(payload, safe=""))
    assert not any("Content Security" in complaint for complaint in browser.complaints())


@pytest.mark.parametrize("name", ["q", "status", "reason", "release", "page", "nonsense"])
@pytest.mark.parametrize("where", ["/pairs", "/documents"])
def test_what_a_search_asks_does_not_run(browser: Browser, where: str, name: str) -> None:
    query = "&".join(f"{name}={quote(payload, safe='')}" for payload in PAYLOADS)
    look(browser, f"{where}?{query}")
    assert not any("Content Security" in complaint for complaint in browser.complaints())


def test_a_token_that_is_markup_does_not_run(browser: Browser) -> None:
    look(browser, f"/sign-in?token={quote(PAYLOADS[4], safe='')}")
