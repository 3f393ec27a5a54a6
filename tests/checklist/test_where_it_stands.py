"""The fold: what answers come to, state by state, and what stands in the way of complete and signed."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from checklist_helpers import (
    AT,
    EVERY_KIND,
    TODAY,
    answer,
    begin,
    items,
    lines,
    measured,
    question,
    standing,
    state,
)

from ethicscheck.checklist.answering import resolve_item, sign_checklist, withdraw_answer
from ethicscheck.checklist.entries import Answer, Resolution
from ethicscheck.checklist.folding import fold
from ethicscheck.checklist.opening import OpenJournal, open_journal
from ethicscheck.checklist.status import Risk
from ethicscheck.errors import JournalError, UsageError

LATER = "2026-03-01T13:00:00Z"


def again(opened: OpenJournal) -> OpenJournal:
    return open_journal(opened.journal.path)


def resolve(opened: OpenJournal, item: str, value: str, role: str = "reviewer") -> None:
    resolve_item(again(opened), item, value, by="Eva", role=role, at=LATER, reason="we looked")


def sign(opened: OpenJournal, by: str = "Eva", role: str = "reviewer") -> None:
    sign_checklist(again(opened), standing(opened), by=by, role=role, at=LATER)


def finish(opened: OpenJournal, by: str = "Ana") -> None:
    """Answer every question of EVERY_KIND."""
    for item, value in {"choice": "no", "multi": "one", "number": "5", "date": "2026-01-01", "scale": "3",
                        "table": '[{"who": "A", "seen": "obs"}]'}.items():  # fmt: skip
        answer(opened, f"a.{item}", value, by)


def test_nothing_answered_is_not_complete(tmp_path: Path) -> None:
    """AI Verify counts blanks as complete; the AIA never reports skipped questions."""
    status = standing(begin(tmp_path))

    assert status.progress() == {"items": 7, "unanswered": 6, "answered": 0, "unsure": 0, "not_applicable": 0,
                                 "hidden": 1, "disputed": 0, "contradicted": 0, "stale": 0}  # fmt: skip
    assert len(status.unmet("complete")) == 6
    assert status.unmet("complete")[0] == "a.choice is unanswered: Is it so?"
    assert status.unmet("none") == ()
    assert "not signed by reviewer" in status.unmet("signed")


def test_unsure_is_shown_and_no_obstacle(tmp_path: Path) -> None:
    """Saying that one does not know is an answer; hiding it is none."""
    opened = begin(tmp_path, items(question()))
    answer(opened, "q", "unsure")

    assert state(opened, "q").state == "unsure"
    assert standing(opened).unmet("complete") == ()


def test_the_latest_answer_of_a_person_counts_and_all_stay(tmp_path: Path) -> None:
    """Changing one's mind is no dispute with oneself, in whatever role."""
    opened = begin(tmp_path)
    answer(opened, "a.choice", "no")
    answer(opened, "a.choice", "yes", role="engineer")

    found = state(opened, "a.choice")
    assert (found.state, found.value) == ("answered", "yes")
    assert [(part.by, part.value) for part in found.answers] == [("Ana", "yes")]
    assert [line["value"] for line in lines(opened)[1:]] == ["no", "yes"]


def test_a_name_written_two_ways_is_one_person(tmp_path: Path) -> None:
    """A blank, or another encoding of the same letters, must not make two people of one."""
    opened = begin(tmp_path)
    answer(opened, "a.choice", "no", "Zoe\u0308  Li")
    answer(opened, "a.choice", "yes", " Zo\u00eb Li")

    assert [(part.by, part.value) for part in state(opened, "a.choice").answers] == [("Zo\u00eb Li", "yes")]


