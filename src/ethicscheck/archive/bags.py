"""One BagIt 1.0 bag (RFC 8493) per audit, with SHA-256, checked by the `bagit` library before it counts.

We write the bag's few text files ourselves: `bagit.make_bag` would change the working directory of the whole process, move
what it is given, and read everything a second time, while our files are digested as they are copied.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from ethicscheck.errors import UsageError

from .canonical import sha256
from .disk import Written, copy_file, remove_empty, write_file
from .layout import TAG_MANIFEST

PAYLOAD = "data"
MANIFEST = "manifest-sha256.txt"
INFO = "bag-info.txt"
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
_LONGEST = 120  # of a file's name, in bytes: folders above it need room too
_RESERVED = frozenset({"con", "prn", "aux", "nul"}) | {f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)}


class BagWriter:
    """A bag that is being filled, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.written: dict[str, Written] = {}

    def add_bytes(self, path: str, content: bytes) -> Written:
        """Put content into the payload, under a path that is relative to it."""
        self.written[path] = write_file(self.folder / PAYLOAD / path, content)
        return self.written[path]

    def add_copy(self, path: str, source: Path) -> Written:
        """Copy a file of any size into the payload.

        Raises
        ------
        NotPlainError
            When it is no regular file, or can't be read.
        """
        self.written[path] = copy_file(source, self.folder / PAYLOAD / path)
        return self.written[path]

    def drop(self, path: str) -> None:
        """Take a file out again."""
        (self.folder / PAYLOAD / path).unlink()
        del self.written[path]

    def seal(self, info: Mapping[str, str]) -> str:
        """Write the manifests, and return the digest of the tag manifest, which stands for the whole bag.

        Parameters
        ----------
        info : what `bag-info.txt` says besides the payload's size.
        """
        remove_empty(self.folder / PAYLOAD)  # a folder that a bag does not account for would look added
        listed = {f"{PAYLOAD}/{path}": part.sha256 for path, part in self.written.items()}
        size = sum(part.size for part in self.written.values())
        lines = {**info, "Payload-Oxum": f"{size}.{len(self.written)}"}
        tags = {
            "bagit.txt": DECLARATION,
            INFO: "".join(f"{name}: {one_line(text)}\n" for name, text in sorted(lines.items())).encode(),
            MANIFEST: _manifest(listed),
        }
        for name, content in tags.items():
            write_file(self.folder / name, content)
        last = _manifest({name: sha256(content) for name, content in tags.items()})
        return write_file(self.folder / TAG_MANIFEST, last).sha256


def _manifest(digests: Mapping[str, str]) -> bytes:
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(digests.items())).encode()


def one_line(text: str) -> str:
    """Return text for a line of its own in a tag file."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def check_bag(folder: Path) -> None:
    """Check a bag with the reference implementation: complete, and every file as its manifest says.

    Raises
    ------
    UsageError
        When the package is missing, or the bag is not valid.
    """
    bagit = require_bagit()
    try:
        bagit.Bag(str(folder)).validate()
    except bagit.BagError as error:
        what = f"the bag is not as it was written: {one_line(str(error))}"
        raise UsageError(what, folder.name, "is the disk sound? add the record again") from None


def require_bagit() -> ModuleType:
    """Return the `bagit` package.

    Raises
    ------
    UsageError
        When it is not installed.
    """
    try:
        import bagit
    except ImportError:
        hint = "pip install 'ethicscheck[archive]'"
        raise UsageError("archiving needs the package bagit, which is not installed", "", hint) from None
    module: ModuleType = bagit
    return module


def safe_name(name: str, fallback: str = "file") -> str:
    """Return the last part of a path as a file name that every system takes; letters of any script stay.

    >>> safe_name("évaluation 50%.pdf"), safe_name("..\\\\..\\\\con.txt"), safe_name("a/b/.. ")
    ('évaluation 50_.pdf', '_con.txt', 'file')
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    plain = unicodedata.normalize("NFC", last.encode("utf-8", "replace").decode("utf-8"))
    kept = "".join("_" if c in '%<>:"|?*' or not c.isprintable() else c for c in plain).strip(" .")
    if kept.partition(".")[0].lower() in _RESERVED:
        kept = f"_{kept}"
    stem, dot, suffix = kept.rpartition(".")
    if len(kept.encode()) > _LONGEST:
        end = f"{dot}{suffix}" if dot and len(suffix.encode()) <= 12 else ""
        kept = (stem if end else kept).encode()[: _LONGEST - len(end.encode())].decode("utf-8", "ignore") + end
    return kept or fallback


__all__ = ["MANIFEST", "PAYLOAD", "BagWriter", "check_bag", "one_line", "require_bagit", "safe_name"]
