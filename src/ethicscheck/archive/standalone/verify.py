#!/usr/bin/env python3
"""Checks an ethicscheck archive with Python alone (3.8 or newer): nothing to install, nothing else to trust.

    python3 -I verify.py                     check the archive that this file stands in
    python3 -I verify.py --key KEY           and that it was signed with this public key (64 hex digits, or a file of them)
    python3 -I verify.py --noted SHA256      and that it goes on from where it stood when you noted head.json's sha256
    python3 -I verify.py --archive FOLDER    check another one

It reads and never writes. Every file is compared with its SHA-256, every entry of the log with the one after it, the last
entry with head.json, and head.json and the attestations with their ed25519 signatures (RFC 8032, written out below).
It leaves with 0 when everything is as it was written, 1 when anything is not, 2 when there is no archive to read.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import contextlib
import hashlib
import json
import os
import re
import stat
import sys
from typing import Any, Callable, Iterator, NamedTuple, Tuple

ARCHIVE, LOG, HEAD = "archive.json", "log.jsonl", "head.json"
UNCOVERED = frozenset({"verify.py", "index.html"})
ROOMS = frozenset({"bags", "attestations", "plans", "public"})
STAGING, LOCK = ".staging", LOG + ".lock"
MANIFEST, TAGS = "manifest-sha256.txt", "tagmanifest-sha256.txt"
HEAD_TYPE, STATEMENT_TYPE = "application/vnd.ethicscheck.archive-head+json", "application/vnd.in-toto+json"
PREDICATE = "https://in-toto.io/attestation/test-result/v0.1"
RESULTS = {"pass": ("PASSED", "WARNED"), "fail": ("FAILED",), "inconclusive": ("WARNED",)}
START = "0" * 64
HEX = re.compile("[0-9a-f]{64}")
FIELDS = {
    "init": {"files"},
    "add": {
        "id", "bag", "attestation", "record", "subject", "version", "verdict", "created", "supersedes", "retain_until",
        "trend", "plan",
    },
    "plan": {"id", "config", "rules", "file", "sha256", "seen"},
    "hold": {"id", "reason", "by"},
    "release": {"id", "reason", "by", "hold"},
    "expire": {"id", "reason", "by", "bag"},
    "note_of_repair": {"what", "by"},
}  # fmt: skip
REPAIR = "`ethicscheck archive repair` says whether a crash explains it"


class Problem(NamedTuple):
    """One thing that is not as it was written."""

    kind: str  # changed removed added reordered truncated unsigned wrong_key unfinished unreadable
    where: str
    what: str


class Key(NamedTuple):
    """A public key and its name, the SHA-256 of its 32 bytes."""

    keyid: str
    raw: bytes


class UnreadableError(Exception):
    """There is no archive to check, or no such thing in it."""


Check = Callable[[bytes, bytes, bytes], bool]
Step = Callable[[int, int], None]


class Result:
    """What was found: the problems, in the order they were met, and how much was checked."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.entries: list[dict[str, Any]] = []
        self.audits = self.files = self.size = 0
        self.signed_by: str | None = None

    def add(self, kind: str, where: str, what: str) -> None:
        self.problems.append(Problem(kind, where, what))


def check_archive(
    root: str,
    key: Key | None = None,
    only: str | None = None,
    step: Step | None = None,
    check: Check | None = None,
    noted: str | None = None,
) -> Result:
    """Check a whole archive, or its log, head and one audit; `step` hears how many bytes of how many were hashed.

    `noted` is the digest of the log's last entry that somebody noted at an earlier time.
    """
    return _Checking(root, key, only, step or _unheard, check or ed25519_verifies, noted).run()


def _unheard(done: int, total: int) -> None:
    """Tell nobody how far it is."""


