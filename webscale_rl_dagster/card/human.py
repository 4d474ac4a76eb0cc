"""What people who read pairs say of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webscale_rl_dagster.card.blocks import Section, Table, said
from webscale_rl_dagster.card.values import NONE, count, share

_SHARES = {
    "with_pipeline": "candidates on which people and the pipeline agree",
    "precision": "accepted candidates that people call good",
    "missed": "rejected candidates that people call good",
    "between_people": "candidates read by several people who all agree",
}


def read_by_people(manifest: Mapping[str, Any]) -> Section:
    """Left out if nobody marked a pair."""
    found = human(manifest)
    if not found:
        return Section("Read by people", ())
    here, everywhere = found["release"], found["all"]
    of_release = said(
        "People marked {marked} of the {pairs} pairs in here: {good} good, {bad} bad, {contested} "
        "contested, which is as many for as against.",
        pairs=count(manifest["pairs"]),
        **{name: count(here[name]) for name in ("marked", "good", "bad", "contested")},
    )
    of_all = said(
        "Of all candidates, released or not, they marked {marked}. Contested ones count in the "
        "last line only. Intervals are Wilson's and those of a random sample; these were read "
        "because someone chose to.",
        marked=count(everywhere["marked"]),
    )
    rows = [_row("pairs in here that people call good", here["precision"])]
    rows += [_row(label, everywhere[name]) for name, label in _SHARES.items()]
    head = ("what", "so many", "of marked", "share", "95% interval")
    return Section("Read by people", (of_release, of_all, Table(head, rows, 4)))


def human(manifest: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """What the manifest has of marks; older ones have nothing."""
    found: Mapping[str, Any] | None = (manifest.get("measures") or {}).get("human")
    return found


def _row(label: str, found: Mapping[str, Any]) -> tuple[str, ...]:
    interval = NONE
    if found["whole"]:
        interval = f"{share(found['low'])} to {share(found['high'])}"
    return label, count(found["part"]), count(found["whole"]), share(found["share"]), interval
