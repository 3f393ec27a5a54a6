"""A team: inviting, coming in by a link, changing and ending access."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from web_helpers import HOST, Served, csrf_of, serve

START = 1_800_000_000


class Team:
    """An owner's browser, and what the owner does on the page of people."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.owner = served.owner()

    def do(self, what: str, **fields: str) -> object:
        token = csrf_of(self.owner.get("/people").text)
        return self.owner.post(f"/people/{what}", data={"csrf": token, **fields})

    def invite(self, name: str = "Eva Novak", access: str = "answerer", days: str = "7") -> str:
        answer = self.do("invite", name=name, role="engineer", access=access, days=days)
        assert answer.status_code == 200, answer.text  # type: ignore[attr-defined]
        return self.link(name)

    def link(self, name: str) -> str:
        page = self.owner.get("/people").text
        found = re.search(rf"Link for {name}</label> <input[^>]* value=\"([^\"]+)\"", page)
        assert found is not None, "there is no link on the page"
        return found[1].removeprefix(HOST)

    def person(self, name: str) -> str:
        return next(known.person.id for known in self.served.site.store.known() if known.person.name == name)

    def come_in(self, link: str, client: TestClient | None = None) -> TestClient:
        client = client or self.served.browser()
        answer = client.post(link, data={"csrf": csrf_of(client.get(link).text)})
        assert answer.status_code == 200, answer.text
        return client


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(serve(tmp_path, team=True))


def test_a_link_shows_whom_it_lets_in_and_looking_at_it_does_not_use_it_up(team: Team) -> None:
    link = team.invite()
    for method in ("GET", "HEAD", "GET"):
        assert team.served.browser().request(method, link).status_code == 200
    page = team.served.browser().get(link).text
    assert "Eva Novak" in page
    assert "engineer" in page

    client = team.come_in(link)

    assert "Eva Novak" in client.get("/").text


def test_a_link_works_once_and_then_says_so(team: Team) -> None:
    link = team.invite()
    token = csrf_of(team.served.browser().get(link).text)
    team.come_in(link)

    for answer in (team.served.browser().get(link), team.served.browser().post(link, data={"csrf": token})):
        assert answer.status_code == 410
        assert "This link was used already" in answer.text
        assert "set-cookie" not in answer.headers
        assert "Eva" not in answer.text


def test_whoever_came_in_by_a_link_is_led_home_by_it(team: Team) -> None:
    link = team.invite()
    client = team.come_in(link)

    assert client.get(link, follow_redirects=False).headers["location"] == "/"


def test_an_expired_link_says_since_when(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(START))
    team.owner = team.served.owner()
    link = team.invite(days="2")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(START + 2 * 24 * 3600))

    answer = team.served.browser().get(link)

    assert answer.status_code == 410
    assert "2027-01-17, 08:00 UTC" in answer.text
    assert "set-cookie" not in team.served.browser().post(link, data={"csrf": "x"}).headers


def test_a_forged_link_is_told_from_one_that_was_taken_back(team: Team) -> None:
    link = team.invite()
    team.do("revoke", person=team.person("Eva Novak"))

    taken, forged = team.served.browser().get(link), team.served.browser().get(link + "x")

    assert (taken.status_code, forged.status_code) == (410, 404)
    assert "taken back" in taken.text
    assert "no invite link of this server" in forged.text
    assert team.served.folder.name not in taken.text + forged.text


def test_a_new_link_for_the_same_person_ends_the_old_one(team: Team) -> None:
    old = team.invite()
    team.do("link", person=team.person("Eva Novak"), days="3")
    new = team.link("Eva Novak")

    assert team.served.browser().get(old).status_code == 410
    assert "Eva Novak" in team.come_in(new).get("/").text
    assert len(team.served.site.store.known()) == 1


def test_ending_somebodys_access_holds_at_the_next_request(team: Team) -> None:
    client = team.come_in(team.invite())
    assert client.get("/").status_code == 200

    team.do("revoke", person=team.person("Eva Novak"))

    assert client.get("/").status_code == 401
    assert "Access ended." in team.owner.get("/people").text


def test_changed_access_holds_at_the_next_request(team: Team) -> None:
    client = team.come_in(team.invite(access="approver"))
    token = csrf_of(client.get("/").text)
    began = {"csrf": token, "use": "transparency"}
    team.do("change", person=team.person("Eva Novak"), role="Ethics reviewer", access="reader")

    assert client.post("/checklists/begin", data=began).status_code == 403
    assert "ethics reviewer" in client.get("/").text


