"""What pydantic found wrong, in words a person can use: one problem for each cause, with its line and the way out."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ValidationError

from ethicscheck.errors import Problem, did_you_mean

from .strict_yaml import Document, Path

_MAPPING = ("model_type", "model_attributes_type", "dict_type", "mapping_type")
_LIST = ("tuple_type", "list_type")


def explain_errors(error: ValidationError, model: type[BaseModel], document: Document) -> list[Problem]:
    """Return the problems that `model` has with a document.

    Left out is what only follows from another problem: a value that the reader already refused, and a key that is
    missing because it is misspelt.
    """
    found = [(_path(item["loc"]), item) for item in error.errors()]
    misspelt = {_meant(path, model) for path, item in found if item["type"] == "extra_forbidden"}
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
        return document.problem(path, f"unknown key {where!r}", did_you_mean(str(path[-1]), _keys(path[:-1], model)))
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
    return document.problem(
        path, f"{where} is empty; {wanted} is meant here" if nothing else f"{where}: {wanted} is meant here"
    )


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
    words = (field.description or _described(field.annotation)) if field is not None else None
    return f"add `{path[-1]}`: {words}" if words else f"add `{path[-1]}`"


def _described(annotation: Any) -> str:
    section = _model_in(annotation)
    return (section.__doc__ or "").strip() if section is not None else ""


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
        section, held = _model_in(field.annotation), _is_container(field.annotation)
    return section


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in typing.get_args(annotation) if (model := _model_in(part)) is not None), None)


def _is_container(annotation: Any) -> bool:
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType, typing.Annotated):
        return any(_is_container(part) for part in typing.get_args(annotation))
    return origin in (tuple, list, dict)
