"""Figures for papers: what is drawn is what the record says, nothing is clipped, pyplot is left alone."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import ethicscheck as ec
from ethicscheck.display import CalibrationDisplay, GapDisplay, RepresentationDisplay

EXAMPLES = Path(__file__).parents[2] / "examples"
LONG = "a group with a $very$ long name, which would fill the page from side to side and then some"


@pytest.fixture(scope="module")
def compas() -> ec.AuditResult:
    return ec.audit(EXAMPLES / "compas/ethicscheck.yaml")


@pytest.fixture(scope="module")
def made() -> ec.AuditResult:
    """Names that are hard to draw, a small group, scores, and a population."""
    chance = np.random.default_rng(0)
    race = chance.choice([LONG, "b_2", "\x1bc"], 900, p=[0.6, 0.38, 0.02])
    y = chance.integers(0, 2, 900)
    score = np.clip(y * 0.4 + chance.random(900) * 0.6, 0, 1)
    return ec.audit(
        y,
        y_score=score,
        threshold=0.5,
        sensitive={"race": race},
        population={"race": {LONG: 0.5, "b_2": 0.4, "\x1bc": 0.1}},
        rules="selection_rate ratio >= 0.8",
    )


def draw(figure: Figure) -> FigureCanvasAgg:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return canvas


def texts(display: GapDisplay | CalibrationDisplay | RepresentationDisplay) -> list[str]:
    legends = [*display.figure_.legends, *([display.ax_.get_legend()] if display.ax_.get_legend() else [])]
    return [text.get_text() for legend in legends for text in legend.get_texts()]


def test_dots_intervals_and_band_are_the_records_numbers(compas: ec.AuditResult) -> None:
    """The highest on top; the band is the rule's margin above the lowest group that takes part."""
    display = GapDisplay.from_result(compas, "false_positive_rate", "race").plot()
    rows = compas.chart("false_positive_rate", "race").to_frame().sort_values("value", ascending=False)

    dots = [line for line in display.ax_.lines if line.get_marker() == "o"]
    bars = [line for line in display.ax_.lines if line.get_marker() == "None" and line.get_linestyle() == "-"]
    assert [dot.get_xdata()[0] for dot in dots] == rows.value.tolist()
    assert [list(bar.get_xdata()) for bar in bars] == rows[["low", "high"]].values.tolist()
    assert [label.get_text() for label in display.ax_.get_yticklabels()] == [
        f"{group['race']} ({count:,})" for group, count in zip(rows.group, rows.rows, strict=True)
    ]
    band = display.ax_.patches[0].get_extents().transformed(display.ax_.transData.inverted())
    lowest = rows[rows.rows >= 30].value.min()
    assert (band.x0, band.x1) == pytest.approx((lowest, lowest + 0.1))
    assert texts(display) == ["what the rule allows", "everyone", "fewer than 30 people"]
    hollow = [label for label, dot in zip(rows.rows, dots, strict=True) if dot.get_markerfacecolor() == "white"]
    assert hollow == [count for count in rows.rows if count < 30]


def test_a_group_without_a_value_says_why_and_no_band_leaves_the_range() -> None:
    """A rate of 110 % there is not, whatever a rule allows; nobody to count is told in words."""
    y = np.r_[np.zeros(60), np.arange(140) % 2, np.arange(100) % 2].astype(int)
    age = np.array(["old"] * 60 + ["young"] * 140 + ["middle"] * 100)
    result = ec.audit(y, y, sensitive={"age": age}, rules="true_positive_rate difference <= 0.1")

    display = GapDisplay.from_result(result, "true_positive_rate", "age").plot()

    assert [text.get_text() for text in display.ax_.texts] == ["nobody for whom the outcome happened"]
    assert [label.get_text() for label in display.ax_.get_yticklabels()][-1] == "old (60)"
    band = display.ax_.patches[0].get_extents().transformed(display.ax_.transData.inverted())
    assert band.x1 == pytest.approx(1.0)


def test_an_interval_without_an_end_runs_to_the_edge() -> None:
    """R² of a handful of rows may be anything; the figure stays finite."""
    made = np.random.default_rng(0)
    group = made.choice(["a", "b", "c"], 400, p=[0.6, 0.39, 0.01])
    y = made.normal(size=400)
    result = ec.audit(
        y, y + made.normal(size=400), sensitive={"g": group}, task="regression", rules="r2_score each >= 0.2"
    )

    display = GapDisplay.from_result(result, "r2_score", "g").plot()

    draw(display.figure_)
    assert np.isfinite(display.ax_.get_xlim()).all()
    assert max(np.abs(display.ax_.get_xlim())) < 1e3


@pytest.mark.parametrize("kind", ["gap", "calibration", "representation"])
def test_nothing_is_clipped_however_long_the_names(made: ec.AuditResult, kind: str) -> None:
    """Every text lies inside the figure, and no two labels of groups overlap."""
    display: GapDisplay | CalibrationDisplay | RepresentationDisplay = {
        "gap": lambda: GapDisplay.from_result(made, "selection_rate", "race"),
        "calibration": lambda: CalibrationDisplay.from_result(made, "race"),
        "representation": lambda: RepresentationDisplay.from_result(made, "race"),
    }[kind]()
    figure = display.plot().figure_
    renderer = draw(figure).get_renderer()

    shown = [display.ax_.xaxis.label]
    for axis, (low, high) in ((display.ax_.xaxis, display.ax_.get_xlim()), (display.ax_.yaxis, display.ax_.get_ylim())):
        inside = [min(low, high) <= place <= max(low, high) for place in axis.get_ticklocs()]
        shown += itertools.compress(axis.get_ticklabels(), inside)
    shown += [text for legend in figure.legends for text in legend.get_texts()]
    for text in shown:
        box = text.get_window_extent(renderer)
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= figure.bbox.x1, text
        assert box.y1 <= figure.bbox.y1, text
    labels = sorted((one.get_window_extent(renderer) for one in display.ax_.get_yticklabels()), key=lambda box: box.y0)
    assert all(below.y1 <= above.y0 for below, above in itertools.pairwise(labels))


