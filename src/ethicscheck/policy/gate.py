"""The gate: which findings of an audit hold up a build, and with which exit code. No verdict in the record rests on it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from ethicscheck.errors import UsageError, did_you_mean
from ethicscheck.model.config import LoadedConfig
from ethicscheck.model.record import AuditRecord, Chosen, Finding
from ethicscheck.model.verdicts import Severity, overall_verdict

from .codes import CODES, finding_code, measure_code
from .profile_uses import required_by_profiles
from .rules import resolve_rules
from .standing import OPEN, Standing, broken_by, standings

DAYS_AHEAD: Final = 14  # a waiver's end is announced so many days before
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")
Names = tuple[str, str, str]  # a rule's id, a finding's, a code
PASSED, FAILED, UNDECIDED = 0, 1, 3


@dataclass(frozen=True)
class EndingWaiver:
    """A waiver that holds and soon will not.

    Parameters
    ----------
    finding : whose it is.
    days : until its last day; 0 is today.
    """

    finding: str
    owner: str
    expires: str
    days: int

    @property
    def text(self) -> str:
        """What is announced."""
        when = "today" if self.days == 0 else "in 1 day" if self.days == 1 else f"in {self.days} days"
        return f"Waiver of {self.finding} ends {when} ({self.expires})"


@dataclass(frozen=True)
class Gate:
    """What a gate says of an audit.

    Parameters
    ----------
    exit_code : 0, 1 (a finding that counts failed) or 3 (one is undecided).
    counted : ids of the findings that make the exit code, in the record's order.
    new, worsened, known : beside a baseline, the chosen findings that do not pass; empty without one.
    untold : those of which what is published does not tell; they count.
    ending_waivers : of the chosen findings, those within DAYS_AHEAD days.
    left_out : ids that `only` and `skip` left out.
    lighter : ids of findings that do not pass and are less grave than `fail_on`.
    reasons : why a finding is new or worse, by its id.
    broken_by : settings that make the baseline's numbers stand for something else, so that nothing is known.
    """

    exit_code: int
    counted: tuple[str, ...]
    new: tuple[str, ...] = ()
    worsened: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    ending_waivers: tuple[EndingWaiver, ...] = ()
    left_out: tuple[str, ...] = ()
    lighter: tuple[str, ...] = ()
    reasons: tuple[tuple[str, str], ...] = ()
    broken_by: tuple[str, ...] = ()


def make_gate(
    record: AuditRecord,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    fail_on: Severity = "note",
    allow_inconclusive: bool = False,
    exit_zero: bool = False,
) -> Gate:
    """Return what a gate says of an audit; beside a baseline, findings that are known do not count.

    Parameters
    ----------
    only, skip : rule ids, finding ids, codes, or patterns of these (`fpr-*`).
    fail_on : the least severity that counts.
    allow_inconclusive : 0 where nothing failed but something is undecided.
    exit_zero : 0 whatever the verdict.

    Raises
    ------
    UsageError
        When a name matches nothing, nothing is chosen, or there is no such severity.
    """
    if fail_on not in SEVERITIES:
        raise UsageError(f"there is no severity {fail_on!r}", "fail_on", f"choose {', '.join(SEVERITIES)}")
    chosen = choose_findings(record, only, skip)
    beside = standings(record)
    opened = [finding for finding in chosen if finding.verdict in OPEN]
    grave = [finding for finding in opened if _counts(severity_of(finding), fail_on)]
    counted = [finding for finding in grave if beside.get(finding.id, Standing(None)).place != "known"]
    named = {finding.id for finding in opened}
    places = {name: part for name, part in beside.items() if name in named}
    kept = {finding.id for finding in chosen}
    return Gate(
        exit_code=PASSED if exit_zero else _exit_code(record, counted, allow_inconclusive),
        counted=tuple(finding.id for finding in counted),
        new=tuple(name for name, part in places.items() if part.place == "new"),
        untold=tuple(name for name, part in places.items() if part.place is None),
        worsened=tuple(name for name, part in places.items() if part.place == "worse"),
        known=tuple(name for name, part in places.items() if part.place == "known"),
        ending_waivers=tuple(part for part in ending_waivers(record) if part.finding in kept),
        left_out=tuple(finding.id for finding in record.findings if finding.id not in kept),
        lighter=tuple(finding.id for finding in opened if finding not in grave),
        reasons=tuple((name, part.why) for name, part in places.items() if part.why),
        broken_by=broken_by(record.baseline) if record.baseline is not None else (),
    )


def severity_of(finding: Finding) -> Severity:
    """Return how grave a finding's failure is."""
    return finding.rule.severity or "error"


