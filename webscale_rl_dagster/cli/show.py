"""`webscale-rl show` and `webscale-rl home`: what was published, and where things lie."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.markup import escape

from webscale_rl_dagster.cli.console import console
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.home import dagster_home


def show(
    pairs: Annotated[int, typer.Option(min=1, help="How many pairs to print.")] = 5,
    seed: Annotated[int, typer.Option(help="Another seed picks other pairs.")] = 0,
) -> None:
    """Print some published pairs with their sources."""
    import polars as pl

    from webscale_rl_dagster.storage.objects import Objects
    from webscale_rl_dagster.storage.tables import Tables

    tables = Tables(Objects(load_config().storage))
    frames = [tables.read("verified_qa", shard) for shard in tables.shards("verified_qa")]
    if not frames:
        console.print("nothing is published yet: `webscale-rl run --all` makes pairs")
        raise typer.Exit(1)
    published = pl.concat(frames)
    for row in published.sample(min(pairs, published.height), seed=seed).iter_rows(named=True):
        console.print(f"[bold]{escape(row['question'])}[/bold]")
        console.print(f"  answer   {escape(row['answer'])} ({row['answer_type']})")
        console.print(f"  source   {escape(str(row['title']))}, {row['url']}, {row['licence']}")
        console.print(f"  persona  {escape(row['persona'])}; domain {row['domain']}")
        console.print(f"  qa_id    {row['qa_id']}\n")
    console.print(f"{published.height} published pairs lie in {tables.objects.uri('verified_qa')}")


def home() -> None:
    """Print the folder of Dagster's state, DAGSTER_HOME; made if it is new."""
    console.print(str(dagster_home(load_config())), soft_wrap=True)
