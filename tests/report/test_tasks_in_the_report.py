"""What the report says of several classes and of a predicted number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ethicscheck.report import render
from helpers import audit_frame

RNG = np.random.default_rng(8)


@pytest.fixture(scope="module")
def wages() -> str:
    """A page about 2,000 wages, predicted too low for women."""
    sex = RNG.choice(["women", "men"], 2000)
    wage = RNG.lognormal(10.2, 0.4, 2000)
    frame = pd.DataFrame({"group": sex, "y": wage, "p": wage * RNG.lognormal(0, 0.1, 2000) - 3000 * (sex == "women")})
    rule = {"id": "mae", "metric": "mean_absolute_error", "across": "group", "compare": "difference", "max": 1000}
    return render(audit_frame(frame, task="regression", tolerance=5000, rules=[rule])).decode()


@pytest.fixture(scope="module")
def jobs() -> str:
    """A page about 2,000 biographies, in four classes."""
    sex = RNG.choice(["women", "men"], 2000)
    truth = np.where(
        sex == "women", RNG.choice(list("abcd"), 2000, p=[0.1, 0.4, 0.1, 0.4]), RNG.choice(list("abcd"), 2000)
    )
    frame = pd.DataFrame({"group": sex, "y": truth, "p": np.where(RNG.random(2000) < 0.8, truth, "a")})
    rule = {"id": "f1", "metric": "macro_f1", "across": "group", "compare": "difference", "max": 0.05}
    return render(audit_frame(frame, task="multiclass", rules=[rule])).decode()


def test_a_predicted_number_is_told_in_its_own_unit(wages) -> None:
    """Thousands are written as thousands, and nothing is called a decision or a share that is none."""
    assert "too low" in wages
    assert "got a prediction at most 5000 off" in wages
    assert "predictions for 2,000 people" in wages
    for odd in ("Decision that helps", "positive decision", "e+0", ">nan", " nan ", ">None"):
        assert odd not in wages, odd


def test_errors_are_shown_by_size_of_the_true_value(wages) -> None:
    """With the caution that a quarter of the recorded truth is partly luck."""
    assert "By size of the true value" in wages
    assert "quartile of y" in wages
    assert "partly by" in wages


def test_several_classes_are_counted_per_thousand(jobs) -> None:
    """And shown as which class gets which group."""
    assert "this many were put in the right class" in jobs
    assert "this many were put in “b”" in jobs
    assert "Which class gets which group" in jobs
    for odd in ("Decision that helps", "got the decision that fits", ">nan", " nan ", ">None"):
        assert odd not in jobs, odd


def test_a_measure_that_two_tasks_have_is_explained_by_this_one(jobs) -> None:
    """Accuracy of classes is not (TP + TN) / all."""
    assert "rows with prediction = truth / all" in jobs
    assert "(TP + TN) / all" not in jobs


def test_what_cannot_be_told_of_errors_is_said_once() -> None:
    """Neither their side nor their size: one sentence. The share within tolerance is called a share in a finding."""
    error = np.tile([-2.0, 1.0, 2.0, -1.0], 100)
    frame = pd.DataFrame({"group": np.repeat(["a", "b"], 200), "y": np.arange(400.0)}).assign(p=lambda f: f.y + error)
    rule = {"id": "r", "metric": "within_tolerance", "across": "group", "compare": "difference", "max": 0.1}
    record = audit_frame(frame.assign(p=frame.p + (frame.index == 0)), task="regression", tolerance=1, rules=[rule])
    page = render(record).decode()

    assert page.count("These data show no sure difference between groups in") == 1
    assert "in which side predictions lean to or how far off predictions are." in page
    assert record.findings[0].message.startswith("Gap in share within tolerance between")
