"""The public summary of a bias audit: what 6 RCNY § 5-303 asks for, the rule's own worked example, and clear refusals."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from export_helpers import EXAMPLES, Page, example, matches_golden

from ethicscheck.cli import run
from ethicscheck.errors import UsageError
from ethicscheck.exports import render_document
from ethicscheck.exports.ll144 import make_publication
from ethicscheck.model.record import AuditRecord, read_record
from ethicscheck.policy.publishing import publishable
from helpers import audit_frame, write_config

# 6 RCNY § 5-301, the worked example: rates and impact ratios of the intersectional categories, as printed.
PRINTED = {
    ("Male", "Hispanic or Latino"): ("205", "90", "43.9 %", "0.841"),
    ("Female", "Hispanic or Latino"): ("190", "82", "43.2 %", "0.827"),
    ("Male", "White"): ("412", "215", "52.2 %", "1.000 (highest)"),
    ("Male", "Black or African American"): ("226", "95", "42.0 %", "0.806"),
    ("Male", "Native Hawaiian or Pacific Islander"): ("87", "37", "42.5 %", "0.815"),
    ("Male", "Asian"): ("321", "167", "52.0 %", "0.997"),
    ("Male", "Native American or Alaska Native"): ("24", "11", "45.8 %", "0.878"),
    ("Male", "Two or More Races"): ("115", "52", "45.2 %", "0.866"),
    ("Female", "White"): ("385", "197", "51.2 %", "0.981"),
    ("Female", "Black or African American"): ("164", "75", "45.7 %", "0.876"),
    ("Female", "Native Hawaiian or Pacific Islander"): ("32", "15", "46.9 %", "0.898"),
    ("Female", "Asian"): ("295", "135", "45.8 %", "0.877"),
    ("Female", "Native American or Alaska Native"): ("17", "7", "41.2 %", "0.789"),
    ("Female", "Two or More Races"): ("98", "44", "44.9 %", "0.860"),
}
GIVEN = {
    "distributed": "2026-01-15",
    "audited": "2026-02-03",
    "auditor": "Lantern Audits",
    "data": "test",
    "data_explained": "Applications to all openings in 2025",
    "why_test_data": "The tool was never used; answers were written by volunteers",
}


def hiring(**told: Any) -> AuditRecord:
    """Audit the city's worked example."""
    config = {
        "sensitive": ["sex", "race"],
        "unknown": ["Unknown"],
        "count": "n",
        "label": None,
        "prediction": "selected",
    }
    frame = pd.read_csv(EXAMPLES / "hiring/applicants.csv")
    return audit_frame(frame, profiles=[{"use": "nyc-ll144", **told}], **config)


def cells(content: bytes) -> list[list[str]]:
    """Return the cells of every row of a page."""
    text = re.sub(r"\s+", " ", content.decode().replace("\u00a0", " "))
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", text)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def test_the_citys_worked_example_is_printed_as_the_rule_prints_it() -> None:
    """Fourteen categories with count, selected, rate and ratio; by sex .979; nothing else decides."""
    rows = cells(render_document(hiring(under_two_percent="show"), "ll144"))

    assert ["Male", "1,390", "667", "48.0 %", "1.000 (highest)"] in rows
    assert ["Female", "1,181", "555", "47.0 %", "0.979"] in rows
    both = rows[
        rows.index(["Category", "Number of applicants", "Number selected", "Selection rate", "Impact ratio"], 12) :
    ]
    found, sex = {}, ""
    for row in both:
        sex = row[0] if len(row) == 1 else sex
        if len(row) == 5 and sex and row[0] != "Together":
            found[(sex, row[0])] = tuple(row[1:])
    assert found == PRINTED


def test_people_of_unknown_category_are_counted() -> None:
    """§ 5-303 asks for their number; where it differs by table, each is said."""
    frame = pd.DataFrame(
        {
            "sex": ["f", "m"] * 50 + [None] * 3 + ["f"] * 4,
            "race": ["a", "b"] * 50 + ["a"] * 3 + [None] * 4,
            "p": [1] * 107,
        }
    )
    uneven = audit_frame(frame, label=None, sensitive=["sex", "race"], profiles=["nyc-ll144"])

    assert make_publication(hiring()).unknown == (
        "2,821 people were assessed; 250 of them are of an unknown category and not in the calculations."
    )
    assert make_publication(uneven).unknown == (
        "107 people were assessed; 7 of them are of an unknown category and not in the calculations "
        "(sex: 3, race: 4, sex or race: 7)."
    )


def test_categories_under_two_percent_are_named_with_count_rate_and_the_reason() -> None:
    """The rule lets an auditor leave them out of the ratios, and asks for the reason, their number and their rate."""
    content = render_document(hiring(why="So few that one person moves the ratio by 0.1"), "ll144")

    assert ["Native American or Alaska Native", "41", "18", "43.9 %", "left out"] in cells(content)
    assert (
        "Left out of the ratios, and of the search for the highest rate: Native American or Alaska Native. "
        "Reason: So few that one person moves the ratio by 0.1"
    ) in Page(content).said


