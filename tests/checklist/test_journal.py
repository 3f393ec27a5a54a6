"""The journal: nothing acknowledged is ever lost, nothing torn is guessed at, two writers get on."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from checklist_helpers import AT, EVERY_KIND, answer, begin, lines, standing

from ethicscheck.checklist import journal as journal_module
from ethicscheck.checklist import locking
from ethicscheck.checklist.entries import Answer, Start, Unknown, Withdrawal
from ethicscheck.checklist.journal import Journal
from ethicscheck.checklist.opening import open_journal
from ethicscheck.errors import JournalError, UsageError


def entry(number: int = 0, by: str = "Ana") -> Answer:
    return Answer(AT, by, "product", "a.number", number)


def started(folder: Path) -> Journal:
    journal = Journal(folder / "j.answers.jsonl")
    journal.start(Start(AT, "small", "1", "0" * 64))
    return journal


def test_a_line_holds_what_the_contract_names(tmp_path: Path) -> None:
    """Other tools read these lines: names, order and what is left out are fixed."""
    opened = begin(tmp_path)
    (tmp_path / "proof.txt").write_text("x")

    answer(opened, "a.choice", "yes", comment="so it is", evidence=("proof.txt",))

    start, line = lines(opened)
    digest = opened.loaded.sha256
    assert start == {
        "seq": 1,
        "at": AT,
        "kind": "start",
        "checklist": "small",
        "version": "1.10",
        "sha256": digest,
        "path": "c.yaml",
    }
    assert line == {
        "seq": 2,
        "at": AT,
        "by": "Ana",
        "role": "product",
        "item": "a.choice",
        "value": "yes",
        "comment": "so it is",
        "evidence": [{"path": "proof.txt", "sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", "size": 1}],
        "checklist_sha256": digest,
        "item_sha256": line["item_sha256"],
    }  # fmt: skip


def test_the_answer_is_on_the_disk_before_it_is_acknowledged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """fsync comes after the line and before the return."""
    journal = started(tmp_path)
    synced: list[bytes] = []
    real = journal_module.os.fsync
    monkeypatch.setattr(
        journal_module.os, "fsync", lambda handle: (synced.append(journal.path.read_bytes()), real(handle))
    )

    journal.append([entry(7)])

    assert synced[-1].endswith(b"\n")
    assert b'"value":7' in synced[-1]


def test_start_never_writes_over_a_file(tmp_path: Path) -> None:
    """deon appends a blank list under the ticked one when it is run again."""
    journal = started(tmp_path)
    before = journal.path.read_bytes()

    with pytest.raises(UsageError, match="there is such a file already"):
        started(tmp_path)

    assert journal.path.read_bytes() == before


@pytest.mark.parametrize("tail", [b'{"seq":3,"at":"20', b'{"seq":3}', b"\x00\x00", b"half a line", b"\xff"])
def test_a_torn_last_line_is_set_aside_and_reported(tmp_path: Path, tail: bytes) -> None:
    """Reading changes nothing; the next answer sets the rest of a crash aside, byte for byte, and is itself whole."""
    journal = started(tmp_path)
    journal.append([entry(1)])
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole + tail)

    contents = journal.read()
    assert [part.seq for part in contents.entries] == [1, 2]
    assert "torn" in contents.notes[0]
    assert journal.path.read_bytes() == whole + tail

    (written,), notes = Journal(journal.path).append([entry(2)])
    assert written.seq == 3
    assert "set aside in j.answers.jsonl.torn-1" in notes[0]
    assert (tmp_path / "j.answers.jsonl.torn-1").read_bytes() == tail
    assert journal.path.read_bytes().startswith(whole)
    assert [part.seq for part in journal.read().entries] == [1, 2, 3]
    assert journal.read().notes == ()


@pytest.mark.parametrize("line", [b"{\n", b"half a line\n", b"\xff\n", b"\n", b'{"seq":3,"at":"20\n'])
def test_a_broken_last_line_that_ends_in_a_newline_is_damage_and_stays_where_it_is(tmp_path: Path, line: bytes) -> None:
    """Its newline says that it was acknowledged once: moving it aside would drop somebody's answer."""
    journal = started(tmp_path)
    journal.append([entry(1)])
    damaged = journal.path.read_bytes() + line
    journal.path.write_bytes(damaged)

    for act in (journal.read, lambda: Journal(journal.path).append([entry(2)]), lambda: journal.append([entry(2)])):
        with pytest.raises(JournalError, match="line 3 is no entry") as caught:
            act()
        assert caught.value.problems[0].line == 3
    assert journal.path.read_bytes() == damaged
    assert not list(tmp_path.glob("*.torn-*"))


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (b'{"seq":2,"at":"2026-03-01T12:00:00Z","by":"A","role":"r","item":"i","value":"no","value":"yes"}', "value"),
        (b'{"seq":2,"at":"2026-03-01T12:00:00Z","kind":"later","x":{"a":1,"a":1}}', "a"),
    ],
)
def test_a_key_that_stands_twice_in_a_line_is_an_error(tmp_path: Path, line: bytes, key: str) -> None:
    """A person reads the first of two values, json.loads keeps the last."""
    journal = started(tmp_path)
    with journal.path.open("ab") as stream:
        stream.write(line + b"\n")

    with pytest.raises(JournalError, match=f"line 2 is no entry: the key '{key}' stands in it twice"):
        journal.read()


