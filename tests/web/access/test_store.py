"""Who is known, invited and logged in, over restarts, second servers and time."""

from __future__ import annotations

from pathlib import Path

import pytest

from ethicscheck.errors import UsageError
from ethicscheck.web.access import Store
from ethicscheck.web.access.ledger import FOLDER

DAY = 24 * 3600
START = 1_800_000_000


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def at_day(monkeypatch: pytest.MonkeyPatch, day: float) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(START + day * DAY)))


def owner_in(store: Store) -> str:
    key = store.redeem_token(store.new_token())
    assert key is not None
    return store.signing.cookie(key)


def invited_in(store: Store, name: str = "Eva") -> tuple[str, str]:
    person = store.invite(name, "ethics_reviewer", "reviewer", 7)
    return person, come_in(store, person)


def token_of(store: Store, person: str) -> str:
    return next(store.token_for(known.invite) for known in store.known() if known.person.id == person)


def come_in(store: Store, person: str) -> str:
    key = store.redeem_invite(token_of(store, person))
    assert key is not None
    return store.signing.cookie(key)


def test_the_terminals_token_works_once_and_a_newer_one_ends_it(store: Store) -> None:
    first, second = store.new_token(), store.new_token()

    assert store.redeem_token(first) is None
    assert store.was_used(first)
    assert store.redeem_token("nonsense") is None
    assert not store.was_used("nonsense")
    assert store.redeem_token(second) is not None
    assert store.redeem_token(second) is None


def test_before_a_token_is_made_nothing_redeems(store: Store) -> None:
    assert store.redeem_token("") is None


def test_a_session_is_there_after_a_restart(tmp_path: Path, store: Store) -> None:
    cookie = owner_in(store)
    visitor = store.visitor(cookie)
    assert visitor is not None
    store.name_owner(visitor.session, "Ana", "product")

    again = Store(tmp_path).visitor(cookie)

    assert again is not None
    assert again.person is not None
    assert (again.person.name, again.person.owner, again.csrf) == ("Ana", True, visitor.csrf)


def test_each_of_the_owners_sessions_has_a_name_of_its_own(store: Store) -> None:
    one, other = owner_in(store), owner_in(store)
    for cookie, name in ((one, "Ana"), (other, "Ben")):
        visitor = store.visitor(cookie)
        assert visitor is not None
        store.name_owner(visitor.session, name, "product")

    assert [store.visitor(cookie).person.name for cookie in (one, other)] == ["Ana", "Ben"]  # type: ignore[union-attr]
    assert store.last_owner() == ("Ben", "product")


def test_coming_in_again_by_the_terminal_keeps_the_name_and_ends_the_session_before(store: Store) -> None:
    cookie = owner_in(store)
    before = store.visitor(cookie)
    assert before is not None
    store.name_owner(before.session, "Ana", "product")

    key = store.redeem_token(store.new_token(), before.session)

    assert key is not None
    after = store.visitor(store.signing.cookie(key))
    assert after is not None
    assert after.person is not None
    assert after.person.name == "Ana"
    assert store.visitor(cookie) is None


def test_a_cookie_signed_elsewhere_or_for_something_else_opens_nothing(tmp_path: Path, store: Store) -> None:
    (tmp_path / "other").mkdir()
    other = Store(tmp_path / "other")
    key = store.redeem_token(store.new_token())
    assert key is not None

    assert store.visitor(other.signing.cookie(key)) is None
    assert store.visitor(store.signing.invite_token(key)) is None
    assert store.visitor(key) is None
    assert store.visitor(store.signing.cookie("made up")) is None
    assert store.visitor("\udcff.") is None


def test_what_is_written_down_opens_no_session(tmp_path: Path, store: Store) -> None:
    cookie = owner_in(store)
    lines = (tmp_path / FOLDER / "people.jsonl").read_text()
    visitor = store.visitor(cookie)
    assert visitor is not None

    assert cookie.split(".")[0] not in lines
    assert visitor.session in lines
    assert store.visitor(store.signing.cookie(visitor.session)) is None


def test_logging_out_ends_that_session_for_good_and_no_other(tmp_path: Path, store: Store) -> None:
    one, other = owner_in(store), owner_in(store)
    visitor = store.visitor(one)
    assert visitor is not None

    store.log_out(visitor.session)

    assert store.visitor(one) is None
    assert store.visitor(other) is not None
    assert Store(tmp_path).visitor(one) is None


