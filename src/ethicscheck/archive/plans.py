"""Registers a config before the data are seen, and finds the registration again when they have been audited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ethicscheck.auditing import load_config
from ethicscheck.errors import DataError, UsageError
from ethicscheck.model.config import LoadedConfig
from ethicscheck.model.record import AuditRecord
from ethicscheck.model.record_data import Registered
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
class Plan:
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


def register_plan(layout: Layout, config: Path, signer: Signer | None = None, waiting: Waiting | None = None) -> Plan:
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
    return Plan(name, entry, sha256(canonical(entry)))


def find_plan(layout: Layout, config_sha256: str) -> Plan | None:
    """Return the registration of a config, by its digest."""
    if not layout.plans.is_dir():
        return None
    for folder in sorted(layout.plans.glob(f"*-{config_sha256[:SHORT]}*")):
        for entry in entries_of(layout.log, folder.name):
            if entry.get("kind") == "plan" and entry.get("config") == config_sha256:
                return Plan(folder.name, entry, sha256(canonical(entry)), again=True)
    return None


@dataclass(frozen=True)
class Registration:
    """What an archive says of a config, when its audit begins: the plan, and where the log ended then."""

    plan: Plan
    head: str

    def put_into(self, record: AuditRecord) -> AuditRecord:
        """Return the record of that audit with the registration in it."""
        registered = Registered(
            at=self.plan.entry["at"],
            entry=self.plan.sha256,
            head=self.head,
            data=_data_then(record, self.plan.entry["seen"]),
        )
        provenance = record.provenance.model_copy(update={"registered": registered})
        return record.model_copy(update={"provenance": provenance})


def find_registration(layout: Layout, config: bytes) -> Registration | None:
    """Return the registration of a config, by its bytes; None where there is none.

    Raises
    ------
    UsageError
        When there is no archive, or the copy of the config in it was changed.
    """
    open_about(layout)
    digest = sha256(config)
    found = find_plan(layout, digest)
    if found is None:
        return None
    try:
        same = digest_plain(layout.plan(found.name)) == digest
    except NotPlainError:
        same = False
    if not same:
        hint = "`ethicscheck archive verify` says what was changed"
        raise UsageError("the registered config is not as it was written", found.entry["file"], hint)
    return Registration(found, read_head(layout).sha256)


def _data_then(record: AuditRecord, seen: Sequence[str]) -> Literal["absent", "present", "unknown"]:
    """Return whether data of this audit were there when its config was registered."""
    digests = [source.sha256 for source in record.provenance.sources]
    if any(digest in seen for digest in digests):
        return "present"
    return "unknown" if None in digests else "absent"


def _digests_there(loaded: LoadedConfig) -> set[str]:
    """Return the digests of the data files that are where the config names them now."""
    found = set()
    for source in loaded.config.data.files:
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


__all__ = ["Plan", "Registration", "find_plan", "find_registration", "register_plan"]
