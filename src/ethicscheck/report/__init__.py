"""The report: record → view (all rounding and wording) → Jinja templates → one HTML file. No script, no network."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2.sandbox import SandboxedEnvironment

    from ethicscheck.model.record import AuditRecord


def render(record: AuditRecord, template: Path | None = None) -> bytes:
    """Return the report as one HTML page.

    Parameters
    ----------
    template : a folder whose `report.html.j2` overrides blocks of ours.

    Raises
    ------
    UsageError
        When the folder's templates can't be drawn; it says which line.
    """
    from ethicscheck.model.embedded import ELEMENT, embedded_text
    from ethicscheck.policy.publishing import publishable

    from .embedding import carried
    from .lean import lean
    from .view import make_view

    record = carried(publishable(record))
    parts = {"view": make_view(record), "element": ELEMENT, "embedded": embedded_text(record)}
    if template is None:
        page = environment().get_template("report.html.j2").render(parts)
    else:
        from .own_templates import render_own

        page = render_own(environment(), template, parts)
    return lean(page, ours=template is None).encode("utf-8")


@lru_cache(maxsize=1)
def environment() -> SandboxedEnvironment:
    """Return the sandboxed, autoescaping environment of all templates."""
    from jinja2 import PackageLoader, StrictUndefined
    from jinja2.sandbox import SandboxedEnvironment

    from ethicscheck.model.wording import lower_first

    made = SandboxedEnvironment(
        loader=PackageLoader("ethicscheck.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["lower_first"] = lower_first
    return made
