"""The headers that every answer carries, refusals and files too."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

# `same-origin` and not `no-referrer`: with the latter browsers send `Origin: null` with a page's own forms.
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def secure(headers: MutableHeaders, is_static: bool) -> None:
    """Put the headers on an answer; only its own content policy, and how long a static file may be kept, stay."""
    for name, value in ALWAYS.items():
        headers[name] = value
    if "Content-Security-Policy" not in headers:
        headers["Content-Security-Policy"] = POLICY
    elif "sandbox" in headers["Content-Security-Policy"]:
        # By HTML's rules a page may not ask for a sandbox and for a window group of its own.
        headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    if not is_static:
        headers["Cache-Control"] = "no-store"
    elif "Cache-Control" not in headers:
        headers["Cache-Control"] = "private, max-age=3600"


__all__ = ["POLICY", "secure"]
