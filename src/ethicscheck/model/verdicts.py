"""How the verdict follows from the findings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from .record import Finding, Verdict

Severity = Literal["error", "warning", "note"]  # of a rule; no verdict rests on it


def overall_verdict(findings: Iterable[Finding]) -> Verdict:
    """Return fail > inconclusive = not evaluable > pass = waived; inconclusive when nothing was asked."""
    verdicts = {finding.verdict for finding in findings}
    if "fail" in verdicts:
        return "fail"
    if not verdicts or verdicts & {"inconclusive", "not_evaluable"}:
        return "inconclusive"
    return "pass"
