"""The voices in CI, each read by its consumer's own parser or held to its published schema."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from export_helpers import AUDITS, GAP, TWO, example

from ethicscheck.auditing import load_config, make_record
from ethicscheck.exports import FORMATS, comment, github, gitlab, junit, openmetrics, sarif
from ethicscheck.exports import csv as table
from ethicscheck.exports.voices import lines
from ethicscheck.model.record import AuditRecord
from ethicscheck.model.wording import visible
from ethicscheck.policy.publishing import publishable
from helpers import audit_text, config_value

SCHEMAS = Path(__file__).parents[1] / "cases/schemas"
HOSTILE = 'a"]]>\\ ::stop-commands::x\u202e<b>|`@ann` %0A\n\x07🙂'
VOICES = ("junit", "sarif", "github", "gitlab", "openmetrics", "comment", "csv")
RULES: list[dict[str, Any]] = [
    GAP,
    {"metric": "accuracy", "across": "group", "compare": "difference", "max": 0.9, "id": "wide"},
    {"metric": "precision", "across": "group", "compare": "difference", "max": 0.5, "id": "near"},
    {"metric": "false_positive_rate", "across": "group", "compare": "ratio", "min": 0.8, "id": "waived"},
]


def hostile(folder: Path) -> AuditRecord:
    """Audit groups whose names would break a format that does not escape them."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["group", "y", "p"])
    for label, rows in ((HOSTILE, [(1, 1), (0, 0), (1, 0)] * 40), ("=1+1", [(0, 1), (0, 0), (1, 1)] * 40)):
        writer.writerows([label, *row] for row in rows)
    return audit_text(folder, text.getvalue(), rules=RULES)


@pytest.fixture(params=[*AUDITS, "hostile", "compas"])
def record(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AuditRecord:
    if request.param == "hostile":
        return hostile(tmp_path)
    if request.param == "compas":
        return example("compas", monkeypatch)
    return publishable(AUDITS[request.param](tmp_path))


def test_every_voice_says_the_same_twice(record: AuditRecord) -> None:
    """A pure function of the record: the same bytes each time."""
    modules = {"junit": junit, "sarif": sarif, "github": github, "gitlab": gitlab, "openmetrics": openmetrics}
    for module in (*modules.values(), comment, table):
        assert module.render(record) == module.render(record)


def test_junit_is_what_pytest_and_junitparser_read(record: AuditRecord) -> None:
    """Valid by pytest's own schema; junitparser reads back every finding with its verdict."""
    from junitparser import JUnitXml
    from lxml import etree

    content = junit.render(record)

    etree.XMLSchema(etree.parse(SCHEMAS / "junit-10.xsd")).assertValid(etree.fromstring(content))
    (suite,) = list(JUnitXml.fromstring(content))
    assert suite.tests == len(record.findings)
    kinds = {
        "fail": ["Failure"],
        "not_evaluable": ["Error"],
        "inconclusive": ["Skipped"],
        "waived": ["Skipped"],
        "pass": [],
    }
    for line, case in zip(lines(record), suite, strict=True):
        assert case.name == visible(line.id)
        assert [type(part).__name__ for part in case.result] == kinds[line.verdict]
        assert case.time == 0


def test_sarif_keeps_the_oasis_schema(record: AuditRecord) -> None:
    """Each result has one place, a kind that fits its verdict, and no level where it does not fail."""
    log = json.loads(sarif.render(record))

    jsonschema.Draft4Validator(json.loads((SCHEMAS / "sarif-2.1.0-rtm.5.json").read_text())).validate(log)
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-2.1.0.json")
    assert len(run["results"]) == len(record.findings)
    for result, line in zip(run["results"], lines(record), strict=True):
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert len(result["locations"]) == 1
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] == (line.line or 1)
        kind = result.get("kind", "fail")  # defaults are left out
        assert (kind == "fail") == (line.verdict in ("fail", "waived"))
        assert (result.get("level", "warning") == "none") == (kind != "fail")


def test_openmetrics_is_read_by_prometheus(record: AuditRecord) -> None:
    """Values come back to the last bit, labels as they are; what is undefined is not there."""
    from prometheus_client.openmetrics.parser import text_string_to_metric_families

    text = openmetrics.render(record).decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}

    assert text.endswith("# EOF\n")
    values = (
        {sample.labels["id"]: sample.value for sample in families["ethicscheck_finding_value"].samples}
        if "ethicscheck_finding_value" in families
        else {}
    )
    assert values == {part.id: part.observed.value for part in record.findings if part.observed is not None}
    defined = [row for row in record.estimates if row.value is not None and row.stratum is None]
    assert len(families["ethicscheck_group_value"].samples) == len(defined)


def test_groups_that_read_alike_are_two_series(tmp_path: Path) -> None:
    """Joined names and control characters can look the same; a series twice would be refused, or one value lost."""
    rows = "".join(
        f"{a},{b},1,{p}\n" * 40
        for a, b, p in (("x", "y × b", 1), ("x × y", "b", 0), ("x\u2401", "c", 1), ("x\x01", "c", 0))
    )
    record = audit_text(
        tmp_path, f"group,other,y,p\n{rows}", sensitive=["group", "other"], intersections=[["group", "other"]]
    )

    found = [line.rpartition(" ")[0] for line in openmetrics.render(record).decode().splitlines() if line[0] != "#"]

    assert len(set(found)) == len(found)


