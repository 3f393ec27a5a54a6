"""The journal where something is the matter with its file: rights, links, locks, bytes, numbers, clocks."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from checklist_helpers import AT, answer, begin, items, lines, question, standing, state

from ethicscheck.checklist import journal as journal_module
from ethicscheck.checklist import locking
from ethicscheck.checklist.entries import Answer
from ethicscheck.checklist.journal import Journal
from ethicscheck.checklist.opening import open_journal
from ethicscheck.cli import run
from ethicscheck.errors import JournalError, UsageError


def line(seq: int, item: str = "q", value: str = "yes", by: str = "Ana", at: str = AT) -> dict[str, Any]:
    return {"seq": seq, "at": at, "by": by, "role": "product", "item": item, "value": value}


def write(path: Path, *more: dict[str, Any]) -> None:
    with path.open("a", encoding="utf-8") as stream:
        stream.writelines(json.dumps(part) + "\n" for part in more)


def test_a_journal_that_may_only_be_read_is_read_and_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A reviewer looks at it in a place that is not theirs; the answer is not said to be saved."""
    opened = begin(tmp_path, items(question()))
    answer(opened, "q", "yes")
    before = opened.journal.path.read_bytes()
    real = os.open

    def only_to_read(path: Any, flags: int, *more: Any, **named: Any) -> int:
        if flags & (os.O_RDWR | os.O_WRONLY):
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path, flags, *more, **named)

    monkeypatch.setattr(os, "open", only_to_read)  # root may write where nobody may

    assert state(opened, "q").value == "yes"
    assert run(["checklist", "answer", str(opened.journal.path), "q", "no", "--as", "Ana", "--role", "product"]) == 2
    shown = capsys.readouterr()
    assert "the answer was not saved: Permission denied" in shown.err
    assert "saved:" not in shown.out
    assert opened.journal.path.read_bytes() == before


