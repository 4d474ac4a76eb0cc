"""The audit page over HTTP on loopback, by the real command; its memory while it answers."""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.auditing.questions import Questions
from benchmarks.auditing.timing import timed
from benchmarks.shared.memory import Peak, watched

_FACETS = (
    "status=rejected",
    "status=published&domain=Math",
    "reason=not_grounded&licence=MIT",
    "persona=history%20teacher",
    "answer_type=number&corpus=wiki&style=open",
    "verdict=answer_leaked",
    "release=v1&domain=Coding",
    "domain=Education&domain=Math&status=waiting",
)
_COMMON = ("function", "python", "database", "value returned", "table", "the default")
_TURNS = 10
_PATIENCE_S = 120


def pages(config: Path, asked: Questions) -> dict[str, Any]:
    """Milliseconds by kind of page, and megabytes; the index is there already."""
    with _server(config) as (port, peak):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)

        def get(path: str) -> None:
            connection.request("GET", path)
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, (answer.status, path, body[:300])

        rare = [f"/pairs?q={quote(title)}" for title in asked.titles]
        found = {
            "overview": timed(get, ["/"] * (2 * _TURNS)),
            "search by facet": timed(get, [f"/pairs?{facets}" for facets in _FACETS] * _TURNS),
            "search by common words": timed(
                get, [f"/pairs?q={quote(words)}" for words in _COMMON] * _TURNS
            ),
            "search by rare words": timed(get, rare),
            "page of a pair": timed(get, [f"/pair/{qa_id}" for qa_id in asked.pairs]),
            "page of a document": timed(get, [f"/document/{name}" for name in asked.documents]),
        }
        connection.close()
        time.sleep(1)
        return found | {"server_pss_mb": peak.proportional, "server_rss_mb": peak.resident}


@contextmanager
def _server(config: Path) -> Iterator[tuple[int, Peak]]:
    """Its port, and its memory from the start on."""
    command = [sys.executable, "-c", "from webscale_rl_dagster.cli import main; main()"]
    options = ["--config", str(config), "audit", "--port", "0"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            said = process.stdout.readline()
            address = re.search(r":(\d+)", said)
            if address is None:
                raise SystemExit(f"the server did not start: {said}")
            with watched(process.pid) as peak:
                yield int(address[1]), peak
        finally:
            process.terminate()