def test_a_second_torn_line_does_not_overwrite_the_first(tmp_path: Path) -> None:
    """Each rest is kept."""
    journal = started(tmp_path)
    for number in (1, 2):
        with journal.path.open("ab") as stream:
            stream.write(b"rest %d" % number)
        journal.append([entry(number)])

    assert [(tmp_path / f"j.answers.jsonl.torn-{n}").read_bytes() for n in (1, 2)] == [b"rest 1", b"rest 2"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b"<<<<<<< ours", "a merge left its mark"),
        (b"not json", "it is not one whole JSON object"),
        (b"[]", "it is not a JSON object"),
        (b'{"seq":2,"at":"2026-03-01T12:00:00Z","by":"A","role":"r","item":"i"}', "an answer has either `value` or `na_reason`"),
        (b'{"seq":2,"at":"2026-03-01T12:00:00Z","by":"A","role":"r","item":"i","value":1,"na_reason":"x"}', "either"),
        (b'{"seq":2,"at":"yesterday","by":"A","role":"r","item":"i","value":1}', "`at` is no time"),
        (b'{"seq":2,"at":"0001-01-01T00:00:00+05:00","by":"A","role":"r","item":"i","value":1}', "`at` is no time"),
        (b'{"seq":true,"at":"2026-03-01T12:00:00Z","by":"A","role":"r","item":"i","value":1}', "`seq` is no positive"),
        (b'{"seq":2,"at":"2026-03-01T12:00:00Z","role":"r","item":"i","value":1}', "`by` is missing"),
        (b'{"seq":2,"at":"2026-03-01T12:00:00Z","by":"A","role":"r","item":"i","value":NaN}', "not one whole JSON"),
        (b'{"seq":2,"at":"2026-03-01T12:00:00Z","by":"A","role":"r","item":"i","value":1e999}', "not one whole JSON"),
        (b'{"seq":2,"at":"2026-03-01T12:00:00Z","by":"A","role":"r","item":"i","value":"\\ud800"}', "half a character"),
        (b'{"seq":2,"at":"2026-03-01T12:00:00Z","by":"A","role":"r","item":"i","value":' + b"[" * 90 + b"]" * 90 + b"}", "too deeply"),
        (b'{"seq":2,"at":"2026-03-01T12:00:00Z","by":"A","role":"r","item":"i","value":' + b"[" * 90000 + b"]" * 90000 + b"}", "too deeply"),
        (b'{"seq":2,"at":"2026-03-01T12:00:00Z","by":"A","role":"r","item":"i","value":1,"evidence":[{"path":"a","url":"b"}]}', "either `path` or `url`"),
        (b'{"seq":2,"at":"2026-03-01T12:00:00Z","kind":"resolve","by":"A","role":"r","item":"i","value":1}', "`reason` is missing"),
        (b"", "not one whole JSON"),
    ],
    ids=range(17),
)  # fmt: skip
def test_a_broken_line_in_the_middle_is_an_error_with_its_line_and_nothing_is_changed(
    tmp_path: Path, line: bytes, message: str
) -> None:
    """Passing over it could lose an answer; only a person can say what it was."""
    journal = started(tmp_path)
    first = journal.path.read_bytes()
    journal.append([entry(1)])
    content = first + line + b"\n" + journal.path.read_bytes()[len(first) :]
    journal.path.write_bytes(content)

    for use in (lambda: journal.read(), lambda: Journal(journal.path).append([entry(2)])):
        with pytest.raises(JournalError, match=r"j\.answers\.jsonl:2\)") as caught:
            use()
        assert message in str(caught.value)
    assert journal.path.read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == ["j.answers.jsonl"]


