"""What is measured on a storage, each step in a process of its own."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.auditing.questions import questions
from benchmarks.auditing.timing import Times, timed
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables

TRACED, TOLD, FILES = 300, 100, 20
_WARM = 3
"""Look-ups before the first that counts."""


def index_of(storage: Path) -> Path:
    """Where `home.index_home` has it."""
    return storage.with_name(f"{storage.name}.index")


def index(storage: Path) -> dict[str, Any]:
    """Built, or what is missing of it."""
    from webscale_rl_dagster.search.updating import update

    start = time.perf_counter()
    updated = update(_tables(storage), index_of(storage))
    seconds = round(time.perf_counter() - start, 1)
    size = sum(path.stat().st_size for path in index_of(storage).rglob("*") if path.is_file())
    return {"shards": len(updated.shards), "seconds": seconds, "index_mb": size // 1_000_000}


def index_again(storage: Path) -> dict[str, Any]:
    """After one shard's pairs were written anew."""
    tables = _tables(storage)
    shard = tables.shards("checked_qa")[0]
    tables.write("checked_qa", shard, tables.read("checked_qa", shard))
    return index(storage)


def trace(storage: Path) -> dict[str, Any]:
    """Random pairs, published or not."""
    from webscale_rl_dagster.audit.nearest import Unknown
    from webscale_rl_dagster.audit.pairs import find_pair
    from webscale_rl_dagster.audit.provenance import provenance
    from webscale_rl_dagster.audit.released import Releases
    from webscale_rl_dagster.lineage.state import Digests, shard_state

    tables = _tables(storage)
    digests = Digests(tables)

    def look_up(qa_id: str) -> None:
        releases = Releases(tables.objects)
        pair = find_pair(tables, releases, qa_id)
        assert not isinstance(pair, Unknown)
        provenance(tables, releases, pair, shard_state(tables, pair.shard, digests))

    return {"trace": _timed(look_up, questions(tables, TRACED + _WARM).pairs)}


def first_trace(storage: Path, qa_id: str) -> float:
    """Milliseconds of a process's first look-up, its modules being there."""
    from webscale_rl_dagster.audit.pairs import Pair, find_pair
    from webscale_rl_dagster.audit.provenance import provenance
    from webscale_rl_dagster.audit.released import Releases
    from webscale_rl_dagster.lineage.state import shard_state

    start = time.perf_counter()
    tables = _tables(storage)
    releases = Releases(tables.objects)
    pair = find_pair(tables, releases, qa_id)
    assert isinstance(pair, Pair)
    provenance(tables, releases, pair, shard_state(tables, pair.shard))
    return (time.perf_counter() - start) * 1000


def fate(storage: Path) -> dict[str, Any]:
    """As the command does it: what has changed since the index was made is looked for each time."""
    from webscale_rl_dagster.audit.fate import fates
    from webscale_rl_dagster.audit.narrowing import narrowing_by
    from webscale_rl_dagster.audit.nearest import Unknown
    from webscale_rl_dagster.audit.released import Releases
    from webscale_rl_dagster.audit.sources import find_meant
    from webscale_rl_dagster.lineage.state import Digests, shard_state

    tables = _tables(storage)
    state = partial(shard_state, tables, digests=Digests(tables))

    def find(what: str) -> Any:
        return find_meant(tables, what, narrowing_by(tables, index_of(storage)))

    def tell(what: str) -> None:
        meant = find(what)
        assert not isinstance(meant, Unknown)
        told = list(fates(tables, Releases(tables.objects), meant, state))
        assert told
        list(meant.quarantined(tables))

    asked = questions(tables, TOLD + _WARM)
    wrong = [f"{name[:20]}{'0' * 44}" for name in asked.documents[: FILES + _WARM]]
    return {
        "fate of an id": _timed(tell, asked.documents),
        "fate of a URL": _timed(tell, asked.urls),
        "fate of a file": _timed(tell, asked.files[: FILES + _WARM]),
        "an unknown id": _timed(find, wrong),
        "an unknown URL": _timed(find, [f"{url}x" for url in asked.urls[: FILES + _WARM]]),
    }


def _timed(call: Callable[[str], object], inputs: list[str]) -> Times:
    """`cpu` is the mean of this process, which says more than times do beside other work."""
    for given in inputs[:_WARM]:
        call(given)
    before = time.process_time()
    found = timed(call, inputs[_WARM:])
    spent = time.process_time() - before
    return found | {"cpu": round(spent / found["calls"] * 1000, 1)}


def _tables(storage: Path) -> Tables:
    return Tables(Objects(str(storage)))
