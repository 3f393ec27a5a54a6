"""What people are told after an answer: signatures out of force, copies that count once, and where a form is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from checklist_helpers import AT, answer, begin, items, question

from ethicscheck.cli import run
from ethicscheck.errors import UsageError


def test_an_answer_that_takes_a_signature_out_of_force_says_so_and_status_says_it_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever answers must know what it costs."""
    opened = begin(tmp_path, items(question()))
    journal = str(opened.journal.path)
    answer(opened, "q", "yes")
    assert run(["checklist", "sign", journal, "--as", "Eva", "--role", "reviewer"]) == 0
    capsys.readouterr()

    assert run(["checklist", "answer", journal, "q", "no", "--as", "Ana", "--role", "product"]) == 0
    assert "this takes Eva's signature of" in capsys.readouterr().err
    assert run(["checklist", "answer", journal, "q", "yes", "--as", "Ana", "--role", "product", "--comment", "x"]) == 0
    assert "signature" not in capsys.readouterr().err
    assert run(["checklist", "status", journal]) == 0
    assert capsys.readouterr().out.count("the answers changed since") == 1


def test_two_copies_of_one_file_are_one_piece_of_evidence(tmp_path: Path) -> None:
    """Another name for the same bytes shows nothing more."""
    opened = begin(tmp_path, items(question("q", "evidence: {min: 2}")))
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("the same")

    with pytest.raises(UsageError, match="needs 1 more piece"):
        answer(opened, "q", "yes", evidence=("a.txt", "b.txt"), at=AT)


def test_a_role_that_answers_nothing_reads_what_it_can_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An ethics reviewer disagrees by settling, signing or asking for changes; half a role's name is enough to be understood."""
    monkeypatch.chdir(tmp_path)
    assert run(["checklist", "start", "transparency", "-o", "j.jsonl"]) == 0
    capsys.readouterr()

    assert run(["checklist", "walk", "j.jsonl", "--as", "Eva", "--role", "ethics_reviewer"]) == 2
    assert "sign --request-changes REASON" in capsys.readouterr().err
    assert run(["checklist", "walk", "j.jsonl", "--as", "Eva", "--role", "reviewer"]) == 2
    assert "did you mean 'ethics_reviewer'?" in capsys.readouterr().err
