"""`webscale-rl release` and `webscale-rl push`: published pairs as a dataset that never changes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from webscale_rl_dagster.cli.console import GATE_SHUT, INTERRUPTED, console, errors
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.errors import ReleaseError
from webscale_rl_dagster.releases.layout import PAGE

if TYPE_CHECKING:
    from webscale_rl_dagster.releases.reading import Release


def release(
    name: Annotated[str, typer.Option(help="A new name, e.g. v1.", show_default=False)],
    previous: Annotated[
        str | None,
        typer.Option(help="The release to compare with; else the last whose gate is open."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts: the manifest.")] = False,
) -> None:
    """Make a release of what all shards publish; shards behind a shut gate are left out.

    Pairs are searched for benchmark items and for repeats across all shards, and split by document
    into train, validation and test. A release whose gate is shut cannot be exported or pushed;
    named again, it is judged again.
    """
    from webscale_rl_dagster.cli.bars import StepBars, new_bars
    from webscale_rl_dagster.cli.local import execute, failure_of, local_instance, only_run_of
    from webscale_rl_dagster.definitions import build_definitions
    from webscale_rl_dagster.inference.interrupts import signals_noted
    from webscale_rl_dagster.partitions import RELEASES, add_partition
    from webscale_rl_dagster.releases.gate import behind_a_shut_gate, verdict_on
    from webscale_rl_dagster.releases.layout import key_of
    from webscale_rl_dagster.releases.reading import open_release, release_names
    from webscale_rl_dagster.storage.connected import objects_of

    config = load_config()
    objects = objects_of(config)
    waiting = lambda: errors.print(f"{name} is being made: waiting")  # noqa: E731
    with (
        only_run_of(key_of(name), config, waiting=waiting),
        local_instance(config) as instance,
        signals_noted() as interrupted,
        new_bars() as bars,
    ):
        if behind_a_shut_gate(objects, name) and previous:
            raise ReleaseError(f"release {name} is made; judge it again without --previous")
        add_partition(instance, RELEASES, name)
        result = execute(
            build_definitions(config, release_progress=StepBars(bars)),
            "make_release",
            instance=instance,
            shard=name,
            run_config={"ops": {"dataset_release": {"config": {"previous": previous}}}},
        )
        if interrupted():
            errors.print(f"interrupted; `webscale-rl release --name {name}` goes on")
            raise typer.Exit(INTERRUPTED)
    if name not in release_names(objects):
        raise ReleaseError(failure_of(result) or f"release {name} could not be made")
    made = open_release(objects, name)
    if as_json:
        typer.echo(json.dumps(made.manifest))
    else:
        _print(made)
    verdict = verdict_on(made)
    if verdict is None or not verdict.passed:
        why = "; ".join(verdict.failed) if verdict else failure_of(result)
        errors.print(f"the gate of {name} is shut: {why}", soft_wrap=True)
        raise typer.Exit(GATE_SHUT)


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

    The hub's token is taken from HF_TOKEN or from `hf auth login`, S3 is reached as the section
    `s3` of pipeline.yaml says.
    """
    from webscale_rl_dagster.releases.pushing import push_to_hub, push_to_storage
    from webscale_rl_dagster.releases.reading import open_release
    from webscale_rl_dagster.storage.connected import bucket_objects, objects_of

    config = load_config()
    found = open_release(objects_of(config), release)
    if to.startswith("hf://"):
        repository = to.removeprefix("hf://").removeprefix("datasets/")
        console.print(push_to_hub(found, repository, private=not public), soft_wrap=True)
    else:
        console.print(push_to_storage(found, bucket_objects(to, config)), soft_wrap=True)


def _print(made: Release) -> None:
    manifest = made.manifest
    table = Table("split", "documents", "pairs", title=f"release {made.name}")
    table.title_justify = "left"
    for column in table.columns[1:]:
        column.justify = "right"
    for split, pairs in manifest["splits"].items():
        table.add_row(split, f"{manifest['documents'][split]:,}", f"{pairs:,}")
    console.print(table)
    if shut := len(manifest["left_out"]):
        shards = shut + len(manifest["shards"])
        console.print(f"{shut} of {shards} shards left out: `webscale-rl status` says why")
    for reason, count in manifest["dropped"].items():
        console.print(f"{count:,} left out: {reason}")
    if removed := manifest["removed"]["documents"]:
        console.print(f"{removed:,} documents of these shards were removed for good")
    if changed := manifest["previous"]:
        console.print(
            f"against {changed['name']}: {changed['added']:,} added, {changed['removed']:,} "
            f"removed, {changed['changed']:,} changed, {changed['moved']:,} in another split"
        )
    console.print(f"content sha256 {manifest['content_sha256']}", soft_wrap=True)
    console.print(f"card {made.uri}/{PAGE}", soft_wrap=True)
    console.print(made.uri, soft_wrap=True)
