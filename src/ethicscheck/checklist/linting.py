"""What must hold between the parts of a checklist. What each key may be stands in `definition`.

Works on the plain value, so that these problems are found whatever else is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ethicscheck.errors import Problem, did_you_mean
from ethicscheck.model.explaining import dotted
from ethicscheck.model.strict_yaml import Document, Path

from .linting_conditions import check_conditions, coded
from .written import MOST_STEPS, Asked, Value, asked_in, maps_in, number_in, sections_in, text_in, words_in

EVERYWHERE = "*"
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def check_checklist(value: Value, document: Document) -> list[Problem]:
    """Return the problems between the parts of a checklist."""
    shared = value.get("options")
    sets = {str(name): part for name, part in shared.items()} if isinstance(shared, dict) else {}
    sections = list(sections_in(value))
    asked = list(asked_in(value, sets))
    problems = _check_id(value, (), document)
    for name, part in sets.items():
        problems += _check_options(part, ("options", name), document)
    if isinstance(value.get("sections"), list) and not sections:
        problems.append(document.problem(("sections",), "there is no section", "add one, with its items"))
    for path, section in sections:
        problems += _check_id(section, path, document)
        if section.get("items") == []:
            problems.append(document.problem((*path, "items"), f"{dotted(path)} asks nothing", "add a question"))
    problems += _check_twins([(path, text_in(section, "id")) for path, section in sections], "section", document)
    problems += _check_twins([(item.path, item.id) for item in asked], "question", document)
    for item in asked:
        problems += _check_id(item.value, item.path, document)
        problems += _check_kind(item, sets, document)
        problems += _check_answers(item, document)
        problems += _check_metric(item, document)
    problems += _check_numbers(sections, asked, document)
    problems += _check_renamed(value, asked, document)
    problems += _check_instead(value, asked, document)
    problems += check_conditions(asked, document)
    return problems


def find_weak_spots(value: Any, document: Document) -> tuple[Problem, ...]:
    """Return the questions without help: who fills them in can't know why they are asked."""
    hint = "say why it is asked, what a good answer holds and what shows it"
    return tuple(
        coded("missing_help", document.problem(item.path, f"{item.id}: there is no help", hint))
        for item in asked_in(value, {})
        if item.value.get("help") is None
    )


def _check_id(value: Value, path: Path, document: Document) -> list[Problem]:
    name = text_in(value, "id")
    if not name or ID.fullmatch(name):
        return []
    what = f"{dotted((*path, 'id'))} can't be {name!r}"
    return [document.problem((*path, "id"), what, "letters, digits, '.', '_' and '-' make an id")]


def _check_twins(ids: list[tuple[Path, str]], kind: str, document: Document) -> list[Problem]:
    seen: dict[str, Path] = {}
    problems = []
    for path, name in ids:
        if not name:
            continue
        first = seen.setdefault(name.casefold(), path)
        if first != path:
            what = f"{dotted((*path, 'id'))}: there is a {kind} {name!r} already, on line {document.line(first)}"
            problem = document.problem((*path, "id"), what, f"give each {kind} an id of its own")
            problems.append(coded("duplicate_id", problem))
    return problems


def _check_options(options: Any, path: Path, document: Document) -> list[Problem]:
    if not isinstance(options, dict):
        return []
    problems = []
    labels: dict[str, str] = {}
    for key, label in options.items():
        if not ID.fullmatch(key):
            what = f"{dotted(path)}: the option {key!r} is no id"
            hint = "letters, digits, '.', '_' and '-' make an id; people read the label"
            problems.append(document.problem((*path, key), what, hint))
        twin = labels.setdefault(str(label).strip().casefold(), key)
        if isinstance(label, str) and twin != key:
            what = f"{dotted(path)}: {twin!r} and {key!r} have the same label"
            problems.append(document.problem((*path, key), what, "nobody could tell them apart"))
    if not options:
        problems.append(document.problem(path, f"{dotted(path)} holds no option", "add some: `id: label`"))
    return problems


