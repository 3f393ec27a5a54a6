"""The section "What this change does": two models on the same rows, each gap's change first, then each group's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ethicscheck.model.changes_record import Changes, GapChange, ValueChange
from ethicscheck.model.wording import decimal, features_label, group_label, percent, visible, whole

from .change_plot import ChangePlot, Mark, change_plot, points, signed
from .charts import write
from .index import RecordIndex, components, is_share, metric_findings, metric_of, title
from .tables import write_p
from .wording import reason_text

WORDS = {"better": "smaller gap", "worse": "wider gap", "unclear": "can’t tell"}
# Drawn where no rule names a measure; the others are one of these turned round, or rest on them.
USUAL = {"selection_rate", "true_positive_rate", "false_positive_rate", "precision", "accuracy"}
MARKS = {"better": "↓", "worse": "↑", "unclear": "?"}


@dataclass(frozen=True)
class GapRow:
    """One gap: under the other model, under the new one, and its change."""

    title: str
    other: str
    value: str
    change: str
    word: str
    verdict: str


@dataclass(frozen=True)
class GroupChangeRow:
    """One group's value under both models."""

    label: str
    other: str
    value: str
    change: str
    p_value: str


@dataclass(frozen=True)
class ChangeAxis:
    """One feature: the gaps to speak of, the rest to unfold, each group's change."""

    title: str
    takeaway: str
    plot: ChangePlot | None
    gaps: tuple[GapRow, ...]
    rest_title: str
    rest: tuple[GapRow, ...]
    details: tuple[tuple[str, tuple[GroupChangeRow, ...]], ...]


@dataclass(frozen=True)
class ChangesSection:
    """The section."""

    about: str
    everyone: tuple[GroupChangeRow, ...]
    axes: tuple[ChangeAxis, ...]


def changes_section(index: RecordIndex) -> ChangesSection | None:
    """Return the section; None where no other model is compared with."""
    found = index.record.changes
    if found is None:
        return None
    plan = index.record.plan
    new = visible(plan.prediction or f"{plan.score} ≥ {plan.threshold:g}")
    apart = found.rows - found.decided_alike
    everyone = [row for row in found.values if not row.features]
    return ChangesSection(
        about=(
            f"“{new}” is the model audited here, “{visible(found.other)}” the one it is compared with, on the same "
            f"{whole(found.rows)} rows. They decide differently on {whole(apart)} of them "
            f"({percent(apart / found.rows if found.rows else 0.0)})."
        ),
        everyone=tuple(_group(index, row, title(row.metric)) for row in everyone),
        axes=tuple(_axis(index, found, features, place) for place, features in enumerate(_features(found))),
    )


def _features(found: Changes) -> list[tuple[str, ...]]:
    return list(dict.fromkeys(row.features for row in found.gaps))


def _axis(index: RecordIndex, found: Changes, features: tuple[str, ...], place: int) -> ChangeAxis:
    gaps = [row for row in found.gaps if row.features == features]
    values = [row for row in found.values if row.features == features]
    by_metric = dict.fromkeys(row.metric for row in values)
    main = _main(index, gaps, features)
    rest = [row for row in gaps if row not in main]
    return ChangeAxis(
        title=f"By {features_label(features)}",
        takeaway=_takeaway(main),
        plot=_plot(main, features, f"changes-{place}"),
        gaps=tuple(_gap(index, row) for row in main),
        rest_title=f"The other {len(rest)} gaps" if len(rest) > 1 else "The other gap",
        rest=tuple(_gap(index, row) for row in rest),
        details=tuple(
            (
                title(name),
                tuple(
                    _group(index, row, group_label({key: row.group[key] for key in features}))
                    for row in values
                    if row.metric == name
                ),
            )
            for name in by_metric
        ),
    )


def _main(index: RecordIndex, gaps: Sequence[GapChange], features: tuple[str, ...]) -> list[GapChange]:
    """Return the gaps to speak of and to draw: those that rules judge, else a few that don't say the same twice."""
    ruled = {metric_of(finding) for finding in metric_findings(index.record) if finding.rule.across == features}
    wanted = ruled | {part for name in ruled for part in components(name)} or USUAL
    return [row for row in gaps if row.metric in wanted] or list(gaps)


def _takeaway(main: Sequence[GapChange]) -> str:
    judged = [row for row in main if row.verdict is not None]
    if not judged:
        return "No gap can be compared: fewer than two groups have values under both models."
    names = {word: [title(row.metric).lower() for row in judged if row.verdict == word] for word in WORDS}
    known = [
        f"the gap is {words} in {_listed(names[verdict])}"
        for verdict, words in (("worse", "wider"), ("better", "smaller"))
        if names[verdict]
    ]
    parts = [f"With this model {'; '.join(known)}."] if known else []
    if names["unclear"]:
        many = "s" if len(names["unclear"]) > 1 else ""
        parts.append(f"Whether the gap{many} in {_listed(names['unclear'])} grew or shrank, these data can’t tell.")
    return " ".join(parts)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _points(metric: str) -> bool:
    return all(is_share(name) for name in components(metric))


def _signed(metric: str, value: float) -> str:
    return points(value) if _points(metric) else signed(value, 2)


def _with_range(metric: str, row: GapChange | ValueChange) -> str:
    if row.change is None or row.interval is None or row.interval.high is None:
        return "–"
    low, high = (_signed(metric, end) for end in (row.interval.low, row.interval.high))
    return f"{_signed(metric, row.change)} ({low} to {high})"


def _gap(index: RecordIndex, row: GapChange) -> GapRow:
    if row.change is None or row.verdict is None:
        reason = reason_text(row.undefined, index.record)
        return GapRow(title(row.metric), "–", "–", reason, "", "")
    scale, digits = (100, 1) if _points(row.metric) else (1, 2)
    other, value = (decimal((part or 0.0) * scale, digits) for part in (row.other, row.value))
    word = f"{MARKS[row.verdict]} {WORDS[row.verdict]}"
    return GapRow(title(row.metric), other, value, _with_range(row.metric, row), word, row.verdict)


def _group(index: RecordIndex, row: ValueChange, label: str) -> GroupChangeRow:
    def written(value: float | None) -> str:
        return write(row.metric, value) if value is not None else "–"

    change = _with_range(row.metric, row) if row.change is not None else reason_text(row.undefined, index.record)
    p_value = write_p(row.p_value) if row.p_value is not None else ""
    return GroupChangeRow(label, written(row.other), written(row.value), change, p_value)


def _plot(gaps: Sequence[GapChange], features: tuple[str, ...], plot_id: str) -> ChangePlot | None:
    """Return the chart of gaps in shares, which stand on one scale."""
    drawn = [row for row in gaps if row.change is not None and row.interval is not None and _points(row.metric)]
    if not drawn:
        return None
    marks = [
        Mark(title(row.metric), row.change or 0.0, row.interval.low, row.interval.high or 0.0)
        for row in drawn
        if row.interval is not None
    ]
    heading = f"Change in each gap by {features_label(features)}, percentage points, with intervals"
    largest = max(marks, key=lambda mark: abs(mark.change))
    takeaway = f"Largest change: {largest.label.lower()}, {points(largest.change)} points."
    return change_plot(plot_id, heading, takeaway, marks)
