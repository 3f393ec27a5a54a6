"""What pydantic found wrong, in words a person can use: one problem for each cause, with its line and the way out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError

from ethicscheck.errors import Problem, did_you_mean

from .keys import Key, config_keys, described, holds_more, model_in
from .strict_yaml import Document, Path

_MAPPING = ("model_type", "model_attributes_type", "dict_type", "mapping_type")
_LIST = ("tuple_type", "list_type")

# How a part is written, where "a mapping is meant here" would leave people to look it up.
FORMS = {
    "subject": "subject: {name: …}",
    "data": "data: {source: …, prediction: …, sensitive: […]}",
    "data.sensitive": "sensitive: [sex, race]",
    "custom": "custom: {my_measure: file.py:function}",
    "explore": "explore: {columns: [age], depth: 2}",
    "proxies": "proxies: {columns: all}",
    "mitigation": "mitigation: {constraints: [demographic_parity]}",
    "checklists": "checklists: [{use: transparency}]",
}

# The same as arguments of a Python call.
PYTHON_FORMS = {
    "data.sensitive": 'sensitive=["sex", "race"]',
    "explore": 'explore={"columns": ["age"], "depth": 2}',
    "proxies": 'proxies={"columns": "all"}',
    "mitigation": 'mitigation={"constraints": ["demographic_parity"]}',
}


def explain_errors(error: ValidationError, model: type[BaseModel], document: Document) -> list[Problem]:
    """Return the problems that `model` has with a document.

    Left out is what only follows from another problem: a value that the reader already refused, and a key that is
    missing because it is misspelt.
    """
    found = [(_path(item["loc"]), item) for item in error.errors()]
    unknown = [path for path, item in found if item["type"] == "extra_forbidden"]
    misspelt = {_meant(path, model) for path in unknown}
    misspelt |= {_split(key) for path in unknown for key in _elsewhere(path, model) if not key.listed}
    problems = []
    for path, item in found:
        follows = document.is_broken(path) or (item["type"] == "missing" and path in misspelt)
        if not follows:
            problems.append(_problem(path, item, model, document))
    return list(dict.fromkeys(problems))


def dotted(path: Path) -> str:
    """Return a path as it is written: policy.rules[0].metric.

    >>> dotted(("policy", "rules", 0, "metric"))
    'policy.rules[0].metric'
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".") or "the config"


def meant_keys(keys: Iterable[str], known: Iterable[str]) -> set[str]:
    """Return which of the known keys the unknown ones among `keys` are misspellings of.

    >>> meant_keys(["lable", "source"], ["label", "source"])
    {'label'}
    """
    choices = list(known)
    hints = [did_you_mean(str(key), choices) for key in keys if key not in choices]
    return {choice for choice in choices if f"did you mean {choice!r}?" in hints}


def _problem(path: Path, item: Any, model: type[BaseModel], document: Document) -> Problem:
    kind, where = item["type"], dotted(path)
    if kind == "missing":
        return document.problem(path[:-1], f"{where} is missing", _wanted(path, model))
    if kind == "extra_forbidden":
        return document.problem(path, f"unknown key {where!r}", _unknown_hint(path, model))
    if kind == "literal_error" and isinstance(item["input"], str):
        expected = str(item["ctx"]["expected"]).replace(" or ", ", ").split(", ")
        hint = did_you_mean(item["input"], [word.strip("'") for word in expected])
        return document.problem(path, f"{where} can't be {str(item['input'])!r}", hint)
    if kind == "ethicscheck":
        return document.problem(path, f"{where}: {item['ctx']['what']}")
    wanted = "a mapping (`key: value`)" if kind in _MAPPING else "a list" if kind in _LIST else "another kind of value"
    if path[:2] == ("data", "source"):
        wanted = "a path, a glob or a list of them"
    nothing = item["input"] is None
    what = f"{where} is empty; {wanted} is meant here" if nothing else f"{where}: {wanted} is meant here"
    form = FORMS.get(where) if document.lines else PYTHON_FORMS.get(where)
    return document.problem(path, what, f"such as `{form}`" if form else "")


def _path(location: tuple[Any, ...]) -> Path:
    """Return a location in the file's own words; a tag in angle brackets says which shape of a value was meant."""
    found = ("schema" if part == "schema_" else part for part in location)
    return tuple(part for part in found if not str(part).startswith("<"))


def _meant(path: Path, model: type[BaseModel]) -> Path | None:
    meant = meant_keys([str(path[-1])], _keys(path[:-1], model))
    return (*path[:-1], meant.pop()) if meant else None


def _wanted(path: Path, model: type[BaseModel]) -> str:
    section = _section(path[:-1], model)
    field = section.model_fields.get(str(path[-1])) if section is not None else None
    words = described(field) if field is not None else None
    form = FORMS.get(dotted(path), path[-1])
    return f"add `{form}`: {words}" if words else f"add `{form}`"


def _unknown_hint(path: Path, model: type[BaseModel]) -> str:
    """Return the key that is nearly the same here; else where the same key belongs; else what is known here."""
    name, known = str(path[-1]), _keys(path[:-1], model)
    near = did_you_mean(name, known, cutoff=0.8)
    belongs = _elsewhere(path, model)
    if near.startswith("did you mean") or not belongs:
        return did_you_mean(name, known)
    return f"`{name}` belongs {' or '.join(dict.fromkeys(_home(key) for key in belongs))}"


def _home(key: Key) -> str:
    if not key.section:
        return "at the top level"
    free = key.section.rpartition(".")[2].isupper()
    return f"{'in an entry of' if key.listed and not free else 'under'} `{key.section}`"


def _elsewhere(path: Path, model: type[BaseModel]) -> list[Key]:
    """Return the keys of that name in other sections; what only a profile asks for is meant in `policy` alone."""
    return [
        key
        for key in config_keys(model)
        if key.name == path[-1] and (key.section != "policy.profiles" or path[0] == "policy")
    ]


def _split(key: Key) -> Path:
    return tuple(key.path.split("."))


def _keys(path: Path, model: type[BaseModel]) -> list[str]:
    section = _section(path, model)
    return [field.alias or name for name, field in section.model_fields.items()] if section is not None else []


def _section(path: Path, model: type[BaseModel]) -> type[BaseModel] | None:
    """Return the model at a path: fields lead down, list places and free keys stay on the model they hold."""
    section: type[BaseModel] | None = model
    held = False
    for part in path:
        if section is None:
            return None
        if held:
            held = False
            continue
        field = section.model_fields.get(str(part))
        if field is None:
            return None
        section, held = model_in(field.annotation), holds_more(field.annotation)
    return section
