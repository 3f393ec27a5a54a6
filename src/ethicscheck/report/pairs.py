"""The section "Matched pairs": the same case with one sensitive feature swapped, and what became of the decision."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ethicscheck.model.pairs_record import PairDirection, PairFeature, Pairs
from ethicscheck.model.part import Interval
from ethicscheck.model.wording import NO_BREAK, percent, visible, whole

from .change_plot import ChangePlot, Mark, change_plot, points, signed
from .index import RecordIndex
from .tables import write_p


@dataclass(frozen=True)
class DirectionRow:
    """One direction as a row of the table."""

    label: str
    pairs: str
    flips: str
    to_positive: str
    to_negative: str
    change: str
    p_value: str
    shift: str


@dataclass(frozen=True)
class PairsAxis:
    """One feature."""

    title: str
    takeaway: tuple[str, ...]
    plot: ChangePlot | None
    rows: tuple[DirectionRow, ...]
    decides: bool
    scored: bool


@dataclass(frozen=True)
class PairsSection:
    """The section."""

    about: str
    brief: tuple[str, ...]
    accounting: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    axes: tuple[PairsAxis, ...]


def pairs_section(index: RecordIndex) -> PairsSection | None:
    """Return the section; None where no rows are paired."""
    found = index.record.pairs
    if found is None:
        return None
    return PairsSection(
        about=(
            f"Rows with the same “{visible(found.column)}” are one case. Two of them are a pair when they differ in "
            "exactly one sensitive feature; nothing but that feature can then be the reason for another decision, as far "
            "as the rows say all that the system saw."
        ),
        brief=plain_swaps(index),
        accounting=(
            ("cases with at least one pair", whole(found.used)),
            ("cases with a single row", whole(found.single)),
            ("cases whose rows differ in no sensitive feature", whole(found.identical)),
            ("cases whose rows differ only in several features at once", whole(found.several)),
        ),
        notes=tuple(_notes(found)),
        axes=tuple(_axis(index, feature, place) for place, feature in enumerate(found.features)),
    )


def plain_swaps(index: RecordIndex) -> tuple[str, ...]:
    """Return what became of decisions when one feature alone was swapped: a plain sentence for each feature."""
    found = index.record.pairs
    if found is None:
        return ()
    return tuple(_plain_swap(index, found, feature) for feature in found.features if feature.pairs)


def _plain_swap(index: RecordIndex, found: Pairs, feature: PairFeature) -> str:
    name, each = visible(feature.feature), feature.pairs == found.used
    of = (
        f"Of {_counted(feature.pairs, 'case')}"
        if each
        else f"Of {_pairs(feature.pairs)} from {_counted(found.used, 'case')}"
    )
    (*_, row) = feature.directions
    if len(feature.directions) == 1 and row.to_negative is not None and row.to_positive is not None:
        yes = visible(index.record.plan.positive_prediction or "")
        what = f"the “{yes}”" if yes.isalpha() else "the positive decision"
        swap = f"swapping {name} alone, from {visible(row.before)} to {visible(row.after)},"
        return f"{of}, {swap} took {what} away in {whole(row.to_negative)} and gave it in {whole(row.to_positive)}. {_plain_chance(index, row)}"
    if feature.flips is not None:
        return f"{of}, swapping {name} alone changed the decision in {whole(feature.flips)}."
    moved = [part for part in feature.directions if part.shift is not None]
    if not moved:
        return f"{of}, {name} alone was swapped."
    most = max(moved, key=lambda part: abs(part.shift or 0.0))
    return (
        f"{of}, swapping {name} alone, from {visible(most.before)} to {visible(most.after)}, moved the mean score by "
        f"{signed(most.shift or 0.0, 3)} ({_ends(most.shift_interval)})."
    )


def _plain_chance(index: RecordIndex, row: PairDirection) -> str:
    if row.p_adjusted is not None and row.p_adjusted <= 1 - index.record.plan.confidence:
        return "That is more one way than chance explains."
    return "Whether chance explains that is borderline." if _apart(row.interval) else "That may be chance."


def _counted(number: int, noun: str) -> str:
    return f"{whole(number)} {noun}{'' if number == 1 else 's'}"


def _notes(found: Pairs) -> Iterator[str]:
    if found.identical_pairs:
        yield f"{_pairs(found.identical_pairs)} of rows differ in no feature and are not used."
    if found.several_pairs:
        yield f"{_pairs(found.several_pairs)} differ in several features at once and are not used."
    if found.left_out:
        rows = "1 row has" if found.left_out == 1 else f"{whole(found.left_out)} rows have"
        yield f"{rows} no known case or feature and can be in no pair."


def _pairs(number: int) -> str:
    return f"{whole(number)} {'pair' if number == 1 else 'pairs'}"


def _axis(index: RecordIndex, feature: PairFeature, place: int) -> PairsAxis:
    name = visible(feature.feature)
    marks = [
        (_direction(row), row.change, row.interval)
        for row in feature.directions
        if row.change is not None and row.interval is not None and row.interval.high is not None
    ]
    takeaway = tuple(_takeaway(index, feature))
    plot = None
    if marks:
        largest = max(marks, key=lambda mark: abs(mark[1] or 0.0))
        plot = change_plot(
            f"pairs-{place}",
            f"Change in the share with the positive decision when {name} is swapped, percentage points, with intervals",
            f"Largest change: {largest[0]}, {points(largest[1] or 0.0)} points.",
            [Mark(label, change, ends.low, ends.high or 0.0) for label, change, ends in marks if ends is not None],
        )
    return PairsAxis(
        title=f"When only {name} is swapped",
        takeaway=takeaway,
        plot=plot,
        rows=tuple(_row(row) for row in feature.directions),
        decides=any(row.flips is not None for row in feature.directions),
        scored=any(row.scored for row in feature.directions),
    )


def _takeaway(index: RecordIndex, feature: PairFeature) -> Iterator[str]:
    name = visible(feature.feature)
    if not feature.pairs:
        yield f"No two rows of a case differ in {name} alone."
        return
    if feature.flip_rate is not None and feature.interval is not None:
        yield (
            f"Swapping {name} alone changes the decision in {percent(feature.flip_rate)} of {_pairs(feature.pairs)} "
            f"({_span(feature.interval)})."
        )
    alpha = 1 - index.record.plan.confidence
    sure = [row for row in feature.directions if row.p_adjusted is not None and row.p_adjusted <= alpha]
    for row in sure:
        gained, lost = row.to_positive or 0, row.to_negative or 0
        yield (
            f"From {visible(row.before)} to {visible(row.after)} {whole(lost)} lose the positive decision and "
            f"{whole(gained)} gain it, more one way than chance explains."
        )
    unsure = [row for row in feature.directions if row not in sure and row.p_value is not None and _apart(row.interval)]
    for row in unsure:
        yield _borderline(row, alpha)
    if not sure and not unsure and any(row.p_adjusted is not None for row in feature.directions):
        yield "In no direction do flips go one way more often than chance would have it."
    moved = [row for row in feature.directions if _apart(row.shift_interval)]
    for row in moved:
        yield (
            f"From {visible(row.before)} to {visible(row.after)} the mean score moves by {signed(row.shift or 0.0, 3)} "
            f"({_ends(row.shift_interval)})."
        )


def _borderline(row: PairDirection, alpha: float) -> str:
    """Say of a direction that its interval leaves no change out, and its test, or all tests together, do not."""
    start = f"From {visible(row.before)} to {visible(row.after)} it is borderline: "
    if (row.p_value or 0.0) <= alpha < (row.p_adjusted or 0.0):
        return f"{start}taken alone the change shows, but not once all directions are counted."
    return (
        f"{start}the range leaves no change just out ({_change_ends(row)} points), the exact test does not "
        f"(p {write_p(row.p_value or 0.0)})."
    )


def _change_ends(row: PairDirection) -> str:
    assert row.interval is not None
    return f"{points(row.interval.low)} to {points(row.interval.high or 0.0)}"


def _direction(row: PairDirection) -> str:
    return f"{visible(row.before)}{NO_BREAK}→{NO_BREAK}{visible(row.after)}"


def _apart(ends: Interval | None) -> bool:
    return ends is not None and (ends.low > 0 or (ends.high is not None and ends.high < 0))


def _row(row: PairDirection) -> DirectionRow:
    flips = "–"
    if row.flips is not None and row.flip_rate is not None and row.flip_interval is not None:
        flips = f"{percent(row.flip_rate)} ({_span(row.flip_interval)})"
    change = "–"
    if row.change is not None and row.interval is not None and row.interval.high is not None:
        low, high = (points(end) for end in (row.interval.low, row.interval.high))
        change = f"{points(row.change)} ({low} to {high})"
    shift = "–"
    if row.shift is not None:
        shift = signed(row.shift, 3) + (f" ({_ends(row.shift_interval)})" if row.shift_interval is not None else "")
    return DirectionRow(
        label=_direction(row),
        pairs=whole(row.pairs),
        flips=flips,
        to_positive=whole(row.to_positive) if row.to_positive is not None else "–",
        to_negative=whole(row.to_negative) if row.to_negative is not None else "–",
        change=change,
        p_value=write_p(row.p_adjusted).removeprefix("= ") if row.p_adjusted is not None else "–",
        shift=shift,
    )


def _span(ends: Interval) -> str:
    return f"{ends.low * 100:.1f}–{percent(ends.high if ends.high is not None else 1.0)}"


def _ends(ends: Interval | None) -> str:
    return f"{signed(ends.low, 3)} to {signed(ends.high, 3)}" if ends is not None and ends.high is not None else "–"
