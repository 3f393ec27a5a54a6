"""When the rules were fixed, where the config was registered in an archive; and no more than that shows.

A registration shows that the config is no younger than its entry in the log. That the data came later follows only from
their own dates, which stand in the registered config; a file that was not there yet may have lain elsewhere.
"""

from __future__ import annotations

import datetime

from ethicscheck.model.record import AuditRecord


def registered_words(record: AuditRecord) -> str | None:
    """Return what can be said of when the rules were fixed; None where the config was not registered."""
    known = record.provenance.registered
    if known is None:
        return None
    day, period = known.at[:10], _days(record.plan.period)
    fixed = f"Rules fixed on {day}"
    if known.data == "present":
        said = f"{fixed}, before this audit. The data file was already there, so the rules may have been chosen in view of it."
    elif period is not None and day < period[0]:
        said = f"{fixed}, before this data: they begin on {period[0]}."
    elif period is not None and day <= period[1]:
        said = f"{fixed}, while these data were still coming in: they begin on {period[0]} and end on {period[1]}."
    elif known.data == "absent":
        said = (
            f"{fixed}, before this audit. The data file was not yet where the config names it; whether anybody had seen "
            "the data, this does not show."
        )
    else:
        said = f"{fixed}, before this audit. Whether anybody had seen the data by then, this does not show."
    return said


def registered_rows(record: AuditRecord) -> tuple[tuple[str, str], ...]:
    """Return the same for a table: what can be said, and where it can be looked up."""
    known, said = record.provenance.registered, registered_words(record)
    if known is None or said is None:
        return ()
    return (
        ("Registered", said),
        ("Entry in the archive’s log", f"SHA-256 {known.entry}"),
        ("The log ended then with", f"SHA-256 {known.head}"),
    )


def _days(period: str | None) -> tuple[str, str] | None:
    """Return the first and the last day of a period that is written as two days."""
    parts = [part.strip() for part in (period or "").split("/")]
    try:
        first, last = (datetime.date.fromisoformat(part).isoformat() for part in parts)
    except ValueError:
        return None
    return (first, last) if first <= last else None


__all__ = ["registered_rows", "registered_words"]
