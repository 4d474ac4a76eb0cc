"""Makes a storage for `benchmarks.audit`: real words, valid ids, gates, a release.

    python -m benchmarks.audit_storage /tmp/store                       1.2 million pairs
    python -m benchmarks.audit_storage /tmp/store --pairs 12000000 --journal-every 10

A shard has a thousand candidates of 400 documents. Its journal, where it has one, holds every call
as its stage would have put it.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from pathlib import Path

PAIRS = 1_200_000


def make(storage: Path, pairs: int, *, text: Path | None = None, journal_every: int = 1) -> None:
    """Of a multiple of a thousand pairs; the text is fetched where no folder of it is named."""
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    from benchmarks.auditing.documents import key_of
    from benchmarks.auditing.pairs import CANDIDATES
    from benchmarks.auditing.released import release_all
    from benchmarks.auditing.storage import EVERY, SHUT, UNPUBLISHED, make_shards
    from benchmarks.auditing.words import PACKAGES
    from benchmarks.contamination.background import unpacked
    from webscale_rl_dagster.storage.objects import Objects
    from webscale_rl_dagster.storage.tables import Tables

    shards = -(-pairs // CANDIDATES)
    with tempfile.TemporaryDirectory() as temporary:
        make_shards(
            storage,
            text or unpacked(Path(temporary), PACKAGES),
            shards,
            journal_every=journal_every,
        )
    open_ones = (number for number in range(shards) if number % EVERY not in (SHUT, UNPUBLISHED))
    release_all(Tables(Objects(str(storage))), sorted(str(key_of(number)) for number in open_ones))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("storage", type=Path)
    parser.add_argument("--pairs", type=int, default=PAIRS)
    parser.add_argument("--journal-every", type=int, default=1, help="of so many shards one")
    parser.add_argument("--text", type=Path, help="a folder of .html, .txt, .md files")
    chosen = parser.parse_args()
    start = time.perf_counter()
    make(chosen.storage, chosen.pairs, text=chosen.text, journal_every=chosen.journal_every)
    print(f"{chosen.pairs:,} pairs in {time.perf_counter() - start:,.0f} s")


if __name__ == "__main__":
    main()