def test_two_who_differ_leave_it_disputed_until_a_role_settles_it(tmp_path: Path) -> None:
    """Both answers stay; the decision carries its reason; only the roles named may decide."""
    opened = begin(tmp_path)
    answer(opened, "a.choice", "no")
    answer(opened, "a.choice", "yes", "Ben", "engineer")
    found = state(opened, "a.choice")
    assert (found.state, found.why, found.value) == ("disputed", "Ana (product): “No”; Ben (engineer): “Yes”", None)

    with pytest.raises(UsageError, match=r"'product' may not settle it .* that is for reviewer"):
        resolve(opened, "a.choice", "yes", "product")
    resolve(opened, "a.choice", "yes")

    found = state(opened, "a.choice")
    assert (found.state, found.value) == ("answered", "yes")
    assert found.settled == "Eva (reviewer) settled it as “Yes”: we looked"
    assert len(found.answers) == 2


def test_a_later_answer_that_differs_disputes_again(tmp_path: Path) -> None:
    """One that agrees with the decision leaves it settled."""
    opened = begin(tmp_path)
    answer(opened, "a.choice", "no")
    answer(opened, "a.choice", "yes", "Ben")
    resolve(opened, "a.choice", "yes")
    answer(opened, "a.choice", "yes", "Cleo")
    assert state(opened, "a.choice").state == "answered"

    answer(opened, "a.choice", "no", "Cleo")

    assert state(opened, "a.choice").state == "disputed"
    assert state(opened, "a.choice").settled == ""


def test_nothing_to_settle_is_said(tmp_path: Path) -> None:
    """A decision ahead of the answers would settle what nobody has said yet."""
    opened = begin(tmp_path)
    answer(opened, "a.choice", "no")
    answer(opened, "a.choice", "no", "Ben")

    with pytest.raises(UsageError, match="no two answers differ"):
        resolve(opened, "a.choice", "yes")


def test_a_dispute_is_not_settled_as_an_answer_that_lacks_its_evidence(tmp_path: Path) -> None:
    """Two people who differ and a third who decides would be the way around every evidence rule."""
    opened = begin(tmp_path, items(question("q", "evidence: {for: [yes], min: 1}")))
    (tmp_path / "a.txt").write_text("a")
    answer(opened, "q", "no")
    answer(opened, "q", "unsure", "Ben")
    with pytest.raises(
        UsageError, match="can't be settled as “Yes”: that needs evidence, and no current answer brings"
    ):
        resolve(opened, "q", "yes")
    opened.journal.append([Resolution(LATER, "Eva", "reviewer", "q", "yes", "because")])
    assert (state(opened, "q").state, "asks for evidence" in state(opened, "q").why) == ("stale", True)

    answer(opened, "q", "yes", "Cleo", evidence=("a.txt",))
    (tmp_path / "a.txt").write_text("b")
    with pytest.raises(UsageError, match="no current answer brings enough"):
        resolve(opened, "q", "yes")
    (tmp_path / "a.txt").write_text("a")
    resolve(opened, "q", "yes")
    assert state(opened, "q").state == "answered"


def test_a_decision_by_a_role_that_may_not_does_not_count(tmp_path: Path) -> None:
    """Whatever tool wrote the line."""
    opened = begin(tmp_path)
    answer(opened, "a.choice", "no")
    answer(opened, "a.choice", "yes", "Ben")
    opened.journal.append([Resolution(LATER, "Zoe", "product", "a.choice", "yes", "because")])

    assert state(opened, "a.choice").state == "disputed"
    assert (
        "a.choice: Zoe settled it as product, which does not count; it is for reviewer to settle"
        in standing(opened).notes
    )


@pytest.mark.parametrize(
    ("item", "one", "other"),
    [("a.text", "so  it\nis", "so it is"), ("a.multi", "one, two", ["two", "one"]), ("a.number", "5", "5.0"), ("a.scale", "5", "always")],
)  # fmt: skip
def test_the_same_answer_in_other_clothes_is_no_dispute(tmp_path: Path, item: str, one: str, other: str) -> None:
    """Blanks, order and the way a number is written do not make two people differ; nor do reasons of an N/A."""
    opened = begin(tmp_path)
    answer(opened, "a.choice", "yes")
    answer(opened, item, one)
    answer(opened, item, other, "Ben")

    assert state(opened, item).state == "answered"


def test_withdrawing_takes_one_answer_out_of_the_fold(tmp_path: Path) -> None:
    """The other person's remains; a later answer counts again."""
    opened = begin(tmp_path)
    answer(opened, "a.choice", "no")
    answer(opened, "a.choice", "yes", "Ben")
    withdraw_answer(again(opened), "a.choice", by="Ana", role="product", at=LATER, reason="mistaken")
    assert (state(opened, "a.choice").state, state(opened, "a.choice").value) == ("answered", "yes")

    with pytest.raises(UsageError, match=r"Ana has given no answer that could be withdrawn .* answered by Ben"):
        withdraw_answer(again(opened), "a.choice", by="Ana", role="product", at=LATER)
    answer(opened, "a.choice", "no")
    assert state(opened, "a.choice").state == "disputed"


def test_hidden_questions_neither_score_nor_gate_and_keep_their_answers(tmp_path: Path) -> None:
    """In the AIA hidden answers go on scoring (#1143); here they come back when the question does."""
    text = items(question("p", "risk: {no: 1}"), question("q", "when: {item: p, in: yes}, risk: {yes: 7}"))
    opened = begin(tmp_path, text)
    answer(opened, "p", "yes")
    answer(opened, "q", "yes")
    assert standing(opened).risk() == {"first": Risk(7, 8)}

    answer(opened, "p", "no")

    found = state(opened, "q")
    assert (found.state, found.why) == ("hidden", "asked only when p is “Yes”; p is “No” (Ana)")
    assert [part.value for part in found.answers] == ["yes"]
    assert standing(opened).risk() == {"first": Risk(1, 1)}
    assert standing(opened).unmet("complete") == ()
    answer(opened, "p", "yes")
    assert state(opened, "q").state == "answered"


def test_a_hidden_parent_counts_as_unanswered(tmp_path: Path) -> None:
    """Else an answer that nobody sees would open questions."""
    text = items(
        question("p"), question("q", "when: {item: p, in: yes}"), question("r", "when: {item: q, in: yes}"),
        question("s", "when: {not: {item: q, in: yes}}"),
    )  # fmt: skip
    opened = begin(tmp_path, text)
    for item, value in (("p", "yes"), ("q", "yes"), ("p", "no")):
        answer(opened, item, value)

    assert state(opened, "r").why == "asked only when q is “Yes”; q is not asked itself"
    assert state(opened, "s").state == "unanswered"


def test_a_disputed_parent_asks_both_ways(tmp_path: Path) -> None:
    """While people differ, neither side's follow-up may be left out."""
    text = items(
        question("p"), question("q", "when: {item: p, in: yes}"), question("r", "when: {not: {item: p, in: yes}}")
    )
    opened = begin(tmp_path, text)
    answer(opened, "p", "yes")
    answer(opened, "p", "no", "Ben")

    assert [part.state for part in standing(opened).items] == ["disputed", "unanswered", "unanswered"]


def test_conditions_look_forward_too_and_combine(tmp_path: Path) -> None:
    """Order in the file makes no difference; all, any and not mean what they say."""
    text = items(
        question("x", "when: {all: [{item: p, in: [yes, unsure]}, {any: [{item: m, in: a}, {not: {item: m, in: b}}]}]}"),
        question("p"), "id: m, type: multi, options: {a: A, b: B}, text: t, help: h",
    )  # fmt: skip
    opened = begin(tmp_path, text)
    found = []
    for item, value in (("p", "unsure"), ("m", "b"), ("m", "a,b"), ("p", "no")):
        answer(opened, item, value)
        found.append(state(opened, "x").state)

    assert found == ["unanswered", "hidden", "unanswered", "hidden"]
    assert state(opened, "x").why == (
        "asked only when (p is “Yes” or “We do not know yet”) and (m is “A” or not (m is “B”)); "
        "p is “No” (Ana) and m is “A; B” (Ana)"
    )  # fmt: skip


