"""Two people differ; somebody settles it, having seen both; every line and every comment stays to be read."""

from __future__ import annotations

from pathlib import Path

import pytest
from sign_helpers import Small
from starlette.testclient import TestClient

from ethicscheck.checklist.entries import Comment, Resolution, write_line
from ethicscheck.web import disputes
from ethicscheck.web.site import today

SETTLE, HISTORY = "items/p.told/settle", "items/p.told/history"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path / "project")


def differ(small: Small) -> TestClient:
    """Have two people answer differently; return the second."""
    ben = small.person("Ben", "engineer", "answerer")
    small.answer(small.owner, "p.told", "no")
    small.answer(ben, "p.told", "yes")
    return ben


def settle(small: Small, who: TestClient, choice: str, **more: str):
    form = {**small.form(who, SETTLE), "as": choice, "reason": "We read the letters", **more}
    return who.post(f"{small.base}/{SETTLE}", data=form)


def state(small: Small, item: str = "p.told") -> str:
    found = small.opened().status(today=today()).item(item)
    assert found is not None
    return found.state


def test_the_answers_stand_side_by_side_with_names_and_roles(small: Small) -> None:
    differ(small)

    page = small.person("Rita", "ethics_reviewer", "reviewer").get(f"{small.base}/{SETTLE}").text

    assert "Olga Owner, product" in page
    assert "Ben, engineer" in page
    assert "as Ben said" in page
    assert "Settle it" in page


def test_a_reviewer_settles_it_as_one_of_the_answers_with_a_reason(small: Small) -> None:
    differ(small)
    rita = small.person("Rita", "ethics_reviewer", "reviewer")

    page = settle(small, rita, "3")

    last = small.opened().contents.entries[-1]
    assert isinstance(last, Resolution)
    assert (last.value, last.reason, last.by, len(last.over)) == ("yes", "We read the letters", "Rita", 2)
    assert page.status_code == 200
    assert state(small) == "answered"
    read = rita.get(f"{small.base}/read").text
    assert "Rita (ethics reviewer) settled it as “Yes”: We read the letters." in read
    assert "Rita (ethics reviewer) settled it as “Yes”: We read the letters" in page.text
    assert "ethics_reviewer" not in page.text + read


def test_it_is_settled_as_another_answer_or_as_not_applicable(small: Small) -> None:
    differ(small)
    rita = small.person("Rita", "ethics_reviewer", "reviewer")

    assert settle(small, rita, "na", why_na="Nobody is selected here").status_code == 200
    assert state(small) == "not_applicable"
    assert settle(small, rita, "other", value="no", reason="On second thoughts").status_code == 200
    assert state(small) == "answered"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"as": ""}, "Nothing is chosen"),
        ({"as": "999"}, "changed or taken back meanwhile"),
        ({"as": "other"}, "The other answer is missing"),
        ({"as": "na", "why_na": "short"}, "at least 10 characters"),
        ({"as": "3", "reason": " "}, "reason is blank"),
        ({"as": "other", "value": "perhaps"}, "is no answer"),
    ],
)
def test_what_can_not_be_settled_so_is_refused_and_what_was_written_stays(
    small: Small, sent: dict[str, str], words: str
) -> None:
    differ(small)
    rita = small.person("Rita", "ethics_reviewer", "reviewer")

    page = rita.post(f"{small.base}/{SETTLE}", data={**small.form(rita, SETTLE), "reason": "Kept words", **sent})

    assert page.status_code == 422
    assert words in page.text
    assert ("Kept words" in page.text) == ("reason" not in sent)
    assert "Resolution" not in small.kinds()


def test_a_form_sent_twice_settles_once(small: Small) -> None:
    differ(small)
    rita = small.person("Rita", "ethics_reviewer", "reviewer")
    form = {**small.form(rita, SETTLE), "as": "3", "reason": "Once\r\nonly"}

    sent = [rita.post(f"{small.base}/{SETTLE}", data=form).status_code for _ in range(3)]

    assert sent == [200, 200, 200]
    assert small.kinds().count("Resolution") == 1


