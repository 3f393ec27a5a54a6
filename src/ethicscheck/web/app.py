"""The app: every page with its address and its handler, and the guard around all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ethicscheck.errors import EthicscheckError

from .access import Guard
from .access.refusals import refusal
from .pages import audits, entering, evidence, filling, history, home, live, people, reading, runs, settling
from .rendering import served
from .runs.running import Runs
from .settings import Settings
from .site import Site, site_of


def create_app(settings: Settings) -> Starlette:
    """Return the app that serves a folder."""
    app = Starlette(
        routes=[
            Route("/", home.show),
            Route("/static/{name}", static),
            Route("/who", entering.who),
            Route("/who", entering.say_who, methods=["POST"]),
            Route("/invite/{token}", entering.invited),
            Route("/invite/{token}", entering.accept, methods=["POST"]),
            Route("/logout", entering.leave, methods=["POST"]),
            Route("/people", people.show),
            Route("/people/invite", people.invite, methods=["POST"]),
            Route("/people/link", people.renew, methods=["POST"]),
            Route("/people/change", people.change, methods=["POST"]),
            Route("/people/revoke", people.revoke, methods=["POST"]),
            Route("/checklists/begin", filling.begin_another, methods=["POST"]),
            Route("/checklists/{key}", filling.overview),
            Route("/checklists/{key}/next", filling.next_question),
            Route("/checklists/{key}/sections/{section}", filling.section),
            Route("/checklists/{key}/items/{item}", filling.question),
            Route("/checklists/{key}/items/{item}", filling.save, methods=["POST"]),
            Route("/checklists/{key}/items/{item}/withdraw", filling.withdraw, methods=["POST"]),
            Route("/checklists/{key}/begin", filling.begin, methods=["POST"]),
            Route("/checklists/{key}/items/{item}/settle", settling.show),
            Route("/checklists/{key}/items/{item}/settle", settling.decide, methods=["POST"]),
            Route("/checklists/{key}/items/{item}/history", history.show),
            Route("/checklists/{key}/items/{item}/comment", history.comment, methods=["POST"]),
            Route("/checklists/{key}/read", reading.read),
            Route("/checklists/{key}/sign", reading.sign_it, methods=["POST"]),
            Route("/checklists/{key}/changes", reading.changes, methods=["POST"]),
            Route("/checklists/{key}/unsign", reading.unsign, methods=["POST"]),
            Route("/checklists/{key}/evidence/{path:path}", evidence.download),
            Route("/checklists/{key}/events", live.events),
            Route("/checklists/{key}/here", live.here, methods=["POST"]),
            Route("/audits", audits.show),
            Route("/audits/{key}", audits.one),
            Route("/audits/{key}/report", audits.report),
            Route("/audits/{key}/download/{format}", audits.download),
            Route("/compare", audits.compare),
            Route("/compare/download/{format}", audits.compare_download),
            Route("/runs", runs.start, methods=["POST"]),
            Route("/runs/{id}", runs.show),
            Route("/runs/{id}/events", runs.events),
            Route("/runs/{id}/stop", runs.stop, methods=["POST"]),
        ],
        exception_handlers={HTTPException: _refused, EthicscheckError: _trouble},
        lifespan=_lifespan,
    )
    site = app.state.site = Site(settings)
    app.add_middleware(Guard, settings=settings, store=site.store)
    return app


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    running: Runs = app.state.site.runs
    await running.remember()
    try:
        yield
    finally:
        await running.close()


async def static(request: Request) -> Response:
    """Return a file that pages load; its name changes with its content, so it may be kept for ever."""
    found = served(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    return Response(found[0], media_type=found[1], headers={"Cache-Control": "public, max-age=31536000, immutable"})


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if not request.state.visitor.session:  # strangers learn nothing of the project
        hint = "Go back and try again."
        return refusal(error.status_code, error.detail, hint, request.scope["root_path"])
    titles = {403: "That is not for you to do", 404: "There is no such page", 405: "That can't be done here"}
    answer = site_of(request).render(
        request,
        "trouble.html.j2",
        status_code=error.status_code,
        title=titles.get(error.status_code, "That did not work"),
        problems=[error.detail] if error.detail else [],
    )
    answer.headers.update(error.headers or {})
    return answer


async def _trouble(request: Request, error: Exception) -> Response:
    assert isinstance(error, EthicscheckError)
    return site_of(request).render(
        request,
        "trouble.html.j2",
        status_code=422,
        title="A file needs mending first",
        problems=[str(problem) for problem in error.problems],
    )


__all__ = ["create_app"]