def test_not_applicable_needs_leave_and_a_reason_that_is_long_enough(tmp_path: Path) -> None:
    """A reason is required for leaving a question out (CISO Assistant #2221), and shown."""
    opened = begin(tmp_path)
    with pytest.raises(UsageError, match="N/A is not allowed for this question"):
        answer(opened, "a.number", None, na_reason="we do not count")
    with pytest.raises(UsageError, match="at least 10 characters, this one has 2"):
        answer(opened, "a.choice", None, na_reason="no" + " " * 20)
    with pytest.raises(UsageError, match="the reason is blank"):
        answer(opened, "a.choice", None, na_reason="  ")
    assert len(lines(opened)) == 1

    answer(opened, "a.choice", None, na_reason="there is no such thing here")

    found = state(opened, "a.choice")
    assert (found.state, found.why) == ("not_applicable", "there is no such thing here")
    assert state(opened, "a.text").why == "asked only when a.choice is “Yes”; a.choice is N/A (Ana)"
    answer(opened, "a.choice", "no", "Ben")
    assert state(opened, "a.choice").why == "Ana (product): N/A; Ben (product): “No”"


def test_evidence_is_asked_for_where_the_checklist_says(tmp_path: Path) -> None:
    """Of some answers, or of all; never of an N/A."""
    text = items(
        question("q", "evidence: {for: [yes], min: 2}, na: {reason_min_chars: 3}"),
        "id: t, type: text, text: x, help: y, evidence: {min: 1}",
    )
    opened = begin(tmp_path, text)
    with pytest.raises(UsageError, match="needs 2 pieces of evidence"):
        answer(opened, "q", "yes")
    with pytest.raises(UsageError, match="needs 1 more piece of evidence"):
        answer(opened, "q", "yes", evidence=("https://a.org",))
    with pytest.raises(UsageError, match="needs 1 piece of evidence"):
        answer(opened, "t", "words")
    assert len(lines(opened)) == 1

    answer(opened, "q", "no")
    answer(opened, "q", None, na_reason="none")
    answer(opened, "q", "yes", evidence=("https://a.org", "https://b.org"))
    assert state(opened, "q").state == "answered"


def test_stale_when_evidence_is_missing_changed_or_expired(tmp_path: Path) -> None:
    """And fine again when it is back."""
    opened = begin(tmp_path, items(question()))
    (tmp_path / "a.txt").write_text("a")
    answer(opened, "q", "yes", evidence=("a.txt",))
    assert state(opened, "q").state == "answered"

    (tmp_path / "a.txt").write_text("b")
    assert (state(opened, "q").state, state(opened, "q").why) == ("stale", "the evidence a.txt has changed since")
    (tmp_path / "a.txt").unlink()
    assert state(opened, "q").why == "the evidence a.txt is not there"
    assert standing(opened).unmet("complete") == ("q is stale: Is it?",)
    (tmp_path / "a.txt").write_text("a")
    assert state(opened, "q").state == "answered"


def test_stale_when_the_question_means_something_else_now(tmp_path: Path) -> None:
    """Not when the checklist changed elsewhere; answering anew mends it."""
    text = items(question("q"), question("r"))
    opened = begin(tmp_path, text)
    answer(opened, "q", "yes")
    answer(opened, "r", "yes")

    (tmp_path / "c.yaml").write_text(
        text.replace(
            "id: q, type: choice, options: ynu, text: Is it?", "id: q, type: choice, options: ynu, text: Is it really?"
        )
    )

    assert (state(opened, "q").state, state(opened, "q").why) == (
        "stale",
        "the question has changed since it was answered",
    )
    assert state(opened, "r").state == "answered"
    assert "its version (1.10) not" in standing(opened).notes[0]
    answer(again(opened), "q", "yes")
    assert state(opened, "q").state == "answered"


