"""Shards made anew without what was removed, from the journal alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import dagster as dg
import typer

from webscale_rl_dagster.automation.registering import report_rewritten
from webscale_rl_dagster.cli.console import FAILED, GATE_SHUT, errors
from webscale_rl_dagster.cli.making import pair_maker
from webscale_rl_dagster.config import Config
from webscale_rl_dagster.corpora.removed import Tombstone
from webscale_rl_dagster.inference.usage import Usage
from webscale_rl_dagster.removal.finding import to_be_made, unfinished, was_made
from webscale_rl_dagster.removal.removing import erase_rows, forget
from webscale_rl_dagster.removal.unpaid import JournalOnly
from webscale_rl_dagster.storage.tables import Tables

NOT_RUN = "rewritten; no pairs had been made of it"
FORGOTTEN = "{shard}: its tables were deleted: `webscale-rl run --shard {shard}` makes them again"
_SAID = {0: "published", GATE_SHUT: "gate_shut", FAILED: "failed", None: "not_run"}


@dataclass
class Republished:
    """What became of the shards."""

    shards: dict[str, str] = field(default_factory=dict)
    """By shard: published, gate_shut, failed, or not_run where it had never been."""
    usage: Usage = field(default_factory=Usage)
    worst: int = 0
    """The exit status that it comes to."""


def check_engines(config: Config, tables: Tables, ids: frozenset[str]) -> None:
    """Before anything is changed: a run that cannot begin would cost the shards their tables.

    Raises:
        EngineUnavailable: a shard is to be made anew, and a model's file or library is missing.
        ConfigError: likewise of a tokenizer.
    """
    if any(was_made(tables, shard) for shard in unfinished(tables, ids)):
        with closing(JournalOnly()) as engines:
            engines.check(config)


def republish(
    config: Config,
    tables: Tables,
    laid: Sequence[Tombstone],
    ids: frozenset[str],
    *,
    also: Iterable[str] = (),
    quiet: bool,
) -> Republished:
    """Finish what these tombstones ask of the shards of these documents; others stay untouched.

    Args:
        config: For the run.
        tables: Where the shards are.
        laid: Tombstones; their reasons are told.
        ids: The documents.
        also: Shards that were changed besides.
        quiet: Whether standard output is kept for a script: then shards are told beside it.
    """
    done = Republished()
    shards = sorted({*also, *unfinished(tables, ids)})
    if not shards:
        return done
    why = "; ".join(sorted({tombstone.reason for tombstone in laid}))

    def prepare(instance: dg.DagsterInstance, shard: str) -> bool:
        erase_rows(tables, shard, ids)
        report_rewritten(instance, shard, tables, f"documents removed: {why}")
        return to_be_made(tables, shard, ids)

    say = (lambda line: errors.print(line, soft_wrap=True)) if quiet else None
    with pair_maker(config, tables, JournalOnly(keep_open=True), say=say) as maker:
        for shard in shards:
            try:
                code = maker.make(shard, prepare=prepare)
            except typer.Exit:
                errors.print("`webscale-rl remove --resume` does the rest")
                raise
            if code is None:
                maker.say(f"{shard}: {NOT_RUN}")
            elif code and forget(tables, shard, ids):
                maker.say(FORGOTTEN.format(shard=shard))
            done.shards[shard] = _SAID[code]
    done.usage, done.worst = maker.total, maker.worst
    return done
