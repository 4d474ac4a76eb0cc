"""Which documents were removed for good, by all tombstones together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from webscale_rl_dagster.corpora.tombstones import (
    REMOVED,
    Kind,
    Tombstone,
    new_tombstone,
    save,
    tombstones,
)

__all__ = [
    "REMOVED",
    "SOURCE",
    "Kind",
    "Removed",
    "Tombstone",
    "new_tombstone",
    "save",
    "tombstones",
]

SOURCE = ("document_id", "url", "source_uri", "licence")
"""Columns that say whether a rule holds for a row."""


class Removed:
    """All tombstones together. An id is looked up in constant time, rules are tried in turn."""

    def __init__(self, tombstones: Iterable[Tombstone]) -> None:
        self.tombstones = tuple(tombstones)
        self._by_id: dict[str, Tombstone] = {}
        for tombstone in self.tombstones:
            for document_id in tombstone.documents:
                self._by_id.setdefault(document_id, tombstone)
            if tombstone.kind == "document":
                self._by_id.setdefault(tombstone.value, tombstone)

    def why(
        self,
        document_id: str,
        *,
        url: str | None = None,
        source_uri: str | None = None,
        licence: str | None = None,
    ) -> str | None:
        """The reason that the first tombstone for such a document gives; None: it may stay."""
        found = self.find(document_id, url=url, source_uri=source_uri, licence=licence)
        return None if found is None else found.reason

    def find(
        self,
        document_id: str,
        *,
        url: str | None = None,
        source_uri: str | None = None,
        licence: str | None = None,
    ) -> Tombstone | None:
        """By the id first, then by the rules from the oldest to the newest."""
        if (known := self._by_id.get(document_id)) is not None:
            return known
        return next(
            (
                rule
                for rule in self._rules
                if rule.covers(document_id, url=url, source_uri=source_uri, licence=licence)
            ),
            None,
        )

    def of_document(self, document_id: str) -> Tombstone | None:
        """Likewise of a document of which nothing but the id is known."""
        return self._by_id.get(document_id)

    def of_pair(self, qa_id: str) -> tuple[str, Tombstone] | None:
        """The removed document that a pair was made of; asks every tombstone."""
        for document_id, tombstone in self._by_id.items():
            if qa_id in tombstone.documents.get(document_id, ()):
                return document_id, tombstone
        return None

    def of_row(self, row: Mapping[str, Any]) -> Tombstone | None:
        """Likewise of a row of `raw_documents`.

        An exact repeat is under no rule for where it was found: its text is the kept row's. A near
        repeat of a removed document is removed for what that was. None, though its reason is
        `removed`, if the rule that kept out this text, or that which it nearly repeats, holds for
        another source of that alone.
        """
        other = row["duplicate_of"]
        if other == row["document_id"]:
            return self.of_document(other)
        found = self.find(**{name: row[name] for name in SOURCE})
        if found is None and other is not None and row["reason"] == REMOVED:
            return self.of_document(other)
        return found

    @cached_property
    def _rules(self) -> list[Tombstone]:
        """One of each kind and value; what they removed back then is found by id."""
        rules: dict[tuple[str, str], Tombstone] = {}
        for tombstone in self.tombstones:
            if tombstone.kind != "document":
                empty = tombstone.model_copy(update={"documents": {}})
                rules.setdefault((tombstone.kind, tombstone.value), empty)
        return list(rules.values())
