"""`webscale-rl remove`: documents taken out of everything, and kept out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from webscale_rl_dagster.cli.console import errors
from webscale_rl_dagster.cli.removal import Report
from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.corpora.removed import Kind, Tombstone

if TYPE_CHECKING:
    from webscale_rl_dagster.removal.finding import Found
    from webscale_rl_dagster.removal.selecting import Selector
    from webscale_rl_dagster.storage.tables import Tables


def remove(
    document: Annotated[str | None, typer.Option(help="An id, or its beginning.")] = None,
    url_prefix: Annotated[str | None, typer.Option(help="The beginning of URLs.")] = None,
    source_file: Annotated[str | None, typer.Option(help="A corpus file or folder.")] = None,
    licence: Annotated[str | None, typer.Option(help="As the documents name it.")] = None,
    reason: Annotated[str | None, typer.Option(help="Releases and audits show it.")] = None,
    resume: Annotated[bool, typer.Option(help="Finish removals that were cut short.")] = False,
    future: Annotated[
        bool, typer.Option(help="Lay down a rule that no document is under yet.")
    ] = False,
    purge: Annotated[
        bool, typer.Option(help="Erase texts, prompts and answers too, and prove it.")
    ] = False,
    dry_run: Annotated[bool, typer.Option(help="Say what would be removed.")] = False,
    yes: Annotated[bool, typer.Option(help="Do not ask.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Remove documents and their pairs for good, and keep them out. No model is called.

    Their shards are published anew without them, later ingestions skip them, and the next release
    lists them. Repeating the command is safe; exits 1 if nothing is meant by it.
    """
    from webscale_rl_dagster.cli.bars import StepBars, new_bars
    from webscale_rl_dagster.cli.republishing import check_engines, republish
    from webscale_rl_dagster.removal.purging import purge as erase
    from webscale_rl_dagster.storage.connected import tables_of

    config = load_config()
    tables = tables_of(config)
    chosen: dict[Kind, str | None] = {
        "document": document,
        "url_prefix": url_prefix,
        "source_file": source_file,
        "licence": licence,
    }
    if purge and not (yes or dry_run or sys.stdin.isatty()):
        raise typer.BadParameter("--purge cannot be undone: without a terminal it needs --yes")
    if resume:
        if purge or any(value is not None for value in chosen.values()):
            raise typer.BadParameter("--resume finishes all removals; to purge, name what again")
        removal = _all_removals(tables)
    else:
        removal = _new_removal(tables, chosen, reason, future=future, dry_run=dry_run, purge=purge)
    report = removal.report
    if not as_json:
        report.print_plan()
    if not dry_run:
        check_engines(config, tables, removal.ids)
        if not (yes or resume) and sys.stdin.isatty():
            how = "Erase their texts for good?" if purge else "Remove them?"
            typer.confirm(how, abort=True, err=True)
        report.laid(laid := removal.lay())
        report.republished(republish(config, tables, laid, removal.ids, quiet=as_json))
        if purge:
            with new_bars() as bars:
                proof = erase(tables, laid, config=config, on_progress=StepBars(bars, "objects"))
            report.purged(proof)
            again = republish(config, tables, laid, removal.ids, also=proof.shards, quiet=as_json)
            report.republished(again)
    report.print_rest(as_json=as_json)
    if report.status:
        raise typer.Exit(report.status)


class _Removal(NamedTuple):
    """What is to be done, before anything is changed."""

    report: Report
    ids: frozenset[str]
    lay: Callable[[], Sequence[Tombstone]]
    """Says so on storage; from then on it holds."""


def _all_removals(tables: Tables) -> _Removal:
    """Whatever tombstones ask, for tables that may not show it yet."""
    from webscale_rl_dagster.corpora.removed import tombstones
    from webscale_rl_dagster.removal.removing import ids_of, lay, missed

    laid = tombstones(tables.objects)
    late = missed(tables, laid)
    reasons = {(one.kind, one.value): one.reason for one in reversed(laid)}

    def lay_all() -> Sequence[Tombstone]:
        for rule, found in late.items():
            lay(tables, rule, found, reasons[rule.kind, rule.value])
        return tombstones(tables.objects)

    ids = ids_of(laid).union(*(found.all for found in late.values()))
    return _Removal(Report({"removals": len(laid)}), ids, lay_all)


def _new_removal(
    tables: Tables,
    chosen: Mapping[Kind, str | None],
    reason: str | None,
    *,
    future: bool,
    dry_run: bool,
    purge: bool,
) -> _Removal:
    from webscale_rl_dagster.removal.removing import lay
    from webscale_rl_dagster.removal.selecting import clean

    kind, value = _one(chosen)
    if reason is None and not dry_run:
        raise typer.BadParameter("give --reason: releases and audits will show it")
    why = "" if reason is None else clean(reason, "the reason")
    selector, found = _found(tables, kind, value, future=future)
    return _Removal(
        Report.of(selector, found),
        found.all,
        lambda: lay(tables, selector, found, why, alone=purge),
    )


def _one(chosen: Mapping[Kind, str | None]) -> tuple[Kind, str]:
    given = [(kind, value) for kind, value in chosen.items() if value is not None]
    if len(given) != 1:
        raise typer.BadParameter(
            "give one of --document, --url-prefix, --source-file and --licence"
        )
    return given[0]


def _found(tables: Tables, kind: Kind, value: str, *, future: bool) -> tuple[Selector, Found]:
    from webscale_rl_dagster.audit.nearest import Unknown
    from webscale_rl_dagster.cli.unknown import give_up
    from webscale_rl_dagster.removal.finding import find
    from webscale_rl_dagster.removal.selecting import select, selector_of

    if future and kind == "document":
        raise typer.BadParameter("--future is for rules: a URL prefix, a source file, a licence")
    selector = selector_of(kind, value) if future else select(tables, kind, value)
    if isinstance(selector, Unknown):
        if kind != "document":
            errors.print("--future lays down the rule for documents that are yet to come")
        give_up(selector)
    return selector, find(tables, selector)
