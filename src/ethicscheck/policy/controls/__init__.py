"""Control maps: dated lists of what laws, frameworks and standards ask for, one YAML each, and their strict reader.

A map says in our own short words what a control is about, so that a report can show which answers and measurements bear
on it. It says nothing of conformity. How a report puts them together is in `report/controls.py`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, PlainValidator, ValidationError

from ethicscheck.errors import ConfigError, Problem, did_you_mean
from ethicscheck.metrics.registry import all_measures, find_measure
from ethicscheck.model.config import Section
from ethicscheck.model.controls_record import ControlEntry, ControlMapEntry
from ethicscheck.model.explaining import explain_errors
from ethicscheck.model.scalars import Day, Text, as_text, refuse
from ethicscheck.model.strict_yaml import Document, read_yaml, read_yaml_file

SCHEMA: Final = "ethicscheck/controls/1"
EVERY = "*"
ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.()_-]*")
MAP_ID = re.compile(r"[a-z0-9][a-z0-9.-]*")


def _as_metrics(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        return (as_text(value),)
    if isinstance(value, list) and value:
        return tuple(as_text(part) for part in value)
    raise refuse('names of measures are meant here, or "*" for every rule on a measure')


Metrics = Annotated[tuple[str, ...], PlainValidator(_as_metrics, json_schema_input_type=str | list[str])]


class Control(Section):
    """One thing a law, framework or standard asks for, in our own words."""

    title: Text = Field(description="A few words.")
    says: Text = Field(description="What it is about, in a sentence of our own; never the original's text.")
    metrics: Metrics = Field((), description='Measures whose rules bear on it by themselves; "*" for every measure.')


class ControlMap(Section):
    """The controls of one law, framework or standard, as of a day."""

    schema_: Literal["ethicscheck/controls/1"] = Field(alias="schema")
    id: Text = Field(description="What stands before the colon where a checklist names a control.")
    version: Text
    dated: Day = Field(description="The day on which ids and status were last looked at.")
    title: Text
    edition: Text = Field(description="Which text the ids count in.")
    status: Text = Field(description="In force or voluntary, on that day; and what was not checked.")
    source: Text = Field(description="Where the original is.")
    checked: tuple[Text, ...] = Field(
        (), description="Ids that were compared with a second list; the others are from knowledge of the text."
    )
    controls: dict[str, Control]


@dataclass(frozen=True)
class LoadedMap:
    """A map with the digest of its file."""

    map: ControlMap
    sha256: str


def read_controls(source: Path | str, name: str = "") -> ControlMap:
    """Read a control map from a file, or from YAML text.

    Raises
    ------
    ConfigError
        With every problem and its line.
    """
    if isinstance(source, Path):
        return _read(read_yaml_file(source, "control map", "give the path of a YAML file")[0])
    return _read(read_yaml(source, name or "controls"))


def _read(document: Document) -> ControlMap:
    value, problems = document.value, list(document.problems)
    if not isinstance(value, dict):
        if not problems:
            hint = "it needs `id`, `version`, `dated`, `title`, `edition`, `status`, `source` and `controls`"
            problems = [document.problem((), "a control map is a mapping (`key: value`)", hint)]
        raise ConfigError(problems)
    found = None
    try:
        found = ControlMap.model_validate(value)
    except ValidationError as error:
        problems += explain_errors(error, ControlMap, document)
    problems += _check(value, document)
    if problems or found is None:
        raise ConfigError(dict.fromkeys(problems))
    return found


def _check(value: dict[str, Any], document: Document) -> list[Problem]:
    problems = []
    name, controls = value.get("id"), value.get("controls")
    if isinstance(name, str) and not MAP_ID.fullmatch(name):
        hint = "small letters, digits, '.' and '-' make an id"
        problems.append(document.problem(("id",), f"id can't be {str(name)!r}", hint))
    if controls == {}:
        problems.append(document.problem(("controls",), "the map holds no control", "add some: `id: {title, says}`"))
    problems += _check_checked(value.get("checked"), controls, document)
    twins: dict[str, str] = {}
    for key, control in controls.items() if isinstance(controls, dict) else ():
        path = ("controls", key)
        if not ID.fullmatch(key):
            hint = "letters, digits, '.', '(', ')', '_' and '-' make an id"
            problems.append(document.problem(path, f"controls: {key!r} is no id", hint))
        first = twins.setdefault(_plain(key), key)
        if first != key:
            problems.append(document.problem(path, f"controls: {first!r} and {key!r} differ in case only", "keep one"))
        metrics = control.get("metrics") if isinstance(control, dict) else None
        for metric in [metrics] if isinstance(metrics, str) else metrics if isinstance(metrics, list) else ():
            if isinstance(metric, str) and metric != EVERY and find_measure(metric) is None:
                what = f"controls.{key}.metrics: there is no metric {str(metric)!r}"
                problems.append(document.problem((*path, "metrics"), what, did_you_mean(metric, all_measures())))
    return problems


def _check_checked(checked: Any, controls: Any, document: Document) -> Iterator[Problem]:
    if not isinstance(checked, list) or not isinstance(controls, dict):
        return
    for place, key in enumerate(checked):
        if isinstance(key, str) and key not in controls:
            what = f"checked: the map holds no control {str(key)!r}"
            yield document.problem(("checked", place), what, did_you_mean(key, controls))


@lru_cache
def shipped_maps() -> Mapping[str, LoadedMap]:
    """Return the shipped maps by id, in the order of the alphabet."""
    found = {}
    for entry in sorted(files(__name__).iterdir(), key=lambda part: part.name):
        if entry.name.endswith(".yaml"):
            text = entry.read_text(encoding="utf-8")
            found[entry.name.removesuffix(".yaml")] = LoadedMap(
                read_controls(text, entry.name), hashlib.sha256(text.encode()).hexdigest()
            )
    return found


def choose_maps(
    value: Any, document: Document, base: Path
) -> tuple[Mapping[str, LoadedMap] | None, tuple[Problem, ...]]:
    """Return the control maps that a config's `report.controls` names, by id, and what is wrong with them.

    Parameters
    ----------
    value : the config as written.
    document : its lines.
    base : the folder that paths are relative to.

    Returns
    -------
    maps : those named, in that order; None where the config names none, which stands for the shipped ones.
    problems : with the line of the config, or of the map itself.
    """
    report = value.get("report") if isinstance(value, dict) else None
    named = report.get("controls") if isinstance(report, dict) else None
    if named is None:
        return None, ()
    found: dict[str, LoadedMap] = {}
    problems: list[Problem] = []
    for place, name in enumerate(
        [named] if isinstance(named, str) else named if isinstance(named, (list, tuple)) else ()
    ):
        if not isinstance(name, str):
            continue  # which the types say
        path: tuple[str | int, ...] = (
            ("report", "controls") if isinstance(named, str) else ("report", "controls", place)
        )
        where = ".".join(map(str, path[:2])) + ("" if isinstance(named, str) else f"[{place}]")
        try:
            loaded = shipped_maps().get(name) or _own_map(str(name), base)
        except ConfigError as error:
            problems += error.problems
            continue
        if loaded is None:
            hint = did_you_mean(name, shipped_maps())
            hint = hint if hint.startswith("did you mean") else "give a shipped map's id, or the path of a YAML file"
            problems.append(document.problem(path, f"{where}: there is no control map {str(name)!r}", hint))
            continue
        own = loaded.map.id
        if own in found or (name != own and own in shipped_maps()):
            what = f"{where}: there is a control map {own!r} already"
            problems.append(document.problem(path, what, "name each once, and give your own an id of its own"))
            continue
        found[own] = loaded
    return found, tuple(problems)


def maps_left_out(chosen: Iterable[str] | None) -> tuple[str, ...]:
    """Return the shipped maps that a config's choice leaves out; none where it makes no choice."""
    if chosen is None:
        return ()
    named = set(chosen)
    return tuple(name for name in shipped_maps() if name not in named)


