"""Addresses: of our own pages, and of Dagster's."""

from __future__ import annotations

from urllib.parse import quote, urlencode


def pair_path(qa_id: str) -> str:
    """Of any text: what is no id leads to a page that says so."""
    return f"/pair/{_part(qa_id)}"


def document_path(document_id: str) -> str:
    """Likewise."""
    return f"/document/{_part(document_id)}"


def shard_path(shard: str) -> str:
    """By its key, the slashes of which stay."""
    return f"/shard/{quote(shard, safe='/', errors='replace')}"


def release_path(name: str) -> str:
    """Of any text, as `pair_path`."""
    return f"/release/{_part(name)}"


def dagster_run(dagster_url: str, run_id: str) -> str:
    """A run's page in Dagster's UI."""
    return f"{dagster_url}/runs/{_part(run_id)}"


def dagster_partition(dagster_url: str, asset: str, key: str) -> str:
    """An asset's page in Dagster's UI, opened at a partition."""
    query = urlencode({"view": "partitions", "partition": key}, errors="replace")
    return f"{dagster_url}/assets/{_part(asset)}?{query}"


def _part(text: str) -> str:
    return quote(text, safe="", errors="replace")
