"""Reports: the audits of the folder, one of them with its documents, two of them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from ethicscheck.errors import RecordError, UsageError
from ethicscheck.model.wording import visible
from ethicscheck.web.access import require
from ethicscheck.web.audit_views import (
    AuditLine,
    audit_line,
    audit_page,
    content_of,
    file_name,
    media_type,
    read_bounded,
    record_of,
    started_by,
)
from ethicscheck.web.project import FoundFile
from ethicscheck.web.site import Site, in_thread, site_of, visitor_of

if TYPE_CHECKING:
    from ethicscheck.comparisons import ComparisonResult
    from ethicscheck.report.since import SinceSection
    from ethicscheck.web.runs.facts import Run
    from ethicscheck.web.shelf import ReadConfig

A_PAGE = 50
# A document of ours holds no script. Should one ever, it could neither run nor see the visitor's session.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'none'; "
    "base-uri 'none'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


@dataclass(frozen=True)
class ConfigLine:
    """A config whose audit can be started."""

    key: str
    name: str
    system: str
    reads: tuple[tuple[str, str], ...]
    code: str
    problems: tuple[str, ...]
    running: str


async def show(request: Request) -> Response:
    """Show the audits of the folder, the newest first."""
    require(visitor_of(request), "read")
    site = site_of(request)
    files = await in_thread(site.records.files)
    page = min(_number(request.query_params.get("page", "")), max(1, -(-len(files) // A_PAGE)))
    lines = await _lines(site, files[(page - 1) * A_PAGE : page * A_PAGE])
    configs = await in_thread(site.shelf.configs)
    return site.render(
        request,
        "audits.html.j2",
        lines=lines,
        configs=[_config(config, site.runs.running(config.file.key)) for config in configs],
        runs=site.runs.all()[:5],
        page=page,
        older=len(files) > page * A_PAGE,
        total=len(files),
    )


async def one(request: Request) -> Response:
    """Show an audit; a record that can't be read says why."""
    require(visitor_of(request), "read")
    site, file = site_of(request), await _file(request)
    journals = await in_thread(lambda: tuple(part.key for part in site.project.look().journals))
    try:
        page: Any = await site.seen.get(("page", file, journals), lambda: audit_page(site, file))
    except RecordError as error:
        problems = [str(problem) for problem in error.problems]
        return site.render(
            request, "trouble.html.j2", status_code=422, title="This audit can’t be read", problems=problems
        )
    return site.render(request, "audit.html.j2", page=page, by=started_by(site.runs.all(), file))


async def report(request: Request) -> Response:
    """Show the report, drawn from the record; it is a page of its own, which the browser's way back leaves."""
    require(visitor_of(request), "read")
    site, file = site_of(request), await _file(request)
    content = await _document(site, file, "html")
    return Response(content, media_type=media_type("report.html"), headers={"Content-Security-Policy": POLICY})


async def download(request: Request) -> Response:
    """Hand out a document of an audit, or the record itself."""
    from ethicscheck.exports import FORMATS, SEALED

    require(visitor_of(request), "read")
    site, file = site_of(request), await _file(request)
    name = request.path_params["format"]
    if name not in FORMATS:
        raise HTTPException(404, "There is no such document.")
    if name == SEALED:
        content = await in_thread(lambda: content_of(file))
    else:
        content = await _document(site, file, name)
    line = await _line(site, file)
    return attachment(content, file_name(line.title, line.created, FORMATS[name].file_name))


async def compare(request: Request) -> Response:
    """Show two audits side by side, and what changed; where two are not yet chosen, choose them."""
    require(visitor_of(request), "read")
    site = site_of(request)
    old, new = await _chosen(request, "old"), await _chosen(request, "new")
    given = [request.query_params.get(name, "") for name in ("old", "new")]
    if (given[0] and old is None) or (given[1] and new is None):
        raise HTTPException(404, "There is no such audit in this folder (any more).")
    values: dict[str, Any] = {"old": given[0], "new": given[1], "section": None, "sides": (), "choices": [], "said": ""}
    if old is not None and new is not None and old != new:
        values["section"] = (await _comparison(site, old, new))[1]
        values["sides"] = tuple(await _lines(site, (old, new), by_date=False))
    else:
        files = await in_thread(site.records.files)
        choices = [line for line in await _lines(site, files[:A_PAGE]) if not line.problem]
        values |= {"choices": choices} | _pair(choices, *given)
        values["said"] = "Choose two different audits." if old is not None and old == new else ""
    return site.render(request, "compare.html.j2", **values)


