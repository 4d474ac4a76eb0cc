"""`webscale-rl mark` and `marks`: what people say of pairs."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from webscale_rl_dagster.audit.text import visible
from webscale_rl_dagster.cli.console import console, errors
from webscale_rl_dagster.config import load_config

if TYPE_CHECKING:
    from webscale_rl_dagster.lineage.agreement import Agreement, Share
    from webscale_rl_dagster.lineage.marks import Mark


def mark(
    qa_id: Annotated[str, typer.Argument(help="Of a published pair or a rejected candidate.")],
    good: Annotated[bool, typer.Option("--good/--bad", help="Whether it should be trained on.")],
    by: Annotated[str, typer.Option(help="Your name; of a name the newest mark counts.")],
    note: Annotated[
        str, typer.Option(help="Why; for a bad pair name the defect, such as answer_leaked.")
    ] = "",
) -> None:
    """Mark a pair good or bad; marks are added, never changed. Exits 1 if there is no such id."""
    from webscale_rl_dagster.audit.nearest import Unknown
    from webscale_rl_dagster.audit.pairs import find_pair
    from webscale_rl_dagster.audit.released import Releases
    from webscale_rl_dagster.cli.unknown import give_up
    from webscale_rl_dagster.lineage.marks import add_mark
    from webscale_rl_dagster.storage.connected import tables_of

    tables = tables_of(load_config())
    pair = find_pair(tables, Releases(tables.objects), qa_id)
    if isinstance(pair, Unknown):
        give_up(pair)
    made = add_mark(tables.objects, qa_id, good=good, note=note, by=by)
    console.print(_line(made), soft_wrap=True)


def marks(
    as_json: Annotated[
        bool, typer.Option("--json", help="All marks and the figures, for programs.")
    ] = False,
    cases: Annotated[
        Path | None,
        typer.Option(help="Write the marked pairs as labelled cases to files in this folder."),
    ] = None,
) -> None:
    """List the marks, oldest first for each pair, and how far people and pipeline agree."""
    from webscale_rl_dagster.lineage.agreement import agreement, opinions
    from webscale_rl_dagster.lineage.cases import export_cases
    from webscale_rl_dagster.lineage.marks import all_marks
    from webscale_rl_dagster.storage.connected import tables_of

    tables = tables_of(load_config())
    found = agreement(opinions(tables))
    if as_json:
        made = [asdict(one) for one in all_marks(tables.objects)]
        typer.echo(json.dumps({"marks": made, "agreement": found.as_json()}))
    else:
        for one in all_marks(tables.objects):
            console.print(_line(one), soft_wrap=True)
        console.print(_figures(found))
    if cases is not None:
        written = export_cases(tables, cases)
        errors.print(
            f"{written.cases:,} cases in {visible(str(cases))}; left out: {written.contested:,} "
            f"contested, {written.gone:,} whose pair or text is gone",
            soft_wrap=True,
        )


def _line(made: Mark) -> str:
    said = f"{made.time[:19]}Z  {'good' if made.good else 'bad '}  {made.qa_id}  {made.by}"
    return visible(f"{said}: {' '.join(made.note.split())}" if made.note else said)


def _figures(found: Agreement) -> Table:
    title = (
        f"{found.marked:,} pairs marked: {found.good:,} good, {found.bad:,} bad, "
        f"{found.contested:,} contested"
    )
    if found.unjudged:
        title += f"; {found.unjudged:,} that the pipeline did not judge to the end"
    table = Table("", "", "95% interval", title=title, title_justify="left", box=None)
    rows = {
        "people agree with the pipeline": found.with_pipeline,
        "accepted ones that are good": found.precision,
        "rejected ones that are good": found.missed,
        "several people agree with each other": found.between_people,
    }
    for name, share in rows.items():
        table.add_row(name, f"{share.part:,} of {share.whole:,}", _interval(share))
    return table


def _interval(share: Share) -> str:
    if share.interval is None:
        return "–"
    low, high = share.interval
    return f"{low:.1%} to {high:.1%}"
