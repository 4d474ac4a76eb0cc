"""`webscale-rl release` and `webscale-rl push`: published pairs as a dataset that never changes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from webscale_rl_dagster.cli.console import console, errors
from webscale_rl_dagster.config import load_config

if TYPE_CHECKING:
    from webscale_rl_dagster.releases.reading import Release


def release(
    name: Annotated[str, typer.Option(help="A new name, e.g. v1.", show_default=False)],
    previous: Annotated[
        str | None, typer.Option(help="The release before; what differs is counted and listed.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts: the manifest.")] = False,
) -> None:
    """Make a release of what all shards publish; shards behind a shut gate are left out.

    Pairs are searched for benchmark items and for repeats across all shards, and split by document
    into train, validation and test.
    """
    from webscale_rl_dagster.cli.local import local_instance, only_run_of
    from webscale_rl_dagster.expectations.gate import gate_status
    from webscale_rl_dagster.releases.building import build_release
    from webscale_rl_dagster.releases.layout import key_of
    from webscale_rl_dagster.storage.objects import Objects
    from webscale_rl_dagster.storage.tables import Tables

    config = load_config()
    tables = Tables(Objects(config.storage))
    lock = key_of(name)
    shards = tables.shards("verified_qa")
    with local_instance(config) as instance:
        gates = gate_status(instance, shards, tables=tables)
    published = [
        shard for shard in shards if all(verdict.state == "open" for verdict in gates[shard])
    ]
    if shut := len(shards) - len(published):
        errors.print(f"{shut} of {len(shards)} shards are left out: `webscale-rl status` says why")
    with only_run_of(lock, config, waiting=lambda: errors.print(f"{name} is being made: waiting")):
        made = build_release(
            tables, published, name, config=config, created=datetime.now(UTC), previous=previous
        )
    if as_json:
        typer.echo(json.dumps(made.manifest))
    else:
        _print(made)


def push(
    release: Annotated[str, typer.Option(help="The release's name.", show_default=False)],
    to: Annotated[
        str,
        typer.Option(
            help="hf://datasets/OWNER/NAME, s3://BUCKET/PREFIX or a folder.", show_default=False
        ),
    ],
    public: Annotated[
        bool, typer.Option("--public", help="Let all see a new repository of the hub.")
    ] = False,
) -> None:
    """Copy a release to a Hugging Face dataset repository, to S3 or to another folder.

    The hub's token is taken from HF_TOKEN or from `hf auth login`, S3's keys from AWS_* variables.
    """
    from webscale_rl_dagster.releases.pushing import push_to_hub, push_to_storage
    from webscale_rl_dagster.releases.reading import open_release
    from webscale_rl_dagster.storage.objects import Objects

    found = open_release(Objects(load_config().storage), release)
    if to.startswith("hf://"):
        repository = to.removeprefix("hf://").removeprefix("datasets/")
        console.print(push_to_hub(found, repository, private=not public), soft_wrap=True)
    else:
        console.print(push_to_storage(found, Objects(to)), soft_wrap=True)


def _print(made: Release) -> None:
    manifest = made.manifest
    table = Table("split", "documents", "pairs", title=f"release {made.name}")
    table.title_justify = "left"
    for column in table.columns[1:]:
        column.justify = "right"
    for split, pairs in manifest["splits"].items():
        table.add_row(split, f"{manifest['documents'][split]:,}", f"{pairs:,}")
    console.print(table)
    for reason, count in manifest["dropped"].items():
        console.print(f"{count:,} left out: {reason}")
    if changed := manifest["previous"]:
        console.print(
            f"against {changed['name']}: {changed['added']:,} added, {changed['removed']:,} "
            f"removed, {changed['changed']:,} changed, {changed['moved']:,} in another split"
        )
    console.print(f"content sha256 {manifest['content_sha256']}", soft_wrap=True)
    console.print(made.uri, soft_wrap=True)
