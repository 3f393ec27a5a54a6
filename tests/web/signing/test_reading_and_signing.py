"""The read-through shows all that stands there; what is signed is what was shown, once, by who may."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sign_helpers import Small

from ethicscheck.checklist.entries import Answer, Signing
from ethicscheck.web import signoff
from web_helpers import compas, csrf_of, serve

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path / "project")


def test_what_stands_in_the_way_is_listed_with_where_it_is_mended(small: Small) -> None:
    page = small.person("Rita", "ethics_reviewer", "approver").get(f"{small.base}/read").text

    assert "What stands in the way of signing" in page
    assert f'{small.base}/sections/people#q1">Are people told?' in page
    assert "Nobody has answered this yet; it is for product or engineer to answer." in page
    assert 'action="' + small.base + "/sign" not in page
    assert "2 questions stand in the way" in page


def test_a_hidden_question_says_why_with_the_question_written_out(small: Small) -> None:
    small.answer(small.owner, "p.told", "no")

    page = small.owner.get(f"{small.base}/read").text

    assert "Not asked here, because “Are people told?” is “No” (Olga Owner)." in page
    assert "p.told is" not in page


def test_an_approver_signs_what_is_complete_and_reads_what_they_signed(small: Small) -> None:
    small.complete()
    rita = small.person("Rita", "ethics_reviewer", "approver")

    page = small.sign(rita)

    signed = small.opened().contents.entries[-1]
    assert isinstance(signed, Signing)
    assert (signed.by, signed.role) == ("Rita", "ethics_reviewer")
    assert page.status_code == 200
    assert "You have signed" in page.text
    assert signed.sha256 in page.text
    assert f"Signed by you on {signed.at[:10]} {signed.at[11:16]} UTC" in page.text


def test_a_form_sent_twice_signs_once(small: Small) -> None:
    small.complete()
    rita = small.person("Rita", "ethics_reviewer", "approver")
    form = small.form(rita)

    assert [small.sign(rita, form).status_code for _ in range(3)] == [200, 200, 200]
    assert small.kinds().count("Signing") == 1


def test_a_form_kept_from_before_a_withdrawal_does_not_sign_again(small: Small) -> None:
    small.complete()
    rita = small.person("Rita", "ethics_reviewer", "approver")
    form = small.form(rita)
    small.sign(rita, form)
    rita.post(f"{small.base}/unsign", data={**small.form(rita), "reason": "too early"})

    again = small.sign(rita, form)

    assert again.status_code == 409
    assert small.kinds().count("Signing") == 1


def test_nothing_is_signed_when_an_answer_changed_meanwhile_and_the_page_says_which(small: Small) -> None:
    small.complete()
    rita = small.person("Rita", "ethics_reviewer", "approver")
    form = small.form(rita)
    small.answer(small.owner, "p.who", "Nobody")

    page = small.sign(rita, form)

    assert page.status_code == 409
    assert "Signing" not in small.kinds()
    assert "the answers changed" in page.text
    assert "Olga Owner answered “Nobody”: “Who can object?”" in page.text


def test_nothing_is_signed_when_somebody_asked_for_changes_meanwhile(small: Small) -> None:
    small.complete()
    rita = small.person("Rita", "ethics_reviewer", "approver")
    form = small.form(rita)
    ben = small.person("Ben", "ethics_reviewer", "reviewer")
    ben.post(f"{small.base}/changes", data={**small.form(ben), "reason": "Say who decides"})

    page = small.sign(rita, form)

    assert page.status_code == 409
    assert "Ben asked for changes: Say who decides" in page.text
    assert "Signing" not in small.kinds()


@pytest.mark.parametrize("shown", ["", "answers:0 checklist:0", "answers", SCRIPT])
def test_a_forged_digest_signs_nothing(small: Small, shown: str) -> None:
    small.complete()
    rita = small.person("Rita", "ethics_reviewer", "approver")

    page = small.sign(rita, {**small.form(rita), "shown": shown})

    assert page.status_code == 409
    assert "Signing" not in small.kinds()
    assert SCRIPT not in page.text


@pytest.mark.parametrize("access", ["reader", "answerer", "reviewer"])
def test_who_is_no_approver_does_not_sign_whatever_they_send(small: Small, access: str) -> None:
    small.complete()
    who = small.person("Sly", "ethics_reviewer", access)

    page = small.sign(who)

    assert page.status_code == 403
    assert "Signing" not in small.kinds()
    assert f'action="{small.base}/sign"' not in who.get(f"{small.base}/read").text


def test_a_role_that_does_not_sign_reads_so_and_can_neither_sign_nor_ask(small: Small) -> None:
    small.complete()
    who = small.person("Dev", "engineer", "approver")

    page = who.get(f"{small.base}/read").text

    assert "It is for ethics reviewer to sign; your role here is engineer." in page
    assert small.sign(who).status_code == 422
    assert who.post(f"{small.base}/changes", data={**small.form(who), "reason": "no"}).status_code == 422
    assert small.kinds() == ["Start", "Answer", "Answer"]


def test_what_is_not_complete_is_not_signed(small: Small) -> None:
    small.answer(small.owner, "p.told", "no")
    rita = small.person("Rita", "ethics_reviewer", "approver")

    assert small.sign(rita).status_code == 422
    assert "Signing" not in small.kinds()


def test_nothing_is_signed_unread(small: Small) -> None:
    small.complete()
    rita = small.person("Rita", "ethics_reviewer", "approver")

    page = rita.post(f"{small.base}/sign", data=small.form(rita))

    assert page.status_code == 422
    assert "tick “I have read it” first" in page.text
    assert "Signing" not in small.kinds()


@pytest.mark.parametrize("what", ["sign", "changes", "unsign"])
def test_a_form_without_its_token_is_refused(small: Small, what: str) -> None:
    small.complete()
    rita = small.person("Rita", "ethics_reviewer", "approver")
    form = {name: value for name, value in small.form(rita).items() if name != "csrf"}

    assert rita.post(f"{small.base}/{what}", data={**form, "read": "1", "reason": "so"}).status_code == 403
    assert small.kinds() == ["Start", "Answer", "Answer"]


def test_a_signature_lapses_when_an_answer_changes_and_the_page_names_the_question(small: Small) -> None:
    small.complete()
    rita = small.person("Rita", "ethics_reviewer", "approver")
    small.sign(rita)
    small.answer(small.owner, "p.who", "Nobody")

    page = rita.get(f"{small.base}/read").text

    lapsed = page.partition("Signatures so far")[2]
    assert "Lapsed:" in lapsed
    assert "The answers changed since." in lapsed
    assert f'{small.base}/items/p.who/history">Who can object?' in lapsed
    assert "You have signed" not in page
    assert small.sign(rita).status_code == 200
    assert small.kinds().count("Signing") == 2


def test_changes_are_asked_for_once_with_a_reason_and_taken_back_with_one(small: Small) -> None:
    small.complete()
    ben = small.person("Ben", "ethics_reviewer", "reviewer")
    form = {**small.form(ben), "reason": f"Too short {SCRIPT}"}
    for _ in range(2):
        page = ben.post(f"{small.base}/changes", data=form)

    assert small.kinds().count("ChangeRequest") == 1
    assert "You have asked for changes" in page.text
    assert SCRIPT not in page.text
    assert "Too short &lt;script&gt;" in page.text

    back = {**small.form(ben), "reason": "It was mended"}
    for _ in range(2):
        page = ben.post(f"{small.base}/unsign", data=back)

    assert small.kinds().count("SignatureWithdrawal") == 1
    assert "You have asked for changes" not in page.text


@pytest.mark.parametrize("what", ["changes", "unsign"])
def test_a_blank_reason_is_refused(small: Small, what: str) -> None:
    small.complete()
    rita = small.person("Rita", "ethics_reviewer", "approver")
    small.sign(rita)
    before = small.kinds()

    page = rita.post(f"{small.base}/{what}", data={**small.form(rita), "reason": "  "})

    assert page.status_code == 422
    assert "reason is blank" in page.text
    assert small.kinds() == before


def test_nobody_takes_back_the_signature_of_somebody_else(small: Small) -> None:
    small.complete()
    small.sign(small.person("Rita", "ethics_reviewer", "approver"))
    ben = small.person("Ben", "ethics_reviewer", "approver")

    assert ben.post(f"{small.base}/unsign", data={**small.form(ben), "reason": "hers"}).status_code == 422
    assert "SignatureWithdrawal" not in small.kinds()


def test_what_the_audit_measured_stands_beside_and_its_change_lets_nothing_be_signed(tmp_path: Path) -> None:
    folder = compas(tmp_path)
    served = serve(folder)
    owner = served.owner("Ana Ruiz", "ethics_reviewer")
    kept = next(kept for kept in served.site.shelf.checklists() if "transparency" in kept.name)
    page = owner.get(f"/checklists/{kept.key}/read").text
    asks = dict(re.findall(r'<input type="hidden" name="(csrf|shown|last)" value="([^"]*)"', page))
    assert "Measured: " in page
    assert {"model", "metrics", "rules"} <= {part.partition(":")[0] for part in asks["shown"].split()}

    shown = asks["shown"].replace("metrics:", "metrics:0")
    sent = {**asks, "shown": shown, "reason": "Look at the numbers"}
    answer = owner.post(f"/checklists/{kept.key}/changes", data=sent)

    assert answer.status_code == 409
    assert "the numbers of the audit changed" in answer.text
    assert "Look at the numbers" in answer.text


def test_an_answer_that_the_numbers_deny_stands_out_and_is_in_the_way(tmp_path: Path) -> None:
    served = serve(compas(tmp_path))
    kept = next(kept for kept in served.site.shelf.checklists() if "unintended" in kept.name)
    denied = served.site.status(kept)[1].item("uc.false_alarm")
    assert denied is not None
    assert denied.state == "contradicted"

    page = served.owner().get(f"/checklists/{kept.key}/read").text

    in_the_way, _, below = page.partition('class="read"')
    assert "Contradicted:" in in_the_way
    assert denied.item.text in in_the_way
    assert 'class="item contradicted"' in below
    assert "but measured “no”" in below


def test_without_an_audit_the_page_says_so(small: Small) -> None:
    assert "There is no audit at hand" in small.owner.get(f"{small.base}/read").text


def test_script_in_every_field_comes_out_as_text(small: Small) -> None:
    small.answer(small.owner, "p.told", "no")
    small.answer(small.owner, "p.who", SCRIPT)
    rita = small.person(f"Rita {SCRIPT}"[:60], "ethics_reviewer", "approver")
    small.sign(rita)

    for page in ("read", "items/p.who/settle", "items/p.who/history"):
        text = rita.get(f"{small.base}/{page}").text
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text
    assert any(isinstance(entry, Answer) and entry.value == SCRIPT for entry in small.opened().contents.entries)


def test_the_token_of_the_page_is_that_of_the_session(small: Small) -> None:
    small.complete()
    rita = small.person("Rita", "ethics_reviewer", "approver")
    form = small.form(rita)
    form["csrf"] = csrf_of(small.owner.get("/").text)

    assert small.sign(rita, form).status_code == 403


def test_a_line_written_between_the_look_and_the_signature_is_seen(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.complete()
    rita = small.person("Rita", "ethics_reviewer", "approver")
    form = small.form(rita)
    real, late = signoff.sign_checklist, [True]

    def slowly(*given: object, **named: object) -> object:
        if late.pop() if late else False:
            small.answer(small.owner, "p.who", "Nobody")
        return real(*given, **named)

    monkeypatch.setattr(signoff, "sign_checklist", slowly)

    assert small.sign(rita, form).status_code == 409
    assert "Signing" not in small.kinds()
