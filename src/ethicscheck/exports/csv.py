"""Findings as a table (`findings.csv`): one row each, exact numbers, for spreadsheets and scripts."""

from __future__ import annotations

import csv
import io
from typing import Final

from ethicscheck.model.record import AuditRecord
from ethicscheck.model.wording import visible

from .voices import Line, lines

COLUMNS: Final = (
    "id", "code", "kind", "verdict", "level", "metric", "across", "compare", "side", "limit", "value", "low", "high", "confidence",
    "group", "against", "p_adjusted", "rows_needed", "reason", "waived_until", "known", "file", "line", "message", "remedy",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def render(record: AuditRecord) -> bytes:
    """Return the table in UTF-8, with a header and one row for each finding, the worst first; a cell is empty where there is nothing."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")  # RFC 4180
    writer.writerow(COLUMNS)
    for line in lines(record):
        writer.writerow([_cell(value) for value in _row(line)])
    return written.getvalue().encode("utf-8")


def _row(line: Line) -> tuple[object, ...]:
    finding, rule, seen = line.finding, line.finding.rule, line.finding.observed
    side = None if rule.max is rule.min is None else "max" if rule.max is not None else "min"
    interval = seen.interval if seen is not None else None
    return (
        finding.id, line.code, finding.kind, line.verdict, line.level, rule.metric, " × ".join(rule.across), rule.compare, side,
        rule.max if rule.max is not None else rule.min, seen.value if seen is not None else None,
        interval.low if interval is not None else None, interval.high if interval is not None else None,
        interval.level if interval is not None else None,
        _labels(seen.group) if seen is not None else None, _labels(seen.against) if seen is not None else None,
        finding.p_adjusted, finding.rows_needed.rows_total if finding.rows_needed is not None else None, finding.reason,
        finding.waiver.expires if finding.waiver is not None and finding.waiver.applied else None,
        line.known, line.file, line.line, line.message, line.remedy,
    )  # fmt: skip


def _labels(group: dict[str, str] | None) -> str | None:
    return " × ".join(group.values()) if group else None


def _cell(value: object) -> str:
    """Return a cell: numbers in full, texts visible and never taken for a formula."""
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return repr(value)
    text = visible(str(value))
    return f"'{text}" if text.startswith(_FORMULA) else text
