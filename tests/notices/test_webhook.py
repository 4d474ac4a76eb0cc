"""A real HTTP server, taking and failing."""

from __future__ import annotations

import json
import logging
import socket
import threading
import traceback
from collections.abc import Iterator

import pytest

from tests.notices.examples import hostile, notice
from tests.servers.openai_server import free_port
from tests.servers.webhook import OK, PATH, Answer, Hook, webhook
from webscale_rl_dagster.errors import NoticeDelayed, NoticeRefused
from webscale_rl_dagster.notices import webhook as module
from webscale_rl_dagster.notices.webhook import Webhook


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    monkeypatch.setattr(module, "_PAUSES_S", (0.01, 0.02))
    with webhook() as server:
        monkeypatch.setenv("HOOK", server.url)
        yield server


def test_it_posts_text_for_a_chat_and_fields_for_a_program(hook: Hook) -> None:
    Webhook("HOOK").send(notice())
    [body] = hook.taken
    assert body == {
        "text": "Gate shut: checked_qa of wiki/0123456789/00000\n"
        "failed: acceptance_rate (0.01)\n"
        "Mend it – soon.\n"
        "run: http://127.0.0.1:3000/runs/r1?a=b&c=d_e",
        "notice": json.loads(json.dumps(notice().as_json())),
    }


def test_hostile_text_is_text(hook: Hook) -> None:
    Webhook("HOOK").send(hostile())
    [body] = hook.taken
    lines = body["text"].split("\n")
    assert len(lines) == 1 + 41 + 1
    assert not set("<>@*`[]|") & set("".join(lines[:-1]))
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize(
    "fault",
    [Answer(500), Answer(503, {"Retry-After": "0"}), Answer(429), Answer(408), Answer(0)],
    ids=["500", "503", "429", "408", "reset"],
)
def test_what_may_pass_is_tried_again(hook: Hook, fault: Answer) -> None:
    hook.answers.extend([fault, fault])
    Webhook("HOOK").send(notice())
    assert len(hook.asked) == 3
    assert len(hook.taken) == 1


def test_after_three_attempts_it_gives_up(hook: Hook) -> None:
    hook.usual = Answer(500, body=f"no luck at {PATH} {hook.url}")
    with pytest.raises(NoticeDelayed, match=r"\$HOOK answers HTTP 500: no luck at /… …$") as caught:
        Webhook("HOOK").send(notice())
    assert len(hook.asked) == 3
    assert "SECRET" not in str(caught.value)


def test_a_long_retry_after_is_handed_up_at_once(hook: Hook) -> None:
    hook.usual = Answer(429, {"Retry-After": "300"})
    with pytest.raises(NoticeDelayed) as caught:
        Webhook("HOOK").send(notice())
    assert caught.value.retry_after == 300
    assert len(hook.asked) == 1


@pytest.mark.parametrize("status", [400, 413, 415, 422])
def test_what_is_refused_for_good_is_not_tried_again(hook: Hook, status: int) -> None:
    hook.usual = Answer(status, body="channel_is_archived")
    with pytest.raises(NoticeRefused, match=f"HTTP {status}: channel_is_archived"):
        Webhook("HOOK").send(notice())
    assert len(hook.asked) == 1


@pytest.mark.parametrize("status", [401, 403, 404, 405, 410])
def test_an_address_that_is_revoked_refuses_no_notice(hook: Hook, status: int) -> None:
    hook.usual = Answer(status, body="channel_is_archived")
    with pytest.raises(
        NoticeDelayed, match=rf"\$HOOK answers HTTP {status}: channel_is_archived; it takes nothing"
    ):
        Webhook("HOOK").send(notice())
    assert len(hook.asked) == 1


def test_a_name_that_is_looked_up_for_ever_is_given_up(
    hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_up = threading.Event()

    def never(*arguments: object, **named: object) -> None:
        looked_up.wait(60)
        raise socket.gaierror(socket.EAI_AGAIN, "nobody answers")

    monkeypatch.setattr(socket, "getaddrinfo", never)
    monkeypatch.setattr(module, "_ENDS_S", 0.2)
    monkeypatch.setenv("HOOK", "http://hooks.example.org/SECRET")
    with pytest.raises(NoticeDelayed, match=r"the webhook in \$HOOK takes longer than 0.2 s"):
        Webhook("HOOK").send(notice())
    looked_up.set()


def test_a_redirect_is_not_followed(hook: Hook) -> None:
    hook.usual = Answer(307, {"Location": hook.url})
    with pytest.raises(NoticeDelayed, match="put the address that it redirects to"):
        Webhook("HOOK").send(notice())
    assert len(hook.taken) == 0


def test_an_answer_that_never_ends_is_given_up(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ATTEMPT_S", 0.3)
    hook.answers.append(Answer(500, drip_s=0.02))
    Webhook("HOOK").send(notice())
    assert len(hook.asked) == 2


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (None, "variable HOOK is not set"),
        ("ftp://example.org/SECRET", "holds no http or https address"),
        ("hooks.example.org/SECRET", "holds no http or https address"),
        ("http://127.0.0.1:{closed}/SECRET", "is not reached: ClientConnectorError"),
        ("http://no host/SECRET", "is not reached"),
        ("http://127.0.0.1:99999/SECRET", "is not reached"),
        ("http://[::1/SECRET", "holds no http or https address"),
    ],
)
def test_no_error_and_no_log_quotes_the_address(
    hook: Hook,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    address: str | None,
    said: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    if address is None:
        monkeypatch.delenv("HOOK")
    else:
        monkeypatch.setenv("HOOK", address.format(closed=free_port()))
    with pytest.raises(NoticeDelayed, match=said) as caught:
        Webhook("HOOK").send(notice())
    told = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert "SECRET" not in told


def test_a_delivery_logs_no_address(hook: Hook, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    hook.answers.extend([Answer(500), OK])
    Webhook("HOOK").send(notice())
    assert "SECRET" not in caplog.text
    assert "SECRET" not in json.dumps(hook.taken)
