"""`webscale-rl benchmarks`: what releases are cleaned against."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from webscale_rl_dagster.cli.console import console
from webscale_rl_dagster.config import load_config

if TYPE_CHECKING:
    from webscale_rl_dagster.decontamination.index import Summary
    from webscale_rl_dagster.decontamination.store import BenchmarkStore

benchmarks_app = typer.Typer(
    no_args_is_help=True, help="Benchmark sets that questions and documents are cleaned against."
)

_FieldNames = Annotated[
    list[str] | None, typer.Option(help="May be repeated; guessed by its usual names if not given.")
]


@benchmarks_app.command("add")
def add(
    paths: Annotated[
        list[Path], typer.Argument(help="JSONL, JSON or Parquet files, or folders of them.")
    ],
    name: Annotated[str, typer.Option(help="Its name, in hits and in the list.")],
    question_field: _FieldNames = None,
    options_field: _FieldNames = None,
    answer_field: _FieldNames = None,
    split: Annotated[
        list[str] | None, typer.Option(help="Only files of this split. May be repeated.")
    ] = None,
) -> None:
    """Index a benchmark. Only hashes are kept; the same name again replaces it."""
    from webscale_rl_dagster.decontamination.items import Fields

    fields = Fields(
        tuple(question_field or ()), tuple(options_field or ()), tuple(answer_field or ())
    )
    summary = _store().add(name, paths, fields=fields, splits=split or ())
    console.print(f"{name}: {_counts(summary)}, from {len(summary.files):,} files", soft_wrap=True)
    in_force = load_config().decontamination.benchmarks
    if name not in in_force:
        names = ", ".join([*in_force, name])
        console.print(
            f"Not in force yet: set `decontamination: {{benchmarks: [{names}]}}` in pipeline.yaml",
            soft_wrap=True,
            markup=False,
        )


@benchmarks_app.command("list")
def show(
    json: Annotated[bool, typer.Option("--json", help="For a script.")] = False,
) -> None:
    """Every benchmark there is, with its files and their sha256, and whether it is in force."""
    summaries = _store().summaries()
    in_force = load_config().decontamination.benchmarks
    if json:
        print(orjson.dumps([asdict(one) for one in summaries]).decode())
        return
    for summary in summaries:
        force = "" if summary.name in in_force else "; not in force"
        console.print(f"{summary.name}: {_counts(summary)}{force}", style="bold", soft_wrap=True)
        for file in summary.files:
            console.print(
                f"  {file.sha256[:12]}  {file.items:>9,}  {file.benchmark} {file.split}  "
                f"{file.file}",
                soft_wrap=True,
            )


def _store() -> BenchmarkStore:
    from webscale_rl_dagster.decontamination.store import BenchmarkStore
    from webscale_rl_dagster.storage.connected import objects_of

    return BenchmarkStore(objects_of(load_config()))


def _counts(summary: Summary) -> str:
    return (
        f"{summary.items:,} items ({summary.repeated:,} repeats left out, {summary.unseen:,} too "
        f"short or too common to be found), {summary.ngrams:,} n-grams"
    )
