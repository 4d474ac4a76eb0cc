"""Opens the benchmarks that a release is cleaned against, and tells which they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from typing import Any

from webscale_rl_dagster.config import Config
from webscale_rl_dagster.decontamination.decontaminator import Decontaminator
from webscale_rl_dagster.decontamination.store import BenchmarkStore
from webscale_rl_dagster.storage.objects import Objects


@contextmanager
def opened(
    objects: Objects, config: Config, processes: int
) -> Iterator[tuple[Decontaminator | None, list[dict[str, Any]]]]:
    """The benchmarks in force, None if there are none, and what the manifest says of them.

    Raises:
        BenchmarkError: one is not there, or its index cannot be used.
    """
    store = BenchmarkStore(objects)
    with ExitStack() as files:
        indexes = [
            files.enter_context(store.open(name)) for name in config.decontamination.benchmarks
        ]
        said = [
            {
                "name": index.summary.name,
                "sha256": index.sha256(),
                "items": index.summary.items,
                "files": [asdict(file) for file in index.summary.files],
            }
            for index in indexes
        ]
        if not indexes:
            yield None, said
            return
        profile = config.decontamination_profile
        decontaminator = Decontaminator.open(indexes, profile, processes=processes)
    with decontaminator:
        yield decontaminator, said
