"""What a finding says and what to do next, in plain sentences made from the numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ethicscheck.model.record import Observed, RowsNeeded
from ethicscheck.model.wording import (
    NO_BREAK,
    decimal,
    features_label,
    group_label,
    limit,
    lower_first,
    percent,
    points,
    quantity,
    visible,
    whole,
)

from .rules import Rule

REASONS = {
    "fewer_than_two_groups": "fewer than two groups are large enough and have a value",
    "no_group": "no group is large enough and has a value",
    "divided_by_zero": "the value is 0 in every group, so there is nothing to divide by",
    "small": "too few people",
    "suppressed": "not published, to protect small groups",
    "no_rows": "nobody",
    "no_positives": "nobody for whom the outcome happened",
    "no_negatives": "nobody for whom the outcome did not happen",
    "no_predicted_positives": "nobody with the positive decision",
    "no_predicted_negatives": "nobody with the negative decision",
    "no_positives_or_predicted_positives": "nobody with the outcome or the positive decision",
    "no_false_positives": "no wrong positive decision to divide by",
    "no_other_rows": "nobody outside the group",
    "no_weight": "all weights are 0",
    "too_few_clusters": "fewer than two people or cases stand behind its rows",
    "infinite_loss": "a score of exactly 0 or 1 was wrong, which makes the loss infinite",
    "unbounded_loss": "on the grid of scores, one that was wrong can't be told from exactly 0 or 1",
    "infinite_score": "a score is infinite",
    "custom_metric_undefined": "the audit's own function gives no value",
    "one_row": "hardly more than one person, who shows no spread",
    "constant_truth": "the true value is the same for all",
    "class_without_rows": "nobody who belongs to one of the classes",
    "class_never_predicted": "nobody who was put in one of the classes",
    "class_neither_true_nor_predicted": "nobody who belongs to one of the classes or was put there",
    "under_two_percent": "under 2 % of the people, as the rule allows",
}


@dataclass(frozen=True)
class Case:
    """All that a message is made of.

    Of a criterion, `component` is the title of the metric its value comes from, and `decides` that of the metric which the
    deciding end comes from, where it is another one. `compared` are the titles of all that was compared. `apart` is the one of
    the two groups of a gap that lies further from everyone; None where neither does. `said` is what a function of the audit's
    own raised.
    """

    rule: Rule
    verdict: str
    reason: str | None
    observed: Observed | None
    meets: bool | None
    values: tuple[float, float] | None
    left_out: tuple[tuple[dict[str, str], str, str | None], ...]
    min_group: int
    confidence: float
    needed: RowsNeeded | None
    component: str | None = None
    decides: str | None = None
    compared: tuple[str, ...] = ()
    rows: str = "people"  # what rows are called: "rows" where several may be of one person
    apart: Mapping[str, str] | None = None
    said: tuple[str, ...] = ()


def finding_message(case: Case) -> str:
    """Return what was found, in one to three sentences."""
    rule = case.rule
    where = features_label(rule.features)
    if case.observed is None:
        return (
            f"{rule.measure.title} across {where} can't be judged: {REASONS.get(case.reason or '', case.reason)}."
            f"{_left_out(case)}"
        )
    observed = case.observed
    first, second = group_label(observed.group), group_label(observed.against)
    write = _writer(case)
    if rule.compare == "each":
        what = f"{'Highest' if rule.side == 'max' else 'Lowest'} {_title(case)} by {where}: {write(observed.value)} ({first})."
    else:
        title = _title(case) + (f" ({lower_first(case.component)})" if case.component else "")
        if case.values is not None:
            first, second = (
                f"{name} ({_own(case, value)})" for name, value in zip((first, second), case.values, strict=True)
            )
        if _all_equal(case):
            every = " and ".join(lower_first(part) for part in case.compared)
            own = f" ({_own(case, case.values[0])})" if case.values is not None and len(case.compared) == 1 else ""
            noun = "gap" if rule.compare == "difference" else "ratio"
            noun += f" {'in' if noun == 'gap' else 'of'} {_title(case)}" if case.component else ""
            what = f"All groups compared by {where} have the same {every}{own}: the {noun} is {write(observed.value)}."
        elif rule.compare == "difference":
            what = f"Gap in {title} between {first} and {second}: {write(observed.value)}."
        else:
            what = f"Ratio of {title}, {first} to {second}: {write(observed.value)}."
    return f"{what} {_ends(case)}{_left_out(case)}"


def finding_remedy(case: Case) -> str:
    """Return what to do next."""
    if case.verdict == "pass":
        return "Keep the rule and audit again when the model, the data or the people change."
    if case.verdict == "fail":
        why = _why(case)
        if case.rule.measure.table == "moments":
            return (
                f"Find out why {why}: look at how the true values were measured, what the prediction "
                "is made from and of whom it had few examples, talk to the people affected, change what is wrong and audit again."
            )
        return (
            f"Find out why {why}: look at what was counted as the outcome, what the decision is "
            "made from and where its line is drawn, talk to the people affected, change what is wrong and audit again."
        )
    if case.verdict == "not_evaluable" and any("custom_metric_undefined" in part[1:] for part in case.left_out):
        return (
            f"{_what_it_said(case.said)} Mend the function or what it is run on, or leave the rule out; a rule that can't be "
            "judged is not a pass."
        )
    if case.verdict == "not_evaluable" and any("too_few_clusters" in part[1:] for part in case.left_out):
        return "Collect data of more people or cases, not more rows of the same; a rule that can't be judged is not a pass."
    if case.verdict == "not_evaluable":
        return (
            f"Collect data until at least two groups have {whole(case.min_group)} {case.rows} or more, or lower statistics.min_group "
            "knowingly; a rule that can't be judged is not a pass."
        )
    if case.needed is None:
        return (
            "The value lies so near the limit that no realistic number of people will decide; agree on what to do then."
        )
    chance = percent(case.needed.chance, 0)
    if case.reason == "multiplicity":
        total = whole(_rounded_up(case.needed.rows_total))
        return (
            f"Taken alone this would fail, but among so many rules one may do so by chance. About {total} {case.rows} in all "
            f"would give a fair chance ({chance}) of a verdict; or ask fewer, better chosen questions."
        )
    times, total = _times(case.needed)
    people = f"people, some {total} in all," if case.rows == "people" else f"people or cases, some {total} rows in all,"
    return (
        f"About {times} times as many {people} would give a fair chance "
        f"({chance}) of a verdict. If they can't be had, merge small groups knowingly or judge by other evidence."
    )


def _why(case: Case) -> str:
    """Name what to find out: the same group whether a gap is written as a difference, a ratio or of the opposite rate."""
    assert case.observed is not None
    first, second = case.observed.group, case.observed.against
    if second is None:
        return f"the group {group_label(first)} stands apart"
    if case.apart is None:
        return f"the groups {group_label(first)} and {group_label(second)} are so far apart"
    return f"the group {group_label(case.apart)} stands apart"


def _what_it_said(said: tuple[str, ...]) -> str:
    if not said:
        return "The function gave no value: it returned NaN."
    more = f" ({len(said) - 1} more in the record, under `custom`)" if len(said) > 1 else ""
    return f"The function gave no value: it raised {visible(said[0]).rstrip('.')}{more}."


def _times(needed: RowsNeeded) -> tuple[str, str]:
    """Write how many times as many people, rounded up, and how many that makes: the product of what is read."""
    hundredths = round(needed.factor * 100)
    people = round(needed.rows_total / needed.factor)
    if hundredths < 1000:
        tenths = -(-hundredths // 10)
        return decimal(tenths / 10, 1), whole(_rounded_up(-(-tenths * people // 10), 3))
    times = _rounded_up(-(-hundredths // 100))
    return whole(times), whole(_rounded_up(times * people, 3))


def _ends(case: Case) -> str:
    assert case.observed is not None
    write, interval = _writer(case), case.observed.interval
    level = percent(case.confidence, 0)
    allowed = f"{'at most' if case.rule.side == 'max' else 'at least'} {_bound(case)}"
    low = write(interval.low)
    high = write(interval.high) if interval.high is not None else "any size"
    if case.verdict in ("pass", "fail"):
        upper = (case.verdict == "pass") == (case.rule.side == "max")
        end = f"at most {high}" if upper else f"at least {low}"
        other = f" (by the {lower_first(case.decides)})" if case.decides else ""
        return f"Allowing for chance ({level} confidence), it is {end}{other}; the rule allows {allowed}."
    if case.reason == "multiplicity":
        return f"Beyond the limit ({allowed}) on its own, but not once all rules are counted."
    noun = {"difference": "gap", "ratio": "ratio", "each": "value"}[case.rule.compare]
    where = "keeps the limit" if case.meets else "is past the limit"
    return (
        f"The observed {noun} {where} ({allowed}), but allowing for chance the true one may be anywhere from "
        f"{_bare(low, high)} to {high}: no verdict."
    )


def _bound(case: Case) -> str:
    """Write the limit with no more digits than it was given."""
    if case.rule.compare == "ratio" or not _is_share(case):
        return limit(case.rule.bound)
    return f"{case.rule.bound * 100:.10g}{NO_BREAK}{'points' if case.rule.compare == 'difference' else '%'}"


def _bare(low: str, high: str) -> str:
    """Leave out the unit of a range's first number when the second has it too."""
    number, _, unit = low.partition(NO_BREAK)
    return number if unit and high.endswith(unit) else low


