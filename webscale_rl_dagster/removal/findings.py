"""What a scan of a storage looked at, and what it found."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MOST = 100
"""Of finds, near copies and ids that are named; all are counted."""


class Find(NamedTuple):
    """A place where a removed document is still to be found."""

    key: str
    column: str | None
    row: int | None
    """From 0; None where the format or a nested column has none."""
    document_id: str
    what: str
    """`text`, or `id`: of a row or record that was made of the document."""


class NearCopy(NamedTuple):
    """A document that stays and holds much of one that does not."""

    document_id: str
    of: str
    share: float
    """Of the removed one's passages."""


@dataclass(slots=True)
class Findings:
    """Filled as the scan goes on."""

    objects: Counter[str] = field(default_factory=Counter)
    """By format."""
    bytes: Counter[str] = field(default_factory=Counter)
    """Likewise, as they lie on storage."""
    found: int = 0
    finds: list[Find] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    """Objects that could not be searched, and why."""
    shared: int = 0
    """Passages that documents which stay hold too: they are no copies of a removed one."""
    sharing: int = 0
    """Those documents."""
    examples: list[str] = field(default_factory=list)
    """Ids of some of them."""
    near: list[NearCopy] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.found and not self.unread

    def add(self, find: Find) -> None:
        self.found += 1
        if len(self.finds) < MOST:
            self.finds.append(find)

    def as_dict(self) -> dict[str, Any]:
        return {
            "objects": dict(self.objects),
            "bytes": dict(self.bytes),
            "found": self.found,
            "finds": [find._asdict() for find in self.finds],
            "unread": self.unread,
            "shared": {
                "passages": self.shared,
                "documents": self.sharing,
                "examples": self.examples,
            },
            "near_copies": [copy._asdict() for copy in self.near],
        }
