"""What the section on strata says in words: what becomes of a gap where like is compared with like, and its tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ethicscheck.model.conditional_record import Adjusted, AdjustedPair, ConditionalMetric, LackingStratum
from ethicscheck.model.record import Estimate
from ethicscheck.model.wording import decimal, group_label, visible, whole
from ethicscheck.policy.study_words import STUDY_REASONS

from .charts import write_bare
from .index import RecordIndex, group_key, is_share
from .tables import write_p
from .wording import reason_text

MOST_NAMED = 4
ABOUT = 0.1  # a difference that changes by no more is said to stay about as large


def strata_name(index: RecordIndex) -> str:
    return " and ".join(visible(name) for name in index.record.plan.strata)


def takeaway(index: RecordIndex, row: ConditionalMetric, unsure: str = "") -> str:
    """Say how often the gap over all holds within strata and what adjusting does; `unsure` where there is no sure gap over all."""
    gap = index.gaps.get((row.metric, row.features, "difference"))
    pair = next((pair for pair in row.pairs if pair.to == "gap"), None)
    if pair is None or gap is None or gap.interval is None or gap.interval.low <= 0:
        return unsure
    within, total = strata_name(index), len(row.within)
    held = sum(part.interval.low > 0 for part in pair.within)
    turned = sum(part.interval.high is not None and part.interval.high < 0 for part in pair.within)
    text = (
        f"Over all, {group_label(pair.group)} stands above {group_label(pair.against)}. Within {within} "
        f"{_counted(held, turned, total)}."
    )
    if pair.adjusted is not None:
        text += f" With the same mix of {within}, the difference {becomes(pair)}: {signed(row.metric, pair.adjusted, ' points')}."
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


def becomes(pair: AdjustedPair) -> str:
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


def facts(index: RecordIndex, row: ConditionalMetric, pair: AdjustedPair) -> Iterator[tuple[str, str]]:
    within, name = strata_name(index), row.metric
    if pair.unexplained is not None and pair.explained is not None and pair.crude is not None:
        explained, whole_gap = (write_bare(name, part) for part in (pair.explained, pair.crude.value))
        unit = " points" if is_share(name) else ""
        yield (
            f"What the mix of {within} makes",
            f"{explained} of the {whole_gap}{unit}; not explained by it: {signed(name, pair.unexplained)}",
        )
    if pair.odds_ratio is not None:
        yield "Common odds ratio", f"{_ratio(pair.odds_ratio)} ({pair_names(pair, ' to ')}; Mantel–Haenszel)"
    if pair.risk_difference is not None:
        yield "Common difference", f"{signed(name, pair.risk_difference)} (Mantel–Haenszel)"
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
        f"{stratum_label(part.stratum)} ({whole(part.rows)} people; no value there for {', '.join(map(group_label, part.lacks[:MOST_NAMED]))}"
        f"{' and others' if len(part.lacks) > MOST_NAMED else ''})"
        for part in parts[:MOST_NAMED]
    ]
    more = len(parts) - len(named)
    return "; ".join(named) + (f"; and {more} more, in audit.json" if more else "")


def _why(index: RecordIndex, code: str) -> str:
    return STUDY_REASONS[code][0] if code in STUDY_REASONS else reason_text(code, index.record)


def pair_names(pair: AdjustedPair, join: str = " − ") -> str:
    return f"{group_label(pair.group)}{join}{group_label(pair.against)}"


def signed(name: str, part: Adjusted | None, unit: str = "") -> str:
    """Write a difference with its sign and limits, in points where values are shares."""
    if part is None:
        return "–"
    high = write_bare(name, part.interval.high) if part.interval.high is not None else "∞"
    unit = unit if is_share(name) else ""
    return f"{_with_sign(name, part.value)}{unit} ({write_bare(name, part.interval.low)} to {high})"


def plain_difference(name: str, ends: Sequence[Estimate | None]) -> str:
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


def stratum_label(stratum: dict[str, str] | None) -> str:
    return ", ".join(visible(label) for label in (stratum or {}).values())