def test_every_broken_line_is_named_at_once(tmp_path: Path) -> None:
    """As everywhere in the house."""
    journal = started(tmp_path)
    with journal.path.open("ab") as stream:
        stream.write(b"x\ny\n")
    journal.path.write_bytes(journal.path.read_bytes() + b'{"seq":9,"at":"2026-03-01T12:00:00Z","kind":"later"}\n')

    with pytest.raises(JournalError) as caught:
        journal.read()

    assert [problem.line for problem in caught.value.problems] == [2, 3]


def test_kinds_from_a_newer_version_are_kept_and_reported(tmp_path: Path) -> None:
    """An older ethicscheck must neither choke on a newer journal nor drop from it."""
    opened = begin(tmp_path)
    with opened.journal.path.open("ab") as stream:
        stream.write(b'{"seq":2,"at":"2026-03-01T12:00:00Z","kind":"request_changes","more":[1]}\n')
    before = opened.journal.path.read_bytes()

    answer(opened, "a.number", "5")

    contents = opened.journal.read()
    assert isinstance(contents.entries[1], Unknown)
    assert contents.notes == (
        "1 of its lines are of a kind this version does not know (request_changes); they are kept",
    )
    assert opened.journal.path.read_bytes().startswith(before)
    assert standing(opened).progress()["answered"] == 1


def test_line_ends_of_windows_are_no_fault(tmp_path: Path) -> None:
    """git may turn them; the answers are the same."""
    opened = begin(tmp_path)
    answer(opened, "a.number", "5")
    before = standing(opened)
    opened.journal.path.write_bytes(opened.journal.path.read_bytes().replace(b"\n", b"\r\n"))

    assert standing(opened) == before
    answer(open_journal(opened.journal.path), "a.number", "6")
    assert standing(opened).progress()["answered"] == 1


def test_two_branches_merge_line_by_line_in_any_order(tmp_path: Path) -> None:
    """git's union merge puts one side's lines before the other's; what they come to is the same."""
    opened = begin(tmp_path)
    base = opened.journal.path.read_bytes()
    sides = []
    for by, value in (("Ana", "5"), ("Ben", "6")):
        opened.journal.path.write_bytes(base)
        answer(open_journal(opened.journal.path), "a.number", "1", by)
        answer(open_journal(opened.journal.path), "a.number", value, by)
        sides.append(opened.journal.path.read_bytes()[len(base) :])

    found = []
    for first, second in (sides, sides[::-1]):
        opened.journal.path.write_bytes(base + first + second)
        found.append(standing(opened))

    assert found[0] == found[1]
    item = found[0].item("a.number")
    assert item is not None
    assert [(part.by, part.value) for part in item.answers] == [("Ana", 5), ("Ben", 6)]
    (written,), _ = open_journal(opened.journal.path).journal.append([entry()])
    assert written.seq == 4


def test_a_file_that_is_replaced_while_open_is_read_anew(tmp_path: Path) -> None:
    """git replaces files; a journal kept open in Python must not write its old idea of the end."""
    journal = started(tmp_path)
    journal.append([entry(1), entry(2)])
    shorter = journal.path.read_bytes().splitlines(keepends=True)[:2]
    (tmp_path / "new").write_bytes(b"".join(shorter))
    (tmp_path / "new").replace(journal.path)

    (written,), _ = journal.append([entry(3)])

    assert written.seq == 3
    assert [part.seq for part in journal.read().entries] == [1, 2, 3]


