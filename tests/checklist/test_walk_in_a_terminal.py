"""The walk in a real pseudo-terminal: what a person types, keys and signals included, and what is saved."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from checklist_helpers import HEAD, question

from ethicscheck.cli import run

pty = pytest.importorskip("pty", reason="pseudo-terminals are a thing of POSIX")

STYLING = re.compile(r"\x1b[\[\]?=>][0-9;?]*[a-zA-Z]?")
ITEMS = f"""\
{HEAD}
    items:
      - {{{question("p", "na: {reason_min_chars: 10}")}}}
      - {{id: t, type: text, text: What happened?, help: Say it in your own words.}}
  - id: second
    title: The second part
    items:
      - {{{question("q", "evidence: {for: [yes], min: 1}")}}}
"""
CTRL_C, CTRL_D, LEFT = "\x03", "\x04", "\x1b[D"


def _own_terminal() -> None:
    """Make the pseudo-terminal the one that Ctrl-C comes from."""
    import fcntl
    import termios

    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # a test run in the background of a shell ignores it


class Terminal:
    """A walk in a pseudo-terminal of 80 columns, as somebody types into it."""

    def __init__(self, *words: str, **environment: str) -> None:
        self.master, slave = pty.openpty()
        call = [sys.executable, "-m", "ethicscheck", "checklist", "walk", "j.jsonl", "--as", "Ada", "--role", "product"]
        environment = {"TERM": "xterm", "COLUMNS": "80", "LINES": "30", **environment}
        self.process = subprocess.Popen(
            [*call, *words],
            stdin=slave, stdout=slave, stderr=slave, env={**os.environ, **environment},
            preexec_fn=_own_terminal,
        )  # fmt: skip
        os.close(slave)

    def until(self, text: str, seconds: float = 20) -> str:
        """Read until a text has been shown; return what was, without styling."""
        end, shown = time.monotonic() + seconds, ""
        while text not in shown:
            assert time.monotonic() < end, f"{text!r} was never shown:\n{shown}"
            if select.select([self.master], [], [], 0.2)[0]:
                try:
                    got = os.read(self.master, 65536).decode()
                except OSError:  # the other end is closed
                    assert text in shown, shown
                    break
                shown = STYLING.sub("", shown + got)
        return shown

    def type(self, text: str, until: str = "> ") -> str:
        """Type a line with Enter, and read until the next prompt."""
        os.write(self.master, text.encode() + b"\n")
        return self.until(until)

    def interrupt(self) -> int:
        """Press Ctrl-C until it is heeded, as people do; return the exit code.

        CPython's line editing checks for signals, then waits for a key: a Ctrl-C that falls between the two, as one
        that answers a prompt within microseconds may, is heeded with the next key only.
        """
        end = time.monotonic() + 60
        while self.process.poll() is None and time.monotonic() < end:
            os.write(self.master, CTRL_C.encode())
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(3)
        return self.end()

    def end(self) -> int:
        """Wait for the end; return the exit code."""
        try:
            return self.process.wait(20)
        finally:
            self.process.kill()
            self.process.wait()
            os.close(self.master)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    Path("c.yaml").write_text(ITEMS)
    assert run(["checklist", "start", "c.yaml", "-o", "j.jsonl"]) == 0
    return tmp_path


def editor(script: str) -> str:
    """Return an $EDITOR that runs a script on the file, whose path is $1."""
    return f"sh -c {shlex.quote(script)} editor"


def answers() -> list[dict[str, Any]]:
    return [line for line in map(json.loads, Path("j.jsonl").read_text().splitlines()) if "item" in line]


def test_a_whole_walk_by_hand(folder: Path) -> None:
    """Numbers, a comment, back, skip, evidence by path and address, sections and progress; each answer saved at once."""
    Path("a.txt").write_text("seen")
    walk = Terminal()
    shown = walk.until("> ")
    assert "The first part  (1 of 2)" in shown
    assert "0 of 3 done" in shown

    walk.type("c", "comment: ")
    walk.type("as agreed")
    shown = walk.type("2")
    assert "saved (answered)" in shown
    assert [line["value"] for line in answers()] == ["no"], "saved before the next question is answered"
    assert "1 of 3 done" in shown
    assert "The second part  (2 of 2)" in walk.type("s")
    assert "What happened?" in walk.type("b")
    walk.type("It fell.")
    assert "needs 1 piece of evidence" in walk.type("yes")
    walk.type("e", "address: ")
    walk.type("a.txt")
    walk.type("e", "address: ")
    walk.type("https://example.org/report")
    assert "3 of 3 done" in walk.type("", "3 answered")

    assert walk.end() == 0
    assert [(line["item"], line["value"], line.get("comment")) for line in answers()] == [
        ("p", "no", "as agreed"), ("t", "It fell.", None), ("q", "yes", None),
    ]  # fmt: skip
    assert [piece.get("path") or piece["url"] for piece in answers()[-1]["evidence"]] == [
        "a.txt", "https://example.org/report",
    ]  # fmt: skip


def test_many_lines_are_written_in_the_editor(folder: Path) -> None:
    """m opens $EDITOR on one's own words; the question below the line is for reading and never kept."""
    Path("first.sh").write_text(
        'cp "$1" seen.md; { printf "It fell.\\n\\nThen it stood: \\303\\251.\\n"; cat "$1"; } > new; cat new > "$1"'
    )
    walk = Terminal("--only", "unanswered", EDITOR=editor('sh first.sh "$1"'))
    walk.until("> ")
    walk.type("s")
    assert "saved (answered)" in walk.type("m")
    walk.type("q", "saved in j.jsonl")
    assert walk.end() == 0
    assert answers()[0]["value"] == "It fell.\n\nThen it stood: é."
    assert "# What happened?\n#\n# Say it in your own words." in Path("seen.md").read_text()

    again = Terminal(EDITOR=editor('cp "$1" seen.md'))
    again.until("> ")
    again.type("s")
    assert "without saving" in again.type("m")
    again.type("q", "saved in j.jsonl")
    again.end()
    assert Path("seen.md").read_text().startswith("It fell.\n\nThen it stood: é.\n")
    assert len(answers()) == 1


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (":", "left without saving; nothing has changed"),
        ("exit 1", "Editing failed"),
        ("printf '' > \"$1\"", "is no answer|there is no answer"),
        ("printf '\\377' > \"$1\"", "not UTF-8 text"),
    ],
)
def test_an_editor_that_gives_nothing_saves_nothing(folder: Path, script: str, said: str) -> None:
    """Left, failed, emptied or in another encoding: said in words, and asked again."""
    walk = Terminal(EDITOR=editor(script))
    walk.until("> ")
    walk.type("s")
    assert re.search(said, " ".join(walk.type("m").split()))
    walk.type("q", "saved in j.jsonl")

    assert walk.end() == 0
    assert answers() == []