def test_an_audit_without_a_config_names_the_record() -> None:
    """No file is named that is not there."""
    import pandas as pd

    import ethicscheck as ec

    frame = pd.DataFrame({"g": ["a"] * 99 + ["b"] * 99, "p": [1] * 99 + [0] * 99})
    rule = {"metric": "selection_rate", "across": "g", "compare": "difference", "max": 0.1}
    record = ec.audit(frame, prediction="p", sensitive="g", rules=[rule]).record

    assert json.loads(gitlab.render(record))[0]["location"]["path"] == "audit.json"
    assert '"uri": "audit.json"' in sarif.render(record).decode()


def test_gitlab_gets_what_does_not_pass(record: AuditRecord) -> None:
    """The fields GitLab asks for; a fingerprint each."""
    found = json.loads(gitlab.render(record))

    assert len(found) == sum(line.level != "none" for line in lines(record))
    assert len({part["fingerprint"] for part in found}) == len(found)
    for part in found:
        assert set(part) == {"check_name", "description", "fingerprint", "severity", "location"}
        assert part["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert part["location"]["lines"]["begin"] >= 1
        assert not part["location"]["path"].startswith(("/", "./"))


def test_the_table_holds_exact_numbers_and_no_formula(record: AuditRecord) -> None:
    """A spreadsheet that opens it runs nothing, and reads the very numbers of the record."""
    rows = list(csv.DictReader(io.StringIO(table.render(record).decode(), newline="")))

    assert [row["id"] for row in rows] == [line.id for line in lines(record)]
    assert all(row["group"] != "=1+1" for row in rows)
    by_id = {finding.id: finding for finding in record.findings}
    for row in rows:
        seen = by_id[row["id"]].observed
        assert row["value"] == ("" if seen is None else repr(seen.value))
        for name in ("group", "against", "message"):
            assert not row[name].startswith(("=", "+", "-", "@"))


def test_annotations_are_commands_of_one_line_that_nothing_breaks_out_of(record: AuditRecord) -> None:
    """A group's name can't stop the commands, hide a word or begin another annotation."""
    for line in github.workflow_commands(record).splitlines():
        command, _, message = line.partition(" ")
        assert command in ("::error", "::warning", "::notice")
        properties, found, text = message.partition("::")
        assert found
        assert text
        for part in properties.split(","):
            assert part.partition("=")[0] in ("file", "line", "title")


def test_a_comment_says_verdict_worst_gap_and_next_step_first(record: AuditRecord) -> None:
    """Nobody scrolls in a pull request: all three come before the table, within ten lines."""
    text = comment.render(record).decode()

    assert text.startswith(comment.MARKER)
    opening = text.partition("|  | Finding")[0]
    assert len(opening.splitlines()) <= 14
    worst = next((line for line in lines(record) if line.verdict not in ("pass", "waived")), None)
    assert worst is None or "**Next:**" in opening


def test_annotations_show_the_worst_ten_and_count_the_rest(tmp_path: Path) -> None:
    """GitHub drops the eleventh of a kind without a word; ours says how many more."""
    rules = [{**GAP, "id": f"gap-{place:02}", "max": 0.001 * place} for place in range(14)]
    text = "group,y,p\n" + "a,1,1\n" * 400 + "b,1,0\n" * 400

    found = github.workflow_commands(audit_text(tmp_path, text, rules=rules)).splitlines()

    assert len(found) == 10
    assert found[-1].endswith("5 more findings; the job summary has them all")


def test_a_summary_too_long_for_github_is_cut_aloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left out is counted."""
    rules = [{**GAP, "id": f"gap-{place:02}"} for place in range(30)]
    made = audit_text(tmp_path, TWO, rules=rules)
    monkeypatch.setattr(github, "MOST_BYTES", 3_000)

    text = github.render(made).decode()

    assert "The table shows 0 of 30 findings" in text


def test_a_waiver_is_a_suppression_and_its_end_is_announced_for_two_weeks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is surprised by the day on which a waiver ends; earlier nobody is told each night."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795392000")  # 2026-11-23
    text = "group,y,p\n" + "a,1,1\n" * 400 + "b,1,0\n" * 400
    said = {}
    for day in ("2026-11-23", "2026-12-07", "2026-12-08"):
        waiver = {"rule": "gap", "owner": "Ann", "reason": "Being mended", "expires": day}
        folder = tmp_path / day
        folder.mkdir()
        (folder / "data.csv").write_text(text)
        config = config_value(rules=[GAP])
        config["policy"]["waivers"] = [waiver]
        (folder / "ethicscheck.yaml").write_text(json.dumps(config))
        made = make_record(load_config(folder / "ethicscheck.yaml"))
        said[day] = (lines(made)[0].ends_in, comment.render(made).decode())
        result = json.loads(sarif.render(made))["runs"][0]["results"][0]
        assert result["suppressions"][0]["status"] == "accepted"
        assert "Ann" in result["suppressions"][0]["justification"]

    assert [ends for ends, _ in said.values()] == [0, 14, None]
    assert "ends today (2026-11-23)" in said["2026-11-23"][1]
    assert "ends in 14 days (2026-12-07)" in said["2026-12-07"][1]
    assert "⏳" not in said["2026-12-08"][1]


def test_every_format_has_a_file_of_its_own() -> None:
    """Two documents under one name would write each other over."""
    names = [part.file_name for part in FORMATS.values() if part.file_name]

    assert len(set(names)) == len(names)
    assert set(VOICES) <= set(FORMATS)
