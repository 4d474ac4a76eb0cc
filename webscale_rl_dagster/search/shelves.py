"""What is indexed of a pair and of a document: one tantivy index for each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tantivy import Index, Schema, SchemaBuilder

from webscale_rl_dagster.search.ids import DIGEST, document_id, pair_id
from webscale_rl_dagster.search.queries import DOCUMENT_FACETS, PAIR_FACETS
from webscale_rl_dagster.search.words import WORDS, IdQuery, analyzer

PART = "part"
"""Of what a row is: it goes when its shard or release does."""
KIND = "kind"
"""Whether the part is a shard or a release."""
PLACE = "place"
"""What rows are ordered by: the number of their part in the catalog, and theirs in the part."""
ROW = "row"
"""What is shown of a row, as JSON."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One of the two indexes."""

    name: str
    facets: tuple[str, ...]
    as_id: IdQuery
    exact: tuple[str, ...] = ()
    """Other columns that shards are looked up by."""

    def open(self, folder: Path) -> Index:
        """ValueError if there is none, or one that cannot be read."""
        return _with_words(Index.open(str(folder / self.name)))

    def stamp(self, folder: Path) -> bytes:
        """Changes with every commit; FileNotFoundError if there is none."""
        return (folder / self.name / "meta.json").read_bytes()

    def make(self, folder: Path) -> Index:
        """A new and empty one."""
        place = folder / self.name
        place.mkdir()
        return _with_words(Index(self._schema(), path=str(place)))

    def _schema(self) -> Schema:
        builder = SchemaBuilder()
        builder.add_text_field(WORDS, tokenizer_name=WORDS)
        for name in (PART, KIND, *self.exact):
            builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
        for name in self.facets:
            builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
        builder.add_unsigned_field(PLACE, fast=True)
        builder.add_unsigned_field(DIGEST, fast=True)
        builder.add_bytes_field(ROW, stored=True)
        return builder.build()


PAIRS = Shelf("pairs", PAIR_FACETS, pair_id)
DOCUMENTS = Shelf("documents", DOCUMENT_FACETS, document_id, ("url", "source_uri"))


def _with_words(index: Index) -> Index:
    index.register_tokenizer(WORDS, analyzer())
    return index