def test_stale_when_it_is_time_to_look_again(tmp_path: Path) -> None:
    """On the last day the answer still stands."""
    opened = begin(tmp_path, items(question(), section="review: {after_days: 30}"))
    answer(opened, "q", "yes")

    day = datetime.date(2026, 3, 31)
    assert state(opened, "q", today=day).state == "answered"
    found = state(opened, "q", today=day + datetime.timedelta(1))
    assert (found.state, found.why) == (
        "stale",
        "last answered on 2026-03-01; it is to be looked at again after 30 days",
    )


def test_stale_when_the_answer_no_longer_fits(tmp_path: Path) -> None:
    """A line made by hand or by another version is shown, not trusted."""
    opened = begin(tmp_path)
    for item, value in (("a.choice", "maybe"), ("a.number", "5"), ("a.scale", 9), ("a.multi", ({"x": 1},))):
        opened.journal.append([Answer(AT, "Ana", "product", item, value)])
    opened.journal.append([Answer(AT, "Ana", "product", "a.date", na_reason="no")])

    assert {part.state for part in standing(opened).items if part.answers} == {"stale"}
    assert state(opened, "a.choice").why.startswith("the answer no longer fits the question: 'maybe' is no answer")
    assert state(opened, "a.date").why == "N/A is not allowed for this question"


@pytest.mark.parametrize(
    ("given", "found", "expected"),
    [("yes", "no", "contradicted"), ("no", "yes", "contradicted"), ("yes", "yes", "answered"), ("yes", "unsure", "answered"),
     ("unsure", "no", "unsure"), ("unsure", "yes", "unsure")],
)  # fmt: skip
def test_a_measurement_that_says_the_opposite_contradicts(
    tmp_path: Path, given: str, found: str, expected: str
) -> None:
    """No answer is overwritten; what the data can't tell contradicts nothing."""
    opened = begin(tmp_path, items(question()))
    answer(opened, "q", given)

    status = state(opened, "q", measured={"q": measured(found)})

    assert status.state == expected
    assert status.answers[0].value == given
    if expected == "contradicted":
        label = {"yes": "Yes", "no": "No"}[given]
        assert status.why == f"answered “{label}”, but measured: the gap is 21 points."


def test_a_contradicted_parent_asks_both_ways(tmp_path: Path) -> None:
    """“Are people told that it works less well for some?” must be asked where the numbers say that it does."""
    text = items(
        question("p"), question("q", "when: {item: p, in: no}"), question("r", "when: {item: p, in: yes}"),
        question("s", "when: {item: p, in: unsure}"),
    )  # fmt: skip
    opened = begin(tmp_path, text)
    answer(opened, "p", "yes")

    def states(found: str) -> list[str]:
        return [item.state for item in standing(opened, measured={"p": measured(found)}).items]

    assert states("no") == ["contradicted", "unanswered", "unanswered", "hidden"]
    assert states("yes") == states("unsure") == ["answered", "hidden", "unanswered", "hidden"]


def test_hidden_goes_before_disputed_before_contradicted_before_stale(tmp_path: Path) -> None:
    """One question, one state: the one that must be dealt with first."""
    text = items(question("p"), question("q", "when: {item: p, in: yes}"), section="review: {after_days: 1}")
    opened = begin(tmp_path, text)
    late, against = datetime.date(2027, 1, 1), {"q": measured("no")}
    answer(opened, "p", "yes")
    answer(opened, "q", "yes")
    found = [state(opened, "q", today=late).state, state(opened, "q", today=late, measured=against).state]
    answer(opened, "q", "no", "Ben")
    found.append(state(opened, "q", today=late, measured=against).state)
    answer(opened, "p", "no")
    found.append(state(opened, "q", today=late, measured=against).state)

    assert found == ["stale", "contradicted", "disputed", "hidden"]


