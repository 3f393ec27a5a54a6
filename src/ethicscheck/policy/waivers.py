"""Waivers: findings that do not count against the verdict for a while, each with an owner, a reason and an end.

A waiver changes a verdict, never a number; one that no longer holds, or was never needed, is said aloud.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import ConfigDict, Field, ValidationError

from ethicscheck.errors import ConfigError, Problem, did_you_mean
from ethicscheck.metrics.keeping import keeps
from ethicscheck.metrics.measurement import Measurement
from ethicscheck.model.config import Config, LoadedWaivers, Section, WaiverConfig
from ethicscheck.model.explaining import explain_errors
from ethicscheck.model.record import Finding, WaiverEntry
from ethicscheck.model.strict_yaml import Document, read_yaml_file
from ethicscheck.model.wording import limit, visible

from .judging import observed_exactly
from .profile_uses import required_by_profiles
from .rules import Rule, out_of_range

SCHEMA: Final = "ethicscheck/waivers/1"
CHECKLIST = "checklist:"


class WaiversFile(Section):
    """A file of waivers."""

    model_config = ConfigDict(frozen=True, extra="forbid", title="ethicscheck waivers")

    schema_: Literal["ethicscheck/waivers/1"] = Field(SCHEMA, alias="schema", description="The format of this file.")
    waivers: tuple[WaiverConfig, ...] = Field(description="The list of waivers; may be empty.")


def read_waivers(value: Any, document: Document, base: Path) -> tuple[LoadedWaivers, tuple[Problem, ...]]:
    """Read the waivers file that a config names.

    Parameters
    ----------
    value : the config's plain value, whatever is wrong with it.
    document : the config's lines.
    base : the folder that the path is relative to.

    Returns
    -------
    The file's waivers (none when the config holds the list itself), and the problems with them.
    """
    policy = value.get("policy") if isinstance(value, dict) else None
    name = policy.get("waivers") if isinstance(policy, dict) else None
    if not isinstance(name, str) or not name.strip():
        return LoadedWaivers(), ()
    path = base / name
    if not path.is_file():
        what = f"policy.waivers: there is no waivers file {str(name)!r}"
        return LoadedWaivers(), (document.problem(("policy", "waivers"), what, "its path is relative to the config"),)
    try:
        file, content = read_yaml_file(path, "waivers", "")
    except ConfigError as error:
        return LoadedWaivers(), error.problems
    if file.value is None and not file.problems:
        return LoadedWaivers(), (
            file.problem((), "the waivers file is empty", "write `waivers: []` if there are none"),
        )
    problems = list(file.problems)
    entries: tuple[WaiverConfig, ...] = ()
    try:
        entries = WaiversFile.model_validate(file.value).waivers
    except ValidationError as error:
        problems += explain_errors(error, WaiversFile, file)
    return LoadedWaivers(entries, file, path, hashlib.sha256(content).hexdigest()), tuple(dict.fromkeys(problems))


def check_waivers(read: LoadedWaivers, config: Config, document: Document, rules: Sequence[Rule]) -> LoadedWaivers:
    """Return the waivers of a config that is otherwise sound.

    Raises
    ------
    ConfigError
        For a waiver that matches nothing, covers what another one covers, or tolerates what can't be.
    """
    given = config.policy.waivers
    waivers = read if isinstance(given, str) else LoadedWaivers(given, document)
    problems = [*_matches(waivers, config, rules), *_tolerances(waivers, rules)]
    if problems:
        raise ConfigError(problems)
    return waivers


def apply_waivers(
    findings: Sequence[Finding],
    waivers: LoadedWaivers,
    today: datetime.date,
    rules: Sequence[Rule],
    measurement: Measurement,
) -> tuple[Finding, ...]:
    """Return the findings with the waivers that name them.

    Parameters
    ----------
    findings : every finding, of rules and of checklists.
    waivers : the config's waivers.
    today : the day of the audit, in UTC.
    rules, measurement : what was judged, and on what.

    Raises
    ------
    ConfigError
        For a waiver of a checklist that is not required.
    """
    by_id = {rule.id: rule for rule in rules}
    known = {name for finding in findings for name in (finding.id, finding.rule.id)}
    unmatched = [
        _unmatched(waivers, place, known) for place, waiver in enumerate(waivers.entries) if waiver.rule not in known
    ]
    if unmatched:
        raise ConfigError(unmatched)
    made = []
    for finding in findings:
        waiver = next((part for part in waivers.entries if part.rule in (finding.id, finding.rule.id)), None)
        if waiver is not None:
            finding = _waive(finding, waiver, today, by_id.get(finding.id), measurement)
        made.append(finding)
    return tuple(made)


def _matches(waivers: LoadedWaivers, config: Config, rules: Sequence[Rule]) -> Iterator[Problem]:
    required = bool(config.checklists) or bool(required_by_profiles(config))
    known = {name for rule in rules for name in (rule.rule_id, rule.id)}
    covered: dict[str, int] = {}
    for place, waiver in enumerate(waivers.entries):
        found = [rule.id for rule in rules if waiver.rule in (rule.id, rule.rule_id)]
        if required and waiver.rule.startswith(CHECKLIST):
            found = [waiver.rule]  # which checklists there are is known once they are read
        if not found:
            yield _unmatched(waivers, place, known)
        twin = next((name for name in found if name in covered), None)
        if twin is not None:
            what = f"{twin!r} is covered by waivers[{covered[twin]}] already"
            yield waivers.problem(place, "rule", what, "keep one of them, or name the findings one by one")
        covered |= {name: place for name in found if name not in covered}


def _unmatched(waivers: LoadedWaivers, place: int, known: set[str]) -> Problem:
    name = waivers.entries[place].rule
    hint = did_you_mean(name, known) or "the config has no rule"
    return waivers.problem(place, "rule", f"no rule and no finding has the id {str(name)!r}", hint)


def _tolerances(waivers: LoadedWaivers, rules: Sequence[Rule]) -> Iterator[Problem]:
    for place, waiver in enumerate(waivers.entries):
        if waiver.tolerate is None:
            continue
        rule = next((rule for rule in rules if waiver.rule in (rule.id, rule.rule_id)), None)
        if rule is None:
            if waiver.rule.startswith(CHECKLIST):
                yield waivers.problem(place, "tolerate", "a checklist has no value to tolerate", "leave it out")
            continue
        slip = out_of_range(waiver.tolerate, rule.measure, rule.compare)
        if slip is not None:
            yield waivers.problem(place, "tolerate", *slip)


def _waive(
    finding: Finding, waiver: WaiverConfig, today: datetime.date, rule: Rule | None, measurement: Measurement
) -> Finding:
    was, side = finding.verdict, rule.side if rule is not None else "max"
    lapsed = f"expired {waiver.expires.isoformat()}" if today > waiver.expires else None
    if lapsed is None and waiver.tolerate is not None and was != "pass":
        value = observed_exactly(rule, measurement) if rule is not None else None
        lapsed = _exceeded(value, waiver.tolerate, side)
    note = "not needed: the finding passes" if was == "pass" else None
    applied = lapsed is None and note is None
    entry = WaiverEntry(
        **waiver.model_dump(mode="json"),
        applied=applied,
        was=None if was in ("pass", "waived") else was,
        lapsed=lapsed,
        note=note,
    )
    changes: dict[str, Any] = {"waiver": entry, "message": f"{finding.message} {_sentence(entry, side)}"}
    if applied:
        changes |= {
            "verdict": "waived",
            "remedy": f"Settle this by {entry.expires}, when the waiver ends. {finding.remedy}",
        }
    return finding.model_copy(update=changes)


def _exceeded(value: Fraction | float | None, tolerate: float, side: Literal["max", "min"]) -> str | None:
    if value is None:
        return f"there is no value to hold against the tolerated {limit(tolerate)}"
    if keeps(value, tolerate, side):
        return None
    verb = "exceeds" if side == "max" else "falls short of"
    return f"value {_told_apart(float(value), tolerate)} {verb} the tolerated {limit(tolerate)}"


def _told_apart(value: float, other: float) -> str:
    """Write a value with as few digits (from three) as tell it from another.

    >>> _told_apart(0.36174, 0.3), _told_apart(0.300041, 0.3)
    ('0.362', '0.30004')
    """
    for digits in range(3, 17):
        text = f"{value:.{digits}g}"
        if float(text) != other and (float(text) > other) == (value > other):
            return text.replace("-", "−")
    return repr(value)


def _sentence(waiver: WaiverEntry, side: Literal["max", "min"]) -> str:
    """Return what a waiver does, in a sentence with its owner, reason and end."""
    owner, reason = visible(waiver.owner), visible(waiver.reason).rstrip(".")
    if waiver.note is not None:
        ended = f"has {waiver.lapsed}" if waiver.lapsed else f"runs until {waiver.expires}"
        return f"The waiver of {owner}, which {ended}, is not needed here ({reason})."
    if waiver.lapsed is not None:
        return f"The waiver of {owner} no longer holds: {waiver.lapsed} ({reason})."
    tolerated = ""
    if waiver.tolerate is not None:
        tolerated = f", as long as the value is {'at most' if side == 'max' else 'at least'} {limit(waiver.tolerate)}"
    return f"Waived until {waiver.expires} by {owner}{tolerated}: {reason}."
