"""The section "Within strata": the same measures where like is compared with like, and what becomes of a gap there.

Everything is read from the record's `conditional`; nothing is reckoned here but rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ethicscheck.model.conditional_record import (
    Adjusted,
    AdjustedPair,
    Conditional,
    ConditionalMetric,
    LackingStratum,
)
from ethicscheck.model.record import Estimate, Finding
from ethicscheck.model.wording import decimal, features_label, group_label, visible, whole
from ethicscheck.policy.study_words import STUDY_REASONS

from .charts import write, write_bare
from .index import Features, GroupKey, RecordIndex, components, group_key, is_share, metric_findings, metric_of, title
from .tables import write_p
from .wording import reason_text

MOST_GROUPS = 6
MOST_STRATA = 30
MOST_NAMED = 4
ABOUT = 0.1  # a difference that changes by no more is said to stay about as large


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
    picked: str = ""


@dataclass(frozen=True)
class StrataSubject:
    """One feature within strata.

    `adjusted` has a row for each pair of groups: measure, pair, crude, adjusted, what becomes of it.
    `disparity` has a row for each group: share of the unfavourable less of the favourable decisions, crude and conditional.
    """

    title: str
    tables: tuple[StrataTable, ...]
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
        within=_strata(index),
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
    return _takeaway(index, row) if row is not None else ""


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
        adjusted=tuple(
            (
                title(row.metric),
                _names(pair),
                _signed(row.metric, pair.crude),
                _signed(row.metric, pair.adjusted),
                _becomes(pair),
            )
            for row in rows.values()
            for pair in row.pairs
            if pair.crude is not None and (pair.to == "gap" or row.metric in chosen)
        ),
        disparity=tuple(
            (
                group_label(part.group),
                _signed("selection_rate", part.crude),
                _signed("selection_rate", part.conditional),
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
            _label(part.stratum),
            tuple(
                _cell(index, name, values.get(group_key(part.stratum), {}).get(group_key(group))) for group in groups
            ),
            _signed(name, apart.get(group_key(part.stratum))),
        )
        for part in shown
    ]
    crude = {group_key(part.group): part for part in index.estimates.get((name, features), [])}
    alike = {group_key(part.group): part for part in row.standardised.values}
    ends = [crude.get(group_key(group)) for group in (pair.group, pair.against)]
    everybody = pair.rows == sum(part.rows for part in ends if part is not None)
    cells = tuple(_cell(index, name, crude.get(group_key(group))) for group in groups)
    rows.append(
        StratumRow("All together", cells, _signed(name, pair.crude) if everybody else _plain(name, ends), total=True)
    )
    if not everybody and pair.crude is not None:
        nobody = tuple(StratumCell("") for _ in groups)
        rows.append(
            StratumRow(
                f"Together, where {_strata(index)} is known and holds both",
                nobody,
                _signed(name, pair.crude),
                total=True,
            )
        )
    if pair.adjusted is not None:
        mixed = (alike.get(group_key(group)) for group in groups)
        rows.append(
            StratumRow(
                f"If all had the same mix of {_strata(index)}",
                tuple(StratumCell(write(name, cell.value) if cell is not None else "–") for cell in mixed),
                _signed(name, pair.adjusted),
                total=True,
            )
        )
    hidden = len(row.within) - len(shown)
    return StrataTable(
        anchor=anchor,
        title=f"{title(name)} within {_strata(index)}",
        groups=tuple(group_label(group) for group in groups),
        compared=_names(pair),
        rows=tuple(rows),
        more=f"Shown are the {MOST_STRATA} with most people; the other {hidden} stand in audit.json." if hidden else "",
        takeaway=_takeaway(index, row),
        folded=f"{title(name)} in each {_strata(index)}",
        facts=tuple(_facts(index, row, pair)),
        picked=_picked(index, row),
    )


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
    whose = "the finding’s" if ruled else "that among all measures"
    return (
        "The ranges of the differences are for these two groups alone; "
        f"{whose} allows for the two having been picked as the furthest apart."
    )


def _strata(index: RecordIndex) -> str:
    return " and ".join(visible(name) for name in index.record.plan.strata)


def _takeaway(index: RecordIndex, row: ConditionalMetric) -> str:
    """Say how often the gap over all holds within strata and what adjusting does; "" where there is no sure gap over all."""
    gap = index.gaps.get((row.metric, row.features, "difference"))
    pair = next((pair for pair in row.pairs if pair.to == "gap"), None)
    if pair is None or gap is None or gap.interval is None or gap.interval.low <= 0:
        return ""
    within, total = _strata(index), len(row.within)
    held = sum(part.interval.low > 0 for part in pair.within)
    turned = sum(part.interval.high is not None and part.interval.high < 0 for part in pair.within)
    text = (
        f"Over all, {group_label(pair.group)} stands above {group_label(pair.against)}. Within {within} "
        f"{_counted(held, turned, total)}."
    )
    if pair.adjusted is not None:
        text += f" With the same mix of {within}, the difference {_becomes(pair)}: {_signed(row.metric, pair.adjusted, ' points')}."
    if held < total or pair.turns is not None:
        text += " Compare like with like before judging."
    return text


def _counted(held: int, turned: int, total: int) -> str:
    """Say in how many strata a difference holds, is turned round or can't be told; what happens in none is left out.

    >>> _counted(2, 0, 2), _counted(0, 0, 2), _counted(3, 0, 6)
    ('that surely holds in both', 'that can’t be told in either', 'that surely holds in 3 of 6; in the other 3 it can’t be told')
    """
    all_of = {1: "the only one", 2: "both"}.get(total, f"all {total}")
    if held == total:
        return f"that surely holds in {all_of}"
    if turned == total:
        return f"it is surely the other way round in {all_of}"
    if not held and not turned:
        return (
            f"that can’t be told in {'the only one' if total == 1 else 'either' if total == 2 else f'any of {total}'}"
        )
    first = (
        f"that surely holds in {held} of {total}"
        if held
        else f"it is surely the other way round in {turned} of {total}"
    )
    second = f", and is surely the other way round in {turned}" if held and turned else ""
    unknown = total - held - turned
    rest = f"; in the other {unknown if unknown > 1 else 'one'} it can’t be told" if unknown else ""
    return f"{first}{second}{rest}"


def _becomes(pair: AdjustedPair) -> str:
    """Say what becomes of a difference once both groups have the same mix of strata."""
    crude, adjusted = pair.crude, pair.adjusted
    if crude is None or adjusted is None:
        return "can’t be adjusted"
    if pair.turns == "clear":
        return "turns round"
    if pair.turns == "possible":
        return "seems to turn round"
    if _sure(crude) and not _sure(adjusted):
        return "can no longer be told from none"
    if not _sure(crude):
        return "comes to light" if _sure(adjusted) else "can’t be told from none either way"
    kept = abs(adjusted.value) / abs(crude.value)  # a sure difference is not 0
    return "stays, smaller" if kept < 1 - ABOUT else "stays, larger" if kept > 1 + ABOUT else "stays about as large"


def _sure(part: Adjusted) -> bool:
    return part.interval.low > 0 or (part.interval.high is not None and part.interval.high < 0)


def _facts(index: RecordIndex, row: ConditionalMetric, pair: AdjustedPair) -> Iterator[tuple[str, str]]:
    within, name = _strata(index), row.metric
    if pair.unexplained is not None and pair.explained is not None and pair.crude is not None:
        explained, whole_gap = (write_bare(name, part) for part in (pair.explained, pair.crude.value))
        unit = " points" if is_share(name) else ""
        yield (
            f"What the mix of {within} makes",
            f"{explained} of the {whole_gap}{unit}; not explained by it: {_signed(name, pair.unexplained)}",
        )
    if pair.odds_ratio is not None:
        yield "Common odds ratio", f"{_ratio(pair.odds_ratio)} ({_names(pair, ' to ')}; Mantel–Haenszel)"
    if pair.risk_difference is not None:
        yield "Common difference", f"{_signed(name, pair.risk_difference)} (Mantel–Haenszel)"
    test = row.independence if len(row.standardised.values) > 2 else pair.independence
    if test is not None:
        answer = "yes" if test.p_value < 1 - index.record.plan.confidence else "not shown"
        yield (
            f"Is there a difference that runs one way within {within}?",
            f"{answer} (p {write_p(test.p_value)}, {TESTS[test.test]})",
        )
    if pair.homogeneity is not None:
        differs = pair.homogeneity.p_value < 1 - index.record.plan.confidence
        answer = "no, so read the rows above rather than the common figures" if differs else "nothing speaks against it"
        yield (
            f"Is it the same in every {within}?",
            f"{answer} (p {write_p(pair.homogeneity.p_value)}, Breslow–Day with Tarone’s correction)",
        )
    left_out = {group_key(part.stratum): part for part in (*row.standardised.left_out, *pair.left_out)}
    if left_out:
        yield "Left out of what is adjusted", _left_out(list(left_out.values()))
    if row.standardised.undefined is not None:
        yield "All groups at once", f"can’t be adjusted: {_why(index, row.standardised.undefined)}"


TESTS = {
    "cochran_mantel_haenszel": "Cochran–Mantel–Haenszel",
    "cochran_mantel_haenszel_general": "Cochran–Mantel–Haenszel, general association",
    "cochran_mantel_haenszel_monte_carlo": "Cochran–Mantel–Haenszel, simulated",
    "exact_conditional": "exact conditional test",
}


def _left_out(parts: Sequence[LackingStratum]) -> str:
    named = [
        f"{_label(part.stratum)} ({whole(part.rows)} people; no value there for {', '.join(map(group_label, part.lacks[:MOST_NAMED]))}"
        f"{' and others' if len(part.lacks) > MOST_NAMED else ''})"
        for part in parts[:MOST_NAMED]
    ]
    more = len(parts) - len(named)
    return "; ".join(named) + (f"; and {more} more, in audit.json" if more else "")


def _why(index: RecordIndex, code: str) -> str:
    return STUDY_REASONS[code][0] if code in STUDY_REASONS else reason_text(code, index.record)


def _cell(index: RecordIndex, name: str, row: Estimate | None) -> StratumCell:
    if row is None:
        return StratumCell("–", "nobody")
    few = "few people" if row.rows < index.record.plan.min_group else ""
    if row.value is None:
        return StratumCell("–", reason_text(row.undefined, index.record))
    return StratumCell(write(name, row.value), few)


def _names(pair: AdjustedPair, join: str = " − ") -> str:
    return f"{group_label(pair.group)}{join}{group_label(pair.against)}"


def _signed(name: str, part: Adjusted | None, unit: str = "") -> str:
    """Write a difference with its sign and limits, in points where values are shares."""
    if part is None:
        return "–"
    high = write_bare(name, part.interval.high) if part.interval.high is not None else "∞"
    unit = unit if is_share(name) else ""
    return f"{_with_sign(name, part.value)}{unit} ({write_bare(name, part.interval.low)} to {high})"


def _plain(name: str, ends: Sequence[Estimate | None]) -> str:
    """Write the difference of two groups' values alone."""
    first, second = (part.value if part is not None else None for part in ends)
    if first is None or second is None:
        return "–"
    return _with_sign(name, first - second)


def _with_sign(name: str, value: float) -> str:
    """Write a difference with its sign; one that rounds to nothing has none."""
    shown = write_bare(name, value)
    return f"+{shown}" if value > 0 and shown.strip("0.") else shown


def _ratio(part: Adjusted) -> str:
    high = decimal(part.interval.high, 3) if part.interval.high is not None else "∞"
    return f"{decimal(part.value, 3)} ({decimal(part.interval.low, 3)} to {high})"


def _label(stratum: dict[str, str] | None) -> str:
    return ", ".join(visible(label) for label in (stratum or {}).values())
