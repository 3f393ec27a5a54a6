"""The report as PDF/A-3: the same page on paper, with the record it was drawn from inside it.

WeasyPrint lays it out (extra `pdf`). It is tagged and bookmarked, carries `audit.json` as an attachment, fetches nothing from
anywhere, and of the same record has the same bytes on the same machine: fonts are the machine's own.
"""

from __future__ import annotations

import contextlib
import datetime
import logging
import warnings
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

from ethicscheck.errors import UsageError
from ethicscheck.model.record import AuditRecord

from . import missing_extra

NAME = "pdf"
VARIANT = "pdf/a-3a"
ATTACHED = "audit.json"


def render(record: AuditRecord) -> bytes:
    """Return the report as a PDF.

    Raises
    ------
    UsageError
        When WeasyPrint, or the system library that it draws with, is not installed.
    """
    weasyprint = _weasyprint()
    content = record.to_json()
    created = record.provenance.created
    with _quiet():
        document = lay_out(record)
        document.metadata.created = document.metadata.modified = created
        document.metadata.attachments = [_attachment(weasyprint, content, created)]
        written: bytes = document.write_pdf(pdf_variant=VARIANT)
    return written


def lay_out(record: AuditRecord) -> Any:
    """Return the report laid out on pages, as WeasyPrint has it.

    Raises
    ------
    UsageError
        As for `render`.
    """
    weasyprint = _weasyprint()
    from ethicscheck.report import render as render_page

    from .pdf_drawings import prepare

    css = (files("ethicscheck.report") / "templates" / "pdf.css").read_text(encoding="utf-8")
    with _quiet():
        page = weasyprint.HTML(string=render_page(record).decode("utf-8"), url_fetcher=_fetcher(weasyprint))
        prepare(page.etree_element, css)
        return page.render(pdf_variant=VARIANT)


def _weasyprint() -> Any:
    """Return the library, or say what is missing: the package, or the system library under it."""
    try:
        with _quiet():
            import weasyprint
    except ImportError:
        raise missing_extra(NAME) from None
    except OSError as error:
        raise UsageError(
            f"the format {NAME} needs the system library Pango, which can't be loaded ({str(error).splitlines()[0]})",
            "",
            "install it; on Debian and Ubuntu: apt-get install libpango-1.0-0 libpangoft2-1.0-0",
        ) from None
    return weasyprint


def _attachment(weasyprint: Any, content: bytes, created: str) -> Any:
    moment = datetime.datetime.fromisoformat(created)
    return weasyprint.Attachment(
        string=content.decode("utf-8"),
        name=ATTACHED,
        description="The audit record that this report is drawn from",
        created=moment,
        modified=moment,
        relationship="Source",
        url_fetcher=_fetcher(weasyprint),
    )


def _fetcher(weasyprint: Any) -> Any:
    """Return what WeasyPrint asks for files and addresses; it gives none, and leaves out what asks for them."""

    class Refusing(weasyprint.urls.URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            if url.lower().startswith("data:"):  # it stands in the page itself, as a logo does
                return super().fetch(url, headers)
            raise weasyprint.urls.URLFetchingError(f"a report fetches nothing, and this one asks for {url[:100]}")

    return Refusing()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep WeasyPrint's remarks on style rules it does not know, and on a file it leaves open, away from the terminal."""
    loggers = [logging.getLogger(name) for name in ("weasyprint", "fontTools")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
