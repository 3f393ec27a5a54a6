"""Every key of the config, walked from its types: where it belongs and what it is for, for hints and for `explain`."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

# What stands for a free name between two keys, as in data.sensitive.FEATURE.reference.
FREE_NAMES = {"sensitive": "FEATURE", "custom": "NAME"}


@dataclass(frozen=True)
class Key:
    """One key and the section it belongs in.

    Parameters
    ----------
    name : as it is written.
    section : the section as a path, such as data or data.sensitive.FEATURE; empty at the top level.
    says : what it is for, in a sentence.
    annotation : the type of its value.
    required : whether it must be given.
    listed : whether the section is an entry of a list, or under a name of the user's own.
    """

    name: str
    section: str
    says: str
    annotation: Any
    required: bool
    listed: bool

    @property
    def path(self) -> str:
        """The key with the section before it: data.cluster."""
        return f"{self.section}.{self.name}" if self.section else self.name


def config_keys(
    model: type[BaseModel], section: str = "", listed: bool = False, above: tuple[type[BaseModel], ...] = ()
) -> Iterator[Key]:
    """Yield every key of a config's model, sections first, then what is in them.

    A type that holds itself, as a checklist's conditions do, is walked once; `above` are the types on the way here.
    """
    nested: list[tuple[type[BaseModel], str, bool]] = []
    for name, field in model.model_fields.items():
        key = Key(field.alias or name, section, described(field), field.annotation, field.is_required(), listed)
        yield key
        inside = model_in(field.annotation)
        if inside is not None and inside not in (*above, model):
            free = FREE_NAMES.get(key.name) if holds_more(field.annotation) else None
            path = f"{key.path}.{free}" if free else key.path
            nested.append((inside, path, listed or holds_more(field.annotation)))
    for inside, path, many in nested:
        yield from config_keys(inside, path, many, (*above, model))


def described(field: FieldInfo) -> str:
    """Return what a field is for: its description, or that of the section it holds."""
    if field.description:
        return field.description
    section = model_in(field.annotation)
    return (section.__doc__ or "").strip() if section is not None else ""


def model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the section that a type holds, itself or in a list, a mapping or a choice."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in typing.get_args(annotation) if (model := model_in(part)) is not None), None)


def holds_more(annotation: Any) -> bool:
    """Return whether a type is a list, or a mapping with names of the user's own."""
    origin = typing.get_origin(annotation)
    if origin in (typing.Union, types.UnionType, typing.Annotated):
        return any(holds_more(part) for part in typing.get_args(annotation))
    return origin in (tuple, list, dict)
