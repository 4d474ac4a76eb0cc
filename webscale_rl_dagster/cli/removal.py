"""What `webscale-rl remove` says: the plan before, and what was done."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

from webscale_rl_dagster.audit.text import visible
from webscale_rl_dagster.cli.console import FAILED, console, counted, summary
from webscale_rl_dagster.corpora.removed import Tombstone
from webscale_rl_dagster.inference.usage import Usage

if TYPE_CHECKING:
    from webscale_rl_dagster.cli.republishing import Republished
    from webscale_rl_dagster.removal.finding import Found
    from webscale_rl_dagster.removal.proof import Proof
    from webscale_rl_dagster.removal.selecting import Selector

_SHOWN = 10
"""Near duplicates and shards that are named; `--json` has all."""


class Report:
    """Filled as the removal goes on; `body` is what `--json` prints."""

    def __init__(self, body: dict[str, Any]) -> None:
        self.body = body
        self.status = 0
        """The exit status."""
        self._usage = Usage()
        self._proof: Proof | None = None

    @classmethod
    def of(cls, selector: Selector, found: Found) -> Report:
        return cls(
            {
                "kind": selector.kind,
                "value": selector.value,
                "documents": sorted(found.documents),
                "near_duplicates": sorted(found.near),
                "removed_before": len(found.all.difference(*found.shards.values())),
                "shards": {shard: len(ids) for shard, ids in found.shards.items()},
                "pairs": sum(map(len, found.pairs.values())),
                "published": found.published,
                "released": found.released,
            }
        )

    def laid(self, tombstones: Sequence[Tombstone]) -> None:
        self.body["tombstones"] = [tombstone.id for tombstone in tombstones]

    def republished(self, done: Republished) -> None:
        self._usage.add(done.usage)
        self.body["republished"] = self.body.get("republished", {}) | done.shards
        self.body["model_calls"] = self._usage.requests
        self.body["from_journal"] = self._usage.reused
        self.status = FAILED if FAILED in (self.status, done.worst) else done.worst

    def purged(self, proof: Proof) -> None:
        """What is not proven counts as failed."""
        self._proof = proof
        self.body["purge"] = proof.as_dict()
        self.status = self.status if proof.proven else FAILED

    def print_plan(self) -> None:
        if "removals" in self.body:
            console.print(f"{counted(self.body['removals'], 'removal')} so far")
            return
        body = self.body
        named = visible(f"{body['kind'].replace('_', ' ')} {body['value']}")
        before = f", {body['removed_before']:,} removed before" if body["removed_before"] else ""
        documents = counted(len(body["documents"]), "document")
        console.print(f"{named}: {documents}{before}", soft_wrap=True)
        _print_some("near duplicate of one, removed as well", body["near_duplicates"])
        _print_some("shard to be made anew", list(body["shards"]))
        console.print(
            f"{counted(body['pairs'], 'pair')}, {body['published']:,} published, "
            f"{body['released']:,} in releases"
        )

    def print_rest(self, *, as_json: bool) -> None:
        if as_json:
            typer.echo(json.dumps(self.body))
            return
        if "republished" in self.body:
            console.print(summary(len(self.body["republished"]), self._usage), soft_wrap=True)
        for line in self._proof.lines() if self._proof else ():
            console.print(visible(line), soft_wrap=True)


def _print_some(what: str, names: Sequence[str]) -> None:
    for name in names[:_SHOWN]:
        console.print(f"{what}  {visible(name)}", soft_wrap=True)
    if len(names) > _SHOWN:
        console.print(f"and {len(names) - _SHOWN:,} more")
