"""Published pairs to make releases of."""

from __future__ import annotations

from typing import Any

from webscale_rl_dagster.identity import document_id, qa_id
from webscale_rl_dagster.schemas import PASSED, VERDICTS, frame_of
from webscale_rl_dagster.storage.tables import Row, Tables

SHARDS = ("news/00112233aa/00000", "wiki/3f9a1c77d0/00000", "wiki/3f9a1c77d0/00001")


def pair(shard: str, number: int, **values: Any) -> Row:
    """The number-th pair of a shard; two follow each other in one document."""
    document = document_id(f"{shard} document {number // 2}")
    row = {
        "qa_id": qa_id(shard, {"number": number}),
        "question": f"Who founded the town of {_name(shard, number)}?",
        "answer": f"{_name(shard, number)} Hale",
        "style": "open",
        "domain": ("Education", "Social Science", "Natural Science")[number % 3],
        "persona": "historian",
        "document_id": document,
        "corpus": shard.split("/")[0],
        "source_uri": f"s3://corpora/{shard.split('/')[0]}.jsonl",
        "source_row": number // 2,
        "licence": "CC-BY-SA-4.0" if shard.startswith("wiki") else None,
        "profile": "default",
        "verdicts": dict.fromkeys(VERDICTS, PASSED),
        "evidence_start": 0,
        "evidence_end": 9,
        "evidence_kind": "exact",
        "answer_type": "entity",
        "verifier": "entity_match",
        "answer_aliases": ["Hale"],
        "decontaminated_against": ["ready"],
        "votes": 1,
        "agreement": 1.0,
        "checker_model": "checker-1",
        "generator_model": "generator-1",
        "prompt_version": "generate-3",
        "kept": True,
    }
    return row | values


def _name(shard: str, number: int) -> str:
    """A word of letters that no other pair has."""
    code = document_id(f"{shard} {number}")[:12]
    return "".join(chr(ord("a") + int(digit, 16)) for digit in code).capitalize()


def publish(tables: Tables, shard: str, rows: list[Row]) -> None:
    tables.write("verified_qa", shard, frame_of("verified_qa", rows))


def publish_all(tables: Tables, pairs: int = 40) -> None:
    """So many sound pairs in each shard."""
    for shard in SHARDS:
        publish(tables, shard, [pair(shard, number) for number in range(pairs)])
