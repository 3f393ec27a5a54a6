"""What one audit says of itself and the other says otherwise, and whether their numbers compare at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from ethicscheck.model.comparison import SettingChange
from ethicscheck.model.record import AuditRecord, Finding
from ethicscheck.model.wording import limit

Effect = Literal["breaks", "caution"]

# Where these differ, the same name stands for another number.
_BREAKS = ("task", "positive_label", "positive_prediction", "favourable")
# Where these differ, numbers may differ for this reason alone.
_CAUTION = frozenset(
    {"label", "count", "weight", "cluster", "pair", "tolerance", "unknown", "confidence", "min_group"}
)  # fmt: skip
_SAID_ELSEWHERE = frozenset({"metrics", "profiles", "negative_prediction", *_BREAKS})
_SUBJECT = ("version", "artifact_sha256", "purpose", "owner", "decision", "affected", "contest")


def setting_changes(old: AuditRecord, new: AuditRecord) -> tuple[SettingChange, ...]:
    """Return what differs, that which breaks the comparison first."""
    order: dict[Effect | None, int] = {"breaks": 0, "caution": 1, None: 2}
    return tuple(sorted(_changes(old, new), key=lambda part: order[part.effect]))


def _changes(old: AuditRecord, new: AuditRecord) -> Iterator[SettingChange]:
    for name in _BREAKS:
        before, now = getattr(old.plan, name), getattr(new.plan, name)
        if name in ("task", "favourable") or (before is not None and now is not None):
            yield from _change(f"plan.{name}", before, now, "breaks")
    yield from _change("subject.name", old.subject.name, new.subject.name, "caution")
    if new.provenance.created < old.provenance.created:
        yield from _change("provenance.created", old.provenance.created, new.provenance.created, "caution")
    yield from _change("provenance.version", old.provenance.version, new.provenance.version, "caution")
    for name in type(new.plan).model_fields:
        if name not in _SAID_ELSEWHERE:
            effect: Effect | None = "caution" if name in _CAUTION else None
            yield from _change(f"plan.{name}", getattr(old.plan, name), getattr(new.plan, name), effect)
    yield from _measures(old, new)
    yield from _profiles(old, new)
    yield from _rules(old, new)
    for name in _SUBJECT:
        yield from _change(f"subject.{name}", getattr(old.subject, name), getattr(new.subject, name))
    yield from _change("provenance.seed", old.provenance.seed, new.provenance.seed)


def _change(name: str, old: Any, new: Any, effect: Effect | None = None) -> Iterator[SettingChange]:
    if old != new:
        yield SettingChange(name=name, old=_text(old), new=_text(new), effect=effect)


def _text(value: Any) -> str | None:
    if value is None or value == ():
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return limit(value)
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _measures(old: AuditRecord, new: AuditRecord) -> Iterator[SettingChange]:
    before, now = set(old.plan.metrics), set(new.plan.metrics)
    for name in old.plan.metrics:
        if name not in now:
            yield SettingChange(name=f"measure {name}", old="measured")
    for name in new.plan.metrics:
        if name not in before:
            yield SettingChange(name=f"measure {name}", new="measured")
    functions = {part.name: part for part in old.custom or ()}
    for part in new.custom or ():
        if part.name in functions and not same_function(functions[part.name], part):
            was = functions[part.name]
            yield SettingChange(
                name=f"measure {part.name}", old=_function(was), new=_function(part), effect="caution"
            )  # fmt: skip


def same_function(old: Any, new: Any) -> bool:
    """Return whether two entries of an audit's own measure speak of the same function in the same file."""
    return (old.function, old.sha256, old.worse) == (new.function, new.sha256, new.worse)


def changed_functions(old: AuditRecord, new: AuditRecord) -> frozenset[str]:
    """Return the audit's own measures that are another function now."""
    functions = {part.name: part for part in old.custom or ()}
    return frozenset(
        part.name
        for part in new.custom or ()
        if part.name in functions and not same_function(functions[part.name], part)
    )


def _function(entry: Any) -> str:
    return f"{entry.function} {entry.sha256[:12]}" if entry.sha256 else str(entry.function)


def _profiles(old: AuditRecord, new: AuditRecord) -> Iterator[SettingChange]:
    before = {part.id: part.version for part in old.plan.profiles}
    now = {part.id: part.version for part in new.plan.profiles}
    for name in dict.fromkeys((*before, *now)):
        effect: Effect | None = "caution" if name in before and name in now else None
        yield from _change(f"profile {name}", before.get(name), now.get(name), effect)


def _rules(old: AuditRecord, new: AuditRecord) -> Iterator[SettingChange]:
    """Yield rules that ask something else now; those that came or went show among the findings."""
    before: dict[str, Finding] = {finding.id: finding for finding in old.findings}
    said = set()
    for finding in new.findings:
        was = before.get(finding.id)
        if was is None or finding.rule.id in said:
            continue
        asked, asks = rule_words(was), rule_words(finding)
        if asked != asks:
            said.add(finding.rule.id)
            yield SettingChange(name=f"rule {finding.rule.id}", old=asked, new=asks, effect="caution")
        elif was.rule.why != finding.rule.why:
            said.add(finding.rule.id)
            yield SettingChange(name=f"reason of rule {finding.rule.id}", old=was.rule.why, new=finding.rule.why)
        elif was.rule.severity != finding.rule.severity:
            said.add(finding.rule.id)
            yield from _change(
                f"severity of rule {finding.rule.id}", was.rule.severity or "error", finding.rule.severity or "error"
            )


def rule_words(finding: Finding) -> str:
    """Return what a finding's rule asks, in the words of a config."""
    rule = finding.rule
    if finding.kind == "checklist":
        return f"require: {rule.require}"
    bound = f"max: {limit(rule.max)}" if rule.max is not None else f"min: {limit(rule.min or 0.0)}"
    return f"{rule.metric}, {rule.compare}, across {' × '.join(rule.across)}, {bound}"