class _Checking:
    """One run over one archive."""

    def __init__(
        self, root: str, key: Key | None, only: str | None, step: Step, check: Check, noted: str | None
    ) -> None:
        self.root, self.key, self.only, self.step, self.check, self.noted = root, key, only, step, check, noted
        self.result = Result()
        self.files: dict[str, int] = {}  # every regular file, and its size
        self.folders: set[str] = set()
        self.seen: set[str] = set()  # what the archive accounts for
        self.keys: dict[str, Key] = {}
        self.core: dict[str, bytes | None] = {}
        self.expired: dict[str, int] = {}  # removed audits, and the entry that says so
        self.behind = False  # whether the log has entries that the head does not know
        self.total = 0
        self.buffer = memoryview(bytearray(1 << 18))

    def run(self) -> Result:
        with _no_writer(self._path(LOG)):
            self._walk()
            self.total = sum(self.files.values())
            if not self.files.keys() & {ARCHIVE, LOG, HEAD}:
                raise UnreadableError(f"this is no archive: it holds neither {ARCHIVE}, {LOG} nor {HEAD}")
            self.core = {name: self._read(name) for name in (ARCHIVE, HEAD, LOG)}
        self.seen |= UNCOVERED
        self._check_keys()
        head = self._check_head()
        entries = self._check_log(head)
        if entries is not None:
            self._check_entries(entries)
            if self.only is None:
                self._check_extras()
        return self.result

    # What lies there

    def _walk(self) -> None:
        """List every file and folder; links, pipes and devices are problems and are never opened."""
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(self._path(folder)) as found:
                    entries = sorted(found, key=lambda entry: entry.name)
                for entry in entries:
                    name = folder + "/" + entry.name if folder else entry.name
                    status = entry.stat(follow_symlinks=False)
                    if stat.S_ISDIR(status.st_mode):
                        self.folders.add(name)
                        waiting.append(name)
                    elif stat.S_ISREG(status.st_mode):
                        self.files[name] = status.st_size
                    else:
                        what = "a link" if stat.S_ISLNK(status.st_mode) else "neither a file nor a folder"
                        self.result.add("added", name, f"it is {what}, and an archive holds only files and folders")
            except OSError as error:
                if not folder:
                    raise UnreadableError(f"{self.root} can't be read: {error.strerror}") from None
                self.result.add("unreadable", folder, f"this folder can't be read: {error.strerror}")

    def _path(self, name: str) -> str:
        return os.path.join(self.root, *name.split("/")) if name else self.root

    def _read(self, name: str) -> bytes | None:
        self.seen.add(name)
        if name not in self.files:
            self.result.add("removed", name, "it is missing")
            return None
        try:
            with open(self._path(name), "rb") as stream:
                content = stream.read()
        except OSError as error:
            self.result.add("unreadable", name, f"it can't be read: {error.strerror}")
            return None
        self.result.files += 1
        self.result.size += len(content)
        self.step(self.result.size, self.total)
        return content

    def _digest(self, name: str) -> str | None:
        digest = hashlib.sha256()
        try:
            with open(self._path(name), "rb", buffering=0) as stream:
                while True:
                    size = stream.readinto(self.buffer)
                    if not size:
                        break
                    digest.update(self.buffer[:size])
                    self.result.size += size
                    self.step(self.result.size, self.total)
        except OSError as error:
            self.result.add("unreadable", name, f"it can't be read: {error.strerror}")
            return None
        self.result.files += 1
        return digest.hexdigest()

    def _compare(self, name: str, expected: str, source: str) -> bool:
        """Compare a file with the digest that `source` holds of it."""
        self.seen.add(name)
        if name not in self.files:
            self._missing(name, f"it is missing; {source} names it")
            return False
        return self._same(name, self._digest(name), expected, source)

    def _missing(self, name: str, what: str) -> None:
        staged = f"{STAGING}/{name}"
        if staged in self.files or staged in self.folders:
            self.result.add("unfinished", name, f"it was not moved to its place; {REPAIR}")
        else:
            self.result.add("removed", name, what)

    def _same(self, name: str, found: str | None, expected: str, source: str) -> bool:
        if found == expected:
            return True
        if found is not None and not self.files.get(name):
            self.result.add("truncated", name, f"it is empty; {source} says it was not")
        elif found is not None:
            what = f"its SHA-256 is {found[:16]}…, and {source} says {expected[:16]}…"
            self.result.add("changed", name, what)
        return False

    # Who signed

    def _check_keys(self) -> None:
        content = self.core[ARCHIVE]
        if content is None:
            return
        try:
            about = exactly(content)
            _has(about, {"schema", "created", "keys", "retain_years"})
            if about["schema"] != "ethicscheck/archive/1":
                raise ValueError(f"its schema is {about['schema']!r}, which this program does not know")
            for part in about["keys"]:
                _has(part, {"keyid", "public"})
                key = read_key(part["public"])
                if key.keyid != part["keyid"]:
                    raise ValueError(f"key {part['keyid'][:16]}… does not go by that name")
                self.keys[key.keyid] = key
        except (ValueError, TypeError, KeyError) as error:
            self.result.add("changed", ARCHIVE, str(error))
        if self.key is not None and self.keys and self.key.keyid not in self.keys:
            self.result.add("wrong_key", ARCHIVE, "the key you gave is none of this archive's")

    def _check_head(self) -> dict[str, Any] | None:
        content = self.core[HEAD]
        if content is None:
            return None
        try:
            head: dict[str, Any] = exactly(content)
            _has(head, {"schema", "seq", "sha256", "signature"})
            if head["schema"] != "ethicscheck/archive-head/1":
                raise ValueError(f"its schema is {head['schema']!r}, which this program does not know")
            if type(head["seq"]) is not int or not _is_digest(head["sha256"]):
                raise ValueError("it does not say which entry is the last")
            signature = head["signature"]
            if signature is not None:
                _has(signature, {"keyid", "sig"})
        except (ValueError, TypeError, KeyError) as error:
            self.result.add("changed", HEAD, str(error))
            return None
        if signature is None:
            if self.keys or self.key is not None:
                self.result.add("unsigned", HEAD, "it carries no signature; anyone could have written it")
            return head
        signed = canonical({name: head[name] for name in ("schema", "seq", "sha256")})
        if self._check_signature(HEAD, HEAD_TYPE, signed, signature):
            self.result.signed_by = signature["keyid"]
        return head

    def _check_signature(self, name: str, kind: str, payload: bytes, signature: dict[str, Any]) -> bool:
        keyid = str(signature["keyid"])
        key = self.keys.get(keyid) if self.key is None else self.key
        if key is None or key.keyid != keyid:
            whose = "a key that archive.json does not name" if self.key is None else "another key than the one you gave"
            self.result.add("wrong_key", name, f"it is signed with {whose} ({keyid[:16]}…)")
            return False
        try:
            good = self.check(key.raw, exact_base64(signature["sig"]), pae(kind, payload))
        except (ValueError, TypeError, AttributeError) as error:
            self.result.add("changed", name, f"its signature can't be read: {error}")
            return False
        if not good:
            self.result.add("changed", name, "its signature does not fit what it says")
        return good

    # The log

    def _check_log(self, head: dict[str, Any] | None) -> list[dict[str, Any]] | None:
        content = self.core[LOG]
        if content is None:
            return None
        lines = content.split(b"\n")
        torn = lines.pop()
        if torn:
            self.result.add("truncated", LOG, f"its last line is cut off; {REPAIR}")
        if not lines:
            self.result.add("truncated", LOG, "it holds no entry")
            return None
        read = [self._read_entry(number, line) for number, line in enumerate(lines, 1)]
        digests = [hashlib.sha256(line).hexdigest() for line in lines]
        if self.noted is not None and self.noted not in digests:
            what = f"no entry has the digest {self.noted[:16]}… that was noted: what you saw then is not all here"
            self.result.add("truncated", LOG, what)
        before = len(self.result.problems)
        self._check_numbers(read, head)
        whole = self._check_chain(read, digests, head)
        if not whole and head is not None and len(self.result.problems) == before and None not in read:
            self.result.add("changed", LOG, "its entries do not follow from one another")
        self.result.entries = [entry for entry in read if entry is not None]
        return self.result.entries

    def _read_entry(self, number: int, line: bytes) -> dict[str, Any] | None:
        try:
            entry = exactly(line + b"\n")
            if not isinstance(entry, dict):
                raise ValueError("it is no entry")
            kind = entry.get("kind")
            if kind not in FIELDS:
                raise ValueError(f"it is of the unknown kind {kind!r}")
            _has(entry, FIELDS[kind] | {"seq", "prev", "at", "kind"})
            digests = [entry.get(name, START) for name in ("prev", "bag", "record", "config", "rules", "sha256")]
            if type(entry["seq"]) is not int or not all(_is_digest(part) for part in digests):
                raise ValueError("its number or a digest in it is none")
            if not all(isinstance(entry.get(name, ""), str) for name in ("id", "file")):
                raise ValueError("a name in it is none")
        except (ValueError, TypeError, KeyError) as error:
            self.result.add("changed", f"{LOG} line {number}", str(error))
            return None
        return entry

    def _check_numbers(self, read: list[dict[str, Any] | None], head: dict[str, Any] | None) -> None:
        """Name the entries that are missing, stand twice or elsewhere, by their numbers."""
        numbers = [entry["seq"] for entry in read if entry is not None]
        taken = {place for place, entry in enumerate(read, 1) if entry is None}  # whatever stood there
        last = 0
        seen: set[int] = set()
        for number in numbers:
            where = f"{LOG} entry {number}"
            if number in seen:
                self.result.add("added", where, "an entry of that number stands there already")
            elif number < last:
                self.result.add("reordered", where, f"it stands after entry {last}")
            last = max(last, number)
            seen.add(number)
        for before, after in zip([0, *sorted(seen)], sorted(seen)):
            gap = after - before - 1
            if gap > sum(before < place < after for place in taken):
                where = f"{LOG} entry {before + 1}" + (f" to {after - 1}" if gap > 1 else "")
                self.result.add("removed", where, "it is missing" if gap == 1 else "some or all of them are missing")
        if head is not None and head["seq"] > max(last, len(read)):
            self.result.add("truncated", LOG, f"it ends with entry {last}, and {HEAD} says {head['seq']}")
        if head is not None and head["seq"] < last:
            self.behind = True
            what = f"it holds entries up to {last} and {HEAD} knows {head['seq']}; {REPAIR}, or somebody added them"
            self.result.add("unfinished", LOG, what)

    def _check_chain(self, read: list[dict[str, Any] | None], digests: list[str], head: dict[str, Any] | None) -> bool:
        """Return whether every entry is the one that the next one, and the head, was chained to."""
        whole, previous = None not in read, START
        for place, (entry, digest) in enumerate(zip(read, digests), 1):
            if entry is not None:
                whole = whole and entry["seq"] == place
                if entry["prev"] != previous:
                    whole = False
                    before = read[place - 2] if place > 1 else None
                    if before is not None and before["seq"] + 1 == entry["seq"]:
                        where = f"{LOG} entry {before['seq']}"
                        self.result.add("changed", where, "it is not the entry that the next one was chained to")
                    elif place == 1 and entry["seq"] == 1:
                        self.result.add("changed", LOG + " entry 1", "something stood before it")
            previous = digest
        first = read[0]
        if first is not None and first["kind"] != "init":
            whole = False
            self.result.add("changed", LOG, "its first entry does not found an archive")
        if head is None:
            return False
        if not 1 <= head["seq"] <= len(digests):
            return False
        if digests[head["seq"] - 1] != head["sha256"]:
            what = f"it is not the entry that {HEAD} holds the digest of"
            if self.result.signed_by is None:
                what += f": it was changed, or {HEAD} was"
            self.result.add("changed", f"{LOG} entry {head['seq']}", what)
            return False
        return whole and head["seq"] == len(digests)

    # What the log accounts for

    def _check_entries(self, entries: list[dict[str, Any]]) -> None:
        audits: dict[str, dict[str, Any]] = {}
        for entry in entries:
            where = f"{LOG} entry {entry['seq']}"
            try:
                self._check_entry(entry, audits, where)
            except (ValueError, TypeError, AttributeError) as error:
                self.result.add("changed", where, f"it says what no archive says: {error}")
        if self.only is not None and self.only not in audits:
            raise UnreadableError(f"this archive holds no audit {self.only!r}")
        for name, entry in sorted(audits.items()):
            if self.only in (None, name):
                self.result.audits += 1
                self._check_audit(name, entry)

    def _check_entry(self, entry: dict[str, Any], audits: dict[str, dict[str, Any]], where: str) -> None:
        kind, name = entry["kind"], str(entry.get("id"))
        if kind == "init":
            if entry["seq"] != 1:
                self.result.add("added", where, "an archive is founded once")
            for path, digest in entry["files"].items():
                self._known(path, digest, where)
        elif kind == "plan":
            self._known(entry["file"], entry["sha256"], where)
        elif kind == "add":
            _safe(name, True)
            if name in audits:
                self.result.add("added", where, f"the audit {name} stands there already")
            audits[name] = entry
        elif kind == "expire":
            self.expired[name] = entry["seq"]
            if audits.pop(name, {}).get("bag") != entry["bag"]:
                self.result.add("changed", where, "it removes an audit that was not there")

    def _known(self, path: str, digest: str, where: str) -> None:
        _safe(path)
        if self.core.get(path) is not None:
            self._same(path, hashlib.sha256(self.core[path] or b"").hexdigest(), digest, where)
        elif path not in self.core:
            self._compare(path, digest, where)

    def _check_audit(self, name: str, entry: dict[str, Any]) -> None:
        where = f"{LOG} entry {entry['seq']}"
        bag = "bags/" + name
        if bag not in self.folders:
            self._missing(bag, f"the audit of entry {entry['seq']} is missing; nothing records that it was removed")
        else:
            self._check_bag(bag, entry, where)
        envelope = f"attestations/{name}.intoto.json"
        if entry["attestation"] is None:
            if self.keys:
                self.result.add("unsigned", where, f"the audit {name} came without an attestation")
        elif self._compare(envelope, entry["attestation"], where):
            with open(self._path(envelope), "rb") as stream:
                self._check_envelope(envelope, stream.read(), entry)

    def _check_bag(self, bag: str, entry: dict[str, Any], where: str) -> None:
        """Check a BagIt bag: the log knows the tag manifest, which knows the manifest, which knows the data."""
        tags = self._manifest(bag, TAGS, entry["bag"], where)
        for path in sorted(tags):
            if path.startswith("data/") or path == TAGS:
                self.result.add("changed", bag + "/" + TAGS, f"it lists {path!r}")
            elif path != MANIFEST:
                self._compare(bag + "/" + path, tags[path], TAGS)
        if MANIFEST not in tags:
            self.result.add("changed", bag + "/" + TAGS, f"it does not list {MANIFEST}")
            return
        payload = self._manifest(bag, MANIFEST, tags[MANIFEST], TAGS)
        for path in sorted(payload):
            if path.startswith("data/"):
                self._compare(bag + "/" + path, payload[path], MANIFEST)
            else:
                self.result.add("changed", bag + "/" + MANIFEST, f"it lists {path!r}")
        if payload.get("data/audit.json") != entry["record"]:
            self.result.add("changed", bag + "/" + MANIFEST, f"its audit.json is not the record of {where}")
        if self.only is not None:
            self._check_extras(bag + "/")

    def _manifest(self, bag: str, name: str, expected: str, source: str) -> dict[str, str]:
        path = bag + "/" + name
        content = self._read(path)
        if content is None:
            return {}
        self._same(path, hashlib.sha256(content).hexdigest(), expected, source)
        listed: dict[str, str] = {}
        for line in os.fsdecode(content).split("\n")[:-1]:
            digest, gap, given = line[:64], line[64:66], line[66:]
            listed_path = given.replace("%0A", "\n").replace("%0D", "\r").replace("%25", "%")
            try:
                if not _is_digest(digest) or gap != "  " or listed_path in listed:
                    raise ValueError(f"a line of it can't be read: {line[:80]!r}")
                listed[_safe(listed_path)] = digest
            except ValueError as error:
                self.result.add("changed", path, str(error))
        return listed

    def _check_envelope(self, name: str, content: bytes, entry: dict[str, Any]) -> None:
        """Check an attestation: a DSSE envelope around an in-toto statement about this very record."""
        try:
            envelope = exactly(content)
            _has(envelope, {"payload", "payloadType", "signatures"})
            payload = exact_base64(envelope["payload"])
            statement = exactly(payload + b"\n")
            if envelope["payloadType"] != STATEMENT_TYPE or statement["predicateType"] != PREDICATE:
                raise ValueError("it is no test result of in-toto")
            predicate = statement["predicate"]
            about = [part["digest"]["sha256"] for part in statement["subject"] + predicate["configuration"]]
            if entry["record"] not in about or predicate["result"] not in RESULTS[entry["verdict"]]:
                raise ValueError("it speaks of another audit")
            if not envelope["signatures"]:
                self.result.add("unsigned", name, "it carries no signature")
            for signature in envelope["signatures"]:
                _has(signature, {"keyid", "sig"})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            self.result.add("changed", name, str(error) or type(error).__name__)
            return
        for signature in envelope["signatures"]:
            self._check_signature(name, STATEMENT_TYPE, payload, signature)

    def _check_extras(self, inside: str = "") -> None:
        """Name every file and folder that the archive does not account for."""
        needed = {STAGING} | ROOMS
        for path in self.seen:
            while "/" in path:
                path = path.rpartition("/")[0]
                needed.add(path)
        extra = [name for name in self.files if name not in self.seen]
        held = {name.rpartition("/")[0] for name in extra}
        empty = [
            name
            for name in self.folders - needed
            if not any(part == name or part.startswith(name + "/") for part in held)
        ]
        for name in sorted(extra + empty):
            if not name.startswith(inside):
                continue
            gone = self.expired.get(name.partition("/")[2].partition("/")[0].replace(".intoto.json", ""))
            if name == LOCK or name.startswith(STAGING + "/") or (gone and self.behind):
                self.result.add("unfinished", name, f"something was being written; {REPAIR}")
            elif gone and name.startswith(("bags/", "attestations/")):
                self.result.add("added", name, f"entry {gone} says that it was removed")
            else:
                self.result.add("added", name, "the archive does not account for it")


