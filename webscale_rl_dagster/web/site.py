"""What every page is made from: one object, shared by all requests and threads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from webscale_rl_dagster.config import Config
from webscale_rl_dagster.home import index_home
from webscale_rl_dagster.lineage.state import Digests
from webscale_rl_dagster.storage.connected import tables_of
from webscale_rl_dagster.storage.objects import Objects
from webscale_rl_dagster.storage.tables import Tables
from webscale_rl_dagster.web.access import Access
from webscale_rl_dagster.web.agreed import Agreed
from webscale_rl_dagster.web.hosts import Hosts
from webscale_rl_dagster.web.indexing import Indexing

if TYPE_CHECKING:
    from starlette.requests import Request


@dataclass(frozen=True, slots=True)
class Site:
    """The storage, its index, and who may see them."""

    config: Config
    tables: Tables
    indexing: Indexing
    """The search index, kept up to date behind the pages."""
    dagster_url: str
    """Of Dagster's UI, without a slash at the end."""
    access: Access
    hosts: Hosts
    """The names that the server goes by."""
    port: int
    digests: Digests
    """For `lineage.state.shard_state`, so that no table is hashed twice."""
    agreed: Agreed
    """What all marks say together."""

    @property
    def objects(self) -> Objects:
        return self.tables.objects

    @property
    def cookie(self) -> str:
        """Its name; cookies are shared by all ports of a host."""
        return f"webscale_audit_{self.port}"


def open_site(
    config: Config,
    *,
    access: Access | None = None,
    host: str = "127.0.0.1",
    port: int = 3080,
    dagster_url: str | None = None,
    index: Path | None = None,
) -> Site:
    """A site on the configured storage; without `access`, one that all who reach it may read.

    Raises:
        ConfigError: the host is seen from other machines, and reading needs no token.
    """
    access = access or Access.open_to_readers()
    tables = tables_of(config)
    return Site(
        config=config,
        tables=tables,
        indexing=Indexing(tables, index or index_home(config), s3=config.s3),
        dagster_url=(dagster_url or config.audit.dagster_url).rstrip("/"),
        access=access,
        hosts=Hosts.bound_to(host, guarded=access.reading_needs_it),
        port=port,
        digests=Digests(tables),
        agreed=Agreed(tables),
    )


def site_of(request: Request) -> Site:
    """The one that the application was made for."""
    return cast(Site, request.app.state.site)
