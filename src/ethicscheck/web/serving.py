"""Runs the app: takes the port, answers, says where; ends cleanly on Ctrl-C."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from dataclasses import replace

import uvicorn

from ethicscheck.errors import UsageError

from .access.connections import connection_options
from .app import create_app
from .settings import Settings
from .site import Site

BACKLOG = 256
LAST_WORDS = 5  # seconds for which answers under way may still be given


def serve(settings: Settings, ready: Callable[[str, Site], None]) -> None:
    """Serve a folder until Ctrl-C.

    Parameters
    ----------
    ready : called once with the one-time address, when the server answers.

    Raises
    ------
    UsageError
        When it can't listen there.
    """
    listening = _listening(settings)
    host, port = listening.getsockname()[:2]
    settings = replace(settings, port=port)
    app = create_app(settings)
    site: Site = app.state.site

    class Server(uvicorn.Server):
        """Says when it answers, and ends its audits first."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                ready(f"http://{_shown(host)}:{port}{site.url('/')}?token={site.store.new_token()}", site)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            site.watch.close()
            await site.runs.close()  # whoever watches an audit reads how it ended, and lets go
            await super().shutdown(sockets=sockets)

    config = uvicorn.Config(
        app,
        log_level="warning",
        timeout_graceful_shutdown=LAST_WORDS,
        backlog=BACKLOG,
        lifespan="on",
        **connection_options(),
    )
    with listening:
        Server(config).run(sockets=[listening])


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        listening.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listening.close()
        what = f"can't listen: {getattr(error, 'strerror', None) or error}"
        hint = "another program may have the port: choose another with --port, or leave it out"
        raise UsageError(what, f"{settings.host}:{settings.port}", hint) from None
    return listening


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host


__all__ = ["is_loopback", "serve"]
