"""How a release came about, and what it cost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webscale_rl_dagster.card.blocks import Block, Section, Table, said
from webscale_rl_dagster.card.pictures import FUNNEL, REASONS, losses
from webscale_rl_dagster.card.values import count, decimal

_TOKENS = ("requests", "prompt_tokens", "cached_tokens", "completion_tokens", "dollars")


def making(manifest: Mapping[str, Any]) -> Section:
    """Funnel, reasons, verdicts, models and benchmarks."""
    lost = losses(manifest)
    blocks: list[Block] = [
        FUNNEL,
        Table(("stage", "in", "kept", "dropped", "failed"), _funnel(manifest), 4),
        said(
            "From `filtered_documents` on, documents count once a window; from `candidate_qa` on, "
            "these are pairs. Failed rows could not be judged, as a model call failed."
        ),
    ]
    if lost:
        reasons = [(stage, reason, count(number)) for (stage, reason), number in lost.items()]
        blocks += [
            said("Why rows were dropped, each by the first reason that was found."),
            REASONS,
            Table(("stage", "reason", "rows"), reasons, drawn=True),
        ]
    return Section(
        "How it was made", (*blocks, *_verdicts(manifest), *_models(manifest), _cleaned(manifest))
    )


def _funnel(manifest: Mapping[str, Any]) -> list[tuple[str, ...]]:
    return [
        (
            stage, count(counts["input"]), count(counts["kept"]),
            count(sum(counts["dropped"].values())), count(counts["failed"]),
        )
        for stage, counts in manifest["funnel"].items()
    ]  # fmt: skip


def _verdicts(manifest: Mapping[str, Any]) -> list[Block]:
    rows = [
        (name, count(given["passed"]), count(given["failed"]))
        for name, given in manifest["verdicts"].items()
    ]
    if not rows:
        return []
    return [
        said(
            "What each check said of the candidates. One may have failed several; one that failed "
            "before the models were asked was not put to them."
        ),
        Table(("verdict", "passed", "failed"), rows, 2),
    ]


def _models(manifest: Mapping[str, Any]) -> list[Block]:
    kinds = {
        **manifest["models"],
        "prompt": manifest["prompt_versions"],
        "profile": manifest["profiles"],
    }
    rows = [
        (kind, value, count(number))
        for kind, values in kinds.items()
        for value, number in values.items()
        if value != "unstated"
    ]
    if not rows:
        return []
    return [
        said("Which models, prompts and profiles of verification the pairs are of."),
        Table(("kind", "name", "pairs"), rows),
    ]


def _cleaned(manifest: Mapping[str, Any]) -> Block:
    against = ", ".join(
        f"{one['name']} ({count(one['items'])} items)"
        for one in manifest["decontamination"]["benchmarks"]
    )
    return said(
        "Questions and answers were cleaned against: {against}. [RELEASE.json] has the hashes of "
        "those indexes.",
        against=against or "no benchmark",
    )


def cost(manifest: Mapping[str, Any]) -> Section:
    """Model calls of all stages over all shards, and what comes to one released pair."""
    usage: Mapping[str, Any] = manifest.get("usage") or {}
    total = {name: sum(stage[name] for stage in usage.values()) for name in _TOKENS}
    if not any(total.values()):
        return Section("Cost", ())
    names = _TOKENS if total["dollars"] else _TOKENS[:-1]
    rows = [
        (stage, *(_amount(name, spent[name]) for name in names)) for stage, spent in usage.items()
    ]
    rows.append(("all", *(_amount(name, total[name]) for name in names)))
    rows.append(
        ("per released pair", *(decimal(total[name] / manifest["pairs"]) for name in names))
    )
    head = ("stage", "requests", "prompt tokens", "of them cached", "generated tokens", "dollars")
    return Section(
        "Cost",
        (
            said("Model calls for all documents and candidates of these shards, also for what was "
                "dropped."),
            Table(head[: len(names) + 1], rows, len(names)),
            *([] if total["dollars"] else [said("No model has a price in the configuration.")]),
        ),
    )  # fmt: skip


def _amount(name: str, number: float) -> str:
    return decimal(number) if name == "dollars" else count(int(number))
