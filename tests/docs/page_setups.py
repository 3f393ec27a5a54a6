"""The folders pages start from: a page names one by `<!-- setup: NAME -->`. Each gets the page's folder and fills it.

Every folder holds `examples/` and `checklists/`, as a clone does, before any of these.
"""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd
from page_blocks import ROOT

SCRIPTS = Path(sys.executable).parent
FIXED = {
    "NO_COLOR": "1",
    "PYTHONUTF8": "1",
    "COLUMNS": "80",
    "ETHICSCHECK_PASSPHRASE": "correct horse battery staple",
}


def surroundings(home: Path) -> dict[str, str]:
    """Return the environment in which commands of a page run: ours first on the path, an empty home, no colours."""
    kept = {
        name: os.environ[name] for name in ("LANG", "LC_ALL", "TMPDIR", "COVERAGE_PROCESS_START") if name in os.environ
    }
    path = f"{SCRIPTS}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    return {**kept, "PATH": path, "HOME": str(home), **FIXED}


def clone(folder: Path) -> None:
    """What every page has: the examples and the checklists."""
    leave = shutil.ignore_patterns("ethicscheck-out", "__pycache__")
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=leave)
    shutil.copytree(ROOT / "checklists", folder / "checklists", ignore=leave)


def compas(folder: Path) -> None:
    """The files of the COMPAS example lie in the folder itself."""
    shutil.copytree(
        ROOT / "examples/compas", folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("ethicscheck-out")
    )


def audited(folder: Path) -> None:
    """The COMPAS example, and its audit in ethicscheck-out/."""
    compas(folder)
    shutil.copytree(_audit_of_compas(), folder / "ethicscheck-out")


def earlier_audits(folder: Path) -> None:
    """The audited COMPAS example, and the same audit again in old/, new/, main/ and agreed/."""
    audited(folder)
    for name in ("old", "new", "main", "agreed"):
        shutil.copytree(folder / "ethicscheck-out", folder / name)


def loans(folder: Path) -> None:
    """The lending example's rows as mine/predictions.parquet."""
    frame = pd.read_csv(ROOT / "examples/lending/applications.csv")
    frame["age_group"] = pd.cut(frame.age, [0, 35, 55, 200], right=False).astype(str)
    (folder / "mine").mkdir()
    frame.to_parquet(folder / "mine/predictions.parquet")


def handed_over(folder: Path) -> None:
    """A signed archive of the COMPAS audit in the-folder/, its public key in archive.pub, a checker of one's own."""
    audited(folder)
    for words in (
        ["init", "the-folder", "--key", "archive.pem"],
        ["add", "ethicscheck-out/audit.json", "--archive", "the-folder", "--key", "archive.pem"],
    ):
        run = [str(SCRIPTS / "ethicscheck"), "archive", *words]
        subprocess.run(run, cwd=folder, env=surroundings(folder), check=True, capture_output=True)
    (folder / "archive.pem.pub").rename(folder / "archive.pub")
    (folder / "my-own").mkdir()
    shutil.copy(ROOT / "src/ethicscheck/archive/standalone/verify.py", folder / "my-own")


@functools.cache
def _audit_of_compas() -> Path:
    made = Path(tempfile.mkdtemp(prefix="ethicscheck-docs-"))
    compas(made)
    run = [str(SCRIPTS / "ethicscheck"), "audit", "-q"]
    done = subprocess.run(run, cwd=made, env=surroundings(made), check=False, capture_output=True, text=True)
    assert done.returncode == 1, done.stderr
    return made / "ethicscheck-out"


SETUPS: Mapping[str, Callable[[Path], None]] = {
    "compas": compas,
    "audited": audited,
    "earlier audits": earlier_audits,
    "loans": loans,
    "handed over": handed_over,
}
