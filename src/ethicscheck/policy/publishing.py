"""The record as it may be published: without the numbers of hidden groups and all from which they could be had.

A pure function of the record. What is hidden was chosen when the counts were at hand (`studies.suppression`); whatever
this file has no rule for is withheld whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ethicscheck.model.comparison import Comparison
from ethicscheck.model.part import Part
from ethicscheck.model.record import AuditRecord, Disparity, Estimate, Finding, Suppression
from ethicscheck.model.record_data import DataEntry, FeatureEntry
from ethicscheck.model.wording import features_label, group_label, visible

from .publishing_changes import NewerHides, publishable_changes

Features = tuple[str, ...]
HIDDEN = "suppressed"

# Parts that hold no number of people, or are handled below one by one.
_KEPT = frozenset({"schema_", "verdict", "subject", "provenance", "plan", "report", "abridged"})


def publishable(record: AuditRecord) -> AuditRecord:
    """Return the record that every document but the sealed one is drawn from.

    The same record where nothing is to be hidden (or it is hidden already). Else: groups whose values are hidden are
    gone from every table, gaps of their features are those among the others, findings keep their verdict and lose their
    numbers, and the parts that can't be checked are withheld and named.
    """
    if record.suppression is None or record.suppression.published:
        return _without_older_secrets(record)
    chosen = _Chosen(record, record.suppression)
    updates: dict[str, Any] = {
        "data": chosen.data(record.data),
        "estimates": tuple(row for row in record.estimates if chosen.shows(row)),
        "disparities": tuple(chosen.disparities(record.disparities)),
        "findings": tuple(chosen.finding(finding) for finding in record.findings),
        "checklists": tuple(chosen.checklist(entry) for entry in record.checklists),
    }
    withheld = []
    for name in AuditRecord.model_fields:
        part = getattr(record, name)
        if name in updates or name in _KEPT or name == "suppression" or part is None:
            continue
        updates[name] = _RULES[name](part, chosen) if name in _RULES else None
        if not updates[name]:
            updates[name] = None
            withheld.append(name)
    updates["suppression"] = record.suppression.model_copy(
        update={"gaps": (), "published": True, "withheld": tuple(withheld)}
    )
    return record.model_copy(update=updates)


def _without_older_secrets(record: AuditRecord) -> AuditRecord:
    """Return a record that hides nothing itself, without what the audit it is compared with hides."""
    since = record.baseline
    if since is None or since.published or since.hidden is None:
        return record
    return record.model_copy(update={"baseline": publishable_changes(since, None)})


def publishable_comparison(comparison: Comparison, new: AuditRecord) -> Comparison:
    """Return a comparison that stands alone as it may be published; `new` is the newer audit's record."""
    chosen = _Chosen(new, new.suppression) if new.suppression is not None else None
    return publishable_changes(comparison, chosen.hides_sizes() if chosen is not None else None)


class _Chosen:
    """What is hidden, as it is looked up."""

    def __init__(self, record: AuditRecord, suppression: Suppression) -> None:
        self.suppression = suppression
        self.groups = {(part.features, _key(part.group), _key(part.stratum)) for part in suppression.groups}
        self.sizes = {(part.feature, part.label) for part in suppression.sizes}
        self.touched = {part.features for part in suppression.groups if not part.stratum}
        self.touched_strata = {part.features for part in suppression.groups if part.stratum}
        self.own = {part.name for part in record.custom or () if part.said}
        self.tables = {row.features for row in record.estimates if not row.stratum}

    def whole(self, features: Features) -> bool:
        """Return whether the features' table is published, with every group in it."""
        return features in self.tables and features not in self.touched and () not in self.touched

    def whole_in_strata(self, features: Features) -> bool:
        """Return whether the same holds within strata too."""
        return self.whole(features) and not {features, ()} & self.touched_strata

    def hides_sizes(self) -> NewerHides:
        """Return what a comparison with an older audit must know of this."""
        return NewerHides(self.suppression.below, self.whole, frozenset(self.sizes))

    def hides(self, features: Features, group: Mapping[str, str] | None, stratum: Mapping[str, str] | None) -> bool:
        return (features, _key(group), _key(stratum)) in self.groups

    def shows(self, row: Estimate) -> bool:
        return not self.hides(row.features, row.group, row.stratum)

    def data(self, data: DataEntry) -> DataEntry:
        return data.model_copy(update={"features": tuple(self._feature(part) for part in data.features)})

    def _feature(self, feature: FeatureEntry) -> FeatureEntry:
        shown = tuple(group for group in feature.groups if (feature.name, group.label) not in self.sizes)
        kept = (feature.name, feature.reference) not in self.sizes
        return feature.model_copy(update={"groups": shown, "reference": feature.reference if kept else None})

    def disparities(self, rows: Iterable[Disparity]) -> Iterable[Disparity]:
        """Yield the rows that hold nothing of hidden groups, and in place of gaps those among the groups shown."""
        instead = {(row.metric, row.features, row.compare): row for row in self.suppression.gaps}
        for row in rows:
            if row.to == "gap":
                if row.features in self.touched:
                    row = instead.get((row.metric, row.features, row.compare), _emptied(row))
                yield row
            elif not any(self.hides(row.features if group else (), group, None) for group in (row.group, row.against)):
                yield row

    def finding(self, finding: Finding) -> Finding:
        if finding.kind != "metric":
            return finding
        if self.whole(finding.rule.across):
            return (
                finding.model_copy(update={"remedy": _REMEDIES[finding.verdict]}) if self.quotes(finding) else finding
            )
        waiver = finding.waiver
        if waiver is not None and waiver.lapsed is not None and waiver.lapsed.startswith("value "):
            waiver = waiver.model_copy(update={"lapsed": "the value is past what is tolerated"})
        return finding.model_copy(
            update={
                "observed": None,
                "message": self._message(finding),
                "remedy": _REMEDIES[finding.verdict],
                "reason": HIDDEN,
                "p_value": None,
                "p_adjusted": None,
                "rows_needed": None,
                "waiver": waiver,
            }
        )

    def quotes(self, finding: Finding) -> bool:
        """Return whether a finding may repeat what a function said of groups it had no value for, hidden ones among them."""
        was = finding.waiver.was if finding.waiver is not None else None
        return bool(self.groups) and finding.rule.metric in self.own and "not_evaluable" in (finding.verdict, was)

    def _message(self, finding: Finding) -> str:
        features = finding.rule.across
        names = [group_label(part.group) for part in self.suppression.groups if part.features == features]
        names = list(dict.fromkeys(names))
        some = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        who = f" Hidden: {some}." if some else ""
        waiver = finding.waiver
        waived = f" The waiver of {visible(waiver.owner)} ends on {waiver.expires}." if waiver is not None else ""
        return (
            f"{_VERDICTS[finding.verdict]} The numbers for {features_label(features)} are not published in full: some groups, or "
            f"some counts of them, are under {self.suppression.below} people.{who} What follows is of the groups shown.{waived}"
        )

    def checklist(self, entry: Any) -> Any:
        sections = tuple(
            section.model_copy(update={"items": tuple(self._item(item) for item in section.items)})
            for section in entry.sections
        )
        return entry.model_copy(update={"sections": sections})

    def _item(self, item: Any) -> Any:
        measured = item.metric
        if measured is None or self.whole(measured.features):
            return item
        emptied = measured.model_copy(
            update={
                "value": None,
                "interval": None,
                "rows": 0,
                "message": f"{_VERDICTS[measured.verdict]} The numbers are not published, to protect small groups.",
            }
        )
        return item.model_copy(update={"metric": emptied})