def _own_map(name: str, base: Path) -> LoadedMap | None:
    path = base / name
    if not path.is_file():
        return None
    document, content = read_yaml_file(path, "control map", "give the path of a YAML file")
    return LoadedMap(_read(document), hashlib.sha256(content).hexdigest())


def find_control(name: str) -> tuple[ControlMap, str] | None:
    """Return the map and the id of a control named `map:id`; case and blanks don't matter."""
    body, _, number = name.partition(":")
    loaded = shipped_maps().get(_plain(body))
    if loaded is None:
        return None
    wanted = _plain(number)
    return next(((loaded.map, key) for key in loaded.map.controls if _plain(key) == wanted), None)


def unknown_control(name: str) -> Problem | None:
    """Return what is wrong with the name of a control, None where a map knows it: with the nearest that is known."""
    body, colon, number = name.partition(":")
    loaded = shipped_maps().get(body)
    if loaded is not None and number in loaded.map.controls:
        return None
    if not colon:
        return Problem(f"{name!r} names no control", "", "write MAP:ID, such as eu-ai-act:9.2")
    if loaded is None:
        near = did_you_mean(body, shipped_maps())
        own = "a map of your own is named in the config of an audit (report.controls)"
        return Problem(f"no control map is called {body!r}", "", near if near.startswith("did you mean") else own)
    near = did_you_mean(number, loaded.map.controls)
    shown = near if near.startswith("did you mean") else f"`ethicscheck explain {body}` lists what it knows"
    return Problem(f"the map {body!r} knows no control {number!r}", "", shown)


