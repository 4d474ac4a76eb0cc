"""The indexes of a storage root, `benchmarks/<name>.zip`, and the one that every install has."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from webscale_rl_dagster.decontamination.build import Benchmark, build
from webscale_rl_dagster.decontamination.index import IndexFile, Summary
from webscale_rl_dagster.decontamination.items import Fields, sources
from webscale_rl_dagster.decontamination.ready import READY, READY_INDEX
from webscale_rl_dagster.errors import BenchmarkError
from webscale_rl_dagster.storage.objects import Objects

_FOLDER = "benchmarks"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class BenchmarkStore:
    """Indexes by name."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects

    def add(
        self,
        name: str,
        paths: Sequence[Path],
        *,
        fields: Fields = Fields(),
        splits: Sequence[str] = (),
    ) -> Summary:
        """Index a benchmark's files under a name; what had that name before is replaced.

        Raises:
            BenchmarkError: the name is taken or no name, or the files cannot be used.
        """
        if name == READY or not _NAME.fullmatch(name):
            raise BenchmarkError(
                f"{name!r} cannot name a benchmark: use letters, digits, `.`, `_` and `-`, and not "
                f"{READY!r}, which comes with the package"
            )
        benchmark = Benchmark(name, sources(paths, splits=splits), fields)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "index.zip"
            summary = build(name, [benchmark], path)
            self.objects.put_file(_key(name), path)
        return summary

    def names(self) -> list[str]:
        """Those added, sorted; `ready` is not among them."""
        keys = self.objects.list(_FOLDER)
        return [key.removeprefix(f"{_FOLDER}/").removesuffix(".zip") for key in keys]

    def open(self, name: str) -> IndexFile:
        """To be closed by the caller.

        Raises:
            BenchmarkError: nothing has that name.
        """
        if name == READY:
            return IndexFile(READY_INDEX.open("rb"), name)
        if name not in (names := self.names()):
            raise BenchmarkError(
                f"no benchmark is named {name!r}; there are {', '.join([READY, *names])}: "
                f"add it with `webscale-rl benchmarks add PATH --name {name}`"
            )
        return IndexFile(self.objects.open(_key(name)), name)

    def summaries(self) -> list[Summary]:
        """What each index says of itself, `ready` first."""
        found: list[Summary] = []
        for name in [READY, *self.names()]:
            with self.open(name) as index:
                found.append(index.summary)
        return found


def _key(name: str) -> str:
    return f"{_FOLDER}/{name}.zip"
