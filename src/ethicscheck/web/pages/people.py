"""The people of a team: whom the owner invited, with what access, and ending it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ethicscheck.errors import UsageError
from ethicscheck.web.access import LEVELS, Access, Known, Outside, Store, posted, require
from ethicscheck.web.access.given import (
    MOST_DAYS,
    days_given,
    named_role,
    problem_with_name,
    problem_with_role,
    tidy,
)
from ethicscheck.web.site import Site, in_thread, site_of, visitor_of

from .entering import moment

USUAL_DAYS = "7"
ACCESS_WORDS: tuple[tuple[Access, str], ...] = (
    ("reader", "Reader: sees everything, changes nothing"),
    ("answerer", "Answerer: also answers, comments, adds evidence"),
    ("reviewer", "Reviewer: also settles disputes, asks for changes, begins checklists, starts audits"),
    ("approver", "Approver: also signs"),
)
TAKEN = "Somebody of that name is known already: make a new link for them, or write the name so that the two can be told apart."
LOCAL = "People are invited when the server is started with --team; this one serves one machine."


@dataclass(frozen=True)
class InviteForm:
    """What was typed into the form for a new person, and what is wrong with it."""

    name: str = ""
    role: str = ""
    access: str = "answerer"
    days: str = USUAL_DAYS
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PersonRow:
    """An invited person on the page."""

    id: str
    name: str
    role: str
    access: Access
    state: str
    link: str
    ended: bool


async def show(request: Request) -> Response:
    """Show who was invited."""
    require(visitor_of(request), "manage")
    return await _page(request, InviteForm(), 200)


async def invite(request: Request) -> Response:
    """Invite somebody."""
    form = await _managed(request)
    site, store = site_of(request), _store(request)
    roles = await in_thread(site.roles)
    typed = InviteForm(
        tidy(form.get("name")),
        named_role(tidy(form.get("role")), roles),
        tidy(form.get("access")),
        tidy(form.get("days")),
    )
    access, days = _access(typed.access), days_given(typed.days)
    problems = {
        "name": problem_with_name(typed.name),
        "role": problem_with_role(typed.role),
        "access": "" if access else "Choose what they may do.",
        "days": "" if days else f"Write a number of days from 1 to {MOST_DAYS}.",
    }
    if not any(problems.values()) and access is not None and days is not None:
        try:
            person = await in_thread(lambda: store.invite(typed.name, typed.role, access, days))
            return site.go_to(f"/people#{person}")
        except UsageError as error:
            if error.problems[0].where:
                raise
            problems["name"] = TAKEN
    return await _page(request, InviteForm(typed.name, typed.role, typed.access, typed.days, problems), 422)


async def renew(request: Request) -> Response:
    """Make a new link for somebody; the one before it no longer works."""
    form = await _managed(request)
    days = days_given(tidy(form.get("days")))
    if days is None:
        raise HTTPException(422, f"A link lasts from 1 to {MOST_DAYS} days. Go back and write such a number.")
    return await _about(request, form, lambda person: _store(request).invite_again(person, days))


async def change(request: Request) -> Response:
    """Change somebody's role and access."""
    form = await _managed(request)
    roles = await in_thread(site_of(request).roles)
    role, access = named_role(tidy(form.get("role")), roles), _access(tidy(form.get("access")))
    if access is None or problem_with_role(role):
        raise HTTPException(422, problem_with_role(role) or "Choose what they may do.")
    return await _about(request, form, lambda person: _store(request).change(person, role, access))


async def revoke(request: Request) -> Response:
    """End somebody's access at once."""
    form = await _managed(request)
    return await _about(request, form, _store(request).revoke)


async def _about(request: Request, form: FormData, do: Callable[[str], None]) -> Response:
    person = tidy(form.get("person"))
    try:
        await in_thread(lambda: do(person))
    except KeyError:
        raise HTTPException(404, "There is no such person here.") from None
    return site_of(request).go_to(f"/people#{person}")


async def _managed(request: Request) -> FormData:
    form = await posted(request)
    require(visitor_of(request), "manage")
    if not site_of(request).settings.team:
        raise HTTPException(403, LOCAL)
    return form


async def _page(request: Request, form: InviteForm, status: int) -> Response:
    site, store = site_of(request), _store(request)
    outside: Outside = request.state.outside

    def values() -> dict[str, object]:
        return {
            "rows": [_row(site, store, outside, known) for known in store.known()],
            "roles": site.roles(),
            "notes": store.notes,
        }

    return site.render(
        request,
        "people.html.j2",
        status_code=status,
        form=form,
        levels=ACCESS_WORDS,
        most_days=MOST_DAYS,
        usual_days=USUAL_DAYS,
        local="" if site.settings.team else LOCAL,
        **await in_thread(values),
    )


def _row(site: Site, store: Store, outside: Outside, known: Known) -> PersonRow:
    person, invite = known.person, known.invite
    link = ""
    if invite.state == "open":
        link = f"{outside.origin}{site.url('/invite/')}{store.token_for(invite)}"
    words = {
        "open": f"Invited; the link works once, until {moment(invite.expires)}.",
        "used": "Came in." if known.sessions else "Came in earlier; not logged in now.",
        "expired": f"The link expired on {moment(invite.expires)} without being used.",
    }
    state = "Access ended." if known.revoked else words.get(invite.state, "The link was taken back.")
    if known.sessions and not known.revoked:
        state += f" Logged in on {known.sessions} browser{'s' if known.sessions > 1 else ''}."
    return PersonRow(person.id, person.name, person.role, person.access, state, link, known.revoked)


def _access(typed: str) -> Access | None:
    return next((level for level in LEVELS if level == typed), None)


def _store(request: Request) -> Store:
    store: Store = request.state.access
    return store


__all__ = ["change", "invite", "renew", "revoke", "show"]
