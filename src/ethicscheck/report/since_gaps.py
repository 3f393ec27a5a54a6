"""Gaps in two audits as they are shown: a takeaway, a chart and a table for each feature; how changes are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ethicscheck.model.comparison import Comparison, GapChange
from ethicscheck.model.part import Interval
from ethicscheck.model.record import AuditRecord
from ethicscheck.model.wording import features_label, group_label, percent, visible
from ethicscheck.policy.study_words import COMPARISON_REASONS

from .change_plot import ChangePlot, Mark, change_plot, points, signed
from .charts import write
from .index import components, is_quantity, is_share, title
from .wording import reason_text

GAP_WORDS = {"better": "✓ smaller gap", "worse": "✕ wider gap", "unclear": "? can’t tell", "unchanged": "= unchanged"}
USUAL = frozenset({"selection_rate", "true_positive_rate", "false_positive_rate", "precision", "accuracy"})


@dataclass(frozen=True)
class GapRow:
    """One gap in both audits."""

    title: str
    old: str
    new: str
    change: str
    word: str
    note: str


@dataclass(frozen=True)
class GapAxis:
    """The gaps of one feature: those to speak of, and the rest to unfold."""

    title: str
    takeaway: str
    plot: ChangePlot | None
    gaps: tuple[GapRow, ...]
    rest_title: str
    rest: tuple[GapRow, ...]


def gap_axes(comparison: Comparison, record: AuditRecord) -> Iterator[GapAxis]:
    """Yield the gaps of each feature: those that rules judge first, the rest to unfold."""
    judged = {(part.metric, part.features) for part in comparison.findings if part.metric is not None}
    judged |= {(name, features) for metric, features in judged for name in components(metric or "")}
    for place, features in enumerate(dict.fromkeys(part.features for part in comparison.gaps)):
        gaps = [part for part in comparison.gaps if part.features == features]
        main = [part for part in gaps if (part.metric, features) in judged] or [
            part for part in gaps if part.metric in USUAL
        ]
        main = main or gaps[:5]
        rest = [part for part in gaps if part not in main]
        notes = {_groups_note(part) for part in gaps}
        shared = notes.pop() if len(notes) == 1 else ""
        yield GapAxis(
            title=f"By {features_label(features)}",
            takeaway=_takeaway(gaps) + (f" Compared {shared}." if shared else ""),
            plot=_plot(main, features, f"since-{place}"),
            gaps=tuple(_gap(part, record, shared) for part in main),
            rest_title=f"The other {len(rest)} gaps" if len(rest) > 1 else "The other gap",
            rest=tuple(_gap(part, record, shared) for part in rest),
        )


def _takeaway(gaps: Sequence[GapChange]) -> str:
    """Say of all gaps of a feature which grew, which shrank, and of how many nothing is known."""
    names = {
        verdict: list(dict.fromkeys(title(part.metric).lower() for part in gaps if part.verdict == verdict))
        for verdict in ("worse", "better", "unclear", "unchanged")
    }
    if len(names["unchanged"]) == len(gaps):
        return "Every gap is the very same."
    said = [
        f"{word} gap in {_listed(names[verdict])}"
        for verdict, word in (("worse", "wider"), ("better", "smaller"))
        if names[verdict]
    ]
    first = "; ".join(said)
    text = f"{first[:1].upper()}{first[1:]}." if said else "No gap is shown to have grown or shrunk."
    if unclear := len(names["unclear"]):
        text += (
            f" For {unclear} {'other ' if said else ''}{'measure' if unclear == 1 else 'measures'} the data can’t tell."
        )
    return text


def _listed(names: Sequence[str], most: int = 4) -> str:
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _gap(part: GapChange, record: AuditRecord, shared: str) -> GapRow:
    old, new = (
        written(part.metric, part.compare, value) if value is not None else "–" for value in (part.old, part.new)
    )
    if part.change is None:
        change = why_text(part.undefined, record) if part.undefined else "–"
    else:
        change = change_text(part.metric, part.compare, part.change, part.interval)
    name = title(part.metric) + (", ratio" if part.compare == "ratio" else "")
    note = _groups_note(part)
    return GapRow(name, old, new, change, GAP_WORDS.get(part.verdict or "", ""), note if note != shared else "")


def _groups_note(part: GapChange) -> str:
    """Return which groups are compared now and were not, or the other way round."""
    return "; ".join(
        f"{what} {_listed([group_label(group) for group in groups])}"
        for what, groups in (("now with", part.joined), ("now without", part.left))
        if groups
    )


def _plot(gaps: Sequence[GapChange], features: tuple[str, ...], plot_id: str) -> ChangePlot | None:
    """Return the chart of gaps in shares, which stand on one scale."""
    marks = [
        Mark(title(part.metric), part.change, part.interval.low, part.interval.high)
        for part in gaps
        if part.change is not None
        and part.interval is not None
        and part.interval.high is not None
        and part.verdict != "unchanged"
        and part.compare == "difference"
        and in_points(part.metric)
    ]
    if not marks:
        return None
    largest = max(marks, key=lambda mark: abs(mark.change))
    heading = (
        f"Change in each gap by {features_label(features)} since the earlier audit, percentage points, with intervals"
    )
    return change_plot(
        plot_id, heading, f"Largest change: {largest.label.lower()}, {points(largest.change)} points.", marks
    )


def basis(comparison: Comparison, record: AuditRecord) -> str:
    """Return what the intervals rest on, and how to read the words."""
    level = percent(record.plan.confidence, 0)
    if comparison.paired is not None:
        how = (
            f"The earlier audit’s decisions stand in this one’s data too (column “{visible(comparison.paired)}”), on the very same "
            f"rows: where the intervals ({level}) of gaps are paired, both models’ luck cancels."
        )
    else:
        how = f"Intervals ({level}) take the two audits to be of different people."
        if comparison.data.same_sources:
            how += " They read the same data, so these intervals are wider than they need be: put both decisions into one audit (data.compare_with)."
    return (
        f"{how} A gap that grows is worse. Words are by gap, uncorrected for their number: the more gaps are read, the more "
        "seem to move by chance."
    )


def written(metric: str, compare: str, value: float) -> str:
    """Write a gap, or a group's value: shares in points or per cent."""
    if compare == "ratio":
        return f"{value:.2f}"
    if compare == "each":
        return write(metric, value)
    return f"{value * 100:.1f}" if in_points(metric) else write(components(metric)[0], value)


def in_points(metric: str) -> bool:
    """Return whether gaps of a measure are written in percentage points."""
    return all(is_share(name) for name in components(metric))


def _signed(metric: str, compare: str, value: float) -> str:
    """Write a change with its sign."""
    if compare != "ratio" and in_points(metric):
        return points(value)
    if compare != "ratio" and is_quantity(metric):
        text = write(metric, value)
        return f"+{text}" if value > 0 else text
    return signed(value, 2)


def change_text(metric: str, compare: str, change: float, interval: Interval | None) -> str:
    """Write a change with its interval."""
    shown = _signed(metric, compare, change)
    if interval is None:
        return shown
    low = _signed(metric, compare, interval.low)
    if interval.high is None:
        return f"{shown} ({low} or more)"
    return f"{shown} ({low} to {_signed(metric, compare, interval.high)})"


def why_text(code: str, record: AuditRecord) -> str:
    """Return why there is no change, or no interval of it."""
    return COMPARISON_REASONS[code][0] if code in COMPARISON_REASONS else reason_text(code, record)
