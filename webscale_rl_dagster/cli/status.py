"""`webscale-rl status`: the funnel per shard and stage, reconciled."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from webscale_rl_dagster.audit.text import visible
from webscale_rl_dagster.cli.console import console, summary
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.inference.usage import Usage

if TYPE_CHECKING:
    import polars as pl

    from webscale_rl_dagster.lineage.ledger import StageCounts
    from webscale_rl_dagster.lineage.status import ShardStatus
    from webscale_rl_dagster.lineage.verdicts import VerdictCounts


_AT_ONCE = 8
"""Shards looked at together: on S3 nearly all of the time is spent waiting."""


def status(
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """What became of every document and pair. Exits 1 if any count does not add up."""
    from webscale_rl_dagster.cli.local import local_instance
    from webscale_rl_dagster.expectations.standing import gate_status
    from webscale_rl_dagster.lineage.status import quarantined, shard_status
    from webscale_rl_dagster.storage.connected import tables_of

    config = load_config()
    tables = tables_of(config)
    shards = tables.shards("raw_documents")
    with local_instance(config) as instance:
        gates = gate_status(instance, shards, tables=tables)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = list(
            pool.map(
                lambda shard: shard_status(tables, shard, gates[shard], prices=config.prices),
                shards,
            )
        )
    aside = quarantined(tables)
    if as_json:
        body = {"shards": [item.as_json() for item in found], "quarantined": aside.height}
        typer.echo(json.dumps(body))
    else:
        _print(found, aside)
    if not all(item.reconciled for item in found):
        raise typer.Exit(1)


def _print(found: list[ShardStatus], aside: pl.DataFrame) -> None:
    from webscale_rl_dagster.lineage.verdicts import added

    for item in found:
        console.print(_funnel(item))
        if item.gate_open:
            console.print(f"gate open, {item.published} pairs published")
        else:
            why = "; ".join(item.gate_failed) or "not every stage is judged yet"
            console.print(f"gate shut: {why}", style="yellow")
        if not item.reconciled:
            console.print("the counts do not add up: a table was changed by hand", style="red")
        console.print()
    _print_verdicts(added(item.verdicts for item in found))
    published = sum(item.published for item in found)
    console.print(f"{published} pairs published from {len(found)} shards")
    _print_quarantine(aside)
    total = Usage()
    for item in found:
        for usage in item.calls.values():
            total.add(usage)
    console.print(summary(len(found), total), soft_wrap=True)


def _funnel(item: ShardStatus) -> Table:
    table = Table("stage", "input", "kept", "calls", "dropped", "failed", title=item.shard)
    table.title_justify = "left"
    for column in table.columns[1:4]:
        column.justify = "right"
    for column in table.columns:
        column.overflow = "fold"
    for stage, counts in item.stages.items():
        usage = item.calls.get(stage)
        calls = f"{usage.requests:,}" if usage else ""
        kept, failed = f"{counts.kept:,}", f"{counts.failed:,}"
        table.add_row(stage, f"{counts.input:,}", kept, calls, _reasons(counts), failed)
    return table


def _reasons(counts: StageCounts) -> str:
    return ", ".join(f"{name} {number}" for name, number in counts.dropped.items()) or "0"


def _print_verdicts(counts: VerdictCounts) -> None:
    """Those that some candidate failed; `--json` has all."""
    if not counts:
        return
    table = Table("verdict", "passed", "failed", title="candidates by verdict")
    for column in table.columns[1:]:
        column.justify = "right"
    failing = {name: said for name, said in counts.items() if said["failed"]}
    for name, said in failing.items():
        table.add_row(name, f"{said['passed']:,}", f"{said['failed']:,}")
    if failing:
        console.print(table)
    console.print(f"{len(counts) - len(failing)} of {len(counts)} verdicts failed no candidate")


def _print_quarantine(aside: pl.DataFrame) -> None:
    if aside.is_empty():
        console.print("no record quarantined")
        return
    table = Table("file", "position", "reason", "detail", title="quarantined")
    for row in aside.head(20).iter_rows(named=True):
        name = row["source_uri"].rsplit("/", 1)[-1]
        told = (name, str(row["position"]), row["reason"], row["detail"])
        table.add_row(*(Text(visible(value)) for value in told))
    console.print(table)
    if aside.height > 20:
        console.print(f"and {aside.height - 20} more")