# Reading what was written


@contextlib.contextmanager
def _no_writer(path: str) -> Iterator[None]:
    """Wait until nobody is writing, where the system knows locks; a reader needs no right to write."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError, ImportError):
            import fcntl

            if stat.S_ISREG(os.lstat(path).st_mode):
                stream = stack.enter_context(open(path, "rb"))
                fcntl.flock(stream, fcntl.LOCK_SH)
        yield


def exactly(content: bytes) -> Any:
    """Read JSON that stands in its one canonical form (RFC 8785) with a newline after it, so that no byte is free."""
    if not content.endswith(b"\n"):
        raise ValueError("it is cut off")
    try:
        value = json.loads(
            content.decode("utf-8"),
            object_pairs_hook=_unique,
            parse_constant=_refuse,
            parse_float=_as_written,
            parse_int=_whole_as_written,
        )
        same = _quickly(value, content) or canonical(value) + b"\n" == content
    except (ValueError, OverflowError, RecursionError) as error:
        raise ValueError(f"it can't be read: {error}") from None
    if not same:
        raise ValueError("it is not in the one form in which an archive is written")
    return value


def _quickly(value: Any, content: bytes) -> bool:
    """Return whether Python's own encoder, forty times as fast, writes the same; of what it writes otherwise, no."""
    plain = content.isascii()  # else names may be sorted in another way
    return (
        plain
        and json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n" == content
    )


