"""Completion in real shells, and `--version --json`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ethicscheck import __version__
from ethicscheck.cli import run

PROGRAM = str(Path(sys.executable).parent / "ethicscheck")
BASH = shutil.which("bash")


def complete(line: str) -> list[str]:
    """Return what bash would offer at the end of a line."""
    words = line.split(" ")
    environment = {
        **os.environ,
        "_ETHICSCHECK_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
    }
    done = subprocess.run([PROGRAM], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stderr == ""
    return [part.partition(",")[2] for part in done.stdout.splitlines() if part]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("ethicscheck pow", ["power"]),
        ("ethicscheck checklist st", ["start", "status"]),
        ("ethicscheck audit -f ju", ["junit"]),
        ("ethicscheck explain false_pos", ["false_positive_rate"]),
        ("ethicscheck checklist show transp", ["transparency"]),
        ("ethicscheck audit --exit", ["--exit-zero"]),
        ("ethicscheck explain no_such_name_x", []),
    ],
)
def test_a_shell_is_offered_what_fits(line: str, offered: list[str]) -> None:
    """Commands, options, formats, names and checklists; nothing, and no message, where nothing fits."""
    assert complete(line) == offered


@pytest.mark.skipif(BASH is None, reason="bash is not here")
def test_bash_takes_the_script() -> None:
    """Sourced by a real bash, the function stands behind the command."""
    assert BASH is not None
    code = f'eval "$({PROGRAM} completion bash)" && complete -p ethicscheck'

    done = subprocess.run([BASH, "--norc", "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "_ethicscheck_completion" in done.stdout


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_take_theirs(shell: str) -> None:
    """Their own parser accepts the script."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not here")
    script = subprocess.run([PROGRAM, "completion", shell], capture_output=True, text=True, check=True).stdout

    done = subprocess.run([program, "-n"], input=script, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert "_ETHICSCHECK_COMPLETE" in script


@pytest.mark.parametrize("words", [["--version", "--json"], ["--json", "--version"]])
def test_the_version_as_json_names_the_libraries(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """For a bug report: what numbers depend on, in either order of the words."""
    assert run(words) == 0

    told = json.loads(capsys.readouterr().out)
    assert told["ethicscheck"] == __version__
    assert told["python"] == ".".join(map(str, sys.version_info[:3]))
    assert {"duckdb", "numpy", "scipy"} <= set(told)
