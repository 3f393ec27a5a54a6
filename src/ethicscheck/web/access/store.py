"""Who is known, invited and logged in: the facts folded into what holds now, looked up at every request."""

from __future__ import annotations

import datetime
import os
import secrets
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from ethicscheck.checklist.people import person_key
from ethicscheck.errors import UsageError
from ethicscheck.provenance import CLOCK, created_now

from .facts import CameIn, Changed, Fact, Invited, LoggedOut, Named, Revoked
from .ledger import Ledger
from .people import Access, Person, Visitor
from .signing import Signing, digest_of, new_key, same

OWNER = "owner"
SESSION_DAYS = 30
TIME = "%Y-%m-%dT%H:%M:%SZ"

InviteState = Literal["open", "used", "expired", "revoked", "forged"]


@dataclass(frozen=True)
class Invite:
    """A link that was made for a person."""

    id: str
    person: str
    at: str
    expires: str
    state: InviteState


@dataclass(frozen=True)
class Session:
    """Somebody who came in; `name` and `role` are what the owner said in this session."""

    id: str
    person: str
    at: str
    name: str = ""
    role: str = ""


@dataclass(frozen=True)
class Found:
    """What has become of an invite's link, and whom it is for; nobody when it is none of ours."""

    state: InviteState
    person: Person | None = None
    expires: str = ""


@dataclass(frozen=True)
class Known:
    """An invited person, with the latest link and the number of sessions that are open."""

    person: Person
    revoked: bool
    invite: Invite
    sessions: int


