"""A real mail server, taking and refusing."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest

from tests.notices.examples import hostile, notice
from tests.servers.openai_server import free_port
from tests.servers.scripted_smtp import scripted_mail_server
from tests.servers.smtp import PASSWORD, USER, MailServer, mail_server
from webscale_rl_dagster.config import EmailConfig
from webscale_rl_dagster.errors import NoticeDelayed, NoticeRefused
from webscale_rl_dagster.notices import email as module
from webscale_rl_dagster.notices.email import Email

TO = ("ann@example.org", "bob@example.org")
SECURED = {"username_env": "MAIL_USER", "password_env": "MAIL_PASSWORD"}


def email(port: int, **changes: Any) -> Email:
    known = {"host": "127.0.0.1", "port": port, "security": "none", "to": TO}
    return Email(EmailConfig.model_validate({"from": "data@example.org"} | known | changes))


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAIL_USER", USER)
    monkeypatch.setenv("MAIL_PASSWORD", PASSWORD)


def trust(server: MailServer, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "ca.pem"))


def test_a_mail_says_what_the_notice_says() -> None:
    with mail_server() as server:
        email(server.port).send(notice())
    [mail] = server.mails
    assert mail["Subject"] == f"[webscale-rl] {notice().title}"
    assert (mail["From"], mail["To"]) == ("data@example.org", "ann@example.org, bob@example.org")
    assert mail["Message-ID"] == f"<{notice().id}@webscale-rl-dagster>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"]
    assert mail.get_content_type() == "text/plain"
    assert mail.get_content().splitlines() == notice().as_text().splitlines()
    assert server.envelopes[0].rcpt_tos == list(TO)


def test_hostile_text_makes_no_header_and_no_recipient() -> None:
    with mail_server() as server:
        email(server.port).send(hostile())
    [mail] = server.mails
    assert set(mail.keys()) == {
        "Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted",
        "Content-Type", "Content-Transfer-Encoding", "MIME-Version",
    }  # fmt: skip
    assert mail["Subject"] == f"[webscale-rl] {hostile().title}"
    assert server.envelopes[0].rcpt_tos == list(TO)
    assert all(line.isprintable() for line in mail.get_content().splitlines())


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_password_goes_over_a_checked_connection(
    security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mail_server(security, login=True) as server:
        mails = email(server.port, security=security, **SECURED)
        with pytest.raises(NoticeDelayed, match="CERTIFICATE_VERIFY_FAILED"):
            mails.send(notice())
        assert not server.passwords
        trust(server, tmp_path, monkeypatch)
        mails.send(notice())
    assert server.passwords == [(USER.encode(), PASSWORD.encode())]
    assert len(server.mails) == 1


def test_a_wrong_password_is_told_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", "hunter2")
    with mail_server("starttls", login=True) as server:
        trust(server, tmp_path, monkeypatch)
        with pytest.raises(
            NoticeDelayed, match=r"refuses name or password .*\$MAIL_PASSWORD"
        ) as caught:
            email(server.port, security="starttls", **SECURED).send(notice())
        monkeypatch.setenv("MAIL_PASSWORD", "huntér2")
        with pytest.raises(NoticeDelayed, match="ASCII") as beyond:
            email(server.port, security="starttls", **SECURED).send(notice())
    for error in (caught.value, beyond.value):
        assert "hunt" not in "".join(traceback.format_exception(error))


def test_no_password_is_sent_where_starttls_is_not_offered() -> None:
    with mail_server() as server:
        with pytest.raises(NoticeDelayed, match="STARTTLS"):
            email(server.port, security="starttls", **SECURED).send(notice())
    assert not server.passwords
    assert not server.mails


@pytest.mark.parametrize(
    ("answer", "kind"),
    [("451: later", NoticeDelayed), ("554: no", NoticeRefused), ("552: too much", NoticeRefused)],
)
def test_the_code_says_whether_to_try_again(answer: str, kind: type[Exception]) -> None:
    with mail_server() as server:
        server.on_data = answer.replace(":", "")
        with pytest.raises(kind, match=f"answers SMTP {answer}"):
            email(server.port).send(notice())


def test_one_recipient_that_is_refused_keeps_no_other_from_it() -> None:
    with mail_server() as server:
        server.on_recipient = {TO[0]: "550 unknown"}
        email(server.port).send(notice())
        assert server.envelopes[0].rcpt_tos == [TO[1]]
        server.on_recipient = dict.fromkeys(TO, "550 unknown")
        with pytest.raises(NoticeRefused, match="550: unknown"):
            email(server.port).send(notice())
        server.on_recipient = dict.fromkeys(TO, "450 greylisted")
        with pytest.raises(NoticeDelayed, match="450: greylisted"):
            email(server.port).send(notice())
    assert len(server.mails) == 1


def test_nobody_there_and_no_variable_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NoticeDelayed, match="ConnectionRefusedError"):
        email(free_port()).send(notice())
    monkeypatch.delenv("MAIL_PASSWORD")
    with pytest.raises(NoticeDelayed, match="variable MAIL_PASSWORD is not set"):
        email(1, security="tls", **SECURED).check()


def test_a_mail_that_was_taken_is_not_sent_again_for_what_is_said_to_quit() -> None:
    with scripted_mail_server(on_quit=b"421 too busy to say goodbye") as server:
        email(server.port).send(notice())
    assert server.mails == 1


@pytest.mark.parametrize("drips_at", ["greeting", "EHLO", "STARTTLS"])
def test_a_server_that_takes_too_long_is_given_up_and_hung_up_on(
    drips_at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of its lines comes within the time of an answer; they never end."""
    monkeypatch.setattr(module, "_ENDS_S", 0.3)
    monkeypatch.setattr(module, "_CUT_S", 0.1)
    with scripted_mail_server(drips_at=drips_at) as server:
        with pytest.raises(NoticeDelayed, match=rf"{server.port} takes longer than 0.3 s"):
            email(server.port, security="starttls").send(notice())
        assert server.hung_up.wait(30)
    assert server.mails == 0
