"""The comparison of two audits in Python: `compare(old, new)`, and what comes back. The command line goes through here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .api import AuditResult, record_of
from .comparing import compare_records
from .exports.comparison import write_comparison
from .model.comparison import Comparison, FindingChange, GapChange, SettingChange
from .model.comparison_checklists import AnswerChange
from .model.part import Part
from .model.record import AuditRecord
from .policy.publishing import publishable, publishable_comparison
from .report.since import SinceSection, since_view

if TYPE_CHECKING:
    import pandas as pd

WORSE, CANNOT = 1, 2


@dataclass(frozen=True)
class ComparisonResult:
    """What changed from one audit to another.

    Parameters
    ----------
    comparison : every change, of the two whole records (`ethicscheck/comparison/1`).
    new : the newer audit's record, whose names the documents use.
    """

    comparison: Comparison
    new: AuditRecord

    @property
    def comparable(self) -> bool:
        """Whether the two audits' numbers stand for the same things."""
        return not self.comparison.broken_by

    @property
    def exit_code(self) -> int:
        """1 where something got worse past a rule, 2 where the audits can't be compared, else 0."""
        if not self.comparable:
            return CANNOT
        return WORSE if self.comparison.past_rules else 0

    @property
    def published(self) -> Comparison:
        """The comparison without what either audit does not publish: what documents are drawn from."""
        return publishable_comparison(self.comparison, self.new)

    @property
    def view(self) -> SinceSection:
        """What the documents and the terminal show."""
        return since_view(self.published, publishable(self.new))

    def findings(self) -> pd.DataFrame:
        """Return a pandas frame with a row for each finding of either audit."""
        return _frame(self.comparison.findings, FindingChange)

    def to_frame(self) -> pd.DataFrame:
        """Return the comparison as one pandas frame: what became of each finding, as `findings`."""
        return self.findings()

    def _repr_html_(self) -> str:
        from .exports.comparison import comparison_page
        from .report.notebook import framed

        return framed(comparison_page(self.view))

    def gaps(self) -> pd.DataFrame:
        """Return a pandas frame with a row for each gap that both audits have."""
        return _frame(self.comparison.gaps, GapChange)

    def settings(self) -> pd.DataFrame:
        """Return a pandas frame with a row for each setting that differs."""
        return _frame(self.comparison.settings, SettingChange)

    def answers(self) -> pd.DataFrame:
        """Return a pandas frame with a row for each question whose answers changed, with its checklist."""
        frame = _frame([part for entry in self.comparison.checklists for part in entry.answers], AnswerChange)
        frame.insert(0, "checklist", [entry.id for entry in self.comparison.checklists for _ in entry.answers])
        return frame

    def save(self, folder: str | Path, formats: Iterable[str] | str = ("html",)) -> tuple[Path, ...]:
        """Write `compare.html`, `compare.md` or `compare.json` into `folder`, all of them or none.

        Returns
        -------
        The paths written.
        """
        chosen = [formats] if isinstance(formats, str) else list(formats)
        return write_comparison(self.published, self.view, Path(folder), chosen)


def compare(
    old: AuditResult | AuditRecord | str | Path, new: AuditResult | AuditRecord | str | Path
) -> ComparisonResult:
    """Say what changed from one audit to another.

    Parameters
    ----------
    old, new : audits, their records, or paths of these.

    Returns
    -------
    ComparisonResult

    Raises
    ------
    RecordError, UsageError
        When a record can't be read.
    """
    before, now = record_of(old), record_of(new)
    return ComparisonResult(compare_records(before, now), now)


def _frame(rows: Sequence[Part], kind: type[Part]) -> pd.DataFrame:
    import pandas as pd

    plain = [row.model_dump(mode="json") for row in rows]
    columns = list(kind.model_fields)
    if "interval" in columns:
        columns += ["low", "high"]
        for row in plain:
            ends = row.get("interval") or {}
            row["low"], row["high"] = ends.get("low"), ends.get("high")
    return pd.DataFrame(plain, columns=columns)
