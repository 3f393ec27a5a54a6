"""The checklists that come with ethicscheck, and finding one by its id or its path."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from ethicscheck.errors import UsageError, did_you_mean

from .reading import LoadedChecklist, read_checklist

SUFFIXES = (".yaml", ".yml")


def shipped_ids() -> tuple[str, ...]:
    """Return the ids of the shipped checklists."""
    return tuple(sorted(path.stem for path in _shipped_files()))


def load(use: str, base: Path, *, including: bool = True) -> LoadedChecklist:
    """Load a checklist.

    Parameters
    ----------
    use : a shipped id, or the path of a YAML file.
    base : the folder that a path is relative to.
    including : whether it may include other checklists.

    Raises
    ------
    UsageError
        When there is none of that name.
    ConfigError
        With every problem of the file.
    """
    for path in _shipped_files():
        if path.stem == use:
            return read_checklist(path, shipped=True, including=including)
    path = base / use
    if use.endswith(SUFFIXES) or path.is_file():
        return read_checklist(path, including=including)
    hint = did_you_mean(use, shipped_ids()) or "give the path of a YAML file"
    raise UsageError(f"there is no checklist {use!r}", "", hint)


def _shipped_files() -> Iterator[Path]:
    """Yield the files, translations (`id.fr.yaml`) left out."""
    for path in sorted(shipped_folder().glob("*.yaml")):
        if "." not in path.stem:
            yield path


def shipped_folder() -> Path:
    """Return where the shipped checklists lie: inside the package when installed, at the root of a checkout."""
    inside = Path(str(resources.files("ethicscheck"))) / "_shipped" / "checklists"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "checklists"


__all__ = ["load", "shipped_folder", "shipped_ids"]
