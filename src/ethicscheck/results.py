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

    from .model.verdicts import Severity
    from .policy.gate import Gate

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

    def to_frame(self, across: str | Sequence[str] | None = None) -> pd.DataFrame:
        """Return groups as rows and measures as columns, as Fairlearn's `MetricFrame.by_group`; NaN where there is no value.

        Parameters
        ----------
        across : a feature, or several that are crossed. Without it, the audit's only feature; or, where it has several,
            all of them below each other, by feature and group.

        Raises
        ------
        UsageError
            When the audit has no such feature.
        """
        from .report.index import RecordIndex

        axes = RecordIndex(self.record).axes()
        if across is None and len(axes) != 1:
            import pandas as pd

            parts = {" × ".join(axis): self._wide(axis) for axis in axes}
            for part in parts.values():
                part.index = pd.Index([" × ".join(_as_tuple(label)) for label in part.index], name="group")
            return pd.concat(parts, names=["feature"]) if parts else pd.DataFrame(columns=["rows"])
        features = axes[0] if across is None else (across,) if isinstance(across, str) else tuple(across)
        if features not in axes:
            shown = " × ".join(features)
            raise UsageError(
                f"this audit has no groups by {shown!r}",
                "argument across",
                did_you_mean(shown, [" × ".join(axis) for axis in axes]),
            )
        return self._wide(features)

    def _wide(self, features: tuple[str, ...]) -> pd.DataFrame:
        import pandas as pd

        columns: dict[str, dict[tuple[str, ...], float | None]] = {"rows": {}}
        for row in self.record.estimates:
            if row.features == features and row.stratum is None:
                group = tuple(row.group[name] for name in features)
                columns["rows"][group] = row.rows
                columns.setdefault(row.metric, {})[group] = row.value
        groups = list(columns["rows"])
        if len(features) == 1:
            index = pd.Index([group[0] for group in groups], name=features[0])
        else:
            index = pd.MultiIndex.from_tuples(groups, names=features)
        values = {
            name: pd.Series(
                [column.get(group) for group in groups], index, dtype="int64" if name == "rows" else "float64"
            )
            for name, column in columns.items()
        }
        return pd.DataFrame(values, index=index)

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

    def gate(
        self,
        *,
        only: Sequence[str] | str = (),
        skip: Sequence[str] | str = (),
        fail_on: Severity = "note",
        allow_inconclusive: bool = False,
        exit_zero: bool = False,
    ) -> Gate:
        """Return what a gate says of this audit, as `ethicscheck audit` does with the options of these names.

        Beside a baseline, findings that failed then and now and got no worse are known and do not count.

        Parameters
        ----------
        only, skip : rule ids, finding ids, codes, or patterns of these (`fpr-*`).
        fail_on : the least severity of a rule that counts.
        allow_inconclusive : 0 where nothing failed but something is undecided.
        exit_zero : 0 whatever the verdict.

        Raises
        ------
        UsageError
            When a name matches nothing, nothing is chosen, or there is no such severity.
        """
        from .policy.gate import make_gate

        return make_gate(self.record, as_list(only), as_list(skip), fail_on, allow_inconclusive, exit_zero)

    def save(
        self,
        folder: str | Path,
        formats: Iterable[str] | str | None = None,
        *,
        only: Sequence[str] | str = (),
        skip: Sequence[str] | str = (),
    ) -> tuple[Path, ...]:
        """Write the documents into `folder`, all of them or none; `audit.json` always.

        Parameters
        ----------
        formats : which documents; by default those of the config.
        only, skip : which findings what CI reads is drawn with (JUnit, SARIF, comment …); record and report have all.

        Returns
        -------
        The paths written.
        """
        asked = as_list(formats) if formats is not None else self.formats
        chosen = resolved(asked, self.formats, os.environ) if asked else ()
        told = self._told(as_list(only), as_list(skip))
        written = write_documents(self.record, Path(folder), ("json", *chosen), self.template, told)
        if GITHUB in chosen:
            speak_to_github(told, os.environ, sys.stdout)
        return written

    def _told(self, only: Sequence[str], skip: Sequence[str]) -> AuditRecord:
        from .policy.gate import chosen_record

        return chosen_record(self.record, only, skip)


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


def _as_tuple(label: Any) -> tuple[str, ...]:
    return label if isinstance(label, tuple) else (label,)


def _frame(rows: Sequence[Any], kind: type[Part]) -> pd.DataFrame:
    import pandas as pd

    plain = [row.model_dump(mode="json") for row in rows]
    for row in plain:
        ends = row.get("interval") or (row.get("observed") or {}).get("interval") or {}
        row["low"], row["high"] = ends.get("low"), ends.get("high")
    return pd.DataFrame(plain, columns=[*kind.model_fields, "low", "high"])


__all__ = ["AuditResult", "Chart", "as_list"]
