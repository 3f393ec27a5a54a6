"""Signing off: what a signature covers, what makes it lapse, changes asked for, two people; and disputes that end as N/A."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from checklist_helpers import AT, TODAY, answer, begin, items, lines, question, standing, state

from ethicscheck.checklist.answering import request_changes, resolve_item, sign_checklist, withdraw_signature
from ethicscheck.checklist.entries import ChangeRequest, Resolution, SignatureWithdrawal, Signing
from ethicscheck.checklist.forms.rows import make_form
from ethicscheck.checklist.opening import OpenJournal, open_journal
from ethicscheck.checklist.signing import record_parts, uncovered
from ethicscheck.errors import JournalError, UsageError

RECORD = {"model": "1" * 64, "metrics": "2" * 64}
ONE = items(question(), section="roles: {sign: [reviewer]}")


def sign(
    opened: OpenJournal,
    by: str = "Eva",
    role: str = "reviewer",
    record: dict[str, str] | None = None,
    at: str = AT,
) -> None:
    again = open_journal(opened.journal.path)
    sign_checklist(again, again.status(today=TODAY, record_parts=record), by=by, role=role, at=at)


def ask(opened: OpenJournal, reason: str, by: str = "Eva", role: str = "reviewer", at: str = AT) -> None:
    again = open_journal(opened.journal.path)
    request_changes(again, again.status(today=TODAY), by=by, role=role, at=at, reason=reason)


def take_back(opened: OpenJournal, by: str = "Eva", role: str = "reviewer", at: str = AT) -> None:
    withdraw_signature(open_journal(opened.journal.path), by=by, role=role, at=at, reason="I misread it")


def answered(folder: Path, text: str = ONE) -> OpenJournal:
    opened = begin(folder, text)
    answer(opened, "q", "yes")
    return opened


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"metrics": "3" * 64}, "the metrics changed since"),
        ({"model": "3" * 64}, "the model changed since"),
        ({"model": "3" * 64, "metrics": "3" * 64}, "the model and the metrics changed since"),
    ],
)
def test_a_signature_under_a_record_lapses_when_model_or_metrics_change_and_says_which(
    tmp_path: Path, changed: dict[str, str], says: str
) -> None:
    """Signed was one model with its numbers, not whatever comes after."""
    opened = answered(tmp_path)
    sign(opened, record=RECORD)
    again = open_journal(opened.journal.path)

    assert again.status(today=TODAY, record_parts=RECORD).unmet("signed") == ()
    assert again.status(today=TODAY).unmet("signed") == ()  # without the record nobody can tell
    assert again.status(today=TODAY, record_parts=RECORD | changed).unmet("signed") == (
        f"the signature of Eva (reviewer) has lapsed: {says}",
    )


def test_a_signature_that_does_not_cover_the_record_is_named(tmp_path: Path) -> None:
    """It holds for what it was put under; the audit says what it was not put under."""
    opened = answered(tmp_path)
    sign(opened)
    status = open_journal(opened.journal.path).status(today=TODAY, record_parts=RECORD)

    assert status.unmet("signed") == ()
    assert uncovered(status.signatures, RECORD) == (
        "the signature of Eva (reviewer) does not cover the model and the metrics: sign with --record audit.json",
    )


def test_a_signature_whose_parts_were_edited_does_not_hold(tmp_path: Path) -> None:
    """Its digest is over its parts: swapping one of them by hand shows."""
    opened = answered(tmp_path)
    sign(opened, record={"metrics": "2" * 64})
    text = opened.journal.path.read_text().replace("2" * 64, "3" * 64)
    opened.journal.path.write_text(text)

    status = open_journal(opened.journal.path).status(today=TODAY, record_parts={"metrics": "3" * 64})

    assert status.signatures[0].lapsed == "its line in the journal no longer fits its own digest"


def test_changes_asked_for_with_a_reason_stand_until_the_same_person_signs(tmp_path: Path) -> None:
    """And they take that person's earlier signature back."""
    opened = answered(tmp_path)
    sign(opened)
    ask(opened, "Name who can stop it")

    status = standing(opened)
    assert status.signatures == ()
    assert status.unmet("complete") == ()
    assert status.unmet("signed") == (
        "Eva (reviewer) asked for changes on 2026-03-01: Name who can stop it",
        "not signed by reviewer",
    )
    last = lines(opened)[-1]
    assert (last["kind"], last["reason"], sorted(last["parts"])) == (
        "changes_requested",
        "Name who can stop it",
        ["answers", "checklist"],
    )

    sign(opened)
    assert standing(opened).unmet("signed") == ()


