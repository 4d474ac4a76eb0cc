"""Whom notices go to, by configuration."""

from __future__ import annotations

from typing import Protocol

from webscale_rl_dagster.config import NotificationsConfig
from webscale_rl_dagster.notices.email import Email
from webscale_rl_dagster.notices.message import Notice
from webscale_rl_dagster.notices.webhook import Webhook


class Receiver(Protocol):
    """One way to reach people."""

    name: str

    @property
    def goes_to(self) -> str: ...

    def check(self) -> None: ...

    def send(self, notice: Notice) -> None: ...


def receivers_of(config: NotificationsConfig) -> list[Receiver]:
    """At least one."""
    found: list[Receiver] = []
    if config.webhook_env is not None:
        found.append(Webhook(config.webhook_env))
    if config.email is not None:
        found.append(Email(config.email))
    return found
