"""What every voice in CI says of a finding: its code, how grave it is, its words, its place in the config, whether it is known.

The formats that show findings as lines (JUnit, SARIF, annotations, comments, tables) are drawn from these; wording and
rounding are the report's.
"""

from __future__ import annotations

import datetime
import hashlib
from dataclasses import dataclass
from typing import Final, Literal

from ethicscheck.model.comparison import FindingChange
from ethicscheck.model.record import AuditRecord, Finding
from ethicscheck.policy.codes import finding_code
from ethicscheck.report.findings import finding_views, ranked
from ethicscheck.report.index import RecordIndex, is_share, metric_of

Level = Literal["error", "warning", "note", "none"]
Known = Literal["new", "worse", "known"]
DAYS_AHEAD: Final = 14  # a waiver's end is announced so many days before


@dataclass(frozen=True)
class Line:
    """One finding as CI shows it.

    Parameters
    ----------
    finding : the record's own.
    code : its stable code, as in `ethicscheck explain CODE`.
    level : how grave it is: error, warning, note, or none where it passes.
    heading, rule, message, remedy : the report's words.
    file, line : where its limit was set; the line is None where there is no config file.
    known : beside a baseline, whether it is new, got worse, or was known; None without one, or where it passes.
    is_share, unit : whether its value is a share of people, shown in hundredths, and its unit then.
    ends_in : days until the waiver that holds ends (0: today is the last), None where there is none or it is further off
        than DAYS_AHEAD.
    """

    finding: Finding
    code: str
    level: Level
    verdict: str
    mark: str
    word: str
    heading: str
    rule: str
    message: str
    remedy: str
    why: str
    file: str | None
    line: int | None
    known: Known | None
    ends_in: int | None
    is_share: bool = False
    unit: str = ""

    @property
    def id(self) -> str:
        """The finding's id."""
        return self.finding.id

    @property
    def fingerprint(self) -> str:
        """What stays the same while the same rule is broken for the same people: for tools that follow findings over runs."""
        return hashlib.sha256(f"{self.code}\n{self.finding.id}".encode()).hexdigest()


def lines(record: AuditRecord) -> tuple[Line, ...]:
    """Return every finding as a line, the worst first."""
    changes = {change.id: change for change in (record.baseline.findings if record.baseline is not None else ())}
    made = []
    for view, finding in zip(finding_views(RecordIndex(record)), ranked(record.findings), strict=True):
        made.append(
            Line(
                finding=finding,
                code=finding_code(finding),
                level=_level(finding),
                verdict=finding.verdict,
                mark=view.mark,
                word=view.word,
                heading=view.heading,
                rule=view.rule,
                message=view.message,
                remedy=view.remedy,
                why=view.why,
                file=_file(record),
                line=finding.rule.line,
                known=_known(finding, changes.get(finding.id), record),
                ends_in=_ends_in(finding, record),
                is_share=_is_share(finding),
                unit=_unit(finding),
            )
        )
    return tuple(made)


def _is_share(finding: Finding) -> bool:
    return finding.kind == "metric" and is_share(metric_of(finding)) and finding.rule.compare != "ratio"


def _unit(finding: Finding) -> str:
    if not _is_share(finding):
        return ""
    return " points" if finding.rule.compare == "difference" else " %"


def _file(record: AuditRecord) -> str | None:
    """Return the config's path in its repository, where CI looks for it; else its name."""
    made = record.provenance
    return (made.git.path if made.git is not None else None) or made.config


def _level(finding: Finding) -> Level:
    if finding.verdict == "pass":
        return "none"
    if finding.verdict == "waived":
        return "note"
    return "error" if finding.verdict == "fail" else "warning"


def _known(finding: Finding, change: FindingChange | None, record: AuditRecord) -> Known | None:
    if record.baseline is None or finding.verdict == "pass":
        return None
    if change is None or change.status == "new":
        return "new"
    return "worse" if change.status == "worse" else "known"


def _ends_in(finding: Finding, record: AuditRecord) -> int | None:
    if finding.waiver is None or not finding.waiver.applied:
        return None
    today = datetime.date.fromisoformat(record.provenance.created[:10])
    left = (datetime.date.fromisoformat(finding.waiver.expires) - today).days
    return left if left <= DAYS_AHEAD else None