def test_coming_in_as_another_says_so_and_ends_the_session_before(team: Team) -> None:
    client = team.come_in(team.invite())
    name = team.served.site.store.cookie_name
    before = {"Cookie": f"{name}={client.cookies[name]}"}
    link = team.invite("Ben Okoro")

    page = client.get(link).text
    assert "This browser is logged in as Eva Novak" in page
    team.come_in(link, client)

    assert "Ben Okoro" in client.get("/").text
    assert team.served.browser().get("/", headers=before).status_code == 401


def test_the_owner_is_warned_before_giving_up_the_owners_session(team: Team) -> None:
    link = team.invite()

    assert "only a new link from the terminal lets Ana Ruiz in again" in team.owner.get(link).text


def test_an_invited_person_can_not_be_somebody_else(team: Team) -> None:
    client = team.come_in(team.invite())
    page = client.get("/who").text
    assert "<input id=" not in page

    answer = client.post("/who", data={"csrf": csrf_of(page), "name": "Ana Ruiz", "role": "approver"})

    assert answer.status_code == 403
    assert "Eva Novak" in client.get("/").text


def test_the_owner_can_not_take_an_invited_persons_name(team: Team) -> None:
    team.invite()
    fields = {"csrf": csrf_of(team.owner.get("/who").text), "name": "eva NOVAK", "role": "product"}

    answer = team.owner.post("/who", data=fields)

    assert answer.status_code == 422
    assert "Somebody of that name was invited" in answer.text


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "", "Write a name"),
        ("name", "ana ruiz", "Somebody of that name is known already"),
        ("role", " ", "Write a role"),
        ("access", "king", "Choose what they may do"),
        ("days", "0", "from 1 to 90"),
        ("days", "91", "from 1 to 90"),
        ("days", "٣", "from 1 to 90"),
    ],
)
def test_what_will_not_do_for_an_invite_is_said_beside_its_field(
    team: Team, field: str, typed: str, words: str
) -> None:
    given = {"name": "Eva", "role": "engineer", "access": "reader", "days": "5"} | {field: typed}

    answer = team.do("invite", **given)

    assert answer.status_code == 422  # type: ignore[attr-defined]
    beside = answer.text.split(f'id="{field}-problem"')  # type: ignore[attr-defined]
    assert words in beside[1]
    assert f'aria-describedby="{field}-problem"' in beside[0]
    assert team.served.site.store.known() == ()


@pytest.mark.parametrize("what", ["link", "change", "revoke"])
def test_nobody_unknown_is_changed(team: Team, what: str) -> None:
    answer = team.do(what, person="owner", days="3", role="engineer", access="reader")

    assert answer.status_code == 404  # type: ignore[attr-defined]


@pytest.mark.parametrize("days", ["", "0", "1000", "x"])
def test_a_new_link_needs_a_number_of_days_too(team: Team, days: str) -> None:
    team.invite()

    assert team.do("link", person=team.person("Eva Novak"), days=days).status_code == 422  # type: ignore[attr-defined]


def test_without_team_nobody_is_invited_and_nobody_invited_comes_in(team: Team) -> None:
    came, link = team.come_in(team.invite()), team.invite("Ben Okoro")
    name = team.served.site.store.cookie_name
    cookie = {"Cookie": f"{name}={came.cookies[name]}"}
    alone = serve(team.served.folder)

    assert alone.browser().get("/", headers=cookie).status_code == 401
    assert alone.browser().get(link).status_code == 401
    owner = alone.owner()
    page = owner.get("/people").text
    assert "--team" in page
    assert owner.post("/people/invite", data={"csrf": csrf_of(page)}).status_code == 403


def test_every_step_is_written_down_with_who_did_it(team: Team) -> None:
    client = team.come_in(team.invite())
    client.post("/logout", data={"csrf": csrf_of(client.get("/").text)})
    person = team.person("Eva Novak")
    team.do("revoke", person=person)

    lines = (team.served.folder / ".ethicscheck-web" / "people.jsonl").read_text().splitlines()
    steps = [(re.search(r'"kind":"(\w+)"', line)[1], re.search(r'"by":"(\w+)"', line)[1]) for line in lines]  # type: ignore[index]

    assert steps == [
        ("came_in", "owner"),
        ("named", "owner"),
        ("invited", "owner"),
        ("came_in", person),
        ("logged_out", person),
        ("revoked", "owner"),
    ]
