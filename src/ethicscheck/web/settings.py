"""What `ethicscheck serve` was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """How the app is served.

    Parameters
    ----------
    folder : the folder whose checklists, journals and records are shown.
    team : whether people are invited, each with a link of their own.
    host, port : where the server listens; port 0 is any that is free.
    root_path : the prefix that a reverse proxy puts before every address, such as `/ethics`.
    allowed_hosts : names under which the server is reached beside the loopback ones.
    trusted_proxies : addresses or networks whose forwarded headers are believed.
    max_upload : the largest piece of evidence, in bytes.
    """

    folder: Path
    team: bool = False
    host: str = "127.0.0.1"
    port: int = 0
    root_path: str = ""
    allowed_hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    max_upload: int = 25 * 1024 * 1024


__all__ = ["Settings"]
