"""Whom the data should stand for: the shares of groups in a reference population, given inline or in a file.

Which groups the data hold, and how they compare, is looked at in `studies.representation`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from pydantic_core import PydanticCustomError

from ethicscheck.errors import ConfigError, Problem, did_you_mean

from .scalars import as_number, as_scalar
from .strict_yaml import Document, Path, Plain, read_yaml_file

ROUNDING = 0.005  # printed shares are rounded: 33.3 % three times is meant as all
AMOUNTS = ("share", "count")
_HINT = "data.population is a path relative to the config"

Key = tuple[str, ...]


@dataclass(frozen=True)
class Population:
    """One table of shares: `shares[label on each of features]`, adding up to 1.

    Where it stands in a file, `name` and `sha256` are the file's.
    """

    features: tuple[str, ...]
    shares: Mapping[Key, float]
    name: str
    sha256: str | None = None

    def by(self, features: Sequence[str]) -> dict[Key, float] | None:
        """Return the shares by some of its features, added up over the others; None where it lacks one."""
        if not set(features) <= set(self.features):
            return None
        places = [self.features.index(name) for name in features]
        parts: dict[Key, list[float]] = {}
        for key, share in self.shares.items():
            parts.setdefault(tuple(key[place] for place in places), []).append(share)
        return {key: math.fsum(shares) for key, shares in parts.items()}


@dataclass(frozen=True)
class _Line:
    """One group of a file: its labels, its amount, and where that stands."""

    labels: Key
    amount: float
    line: int


def read_population(
    value: Mapping[str, Mapping[str, float]] | str | None, features: Sequence[str], document: Document, base: FilePath
) -> tuple[Population, ...]:
    """Return the populations that a config names: one table of a file, or one for each feature given inline.

    Parameters
    ----------
    value : `data.population` of the config.
    features : the sensitive features.
    document : the config's lines.
    base : the folder that a path is relative to.

    Raises
    ------
    ConfigError
        Every problem with its file and line: an unknown feature, a group twice, shares that do not add up to 1.
    """
    if value is None:
        return ()
    if isinstance(value, str):
        return (_read_file(value, features, document, base),)
    problems: list[Problem] = []
    found = []
    for feature, shares in value.items():
        where: Path = ("data", "population", feature)
        if feature not in features:
            what = f"data.population: {feature!r} is not a sensitive feature"
            problems.append(document.problem(where, what, did_you_mean(feature, features)))
            continue
        broken = [label for label, share in shares.items() if not 0 <= share <= 1]
        problems += [
            document.problem((*where, label), f"data.population.{feature}.{label}: a share is from 0 to 1")
            for label in broken
        ]
        if not broken and not _complete(shares.values()):
            problems.append(document.problem(where, f"data.population.{feature}: {_sum(shares.values())}", _WHOLE))
        found.append(_population((feature,), {(label,): share for label, share in shares.items()}, document.name, None))
    if problems:
        raise ConfigError(problems)
    return tuple(found)


_WHOLE = "give every group its share, so that they add up to 1 (0.995 to 1.005 is taken as rounding)"


def _complete(shares: Any) -> bool:
    return abs(math.fsum(shares) - 1) <= ROUNDING + 1e-12


def _sum(shares: Any) -> str:
    total = math.fsum(shares)
    percent = "; if these are percentages, divide them by 100" if abs(total / 100 - 1) <= ROUNDING else ""
    return f"the shares add up to {total:.10g}, not to 1{percent}"


def _population(features: tuple[str, ...], amounts: Mapping[Key, float], name: str, digest: str | None) -> Population:
    total = math.fsum(amounts.values()) or 1.0
    return Population(features, {key: amount / total for key, amount in amounts.items()}, name, digest)


def _read_file(name: str, features: Sequence[str], document: Document, base: FilePath) -> Population:
    path = base / name
    if not path.is_file():
        what = f"data.population: there is no file {name!r}"
        raise ConfigError([document.problem(("data", "population"), what, "its path is relative to the config")])
    if path.suffix.lower() == ".csv":
        header, lines, content = _read_csv(path)
    elif path.suffix.lower() in (".json", ".yaml", ".yml"):
        header, lines, content = _read_yaml(path)
    else:
        what = f"data.population: {path.name!r} is no csv, json or yaml file"
        raise ConfigError([document.problem(("data", "population"), what, "write the shares in one of these")])
    columns, kind = _columns(header, features, path.name)
    problems: list[Problem] = []
    seen: dict[Key, _Line] = {}
    for line in _lines(lines, columns, kind, path.name, problems):
        first = seen.setdefault(line.labels, line)
        if first is not line:
            what = f"{' · '.join(line.labels)} stands here twice (first on line {first.line})"
            problems.append(_problem(path.name, line.line, what, "keep one of them"))
    amounts = {line.labels: line.amount for line in seen.values()}
    if not problems and kind == "share" and not _complete(amounts.values()):
        problems.append(_problem(path.name, 1, _sum(amounts.values()), _WHOLE))
    if not problems and math.fsum(amounts.values()) <= 0:
        problems.append(_problem(path.name, 1, "there is nobody in this population", "give each group a count"))
    if problems:
        raise ConfigError(problems)
    return _population(columns, amounts, path.name, hashlib.sha256(content).hexdigest())


def _problem(file: str, line: int, what: str, hint: str = "") -> Problem:
    return Problem(what, f"{file}:{line}", hint, line)


def _columns(header: Sequence[str], features: Sequence[str], file: str) -> tuple[tuple[str, ...], str]:
    """Return the features' columns and whether the amounts are shares or counts."""
    problems = []
    kinds = [name for name in AMOUNTS if name in header]
    if len(kinds) != 1:
        what = "there are both `share` and `count`" if kinds else "there is no column `share` or `count`"
        problems.append(_problem(file, 1, what, "give one of them"))
    columns = tuple(name for name in header if name not in AMOUNTS)
    problems += [
        _problem(file, 1, f"the column {name!r} is not a sensitive feature", did_you_mean(name, features))
        for name in columns
        if name not in features
    ]
    problems += [
        _problem(file, 1, f"the column {name!r} stands here twice") for name in {*columns} if columns.count(name) > 1
    ]
    if not columns:
        problems.append(_problem(file, 1, "there is no column of a sensitive feature", f"such as {features[0]!r}"))
    if problems:
        raise ConfigError(problems)
    return columns, kinds[0]


