"""A record that was edited into saying something else is not drawn; one that an audit made always is."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ethicscheck.auditing import load_config, make_record
from ethicscheck.cli import run
from ethicscheck.model.record import read_record
from helpers import audit_text

EXAMPLES = Path(__file__).parents[2] / "examples"
Edit = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def compas() -> bytes:
    return make_record(load_config(EXAMPLES / "compas/ethicscheck.yaml")).to_json()


def first(rows: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    """Return the first row with an interval and those values."""
    return next(row for row in rows if "interval" in row and all(row.get(key) == it for key, it in wanted.items()))


def acquit(record: dict[str, Any]) -> None:
    record["verdict"] = "pass"


def ask_nothing(record: dict[str, Any]) -> None:
    record["verdict"], record["findings"] = "pass", []


def lose_rows(record: dict[str, Any]) -> None:
    record["data"]["audited"] -= 1


def owe_rows(record: dict[str, Any]) -> None:
    record["data"]["features"][0]["groups"][0]["rows"] = -1


def owe_people(record: dict[str, Any]) -> None:
    record["estimates"][3]["denominator"] = -1


def turn_round(record: dict[str, Any]) -> None:
    ends = first(record["estimates"])["interval"]
    ends["low"], ends["high"] = ends["high"], ends["low"]


def prettify(record: dict[str, Any]) -> None:
    row = first(record["estimates"])
    row["value"] = row["interval"]["high"] + 1e-9


def prettify_a_gap(record: dict[str, Any]) -> None:
    first(record["disparities"], to="gap")["value"] = -1.0


def prettify_a_finding(record: dict[str, Any]) -> None:
    record["findings"][0]["observed"]["value"] = 0.0


def lose_the_metric(record: dict[str, Any]) -> None:
    del record["findings"][0]["rule"]["metric"]


def lose_the_comparison(record: dict[str, Any]) -> None:
    del record["findings"][0]["rule"]["compare"]


def lose_the_limit(record: dict[str, Any]) -> None:
    record["findings"][0]["rule"].pop("max", None)


def add_a_limit(record: dict[str, Any]) -> None:
    record["findings"][0]["rule"] |= {"max": 0.1, "min": 0.1}


def lose_what_was_observed(record: dict[str, Any]) -> None:
    record["findings"][0]["observed"] = None


def rename_a_group(record: dict[str, Any]) -> None:
    first(record["disparities"], to="gap")["group"] = {"colour": "red"}


def add_a_feature(record: dict[str, Any]) -> None:
    first(record["disparities"], to="reference")["against"]["colour"] = "red"


def leave_out_another(record: dict[str, Any]) -> None:
    first(record["disparities"], to="gap")["left_out"] = [{"group": {"colour": "red"}, "reason": "few_rows"}]


def move_a_group(record: dict[str, Any]) -> None:
    record["estimates"][-1]["group"]["colour"] = "red"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (acquit, "verdict: it is 'pass', but 'fail' follows from the findings"),
        (ask_nothing, "verdict: it is 'pass', but 'inconclusive' follows from the findings"),
        (lose_rows, r"data: \d+ rows audited and \d+ excluded are not 7214"),
        (owe_rows, "data.features.race.*: -1 is less than nothing"),
        (owe_people, "estimates.3.denominator: -1 is less than nothing"),
        (turn_round, r"estimates.\d+: the interval's low end .* is above its high end"),
        (prettify, r"estimates.\d+: .* lies outside its interval"),
        (prettify_a_gap, r"disparities.\d+: -1.0 lies outside its interval"),
        (prettify_a_finding, "findings.0.observed: 0.0 lies outside its interval"),
        (lose_the_metric, "findings.0.rule: a rule on a metric has metric and compare"),
        (lose_the_comparison, "findings.0.rule: a rule on a metric has metric and compare"),
        (lose_the_limit, "findings.0.rule: a rule on a metric has either max or min"),
        (add_a_limit, "findings.0.rule: a rule on a metric has either max or min"),
        (lose_what_was_observed, "findings.0: 'fail' needs something observed"),
        (rename_a_group, r"disparities.\d+: the group {'colour': 'red'} is none of race"),
        (add_a_feature, r"disparities.\d+: the group .* is none of race"),
        (leave_out_another, r"disparities.\d+: the group {'colour': 'red'} is none of race"),
        (move_a_group, r"estimates.\d+: the group .* is none of race"),
    ],
)
def test_an_edited_record_is_refused(
    edit: Edit, words: str, compas: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A report is believed, so its record must at least agree with itself: exit 2, and nothing is drawn."""
    record = json.loads(compas)
    edit(record)
    (tmp_path / "audit.json").write_text(json.dumps(record))

    code = run(["report", str(tmp_path / "audit.json"), "-o", str(tmp_path / "out")])

    err = capsys.readouterr().err
    assert code == 2
    assert re.fullmatch(rf"error: the record is not whole: {words}.* \(audit.json\) — was it edited\?.*\n", err)
    assert not (tmp_path / "out").exists()


def test_rounding_is_no_edit(compas: bytes) -> None:
    """A value may leave its interval by what floating point costs."""
    record = json.loads(compas)
    row = first(record["estimates"])
    row["value"] = row["interval"]["high"] + 1e-14

    assert read_record(json.dumps(record), "audit.json").verdict == "fail"


@pytest.mark.parametrize("example", ["berkeley", "compas", "hiring", "promotion"])
def test_what_an_audit_writes_is_whole(example: str, tmp_path: Path) -> None:
    """Every record that is made can be drawn again, to the byte."""
    run(["audit", str(EXAMPLES / example / "ethicscheck.yaml"), "-o", str(tmp_path / "a"), "-q"])

    assert run(["report", str(tmp_path / "a/audit.json"), "-o", str(tmp_path / "b")]) == 0
    assert (tmp_path / "a/report.html").read_bytes() == (tmp_path / "b/report.html").read_bytes()


def test_groups_left_out_keep_the_order_of_their_features(tmp_path: Path) -> None:
    """Canonical JSON sorts keys: "z · a" must not come back as "a · z"."""
    rows = "".join(f"{sex},{age},{place % 2},1\n" for sex in "mf" for age in ("old", "new") for place in range(4))
    record = audit_text(
        tmp_path,
        "sex,age,y,p\n" + rows,
        sensitive=["sex", "age"],
        intersections=[["sex", "age"]],
        statistics={"min_group": 30},
    )

    again = read_record(record.to_json(), "audit.json")

    left_out = [part.group for row in again.disparities for part in row.left_out if len(row.features) == 2]
    assert {tuple(group) for group in left_out} == {("sex", "age")}
