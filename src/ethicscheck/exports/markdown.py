"""The whole report as Markdown, for where Markdown is read: a repository, a merge request, a wiki.

It is the report's own page, turned round: every part that the page has, in its order and in its words, so the two can't
come to say different things. Drawings become their takeaways and tables, folds stay folds. A page too large for a site to
show keeps its folds' names and says where their tables are.
"""

from __future__ import annotations

from collections.abc import Sequence

from ethicscheck.model.record import AuditRecord

from .html_tree import Element, parse
from .markdown_blocks import Writer
from .markdown_text import escape, slug

MOST_BYTES = 400_000  # GitHub shows files of up to 512 KB


def render(record: AuditRecord) -> bytes:
    """Return the report as Markdown."""
    from ethicscheck.report import render as render_page

    return from_page(render_page(record).decode("utf-8"))


def from_page(page: str) -> bytes:
    """Return a report's page as Markdown."""
    body = next(parse(page).all("body"))
    whole = _write(body, folds=True)
    return whole if len(whole) <= MOST_BYTES else _write(body, folds=False)


def _write(body: Element, folds: bool) -> bytes:
    """Return the page's parts in their order; the list of contents stands after the verdict."""
    writer = Writer(folds)
    for part in body.elements:
        writer.add(part)
        if part.tag == "header":
            writer.blocks.append(_contents([heading.text for heading in body.all("h2")]))
    return ("\n\n".join(writer.blocks) + "\n").encode("utf-8")


def _contents(headings: Sequence[str]) -> str:
    """Return links to the headings; of two alike the second's anchor is numbered, as the sites do it."""
    names = [slug(heading) for heading in headings]
    lines = []
    for place, (heading, name) in enumerate(zip(headings, names, strict=True)):
        again = names[:place].count(name)
        lines.append(f"- [{escape(heading)}](#{name}{f'-{again}' if again else ''})")
    return "\n".join(lines)
