"""What every page needs: the settings, the project's files, the templates; and how a page is drawn."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from ethicscheck.provenance import created_now
from ethicscheck.report.answered import measured_by, status_beside

from .access import Person, Store, Visitor, may
from .audit_views import AuditLine
from .drawn import Drawn
from .measured import Beside
from .project import FoundFile, Project
from .records import Records
from .rendering import assets, environment
from .runs.running import Runs
from .saving import Saved, save_answer
from .settings import Settings
from .shelf import Kept, Shelf
from .uploads import evidence_of
from .watching import Watch

if TYPE_CHECKING:
    from starlette.datastructures import UploadFile

    from ethicscheck.checklist.opening import OpenJournal
    from ethicscheck.checklist.reading import LoadedChecklist
    from ethicscheck.checklist.status import ChecklistStatus

    from .filled import Filled

T = TypeVar("T")
NOTHING = Beside()  # where there is no audit of a checklist
MOST_BESIDE = 64
MOST_DRAWN = 64 << 20  # bytes of documents that are kept


class Site:
    """One running app."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.project = Project(settings.folder)
        self.shelf = Shelf(self.project)
        self.records = Records(self.project)
        self.store = Store(self.project.folder)
        self.watch = Watch()
        self.runs = Runs(self.project.folder, made=self.project.forget)
        self.drawn: Drawn[bytes] = Drawn(MOST_DRAWN, len)
        self.seen: Drawn[Any] = Drawn(64, lambda _: 1)
        self.lines: Drawn[AuditLine] = Drawn(1000, lambda _: 1)
        self.listening: Counter[str] = Counter()  # pages that watch an audit being made, of each session
        self._beside: dict[tuple[FoundFile, str], Beside] = {}

    @cached_property
    def title(self) -> str:
        """The name of the folder, for the head of every page."""
        return self.project.folder.name or "ethicscheck"

    def url(self, path: str) -> str:
        """Return the address of a page, behind whatever path the app is served under."""
        return f"{self.settings.root_path.rstrip('/')}{path}"

    def render(self, request: Request, name: str, status_code: int = 200, **values: Any) -> HTMLResponse:
        """Draw a page."""
        return HTMLResponse(self.draw(request, name, **values), status_code)

    def draw(self, request: Request, name: str, **values: Any) -> str:
        """Return a template's text; it knows the visitor, what they may do, and addresses."""
        visitor: Visitor | None = getattr(request.state, "visitor", None)
        person = visitor.person if visitor is not None else None
        return (
            environment()
            .get_template(name)
            .render(
                site=self,
                url=self.url,
                asset=lambda file: self.url(f"/static/{assets()[file]}"),
                here=request.url.path,
                person=person,
                csrf=visitor.csrf if visitor is not None else "",
                may=lambda right: person is not None and may(person, right),
                **values,
            )
        )

    def go_to(self, path: str) -> RedirectResponse:
        """Send the browser to a page with GET."""
        return RedirectResponse(self.url(path), status_code=303)

    def roles(self) -> tuple[str, ...]:
        """Return the roles that the project's checklists name, each once."""
        from ethicscheck.errors import EthicscheckError

        named: dict[str, None] = {}
        for kept in self.shelf.checklists():
            try:
                checklist = self.shelf.loaded(kept).checklist
            except EthicscheckError:
                continue
            for section in checklist.sections:
                named |= dict.fromkeys((*section.roles.answer, *section.roles.resolve, *section.roles.sign))
            named |= dict.fromkeys(checklist.sign.roles)
        return tuple(named)

    def beside(self, kept: Kept, loaded: LoadedChecklist) -> Beside:
        """Return what the newest audit says to a checklist; worked out once for each audit and version of the checklist."""
        read = self.records.latest_with(loaded.checklist.id, kept.system)
        if read is None or read.record is None:
            return NOTHING
        key = (read.file, loaded.sha256)
        found = self._beside.get(key)
        if found is None:
            if len(self._beside) >= MOST_BESIDE:
                self._beside.clear()
            said = measured_by(read.record, read.file.name, loaded.checklist, index=read.index)
            found = self._beside[key] = Beside(read, said)
        return found

    def status(self, kept: Kept) -> tuple[OpenJournal, ChecklistStatus]:
        """Return a checklist's journal as it is now, and where it stands beside what was measured."""
        opened = self.shelf.journal(kept).opened()
        return opened, status_beside(opened, self.beside(kept, opened.loaded).said, today=today())

    def save(self, kept: Kept, item_id: str, filled: Filled, who: Person, files: Sequence[UploadFile]) -> Saved:
        """Save an answer with its evidence; nothing is kept of the files when the answer is refused."""
        live = self.shelf.journal(kept)
        try:
            with evidence_of(live.path, filled.links, files, self.settings.max_upload) as pieces:
                saved = save_answer(live, item_id, filled, who, pieces)
                if saved.outcome in ("conflict", "changed"):
                    raise _NotWritten(saved)
        except _NotWritten as conflict:
            return conflict.saved
        return saved

    def kept(self, request: Request) -> Kept:
        """Return the checklist that an address names; a page that is not there where there is none."""
        from starlette.exceptions import HTTPException

        kept = self.shelf.checklist(request.path_params["key"])
        if kept is None:
            raise HTTPException(404, "There is no such checklist in this folder.")
        return kept


class _NotWritten(Exception):  # noqa: N818 - no fault of anybody's
    """Nothing was written, so the files that came with it are not kept either."""

    def __init__(self, saved: Saved) -> None:
        super().__init__()
        self.saved = saved


def today() -> datetime.date:
    """Return the day."""
    return datetime.date.fromisoformat(created_now()[:10])


def site_of(request: Request) -> Site:
    """Return the app a request is for."""
    site: Site = request.app.state.site
    return site


def visitor_of(request: Request) -> Visitor:
    """Return who asks; the guard has seen to it that there is somebody."""
    visitor: Visitor = request.state.visitor
    return visitor


async def in_thread(work: Callable[[], T]) -> T:
    """Do work that reads files or takes its time without holding up the others."""
    return await to_thread.run_sync(work)


def wants_part(request: Request) -> bool:
    """Return whether the page's script asks, which takes parts of a page instead of a whole one."""
    return request.headers.get("hx-request") == "true"


def no_content() -> Response:
    """Return an answer without content."""
    return Response(status_code=204)


__all__ = ["Site", "in_thread", "no_content", "site_of", "today", "visitor_of", "wants_part"]
