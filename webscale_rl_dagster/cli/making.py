"""Runs of `make_pairs`, one shard after another: bars, locks, and what is said at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

import dagster as dg
import typer

from webscale_rl_dagster.automation.registering import adopt_shard
from webscale_rl_dagster.cli.bars import StageBars, new_bars
from webscale_rl_dagster.cli.console import FAILED, GATE_SHUT, INTERRUPTED, console, errors
from webscale_rl_dagster.cli.local import execute, failure_of, local_instance, only_run_of
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.definitions import build_definitions
from webscale_rl_dagster.inference.engines.pool import EnginePool
from webscale_rl_dagster.inference.interrupts import signals_noted
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.partitions import shard_tags
from webscale_rl_dagster.storage.tables import Tables

Prepare = Callable[[dg.DagsterInstance, str], bool]
"""What is done with a shard before its run, under its lock; False: there is nothing to run."""


@dataclass
class PairMaker:
    """Makes shards' pairs in this process, on the Dagster state that the UI shows."""

    config: Config
    tables: Tables
    instance: dg.DagsterInstance
    engines: EnginePool
    interrupted: Callable[[], bool]
    say: Callable[[str], None]
    total: Usage = field(default_factory=Usage)
    """Of all runs so far."""
    worst: int = 0
    """The exit status that these runs come to."""

    def make(self, shard: str, *, prepare: Prepare | None = None) -> int | None:
        """One run to its end, and its exit status, 0 if its pairs are published; None: no run.

        Raises:
            typer.Exit: it was interrupted.
        """
        waiting = lambda: errors.print(f"another run works on {shard}: waiting for it to end")  # noqa: E731
        with only_run_of(shard, self.config, waiting=waiting), new_bars() as bars:
            adopt_shard(self.instance, shard, self.tables)
            if prepare is not None and not prepare(self.instance, shard):
                return None
            progress = StageBars(bars, self.total)
            definitions = build_definitions(self.config, progress=progress, engines=self.engines)
            result = execute(
                definitions,
                "make_pairs",
                instance=self.instance,
                shard=shard,
                tags=shard_tags(shard),
            )
        if self.interrupted():
            errors.print(f"interrupted in {shard}; finished calls are in the journal")
            raise typer.Exit(INTERRUPTED)
        code, line = _outcome(shard, result)
        self.say(line)
        self.worst = code if self.worst != FAILED and code else self.worst
        return code


@contextmanager
def pair_maker(
    config: Config, tables: Tables, engines: EnginePool, *, say: Callable[[str], None] | None = None
) -> Iterator[PairMaker]:
    """With `engines`, which are closed at the end; `say` prints the line of each shard."""
    with signals_noted() as interrupted, local_instance(config) as instance, closing(engines):
        yield PairMaker(config, tables, instance, engines, interrupted, say or _print)


def _print(line: str) -> None:
    console.print(line, soft_wrap=True)


def _outcome(shard: str, result: dg.ExecuteInProcessResult) -> tuple[int, str]:
    if result.success:
        return 0, f"{shard}: published"
    shut = [check for check in result.get_asset_check_evaluations() if not check.passed]
    if shut:
        names = ", ".join(check.check_name for check in shut)
        return GATE_SHUT, f"{shard}: not published, gate shut by {names}"
    return FAILED, f"{shard}: failed at {failure_of(result)}"
