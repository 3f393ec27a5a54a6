"""A comparison of two audits as documents: its own JSON, one HTML page, and that page as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from ethicscheck.errors import UsageError, did_you_mean
from ethicscheck.model.comparison import Comparison
from ethicscheck.report.since import SinceSection

from .pages import draw
from .writing import write_all


def comparison_page(view: SinceSection) -> str:
    """Return the comparison as one HTML page."""
    return draw("compare.html.j2", view=view).decode("utf-8")


def _html(comparison: Comparison, view: SinceSection) -> bytes:  # noqa: ARG001
    return comparison_page(view).encode("utf-8")


def _markdown(comparison: Comparison, view: SinceSection) -> bytes:  # noqa: ARG001
    from .html_tree import parse
    from .markdown_blocks import Writer

    writer = Writer()
    for part in next(parse(comparison_page(view)).all("body")).elements:
        writer.add(part)
    return ("\n\n".join(writer.blocks) + "\n").encode("utf-8")


def _json(comparison: Comparison, view: SinceSection) -> bytes:  # noqa: ARG001
    return comparison.to_json()


# File name, and what makes it from the comparison as it may be published and from what is shown of it.
COMPARED: dict[str, tuple[str, Callable[[Comparison, SinceSection], bytes]]] = {
    "html": ("compare.html", _html),
    "markdown": ("compare.md", _markdown),
    "json": ("compare.json", _json),
}


def check_comparison_formats(names: Sequence[str]) -> tuple[str, ...]:
    """Return the documents asked for, each once.

    Raises
    ------
    UsageError
        When there is no such document of a comparison.
    """
    for name in names:
        if name not in COMPARED:
            raise UsageError(f"a comparison has no format {name!r}", "", did_you_mean(name, COMPARED))
    return tuple(dict.fromkeys(names))


def write_comparison(
    comparison: Comparison, view: SinceSection, folder: Path, formats: Sequence[str]
) -> tuple[Path, ...]:
    """Write the documents of a published comparison, all of them or none, and return their paths."""
    chosen = check_comparison_formats(formats)
    return write_all({folder / COMPARED[name][0]: COMPARED[name][1](comparison, view) for name in chosen})
