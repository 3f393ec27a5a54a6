"""Warnings as they are shown beside the findings: what is so here, what helps, and which findings it speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ethicscheck.model.record import AuditRecord, Finding
from ethicscheck.model.wording import visible
from ethicscheck.policy.warnings import KINDS


@dataclass(frozen=True)
class WarningView:
    """One warning; `findings` are (anchor on the page, id)."""

    code: str
    title: str
    message: str
    helps: str
    findings: tuple[tuple[str, str], ...]


def warning_views(record: AuditRecord, findings: Sequence[Finding]) -> tuple[WarningView, ...]:
    """Return the warnings in the record's order; `findings` stand in the order of the page."""
    anchors = {finding.id: f"finding-{place}" for place, finding in enumerate(findings)}
    return tuple(
        WarningView(
            code=visible(entry.code),
            title=visible(entry.title),
            message=visible(entry.message),
            helps=KINDS[entry.code].helps if entry.code in KINDS else "",
            findings=tuple((anchors.get(name, "findings"), visible(name)) for name in entry.rules),
        )
        for entry in record.warnings or ()
    )
