"""Conditions: whether a question is asked, given answers and measurements of others, and the words for why not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .definition import Checklist, Condition, Item

# What a question may be answered with: each possible answer as the options chosen; none where it is unanswered.
Possible = tuple[frozenset[str], ...]
UNANSWERED: Possible = ()
Given = Callable[[str], Possible]


def _unmeasured(_: str) -> Possible:
    return UNANSWERED


def possible_truths(condition: Condition, given: Given, measured: Given = _unmeasured) -> frozenset[bool]:
    """Return what a condition may come to.

    People who disagree leave several answers possible; then a condition may be both, and its question is asked.

    Parameters
    ----------
    condition : the condition.
    given : a question's possible answers.
    measured : what was measured for a question that names a metric; none where no audit is at hand.
    """
    wanted = set(condition.in_ or ())
    if condition.item is not None:
        return frozenset(bool(chosen & wanted) for chosen in given(condition.item)) or frozenset({False})
    if condition.measured is not None:
        return frozenset(bool(chosen & wanted) for chosen in measured(condition.measured)) or frozenset({False})
    if condition.not_ is not None:
        return frozenset(not truth for truth in possible_truths(condition.not_, given, measured))
    every = condition.all is not None
    parts = [possible_truths(part, given, measured) for part in (condition.all if every else condition.any) or ()]
    # `every` is settled by one False, `any` by one True; the other outcome needs all parts to allow it.
    settling, other = not every, every
    found = {settling} if any(settling in part for part in parts) else set()
    return frozenset(found | ({other} if all(other in part for part in parts) else set()))


def items_in(condition: Condition) -> Iterator[str]:
    """Yield the questions on whose answers a condition depends, in order."""
    return (leaf.item for leaf in leaves_of(condition) if leaf.item is not None)


def measured_in(condition: Condition) -> Iterator[str]:
    """Yield the questions on whose measurements a condition depends, in order."""
    return (leaf.measured for leaf in leaves_of(condition) if leaf.measured is not None)


def leaves_of(condition: Condition) -> Iterator[Condition]:
    """Yield the parts of a condition that speak of a question, in order."""
    if condition.item is not None or condition.measured is not None:
        yield condition
    for part in (*(condition.all or ()), *(condition.any or ())):
        yield from leaves_of(part)
    if condition.not_ is not None:
        yield from leaves_of(condition.not_)


def parents_first(checklist: Checklist) -> list[Item]:
    """Return the questions, those that conditions speak of before those that depend on them."""
    items = {item.id: item for _, item in checklist.items()}
    order: dict[str, Item] = {}
    for item in items.values():
        trail: list[tuple[Item, Iterator[str]]] = [(item, _parents(item))] if item.id not in order else []
        above = {item.id}
        while trail:
            child, parents = trail[-1]
            parent = next((name for name in parents if name in items and name not in order and name not in above), None)
            if parent is None:
                trail.pop()
                order[child.id] = child
            else:
                above.add(parent)
                trail.append((items[parent], _parents(items[parent])))
    return list(order.values())


def _parents(item: Item) -> Iterator[str]:
    return items_in(item.when) if item.when is not None else iter(())


def describe(condition: Condition, checklist: Checklist) -> str:
    """Return a condition in words: `uc.misuse is “Yes” or “We do not know”`, `uc.missed is measured as “No”`."""
    name = condition.item if condition.item is not None else condition.measured
    if name is not None:
        item = checklist.item(name)
        how = "is" if condition.measured is None else "is measured as"
        return f"{name} {how} {' or '.join(_quoted(answer, item, checklist) for answer in condition.in_ or ())}"
    if condition.not_ is not None:
        return f"not ({describe(condition.not_, checklist)})"
    every = condition.all is not None
    parts = (condition.all if every else condition.any) or ()
    texts = [describe(part, checklist) for part in parts]
    if len(texts) == 1:
        return texts[0]
    return (" and " if every else " or ").join(
        f"({text})" if " and " in text or " or " in text else text for text in texts
    )


def _quoted(answer: str, item: Item | None, checklist: Checklist) -> str:
    label = checklist.options_of(item).get(answer, answer) if item is not None else answer
    return f"“{label}”"


__all__ = [
    "UNANSWERED",
    "Given",
    "Possible",
    "describe",
    "items_in",
    "leaves_of",
    "measured_in",
    "parents_first",
    "possible_truths",
]
