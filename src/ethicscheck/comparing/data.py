"""The rows behind both audits: sources, rows left out, groups that came or went; and waivers that changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ethicscheck.model.comparison import (
    DataChange,
    ExcludedChange,
    FeatureChange,
    GroupChange,
    SettingChange,
    WaiverChange,
)
from ethicscheck.model.record import AuditRecord, FeatureEntry


def data_change(old: AuditRecord, new: AuditRecord) -> DataChange:
    """Return what changed in the rows that were audited."""
    before, now = ([(part.name, part.sha256) for part in record.provenance.sources] for record in (old, new))
    known = all(digest is not None for _, digest in (*before, *now))
    excluded = Counter({part.reason: part.rows for part in old.data.excluded})
    excludes = Counter({part.reason: part.rows for part in new.data.excluded})
    return DataChange(
        old_rows=old.data.rows,
        new_rows=new.data.rows,
        same_sources=known
        and sorted(digest or "" for _, digest in before) == sorted(digest or "" for _, digest in now),
        sources=tuple(_sources(dict(before), dict(now))),
        excluded=tuple(
            ExcludedChange(reason=reason, old=excluded[reason], new=excludes[reason])
            for reason in dict.fromkeys((*excludes, *excluded))
            if excluded[reason] != excludes[reason]
        ),
        features=tuple(_features(old.data.features, new.data.features)),
    )


def _sources(before: dict[str, str | None], now: dict[str, str | None]) -> Iterator[SettingChange]:
    if len(before) == len(now) == 1 and before.keys() != now.keys():
        ((old, digest),), ((new, other),) = before.items(), now.items()
        yield SettingChange(name="name", old=old, new=new)
        if digest != other:
            yield SettingChange(name="content", old=digest or "in memory", new=other or "in memory")
        return
    for name in dict.fromkeys((*before, *now)):
        gone, came = name not in now, name not in before
        if gone or came or before[name] != now[name]:
            yield SettingChange(
                name=name,
                old=None if came else before[name] or "in memory",
                new=None if gone else now[name] or "in memory",
            )


def _features(before: tuple[FeatureEntry, ...], now: tuple[FeatureEntry, ...]) -> Iterator[FeatureChange]:
    old, new = ({part.name: part for part in features} for features in (before, now))
    for name in dict.fromkeys((*new, *old)):
        if name not in old or name not in new:
            yield FeatureChange(name=name, status="new" if name in new else "gone")
            continue
        was = {group.label: group.rows for group in old[name].groups}
        groups = {group.label: group.rows for group in new[name].groups}
        moved = tuple(
            GroupChange(label=label, old=was.get(label), new=groups.get(label))
            for label in dict.fromkeys((*groups, *was))
            if was.get(label) != groups.get(label)
        )
        if moved:
            yield FeatureChange(name=name, groups=moved)


def waiver_changes(old: AuditRecord, new: AuditRecord) -> tuple[WaiverChange, ...]:
    """Return the waivers that came, went, lapsed or say something else, in the order of the newer findings."""
    before, now = ({finding.id: finding.waiver for finding in record.findings} for record in (old, new))
    found = []
    for name in dict.fromkeys((*now, *before)):
        was, waiver = before.get(name), now.get(name)
        if was is None and waiver is None:
            continue
        if was is None:
            found.append(WaiverChange(finding=name, status="new", new=waiver))
        elif waiver is None:
            found.append(WaiverChange(finding=name, status="gone", old=was))
        elif waiver.lapsed is not None and was.lapsed is None:
            found.append(WaiverChange(finding=name, status="lapsed", old=was, new=waiver))
        elif was != waiver:
            found.append(WaiverChange(finding=name, status="changed", old=was, new=waiver))
    return tuple(found)
