"""What `notifications` may say, and what it never quotes."""

from __future__ import annotations

from pathlib import Path

import pytest

from webscale_rl_dagster.config import load_config
from webscale_rl_dagster.errors import ConfigError

EMAIL = "email: {host: smtp.example.org, from: a@example.org, to: [b@example.org]"


def config(folder: Path, *lines: str) -> Path:
    path = folder / "pipeline.yaml"
    path.write_text("\n".join(["notifications:", *(f"  {line}" for line in lines)]))
    return path


def test_a_bare_on_is_a_key(tmp_path: Path) -> None:
    """YAML 1.1 reads it as true."""
    for key in ("on", '"on"'):
        found = load_config(config(tmp_path, f"{key}: [gate_shut]", "webhook_env: HOOK"))
        assert found.notifications is not None
        assert found.notifications.on == {"gate_shut"}


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_follows_from_the_security(tmp_path: Path, security: str, port: int) -> None:
    found = load_config(config(tmp_path, f"{EMAIL}, security: {security}}}"))
    assert found.notifications is not None
    assert found.notifications.email is not None
    assert found.notifications.email.port_in_force == port


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["on: [gate_shut]"], "nobody is told: give webhook_env, email or both"),
        (["webhook_env: https://chat.example.org/SECRET"], "must be the name of an environment"),
        ([f"{EMAIL}, password_env: hunter2 SECRET, username_env: U}}"], "must be the name of an"),
        ([f"{EMAIL}, username_env: U}}"], "username_env and password_env go together"),
        (
            [f"{EMAIL}, security: none, username_env: U, password_env: P}}"],
            "never sent in the clear",
        ),
        (['email: {host: h, from: "a@b.c\\nBcc: d@e.f", to: [a@b.c]}'], "is no mail address"),
        (['email: {host: h, from: "A <a@b.c>", to: [a@b.c]}'], "is no mail address"),
        (["email: {host: h, form: a@b.c, to: [a@b.c]}"], "unknown key; did you mean from?"),
        (["webhook: HOOK"], "unknown key; did you mean webhook_env?"),
        (["on: [gate_shot]", "webhook_env: HOOK"], "notifications.on"),
    ],
)
def test_mistakes_are_named_and_secrets_are_not_quoted(
    tmp_path: Path, lines: list[str], said: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(config(tmp_path, *lines))
    assert said in str(caught.value)
    assert "SECRET" not in str(caught.value)
