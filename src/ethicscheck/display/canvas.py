"""What all displays share: a figure of their own without pyplot, axes of someone else's, greys, numbers on an axis."""

from __future__ import annotations

import io
import re
import textwrap
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ethicscheck.errors import UsageError
from ethicscheck.model.wording import visible
from ethicscheck.report.index import is_share

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK: Final = "0.1"
SOFT: Final = "0.45"
BAND: Final = "0.9"
LINES: Final = 0.8
ROW: Final = 0.34  # inches
WIDTH: Final = 5.6
LABEL: Final = 28  # letters of a group on one line
_NO_GLYPH = re.compile("[\u2400-\u243f]")  # its fonts lack the pictures of control characters
MADE = TypeVar("MADE", bound="Display")


class Display:
    """Something that can be drawn on axes; `ax_` and `figure_` are there once it is."""

    ax_: Axes
    figure_: Figure
    columns = 3  # of the legend

    def height(self) -> float:
        """Return how many inches a figure of its own is high."""
        raise NotImplementedError

    def draw(self, ax: Axes) -> None:
        """Draw on axes."""
        raise NotImplementedError

    def plot(self: MADE, ax: Axes | None = None) -> MADE:
        """Draw on axes, or on a figure of its own (which pyplot knows nothing of).

        Returns
        -------
        The display, with `ax_` and `figure_`.
        """
        self.ax_ = ax if ax is not None else _own_axes(self.height())
        self.figure_ = self.ax_.get_figure(root=True)  # type: ignore[assignment]
        for side in ("top", "right"):
            self.ax_.spines[side].set_visible(False)
        self.draw(self.ax_)
        handles, labels = self.ax_.get_legend_handles_labels()
        if handles and ax is None:
            self.figure_.legend(
                handles, labels, loc="outside upper left", ncols=self.columns, frameon=False, fontsize="small"
            )
        elif handles:
            self.ax_.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), frameon=False, fontsize="small")
        return self

    def _repr_png_(self) -> bytes:
        figure = (self if hasattr(self, "figure_") else self.plot()).figure_
        content = io.BytesIO()
        figure.savefig(content, format="png", dpi=144)
        return content.getvalue()


def _own_axes(height: float) -> Axes:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise UsageError(
            "figures need matplotlib, which is not installed", "ethicscheck.display", "pip install 'ethicscheck[plot]'"
        ) from None
    return Figure(figsize=(WIDTH, height), layout="constrained").add_subplot()


def as_share(axis: Any, metric: str) -> None:
    """Write the numbers of an axis as percentages, where they are shares of people."""
    if is_share(metric):
        in_percent(axis)


def in_percent(axis: Any) -> None:
    """Write the numbers of an axis as percentages."""
    from matplotlib.ticker import PercentFormatter

    axis.set_major_formatter(PercentFormatter(1.0))


def plain(text: str) -> str:
    """Return text as matplotlib draws it letter by letter: a dollar starts no formula, a control character is a box."""
    shown = "\n".join(visible(line) for line in text.split("\n")).replace("$", r"\$")
    return _NO_GLYPH.sub("\ufffd", shown)


def label_of(text: str, *after: str) -> str:
    """Return a group's label for an axis: cut into two lines of what fits, and then what stands after it."""
    lines = textwrap.wrap(visible(text), LABEL, max_lines=2, placeholder=" …") or [""]
    return " ".join([plain("\n".join(line[: LABEL + 4] for line in lines)), *after])
