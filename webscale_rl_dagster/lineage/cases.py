"""Marked pairs as labelled cases, in the form of the suite that the rules are measured on.

`documents.jsonl` has a line for each text, `cases.jsonl` one for each pair, naming its text. A
person's mark says that a pair is bad and not why, so a bad pair's defects are the verdicts that the
notes name, such as `answer_leaked`; else it is `unnamed`, and no rule is wrong to refuse it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from webscale_rl_dagster.lineage.readings import Reading, readings
from webscale_rl_dagster.schemas import VERDICTS
from webscale_rl_dagster.storage.tables import Row, Tables
from webscale_rl_dagster.verification.rules import RULES

CASES, DOCUMENTS = "cases.jsonl", "documents.jsonl"
UNNAMED = "unnamed"
_WORD = re.compile(r"\w+")
_HELD_BACK = 5
_PAIR = ("qa_id", "document_id", "window", "window_start", "window_end", "question", "answer",
         "style", "domain")  # fmt: skip
_CHECK = ("qa_id", "answer_aliases", "kept", "reason")
_TEXT = ("document_id", "title", "text")


@dataclass(frozen=True, slots=True)
class Exported:
    """How many cases were written, and why marked pairs are none."""

    cases: int = 0
    contested: int = 0
    gone: int = 0
    """The shard has the pair or its document's text no more."""


def export_cases(tables: Tables, folder: Path) -> Exported:
    """Write both files anew; memory holds the marked pairs of a shard and their documents."""
    folder.mkdir(parents=True, exist_ok=True)
    cases = contested = gone = 0
    seen: set[str] = set()
    with (folder / CASES).open("wb") as pairs, (folder / DOCUMENTS).open("wb") as documents:
        for shard, some in readings(tables.objects):
            clear = {one.qa_id: one for one in some if one.verdict != "contested"}
            contested += len(some) - len(clear)
            found = list(_cases(tables, shard, clear))
            gone += len(clear) - len(found)
            cases += len(found)
            for case, document in found:
                pairs.write(orjson.dumps(case, option=orjson.OPT_APPEND_NEWLINE))
                if document["id"] not in seen:
                    seen.add(document["id"])
                    documents.write(orjson.dumps(document, option=orjson.OPT_APPEND_NEWLINE))
    return Exported(cases, contested, gone)


def _cases(
    tables: Tables, shard: str, clear: dict[str, Reading]
) -> Iterator[tuple[Row, dict[str, Any]]]:
    """Each with the text that it was judged with: its window of the document."""
    pairs = _rows(tables, "candidate_qa", shard, _PAIR, "qa_id", set(clear))
    ids = {pair["document_id"] for pair in pairs}
    texts = {
        row["document_id"]: row
        for row in _rows(tables, "raw_documents", shard, _TEXT, "document_id", ids)
        if row["text"] is not None
    }
    checks = {
        row["qa_id"]: row for row in _rows(tables, "checked_qa", shard, _CHECK, "qa_id", set(clear))
    }
    for pair in pairs:
        if (text := texts.get(pair["document_id"])) and pair["question"] and pair["answer"]:
            document = {
                "id": f"{pair['document_id']}:{pair['window']}",
                "title": text["title"] or "",
                "domain": pair["domain"],
                "text": text["text"][pair["window_start"] : pair["window_end"]],
            }
            check = checks.get(pair["qa_id"], {})
            yield _case(pair, check, clear[pair["qa_id"]], document["id"]), document


def _case(pair: Row, check: Row, reading: Reading, document: str) -> dict[str, Any]:
    defects, also = _labels(reading)
    return {
        "document": document,
        "question": pair["question"],
        "answer": pair["answer"],
        "aliases": check.get("answer_aliases") or [],
        "style": pair["style"],
        "domain": pair["domain"],
        "defects": defects,
        "also": also,
        "note": "; ".join(mark.note for mark in reading.marks if mark.note),
        "held_back": _is_held_back(pair["question"], pair["answer"]),
        "qa_id": pair["qa_id"],
        "verdict": reading.verdict,
        "marks": [asdict(mark) for mark in reading.marks],
        "kept": check.get("kept"),
        "reason": check.get("reason"),
    }


def _labels(reading: Reading) -> tuple[list[str], list[str]]:
    """Defects of a pair, and the rules that it may break besides."""
    if reading.verdict == "good":
        return [], []
    said = {word for mark in reading.marks if not mark.good for word in _WORD.findall(mark.note)}
    named = [name for name in VERDICTS if name in said]
    return named or [UNNAMED], [] if said & RULES.keys() else list(RULES)


def _is_held_back(question: str, answer: str) -> bool:
    """A fifth, chosen by the pair itself, as the suite does."""
    return int(sha256(f"{question}\n{answer}".encode()).hexdigest(), 16) % _HELD_BACK == 0


def _rows(
    tables: Tables, table: str, shard: str, columns: tuple[str, ...], key: str, values: set[str]
) -> list[Row]:
    if not values or not tables.has(table, shard):
        return []
    batches = tables.open(table, shard).batches(columns)
    wanted = pl.col(key).is_in(list(values))
    return [row for batch in batches for row in batch.filter(wanted).iter_rows(named=True)]