@pytest.mark.parametrize("content", [b"", b"\n", b"{}", b'{"seq":1,"at":"2026-03-01T12:00:00Z","kind":"x"}\n'])
def test_a_file_that_is_no_journal_is_refused(tmp_path: Path, content: bytes) -> None:
    """An empty file is no journal without answers."""
    (tmp_path / "j.jsonl").write_bytes(content)

    with pytest.raises(JournalError, match=r"j\.jsonl"):
        Journal(tmp_path / "j.jsonl").read()
    with pytest.raises(JournalError, match=r"j\.jsonl"):
        Journal(tmp_path / "j.jsonl").append([entry()])
    assert (tmp_path / "j.jsonl").read_bytes() == content


def test_a_missing_journal_and_a_folder_are_clear_errors(tmp_path: Path) -> None:
    """Nothing is made where a journal was mistyped."""
    for use in (lambda path: Journal(path).read(), lambda path: Journal(path).append([entry()])):
        with pytest.raises(JournalError, match="there is no such journal"):
            use(tmp_path / "none.jsonl")
        with pytest.raises((JournalError, UsageError)):
            use(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_numbers_that_have_run_out_write_nothing(tmp_path: Path) -> None:
    """A line that could not be read back must not be written."""
    journal = started(tmp_path)
    with journal.path.open("ab") as stream:
        stream.write(json.dumps({"seq": 2**53 - 1, "at": AT, "kind": "later"}).encode() + b"\n")
    before = journal.path.read_bytes()

    with pytest.raises(JournalError, match="run out"):
        Journal(journal.path).append([entry()])

    assert journal.path.read_bytes() == before


def test_a_full_disk_leaves_the_journal_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that could not be saved is said not to be, and leaves no half of itself."""
    journal = started(tmp_path)
    before = journal.path.read_bytes()
    real = journal_module.os.write

    def half(handle: int, content: Any) -> int:
        if len(content) > 40:
            return real(handle, bytes(content)[:40])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal_module.os, "write", half)
    with pytest.raises(UsageError, match="the answer was not saved: No space left"):
        journal.append([entry()])
    monkeypatch.setattr(journal_module.os, "write", real)

    assert journal.path.read_bytes() == before
    assert journal.append([entry()])[0][0].seq == 2


WRITER = """
import sys
from pathlib import Path
from ethicscheck.checklist.entries import Answer
from ethicscheck.checklist.journal import Journal
from ethicscheck.checklist import locking
if "nolock" in sys.argv: locking.fcntl = None
journal = Journal(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    journal.append([Answer("2026-03-01T12:00:00Z", sys.argv[2], "product", "a.number", number)])
"""


@pytest.mark.parametrize(("mode", "count"), [("flock", 500), ("nolock", 150)])
def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path, mode: str, count: int) -> None:
    """With the system's lock, and with the lock file that stands in for it elsewhere."""
    journal = started(tmp_path)
    running = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(journal.path), name, str(count), mode])
        for name in ("Ana", "Ben")
    ]
    assert [process.wait() for process in running] == [0, 0]

    contents = journal.read()
    answers = [part for part in contents.entries if isinstance(part, Answer)]
    assert [part.seq for part in contents.entries] == list(range(1, 2 * count + 2))
    for name in ("Ana", "Ben"):
        assert [part.value for part in answers if part.by == name] == list(range(count))
    assert [path.name for path in tmp_path.iterdir()] == ["j.answers.jsonl"]


