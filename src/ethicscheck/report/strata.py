"""The section "Within strata": the same measures where like is compared with like, and what becomes of a gap there.

Everything is read from the record's `conditional`; nothing is reckoned here but rounding.
"""

from __future__ import annotations

from dataclasses import dataclass

from ethicscheck.model.conditional_record import (
    Adjusted,
    AdjustedPair,
    Conditional,
    ConditionalMetric,
)
from ethicscheck.model.record import Estimate, Finding
from ethicscheck.model.wording import features_label, group_label

from .charts import write
from .index import Features, GroupKey, RecordIndex, components, group_key, metric_findings, metric_of, title
from .strata_words import becomes, facts, pair_names, plain_difference, signed, strata_name, stratum_label, takeaway
from .wording import reason_text

MOST_GROUPS = 6
MOST_STRATA = 30


@dataclass(frozen=True)
class StratumCell:
    """One group's value in one stratum."""

    value: str
    note: str = ""


@dataclass(frozen=True)
class StratumRow:
    """One stratum (or all together): each group's value, and the difference of the two furthest apart over all."""

    label: str
    cells: tuple[StratumCell, ...]
    difference: str
    total: bool = False


@dataclass(frozen=True)
class StrataTable:
    """One measure by stratum and group, and what the strata do to its gap."""

    anchor: str
    title: str
    groups: tuple[str, ...]
    compared: str
    rows: tuple[StratumRow, ...]
    more: str
    takeaway: str
    folded: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class StrataSubject:
    """One feature within strata.

    `adjusted` has a row for each pair of groups: measure, pair, crude, adjusted, what becomes of it.
    `disparity` has a row for each group: share of the unfavourable less of the favourable decisions, crude and conditional.
    """

    title: str
    tables: tuple[StrataTable, ...]
    picked: str
    adjusted: tuple[tuple[str, ...], ...]
    disparity: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class StrataSection:
    """The section "Within strata"."""

    within: str
    subjects: tuple[StrataSubject, ...]
    note: str


def strata_section(index: RecordIndex) -> StrataSection | None:
    """Return the section; None where the record has no strata."""
    found, plan = index.record.conditional, index.record.plan
    if found is None and (not plan.strata or index.record.suppression is not None):  # withheld: said where it is hidden
        return None
    made = {row.metric for row in found.metrics} if found is not None else set()
    without = [title(name) for name in plan.metrics if name not in made]
    return StrataSection(
        within=strata_name(index),
        subjects=tuple(_subject(index, found, features, place) for place, features in enumerate(index.axes()))
        if found is not None
        else (),
        note=f"Not told apart by strata, since there are too many different scores: {', '.join(without)}. "
        "Round the scores to have them too."
        if without
        else "",
    )


def strata_note(index: RecordIndex, finding: Finding) -> str:
    """Return what a finding's reader must know about its strata; "" where there are none or nothing stands out."""
    names = components(metric_of(finding))
    if len(names) > 1 or finding.observed is None:
        return ""
    row = _row_of(index, names[0], finding.rule.across)
    return takeaway(index, row) if row is not None else ""


def _row_of(index: RecordIndex, name: str, features: Features) -> ConditionalMetric | None:
    rows = index.record.conditional.metrics if index.record.conditional is not None else ()
    return next((row for row in rows if row.metric == name and row.features == features), None)


def _subject(index: RecordIndex, found: Conditional, features: Features, place: int) -> StrataSubject:
    rows = {row.metric: row for row in found.metrics if row.features == features}
    ruled = [
        name
        for finding in metric_findings(index.record)
        if finding.rule.across == features
        for name in components(metric_of(finding))
    ]
    chosen = [name for name in dict.fromkeys(ruled) if name in rows] or list(rows)[:1]
    tables = (_table(index, rows[name], f"strata-{place}-{name}") for name in chosen)
    return StrataSubject(
        title=features_label(features),
        tables=tuple(table for table in tables if table is not None),
        picked=next(filter(None, (_picked(index, rows[name]) for name in chosen)), ""),
        adjusted=tuple(
            (
                title(row.metric),
                pair_names(pair),
                signed(row.metric, pair.crude),
                signed(row.metric, pair.adjusted),
                becomes(pair),
            )
            for row in rows.values()
            for pair in row.pairs
            if pair.crude is not None and (pair.to == "gap" or row.metric in chosen)
        ),
        disparity=tuple(
            (
                group_label(part.group),
                signed("selection_rate", part.crude),
                signed("selection_rate", part.conditional),
            )
            for part in found.demographic_disparity
            if part.features == features
        ),
    )


