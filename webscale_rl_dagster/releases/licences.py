"""LICENSES.md: under which licences a release's pairs stand, and the sources they are from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from webscale_rl_dagster.card.markdown import table
from webscale_rl_dagster.releases.tally import Tally

_Key = TypeVar("_Key", bound=tuple[str, ...])

LINES = 1000
"""Of a table: there may be as many source files as documents, and as many licences."""


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
    sources = [
        (licence, corpus, uri, f"{count:,}")
        for (corpus, licence, uri), count in _greatest_first(tally.sources)
    ]
    return "\n".join(
        [
            "# Licences\n",
            "A pair stands under the licence of the document that it is from; every row names it, "
            "with the document's source and address. `unstated` is a source that names none.\n",
            table(("licence", "corpus", "source files", "pairs"), summary[:LINES], numbers=2),
            *_more(summary),
            "\n## Source files\n",
            table(("licence", "corpus", "file", "pairs"), sources[:LINES], numbers=1),
            *_more(sources),
            "",
        ]
    )


def _more(rows: Sequence[tuple[str, ...]]) -> list[str]:
    return [f"\nand {len(rows) - LINES:,} more"] if len(rows) > LINES else []


def _greatest_first(counts: Counter[_Key]) -> list[tuple[_Key, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
