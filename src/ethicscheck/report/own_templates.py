"""A report of one's own: a folder's templates that override blocks of ours, drawn in the same sandbox."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader, TemplateError, TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment

from ethicscheck.errors import UsageError

PAGE = "report.html.j2"
OURS = "ethicscheck"


def render_own(ours: SandboxedEnvironment, folder: Path, parts: dict[str, Any]) -> str:
    """Return the page of a folder's `report.html.j2`, which extends `ethicscheck/report.html.j2`.

    Raises
    ------
    UsageError
        When the folder or its page is missing, leads elsewhere, or can't be drawn.
    """
    if not (folder / PAGE).is_file():
        raise UsageError(f"there is no {PAGE} in the folder of templates", str(folder), "see docs/your-report.md")
    root = folder.resolve()
    for path in folder.rglob("*"):
        if not path.resolve().is_relative_to(root):
            raise UsageError("a template leads out of its folder", str(path), "copy the file itself into the folder")
    package = PackageLoader("ethicscheck.report")
    own = FileSystemLoader(folder)
    environment = ours.overlay(loader=ChoiceLoader([own, PrefixLoader({OURS: package}), package]))
    try:
        page: str = environment.get_template(PAGE).render(parts)
    except TemplateSyntaxError as error:
        raise UsageError(
            f"the template is wrong: {error.message}",
            f"{error.filename or folder}:{error.lineno}",
            "see docs/your-report.md",
        ) from None
    except (
        TemplateError,
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
    ) as error:
        raise UsageError(
            f"the template can't be drawn: {error}", _line(error, folder), "see docs/your-report.md"
        ) from None
    return page


def _line(error: BaseException, folder: Path) -> str:
    """Return the last line of the folder's templates that an error came through."""
    found, trace = str(folder), error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith(str(folder)):
            found = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


__all__ = ["OURS", "render_own"]
