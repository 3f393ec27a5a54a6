"""The same measures within strata: where a gap over all turns round once like is compared with like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ethicscheck.model.record import Estimate, Finding
from ethicscheck.model.wording import decimal, group_label, points, visible

from .charts import write
from .index import GroupKey, RecordIndex, components, group_key, is_share, metric_findings, metric_of, title
from .wording import reason_text

MOST_GROUPS = 6


@dataclass(frozen=True)
class StratumCell:
    """One group's value in one stratum."""

    value: str
    note: str


@dataclass(frozen=True)
class StratumRow:
    """One stratum: each group's value, and the difference between the two groups that are furthest apart overall."""

    label: str
    cells: tuple[StratumCell, ...]
    difference: str


@dataclass(frozen=True)
class StrataTable:
    """One measure by stratum and group."""

    anchor: str
    title: str
    groups: tuple[str, ...]
    compared: str
    rows: tuple[StratumRow, ...]
    takeaway: str


def strata_tables(index: RecordIndex, features: tuple[str, ...], place: int) -> tuple[StrataTable, ...]:
    """Return a table for each measure that a rule uses (else for the first), within strata."""
    ruled = [
        name
        for finding in metric_findings(index.record)
        if finding.rule.across == features
        for name in components(metric_of(finding))
    ]
    names = [name for name in dict.fromkeys([*ruled, *index.metrics()[:1]]) if (name, features) in index.by_stratum]
    chosen = [name for name in names if name in ruled] or names[:1]
    tables = (_table(index, name, features, f"strata-{place}-{name}") for name in chosen)
    return tuple(table for table in tables if table is not None)


def strata_note(index: RecordIndex, finding: Finding) -> str:
    """Return what a finding's reader must know about its strata; "" where there are none."""
    for name in components(metric_of(finding)):
        table = _table(index, name, finding.rule.across, "")
        if table is not None:
            return table.takeaway
    return ""


def _table(index: RecordIndex, name: str, features: tuple[str, ...], anchor: str) -> StrataTable | None:
    rows = index.by_stratum.get((name, features), [])
    gap = index.gaps.get((name, features, "difference"))
    if not rows or gap is None or gap.group is None or gap.against is None:
        return None
    pair = (group_key(gap.group), group_key(gap.against))
    groups = [row.group for row in index.estimates.get((name, features), [])]
    if len(groups) > MOST_GROUPS:
        groups = [gap.group, gap.against]
    strata: dict[str, dict[GroupKey, Estimate]] = {}
    for row in rows:
        strata.setdefault(_label(row.stratum), {})[group_key(row.group)] = row
    first, second = group_label(gap.group), group_label(gap.against)
    return StrataTable(
        anchor=anchor,
        title=f"{title(name)} within {' and '.join(visible(part) for part in index.record.plan.strata)}",
        groups=tuple(group_label(group) for group in groups),
        compared=f"{first} − {second}",
        rows=tuple(
            StratumRow(
                label,
                tuple(_cell(index, name, found.get(group_key(group))) for group in groups),
                _difference(name, _apart(found, pair)),
            )
            for label, found in strata.items()
        ),
        takeaway=_takeaway(index, [_apart(found, pair) for found in strata.values()], first, second),
    )


def _apart(found: dict[GroupKey, Estimate], pair: tuple[GroupKey, GroupKey]) -> float | None:
    values = [found[key].value if key in found else None for key in pair]
    return values[0] - values[1] if values[0] is not None and values[1] is not None else None


def _takeaway(index: RecordIndex, apart: Sequence[float | None], first: str, second: str) -> str:
    known = [difference for difference in apart if difference is not None]
    within = " and ".join(visible(part) for part in index.record.plan.strata)
    if not known:
        return f"Within {within} the groups {first} and {second} can't be compared."
    turned = sum(difference < 0 for difference in known)
    if not turned:
        return f"Within {within} the difference points the same way throughout: {first} above {second} or level."
    return (
        f"Over all, {first} stands above {second}; within {within} it is the other way round in {turned} of "
        f"{len(known)}. Compare like with like before judging."
    )


def _cell(index: RecordIndex, name: str, row: Estimate | None) -> StratumCell:
    if row is None:
        return StratumCell("–", "nobody")
    few = "few people" if row.rows < index.record.plan.min_group else ""
    if row.value is None:
        return StratumCell("–", reason_text(row.undefined, index.record))
    return StratumCell(write(name, row.value), few)


def _difference(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    shown = points(abs(value)) if is_share(name) else decimal(abs(value))
    return f"{'−' if value < 0 else '+'}{shown}"


def _label(stratum: dict[str, str] | None) -> str:
    return ", ".join(visible(label) for label in (stratum or {}).values())
