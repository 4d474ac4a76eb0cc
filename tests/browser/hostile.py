"""A corpus and a model that try to run a script in the page that shows them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl

from tests.pipeline import reply as fair_reply
from tests.pipeline import town
from tests.servers.openai_server import schema_of
from webscale_rl_dagster.storage.tables import Tables

MARK = "window.__pwned=1"
"""What each tries to do; the tests look whether any did."""
ELSEWHERE = "http://elsewhere.invalid"
"""Where each tries to have the page fetch something from, or go."""

PAYLOADS = (
    f"<script>{MARK}</script>",
    f'<img src=x onerror="{MARK}">',
    f"\"'><svg/onload={MARK}>",
    f'" autofocus onfocus="{MARK}" onmouseover="{MARK}',
    f"</title></style></textarea></pre></mark><script>{MARK}</script>",
    f'<a href="javascript:{MARK}">a</a>',
    f"<style>@import '{ELSEWHERE}/a.css'; * {{ background: url({ELSEWHERE}/b.png) }}</style>",
    f'<meta http-equiv="refresh" content="0;url={ELSEWHERE}"><base href="{ELSEWHERE}/">',
    f'<iframe srcdoc="<script>parent.{MARK}</script>"></iframe><object data="{ELSEWHERE}">',
    f'<form action="{ELSEWHERE}"><button autofocus>Go</button></form><link href="{ELSEWHERE}/c">',
    f"{{{{7*7}}}} {{% include '/etc/passwd' %}} ${{7*7}} <!--[if IE]><script>{MARK}</script>",
    "\u202etpircs\u2066 \u200bzero\u200bwidth \x1b[2J \x07 \u0085 \u2028 \ufeff",
)
URLS = (
    f"javascript:{MARK}",
    f" JaVa\tScRiPt:{MARK}//",
    f"data:text/html,<script>{MARK}</script>",
    f'https://example.org/"onmouseover="{MARK}',
    "//elsewhere.invalid/",
    "https://example.org/\u202egnp.exe",
)
FILE = f'<img src=x onerror="{MARK}">\u202e.jsonl'
PERSONA = f"<script>{MARK}</script>"
ODD = ((40, "UNFIT"), (41, "NONSENSE"))
REASON = f"so says the model <img src=x onerror={MARK}>"


def records() -> list[dict[str, str]]:
    """Towns whose text, title, URL, licence and metadata are hostile."""
    rows = []
    for number, payload in enumerate(PAYLOADS):
        text = town(number)
        name = text.split(" is ")[0]
        rows.append(
            {
                "text": text.replace("over the river.", f"over the river {payload} at dusk.", 1),
                "title": name if number % 2 else f"{name} {payload}",
                "url": URLS[number % len(URLS)],
                "licence": payload,
                "author": payload,
            }
        )
    return rows


def write(folder: Path) -> Path:
    """The corpus as JSON Lines: those, one unfit, one told nonsense of, and one that is no JSON."""
    path = folder / FILE
    odd = [{"text": f"{town(number)} {word}.", "title": PAYLOADS[1]} for number, word in ODD]
    lines = [json.dumps(record) for record in (*records(), *odd)]
    path.write_text("\n".join([*lines, PAYLOADS[0]]) + "\n")
    return path


def reply(body: dict[str, Any]) -> str:
    """The answers of `tests.pipeline.reply`, with markup wherever a model may write freely.

    What asks for the bridge is held to be wrong.
    """
    prompt = body["messages"][-1]["content"]
    if schema_of(body) is None or "NONSENSE" in prompt:
        return f"{PAYLOADS[0]} <answer>{PAYLOADS[1]}</answer>"
    answer = json.loads(fair_reply(body))
    if "reason" in answer:
        answer["reason"] = REASON
    if "personas" in answer:
        answer["personas"] = [PERSONA, "bridge engineer"]
    if "answer_correct" in answer:
        answer["answer_correct"] = "bridge" not in prompt.splitlines()[-1]
    return json.dumps(answer)


def poison(tables: Tables, shard: str) -> None:
    """Its candidates' free columns hold markup alone, as no stage would leave them."""
    rows = tables.read("candidate_qa", shard)
    columns = ("question", "answer", "persona", "domain", "model")
    changed = (pl.lit(PAYLOADS[n]).alias(name) for n, name in enumerate(columns))
    tables.write("candidate_qa", shard, rows.with_columns(*changed))
