"""The audit page by keyboard, on a phone, in the light and in the dark."""

from __future__ import annotations

from typing import Any

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from tests.browser.chromium import Browser
from tests.browser.conftest import Audited

pytestmark = pytest.mark.slow

NOWHERE = "/pair/nobody"
PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
CONTRASTS = """
const parts = colour => {
  const [red, green, blue, alpha = 1] = colour.match(/[\\d.]+/g).map(Number);
  return {red, green, blue, alpha};
};
const over = (top, under) => Object.fromEntries(['red', 'green', 'blue'].map(
  name => [name, top[name] * top.alpha + under[name] * (1 - top.alpha)]));
const behind = element => {
  if (!element) return {red: 255, green: 255, blue: 255};
  const own = parts(getComputedStyle(element).backgroundColor);
  return own.alpha === 1 ? own : over(own, behind(element.parentElement));
};
const luminance = ({red, green, blue}) => {
  const [r, g, b] = [red, green, blue].map(part => part / 255)
    .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const told = element => [...element.childNodes].some(
  node => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
const seen = [...document.body.querySelectorAll('*')].filter(element => element.checkVisibility());
return seen.filter(told)
  .map(element => {
    const under = behind(element);
    const ink = over(parts(getComputedStyle(element).color), under);
    const [dark, light] = [luminance(ink), luminance(under)].sort((one, other) => one - other);
    return [(light + 0.05) / (dark + 0.05), element.tagName + '.' + element.className];
  });"""
"""Of every text that is seen, the contrast with what is behind it, by WCAG 2's formula."""


@pytest.fixture
def pages(audited: Audited) -> list[str]:
    """One of each kind."""
    pairs = audited.pipeline.verified()
    shard = audited.pipeline.tables.shards("verified_qa")[0]
    document = pairs["document_id"][0]
    one = [f"/pair/{pairs['qa_id'][0]}", f"/document/{document}", f"/shard/{shard}", "/release/v1"]
    return [
        *one,
        "/",
        "/pairs",
        "/documents",
        "/shards",
        "/releases",
        "/marks",
        "/sign-in",
        NOWHERE,
    ]


def press(browser: Browser, *keys: str) -> None:
    ActionChains(browser.driver).send_keys(*keys).perform()


def focused(browser: Browser) -> dict[str, Any]:
    """What has the focus, and whether that can be seen."""
    found: dict[str, Any] = browser.run("""
        const element = document.activeElement, style = getComputedStyle(element);
        const {left, width} = element.getBoundingClientRect();
        return {id: element.id, kind: element.className, left, width,
                shown: style.outlineStyle !== 'none' && style.outlineWidth !== '0px'};""")
    return found


def test_the_keyboard_reaches_everything(browser: Browser) -> None:
    browser.open("/pairs")
    press(browser, Keys.TAB)
    skip = focused(browser)
    assert skip["kind"] == "skip"
    assert skip["left"] >= 0
    press(browser, Keys.ENTER)
    browser.until(lambda: focused(browser)["id"] == "main")
    press(browser, Keys.TAB)
    assert focused(browser)["id"] == "q"
    press(browser, "Dunharrow", Keys.ENTER)
    browser.until(lambda: "Dunharrow" in browser.text(".chips"))
    for _ in range(200):
        press(browser, Keys.TAB)
        here = focused(browser)
        assert here["shown"], here
        if here["kind"] == "question":
            break
    assert here["kind"] == "question"
    press(browser, Keys.ENTER)
    browser.until(lambda: "/pair/" in browser.driver.current_url)
    assert "Dunharrow" in browser.text("h1")


def test_no_page_is_wider_than_a_phone(
    browser: Browser, audited: Audited, pages: list[str]
) -> None:
    browser.cdp("Emulation.setDeviceMetricsOverride", **PHONE)
    browser.open(audited.sign_in)
    widths = {}
    for page in pages:
        browser.open(page)
        assert browser.status() == (404 if page == NOWHERE else 200), page
        browser.run("document.querySelectorAll('details').forEach(one => one.open = true)")
        widths[page] = browser.run("return document.documentElement.scrollWidth")
    assert {page: width for page, width in widths.items() if width > PHONE["width"]} == {}


def test_every_text_stands_out_in_the_light_and_in_the_dark(
    browser: Browser, audited: Audited, pages: list[str]
) -> None:
    backgrounds = {}
    browser.open(audited.sign_in)
    for scheme in ("light", "dark"):
        feature = {"name": "prefers-color-scheme", "value": scheme}
        browser.cdp("Emulation.setEmulatedMedia", features=[feature])
        for page in pages:
            browser.open(page)
            assert browser.status() < 500, page
            contrasts = browser.run(CONTRASTS)
            assert contrasts
            assert [one for one in contrasts if one[0] < 4.5] == [], (scheme, page)
        backgrounds[scheme] = browser.run("return getComputedStyle(document.body).backgroundColor")
    assert backgrounds["light"] != backgrounds["dark"]
