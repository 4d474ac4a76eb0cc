"""`webscale-rl fate`: what became of a document, or of all that a source file holds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Annotated, Any

import typer
from rich.text import Text
from rich.tree import Tree

from webscale_rl_dagster.audit.text import visible
from webscale_rl_dagster.cli.console import console
from webscale_rl_dagster.config import load_config

_SHOWN = 20
"""Documents and quarantined records that are printed; `--json` has all."""
_STYLES = {"published": "green", "waiting": "yellow", "gate_shut": "yellow"}


def fate(
    what: Annotated[
        str,
        typer.Argument(
            metavar="DOCUMENT_ID|URL|SOURCE_FILE",
            help="An id or the beginning of one, a URL, or a path.",
            show_default=False,
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="For scripts: all of it.")] = False,
) -> None:
    """What each stage did with a document. Exits 1 if there is no such document."""
    from webscale_rl_dagster.audit.fate import fates
    from webscale_rl_dagster.audit.narrowing import narrowing_by
    from webscale_rl_dagster.audit.nearest import Unknown
    from webscale_rl_dagster.audit.released import Releases
    from webscale_rl_dagster.audit.sources import find_meant
    from webscale_rl_dagster.cli.unknown import give_up
    from webscale_rl_dagster.home import index_home
    from webscale_rl_dagster.lineage.state import Digests, shard_state
    from webscale_rl_dagster.storage.connected import tables_of

    config = load_config()
    tables = tables_of(config)
    meant = find_meant(tables, what, narrowing_by(tables, index_home(config)))
    if isinstance(meant, Unknown):
        give_up(meant)
    state = partial(shard_state, tables, digests=Digests(tables))
    found = fates(tables, Releases(tables.objects), meant, state)
    if as_json:
        for piece in _json(documents=found, quarantined=meant.quarantined(tables)):
            typer.echo(piece, nl=False)
    else:
        _print(found)
        _print_quarantined(meant.quarantined(tables))


def _json(**lists: Iterable[dict[str, Any]]) -> Iterator[str]:
    """One object of lists, item by item: there may be many."""
    opening = "{"
    for name, items in lists.items():
        yield f"{opening}{json.dumps(name)}: ["
        for number, item in enumerate(items):
            yield f"{', ' if number else ''}{json.dumps(item)}"
        yield "]"
        opening = ", "
    yield "}\n"


def _print(found: Iterator[dict[str, Any]]) -> None:
    outcomes: Counter[str] = Counter()
    for item in found:
        if outcomes.total() < _SHOWN:
            console.print(_tree(item))
        outcomes[_ending(item)] += 1
    if outcomes.total() > 1:
        console.print(f"{outcomes.total()} documents:")
        for ending, count in outcomes.most_common():
            console.print(f"  {count:,} {ending}")


def _print_quarantined(records: Iterator[dict[str, Any]]) -> None:
    count = 0
    for record in records:
        if count < _SHOWN:
            said = f"{record['reason']}: {record['detail']}"
            place = f"{record['source_uri']}, position {record['position']}"
            console.print(visible(f"quarantined  {place}, {said}"), soft_wrap=True)
        count += 1
    if count > _SHOWN:
        console.print(f"and {count - _SHOWN:,} more quarantined")


def _ending(item: dict[str, Any]) -> str:
    stage = item["outcome_stage"]
    if stage is None:
        return str(item["outcome"])
    reason = item["stages"].get(stage, {}).get("reason")
    return f"{item['outcome']} at {stage}{f': {reason}' if reason else ''}"


def _tree(item: dict[str, Any]) -> Tree:
    tree = Tree(_text(f"document {item['document_id']}", "bold"))
    ending = _ending(item)
    tree.add(_text(ending, _STYLES.get(item["outcome"], "red")))
    if gone := item["removed"]:
        tree.add(_text(f"removed  {gone['time'][:10]} by {gone['kind']}: {gone['reason']}", "red"))
    if item["duplicate_of"]:
        tree.add(_text(f"repeats {item['duplicate_of']}"))
    tree.add(_text(f"source  {item['source_uri']}, row {item['source_row']}"))
    for name in ("title", "url", "licence"):
        tree.add(_text(f"{name}  {item[name]}"))
    node = tree.add(_text(f"shard  {item['shard']}"))
    for gate in item["gate"]["failed"]:
        node.add(_text(gate, "yellow"))
    for stage, said in item["stages"].items():
        _add_stage(node, stage, said)
    for name in ("released", "left_out"):
        for pair in item[name]:
            where = pair.get("split") or pair.get("reason")
            tree.add(_text(f"{name}  {pair['release']} ({where}): {pair['qa_id']}"))
    return tree


def _add_stage(node: Tree, stage: str, said: dict[str, Any]) -> None:
    below = node.add(_text(f"{stage}  {_outcome(said)}", "green" if said["kept"] else "red"))
    if len(said["rows"]) == 1 and "qa_id" not in said["rows"][0]:
        return
    for row in said["rows"]:
        name = row.get("qa_id") or f"window {row['window']}"
        below.add(_text(f"{name}  {_outcome(row)}", "green" if row["kept"] else "red"))


def _outcome(row: dict[str, Any]) -> str:
    return "kept" if row["kept"] else f"{row['reason']} {row['error'] or ''}".strip()


def _text(line: str, style: str = "default") -> Text:
    """Text, never markup: what is shown stems from documents and paths."""
    return Text(visible(line), style=style)
