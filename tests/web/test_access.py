"""Tokens, sessions and form tokens by themselves."""

from __future__ import annotations

import pytest

from tests.web.sites import TOKEN
from webscale_rl_dagster.errors import ConfigError
from webscale_rl_dagster.web.access import SESSION_SECONDS, Access
from webscale_rl_dagster.web.hosts import Hosts, is_loopback
from webscale_rl_dagster.web.throttle import MOST_FAILURES, WITHIN_S, Throttle


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def test_a_session_holds_until_it_expires() -> None:
    clock = Clock()
    access = Access(TOKEN, reading_needs_it=True, clock=clock)
    cookie = access.new_session()
    assert access.session(cookie) is not None
    clock.now += SESSION_SECONDS
    assert access.session(cookie) is None


def test_a_cookie_says_nothing_of_the_token() -> None:
    access = Access.closed(TOKEN)
    cookie = access.new_session()
    session = access.session(cookie)
    assert session is not None
    assert TOKEN not in cookie + access.form_token(session) + repr(access)


@pytest.mark.parametrize(
    "cookie", ["", ".", "..", "a.b.c", "a.99999999999.", "é.1.2", "\x00", "a" * 5000, "1.2.3.4"]
)
def test_a_made_up_cookie_is_none(cookie: str) -> None:
    assert Access.closed(TOKEN).session(cookie) is None


def test_a_changed_or_foreign_cookie_is_none() -> None:
    access = Access.closed(TOKEN)
    name, expires, signature = access.new_session().split(".")
    assert access.session(f"{name}.{int(expires) + 1}.{signature}") is None
    assert access.session(f"{name[:-1]}.{expires}.{signature}") is None
    assert access.session(Access.closed(f"{TOKEN}.").new_session()) is None


def test_a_form_token_is_of_one_session_and_no_cookie() -> None:
    access = Access.closed(TOKEN)
    one, other = (access.session(access.new_session()) for _ in range(2))
    assert one is not None
    assert other is not None
    assert access.is_form_token(access.form_token(one), one)
    assert not access.is_form_token(access.form_token(one), other)
    assert not access.is_form_token("", one)
    assert access.form_token(one) not in access.new_session()


def test_a_token_of_its_own_each_time() -> None:
    first, second = Access.open_to_readers(), Access.open_to_readers()
    assert first.token != second.token
    assert len(first.token) >= 32
    assert first.is_token(first.token)
    assert not first.is_token(second.token)
    assert not first.is_token("\ud800")


@pytest.mark.parametrize("token", ["", "short", "x" * 15, "ä" * 20, "with a\nline break in it"])
def test_a_weak_token_is_refused_without_being_named(token: str) -> None:
    with pytest.raises(ConfigError, match="at least 16") as caught:
        Access.closed(token)
    assert not token or token not in str(caught.value)


@pytest.mark.parametrize("token", [f" {TOKEN}", f"{TOKEN} ", f"{TOKEN}\n"])
def test_a_token_that_would_be_sent_without_its_white_space_is_refused(token: str) -> None:
    with pytest.raises(ConfigError, match="white space") as caught:
        Access.closed(token)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "LocalHost"])
def test_loopback_needs_no_token(host: str) -> None:
    assert is_loopback(host)
    assert not Hosts.bound_to(host, guarded=False).any


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "10.0.0.5", "audit.example", "127.0.0.1.x"])
def test_elsewhere_a_token_is_needed(host: str) -> None:
    with pytest.raises(ConfigError, match="--token-env"):
        Hosts.bound_to(host, guarded=False)
    assert Hosts.bound_to(host, guarded=True)


@pytest.mark.parametrize(
    ("header", "served"),
    [
        ("127.0.0.1", True),
        ("127.0.0.1:3080", True),
        ("LOCALHOST:9", True),
        ("[::1]:3080", True),
        ("", False),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("127.0.0.1:3080@evil.example", False),
        ("evil.example:127.0.0.1", False),
        ("[::1", False),
        ("::1", False),
    ],
)
def test_only_our_own_names_are_served(header: str, *, served: bool) -> None:
    assert Hosts.bound_to("127.0.0.1", guarded=False).serves(header) is served


@pytest.mark.parametrize(
    "header", ["evil/style.css?", "evil#", "a b", "evil\\x", "me@evil", "évil", "evil:80/style.css"]
)
def test_a_wildcard_serves_names_only(header: str) -> None:
    assert not Hosts.bound_to("", guarded=True).serves(header)


@pytest.mark.parametrize("host", ["0.0.0.0", "10.0.0.5", "127.0.0.1"])
def test_behind_the_token_any_name_is_served(host: str) -> None:
    assert Hosts.bound_to(host, guarded=True).serves("audit.example:3080")
    assert Hosts.bound_to(host, guarded=True).serves(f"{host}:3080")


def test_guessing_is_slowed_down_for_whoever_guesses() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(MOST_FAILURES):
        assert not throttle.blocks("10.0.0.7")
        throttle.failed("10.0.0.7")
    assert throttle.blocks("10.0.0.7")
    assert not throttle.blocks("10.0.0.8")
    clock.now += WITHIN_S
    assert not throttle.blocks("10.0.0.7")


def test_the_throttle_forgets_the_oldest_of_many_addresses() -> None:
    throttle = Throttle(Clock())
    for _ in range(MOST_FAILURES):
        throttle.failed("10.0.0.7")
    for number in range(1_000):
        throttle.failed(f"10.1.0.{number}")
    assert not throttle.blocks("10.0.0.7")
    assert len(throttle._failures) == 1_000
