"""Which pairs were ever made of documents, as far as anything that is stored still names them."""

from __future__ import annotations

from collections.abc import Collection

from webscale_rl_dagster.audit.lookup import rows_of
from webscale_rl_dagster.audit.where import among
from webscale_rl_dagster.corpora.removed import tombstones
from webscale_rl_dagster.inference.journal import files_of, read_calls
from webscale_rl_dagster.removal.erasing import journals
from webscale_rl_dagster.removal.withdrawing import release_names, rows_in, showing
from webscale_rl_dagster.storage.tables import Tables


def pairs_of(tables: Tables, ids: Collection[str]) -> frozenset[str]:
    """By the notes of all removals, by `candidate_qa`, releases and the journal.

    Those of an older prompt may be in the journal alone. Reads two columns of each.

    Raises:
        StorageError: an object cannot be read; it is named.
    """
    if not ids:
        return frozenset()
    objects = tables.objects
    removals = [one.documents for one in tombstones(objects)]
    pairs = {pair for noted in removals for one in ids for pair in noted.get(one, ())}
    of_them = among("document_id", ids)
    for shard in tables.shards("candidate_qa"):
        rows = rows_of(tables, "candidate_qa", shard, of_them, ["qa_id"])
        pairs.update(row["qa_id"] for row in rows)
    for name in release_names(objects):
        for key in showing(objects, name):
            for frame in rows_in(objects, key, of_them, ["qa_id"]):
                pairs.update(frame["qa_id"].drop_nulls())
    for folder in journals(objects):
        names = files_of(folder, objects.list(folder))
        for calls in read_calls(objects, names, columns=("document_id", "qa_id")):
            pairs.update(calls.filter(of_them.test)["qa_id"].drop_nulls())
    return frozenset(pairs)
