"""The plan of `ethicscheck power` in plain words and small tables, for terminals wide and narrow."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ethicscheck.model.power import GapPower, PowerPlan, RowsPlan, RulePower, SmallestGap, Unit
from ethicscheck.model.wording import (
    decimal,
    features_label,
    group_label,
    limit,
    percent,
    points,
    quantity,
    visible,
    whole,
)
from ethicscheck.policy.messages import REASONS

from .summary import WIDTH, _Console, _print_wrapped

MOST_GROUPS = 20
NOTHING = "—"


def print_plan(plan: PowerPlan, console: Console | None = None) -> None:
    """Print what rows can show: each rule, or each measure where there are no rules."""
    out = console or _Console(highlight=False, soft_wrap=False)
    out.width = min(out.width, WIDTH)
    out.print(Text(visible(plan.subject), "bold"))
    _print_wrapped(_preface(plan), out)
    for rule in plan.rules:
        _print_rule(rule, plan, out)
    if plan.rules:
        return
    out.print()
    _print_wrapped(f"No rule is configured. The smallest true gaps that {_rows(plan)} would show:", out)
    for features in dict.fromkeys(gap.features for gap in plan.gaps):
        _print_gaps([gap for gap in plan.gaps if gap.features == features], out)


def _rows(plan: PowerPlan) -> str:
    return "today's rows" if plan.rows_today is None else f"{whole(plan.rows)} rows"


def _preface(plan: PowerPlan) -> str:
    said = f"{whole(plan.rows)} people"
    if plan.rows_today:
        said += f", planned from today's {whole(plan.rows_today)} in the same proportions"
    return (
        f"{said}. What shows, shows in {percent(plan.chance, 0)} of samples at {percent(plan.confidence, 0)} confidence. "
        "This is a plan: it judges nothing, and does not tell which way a rule would go."
    )


def _print_rule(rule: RulePower, plan: PowerPlan, out: Console) -> None:
    out.print()
    bound, word = (rule.max, "at most") if rule.max is not None else (rule.min, "at least")
    head = Text(f"{rule.title} by {features_label(rule.features)}: {rule.compare} {word} {limit(bound or 0.0)}", "bold")
    out.print(head.append(f"  {visible(rule.id)}", "dim"))
    for line in _sentences(rule, plan):
        _print_wrapped(line, out, indent=2)
    _print_groups(rule, out)


def _sentences(rule: RulePower, plan: PowerPlan) -> Iterator[str]:
    if rule.undefined is not None:
        yield f"It can't be judged: {REASONS.get(rule.undefined, rule.undefined)}."
        return
    supposed = "If groups differ as today's rows suggest"
    if plan.rows_today == 0:
        pass  # there is nothing that suggests anything
    elif rule.enough:
        yield f"{supposed}, {_rows(plan)} are enough to decide it."
    else:
        yield f"{supposed}, {_needed(rule.if_as_today)}."
    yield f"If in truth all groups are alike, {_needed(rule.if_alike, plan)}."
    write = _writer(rule.unit, rule.compare)
    kind = {"difference": "a gap", "ratio": "a ratio", "each": "a value"}[rule.compare]
    step = "from" if rule.max is not None else "down from"
    if rule.smallest is None and rule.surely is None:
        if (rule.compare == "difference") == (rule.max is not None) or rule.compare == "each":
            yield f"No breach of the limit, however large, would show in {_rows(plan)}."
        return
    if rule.smallest is not None:
        yield f"A breach shows {step} {kind} of {write(rule.smallest.value)} ({_between(rule.smallest)})" + (
            f", and wherever it is {step} {write(rule.surely.value)} ({_between(rule.surely)})."
            if rule.surely is not None and rule.surely != rule.smallest
            else "."
        )


def _needed(plan: RowsPlan | None, today: PowerPlan | None = None) -> str:
    if plan is None or (plan.each is None and plan.factor is None):
        return "the value lies so near the limit that no realistic number of rows decides it"
    if plan.factor is not None and plan.factor <= 1:
        return f"{_rows(today)} are enough" if today is not None else "there are rows enough"
    parts = []
    if plan.each is not None:
        parts.append(f"{_about(plan.each)} people in each group ({_about(plan.each_total or 0)} in all)")
    if plan.factor is not None:
        parts.append(
            f"{decimal(plan.factor, 1 if plan.factor < 100 else 0)} times as many of all ({_about(plan.factor_total or 0)})"
        )
    return f"it takes {' or '.join(parts)} to decide it"


def _about(number: int) -> str:
    """Write a planned number of rows, rounded up to two digits: it is an estimate."""
    step = 10 ** max(len(str(number)) - 2, 0)
    return f"about {whole(math.ceil(number / step) * step)}" if step > 1 else whole(number)


def _between(gap: SmallestGap) -> str:
    names = " and ".join(group_label(group) for group in gap.between)
    return (f"{gap.of}, " if gap.of else "") + (f"between {names}" if len(gap.between) == 2 else f"in {names}")


def _print_groups(rule: RulePower, out: Console) -> None:
    table = _table(features_label(rule.features), "people", "lacks", "lacks if alike", "breach shows from")
    write = _writer(rule.unit, rule.compare)
    shown = sorted(rule.groups, key=lambda group: -group.rows)
    for group in shown[:MOST_GROUPS]:
        cells = [_lack(group.missing), _lack(group.missing_if_alike)]
        cells.append(write(group.smallest) if group.smallest is not None else NOTHING)
        left = ["left out", "", ""] if group.left_out else cells
        table.add_row(Text(group_label(group.group)), whole(group.rows), *left)
    out.print(table)
    if len(shown) > MOST_GROUPS:
        _print_wrapped(f"… and {len(shown) - MOST_GROUPS} smaller groups; --json has them all.", out, indent=2)
    for reason in dict.fromkeys(group.left_out for group in shown if group.left_out):
        names = [group_label(group.group) for group in shown if group.left_out == reason]
        more = f" and {len(names) - 5} more" if len(names) > 5 else ""
        _print_wrapped(f"Left out ({REASONS.get(reason, reason)}): {', '.join(names[:5])}{more}.", out, indent=2)


def _lack(number: int | None) -> str:
    return NOTHING if number is None else "nothing" if number == 0 else _about(number)


def _print_gaps(gaps: list[GapPower], out: Console) -> None:
    out.print()
    first = next((gap for gap in gaps if gap.smallest is not None), gaps[0])
    few = [group_label(group.group) for group in first.groups if group.left_out == "small"]
    table = _table(features_label(first.features), "between the largest groups", "wherever it is")
    for gap in gaps:
        write = _writer(gap.unit, "difference")
        cells = [write(part.value) if part is not None else NOTHING for part in (gap.smallest, gap.surely)]
        if gap.undefined is not None:
            cells = [Text(REASONS.get(gap.undefined, gap.undefined)).plain, ""]
        table.add_row(Text(gap.title), *cells)
    out.print(table)
    if first.smallest is not None and first.surely is not None:
        _print_wrapped(
            f"The largest: {_between(first.smallest)}. The smallest: {_between(first.surely)}.", out, indent=2
        )
    if few:
        more = f" and {len(few) - 5} more" if len(few) > 5 else ""
        _print_wrapped(f"Too few people to be compared: {', '.join(few[:5])}{more}.", out, indent=2)


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=True, header_style="dim", padding=(0, 1))
    for place, heading in enumerate(headings):
        table.add_column(Text(heading), justify="left" if place == 0 else "right", overflow="fold")
    return table


def _writer(unit: Unit, compare: str) -> Callable[[float], str]:
    if compare != "ratio" and unit == "quantity":
        return quantity
    if compare != "ratio" and unit == "share":
        return points if compare == "difference" else percent
    return lambda value: decimal(value, 2 if abs(value) < 100 else 0)