def test_a_colleague_can_sign_away_a_request_only_once_the_answers_have_changed(tmp_path: Path) -> None:
    """Or whoever asked and left the company would block it for ever; but nobody is overruled over the same answers."""
    opened = answered(tmp_path)
    ask(opened, "Think again")
    sign(opened, "Ida")
    assert standing(opened).unmet("signed") == ("Eva (reviewer) asked for changes on 2026-03-01: Think again",)

    answer(opened, "q", "no")
    sign(opened, "Ida")
    assert standing(opened).unmet("signed") == ()


def test_asking_for_changes_needs_a_role_that_signs_and_a_reason(tmp_path: Path) -> None:
    """But not a complete checklist: it may be what is missing."""
    opened = begin(tmp_path, ONE)
    with pytest.raises(UsageError, match="'product' does not sign this checklist"):
        ask(opened, "x", role="product")
    with pytest.raises(UsageError, match="the reason"):
        ask(opened, "  ")
    ask(opened, "Answer it first")
    assert len(standing(opened).requests) == 1


def test_the_two_person_rule_counts_people_not_signatures(tmp_path: Path) -> None:
    """One person in two roles is one person."""
    opened = answered(tmp_path, ONE.replace("sections:", "sign: {people: 2, roles: [owner]}\nsections:"))
    sign(opened)
    sign(opened, role="owner")
    assert standing(opened).unmet("signed") == ("signed by 1 of the 2 different people it asks for",)

    sign(opened, "Ida")
    assert standing(opened).unmet("signed") == ()


def test_two_people_are_asked_for_where_no_role_is_named(tmp_path: Path) -> None:
    """The rule stands by itself."""
    opened = answered(tmp_path, items(question()).replace("sections:", "sign: {people: 2}\nsections:"))
    assert standing(opened).unmet("signed") == (
        "not signed by anyone",
        "signed by 0 of the 2 different people it asks for",
    )
    sign(opened, "Ida", "anybody")
    assert standing(opened).unmet("signed") == ("signed by 1 of the 2 different people it asks for",)


def test_a_dispute_can_end_as_not_applicable(tmp_path: Path) -> None:
    """With the reason that N/A asks for; the answers that differ stay."""
    opened = begin(tmp_path, items(question(more="na: {reason_min_chars: 10}")))
    answer(opened, "q", "yes")
    answer(opened, "q", "no", "Ben")
    settle = {"by": "Eva", "role": "reviewer", "at": AT}
    with pytest.raises(UsageError, match="N/A needs a reason of at least 10"):
        resolve_item(open_journal(opened.journal.path), "q", None, **settle, reason="why", na_reason="short")

    resolve_item(
        open_journal(opened.journal.path), "q", None, **settle, reason="Ben looked", na_reason="No such people"
    )

    found = state(opened, "q")
    assert (found.state, found.why, len(found.answers)) == ("not_applicable", "No such people", 2)
    assert found.settled == "Eva (reviewer) settled it as N/A: Ben looked"
    assert standing(opened).unmet("complete") == ()


def test_a_dispute_over_a_question_without_na_is_not_settled_as_such(tmp_path: Path) -> None:
    """Settling must not be the way around what the checklist allows."""
    opened = begin(tmp_path, items(question()))
    answer(opened, "q", "yes")
    answer(opened, "q", "no", "Ben")

    with pytest.raises(UsageError, match="N/A is not allowed"):
        resolve_item(
            open_journal(opened.journal.path), "q", None, by="E", role="r", at=AT, reason="x", na_reason="because of it"
        )
    opened.journal.append([Resolution(AT, "E", "r", "q", None, "x", na_reason="because of it")])
    assert state(opened, "q").state == "stale"


@pytest.mark.parametrize("more", [{"value": 1, "na_reason": "x"}, {}])
def test_a_settled_line_has_either_an_answer_or_a_reason_why_none(tmp_path: Path, more: dict[str, object]) -> None:
    """Both or neither can't be read one way."""
    opened = begin(tmp_path)
    line = {"seq": 2, "at": AT, "kind": "resolve", "by": "E", "role": "r", "item": "a.number", "reason": "x", **more}
    with opened.journal.path.open("a") as stream:
        stream.write(json.dumps(line) + "\n")

    with pytest.raises(JournalError, match="value"):
        opened.journal.read()


