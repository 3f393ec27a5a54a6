"""The checklists of the project: those its configs name, begun or not, and every other journal that lies in the folder."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from ethicscheck.errors import EthicscheckError

from .journals import LiveJournal
from .project import FoundFile, Project

if TYPE_CHECKING:
    from ethicscheck.checklist.reading import LoadedChecklist
    from ethicscheck.model.config import LoadedConfig


@dataclass(frozen=True)
class Kept:
    """A checklist of the project.

    Parameters
    ----------
    key : its name in addresses.
    journal : where its answers are, or will be.
    name : the journal's path in the folder.
    use : the checklist that a config names; None for a journal that no config speaks of.
    base : the folder that `use` is relative to.
    require : what the config asks of it.
    system : the name of the system that the config audits, "" where no config speaks of it.
    begun : whether there is a journal.
    """

    key: str
    journal: Path
    name: str
    use: str | None
    base: Path
    require: Literal["none", "complete", "signed"]
    system: str
    begun: bool


@dataclass(frozen=True)
class ReadConfig:
    """A config of the project: as it was read, or why it can't be."""

    file: FoundFile
    loaded: LoadedConfig | None
    problems: tuple[str, ...] = ()


class Shelf:
    """Finds checklists by key and keeps their journals open."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._lock = threading.Lock()
        self._configs: dict[FoundFile, ReadConfig] = {}
        self._open: dict[str, LiveJournal] = {}

    def configs(self) -> tuple[ReadConfig, ...]:
        """Return the configs of the project, those with problems too; each is read once as long as it stays as it is."""
        found = self.project.look().configs
        with self._lock:
            self._configs = {file: self._configs.get(file) or _read(file) for file in found}
            return tuple(self._configs.values())

    def checklists(self) -> tuple[Kept, ...]:
        """Return the checklists: those of configs first, in their order."""
        kept: dict[str, Kept] = {}
        for config in self.configs():
            for entry in self._of_config(config):
                kept.setdefault(entry.key, entry)
        for file in self.project.look().journals:
            kept.setdefault(file.key, Kept(file.key, file.path, file.name, None, file.path.parent, "none", "", True))
        return tuple(kept.values())

    def checklist(self, key: str) -> Kept | None:
        """Return the checklist of that key, None where there is none."""
        return next((kept for kept in self.checklists() if kept.key == key), None)

    def journal(self, kept: Kept) -> LiveJournal:
        """Return a checklist's journal, kept open."""
        with self._lock:
            live = self._open.get(kept.key)
            if live is None or live.path != kept.journal:
                live = self._open[kept.key] = LiveJournal(kept.journal)
            return live

    def loaded(self, kept: Kept) -> LoadedChecklist:
        """Return what a checklist asks, begun or not.

        Raises
        ------
        EthicscheckError
            When it can't be read.
        """
        from ethicscheck.checklist.shipped import load

        return self.journal(kept).opened().loaded if kept.begun else load(kept.use or "", kept.base)

    def _of_config(self, config: ReadConfig) -> list[Kept]:
        if config.loaded is None:
            return []
        found = []
        base = config.file.path.parent
        for used in config.loaded.config.checklists:
            if used.answers is None:
                continue
            path = _normal(base / used.answers)
            if not path.is_relative_to(self.project.folder):
                continue
            begun = self.project.found(path) is not None
            if not begun and (path.is_symlink() or path.exists() or not self.project.holds(path)):
                continue  # a link, or something that is no file: nothing that may be opened here
            found.append(
                Kept(
                    self.project.key_of(path),
                    path,
                    path.relative_to(self.project.folder).as_posix(),
                    used.use,
                    base,
                    used.require,
                    config.loaded.config.subject.name,
                    begun,
                )
            )
        return found


def _read(file: FoundFile) -> ReadConfig:
    from ethicscheck.auditing import load_config

    try:
        return ReadConfig(file, load_config(file.path))
    except EthicscheckError as error:
        return ReadConfig(file, None, tuple(map(str, error.problems)))


def _normal(path: Path) -> Path:
    """Return a path without `..`, links not followed."""
    return Path(os.path.normpath(path))


__all__ = ["Kept", "ReadConfig", "Shelf"]