def ending_waivers(record: AuditRecord) -> tuple[EndingWaiver, ...]:
    """Return the waivers that hold and end within DAYS_AHEAD days of the audit, the first to end first."""
    today = datetime.date.fromisoformat(record.provenance.created[:10])
    found = []
    for finding in record.findings:
        waiver = finding.waiver
        if waiver is None or not waiver.applied:
            continue
        days = (datetime.date.fromisoformat(waiver.expires) - today).days
        if days <= DAYS_AHEAD:
            found.append(EndingWaiver(finding.id, waiver.owner, waiver.expires, days))
    return tuple(sorted(found, key=lambda part: part.days))


def choose_findings(record: AuditRecord, only: Sequence[str] = (), skip: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Return the findings that `only` and `skip` choose, in the record's order.

    Raises
    ------
    UsageError
        When a name matches no finding, or nothing is left.
    """
    if not only and not skip:
        return record.findings
    _check_patterns([_names(finding) for finding in record.findings], only, skip)
    chosen = tuple(
        finding for finding in record.findings if (not only or _matches(finding, only)) and not _matches(finding, skip)
    )
    if not chosen:
        raise UsageError(
            f"--only and --skip leave none of {len(record.findings)} findings",
            "",
            "a gate of nothing would always pass",
        )
    return chosen


def check_names(loaded: LoadedConfig, only: Sequence[str], skip: Sequence[str]) -> None:
    """Refuse a name that no finding of a config can have; where it has checklists, the record has to tell.

    Raises
    ------
    UsageError
        When a name matches no rule.
    """
    if loaded.config.checklists or required_by_profiles(loaded.config):
        return
    rules = resolve_rules(loaded.config, loaded.document)
    _check_patterns([(rule.rule_id, rule.id, measure_code(rule.measure.name)) for rule in rules], only, skip)


def chosen_record(record: AuditRecord, only: Sequence[str] = (), skip: Sequence[str] = ()) -> AuditRecord:
    """Return the record as CI is shown it: the chosen findings, and the verdict that follows from them.

    Nothing is judged anew: Holm's adjustment stays that over all rules.
    """
    if not only and not skip:
        return record
    findings = choose_findings(record, only, skip)
    kept = {finding.id for finding in findings}
    warnings = [
        part.model_copy(update={"rules": tuple(name for name in part.rules if name in kept)})
        for part in record.warnings or ()
        if not part.rules or kept & set(part.rules)
    ]
    left = {finding.id for finding in record.findings} - kept
    baseline = record.baseline
    if baseline is not None:
        rest = tuple(change for change in baseline.findings if change.id not in left)
        baseline = baseline.model_copy(update={"findings": rest})
    return record.model_copy(
        update={
            "verdict": overall_verdict(findings),
            "findings": findings,
            "warnings": None if record.warnings is None else tuple(warnings),
            "baseline": baseline,
            "chosen": Chosen(only=tuple(only), skip=tuple(skip), left_out=len(left)),
        }
    )


def _exit_code(record: AuditRecord, counted: Iterable[Finding], allow_inconclusive: bool) -> int:
    verdicts = {finding.verdict for finding in counted}
    if "fail" in verdicts:
        return FAILED
    undecided = bool(verdicts) or not record.findings  # nothing was asked
    return UNDECIDED if undecided and not allow_inconclusive else PASSED


def _check_patterns(known: Sequence[Names], only: Sequence[str], skip: Sequence[str]) -> None:
    for option, patterns in (("--only", only), ("--skip", skip)):
        for pattern in patterns:
            if pattern not in CODES and not any(_match(names, (pattern,)) for names in known):
                what = f"{option}: no finding, rule or code of this audit is {pattern!r}"
                raise UsageError(
                    what, "", did_you_mean(pattern, dict.fromkeys(name for names in known for name in names))
                )


def _counts(severity: Severity, fail_on: Severity) -> bool:
    return SEVERITIES.index(severity) <= SEVERITIES.index(fail_on)


def _matches(finding: Finding, patterns: Sequence[str]) -> bool:
    return _match(_names(finding), patterns)


def _match(names: Names, patterns: Sequence[str]) -> bool:
    return any(name == pattern or fnmatchcase(name, pattern) for pattern in patterns for name in names)


def _names(finding: Finding) -> Names:
    return finding.rule.id, finding.id, finding_code(finding)
