"""Functions of the user's own, found by name: in a file beside the config, in a package, or registered by a package.

Loading runs the code of that file or package: only what a config names is loaded, and a file only from the config's folder.
What becomes of a function is in `own`.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import inspect
import sys
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

ENTRY_POINTS = "ethicscheck.metrics"
Function = Callable[..., Any]


class LoadingError(Exception):
    """A function that can't be used, and what to do about it."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.what = what
        self.hint = hint


@dataclass(frozen=True)
class OwnFunction:
    """A function with where it came from: `sha256` is that of its file, where it came from a file beside the config."""

    function: Function
    where: str
    sha256: str | None = None


def load_function(text: str, base: Path) -> OwnFunction:
    """Load what "file.py:function" or "package.module:function" names.

    Parameters
    ----------
    text : the name; a file's path is relative to `base` and stays inside it, links included.
    base : the folder of the config.

    Raises
    ------
    LoadingError
        When there is no such function, its code fails, or it takes no sample_weight.
    """
    place, _, name = text.rpartition(":")
    if not place or not name:
        raise LoadingError(f"{text!r} names no function", 'write "my_metrics.py:function" or "package.module:function"')
    if place.endswith(".py") or "/" in place or "\\" in place:
        module, digest = _from_file(place, base)
    else:
        module, digest = _from_package(place), None
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
        if found is None:
            known = sorted(key for key, value in vars(module).items() if callable(value) and not key.startswith("_"))
            shown = f"it has {', '.join(known[:8])}" if known else "it has no function"
            raise LoadingError(f"{place!r} has no {name!r}", shown)
    return OwnFunction(checked_function(found, text), text, digest)


def registered_names() -> tuple[str, ...]:
    """Return the names that installed packages register in the entry point group `ethicscheck.metrics`."""
    return tuple(sorted(_registered()))


def load_registered(name: str) -> OwnFunction:
    """Load a function that an installed package registers.

    Raises
    ------
    LoadingError
        When its code fails, or it takes no sample_weight.
    """
    entry = _registered()[name]
    with _told(entry.value):
        found = entry.load()
    return OwnFunction(checked_function(found, entry.value), entry.value)


def checked_function(found: Any, text: str) -> Function:
    """Return a function that can be called as f(y_true, y_pred, sample_weight=…).

    Raises
    ------
    LoadingError
        When it can't, and what to do.
    """
    if not callable(found):
        raise LoadingError(f"{text!r} is {a_kind_of(found)}, not a function", "name a function")
    try:
        signature = inspect.signature(found)
    except (TypeError, ValueError):  # written in C: only a call can tell
        return found  # type: ignore[no-any-return]
    try:
        signature.bind([], [], sample_weight=[])
    except TypeError as error:
        if not any(
            part.name == "sample_weight" or part.kind is part.VAR_KEYWORD for part in signature.parameters.values()
        ):
            what = f"{text!r} takes no sample_weight"
            hint = "write it as f(y_true, y_pred, sample_weight=None): it is called with one row a cell and the counts as weights"
            raise LoadingError(what, hint) from None
        hint = "give the rest in a small module: `mine = functools.partial(f, …)`, and name that"
        raise LoadingError(f"{text!r} can't be called as f(y_true, y_pred, sample_weight=…): {error}", hint) from None
    return found  # type: ignore[no-any-return]


def a_kind_of(value: object) -> str:
    """Return the name of a value's type with its article.

    >>> a_kind_of(1), a_kind_of("x")
    ('an int', 'a str')
    """
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeio' or name == 'ndarray' else 'a'} {name}"


def _from_file(place: str, base: Path) -> tuple[types.ModuleType, str]:
    path = Path(place)
    root = base.resolve()
    if path.is_absolute() or ".." in path.parts or "\\" in place:
        raise LoadingError(f"{place!r} leads out of the config's folder", "put the file beside the config")
    found = (root / path).resolve()
    if not found.is_relative_to(root):
        raise LoadingError(f"{place!r} is a link that leads out of the config's folder", "put the file itself there")
    try:
        source = found.read_bytes()
    except OSError as error:
        raise LoadingError(
            f"the file {place!r} can't be read: {error.strerror}", "paths are relative to the config"
        ) from None
    digest = hashlib.sha256(source).hexdigest()
    name = f"_ethicscheck_own_{digest[:16]}"
    if name in sys.modules:
        return sys.modules[name], digest
    module = types.ModuleType(name)
    module.__file__ = str(found)
    sys.modules[name] = module  # dataclasses and pickles look their module up
    try:
        with _told(place):
            # Compiled here, so that nothing is written beside the file.
            exec(compile(source, str(found), "exec"), module.__dict__)  # noqa: S102  # the user's own file
    except LoadingError:
        del sys.modules[name]
        raise
    return module, digest


def _from_package(place: str) -> types.ModuleType:
    with _told(place):
        return importlib.import_module(place)


class _told:  # noqa: N801  # a context manager that reads like a word
    """Turns whatever the user's code raises into one line that names it."""

    def __init__(self, place: str) -> None:
        self.place = place
        # What it prints must not stand among what is asked for on stdout.
        self.aside = contextlib.redirect_stdout(sys.stderr)

    def __enter__(self) -> None:
        self.aside.__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        self.aside.__exit__(kind, error, trace)
        if isinstance(error, ModuleNotFoundError):
            hint = "install it, or check the name; a file beside the config is named with its ending, my_metrics.py:…"
            raise LoadingError(f"{self.place!r} can't be loaded: {error}", hint) from None
        if isinstance(error, (Exception, SystemExit)):
            line = next((str(frame.tb_lineno) for frame in _frames(trace) if _is_own(frame)), None)
            where = f" on line {line}" if line else ""
            raise LoadingError(f"{self.place!r} can't be loaded: {_said(error)}{where}", "mend it") from None


def _said(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    return f"{type(error).__name__}: {text[0]}" if text else type(error).__name__


def _frames(trace: Any) -> list[types.TracebackType]:
    found = []
    while trace is not None:
        found.append(trace)
        trace = trace.tb_next
    return found[::-1]


def _is_own(frame: types.TracebackType) -> bool:
    return str(frame.tb_frame.f_globals.get("__name__", "")).startswith("_ethicscheck_own_")


def _registered() -> Mapping[str, EntryPoint]:
    return {entry.name: entry for entry in entry_points(group=ENTRY_POINTS)}
