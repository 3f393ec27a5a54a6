"""What a notebook shows of an audit: the page's own verdict, findings and charts, in a frame that shares no style with it."""

from __future__ import annotations

from html import escape

from ethicscheck.model.record import AuditRecord, Estimate
from ethicscheck.policy.publishing import publishable

from .charts import dot_plot
from .index import RecordIndex

MOST = 900  # pixels; the frame scrolls from there on


def result_html(record: AuditRecord) -> str:
    """Return an audit as a notebook shows it: verdict, what to look for first, each finding with its charts."""
    from .view import make_view

    view = make_view(record)
    plots = [plot for finding in view.findings for plot in finding.plots]
    return _framed(
        "notebook.html.j2", 330 + 210 * len(view.findings) + sum(90 + plot.height for plot in plots), view=view
    )


def chart_html(record: AuditRecord, metric: str, features: tuple[str, ...]) -> str:
    """Return one measure over the groups of one feature as a chart; a sentence where there is none."""
    plot = dot_plot(RecordIndex(publishable(record)), metric, features, "chart")
    if plot is None:
        return "<p>There is no such measure in this audit.</p>"
    return _framed("chart.html.j2", 130 + plot.height, plot=plot)


def chart_rows(record: AuditRecord, metric: str, features: tuple[str, ...]) -> list[Estimate]:
    """Return the estimates that a chart draws."""
    return RecordIndex(publishable(record)).estimates.get((metric, features), [])


def _framed(template: str, height: int, **parts: object) -> str:
    from . import environment

    return framed(environment().get_template(template).render(parts), height)


def framed(page: str, height: int = MOST) -> str:
    """Return a page inside a frame: a notebook's style does not reach it, nor its own the notebook; no script runs."""
    return (
        f'<iframe title="ethicscheck" sandbox="" style="width:100%;height:{min(height, MOST)}px;border:0" '
        f'srcdoc="{escape(page)}"></iframe>'
    )


__all__ = ["chart_html", "chart_rows", "framed", "result_html"]