def test_renamed_questions_keep_their_answers(tmp_path: Path) -> None:
    """Over several renamings; the AIA unticks answers when an id changes (#622)."""
    opened = begin(tmp_path, items(question("old")))
    answer(opened, "old", "yes")
    (tmp_path / "c.yaml").write_text(items(question("new")) + "renamed: {old: newer, newer: new}\n")

    assert (state(opened, "new").state, state(opened, "old").item.id) == ("answered", "new")
    withdraw_answer(again(opened), "old", by="Ana", role="product", at=LATER)
    assert state(opened, "new").state == "unanswered"


def test_answers_to_removed_questions_are_kept_and_told(tmp_path: Path) -> None:
    """In CISO Assistant an upgrade deletes them."""
    opened = begin(tmp_path, items(question("p"), question("q")))
    answer(opened, "q", "yes")
    (tmp_path / "c.yaml").write_text(items(question("p")))

    status = standing(opened)
    assert [(part.item, part.answers[0].value) for part in status.removed] == [("q", "yes")]
    assert "answers to questions that are no longer asked are kept: q" in status.notes
    assert len(lines(opened)) == 2


def test_reweighting_risk_touches_no_answer(tmp_path: Path) -> None:
    """In the AIA the weights stand inside the answers' ids, so reweighting breaks saved files."""
    opened = begin(tmp_path, items(question("q", "risk: {yes: 1}")))
    answer(opened, "q", "yes")
    (tmp_path / "c.yaml").write_text(items(question("q", "risk: {yes: 5, no: 6}")))

    assert state(opened, "q").state == "answered"
    assert standing(opened).risk() == {"first": Risk(5, 6)}


def test_risk_of_a_dispute_is_the_gravest_until_it_is_settled(tmp_path: Path) -> None:
    """And what is not answered yet is said, so that nobody takes silence for safety."""
    opened = begin(tmp_path)
    assert standing(opened).risk() == {"first": Risk(0, 3, 1)}
    answer(opened, "a.choice", "no")
    answer(opened, "a.choice", "yes", "Ben")
    assert standing(opened).risk() == {"first": Risk(3, 3)}
    resolve(opened, "a.choice", "yes")
    assert standing(opened).risk() == {"first": Risk(0, 3)}


@pytest.mark.parametrize(
    ("role", "hint"), [("enginer", "did you mean 'engineer'?"), ("intern", "that is for product or engineer")]
)
def test_only_the_roles_named_may_answer(tmp_path: Path, role: str, hint: str) -> None:
    """The error names them."""
    opened = begin(tmp_path)

    with pytest.raises(UsageError) as caught:
        answer(opened, "a.choice", "yes", role=role)

    assert str(caught.value) == f"{role!r} may not answer it (a.choice) — {hint}"


def test_an_answer_by_another_role_that_is_there_counts_and_is_told(tmp_path: Path) -> None:
    """The roles of a checklist may change; nobody's answer is dropped for it."""
    opened = begin(tmp_path)
    opened.journal.append([Answer(AT, "Ina", "intern", "a.choice", "yes")])

    assert state(opened, "a.choice").state == "answered"
    assert "a.choice: Ina answered as intern; it is for product or engineer to answer" in standing(opened).notes


@pytest.mark.parametrize("name", ["", "   ", "\udcff"])
def test_a_nameless_answer_is_refused(tmp_path: Path, name: str) -> None:
    """Every answer is somebody's."""
    with pytest.raises(UsageError, match="the name is"):
        answer(begin(tmp_path), "a.choice", "yes", by=name)


