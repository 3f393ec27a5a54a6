"""Which files a config means, their formats, and names for them that tell nothing of the machine. Reads no data."""

from __future__ import annotations

import glob
import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path

from ethicscheck.errors import DataError

SEPARATORS = {".csv": ",", ".tsv": "\t"}
JSON_SHAPES = {".json": "auto", ".jsonl": "newline_delimited", ".ndjson": "newline_delimited"}
PARQUET = (".parquet", ".pq")
ARROW = (".arrow", ".feather", ".ipc")
PACKED = (".gz", ".zst")
_CHUNK = 1 << 20
KNOWN = "csv, tsv, parquet, json, jsonl, arrow; text and JSON also as .gz or .zst"


def expand_sources(sources: Sequence[str], base: Path) -> tuple[Path, ...]:
    """Return the files that paths and globs name, each once, in order.

    Raises
    ------
    DataError
        When one of them matches nothing, or a file's ending is not known.
    """
    found: list[Path] = []
    for source in sources:
        exact = base / source
        if exact.is_file():
            matches = [exact]
        elif glob.has_magic(source):
            names = glob.glob(str(exact), recursive=True)  # noqa: PTH207  # Path.glob takes no absolute pattern
            matches = sorted(path for path in map(Path, names) if path.is_file())
        else:
            matches = []
        if not matches:
            raise _nothing(source, exact)
        found += [match for match in matches if match not in found]
    for path in found:
        format_of(path)
    return tuple(found)


def _nothing(source: str, exact: Path) -> DataError:
    if exact.is_dir():
        return DataError(f"{source!r} is a folder", "data.source", "name its files: add /*.parquet or the like")
    what = f"no file matches {source!r}" if glob.has_magic(source) else f"there is no file {source!r}"
    return DataError(what, "data.source", "paths are relative to the config")


def suffix_of(path: Path) -> str:
    """Return what the file holds, by its ending, any packing left out: ".csv" for `a.csv.gz`."""
    name = path.name.lower()
    for packed in PACKED:
        name = name.removesuffix(packed)
    return Path(name).suffix


def format_of(path: Path) -> str:
    """Return "text", "json", "parquet" or "arrow".

    Raises
    ------
    DataError
        When the ending is not known.
    """
    suffix = suffix_of(path)
    packed = path.name.lower().endswith(PACKED)
    if suffix in SEPARATORS:
        return "text"
    if suffix in JSON_SHAPES:
        return "json"
    if suffix in PARQUET and not packed:
        return "parquet"
    if suffix in ARROW and not packed:
        return "arrow"
    raise DataError(f"the format of {path.name!r} is not known", "data.source", f"known are {KNOWN}")


def name_of(path: Path, base: Path) -> str:
    """Return a name that tells nothing of the machine: relative to the config, or the bare file name."""
    try:
        return path.absolute().relative_to(base.absolute()).as_posix()
    except ValueError:
        return path.name


def digest_of(path: Path, stop: threading.Event) -> str:
    """Return the SHA-256 of a file, in hexadecimal; whatever it has come to once `stop` is set."""
    digest = hashlib.sha256()
    chunk = memoryview(bytearray(_CHUNK))
    with path.open("rb", buffering=0) as stream:
        while not stop.is_set() and (length := stream.readinto(chunk)):
            digest.update(chunk[:length])
    return digest.hexdigest()


def stamp_of(path: Path) -> tuple[int, int] | None:
    """Return size and time of change; None when the file is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns
