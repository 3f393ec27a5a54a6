"""Registers a config before the data are seen, and finds the registration again when they have been audited."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ethicscheck.auditing import load_config
from ethicscheck.errors import DataError, UsageError
from ethicscheck.model.config import LoadedConfig
from ethicscheck.provenance import created_now
from ethicscheck.sources.paths import expand_sources

from .about import open_about
from .canonical import canonical, sha256
from .disk import NotPlainError, digest_plain, worded, write_file
from .ids import SHORT, make_id
from .layout import Layout
from .log import Signer, read_head
from .lookup import entries_of
from .writing import Waiting, opened_to_write


@dataclass(frozen=True)
class Registration:
    """What an audit is told of its config's registration.

    Parameters
    ----------
    at : when it was registered.
    entry : digest of its line in the log.
    head : digest of the log's last line at the time of the audit.
    seen : digests of the data files that were there when it was registered.
    """

    at: str
    entry: str
    head: str
    seen: tuple[str, ...]


@dataclass(frozen=True)
class Registered:
    """A plan in the log.

    Parameters
    ----------
    name : its id.
    entry : its entry of the log.
    sha256 : the digest of that entry's line.
    again : whether it had been there before.
    """

    name: str
    entry: dict[str, Any]
    sha256: str
    again: bool = False


def register_plan(
    layout: Layout, config: Path, signer: Signer | None = None, waiting: Waiting | None = None
) -> Registered:
    """Register a config, before its data are seen; the digests of data files that are there already are noted.

    Raises
    ------
    ConfigError
        When it can't be used.
    UsageError
        When the archive can't be written.
    """
    loaded = load_config(config)
    digest = sha256(loaded.content)
    rules = sha256(canonical(loaded.config.policy.model_dump(mode="json", by_alias=True)))
    seen = sorted(_digests_there(loaded))
    with opened_to_write(layout, signer, waiting) as writer:
        earlier = find_plan(layout, digest)
        if earlier is not None:
            return earlier
        at = created_now()
        name = make_id(at, loaded.config.subject.name, digest)
        length = SHORT
        while layout.plan(name).exists():  # another config of that day whose digest begins alike
            length += SHORT
            name = make_id(at, loaded.config.subject.name, digest, length)
        with worded(layout.root):
            write_file(writer.staged.plan(name), loaded.content)
        fields = {
            "id": name,
            "config": digest,
            "rules": rules,
            "file": layout.plan(name).relative_to(layout.root).as_posix(),
            "sha256": digest,
            "seen": seen,
        }
        moves = {writer.staged.plan(name).parent: layout.plan(name).parent}
        entry = writer.commit("plan", fields, signer, moves, at)
    return Registered(name, entry, sha256(canonical(entry)))


def find_plan(layout: Layout, config_sha256: str) -> Registered | None:
    """Return the registration of a config, by its digest."""
    if not layout.plans.is_dir():
        return None
    for folder in sorted(layout.plans.glob(f"*-{config_sha256[:SHORT]}*")):
        for entry in entries_of(layout.log, folder.name):
            if entry.get("kind") == "plan" and entry.get("config") == config_sha256:
                return Registered(folder.name, entry, sha256(canonical(entry)), again=True)
    return None


def registration_for(layout: Layout, config_sha256: str) -> Registration | None:
    """Return what a record says of its config's registration; None where there is none.

    Raises
    ------
    UsageError
        When there is no archive, or the copy of the config in it was changed.
    """
    open_about(layout)
    found = find_plan(layout, config_sha256)
    if found is None:
        return None
    try:
        same = digest_plain(layout.plan(found.name)) == config_sha256
    except NotPlainError:
        same = False
    if not same:
        hint = "`ethicscheck archive verify` says what was changed"
        raise UsageError("the registered config is not as it was written", found.entry["file"], hint)
    return Registration(
        at=found.entry["at"], entry=found.sha256, head=read_head(layout).sha256, seen=tuple(found.entry["seen"])
    )


def _digests_there(loaded: LoadedConfig) -> set[str]:
    """Return the digests of the data files that are where the config names them now."""
    found = set()
    for source in loaded.config.data.source:
        try:
            paths = expand_sources([source], loaded.base)
        except DataError:
            continue  # not there yet, as it should be
        for path in paths:
            try:
                found.add(digest_plain(path.resolve()))
            except NotPlainError:
                continue
    return found


__all__ = ["Registered", "Registration", "find_plan", "register_plan", "registration_for"]
