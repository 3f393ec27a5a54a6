"""Brings an archive to rest whose last change was cut short: by a kill, a full disk, a power cut.

A change leaves its traces in a fixed order (see `writing`), so only a few states can come of one; each is told exactly, and
finished where the log has its entry, undone where it has not. Whatever no interruption explains is left alone, for
`verifying` to name.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ethicscheck.errors import UsageError

from .about import About, open_about
from .bags import check_bag
from .canonical import read_canonical, sha256
from .disk import NotPlainError, digest_plain, move, remove_tree, replace, sync_tree, worded, write_file
from .layout import TAG_MANIFEST, Layout
from .log import HEAD_TYPE, Head, Signer, last_line, parse_head, read_at, read_head, sign_head
from .writing import Waiting, check_signer, locked, opened_to_write

VERIFY = "`ethicscheck archive verify` names what was changed; go back to a copy that verifies"


@dataclass(frozen=True)
class Repaired:
    """What was found and done.

    Parameters
    ----------
    told : one sentence each; none where nothing was unfinished.
    noted : whether the log says so too, which takes the key in a signed archive.
    """

    told: tuple[str, ...] = ()
    noted: bool = False


def repair(
    layout: Layout, signer: Signer | None = None, waiting: Waiting | None = None, only_tell: bool = False
) -> Repaired:
    """Finish or undo what was left unfinished.

    Parameters
    ----------
    signer : who signs; needed in a signed archive only where the interrupted change had not been signed.
    only_tell : change nothing.

    Raises
    ------
    UsageError
        When the state is none that an interruption leaves, or the key is needed.
    """
    about = _about(layout)
    if signer is not None:
        check_signer(about, signer, layout)
    with locked(layout, waiting) as handle, worded(layout.root):
        told = tuple(_Repair(layout, about, handle, signer, only_tell).run())
    noted = False
    if told and not only_tell and (signer is not None or not about.keys):
        with opened_to_write(layout, signer) as writer:
            writer.commit("note_of_repair", {"what": " ".join(told), "by": None}, signer)
        noted = True
    return Repaired(told, noted)


def _about(layout: Layout) -> About:
    if not layout.about.exists() and (layout.log.exists() or layout.staging.exists()):
        hint = f"nothing was archived yet; begin anew: ethicscheck archive init {layout.root}"
        if layout.log.exists() and layout.log.read_bytes().count(b"\n") > 1:
            hint = VERIFY
        raise UsageError("archive.json is missing: the archive's making was not finished", str(layout.root), hint)
    return open_about(layout)


class _Repair:
    """One run over one archive, whose lock is held."""

    def __init__(self, layout: Layout, about: About, handle: int, signer: Signer | None, only_tell: bool) -> None:
        self.layout = layout
        self.about = about
        self.handle = handle
        self.signer = signer
        self.only_tell = only_tell
        self.head = read_head(layout)

    def run(self) -> Iterator[str]:
        """Yield what is done, as it is done."""
        last = last_line(self.handle)
        torn, finished = self._torn(), ""
        if sha256(last) == self.head.sha256:
            if torn:
                yield f"The log ended in a line that was cut short ({torn:,} bytes); it is removed."
                self._cut(torn)
        elif torn:
            raise UsageError("the log's end is missing, and no interruption explains it", str(self.layout.log), VERIFY)
        else:
            finished = yield from self._finish(last)
        yield from self._clear(finished)

    def _torn(self) -> int:
        """Return how many bytes stand after the log's last line end."""
        size = os.fstat(self.handle).st_size
        at = size
        while at > 0:
            step = min(1 << 16, at)
            block = read_at(self.handle, step, at - step)
            if b"\n" in block:
                return size - (at - step + block.rfind(b"\n") + 1)
            at -= step
        return size

    def _cut(self, torn: int) -> None:
        if not self.only_tell:
            os.ftruncate(self.handle, os.fstat(self.handle).st_size - torn)
            os.fsync(self.handle)

    def _finish(self, last: bytes) -> Generator[str, None, str]:
        """Finish the change of which the log has an entry that the head does not know; return what it was about."""
        try:
            entry = read_canonical(last)
        except ValueError:
            entry = {}
        if entry.get("prev") != self.head.sha256 or entry.get("seq") != self.head.seq + 1:
            what = "head.json and the end of the log do not belong together, and no interruption explains it"
            raise UsageError(what, str(self.layout.root), VERIFY)
        head = self._new_head(entry["seq"], sha256(last))
        yield from self._place(entry)
        yield f"Entry {entry['seq']} of the log ({_told(entry)}) is the last one now."
        if not self.only_tell:
            if not self.layout.staged.head.exists():
                write_file(self.layout.staged.head, head.to_bytes())
                sync_tree(self.layout.staging)
            replace(self.layout.staged.head, self.layout.head)
        return str(entry.get("id", ""))

    def _new_head(self, seq: int, digest: str) -> Head:
        """Return the head that was about to take its place, or make it.

        Raises
        ------
        UsageError
            When it can't be made without the key.
        """
        try:
            staged = parse_head(self.layout.staged.head.read_bytes())
        except (OSError, ValueError):
            staged = None
        if staged is not None and (staged.seq, staged.sha256) == (seq, digest) and self._is_signed(staged):
            return staged
        if self.about.keys and self.signer is None:
            what = f"entry {seq} of the log is not signed yet: was it you who added it, or somebody else?"
            raise UsageError(what, str(self.layout.root), "look at it, then repair with --key FILE")
        if not self.only_tell:
            remove_tree(self.layout.staged.head)
        return sign_head(seq, digest, self.signer)

    def _is_signed(self, head: Head) -> bool:
        """Return whether a staged head carries the signature that this archive asks for."""
        if not self.about.keys:
            return head.signature is None
        if head.signature is None:
            return False
        from .signing import library_verifies
        from .standalone.verify import pae

        public = dict(self.about.keys).get(head.signature["keyid"])
        if public is None:
            return False
        try:
            signature = base64.b64decode(head.signature["sig"], validate=True)
        except (ValueError, TypeError):
            return False
        return library_verifies(bytes.fromhex(public), signature, pae(HEAD_TYPE, head.unsigned))

    def _place(self, entry: dict[str, Any]) -> Iterator[str]:
        """Give what belongs to an entry its place, where it has not got it yet.

        Raises
        ------
        UsageError
            When it is nowhere, or not as the entry says.
        """
        layout, staged, name = self.layout, self.layout.staged, entry.get("id", "")
        if entry["kind"] == "add":
            yield from self._move(staged.bag(name), layout.bag(name), TAG_MANIFEST, entry["bag"])
            if entry["attestation"] is not None:
                yield from self._move(staged.attestation(name), layout.attestation(name), "", entry["attestation"])
        elif entry["kind"] == "plan":
            place = layout.plan(name)
            yield from self._move(staged.plan(name).parent, place.parent, place.name, entry["sha256"])
        elif entry["kind"] == "expire":
            for source, target in (
                (layout.bag(name), staged.root / "expired" / name),
                (layout.attestation(name), staged.root / "expired" / f"{name}.attestation"),
            ):
                if source.exists():
                    yield f"{source.relative_to(layout.root).as_posix()} is removed, as the log says."
                    if not self.only_tell:
                        move(source, target)

    def _move(self, source: Path, target: Path, witness: str, digest: str) -> Iterator[str]:
        where = target.relative_to(self.layout.root).as_posix()
        place = target if target.exists() else source
        try:
            same = digest_plain(place / witness if witness else place) == digest
        except NotPlainError as error:
            raise UsageError(
                f"the log says that {where} was added, and {error}", str(self.layout.root), VERIFY
            ) from None
        if not same:
            raise UsageError(f"{where} is not what the log says", str(self.layout.root), VERIFY)
        if witness == TAG_MANIFEST:
            check_bag(place)
        if place == source:
            yield f"{where} is in its place now."
            if not self.only_tell:
                move(source, target)

    def _clear(self, finished: str) -> Iterator[str]:
        """Remove what is still staged: of a change that is not in the log, or of one that is finished."""
        staging = self.layout.staging
        if not staging.is_dir():
            return
        for kind, text in (
            ("bags", "{} was being added and is not archived; the half-made copy is removed: add it again."),
            ("plans", "The plan {} was being registered and is not; the copy is removed: register it again."),
            ("expired", "{} had been removed from the archive, as the log says; what was left of it is deleted."),
        ):
            for path in sorted((staging / kind).iterdir()) if (staging / kind).is_dir() else ():
                if path.is_dir() and path.name != finished:
                    yield text.format(path.name)
        if not finished:
            yield from _left_in(staging)
        if not self.only_tell:
            remove_tree(staging)


def _left_in(staging: Path) -> Iterator[str]:
    found = list(staging.rglob("*"))
    files = sum(1 for path in found if not path.is_dir())
    if files:
        yield f"{files:,} half-written {'file is' if files == 1 else 'files are'} removed."
    elif found:
        yield "Empty folders that an interrupted change left are removed."


def _told(entry: dict[str, Any]) -> str:
    return f"{entry['kind']} {entry.get('id', '')}".strip()


__all__ = ["Repaired", "repair"]
