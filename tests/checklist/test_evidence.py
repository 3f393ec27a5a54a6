"""Evidence: regular files beside the journal, by their digest, and addresses that nobody opens."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from checklist_helpers import AT, answer, begin, items, question, state

from ethicscheck.checklist.entries import Answer, Evidence, read_line
from ethicscheck.checklist.evidence import evidence_checker, record_evidence
from ethicscheck.errors import UsageError

DAY = datetime.date(2026, 3, 2)


def problem(piece: Evidence, folder: Path, day: datetime.date = DAY) -> str:
    return evidence_checker(folder, day)(piece)


def test_a_file_is_kept_by_its_path_and_digest(tmp_path: Path) -> None:
    """Relative and absolute paths inside the folder are the same evidence; its own day is not the day it was added (CISO Assistant)."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.txt").write_bytes(b"proof")

    piece = record_evidence("docs/a.txt", tmp_path, dated="2025-01-01", expires="2026-12-31")

    assert piece == Evidence("docs/a.txt", None, hashlib.sha256(b"proof").hexdigest(), "2025-01-01", "2026-12-31", 5)
    assert record_evidence(str(tmp_path / "docs/a.txt"), tmp_path).path == "docs/a.txt"
    assert problem(piece, tmp_path) == ""


def test_missing_changed_and_expired_evidence_is_told(tmp_path: Path) -> None:
    """The last day itself still counts."""
    (tmp_path / "a.txt").write_bytes(b"proof")
    piece = record_evidence("a.txt", tmp_path, expires="2026-03-02")

    assert problem(piece, tmp_path) == ""
    assert problem(piece, tmp_path, DAY + datetime.timedelta(1)) == "expired on 2026-03-02"
    (tmp_path / "a.txt").write_bytes(b"other")
    assert problem(piece, tmp_path) == "has changed since"
    (tmp_path / "a.txt").unlink()
    assert problem(piece, tmp_path) == "is not there"


def test_a_file_without_a_digest_is_never_fine(tmp_path: Path) -> None:
    """CISO Assistant stores null when the digest fails."""
    (tmp_path / "a.txt").write_bytes(b"proof")

    assert problem(Evidence(path="a.txt"), tmp_path) == "has no digest, so nobody can tell whether it changed"


@pytest.fixture
def traps(tmp_path: Path) -> Path:
    """A project beside a secret, with everything that must not be evidence."""
    (tmp_path / "secret").write_bytes(b"s")
    project = tmp_path / "project"
    (project / "docs").mkdir(parents=True)
    (project / "docs/a.txt").write_bytes(b"a")
    (project / "link").symlink_to(project / "docs/a.txt")
    (project / "out").symlink_to(tmp_path)
    os.mkfifo(project / "pipe")
    (project / "locked").write_bytes(b"x")
    return project


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("link", "is reached through a symbolic link"),
        ("out/secret", "is reached through a symbolic link"),
        ("pipe", "is no regular file"),
        ("docs", "is no regular file"),
        (".", "leads out of the folder"),
        ("", "leads out of the folder"),
        ("../secret", "leads out of the folder"),
        ("docs/../../secret", "leads out of the folder"),
        ("docs/../docs/a.txt", "leads out of the folder"),
        ("none.txt", "is not there"),
        ("docs/a.txt/more", "is not there"),
        ("a\x00b", "can't be read"),
        ("/dev/null", "outside the folder"),
        ("/etc/passwd", "outside the folder"),
        ("x" * 300, "can't be read"),
    ],
)
def test_only_regular_files_inside_the_folder_are_taken(traps: Path, given: str, message: str) -> None:
    """Links, pipes, devices and the way up are refused at once: a pipe would hang, a link would leak."""
    with pytest.raises(UsageError, match=message):
        record_evidence(given, traps)


@pytest.mark.parametrize("path", ["/etc/passwd", "../secret", "out/secret", "pipe", "a\x00b", ""])
def test_a_journal_from_elsewhere_can_not_make_us_read_another_file(traps: Path, path: str) -> None:
    """The same holds for what stands in a journal that somebody sent."""
    assert problem(Evidence(path=path, sha256=hashlib.sha256(b"s").hexdigest()), traps) not in ("", "has changed since")


def test_an_address_is_kept_and_never_opened(tmp_path: Path) -> None:
    """No digest, no request."""
    piece = record_evidence("https://example.org/report?id=1", tmp_path)

    assert piece == Evidence(url="https://example.org/report?id=1")
    assert problem(piece, tmp_path) == ""


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "ftp://a/b", "https://", "http:///x", "https://a b",
     "https://user:pw@host/", "https://[::1", "https://a:99999/", "https://a/\u202e", "//host/x://"],
)  # fmt: skip
def test_other_addresses_are_refused_and_told(tmp_path: Path, url: str) -> None:
    """A reader may click on what a report shows."""
    with pytest.raises(UsageError):
        record_evidence(url, tmp_path)
    assert problem(Evidence(url=url), tmp_path)


