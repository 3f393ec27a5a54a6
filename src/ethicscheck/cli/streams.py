"""Standard output and error that are closed, full, left by their reader, or know no Unicode."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

# What writing to a stream meets, as against opening a file, whose error has a name.
NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF})


def settle_streams() -> None:
    """Give closed streams somewhere to write to, and let text degrade where an encoding can't hold it."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # Left closed, its number would go to the next file that is opened.
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  # until the end
        elif hasattr(stream, "reconfigure"):
            with contextlib.suppress(OSError, ValueError):
                stream.reconfigure(errors="replace" if name == "stdout" else "backslashreplace")


def let_go(stream: TextIO) -> None:
    """Send what is left in a broken stream nowhere, so that Python does not complain on the way out."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def is_full(error: OSError) -> bool:
    """Return whether an error comes from writing to a stream that takes nothing more."""
    return error.filename is None and error.errno in NO_ROOM


@contextlib.contextmanager
def best_effort(what: str) -> Iterator[None]:
    """Print what may be lost: a reader who has gone is no error, a full device one line on stderr."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        let_go(sys.stdout)
    except OSError as error:
        if not is_full(error):
            raise
        let_go(sys.stdout)
        tell(f"note: {what} can't be printed: {error.strerror}; the documents are written")


def tell(text: str) -> None:
    """Write a line to stderr, if it takes one."""
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except OSError:
        let_go(sys.stderr)
