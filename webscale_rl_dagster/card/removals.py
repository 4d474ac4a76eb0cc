"""Documents that were removed for good, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from webscale_rl_dagster.card.blocks import Section, Table, said
from webscale_rl_dagster.card.values import count

_SHOWN = 20
"""Reasons."""


def removals(manifest: Mapping[str, Any]) -> Section:
    """By reason, the most frequent first; of a release without any there is nothing to say."""
    removed = manifest.get("removed") or {"documents": 0, "removals": []}
    if not removed["documents"]:
        return Section("Removed documents", ())
    reasons: Counter[str] = Counter()
    for removal in removed["removals"]:
        reasons[removal["reason"]] += removal["documents"]
    rows = [(reason, count(number)) for reason, number in reasons.most_common(_SHOWN)]
    return Section(
        "Removed documents",
        (
            said(
                "{number} documents of these shards were removed for good, with all pairs made of "
                "them. [removed.parquet] lists them by id with the reason.",
                number=count(removed["documents"]),
            ),
            Table(("reason", "documents"), rows),
        ),
    )
