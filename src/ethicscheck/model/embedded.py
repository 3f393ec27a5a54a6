"""The record inside a page: inert JSON in a `script` element that no browser runs, and its way back."""

from __future__ import annotations

import hashlib
import json
import re

from ethicscheck.errors import RecordError

from .columns import ENCODING, pack, unpack
from .record import AuditRecord, read_record

SCHEMA = "ethicscheck/embedded-record/1"
ELEMENT = "audit-record"
_FOUND = re.compile(rf'<script type="application/json" id="{ELEMENT}">(.*?)</script>'.encode(), re.DOTALL)
_HINT = "give the audit.json of an audit, or the report.html drawn from it"


def embedded_text(record: AuditRecord) -> str:
    """Return what stands in the page's element; it holds no character that HTML would read as markup."""
    content = record.to_json()
    return json.dumps(
        {
            "schema": SCHEMA,
            "verdict": record.verdict,
            "sha256": hashlib.sha256(content).hexdigest(),
            "encoding": ENCODING,
            "data": pack(json.loads(content)),
        },
        separators=(",", ":"),
    )


def is_page(content: bytes) -> bool:
    """Return whether content is a page rather than a record."""
    return content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"


def read_embedded(content: bytes, name: str) -> AuditRecord:
    """Read the record out of a page.

    Raises
    ------
    RecordError
        When the page holds none, or one that is damaged.
    """
    found = _FOUND.findall(content)
    if len(found) != 1:
        raise RecordError("the page holds no record of an audit", name, _HINT)
    try:
        envelope = json.loads(found[0])
        if envelope["schema"] != SCHEMA or envelope["encoding"] != ENCODING:
            raise RecordError(
                f"its record is written as {envelope['schema']!r}, {envelope['encoding']!r}, which this version can't read",
                name,
                _HINT,
            )
        record = read_record(json.dumps(unpack(envelope["data"])), name)
        whole = hashlib.sha256(record.to_json()).hexdigest() == envelope["sha256"]
    except (ValueError, LookupError, TypeError):
        whole = False
    if not whole:
        raise RecordError("the record inside the page is damaged: its digest does not fit", name, _HINT)
    return record


__all__ = ["ELEMENT", "embedded_text", "is_page", "read_embedded"]
