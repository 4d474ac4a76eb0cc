"""`webscale-rl trace`: where a pair is from, and who said that it is right."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from webscale_rl_dagster.cli.console import console
from webscale_rl_dagster.config import load_config


def trace(
    qa_id: Annotated[str, typer.Argument(help="Of a published pair or a rejected candidate.")],
    as_json: Annotated[
        bool, typer.Option("--json", help="All of it, with the prompts as sent.")
    ] = False,
) -> None:
    """Everything between a pair and the file it was read from. Exits 1 if there is no such id."""
    from webscale_rl_dagster.audit.nearest import Unknown
    from webscale_rl_dagster.audit.pairs import find_pair
    from webscale_rl_dagster.audit.provenance import provenance
    from webscale_rl_dagster.audit.released import Releases
    from webscale_rl_dagster.cli.chain import chain_tree
    from webscale_rl_dagster.cli.unknown import give_up
    from webscale_rl_dagster.lineage.state import shard_state
    from webscale_rl_dagster.storage.connected import tables_of

    config = load_config()
    tables = tables_of(config)
    releases = Releases(tables.objects)
    pair = find_pair(tables, releases, qa_id)
    if isinstance(pair, Unknown):
        give_up(pair)
    found = provenance(tables, releases, pair, shard_state(tables, pair.shard))
    if as_json:
        typer.echo(json.dumps(found))
    else:
        console.print(chain_tree(found))
