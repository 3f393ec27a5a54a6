"""The embedded engine: its threads, its memory, and a folder of its own for what does not fit there."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
import weakref
from pathlib import Path

import duckdb

from ethicscheck.errors import UsageError

_MEMORY = re.compile(r"(?i)\d+(\.\d+)? ?([kmgt]i?b)")


def connect(memory: str | None = None) -> duckdb.DuckDBPyConnection:
    """Open the engine.

    Parameters
    ----------
    memory : how much it may take before it goes on in a folder beside (`500MB`, `4GiB`); by default most of the machine's.
        The folder lies where temporary files do, is made when it is needed, and is gone with the connection.

    Raises
    ------
    UsageError
        When the memory is no number with a unit.
    """
    if memory is not None and not _MEMORY.fullmatch(memory):
        raise UsageError(
            f"{memory!r} is no amount of memory", "--memory", "write a number and a unit, such as 500MB or 4GB"
        )
    spill = Path(tempfile.gettempdir()) / f"ethicscheck-{os.getpid()}-{secrets.token_hex(4)}"
    config: dict[str, str | bool | int | float | list[str]] = {"threads": _threads(), "temp_directory": str(spill)}
    if memory is not None:
        config["memory_limit"] = memory
    connection = duckdb.connect(config=config)
    weakref.finalize(connection, shutil.rmtree, spill, ignore_errors=True)
    connection.execute("SET preserve_insertion_order = false; SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false; SET autoinstall_known_extensions = false")
    return connection


def _threads() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)


__all__ = ["connect"]
