"""Which tool made a record, when, from what: the one place that reads the clock and the environment.

Host, user, command line and output path are never asked for.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from .__about__ import __version__
from .errors import UsageError

if TYPE_CHECKING:
    from .model.record import Git, Provenance, SourceEntry

CLOCK = "SOURCE_DATE_EPOCH"
PACKAGES = ("duckdb", "narwhals", "numpy", "pydantic", "scipy")


def make_provenance(
    sources: Sequence[SourceEntry],
    seed: int,
    config_name: str | None,
    config_content: bytes,
    paths: Sequence[Path],
    created: str | None = None,
    waivers: tuple[str, str] | None = None,
    also: Sequence[str] = (),
) -> Provenance:
    """Return the provenance of a record.

    Parameters
    ----------
    sources : what was read.
    seed : the config's seed.
    config_name, config_content : the config file's name and bytes (canonical JSON where there is no file).
    paths : config and data files, for git.
    created : the moment, as `created_now` gave it; default: now.
    waivers : name and SHA-256 of the waivers file, where there is one.
    also : further packages that the numbers depend on.
    """
    from .model.record import Provenance

    return Provenance(
        tool="ethicscheck",
        version=__version__,
        created=created or created_now(),
        config=config_name,
        config_sha256=hashlib.sha256(config_content).hexdigest(),
        waivers=waivers[0] if waivers else None,
        waivers_sha256=waivers[1] if waivers else None,
        sources=tuple(sources),
        seed=seed,
        packages=package_versions((*PACKAGES, *also)),
        git=_git(paths) if config_name is not None else None,
    )


def settle_clock() -> None:
    """Check SOURCE_DATE_EPOCH before numpy is imported: its f2py reads it too, and takes an empty one for a number.

    Raises
    ------
    UsageError
        When it is no time.
    """
    created_now()
    if not os.environ.get(CLOCK):
        os.environ.pop(CLOCK, None)


def created_now() -> str:
    """Return the moment of the audit in UTC; SOURCE_DATE_EPOCH where it is set and not empty.

    Raises
    ------
    UsageError
        When SOURCE_DATE_EPOCH is no time.
    """
    epoch = os.environ.get(CLOCK)
    if not epoch:
        moment = datetime.datetime.now(datetime.UTC)
    else:
        try:
            moment = datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
        except (ValueError, OverflowError, OSError):
            raise UsageError(
                f"{epoch!r} is no time",
                f"environment variable {CLOCK}",
                "give seconds since 1970, or unset it",
            ) from None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def package_versions(names: Sequence[str] = PACKAGES) -> dict[str, str]:
    """Return the versions of Python and of the libraries that numbers depend on, of those that are installed."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return dict(sorted(found.items()))


def _git(paths: Sequence[Path]) -> Git | None:
    """Return the commit that the config stands in, where there is one and git is installed."""
    folder = paths[0].parent
    commit = _ask_git(folder, "rev-parse", "HEAD")
    top = _ask_git(folder, "rev-parse", "--show-toplevel")
    tracked = _ask_git(folder, "ls-files", "--error-unmatch", "--", paths[0].name)
    if commit is None or top is None or tracked is None:
        return None
    inside = [str(path.resolve()) for path in paths[:1000] if path.resolve().is_relative_to(Path(top).resolve())]
    changed = _ask_git(folder, "status", "--porcelain", "--", *inside)
    from .model.record import Git

    place = paths[0].resolve()
    inner = place.relative_to(Path(top).resolve()).as_posix() if place.is_relative_to(Path(top).resolve()) else None
    return Git(commit=commit, modified=bool(changed), path=inner) if changed is not None else None


def _ask_git(folder: Path, *words: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603  # a fixed program, no shell
            ["git", "-C", str(folder.resolve()), *words],  # noqa: S607
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