def strange_controls(value: Any, document: Document) -> tuple[Problem, ...]:
    """Return the controls that a checklist names and no map knows, each with its line and the nearest that is known."""
    sections = value.get("sections") if isinstance(value, dict) else None
    found: list[Problem] = []
    for place, section in enumerate(sections if isinstance(sections, list) else ()):
        if not isinstance(section, dict):
            continue
        items = section.get("items")
        parts: list[tuple[tuple[str | int, ...], Any]] = [(("sections", place), section)]
        parts += [
            (("sections", place, "items", at), item)
            for at, item in enumerate(items if isinstance(items, list) else ())
            if isinstance(item, dict)
        ]
        for path, part in parts:
            found += _strange(part.get("controls"), (*path, "controls"), document)
    return tuple(found)


def _strange(names: Any, path: tuple[str | int, ...], document: Document) -> Iterator[Problem]:
    for at, name in enumerate([names] if isinstance(names, str) else names if isinstance(names, list) else ()):
        if isinstance(name, str) and (problem := unknown_control(str(name))) is not None:
            where = (*path, at) if (*path, at) in document.lines else path
            yield document.problem(where, problem.what, problem.hint)


def control_maps_of(named: Iterable[str], maps: Mapping[str, LoadedMap] | None = None) -> tuple[ControlMapEntry, ...]:
    """Return what the record keeps of the maps: each with those of its controls that are named, in the map's order.

    `maps` are those that the config chose; None for the shipped ones.
    """
    wanted = set(named)
    found = []
    for name, loaded in (shipped_maps() if maps is None else maps).items():
        part = loaded.map
        controls = tuple(
            ControlEntry(
                id=key,
                title=control.title,
                says=control.says,
                metrics=control.metrics,
                checked=key in part.checked if part.checked else None,
            )
            for key, control in part.controls.items()
            if f"{name}:{key}" in wanted
        )
        if controls:
            found.append(
                ControlMapEntry(
                    id=name,
                    version=part.version,
                    dated=part.dated.isoformat(),
                    sha256=loaded.sha256,
                    title=part.title,
                    edition=part.edition,
                    status=part.status,
                    source=part.source,
                    known=len(part.controls),
                    controls=controls,
                )
            )
    return tuple(found)


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "-")


__all__ = [
    "Control",
    "ControlMap",
    "LoadedMap",
    "choose_maps",
    "control_maps_of",
    "find_control",
    "maps_left_out",
    "read_controls",
    "shipped_maps",
    "strange_controls",
    "unknown_control",
]