_VERDICTS = {
    "pass": "Judged on all groups, the limit is kept.",
    "fail": "Judged on all groups, the limit is exceeded.",
    "inconclusive": "Judged on all groups, the data can’t tell yet.",
    "not_evaluable": "This can’t be judged.",
    "waived": "Judged on all groups, the limit is not shown to be kept; a waiver covers it.",
}
_REMEDIES = {
    "pass": "Keep the rule and audit again when the model, the data or the people change.",
    "fail": "Whoever may see the sealed record finds there which group stands apart and by how much.",
    "inconclusive": "The sealed record says how many people would decide; it is not published here.",
    "not_evaluable": "The sealed record says why; it is not published here.",
    "waived": "The sealed record says by how much; settle it before the waiver ends.",
}


def _key(group: Mapping[str, str] | None) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((group or {}).items()))


def _emptied(row: Disparity) -> Disparity:
    """Return a gap of which nothing is shown."""
    return Disparity(
        metric=row.metric, features=row.features, compare=row.compare, to=row.to, value=None, undefined=HIDDEN
    )


def _of_whole_tables(parts: tuple[Any, ...], chosen: _Chosen) -> tuple[Any, ...]:
    return tuple(part for part in parts if chosen.whole(part.features))


def _represented(parts: tuple[Any, ...], chosen: _Chosen) -> tuple[Any, ...]:
    """Keep what speaks of the sizes of single features that are all shown: shares of groups are made of them alone."""
    touched = {feature for feature, _ in chosen.sizes}
    return tuple(part for part in parts if len(part.features) == 1 and part.features[0] not in touched)


def _conditional(part: Any, chosen: _Chosen) -> Any:
    kept = tuple(row for row in part.metrics if chosen.whole_in_strata(row.features))
    demographic = tuple(row for row in part.demographic_disparity if chosen.whole_in_strata(row.features))
    return part.model_copy(update={"metrics": kept, "demographic_disparity": demographic}) if kept else None


def _impact(parts: tuple[Any, ...], chosen: _Chosen) -> tuple[Any, ...]:
    """Keep the tables of features that are all shown, with no small count among the selected either."""

    def safe(table: Any) -> bool:
        counts = [count for row in table.categories for count in (row.selected, row.applicants - row.selected)]
        counts += [table.at_median or 0]
        return not any(0 < count < chosen.suppression.below for count in counts)

    return tuple(table for table in parts if chosen.whole(table.features) and safe(table))


def _warnings(parts: tuple[Any, ...], chosen: _Chosen) -> tuple[Any, ...]:
    """Keep every warning; where anything is hidden its sentence with the numbers gives way to a plain one."""
    if not chosen.groups:
        return parts
    said = "This holds for the data of this audit; its numbers are not published, to protect small groups."
    return tuple(part.model_copy(update={"message": said}) for part in parts)


def _own_measures(parts: tuple[Any, ...], chosen: _Chosen) -> tuple[Any, ...]:
    """Keep what describes the measures; what a function said of groups it had no value for may quote their numbers."""
    return tuple(part.model_copy(update={"said": ()}) for part in parts) if chosen.groups else parts


def _baseline(part: Comparison, chosen: _Chosen) -> Comparison:
    return publishable_changes(part, chosen.hides_sizes())


_RULES: dict[str, Callable[[Any, _Chosen], Part | tuple[Part, ...] | None]] = {
    "baseline": _baseline,
    "custom": _own_measures,
    "warnings": _warnings,
    "impact_ratios": _impact,
    "representation": _represented,
    "conditional": _conditional,
    "bounds": _of_whole_tables,
}