def test_ctrl_c_ctrl_d_and_a_closed_window_lose_nothing(folder: Path) -> None:
    """130 for Ctrl-C, 0 for the end of the input; what was saved before is there, and the next walk goes on there."""
    walk = Terminal()
    walk.until("> ")
    walk.type("2")
    assert (
        walk.interrupt() == 130
    )  # the kernel drops what a terminal has still to show at Ctrl-C: the goodbye may be lost
    assert [line["item"] for line in answers()] == ["p"]

    walk = Terminal()
    assert "What happened?" in walk.until("> "), "goes on where it stopped"
    os.write(walk.master, CTRL_D.encode())
    walk.until("0 answers saved in j.jsonl.")
    assert walk.end() == 0

    walk = Terminal()
    walk.until("> ")
    walk.type("It fell.")
    os.killpg(walk.process.pid, signal.SIGHUP)
    walk.end()
    assert [line["item"] for line in answers()] == ["p", "t"]


def test_a_line_can_be_mended_with_the_arrow_keys(folder: Path) -> None:
    """What is left of the key stays; no escape codes end up in an answer."""
    pytest.importorskip("readline", reason="this Python was built without readline")
    walk = Terminal()
    walk.until("> ")
    walk.type("s")
    walk.type(f"It fll.{LEFT * 3}e")
    walk.type("q", "saved in j.jsonl")
    walk.end()

    assert [line["value"] for line in answers()] == ["It fell."]