def test_nothing_is_settled_when_somebody_answered_meanwhile(small: Small) -> None:
    ben = differ(small)
    rita = small.person("Rita", "ethics_reviewer", "reviewer")
    form = {**small.form(rita, SETTLE), "as": "2", "reason": "As Olga says"}
    small.answer(small.person("Cleo", "engineer", "answerer"), "p.told", "yes")

    page = rita.post(f"{small.base}/{SETTLE}", data=form)

    assert page.status_code == 409
    assert "Cleo answered “Yes”" in page.text
    assert "As Olga says" in page.text
    assert "Resolution" not in small.kinds()
    assert ben.get(f"{small.base}/{SETTLE}").status_code == 200


def test_a_new_answer_after_settling_makes_it_disputed_again_and_the_signature_lapse(small: Small) -> None:
    differ(small)
    small.answer(small.owner, "p.who", "Anybody")
    rita = small.person("Rita", "ethics_reviewer", "approver")
    settle(small, rita, "2")
    assert small.sign(rita).status_code == 200
    small.answer(small.person("Cleo", "engineer", "answerer"), "p.told", "yes")

    page = rita.get(f"{small.base}/read").text

    assert state(small) == "disputed"
    assert "Lapsed:" in page
    assert f'{small.base}/{SETTLE}">Are people told?' in page
    assert "somebody has answered otherwise since" in rita.get(f"{small.base}/{HISTORY}").text.lower()


@pytest.mark.parametrize(
    ("role", "access", "code", "words"),
    [
        ("ethics_reviewer", "answerer", 403, "It takes a reviewer to settle this."),
        ("ethics_reviewer", "reader", 403, "It takes a reviewer to settle this."),
        ("engineer", "approver", 422, "It is for ethics reviewer to settle this; your role here is engineer."),
    ],
)
def test_who_may_not_settle_reads_so_and_settles_nothing(
    small: Small, role: str, access: str, code: int, words: str
) -> None:
    differ(small)
    who = small.person("Sly", role, access)

    assert words in who.get(f"{small.base}/{SETTLE}").text
    assert settle(small, who, "3").status_code == code
    assert "Resolution" not in small.kinds()


def test_who_answered_can_change_their_answer_instead(small: Small) -> None:
    ben = differ(small)

    assert "Change my own answer instead" in ben.get(f"{small.base}/{SETTLE}").text


def test_where_nobody_differs_there_is_nothing_to_settle(small: Small) -> None:
    small.answer(small.owner, "p.told", "no")
    rita = small.person("Rita", "ethics_reviewer", "reviewer")

    assert "there is nothing to settle" in rita.get(f"{small.base}/{SETTLE}").text
    assert settle(small, rita, "2").status_code == 422


def test_every_line_is_told_and_what_no_longer_counts_says_why(small: Small) -> None:
    differ(small)
    small.answer(small.owner, "p.told", "yes")

    page = small.owner.get(f"{small.base}/{HISTORY}").text

    assert page.count('class="line') == 3
    assert "No longer counts: Olga Owner answered anew, no. 4." in page


def test_an_own_earlier_answer_is_put_back_by_the_ordinary_save(small: Small) -> None:
    ben = differ(small)
    small.answer(small.owner, "p.told", "yes")
    assert "Answer so again" not in ben.get(f"{small.base}/{HISTORY}").text
    page = small.owner.get(f"{small.base}/{HISTORY}").text
    assert page.count("Answer so again") == 1
    assert '<input type="hidden" name="value" value="no">' in page

    form = {**small.form(small.owner, HISTORY), "value": "no"}
    assert small.owner.post(f"{small.base}/items/p.told", data=form).status_code == 200

    assert state(small) == "disputed"


def comment(small: Small, who: TestClient, text: str, **more: str):
    return who.post(f"{small.base}/items/p.told/comment", data={**small.form(who, HISTORY), "text": text, **more})


