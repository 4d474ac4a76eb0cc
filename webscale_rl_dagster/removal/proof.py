"""What a purge did and what its scan says: for scripts, and in a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from webscale_rl_dagster.removal.erasing import Erased
from webscale_rl_dagster.removal.findings import Findings

_SHOWN = 10
"""Finds, unread objects and near copies that are printed."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Of one call of `purge`."""

    time: str
    """When the scan was over, ISO 8601, UTC."""
    tombstones: tuple[str, ...]
    documents: int
    without_text: int
    """Documents whose text was gone before: the scan looked for their ids alone."""
    too_short: int
    """Documents whose text has fewer than 36 letters and digits: likewise."""
    passages: int
    """Of the texts that were looked for; those that other documents share among them."""
    erased: Erased
    withdrawn: tuple[str, ...]
    """Releases."""
    findings: Findings

    @property
    def proven(self) -> bool:
        """Whether nothing was found, everything could be read, and the texts are erased."""
        return self.findings.clean

    @property
    def shards(self) -> tuple[str, ...]:
        """Those whose tables were written anew: run them again, from the journal."""
        return tuple(sorted(self.erased.tables))

    def as_dict(self) -> dict[str, Any]:
        return {
            "proven": self.proven,
            "time": self.time,
            "tombstones": list(self.tombstones),
            "documents": self.documents,
            "without_text": self.without_text,
            "too_short": self.too_short,
            "passages": self.passages,
            "erased": asdict(self.erased),
            "withdrawn": list(self.withdrawn),
            **self.findings.as_dict(),
        }

    def lines(self) -> Iterator[str]:
        """Keys and ids in them may hold anything: to be shown as text."""
        gone, found = self.erased, self.findings
        yield (
            f"erased {gone.texts:,} texts, {gone.calls:,} model calls, {gone.rows:,} rows made of "
            f"them, {gone.marks:,} marks, {gone.unfinished:,} unfinished writes; withdrawn "
            f"releases: {', '.join(self.withdrawn) or 'none'}"
        )
        read = sum(found.bytes.values())
        yield (
            f"searched {found.objects.total() - found.objects['png']:,} objects, {read:,} bytes, "
            f"for {self.passages - found.shared:,} passages of "
            f"{self.documents - self.without_text - self.too_short:,} documents"
        )
        if found.shared:
            yield (
                f"{found.shared:,} more passages are shared with {found.sharing:,} documents that "
                f"stay, e.g. {', '.join(found.examples[:3])}"
            )
        for copy in found.near[:_SHOWN]:
            yield f"{copy.document_id} stays and holds {copy.share:.0%} of {copy.of}: remove it too"
        if self.without_text or self.too_short:
            yield (
                f"of {self.without_text:,} documents without a text and {self.too_short:,} with a "
                "very short one only the ids were looked for"
            )
        for find in found.finds[:_SHOWN]:
            place = " ".join(str(part) for part in (find.column, find.row) if part is not None)
            yield f"found {find.what} of {find.document_id} in {find.key} {place}".rstrip()
        for key, why in list(found.unread.items())[:_SHOWN]:
            yield f"not searched: {key}: {why}"
        yield self._verdict()

    def _verdict(self) -> str:
        if self.proven:
            return "nothing of them was found"
        return (
            f"NOT PROVEN: found in {self.findings.found:,} places, "
            f"{len(self.findings.unread):,} objects not searched. Texts still in raw_documents "
            "stay until nothing else is found: mend or delete what is named, then purge again"
        )
