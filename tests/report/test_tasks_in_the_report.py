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