def test_a_lock_that_was_left_behind_says_which_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only where there is no `flock`: a crash may leave the lock file."""
    journal = started(tmp_path)
    monkeypatch.setattr(locking, "fcntl", None)
    monkeypatch.setattr(locking, "PATIENCE", 0.05)
    (tmp_path / "j.answers.jsonl.lock").write_text("")

    with pytest.raises(UsageError, match=r"somebody else is writing to the journal \(j\.answers\.jsonl\.lock\)"):
        journal.append([entry()])


def test_a_withdrawn_answer_stays_in_the_file(tmp_path: Path) -> None:
    """No answer is ever overwritten or deleted."""
    opened = begin(tmp_path, EVERY_KIND)
    answer(opened, "a.number", "5")
    opened.journal.append([Withdrawal(AT, "Ana", "product", "a.number")])

    assert [line.get("kind", "answer") for line in lines(opened)] == ["start", "answer", "withdraw"]
    assert standing(opened).progress()["answered"] == 0


@pytest.mark.skipif(shutil.which("git") is None, reason="git merges the branches")
def test_git_merges_two_branches_of_answers_without_a_conflict(tmp_path: Path) -> None:
    """With the one line of .gitattributes that the docs advise; every line of both sides is there."""
    opened = begin(tmp_path, EVERY_KIND)
    (tmp_path / ".gitattributes").write_text("*.answers.jsonl merge=union\n")

    def git(*words: str) -> None:
        who = ("-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "core.autocrlf=false")
        subprocess.run(["git", *who, *words], cwd=tmp_path, check=True, capture_output=True)

    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "begun")
    for branch, by in (("one", "Ana"), ("two", "Ben")):
        git("checkout", "-q", "-b", branch, "main")
        for number in range(3):
            answer(open_journal(opened.journal.path), "a.number", str(number), by)
        answer(open_journal(opened.journal.path), "a.choice", "yes", by)
        git("commit", "-q", "-a", "-m", by)
    git("merge", "-q", "-m", "both", "one")

    rows = lines(opened)
    assert sorted((line["by"], line["value"]) for line in rows[1:] if line["item"] == "a.number") == [
        (by, number) for by in ("Ana", "Ben") for number in range(3)
    ]
    status = standing(opened)
    assert [(part.by, part.value) for part in status.item("a.number").answers] == [("Ana", 2), ("Ben", 2)]  # type: ignore[union-attr]


def test_a_torn_tail_longer_than_the_next_line_leaves_nothing_behind_it(tmp_path: Path) -> None:
    """Written over and not cut off, its end would stand after the new line, and be torn in turn."""
    opened = begin(tmp_path)
    before = opened.journal.path.read_bytes()
    tail = b'{"seq":2,"at":"' + b"x" * 5000
    opened.journal.path.write_bytes(before + tail)

    answer(opened, "a.choice", "yes")

    content = opened.journal.path.read_bytes()
    assert content.startswith(before)
    assert content.endswith(b"}\n")
    assert len(content.splitlines()) == 2
    assert opened.journal.path.with_name(f"{opened.journal.path.name}.torn-1").read_bytes() == tail
    assert Journal(opened.journal.path).read().notes == ()


def test_two_checklists_in_one_journal_are_refused_to_readers_and_writers(tmp_path: Path) -> None:
    """Two files put together by hand: nobody could say which questions the answers belong to."""
    opened = begin(tmp_path)
    first = opened.journal.path.read_bytes()
    opened.journal.path.write_bytes(first + first.replace(b'"small"', b'"large"').replace(b'"seq":1', b'"seq":2'))
    before = opened.journal.path.read_bytes()

    with pytest.raises(JournalError, match="answers several checklists at once: large, small"):
        open_journal(opened.journal.path)
    with pytest.raises(JournalError, match="answers several checklists at once"):
        Journal(opened.journal.path).append([Answer(AT, "Ana", "product", "a.choice", "yes")])
    assert opened.journal.path.read_bytes() == before


def test_another_file_of_the_same_size_is_read_anew(tmp_path: Path) -> None:
    """Exchanged for one whose bytes end alike: only the file itself tells, and its numbers go on, not the old one's."""
    opened = begin(tmp_path)
    path = opened.journal.path
    journal = Journal(path)
    journal.append([Answer(AT, "Ana", "product", "a.choice", "yes")])
    other = tmp_path / "other"
    other.write_bytes(path.read_bytes().replace(b'"seq":2', b'"seq":7'))
    assert (other.stat().st_size, other.stat().st_ino != path.stat().st_ino) == (path.stat().st_size, True)
    other.replace(path)

    journal.append([Answer(AT, "Ana", "product", "a.choice", "no")])

    assert [part["seq"] for part in lines(opened)] == [1, 7, 8]