def test_a_session_ends_by_itself_after_thirty_days(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at_day(monkeypatch, 0)
    cookie = owner_in(store)

    at_day(monkeypatch, 29.9)
    assert store.visitor(cookie) is not None
    at_day(monkeypatch, 30)
    assert store.visitor(cookie) is None


def test_an_invite_lets_its_person_in_once(store: Store) -> None:
    person = store.invite("Eva", "ethics_reviewer", "reviewer", 7)
    token = token_of(store, person)
    assert store.invited(token).state == "open"

    key = store.redeem_invite(token)

    assert key is not None
    visitor = store.visitor(store.signing.cookie(key))
    assert visitor is not None
    assert visitor.person is not None
    assert (visitor.person.name, visitor.person.access, visitor.person.owner) == ("Eva", "reviewer", False)
    assert store.invited(token).state == "used"
    assert store.redeem_invite(token) is None


def test_an_invite_expires(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    at_day(monkeypatch, 0)
    token = token_of(store, store.invite("Eva", "product", "reader", 2))

    at_day(monkeypatch, 2)

    assert store.invited(token).state == "expired"
    assert store.redeem_invite(token) is None


def test_a_forged_or_cut_invite_is_none(tmp_path: Path, store: Store) -> None:
    token = token_of(store, store.invite("Eva", "product", "reader", 2))
    invite = token.split(".")[0]

    for forged in (invite, token[:-1], f"{invite}.", "", store.signing.cookie(invite), f"{token}x"):
        assert store.invited(forged).state == "forged", forged
        assert store.redeem_invite(forged) is None


def test_a_new_link_ends_the_one_before_and_keeps_the_person(store: Store) -> None:
    person = store.invite("Eva", "product", "reader", 2)
    old = token_of(store, person)

    store.invite_again(person, 5)

    assert store.invited(old).state == "revoked"
    assert store.redeem_invite(old) is None
    assert come_in(store, person)
    assert [known.person.id for known in store.known()] == [person]


def test_revoking_ends_all_sessions_and_the_link_at_once(tmp_path: Path, store: Store) -> None:
    person, cookie = invited_in(store)
    store.invite_again(person, 5)
    second, token = come_in(store, person), ""
    store.invite_again(person, 5)
    token = token_of(store, person)

    store.revoke(person)

    assert [store.visitor(one) for one in (cookie, second)] == [None, None]
    assert store.invited(token).state == "revoked"
    assert store.redeem_invite(token) is None
    assert Store(tmp_path).visitor(cookie) is None


def test_what_another_server_revokes_ends_here_too(tmp_path: Path, store: Store) -> None:
    person, cookie = invited_in(store)

    Store(tmp_path).revoke(person)

    assert store.visitor(cookie) is None


def test_of_two_servers_that_redeem_one_link_only_the_first_lets_in(tmp_path: Path, store: Store) -> None:
    token = token_of(store, store.invite("Eva", "product", "reader", 2))
    other = Store(tmp_path)
    other._catch_up = lambda: None  # type: ignore[method-assign]  # it looks before the first one's line is there

    assert store.redeem_invite(token) is not None
    assert other.redeem_invite(token) is None


def test_a_revoked_person_comes_in_again_by_a_new_link_only(store: Store) -> None:
    person, cookie = invited_in(store)
    store.revoke(person)
    store.invite_again(person, 1)

    assert store.visitor(cookie) is None
    assert store.visitor(come_in(store, person)) is not None


def test_changed_access_holds_from_the_next_look_on(store: Store) -> None:
    person, cookie = invited_in(store)

    store.change(person, "product", "reader")

    visitor = store.visitor(cookie)
    assert visitor is not None
    assert visitor.person is not None
    assert (visitor.person.access, visitor.person.role) == ("reader", "product")


@pytest.mark.parametrize("name", ["Eva", "EVA", "eva ", "\uff25va"])
def test_nobody_is_invited_under_the_name_of_another(store: Store, name: str) -> None:
    person = store.invite("Eva", "product", "reader", 2)
    store.revoke(person)

    with pytest.raises(UsageError, match="already"):
        store.invite(name, "product", "approver", 2)


def test_nobody_is_invited_under_the_owners_name(store: Store) -> None:
    visitor = store.visitor(owner_in(store))
    assert visitor is not None
    store.name_owner(visitor.session, "Ana", "product")

    with pytest.raises(UsageError, match="already"):
        store.invite("ana", "product", "approver", 2)


def test_what_can_not_be_written_still_ends_here(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    person, cookie = invited_in(store)
    (tmp_path / FOLDER / "people.jsonl").unlink()

    with pytest.raises(UsageError, match="can't be written down"):
        store.revoke(person)

    assert store.visitor(cookie) is None


def test_a_clock_that_stands_still_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_day(monkeypatch, 0)

    assert any("stands still" in note for note in Store(tmp_path).notes)
