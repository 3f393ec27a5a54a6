"""A small archive that holds an entry of every kind, written by the format alone; and whatever an attacker does to one."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

import rfc8785

from ethicscheck.archive.standalone import standalone_files, verify

AT = "2026-03-01T12:00:00Z"
KEEP = "2026-03-01-keep-00000001"
HELD = "2026-03-02-held-00000002"
GONE = "2026-02-01-gone-00000003"


class TestKey:
    """A key that needs no file."""

    __test__ = False

    def __init__(self, seed: int = 1) -> None:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self.private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.raw = self.private.public_key().public_bytes_raw()
        self.keyid, self.public_hex = digest(self.raw), self.raw.hex()

    def sign(self, payload_type: str, payload: bytes) -> bytes:
        """Sign as the archive's signers do."""
        return bytes(self.private.sign(verify.pae(payload_type, payload)))


def write_archive(root: Path, key: TestKey | None = None) -> Path:
    """Write the archive: founded, planned, three audits, one held and released, one expired, one repair noted."""
    keys = [] if key is None else [{"keyid": key.keyid, "public": key.public_hex}]
    about = {"schema": "ethicscheck/archive/1", "created": AT, "keys": keys, "retain_years": 10}
    files = {"archive.json": line(about), "README.txt": standalone_files()["README.txt"]}
    files |= {f"public/{key.keyid}.pub": f"{key.public_hex}\n".encode()} if key else {}
    log = Log()
    log.add("init", files={name: digest(content) for name, content in files.items()})
    files["plans/2026-02-20-keep-abcdef01/ethicscheck.yaml"] = b"schema: ethicscheck/config/1\n"
    planned = digest(b"schema: ethicscheck/config/1\n")
    log.add(
        "plan",
        id="2026-02-20-keep-abcdef01",
        config=planned,
        rules=digest(b"rules"),
        file="plans/2026-02-20-keep-abcdef01/ethicscheck.yaml",
        sha256=planned,
        seen=[],
    )
    for name, verdict in ((GONE, "fail"), (KEEP, "pass"), (HELD, "inconclusive")):
        files |= audit(name, verdict, key, log)
    log.add("hold", id=HELD, reason="a court asks", by="Ana")
    log.add("release", id=HELD, reason="it no longer does", by="Ana", hold=log.entries[-1]["seq"])
    log.add("expire", id=GONE, reason="kept as long as was promised", by=None, bag=log.entries[2]["bag"])
    log.add("note_of_repair", what="nothing", by=None)
    files = {name: content for name, content in files.items() if GONE not in name}
    files |= {"log.jsonl": log.content, "head.json": head(log, key), "verify.py": standalone_files()["verify.py"]}
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    return root


class Log:
    """The chain as it grows."""

    def __init__(self) -> None:
        self.entries: list[dict[str, Any]] = []
        self.content = b""
        self.last = "0" * 64

    def add(self, kind: str, **fields: Any) -> None:
        """Chain an entry to the one before."""
        entry = {"seq": len(self.entries) + 1, "prev": self.last, "at": AT, "kind": kind, **fields}
        self.entries.append(entry)
        self.content += line(entry)
        self.last = digest(line(entry)[:-1])


def audit(name: str, verdict: str, key: TestKey | None, log: Log) -> dict[str, bytes]:
    """Return the files of an audit, and log it."""
    record = line({"schema": "ethicscheck/record/1", "subject": {"name": name}, "verdict": verdict})
    data = {
        "data/audit.json": record,
        "data/report.html": f"<!doctype html><title>{name}</title>".encode(),
        "data/evidence/0123456789ab/notes é.txt": b"",
    }
    tags = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": b"Payload-Oxum: 1.1\n",
        "manifest-sha256.txt": manifest(data),
    }
    bag = {**data, **tags, "tagmanifest-sha256.txt": manifest(tags)}
    files = {f"bags/{name}/{path}": content for path, content in bag.items()}
    envelope = None if key is None else attestation(record, verdict, key)
    if envelope is not None:
        files[f"attestations/{name}.intoto.json"] = envelope
    log.add(
        "add",
        id=name,
        bag=digest(bag["tagmanifest-sha256.txt"]),
        attestation=envelope and digest(envelope),
        record=digest(record),
        subject=name,
        version=None,
        verdict=verdict,
        created=AT,
        supersedes=None,
        retain_until="2036-03-01",
        trend=[{"rule": "fpr-race", "verdict": "pass", "value": 0.1, "low": 1e-7, "high": 0.25}],
        plan=2,
    )
    return files


def attestation(record: bytes, verdict: str, key: TestKey) -> bytes:
    """Return a signed envelope of the shape that `attesting` makes; that one is tested with the libraries."""
    statement = {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "model.onnx", "digest": {"sha256": digest(b"model")}}],
        "predicateType": verify.PREDICATE,
        "predicate": {
            "result": verify.RESULTS[verdict][0],
            "configuration": [{"name": "audit.json", "digest": {"sha256": digest(record)}}],
            "passedTests": [],
            "warnedTests": [],
            "failedTests": [],
        },
    }
    payload = rfc8785.dumps(statement)
    signature = {"keyid": key.keyid, "sig": b64(key.sign(verify.STATEMENT_TYPE, payload))}
    return line({"payload": b64(payload), "payloadType": verify.STATEMENT_TYPE, "signatures": [signature]})


def head(log: Log, key: TestKey | None) -> bytes:
    """Return head.json."""
    said = {"schema": "ethicscheck/archive-head/1", "seq": len(log.entries), "sha256": log.last}
    signed = key and {"keyid": key.keyid, "sig": b64(key.sign(verify.HEAD_TYPE, rfc8785.dumps(said)))}
    return line({**said, "signature": signed})


def manifest(files: dict[str, bytes]) -> bytes:
    """Return a BagIt manifest."""
    return "".join(f"{digest(content)}  {name}\n" for name, content in sorted(files.items())).encode()


def covered(root: Path) -> list[str]:
    """Return every file that an archive's signature or chain covers."""
    names = (os.path.relpath(Path(place) / name, root) for place, _, found in os.walk(root) for name in found)
    return sorted(set(names) - {"verify.py", "index.html"})


def copy(root: Path, target: Path) -> Path:
    """Return a copy to spoil."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(root, target, symlinks=True)
    return target


def line(value: Any) -> bytes:
    """Return canonical JSON with a newline."""
    return rfc8785.dumps(value) + b"\n"


def digest(content: bytes) -> str:
    """Return the SHA-256 in hex."""
    return hashlib.sha256(content).hexdigest()


def b64(content: bytes) -> str:
    """Return base64."""
    return base64.b64encode(content).decode()


def log_lines(root: Path) -> list[bytes]:
    """Return the log's lines, each with its newline."""
    return (root / "log.jsonl").read_bytes().splitlines(keepends=True)


def rechained(root: Path) -> None:
    """Chain the log anew after its entries were changed, and fit an unsigned head to it, as an attacker would."""
    entries = [json.loads(part) for part in log_lines(root)]
    log = Log()
    for entry in entries:
        fields = {name: value for name, value in entry.items() if name not in ("seq", "prev", "at", "kind")}
        log.add(entry["kind"], **fields)
    (root / "log.jsonl").write_bytes(log.content)
    (root / "head.json").write_bytes(head(log, None))