def test_a_record_with_hidden_numbers_signs_no_numbers() -> None:
    """A digest of hidden counts would let people guess them."""
    from types import SimpleNamespace
    from unittest.mock import patch

    from ethicscheck.checklist import signing

    hidden = SimpleNamespace(published=True)
    record = SimpleNamespace(subject=None, estimates=(), disparities=(), findings=(), suppression=hidden)
    with patch.object(signing, "record_parts", lambda *_: dict(RECORD)):
        assert signing.parts_of(record) == {"model": RECORD["model"]}  # type: ignore[arg-type]


def test_signing_kinds_are_entries(tmp_path: Path) -> None:
    """Read back as what they are, for the exporters and the history."""
    opened = answered(tmp_path)
    ask(opened, "x")
    sign(opened)

    assert [type(part) for part in opened.journal.read().entries[2:]] == [ChangeRequest, Signing]


def test_a_dispute_settled_as_not_applicable_survives_the_way_out_and_in(tmp_path: Path) -> None:
    """A form that dropped the reason would bring back a line nobody can read."""
    opened = begin(tmp_path, items(question(more="na: {reason_min_chars: 10}")))
    opened.journal.append([Resolution(AT, "E", "r", "q", None, "x", na_reason="because of it")])
    again = open_journal(opened.journal.path)

    form = make_form(again.loaded.checklist, again.loaded.sha256, again.contents.entries)

    entry = form.rows[0].entry()
    assert isinstance(entry, Resolution)
    assert (entry.value, entry.na_reason, entry.reason) == (None, "because of it", "x")


def test_a_decision_settles_no_answer_of_another_branch_that_it_has_not_seen(tmp_path: Path) -> None:
    """Numbers alone would call Cleo's answer the earlier one, and she would be overruled unheard."""
    opened = begin(tmp_path, items(question()))
    answer(opened, "q", "yes")
    answer(opened, "q", "no", "Ben")
    base = opened.journal.path.read_bytes()
    answer(open_journal(opened.journal.path), "q", "unsure", "Cleo")
    theirs = opened.journal.path.read_bytes()[len(base) :]
    opened.journal.path.write_bytes(base)
    answer(open_journal(opened.journal.path), "q", "yes", "Dan")
    resolve_item(open_journal(opened.journal.path), "q", "yes", by="Eva", role="r", at=AT, reason="seen")
    assert state(opened, "q").state == "answered"
    ours = opened.journal.path.read_bytes()[len(base) :]

    for merged in (ours + theirs, theirs + ours):
        opened.journal.path.write_bytes(base + merged)
        assert state(opened, "q").state == "disputed"

    resolve_item(open_journal(opened.journal.path), "q", "yes", by="Eva", role="r", at=AT, reason="with Cleo's")
    assert state(opened, "q").state == "answered"
    answer(open_journal(opened.journal.path), "q", "unsure", "Cleo")
    assert state(opened, "q").state == "disputed"


@pytest.mark.parametrize("second", ["eva", " Eva ", "EVA", "Ｅｖａ"])
def test_one_person_is_not_two_by_how_the_name_is_written(tmp_path: Path, second: str) -> None:
    """Capitals, blanks, wide letters: the two-person rule is about people. Lines may have been written by hand, too."""
    opened = answered(tmp_path, ONE.replace("sections:", "sign: {people: 2, roles: [owner]}\nsections:"))
    sign(opened)
    status = standing(opened)
    opened.journal.append([Signing(AT, second, "owner", status.digest, dict(status.parts))])

    assert standing(opened).unmet("signed") == ("signed by 1 of the 2 different people it asks for",)


def test_signing_again_in_other_capitals_replaces_the_signature(tmp_path: Path) -> None:
    """Else a lapsed one of the same person would stand there for ever."""
    opened = answered(tmp_path)
    sign(opened)
    answer(opened, "q", "no")
    sign(opened, "EVA")

    assert [(part.by, part.lapsed) for part in standing(opened).signatures] == [("EVA", "")]
    ask(opened, "think", "Eva")
    assert standing(opened).signatures == ()
    sign(opened, "eva")
    assert standing(opened).unmet("signed") == ()


def test_a_signature_in_a_role_that_does_not_sign_counts_for_nothing(tmp_path: Path) -> None:
    """The command refuses it; a line written by hand must not be the second person."""
    opened = answered(tmp_path, ONE.replace("sections:", "sign: {people: 2}\nsections:"))
    sign(opened)
    status = standing(opened)
    opened.journal.append([Signing(AT, "Ida", "intern", status.digest, dict(status.parts))])
    opened.journal.append([ChangeRequest(AT, "Ben", "intern", "no", status.digest, dict(status.parts))])

    status = standing(opened)
    assert status.unmet("signed") == ("signed by 1 of the 2 different people it asks for",)
    assert status.requests == ()
    assert "what Ida said on signing as intern does not count; it is signed by reviewer" in status.notes