def _as_written(text: str) -> float:
    """Read a number that is written as ECMAScript writes it."""
    value = float(text)
    usual = repr(value) == text and "e" not in text and text[-2:] != ".0"
    if not usual and _number(value) != text:
        raise ValueError(f"the number {text} is not in its one form")
    return value


def _whole_as_written(text: str) -> int:
    value = int(text)
    if abs(value) >= 1 << 53 and _number(float(value)) != text:  # every number is a double
        raise ValueError(f"the number {text} is not in its one form")
    return value


def canonical(value: Any) -> bytes:
    """Write JSON in the form of RFC 8785."""
    return _written(value).encode("utf-8")


def _written(value: Any) -> str:
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        return str(value) if abs(value) < 1 << 53 else _number(float(value))  # every number is a double
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, list):
        return "[" + ",".join([_written(part) for part in value]) + "]"
    names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    return "{" + ",".join([json.dumps(name, ensure_ascii=False) + ":" + _written(value[name]) for name in names]) + "}"


def _number(value: float) -> str:
    """Write a number as ECMAScript does: the shortest digits that read back as the same number."""
    if value != value or value in (float("inf"), float("-inf")):
        raise ValueError("a number is not finite")
    if value == 0:
        return "0"
    mantissa, _, exponent = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)
    digits = whole + fraction
    point -= len(digits) - len(digits.lstrip("0"))
    digits = digits.strip("0")
    if 0 < point <= 21:
        text = digits.ljust(point, "0")
        text = text[:point] + ("." + text[point:] if text[point:] else "")
    elif -6 < point <= 0:
        text = "0." + "0" * -point + digits
    else:
        text = digits[0] + ("." + digits[1:] if digits[1:] else "") + f"e{point - 1:+d}"
    return "-" + text if value < 0 else text


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in it")
    return found


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _has(value: Any, names: set[str]) -> None:
    if not isinstance(value, dict) or value.keys() != names:
        found = ", ".join(sorted(map(str, value))) if isinstance(value, dict) else type(value).__name__
        raise ValueError(f"it should hold {', '.join(sorted(names))}; it holds {found}")


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and HEX.fullmatch(value) is not None