def test_comments_and_replies_are_kept_in_order_with_names(small: Small) -> None:
    ben = small.person("Ben", "engineer", "answerer")
    comment(small, small.owner, "Which letters?")
    first = small.opened().contents.entries[-1]
    assert isinstance(first, Comment)
    comment(small, small.owner, f"And {SCRIPT}")
    page = comment(small, ben, "Those of March", reply_to=str(first.seq)).text

    assert page.index("Which letters?") < page.index("Those of March") < page.index("And &lt;script&gt;")
    assert "Ben, engineer" in page
    assert SCRIPT not in page
    assert state(small) == "unanswered"
    question = small.owner.get(f"{small.base}/sections/people").text
    assert "3 comments, and history" in question
    assert "Ben: “Those of March”" in question


def test_a_comment_sent_twice_is_kept_once_and_the_same_words_later_are_kept_again(small: Small) -> None:
    form = {**small.form(small.owner, HISTORY), "text": "Done?\r\nSay so"}
    for _ in range(3):
        assert small.owner.post(f"{small.base}/items/p.told/comment", data=form).status_code == 200
    assert small.kinds().count("Comment") == 1

    comment(small, small.owner, "Done?\r\nSay so")
    assert small.kinds().count("Comment") == 2


def test_a_reader_does_not_comment(small: Small) -> None:
    reader = small.person("Rea", "product", "reader")

    assert comment(small, reader, "Hello").status_code == 403
    assert "Your comment" not in reader.get(f"{small.base}/{HISTORY}").text
    assert "Comment" not in small.kinds()


@pytest.mark.parametrize("more", [{"text": "  "}, {"text": "Yes", "reply_to": "77"}])
def test_a_comment_that_will_not_do_is_refused(small: Small, more: dict[str, str]) -> None:
    form = {**small.form(small.owner, HISTORY), **more}

    assert small.owner.post(f"{small.base}/items/p.told/comment", data=form).status_code == 422
    assert "Comment" not in small.kinds()


def test_a_comment_leaves_settling_and_signing_as_they_are(small: Small) -> None:
    small.complete()
    rita = small.person("Rita", "ethics_reviewer", "approver")
    form = small.form(rita)
    comment(small, small.owner, "Fine by me")

    assert small.sign(rita, form).status_code == 200
    assert "Signing" in small.kinds()


@pytest.mark.parametrize("page", ["items/none/settle", "items/none/history"])
def test_a_question_that_is_not_there_is_a_page_that_is_not_there(small: Small, page: str) -> None:
    assert small.owner.get(f"{small.base}/{page}").status_code == 404


def test_a_line_written_by_hand_with_a_script_for_an_address_is_no_link(small: Small) -> None:
    from ethicscheck.checklist.entries import Answer, Evidence

    bad = Answer(
        "2026-02-02T00:00:00Z",
        "Mal",
        "engineer",
        "p.told",
        "no",
        evidence=(Evidence(url="javascript:alert(1)"),),
        seq=2,
    )
    small.path.write_bytes(small.path.read_bytes() + write_line(bad))

    for page in (SETTLE, HISTORY, "read"):
        text = small.owner.get(f"{small.base}/{page}").text
        assert "javascript:alert(1)" in text
        assert 'href="javascript:' not in text


def test_a_line_written_between_the_look_and_the_settling_is_seen(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    differ(small)
    rita = small.person("Rita", "ethics_reviewer", "reviewer")
    cleo = small.person("Cleo", "engineer", "answerer")
    form = {**small.form(rita, SETTLE), "as": "2", "reason": "As Olga says"}
    real, late = disputes.resolve_item, [True]

    def slowly(*given: object, **named: object) -> object:
        if late.pop() if late else False:
            small.answer(cleo, "p.told", "yes")
        return real(*given, **named)

    monkeypatch.setattr(disputes, "resolve_item", slowly)

    assert rita.post(f"{small.base}/{SETTLE}", data=form).status_code == 409
    assert "Resolution" not in small.kinds()
