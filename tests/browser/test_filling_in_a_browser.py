"""Filling in, in a real browser: saved as it is typed, nothing lost when the network goes away, by the keyboard alone, by several."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from browser_helpers import PHONE, Browsing, Served, checklist, question, settled
from web_helpers import journal_in

pytestmark = pytest.mark.slow

CHECKLIST = """
schema: ethicscheck/checklist/1
id: small
version: "1"
title: Small questions
sections:
  - id: one
    title: Section one
    items:
      - {id: one.a, type: choice, options: {"yes": "Yes", "no": "No"}, text: Is it so?, help: Why.}
      - {id: one.b, type: text, text: How is it so?, help: Why., when: {item: one.a, in: ["yes"]}}
      - {id: one.c, type: text, text: What else?, help: Why., na: {reason_min_chars: 20}}
      - {id: one.d, type: choice, options: {"yes": "Yes", "no": "No"}, text: Is it shown?, help: Why., evidence: {for: ["yes"], min: 1}}
      - id: one.e
        type: table
        text: Who feels what?
        help: Why.
        columns:
          - {id: who, title: Who}
          - {id: feels, title: What they feel}
  - id: two
    title: Section two
    items:
      - {id: two.a, type: text, text: And then?, help: Why., when: {item: one.a, in: ["yes"]}}
      - {id: two.b, type: text, text: And last?, help: Why.}
