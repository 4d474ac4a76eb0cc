"""`webscale-rl run`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from webscale_rl_dagster.cli.console import FAILED, GATE_SHUT, INTERRUPTED, console, errors, summary
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.errors import ConfigError

if TYPE_CHECKING:
    import dagster as dg


def run(
    shard: Annotated[list[str] | None, typer.Option(help="A shard's key; repeatable.")] = None,
    all_shards: Annotated[bool, typer.Option("--all", help="Every ingested shard.")] = False,
) -> None:
    """Make verified pairs of shards, through every stage and gate. Finished calls cost nothing."""
    from webscale_rl_dagster.automation.ingestion import adopt_shard
    from webscale_rl_dagster.cli.bars import StageBars, new_bars
    from webscale_rl_dagster.cli.local import execute, local_instance, only_run_of
    from webscale_rl_dagster.definitions import build_definitions
    from webscale_rl_dagster.inference.engines.pool import EnginePool
    from webscale_rl_dagster.inference.interrupts import signals_noted
    from webscale_rl_dagster.inference.usage import Usage
    from webscale_rl_dagster.storage.objects import Objects
    from webscale_rl_dagster.storage.tables import Tables

    config = load_config()
    tables = Tables(Objects(config.storage))
    wanted = _wanted(shard or [], all_shards, tables.shards("raw_documents"))
    worst = 0
    total = Usage()
    with (
        local_instance(config) as instance,
        closing(EnginePool(keep_open=True)) as engines,
        signals_noted() as interrupted,
    ):
        for key in wanted:
            with only_run_of(key, config, waiting=_tell_of_another(key)), new_bars() as bars:
                adopt_shard(instance, key, tables)
                progress = StageBars(bars, total)
                definitions = build_definitions(config, progress=progress, engines=engines)
                result = execute(definitions, "make_pairs", instance=instance, shard=key)
            if interrupted():
                errors.print(f"interrupted in {key}; finished calls are in the journal")
                raise typer.Exit(INTERRUPTED)
            code, line = _outcome(key, result)
            console.print(line, soft_wrap=True)
            worst = code if worst != FAILED and code else worst
    console.print(summary(len(wanted), total), soft_wrap=True)
    if worst:
        raise typer.Exit(worst)


def _tell_of_another(shard: str) -> Callable[[], None]:
    return lambda: errors.print(f"another run works on {shard}: waiting for it to end")


def _wanted(chosen: list[str], everything: bool, ingested: list[str]) -> list[str]:
    if bool(chosen) == everything:
        raise typer.BadParameter("give --shard KEY (repeatable) or --all")
    unknown = sorted(set(chosen) - set(ingested))
    if unknown:
        raise ConfigError(f"no such shard: {', '.join(unknown)}; `webscale-rl status` lists them")
    if not ingested:
        errors.print("no shard to run: `webscale-rl ingest` adds some")
    return ingested if everything else chosen


def _outcome(shard: str, result: dg.ExecuteInProcessResult) -> tuple[int, str]:
    from webscale_rl_dagster.cli.local import failure_of

    if result.success:
        return 0, f"{shard}: published"
    shut = [check for check in result.get_asset_check_evaluations() if not check.passed]
    if shut:
        names = ", ".join(check.check_name for check in shut)
        return GATE_SHUT, f"{shard}: not published, gate shut by {names}"
    return FAILED, f"{shard}: failed at {failure_of(result)}"
