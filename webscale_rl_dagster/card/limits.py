"""What a release cannot be trusted with, as far as its manifest tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from webscale_rl_dagster.card.blocks import Bullets, Part, Section, prose
from webscale_rl_dagster.card.human import human
from webscale_rl_dagster.card.pictures import diversity, measured
from webscale_rl_dagster.card.values import count, share


def limits(manifest: Mapping[str, Any]) -> Section:
    """One line each."""
    found = [
        prose(
            "An answer is checked against its document, not against the world: what a document has "
            "wrong, its pairs have wrong, and they are as old as it is."
        ),
        *_checking(manifest),
        *_difficulty(manifest),
        *_benchmarks(manifest),
        *_forms(manifest),
        *_language(manifest),
        *_sources(manifest),
    ]
    return Section("Known limits", (Bullets(tuple(found)),))


def _checking(manifest: Mapping[str, Any]) -> Iterator[tuple[Part, ...]]:
    checkers = _names(manifest["models"]["checker"])
    unchecked = manifest["models"]["checker"].get("unstated", 0)
    if checkers:
        yield prose(
            "Whether an answer is right was judged by {checkers}; what it judged wrongly is in "
            "here.",
            checkers=", ".join(checkers),
        )
    yield _read(manifest)
    if unchecked:
        yield prose("{number} pairs name no checker.", number=count(unchecked))
    both = sorted({*checkers} & {*_names(manifest["models"]["generator"])})
    if both:
        yield prose(
            "{models} wrote pairs and checked pairs, and is blind to its own mistakes.",
            models=", ".join(both),
        )
    paper = manifest["profiles"].get("paper", 0)
    if paper:
        yield prose(
            "{number} pairs were accepted under the profile `paper`: by three questions to a "
            "model, whatever the rules said of them.",
            number=count(paper),
        )


def _read(manifest: Mapping[str, Any]) -> tuple[Part, ...]:
    found = human(manifest)
    if not found or not found["release"]["marked"]:
        return prose("Nobody read the pairs and marked them.")
    return prose(
        "People read {marked} of {pairs} pairs; {bad} that they call bad are in here.",
        marked=count(found["release"]["marked"]),
        pairs=count(manifest["pairs"]),
        bad=count(found["release"]["bad"]),
    )


def _difficulty(manifest: Mapping[str, Any]) -> Iterator[tuple[Part, ...]]:
    probed = max((rates["measured"] for rates in measured(manifest).values()), default=0)
    if "pass_rates" not in (manifest.get("measures") or {}) or probed >= manifest["pairs"]:
        return
    yield prose(
        "{number} of {pairs} pairs were never answered by a model, so that it is not known how "
        "hard they are, nor whether other answers would be right as well.",
        number=count(manifest["pairs"] - probed),
        pairs=count(manifest["pairs"]),
    )


def _benchmarks(manifest: Mapping[str, Any]) -> Iterator[tuple[Part, ...]]:
    against = manifest["decontamination"]["benchmarks"]
    if not against:
        yield prose(
            "It was cleaned against no benchmark: do not evaluate what was trained on it as if "
            "it were clean."
        )
        return
    yield prose(
        "It was cleaned against {items} benchmark items by their words; what is paraphrased, "
        "translated, or in another benchmark is not found.",
        items=count(sum(one["items"] for one in against)),
    )


def _forms(manifest: Mapping[str, Any]) -> Iterator[tuple[Part, ...]]:
    prompts, styles = _names(manifest["prompt_versions"]), _names(manifest["mix"]["style"])
    if len(prompts) == 1:
        yield prose("All pairs were written with one prompt, {prompt}.", prompt=prompts[0])
    if len(styles) == 1:
        yield prose("All questions are of one style, {style}.", style=styles[0])
    yield prose(
        "Questions have one short answer. Nothing here trains long answers, dialogue, tools or "
        "refusals."
    )
    similarity = manifest["duplicates"]["similarity"]
    yield prose(
        "Questions count as one from a similarity of {similarity} of their words on; the same "
        "question in other words stays.",
        similarity=similarity,
    )
    found = diversity(manifest)
    if found and found["pairs"] < manifest["pairs"]:
        yield prose(
            "Diversity was measured on {part} of the pairs.",
            part=share(found["pairs"] / manifest["pairs"]),
        )


def _language(manifest: Mapping[str, Any]) -> Iterator[tuple[Part, ...]]:
    verdicts = manifest["verdicts"]
    if "wrong_language" in verdicts:
        yield prose("English only: the rules read no other language.")
    if {"toxic", "unsafe", "personal_data"} & verdicts.keys():
        yield prose(
            "Toxic, unsafe and personal content is looked for with word lists and patterns, which "
            "miss some of it."
        )


def _sources(manifest: Mapping[str, Any]) -> Iterator[tuple[Part, ...]]:
    unstated = manifest["licences"].get("unstated", 0)
    if unstated:
        yield prose(
            "The licence of {number} pairs ({part}) is unstated.",
            number=count(unstated),
            part=share(unstated / manifest["pairs"]),
        )
    failed = sum(counts["failed"] for counts in manifest["funnel"].values())
    if failed:
        yield prose(
            "{number} rows failed on their way and are not in here, whatever they were.",
            number=count(failed),
        )


def _names(counts: Mapping[str, int]) -> list[str]:
    return [name for name in counts if name not in ("unstated", "others")]
