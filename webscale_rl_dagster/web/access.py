"""Who may read and who may write: one token, and signed sessions that stand for it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from webscale_rl_dagster.errors import ConfigError

SESSION_SECONDS = 12 * 3600
LEAST_TOKEN = 16
"""Characters of a configured token."""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that showed the token."""

    id: str
    expires: int
    """Unix time, in seconds."""


@dataclass(frozen=True, slots=True)
class Access:
    """The token, and what follows from it. Nothing that is sent to a browser holds it."""

    token: str = field(repr=False)
    reading_needs_it: bool
    clock: Callable[[], float] = time.time

    @classmethod
    def open_to_readers(cls) -> Access:
        """A new random token, which only changes need: for a page that this machine alone sees."""
        return cls(secrets.token_urlsafe(32), reading_needs_it=False)

    @classmethod
    def closed(cls, token: str) -> Access:
        """A configured token, without which no page is shown.

        Raises:
            ConfigError: it is too short, or cannot be sent in a header.
        """
        if token != token.strip():
            raise ConfigError(
                "the audit page's token begins or ends with white space, which browsers and "
                "scripts leave out: take that away from the variable that holds it"
            )
        if len(token) < LEAST_TOKEN or not token.isascii() or not token.isprintable():
            raise ConfigError(
                f"the audit page's token must be at least {LEAST_TOKEN} printable ASCII "
                'characters: `python -c "import secrets; print(secrets.token_urlsafe(32))"` '
                "makes one"
            )
        return cls(token, reading_needs_it=True)

    def is_token(self, given: str) -> bool:
        return _same(given, self.token)

    def new_session(self) -> str:
        """The value of a cookie: `<id>.<expires>.<signature>`."""
        expires = int(self.clock()) + SESSION_SECONDS
        body = f"{secrets.token_hex(16)}.{expires}"
        return f"{body}.{self._signature('session', body)}"

    def session(self, cookie: str) -> Session | None:
        """What the cookie stands for; None if it was not made here, or is too old."""
        body, _, signature = cookie.rpartition(".")
        if not _same(signature, self._signature("session", body)):
            return None
        name, _, expires = body.partition(".")
        return Session(name, int(expires)) if int(expires) > self.clock() else None

    def form_token(self, session: Session) -> str:
        """What a form of that session must bring along; no other site can know it."""
        return self._signature("form", session.id)

    def is_form_token(self, given: str, session: Session) -> bool:
        return _same(given, self.form_token(session))

    def _signature(self, purpose: str, body: str) -> str:
        key = hashlib.sha256(f"webscale-rl audit {purpose}\0{self.token}".encode()).digest()
        message = body.encode("utf-8", "surrogatepass")
        return hmac.new(key, message, hashlib.sha256).hexdigest()


def _same(given: str, wanted: str) -> bool:
    """In a time that tells nothing of where they differ."""
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode())
