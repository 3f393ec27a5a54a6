"""Evidence that is copied into the project: whole, under its own name, never over another file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from checklist_helpers import answer, begin, items, question, state

from ethicscheck.checklist.evidence_copy import copy_evidence, evidence_copied
from ethicscheck.cli import run
from ethicscheck.errors import UsageError

SHA = hashlib.sha256(b"proof").hexdigest()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "project").mkdir()
    (tmp_path / "proof.pdf").write_bytes(b"proof")
    return tmp_path / "project"


def test_a_file_from_elsewhere_becomes_evidence_of_the_project(project: Path) -> None:
    """What happens to the original later makes no difference."""
    opened = begin(project, items(question()))
    outside = project.parent / "proof.pdf"
    words = ["checklist", "answer", str(opened.journal.path), "q", "yes", "--as", "Ana", "--role", "product"]

    assert run([*words, "--evidence", str(outside), "--evidence", "https://example.org/a", "--copy-evidence"]) == 0

    outside.unlink()
    (answer,) = state(opened, "q").answers
    assert [(piece.path, piece.url, piece.sha256, piece.problem) for piece in answer.evidence] == [
        (f"evidence/{SHA[:12]}-proof.pdf", None, SHA, ""),
        (None, "https://example.org/a", None, ""),
    ]
    assert (project / "evidence" / f"{SHA[:12]}-proof.pdf").read_bytes() == b"proof"


def test_an_answer_that_is_refused_copies_nothing(project: Path) -> None:
    """Otherwise a slip would leave files that nothing speaks of."""
    opened = begin(project, items(question()))
    words = ["checklist", "answer", str(opened.journal.path), "q", "perhaps", "--as", "Ana", "--role", "product"]

    assert run([*words, "--evidence", str(project.parent / "proof.pdf"), "--copy-evidence"]) == 2
    assert not (project / "evidence").exists()


def test_one_piece_refused_takes_the_copies_of_the_others_away(project: Path) -> None:
    """All of an answer, or nothing; what was there before stays."""
    opened = begin(project, items(question()))
    words = ["checklist", "answer", str(opened.journal.path), "q", "yes", "--as", "Ana", "--role", "product"]
    good, missing = str(project.parent / "proof.pdf"), str(project.parent / "none.pdf")

    assert run([*words, "--copy-evidence", "--evidence", good, "--evidence", missing]) == 2
    assert not (project / "evidence").exists()
    assert run([*words, "--copy-evidence", "--evidence", good, "--evidence", "http://"]) == 2
    assert not (project / "evidence").exists()

    kept = copy_evidence(Path(good), project)
    assert run([*words, "--copy-evidence", "--evidence", good, "--evidence", missing]) == 2
    assert (project / kept).read_bytes() == b"proof"


def test_a_copy_that_the_journal_speaks_of_is_not_taken_away(project: Path) -> None:
    """Somebody else may have answered with the same file meanwhile, or the line may stand although saving it failed."""
    opened = begin(project, items(question()))

    def fail() -> None:
        with evidence_copied([str(project.parent / "proof.pdf")], opened.journal.path) as (path,):
            answer(opened, "q", "yes", evidence=(path,))
            raise UsageError("refused", "", "")

    with pytest.raises(UsageError, match="refused"):
        fail()

    (piece,) = state(opened, "q").answers[0].evidence
    assert piece.problem == ""


def test_the_same_content_is_kept_once_and_a_new_version_beside_the_old(project: Path) -> None:
    """An answer that named the first version must go on finding it."""
    source = project.parent / "proof.pdf"
    first = copy_evidence(source, project)
    assert copy_evidence(source, project) == first
    source.write_bytes(b"newer")
    second = copy_evidence(source, project)

    assert second != first
    assert (project / first).read_bytes() == b"proof"
    assert (project / second).read_bytes() == b"newer"
    assert len(list((project / "evidence").iterdir())) == 2


def test_a_copy_takes_no_other_files_place(project: Path) -> None:
    """Whatever has the name, a changed copy or a link out of the project, stays as it is and is told."""
    there = project / copy_evidence(project.parent / "proof.pdf", project)
    there.write_bytes(b"changed")

    with pytest.raises(UsageError, match="another file has the name"):
        copy_evidence(project.parent / "proof.pdf", project)
    assert there.read_bytes() == b"changed"
    assert list((project / "evidence").iterdir()) == [there]

    there.unlink()
    there.symlink_to(project.parent / "proof.pdf")
    with pytest.raises(UsageError, match="another file has the name"):
        copy_evidence(project.parent / "proof.pdf", project)


def test_only_regular_files_are_copied_and_only_into_a_real_folder(project: Path) -> None:
    """A pipe would hang, a link or a linked folder would lead elsewhere."""
    outside = project.parent
    (outside / "link").symlink_to(outside / "proof.pdf")
    os.mkfifo(outside / "pipe")
    for name in ("link", "pipe", "project", "none", "a\x00b"):
        with pytest.raises(UsageError):
            copy_evidence(outside / name, project)
    assert not (project / "evidence").exists()

    (outside / "elsewhere").mkdir()
    (project / "evidence").symlink_to(outside / "elsewhere")
    with pytest.raises(UsageError, match="this is no folder of its own"):
        copy_evidence(outside / "proof.pdf", project)
    assert list((outside / "elsewhere").iterdir()) == []


def test_a_long_name_is_shortened_and_keeps_its_ending(project: Path) -> None:
    """With digits before it, it would be longer than a name may be."""
    source = project.parent / ("é" * 120 + ".pdf")
    source.write_bytes(b"proof")
    found = copy_evidence(source, project)

    assert found.endswith(".pdf")
    assert (project / found).read_bytes() == b"proof"


def test_without_evidence_there_is_nothing_to_copy(project: Path) -> None:
    """A flag that does nothing would be a lie."""
    opened = begin(project, items(question()))
    words = ["checklist", "answer", str(opened.journal.path), "q", "yes", "--as", "Ana", "--role", "product"]

    assert run([*words, "--copy-evidence"]) == 2
    assert state(opened, "q").state == "unanswered"