def test_what_was_given_stands_on_the_page() -> None:
    """Dates, auditor, kind and source of the data come from the config, through the record."""
    record = hiring(**GIVEN)
    page = Page(render_document(read_record(record.to_json(), "audit.json"), "ll144")).said

    assert "Date of the most recent bias audit 3 February 2026" in page
    assert "Distribution date (when its use began) 15 January 2026" in page
    for text in ("Lantern Audits", "Applications to all openings in 2025", "Test data", "written by volunteers"):
        assert text in page
    assert "Not given" not in page


def test_what_was_not_given_is_named_with_the_paragraph_that_asks_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is silent about its gaps looks complete; the audit's own day stands in for the day of the audit."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1770076800")
    publication = make_publication(hiring(data="test"))
    page = Page(render_document(hiring(data="test"), "ll144")).said

    assert [(fact.name, fact.asked) for fact in publication.missing] == [
        ("Independent auditor", "§ 5-301(a)"),
        ("Distribution date (when its use began)", "§ 5-303(a)(2)"),
        ("Source and explanation of the data", "§ 5-303(a)(1)"),
        ("Why test data, and how they were made and obtained", "§ 5-302(b)"),
    ]
    assert "Not given" in page
    assert "Date of the most recent bias audit 3 February 2026" in page


def test_scoring_tables_have_the_rules_columns_and_say_the_median() -> None:
    """A tool that scores: applicants, scoring rate, impact ratio; no column of people selected."""
    frame = pd.DataFrame({"sex": list("fm") * 50, "race": list("aabb") * 25, "s": range(100)})
    config = {"task": "score", "score": "s", "prediction": None, "label": None, "sensitive": ["sex", "race"]}
    content = render_document(audit_frame(frame, profiles=["nyc-ll144"], **config), "ll144")

    assert ["Category", "Number of applicants", "Scoring rate", "Impact ratio"] in cells(content)
    assert ["f", "50", "50.0 %", "1.000 (highest)"] in cells(content)
    assert "The median score of everyone assessed" in Page(content).said
    assert "The selection rate of a category" not in Page(content).said


def test_without_the_profile_nothing_is_written_and_the_way_out_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, also where other documents were asked for; before the data are read, and from a record."""
    config = EXAMPLES / "promotion/ethicscheck.yaml"
    out = tmp_path / "out"

    assert run(["audit", str(config), "-f", "html", "-f", "ll144", "-o", str(out), "-q"]) == 2
    assert capsys.readouterr().err == (
        "error: the format ll144 publishes the tables of the profile nyc-ll144, which this audit lacks — "
        "add `profiles: [nyc-ll144]` under `policy` in the config and audit again\n"
    )
    assert not out.exists()
    assert run(["audit", str(config), "-o", str(tmp_path), "-q"]) == 3
    assert run(["report", str(tmp_path / "audit.json"), "-f", "html", "-f", "ll144", "-o", str(out)]) == 2
    assert not out.exists()


def test_the_configs_outputs_are_checked_before_the_data_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A long audit must not end in an error that its config foretold."""
    path = write_config(tmp_path, source="missing.csv")
    path.write_text(path.read_text().replace('"task"', '"outputs": ["ll144"],\n"task"'), encoding="utf-8")

    assert run(["audit", str(path), "-o", str(tmp_path / "out"), "-q"]) == 2
    assert "the format ll144 publishes the tables" in capsys.readouterr().err


def test_withheld_tables_are_said_and_a_page_without_any_is_refused() -> None:
    """Small counts stay hidden here too."""
    small = publishable(hiring_suppressed(20))
    assert len(small.impact_ratios or ()) < 3
    assert "the table is withheld to protect them" in Page(render_document(hiring_suppressed(20), "ll144")).said

    with pytest.raises(UsageError, match="fewer than 600 people") as caught:
        render_document(hiring_suppressed(600), "ll144")
    assert "lower it, or merge small categories" in str(caught.value)


def hiring_suppressed(below: int) -> AuditRecord:
    """Audit the worked example with small counts hidden."""
    frame = pd.read_csv(EXAMPLES / "hiring/applicants.csv")
    return audit_frame(
        frame,
        profiles=["nyc-ll144"],
        sensitive=["sex", "race"],
        unknown=["Unknown"],
        count="n",
        label=None,
        prediction="selected",
        report={"suppress_below": below},
    )


def test_hostile_words_are_shown_not_run() -> None:
    """Names and explanations come from strangers."""
    evil = "<script>alert(1)</script>"
    page = Page(render_document(hiring(**{**GIVEN, "auditor": evil, "data_explained": evil, "why": evil}), "ll144"))

    assert "script" not in {tag for tag, _ in page.tags}
    assert page.text.count(evil) >= 3


def test_the_same_record_gives_the_same_bytes_and_they_are_the_golden_ones(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """After a change on purpose: --update-golden, then read the diff."""
    record = example("hiring", monkeypatch)
    content = render_document(record, "ll144")

    assert content == render_document(record, "ll144")
    assert matches_golden("hiring.ll144.html", content, request)
