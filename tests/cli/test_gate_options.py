"""`--only`, `--skip`, `--fail-on`, `--exit-zero` and ending waivers, as people type and read them."""

from __future__ import annotations

import csv
import datetime
import json
from pathlib import Path

import pytest

from compare_helpers import RULES, audited, people
from ethicscheck.cli import run
from ethicscheck.exports.voices import lines
from helpers import config_value

SEL = {"id": "sel", "metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.5}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder with people and a config of two rules: fpr fails, sel passes."""
    monkeypatch.chdir(tmp_path)
    people(0.4).to_csv("data.csv", index=False)
    write({"rules": [{**RULES[0], "severity": "warning"}, SEL]})
    return tmp_path


def write(policy: dict[str, object]) -> None:
    value = config_value()
    value["policy"] |= policy
    Path("ethicscheck.yaml").write_text(json.dumps(value), encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 1),
        (("--exit-zero",), 0),
        (("--skip", "fpr"), 0),
        (("--only", "EC106"), 1),
        (("--only", "s*"), 0),
        (("--fail-on", "error"), 0),
        (("--fail-on", "warning"), 1),
        (("--only", "fqr"), 2),
        (("--only", "sel", "--skip", "sel", "--exit-zero"), 2),
        (("--fail-on", "fatal"), 2),
    ],
)
def test_the_options_of_the_gate_make_the_exit_code(folder: Path, words: tuple[str, ...], code: int) -> None:
    assert run(["audit", "-q", *words]) == code


def test_a_misspelt_id_is_told_before_any_data_are_read(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "data.csv").unlink()

    assert run(["audit", "--skip", "fpp"]) == 2
    assert "did you mean 'fpr'?" in capsys.readouterr().err
    assert not Path("ethicscheck-out").exists()


def test_what_could_not_be_audited_stays_2_with_exit_zero(folder: Path) -> None:
    (folder / "data.csv").unlink()

    assert run(["audit", "-q", "--exit-zero"]) == 2


def test_a_choice_is_what_ci_and_terminal_show_while_record_and_report_have_all(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    formats = [
        word for name in ("html", "junit", "sarif", "gitlab", "csv", "openmetrics", "comment") for word in ("-f", name)
    ]
    code = run(["audit", "--skip", "fpr", *formats])
    out = Path("ethicscheck-out")

    assert code == 0
    shown = capsys.readouterr().out
    assert "Passes its rules" in shown
    assert "1 finding is left out here" in shown
    record = json.loads((out / "audit.json").read_bytes())
    assert record["verdict"] == "fail"
    assert [finding["id"] for finding in record["findings"]] == ["fpr", "sel"]
    assert "chosen" not in record
    assert "Fails its rules" in (out / "report.html").read_text(encoding="utf-8")
    rows = list(csv.DictReader((out / "findings.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [row["id"] for row in rows] == ["sel"]
    sarif = json.loads((out / "ethicscheck.sarif").read_bytes())["runs"][0]
    assert [result["ruleId"] for result in sarif["results"]] == ["sel"]
    assert sarif["properties"]["findingsLeftOut"] == 1
    assert 'name="findings_left_out" value="1"' in (out / "junit.xml").read_text(encoding="utf-8")
    assert "ethicscheck_findings_left_out 1" in (out / "metrics.txt").read_text(encoding="utf-8")
    assert "left out here by" in (out / "comment.md").read_text(encoding="utf-8")
    assert json.loads((out / "gl-code-quality.json").read_bytes()) == []


def test_a_failure_below_fail_on_is_listed_and_its_level_is_that_of_its_rule(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["audit", "--fail-on", "error", "-f", "sarif"])
    out = " ".join(capsys.readouterr().out.split())

    assert "Listed, but less grave than --fail-on asks for: fpr." in out
    assert "Exit code 0: nothing that counts failed" in out
    results = json.loads(Path("ethicscheck-out/ethicscheck.sarif").read_bytes())["runs"][0]["results"]
    assert {result["ruleId"]: result.get("level", "warning") for result in results} == {"fpr": "warning", "sel": "none"}


def test_a_waiver_that_ends_soon_is_announced_in_the_terminal(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    today = datetime.datetime.now(datetime.UTC).date()
    end = (today + datetime.timedelta(days=5)).isoformat()
    write({"rules": [*RULES], "waivers": [{"rule": "fpr", "owner": "Ada", "reason": "soon mended", "expires": end}]})

    assert run(["audit"]) == 0
    assert f"Waiver of fpr ends in 5 days ({end}); Ada answers for it." in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("severity", "verdict", "level"),
    [
        (None, "fail", "error"),
        ("warning", "fail", "warning"),
        ("note", "fail", "note"),
        (None, "inconclusive", "warning"),
        ("warning", "not_evaluable", "warning"),
        ("note", "inconclusive", "note"),
        ("note", "pass", "none"),
        (None, "waived", "note"),
    ],
)
def test_every_voice_in_ci_speaks_as_loud_as_the_rule_is_grave(severity: str | None, verdict: str, level: str) -> None:
    record = audited(0.3, rules=({**RULES[0], **({"severity": severity} if severity else {})},))
    (finding,) = record.findings
    record = record.model_copy(update={"findings": (finding.model_copy(update={"verdict": verdict}),)})

    assert [line.level for line in lines(record)] == [level]


def test_a_log_is_not_told_which_way_a_hidden_gap_moved(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The exit code is the gate's; the words leave out what neither audit publishes."""
    frame = people(0.4)
    frame.loc[:2, "group"] = "few"
    frame.to_csv("data.csv", index=False)
    value = config_value(rules=[{**RULES[0], "max": 0.1}], report={"suppress_below": 10}, statistics={"min_group": 30})
    Path("ethicscheck.yaml").write_text(json.dumps(value), encoding="utf-8")
    run(["audit", "-q", "-o", "old"])
    code = run(["audit", "--baseline", "old/audit.json"])
    out = " ".join(capsys.readouterr().out.split())

    assert code == 0
    assert "Beside the baseline" in out
    assert "0 known, 0 new, 0 worse. not published, so not told here: fpr" in out
