"""`webscale-rl export`: a release as a trainer takes it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from webscale_rl_dagster.cli.console import console
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.exports import FORMATS, load_format


def export(
    format_name: Annotated[
        str, typer.Option("--format", help=f"One of: {', '.join(FORMATS)}.", show_default=False)
    ],
    release: Annotated[str, typer.Option(help="The release's name.", show_default=False)],
    out: Annotated[Path, typer.Option(help="A folder that is new or empty.", show_default=False)],
    instruction: Annotated[
        str | None,
        typer.Option(
            help="Ends every prompt, in place of the request for <answer> tags; '' for nothing."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier export.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Write a release for a trainer: data, reward or environment, and lines for its configuration.

    Rewards need this package where the trainer runs, but none of what it depends on: the printed
    lines begin with how to install it.
    """
    if format_name not in FORMATS:
        raise typer.BadParameter(
            f"no format {format_name!r}; there are {', '.join(FORMATS)}", param_hint="--format"
        )
    from webscale_rl_dagster.exports.columns import INSTRUCTION
    from webscale_rl_dagster.exports.export import export as write
    from webscale_rl_dagster.releases.reading import open_release
    from webscale_rl_dagster.storage.connected import objects_of

    written = write(
        open_release(objects_of(load_config()), release),
        load_format(format_name),
        out,
        instruction=INSTRUCTION if instruction is None else instruction or None,
        force=force,
    )
    if as_json:
        body = {"out": str(written.folder), "rows": written.rows, "usage": written.usage}
        typer.echo(json.dumps(body))
        return
    rows = ", ".join(f"{count:,} {split}" for split, count in written.rows.items())
    console.print(f"{release} for {format_name}: {rows}, in {written.folder}\n", soft_wrap=True)
    console.print(written.usage, soft_wrap=True)
