"""What became of 1,000 people in each group: the four outcomes of a yes/no decision as stacked bars.

The cells are had back from the record's own rates (their value times what they are a share of), so nothing is shown that
the tables do not hold. Drawn by `templates/outcomes.svg.j2`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ethicscheck.model.record import Estimate
from ethicscheck.model.wording import features_label, group_label, whole

from .index import RecordIndex, group_key
from .wording import reason_text, words_of

ROW = 46
MOST = 24
# Narrower than this (in per cent of the width) no number fits into a part of a bar, even on a phone.
LEGIBLE = 8.5
KINDS = ("rightly-selected", "wrongly-selected", "missed", "rightly-rejected")
# A rate without a value for these reasons has nobody behind it; for any other it has, and no bar can be drawn.
EMPTY = ("no_positives", "no_negatives", "no_rows", "no_weight")
# Wrong decisions are striped, the two kinds differently, so that black and white will do.
STRIPED = ("wrongly-selected", "missed")


@dataclass(frozen=True)
class OutcomePart:
    """One part of a bar, in per cent of the width."""

    kind: str
    x: float
    width: float
    count: str
    legible: bool
    striped: bool


@dataclass(frozen=True)
class OutcomeRow:
    """One group's bar, or why it has none."""

    y: int
    label: str
    rows: str
    small: bool
    parts: tuple[OutcomePart, ...]
    wrong: str
    reason: str


@dataclass(frozen=True)
class OutcomeChart:
    """The bars of one feature."""

    id: str
    title: str
    takeaway: str
    note: str
    rows: tuple[OutcomeRow, ...]
    height: int


@dataclass(frozen=True)
class OutcomesSection:
    """The section "Outcomes by group"."""

    legend: tuple[tuple[str, str, str, bool], ...]
    charts: tuple[OutcomeChart, ...]


@dataclass(frozen=True)
class _Cells:
    """One group's four outcomes, in the order of `KINDS`, in thousandths that add up to 1,000."""

    label: str
    rows: int
    thousandths: tuple[int, ...]
    wrong: float
    reason: str = ""


def outcomes_section(index: RecordIndex) -> OutcomesSection | None:
    """Return the section; None where the true outcome is not known or the record lacks the rates."""
    everyone = next(iter(_all_cells(index, ())), None)
    if everyone is None or everyone.reason:
        return None
    charts = [
        chart for place, features in enumerate(index.axes()) if (chart := _chart(index, features, place, everyone))
    ]
    words = words_of(index.record)
    said = (
        ("right", f"{words.selected}, and {words.positive}"),
        ("wrong", f"{words.selected}, but {words.negative}"),
        ("wrong", f"{words.rejected}, but {words.positive}"),
        ("right", f"{words.rejected}, and {words.negative}"),
    )
    legend = tuple((kind, *text, kind in STRIPED) for kind, text in zip(KINDS, said, strict=True))
    return OutcomesSection(legend, tuple(charts)) if charts else None


