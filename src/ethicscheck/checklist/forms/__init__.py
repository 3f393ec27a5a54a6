"""The forms in which answers leave a journal and come back: one file per format. Pure: text in, text out.

What goes back into a journal, and under whose name, is decided in `checklist.importing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from ethicscheck.checklist.definition import Checklist
from ethicscheck.errors import UsageError, did_you_mean

from . import csv_form, html_form, json_form, markdown_form, yaml_form
from .rows import Form, Row, make_form, restored


@dataclass(frozen=True)
class FormFormat:
    """A format: the endings of its files, how it is read and how it is written; `write` is None for what is only downloaded."""

    suffixes: tuple[str, ...]
    read: Callable[[str, str], Form]
    write: Callable[[Form, Checklist], str] | None


FORMATS: Final[Mapping[str, FormFormat]] = {
    "markdown": FormFormat((".md", ".markdown"), markdown_form.read, markdown_form.write),
    "yaml": FormFormat((".yaml", ".yml"), yaml_form.read, yaml_form.write),
    "csv": FormFormat((".csv",), csv_form.read, csv_form.write),
    "html": FormFormat((".html", ".htm"), html_form.read, html_form.write),
    "json": FormFormat((".json",), json_form.read, None),
}


def format_of(name: str) -> FormFormat:
    """Return the format of a file, by its ending.

    Raises
    ------
    UsageError
        When it has none that is known.
    """
    endings = {suffix: part for part in FORMATS.values() for suffix in part.suffixes}
    for suffix, part in endings.items():
        if name.lower().endswith(suffix):
            return part
    raise UsageError("the ending of the file names no format", name, did_you_mean("", endings))


__all__ = ["FORMATS", "Form", "FormFormat", "Row", "format_of", "make_form", "restored"]
