"""`webscale-rl arrivals`: what the ledgers of files that arrive say."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from webscale_rl_dagster.audit.text import visible
from webscale_rl_dagster.cli.console import console
from webscale_rl_dagster.config import Config, load_config
from webscale_rl_dagster.errors import ConfigError

if TYPE_CHECKING:
    from webscale_rl_dagster.corpora.arrivals.standing import Standing
    from webscale_rl_dagster.storage.objects import Objects

_NAMED = 20
"""Failures of a corpus that are shown; `--json` has all."""


def arrivals(
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
    retry: Annotated[
        str | None, typer.Option(metavar="CORPUS", help="Have its failed files ingested again.")
    ] = None,
) -> None:
    """What arrived for each corpus with `ingestion`, and which files could not be ingested."""
    from webscale_rl_dagster.corpora.arrivals.ledger import read_ledger
    from webscale_rl_dagster.corpora.arrivals.standing import standing_of
    from webscale_rl_dagster.storage.connected import objects_of

    config = load_config()
    objects = objects_of(config)
    if retry is not None:
        _retry(objects, config, retry)
    found = {name: standing_of(read_ledger(objects, name).rows) for name in _arriving(config)}
    if as_json:
        body = {name: {"files": one.files, **asdict(one)} for name, one in found.items()}
        typer.echo(json.dumps(body, default=str))
    else:
        _print(found)


def _arriving(config: Config) -> list[str]:
    return [corpus.name for corpus in config.corpora if corpus.ingestion is not None]


def _retry(objects: Objects, config: Config, corpus: str) -> None:
    from webscale_rl_dagster.corpora.arrivals.batches import with_retries
    from webscale_rl_dagster.corpora.arrivals.ledger import change_ledger

    known = _arriving(config)
    if corpus not in known:
        raise ConfigError(
            f"no corpus {corpus!r} has `ingestion` in pipeline.yaml; these have: "
            f"{', '.join(known) or 'none'}"
        )
    change_ledger(objects, corpus, with_retries)


def _print(found: dict[str, Standing]) -> None:
    if not found:
        console.print("no corpus has `ingestion` in pipeline.yaml")
        return
    table = Table("corpus", "files", "waiting", "ingested", "failed", "deleted", "last arrival")
    for column in table.columns[1:6]:
        column.justify = "right"
    for name, one in found.items():
        counts = (one.files, one.waiting, one.ingested, one.failed, one.deleted)
        last = f"{one.last_arrival:%Y-%m-%d %H:%M} UTC" if one.last_arrival else "none"
        table.add_row(name, *(f"{count:,}" for count in counts), last)
    console.print(table)
    for one in found.values():
        for failure in one.failures[:_NAMED]:
            console.print(Text(visible(f"{failure.uri}: {failure.reason}")), soft_wrap=True)
        if len(one.failures) > _NAMED:
            console.print(f"and {len(one.failures) - _NAMED} more")
