"""Serves the page from this process until it is interrupted."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from webscale_rl_dagster.errors import ConfigError

if TYPE_CHECKING:
    from webscale_rl_dagster.web.site import Site

_MOST_HEAD = 16 * 1024
"""Bytes of a request's first line and headers."""
_GRACE_S = 1
"""That an interrupted server leaves to answers under way."""


def listen(host: str, port: int) -> socket.socket:
    """A socket at the address; port 0 takes any free one.

    Raises:
        ConfigError: it cannot be had.
    """
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError, UnicodeError) as error:
        raise ConfigError(
            f"cannot listen at port {port} of {host}: {error}; choose another with --port or --host"
        ) from None


def serve(site: Site, place: socket.socket, *, index_every_s: float) -> None:
    """Until SIGINT or SIGTERM, which is raised as KeyboardInterrupt once the server has ended."""
    import uvicorn

    from webscale_rl_dagster.web.app import create_app

    config = uvicorn.Config(
        create_app(site),
        http="h11",
        ws="none",
        lifespan="off",
        h11_max_incomplete_event_size=_MOST_HEAD,
        # An access log would hold the query, and with it the token of the sign-in link.
        access_log=False,
        log_config=None,
        log_level="critical",  # our own handlers log what breaks
        server_header=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    site.indexing.keep_up_to_date(index_every_s)
    uvicorn.Server(config).run(sockets=[place])


def address_of(host: str, port: int) -> str:
    """For a browser on this machine."""
    name = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    return f"http://{f'[{name}]' if ':' in name and '[' not in name else name}:{port}"