def _check_kind(item: Asked, sets: Mapping[str, Any], document: Document) -> list[Problem]:
    """Return what is missing from, or meaningless for, a question of its type."""
    kind, value, path = item.kind, item.value, item.path
    where = dotted(path)
    problems = []

    def say(key: str, what: str, hint: str) -> None:
        problems.append(document.problem((*path, key) if key in value else path, what, hint))

    options = value.get("options")
    if kind in ("choice", "multi"):
        if "options" not in value:
            say("type", f"{where}: a {kind} needs options", "name a set of options, or write `options: {id: label}`")
        elif isinstance(options, str) and options not in sets:
            hint = did_you_mean(options, sets) or "write it under `options:` at the top"
            say("options", f"{where}: there is no set of options {str(options)!r}", hint)
        problems += _check_options(options, (*path, "options"), document)
    if kind == "table":
        if not value.get("columns"):
            say("columns", f"{where}: a table needs columns", "add `columns: [{id: …, title: …}]`")
        columns = [((*path, "columns", place), column) for place, column in maps_in(value.get("columns"))]
        for place, column in columns:
            problems += _check_id(column, place, document)
            problems += _check_options(column.get("options"), (*place, "options"), document)
        problems += _check_twins([(place, text_in(column, "id")) for place, column in columns], "column", document)
    problems += _check_range(item, document)
    fitting = {"options": ("choice", "multi"), "columns": ("table",), "labels": ("scale",)}
    fitting |= dict.fromkeys(("min", "max"), ("number", "scale"))
    for key, kinds in fitting.items():
        if kind and key in value and kind not in kinds:
            say(key, f"{where}: `{key}` means nothing for the type {kind!r}", f"it is for {' and '.join(kinds)}")
    return problems


def _check_range(item: Asked, document: Document) -> list[Problem]:
    value, path, where = item.value, item.path, dotted(item.path)
    low, high = number_in(value.get("min")), number_in(value.get("max"))
    if item.kind == "number" and low is not None and high is not None and low > high:
        return [document.problem((*path, "min"), f"{where}: min is larger than max", "no number would fit")]
    if item.kind != "scale":
        return []
    if "min" not in value or "max" not in value:
        return [document.problem(path, f"{where}: a scale needs min and max", "such as `min: 1` and `max: 5`")]
    if low is None or high is None:
        return []
    if item.answers is None or low >= high:
        what = f"{where}: a scale goes from one whole number up to another, {MOST_STEPS} steps at most"
        return [document.problem((*path, "min"), what, "such as `min: 1` and `max: 5`")]
    labels = value.get("labels")
    return [
        document.problem((*path, "labels", key), f"{where}: the scale has no step {key!r}", _known(item.answers))
        for key in (labels if isinstance(labels, dict) else ())
        if key not in item.answers
    ]


def _check_answers(item: Asked, document: Document) -> list[Problem]:
    """Check the keys that speak of answers: evidence.for and risk."""
    evidence = item.value.get("evidence")
    named = [
        (("evidence", "for"), word) for word in words_in(evidence.get("for") if isinstance(evidence, dict) else ())
    ]
    risk = item.value.get("risk")
    named += [(("risk", key), key) for key in (risk if isinstance(risk, dict) else ())]
    open_ended = item.kind not in ("choice", "multi", "scale")
    problems = []
    for path, word in named:
        where = dotted((*item.path, *path[:1]))
        if open_ended and item.kind:
            hint = f"leave it out, or ask with choice, multi or scale; a {item.kind} has no fixed answers"
            problems.append(document.problem((*item.path, *path), f"{where} names the answer {word!r}", hint))
        elif item.answers is not None and word not in item.answers:
            what = f"{where}: {word!r} is no answer to {item.id}"
            problems.append(document.problem((*item.path, *path), what, _known(item.answers, word)))
    return problems


def _known(answers: tuple[str, ...], word: str = "") -> str:
    return did_you_mean(word, answers) if word else f"known are: {', '.join(answers)}"


def _check_metric(item: Asked, document: Document) -> list[Problem]:
    link = item.value.get("metric")
    if not isinstance(link, dict):
        return []
    path = (*item.path, "metric")
    problems = []
    if ("max" in link) == ("min" in link):
        what = f"{dotted(path)} has either max or min" + (", not both" if "max" in link else "")
        problems.append(document.problem(path, what, "it is the limit at which the measured answer turns to no"))
    if item.kind and (item.kind != "choice" or (item.answers is not None and not {"yes", "no"} <= set(item.answers))):
        what = f"{dotted(path)}: a measurement answers yes, no or unsure"
        problems.append(document.problem(path, what, "ask with a choice that has the options 'yes' and 'no'"))
    return problems + _check_across(link, path, document) + _check_limit(link, path, document)


