"""What must hold for conditions: they speak of questions and answers that exist, never in a circle, and can be met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, product
from typing import Any

from pydantic import ValidationError

from ethicscheck.errors import Problem, did_you_mean
from ethicscheck.model.explaining import dotted
from ethicscheck.model.strict_yaml import Document, Path

from .conditions import UNANSWERED, Possible, items_in, leaves_of, measured_in, possible_truths
from .definition import Condition
from .written import Asked, text_in, words_in

MOST_CASES = 20_000  # beyond that a condition is taken to be reachable
MEASURED = ("yes", "no", "unsure")  # what a measurement can say to a question
_PARTS = ("item", "measured", "all", "any", "not")


def coded(code: str, problem: Problem) -> Problem:
    """Return a problem under a code that machines can sort by."""
    return replace(problem, code=code)


def check_conditions(asked: Sequence[Asked], document: Document) -> list[Problem]:
    """Return what is wrong with the conditions of a checklist's questions: all of it, whichever of them is broken."""
    by_id = {item.id: item for item in asked if item.id}
    problems: list[Problem] = []
    broken: set[str] = set()
    for item in asked:
        if "when" in item.value:
            wrong = [*_check_shape(item.value["when"], (*item.path, "when"), by_id, document)]
            broken |= {item.id} if wrong or _condition(item) is None else set()
            problems += wrong
    conditions = {name: found for name, item in by_id.items() if (found := _condition(item)) is not None}
    sound = {name: condition for name, condition in conditions.items() if name not in broken}
    for circle in _circles(sound):
        broken |= set(circle)
        path = (*by_id[circle[0]].path, "when")
        what = f"{dotted(path)} goes in a circle: {' → '.join((*circle, circle[0]))}"
        problem = document.problem(path, what, "no answer could open any of them")
        problems.append(coded("circular_condition", problem))
    for name in _clear_of(broken, sound):
        if not _reachable(name, sound, by_id):
            path = (*by_id[name].path, "when")
            what = f"{name} is never asked: no answers meet {dotted(path)}"
            problem = document.problem(path, what, "mend the condition, or take the question out")
            problems.append(coded("unreachable_question", problem))
    return problems


def _clear_of(broken: set[str], conditions: Mapping[str, Condition]) -> Iterator[str]:
    """Yield the questions that hang on no broken condition, however far above: of the others nothing can be said."""
    below: dict[str, list[str]] = {}
    for name, condition in conditions.items():
        for parent in items_in(condition):
            below.setdefault(parent, []).append(name)
    tainted, waiting = set(broken), list(broken)
    while waiting:
        new = [name for name in below.get(waiting.pop(), ()) if name not in tainted]
        tainted |= set(new)
        waiting += new
    yield from (name for name in conditions if name not in tainted)


def _check_shape(value: Any, path: Path, by_id: Mapping[str, Asked], document: Document) -> Iterator[Problem]:
    if not isinstance(value, dict):
        return
    where = dotted(path)
    parts = [key for key in _PARTS if key in value]
    if len(parts) != 1:
        what = f"{where} has " + (f"{' and '.join(parts)} side by side" if parts else "nothing to ask")
        yield document.problem(path, what, "give one of: item + in, measured + in, all, any, not")
        return
    if parts[0] in ("item", "measured"):
        yield from (_check_leaf if parts[0] == "item" else _check_measured)(value, path, by_id, document)
        return
    if "in" in value:
        what = f"{where}: `in` belongs to `item` or `measured`"
        yield document.problem((*path, "in"), what, "say of which question")
    part = value[parts[0]]
    if part == []:
        yield document.problem((*path, parts[0]), f"{where}.{parts[0]} holds no condition", "add one")
    for place, inner in enumerate(part if isinstance(part, list) else ()):
        yield from _check_shape(inner, (*path, parts[0], place), by_id, document)
    if parts[0] == "not":
        yield from _check_shape(part, (*path, "not"), by_id, document)


def _check_leaf(
    value: Mapping[str, Any], path: Path, by_id: Mapping[str, Asked], document: Document
) -> Iterator[Problem]:
    where, name = dotted(path), text_in(value, "item")
    if "in" not in value or value["in"] == []:
        yield document.problem(path, f"{where} names no answer", "add `in:` with the answers that open the question")
    parent = by_id.get(name)
    if not name:
        return
    if parent is None:
        problem = document.problem(
            (*path, "item"), f"{where}: there is no question {name!r}", did_you_mean(name, by_id)
        )
        yield coded("dangling_condition", problem)
    elif parent.kind and parent.kind not in ("choice", "multi", "scale"):
        what = f"{where}: {name} is a {parent.kind}, which has no fixed answers"
        yield document.problem((*path, "item"), what, "a condition can ask about choice, multi and scale")
    elif parent.answers is not None:
        for answer in words_in(value.get("in")):
            if answer not in parent.answers:
                what = f"{where}: {answer!r} is no answer to {name}"
                problem = document.problem((*path, "in"), what, did_you_mean(answer, parent.answers))
                yield coded("dangling_condition", problem)