def _safe(path: str, single: bool = False) -> str:
    """Return a path that leads nowhere but down."""
    parts = path.split("/")
    if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts) or (single and len(parts) > 1):
        raise ValueError(f"{path!r} leads out of the archive")
    return path


def exact_base64(text: str) -> bytes:
    """Read base64 of which there is one way to write it."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeError):
        raise ValueError("it is no base64") from None
    if base64.b64encode(raw).decode("ascii") != text:
        raise ValueError("its base64 is not in its one form")
    return raw


def pae(kind: str, payload: bytes) -> bytes:
    """Return what is signed: DSSE's pre-authentication encoding."""
    return b"DSSEv1 %d %b %d %b" % (len(kind.encode()), kind.encode(), len(payload), payload)


def read_key(text: str) -> Key:
    """Read a public key of 64 hex digits; one that signs anything is refused."""
    if not isinstance(text, str) or not _is_digest(text):
        raise ValueError("a public key is 64 hex digits")
    raw = bytes.fromhex(text)
    point = _decoded(raw)
    if point is None or _is_small(point):
        raise ValueError("this is no sound ed25519 key")
    return Key(hashlib.sha256(raw).hexdigest(), raw)


# ed25519, as RFC 8032 defines it. Points are (X, Y, Z, T): x = X/Z, y = Y/Z, xy = T/Z.

