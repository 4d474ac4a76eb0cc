"""What an object held when it was ingested: one that did not change is not fetched again."""

from __future__ import annotations

import hashlib

import orjson

from webscale_rl_dagster.corpora.marker import Marker, read_marker
from webscale_rl_dagster.storage.objects import Objects


def marker_of(objects: Objects, corpus: str, uri: str, version: str | None) -> Marker | None:
    """None unless this very version of the object was ingested to its end."""
    found = None if version is None else objects.get_if_there(_key(corpus, uri))
    if found is None:
        return None
    record = orjson.loads(found)
    if [record["uri"], record["version"]] != [uri, version]:
        return None
    return read_marker(objects, corpus, record["sha256"])


def remember(objects: Objects, corpus: str, uri: str, version: str | None, sha256: str) -> None:
    """Once its content is ingested, under this name or another."""
    record = {"uri": uri, "version": version, "sha256": sha256}
    if version is not None:
        objects.put(_key(corpus, uri), orjson.dumps(record))


def _key(corpus: str, uri: str) -> str:
    return f"fetched/{corpus}/{hashlib.sha256(uri.encode()).hexdigest()[:32]}.json"
