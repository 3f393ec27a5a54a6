"""An audit that is being made: start it, see how far it is, stop it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import anyio
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from ethicscheck.errors import UsageError
from ethicscheck.web.access import posted, require
from ethicscheck.web.project import RECORD
from ethicscheck.web.runs.facts import Run
from ethicscheck.web.site import Site, in_thread, site_of, visitor_of

from .filling import person_of

HEARTBEAT = 15.0
MOST_LISTENING = 100
MOST_OF_ONE = 10
VERDICTS = {"pass": "passes its rules", "fail": "fails its rules", "inconclusive": "is not decided"}


async def start(request: Request) -> Response:
    """Start the audit of a config; lead to the one that is being made already."""
    require(visitor_of(request), "review")
    form = await posted(request)
    site, person, key = site_of(request), person_of(request), form.get("config")
    configs = await in_thread(lambda: site.project.look().configs)
    file = next((file for file in configs if file.key == key), None)
    if file is None:
        raise HTTPException(404, "There is no such config in this folder (any more).")
    try:
        run = await site.runs.start(file.key, file.path, person)
    except UsageError as error:
        problems = [str(problem) for problem in error.problems]
        title = "The audit was not started"
        return site.render(request, "trouble.html.j2", status_code=409, title=title, problems=problems)
    return site.go_to(f"/runs/{run.id}")


async def show(request: Request) -> Response:
    """Show how far an audit is, or what has become of it."""
    require(visitor_of(request), "read")
    site, run = site_of(request), _run(request)
    return site.render(request, "run.html.j2", run=run, words=words(run), link=_link(site, run))


async def stop(request: Request) -> Response:
    """Have an audit let go."""
    require(visitor_of(request), "review")
    await posted(request)
    site, run = site_of(request), _run(request)
    await site.runs.stop(run.id, person_of(request).name)
    return site.go_to(f"/runs/{run.id}")


async def events(request: Request) -> Response:
    """Tell, as events, how far an audit is; ends when the audit has."""
    require(visitor_of(request), "read")
    site, run = site_of(request), _run(request)
    session = visitor_of(request).session
    if site.listening[session] >= MOST_OF_ONE or site.listening.total() >= MOST_LISTENING:
        raise HTTPException(503, "Too many pages watch audits at the moment.")
    headers = {"X-Accel-Buffering": "no"}
    return StreamingResponse(_told(site, run.id, session), media_type="text/event-stream", headers=headers)


async def _told(site: Site, run: str, session: str) -> AsyncIterator[str]:
    """Yield the events; a comment now and then shows a proxy that somebody is there."""
    site.listening[session] += 1
    try:
        last = None
        while (known := site.runs.get(run)) is not None:
            if known is not last:
                yield f"data: {json.dumps(facts(site, known))}\n\n"
                last = known
            if known.ended:
                return
            with anyio.move_on_after(HEARTBEAT) as waiting:
                await site.runs.changed(known)
            if waiting.cancelled_caught:
                yield ": still here\n\n"
    finally:
        site.listening[session] -= 1
        site.listening += Counter()  # whoever has none left is forgotten


def facts(site: Site, run: Run) -> dict[str, Any]:
    """Return what the page's script needs to know."""
    link = _link(site, run)
    return {
        "state": run.state,
        "words": words(run),
        "percent": run.percent,
        "ended": run.ended,
        "link": site.url(link) if link else "",
    }


def words(run: Run) -> str:
    """Return how an audit stands, in words."""
    match run.state:
        case "running":
            return f"{run.doing}{f': {run.percent} %' if run.percent is not None else ''}"
        case "stopping":
            return "Stopping"
        case "stopped":
            return f"Stopped{f' by {run.ended_by}' if run.ended_by else ''}. Nothing was written."
        case "failed":
            return "The audit could not be made. Nothing was written."
        case "done":
            return f"Done: the audit {VERDICTS.get(run.verdict or '', 'was made')}."


def _run(request: Request) -> Run:
    run = site_of(request).runs.get(request.path_params["id"])
    if run is None:
        raise HTTPException(404, "There is no such audit under way; look for it in the list of audits.")
    return run


def _link(site: Site, run: Run) -> str:
    if run.state != "done" or run.folder is None:
        return ""
    return f"/audits/{site.project.key_of(site.project.folder / run.folder / RECORD)}"


__all__ = ["events", "facts", "show", "start", "stop", "words"]
