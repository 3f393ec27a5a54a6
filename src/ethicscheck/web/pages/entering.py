"""Coming in and going out: who the owner is, an invite's link, leaving."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ethicscheck.web.access import Store, let_in, let_out, posted
from ethicscheck.web.access.given import named_role, problem_with_name, problem_with_role, tidy
from ethicscheck.web.access.refusals import refusal
from ethicscheck.web.site import Site, in_thread, site_of, visitor_of

NOT_OPEN = {
    "used": (
        "This link was used already",
        "Each link lets one person in, once.",
        "If you used it yourself, go on in the browser you used then, or ask whoever invited you for a new link. "
        "If it was not you, tell them at once: they can end that access.",
    ),
    "expired": (
        "This link has expired",
        "It was good until {expires}.",
        "Ask whoever invited you for a new one.",
    ),
    "revoked": (
        "This link was taken back",
        "A newer one was made for you, or your access was ended.",
        "Use the newest link you were sent, or ask whoever invited you.",
    ),
    "forged": (
        "This is no invite link of this server",
        "Perhaps a part of it was lost on the way.",
        "Copy the whole link from the message you were sent, or ask for a new one.",
    ),
}


async def who(request: Request) -> Response:
    """Ask the owner for name and role; tell everybody else who they come in as."""
    site, visitor = site_of(request), visitor_of(request)
    store: Store = request.state.access
    if visitor.person is not None:
        name, role = visitor.person.name, visitor.person.role
    else:
        name, role = store.last_owner()
    return await _ask(request, site, name, role, inside(request.query_params.get("next", "/")), {}, 200)


async def say_who(request: Request) -> Response:
    """Take the owner's name and role."""
    form = await posted(request)
    site, visitor = site_of(request), visitor_of(request)
    store: Store = request.state.access
    if visitor.person is not None and not visitor.person.owner:
        raise HTTPException(403, "Your name and role come from your invite; whoever invited you can change the role.")
    roles = await in_thread(site.roles)
    name, role = tidy(form.get("name")), named_role(tidy(form.get("role")), roles)
    there = inside(str(form.get("next", "/")))
    problems = {"name": problem_with_name(name), "role": problem_with_role(role)}
    if not problems["name"] and await in_thread(lambda: store.name_of_another(name)):
        problems["name"] = "Somebody of that name was invited. Write yours so that the two can be told apart."
    if any(problems.values()):
        return await _ask(request, site, name, role, there, problems, 422)
    await in_thread(lambda: store.name_owner(visitor.session, name, role))
    return site.go_to(there)


async def _ask(
    request: Request, site: Site, name: str, role: str, there: str, problems: dict[str, str], status: int
) -> Response:
    roles = await in_thread(site.roles)
    return site.render(
        request,
        "who.html.j2",
        status_code=status,
        known_as=name,
        role=role,
        there=there,
        roles=roles,
        problems=problems,
        first=visitor_of(request).person is None,
    )


async def invited(request: Request) -> Response:
    """Show whom a link lets in; nothing is used up yet, so a preview in a mail program does no harm."""
    return await _show_invite(request, site_of(request))


async def accept(request: Request) -> Response:
    """Let an invited person in."""
    await posted(request)
    site, token = site_of(request), request.path_params["token"]
    store: Store = request.state.access
    key = await in_thread(lambda: store.redeem_invite(token, visitor_of(request).session))
    if key is None:
        return await _show_invite(request, site)
    response = site.go_to("/")
    let_in(response, store, key, site.url(""), request.state.outside)
    return response


async def _show_invite(request: Request, site: Site) -> Response:
    store: Store = request.state.access
    visitor = visitor_of(request)
    nameless = bool(visitor.session) and visitor.person is None
    found = await in_thread(lambda: store.invited(request.path_params["token"]))
    if found.state == "open":
        return site.render(request, "invite.html.j2", invited=found.person, nameless=nameless)
    if found.person is not None and found.person == visitor.person:
        return site.go_to("/")
    title, words, hint = NOT_OPEN[found.state]
    status = 404 if found.state == "forged" else 410
    return refusal(status, words.format(expires=moment(found.expires)), hint, site.url(""), title)


async def leave(request: Request) -> Response:
    """End the session for good."""
    await posted(request)
    site, visitor = site_of(request), visitor_of(request)
    store: Store = request.state.access
    await in_thread(lambda: store.log_out(visitor.session))
    response: RedirectResponse = site.go_to("/")
    let_out(response, store, site.url(""), request.state.outside)
    return response


def inside(address: str) -> str:
    """Return an address when it is one of our own pages, else the start's.

    >>> inside("/checklists/a"), inside("//elsewhere.example"), inside("https://elsewhere.example")
    ('/checklists/a', '/', '/')
    """
    ours = address.startswith("/") and not address.startswith("//") and "\\" not in address and address.isprintable()
    return address if ours else "/"


def moment(at: str) -> str:
    """Return a time as people read it.

    >>> moment("2026-11-23T22:15:00Z")
    '2026-11-23, 22:15 UTC'
    """
    return f"{at[:10]}, {at[11:16]} UTC"


__all__ = ["accept", "inside", "invited", "leave", "moment", "say_who", "who"]
