"""One measure over the groups of a feature: dots with intervals, everyone as a line, what the rule allows as a band."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ethicscheck.model.record import AuditRecord, Estimate, Finding
from ethicscheck.model.wording import group_label, percent, whole
from ethicscheck.policy.publishing import publishable
from ethicscheck.report.index import RecordIndex, components, definition, metric_findings, metric_of, title
from ethicscheck.report.wording import reason_text, rows_word

from .canvas import BAND, INK, LINES, ROW, SOFT, Display, as_share, label_of, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ethicscheck.results import AuditResult

_NO_END: Final = 1e300  # a record writes −∞ as the least float


@dataclass
class GapDisplay(Display):
    """A dot plot of one measure; see `from_result`.

    Parameters
    ----------
    record : the audit's record, as it may be published.
    metric, features : what is drawn.
    finding : the rule whose limit is drawn, or None.
    """

    record: AuditRecord
    metric: str
    features: tuple[str, ...]
    finding: Finding | None = None

    @classmethod
    def from_result(cls, result: AuditResult, metric: str, across: str | Sequence[str]) -> GapDisplay:
        """Return the display of a measure over the groups of a feature, or of several crossed.

        The limit is that of the first rule that judges it.

        Raises
        ------
        UsageError
            When the audit holds no such measure or feature.
        """
        features = result.chart(metric, across).features
        judged = (
            finding
            for finding in metric_findings(result.record)
            if finding.rule.across == features and metric in (metric_of(finding), *components(metric_of(finding)))
        )
        return cls(publishable(result.record), metric, features, next(judged, None))

    def height(self) -> float:
        """Return how many inches a figure of its own is high."""
        return 1.1 + ROW * max(len(self._rows()), 2)

    def draw(self, ax: Axes) -> None:
        """Draw on axes, the highest value on top."""
        index, rows = RecordIndex(self.record), self._rows()
        small = self.record.plan.min_group
        band = self._band(rows)
        if band is not None:
            ax.axvspan(*band, color=BAND, zorder=0, label="what the rule allows", linewidth=0)
        overall = index.overall(self.metric)
        if overall is not None and overall.value is not None:
            ax.axvline(overall.value, color=SOFT, linewidth=LINES, linestyle=(0, (4, 3)), zorder=1, label="everyone")
        told = [place for place, row in enumerate(rows) if row.rows < small and row.value is not None]
        for place, row in enumerate(rows):
            if row.value is None:
                ax.text(0.01, place, reason_text(row.undefined, self.record), transform=ax.get_yaxis_transform(),
                        va="center", fontsize="small", color=SOFT, zorder=4,
                        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0})  # fmt: skip
                continue
            few = f"fewer than {whole(small)} {rows_word(self.record.plan)}" if told[:1] == [place] else None
            ax.plot(row.value, place, "o", color=INK, markerfacecolor="white" if place in told else INK, markersize=5,
                    zorder=3, label=few, linestyle="none")  # fmt: skip
        self._intervals(ax, rows)
        ax.set_yticks(range(len(rows)), [label_of(group_label(row.group), f"({whole(row.rows)})") for row in rows])
        ax.set_ylim(len(rows) - 0.5, -0.5)
        ax.tick_params(axis="y", length=0)
        level = percent(self.record.plan.confidence, 0)
        ax.set_xlabel(f"{plain(title(self.metric))}, with {level} intervals")
        ax.locator_params(axis="x", nbins=6)
        as_share(ax.xaxis, self.metric)

    def _rows(self) -> list[Estimate]:
        rows = RecordIndex(self.record).estimates.get((self.metric, self.features), [])
        return sorted(rows, key=lambda row: (row.value is None, -(row.value or 0.0), group_label(row.group)))

    def _intervals(self, ax: Axes, rows: Sequence[Estimate]) -> None:
        """Draw the intervals; one without an end runs to the edge of what the others need."""
        known = [end for row in rows for end in _ends(row) if math.isfinite(end)]
        known += [row.value for row in rows if row.value is not None]
        if not known:
            return
        low, high = min(known), max(known)
        for place, row in enumerate(rows):
            if row.interval is not None and row.value is not None:
                start, stop = _ends(row)
                ax.plot([max(start, low), min(stop, high)], [place, place], "-", color=INK, linewidth=1.2, zorder=2)

    def _band(self, rows: Sequence[Estimate]) -> tuple[float, float] | None:
        """Return what the rule allows, in the measure's own values, as far as there are such values."""
        band, known = self._allowed(rows), definition(self.metric, self.record.plan.task)
        if band is None or known is None:
            return band
        return max(band[0], known.lowest), min(band[1], known.highest)

    def _allowed(self, rows: Sequence[Estimate]) -> tuple[float, float] | None:
        if self.finding is None:
            return None
        rule = self.finding.rule
        fit = [row.value for row in rows if row.value is not None and row.rows >= self.record.plan.min_group]
        if not fit:
            return None
        if rule.compare == "difference" and rule.max is not None:
            return min(fit), min(fit) + rule.max
        if rule.compare == "ratio" and rule.min is not None:
            return rule.min * max(fit), max(fit)
        if rule.compare == "each":
            ends = [end for row in rows for end in _ends(row) if math.isfinite(end)] + fit
            return (
                (min([*ends, rule.max]), rule.max)
                if rule.max is not None
                else (rule.min or 0.0, max([*ends, rule.min or 0.0]))
            )
        return None


def _ends(row: Estimate) -> tuple[float, float]:
    if row.interval is None:
        return (math.inf, math.inf)
    low, high = row.interval.low, row.interval.high
    return (low if low > -_NO_END else -math.inf, high if high is not None else math.inf)
