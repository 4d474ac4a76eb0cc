"""The canonical record: everything an export, a trainer or an auditor needs of a verified pair."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from webscale_rl_dagster.schemas import TABLES
from webscale_rl_dagster.stages.documents import paired
from webscale_rl_dagster.stages.outcome import KEPT
from webscale_rl_dagster.storage.tables import Row

SOURCE = ("document_id", "corpus", "source_uri", "source_row", "url", "title", "licence")
"""The columns of `raw_documents` that a pair carries."""


def publish_pairs(
    checked: Iterable[Row], candidates: Iterable[Row], documents: Iterable[Row]
) -> Iterator[Row]:
    """One `verified_qa` row per accepted pair, in their order; `checked` holds only those."""
    judged = paired(checked, candidates, key="qa_id", table="checked_qa", source="candidate_qa")
    pairs = (candidate | verdicts for verdicts, candidate in judged)
    for pair, document in paired(
        pairs, documents, key="document_id", table="checked_qa", source="raw_documents"
    ):
        yield _published(pair, document)


def _published(pair: Row, document: Row) -> Row:
    row: Row = {name: document[name] for name in SOURCE} | pair | KEPT
    row["generator_model"] = pair["model"]
    return {name: row[name] for name in TABLES["verified_qa"].names()}
