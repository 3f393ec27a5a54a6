"""What the record keeps of how its report looks: title, organisation, logo, colours, the digest of its own templates."""

from __future__ import annotations

import base64
import hashlib
import re
import stat
from pathlib import Path
from typing import Literal

from ethicscheck.errors import DataError
from ethicscheck.model.colours import lightened
from ethicscheck.model.config import ColoursConfig, LoadedConfig
from ethicscheck.model.record import Colours, Logo, ReportWords
from ethicscheck.policy.controls import maps_left_out

LARGEST_LOGO = 50_000
PAGE = "report.html.j2"
_RELATIVE = "paths are relative to the config"
# A browser runs nothing in a picture; what would be lost without a script, or fetched, has no place in an archive.
_LIVELY = re.compile(
    rb"<script|<foreignObject|javascript:|<!ENTITY|\son[a-z]+\s*=|(?:href|src)\s*=\s*[\"']\s*(?!#|data:)", re.IGNORECASE
)


def report_words(loaded: LoadedConfig) -> ReportWords | None:
    """Return what the config says of the report's looks; None where it says nothing.

    Raises
    ------
    DataError
        When the logo or the folder of templates can't be used.
    """
    config = loaded.config.report
    words = ReportWords(
        title=config.title,
        organisation=config.organisation,
        logo=_logo(loaded.base / config.logo, config.logo) if config.logo is not None else None,
        colours=_colours(config.colours) if config.colours is not None else None,
        left_out_maps=maps_left_out(config.controls),
        template_sha256=templates_digest(loaded.base / config.template) if config.template is not None else None,
    )
    return words if words != ReportWords() else None


def _colours(config: ColoursConfig) -> Colours:
    return Colours(accent=config.accent, accent_dark=config.accent_dark or lightened(config.accent))


def _logo(path: Path, named: str) -> Logo:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise DataError(f"the logo {named!r} is no file", "report.logo", _RELATIVE)
        with path.open("rb") as stream:
            content = stream.read(LARGEST_LOGO + 1)
    except OSError as error:
        raise DataError(f"the logo {named!r} can't be read: {error.strerror}", "report.logo", _RELATIVE) from None
    if len(content) > LARGEST_LOGO:
        raise DataError(
            f"the logo {named!r} is larger than {LARGEST_LOGO // 1000} KB",
            "report.logo",
            "every report carries it: make it smaller",
        )
    kind = _media_type(content)
    if kind is None:
        raise DataError(f"the logo {named!r} is neither SVG, PNG nor JPEG", "report.logo", "save it as one of these")
    if kind == "image/svg+xml" and (found := _LIVELY.search(content)):
        what = found.group(0).decode("ascii", "replace").strip()
        raise DataError(
            f"the logo {named!r} holds {what!r}: scripts and addresses have no place in an archived page",
            "report.logo",
            "save it as a plain SVG, or as PNG",
        )
    return Logo(media_type=kind, data=base64.b64encode(content).decode("ascii"))


def _media_type(content: bytes) -> Literal["image/svg+xml", "image/png", "image/jpeg"] | None:
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return (
        "image/svg+xml"
        if re.match(rb"(\xef\xbb\xbf)?\s*(<\?xml|<!--|<!DOCTYPE svg|<svg)", content) and b"<svg" in content
        else None
    )


def templates_digest(folder: Path) -> str:
    """Return one digest over all templates of a folder, by name and content.

    Raises
    ------
    DataError
        When there is no `report.html.j2` in it, or a file can't be read.
    """
    whole = hashlib.sha256()
    try:
        files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder.is_dir() else []
        if folder / PAGE not in files:
            raise DataError(
                f"the folder of templates {folder.name!r} holds no {PAGE}", "report.template", "see docs/your-report.md"
            )
        for path in files:
            name = path.relative_to(folder).as_posix()
            whole.update(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n".encode())
    except OSError as error:
        raise DataError(f"the templates can't be read: {error.strerror}", "report.template", _RELATIVE) from None
    return whole.hexdigest()


__all__ = ["report_words", "templates_digest"]
