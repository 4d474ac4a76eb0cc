"""The numbers that a card begins with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webscale_rl_dagster.card.human import human
from webscale_rl_dagster.card.values import count, decimal, share


def figures(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Of what, and how much; those that nothing is known of are left out."""
    pairs = manifest["pairs"]
    candidates = manifest["funnel"].get("candidate_qa", {}).get("kept", 0)
    personas = (manifest.get("measures") or {}).get("personas")
    usage = (manifest.get("usage") or {}).values()
    tokens = sum(stage["prompt_tokens"] + stage["completion_tokens"] for stage in usage)
    dollars = sum(stage["dollars"] for stage in usage)
    domains = len(manifest["mix"]["domain"].keys() - {"unstated", "others"})
    found = [
        ("pairs", count(pairs)),
        ("documents", count(sum(manifest["documents"].values()))),
        ("domains", count(domains)),
    ]
    if personas:
        found.append(("personas", _at_least(personas)))
    if candidates:
        found.append(("of the candidates released", share(pairs / candidates)))
    read = (human(manifest) or {}).get("release", {}).get("precision", {})
    if read.get("whole"):
        found.append((f"good, of {count(read['whole'])} that people read", share(read["share"])))
    if tokens:
        found.append(("tokens a pair", decimal(tokens / pairs)))
    if dollars:
        found.append(("dollars for 1,000 pairs", decimal(1000 * dollars / pairs)))
    return found


def _at_least(personas: Mapping[str, Any]) -> str:
    return f"{'≥ ' if personas['at_least'] else ''}{count(personas['distinct'])}"
