"""`ethicscheck lint`: configs, checklists, waivers and answers checked without reading any data; for hooks before a commit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .audit import DEFAULT_CONFIG

if TYPE_CHECKING:
    from ethicscheck.errors import Problem

STALE, UNREADABLE = 1, 2
JOURNAL = ".jsonl"


@click.command("lint")
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--all", "everything", is_flag=True, help="Refuse YAML that is not ethicscheck's own, instead of passing it over."
)
def lint_command(files: tuple[Path, ...], everything: bool) -> int:
    """Check each FILE without reading data: a config, a checklist, a waivers file, or a journal of answers (.jsonl).

    FILE defaults to ./ethicscheck.yaml. What a YAML file is, its key `schema` says; other YAML is passed over. Leaves with 2 when
    a file can't be used, and with 1 when the answers of a journal are out of date.
    """
    from ethicscheck.errors import EthicscheckError

    from .streams import tell

    worst = 0
    for path in files or (Path(DEFAULT_CONFIG),):
        try:
            stale = tuple(_check(path, everything))
        except EthicscheckError as error:
            for problem in error.problems:
                tell(f"error: {_visible(str(problem))}")
            worst = UNREADABLE
            continue
        for line in stale:
            click.echo(_visible(line))
        worst = max(worst, STALE if stale else 0)
    return worst


def _check(path: Path, everything: bool) -> Iterator[str]:
    """Yield what is out of date.

    Raises
    ------
    EthicscheckError
        With every problem of the file.
    """
    if path.suffix == JOURNAL:
        yield from _stale(path)
        return
    from ethicscheck.errors import ConfigError
    from ethicscheck.model.strict_yaml import read_yaml_file

    document, _ = read_yaml_file(path, "YAML", "")
    schema = document.value.get("schema") if isinstance(document.value, dict) else None
    kind = str(schema).rpartition("/")[0].removeprefix("ethicscheck/") if str(schema).startswith("ethicscheck/") else ""
    check = _CHECKS.get(kind)
    if check is not None:
        check(path)
        return
    if schema is not None and str(schema).startswith("ethicscheck/"):
        known = ", ".join(f"ethicscheck/{name}/1" for name in _CHECKS)
        raise ConfigError([document.problem(("schema",), f"there is no {str(schema)!r} to lint", f"one of {known}")])
    if everything or document.problems:
        raise ConfigError(
            document.problems
            or [document.problem((), "no key `schema` of ethicscheck's", "begin it with schema: ethicscheck/config/1")]
        )


def _config(path: Path) -> None:
    from ethicscheck.auditing import load_config
    from ethicscheck.checklist.shipped import load

    config = load_config(path).config
    for use in config.checklists:
        load(use.use, path.parent)


def _checklist(path: Path) -> None:
    from ethicscheck.checklist.shipped import load

    load(str(path.resolve()), path.parent)


def _translation(path: Path) -> None:
    """Read the checklist that a translation stands beside (ID.LANGUAGE.yaml beside ID.yaml), and the translation with it."""
    from ethicscheck.checklist.shipped import load
    from ethicscheck.checklist.translation import missing_words

    missing_words(load(str(path.resolve().with_name(f"{path.name.split('.')[0]}.yaml")), path.parent))


def _waivers(path: Path) -> None:
    from pydantic import ValidationError

    from ethicscheck.errors import ConfigError
    from ethicscheck.model.explaining import explain_errors
    from ethicscheck.model.strict_yaml import read_yaml_file
    from ethicscheck.policy.waivers import WaiversFile

    document, _ = read_yaml_file(path, "waivers", "")
    problems: list[Problem] = list(document.problems)
    try:
        WaiversFile.model_validate(document.value)
    except ValidationError as error:
        problems += explain_errors(error, WaiversFile, document)
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))


def _controls(path: Path) -> None:
    from ethicscheck.policy.controls import read_controls

    read_controls(path)


def _stale(path: Path) -> Iterator[str]:
    """Yield the answers of a journal that are out of date: not those that are open, which a commit need not settle."""
    from ethicscheck.checklist.gating import gate_findings
    from ethicscheck.checklist.opening import open_journal

    from .checklist_measured import status_with_record

    status = status_with_record(open_journal(path), None, None)
    for part in gate_findings(status, "complete"):
        if part.code in STALE_CODES:
            yield f"{path}: {part.item or 'checklist'}: {part.message} ({part.code})"


STALE_CODES = frozenset({"stale"})
_CHECKS: dict[str, Callable[[Path], None]] = {
    "config": _config,
    "checklist": _checklist,
    "translation": _translation,
    "waivers": _waivers,
    "controls": _controls,
}


def _visible(text: str) -> str:
    from ethicscheck.model.wording import visible

    return visible(text)
