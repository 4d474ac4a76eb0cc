"""`audit`, `data_docs` and `notifications`: where people look, and who is told."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from webscale_rl_dagster.config.fields import MailAddress, Section, VariableName, WebAddress

NoticeKind = Literal["failed_run", "gate_shut", "gate_opened", "corpus_stopped"]


class AuditConfig(Section):
    """The audit page."""

    dagster_url: WebAddress = "http://127.0.0.1:3000"
    """Where Dagster's UI is, for links to its runs and assets; http or https."""
    url: WebAddress | None = None
    """Where others reach the audit page, for links to it from elsewhere; None: no such links."""
    token_env: str | None = None
    """The environment variable that holds a token of at least 16 characters, without which no page
    is shown; the token is never stored. None: whoever reaches the page may read it, and it can be
    reached from this machine alone."""


class DataDocsConfig(Section):
    """The site of Great Expectations that the asset `data_docs` builds."""

    validations: int = Field(default=50, ge=1, le=1000)
    """How many of the newest validations are kept and shown."""
    url: WebAddress | None = None
    """Where `data_docs/` of the storage is served; None: links give its path or S3 address."""


class EmailConfig(Section):
    """A mail server, and whom it tells."""

    host: str = Field(min_length=1)
    port: int | None = Field(default=None, ge=1, le=65535)
    """None: 587 with starttls, 465 with tls, 25 with none."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """none: in the clear, without a password."""
    username_env: VariableName | None = None
    """The environment variables that hold name and password; both or neither."""
    password_env: VariableName | None = None
    sender: MailAddress = Field(alias="from")
    to: tuple[MailAddress, ...] = Field(min_length=1)

    @property
    def port_in_force(self) -> int:
        return self.port or {"starttls": 587, "tls": 465, "none": 25}[self.security]

    @model_validator(mode="after")
    def _safely_named(self) -> EmailConfig:
        if (self.username_env is None) != (self.password_env is None):
            raise ValueError("username_env and password_env go together")
        if self.security == "none" and self.password_env is not None:
            raise ValueError("a password is never sent in the clear: set security to starttls")
        return self


class NotificationsConfig(Section):
    """Who is told when a run fails, a gate shuts or a corpus stops arriving."""

    on: frozenset[NoticeKind] = frozenset({"failed_run", "gate_shut", "corpus_stopped"})
    webhook_env: VariableName | None = None
    """The environment variable that holds the address to post to, which is a secret."""
    email: EmailConfig | None = None

    @model_validator(mode="before")
    @classmethod
    def _spelled(cls, values: Any) -> Any:
        """YAML 1.1, which is what we read, takes a bare `on` for true."""
        if isinstance(values, dict) and True in values:
            return {"on" if key is True else key: value for key, value in values.items()}
        return values

    @model_validator(mode="after")
    def _told(self) -> NotificationsConfig:
        if self.webhook_env is None and self.email is None:
            raise ValueError("nobody is told: give webhook_env, email or both")
        return self
