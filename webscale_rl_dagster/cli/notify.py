"""`webscale-rl notify`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from webscale_rl_dagster.cli.console import FAILED, console, errors
from webscale_rl_dagster.config import Config, load_config
from webscale_rl_dagster.errors import ConfigError, InstanceError, NoticeError


def notify(
    test: Annotated[bool, typer.Option("--test", help="Send each receiver a test notice.")] = False,
) -> None:
    """Say who is told, and whether notices wait; exits 1 if one cannot be told."""
    from webscale_rl_dagster.notices.links import Links
    from webscale_rl_dagster.notices.message import Notice, stable_id
    from webscale_rl_dagster.notices.receivers import receivers_of

    config = load_config()
    if config.notifications is None:
        raise ConfigError("nobody is told: add `notifications` to pipeline.yaml")
    now = datetime.now(UTC).isoformat()
    notice = Notice(
        kind="test",
        id=stable_id("test", now),
        title="Test notice",
        lines=("Notices of this pipeline reach you.",),
        links=Links(config.audit).runs(),
        time=now,
    )
    failed = False
    for receiver in receivers_of(config.notifications):
        try:
            receiver.check()
            if test:
                receiver.send(notice)
            said = "delivered" if test else f"configured{waiting(config, receiver.name)}"
            console.print(f"{receiver.goes_to}: {said}", soft_wrap=True)
        except NoticeError as error:
            failed = True
            errors.print(f"error: {error}", style="red", soft_wrap=True)
    if failed:
        raise typer.Exit(FAILED)


def waiting(config: Config, receiver: str) -> str:
    """What to add where notices to it wait, as its sensor left it, or where that is not known."""
    from webscale_rl_dagster.automation.notifications.places import trouble_of
    from webscale_rl_dagster.cli.local import local_instance

    try:
        with local_instance(config) as instance:
            trouble = trouble_of(instance, receiver)
    except InstanceError as error:
        return f"; whether notices wait is not known: {error}"
    return f"; NOTICES WAIT: {trouble}" if trouble else ""
