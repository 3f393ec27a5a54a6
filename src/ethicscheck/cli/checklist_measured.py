"""Loads an audit's record for the checklist commands; what it says to the questions is worked out in `report.answered`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ethicscheck.checklist.definition import Checklist
from ethicscheck.checklist.opening import OpenJournal
from ethicscheck.checklist.status import ChecklistStatus

from .checklist_words import today

if TYPE_CHECKING:
    from ethicscheck.report.answered import Measured


def read_measured(path: Path, checklist: Checklist) -> Measured:
    """Read what an audit says to a checklist's questions.

    Raises
    ------
    RecordError, UsageError
        When the record can't be read, or the audit did not hold that checklist.
    """
    from ethicscheck.api import load
    from ethicscheck.report.answered import measured_by

    return measured_by(load(path).record, path.name, checklist)


def status_with_record(opened: OpenJournal, record: Path | None, max_age: int | None = None) -> ChecklistStatus:
    """Return where a journal stands, beside an audit's record where one is given.

    Raises
    ------
    EthicscheckError
        When the record can't be read, or is of an audit without that checklist: nothing measured must not look like
        nothing contradicted.
    """
    if record is None:  # without what reads records: it takes its time to start
        return opened.status(today=today(), max_age=max_age)
    from ethicscheck.report.answered import status_beside

    measured = read_measured(record, opened.loaded.checklist)
    return status_beside(opened, measured, today=today(), max_age=max_age)


__all__ = ["read_measured", "status_with_record"]
