"""`webscale-rl audit`: the audit page."""

from __future__ import annotations

import os
from typing import Annotated

import typer
from pydantic import ValidationError

from webscale_rl_dagster.audit.text import visible
from webscale_rl_dagster.cli.console import FAILED, INTERRUPTED, console, errors
from webscale_rl_dagster.config import AuditConfig, Config, load_config
from webscale_rl_dagster.errors import ConfigError


def audit(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 3080,
    token_env: Annotated[
        str | None,
        typer.Option(help="The environment variable with the token; needed off this machine."),
    ] = None,
    dagster_url: Annotated[str | None, typer.Option(help="Where Dagster's UI is.")] = None,
    index_every: Annotated[
        float, typer.Option(min=1, help="Seconds between two looks for changed shards.")
    ] = 30.0,
    index_only: Annotated[
        bool, typer.Option("--index-only", help="Bring the index up to date, and end.")
    ] = False,
) -> None:
    """Serve the audit page, or bring its search index up to date.

    Whoever reaches the page may read it. Marking pairs needs the token, which the printed link
    brings along. With a token of your own, by --token-env, reading needs it too.
    """
    from webscale_rl_dagster.web.access import Access
    from webscale_rl_dagster.web.serving import address_of, listen, serve
    from webscale_rl_dagster.web.site import open_site

    config = load_config()
    settings = _settings(config, token_env, dagster_url)
    if index_only:
        _index(config)
        return
    token = _token(settings.token_env)
    access = Access.closed(token) if token is not None else Access.open_to_readers()
    site = open_site(config, access=access, host=host, port=port, dagster_url=settings.dagster_url)
    with listen(host, port) as place:
        address = address_of(host, place.getsockname()[1])
        console.print(f"the audit page is at {address}", soft_wrap=True)
        if token is None:
            link = f"{address}/sign-in?token={access.token}"
            console.print(f"to mark pairs, sign in by this link: {link}", soft_wrap=True)
        try:
            serve(site, place, index_every_s=index_every)
        except KeyboardInterrupt:
            # At once: the threads of answers and of the index may be cut off anywhere.
            os._exit(INTERRUPTED)


def _settings(config: Config, token_env: str | None, dagster_url: str | None) -> AuditConfig:
    """The options, and else what the configuration says."""
    given = {"token_env": token_env, "dagster_url": dagster_url}
    changes = {name: value for name, value in given.items() if value is not None}
    try:
        return AuditConfig.model_validate(config.audit.model_dump() | changes)
    except ValidationError as error:
        raise ConfigError(f"--dagster-url: {error.errors()[0]['msg']}") from None


def _token(variable: str | None) -> str | None:
    if variable is None:
        return None
    if not os.environ.get(variable):
        raise ConfigError(
            f"the environment variable {variable} is to hold the audit page's token, and is not set"
        )
    return os.environ[variable]


def _index(config: Config) -> None:
    from webscale_rl_dagster.cli.bars import new_bars
    from webscale_rl_dagster.home import index_home
    from webscale_rl_dagster.search.updating import update
    from webscale_rl_dagster.storage.connected import tables_of

    with new_bars() as bars:
        task = bars.add_task("indexed", total=None, shard="shards and releases", note="")

        def progress(done: int, of: int) -> None:
            bars.update(task, completed=done, total=of)

        tables = tables_of(config)
        try:
            updated = update(tables, index_home(config), on_progress=progress)
        except KeyboardInterrupt:
            errors.print("interrupted; the next update goes on from what is there")
            raise typer.Exit(INTERRUPTED) from None
    console.print(
        f"indexed {len(updated.shards):,} shards and {len(updated.releases):,} releases, "
        f"dropped {len(updated.removed):,} that are gone"
    )
    for name, why in updated.failed.items():
        errors.print(f"{name} could not be indexed: {visible(why)}", style="red", soft_wrap=True)
    if updated.failed:
        raise typer.Exit(FAILED)
