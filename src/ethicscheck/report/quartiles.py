"""The section "By size of the true value": errors of like-sized cases, group by group."""

from __future__ import annotations

from dataclasses import dataclass

from ethicscheck.model.record import Estimate
from ethicscheck.model.wording import features_label, group_label, visible, whole

from .charts import write, write_bare
from .index import GroupKey, RecordIndex, components, group_key, metric_findings, metric_of, title
from .wording import reason_text

MOST_GROUPS = 6
SHOWN = ("mean_absolute_error", "mean_error", "within_tolerance")


@dataclass(frozen=True)
class QuartileTable:
    """One measure by group and quarter of the truth."""

    anchor: str
    title: str
    groups: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str], ...], str], ...]
    takeaway: str


@dataclass(frozen=True)
class Quartiles:
    """All tables, and what they are cut by."""

    by: str
    tables: tuple[QuartileTable, ...]


def quartiles_section(index: RecordIndex) -> Quartiles | None:
    """Return the tables of every single feature, for errors and for what rules judge; None where nothing was cut."""
    axis = index.record.plan.truth_quarters
    if axis is None:
        return None
    ruled = [name for finding in metric_findings(index.record) for name in components(metric_of(finding))]
    # R² says nothing within a quarter: there the truth hardly differs, by construction.
    shown = [name for name in (*SHOWN[:2], *ruled, *SHOWN[2:]) if name != "r2_score"]
    names = [name for name in dict.fromkeys(shown) if name in index.metrics()]
    single = [features for features in index.axes() if len(features) == 1]
    tables = (
        _table(index, name, features, axis, f"quartiles-{place}-{name}")
        for place, features in enumerate(single)
        for name in names
    )
    made = tuple(table for table in tables if table is not None)
    return Quartiles(visible(axis), made) if made else None


def _table(index: RecordIndex, name: str, features: tuple[str, ...], axis: str, anchor: str) -> QuartileTable | None:
    rows = [row for row in index.by_stratum.get((name, features), []) if set(row.stratum or ()) == {axis}]
    if not rows:
        return None
    groups = [row.group for row in index.estimates.get((name, features), [])]
    gap = index.gaps.get((name, features, "difference"))
    if len(groups) > MOST_GROUPS:
        if gap is None or gap.group is None or gap.against is None:
            return None
        groups = [gap.group, gap.against]
    quarters: dict[str, dict[GroupKey, Estimate]] = {}
    for row in rows:
        quarters.setdefault((row.stratum or {})[axis], {})[group_key(row.group)] = row
    lines = []
    widest: tuple[float, str] | None = None
    for label, found in quarters.items():
        cells = tuple(_cell(index, name, found.get(group_key(group))) for group in groups)
        fit = [row for row in found.values() if row.value is not None and row.rows >= index.record.plan.min_group]
        apart = _apart(name, fit)
        if apart is not None and (widest is None or apart[0] > widest[0]):
            widest = apart[0], f"Furthest apart where the true value is {visible(label)}: {apart[1]}."
        lines.append((visible(label), cells, write_bare(name, apart[0]) if apart is not None else "–"))
    return QuartileTable(
        anchor,
        f"{title(name)} by {features_label(features)}",
        tuple(group_label(group) for group in groups),
        tuple(lines),
        widest[1] if widest is not None else "In no quarter do two groups have enough people.",
    )


def _apart(name: str, rows: list[Estimate]) -> tuple[float, str] | None:
    """Return how far the outer groups are apart as observed, and which they are."""
    if len(rows) < 2:
        return None
    ordered = sorted(rows, key=lambda row: (-(row.value or 0.0), group_label(row.group)))
    top, bottom = ordered[0], ordered[-1]
    assert top.value is not None
    assert bottom.value is not None
    named = " and ".join(f"{write(name, row.value or 0.0)} for {group_label(row.group)}" for row in (top, bottom))
    return top.value - bottom.value, named


def _cell(index: RecordIndex, name: str, row: Estimate | None) -> tuple[str, str]:
    if row is None:
        return "–", "nobody"
    if row.value is None:
        return "–", reason_text(row.undefined, index.record)
    few = row.rows < index.record.plan.min_group
    return write(name, row.value), f"few people ({whole(row.rows)})" if few else f"{whole(row.rows)} people"