def _table(index: RecordIndex, row: ConditionalMetric, anchor: str) -> StrataTable | None:
    name, features = row.metric, row.features
    pair = next((pair for pair in row.pairs if pair.to == "gap"), None)
    if pair is None:
        return None
    groups = [estimate.group for estimate in index.estimates.get((name, features), [])]
    if len(groups) > MOST_GROUPS:
        groups = [pair.group, pair.against]
    values: dict[GroupKey, dict[GroupKey, Estimate]] = {}
    for estimate in index.by_stratum.get((name, features), []):
        values.setdefault(group_key(estimate.stratum), {})[group_key(estimate.group)] = estimate
    apart = {group_key(part.stratum): Adjusted(value=part.value, interval=part.interval) for part in pair.within}
    shown = (
        sorted(row.within, key=lambda part: -part.rows)[:MOST_STRATA] if len(row.within) > MOST_STRATA else row.within
    )
    rows = [
        StratumRow(
            stratum_label(part.stratum),
            tuple(
                _cell(index, name, values.get(group_key(part.stratum), {}).get(group_key(group))) for group in groups
            ),
            signed(name, apart.get(group_key(part.stratum))),
        )
        for part in shown
    ]
    crude = {group_key(part.group): part for part in index.estimates.get((name, features), [])}
    alike = {group_key(part.group): part for part in row.standardised.values}
    ends = [crude.get(group_key(group)) for group in (pair.group, pair.against)]
    everybody = pair.rows == sum(part.rows for part in ends if part is not None)
    cells = tuple(_cell(index, name, crude.get(group_key(group))) for group in groups)
    rows.append(
        StratumRow(
            "All together", cells, signed(name, pair.crude) if everybody else plain_difference(name, ends), total=True
        )
    )
    if not everybody and pair.crude is not None:
        nobody = tuple(StratumCell("") for _ in groups)
        rows.append(
            StratumRow(
                f"Together, where {strata_name(index)} is known and holds both",
                nobody,
                signed(name, pair.crude),
                total=True,
            )
        )
    if pair.adjusted is not None:
        mixed = (alike.get(group_key(group)) for group in groups)
        rows.append(
            StratumRow(
                f"If all had the same mix of {strata_name(index)}",
                tuple(StratumCell(write(name, cell.value) if cell is not None else "–") for cell in mixed),
                signed(name, pair.adjusted),
                total=True,
            )
        )
    hidden = len(row.within) - len(shown)
    return StrataTable(
        anchor=anchor,
        title=f"{title(name)} within {strata_name(index)}",
        groups=tuple(group_label(group) for group in groups),
        compared=pair_names(pair),
        rows=tuple(rows),
        more=f"Shown are the {MOST_STRATA} with most people; the other {hidden} stand in audit.json." if hidden else "",
        takeaway=takeaway(index, row, f"Over all, no gap is larger than chance may make it: {_held(pair)}."),
        folded=f"{title(name)} in each {strata_name(index)}",
        facts=tuple(facts(index, row, pair)),
    )


def _held(pair: AdjustedPair) -> str:
    sure = sum(
        part.interval.low > 0 or (part.interval.high is not None and part.interval.high < 0) for part in pair.within
    )
    return f"{pair_names(pair)} is told from none in {sure} of {len(pair.within)} strata"


def _picked(index: RecordIndex, row: ConditionalMetric) -> str:
    """Say why the same gap has another interval elsewhere; "" where there were but two groups to pick from."""
    few = index.record.plan.min_group
    groups = index.estimates.get((row.metric, row.features), [])
    if sum(part.value is not None and part.rows >= few for part in groups) < 3:
        return ""
    ruled = any(
        finding.rule.across == row.features and row.metric in components(metric_of(finding))
        for finding in metric_findings(index.record)
    )
    whose = "a finding’s" if ruled else "that among all measures"
    return (
        "The ranges of the differences are for these two groups alone; "
        f"{whose} allows for the two having been picked as the furthest apart."
    )


def _cell(index: RecordIndex, name: str, row: Estimate | None) -> StratumCell:
    if row is None:
        return StratumCell("–", "nobody")
    few = "few people" if row.rows < index.record.plan.min_group else ""
    if row.value is None:
        return StratumCell("–", reason_text(row.undefined, index.record))
    return StratumCell(write(name, row.value), few)