def test_a_signature_can_be_withdrawn_and_given_again(tmp_path: Path) -> None:
    """It stays in the file; only what is said last counts."""
    opened = answered(tmp_path)
    with pytest.raises(UsageError, match="nobody has signed it"):
        take_back(opened)
    sign(opened)
    with pytest.raises(UsageError, match=r"Ida \(reviewer\) has given no signature .*Eva \(reviewer\)"):
        take_back(opened, "Ida")
    take_back(opened)

    assert standing(opened).signatures == ()
    assert standing(opened).unmet("signed") == ("not signed by reviewer",)
    assert (lines(opened)[-1]["kind"], lines(opened)[-1]["reason"]) == ("withdraw_signature", "I misread it")
    assert isinstance(opened.journal.read().entries[-1], SignatureWithdrawal)
    with pytest.raises(UsageError, match="no signature that could be withdrawn"):
        take_back(opened)
    sign(opened)
    assert standing(opened).unmet("signed") == ()


def test_who_asked_for_changes_can_take_that_back_without_signing(tmp_path: Path) -> None:
    """And nobody else can do it for them."""
    opened = answered(tmp_path)
    ask(opened, "Think again")
    with pytest.raises(UsageError, match="no signature that could be withdrawn"):
        take_back(opened, "Ida")
    take_back(opened, "EVA")

    assert standing(opened).unmet("signed") == ("not signed by reviewer",)


def test_what_a_person_said_last_on_signing_counts_whatever_order_a_merge_leaves(tmp_path: Path) -> None:
    """On a longer branch Eva signed; later, on a shorter one, she asked for changes. The numbers would say the opposite."""
    opened = answered(tmp_path)
    base = opened.journal.path.read_bytes()
    for given in ("no", "unsure", "yes"):
        answer(open_journal(opened.journal.path), "q", given)
    sign(opened, at="2026-03-01T13:00:00Z")
    ours = opened.journal.path.read_bytes()[len(base) :]
    opened.journal.path.write_bytes(base)
    ask(opened, "Name who can stop it", at="2026-03-01T15:00:00+01:00")
    theirs = opened.journal.path.read_bytes()[len(base) :]

    for merged in (ours + theirs, theirs + ours):
        opened.journal.path.write_bytes(base + merged)
        status = standing(opened)
        assert status.signatures == ()
        assert [part.reason for part in status.requests] == ["Name who can stop it"]


def test_a_merge_that_brings_another_answer_makes_a_signature_lapse_in_either_order(tmp_path: Path) -> None:
    """She signed what she saw."""
    opened = answered(tmp_path)
    base = opened.journal.path.read_bytes()
    sign(opened)
    ours = opened.journal.path.read_bytes()[len(base) :]
    opened.journal.path.write_bytes(base)
    answer(open_journal(opened.journal.path), "q", "yes", "Ben")
    theirs = opened.journal.path.read_bytes()[len(base) :]

    for merged in (ours + theirs, theirs + ours):
        opened.journal.path.write_bytes(base + merged)
        assert standing(opened).unmet("signed") == (
            "the signature of Eva (reviewer) has lapsed: the answers changed since",
        )


def test_nothing_is_signed_while_questions_are_open(tmp_path: Path) -> None:
    """Nor by a role that does not sign."""
    opened = begin(tmp_path, ONE)
    with pytest.raises(UsageError, match="not complete yet: q is unanswered"):
        sign(opened)
    answer(opened, "q", "yes")
    with pytest.raises(UsageError, match="'product' does not sign this checklist"):
        sign(opened, role="product")
    assert standing(opened).signatures == ()


def test_rules_are_signed_by_what_they_ask_not_by_where_they_stand() -> None:
    """A comment in the config moves lines; a loosened limit is another promise."""
    from ethicscheck.model.record import RuleEntry, Subject

    subject = Subject(name="x")

    def rules(**more: object) -> str:
        rule = {"id": "r", "metric": "accuracy", "across": ("a",), "compare": "difference", "max": 0.1, "line": 7}
        entry = RuleEntry(**(rule | more))  # type: ignore[arg-type]
        return record_parts(subject, (), (), (entry, RuleEntry(id="s", max=0.5)))["rules"]

    assert rules() == rules(line=9, why="because")
    assert rules() != rules(max=0.2)
    both = (RuleEntry(id="r"), RuleEntry(id="s"))
    assert record_parts(subject, (), (), both) == record_parts(subject, (), (), both[::-1])
