"""The same measures within strata: where a gap over all turns round once like is compared with like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ethicscheck.model.record import Disparity, Estimate, Finding
from ethicscheck.model.wording import decimal, group_label, visible
from ethicscheck.stats.gaps import difference_limits

from .charts import write
from .index import GroupKey, RecordIndex, components, group_key, is_share, metric_findings, metric_of, title
from .wording import reason_text

MOST_GROUPS = 6


class Apart(NamedTuple):
    """How far two groups are apart in one stratum, with the limits of that."""

    value: float
    low: float
    high: float


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
    """Return what a finding's reader must know about its strata; "" where there are none or nothing stands out."""
    names = components(metric_of(finding))
    if len(names) > 1 or finding.observed is None:
        return ""
    table = _table(index, names[0], finding.rule.across, "")
    return table.takeaway if table is not None else ""


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
        takeaway=_takeaway(index, gap, [_apart(found, pair) for found in strata.values()], first, second),
    )


def _apart(found: dict[GroupKey, Estimate], pair: tuple[GroupKey, GroupKey]) -> Apart | None:
    rows = [found.get(key) for key in pair]
    values = [row.value if row is not None else None for row in rows]
    ends = [row.interval if row is not None else None for row in rows]
    if values[0] is None or values[1] is None or ends[0] is None or ends[1] is None:
        return None
    if ends[0].high is None or ends[1].high is None:
        return None
    low, high = difference_limits(
        np.array([values[0]]),
        (np.array([ends[0].low]), np.array([ends[0].high])),
        np.array([values[1]]),
        (np.array([ends[1].low]), np.array([ends[1].high])),
    )
    return Apart(values[0] - values[1], float(low[0]), float(high[0]))


def _takeaway(index: RecordIndex, gap: Disparity, apart: Sequence[Apart | None], first: str, second: str) -> str:
    """Say how often the gap over all holds within strata; "" where there is no sure gap over all."""
    within = " and ".join(visible(part) for part in index.record.plan.strata)
    if gap.interval is None or gap.interval.low <= 0:
        return ""
    held = sum(part is not None and part.low > 0 for part in apart)
    turned = sum(part is not None and part.high < 0 for part in apart)
    unsure = len(apart) - held - turned
    return (
        f"Over all, {first} stands above {second}. Within {within} that surely holds in {held} of {len(apart)}, is surely "
        f"the other way round in {turned}, and can’t be told in {unsure}."
        + (" Compare like with like before judging." if held < len(apart) else "")
    )


def _cell(index: RecordIndex, name: str, row: Estimate | None) -> StratumCell:
    if row is None:
        return StratumCell("–", "nobody")
    few = "few people" if row.rows < index.record.plan.min_group else ""
    if row.value is None:
        return StratumCell("–", reason_text(row.undefined, index.record))
    return StratumCell(write(name, row.value), few)


def _difference(name: str, apart: Apart | None) -> str:
    if apart is None:
        return "–"
    scale = 100 if is_share(name) else 1
    digits = 1 if is_share(name) else 2
    shown, low, high = (decimal(part * scale, digits) for part in (apart.value, apart.low, apart.high))
    return f"{'+' if apart.value > 0 else ''}{shown} ({low} to {high})"


def _label(stratum: dict[str, str] | None) -> str:
    return ", ".join(visible(label) for label in (stratum or {}).values())
