"""The intersectional grid: two features crossed, each cell with value, interval and people; readable in black and white."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ethicscheck.model.record import Estimate
from ethicscheck.model.wording import NO_BREAK, features_label, visible, whole

from .charts import write, write_bare, write_interval
from .index import RecordIndex, components, group_key, is_share, metric_findings, metric_of, title
from .wording import reason_text

STEPS = 5
MOST_CELLS = 120
MOST_GRIDS = 2  # shown open, of the measures that rules judge


@dataclass(frozen=True)
class GridCell:
    """One group: how full its square is (0 empty to 4; None where nothing is compared), and what is written in it."""

    step: int | None
    value: str
    interval: str
    people: str
    small: bool


@dataclass(frozen=True)
class GridRow:
    """The groups of one label of the first feature, then that label over all."""

    label: str
    cells: tuple[GridCell, ...]
    over_all: GridCell


@dataclass(frozen=True)
class Grid:
    """A grid of one measure."""

    id: str
    title: str
    takeaway: str
    rows_by: str
    columns_by: str
    columns: tuple[str, ...]
    rows: tuple[GridRow, ...]
    last: tuple[GridCell, ...]
    everyone: GridCell
    scale: tuple[str, str]


def grids(index: RecordIndex, features: tuple[str, ...], place: int) -> tuple[Grid, ...]:
    """Return the grids of an intersection of two features: of the measures that rules judge, else of the first one."""
    if len(features) != 2:
        return ()
    made = index.metrics()
    ruled = [name for finding in metric_findings(index.record) for name in components(metric_of(finding))]
    chosen = [name for name in dict.fromkeys(ruled) if name in made] or made[:1]
    found = (grid(index, name, features, f"grid-{place}-{number}") for number, name in enumerate(chosen[:MOST_GRIDS]))
    return tuple(part for part in found if part is not None)


def grid(index: RecordIndex, metric: str, features: tuple[str, ...], grid_id: str) -> Grid | None:
    """Return the grid of one measure; None where it would be too large, or crosses nothing."""
    first, second = features
    crossed = {group_key(row.group): row for row in index.estimates.get((metric, features), [])}
    sides = {name: index.estimates.get((metric, (name,)), []) for name in features}
    rows, columns = (_labels(name, crossed.values(), sides[name]) for name in features)
    if len(rows) < 2 or len(columns) < 2 or len(rows) * len(columns) > MOST_CELLS:
        return None
    small = index.record.plan.min_group
    compared = [row for row in crossed.values() if row.value is not None and row.rows >= small]
    values = [row.value for row in compared if row.value is not None]
    scale = (min(values), max(values)) if values else (0.0, 0.0)

    def cell(row: Estimate | None, group: dict[str, str]) -> GridCell:
        if row is None:
            word = "hidden" if _is_hidden(index, group) else "nobody"
            return GridCell(None, word, "", "", False)
        if row.value is None:
            return GridCell(None, "–", reason_text(row.undefined, index.record), _counted(row), row.rows < small)
        fits = row.rows >= small
        return GridCell(
            _step(row.value, scale) if fits else None,
            write(metric, row.value),
            write_interval(metric, row),
            _counted(row),
            not fits,
        )

    def side(name: str, label: str) -> GridCell:
        found = next((row for row in sides[name] if row.group == {name: label}), None)
        shown = cell(found, {name: label})
        return GridCell(None, shown.value, shown.interval, shown.people, shown.small)

    overall = index.overall(metric)
    everyone = cell(overall, {})
    return Grid(
        id=grid_id,
        title=f"{title(metric)} by {features_label(features)}",
        takeaway=_takeaway(metric, compared, sides, small),
        rows_by=visible(first),
        columns_by=visible(second),
        columns=tuple(visible(label) for label in columns),
        rows=tuple(
            GridRow(
                visible(label),
                tuple(
                    cell(crossed.get(group_key({first: label, second: other})), {first: label, second: other})
                    for other in columns
                ),
                side(first, label),
            )
            for label in rows
        ),
        last=tuple(side(second, label) for label in columns),
        everyone=GridCell(None, everyone.value, everyone.interval, everyone.people, everyone.small),
        scale=(write(metric, scale[0]), write(metric, scale[1])),
    )


def _counted(row: Estimate) -> str:
    """Return how many people a value is counted on; where it rests on weights, how many people there are."""
    return whole(row.denominator if isinstance(row.denominator, int) else row.rows)


def _labels(name: str, crossed: Iterable[Estimate], side: Sequence[Estimate]) -> list[str]:
    """Return the labels of a feature in the order of its own table."""
    own = [row.group[name] for row in side]
    met = [row.group[name] for row in crossed]
    return list(dict.fromkeys([*own, *met]))


def _is_hidden(index: RecordIndex, group: dict[str, str]) -> bool:
    found = index.record.suppression
    return found is not None and any(part.group == group and not part.stratum for part in found.groups)


def _step(value: float, scale: tuple[float, float]) -> int:
    low, high = scale
    if high <= low:
        return STEPS // 2
    return min(int((value - low) / (high - low) * STEPS), STEPS - 1)


def _takeaway(metric: str, compared: Sequence[Estimate], sides: dict[str, list[Estimate]], small: int) -> str:
    """Say which crossing is highest and lowest, and whether either feature alone shows as wide a range."""
    if len(compared) < 2:
        return "Fewer than two crossings have enough people and a value."
    ordered = sorted(compared, key=lambda row: (-(row.value or 0.0), tuple(row.group.values())))
    top, bottom = ordered[0], ordered[-1]
    assert top.value is not None
    assert bottom.value is not None
    if top.value == bottom.value:
        return f"{write(metric, top.value)} in every crossing with enough people."
    said = (
        f"Highest for {_named(top)} ({write(metric, top.value)}), lowest for {_named(bottom)} "
        f"({write(metric, bottom.value)})."
    )
    spans = {}
    for name, rows in sides.items():
        own = [row.value for row in rows if row.value is not None and row.rows >= small]
        if len(own) < 2:
            return said
        spans[name] = max(own) - min(own)
    both = top.value - bottom.value
    if both <= 1.25 * max(spans.values()):
        return said
    unit = f"{NO_BREAK}points" if is_share(metric) else ""
    alone = " and ".join(f"{write_bare(metric, span)} by {visible(name)}" for name, span in spans.items())
    return f"{said} Together they range over {write_bare(metric, both)}{unit}, against {alone} alone."


def _named(row: Estimate) -> str:
    return " · ".join(visible(label) for label in row.group.values())