def test_a_malformed_day_is_refused_and_told(tmp_path: Path) -> None:
    """A date that is none must not count as never expiring."""
    with pytest.raises(UsageError, match="'soon' is no day"):
        record_evidence("https://a", tmp_path, expires="soon")
    assert problem(Evidence(url="https://a", expires="soon"), tmp_path) == "has a last day that is none (soon)"


def test_evidence_that_expires_before_its_own_day_is_refused(tmp_path: Path) -> None:
    """The days were swapped, most likely; the same day is fine."""
    with pytest.raises(UsageError, match="would expire on 2026-01-01, before its own day, 2026-03-01"):
        record_evidence("https://a", tmp_path, dated="2026-03-01", expires="2026-01-01")
    assert record_evidence("https://a", tmp_path, dated="2026-03-01", expires="2026-03-01").expires == "2026-03-01"


def test_one_piece_named_twice_is_one_piece(tmp_path: Path) -> None:
    """Two pieces are asked for so that there are two."""
    opened = begin(tmp_path, items(question(more="evidence: {min: 2}")))
    (tmp_path / "a.txt").write_bytes(b"a")

    for twice in (("a.txt", "./a.txt"), ("https://a", "https://a")):
        with pytest.raises(UsageError, match="needs 1 more piece of evidence"):
            answer(opened, "q", "yes", evidence=twice)
    again = [
        Evidence("a.txt", None, hashlib.sha256(b"a").hexdigest()),
        Evidence("./a.txt", None, hashlib.sha256(b"a").hexdigest()),
    ]
    opened.journal.append([Answer(AT, "Ana", "product", "q", "yes", evidence=tuple(again))])
    assert state(opened, "q").why == "1 more evidence is asked for with this answer"

    answer(opened, "q", "yes", evidence=("a.txt", "https://a"))
    assert state(opened, "q").state == "answered"


def test_the_journal_is_no_evidence_for_itself(tmp_path: Path) -> None:
    """It changes with the very answer that it would prove."""
    opened = begin(tmp_path, items(question()))

    with pytest.raises(UsageError, match="the journal is no evidence for what stands in it"):
        answer(opened, "q", "yes", evidence=(opened.journal.path.name,))
    assert state(opened, "q").state == "unanswered"


def test_a_file_of_another_size_has_changed(tmp_path: Path) -> None:
    """The journal tells the size; old journals don't, and their evidence goes on counting."""
    (tmp_path / "a.txt").write_bytes(b"proof")
    piece = record_evidence("a.txt", tmp_path)

    assert piece.size == 5
    assert problem(piece, tmp_path) == ""
    assert problem(replace(piece, size=6), tmp_path) == "has changed since"
    assert problem(replace(piece, size=None), tmp_path) == ""
    assert record_evidence("https://example.org/a", tmp_path).size is None


@pytest.mark.parametrize("size", ["5", 5.0, -1, True, [5], 10**15])
def test_a_size_that_is_none_is_damage(size: object) -> None:
    """A line says what is wrong with it."""
    line = {"seq": 2, "at": AT, "by": "Ana", "role": "product", "item": "q", "value": "yes"}
    line["evidence"] = [{"path": "a.txt", "sha256": "0", "size": size}]

    with pytest.raises(ValueError, match="`size` of a piece of evidence is no number of bytes"):
        read_line(json.dumps(line).encode())


def test_a_folder_exchanged_for_a_link_while_it_is_looked_at_leads_nowhere(
    traps: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each folder is opened from within the one before, so a check can't be outrun by a rename."""
    real = os.stat

    def exchanged(path: object, **more: object) -> os.stat_result:
        found = real(path, **more)  # type: ignore[call-overload]
        if path == "docs" and not (traps / "docs").is_symlink():
            (traps / "docs").rename(traps / "moved")
            (traps / "docs").symlink_to(traps.parent)
        return found

    (traps / "docs/secret").write_bytes(b"ours")
    monkeypatch.setattr(os, "stat", exchanged)

    with pytest.raises(UsageError, match=r"is not there|can't be read"):
        record_evidence("docs/secret", traps)
    assert (traps / "docs").is_symlink()


def test_without_opening_from_folders_the_same_is_refused(traps: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows has no way to open a file from within a folder; what can be seen is refused there too."""
    monkeypatch.setattr(os, "supports_dir_fd", set())

    assert record_evidence("docs/a.txt", traps).size == 1
    for given in ("link", "out/secret", "docs", "../secret", "nowhere"):
        with pytest.raises(UsageError):
            record_evidence(given, traps)


def test_a_folder_that_can_be_passed_but_not_listed_still_holds_evidence(tmp_path: Path) -> None:
    """As `cat` would have it."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/a.txt").write_bytes(b"proof")
    (tmp_path / "docs").chmod(0o311)
    try:
        assert record_evidence("docs/a.txt", tmp_path).size == 5
    finally:
        (tmp_path / "docs").chmod(0o755)
