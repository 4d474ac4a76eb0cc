"""A day's work in Dagster's UI: a backfill, a shut gate, a threshold, a reload, a re-run.

`IMAGES`, if set, is the folder that the pictures of the docs are written to.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    StaleElementReferenceException,
)
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.chromium import Browser, chromium
from tests.browser.processes import serving
from tests.pipeline import Pipeline, pipeline_in, town
from tests.servers.openai_server import free_port
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.home import dagster_home

pytestmark = pytest.mark.slow

PATIENCE_S = 600
"""For runs, each a process of its own that imports for seconds, on a machine with other work."""
JOB = "/locations/webscale_rl_dagster.definitions/jobs/make_pairs"
GRAPH = "/assets/dataset_release?view=lineage&lineageScope=upstream&lineageDepth=6"
LOADED = """{ locationStatusesOrError { ... on WorkspaceLocationStatusEntries {
    entries { loadStatus updateTimestamp } } } }"""
GOOD = [town(number) for number in range(6)]
MIXED = [*(town(number) for number in range(6, 10)), *(f"{town(n)} UNFIT." for n in range(20, 32))]
"""A quarter is fit; the gate wants 0.3."""
_MOVING = (StaleElementReferenceException, ElementClickInterceptedException)
"""What befalls a click while the page is still being drawn."""
PUBLISHED = "/assets/verified_qa?view=partitions"
HEADERS = {"Content-Type": "application/json"}
MASK = """const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (texts.nextNode())
  texts.currentNode.data = texts.currentNode.data.replaceAll(arguments[0], "/data");"""


@dataclass
class Desk:
    """Dagster's UI in a browser."""

    browser: Browser
    pipeline: Pipeline

    def open(self, address: str) -> None:
        self.browser.open(address)

    def waits_for(self, pattern: str, *, at: str) -> str:
        """The page's text once it matches; runs change it, so it is opened again and again."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            self.open(at)
            soon = time.monotonic() + 10
            while time.monotonic() < soon:
                said = self.said()
                if re.search(pattern, said):
                    return said
                time.sleep(0.3)
        log = (self.pipeline.folder / "dagster.log").read_text(errors="replace")
        raise AssertionError(f"{at} never said {pattern!r}:\n{self.said()}\n{log[-4000:]}")

    def said(self) -> str:
        try:
            return self.browser.text()
        except StaleElementReferenceException:
            return ""

    def click(self, name: str) -> None:
        """The button that says so, once it can be clicked."""
        self.until(lambda: _clicked(self._buttons(name)))

    def zoom_in(self, until: str) -> None:
        """Step by step, as a click that comes while the graph still grows is lost."""

        def shown() -> bool:
            said = until in self.said()
            if not said:
                _clicked(self.browser.all("[aria-label=zoom_in]"))
            return said

        self.until(shown, every_s=2)

    def until(self, holds: Callable[[], bool], *, every_s: float = 0.3) -> None:
        wait = WebDriverWait(self.browser.driver, PATIENCE_S, every_s, _MOVING)
        wait.until(lambda _: holds())

    def backfill(self, choice: str) -> None:
        """Of the job's shards: `All`, or `Failed and missing`."""
        self.open(JOB)
        self.click("Materialize all…")
        self.click(choice)
        self.browser.until(lambda: not re.search(r"\b0 partitions", self.said()))
        self.click("Launch")
        self.browser.until(lambda: "Launch runs to materialize" not in self.said())

    def loaded_at(self) -> float:
        """When the server last loaded the definitions; 0 while it does."""
        body = json.dumps({"query": LOADED}).encode()
        request = urllib.request.Request(f"{self.browser.origin}/graphql", body, HEADERS)
        with urllib.request.urlopen(request, timeout=60) as answer:
            said = json.load(answer)["data"]["locationStatusesOrError"]["entries"]
        [entry] = said
        return float(entry["updateTimestamp"]) if entry["loadStatus"] == "LOADED" else 0.0

    def resize(self, width: int, height: int) -> None:
        """The page itself, before it is opened: the graph is drawn to fit."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.browser.cdp("Emulation.setDeviceMetricsOverride", **size)

    def picture(self, name: str) -> None:
        """Of the page that is open; where it lies on this machine is replaced."""
        if folder := os.environ.get("IMAGES"):
            time.sleep(8)
            self.browser.run(MASK, str(self.pipeline.folder))
            self.browser.driver.save_screenshot(str(Path(folder) / f"{name}.png"))

    def shard(self, corpus: str) -> str:
        return next(key for key in self.pipeline.shards if key.startswith(f"{corpus}/"))

    def _buttons(self, name: str) -> list[WebElement]:
        return [
            button
            for button in self.browser.all("button")
            if (button.text == name or (name == "Launch" and button.text.startswith(name)))
            and button.is_enabled()
        ]


def _clicked(found: list[WebElement]) -> bool:
    """The first, if there is one."""
    if found:
        found[0].click()
    return bool(found)


@contextmanager
def dagster_dev(pipeline: Pipeline) -> Iterator[str]:
    """The UI, its daemon and its code server, as `make dev` starts them."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    home = str(dagster_home(load_config(pipeline.folder / "pipeline.yaml")))
    command = [str(Path(sys.executable).parent / "dagster"), "dev", "-w", "workspace.yaml"]
    with serving(
        [*command, "--port", str(port)],
        at=f"{url}/server_info",
        log=pipeline.folder / "dagster.log",
        environment=os.environ | {"DAGSTER_HOME": home},
    ):
        yield url


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    monkeypatch.setenv("WEBSCALE_RL_CONFIG", str(tmp_path / "pipeline.yaml"))
    with pipeline_in(tmp_path) as pipeline:
        pipeline.configure(
            audit={"url": "https://audit.example"},
            prices={"test-model": {"prompt": 0.15, "completion": 0.6}},
        )
        pipeline.ingest("good.jsonl", GOOD, corpus="good")
        pipeline.ingest("mixed.jsonl", MIXED, corpus="mixed")
        with dagster_dev(pipeline) as url, chromium(tmp_path / "profile", url) as browser:
            browser.driver.set_window_size(1400, 900)
            yield Desk(browser, pipeline)


