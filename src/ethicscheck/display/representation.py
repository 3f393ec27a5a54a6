"""Who is in the data against a reference population: bars with intervals, the population's share as a line across each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ethicscheck.errors import UsageError, did_you_mean
from ethicscheck.model.missing_record import Representation
from ethicscheck.model.wording import features_label, group_label, whole
from ethicscheck.policy.publishing import publishable

from .canvas import INK, ROW, Display, in_percent, label_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ethicscheck.results import AuditResult


@dataclass
class RepresentationDisplay(Display):
    """Bars of the groups' shares; see `from_result`."""

    entry: Representation

    @classmethod
    def from_result(cls, result: AuditResult, across: str) -> RepresentationDisplay:
        """Return the display of a feature's groups against the population.

        Raises
        ------
        UsageError
            When the audit compared no such feature with a population.
        """
        made = {features_label(entry.features): entry for entry in publishable(result.record).representation or ()}
        if across not in made:
            hint = did_you_mean(across, made) or "give the audit a population"
            raise UsageError(f"this audit has no population by {across!r}", "argument across", hint)
        return cls(made[across])

    def height(self) -> float:
        """Return how many inches a figure of its own is high."""
        return 1.1 + ROW * 1.2 * max(len(self.entry.groups), 2)

    def draw(self, ax: Axes) -> None:
        """Draw on axes, in the order of the population's table."""
        groups = self.entry.groups
        places = range(len(groups))
        shares = [group.share for group in groups]
        ends = [
            [max(group.share - group.interval.low, 0.0) for group in groups],
            [
                max((group.interval.high if group.interval.high is not None else 1.0) - group.share, 0.0)
                for group in groups
            ],
        ]
        ax.barh(list(places), shares, height=0.62, color="0.75", label="in the data, with intervals")
        ax.errorbar(shares, list(places), xerr=ends, fmt="none", ecolor=INK, elinewidth=1.0, capsize=0)
        ax.plot(
            [group.population for group in groups], list(places), "|", color=INK, markersize=15, markeredgewidth=2.2,
            label="in the population",
        )  # fmt: skip
        ax.set_yticks(list(places), [label_of(group_label(group.group), f"({whole(group.rows)})") for group in groups])
        ax.set_ylim(len(groups) - 0.5, -0.5)
        ax.set_xlim(left=0.0)
        ax.tick_params(axis="y", length=0)
        ax.set_xlabel("Share of people")
        in_percent(ax.xaxis)
