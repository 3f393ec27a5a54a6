"""What the newest audit measured for the questions of a checklist, beside its answers: value, interval, chart, limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ethicscheck.checklist.status import ItemStatus
from ethicscheck.model.wording import visible
from ethicscheck.report.measured import MEASURED_WORDS, measured_link, measured_plot, measured_title, measured_value
from ethicscheck.report.wording import rows_word

if TYPE_CHECKING:
    from ethicscheck.report.answered import Measured
    from ethicscheck.report.charts import Strip

    from .records import ReadRecord


@dataclass(frozen=True)
class MeasuredView:
    """What was measured for one question.

    Parameters
    ----------
    title : what was measured, in a few words.
    word : the measured answer: yes, no, can't tell yet.
    value : value, interval and how many people it is about, "" where nothing could be measured.
    message : the finding's sentence.
    limit : the limit it was held against, and when it was measured.
    plot : the groups.
    address : where all groups stand.
    contradicted : whether an answer says otherwise.
    opened_by : failed rules that ask for a new answer.
    """

    title: str
    word: str
    value: str
    message: str
    limit: str
    plot: Strip | None
    address: str
    contradicted: bool
    opened_by: tuple[str, ...] = ()


@dataclass(frozen=True)
class Beside:
    """What an audit says to a checklist; nothing where there is no audit of it."""

    read: ReadRecord | None = None
    said: Measured | None = None

    def view(self, item: ItemStatus) -> MeasuredView | None:
        """Return what was measured for a question; None where nothing was."""
        if item.measured is None or self.read is None or self.said is None:
            return None
        index, found = self.read.index, item.measured
        assert self.read.record is not None, "what was measured came from a record"
        link = measured_link(index, found)
        return MeasuredView(
            title=measured_title(found),
            word=MEASURED_WORDS[found.answer],
            value=measured_value(found, rows_word(self.read.record.plan)),
            message=visible(found.message),
            limit=f"Held against this question’s own limit by the audit of {self.read.record.provenance.created[:10]}.",
            plot=measured_plot(index, found, f"strip-{item.item.id}"),
            address=f"/audits/{self.read.file.key}/report#{link}" if link else f"/audits/{self.read.file.key}",
            contradicted=item.state == "contradicted",
            opened_by=self.said.opened_by(item),
        )


__all__ = ["Beside", "MeasuredView"]
