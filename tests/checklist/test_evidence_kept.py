"""Evidence that somebody sends, is read again and again, and is handed out: safely named, never missed, never another file."""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import replace
from pathlib import Path, PureWindowsPath

import pytest
from checklist_helpers import TODAY, answer, begin, items, question, state
from hypothesis import given
from hypothesis import strategies as st

from ethicscheck.checklist import evidence_files
from ethicscheck.checklist.evidence import EvidenceDigests, evidence_checker, open_evidence, record_evidence
from ethicscheck.checklist.evidence_copy import evidence_kept, keep_evidence, safe_name
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.errors import UsageError

SHA = hashlib.sha256(b"proof").hexdigest()
HOSTILE = [
    ("../../x", "x"),
    ("..\\..\\x", "x"),
    ("C:\\x", "x"),
    ("/etc/passwd", "passwd"),
    ("a\x00b\n\x1b[31m.pdf", "ab [31m.pdf"),
    ("invoice\u202efdp.exe", "invoicefdp.exe"),
    ("CON", "_CON"),
    ("nul.txt", "_nul.txt"),
    (".htaccess", "htaccess"),
    ("...", "evidence"),
    ("", "evidence"),
    ("report. . ", "report"),
    ('<a href="x">.html', "_a href=_x__.html"),
    ("\ud800.txt", "txt"),
]


@pytest.fixture
def opened(tmp_path: Path) -> OpenJournal:
    (tmp_path / "project").mkdir()
    return begin(tmp_path / "project", items(question()))


@pytest.mark.parametrize(("name", "safe"), HOSTILE)
def test_a_hostile_name_ends_as_a_file_of_the_evidence_folder(opened: OpenJournal, name: str, safe: str) -> None:
    """Whatever a browser says a file is called, it lies in evidence/ and nowhere else, on every system."""
    path, new = keep_evidence(io.BytesIO(b"proof"), name, opened.folder, 100)

    assert (path, new) == (f"evidence/{SHA[:12]}-{safe}", True)
    assert [part.name for part in (opened.folder / "evidence").iterdir()] == [f"{SHA[:12]}-{safe}"]
    assert record_evidence(path, opened.folder).sha256 == SHA


@pytest.mark.parametrize("name", ["x" * 5000 + ".pdf", "é" * 5000, "x." + "y" * 5000, " " * 5000, "../" * 2000])
def test_a_name_of_any_length_is_short_enough_for_a_disk(opened: OpenJournal, name: str) -> None:
    """Most systems take 255 bytes; the digits come before it."""
    path, _ = keep_evidence(io.BytesIO(b"proof"), name, opened.folder, 100)

    assert len(Path(path).name.encode()) <= 140
    assert (opened.folder / path).read_bytes() == b"proof"


@given(st.text())
def test_a_safe_name_is_one_whatever_was_sent_and_stays_itself(name: str) -> None:
    """Made safe twice, it is the same."""
    safe = safe_name(name)

    assert safe
    assert safe.isprintable()
    assert PureWindowsPath(safe).name == safe
    assert safe == safe.strip(". ")
    assert len(safe.encode()) <= 120
    assert safe_name(safe) == safe


def test_what_is_too_large_is_refused_and_nothing_is_left(opened: OpenJournal) -> None:
    """One byte more than is taken."""
    with (
        pytest.raises(UsageError, match="the file is larger than 10 bytes"),
        evidence_kept([("a.txt", io.BytesIO(b"proof")), ("b.txt", io.BytesIO(b"x" * 11))], opened.journal.path, 10),
    ):
        pytest.fail("it was taken")
    assert not (opened.folder / "evidence").exists()

    assert keep_evidence(io.BytesIO(b"x" * 10), "b.txt", opened.folder, 10)[1]


def test_an_upload_that_breaks_off_leaves_nothing(opened: OpenJournal) -> None:
    """As when the network goes away."""

    class Broken:
        def read(self, size: int, /) -> bytes:
            raise OSError(5, "Input/output error")

    with (
        pytest.raises(UsageError, match="can't copy the evidence: Input/output error"),
        evidence_kept([("a.txt", Broken())], opened.journal.path, 10),
    ):
        pytest.fail("it was taken")
    assert not (opened.folder / "evidence").exists()


def test_an_answer_that_is_refused_keeps_no_upload_and_one_that_stands_does(opened: OpenJournal) -> None:
    """What nobody speaks of is not left behind."""
    path = opened.journal.path
    with pytest.raises(UsageError), evidence_kept([("a.txt", io.BytesIO(b"proof"))], path, 10) as kept:
        answer(opened, "q", "perhaps", evidence=kept)
    assert not (opened.folder / "evidence").exists()

    with evidence_kept([("a.txt", io.BytesIO(b"proof"))], path, 10) as kept:
        answer(opened, "q", "yes", evidence=kept)
    assert (opened.folder / kept[0]).read_bytes() == b"proof"


