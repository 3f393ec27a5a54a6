"""What each reader looks for in the first ten seconds: the worst finding, what is open, who signed, how to do it again."""

from __future__ import annotations

from dataclasses import dataclass

from ethicscheck.model.record import AuditRecord, Finding, Interval
from ethicscheck.model.wording import visible
from ethicscheck.policy.gate import ending_waivers

from .charts import write, write_interval_of
from .checklists import OPEN_STATES, ChecklistView
from .findings import FindingView
from .index import is_share, metric_of


@dataclass(frozen=True)
class GlanceLine:
    """One line: what it is about, the text, where more stands; `code` is a command."""

    label: str
    text: str
    anchor: str
    code: str = ""


def glance(
    record: AuditRecord, findings: tuple[FindingView, ...], checklists: tuple[ChecklistView, ...]
) -> tuple[GlanceLine, ...]:
    """Return the lines."""
    lines = [*_worst(record, findings), *_open(record, checklists), *_signed(record)]
    command = f"ethicscheck audit {record.provenance.config}" if record.provenance.config else ""
    lines.append(GlanceLine("Do it again, check it", "" if command else "how to", "verify", command))
    return tuple(lines)


def _worst(record: AuditRecord, findings: tuple[FindingView, ...]) -> list[GlanceLine]:
    by_id = {visible(finding.id): finding for finding in record.findings}
    for shown in findings:
        found = by_id[shown.id]
        if found.kind == "metric" and found.observed is not None:
            word = "Worst finding" if found.verdict == "fail" else "Nearest to its limit"
            return [GlanceLine(word, f"{shown.heading}: {_observed(found)}; asked: {shown.rule}", shown.anchor)]
    return []


def _observed(finding: Finding) -> str:
    """Write what was seen: "gap 39.7 points (27.6–56.8)"."""
    assert finding.observed is not None
    metric, compare, seen = metric_of(finding), finding.rule.compare, finding.observed
    if compare == "ratio":
        return f"ratio {seen.value:.2f}{_ends(seen.interval, 1, 2)}"
    if compare == "difference" and is_share(metric):
        return f"gap {seen.value * 100:.1f} points{_ends(seen.interval, 100, 1)}"
    ends = write_interval_of(metric, seen.interval)
    return f"{'gap ' if compare == 'difference' else ''}{write(metric, seen.value)}{f' ({ends})' if ends else ''}"


def _ends(interval: Interval | None, times: int, digits: int) -> str:
    if interval is None or interval.high is None:
        return ""
    return f" ({interval.low * times:.{digits}f}–{interval.high * times:.{digits}f})"


def _open(record: AuditRecord, checklists: tuple[ChecklistView, ...]) -> list[GlanceLine]:
    parts = []
    if checklists:
        states: list[str] = [
            item.state for entry in record.checklists for section in entry.sections for item in section.items
        ]
        still = sum(states.count(state) for state in OPEN_STATES)
        against = states.count("contradicted")
        parts.append(
            f"{still} of {len(states) - states.count('hidden')} questions{f', {against} contradicted by what was measured' if against else ''}"
            if still
            else "no question"
        )
    ends = sorted(finding.waiver.expires for finding in record.findings if finding.waiver is not None)
    if ends:
        parts.append(
            f"{len(ends)} {'waiver' if len(ends) == 1 else 'waivers'}, the first ends on {ends[0]}{_soon(record, ends[0])}"
        )
    return [GlanceLine("Open", "; ".join(parts), "questions" if checklists else "waivers")] if parts else []


def _soon(record: AuditRecord, end: str) -> str:
    """Return in how many days that end is, where a waiver that holds ends then and it is soon."""
    days = next((part.days for part in ending_waivers(record) if part.expires == end), None)
    if days is None:
        return ""
    return ", today" if days == 0 else f", in {days} {'day' if days == 1 else 'days'}"


def _signed(record: AuditRecord) -> list[GlanceLine]:
    if not record.checklists:
        return []
    signed = [sign for entry in record.checklists for sign in entry.signatures]
    holds = [f"{visible(sign.by)} ({sign.at[:10]})" for sign in signed if sign.lapsed is None]
    lapsed = len(signed) - len(holds)
    text = ", ".join(holds) or "nobody yet"
    if lapsed:
        text += f"; {lapsed} {'signature has' if lapsed == 1 else 'signatures have'} lapsed"
    return [GlanceLine("Signed by", text, "sign-off")]