def test_a_file_exchanged_while_it_waits_for_the_lock_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As git does on a checkout: a line added to the old file would be lost with it."""
    opened = begin(tmp_path, items(question()))
    path, old = opened.journal.path, tmp_path / "old"
    real, waited = locking.fcntl.flock, []

    def exchange(handle: int, what: int) -> None:
        if not waited:
            waited.append(handle)
            content = path.read_bytes()
            path.rename(old)
            path.write_bytes(content)
        real(handle, what)

    monkeypatch.setattr(locking.fcntl, "flock", exchange)
    answer(opened, "q", "yes")

    assert len(old.read_bytes().splitlines()) == 1
    assert [part["seq"] for part in lines(opened)] == [1, 2]


def test_without_a_lock_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A drive that knows no locks can't keep two people apart: refused, in words; reading goes on."""
    opened = begin(tmp_path, items(question()))
    before = opened.journal.path.read_bytes()

    def fail(handle: int, what: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(locking.fcntl, "flock", fail)

    with pytest.raises(UsageError, match="the answer was not saved: No locks available"):
        answer(opened, "q", "yes")
    assert opened.journal.path.read_bytes() == before
    assert state(opened, "q").state == "unanswered"


def test_the_lock_is_held_until_the_line_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else asks for it in the middle of the write, and does not get it."""
    opened = begin(tmp_path, items(question()))
    real, asked = os.fsync, []

    def ask(handle: int) -> None:
        other = os.open(opened.journal.path, os.O_RDWR)
        try:
            locking.fcntl.flock(other, locking.fcntl.LOCK_EX | locking.fcntl.LOCK_NB)
            asked.append("given")
        except BlockingIOError:
            asked.append("refused")
        finally:
            os.close(other)
        real(handle)

    monkeypatch.setattr(journal_module.os, "fsync", ask)
    answer(opened, "q", "yes")

    assert asked == ["refused"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'\xff\xfe{"seq": 2}', "not one whole JSON object"),
        (b'{"seq": 2, "by": "J\xf6rg"}', "not one whole JSON object"),
    ],
)
def test_bytes_that_are_no_utf8_are_named_with_their_line(tmp_path: Path, content: bytes, message: str) -> None:
    """Whatever an editor saved it as, nothing is read by guess."""
    opened = begin(tmp_path, items(question()))
    with opened.journal.path.open("ab") as stream:
        stream.write(content + b"\n")

    with pytest.raises(JournalError, match=message) as error:
        open_journal(opened.journal.path)
    assert error.value.problems[0].line == 2


def test_a_mark_of_the_byte_order_is_called_by_its_name(tmp_path: Path) -> None:
    """Nobody sees it in an editor, so the message must say what it is and how it goes away."""
    opened = begin(tmp_path, items(question()))
    path = opened.journal.path
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())

    with pytest.raises(JournalError, match="begins with a byte order mark") as error:
        open_journal(path)
    assert "save the file as UTF-8 without it" in str(error.value)
    with pytest.raises(JournalError, match="byte order mark"):
        answer(opened, "q", "yes")


def test_a_line_is_added_to_a_journal_with_line_ends_of_windows(tmp_path: Path) -> None:
    """Checked out by git with other line ends: read, added to, nothing before it changed."""
    opened = begin(tmp_path, items(question()))
    answer(opened, "q", "yes")
    path = opened.journal.path
    before = path.read_bytes().replace(b"\n", b"\r\n")
    path.write_bytes(before)

    answer(open_journal(path), "q", "no")

    assert path.read_bytes().startswith(before)
    assert [part["seq"] for part in lines(opened)] == [1, 2, 3]
    assert state(opened, "q").value == "no"
    assert standing(opened).notes == ()


def test_one_number_twice_and_numbers_left_out_lose_nothing(tmp_path: Path) -> None:
    """A merge leaves the one, somebody's script the other; the next line has a number of its own."""
    opened = begin(tmp_path, items(question(), question("r")))
    write(opened.journal.path, line(7, by="Ben"), line(7, "r"), line(40, by="Cem", value="no"))

    assert {part.by for part in state(opened, "q").answers} == {"Ben", "Cem"}
    assert state(opened, "r").value == "yes"
    assert answer(open_journal(opened.journal.path), "q", "yes").seq == 41


def test_of_two_lines_with_one_number_the_later_in_time_counts(tmp_path: Path) -> None:
    """In whichever order the merge left them."""
    earlier, later = line(2), line(2, value="no", at="2026-03-01T13:00:00Z")
    for place, order in enumerate(((earlier, later), (later, earlier))):
        (tmp_path / str(place)).mkdir()
        opened = begin(tmp_path / str(place), items(question()))
        write(opened.journal.path, *order)

        assert state(opened, "q").value == "no"


def test_a_clock_that_goes_backwards_does_not_bring_an_old_answer_back(tmp_path: Path) -> None:
    """What was said last is what stands last in the journal, whatever the clock said."""
    opened = begin(tmp_path, items(question()))
    answer(opened, "q", "yes", at="2026-03-01T12:00:00Z")
    answer(opened, "q", "no", at="2025-01-01T00:00:00Z")

    assert state(opened, "q").value == "no"
    assert [part["at"][:4] for part in lines(opened)] == ["2026", "2026", "2025"]


def test_a_link_to_a_journal_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    """Both names are the one journal; adding a line must not leave two."""
    opened = begin(tmp_path, items(question()))
    link = tmp_path / "link.answers.jsonl"
    link.symlink_to(opened.journal.path)

    Journal(link).append([Answer(AT, "Ana", "product", "q", "yes")])

    assert link.is_symlink()
    assert state(opened, "q").value == "yes"


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to(path.with_name("nowhere"))])
def test_what_is_no_file_is_no_journal(tmp_path: Path, make: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder, a pipe that nobody writes to, a link to nothing: told in two lines, never waited for."""
    path = tmp_path / "x.jsonl"
    make(path)

    for command in (["status"], ["history"], ["answer"]):
        more = ["q", "yes", "--as", "Ana", "--role", "product"] if command == ["answer"] else []
        assert run(["checklist", *command, str(path), *more]) == 2
        shown = capsys.readouterr().err
        assert "Traceback" not in shown
        assert "x.jsonl" in shown


def test_a_reader_takes_the_shared_lock_before_it_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """So nobody reads half of what another is writing; two readers don't wait for each other."""
    opened = begin(tmp_path, items(question()))
    path, real, asked = opened.journal.path, journal_module.read_from, []

    def ask(handle: int, offset: int) -> bytes:
        for what in (locking.fcntl.LOCK_EX, locking.fcntl.LOCK_SH):
            with path.open("rb") as other:
                try:
                    locking.fcntl.flock(other, what | locking.fcntl.LOCK_NB)
                    asked.append("given")
                except BlockingIOError:
                    asked.append("refused")
        return real(handle, offset)

    monkeypatch.setattr(journal_module, "read_from", ask)
    Journal(path).read()

    assert asked == ["refused", "given"]
