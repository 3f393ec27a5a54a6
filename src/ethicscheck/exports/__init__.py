"""Documents drawn from a record: one file per format, all written whole or not at all.

To add a format: one module here with `render(record) -> bytes`, and one line in FORMATS.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ethicscheck.errors import UsageError, did_you_mean
from ethicscheck.model.record import AuditRecord
from ethicscheck.policy.publishing import publishable

from .writing import write_all


class Format(NamedTuple):
    """A document: its file name, and the module whose `render` makes it."""

    file_name: str
    module: str


FORMATS: dict[str, Format] = {
    "html": Format("report.html", "ethicscheck.report"),
    "json": Format("audit.json", "ethicscheck.exports.json"),
}


SEALED = "json"  # the record itself; every other document is drawn from what may be published


def render_document(record: AuditRecord, name: str) -> bytes:
    """Return one document's bytes.

    Raises
    ------
    UsageError
        When there is no such format.
    """
    if name not in FORMATS:
        raise UsageError(f"there is no format {name!r}", "", did_you_mean(name, FORMATS))
    published = record if name == SEALED else publishable(record)
    rendered: bytes = importlib.import_module(FORMATS[name].module).render(published)
    return rendered


def write_documents(record: AuditRecord, folder: Path, formats: Sequence[str]) -> tuple[Path, ...]:
    """Render every document first, then write them all.

    Raises
    ------
    UsageError
        When a format is unknown or the folder can't be written; anything older is left whole.
    """
    chosen = tuple(dict.fromkeys(formats))
    contents = {folder / FORMATS[name].file_name: render_document(record, name) for name in chosen if name in FORMATS}
    for name in chosen:
        if name not in FORMATS:
            render_document(record, name)
    return write_all(contents)