class Store:
    """People, invites and sessions of one project; safe to use from several threads.

    Parameters
    ----------
    folder : the project's folder.

    Raises
    ------
    UsageError
        When the server's own files are broken.
    """

    def __init__(self, folder: Path) -> None:
        self._ledger = Ledger(folder)
        self.signing = Signing(self._ledger.secret)
        self.cookie_name = f"ethicscheck-{digest_of(str(folder.resolve()))[:8]}"
        self.notes = self._ledger.notes
        if os.environ.get(CLOCK):
            self.notes += (f"{CLOCK} is set: the clock stands still, so neither invites nor sessions expire",)
        self._lock = threading.RLock()
        self._token = ""
        self._spent: set[str] = set()
        self._begin_anew()
        self._catch_up()

    # The terminal's link

    def new_token(self) -> str:
        """Return the token of a new link for the owner; it works once, and the one before no longer does."""
        token = new_key()
        with self._lock:
            if self._token:
                self._spent.add(self._token)
            self._token = digest_of(token)
        return token

    def redeem_token(self, token: str, previous: str = "") -> str | None:
        """Let the owner in by the terminal's link; return the new session's key, or None for a wrong or used token.

        A session of the owner's that the browser had (`previous`) ends; who they said they are is carried over.
        """
        with self._lock:
            if not self._token or not same(digest_of(token), self._token):
                return None
            self._spent.add(self._token)
            self._token = ""
            old = self._sessions.get(previous)
            key = self._come_in(OWNER, "")
            if old is not None and old.person == OWNER:
                if old.name:
                    self._add(Named(created_now(), OWNER, digest_of(key), old.name, old.role))
                self._add(LoggedOut(created_now(), OWNER, OWNER, old.id))
            return key

    def was_used(self, token: str) -> bool:
        """Tell whether a token was right once."""
        with self._lock:
            return digest_of(token) in self._spent

    # Sessions

    def visitor(self, cookie: str) -> Visitor | None:
        """Return whose session a cookie opens; None when it opens none (any more)."""
        key = self.signing.session_key(cookie)
        if key is None:
            return None
        with self._lock:
            self._catch_up()
            session = self._sessions.get(digest_of(key))
            if session is None or _later(session.at, SESSION_DAYS) <= created_now():
                return None
            return Visitor(self._person_in(session), session.id, self.signing.csrf(session.id))

    def is_open(self, session: str) -> bool:
        """Tell whether a session is still open."""
        with self._lock:
            self._catch_up()
            return session in self._sessions

    def is_of(self, session: str, person: str) -> bool:
        """Tell whether a session is somebody's."""
        with self._lock:
            return session in self._sessions and self._sessions[session].person == person

    def name_owner(self, session: str, name: str, role: str) -> None:
        """Write down who the owner is in a session."""
        with self._lock:
            self._add(Named(created_now(), OWNER, session, name, role))

    def last_owner(self) -> tuple[str, str]:
        """Return the name and role that the owner gave last, in whatever session; empty before the first time."""
        with self._lock:
            return self._last_named

    def log_out(self, session: str) -> None:
        """End a session for good."""
        with self._lock:
            ended = self._sessions.get(session)
            if ended is not None:
                self._end(LoggedOut(created_now(), ended.person, ended.person, session))

    # Invited people

    def invite(self, name: str, role: str, access: Access, days: int) -> str:
        """Make somebody known and return their id.

        Raises
        ------
        UsageError
            When somebody of that name is known already.
        """
        with self._lock:
            owner = person_key(self._last_named[0])
            if self.name_of_another(name) or person_key(name) == owner:
                hint = "make a new link for them, or write the name so that the two can be told apart"
                raise UsageError(f"there is somebody called {name!r} already", "", hint)
            person = f"p{secrets.token_hex(6)}"
            self._invite(person, name, role, access, days)
            return person

    def name_of_another(self, name: str) -> bool:
        """Tell whether an invited person goes by a name, however it is written."""
        with self._lock:
            self._catch_up()
            return person_key(name) in {person_key(known.name) for known in self._people.values()}

    def invite_again(self, person: str, days: int) -> None:
        """Make a new link for somebody known; the link before it no longer works.

        Raises
        ------
        KeyError
            When there is no such person.
        """
        with self._lock:
            self._catch_up()
            known = self._people[person]
            self._invite(person, known.name, known.role, known.access, days)

    def change(self, person: str, role: str, access: Access) -> None:
        """Change somebody's role and access; it holds from their next request on.

        Raises
        ------
        KeyError
            When there is no such person.
        """
        with self._lock:
            self._catch_up()
            self._people[person]
            self._add(Changed(created_now(), OWNER, person, role, access))

    def revoke(self, person: str) -> None:
        """End somebody's access at once: their link and their sessions.

        Raises
        ------
        KeyError
            When there is no such person.
        """
        with self._lock:
            self._catch_up()
            self._people[person]
            self._end(Revoked(created_now(), OWNER, person))

    def known(self) -> tuple[Known, ...]:
        """Return everybody who was invited, in the order they were."""
        with self._lock:
            self._catch_up()
            now = created_now()
            open_ones = [one.person for one in self._sessions.values() if _later(one.at, SESSION_DAYS) > now]
            return tuple(
                Known(one, one.id in self._revoked, self._seen(self._latest[one.id]), open_ones.count(one.id))
                for one in self._people.values()
            )

    def token_for(self, invite: Invite) -> str:
        """Return what stands after `/invite/` in the link."""
        return self.signing.invite_token(invite.id)

    def invited(self, token: str) -> Found:
        """Return what has become of an invite's link, and whom it is for."""
        invite = self.signing.invite(token)
        with self._lock:
            self._catch_up()
            found = self._invites.get(invite or "")
            if found is None:
                return Found("forged")
            return Found(self._seen(found).state, self._people[found.person], found.expires)

    def redeem_invite(self, token: str, previous: str = "") -> str | None:
        """Let an invited person in; return the new session's key, or None when the link doesn't work (any more).

        The session that the browser had (`previous`), whosever it was, ends.
        """
        with self._lock:
            found = self.invited(token)
            if found.state != "open" or found.person is None:
                return None
            key = self._come_in(found.person.id, self.signing.invite(token) or "")
            if digest_of(key) not in self._sessions:
                return None
            self.log_out(previous)
            return key

    # Folding

    def _begin_anew(self) -> None:
        self._people: dict[str, Person] = {}
        self._revoked: set[str] = set()
        self._invites: dict[str, Invite] = {}
        self._latest: dict[str, Invite] = {}
        self._sessions: dict[str, Session] = {}
        self._last_named = ("", "")

    def _catch_up(self) -> None:
        self._fold_all(*self._ledger.added())

    def _add(self, fact: Fact) -> None:
        self._fold_all(*self._ledger.add(fact))

    def _end(self, fact: Fact) -> None:
        """Add what ends something: it holds here even when it can't be written."""
        self._fold(fact)
        self._add(fact)

    def _fold_all(self, anew: bool, facts: tuple[Fact, ...]) -> None:
        if anew:
            self._begin_anew()
        for fact in facts:
            self._fold(fact)

    def _fold(self, fact: Fact) -> None:
        match fact:
            case Invited():
                old = self._latest.get(fact.person)
                if old is not None and old.state == "open":
                    self._keep(replace(old, state="revoked"))
                self._revoked.discard(fact.person)
                self._people[fact.person] = Person(fact.person, fact.name, fact.role, fact.access, owner=False)
                self._keep(Invite(fact.invite, fact.person, fact.at, fact.expires, "open"))
            case Changed():
                self._people[fact.person] = replace(self._people[fact.person], role=fact.role, access=fact.access)
            case CameIn():
                invite = self._invites.get(fact.invite)
                if fact.person != OWNER and (invite is None or invite.state != "open"):
                    return  # another server let somebody in by that link, or took it back, a line earlier
                self._sessions[fact.session] = Session(fact.session, fact.person, fact.at)
                if invite is not None:
                    self._keep(replace(invite, state="used"))
            case Named():
                self._last_named = (fact.name, fact.role)
                if fact.session in self._sessions:
                    named = replace(self._sessions[fact.session], name=fact.name, role=fact.role)
                    self._sessions[fact.session] = named
            case LoggedOut():
                self._sessions.pop(fact.session, None)
            case Revoked():
                self._revoked.add(fact.person)
                last = self._latest[fact.person]
                if last.state == "open":
                    self._keep(replace(last, state="revoked"))
                left = {key: one for key, one in self._sessions.items() if one.person != fact.person}
                self._sessions = left

    def _keep(self, invite: Invite) -> None:
        self._invites[invite.id] = invite
        self._latest[invite.person] = invite

    def _seen(self, invite: Invite) -> Invite:
        """Return an invite as it is now: time passes without a line."""
        late = invite.state == "open" and invite.expires <= created_now()
        return replace(invite, state="expired") if late else invite

    def _person_in(self, session: Session) -> Person | None:
        if session.person != OWNER:
            return self._people.get(session.person)
        if not session.name:
            return None
        return Person(OWNER, session.name, session.role, "approver", owner=True)

    def _come_in(self, person: str, invite: str) -> str:
        key = new_key()
        self._add(CameIn(created_now(), person, person, digest_of(key), invite))
        return key

    def _invite(self, person: str, name: str, role: str, access: Access, days: int) -> None:
        now = created_now()
        invite = secrets.token_urlsafe(16)
        self._add(Invited(now, OWNER, invite, person, name, role, access, _later(now, days)))


def _later(at: str, days: int) -> str:
    moment = datetime.datetime.strptime(at, TIME) + datetime.timedelta(days=days)
    return moment.strftime(TIME)


__all__ = ["OWNER", "SESSION_DAYS", "Found", "Invite", "Known", "Store"]