"""


class Small:
    """The small checklist, served, and people who fill it in."""

    def __init__(self, served: Served, desk: Browsing) -> None:
        self.served = served
        self.desk = desk

    def open(self, page: Any, section: str = "one") -> Any:
        page.goto(f"{checklist(self.served, 'Small questions', page)}/sections/{section}")
        return page

    def values(self, item: str) -> list[Any]:
        lines = self.served.journal("small")
        return [line.get("value") for line in lines if line.get("item") == item and "value" in line]


@pytest.fixture
def small(serve: Callable[..., Served], people: Callable[[Served], Browsing], tmp_path: Path) -> Small:
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "small.yaml").write_text(CHECKLIST)
    journal_in(folder, "small.yaml", "small.answers.jsonl")
    served = serve("--team", folder=folder)
    return Small(served, people(served))


def state(page: Any, item: str) -> Any:
    return question(page, item).locator(".saved")


def saved(page: Any, item: str) -> None:
    expect(state(page, item)).to_contain_text("Saved")


def expect(what: Any) -> Any:
    from playwright.sync_api import expect as expected

    return expected(what)


def test_an_answer_is_saved_as_soon_as_it_is_given_and_is_there_again(small: Small) -> None:
    page = small.open(small.desk.owner())

    question(page, "one.a").get_by_label("No").check()
    saved(page, "one.a")
    text = question(page, "one.c").get_by_label("Your answer")
    text.fill("Nothing.")
    text.blur()
    saved(page, "one.c")
    page.reload()

    expect(question(page, "one.a").get_by_label("No")).to_be_checked()
    expect(text).to_have_value("Nothing.")
    expect(page.locator("#progress")).to_contain_text("2 of 5 answered")
    assert (small.values("one.a"), small.values("one.c")) == (["no"], ["Nothing."])


def test_questions_open_and_close_in_place_and_others_are_told_of(small: Small) -> None:
    page = small.open(small.desk.owner())
    expect(question(page, "one.b")).to_be_hidden()

    question(page, "one.a").get_by_label("Yes").check()
    expect(question(page, "one.b")).to_be_visible()
    expect(page.get_by_text("1 more question opened in")).to_be_visible()
    question(page, "one.b").get_by_label("Your answer").fill("So.")
    question(page, "one.b").get_by_label("Your answer").blur()
    saved(page, "one.b")
    question(page, "one.a").get_by_label("No").check()

    expect(question(page, "one.b")).to_be_hidden()
    assert settled(lambda: small.values("one.a"), lambda found: len(found) == 2, page) == ["yes", "no"]


def test_what_was_typed_without_a_network_is_sent_when_it_is_back(small: Small) -> None:
    page = small.open(small.desk.owner())
    text = question(page, "one.c").get_by_label("Your answer")

    page.context.set_offline(True)
    text.fill("Typed on a train.")
    text.blur()
    question(page, "one.a").get_by_label("No").check()
    expect(page.locator("#saving")).to_contain_text("No connection. 2 answers wait in this browser.")
    assert small.values("one.c") == []
    page.context.set_offline(False)

    saved(page, "one.c")
    saved(page, "one.a")
    expect(page.locator("#saving")).to_be_empty()
    assert (small.values("one.c"), small.values("one.a")) == (["Typed on a train."], ["no"])


def test_what_was_typed_survives_the_server_and_the_tab(small: Small) -> None:
    page = small.open(small.desk.owner())
    address = page.url
    text = question(page, "one.c").get_by_label("Your answer")

    small.served.kill()
    text.fill("Typed while nobody listened.")
    text.blur()
    expect(state(page, "one.c")).to_contain_text("Not saved yet")
    page.close()
    small.served.start(small.served.port)
    page = small.desk._contexts[0].new_page()
    page.goto(address)

    saved(page, "one.c")
    expect(question(page, "one.c").get_by_label("Your answer")).to_have_value("Typed while nobody listened.")
    assert small.values("one.c") == ["Typed while nobody listened."]


def test_a_draft_of_another_page_is_sent_from_wherever_one_is(small: Small) -> None:
    page = small.open(small.desk.owner())
    text = question(page, "one.c").get_by_label("Your answer")
    page.route("**/items/one.c", lambda route: route.abort())
    text.fill("From another page.")
    text.blur()
    expect(state(page, "one.c")).to_contain_text("Not saved yet")

    page.unroute("**/items/one.c")
    page.once("dialog", lambda dialog: dialog.accept())
    page.goto(f"{small.served.url}/")

    assert settled(lambda: small.values("one.c"), bool, page) == ["From another page."]


def test_an_answer_whose_receipt_was_lost_is_neither_doubled_nor_a_conflict(small: Small) -> None:
    page = small.open(small.desk.owner())
    text = question(page, "one.c").get_by_label("Your answer")

    def swallow(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/items/one.c", swallow, times=1)
    text.fill("Once")
    text.blur()
    expect(state(page, "one.c")).to_contain_text("Not saved yet")
    text.fill("Once and more")
    text.blur()

    saved(page, "one.c")
    assert settled(lambda: small.values("one.c"), lambda found: len(found) > 1, page) == ["Once", "Once and more"]


def test_a_slow_answer_does_not_destroy_what_is_typed_meanwhile(small: Small) -> None:
    page = small.open(small.desk.owner())
    text = question(page, "one.c").get_by_label("Your answer")
    held: list[Any] = []
    page.route("**/items/one.c", lambda route: held.append(route), times=1)

    text.fill("First")
    text.blur()
    settled(lambda: list(held), bool, page)
    expect(state(page, "one.c")).to_have_text("Saving…")
    text.focus()
    page.keyboard.press("End")
    page.keyboard.type(" and second")
    page.keyboard.press("ArrowLeft")
    held[0].continue_()
    expect(page.locator("#progress")).to_contain_text("1 of 5 answered")

    expect(text).to_have_value("First and second")
    expect(text).to_be_focused()
    assert text.evaluate("field => field.selectionStart") == len("First and secon")
    text.blur()
    assert settled(lambda: small.values("one.c"), lambda found: len(found) > 1, page) == ["First", "First and second"]


def test_two_windows_of_one_person_let_them_choose(small: Small) -> None:
    page = small.open(small.desk.owner())
    other = small.open(page.context.new_page())
    texts = [question(each, "one.c").get_by_label("Your answer") for each in (page, other)]

    texts[1].fill("There")
    texts[1].blur()
    saved(other, "one.c")
    expect(question(page, "one.c").locator(".news")).to_contain_text("In another window you answered this just now.")
    texts[0].fill("Here")
    texts[0].blur()
    expect(state(page, "one.c")).to_contain_text("choose which of your two answers stands")
    assert small.values("one.c") == ["There"]
    question(page, "one.c").get_by_role("button", name="Keep what I typed here").click()
    saved(page, "one.c")
    assert small.values("one.c") == ["There", "Here"]

    texts[1].fill("There again")
    texts[1].blur()
    question(other, "one.c").get_by_role("link", name="Keep the other answer").click()

    expect(texts[1]).to_have_value("Here")
    assert small.values("one.c") == ["There", "Here"]


def test_others_are_seen_and_what_they_say_is_shown_on_demand(small: Small) -> None:
    ana = small.desk.owner()
    ben = small.open(small.desk.invited(ana, "Ben Okoye", "engineer", "answerer"))
    small.open(ana)

    expect(ana.locator("#here")).to_have_text("Here now: Ben Okoye")
    question(ana, "one.c").get_by_label("Does not apply here").check()
    mine = question(ana, "one.c").get_by_label("Why not")
    mine.fill("Half a reason")  # too short to be saved
    theirs = question(ben, "one.c").get_by_label("Your answer")
    theirs.focus()
    expect(question(ana, "one.c")).to_contain_text("Ben Okoye is answering this.")
    theirs.fill("Ben's words")
    theirs.blur()
    question(ana, "one.c").get_by_role("button", name="Show").click()

    expect(question(ana, "one.c").locator("[data-part=said]")).to_contain_text("Ben's words")
    expect(mine).to_have_value("Half a reason")
    assert small.values("one.c") == ["Ben's words"]
    expect(question(ana, "one.c").locator(".news")).to_have_count(0)


def test_a_session_that_ended_keeps_what_was_typed(small: Small) -> None:
    page = small.open(small.desk.owner())
    page.context.clear_cookies()

    text = question(page, "one.c").get_by_label("Your answer")
    text.fill("After the end.")
    text.blur()

    expect(page.locator("#saving")).to_contain_text("Your session has ended. What you typed is kept in this browser")
    assert any("After the end." in value for value in page.evaluate("Object.values(localStorage)"))


@pytest.mark.parametrize(("status", "words"), [(429, "asks to wait"), (503, "has a problem")])
def test_a_server_that_is_busy_gets_it_later_by_itself(small: Small, status: int, words: str) -> None:
    page = small.open(small.desk.owner())
    text = question(page, "one.c").get_by_label("Your answer")
    asked: list[Any] = []

    def busy(route: Any) -> None:
        asked.append(route)
        if len(asked) == 1:
            route.fulfill(status=status, headers={"Retry-After": "2"}, body="")
        else:
            route.continue_()

    page.route("**/items/one.c", busy)
    text.fill("Later.")
    text.blur()

    expect(state(page, "one.c")).to_contain_text(words)
    saved(page, "one.c")
    assert small.values("one.c") == ["Later."]
    small.desk.faults[:] = [fault for fault in small.desk.faults if "503 at" not in fault]


def test_leaving_throws_drafts_away_only_when_told_to(small: Small) -> None:
    page = small.open(small.desk.owner())
    question(page, "one.c").get_by_label("Does not apply here").check()
    question(page, "one.c").get_by_label("Why not").fill("Too short")
    question(page, "one.c").get_by_label("Why not").blur()
    expect(state(page, "one.c")).to_contain_text("11 more characters")
    asked: list[str] = []

    def answer(dialog: Any) -> None:
        asked.append(dialog.message)
        dialog.accept() if len(asked) > 1 else dialog.dismiss()

    page.on("dialog", answer)
    page.get_by_role("button", name="Leave").click()
    settled(lambda: list(asked), bool, page)
    stayed = page.evaluate("Object.keys(localStorage).length")
    with page.expect_navigation():
        page.get_by_role("button", name="Leave").click()

    assert asked[0].startswith("1 answer is not saved yet.")
    assert (stayed, page.evaluate("Object.keys(localStorage).length")) == (1, 0)


def test_a_table_is_filled_by_keyboard_and_a_row_taken_out_can_come_back(small: Small) -> None:
    page = small.open(small.desk.owner())
    table = question(page, "one.e")

    table.get_by_label("Who", exact=True).focus()
    page.keyboard.type("Ana")
    page.keyboard.press("Tab")
    expect(state(page, "one.e")).to_contain_text("Row 1 still lacks “What they feel”.")
    page.keyboard.type("Joy")
    page.keyboard.press("Enter")
    page.keyboard.type("Ben")
    page.keyboard.press("Enter")
    page.keyboard.type("Doubt")
    table.locator("[data-column]").last.blur()
    both = [{"who": "Ana", "feels": "Joy"}, {"who": "Ben", "feels": "Doubt"}]
    settled(lambda: small.values("one.e"), lambda found: found[-1:] == [both], page)
    table.get_by_role("button", name="Remove row 1").click()
    settled(lambda: small.values("one.e"), lambda found: found[-1:] == [both[1:]], page)
    table.get_by_role("button", name="Put it back").click()

    settled(lambda: small.values("one.e"), lambda found: found[-1:] == [both], page)
    expect(table.get_by_role("group", name="Row 2").get_by_label("Who", exact=True)).to_have_value("Ben")


def test_evidence_is_dropped_on_the_question_and_kept_with_its_digest(small: Small) -> None:
    page = small.open(small.desk.owner())
    shown = question(page, "one.d")

    shown.get_by_label("Yes").check()
    expect(state(page, "one.d")).to_contain_text("needs a piece of evidence")
    expect(shown.get_by_label("Or addresses, one a line")).to_be_visible()
    files = page.evaluate_handle(
        "() => { const made = new DataTransfer();"
        " for (const name of ['a.csv', 'b.csv']) made.items.add(new File(['x'.repeat(2000) + name], name)); return made; }"
    )
    shown.locator("h2").dispatch_event("drop", {"dataTransfer": files})

    saved(page, "one.d")
    expect(shown.locator(".kept")).to_have_count(2)
    expect(shown.locator(".kept").first).to_contain_text("SHA-256")
    expect(shown.locator(".chosen li")).to_have_count(0)
    shown.locator(".kept").first.get_by_label("Take it away").check()
    expect(shown.locator(".kept")).to_have_count(1)
    assert small.values("one.d") == ["yes", "yes"]


def test_a_file_that_is_too_large_is_not_even_sent(small: Small) -> None:
    page = small.open(small.desk.owner())
    page.evaluate("document.getElementById('questions').dataset.most = 1000")
    shown = question(page, "one.d")

    shown.get_by_label("Yes").check()
    shown.locator("[name=file]").set_input_files({"name": "big.bin", "mimeType": "x/y", "buffer": b"x" * 2000})

    expect(shown.get_by_role("alert")).to_contain_text("big.bin has 1.95 kB")
    assert small.values("one.d") == []


def test_all_is_done_by_the_keyboard(small: Small) -> None:
    page = small.open(small.desk.owner())

    page.keyboard.press("n")
    expect(question(page, "one.a")).to_be_focused()
    page.keyboard.press("2")
    saved(page, "one.a")
    page.keyboard.press("n")
    expect(question(page, "one.c")).to_be_focused()
    page.keyboard.press("j")
    expect(question(page, "one.d")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Control+j")
    expect(question(page, "one.c")).to_be_focused()
    question(page, "one.c").get_by_label("Your answer").focus()
    page.keyboard.type("njk?1")
    expect(question(page, "one.c").get_by_label("Your answer")).to_have_value("njk?1")
    page.keyboard.press("Tab")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    saved(page, "one.c")

    assert (small.values("one.a"), small.values("one.c")) == (["no"], ["njk?1"])


def test_without_a_script_everything_is_saved_by_its_button(small: Small) -> None:
    page = small.open(small.desk.same(small.desk.owner(), java_script_enabled=False))

    question(page, "one.a").get_by_label("Yes").check()
    question(page, "one.a").get_by_role("button", name="Save").click()
    expect(question(page, "one.b")).to_be_visible()
    cells = question(page, "one.e").locator("[data-column]")
    for place, words in enumerate(("Ana", "Joy", "Ben", "Doubt")):
        cells.nth(place).fill(words)
    question(page, "one.e").get_by_role("button", name="Save").click()

    expect(cells).to_have_count(8)
    assert small.values("one.a") == ["yes"]
    assert small.values("one.e") == [[{"who": "Ana", "feels": "Joy"}, {"who": "Ben", "feels": "Doubt"}]]


def test_on_a_phone_nothing_is_wider_than_the_screen(small: Small) -> None:
    page = small.open(small.desk.owner(viewport=PHONE))
    question(page, "one.e").get_by_label("Who", exact=True).fill("A person with a name")

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_people_write_stays_text_everywhere(small: Small) -> None:
    ana = small.desk.owner()
    ben = small.open(small.desk.invited(ana, "<b>Ben</b>", "engineer", "answerer"))
    small.open(ana)
    theirs = question(ben, "one.c").get_by_label("Your answer")

    theirs.fill("<img src=x onerror=alert(1)>")
    theirs.blur()
    saved(ben, "one.c")
    question(ana, "one.c").get_by_role("button", name="Show").click()

    expect(question(ana, "one.c").locator("[data-part=said]")).to_contain_text("<img src=x onerror=alert(1)>")
    expect(ana.locator("#here")).to_have_text("Here now: <b>Ben</b>")
    expect(ana.locator("main img, #here b")).to_have_count(0)


def test_what_the_server_refused_is_not_taken_for_saved_when_save_is_pressed_again(small: Small) -> None:
    page = small.open(small.desk.owner())
    one = question(page, "one.c")
    text = one.get_by_label("Your answer")
    one.locator(".evidence summary").click()
    one.get_by_label("Or addresses, one a line").fill("nonsense")
    text.fill("Typed with care.")
    text.blur()
    expect(state(page, "one.c")).to_contain_text("Not saved: ")

    with page.expect_response(lambda answer: "/items/one.c" in answer.url):  # asked again, not passed over
        one.get_by_role("button", name="Save").click()
    expect(state(page, "one.c")).to_contain_text("Not saved: ")
    page.reload()

    expect(text).to_have_value("Typed with care.")
    assert small.values("one.c") == []


def test_a_question_that_was_changed_meanwhile_is_answered_only_once_save_is_pressed(small: Small) -> None:
    page = small.open(small.desk.owner())
    path = small.served.folder / "small.yaml"
    path.write_text(path.read_text().replace("What else?", "What not?"))
    text = question(page, "one.c").get_by_label("Your answer")
    text.fill("Typed for the old one.")
    text.blur()
    expect(state(page, "one.c")).to_contain_text("this question has been changed")
    expect(question(page, "one.c").get_by_role("heading")).to_have_text("What not?")
    assert small.values("one.c") == []

    question(page, "one.c").get_by_role("button", name="Save").click()
    saved(page, "one.c")

    assert small.values("one.c") == ["Typed for the old one."]
