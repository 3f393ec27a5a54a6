"""What comes back from an audit in Python: its record, frames of its rows, charts for a notebook, its documents."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .errors import UsageError, did_you_mean
from .exports import write_documents
from .exports.speaking import GITHUB, resolved, speak_to_github
from .model.part import Part
from .model.record import AuditRecord, Disparity, Estimate, Finding

if TYPE_CHECKING:
    import pandas as pd

EXIT_CODES = {"pass": 0, "fail": 1, "inconclusive": 3}


@dataclass(frozen=True)
class AuditResult:
    """An audit that was made: its record, and views of it.

    Parameters
    ----------
    record : the record of the audit (`ethicscheck/record/1`).
    formats : the documents the config asks for.
    template : the folder of one's own templates for the report, where the config names one.
    """

    record: AuditRecord
    formats: tuple[str, ...] = ("html", "json")
    template: Path | None = None

    @property
    def verdict(self) -> Literal["pass", "fail", "inconclusive"]:
        """The verdict over all rules."""
        return self.record.verdict

    @property
    def exit_code(self) -> int:
        """0 pass, 1 fail, 3 inconclusive."""
        return EXIT_CODES[self.record.verdict]

    def by_group(self) -> pd.DataFrame:
        """Return the record's estimates as a pandas frame: a row for each metric, group and stratum."""
        return _frame(self.record.estimates, Estimate)

    def gaps(self) -> pd.DataFrame:
        """Return the record's disparities as a pandas frame: gaps, and groups against reference and overall."""
        return _frame(self.record.disparities, Disparity)

    def findings(self) -> pd.DataFrame:
        """Return the record's findings as a pandas frame: a row for each rule and feature."""
        return _frame(self.record.findings, Finding)

    def to_frame(self) -> pd.DataFrame:
        """Return the audit as one pandas frame: each group's value of each measure, as `by_group`."""
        return self.by_group()

    def chart(self, metric: str, across: str | Sequence[str]) -> Chart:
        """Return one measure over the groups of a feature (or of several crossed) as a chart.

        Raises
        ------
        UsageError
            When the audit holds no such measure or feature.
        """
        features = (across,) if isinstance(across, str) else tuple(across)
        made = {(row.metric, row.features) for row in self.record.estimates}
        if (metric, features) not in made:
            names = [name for name, other in made if other == features]
            if names:
                raise UsageError(f"this audit holds no {metric!r}", "argument metric", did_you_mean(metric, names))
            shown = " × ".join(features)
            known = dict.fromkeys(" × ".join(other) for _, other in made if other)
            raise UsageError(f"this audit has no groups by {shown!r}", "argument across", did_you_mean(shown, known))
        return Chart(self.record, metric, features)

    def charts(self) -> tuple[Chart, ...]:
        """Return the charts of the measures that rules judge."""
        from .report.index import components, metric_findings, metric_of

        asked = (
            (name, finding.rule.across)
            for finding in metric_findings(self.record)
            for name in components(metric_of(finding))
        )
        made = {(row.metric, row.features) for row in self.record.estimates}
        return tuple(Chart(self.record, *one) for one in dict.fromkeys(asked) if one in made)

    def _repr_html_(self) -> str:
        from .report.notebook import result_html

        return result_html(self.record)

    def save(self, folder: str | Path, formats: Iterable[str] | str | None = None) -> tuple[Path, ...]:
        """Write the documents into `folder`, all of them or none; `audit.json` always.

        Returns
        -------
        The paths written.
        """
        asked = as_list(formats) if formats is not None else self.formats
        chosen = resolved(asked, self.formats, os.environ) if asked else ()
        written = write_documents(self.record, Path(folder), ("json", *chosen), self.template)
        if GITHUB in chosen:
            speak_to_github(self.record, os.environ, sys.stdout)
        return written


@dataclass(frozen=True)
class Chart:
    """One measure over the groups of one feature: the report's own chart in a notebook, its numbers as a frame."""

    record: AuditRecord
    metric: str
    features: tuple[str, ...]

    def to_frame(self) -> pd.DataFrame:
        """Return what is drawn as a pandas frame: a row for each group."""
        from .report.notebook import chart_rows

        return _frame(chart_rows(self.record, self.metric, self.features), Estimate)

    def _repr_html_(self) -> str:
        from .report.notebook import chart_html

        return chart_html(self.record, self.metric, self.features)


def as_list(given: Any) -> list[Any]:
    """Return what was given as a list: None is none, and a text, a mapping or a number is one."""
    if given is None:
        return []
    if isinstance(given, Mapping):
        return [dict(given)]
    if isinstance(given, (str, bytes, Path)) or not isinstance(given, Iterable):
        return [given]
    return [dict(one) if isinstance(one, Mapping) else one for one in given]


def _frame(rows: Sequence[Any], kind: type[Part]) -> pd.DataFrame:
    import pandas as pd

    plain = [row.model_dump(mode="json") for row in rows]
    for row in plain:
        ends = row.get("interval") or (row.get("observed") or {}).get("interval") or {}
        row["low"], row["high"] = ends.get("low"), ends.get("high")
    return pd.DataFrame(plain, columns=[*kind.model_fields, "low", "high"])


__all__ = ["AuditResult", "Chart", "as_list"]
