"""`webscale-rl run`."""

from __future__ import annotations

from typing import Annotated

import typer

from webscale_rl_dagster.cli.console import console, errors, summary
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.errors import ConfigError


def run(
    shard: Annotated[list[str] | None, typer.Option(help="A shard's key; repeatable.")] = None,
    all_shards: Annotated[bool, typer.Option("--all", help="Every ingested shard.")] = False,
) -> None:
    """Make verified pairs of shards, through every stage and gate. Finished calls cost nothing."""
    from webscale_rl_dagster.cli.making import pair_maker
    from webscale_rl_dagster.inference.engines.pool import EnginePool
    from webscale_rl_dagster.storage.connected import tables_of

    config = load_config()
    tables = tables_of(config)
    wanted = _wanted(shard or [], all_shards, tables.shards("raw_documents"))
    with pair_maker(config, tables, EnginePool(keep_open=True)) as maker:
        for key in wanted:
            maker.make(key)
    console.print(summary(len(wanted), maker.total), soft_wrap=True)
    if maker.worst:
        raise typer.Exit(maker.worst)


def _wanted(chosen: list[str], everything: bool, ingested: list[str]) -> list[str]:
    if bool(chosen) == everything:
        raise typer.BadParameter("give --shard KEY (repeatable) or --all")
    unknown = sorted(set(chosen) - set(ingested))
    if unknown:
        raise ConfigError(f"no such shard: {', '.join(unknown)}; `webscale-rl status` lists them")
    if not ingested:
        errors.print("no shard to run: `webscale-rl ingest` adds some")
    return ingested if everything else chosen