async def compare_download(request: Request) -> Response:
    """Hand out a comparison as a document."""
    from ethicscheck.exports.comparison import COMPARED

    require(visitor_of(request), "read")
    site, name = site_of(request), request.path_params["format"]
    old, new = await _chosen(request, "old"), await _chosen(request, "new")
    if old is None or new is None or name not in COMPARED:
        raise HTTPException(404, "There is no such comparison.")
    result, section = await _comparison(site, old, new)
    file, draw = COMPARED[name]
    key = ("compared", name, old, new)
    content = await site.drawn.get(key, lambda: draw(result.published, section))
    line = await _line(site, new)
    return attachment(content, file_name(line.title, line.created, file))


def attachment(content: bytes, name: str) -> Response:
    """Return content that a browser saves under a name and never shows."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": POLICY}
    return Response(content, media_type=media_type(name), headers=headers)


async def _file(request: Request) -> FoundFile:
    site, key = site_of(request), request.path_params["key"]
    file = await in_thread(lambda: site.records.file(key))
    if file is None:
        raise HTTPException(404, "There is no such audit in this folder (any more).")
    return file


async def _chosen(request: Request, name: str) -> FoundFile | None:
    site, key = site_of(request), request.query_params.get(name, "")
    return await in_thread(lambda: site.records.file(key)) if key else None


async def _document(site: Site, file: FoundFile, name: str) -> bytes:
    from ethicscheck.exports import render_document

    try:
        return await site.drawn.get((file, name), lambda: render_document(record_of(site, file), name))
    except UsageError as error:
        raise HTTPException(409, " ".join(map(str, error.problems))) from None


async def _comparison(site: Site, old: FoundFile, new: FoundFile) -> tuple[ComparisonResult, SinceSection]:
    from ethicscheck.comparisons import compare as compared

    def make() -> tuple[ComparisonResult, SinceSection]:
        result = compared(record_of(site, old), record_of(site, new))
        return result, result.view

    found: tuple[ComparisonResult, SinceSection] = await site.seen.get(("compare", old, new), make)
    return found


async def _line(site: Site, file: FoundFile) -> AuditLine:
    line: AuditLine = await site.lines.get(file, lambda: audit_line(read_bounded(site, file)))
    return line


async def _lines(site: Site, files: Sequence[FoundFile], by_date: bool = True) -> list[AuditLine]:
    found = [await _line(site, file) for file in files]
    return sorted(found, key=lambda line: line.created, reverse=True) if by_date else found


def _pair(choices: Sequence[AuditLine], old: str, new: str) -> dict[str, str]:
    """Return what is chosen at first: the newest audit where none is named, beside the one of its system before it."""
    later = next((line for line in choices if line.key == new), choices[0] if choices else None)
    if later is None:
        return {}
    others = [line for line in choices if line.key != later.key]
    near = [line for line in others if line.system == later.system]
    before = [line for line in near if line.created <= later.created]
    earlier = next(iter([*before, *near, *others]), later)
    return {"new": later.key, "old": old if any(line.key == old != later.key for line in choices) else earlier.key}


def _config(config: ReadConfig, running: Run | None) -> ConfigLine:
    name = visible(config.file.name)
    if config.loaded is None:
        problems = tuple(map(visible, config.problems))
        return ConfigLine(config.file.key, name, "", (), "", problems, running.id if running else "")
    read = config.loaded.config
    checklists = [visible(used.answers or used.use) for used in read.checklists]
    reads = (
        ("Data", ", ".join(map(visible, read.data.files)) or visible(getattr(read.data.source, "title", ""))),
        ("Answers", ", ".join(checklists)),
        ("Documents", ", ".join(read.outputs)),
    )
    return ConfigLine(
        key=config.file.key,
        name=name,
        system=visible(read.subject.name),
        reads=tuple((what, text) for what, text in reads if text),
        code=", ".join(visible(part.function) for part in read.custom.values()) if read.custom else "",
        problems=(),
        running=running.id if running is not None else "",
    )


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


__all__ = ["attachment", "compare", "compare_download", "download", "one", "report", "show"]
