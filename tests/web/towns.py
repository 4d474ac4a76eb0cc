"""A storage that holds every kind of pair and document, hostile ones among them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import polars as pl
import pytest

from tests.pipeline import Pipeline, town
from webscale_rl_dagster.prompts import library

HOSTILE = (
    "</pre></textarea><script>document.title='owned'</script>"
    "<img src=x onerror=\"alert(1)\">' onfocus=alert(1) x='\u202egnp.exe"
)
"""Tags, event handlers, ends of attributes, and a character that turns the direction of text."""
LOOSE = {"acceptance_rate": [0.0, 1.0], "min_kept_documents": 0.0, "max_domain_share": 1.0}
REPEATED, MALICIOUS, UNFIT, SHORT = 0, 2, 7, 8
"""Rows of the source file."""


@dataclass(frozen=True, slots=True)
class Towns:
    """One shard, made twice: of the first time there is a release only."""

    pipeline: Pipeline
    released: pl.DataFrame
    """Pairs that only the release `v1` knows."""

    def rows(self, table: str) -> pl.DataFrame:
        [shard] = self.pipeline.shards
        return self.pipeline.tables.read(table, shard)

    def document(self, source_row: int) -> dict[str, Any]:
        """A row of `raw_documents`."""
        found = self.rows("raw_documents").filter(pl.col("source_row") == source_row)
        return found.row(0, named=True)

    def pair_of(self, source_row: int) -> dict[str, Any]:
        """A candidate that was made of that row."""
        wanted = pl.col("document_id") == self.document(source_row)["document_id"]
        return self.rows("candidate_qa").filter(wanted).row(0, named=True)

    def pair(self, *, kept: bool) -> dict[str, Any]:
        """A candidate that the check kept or dropped."""
        found = self.rows("checked_qa").filter(pl.col("kept") == kept).sort("qa_id")
        return found.row(0, named=True)


def make_towns(pipeline: Pipeline) -> Towns:
    """Run the whole pipeline on it, under an earlier prompt of the generator and under its own."""
    pipeline.configure(gates=LOOSE)
    usual = pipeline.script.reply

    def reply(body: dict[str, Any]) -> str:
        answer = json.loads(usual(body))
        return json.dumps(answer | ({"reason": HOSTILE} if "reason" in answer else {}))

    pipeline.script.reply = reply
    path = pipeline.folder / "towns.jsonl"
    path.write_text("\n".join(map(json.dumps, _records())) + "\n")
    pipeline("ingest", str(path), "--corpus", "wiki")
    read = library._read
    with pytest.MonkeyPatch.context() as patch:
        earlier = {"generate": "\n "}
        patch.setattr(library, "_read", lambda name: read(name) + earlier.get(name, ""))
        library.load_template.cache_clear()
        pipeline("run", "--all")
        pipeline("release", "--name", "v1")
        released = pipeline.verified()
    library.load_template.cache_clear()
    pipeline("run", "--all")
    pipeline("release", "--name", "v2")
    return Towns(pipeline, released)


def _records() -> list[dict[str, str]]:
    records = [
        {
            "text": town(number),
            "title": town(number).split(" is ")[0],
            "licence": "CC0-1.0",
            "url": f"https://example.org/{number}",
        }
        for number in range(6)
    ]
    records[MALICIOUS] |= {
        "title": f"Cindleford {HOSTILE}",
        "url": "javascript:document.title='owned'",
        "licence": HOSTILE,
    }
    return [
        *records,
        {"text": town(REPEATED), "title": "again"},
        {"text": f"{town(20)} UNFIT.", "title": "unfit"},
        {"text": "Too short. \x1b[31m\u202e", "title": "short"},
    ]
