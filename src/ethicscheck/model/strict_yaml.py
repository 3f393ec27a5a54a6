"""Reads YAML without its traps: every scalar stays the text that was written, and every line is known.

Plain scalars come back as `Plain` (so that a number can be asked for later), quoted ones as `str`, null as None.
Duplicate keys, tags, anchors and aliases are problems, each with its line. What the text *means* is decided by the
types in `model.config`, never here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from ethicscheck.errors import ConfigError, Problem

from .quick_yaml import read_quickly

Path = tuple[str | int, ...]

MAX_DEPTH = 60
MAX_BYTES = 4_000_000


class Plain(str):
    """A scalar written without quotes: text where text is meant, a number where a number is meant."""

    __slots__ = ()


@dataclass
class Document:
    """What a YAML file says, and on which line each part of it stands."""

    name: str
    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: set[Path] = field(default_factory=set)

    def is_broken(self, path: Path) -> bool:
        """Return whether the reader has refused the value at `path` already, so that no more need be said of it."""
        return any(path[:length] in self.broken for length in range(len(path) + 1))

    def line(self, path: Path) -> int:
        """Return the line of `path`, or of its nearest parent that has one."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: Path, what: str, hint: str = "") -> Problem:
        """Return a problem located at `path`."""
        if not self.lines:  # a Python call has no lines
            return Problem(what, self.name, hint)
        line = self.line(path)
        return Problem(what, f"{self.name}:{line}", hint, line)


def read_yaml_file(path: FilePath, kind: str, hint: str) -> tuple[Document, bytes]:
    """Read a YAML file strictly.

    Parameters
    ----------
    path : the file.
    kind : what it should be, for messages: "config".
    hint : what to do when there is no such file.

    Returns
    -------
    The document, and the file's bytes.

    Raises
    ------
    ConfigError
        When there is no such file, or it is no YAML.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise ConfigError([Problem(f"there is no such {kind} file", path.name, hint)]) from None
    except OSError as error:
        raise ConfigError([Problem(f"the {kind} can't be read: {error.strerror}", path.name)]) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError([Problem("not UTF-8 text", f"{path.name}:{line}", "save it as UTF-8", line)]) from None
    return read_yaml(text, path.name), content


def read_yaml(text: str, name: str, most: int = MAX_BYTES) -> Document:
    """Parse one YAML document strictly.

    Parameters
    ----------
    text : the YAML.
    name : the file's name, for messages.
    most : how many bytes it may have.

    Raises
    ------
    ConfigError
        When the text is no YAML at all. Lesser problems are collected in `Document.problems`.
    """
    if len(text.encode("utf-8", "replace")) > most:
        hint = f"{most / 1e6:.0f} MB is the limit"
        raise ConfigError([Problem("the file is too large for a config", name, hint, 1)])
    document = Document(name)
    quick = read_quickly(text, MAX_DEPTH, _scalar)
    if quick is not None:
        document.value, document.lines = quick
        return document
    return _read_strictly(text, document)


def _read_strictly(text: str, document: Document) -> Document:
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    name = document.name
    try:
        try:
            node = _composed("rt", text)
        except (AssertionError, NotImplementedError):  # two comments where its bookkeeping has room for one
            node = _composed("safe", text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        what = " ".join(part for part in (error.context, error.problem) if part)
        hint = "look at the indentation, colons and quotes on this line and the one above"
        raise ConfigError([Problem(f"not valid YAML: {what}", f"{name}:{line}", hint, line)]) from None
    except RecursionError:
        hint = "no part of a config lies so deep"
        raise ConfigError([Problem("not valid YAML: nested too deeply", f"{name}:1", hint, 1)]) from None
    except (YAMLError, ValueError) as error:
        line = text[: getattr(error, "position", 0) or 0].count("\n") + 1
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        hint = "save it as UTF-8 text without control characters, one document a file"
        raise ConfigError([Problem(f"not valid YAML: {reason}", f"{name}:{line}", hint, line)]) from None
    if node is not None:
        document.value = _convert(node, (), document)
    return document


def _composed(kind: str, text: str) -> Any:
    from ruamel.yaml import YAML

    reader = YAML(typ=kind, pure=True)
    reader.composer.warn_double_anchors = False  # an anchor is a problem already
    return reader.compose(text)


def _convert(node: Any, path: Path, document: Document) -> Any:
    line = node.start_mark.line + 1
    document.lines.setdefault(path, line)
    if len(path) > MAX_DEPTH:
        return _refuse(path, line, "nested too deeply", "no part of a config lies so deep", document)
    if node.anchor is not None:
        what, hint = f"the anchor '&{node.anchor}' is not allowed", "write the value out where it is used"
        return _refuse(path, line, what, hint, document)
    kind = type(node).__name__
    if _tagged(node, kind):
        tag = node.tag.replace("tag:yaml.org,2002:", "!!")
        return _refuse(path, line, f"the tag '{tag}' is not allowed", "remove it", document)
    if kind == "ScalarNode":
        return _scalar(str(node.value), node.style)
    if kind == "SequenceNode":
        return [_convert(item, (*path, place), document) for place, item in enumerate(node.value)]
    return _mapping(node, path, document)


def _refuse(path: Path, line: int, what: str, hint: str, document: Document) -> None:
    document.problems.append(Problem(what, f"{document.name}:{line}", hint, line))
    document.broken.add(path)


def _tagged(node: Any, kind: str) -> bool:
    default = {"SequenceNode": "tag:yaml.org,2002:seq", "MappingNode": "tag:yaml.org,2002:map"}
    if kind in default:
        return node.tag not in (default[kind], None)
    # A plain scalar is resolved to some core type; a written tag is not implied by the text.
    return not node.tag.startswith("tag:yaml.org,2002:") or bool(getattr(node.ctag, "handle", None))


def _scalar(text: str, style: str | None) -> str | None:
    if style in ("'", '"', "|", ">"):
        # The round-trip loader marks each fold of a folded text with a bell character.
        return text.replace("\a", "") if style == ">" else text
    if text in ("", "~", "null", "Null", "NULL"):
        return None
    return Plain(text)


def _mapping(node: Any, path: Path, document: Document) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if type(key_node).__name__ != "ScalarNode":
            document.problems.append(
                Problem("a key must be a word", f"{document.name}:{line}", "write `key: value`", line)
            )
            continue
        key = str(key_node.value)
        if key == "<<":
            document.problems.append(
                Problem("merge keys ('<<') are not allowed", f"{document.name}:{line}", "write them out", line)
            )
            continue
        if key in result:
            first = document.lines[(*path, key)]
            what = f"the key '{key}' stands here twice (first on line {first})"
            document.problems.append(Problem(what, f"{document.name}:{line}", "keep one of them", line))
            continue
        document.lines[(*path, key)] = line
        result[key] = _convert(value_node, (*path, key), document)
    return result