@pytest.mark.parametrize("first_stands", [True, False])
def test_two_who_send_the_same_file_at_once_do_not_take_it_from_each_other(
    opened: OpenJournal, first_stands: bool
) -> None:
    """The one who made the copy is refused while the other's answer is not written yet."""

    def refused() -> None:
        with evidence_kept([("a.txt", io.BytesIO(b"proof"))], opened.journal.path, 10):
            with evidence_kept([("a.txt", io.BytesIO(b"proof"))], opened.journal.path, 10) as kept:
                if first_stands:
                    outer_fails()
                answer(opened, "q", "yes", evidence=kept)
            raise UsageError("refused", "", "")

    def outer_fails() -> None:
        with (
            pytest.raises(UsageError, match="refused"),
            evidence_kept([("a.txt", io.BytesIO(b"proof"))], opened.journal.path, 10),
        ):
            raise UsageError("refused", "", "")

    with pytest.raises(UsageError, match="refused"):
        refused()
    (piece,) = state(opened, "q").answers[0].evidence
    assert piece.problem == ""


def test_a_copy_that_both_are_refused_with_is_taken_away(opened: OpenJournal) -> None:
    """Whoever is last tidies up."""

    def both() -> None:
        path = opened.journal.path
        with (
            evidence_kept([("a.txt", io.BytesIO(b"proof"))], path, 10),
            evidence_kept([("a.txt", io.BytesIO(b"proof"))], path, 10),
        ):
            raise UsageError("refused", "", "")

    with pytest.raises(UsageError, match="refused"):
        both()
    assert not (opened.folder / "evidence").exists()


def test_a_file_that_stays_as_it_is_is_read_once_and_a_changed_one_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A status a second must not read every file of evidence a second."""
    read: list[str] = []
    real = hashlib.file_digest
    monkeypatch.setattr(evidence_files.hashlib, "file_digest", lambda *more: (read.append("read"), real(*more))[1])
    monkeypatch.setattr(evidence_files, "_SETTLED", -(10**12))  # the file's clock is long past it
    (tmp_path / "a.txt").write_bytes(b"proof")
    piece = record_evidence("a.txt", tmp_path)
    read.clear()
    digests = EvidenceDigests()

    for _ in range(3):
        assert evidence_checker(tmp_path, TODAY, digests)(piece) == ""
    assert read == ["read"]

    (tmp_path / "a.txt").write_bytes(b"frood")
    os.utime(tmp_path / "a.txt", (1, 1))
    assert evidence_checker(tmp_path, TODAY, digests)(piece) == "has changed since"
    (tmp_path / "a.txt").unlink()
    assert evidence_checker(tmp_path, TODAY, digests)(piece) == "is not there"


def test_a_file_that_changed_just_now_is_read_each_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two changes within one tick of the file's clock look like one."""
    (tmp_path / "a.txt").write_bytes(b"proof")
    piece = record_evidence("a.txt", tmp_path)
    digests = EvidenceDigests()
    assert digests.digest("a.txt", tmp_path) == (SHA, 5)
    same = (tmp_path / "a.txt").stat()
    monkeypatch.setattr(evidence_files, "_key", lambda now: (same.st_ino,))  # a clock that stands still

    (tmp_path / "a.txt").write_bytes(b"frood")

    assert evidence_checker(tmp_path, TODAY, digests)(piece) == "has changed since"
    (tmp_path / "a.txt").write_bytes(b"proof")
    assert evidence_checker(tmp_path, TODAY, digests)(piece) == ""


def test_only_what_an_answer_names_is_opened_and_it_says_when_it_changed(opened: OpenJournal) -> None:
    """The web app's download page hands out evidence, not files."""
    (opened.folder / "docs").mkdir()
    (opened.folder / "docs/a.txt").write_bytes(b"proof")
    (opened.folder / "other.txt").write_bytes(b"ours")
    answer(opened, "q", "yes", evidence=("docs/a.txt",))
    entries = opened.again().contents.entries

    found = open_evidence("docs/a.txt", entries, opened.folder, opened.digests)
    with found.stream:
        assert found.stream.read() == b"proof"
    assert (found.name, found.sha256, found.size, found.changed) == ("a.txt", SHA, 5, False)

    for path in ("other.txt", "c.answers.jsonl", "../c.yaml", "docs/../docs/a.txt", "/etc/passwd", "docs/./a.txt", ""):
        with pytest.raises(UsageError, match="no answer names such a piece of evidence"):
            open_evidence(path, entries, opened.folder)

    (opened.folder / "docs/a.txt").write_bytes(b"other")
    changed = open_evidence("docs/a.txt", entries, opened.folder)
    with changed.stream:
        assert changed.stream.read() == b"other"
    assert changed.changed


def test_a_link_or_a_way_out_is_not_followed_although_an_answer_names_it(opened: OpenJournal) -> None:
    """A journal that somebody sent can name any path."""
    secret = opened.folder.parent / "secret"
    secret.write_bytes(b"s")
    (opened.folder / "a.txt").write_bytes(b"proof")
    written = answer(opened, "q", "yes", evidence=("a.txt",))
    (opened.folder / "link").symlink_to(secret)
    (opened.folder / "out").symlink_to(opened.folder.parent)
    for path in ("link", "out/secret", "../secret", str(secret), "evidence", "none", "a\x00b"):
        (piece,) = written.evidence
        named = [replace(written, evidence=(replace(piece, path=path),))]
        with pytest.raises(UsageError, match=r"the evidence (is|leads|can't)"):
            open_evidence(path, named, opened.folder)
