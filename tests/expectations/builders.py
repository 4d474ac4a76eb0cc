"""One small shard, sound from raw documents to published pairs, and ways to spoil it."""

import functools
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

import polars as pl

from webscale_rl_dagster.expectations.facts import Facts, facts_for
from webscale_rl_dagster.expectations.validation import Batches
from webscale_rl_dagster.expectations.verdicts import CERTAIN, MODEL
from webscale_rl_dagster.identity import document_id, qa_id
from webscale_rl_dagster.schemas import PASSED, STAGES, TABLES, VERDICTS, frame_of
from webscale_rl_dagster.storage.tables import Tables
from webscale_rl_dagster.verification.profiles import verdict

SHARD = "wiki/3f9a1c77d0/00000"
DOCUMENTS = 24
PERSONAS = ["historian", "well digger"]
DOMAINS = ["Education", "Social Science", "Natural Science"]
KEPT = {"kept": True, "reason": None, "error": None}
FAILED = {"kept": False, "reason": "failed", "error": "RequestFailed: timed out"}

Row = dict[str, Any]


def dropped(reason: str) -> Row:
    return {"kept": False, "reason": reason, "error": None}


@functools.cache
def frames() -> Mapping[str, pl.DataFrame]:
    """Every table of one shard; the check has dropped one candidate in four."""
    documents = [_document(number) for number in range(DOCUMENTS)]
    filtered = [
        {"document_id": row["document_id"], **whole(row), "tokens": 70, "language": "en", **KEPT}
        for row in documents
    ]
    classified = [
        {
            "document_id": row["document_id"],
            **whole(row),
            "domain": DOMAINS[number % 3],
            "personas": PERSONAS,
            **KEPT,
        }
        for number, row in enumerate(documents)
    ]
    candidates = [
        _candidate(row, persona, number)
        for number, row in enumerate(documents)
        for persona in PERSONAS
    ]
    checked = [_checked(row, number) for number, row in enumerate(candidates)]
    verified = [
        _verified(candidate, verdicts, number)
        for number, (candidate, verdicts) in enumerate(zip(candidates, checked, strict=True))
        if verdicts["kept"]
    ]
    made = (documents, filtered, classified, candidates, checked, verified)
    pairs = zip(STAGES, made, strict=True)
    return MappingProxyType({table: frame_of(table, rows) for table, rows in pairs})


def write(tables: Tables, shard: str = SHARD, **instead: pl.DataFrame) -> None:
    """The sound shard on storage, with other tables in place of some."""
    for table, frame in {**frames(), **instead}.items():
        tables.write(table, shard, frame)


def whole(document: Row) -> Row:
    """The one window of a document that fits the model's."""
    return {"window": 0, "window_start": 0, "window_end": len(document["text"])}


def sound(table: str, tables: Tables) -> tuple[pl.DataFrame, Facts]:
    write(tables)
    _, facts = facts_for(table, SHARD, tables)
    return tables.read(table, SHARD), facts


def held(frame: pl.DataFrame) -> Batches:
    """A frame as a stored table is read, in batches that cut it anywhere."""

    def batches(columns: Sequence[str] | None) -> Iterator[pl.DataFrame]:
        return frame.select(columns or frame.columns).iter_slices(7)

    return batches


def with_row(frame: pl.DataFrame, at: int = 0, **values: Any) -> pl.DataFrame:
    """The frame with other values in one row."""
    rows = frame.to_dicts()
    rows[at] |= values
    return pl.DataFrame(rows, schema=frame.schema)


def with_rows(frame: pl.DataFrame, **values: Any) -> pl.DataFrame:
    """The frame with the same values in all rows."""
    rows = [row | values for row in frame.to_dicts()]
    return pl.DataFrame(rows, schema=frame.schema)


def empty(table: str) -> pl.DataFrame:
    return frame_of(table, [])


def boilerplate() -> pl.DataFrame:
    """A filter's table that keeps one document in twelve."""
    kept, others = frames()["filtered_documents"][:2], frames()["filtered_documents"][2:]
    return pl.concat([kept, with_rows(others, **dropped("boilerplate"))])


def _document(number: int) -> Row:
    text = f"The town on hill {number} keeps {number + 100} wells, dug by the weavers' guild."
    return {
        "document_id": document_id(text),
        "text": text,
        "corpus": "wiki",
        "source_uri": "file:///corpora/wiki.jsonl",
        "source_row": number,
        "licence": "CC-BY-SA-4.0",
        "ingested_at": datetime(2026, 11, 22, tzinfo=UTC),
        **KEPT,
    }


def _candidate(document: Row, persona: str, number: int) -> Row:
    parts = {"document": document["document_id"], "persona": persona}
    asks_number = persona == PERSONAS[0]
    return {
        "qa_id": qa_id(SHARD, parts),
        "document_id": document["document_id"],
        **whole(document),
        "persona": persona,
        "domain": DOMAINS[number % 3],
        "sample": 0,
        "question": "How many wells does the town keep?" if asks_number else "Who dug its wells?",
        "answer": str(number + 100) if asks_number else "weavers' guild",
        "style": "open",
        "span_start": 0,
        "span_end": 40,
        "model": "tiny",
        "prompt_version": "1",
        **KEPT,
    }


def _checked(candidate: Row, number: int) -> Row:
    asks_number = candidate["persona"] == PERSONAS[0]
    base: Row = {
        "qa_id": candidate["qa_id"],
        "document_id": candidate["document_id"],
        "profile": "default",
        "answer_type": "number" if asks_number else "phrase",
        "verifier": "numeric" if asks_number else "normalised_match",
        "answer_aliases": [],
        "decontaminated_against": ["ready"],
    }
    if number % 8 == 3:
        return base | {"verdicts": certain("vague"), **dropped("vague")}
    base |= {"votes": 1, "agreement": 1.0, "checker_model": "tiny"}
    if number % 8 == 6:
        reason = "model_answer_incorrect"
        verdicts = certain() | {name: verdict(name == reason) for name in MODEL}
        return base | {"verdicts": verdicts, **dropped(reason)}
    evidence = {"evidence_start": 20, "evidence_end": 30, "evidence_kind": "exact"}
    return base | evidence | {"verdicts": passing(), **KEPT}


def certain(*broken: str) -> dict[str, str | None]:
    """Verdicts of a pair that no model was asked about."""
    asked = (*CERTAIN, "duplicate_question", "contaminated")
    return dict.fromkeys(VERDICTS) | {name: verdict(name in broken) for name in asked}


def passing(**changes: str | None) -> dict[str, str | None]:
    """Verdicts of a pair that the profile `default` accepts, but for these."""
    return certain() | dict.fromkeys((*MODEL, "near_duplicate"), PASSED) | changes


def _verified(candidate: Row, verdicts: Row, number: int) -> Row:
    shared = ("qa_id", "document_id", "persona", "domain", "question", "answer", "style")
    return {
        **{name: verdicts[name] for name in TABLES["verified_qa"].names() if name in verdicts},
        **{name: candidate[name] for name in shared},
        "corpus": "wiki",
        "source_uri": "file:///corpora/wiki.jsonl",
        "source_row": number,
        "licence": "CC-BY-SA-4.0",
        **KEPT,
    }
