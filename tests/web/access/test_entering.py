"""Coming in by the terminal's link, saying who one is, leaving."""

from __future__ import annotations

from pathlib import Path

import pytest

from web_helpers import Served, csrf_of, serve


@pytest.fixture
def served(tmp_path: Path) -> Served:
    return serve(tmp_path)


def test_the_printed_link_lets_one_in_once_and_is_gone_from_the_address(served: Served) -> None:
    token = served.site.store.new_token()
    client = served.browser()

    came_in = client.get(f"/?token={token}", follow_redirects=False)

    assert (came_in.status_code, came_in.headers["location"]) == (303, "/")
    assert token not in came_in.text
    assert client.get("/who").status_code == 200

    second = served.browser().get(f"/?token={token}")
    assert second.status_code == 401
    assert "used already" in second.text
    assert "start the server again for a new one" in second.text


def test_a_wrong_token_is_refused_with_what_to_do(served: Served) -> None:
    served.site.store.new_token()

    answer = served.browser().get("/?token=guessed")

    assert answer.status_code == 401
    assert "does not open anything" in answer.text


def test_the_used_link_leads_home_in_the_browser_that_used_it(served: Served) -> None:
    token = served.site.store.new_token()
    client = served.browser()
    client.get(f"/?token={token}")

    again = client.get(f"/?token={token}", follow_redirects=False)

    assert (again.status_code, again.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    ("method", "headers"),
    [("HEAD", {}), ("GET", {"Sec-Purpose": "prefetch;prerender"}), ("GET", {"Purpose": "prefetch"})],
)
def test_looking_ahead_does_not_use_the_link_up(served: Served, method: str, headers: dict[str, str]) -> None:
    token = served.site.store.new_token()

    ahead = served.browser().request(method, f"/?token={token}", headers=headers, follow_redirects=False)

    assert ahead.status_code in (401, 503)
    assert "set-cookie" not in ahead.headers
    assert served.browser().get(f"/?token={token}", follow_redirects=False).status_code == 303


def test_until_one_has_said_who_one_is_every_page_asks(served: Served) -> None:
    client = served.browser()
    client.get(f"/?token={served.site.store.new_token()}")

    answer = client.get("/checklists/some?where=else", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, "/who?next=/checklists/some")
    assert client.post("/people/invite", follow_redirects=False).headers["location"] == "/who?next=/"


def test_who_one_is_is_asked_once_and_leads_to_where_one_was_going(served: Served) -> None:
    client = served.browser()
    client.get(f"/?token={served.site.store.new_token()}")
    page = client.get("/who?next=/people").text
    fields = {"csrf": csrf_of(page), "next": "/people", "name": "  Ana \t Ruiz ", "role": "Ethics reviewer"}

    said = client.post("/who", data=fields, follow_redirects=False)

    assert (said.status_code, said.headers["location"]) == (303, "/people")
    assert "Ana Ruiz" in client.get("/people").text
    assert served.site.store.last_owner() == ("Ana Ruiz", "ethics_reviewer")


@pytest.mark.parametrize(
    "elsewhere",
    ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"],
)
def test_nobody_is_led_elsewhere_after_saying_who_they_are(served: Served, elsewhere: str) -> None:
    client = served.owner()
    fields = {"csrf": csrf_of(client.get("/who").text), "next": elsewhere, "name": "Ana", "role": "product"}

    assert client.post("/who", data=fields, follow_redirects=False).headers["location"] == "/"
    assert "evil" not in client.get("/who", params={"next": elsewhere}).text


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "   ", "Write a name"),
        ("name", "x" * 101, "Shorten the name"),
        ("name", "Ana\u202eziuR", "There are characters in the name that can&#39;t be seen"),
        ("role", "", "Write a role"),
    ],
)
def test_what_will_not_do_is_said_beside_its_field_and_nothing_typed_is_lost(
    served: Served, field: str, typed: str, words: str
) -> None:
    client = served.owner()
    fields = {"csrf": csrf_of(client.get("/who").text), "name": "Eva", "role": "product"} | {field: typed}

    answer = client.post("/who", data=fields)

    assert answer.status_code == 422
    assert f'id="{field}-problem">{words}' in answer.text
    assert f"{field}-problem" in answer.text.split(f'id="{field}"')[1].split(">")[0]
    assert ("Eva" in answer.text) is (field != "name")
    assert served.site.store.last_owner()[0] == "Ana Ruiz"


def test_the_owner_can_be_somebody_else_at_any_time(served: Served) -> None:
    client = served.owner()
    page = client.get("/who").text
    assert "Ana Ruiz" in page

    client.post("/who", data={"csrf": csrf_of(page), "name": "Eva Novak", "role": "engineer"})

    assert "Eva Novak" in client.get("/").text


def test_leaving_is_a_post_and_ends_the_session_for_good(served: Served) -> None:
    client = served.owner()
    name = served.site.store.cookie_name
    copied = {"Cookie": f"{name}={client.cookies[name]}"}
    token = csrf_of(client.get("/").text)
    assert client.get("/logout").status_code == 405
    assert client.get("/").status_code == 200

    left = client.post("/logout", data={"csrf": token}, follow_redirects=False)

    assert left.status_code == 303
    assert "Max-Age=0" in left.headers["set-cookie"]
    assert served.browser().get("/", headers=copied).status_code == 401
    assert serve(served.folder).browser().get("/", headers=copied).status_code == 401
    assert client.get("/").status_code == 401


def test_a_session_is_still_open_after_the_server_was_started_again(served: Served) -> None:
    client = served.owner()
    name = served.site.store.cookie_name

    again = serve(served.folder).browser().get("/", headers={"Cookie": f"{name}={client.cookies[name]}"})

    assert again.status_code == 200
    assert "Ana Ruiz" in again.text