def test_signing_needs_a_complete_checklist_and_the_right_role(tmp_path: Path) -> None:
    """A signature under open questions would mean nothing."""
    opened = begin(tmp_path)
    with pytest.raises(UsageError, match=r"not complete yet: a\.choice is unanswered: Is it so\?, and 5 more"):
        sign(opened)
    finish(opened)
    with pytest.raises(UsageError, match=r"'product' does not sign this checklist .* it is signed by reviewer"):
        sign(opened, role="product")
    assert standing(opened).unmet("signed") == ("not signed by reviewer",)

    sign(opened)

    status = standing(opened)
    assert status.unmet("signed") == ()
    assert [(part.by, part.role, part.lapsed, part.sha256) for part in status.signatures] == [
        ("Eva", "reviewer", "", status.digest)
    ]


def test_a_signature_lapses_when_answers_or_checklist_change_and_says_which(tmp_path: Path) -> None:
    """What was signed is what stands there, to the letter; going back to it makes the signature hold again."""
    opened = begin(tmp_path)
    finish(opened)
    sign(opened)
    text = (tmp_path / "c.yaml").read_text()
    (tmp_path / "c.yaml").write_text(text.replace("help: Why.", "help: Why not."))
    assert standing(opened).unmet("signed") == (
        "the signature of Eva (reviewer) has lapsed: the checklist changed since",
    )

    (tmp_path / "c.yaml").write_text(text)
    assert standing(opened).unmet("signed") == ()
    answer(opened, "a.number", "6")
    assert standing(opened).unmet("signed") == (
        "the signature of Eva (reviewer) has lapsed: the answers changed since",
    )
    sign(opened)
    assert standing(opened).unmet("signed") == ()
    assert len(standing(opened).signatures) == 1


def test_every_role_named_signs_and_anyone_where_none_is(tmp_path: Path) -> None:
    """One signature for each role of any section."""
    anyone = begin(tmp_path, items(question()))
    answer(anyone, "q", "yes")
    assert standing(anyone).unmet("signed") == ("not signed by anyone",)
    sign(anyone, "Zoe", "visitor")
    assert standing(anyone).unmet("signed") == ()

    (tmp_path / "two").mkdir()
    text = (
        items(question(), section="roles: {sign: [reviewer, legal]}")
        + "  - {id: b, title: B, roles: {sign: owner}, items: [{id: z, type: text, text: x}]}"
    )
    opened = begin(tmp_path / "two", text)
    answer(opened, "q", "yes")
    answer(opened, "z", "words")
    sign(opened, "Lea", "legal")
    assert standing(opened).unmet("signed") == ("not signed by reviewer", "not signed by owner")


def test_a_journal_of_another_checklist_is_refused(tmp_path: Path) -> None:
    """Answers to other questions must not pass for these."""
    opened = begin(tmp_path)
    other = begin_other(tmp_path)

    with pytest.raises(JournalError, match="answers the checklist 'small', not 'other'"):
        open_journal(opened.journal.path, other.loaded)


def begin_other(folder: Path) -> OpenJournal:
    (folder / "other").mkdir()
    return begin(folder / "other", EVERY_KIND.replace("id: small", "id: other"))


def test_a_journal_says_when_its_checklist_is_a_newer_version(tmp_path: Path) -> None:
    """So that nobody wonders why answers are stale."""
    opened = begin(tmp_path)
    (tmp_path / "c.yaml").write_text(EVERY_KIND.replace("1.10", "2.0"))

    assert standing(opened).notes == ("begun with version 1.10 of the checklist; this is version 2.0",)


def test_a_long_chain_of_conditions_is_folded_without_recursion(tmp_path: Path) -> None:
    """400 questions each asked only when the one before was, 50 people, 20,000 answers (how fast: benchmarks/)."""
    many = items(question("q0"), *(question(f"q{n}", f"when: {{item: q{n - 1}, in: yes}}") for n in range(1, 400)))
    opened = begin(tmp_path, many)
    entries = [
        Answer(AT, f"P{person}", "product", f"q{n}", "yes", seq=person * 400 + n + 2)
        for person in range(50)
        for n in range(400)
    ]

    status = fold(opened.loaded.checklist, entries, today=TODAY, evidence_problem=lambda _: "", measured={})

    assert status.progress()["answered"] == 400
