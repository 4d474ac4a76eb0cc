"""`webscale-rl show` and `webscale-rl home`: what was published, and where things lie."""

from __future__ import annotations

from typing import Annotated

import typer

from webscale_rl_dagster.audit.text import visible
from webscale_rl_dagster.cli.console import console
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.home import dagster_home

_SHOWN = (
    "question", "answer", "answer_type", "title", "url", "licence", "persona", "domain", "qa_id",
)  # fmt: skip


def show(
    pairs: Annotated[int, typer.Option(min=1, help="How many pairs to print.")] = 5,
    seed: Annotated[int, typer.Option(help="Another seed picks other pairs.")] = 0,
) -> None:
    """Print some published pairs with their sources; shards behind a shut gate have none."""
    import polars as pl

    from webscale_rl_dagster.cli.local import local_instance
    from webscale_rl_dagster.expectations.standing import gate_status
    from webscale_rl_dagster.storage.connected import tables_of

    config = load_config()
    tables = tables_of(config)
    shards = tables.shards("verified_qa")
    with local_instance(config) as instance:
        gates = gate_status(instance, shards, tables=tables)
    frames = [
        tables.read("verified_qa", shard)
        for shard in shards
        if all(verdict.state == "open" for verdict in gates[shard])
    ]
    if not frames:
        console.print("nothing is published yet: `webscale-rl run --all` makes pairs")
        raise typer.Exit(1)
    published = pl.concat(frames)
    for row in published.sample(min(pairs, published.height), seed=seed).iter_rows(named=True):
        told = {name: visible(str(row[name])) for name in _SHOWN}
        console.print(told["question"], style="bold")
        console.print(f"  answer   {told['answer']} ({told['answer_type']})")
        console.print(f"  source   {told['title']}, {told['url']}, {told['licence']}")
        console.print(f"  persona  {told['persona']}; domain {told['domain']}")
        console.print(f"  qa_id    {told['qa_id']}\n")
    console.print(f"{published.height} published pairs lie in {tables.objects.uri('verified_qa')}")


def home() -> None:
    """Print the folder of Dagster's state, DAGSTER_HOME; made if it is new."""
    console.print(str(dagster_home(load_config())), soft_wrap=True)
