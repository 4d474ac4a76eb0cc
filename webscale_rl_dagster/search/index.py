"""Searches the index; it never writes to it, and goes on while another process does."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from tantivy import Query

from webscale_rl_dagster.search.catalog import Catalog
from webscale_rl_dagster.search.finding import Finder
from webscale_rl_dagster.search.ids import DIGITS_OF_DOCUMENT, document_id
from webscale_rl_dagster.search.queries import EXACT_CHARACTERS, DocumentQuery, Found, PairQuery
from webscale_rl_dagster.search.shelves import DOCUMENTS, PAIRS
from webscale_rl_dagster.search.words import starting

PAGE = 50


def open_index(folder: Path) -> Index | None:
    """None if there is none that this version can read: `update` makes it."""
    if not Catalog.open(folder).current:
        return None
    try:
        return Index(Finder(PAIRS, folder), Finder(DOCUMENTS, folder))
    except ValueError:
        return None


class Index:
    """Pairs and documents as they were when last reloaded. For use by many threads."""

    def __init__(self, pairs: Finder, documents: Finder) -> None:
        self._pairs, self._documents = pairs, documents

    def pairs(self, query: PairQuery, *, offset: int = 0, limit: int = PAGE) -> Found:
        """Pairs and candidates; rows after the first `MOST_ROWS` are counted and not shown."""
        return self._pairs.find(query, offset, limit)

    def documents(self, query: DocumentQuery, *, offset: int = 0, limit: int = PAGE) -> Found:
        """Rows of `raw_documents`, repeats among them; likewise."""
        return self._documents.find(query, offset, limit)

    def shards_of(
        self,
        column: Literal["document_id", "url", "source_uri"],
        value: str,
        *,
        prefix: bool = False,
    ) -> list[str]:
        """Shards whose documents have this value, or one that starts so: sorted, none missing.

        Seldom one more: of ids 15 digits are compared, of others 2,000 characters. The beginning of
        an id has six digits at least.
        """
        schema = self._documents.schema
        if column == "document_id":
            whole = prefix or len(value) == DIGITS_OF_DOCUMENT
            query = document_id(schema, value) if whole else None
            return self._documents.shards(query) if query else []
        cut = value[:EXACT_CHARACTERS].encode("utf-8", "replace").decode()
        if prefix:
            return self._documents.shards(starting(schema, column, cut))
        return self._documents.shards(Query.term_query(schema, column, cut))

    def reload(self) -> None:
        """See what was indexed since."""
        self._pairs.reload()
        self._documents.reload()
