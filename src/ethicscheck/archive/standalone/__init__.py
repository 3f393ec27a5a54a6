"""What an archive holds for someone who trusts nobody: a checker that needs Python alone, and how to use it.

`verify.py` is at once the file that is copied into every archive and the checker behind `ethicscheck archive verify`: what
the command says, anyone can have said again without it.
"""

from __future__ import annotations

from importlib.resources import files


def standalone_files() -> dict[str, bytes]:
    """Return the files to put into a new archive, by name."""
    return {name: files(__name__).joinpath(name).read_bytes() for name in ("README.txt", "verify.py")}


__all__ = ["standalone_files"]
