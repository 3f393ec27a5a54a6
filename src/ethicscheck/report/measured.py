"""What was measured for a question of a checklist: its value in words, its chart, and where its table stands."""

from __future__ import annotations

from typing import TypeAlias

from ethicscheck.checklist.status import MeasuredAnswer
from ethicscheck.model.checklist_record import MeasuredEntry
from ethicscheck.model.wording import NO_BREAK, decimal, features_label, visible, whole

from .charts import Strip, strip
from .index import RecordIndex, components, is_share, title

# As the record keeps it, or as it was read back for a journal.
Measurement: TypeAlias = MeasuredEntry | MeasuredAnswer
MEASURED_WORDS = {"yes": "yes", "no": "no", "unsure": "can’t tell yet"}


def measured_value(measured: Measurement, rows: str) -> str:
    """Return value, interval and how many people (or rows) they are about; "" where nothing was measured or may be shown."""
    interval = measured.interval
    if measured.value is None or interval is None:
        return ""
    share = is_share(components(measured.metric)[0]) and measured.compare != "ratio"
    unit = "" if not share else f"{NO_BREAK}%" if measured.compare == "each" else f"{NO_BREAK}points"
    value, low, high = (
        "no limit" if part is None else f"{part * 100:.1f}" if share else decimal(part)
        for part in (measured.value, interval.low, interval.high)
    )
    level = f"{interval.level * 100:g}"
    return visible(
        f"{value}{unit} ({level}{NO_BREAK}% interval {low} to {high}{unit}; {whole(measured.rows)}{NO_BREAK}{rows})"
    )


def measured_plot(index: RecordIndex, measured: Measurement, anchor: str) -> Strip | None:
    """Return the chart of the groups, None where there is nothing to draw."""
    return strip(index, components(measured.metric)[0], measured.features, f"strip-{anchor}")


def measured_link(index: RecordIndex, measured: Measurement) -> str:
    """Return the anchor of the full table of what was measured."""
    axes, name = index.axes(), components(measured.metric)[0]
    if measured.features in axes and name in index.metrics():
        return f"m{axes.index(measured.features)}-{name}"
    return ""


def measured_title(measured: Measurement) -> str:
    """Return what was measured, in a few words."""
    return f"{title(measured.metric)} by {features_label(measured.features)}"
