"""What happened at each score, by group: lines with intervals, and the diagonal where scores are probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ethicscheck.errors import UsageError, did_you_mean
from ethicscheck.model.calibration_record import Calibration, GroupScores
from ethicscheck.model.wording import features_label, group_label
from ethicscheck.policy.publishing import publishable

from .canvas import LINES, SOFT, Display, in_percent, label_of, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ethicscheck.results import AuditResult

# Told apart without colour: line, mark and grey differ together.
_STYLES: Final = (
    ("-", "o", "0.1"), ("--", "s", "0.35"), (":", "^", "0.1"), ("-.", "D", "0.35"), ("-", "v", "0.55"), ("--", "x", "0.1"),
)  # fmt: skip


@dataclass
class CalibrationDisplay(Display):
    """Curves of what happened at each score; see `from_result`."""

    calibration: Calibration
    groups: tuple[GroupScores, ...]
    columns = 2

    @classmethod
    def from_result(
        cls, result: AuditResult, across: str | Sequence[str], groups: Sequence[str] | None = None
    ) -> CalibrationDisplay:
        """Return the display of the groups of a feature; by default of the largest (at most six) that are not small.

        Raises
        ------
        UsageError
            When the audit has no scores with known outcomes, or no such feature or group.
        """
        found = publishable(result.record).calibration
        if found is None or not found.everyone.curve:
            raise UsageError(
                "this audit knows of no outcomes by score", "argument result", "audit with a score and a label"
            )
        features = (across,) if isinstance(across, str) else tuple(across)
        axes = {features_label(axis.features): axis for axis in found.axes}
        shown = features_label(features)
        if shown not in axes:
            raise UsageError(f"this audit has no groups by {shown!r}", "argument across", did_you_mean(shown, axes))
        drawn = {group_label(group.group): group for group in axes[shown].groups if group.curve}
        if groups is None:
            large = [group for group in drawn.values() if not group.small] or list(drawn.values())
            largest = sorted(large, key=lambda group: -group.rows)[: len(_STYLES)]
            return cls(found, tuple(group for group in large if group in largest))
        for name in groups:
            if name not in drawn:
                raise UsageError(f"there is no group {name!r}", "argument groups", did_you_mean(name, drawn))
        if len(groups) > len(_STYLES):
            raise UsageError(
                f"{len(groups)} lines can't be told apart in print", "argument groups", f"choose at most {len(_STYLES)}"
            )
        return cls(found, tuple(drawn[name] for name in groups))

    def height(self) -> float:
        """Return how many inches a figure of its own is high."""
        return 4.2

    def draw(self, ax: Axes) -> None:
        """Draw on axes; intervals are thin, each of its point alone."""
        if self.calibration.probabilities:
            ax.plot([0, 1], [0, 1], color=SOFT, linewidth=LINES, linestyle=(0, (1, 2)), label="as promised")
        for group, (line, mark, grey) in zip(self.groups, _STYLES, strict=False):
            x = [point.mean_score for point in group.curve]
            y = [point.rate for point in group.curve]
            low = [max(point.rate - point.interval.low, 0.0) for point in group.curve]
            high = [
                max((1.0 if point.interval.high is None else point.interval.high) - point.rate, 0.0)
                for point in group.curve
            ]
            few = ", few" if group.small else ""
            ax.errorbar(
                x, y, yerr=[low, high], linestyle=line, marker=mark, color=grey, markersize=4, linewidth=1.2, elinewidth=0.6,
                markerfacecolor="white" if group.small else grey, label=label_of(group_label(group.group)) + few,
            )  # fmt: skip
        ax.set_ylim(-0.02, 1.02)  # marks at the ends stay whole
        ax.set_xlabel(f"Score ({plain(self.calibration.score)})")
        ax.set_ylabel("How often the outcome happened")
        in_percent(ax.yaxis)
