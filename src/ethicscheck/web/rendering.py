"""The templates, sandboxed and autoescaping, and the few files that pages load: one style, one script, htmx."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

STATIC = "static"
# What a page may load, by the name templates use; the style is the report's own with the app's after it.
PARTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "style.css": (
        ("ethicscheck.report", "templates/style.css"),
        ("ethicscheck.web", "static/app.css"),
        ("ethicscheck.web", "static/filling.css"),
    ),
    # One module of several files: they know each other's names, and the page's other scripts know none of them.
    "app.js": tuple(
        ("ethicscheck.web", f"static/{part}.js")
        for part in (
            "page",
            "fields",
            "drafts",
            "merging",
            "outbox",
            "saving",
            "tables",
            "files",
            "keys",
            "live",
            "app",
        )
    ),
    "run.js": (("ethicscheck.web", "static/run.js"),),
    "htmx.js": (("ethicscheck.web", "static/htmx.min.js"),),
}
MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}


@cache
def environment() -> SandboxedEnvironment:
    """Return the environment of the app's templates, which may use the report's."""
    from jinja2 import ChoiceLoader, PackageLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    from ethicscheck.model.wording import lower_first, visible

    made = SandboxedEnvironment(
        loader=ChoiceLoader([PackageLoader("ethicscheck.web"), PackageLoader("ethicscheck.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["lower_first"] = lower_first
    made.filters["visible"] = visible
    return made


@cache
def assets() -> Mapping[str, str]:
    """Return the name under which each file is served: with digits of its content, so that browsers may keep it."""
    return {name: _digested(name, content(name)) for name in PARTS}


@cache
def content(name: str) -> bytes:
    """Return a file that pages load."""
    return b"\n".join(resources.files(package).joinpath(path).read_bytes() for package, path in PARTS[name])


def served(name: str) -> tuple[bytes, str] | None:
    """Return content and media type of what is served under a name, None where nothing is."""
    for own, digested in assets().items():
        if digested == name:
            return content(own), MEDIA_TYPES[PurePosixPath(own).suffix]
    return None


def _digested(name: str, found: bytes) -> str:
    path = PurePosixPath(name)
    return f"{path.stem}-{hashlib.sha256(found).hexdigest()[:12]}{path.suffix}"


__all__ = ["assets", "content", "environment", "served"]
