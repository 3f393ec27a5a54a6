"""What every voice in CI says of a finding: its code, how grave it is, its words, its place in the config, whether it is known.

The formats that show findings as lines (JUnit, SARIF, annotations, comments, tables) are drawn from these; wording and
rounding are the report's.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from ethicscheck.model.record import AuditRecord, Finding
from ethicscheck.policy.codes import finding_code
from ethicscheck.policy.gate import ending_waivers, severity_of
from ethicscheck.policy.standing import Place, standing
from ethicscheck.report.findings import finding_views, ranked
from ethicscheck.report.index import RecordIndex, is_share, metric_of

Level = Literal["error", "warning", "note", "none"]
Known = Place


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
        than `policy.gate.DAYS_AHEAD`.
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
    known, ends = standing(record), {part.finding: part.days for part in ending_waivers(record)}
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
                known=known.get(finding.id),
                ends_in=ends.get(finding.id),
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
    severity = severity_of(finding)
    return severity if finding.verdict == "fail" or severity == "note" else "warning"


def left_out(record: AuditRecord) -> str | None:
    """Return a sentence about the findings that `--only` and `--skip` left out; None where all are shown."""
    if record.chosen is None or not record.chosen.left_out:
        return None
    number = record.chosen.left_out
    options = " and ".join(
        name for name, given in (("--only", record.chosen.only), ("--skip", record.chosen.skip)) if given
    )
    return f"{number} {'finding is' if number == 1 else 'findings are'} left out here by {options}; the audit's record has all."
