"""A hostile corpus, the audit page and Dagster's UI on it, and a browser: once for all tests."""

from __future__ import annotations

import os
import re
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.browser import hostile
from tests.browser.chromium import Browser, chromium, missing
from tests.browser.processes import serving
from tests.pipeline import Pipeline, pipeline_in, town
from tests.servers.openai_server import free_port
from tests.waiting import wait_until
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.home import dagster_home


@dataclass(frozen=True)
class Audited:
    """A storage that was run and released, and who shows it."""

    pipeline: Pipeline
    url: str
    sign_in: str
    """The link that `webscale-rl audit` printed."""
    dagster_url: str


@pytest.fixture(scope="package", autouse=True)
def _installed() -> None:
    if why := missing():
        pytest.fail(why)


@pytest.fixture(scope="package")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pipeline]:
    """A hostile corpus, of which some is published and released, and some is rejected."""
    folder = tmp_path_factory.mktemp("audited")
    with pytest.MonkeyPatch.context() as patch, pipeline_in(folder) as pipeline:
        patch.delenv("DAGSTER_HOME", raising=False)
        patch.setenv("WEBSCALE_RL_CONFIG", str(folder / "pipeline.yaml"))
        pipeline.script.reply = hostile.reply
        pipeline("ingest", str(hostile.write(folder)), "--corpus", "wiki")
        pipeline.ingest("odd.jsonl", [town(number) for number in range(22, 25)], corpus="odd")
        pipeline("run", "--all")
        pipeline("release", "--name", "v1")
        [odd] = (shard for shard in pipeline.shards if shard.startswith("odd/"))
        hostile.poison(pipeline.tables, odd)
        marked = str(pipeline.tables.read("candidate_qa", odd)["qa_id"][0])
        note, name = hostile.PAYLOADS[0], hostile.PAYLOADS[1]
        pipeline("mark", marked, "--bad", "--by", name, "--note", note)
        yield pipeline


@pytest.fixture(scope="package")
def dagster_url(stored: Pipeline) -> Iterator[str]:
    """Dagster's own UI on the runs that made the storage."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    module = [sys.executable, "-m", "dagster_webserver", "-m", "webscale_rl_dagster.definitions"]
    with serving(
        [*module, "--host", "127.0.0.1", "--port", str(port)],
        at=f"{url}/server_info",
        log=stored.folder / "dagster.log",
        environment=_environment(stored),
    ):
        yield url


@pytest.fixture(scope="package")
def audited(stored: Pipeline, dagster_url: str) -> Iterator[Audited]:
    """The audit page as the command serves it."""
    url = f"http://127.0.0.1:{(port := free_port())}"
    log = stored.folder / "audit.log"
    command = [str(Path(sys.executable).parent / "webscale-rl"), "audit", "--port", str(port)]
    with serving(
        [*command, "--dagster-url", dagster_url],
        at=f"{url}/",
        log=log,
        environment=_environment(stored),
    ):
        _wait_for_index(url)
        [link] = re.findall(r"http://\S+token=\S+", log.read_text())
        yield Audited(stored, url, link, dagster_url)


@pytest.fixture(scope="package")
def _chromium(tmp_path_factory: pytest.TempPathFactory, audited: Audited) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("profile"), audited.url) as browser:
        yield browser


@pytest.fixture
def browser(_chromium: Browser) -> Browser:
    """Signed out, at a desk, with nothing heard yet."""
    _chromium.cdp("Emulation.clearDeviceMetricsOverride")
    _chromium.cdp("Emulation.setEmulatedMedia", features=[])
    _chromium.driver.delete_all_cookies()
    _chromium.requested()
    _chromium.complaints()
    return _chromium


def _environment(pipeline: Pipeline) -> dict[str, str]:
    config = pipeline.folder / "pipeline.yaml"
    return os.environ | {
        "DAGSTER_HOME": str(dagster_home(load_config(config))),
        "WEBSCALE_RL_CONFIG": str(config),
    }


def _wait_for_index(url: str) -> None:
    wait_until(lambda: "The index is up to date" in _read(f"{url}/"), every_s=0.2)


def _read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as page:
        text: str = page.read().decode()
    return text
