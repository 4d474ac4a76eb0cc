"""`webscale-rl instance`: the state that Dagster keeps, in DAGSTER_HOME."""

from __future__ import annotations

import typer
from rich.progress import track

from webscale_rl_dagster.cli.console import console, counted, errors
from webscale_rl_dagster.config import load_config

instance_app = typer.Typer(no_args_is_help=True, help="The state that Dagster keeps.")


@instance_app.command()
def check() -> None:
    """Open Dagster's state and say what its dagster.yaml lacks; exits 1 if it is unusable."""
    from webscale_rl_dagster.cli.local import local_instance
    from webscale_rl_dagster.cli.opening import lacking, load_all
    from webscale_rl_dagster.home import dagster_home
    from webscale_rl_dagster.partitions import SHARDS

    config = load_config()
    home = dagster_home(config)
    with local_instance(config) as instance:
        load_all(instance, home)
        known = len(instance.get_dynamic_partitions(str(SHARDS.name)))
        warnings = lacking(instance)
    for warning in warnings:
        errors.print(f"{home / 'dagster.yaml'}: {warning}", style="yellow", soft_wrap=True)
    console.print(f"Dagster's state in {home} is open: {counted(known, 'shard')}", soft_wrap=True)


@instance_app.command()
def restore() -> None:
    """Tell a new Dagster what lies on the storage: shards, tables, verdicts, releases.

    For a database that was lost or is empty. No model is asked, no table is written; what Dagster
    knows already is not told again. The history of runs and the cursors of sensors are not there.
    """
    from webscale_rl_dagster.automation.restoring import restore_releases, restore_shards
    from webscale_rl_dagster.cli.local import local_instance
    from webscale_rl_dagster.storage.connected import tables_of

    config = load_config()
    tables = tables_of(config)
    shards = tables.shards("raw_documents")
    with local_instance(config) as instance:
        told = sum(
            number
            for _, number in track(
                restore_shards(instance, tables, shards),
                description="shards",
                total=len(shards),
                console=errors,
                disable=not errors.is_terminal,
            )
        )
        releases = restore_releases(instance, tables.objects)
    console.print(
        f"{counted(len(shards), 'shard')} on {config.storage}: {counted(told, 'table')} and "
        f"{counted(len(releases), 'release')} were new to Dagster",
        soft_wrap=True,
    )