def _check_measured(
    value: Mapping[str, Any], path: Path, by_id: Mapping[str, Asked], document: Document
) -> Iterator[Problem]:
    where, name = dotted(path), text_in(value, "measured")
    if "in" not in value or value["in"] == []:
        yield document.problem(path, f"{where} names no answer", f"add `in:` with some of {', '.join(MEASURED)}")
    asked = by_id.get(name)
    if not name:
        return
    linked = [other.id for other in by_id.values() if "metric" in other.value]
    if asked is None:
        what = f"{where}: there is no question {name!r}"
        yield coded("dangling_condition", document.problem((*path, "measured"), what, did_you_mean(name, linked)))
    elif name not in linked:
        what = f"{where}: nothing is measured for {name}"
        hint = f"these name a metric: {', '.join(linked)}" if linked else "give a question a `metric`"
        yield document.problem((*path, "measured"), what, hint)
    for answer in words_in(value.get("in")):
        if answer not in MEASURED:
            what = f"{where}: a measurement never says {answer!r}"
            yield document.problem((*path, "in"), what, did_you_mean(answer, MEASURED))


def _condition(item: Asked) -> Condition | None:
    try:
        return Condition.model_validate(item.value["when"])
    except (KeyError, ValidationError):
        return None


def _circles(conditions: Mapping[str, Condition]) -> Iterator[tuple[str, ...]]:
    """Yield each circle once, walking without recursion."""
    done: set[str] = set()
    for start in conditions:
        trail: list[str] = []
        waiting: list[tuple[str, Iterator[str]]] = []
        if start not in done:
            trail.append(start)
            waiting.append((start, items_in(conditions[start])))
        while waiting:
            name, parents = waiting[-1]
            parent = next(parents, None)
            if parent is None:
                waiting.pop()
                trail.pop()
                done.add(name)
            elif parent in trail:
                yield tuple(trail[trail.index(parent) :])
            elif parent in conditions and parent not in done:
                trail.append(parent)
                waiting.append((parent, items_in(conditions[parent])))


def _reachable(name: str, conditions: Mapping[str, Condition], by_id: Mapping[str, Asked]) -> bool:
    """Return whether some answers to the questions above lead to this one, by trying those that matter."""
    order = _ancestors(name, conditions)
    mentioned: dict[str, set[str]] = {}
    for part in (name, *order):
        if part in conditions:
            for leaf in leaves_of(conditions[part]):
                if leaf.item is not None:
                    mentioned.setdefault(leaf.item, set()).update(leaf.in_ or ())
    own = [conditions[part] for part in (name, *order) if part in conditions]
    numbers = list(dict.fromkeys(found for condition in own for found in measured_in(condition)))
    domains = [_domain(by_id[parent], mentioned.get(parent, set())) for parent in order]
    domains += [[UNANSWERED, *((frozenset({word}),) for word in MEASURED)] for _ in numbers]
    cases = 1
    for domain in domains:
        cases *= len(domain)
    if cases > MOST_CASES:
        return True
    for case in product(*domains):
        given: dict[str, Possible] = {}
        measured = dict(zip(numbers, case[len(order) :], strict=True)).__getitem__
        for parent, answer in zip(order, case, strict=False):
            shown = parent not in conditions or True in possible_truths(conditions[parent], given.__getitem__, measured)
            given[parent] = answer if shown else UNANSWERED
        if True in possible_truths(conditions[name], given.__getitem__, measured):
            return True
    return False


def _ancestors(name: str, conditions: Mapping[str, Condition]) -> list[str]:
    """Return the questions above, parents before children."""
    order: list[str] = []
    waiting = [(name, False)]
    while waiting:
        part, seen = waiting.pop()
        if seen:
            if part != name and part not in order:
                order.append(part)
            continue
        waiting.append((part, True))
        if part in conditions:
            waiting += [(parent, False) for parent in items_in(conditions[part]) if parent not in order]
    return order


def _domain(item: Asked, mentioned: set[str]) -> list[Possible]:
    """Return the answers worth trying: none, each option a condition speaks of (every set of them for multi), another."""
    found: list[Possible] = [UNANSWERED]
    if item.kind == "multi":
        words = sorted(mentioned)[:6]
        sets = [frozenset(part) for size in range(1, len(words) + 1) for part in combinations(words, size)]
        found += [(chosen,) for chosen in sets]
    else:
        found += [(frozenset({word}),) for word in sorted(mentioned)]
    others = [answer for answer in item.answers or () if answer not in mentioned]
    return [*found, (frozenset({others[0]}),)] if others else found


__all__ = ["check_conditions", "coded"]
