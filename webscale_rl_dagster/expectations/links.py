"""Where a verdict can be read on: the audit page and Data Docs."""

from __future__ import annotations

from typing import Any

import dagster as dg

from webscale_rl_dagster.config import Config
from webscale_rl_dagster.expectations.data_docs import FOLDER, INDEX
from webscale_rl_dagster.expectations.release_facts import ASSET as RELEASE
from webscale_rl_dagster.web.links import release_path, shard_path


def page_links(asset: str, partition: str, config: Config) -> dict[str, dg.MetadataValue[Any]]:
    """To the audit page, if it is known where that is, and to Data Docs."""
    links = {"data_docs": data_docs_link(config)}
    if audit := audit_page(asset, partition, config):
        links["audit"] = dg.MetadataValue.url(audit)
    return links


def data_docs_link(config: Config) -> dg.MetadataValue[Any]:
    """An address where the site is served, else its place on storage."""
    page = data_docs_page(config)
    return (
        dg.MetadataValue.path(page) if config.data_docs.url is None else dg.MetadataValue.url(page)
    )


def audit_page(asset: str, partition: str, config: Config) -> str | None:
    """Of the shard or release; None unless `audit.url` says where the page is."""
    if config.audit.url is None:
        return None
    path = release_path(partition) if asset == RELEASE else shard_path(partition)
    return f"{config.audit.url}{path}"


def data_docs_page(config: Config) -> str:
    """An address of the web if there is one, else where the page lies on storage."""
    if config.data_docs.url is None:
        return f"{config.storage}/{INDEX}"
    return f"{config.data_docs.url.rstrip('/')}/{INDEX.removeprefix(f'{FOLDER}/')}"