def _chart(index: RecordIndex, features: tuple[str, ...], place: int, everyone: _Cells) -> OutcomeChart | None:
    groups = _all_cells(index, features)
    if not any(not group.reason for group in groups):
        return None
    ordered = sorted(groups, key=lambda group: (bool(group.reason), -group.wrong, group.label))
    defined = [group for group in ordered if not group.reason]
    shown: Sequence[_Cells] = ordered
    note = ""
    if len(ordered) > MOST:
        shown = [*defined[: MOST // 2], *defined[MOST // 2 :][-MOST // 2 :]]
        note = f"Drawn are the {MOST // 2} groups with most and the {MOST // 2} with fewest wrong decisions, of {len(ordered)}."
    small = index.record.plan.min_group
    rows = tuple(_row(cells, at, small) for at, cells in enumerate([everyone, *shown]))
    return OutcomeChart(
        id=f"outcomes-{place}",
        title=f"By {features_label(features)}: what became of 1,000 people in each group",
        takeaway=_takeaway([group for group in defined if group.rows >= small]),
        note=note,
        rows=rows,
        height=ROW * len(rows),
    )


def _row(cells: _Cells, place: int, small: int) -> OutcomeRow:
    parts = []
    start = 0.0
    for kind, count in zip(KINDS, () if cells.reason else cells.thousandths, strict=False):
        width = count / 10
        parts.append(
            OutcomePart(kind, round(start, 1), round(width, 1), whole(count), width >= LEGIBLE, kind in STRIPED)
        )
        start += width
    return OutcomeRow(
        y=ROW * place,
        label=cells.label,
        rows=whole(cells.rows),
        small=cells.rows < small,
        parts=tuple(parts),
        wrong="" if cells.reason else whole(cells.thousandths[1] + cells.thousandths[2]),
        reason=cells.reason,
    )


def _takeaway(groups: Sequence[_Cells]) -> str:
    """Return the one sentence a reader should take away; the tables say how sure these numbers are."""
    if not groups:
        return "No group has enough people to say."
    top, bottom = groups[0], groups[-1]
    most, least = (group.thousandths[1] + group.thousandths[2] for group in (top, bottom))
    if len(groups) == 1 or most == least:
        return f"{whole(most)} of 1,000 decisions were wrong{'' if len(groups) == 1 else ' in every group'}."
    return (
        f"Wrong decisions: {whole(most)} of 1,000 in the group {top.label}, {whole(least)} in the group {bottom.label}."
    )


def _all_cells(index: RecordIndex, features: tuple[str, ...]) -> list[_Cells]:
    """Return the cells of every group whose rates the record holds."""
    among_positives = _by_group(index, features, "true_positive_rate", "false_negative_rate")
    among_negatives = _by_group(index, features, "false_positive_rate", "true_negative_rate")
    return [
        _cells(index, among_positives[key], among_negatives[key]) for key in among_positives if key in among_negatives
    ]


def _by_group(
    index: RecordIndex, features: tuple[str, ...], name: str, complement: str
) -> dict[tuple[tuple[str, str], ...], tuple[Estimate, float | None]]:
    """Return each group's estimate and its value; from the complement where the rate itself was not made."""
    direct = index.estimates.get((name, features), [])
    if direct:
        return {group_key(row.group): (row, row.value) for row in direct}
    other = index.estimates.get((complement, features), [])
    return {group_key(row.group): (row, None if row.value is None else 1 - row.value) for row in other}


def _cells(
    index: RecordIndex, positives: tuple[Estimate, float | None], negatives: tuple[Estimate, float | None]
) -> _Cells:
    amounts = []
    for estimate, selected in (positives, negatives):
        if selected is None and estimate.undefined not in EMPTY:  # hidden, say
            reason = reason_text(estimate.undefined, index.record)
            return _Cells(group_label(estimate.group), estimate.rows, (), 0.0, reason)
        share = selected or 0.0
        amounts.append((estimate.denominator * share, estimate.denominator * (1 - share)))
    (found, missed), (alarms, left_alone) = amounts
    total = found + missed + alarms + left_alone
    label, rows = group_label(positives[0].group), positives[0].rows
    if total <= 0:
        return _Cells(label, rows, (), 0.0, reason_text("no_rows", index.record))
    shares = [amount / total * 1000 for amount in (found, alarms, missed, left_alone)]
    return _Cells(label, rows, rounded_to_sum(shares, 1000), (alarms + missed) / total)


def rounded_to_sum(values: Sequence[float], total: int) -> tuple[int, ...]:
    """Round so that the sum stays whole: the largest remainders are rounded up.

    >>> rounded_to_sum([333.4, 333.3, 333.3], 1000)
    (334, 333, 333)
    """
    floors = [int(value) for value in values]
    order = sorted(range(len(values)), key=lambda place: (floors[place] - values[place], place))
    for place in order[: total - sum(floors)]:
        floors[place] += 1
    return tuple(floors)
