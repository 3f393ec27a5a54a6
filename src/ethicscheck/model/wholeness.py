"""What must hold between the parts of a record, so that none is drawn that was edited into saying something else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .missing_record import GapBounds
from .part import Interval, Part
from .verdicts import overall_verdict

if TYPE_CHECKING:
    from .changes_record import GapChange, ValueChange
    from .comparison import FindingChange as SinceFinding
    from .comparison import GapChange as SinceGap
    from .profile_record import ImpactTable
    from .record import AuditRecord, DataEntry, Disparity, Estimate, Finding

ROUNDING = 1e-12


def broken_parts(record: AuditRecord) -> Iterator[str]:
    """Yield what does not hold, with its place."""
    expected = overall_verdict(record.findings)
    if record.verdict != expected:
        yield f"verdict: it is {record.verdict!r}, but {expected!r} follows from the findings"
    yield from _data(record.data)
    for place, source in enumerate(record.provenance.sources):
        yield from _count(source.rows, f"provenance.sources.{place}.rows")
    for place, estimate in enumerate(record.estimates):
        yield from _estimate(estimate, f"estimates.{place}")
    for place, disparity in enumerate(record.disparities):
        yield from _disparity(disparity, f"disparities.{place}")
    for place, finding in enumerate(record.findings):
        yield from _finding(finding, f"findings.{place}")
    for place, table in enumerate(record.impact_ratios or ()):
        yield from _impact_table(table, f"impact_ratios.{place}")
    yield from _changes(record)
    yield from _pairs(record)
    yield from _since(record)
    ids = {finding.id for finding in record.findings}
    for place, warning in enumerate(record.warnings or ()):
        if unknown := next((name for name in warning.rules if name not in ids), None):
            yield f"warnings.{place}: there is no finding {unknown!r}"
    for name in ("calibration", "conditional", "representation", "missing", "bounds"):
        yield from _studied(getattr(record, name), name)
    for checklist in record.checklists:
        for item in (item for section in checklist.sections for item in section.items if item.metric is not None):
            assert item.metric is not None
            where = f"checklists.{checklist.id}.{item.id}"
            yield from _interval(item.metric.value, item.metric.interval, where)
            yield from _count(item.metric.rows, where)


def _data(data: DataEntry) -> Iterator[str]:
    left_out = sum(part.rows for part in data.excluded)
    if data.audited + left_out != data.rows:
        yield f"data: {data.audited} rows audited and {left_out} excluded are not {data.rows}"
    for name in ("rows", "audited", "judged"):
        yield from _count(getattr(data, name), f"data.{name}")
    for part in data.excluded:
        yield from _count(part.rows, f"data.excluded.{part.reason}")
    for feature in data.features:
        yield from _count(feature.unknown, f"data.features.{feature.name}.unknown")
        for group in feature.groups:
            yield from _count(group.rows, f"data.features.{feature.name}.{group.label}")
    for stratum in data.strata:
        yield from _count(stratum.unknown, f"data.strata.{stratum.name}.unknown")


def _estimate(row: Estimate, where: str) -> Iterator[str]:
    yield from _groups((row.group,), row.features, where)
    yield from _count(row.rows, f"{where}.rows")
    yield from _count(row.denominator, f"{where}.denominator")
    yield from _interval(row.value, row.interval, where)


def _disparity(row: Disparity, where: str) -> Iterator[str]:
    named = [group for group in (row.group, row.against) if group]  # {} is everyone
    yield from _groups((*named, *row.groups, *(part.group for part in row.left_out)), row.features, where)
    yield from _interval(row.value, row.interval, where)


def _finding(finding: Finding, where: str) -> Iterator[str]:
    rule, observed = finding.rule, finding.observed
    if finding.kind == "metric":
        if rule.metric is None or rule.compare is None:
            yield f"{where}.rule: a rule on a metric has metric and compare"
        if (rule.max is None) == (rule.min is None):
            yield f"{where}.rule: a rule on a metric has either max or min"
        if observed is None and finding.reason != "suppressed" and finding.verdict in ("pass", "fail", "inconclusive"):
            yield f"{where}: {finding.verdict!r} needs something observed"
    if observed is not None:
        named = [group for group in (observed.group, observed.against) if group]
        yield from _groups(named, rule.across, f"{where}.observed")
        yield from _interval(observed.value, observed.interval, f"{where}.observed")


def _impact_table(table: ImpactTable, where: str) -> Iterator[str]:
    yield from _groups([row.group for row in table.categories], table.features, where)
    if sum(row.applicants for row in table.categories) != table.applicants:
        yield f"{where}: the categories' people are not {table.applicants}"
    if sum(row.selected for row in table.categories) != table.selected:
        yield f"{where}: the categories' selected people are not {table.selected}"
    yield from _count(table.unknown, f"{where}.unknown")
    for place, row in enumerate(table.categories):
        own = f"{where}.categories.{place}"
        if not 0 <= row.selected <= row.applicants:
            yield f"{own}: {row.selected} of {row.applicants} people can't be"
        yield from _interval(row.rate, row.rate_interval, own)
        yield from _interval(row.impact_ratio, row.impact_ratio_interval, own)


def _studied(part: Any, where: str) -> Iterator[str]:
    """Yield what does not hold within a part that a study made: every value lies in its interval, or between its bounds."""
    if isinstance(part, tuple):
        for place, one in enumerate(part):
            yield from _studied(one, f"{where}.{place}")
    elif isinstance(part, GapBounds):
        if not part.low <= part.value <= part.high:
            yield f"{where}: {part.value} lies outside its bounds"
    elif isinstance(part, Part) and not isinstance(part, Interval):
        own = (getattr(part, name) for name in ("rate", "value", "share") if hasattr(part, name))
        value, interval = next(own, None), getattr(part, "interval", None)
        yield from _interval(value, interval, where)
        yield from _count(getattr(part, "rows", 0), f"{where}.rows")
        for name in type(part).model_fields:
            yield from _studied(getattr(part, name), f"{where}.{name}")


def _groups(groups: Iterable[Mapping[str, str]], features: tuple[str, ...], where: str) -> Iterator[str]:
    for group in groups:
        if len(group) != len(features) or any(name not in group for name in features):
            yield f"{where}: the group {dict(group)!r} is none of {', '.join(features) or 'everyone'}"
            return


def _changes(record: AuditRecord) -> Iterator[str]:
    if record.changes is None:
        return
    yield from _count(record.changes.rows - record.changes.decided_alike, "changes.rows less those decided alike")
    rows: list[GapChange | ValueChange] = [*record.changes.gaps, *record.changes.values]
    for place, row in enumerate(rows):
        yield from _interval(row.change, row.interval, f"changes.{place}")
        if row.value is not None and row.other is not None and row.change is not None:
            yield from _difference(row.value, row.other, row.change, f"changes.{place}")


def _since(record: AuditRecord) -> Iterator[str]:
    """Yield what does not hold in the comparison with an earlier audit; its newer side is this very record."""
    if record.baseline is None:
        return
    verdicts = {finding.id: finding.verdict for finding in record.findings}
    for part in record.baseline.findings:
        where = f"baseline.findings.{part.id}"
        if part.new_verdict != verdicts.get(part.id):
            yield f"{where}: its verdict is {part.new_verdict!r}, but this audit's is {verdicts.get(part.id)!r}"
        if part.past_rule and part.new_verdict != "fail":
            yield f"{where}: what does not fail is not past its rule"
    rows: list[SinceGap | SinceFinding] = [*record.baseline.gaps, *record.baseline.findings]
    for place, row in enumerate(rows):
        yield from _interval(row.change, row.interval, f"baseline.{place}")
        if row.old is not None and row.new is not None and row.change is not None:
            yield from _difference(row.new, row.old, row.change, f"baseline.{place}")


def _difference(value: float, other: float, change: float, where: str) -> Iterator[str]:
    slack = ROUNDING * max(1.0, abs(value), abs(other))
    if abs(value - other - change) > slack:
        yield f"{where}: {value} less {other} is not {change}"


def _pairs(record: AuditRecord) -> Iterator[str]:
    found = record.pairs
    if found is None:
        return
    parts = (found.used, found.single, found.identical, found.several)
    if sum(parts) != found.cases:
        yield f"pairs: {' + '.join(map(str, parts))} cases are not {found.cases}"
    for feature in found.features:
        where = f"pairs.{feature.feature}"
        yield from _count(feature.pairs, where)
        yield from _interval(feature.flip_rate, feature.interval, where)
        if sum(row.pairs for row in feature.directions) != feature.pairs:
            yield f"{where}: the directions' pairs are not {feature.pairs}"
        for row in feature.directions:
            yield from _interval(row.flip_rate, row.flip_interval, where)
            yield from _interval(row.change, row.interval, where)
            yield from _interval(row.shift, row.shift_interval, where)


def _count(rows: float, where: str) -> Iterator[str]:
    if rows < 0:
        yield f"{where}: {rows} is less than nothing"


def _interval(value: float | None, interval: Interval | None, where: str) -> Iterator[str]:
    if interval is None:
        return
    low, high = interval.low, interval.high
    if high is not None and low > high:
        yield f"{where}: the interval's low end {low} is above its high end {high}"
    if value is None:
        return
    slack = ROUNDING * max(1.0, abs(value))
    if value < low - slack or (high is not None and value > high + slack):
        yield f"{where}: {value} lies outside its interval"
