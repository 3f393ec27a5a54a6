"""Commands that print work wherever they are run: no UTF-8, no HOME, no TERM, nobody reading, nothing writable."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ETHICSCHECK = [sys.executable, "-m", "ethicscheck"]
COMMANDS = {
    "--help": 0,
    "--version": 0,
    "--version --json": 0,
    "audit": 3,
    "lint": 0,
    "power": 0,
    "explain EC106": 0,
    "schema config": 0,
    "completion bash": 0,
    "checklist list": 0,
    "checklist show transparency": 0,
    "checklist status a.answers.jsonl": 0,
    "report ethicscheck-out/audit.json -f markdown -o again": 0,
    "compare ethicscheck-out/audit.json ethicscheck-out/audit.json": 0,
    "archive list --archive records": 0,
    "archive verify --archive records": 0,
}
BARE = {"PATH": os.environ.get("PATH", os.defpath)}
PLACES = {
    "C": {**BARE, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "nothing": BARE,
    "a home that is not there": {**BARE, "HOME": "/nowhere", "XDG_CACHE_HOME": "/nowhere", "TERM": "none-such"},
    "NO_COLOR": {**BARE, "NO_COLOR": "1", "TERM": "xterm-256color", "COLORTERM": "truecolor"},
}
CAN_BE_NOBODY = hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("setpriv") is not None


@pytest.fixture(scope="module")
def project() -> Iterator[Path]:
    """The promotion example, audited, with a journal and an archive; where everybody may look."""
    folder = Path(tempfile.mkdtemp(prefix="ethicscheck-shell-"))
    shutil.copytree(ROOT / "examples/promotion", folder, dirs_exist_ok=True)
    for words in (
        "audit -q",
        "checklist start transparency -o a.answers.jsonl",
        "archive init records",
        "archive add ethicscheck-out/audit.json --archive records",
    ):
        subprocess.run([*ETHICSCHECK, *words.split()], cwd=folder, capture_output=True, check=False)
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def run(words: str, folder: Path, environment: dict[str, str], before: tuple[str, ...] = ()) -> tuple[int, bytes, str]:
    done = subprocess.run(
        [*before, *ETHICSCHECK, *words.split()],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr.decode("utf-8", "replace")


@pytest.mark.parametrize("place", PLACES)
def test_a_bare_machine_is_enough(place: str, project: Path) -> None:
    """The same exit codes, no traceback, no colours where none are wanted, ASCII where there is nothing else."""
    for words, code in COMMANDS.items():
        left_with, printed, said = run(words, project, PLACES[place])

        assert (left_with, "Traceback" in said) == (code, False), (words, said)
        assert printed or said or words == "lint", words  # a lint that finds nothing says nothing
        assert b"\x1b" not in printed, words
        assert place != "C" or words.startswith("schema") or printed.isascii(), words  # JSON is UTF-8 everywhere


@pytest.mark.parametrize("end", ["| head -1", "| true", ">&-", ">/dev/full", ">&- 2>&-"])
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_nobody_reads_to_the_end(end: str, project: Path) -> None:
    """At most one line of an error, never a traceback; no code that would mean a failed rule."""
    for words, code in COMMANDS.items():
        line = f"{sys.executable} -m ethicscheck {words} {end}; exit ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", line], cwd=project, capture_output=True, text=True, check=False)

        assert done.returncode in (code, 2), (words, done.returncode, done.stderr)
        assert len([part for part in done.stderr.splitlines() if not part.startswith("read ")]) <= 1, done.stderr
        assert "Traceback" not in done.stderr, (words, done.stderr)


@pytest.mark.skipif(not CAN_BE_NOBODY, reason="only root with setpriv can become somebody who may write nowhere")
def test_a_folder_nobody_may_write_to(project: Path) -> None:
    """What only reads works; what would write says so in a line, leaves with 2 and leaves nothing behind."""
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    if run("--version", project, BARE, nobody)[0] != 0:
        pytest.skip("this Python can't be read by others")
    before = sorted(project.rglob("*"))
    for words, code in COMMANDS.items():
        writes = words == "audit" or " -o " in words
        left_with, _, said = run(words, project, {**BARE, "HOME": "/nowhere"}, nobody)

        assert left_with == (2 if writes else code), (words, said)
        assert "Traceback" not in said
        if writes:
            assert said.startswith("error: "), said
            assert "ermission denied" in said, said
            assert len(said.splitlines()) == 1, said
    assert sorted(project.rglob("*")) == before
