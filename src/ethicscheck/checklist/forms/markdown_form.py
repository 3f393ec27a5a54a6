"""The form as Markdown: a page to read, with a block of YAML for each answer. Only the blocks are read back."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ethicscheck.checklist.definition import Checklist
from ethicscheck.model.wording import visible

from .problems import refused
from .rows import Form
from .wording import allowed, notes
from .yaml_form import HOW_TO, form_in, head_lines, in_order, row_lines

_HEAD, _ROW, _END = "~~~yaml form", "~~~yaml answer", "~~~"
_MARKUP = re.compile(r"([\\`*_{}\[\]<>#|~!&])")


def write(form: Form, checklist: Checklist) -> str:
    """Return the form as Markdown."""
    lines = [f"# {_prose(checklist.title)}", "", _prose(checklist.summary or ""), "", HOW_TO, ""]
    lines += [_HEAD, *head_lines(form), _END]
    for section, item, rows in in_order(form, checklist):
        if section is not None:
            lines += ["", f"## {_prose(section.title)}"]
            lines += ["", _prose(section.intro)] if section.intro else []
        if item is not None:
            lines += ["", f"### {_prose(item.text)}", "", f"{_prose(item.id)}: {_prose(allowed(item, checklist))}"]
            lines += ["", *(_prose(note) for note in notes(item, checklist))]
            lines += ["", f"> {_prose(item.help)}"] if item.help else []
        else:
            lines += ["", f"### {_prose(rows[0].item)}: no longer asked"]
        for row in rows:
            lines += ["", _ROW, *row_lines(row), _END]
    return "\n".join(lines) + "\n"


def _prose(text: str) -> str:
    """Return text on one line, in which nothing is markup."""
    return _MARKUP.sub(r"\\\1", visible(" ".join(text.split())))


def read(text: str, name: str) -> Form:
    """Read the form's blocks.

    Raises
    ------
    JournalError
        With every problem, at its line in the page.
    """
    return form_in("\n".join(_blocks(text, name)), name)


def _blocks(text: str, name: str) -> Iterator[str]:
    """Yield the blocks as one YAML document in which each line keeps its number; prose turns to blank lines."""
    inside, first, begun, opened, end = "", False, False, 0, _END
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        mark = line.rstrip()
        if not inside:
            end = "```" if mark.startswith("```") else _END  # some editors write one for the other
            mark = mark.replace(end, _END, 1) if mark.startswith(end) else mark
            if mark == _HEAD and begun:
                raise refused("there are two heads", name, number, "put the pages of two checklists into two files")
            if mark == _ROW and not begun:
                raise refused("the block that names the checklist is gone", name, number, "export the form again")
            inside, first, opened = (mark if mark in (_HEAD, _ROW) else ""), True, number
            yield ""
        elif mark == end:
            yield "answers:" if inside == _HEAD else ""
            begun, inside = True, ""
        elif inside == _HEAD:
            yield line
        else:
            head = first and bool(line.strip())
            yield ("- " if head else "  ") + line if line.strip() else ""
            first = first and not head
    if inside:
        raise refused("a block does not end", name, opened, f"close it with a line {end}")
    if not begun:
        raise refused("this is no form of answers", name, 1, "export it again")


__all__ = ["read", "write"]
