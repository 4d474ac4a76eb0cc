"""A notice as a plain-text mail, handed to one mail server."""

from __future__ import annotations

import os
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from email.message import EmailMessage
from email.utils import formatdate
from time import monotonic

from webscale_rl_dagster.config import EmailConfig
from webscale_rl_dagster.errors import NoticeDelayed, NoticeRefused
from webscale_rl_dagster.notices.bounded import within
from webscale_rl_dagster.notices.message import Notice
from webscale_rl_dagster.notices.plain import one_line

_TIMEOUT_S = 10.0
"""Of the connection, and of each answer."""
_ENDS_S = 30.0
"""Of a mail: servers that make senders wait on purpose take seconds for each answer."""
_CUT_S = 1.0
"""Later, the connection of a mail that was given up is broken off."""


class Email:
    """Of the section `notifications.email`; name and password are read for every mail."""

    name = "email"

    def __init__(self, config: EmailConfig) -> None:
        self._config = config
        self._server = f"{config.host}:{config.port_in_force}"

    @property
    def goes_to(self) -> str:
        """For people."""
        return f"e-mail to {', '.join(self._config.to)} by {self._server}"

    def check(self) -> None:
        """Raises NoticeDelayed if a variable is not set; asks no server."""
        self._credentials()

    def send(self, notice: Notice) -> None:
        """One mail to all, within 30 s. Raises NoticeDelayed, or NoticeRefused if nobody takes it.

        A recipient that the server refuses while it takes another is passed over.
        """
        credentials = self._credentials()
        within(_ENDS_S, lambda: self._send(notice, credentials), self._server)

    def _send(self, notice: Notice, credentials: tuple[str, str] | None) -> None:
        until = monotonic() + _ENDS_S + _CUT_S
        try:
            address = self._config.host, self._config.port_in_force
            with _connection(address, until) as connection, self._server_on(connection) as server:
                if credentials is not None:
                    server.login(*credentials)
                server.send_message(_mail(notice, self._config))
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise self._failure(code, said) from None
        except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise self._failure(error.smtp_code, error.smtp_error) from None
        except smtplib.SMTPAuthenticationError as error:
            variables = f"${self._config.username_env} and ${self._config.password_env}"
            raise NoticeDelayed(
                f"{self._server} refuses name or password (SMTP {error.smtp_code}): check "
                f"{variables}, where the sensors run"
            ) from None
        except UnicodeError:
            raise NoticeDelayed(
                f"{self._server} is asked with ASCII alone: name or password holds more"
            ) from None
        except (smtplib.SMTPException, OSError) as error:
            what = f"{type(error).__name__}: {one_line(str(error), 200)}"
            raise NoticeDelayed(f"{self._server}: {what}") from None

    @contextmanager
    def _server_on(self, connection: socket.socket) -> Iterator[smtplib.SMTP]:
        """What it says to QUIT is said of a mail that it has."""
        security, host = self._config.security, self._config.host
        if security == "tls":
            trusted = ssl.create_default_context()
            connection = trusted.wrap_socket(connection, server_hostname=host)
        with closing(_Server(connection, host)) as server:
            if security == "starttls":
                server.starttls(context=ssl.create_default_context())
            yield server
            with suppress(smtplib.SMTPException, OSError):
                server.quit()

    def _credentials(self) -> tuple[str, str] | None:
        names = (self._config.username_env, self._config.password_env)
        if names[0] is None or names[1] is None:
            return None
        missing = [name for name in names if name and not os.environ.get(name)]
        if missing:
            raise NoticeDelayed(
                f"the environment variable {missing[0]} is not set: it must hold the mail "
                "server's name or password, where the sensors run"
            )
        return os.environ[names[0]], os.environ[names[1]]

    def _failure(self, code: int, said: bytes | str) -> NoticeDelayed | NoticeRefused:
        text = said.decode(errors="replace") if isinstance(said, bytes) else said
        message = f"{self._server} answers SMTP {code}: {one_line(text, 200)}"
        return NoticeRefused(message) if code >= 500 else NoticeDelayed(message)


class _Server(smtplib.SMTP):
    """On a connection that is there, where smtplib would make its own and wait for a greeting."""

    def __init__(self, connection: socket.socket, host: str) -> None:
        self._connection = connection
        super().__init__(host, timeout=_TIMEOUT_S)

    def _get_socket(self, *_: object) -> socket.socket:
        return self._connection


@contextmanager
def _connection(address: tuple[str, int], until: float) -> Iterator[socket.socket]:
    """Broken off at this time at the latest, whatever is waited for."""
    with socket.create_connection(address, _TIMEOUT_S) as connection, connection.dup() as held:
        late = threading.Timer(max(until - monotonic(), 0.0), _cut, (held,))
        late.daemon = True
        late.start()
        try:
            yield connection
        finally:
            late.cancel()


def _cut(held: socket.socket) -> None:
    """A second handle, which TLS does not take over as it does the first."""
    with suppress(OSError):
        held.shutdown(socket.SHUT_RDWR)


def _mail(notice: Notice, config: EmailConfig) -> EmailMessage:
    """Header values are single lines: `Notice` sees to its own, `config` to addresses."""
    mail = EmailMessage()
    mail["Subject"] = f"[webscale-rl] {notice.title}"
    mail["From"] = config.sender
    mail["To"] = ", ".join(config.to)
    mail["Date"] = formatdate()
    mail["Message-ID"] = f"<{notice.id}@webscale-rl-dagster>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(notice.as_text())
    return mail
