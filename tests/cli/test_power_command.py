"""`ethicscheck power` at the terminal: exit codes, the JSON's shape, and lines that fit."""

from __future__ import annotations

import json

import pytest

from ethicscheck.cli import run
from ethicscheck.model.power import PowerPlan
from helpers import write_config

RULE = {"id": "gap", "metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.1}
DATA = "group,y,p\n" + "".join(f"{'ab'[place % 2]},{place % 3 % 2},{int(place % 7 < 3)}\n" for place in range(400))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with data, in which the command runs."""
    (tmp_path / "data.csv").write_text(DATA)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_judges_nothing_and_leaves_with_0(folder, capsys):
    """Whatever the verdict of an audit would be."""
    write_config(folder, rules=[RULE, {**RULE, "id": "never", "max": 0.0001}])

    assert run(["power"]) == 0
    text = capsys.readouterr().out
    assert "Selection rate by group: difference at most 0.1  gap" in text
    assert "pass" not in text.lower()
    assert "fail" not in text.lower()
    assert sorted(path.name for path in folder.iterdir()) == ["data.csv", "ethicscheck.yaml"]


def test_without_rules_it_lists_the_smallest_gaps(folder, capsys):
    """That alone, and exit 0."""
    write_config(folder)

    assert run(["power"]) == 0
    text = capsys.readouterr().out
    assert "The smallest true gaps that today's rows would show" in " ".join(text.split())
    assert "Equalized odds" in text


def test_the_json_is_a_plan_and_reads_back(folder, capsys):
    """A stable shape, named by its schema."""
    write_config(folder, rules=[RULE])

    assert run(["power", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["schema"] == "ethicscheck/power/1"
    assert set(value) == {"schema", "subject", "rows", "confidence", "chance", "min_group", "rules", "gaps"}
    assert set(value["rules"][0]["if_alike"]) == {"each", "each_total", "factor", "factor_total"}
    assert PowerPlan.model_validate(value).rules[0].id == "gap"


@pytest.mark.parametrize("width", ["40", "72", "200"])
def test_it_fits_narrow_and_wide_terminals(folder, capsys, monkeypatch, width):
    """No line is wider than the terminal, nor than 100."""
    monkeypatch.setenv("COLUMNS", width)
    write_config(folder, rules=[RULE])

    assert run(["power"]) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= min(int(width), 100)


def test_a_plan_without_data_needs_no_config(tmp_path, monkeypatch, capsys):
    """Before there are data: so many rows, these shares, about this rate."""
    monkeypatch.chdir(tmp_path)

    assert run(["power", "--rows", "5000", "--shares", "0.7,0.2,0.1", "--rate", "0.3", "--max", "0.1"]) == 0
    text = capsys.readouterr().out
    assert "today" not in text
    assert "3,500" in text


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--shares", "0.7,0.2"], "--shares needs --rows and --rate"),
        (["--shares", "0.7,0.2", "--rows", "100", "--rate", "0.3"], "add up to 1"),
        (["--shares", "most", "--rows", "100", "--rate", "0.3"], "add up to 1"),
        (["--rate", "0.3"], "give --shares too"),
        (["--rows", "0"], "0 is not in the range"),
        (["nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_what_it_cant_plan_it_refuses_with_2(folder, capsys, words, said):
    """Bad usage and bad configs are 2, as everywhere."""
    write_config(folder)

    assert run(["power", *words]) == 2
    assert said in capsys.readouterr().err


def test_data_that_cant_be_audited_cant_be_planned_from(folder, capsys):
    """The same errors as an audit's."""
    write_config(folder, sensitive=["region"])

    assert run(["power"]) == 2
    assert "there is no column 'region'" in capsys.readouterr().err
