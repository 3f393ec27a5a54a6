"""The first page: progress, what waits for whom, who signed, when to look again, and the newest audits."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from ethicscheck.checklist.answering import answer_item, sign_checklist
from ethicscheck.checklist.opening import open_journal
from ethicscheck.web.access import Person
from ethicscheck.web.standing import counts, next_review, progress_words, signed_words, tally, waiting_for
from web_helpers import compas, journal_in, serve

DAY = datetime.date(2026, 1, 10)
AT = "2026-01-10T10:00:00Z"
CHECKLIST = """
schema: ethicscheck/checklist/1
id: small
version: "1"
title: Small
sign: {roles: [lead], people: 1}
sections:
  - id: one
    title: One
    roles: {answer: [product, engineer], resolve: [lead], sign: [lead]}
    review: {after_days: 30}
    items:
      - {id: one.a, type: choice, options: {"yes": "Yes", "no": "No"}, text: Is it so?, help: Why.}
      - {id: one.b, type: text, text: How?, when: {item: one.a, in: ["yes"]}, help: Why.}
"""


def person(name: str = "Ana", role: str = "product", access: str = "approver") -> Person:
    return Person(name, name, role, access, False)  # type: ignore[arg-type]


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(CHECKLIST)
    return journal_in(tmp_path, "small.yaml", "small.answers.jsonl")


def say(journal: Path, item: str, value: str, by: str = "Ana", role: str = "product", at: str = AT) -> None:
    answer_item(open_journal(journal), item, value, by=by, role=role, at=at)


def status(journal: Path, today: datetime.date = DAY):
    return open_journal(journal).status(today=today)


def waiting(journal: Path, who: Person, today: datetime.date = DAY) -> list[str]:
    return [part.text for part in waiting_for(status(journal, today), who, "/checklists/x")]


def test_a_question_waits_for_those_it_is_for_and_for_nobody_else(journal: Path) -> None:
    assert waiting(journal, person()) == ["Answer 1 question"]
    assert waiting(journal, person(role="lead")) == []
    assert waiting(journal, person(access="reader")) == []


def test_hidden_questions_count_neither_as_asked_nor_as_done(journal: Path) -> None:
    assert counts(status(journal).items) == (0, 1)

    say(journal, "one.a", "yes")

    assert counts(status(journal).items) == (1, 2)
    assert progress_words(status(journal)) == "1 of 2 answered"


def test_a_dispute_waits_for_those_who_may_settle_it(journal: Path) -> None:
    say(journal, "one.a", "yes")
    say(journal, "one.a", "no", "Ben", "engineer")

    assert waiting(journal, person("Eva", "lead")) == ["Settle: Is it so?"]
    assert waiting(journal, person("Eva", "lead", "answerer")) == []
    assert waiting(journal, person()) == ["Answer 1 question"]  # the one that may follow from it
    assert [part[2] for part in tally(status(journal).items)] == ["1 disputed"]


def test_an_answer_out_of_date_comes_back_by_name(journal: Path) -> None:
    say(journal, "one.a", "no")

    assert next_review(status(journal)) == datetime.date(2026, 2, 9)
    assert waiting(journal, person(), datetime.date(2026, 3, 1)) == ["Out of date: Is it so?"]


def test_signing_waits_for_the_roles_that_sign_once_all_is_answered_and_only_once(journal: Path) -> None:
    say(journal, "one.a", "no")
    before = waiting(journal, person("Eva", "lead"))

    sign_checklist(open_journal(journal), status(journal), by="Eva", role="lead", at=AT)

    assert before == ["Read through and sign"]
    assert waiting(journal, person("Eva", "lead")) == []
    assert waiting(journal, person("Eva", "lead", "reviewer")) == []
    assert signed_words(status(journal)) == "Signed by Eva (lead)"


def test_the_first_page_shows_verdict_progress_contradiction_and_review_of_a_real_project(tmp_path: Path) -> None:
    page = serve(compas(tmp_path)).owner().get("/").text

    assert "Fails its rules" in page
    assert "11 of 14 answered" in page
    assert "1 contradicted" in page
    assert "The numbers say otherwise: Does a wrong “yes”" in page
    assert "next look due by" in page
    assert "Not signed" in page


def test_a_broken_record_is_named_on_the_first_page_and_hides_no_other(tmp_path: Path) -> None:
    folder = compas(tmp_path)
    (folder / "old").mkdir()
    (folder / "old" / "audit.json").write_text('{"schema": "ethicscheck/record/1"')

    page = serve(folder).owner().get("/").text

    assert "old/audit.json" in page
    assert "Fails its rules" in page


def test_words_of_files_are_shown_as_text(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(CHECKLIST.replace("title: Small", "title: <script>alert(1)</script>"))
    journal_in(tmp_path, "small.yaml", "small.answers.jsonl")

    page = serve(tmp_path).owner(name="<b>Ana</b>").get("/").text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>Ana" not in page