Point = Tuple[int, int, int, int]
P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
ZERO: Point = (0, 1, 1, 0)


def ed25519_verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether a signature fits (RFC 8032, 5.1.7); malleable signatures and unsound keys never do."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key = _decoded(public)
    scalar = int.from_bytes(signature[32:], "little")
    if key is None or _is_small(key) or scalar >= ORDER:
        return False
    hashed = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    x, y, z, t = key
    return _encoded(_two_products(scalar, BASE, hashed, (-x % P, y, z, -t % P))) == signature[:32]


def _decoded(raw: bytes) -> Point | None:
    """Return the point of 32 bytes; None when there is none, or another way to write it."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def _encoded(point: Point) -> bytes:
    x, y, z, _ = point
    inverse = pow(z, P - 2, P)
    return (y * inverse % P | (x * inverse % P & 1) << 255).to_bytes(32, "little")


def _is_small(point: Point) -> bool:
    """Return whether eight times the point is nothing: such a key fits signatures of anything."""
    x, y, z, _ = _twice(_twice(_twice(point)))
    return x % P == 0 and (y - z) % P == 0


def _sum(a: Point, b: Point) -> Point:
    left, right = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = right - left, d - c, d + c, right + left
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _twice(a: Point) -> Point:
    x, y, z = a[0] * a[0] % P, a[1] * a[1] % P, 2 * a[2] * a[2] % P
    h, g = x + y, x - y
    e, f = h - (a[0] + a[1]) ** 2 % P, z + g
    return (e * f % P, g * h % P, f * g % P, e * h % P)


def _two_products(first: int, a: Point, second: int, b: Point) -> Point:
    """Return first·a + second·b, four bits at a time."""
    of_a, of_b, total = _multiples(a), _multiples(b), ZERO
    for shift in range(252, -1, -4):
        for _ in range(4):
            total = _twice(total)
        total = _sum(_sum(total, of_a[first >> shift & 15]), of_b[second >> shift & 15])
    return total


def _multiples(point: Point) -> list[Point]:
    found = [ZERO, point]
    while len(found) < 16:
        found.append(_sum(found[-1], point))
    return found


BASE: Point = _decoded((4 * pow(5, P - 2, P) % P).to_bytes(32, "little")) or ZERO


# At the command line


def given_key(text: str) -> Key:
    """Return the key that was given as hex digits or as a file that holds them."""
    if not _is_digest(text):
        try:
            with open(text, "rb") as stream:
                text = stream.read(4096).decode("ascii", "replace").strip()
        except OSError as error:
            raise UnreadableError(f"the key {text!r} is neither 64 hex digits nor a file: {error.strerror}") from None
    try:
        return read_key(text)
    except ValueError as error:
        raise UnreadableError(f"the key can't be used: {error}") from None


def given_digest(text: str | None) -> str | None:
    """Return the digest that was noted, if any."""
    if text is not None and not _is_digest(text):
        raise UnreadableError(f"the digest {text!r} is not 64 hex digits in small letters")
    return text


def told(result: Result, key: Key | None) -> list[str]:
    """Say in plain words what was found."""
    lines = [f"{found.kind:<10}  {shown(found.where)}: {shown(found.what)}" for found in result.problems]
    counted = ", ".join(
        [_many(len(result.entries), "entry", "entries"), _many(result.audits, "audit"), _many(result.files, "file")]
    )
    if lines:
        return [*lines, "", f"NOT as it was written: {_many(len(lines), 'problem')} in {counted}."]
    lines = [f"Everything is as it was written: {counted}."]
    if result.signed_by is None:
        lines.append(
            "It is not signed: this shows accidents and careless changes; whoever can write every file could have "
            "written it all anew. Compare the digest in head.json with one that was noted elsewhere."
        )
    elif key is not None:
        lines.append(f"It is signed with the key you gave ({key.keyid[:16]}…).")
    else:
        lines.append(
            f"It is signed with the key {result.signed_by[:16]}…, which it names itself: get that key from somewhere else, and give "
            "it with --key."
        )
    return lines


def _many(number: int, one: str, more: str = "") -> str:
    return f"{number:,} {one if number == 1 else more or one + 's'}"


def shown(text: str) -> str:
    """Return text without what would command a terminal."""
    return "".join(
        part if part.isprintable() and not 0xD800 <= ord(part) < 0xE000 else repr(part)[1:-1] for part in text
    )


def main(words: list[str] | None = None) -> int:
    """Check, say what was found, and return the exit code."""
    parser = argparse.ArgumentParser(prog="verify.py", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--key", help="the public key you were told: 64 hex digits, or a file that holds them")
    parser.add_argument("--archive", default=os.path.dirname(os.path.abspath(__file__)), help="the folder to check")
    parser.add_argument("--noted", help="the sha256 that head.json held when you looked before")
    given = parser.parse_args(words)
    try:
        key = given_key(given.key) if given.key is not None else None
        result = check_archive(given.archive, key, noted=given_digest(given.noted))
    except UnreadableError as error:
        print(f"can't check: {shown(str(error))}", file=sys.stderr)
        return 2
    for line in told(result, key):
        print(line.encode(sys.stdout.encoding or "utf-8", "backslashreplace").decode(sys.stdout.encoding or "utf-8"))
    return 1 if result.problems else 0


if __name__ == "__main__":
    sys.exit(main())