def counts(*, failed: int, materialized: int) -> str:
    """How many shards the page counts, none of them under way."""
    return rf"Failed \({failed}\)\s+Materialized \({materialized}\)\s+Materializing \(0\)"


def test_a_gate_that_shuts_in_a_backfill_is_opened_by_a_threshold(desk: Desk) -> None:
    desk.waits_for("verified_qa(.|\n)*filtered_documents", at=GRAPH)

    desk.backfill("All")
    desk.waits_for(counts(failed=1, materialized=1), at=PUBLISHED)
    assert set(desk.pipeline.verified()["corpus"]) == {"good"}

    desk.resize(1400, 920)
    shut = desk.waits_for("kept_share", at="/assets/filtered_documents?view=checks")
    for said in ("0.250 of 16", desk.shard("mixed"), "data_docs", "audit.example/shard/mixed/"):
        assert said in shut
    desk.picture("dagster_shut_gate")

    desk.pipeline.configure(gates=desk.pipeline.settings["gates"] | {"min_kept_documents": 0.2})
    before = desk.loaded_at()
    desk.open("/asset-groups")
    desk.click("Reload definitions")
    desk.until(lambda: desk.loaded_at() > before > 0)

    desk.backfill("Failed and missing")
    desk.waits_for(counts(failed=0, materialized=2), at=PUBLISHED)
    assert set(desk.pipeline.verified()["corpus"]) == {"good", "mixed"}

    desk.resize(1500, 1350)
    mixed = quote(desk.shard("mixed"), safe="")
    made = desk.waits_for("kept_share", at=f"/assets/checked_qa?view=partitions&partition={mixed}")
    for name in ("acceptance", "calls/tokens_per_second", "calls/cached_share", "calls/dollars"):
        assert name in made
    desk.picture("dagster_shard")
    desk.resize(1400, 900)
    desk.waits_for("kept_share", at="/assets/checked_qa?view=overview")
    desk.click("Plots")
    [plot, *_] = desk.browser.until(lambda: desk.browser.all("canvas"))
    desk.browser.run("arguments[0].scrollIntoView({block: 'center'})", plot)
    desk.picture("dagster_plots")

    desk.pipeline("release", "--name", "v1")
    desk.resize(2080, 720)
    desk.waits_for(r"\bv1\b", at="/assets/dataset_release?view=overview")
    desk.waits_for("verified_qa(.|\n)*filtered_documents", at=GRAPH)
    desk.zoom_in(until="Asset checks")
    desk.picture("dagster_graph")
