"""What a person does on the audit page, done in a browser."""

from __future__ import annotations

import json
from typing import Any

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from tests.browser import hostile
from tests.browser.chromium import Browser
from tests.browser.conftest import Audited

pytestmark = pytest.mark.slow


def questions(browser: Browser) -> list[str]:
    return [link.text for link in browser.all(".rows .question")]


def search(browser: Browser, words: str) -> None:
    browser.open()
    browser.follow("nav a", "Pairs")
    browser.find("#q").send_keys(words, Keys.ENTER)
    browser.until(lambda: words in browser.text(".chips"))


def traced(audited: Audited, qa_id: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(audited.pipeline("trace", qa_id, "--json").stdout)
    return found


def open_pair(browser: Browser, audited: Audited) -> str:
    """The page of a published pair, and its id."""
    qa_id = str(audited.pipeline.verified()["qa_id"][0])
    browser.open(f"/pair/{qa_id}")
    return qa_id


def test_why_a_candidate_was_rejected_and_what_made_it(browser: Browser, audited: Audited) -> None:
    search(browser, "Dunharrow")
    assert len(questions(browser)) == 2
    assert all("Dunharrow" in question for question in questions(browser))
    browser.follow(".facets a", "rejected")
    [question] = browser.until(lambda: len(questions(browser)) == 1 and questions(browser))
    browser.follow(".rows .question", question)
    assert browser.until(lambda: browser.text("h1")) == question
    pair, qa_id = browser.driver.current_url, browser.driver.current_url.rsplit("/", 1)[1]
    found = traced(audited, qa_id)
    why = browser.text(".standing")
    assert "Rejected" in why
    assert "model_answer_incorrect" in why
    assert hostile.REASON in why
    assert browser.text("mark.answer") == "the answer's span"

    browser.follow("#document a", found["document"]["title"])
    browser.until(lambda: found["document"]["document_id"] in browser.driver.current_url)
    assert pair in browser.links("main a")

    browser.open(pair)
    browser.follow("#chain a", found["run_id"])
    assert browser.driver.current_url.startswith(f"{audited.dagster_url}/runs/")
    for told in (found["run_id"][:8], "make_pairs", found["shard"]):
        browser.until(lambda told=told: told in browser.text())


@pytest.mark.parametrize(
    ("facet", "value"),
    [("status", "published"), ("reason", "model_answer_incorrect"), ("release", "v1")],
)
def test_facets_narrow_by_as_many_as_they_say(browser: Browser, facet: str, value: str) -> None:
    browser.open("/pairs")
    everything = int(browser.text("#results").split()[0])
    [link] = (
        link
        for link in browser.all(".facets a")
        if (link.get_attribute("href") or "").endswith(f"?{facet}={value}")
    )
    said = int(link.find_element(By.CSS_SELECTOR, ".count").get_attribute("textContent") or "")
    browser.open(str(link.get_attribute("href")))
    assert int(browser.text("#results").split()[0]) == said == len(questions(browser))
    assert said < everything


def test_a_marked_pair_says_so_and_is_in_the_storage(browser: Browser, audited: Audited) -> None:
    note = f"clear, {hostile.PAYLOADS[4]}"
    qa_id = open_pair(browser, audited)
    assert not browser.all("form.mark")
    assert "/sign-in" in browser.links("#mark a")[0]

    browser.open(audited.sign_in)
    browser.until(lambda: "Sign out" in browser.text(".top"))
    assert "token" not in browser.driver.current_url
    open_pair(browser, audited)
    browser.find("form.mark input[value=good]").click()
    browser.find("#note").send_keys(note)
    browser.find("#by").send_keys("Ida Marsh")
    browser.find("form.mark button").click()
    browser.until(lambda: browser.all("ol.marks"))
    assert note in browser.text("ol.marks")
    assert "Ida Marsh" in browser.text("ol.marks")

    listed = json.loads(audited.pipeline("marks", "--json").stdout)["marks"]
    [mark] = (mark for mark in listed if mark["qa_id"] == qa_id)
    assert (mark["good"], mark["note"], mark["by"]) == (True, note, "Ida Marsh")
    objects = audited.pipeline.tables.objects
    [key] = (key for key in objects.list("marks") if qa_id.rsplit(".", 1)[1] in key)
    assert json.loads(objects.get(key)) == mark
    browser.open("/marks")
    assert qa_id in browser.text("main")

    browser.follow(".top button", "Sign out")
    browser.until(lambda: "Sign in" in browser.text(".top"))
    open_pair(browser, audited)
    assert not browser.all("form.mark")


def test_a_wrong_token_signs_nobody_in(browser: Browser, audited: Audited) -> None:
    browser.open(f"{audited.sign_in[:-1]}?")
    assert "not the token" in browser.text("main")
    open_pair(browser, audited)
    assert not browser.all("form.mark")