def _left_out(case: Case) -> str:
    small = [group_label(group) for group, reason, _ in case.left_out if reason == "small"]
    other = [
        f"{group_label(group)} ({f'{lower_first(of)} only: ' if of else ''}{REASONS.get(reason, reason)})"
        for group, reason, of in case.left_out
        if reason != "small"
    ]
    parts = []
    if small:
        parts.append(f"{_some(small)} (fewer than {whole(case.min_group)} {case.rows})")
    if other:
        parts.append(_some(other))
    return f" Left out: {'; '.join(parts)}." if parts else ""


def _some(names: list[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")


def _all_equal(case: Case) -> bool:
    """Return whether no group stands apart, so that naming two of them would say something of them that isn't so."""
    assert case.observed is not None
    return case.observed.value == (1 if case.rule.compare == "ratio" else 0)


def _title(case: Case) -> str:
    return lower_first(case.rule.measure.title)


def _is_share(case: Case) -> bool:
    return case.rule.measure.share


def _own(case: Case, value: float) -> str:
    if _is_share(case):
        return percent(value)
    return quantity(value) if case.rule.measure.quantity else decimal(value)


def _writer(case: Case) -> Callable[[float], str]:
    if case.rule.compare == "ratio":
        return decimal
    if not _is_share(case):
        return quantity if case.rule.measure.quantity else decimal
    return points if case.rule.compare == "difference" else percent


def _rounded_up(number: int, digits: int = 2) -> int:
    """Round up to a few leading digits: nobody plans to the row."""
    size = int(10 ** max(len(str(number)) - digits, 0))
    return -(-number // size) * size
