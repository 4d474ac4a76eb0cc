"""How a shard stands: who made its tables, and whether its gates are open for their bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

from webscale_rl_dagster.errors import StorageError
from webscale_rl_dagster.lineage.records import Judged, Made, judged_of, made_of
from webscale_rl_dagster.lineage.status import GateVerdict
from webscale_rl_dagster.schemas import STAGES
from webscale_rl_dagster.storage.tables import Tables

_REMEMBERED = 50_000
_ABSENT = "no such file"


@dataclass(frozen=True, slots=True)
class Gate:
    """How one asset's gate stands for the shard."""

    asset: str
    state: str
    """open, failed, stale (other data than was judged), unjudged."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class ShardState:
    """By the records beside the data, of the data as it is now."""

    made: Mapping[str, Made] = field(default_factory=dict)
    """By stage, where the record speaks of the table that lies there now."""
    gates: Sequence[GateVerdict] = ()
    """In the order of the funnel."""

    @property
    def open(self) -> bool:
        """Whether its pairs are published: all gates are open."""
        return bool(self.gates) and all(gate.state == "open" for gate in self.gates)

    @property
    def failed(self) -> list[str]:
        """The gates that are shut, and why."""
        return [
            f"{gate.asset} {gate.state}: {gate.why.removeprefix('failed: ')}"
            for gate in self.gates
            if gate.state in ("failed", "stale")
        ]


class Digests:
    """sha256 of tables, each read once for every version of it; for use by many threads."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self._known: OrderedDict[tuple[str, str, str], str] = OrderedDict()
        self._lock = Lock()

    def of(self, table: str, shard: str) -> str:
        """Of the file as it lies on storage now; no file has a digest of its own."""
        version = self._tables.version(table, shard)
        if version is None:
            return _ABSENT
        place = table, shard, version
        with self._lock:
            if place in self._known:
                self._known.move_to_end(place)
                return self._known[place]
        try:
            digest = self._tables.open(table, shard).sha256()
        except StorageError:
            return _ABSENT
        with self._lock:
            self._known[place] = digest
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return digest


def shard_state(tables: Tables, shard: str, digests: Digests | None = None) -> ShardState:
    """What the records say, and whether it holds for the bytes that lie on storage now.

    Args:
        tables: Where the shard is.
        shard: Its key.
        digests: Kept by the caller for many look-ups, so that no table is hashed twice.
    """
    known = digests or Digests(tables)
    judged = judged_of(tables.objects, shard)
    made = made_of(tables.objects, shard)
    gates = [_gate(asset, judged.get(asset), made.get(asset), shard, known) for asset in STAGES]
    return ShardState(
        {stage: told for stage, told in made.items() if known.of(stage, shard) == told.sha256},
        gates,
    )


def _gate(
    asset: str, judged: Judged | None, made: Made | None, shard: str, digests: Digests
) -> Gate:
    if judged is None:
        return Gate(asset, "unjudged", "no check has run")
    changed = [table for table, sha in judged.files.items() if digests.of(table, shard) != sha]
    if asset in changed or judged.made != (made and made.time):
        return Gate(asset, "stale", "materialized again since it was judged")
    if not judged.passed:
        return Gate(asset, "failed", judged.why)
    if changed or asset not in judged.files:
        return Gate(asset, "stale", f"judged with another file of {', '.join(changed) or asset}")
    return Gate(asset, "open")
