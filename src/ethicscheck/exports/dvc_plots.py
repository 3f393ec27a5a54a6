"""Plots for DVC (`dvc-plots.json`): a list of rows, one for each group's value, as `dvc plots` reads them."""

from __future__ import annotations

import json

from ethicscheck.model.record import AuditRecord
from ethicscheck.model.wording import visible


def render(record: AuditRecord) -> bytes:
    """Return the rows: metric, features, group, value, low, high, rows. What is undefined is left out."""
    rows = [
        {
            "metric": row.metric,
            "features": " × ".join(map(visible, row.features)),
            "group": " × ".join(map(visible, row.group.values())) or "everyone",
            "value": row.value,
            "low": row.interval.low if row.interval is not None else None,
            "high": row.interval.high if row.interval is not None else None,
            "rows": row.rows,
        }
        for row in record.estimates
        if row.value is not None and row.stratum is None
    ]
    return (json.dumps(rows, indent=1, ensure_ascii=False) + "\n").encode("utf-8")
