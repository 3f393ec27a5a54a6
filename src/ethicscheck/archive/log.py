"""The append-only log: every entry holds the digest of the line before, and the head holds that of the last.

Appending reads the log's tail alone, so it costs the same however long the log is. Whether the whole chain holds is for
`verifying` to say.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from ethicscheck.errors import UsageError

from .canonical import canonical, read_document
from .layout import HEAD_SCHEMA, Layout

FIRST: Final = "0" * 64
HEAD_TYPE: Final = "application/vnd.ethicscheck.archive-head+json"
BLOCK: Final = 65_536
_HEAD_FIELDS = frozenset({"schema", "seq", "sha256", "signature"})


class Signer(Protocol):
    """Whoever holds the archive's private key."""

    @property
    def keyid(self) -> str:
        """SHA-256, in hex, of the raw public key."""

    def sign(self, payload_type: str, payload: bytes) -> bytes:
        """Return the raw ed25519 signature over the DSSE pre-authentication encoding of type and payload."""


@dataclass(frozen=True)
class Head:
    """Where the log ends.

    Parameters
    ----------
    seq : number of its last entry.
    sha256 : digest of that line, without its line end.
    signature : {"keyid", "sig"}; None in an unsigned archive.
    """

    seq: int
    sha256: str
    signature: Mapping[str, str] | None = None

    @property
    def unsigned(self) -> bytes:
        """The canonical bytes that a signature covers."""
        return canonical({"schema": HEAD_SCHEMA, "seq": self.seq, "sha256": self.sha256})

    def to_bytes(self) -> bytes:
        """Return the whole of `head.json`."""
        signature = None if self.signature is None else dict(self.signature)
        whole = {"schema": HEAD_SCHEMA, "seq": self.seq, "sha256": self.sha256, "signature": signature}
        return canonical(whole) + b"\n"


def sign_head(seq: int, digest: str, signer: Signer | None) -> Head:
    """Return the head for a log that ends with entry `seq`; signed where there is a signer."""
    import base64

    head = Head(seq, digest)
    if signer is None:
        return head
    signature = signer.sign(HEAD_TYPE, head.unsigned)
    return Head(seq, digest, {"keyid": signer.keyid, "sig": base64.b64encode(signature).decode("ascii")})


def parse_head(content: bytes) -> Head:
    """Return what `head.json` says; whether its signature is good is another question.

    Raises
    ------
    ValueError
        When it is not byte for byte what we would write.
    """
    value = read_document(content, HEAD_SCHEMA, _HEAD_FIELDS)
    seq, digest, signature = value["seq"], value["sha256"], value["signature"]
    if not isinstance(seq, int) or isinstance(seq, bool) or seq < 1 or not isinstance(digest, str):
        raise ValueError("seq or sha256 is none")
    if signature is not None and (not isinstance(signature, dict) or signature.keys() != {"keyid", "sig"}):
        raise ValueError("its signature has other fields than keyid and sig")
    return Head(seq, digest, signature)


def read_head(layout: Layout) -> Head:
    """Read the head of an archive.

    Raises
    ------
    UsageError
        When it is not there, or not as it was written.
    """
    hint = "`ethicscheck archive verify` says what else was changed"
    try:
        return parse_head(layout.head.read_bytes())
    except OSError as error:
        raise UsageError(f"the archive's head can't be read: {error.strerror}", str(layout.head), hint) from None
    except ValueError as error:
        raise UsageError(f"the archive's head is not as it was written: {error}", str(layout.head), hint) from None


def make_line(seq: int, prev: str, at: str, kind: str, fields: Mapping[str, Any]) -> bytes:
    """Return an entry's line, without its line end."""
    return canonical({"seq": seq, "prev": prev, "at": at, "kind": kind, **fields})


def read_entries(path: Path) -> Iterator[dict[str, Any]]:
    """Yield every whole entry of a log, unchecked but for being JSON; what lists and looks up needs no more.

    Raises
    ------
    ValueError
        At a line that is no JSON object.
    """
    import json

    with path.open("rb") as stream:
        for line in stream:
            if line.endswith(b"\n"):
                value = json.loads(line)
                if not isinstance(value, dict):
                    raise ValueError("a line of the log is no JSON object")
                yield value


def read_at(handle: int, size: int, at: int) -> bytes:
    """Return some bytes of an open file; where the next write goes is for the writer to say."""
    os.lseek(handle, at, os.SEEK_SET)
    return os.read(handle, size)


def last_line(handle: int) -> bytes:
    """Return the last whole line of an open log, without its line end."""
    size = os.fstat(handle).st_size
    tail = b""
    at = size
    while at > 0:
        step = min(BLOCK, at)
        at -= step
        tail = read_at(handle, step, at) + tail
        whole = tail[: tail.rfind(b"\n") + 1]
        if whole.count(b"\n") > 1 or (at == 0 and whole):
            return whole[:-1].rpartition(b"\n")[2]
    return b""


__all__ = [
    "FIRST",
    "HEAD_TYPE",
    "Head",
    "Signer",
    "last_line",
    "make_line",
    "parse_head",
    "read_at",
    "read_entries",
    "read_head",
    "sign_head",
]
