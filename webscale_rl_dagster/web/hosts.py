"""The names that the server goes by. A page that names another may be led here by its DNS."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address

from webscale_rl_dagster.errors import ConfigError

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_NAME = re.compile(r"[0-9a-z._-]+|[0-9a-f:.]+")


@dataclass(frozen=True, slots=True)
class Hosts:
    """Which `Host` headers are answered."""

    names: frozenset[str]
    any: bool = False
    """Reading needs the token, whatever name they used. A proxy may hand on its own, and a name
    that a foreign page has bound to this address comes without our cookie."""

    @classmethod
    def bound_to(cls, host: str, *, guarded: bool) -> Hosts:
        """Of a server bound to that address; `guarded` says that reading needs the token.

        Raises:
            ConfigError: other machines could read without a token.
        """
        if not is_loopback(host) and not guarded:
            raise ConfigError(
                f"{host or 'every address'} can be reached from other machines, so the audit page "
                "needs a token there: name the environment variable that holds one, at least 16 "
                "characters long, with --token-env or `audit: {token_env: NAME}`. Or leave --host "
                "out, and reach the page through `ssh -L 3080:127.0.0.1:3080`"
            )
        return cls(_LOOPBACK | {host.lower()}, any=guarded)

    def serves(self, header: str) -> bool:
        """Whether a `Host` header names this server."""
        name = name_of(header)
        return bool(_NAME.fullmatch(name)) and (self.any or name in self.names)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches that address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def name_of(header: str) -> str:
    """The host without its port; empty if that is no host."""
    if header.startswith("["):
        name, closed, _port = header[1:].partition("]")
        return name.lower() if closed else ""
    name, _, port = header.partition(":")
    return name.lower() if not port or port.isdigit() else ""
