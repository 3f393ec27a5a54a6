"""Makes an archive: what it says of itself, plain instructions, the script that checks it, and the first entry."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ethicscheck.errors import UsageError
from ethicscheck.provenance import created_now

from .about import About
from .canonical import sha256
from .disk import make_folder, remove_tree, replace, sync_folder, sync_tree, worded, write_file
from .layout import Layout
from .log import FIRST, Signer, make_line, sign_head
from .standalone import standalone_files

_OURS = ("verify.py", "README.txt", "public", "log.jsonl", "head.json", ".staging")


def found_archive(
    root: Path, *, keys: Sequence[tuple[str, str]] = (), signer: Signer | None = None, retain_years: int | None = None
) -> Layout:
    """Make an archive in a folder that is not there yet, or empty.

    Parameters
    ----------
    root : the folder.
    keys : (keyid, raw public key in hex) of whoever will sign.
    signer : who signs the first head, one of them.
    retain_years : how long an audit is kept that says nothing else; None: for good.

    Raises
    ------
    UsageError
        When the folder holds anything, or can't be written.
    """
    check_empty(root)
    root = root.resolve()
    layout = Layout(root)
    with worded(root):
        now, shipped = created_now(), standalone_files()
        about = About(now, tuple(keys), retain_years)
        files = {
            "archive.json": about.to_bytes(),
            "README.txt": shipped["README.txt"],
            **{f"public/{keyid}.pub": f"{public}\n".encode() for keyid, public in keys},
        }
        line = make_line(1, FIRST, now, "init", {"files": {name: sha256(content) for name, content in files.items()}})
        make_folder(root)
        remove_tree(layout.staging)
        staged = {
            **files,
            "verify.py": shipped["verify.py"],
            "log.jsonl": line + b"\n",
            "head.json": sign_head(1, sha256(line), signer).to_bytes(),
        }
        for name, content in staged.items():
            write_file(layout.staging / name, content)
        sync_tree(layout.staging)
        # archive.json comes last: whoever is stopped before it has no archive yet, and init begins anew.
        for name in sorted(staged, key=lambda name: name == "archive.json"):
            make_folder((root / name).parent)
            replace(layout.staging / name, root / name)
        sync_folder(root)
        remove_tree(layout.staging)
        sync_folder(root.parent)
    return layout


def check_empty(root: Path) -> None:
    """Check that nothing is there but what an interrupted `init` may have left.

    Raises
    ------
    UsageError
        When there is.
    """
    layout = Layout(root.resolve())
    if layout.about.exists():
        raise UsageError("there is an archive already", str(root), "add to it: ethicscheck archive add RECORD")
    if root.exists() and not root.is_dir():
        raise UsageError("a file of that name stands in the way", str(root), "choose another folder")
    found = sorted(path.name for path in root.iterdir()) if root.is_dir() else []
    first_only = not layout.log.exists() or layout.log.read_bytes().count(b"\n") <= 1
    if [name for name in found if name not in _OURS] or not first_only:
        hint = "an archive begins in a folder of its own; choose another"
        raise UsageError("the folder is not empty", str(root), hint)


__all__ = ["check_empty", "found_archive"]
