"""Under which names the server answers, and whose forwarded headers it believes."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.types import Scope

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
FORWARDED = (b"forwarded", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-prefix")
EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104  # compared with, never bound to


@dataclass(frozen=True)
class Outside:
    """A request as it was sent, before any proxy: scheme, name with port, address of whoever sent it."""

    scheme: str
    host: str
    client: str

    @property
    def origin(self) -> str:
        """What a browser calls the place of our pages."""
        return f"{self.scheme}://{_without_usual_port(self.host.lower(), self.scheme)}"


def seen_from_outside(scope: Scope, trusted: Sequence[str]) -> Outside:
    """Tell how a request was sent; forwarded headers count only when they come from a trusted proxy."""
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    client = (scope.get("client") or ("", 0))[0]
    hosts = [value for name, value in headers if name == b"host"]
    host = hosts[0].decode("latin-1") if len(hosts) == 1 else ""
    scheme = scope.get("scheme", "http")
    if is_among(client, trusted):
        scheme = _last(headers, b"x-forwarded-proto") or scheme
        host = _last(headers, b"x-forwarded-host") or host
        for hop in reversed(_all(headers, b"x-forwarded-for")):
            client = hop
            if not is_among(hop, trusted):
                break
    return Outside("https" if scheme == "https" else "http", host, client)


def answers_to(host: str, listening: str, allowed: Sequence[str]) -> bool:
    """Tell whether the server goes by a name, as the Host header gives it.

    The loopback names and the address it listens on count with any port; an allowed name with the port that it
    was given with, or any where it has none.
    """
    name, port = _cut(host)
    if not name or not port.isascii() or not (port == "" or port.isdigit()):
        return False
    if name in LOOPBACK or (listening not in EVERYWHERE and name in (listening.lower(), f"[{listening.lower()}]")):
        return True
    for entry in allowed:
        wanted, wanted_port = _cut(entry)
        if name == wanted and wanted_port in ("", port):
            return True
    return False


def is_among(address: str, trusted: Sequence[str]) -> bool:
    """Tell whether an address is one of some, or in one of some networks."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address != "" and address in trusted
    for entry in trusted:
        try:
            if found in ipaddress.ip_network(entry, strict=False):
                return True
        except ValueError:
            continue
    return False


def _cut(host: str) -> tuple[str, str]:
    """Cut into the name, small and without a last dot, and the port."""
    host = host.strip().lower()
    if host.startswith("["):
        name, bracket, rest = host.partition("]")
        return name + bracket, rest.removeprefix(":") if rest.startswith(":") or not rest else "?"
    name, _, port = host.partition(":")
    return name.removesuffix("."), port


def _without_usual_port(host: str, scheme: str) -> str:
    return host.removesuffix(":443" if scheme == "https" else ":80")


def _all(headers: Sequence[tuple[bytes, bytes]], wanted: bytes) -> list[str]:
    values = ",".join(value.decode("latin-1") for name, value in headers if name == wanted)
    return [part.strip() for part in values.split(",") if part.strip()]


def _last(headers: Sequence[tuple[bytes, bytes]], wanted: bytes) -> str:
    return (_all(headers, wanted) or [""])[-1]


__all__ = ["FORWARDED", "Outside", "answers_to", "is_among", "seen_from_outside"]