def _lines(
    rows: Sequence[tuple[int, Mapping[str, Any]]], columns: Key, kind: str, file: str, problems: list[Problem]
) -> Iterator[_Line]:
    for line, row in rows:
        odd = [name for name in (*columns, kind) if name not in row] + [
            name for name in row if name not in (*columns, kind)
        ]
        if odd:
            problems.append(
                _problem(file, line, f"this group lacks or adds {odd[0]!r}", f"give {', '.join(columns)} and {kind}")
            )
            continue
        try:
            labels = tuple(as_scalar(row[name]) for name in columns)
            amount = as_number(row[kind])
        except PydanticCustomError as error:
            problems.append(_problem(file, line, f"{kind}: {error}"))
            continue
        if not all(label.strip() for label in labels):
            problems.append(_problem(file, line, "a group without a name", "people of unknown group are no group"))
        elif amount < 0 or (kind == "share" and amount > 1) or (kind == "count" and not amount.is_integer()):
            wanted = "from 0 to 1" if kind == "share" else "a whole number, 0 or more"
            problems.append(_problem(file, line, f"a {kind} is {wanted}, not {amount:.10g}"))
        else:
            yield _Line(labels, amount, line)


def _read_csv(path: FilePath) -> tuple[list[str], list[tuple[int, Mapping[str, Any]]], bytes]:
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise ConfigError([Problem(f"the population can't be read: {error.strerror}", path.name, _HINT)]) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError([_problem(path.name, line, "not UTF-8 text", "save it as UTF-8")]) from None
    rows: list[tuple[int, Mapping[str, Any]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        for row in reader:
            if not row:
                continue
            if len(row) != len(header):
                what = f"{len(row)} cells, but the header has {len(header)}"
                raise ConfigError([_problem(path.name, reader.line_num, what)])
            cells = [cell.strip() for cell in row]
            rows.append((reader.line_num, {name: _cell(name, cell) for name, cell in zip(header, cells, strict=True)}))
    except csv.Error as error:
        raise ConfigError([_problem(path.name, reader.line_num, f"not valid CSV: {error}")]) from None
    return header, rows, content


def _cell(name: str, text: str) -> str:
    return Plain(text) if name in AMOUNTS else text  # a number where a number is meant


def _read_yaml(path: FilePath) -> tuple[list[str], list[tuple[int, Mapping[str, Any]]], bytes]:
    document, content = read_yaml_file(path, "population", _HINT)
    if document.problems:
        raise ConfigError(document.problems)
    value = document.value
    if not isinstance(value, list) or not value or not all(isinstance(row, dict) for row in value):
        what = "a list of groups is meant here, such as [{sex: Female, share: 0.51}, {sex: Male, share: 0.49}]"
        raise ConfigError([_problem(path.name, document.line(()), what)])
    header = list(dict.fromkeys(name for row in value for name in row))
    return header, [(document.line((place,)), row) for place, row in enumerate(value)], content
