"""The record itself, in canonical JSON (RFC 8785)."""

from __future__ import annotations

from ethicscheck.model.record import AuditRecord


def render(record: AuditRecord) -> bytes:
    """Return the record's canonical bytes."""
    return record.to_json()
