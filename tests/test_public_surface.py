"""The public surface, pinned: names, signatures, types. Adding is a decision; losing one breaks users."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path

import pytest

import ethicscheck as ec
from ethicscheck import display, scorers, testing

NAMES = [
    "AuditResult", "ComparisonResult", "ConfigError", "DataError", "EthicscheckError", "RecordError", "UnfairError",
    "UsageError", "__version__", "assert_fair", "audit", "compare", "load", "make_fairness_scorer", "refit_fair",
]  # fmt: skip

# The parameters, in order; those after `*` by name alone. A new one goes to the end of its kind, with a default.
SIGNATURES = {
    "audit": "frame, y_pred, *, y_true, y_score, label, prediction, sensitive, count, weight, score, threshold, positive, "
    "favourable, intersections, strata, unknown, profiles, rules, waivers, checklists, metrics, task, compare_with, cluster, "
    "pair, tolerance, population, custom, explore, proxies, mitigation, suppress_below, confidence, min_group, replicates, "
    "seed, subject, baseline, run",
    "assert_fair": "frame, *, rule!, y_true, y_pred, sensitive, score, threshold, positive, favourable, count, weight, "
    "cluster, unknown, task, custom, waivers, confidence, min_group, seed, inconclusive, subject",
    "load": "path!",
    "make_fairness_scorer": "rule!, *, sensitive!, positive, favourable, threshold, min_group, error_score",
    "refit_fair": "rule!, *, utility!, fairness, strict",
    "compare": "old!, new!",
}
METHODS = {
    "AuditResult.by_group": "self!",
    "AuditResult.gaps": "self!",
    "AuditResult.findings": "self!",
    "AuditResult.to_frame": "self!, across",
    "AuditResult.chart": "self!, metric!, across!",
    "AuditResult.charts": "self!",
    "AuditResult.save": "self!, folder!, formats, *, only, skip",
    "ComparisonResult.findings": "self!",
    "ComparisonResult.gaps": "self!",
    "ComparisonResult.to_frame": "self!",
}
DISPLAYS = {
    "GapDisplay": "result!, metric!, across!",
    "RepresentationDisplay": "result!, across!",
    "CalibrationDisplay": "result!, across!, groups",
}


def shape(function: object) -> str:
    """A signature's names: `!` is required, all after `*` goes by name."""
    parts: list[str] = []
    for parameter in inspect.signature(function).parameters.values():  # type: ignore[arg-type]
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in parts:
            parts.append("*")
        parts.append(parameter.name + ("!" if parameter.default is parameter.empty else ""))
    return ", ".join(parts)


def test_the_names_are_these() -> None:
    """`from ethicscheck import …` finds each, and nothing else is promised."""
    assert sorted(ec.__all__) == NAMES
    assert dir(ec) == NAMES
    assert all(hasattr(ec, name) for name in NAMES)
    assert sorted(testing.__all__) == ["UnfairError", "assert_fair"]
    assert sorted(scorers.__all__) == ["FairRefit", "FairnessScorer", "make_fairness_scorer", "refit_fair"]
    assert sorted(display.__all__) == sorted(DISPLAYS)
    with pytest.raises(AttributeError):
        ec.nothing_of_the_kind  # noqa: B018


@pytest.mark.parametrize("name", SIGNATURES)
def test_functions_take_what_they_took(name: str) -> None:
    """Names and order of parameters, and which are required."""
    assert shape(getattr(ec, name)) == SIGNATURES[name]


@pytest.mark.parametrize("name", METHODS)
def test_methods_take_what_they_took(name: str) -> None:
    """The same for what comes back from them."""
    owner, _, method = name.partition(".")

    assert shape(getattr(getattr(ec, owner), method)) == METHODS[name]


@pytest.mark.parametrize("name", DISPLAYS)
def test_displays_are_made_and_drawn_alike(name: str) -> None:
    """`from_result(…).plot(ax)`, as scikit-learn's."""
    assert shape(getattr(display, name).from_result) == DISPLAYS[name]
    assert shape(getattr(display, name).plot) == "self!, ax"


def test_the_public_functions_are_documented() -> None:
    """Every parameter of a public function stands in its docstring."""
    for name in SIGNATURES:
        told = inspect.getdoc(getattr(ec, name)) or ""
        for parameter in inspect.signature(getattr(ec, name)).parameters:
            assert parameter in told.replace("*", ""), (name, parameter)


def test_the_errors_are_a_family() -> None:
    """One `except` catches what a user can mend; a rule that is broken is an assertion."""
    for error in (ec.ConfigError, ec.DataError, ec.RecordError, ec.UsageError):
        assert issubclass(error, ec.EthicscheckError)
    assert issubclass(ec.UnfairError, AssertionError)


USER = """
from __future__ import annotations

import ethicscheck as ec
from ethicscheck.display import GapDisplay
from ethicscheck.scorers import FairRefit, FairnessScorer
from ethicscheck.testing import assert_fair

RULE = "selection_rate difference <= 0.1 across sex"
result: ec.AuditResult = ec.audit([0, 1], [0, 1], sensitive=["f", "m"], rules=RULE)
verdict: str = result.verdict
code: int = result.exit_code
for finding in result.record.findings:
    value: float | None = finding.observed.value if finding.observed is not None else None
again: ec.AuditResult = assert_fair(y_true=[0], y_pred=[0], sensitive=["f"], rule=[RULE], inconclusive="skip")
scorer: FairnessScorer = ec.make_fairness_scorer(RULE, sensitive="sex", error_score="raise")
refit: FairRefit = ec.refit_fair(RULE, utility="accuracy")
chosen: int = refit({"mean_test_accuracy": [1.0]})
drawn: GapDisplay = GapDisplay.from_result(result, "selection_rate", "sex").plot()
change: ec.ComparisonResult = ec.compare(result, again)
"""
WRONG = {
    'ec.assert_fair(rule="x", inconclusive="maybe")': "arg-type",
    "ec.refit_fair('x')": "call-arg",
    "ec.audit([0], [0], sensitve=['f'])": "call-arg",
    "ec.load(3)": "arg-type",
    "wrong: int = ec.load('a').verdict": "assignment",
}


@pytest.mark.slow
def test_users_of_mypy_see_the_types(tmp_path: Path) -> None:
    """`py.typed` ships, and --strict passes what is right and finds what is wrong."""
    assert (Path(str(ec.__file__)).parent / "py.typed").exists()
    (tmp_path / "right.py").write_text(USER, encoding="utf-8")
    lines = ["import ethicscheck as ec", *WRONG]
    (tmp_path / "wrong.py").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "mypy.ini").write_text("[mypy]\nstrict = true\nfollow_imports = silent\n", encoding="utf-8")
    cache = os.environ.get("MYPY_CACHE_DIR", str(tmp_path / "cache"))

    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--cache-dir", cache, "right.py", "wrong.py"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )

    told = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert [line.split(":")[:2] for line in told] == [["wrong.py", str(place)] for place in range(2, len(lines) + 1)], (
        told
    )
    assert all(line.endswith(f"[{code}]") for line, code in zip(told, WRONG.values(), strict=True)), told
