"""Evidence handed out: a file that a line of the journal names, to be kept, never to be shown within the app."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ethicscheck.checklist.evidence import open_evidence
from ethicscheck.errors import UsageError
from ethicscheck.model.wording import visible
from ethicscheck.web.access import require
from ethicscheck.web.site import Site, in_thread, site_of, visitor_of
from ethicscheck.web.telling import refused_words

from .filling import begun

if TYPE_CHECKING:
    from io import BufferedReader

    from ethicscheck.checklist.evidence import OpenEvidence
    from ethicscheck.web.shelf import Kept

CHUNK = 1 << 16
LONGEST = 150  # characters of a file's name
_DIGITS = re.compile(r"^[0-9a-f]{12}-")


async def download(request: Request) -> Response:
    """Hand out a piece of evidence; one that has changed since it was recorded only once that was said."""
    require(visitor_of(request), "read")
    site = site_of(request)
    kept, path = begun(site, request), request.path_params["path"]
    return await in_thread(lambda: _handed_out(request, site, kept, path))


def _handed_out(request: Request, site: Site, kept: Kept, path: str) -> Response:
    opened = site.shelf.journal(kept).opened()
    if any(part.startswith(".") for part in path.split("/")):  # nobody's evidence, and perhaps the server's own
        raise HTTPException(404, "No answer names such a piece of evidence.")
    try:
        found = open_evidence(path, opened.contents.entries, opened.folder)
    except (UsageError, UnicodeError) as error:
        words = refused_words(error) if isinstance(error, UsageError) else ""
        raise HTTPException(404, words or "No answer names such a piece of evidence.") from None
    if found.changed and request.query_params.get("changed") != found.sha256:
        found.stream.close()
        return site.render(
            request,
            "evidence.html.j2",
            409,
            file=visible(_DIGITS.sub("", found.name)),
            digest=found.sha256,
            address=f"/checklists/{kept.key}/evidence/{quote(path)}?changed={found.sha256}",
            back=f"/checklists/{kept.key}/read",
        )
    headers = _headers(found)
    if request.method == "HEAD":
        found.stream.close()
        return Response(headers=headers)
    return StreamingResponse(_chunks(found.stream, found.size), headers=headers)


def _headers(found: OpenEvidence) -> dict[str, str]:
    return {
        "Content-Type": "application/octet-stream",
        "Content-Length": str(found.size),
        "Content-Disposition": disposition(_DIGITS.sub("", found.name)),
        "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    }


def disposition(name: str) -> str:
    r"""Return the header that has a browser keep a file under a name (RFC 6266): plain letters first, then as it is.

    >>> disposition('a"b\n.pdf')
    'attachment; filename="a_b_.pdf"; filename*=UTF-8\'\'a_b_.pdf'
    """
    safe = "".join(
        "_" if part in '"\\/:*?<>|' or unicodedata.category(part)[0] == "C" else part
        for part in unicodedata.normalize("NFC", name)
    )
    safe = safe.strip(" .") or "evidence"
    if len(safe) > LONGEST:
        start, dot, end = safe.rpartition(".")
        safe = f"{start[: LONGEST - 12]}.{end}" if dot and len(end) < 12 else safe[:LONGEST]
    plain = "".join(part if " " <= part < "\x7f" and part != "%" else "_" for part in safe)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(safe, safe='')}"


def _chunks(stream: BufferedReader, size: int) -> Iterator[bytes]:
    """Yield a file's bytes, as many as were announced and no more."""
    with stream:
        while size and (part := stream.read(min(CHUNK, size))):
            size -= len(part)
            yield part


__all__ = ["disposition", "download"]
