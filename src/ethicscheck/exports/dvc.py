"""Metrics for DVC (`dvc-metrics.json`): nested numbers, as `dvc metrics show` and `diff` read them."""

from __future__ import annotations

import json
from typing import Any

from ethicscheck.model.record import AuditRecord
from ethicscheck.model.wording import visible


def render(record: AuditRecord) -> bytes:
    """Return findings and values by group; what is undefined is left out, never 0."""
    findings: dict[str, Any] = {}
    for part in record.findings:
        entry: dict[str, Any] = {"verdict": part.verdict}
        if part.observed is not None:
            ends = part.observed.interval
            entry |= {"value": part.observed.value, "low": ends.low, "high": ends.high}
        limit = part.rule.max if part.rule.max is not None else part.rule.min
        findings[part.id] = entry | ({} if limit is None else {"limit": limit})
    groups: dict[str, Any] = {}
    for row in record.estimates:
        if row.value is not None and row.stratum is None:
            axis = groups.setdefault(row.metric, {}).setdefault(
                " × ".join(map(visible, row.features)) or "everyone", {}
            )
            axis[" × ".join(map(visible, row.group.values())) or "value"] = row.value
    value = {
        "verdict": record.verdict,
        "rows": record.data.rows,
        "audited": record.data.audited,
        "findings": findings,
        "groups": groups,
    }
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
