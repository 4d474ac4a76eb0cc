"""LICENSES.md: under which licences a release's pairs stand, and the sources they are from."""

from __future__ import annotations

from collections import Counter
from typing import TypeVar

from webscale_rl_dagster.releases.markdown import table
from webscale_rl_dagster.releases.tally import Tally

_Key = TypeVar("_Key", bound=tuple[str, ...])

SOURCES = 1000
"""Source files that are named; a corpus of single texts has as many as documents."""


def licences(tally: Tally) -> str:
    """By licence and corpus, then by source file, the greatest first."""
    pairs: Counter[tuple[str, str]] = Counter()
    files: Counter[tuple[str, str]] = Counter()
    for (corpus, licence, _), count in tally.sources.items():
        pairs[licence, corpus] += count
        files[licence, corpus] += 1
    summary = [
        (licence, corpus, f"{files[licence, corpus]:,}", f"{count:,}")
        for (licence, corpus), count in _greatest_first(pairs)
    ]
    sources = _greatest_first(tally.sources)
    named = [
        (licence, corpus, uri, f"{count:,}") for (corpus, licence, uri), count in sources[:SOURCES]
    ]
    more = sources[SOURCES:]
    rest = sum(count for _, count in more)
    lines = [
        "# Licences",
        "",
        "A pair stands under the licence of the document that it is from; every row names it, with "
        "the document's source and address. `unstated` is a source that names none.",
        "",
        table(("licence", "corpus", "source files", "pairs"), summary, numbers=2),
        "",
        "## Source files",
        "",
        table(("licence", "corpus", "file", "pairs"), named, numbers=1),
    ]
    if more:
        lines += ["", f"and {len(more):,} more files with {rest:,} pairs"]
    return "\n".join(lines) + "\n"


def _greatest_first(counts: Counter[_Key]) -> list[tuple[_Key, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
