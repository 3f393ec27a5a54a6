"""`ethicscheck init`: a first config, with the columns guessed from a file, or one of the shipped examples."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .audit import DEFAULT_CONFIG
from .options import DEFAULT_OUTPUT

if TYPE_CHECKING:
    from .guessing import Guess

MADE = (DEFAULT_OUTPUT, "__pycache__")  # left behind by an audit or by Python (pip compiles what it installs)


@click.command("init")
@click.argument("folder", metavar="[DIR]", required=False, default=".", type=click.Path(path_type=Path))
@click.option("--data", type=click.Path(path_type=Path), metavar="FILE", help="Guess the columns from this file.")
@click.option(
    "--example", metavar="NAME", help="Copy a shipped example instead: compas, berkeley, hiring, lending, promotion."
)
def init_command(folder: Path, data: Path | None, example: str | None) -> None:
    """Write a commented ethicscheck.yaml into DIR (default: here), or copy an example there.

    A config that is written gets its JSON Schema beside it, with which editors explain and complete its keys.
    Nothing that exists is overwritten.
    """
    from ethicscheck.errors import UsageError

    if data is not None and example is not None:
        raise UsageError("--data and --example exclude each other", "", "give one of them")
    if example is not None:
        _write({folder / name: content for name, content in _example(example).items()})
        _say_next(folder)
    elif data is not None:
        text, guess = _from_data(data, folder)
        _write({folder / DEFAULT_CONFIG: text.encode("utf-8"), **_schema_for_editors(folder)})
        _say_guess(guess, folder)
    else:
        from .drafting import TEMPLATE

        _write({folder / DEFAULT_CONFIG: TEMPLATE.encode("utf-8"), **_schema_for_editors(folder)})
        click.echo(
            "It is a template: put your own file, columns and limit into it, or let `ethicscheck init --data FILE` guess."
        )
        _say_next(folder)


def _schema_for_editors(folder: Path) -> dict[Path, bytes]:
    """Return the config's JSON Schema, which its first line names; one that lies there from before is left, and said."""
    from .drafting import SCHEMA_FILE
    from .schema import schema_text

    path = folder / SCHEMA_FILE
    if os.path.lexists(path):
        click.echo(f"left {path} as it is; `ethicscheck schema config` prints today's")
        return {}
    return {path: schema_text("config").encode("utf-8")}


def _write(contents: Mapping[Path, bytes]) -> None:
    from ethicscheck.errors import UsageError
    from ethicscheck.exports.writing import write_all

    taken = [path for path in contents if os.path.lexists(path)]
    if taken:
        more = f" (and {len(taken) - 1} more)" if len(taken) > 1 else ""
        raise UsageError(f"{taken[0]} exists{more}; nothing was written", "", "choose another folder, or move it away")
    for path in write_all(contents, "choose another folder"):
        click.echo(f"wrote {path}")


def _from_data(data: Path, folder: Path) -> tuple[str, Guess]:
    from ethicscheck.errors import UsageError
    from ethicscheck.sources.sampling import sample_file

    from .drafting import draft_config
    from .guessing import guess_columns

    if not data.is_file():
        what = f"{str(data)!r} is a folder" if data.is_dir() else f"there is no file {str(data)!r}"
        raise UsageError(what, "--data", "give a file of predictions")
    sample = sample_file(data)
    guess = guess_columns(sample.columns, sample.rows)
    source = _relative(data, folder)
    return draft_config(guess, source, data.name, sample.delimiter, len(sample.rows), sample.whole), guess


def _relative(data: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(data.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return data.resolve().as_posix()


def _say_guess(guess: Guess, folder: Path) -> None:
    from ethicscheck.model.wording import visible

    parts = {
        "label": guess.label,
        "prediction": guess.prediction,
        "score": guess.score if guess.threshold is not None else None,
        "count": guess.count,
        "weight": guess.weight,
    }
    said = [f"{part} {visible(column.name)}" for part, column in parts.items() if column is not None]
    if guess.sensitive:
        said.append(f"groups by {', '.join(visible(name) for name in guess.sensitive)}")
    missing = [] if guess.prediction or guess.threshold is not None else ["prediction"]
    missing += [] if guess.sensitive else ["sensitive"]
    click.echo(f"guessed: {'; '.join(said) or 'nothing'}")
    if missing:
        click.echo(f"not found, fill in: {', '.join(f'data.{part}' for part in missing)}")
    click.echo("Look at each line that says “check this”.")
    _say_next(folder)


def _say_next(folder: Path) -> None:
    here = folder.resolve() == Path.cwd().resolve()
    config = "" if here else f" {shlex.quote(str(folder / DEFAULT_CONFIG))}"
    click.echo(f"next: ethicscheck audit{config}")


def _example(name: str) -> dict[str, bytes]:
    """Return an example's files by their path in it."""
    from ethicscheck.errors import UsageError, did_you_mean

    root = examples_folder()
    known = sorted(path.parent.name for path in root.glob(f"*/{DEFAULT_CONFIG}"))
    if name not in known:
        raise UsageError(f"there is no example {name!r}", "--example", did_you_mean(name, known))
    found = {}
    for path in sorted((root / name).rglob("*")):
        inside = path.relative_to(root / name)
        made = any(part.startswith(".") or part in MADE for part in inside.parts) or path.suffix == ".pyc"
        if path.is_file() and not made:
            found[inside.as_posix()] = path.read_bytes()
    return found


def examples_folder() -> Path:
    """Return where the examples lie: inside the package when installed, at the root of a checkout."""
    inside = Path(__file__).parents[1] / "_shipped" / "examples"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "examples"
