"""The form as one HTML page that works without a network: filled in in a browser, saved there, downloaded as JSON.

The page carries the answers it was made from as JSON; that, and never what a browser shows, is what is read back. Its
policy lets nothing run but its own script, and nothing be loaded at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import lru_cache
from html.parser import HTMLParser
from importlib import resources
from typing import TYPE_CHECKING, Any

from ethicscheck.checklist.conditions import parents_first
from ethicscheck.checklist.definition import Checklist, Item
from ethicscheck.checklist.entries import Evidence
from ethicscheck.checklist.kinds import KINDS, choices_of, show_value
from ethicscheck.checklist.rules import NOT_APPLICABLE, chosen
from ethicscheck.model.wording import visible

from . import json_form
from .problems import refused
from .rows import Form, Row
from .wording import notes

if TYPE_CHECKING:
    from jinja2.sandbox import SandboxedEnvironment

_ANSWERS = "answers"
ENGLISH = "en"


def write(form: Form, checklist: Checklist) -> str:
    """Return the form as an HTML page."""
    from markupsafe import Markup

    content = json_form.content_of(form)
    places = {item.id: item for _, item in checklist.items()}
    given: dict[str, list[dict[str, Any]]] = {name: [] for name in places}
    gone: list[dict[str, Any]] = []
    for row in form.rows:
        name = checklist.current_id(row.item)
        if row.digest:
            given.get(name, gone).append(_given(row, places.get(name), checklist))
    style, script = _file("form.css"), _file("form.js")
    page = _environment().get_template("form.html.j2")
    return page.render(
        checklist=checklist,
        version=form.version,
        language=form.language or ENGLISH,
        sections=[
            {
                "title": section.title,
                "intro": section.intro or "",
                "questions": [_question(item, checklist, given[item.id]) for item in section.items],
            }
            for section in checklist.sections
        ],
        gone=gone,
        roles=list(dict.fromkeys(role for section in checklist.sections for role in section.roles.answer)),
        answers=Markup(_embedded(content)),  # noqa: S704  # JSON without <, > and &
        questions=Markup(_embedded(_questions(form, checklist, content))),  # noqa: S704
        style=Markup(style),  # noqa: S704  # our own files
        script=Markup(script),  # noqa: S704
        style_digest=_digest(style),
        script_digest=_digest(script),
    )


def _question(item: Item, checklist: Checklist, given: list[dict[str, Any]]) -> dict[str, Any]:
    widget = KINDS[item.type].widget
    return {
        "id": item.id,
        "text": item.text,
        "help": paragraphs(item.help or ""),
        "notes": notes(item, checklist, labels=True),
        "widget": "long" if item.type == "text" else item.type if item.type in ("number", "date") else widget,
        "example": KINDS[item.type].example(item),
        "choices": list(choices_of(item, checklist).items()),
        "columns": [
            {"id": column.id, "title": column.title, "options": list((column.options or {}).items())}
            for column in item.columns
        ],
        "na": item.na.reason_min_chars if item.na is not None else 0,
        "given": given,
    }


# “Why: …”, “A good answer: …”, “Evidence: …”: a sentence that begins with a few words and a colon begins a paragraph.
_LABELLED = re.compile(r"(?<=[.!?”»])\s+(?=[^\W\d_a-zà-ÿ][^.:!?,;\n]{2,24}\s?: )")


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a help.

    >>> paragraphs("Why: so. A good answer: yes. Evidence: notes: many.")
    ['Why: so.', 'A good answer: yes.', 'Evidence: notes: many.']
    """
    return [part for line in text.splitlines() for part in _LABELLED.split(line) if part.strip()]


def _given(row: Row, item: Item | None, checklist: Checklist) -> dict[str, Any]:
    """Return an answer of the journal in words."""
    if row.na_reason:
        said = f"{NOT_APPLICABLE}: {row.na_reason}"
    else:
        said = show_value(row.answer, item, checklist) if item is not None else str(row.answer)
    return {
        "who": visible(f"{row.by} ({row.role}), {row.at[:10]}"),
        "said": [visible(line) for line in said.splitlines()],
        "settled": visible(row.settled),
        "comment": [visible(line) for line in row.comment.splitlines()],
        "evidence": [_shown(piece) for piece in row.evidence],
        "item": visible(row.item) if item is None else "",
    }


def _shown(piece: Evidence) -> str:
    return visible(piece.name)


def _questions(form: Form, checklist: Checklist, content: Any) -> dict[str, Any]:
    """Return what the page's script must know: when each question is asked, what was said so far, what an answer must bring."""
    key = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
    given: dict[str, list[list[str]]] = {}
    meant: dict[str, str] = {}  # as the form says: the words may be those of another language
    for row in form.rows:
        meant.setdefault(checklist.current_id(row.item), row.question_sha256)
        if row.digest:
            given.setdefault(checklist.current_id(row.item), []).append(sorted(chosen(row.answer)))
    return {
        "head": {name: part for name, part in content.items() if name != "answers"},
        "key": f"ethicscheck/{form.checklist}/{key}",
        "items": [
            {
                "id": item.id,
                "type": item.type,
                "sha256": meant.get(item.id, ""),
                "when": item.when.model_dump(mode="json", by_alias=True, exclude_none=True) if item.when else None,
                "given": given.get(item.id, []),
                "na": item.na.reason_min_chars if item.na is not None else 0,
                "evidence": {"for": item.evidence.for_, "min": item.evidence.min}
                if item.evidence is not None
                else None,
                "min": item.min,
                "max": item.max,
                "roles": checklist.section_of(item).roles.answer,
            }
            for item in parents_first(checklist)
        ],
    }


def _embedded(content: Any) -> str:
    """Return JSON that can stand in a script element: nothing in it begins or ends one."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _file(name: str) -> str:
    return (resources.files(__package__ or "") / "templates" / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _environment() -> SandboxedEnvironment:
    from jinja2 import PackageLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    return SandboxedEnvironment(
        loader=PackageLoader("ethicscheck.checklist.forms"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class _Finder(HTMLParser):
    """Finds the first element that holds the answers."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: str | None = None
        self.line = 0
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script" and self.found is None and ("id", _ANSWERS) in attrs:
            self.found, self._inside, self.line = "", True, self.getpos()[0]

    def handle_endtag(self, tag: str) -> None:
        if tag == "script":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside and self.found is not None:
            self.found += data


def read(text: str, name: str) -> Form:
    """Read the answers that a page carries: those it was made from; what was filled in is in the page's download.

    Raises
    ------
    JournalError
        When it carries none.
    """
    finder = _Finder()
    finder.feed(text)
    finder.close()
    if finder.found is None:
        raise refused("this page carries no answers", name, 1, "import the file that it downloads, or export it again")
    return json_form.read(finder.found, name)


__all__ = ["read", "write"]
