"""`ethicscheck serve`: the reviewers' web app."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ethicscheck.web.site import Site

NEEDED = ("starlette", "uvicorn", "python_multipart", "itsdangerous", "httptools")
MEGABYTE = 1024 * 1024
STOPPED = 130


@click.command("serve")
@click.argument("folder", metavar="[DIR]", required=False, default=".", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="The port; default: any that is free.")
@click.option("--no-browser", is_flag=True, help="Open no browser; the printed link is for you to open.")
@click.option("--team", is_flag=True, help="Invite people, each with a link of their own; see the page People.")
@click.option(
    "--host", default="127.0.0.1", metavar="ADDRESS", help="Where to listen; beyond this machine only with --team."
)
@click.option(
    "--root-path", default="", metavar="PATH", help="The path a reverse proxy serves it under, such as /ethics."
)
@click.option(
    "--allowed-host", "allowed_hosts", multiple=True, metavar="NAME", help="A name it is reached by; may be repeated."
)
@click.option(
    "--trusted-proxy",
    "trusted_proxies",
    multiple=True,
    metavar="ADDRESS",
    help="A proxy whose forwarded headers are believed, as address or network; may be repeated.",
)
@click.option(
    "--max-upload",
    type=click.IntRange(1, 1024),
    default=25,
    show_default=True,
    metavar="MB",
    help="The largest piece of evidence, in megabytes.",
)
def serve_command(
    folder: Path,
    port: int,
    no_browser: bool,
    team: bool,
    host: str,
    root_path: str,
    allowed_hosts: tuple[str, ...],
    trusted_proxies: tuple[str, ...],
    max_upload: int,
) -> int:
    """Open the reviewers' web app over the files of DIR: checklists, answers, audits.

    The printed link works once and lets you in. Only this machine reaches the server, unless you say otherwise.
    """
    from ethicscheck.errors import UsageError

    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        hint = 'install it with: pip install "ethicscheck[web]"'
        raise UsageError("the web app's packages are not installed", "", hint)
    if not folder.is_dir():
        raise UsageError("there is no such folder", str(folder), "name the folder that holds ethicscheck.yaml")
    from ethicscheck.web.serving import is_loopback, serve
    from ethicscheck.web.settings import Settings

    if not team and not is_loopback(host):
        hint = "add --team, so that everybody comes in with an invite of their own"
        raise UsageError("without --team only this machine may reach the server", f"--host {host}", hint)
    if root_path and not root_path.startswith("/"):
        raise UsageError(f"{root_path!r} is no path", "--root-path", "it begins with /, such as /ethics")

    def ready(address: str, site: Site) -> None:
        from ethicscheck.model.wording import visible

        from .streams import tell

        click.echo(visible(f"Serving {folder} at {address}"))
        for note in site.store.notes:
            tell(f"note: {note}")
        if not no_browser:
            import webbrowser

            webbrowser.open(address)

    settings = Settings(
        folder=folder,
        team=team,
        host=host,
        port=port,
        root_path=root_path.rstrip("/"),
        allowed_hosts=allowed_hosts,
        trusted_proxies=trusted_proxies,
        max_upload=max_upload * MEGABYTE,
    )
    try:
        serve(settings, ready)
    except KeyboardInterrupt:
        from .streams import tell

        tell("stopped; what was saved is in its journal")
        return STOPPED
    return 0


__all__ = ["serve_command"]
