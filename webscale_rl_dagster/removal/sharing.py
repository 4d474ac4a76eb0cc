"""Which passages of removed texts stand in documents that stay: they tell of no copy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from webscale_rl_dagster.removal.contents import batches, of_batch
from webscale_rl_dagster.removal.findings import MOST, Findings, NearCopy
from webscale_rl_dagster.removal.letters import BETWEEN
from webscale_rl_dagster.removal.passages import Numbers
from webscale_rl_dagster.removal.seeking import Sought
from webscale_rl_dagster.storage.objects import Objects

RAW = "raw_documents/"
NEAR = 0.5
"""A document that holds a larger part of a removed one's passages is a near copy of it."""


class Shared:
    """Passages met so far in `raw_documents`, in the rows of other documents."""

    def __init__(self, objects: Objects, sought: Sought, findings: Findings) -> None:
        self._objects = objects
        self._sought = sought
        self._findings = findings
        self._met = np.zeros(len(sought.passages), bool)

    def look(self, key: str) -> None:
        """Every passage that is there is met, at whichever letter it begins."""
        for _, batch in batches(self._objects, key):
            others = batch.filter(pc.invert(self._sought.rows(batch, "document_id")))
            self._look_at(others, others.column("document_id").to_pylist())

    def forget(self) -> None:
        """They are not looked for any more."""
        self._findings.shared = int(self._met.sum())
        self._sought.passages.forget(np.flatnonzero(self._met))

    def _look_at(self, batch: Any, ids: list[str]) -> None:
        sharing: set[int] = set()
        for piece in of_batch(batch, 0):
            places, passages = self._sought.passages.find(piece.letters, step=1)
            if not len(places):
                continue
            self._met[passages] = True
            if piece.row is not None:
                rows = rows_of(piece.letters, places)
                sharing.update(np.unique(rows).tolist())
                self._findings.near += self._near(rows, passages, ids)
        self._findings.sharing += len(sharing)
        named = self._findings.examples
        named += [ids[row] for row in sorted(sharing)][: MOST // 10 - len(named)]

    def _near(self, rows: Numbers, passages: Numbers, ids: list[str]) -> Iterator[NearCopy]:
        """A passage counts once for a row."""
        texts = len(self._sought.documents)
        once = np.unique(np.stack([rows, passages]), axis=1)
        pairs, held = np.unique(
            once[0] * texts + self._sought.passages.owners(once[1]), return_counts=True
        )
        shares = held / np.array(self._sought.counts)[pairs % texts]
        for pair, share in zip(pairs[shares > NEAR], shares[shares > NEAR], strict=True):
            if len(self._findings.near) < MOST:
                row, text = divmod(int(pair), texts)
                yield NearCopy(ids[row], self._sought.documents[text], round(float(share), 3))


def rows_of(letters: bytes, places: Numbers) -> Numbers:
    """Which value each place is in, from 0."""
    ends: npt.NDArray[np.intp] = np.flatnonzero(np.frombuffer(letters, np.uint8) == BETWEEN[0])
    return np.searchsorted(ends, places)