def _check_across(link: Value, path: Path, document: Document) -> list[Problem]:
    path = (*path, "across")
    where, across = dotted(path), link.get("across")
    if isinstance(across, list) and not across:
        return [document.problem(path, f"{where} names no feature", f"name one, or {EVERYWHERE!r} for each of them")]
    words = words_in(across)
    if EVERYWHERE in words and len(words) > 1:
        what = f"{where}: {EVERYWHERE!r} stands alone; it means each feature by itself"
        return [document.problem(path, what, f"write `across: {EVERYWHERE!r}`, or name the features")]
    if twice := [word for place, word in enumerate(words) if word in words[:place]]:
        what = f"{where} names {twice[0]!r} twice"
        return [document.problem(path, what, "a feature crossed with itself is that feature; name each once")]
    return []


def _check_limit(link: Value, path: Path, document: Document) -> list[Problem]:
    from ethicscheck.metrics.definition import Criterion
    from ethicscheck.metrics.registry import all_measures, find_measure

    name, compare = text_in(link, "metric"), link.get("compare")
    measure = find_measure(name)
    if measure is None:
        if not name:
            return []
        hint = did_you_mean(name, all_measures())
        what = f"{dotted((*path, 'metric'))}: there is no metric {name!r}"
        return [coded("unknown_metric", document.problem((*path, "metric"), what, hint))]
    where = dotted((*path, "compare"))
    if compare == "each" and isinstance(measure, Criterion):
        what = f"{where}: {name!r} compares groups; it has no value of one group"
        return [document.problem((*path, "compare"), what, "use difference or ratio, or one of its metrics")]
    if compare == "ratio" and not measure.ratio:
        what = f"{where}: {name!r} can be negative, so a ratio of it means nothing"
        return [document.problem((*path, "compare"), what, "use difference")]
    ranges = {"difference": (0.0, measure.highest - measure.lowest), "ratio": (0.0, 1.0)}
    lowest, highest = ranges.get(str(compare), (measure.lowest, measure.highest))
    problems = []
    for side in ("max", "min"):
        bound = number_in(link.get(side))
        if bound is not None and compare in ("difference", "ratio", "each") and not lowest <= bound <= highest:
            what = f"{dotted((*path, side))}: {name} ({compare}) lies between {lowest:g} and {highest:g}, never at {bound:g}"
            hint = f"did you mean {bound / 100:g}?" if 1 < bound <= 100 else "choose a limit in that range"
            problems.append(document.problem((*path, side), what, hint))
    return problems


def _check_numbers(sections: list[tuple[Path, Value]], asked: list[Asked], document: Document) -> list[Problem]:
    """Return the counts that must be 1 or more."""
    places = [((*path, "review", "after_days"), section) for path, section in sections]
    places += [
        ((*item.path, *key), item.value) for item in asked for key in (("evidence", "min"), ("na", "reason_min_chars"))
    ]
    problems = []
    for path, holder in places:
        part = holder.get(str(path[-2]))
        number = number_in(part.get(path[-1])) if isinstance(part, dict) else None
        if number is not None and number < 1:
            problems.append(document.problem(path, f"{dotted(path)} must be 1 or more", f"{number:g} asks for nothing"))
    return problems


def _check_renamed(value: Value, asked: list[Asked], document: Document) -> list[Problem]:
    renamed = value.get("renamed")
    if not isinstance(renamed, dict):
        return []
    ids = {item.id for item in asked}
    problems = []
    for old, new in renamed.items():
        path = ("renamed", old)
        if old in ids:
            what = f"renamed: {old!r} is a question of this checklist"
            problems.append(document.problem(path, what, "only ids that are no longer in use are renamed"))
        elif isinstance(new, str) and new not in ids and new not in renamed:
            what = f"renamed: there is no question {str(new)!r}"
            problems.append(document.problem(path, what, did_you_mean(new, ids)))
        elif isinstance(new, str) and _goes_round(old, renamed):
            problems.append(document.problem(path, f"renamed: {old!r} leads back to itself", "name the question"))
    return problems


def _check_instead(value: Value, asked: list[Asked], document: Document) -> list[Problem]:
    instead = value.get("instead")
    ids = {item.id for item in asked}
    problems = []
    for old, new in instead.items() if isinstance(instead, dict) else ():
        path = ("instead", old)
        if old in ids:
            what = f"instead: {old!r} is asked here"
            problems.append(document.problem(path, what, "only a question that is taken over is left out"))
        for name in words_in(new):
            if name not in ids:
                what = f"instead: there is no question {name!r} that could ask {old}"
                problems.append(document.problem(path, what, did_you_mean(name, ids)))
    return problems


def _goes_round(name: Any, renamed: Mapping[str, Any]) -> bool:
    seen = set()
    while isinstance(name, str) and name in renamed:
        if name in seen:
            return True
        seen.add(name)
        name = renamed[name]
    return False


__all__ = ["check_checklist", "find_weak_spots"]