def test_a_display_draws_on_axes_of_someone_else(compas: ec.AuditResult) -> None:
    """Two panels of one figure; the layout stays its owner's."""
    figure = Figure(figsize=(10, 4))
    left, right = figure.subplots(1, 2)

    first = GapDisplay.from_result(compas, "false_positive_rate", "race").plot(left)
    second = GapDisplay.from_result(compas, "false_negative_rate", "race").plot(ax=right)

    assert (first.ax_, second.ax_) == (left, right)
    assert first.figure_ is figure
    assert not figure.legends
    assert texts(second)[:1] == ["what the rule allows"]
    draw(figure)


def test_all_is_grey(compas: ec.AuditResult, made: ec.AuditResult) -> None:
    """It prints as it looks."""
    for display in (
        GapDisplay.from_result(compas, "false_positive_rate", "race"),
        CalibrationDisplay.from_result(made, "race"),
        RepresentationDisplay.from_result(made, "race"),
    ):
        pixels = np.asarray(draw(display.plot().figure_).buffer_rgba())[..., :3].astype(int)
        assert np.ptp(pixels, axis=2).max() == 0
        assert pixels.min() < 60


def test_curves_are_the_records_and_small_groups_are_drawn_when_asked(made: ec.AuditResult) -> None:
    """One line a group, told apart by line and mark; the diagonal because scores are probabilities."""
    display = CalibrationDisplay.from_result(made, "race").plot()
    asked = CalibrationDisplay.from_result(made, "race", groups=["␛c"]).plot()
    assert made.record.calibration is not None
    group = next(one for one in made.record.calibration.axes[0].groups if one.group == {"race": "b_2"})

    assert [one.split("\n")[0] for one in texts(display)] == ["as promised", "a group with a \\$very\\$ long", "b_2"]
    line = display.ax_.containers[1].lines[0]
    assert list(line.get_xdata()) == [point.mean_score for point in group.curve]
    assert list(line.get_ydata()) == [point.rate for point in group.curve]
    assert texts(asked) == ["as promised", "\ufffdc, few"]


def test_bars_are_shares_and_lines_the_population(made: ec.AuditResult) -> None:
    """As the record has them."""
    display = RepresentationDisplay.from_result(made, "race").plot()
    assert made.record.representation is not None
    groups = made.record.representation[0].groups

    bars = [patch.get_width() for patch in display.ax_.patches]
    assert bars == [group.share for group in groups]
    marks = next(line for line in display.ax_.lines if line.get_marker() == "|")
    assert list(marks.get_xdata()) == [group.population for group in groups]


def test_what_the_audit_does_not_hold_is_refused_with_a_guess(compas: ec.AuditResult, made: ec.AuditResult) -> None:
    """A slip gets the name that was meant."""
    with pytest.raises(ec.UsageError, match="'false_positive_rate'"):
        GapDisplay.from_result(compas, "false_positve_rate", "race")
    with pytest.raises(ec.UsageError, match="give the audit a population"):
        RepresentationDisplay.from_result(compas, "race")
    with pytest.raises(ec.UsageError, match="'race'"):
        CalibrationDisplay.from_result(made, "rac")
    with pytest.raises(ec.UsageError, match="'b_2'"):
        CalibrationDisplay.from_result(made, "race", groups=["b_3"])
    with pytest.raises(ec.UsageError, match="audit with a score and a label"):
        CalibrationDisplay.from_result(ec.audit([0, 1] * 50, [0, 1] * 50, sensitive=["a", "b"] * 50), "group")


def test_hidden_groups_are_hidden_in_figures_too() -> None:
    """A paper is a published document: `suppress_below` holds for its figures."""
    race = np.array(["a"] * 500 + ["b"] * 490 + ["c"] * 4 + ["d"] * 60)
    y = np.arange(len(race)) % 2
    result = ec.audit(y, 1 - y, sensitive={"race": race}, suppress_below=10)

    shown = GapDisplay.from_result(result, "selection_rate", "race").plot().ax_.get_yticklabels()

    assert not any("c (4)" in label.get_text() for label in shown)


def test_pyplot_and_the_callers_settings_are_left_alone(compas: ec.AuditResult) -> None:
    """No figure stays open behind one's back, no style is changed, no backend chosen."""
    before = dict(mpl.rcParams)
    picture = GapDisplay.from_result(compas, "false_positive_rate", "race")._repr_png_()

    assert picture.startswith(b"\x89PNG")
    assert dict(mpl.rcParams) == before
    code = (
        "import sys, ethicscheck as ec; from ethicscheck.display import GapDisplay;"
        "r = ec.audit([0, 1] * 50, [0, 1] * 50, sensitive=['a', 'b'] * 50);"
        "GapDisplay.from_result(r, 'accuracy', 'group')._repr_png_();"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_without_matplotlib_the_way_out_is_named(compas: ec.AuditResult, monkeypatch: pytest.MonkeyPatch) -> None:
    """Importing the displays needs nothing; drawing says what to install."""
    display = GapDisplay.from_result(compas, "false_positive_rate", "race")
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)

    with pytest.raises(ec.UsageError, match=r"pip install 'ethicscheck\[plot\]'"):
        display.plot()
