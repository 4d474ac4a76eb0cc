"""Chromium as the tests drive it, which sees what it asks for and what it refuses."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.processes import kill_group
from tests.waiting import PATIENCE_S

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
DRIVER = ("chromedriver", "chromium.chromedriver")
"""As scripts/browser.sh looks for them."""
MISSING = (
    "the browser tests need Chromium and its driver: sudo apt-get install chromium chromium-driver "
    "(Ubuntu: sudo snap install chromium)"
)

OPTIONS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1400,1000",
    # A click lands where its target was while the page still scrolls there smoothly.
    "--force-prefers-reduced-motion",
)


@dataclass
class Browser:
    """One window on the pages of one origin."""

    driver: webdriver.Chrome
    origin: str

    def open(self, address: str = "/") -> None:
        self.driver.get(address if "://" in address else f"{self.origin}{address}")

    def find(self, selector: str) -> WebElement:
        """The first that is there, soon."""
        return self.until(lambda: self.all(selector))[0]

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def status(self) -> int:
        """The HTTP status of the page that is open."""
        return int(self.run("return performance.getEntriesByType('navigation')[0].responseStatus"))

    def text(self, selector: str = "body") -> str:
        return self.find(selector).text

    def follow(self, selector: str, text: str) -> None:
        """Click the first that says so."""
        [element, *_] = self.until(
            lambda: [element for element in self.all(selector) if text in element.text]
        )
        element.click()

    def links(self, selector: str = "a[href]") -> list[str]:
        """Addresses, resolved."""
        script = "return [...document.querySelectorAll(arguments[0])].map(a => a.href)"
        return list(self.run(script, selector))

    def run(self, script: str, *arguments: Any) -> Any:
        """The driver's own JavaScript, which no content policy holds back."""
        return self.driver.execute_script(script, *arguments)

    def until(self, found: Any) -> Any:
        """What it returns, once that is true."""
        stale = [StaleElementReferenceException]
        return WebDriverWait(self.driver, PATIENCE_S, 0.1, stale).until(lambda _: found())

    def cdp(self, command: str, **parameters: Any) -> Any:
        return self.driver.execute_cdp_cmd(command, parameters)

    def requested(self) -> list[str]:
        """Every URL that was asked for since this was last called."""
        entries = (json.loads(entry["message"]) for entry in self.driver.get_log("performance"))
        sent = (entry["message"] for entry in entries)
        return [
            message["params"]["request"]["url"]
            for message in sent
            if message["method"] == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        """What the console says since this was last called: refusals of the policy, errors."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


def missing() -> str | None:
    """What to do where there is no browser."""
    if _first(CHROMIUM) and _first(DRIVER):
        return None
    return MISSING


@contextmanager
def chromium(profile: Path, origin: str) -> Iterator[Browser]:
    """A browser with an empty profile; it and its driver are killed at the end."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(_first(CHROMIUM))
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    for option in (*OPTIONS, f"--user-data-dir={profile}"):
        options.add_argument(option)
    service = Service(
        _first(DRIVER), log_output=subprocess.DEVNULL, popen_kw={"start_new_session": True}
    )
    try:
        driver = webdriver.Chrome(options, service)
        driver.set_page_load_timeout(60)
        try:
            yield Browser(driver, origin)
        finally:
            driver.quit()
    finally:
        if service.process is not None:
            kill_group(service.process)


def _first(names: tuple[str, ...]) -> str | None:
    return next(filter(None, map(shutil.which, names)), None)
