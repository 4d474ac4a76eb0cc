"""What is in a release: kinds of pairs, lengths, difficulty, sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webscale_rl_dagster.card.blocks import Block, Section, Table, said
from webscale_rl_dagster.card.pictures import (
    BOOKS,
    LENGTHS,
    PASS_RATES,
    SHARES,
    lengths,
    measured,
    shares,
)
from webscale_rl_dagster.card.values import count, decimal, share


def content(manifest: Mapping[str, Any]) -> Section:
    """Domains, types, styles, personas and lengths."""
    found = shares(manifest)
    blocks: list[Block] = []
    for name, head in (("domains", "domain"), ("answer_types", "answer type")):
        blocks += _counted(name, head, found.get(name), manifest["pairs"])
    styles = manifest["mix"]["style"]
    blocks += [Table(("style", "pairs", "share"), _rows(styles, manifest["pairs"]), 2)]
    personas = (manifest.get("measures") or {}).get("personas")
    if personas:
        number = f"{'at least ' if personas['at_least'] else ''}{count(personas['distinct'])}"
        text = "A persona is whom a question was written for; there are {number} of them."
        blocks.append(said(text, number=number))
        blocks += _counted("personas", "persona", found.get("personas"), manifest["pairs"])
    return Section("What is in it", (*blocks, *_lengths(manifest)))


def _lengths(manifest: Mapping[str, Any]) -> list[Block]:
    found = lengths(manifest)
    rows = [
        (
            name.removesuffix("_lengths"),
            *(decimal(one[key]) for key in ("median", "p95", "longest")),
        )
        for name, one in found.items()
    ]
    if not rows:
        return []
    return [
        said("Lengths in words, which are what stands between white space."),
        Table(("words", "median", "95th percentile", "longest"), rows, 3),
        *(LENGTHS[name] for name in found),
    ]


def pass_rates(manifest: Mapping[str, Any]) -> Section:
    """How often the prober was right."""
    found = measured(manifest)
    if not found:
        return Section("Pass rates", ())
    rows = [
        (BOOKS[book], count(rates["measured"]), share(rates["mean"]))
        for book, rates in found.items()
    ]
    return Section(
        "Pass rates",
        (
            said(
                "Shares of a model's attempts that were right: with the document, which tells of "
                "a sound pair, and without it, which tells of an easy one. Pairs were accepted by "
                "these rates, so they are no measure of the model."
            ),
            Table(("attempts", "pairs measured", "right on average"), rows, 2),
            PASS_RATES,
            Table(
                ("difficulty", "pairs", "share"),
                _rows(manifest["mix"]["difficulty"], manifest["pairs"]),
                2,
            ),
        ),
    )


def sources(manifest: Mapping[str, Any]) -> Section:
    """Licences and corpora."""
    found = shares(manifest)
    return Section(
        "Sources and licences",
        (
            *_counted("sources", "corpus", found.get("sources"), manifest["pairs"]),
            *_counted("licences", "licence", found.get("licences"), manifest["pairs"]),
            said(
                "A pair stands under the licence that its document's source named; `unstated` is "
                "a source that names none. [LICENSES.md] has all of them."
            ),
        ),
    )


def _counted(name: str, head: str, counts: Mapping[str, int] | None, pairs: int) -> list[Block]:
    if not counts:
        return []
    return [
        SHARES[name],
        Table((head, "pairs", "share"), _rows(counts, pairs), 2, drawn=True),
    ]


def _rows(counts: Mapping[str, int], pairs: int) -> list[tuple[str, str, str]]:
    return [(value, count(number), share(number / pairs)) for value, number in counts.items()]
