"""Coming in by the printed link, who one is, and a team's second person: in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from browser_helpers import Browsing, Served, say_who

pytestmark = pytest.mark.slow


def test_the_printed_link_asks_who_one_is_and_then_shows_the_project(served: Served, desk: Browsing) -> None:
    page = desk.page()

    page.goto(served.link)
    asked = page.title()
    say_who(page, "Ana Ruiz", "product")

    assert asked.startswith("Who are you?")
    assert page.url == f"{served.url}/"
    assert page.get_by_role("link", name="Ana Ruiz, product").is_visible()
    assert "token" not in page.url


def test_a_used_link_lets_nobody_else_in(served: Served, desk: Browsing) -> None:
    desk.owner()
    other = desk.page()

    answer = other.goto(served.link)

    assert answer.status == 401


def test_a_restarted_server_still_knows_who_was_in(served: Served, desk: Browsing) -> None:
    page = desk.owner()

    served.restart()
    answer = page.goto(f"{served.url}/")

    assert answer.status == 200
    assert page.get_by_role("link", name="Ana Ruiz, product").is_visible()


def test_somebody_invited_comes_in_under_the_name_of_the_invite(
    serve: Callable[..., Served], people: Callable[[Served], Browsing]
) -> None:
    served = serve("--team")
    desk = people(served)
    owner = desk.owner()

    ben = desk.invited(owner, "Ben Okafor", "engineer", "answerer")

    assert ben.locator(".who").inner_text().startswith("Ben Okafor, engineer")
    assert ben.get_by_role("link", name="People").count() == 0


def test_leaving_ends_the_session(served: Served, desk: Browsing) -> None:
    page = desk.owner()

    page.get_by_role("button", name="Leave").click()
    page.wait_for_load_state()
    answer = page.goto(f"{served.url}/")

    assert answer.status == 401


def test_what_goes_wrong_in_a_page_would_be_noticed(served: Served, desk: Browsing) -> None:
    page = desk.owner()

    with page.expect_console_message(lambda said: "Content Security Policy" in said.text):
        page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: '1'}))")
    with page.context.expect_event("weberror"):
        page.evaluate("void setTimeout(() => { throw new Error('it broke'); })")
    noticed = " ".join(desk.faults)
    desk.faults.clear()

    assert "Content Security Policy" in noticed
    assert "it broke" in noticed
