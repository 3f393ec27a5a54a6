"""`assert_fair` in pytest: what passes, fails and can't be told; what people read; records; workers; a light start."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

import ethicscheck as ec
from ethicscheck.pytest_plugin import safe_name
from ethicscheck.testing import Listener, UnfairError, assert_fair, listen

MODULE = """
import numpy as np
import pytest
from ethicscheck.testing import assert_fair

def people(gap, rows=4000, small=0):
    y = np.tile([0, 0, 0, 0, 1], rows // 5)
    race = np.repeat(["a", "b"], rows // 2)
    place = np.arange(rows) // 5 % 20 / 20
    p = np.where(y == 1, 1, np.where(race == "a", place < 0.2, place < 0.2 + gap)).astype(int)
    return dict(y_true=y, y_pred=p, sensitive=race)

RULE = "false_positive_rate difference <= 0.1 across race"

def test_kept():
    assert_fair(**people(0.0), rule=RULE)

def test_broken():
    assert_fair(**people(0.3), rule=RULE)

def test_untold(assert_fair):
    assert_fair(**people(0.1, rows=400), rule=RULE)

def test_not_evaluable():
    assert_fair(**people(0.0, rows=40), rule=RULE)
"""


@pytest.fixture(autouse=True)
def _unheard() -> Iterator[None]:
    """What these tests assert on purpose is no news for our own summary."""
    end = listen(Listener())
    yield
    end()


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile(test_model=MODULE)
    return pytester


def test_each_verdict_ends_a_test_as_it_should(project: pytest.Pytester) -> None:
    """Kept passes, broken fails, and what nobody can tell is an expected failure, with its reason."""
    result = project.runpytest("-rx")

    result.assert_outcomes(passed=1, failed=1, xfailed=2)
    result.stdout.fnmatch_lines(
        [
            "*False positive rate by race: fails (gap at most 10 points)",
            "*found *between b (50.0 %) and a (20.0 %): 30.0 points.*at least 2?.? points*",
            "*groups *b  50.0 % (4?.?–5?.? %), 2,000 rows",
            "*next *",
            "*--ethicscheck-dir DIR*",
        ]
    )
    result.stdout.fnmatch_lines(["XFAIL test_model.py::test_untold - False positive rate by race: undecided*"])
    result.stdout.fnmatch_lines(["XFAIL test_model.py::test_not_evaluable - *can't be judged*"])


def test_a_failure_shows_the_callers_line_and_no_inner_frame(project: pytest.Pytester) -> None:
    """Whoever reads it wants to see who is treated how, not our code."""
    shown = project.runpytest("-k", "broken").stdout.str()

    assert "assert_fair(**people(0.3), rule=RULE)" in shown
    assert "testing.py" not in shown
    assert "policy/rule_text.py" not in shown


@pytest.mark.parametrize(
    ("choice", "outcomes"),
    [
        ("xfail", {"passed": 1, "failed": 1, "xfailed": 2}),
        ("fail", {"passed": 1, "failed": 3}),
        ("skip", {"passed": 1, "failed": 1, "skipped": 2}),
        ("pass", {"passed": 3, "failed": 1}),
    ],
)
@pytest.mark.parametrize("by", ["option", "ini"])
def test_what_becomes_of_the_undecided_is_chosen(
    project: pytest.Pytester, choice: str, outcomes: dict[str, int], by: str
) -> None:
    """By the command line or the ini file; the command line is heard first."""
    if by == "ini":
        project.makeini(f"[pytest]\nethicscheck_inconclusive = {choice}\n")
        result = project.runpytest()
    else:
        project.makeini("[pytest]\nethicscheck_inconclusive = skip\n")
        result = project.runpytest(f"--ethicscheck-inconclusive={choice}")

    result.assert_outcomes(**outcomes)


def test_a_choice_that_there_is_not_stops_the_run(project: pytest.Pytester) -> None:
    """A slip in the ini file must not turn into the default."""
    project.makeini("[pytest]\nethicscheck_inconclusive = xfial\n")

    result = project.runpytest()

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*ethicscheck_inconclusive is 'xfial'; it is one of xfail, fail, skip, pass*"])


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_the_summary_lists_every_check_the_gravest_first(project: pytest.Pytester, workers: tuple[str, ...]) -> None:
    """One line each, wherever the test ran."""
    result = project.runpytest_subprocess(*workers)

    result.stdout.fnmatch_lines(
        [
            "=* fairness: 1 fails, 1 can't be judged, 1 undecided, 1 passes =*",
            "Fails *False positive rate by race, gap at most 10 points (test_model.py::test_broken)",
            " * 30.0 points*",
            "Can't be judged*(test_model.py::test_not_evaluable)",
            "Undecided *(test_model.py::test_untold)",
            "Passes *(test_model.py::test_kept)",
        ]
    )


def test_a_quiet_run_lists_only_what_does_not_pass(project: pytest.Pytester) -> None:
    """And says nothing at all where nothing was asserted."""
    shown = project.runpytest("-q").stdout.str()
    silent = project.runpytest("-k", "nothing").stdout.str()

    assert "::test_broken)" in shown
    assert "::test_kept)" not in shown
    assert "fairness:" not in silent


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_records_are_saved_under_a_name_of_their_own(project: pytest.Pytester, workers: tuple[str, ...]) -> None:
    """A record and a report for each assertion, which `load` reads back."""
    result = project.runpytest_subprocess("--ethicscheck-dir", "fair", *workers)

    folders = sorted((project.path / "fair").iterdir())
    assert [sorted(path.name for path in folder.iterdir()) for folder in folders] == [["audit.json", "report.html"]] * 4
    assert [folder.name.rpartition("-")[0] for folder in folders] == [
        safe_name(f"test_model.py::test_{name}") for name in ("broken", "kept", "not_evaluable", "untold")
    ]
    assert [ec.load(folder / "audit.json").verdict for folder in folders] == ["fail", "pass", *["inconclusive"] * 2]
    result.stdout.fnmatch_lines(
        [f"*record *{folders[0]}/report.html*", f"Records and reports are in {project.path}/fair"]
    )


def test_two_tests_never_share_a_folder() -> None:
    """Ids that look alike as file names differ all the same, and no id leaves the folder."""
    ids = [
        "t.py::a[x/y]",
        "t.py::a[x y]",
        "t.py::a[x-y]",
        "t.py::" + "long" * 100,
        "t.py::" + "long" * 101,
        "../../t.py::a",
    ]
    names = [safe_name(one) for one in ids]

    assert len(set(names)) == len(ids)
    assert all("/" not in name and not name.startswith(".") and len(name) <= 90 for name in names)


def test_junit_files_tell_what_was_checked(project: pytest.Pytester) -> None:
    """The properties of a test case name rule and verdict."""
    project.runpytest("--junitxml=junit.xml", "-o", "junit_family=xunit1")

    told = {
        case.get("name"): [one.get("value") for one in case.iter("property")]
        for case in ET.parse(project.path / "junit.xml").iter("testcase")
    }
    assert told["test_kept"] == ["Passes: False positive rate by race (gap at most 10 points)"]


def test_without_the_plugin_the_function_still_judges(project: pytest.Pytester) -> None:
    """`-p no:ethicscheck` takes away the summary and the fixture, not the verdict."""
    result = project.runpytest_subprocess("-p", "no:ethicscheck")

    result.assert_outcomes(passed=1, failed=1, xfailed=1, errors=1)
    assert "fairness:" not in result.stdout.str()


def test_the_plugin_loads_without_the_library(project: pytest.Pytester) -> None:
    """A suite that never asserts fairness pays for none of it."""
    project.makepyfile(
        test_light="""
        import sys

        def test_light():
            assert "ethicscheck.pytest_plugin" in sys.modules
            loaded = {"numpy", "pandas", "pydantic", "duckdb", "scipy", "jinja2", "ethicscheck.api"} & set(sys.modules)
            assert loaded == set()
        """
    )

    result = project.runpytest_subprocess("test_light.py", "-W", "error", "-p", "no:hypothesispytest")

    result.assert_outcomes(passed=1)


def test_the_page_on_pytest_shows_what_it_shows(pytester: pytest.Pytester) -> None:
    """Its test is run as it stands there, and its lines are looked for in that order; … stands for anything."""
    page = (Path(__file__).parents[2] / "docs/pytest.md").read_text(encoding="utf-8")
    code, shown = re.findall(
        r"<!-- file: test_model.py -->\n\n```python\n(.+?)```.+?```text\n(.+?)```", page, re.DOTALL
    )[0]
    pytester.path.joinpath("test_model.py").write_text(code, encoding="utf-8")

    result = pytester.runpytest("test_model.py", "--ethicscheck-dir", "fairness")

    assert result.ret == 1
    result.stdout.fnmatch_lines([line.replace("…", "*").replace("[", "[[]") for line in shown.splitlines()])


def test_in_a_fixture_and_in_unittest_it_works_as_well(pytester: pytest.Pytester) -> None:
    """What is asserted while a test is set up is told too; unittest's classes are tests."""
    pytester.makepyfile(
        test_model=MODULE
        + """
import unittest

@pytest.fixture
def model():
    assert_fair(**people(0.0), rule=RULE)

def test_of_model(model):
    pass

class TestOld(unittest.TestCase):
    def test_broken_too(self):
        assert_fair(**people(0.3), rule=RULE)
    def test_untold_too(self):
        assert_fair(**people(0.1, rows=400), rule=RULE)
"""
    )

    result = pytester.runpytest("-k", "of_model or too")

    result.assert_outcomes(passed=1, failed=1, xfailed=1)
    result.stdout.fnmatch_lines(["=* fairness: 1 fails, 1 undecided, 1 passes =*"])


def test_outside_of_pytest_what_can_not_be_told_is_an_error(tmp_path: Path) -> None:
    """A script has nobody to expect a failure: nothing passes that was not shown."""
    script = tmp_path / "check.py"
    script.write_text(
        MODULE.replace("import pytest\n", "")
        + """
import json, sys
told = []
for name in ("test_kept", "test_broken", "test_not_evaluable"):
    try:
        globals()[name]()
        told.append("kept")
    except AssertionError as error:
        told.append(type(error).__name__ + " " + error.result.verdict)
print(json.dumps([told, "pytest" in sys.modules]))
""",
        encoding="utf-8",
    )

    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True, env={"PATH": ""})

    assert json.loads(done.stdout) == [["kept", "UnfairError fail", "UnfairError inconclusive"], False]


PEOPLE = {"y_true": [0, 1] * 100, "y_pred": [0, 1] * 100}
TWO = ["f", "m", "m", "f"] * 50


def test_an_array_is_called_by_the_feature_of_the_rule() -> None:
    """`sensitive=race, rule="… across race"` needs no name twice."""
    result = assert_fair(**PEOPLE, sensitive=TWO, rule="selection_rate difference <= 0.9 across sex")

    assert [feature.name for feature in result.record.data.features] == ["sex"]


def test_a_comma_lists_features_and_a_cross_crosses_them() -> None:
    """`across sex, age` asks two questions, `across sex × age` one."""
    features = {"sex": TWO, "age": ["old"] * 100 + ["young"] * 100}
    rule = "selection_rate difference <= 0.9 across"

    listed = assert_fair(**PEOPLE, sensitive=features, rule=f"{rule} sex, age")
    crossed = assert_fair(**PEOPLE, sensitive=features, rule=f"{rule} sex × age")

    assert [one.rule.across for one in listed.record.findings] == [("sex",), ("age",)]
    assert [one.rule.across for one in crossed.record.findings] == [("sex", "age")]


def test_several_rules_are_judged_as_several_questions() -> None:
    """Holm's adjustment sees them all, and the message names each that is not kept."""
    with pytest.raises(UnfairError) as caught:
        assert_fair(
            y_true=[0, 1] * 400,
            y_pred=[1, 1, 1, 1, 0, 0, 0, 1] * 100,
            sensitive=["f", "f", "f", "m", "m", "m", "m", "f"] * 100,
            rule=["selection_rate ratio >= 0.8", "accuracy difference <= 0.9", "false_positive_rate difference <= 0.1"],
        )

    text = str(caught.value)
    assert text.index("False positive rate by group: fails") >= 0
    assert "Selection rate by group: fails" in text
    assert "Accuracy" not in text
    assert len(caught.value.result.record.findings) == 3


def test_a_frame_and_a_threshold_do_as_well() -> None:
    """Columns by name, and a decision made from a score."""
    import pandas as pd

    frame = pd.DataFrame({"y": [0, 1] * 100, "s": [0.2, 0.9] * 100, "sex": TWO})

    result = assert_fair(
        frame, y_true="y", score="s", threshold=0.5, sensitive="sex", rule="accuracy each >= 0.9 across sex"
    )

    assert result.verdict == "pass"


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("false_positve_rate difference <= 0.1", "character 1) — did you mean 'false_positive_rate'?"),
        ("accuracy differnce <= 0.1", "character 10) — did you mean 'difference'?"),
        ("accuracy difference < 0.1", "character 21) — write <=: a limit that is just met is kept"),
        ("accuracy difference <= 10%", "character 24) — write 0.1"),
        ("accuracy difference <= 10 %", "character 27) — give shares as numbers"),
        ("accuracy difference <= nan", "character 24) — a finite number is meant here"),
        ("accuracy difference <= 0.1 by sex", 'character 28) — write "across" and a feature'),
        ("accuracy difference <= 0.1 across sex race", "character 39) — put × between features"),
        ("accuracy difference <= 0.1 across", "the rule ends where a feature should stand"),
        ("", "the rule ends where the name of a metric should stand"),
        ("accuracy difference <= 0.1 across 'sex", "character 35)"),
        ("accuracy difference <= 0.1 across sex, race", "there is one array"),
    ],
)
def test_a_slip_in_a_rule_is_shown_with_its_place(rule: str, told: str) -> None:
    """And with what was probably meant."""
    with pytest.raises(ec.ConfigError) as caught:
        assert_fair(**PEOPLE, sensitive=TWO, rule=rule)

    assert told in str(caught.value)


def test_slips_in_several_rules_are_told_at_once() -> None:
    """Nobody mends them one by one."""
    with pytest.raises(ec.ConfigError) as caught:
        assert_fair(**PEOPLE, sensitive=TWO, rule=["acuracy difference <= 0.1", "accuracy ratoi >= 0.8"])

    assert [problem.hint for problem in caught.value.problems] == ["did you mean 'accuracy'?", "did you mean 'ratio'?"]
    with pytest.raises(ec.UsageError, match="there is no rule to keep"):
        assert_fair(**PEOPLE, sensitive=TWO, rule=[])
    with pytest.raises(ec.UsageError, match="did you mean 'xfail'"):
        assert_fair(**PEOPLE, sensitive=TWO, rule="accuracy each >= 0.5", inconclusive="xfial")  # type: ignore[arg-type]
