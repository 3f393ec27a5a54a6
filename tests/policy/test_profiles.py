"""Profiles: how one is asked for, the city's worked example end to end, and the checklists that a profile requires."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pandas as pd
import pytest

from ethicscheck.auditing import load_config, make_record
from ethicscheck.cli import run
from ethicscheck.errors import ConfigError
from ethicscheck.model.config import Config
from ethicscheck.model.record import AuditRecord, ImpactTable, read_record
from ethicscheck.policy import profile_uses
from ethicscheck.policy.profiles import Profile, load_profile, profile_names
from ethicscheck.report import render
from helpers import audit_frame, loaded

HIRING = Path(__file__).parents[2] / "examples/hiring"

# The worked example of 6 RCNY § 5-301 for selection, as the project has it: applicants, selected. Its row "Hispanic or
# Latino" by race alone says 408 and 204, which is not the sum of its two cells; the example's data hold the cells.
CELLS = {
    "Hispanic or Latino": ((205, 90), (190, 82)),
    "White": ((412, 215), (385, 197)),
    "Black or African American": ((226, 95), (164, 75)),
    "Native Hawaiian or Pacific Islander": ((87, 37), (32, 15)),
    "Asian": ((321, 167), (295, 135)),
    "Native American or Alaska Native": ((24, 11), (17, 7)),
    "Two or More Races": ((115, 52), (98, 44)),
}


def hiring(profile: Any) -> AuditRecord:
    """Audit the hiring example with one profile."""
    config = {
        "sensitive": ["sex", "race"],
        "unknown": ["Unknown"],
        "count": "n",
        "label": None,
        "prediction": "selected",
    }
    return audit_frame(pd.read_csv(HIRING / "applicants.csv"), profiles=[profile], **config)


def table(record: AuditRecord, *features: str, kind: str = "selection") -> ImpactTable:
    (found,) = [part for part in record.impact_ratios or () if (part.features, part.kind) == (features, kind)]
    return found


def people(*groups: tuple[str, str, int, int]) -> pd.DataFrame:
    """Return a frame of (sex, race, applicants, selected)."""
    rows = [
        {"sex": sex, "race": race, "p": int(place < selected)}
        for sex, race, n, selected in groups
        for place in range(n)
    ]
    return pd.DataFrame(rows)


def problems(**parts: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(**parts)
    return str(caught.value)


# The city's worked example


def test_the_citys_table_by_sex_and_race_together() -> None:
    """Fourteen categories; rates and ratios are the fractions of their counts, the divisor is White men's 215/412."""
    found = table(hiring({"use": "nyc-ll144", "under_two_percent": "show"}), "sex", "race")
    expected = {
        (sex, race): cell for race, cells in CELLS.items() for sex, cell in zip(("Male", "Female"), cells, strict=True)
    }

    assert found.highest == {"sex": "Male", "race": "White"}
    assert len(found.categories) == 14
    for row in found.categories:
        applicants, selected = expected[(row.group["sex"], row.group["race"])]
        assert (row.applicants, row.selected) == (applicants, selected)
        assert row.rate == float(Fraction(selected, applicants))
        assert row.impact_ratio == float(Fraction(selected, applicants) / Fraction(215, 412))


def test_the_citys_table_by_sex() -> None:
    """48 % and 47 %, 1.000 and 0.979, as printed; 250 people of unknown category."""
    found = table(hiring("nyc-ll144"), "sex")

    rows = {row.group["sex"]: row for row in found.categories}
    assert [f"{rows[sex].rate:.0%}" for sex in ("Male", "Female")] == ["48%", "47%"]
    assert [f"{rows[sex].impact_ratio:.3f}" for sex in ("Male", "Female")] == ["1.000", "0.979"]
    assert (found.applicants, found.selected, found.unknown) == (2_571, 1_222, 250)


def test_categories_under_two_percent_keep_count_and_rate_and_get_a_reason() -> None:
    """41 of 2,571 people are 1.6 %: no ratio unless it is asked for."""
    told = {"use": "nyc-ll144", "why": "Too few to tell"}
    left_out = table(hiring(told), "race")
    shown = table(hiring({"use": "nyc-ll144", "under_two_percent": "show"}), "race")

    (row,) = [row for row in left_out.categories if row.under_two_percent]
    assert row.group == {"race": "Native American or Alaska Native"}
    assert (row.applicants, row.selected, row.rate) == (41, 18, 18 / 41)
    assert (row.impact_ratio, row.undefined) == (None, "under_two_percent")
    assert left_out.left_out_because == "Too few to tell"
    assert shown.left_out_because is None
    (row,) = [row for row in shown.categories if row.under_two_percent]
    assert row.impact_ratio == float(Fraction(18, 41) / Fraction(412, 797))


def test_exactly_two_percent_is_not_under_two_percent() -> None:
    """2 of 100 people stay in; 1 of 51 is 1.96 % and goes."""
    frame = people(("f", "a", 49, 20), ("m", "a", 49, 20), ("f", "b", 1, 1), ("m", "b", 1, 0))

    rows = {
        row.group["race"]: row
        for row in table(
            audit_frame(frame, label=None, sensitive=["sex", "race"], profiles=["nyc-ll144"]), "race"
        ).categories
    }

    assert not rows["b"].under_two_percent
    frame = people(("f", "a", 25, 20), ("m", "a", 25, 20), ("f", "b", 1, 1))
    rows = {
        row.group["race"]: row
        for row in table(
            audit_frame(frame, label=None, sensitive=["sex", "race"], profiles=["nyc-ll144"]), "race"
        ).categories
    }
    assert rows["b"].under_two_percent
    assert rows["a"].impact_ratio == 1  # the one of one is not the yardstick


def test_the_favourable_decision_is_the_selection() -> None:
    """Where the positive decision is a refusal, those not refused are selected."""
    frame = people(("f", "a", 60, 20), ("m", "a", 60, 40))

    found = table(
        audit_frame(frame, label=None, favourable=0, sensitive=["sex", "race"], profiles=["nyc-ll144"]), "sex"
    )

    assert {row.group["sex"]: row.selected for row in found.categories} == {"f": 40, "m": 20}


def test_the_law_sets_no_limit_and_so_nothing_is_judged() -> None:
    """No rule is invented: the table is made, the verdict stays open."""
    record = hiring("nyc-ll144")

    assert (record.verdict, record.findings) == ("inconclusive", ())
    assert [part.id for part in record.plan.profiles] == ["nyc-ll144"]


# Scores


def test_a_scoring_rate_is_the_share_above_the_median_of_everyone() -> None:
    """Against pandas: the whole sample's median, the people of unknown category included; ties are not above it."""
    generator = np.random.default_rng(7)
    frame = pd.DataFrame(
        {
            "gender": generator.choice(["f", "m", ""], 501, p=[0.45, 0.45, 0.1]),
            "ethnicity": generator.choice(["a", "b", "c"], 501),
            "s": generator.integers(0, 40, 501) / 2,
        }
    )
    config = {"task": "score", "score": "s", "prediction": None, "label": None, "sensitive": ["gender", "ethnicity"]}
    record = audit_frame(frame, profiles=["nyc-ll144"], **config)
    median = frame["s"].median()
    above = frame["s"] > median

    for features in (("gender",), ("ethnicity",), ("gender", "ethnicity")):
        found = table(record, *features, kind="scoring")
        known = frame[frame["gender"] != ""] if "gender" in features else frame
        assert (found.median, found.at_median) == (median, int((frame["s"] == median).sum()))
        assert found.unknown == len(frame) - len(known)
        rates = above[known.index].groupby([known[name] for name in features]).mean()
        for row in found.categories:
            key = tuple(row.group.values())
            assert row.rate == pytest.approx(rates[key if len(key) > 1 else key[0]], abs=1e-12)
            assert row.impact_ratio == pytest.approx(row.rate / rates.max(), abs=1e-12)
    assert {part.kind for part in record.impact_ratios or ()} == {"scoring"}


def test_a_median_between_two_scores_has_nobody_at_it() -> None:
    """Of 1, 2, 3, 4 the median is 2.5: two are above, none at it."""
    frame = pd.DataFrame({"sex": list("ffmm"), "race": list("abab"), "s": [1, 2, 3, 4]})
    config = {"task": "score", "score": "s", "prediction": None, "label": None, "sensitive": ["sex", "race"]}

    found = table(audit_frame(frame, profiles=["nyc-ll144"], **config), "sex", kind="scoring")

    assert (found.median, found.at_median, found.selected) == (2.5, 0, 2)


def test_a_tool_that_scores_and_decides_has_both_tables() -> None:
    """Score and threshold: who is selected, and who scores above the median."""
    frame = pd.DataFrame({"sex": list("fm") * 50, "race": list("aabb") * 25, "s": range(100)})
    config = {"score": "s", "threshold": 70, "prediction": None, "label": None, "sensitive": ["sex", "race"]}

    record = audit_frame(frame, profiles=["nyc-ll144"], **config)

    assert table(record, "sex", kind="selection").selected == 30
    assert table(record, "sex", kind="scoring").selected == 50


# How it is asked for


@pytest.mark.parametrize("names", [("sex", "race"), ("Gender", "Race/Ethnicity"), ("GENDER", "ethnicity")])
def test_columns_are_found_by_their_names(names: tuple[str, str]) -> None:
    """The usual names, whatever their case and punctuation."""
    (use,) = profile_uses.uses_of(loaded(profiles=["nyc-ll144"], sensitive=[*names, "age"]).config)

    assert profile_uses.columns_of(use, [*names, "age"]) == {"sex": names[0], "race": names[1]}


def test_columns_can_be_told() -> None:
    """The told one counts, also where another has the usual name."""
    told = {"use": "nyc-ll144", "sex": "geschlecht", "race": "herkunft"}
    (use,) = profile_uses.uses_of(loaded(profiles=[told], sensitive=["geschlecht", "herkunft", "sex"]).config)

    assert profile_uses.columns_of(use, ["geschlecht", "herkunft", "sex"]) == {"sex": "geschlecht", "race": "herkunft"}


@pytest.mark.parametrize(
    ("profile", "sensitive", "expected"),
    [
        ("nyc-ll144", ["sex", "group"], "'nyc-ll144' needs to know which sensitive feature is race"),
        ("nyc-ll144", ["sex", "group"], "write {use: nyc-ll144, sex: COLUMN, race: COLUMN}"),
        ("nyc-ll144", ["sex", "race", "ethnicity"], "which sensitive feature is race, 'race' or 'ethnicity'"),
        ({"use": "nyc-ll144", "sex": "sx"}, ["sex", "race"], "policy.profiles[0].sex: 'sx' is not a sensitive feature"),
        ({"use": "nyc-ll144", "sex": "sx"}, ["sex", "race"], "did you mean 'sex'?"),
        (
            {"use": "nyc-ll144", "sex": "race", "race": "race"},
            ["sex", "race"],
            "sex and race are the same feature, 'race'",
        ),
        ({"use": "four-fifths", "sex": "sex"}, ["sex", "race"], "policy.profiles[0].sex: 'four-fifths' takes no 'sex'"),
        ({"use": "nyc-l144"}, ["sex", "race"], "there is no profile 'nyc-l144'"),
        ({"sex": "sex"}, ["sex", "race"], "policy.profiles[0].use is missing"),
        ({"use": "nyc-ll144", "sx": "sex"}, ["sex", "race"], "unknown key 'policy.profiles[0].sx'"),
        ({"use": "nyc-ll144", "under_two_percent": "hide"}, ["sex", "race"], "under_two_percent can't be 'hide'"),
        (3, ["sex", "race"], "some text is meant here"),
    ],
)
def test_a_slip_is_named_with_the_way_out(profile: Any, sensitive: list[str], expected: str) -> None:
    """Which feature is which is never guessed."""
    assert expected in problems(profiles=[profile], sensitive=sensitive)


def test_a_profile_named_twice_is_a_slip_in_either_form() -> None:
    """One table, one set of rules."""
    twice = ["four-fifths", {"use": "four-fifths"}]

    assert "policy.profiles[1]: 'four-fifths' stands here twice" in problems(profiles=twice)


def test_a_profile_without_meaning_for_the_task_is_a_slip() -> None:
    """The four-fifths rule speaks of decisions; a score alone has none."""
    config = {"task": "score", "score": "s", "prediction": None}

    assert "'four-fifths' has no meaning for task 'score'" in problems(profiles=["four-fifths"], **config)


def test_both_forms_fit_the_schema() -> None:
    """Editors accept what the reader accepts, and refuse what it refuses."""
    schema = Config.model_json_schema(by_alias=True)
    part = {**schema["$defs"]["PolicyConfig"]["properties"]["profiles"], "$defs": schema["$defs"]}

    for good in ("four-fifths", ["four-fifths"], ["four-fifths", {"use": "nyc-ll144", "sex": "g"}]):
        jsonschema.validate(good, part)
    for bad in ([{"sex": "g"}], [{"use": "nyc-ll144", "sx": "g"}], [3]):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(bad, part)


# The record and the report


def test_a_record_with_impact_ratios_reads_back_and_is_checked() -> None:
    """Redrawn from the file it is the same page; edited numbers are noticed."""
    record = hiring("nyc-ll144")
    text = record.to_json()
    again = read_record(text, "audit.json")

    assert again == record
    assert render(again) == render(record)
    edited = json.loads(text)
    edited["impact_ratios"][0]["categories"][0]["applicants"] += 1
    with pytest.raises(Exception, match="the categories' people are not 2571"):
        read_record(json.dumps(edited), "audit.json")


def test_the_report_shows_the_tables_with_what_was_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Category, people, selected, rate, ratio, the mark, the reason, the unknown; and the summary names the lowest."""
    config = tmp_path / "ethicscheck.yaml"
    text = (HIRING / "ethicscheck.yaml").read_text().replace("    - four-fifths  ", "    # four-fifths  ")
    config.write_text(text)
    (tmp_path / "applicants.csv").write_bytes((HIRING / "applicants.csv").read_bytes())

    assert run(["audit", str(config), "-o", str(tmp_path / "out")]) == 3

    shown = " ".join(capsys.readouterr().out.split())
    page = (tmp_path / "out/report.html").read_text()
    assert "Selection rates by sex: The lowest impact ratio is 0.98, of Female" in shown
    assert 'id="impact-ratios"' in page
    for part in (
        "Selection rates by sex × race",
        "under 2 %",
        "1.000 (highest)",
        "sex or race is not known",
        "left out",
    ):
        assert part in page


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_is_dated_cited_and_explained(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Law changes: what was checked, and when, stands beside it, and people are told to look."""
    profile = load_profile(name)

    assert run(["explain", name]) == 0

    shown = " ".join(capsys.readouterr().out.split())
    assert profile.dated == "2026-11-23"
    assert "heck what is in force" in profile.status
    for part in (profile.title, profile.citation, profile.status, profile.dated):
        assert " ".join(part.split()) in shown


# Checklists that a profile requires


@pytest.fixture
def strict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the four-fifths profile require a shipped checklist too."""
    plain = load_profile("four-fifths")
    value = {**plain.model_dump(by_alias=True), "checklists": [{"use": "transparency", "require": "complete"}]}
    profile = Profile.model_validate(
        {key: part for key, part in value.items() if part is not None} | {"rules": plain.rules}
    )
    monkeypatch.setattr(profile_uses, "load_profile", lambda _: profile)


@pytest.mark.usefixtures("strict")
def test_a_profile_may_require_a_checklist() -> None:
    """Nobody has answered it: the audit fails, and the finding names the profile and how to begin."""
    frame = people(("f", "a", 400, 200), ("m", "a", 400, 200))

    record = audit_frame(frame, label=None, sensitive=["sex"], profiles=["four-fifths"])

    (finding,) = [part for part in record.findings if part.kind == "checklist"]
    assert (record.verdict, finding.verdict) == ("fail", "fail")
    assert finding.rule.profile == "four-fifths"
    assert "The profile four-fifths requires it." in finding.message
    assert "ethicscheck checklist start transparency" in finding.remedy
    assert b"profile four-fifths" in render(record)


@pytest.mark.usefixtures("strict")
def test_the_answers_of_the_config_meet_what_the_profile_requires(tmp_path: Path) -> None:
    """One checklist, one finding: the stricter requirement, the config's journal."""
    compas = HIRING.parent / "compas"
    text = (compas / "ethicscheck.yaml").read_text()
    text = text.replace("policy:\n", "policy:\n  profiles: [four-fifths]\n")
    text = text.replace("    require: complete          # so the open questions count against the audit too\n", "")
    for name in (
        "predictions.csv",
        "answers/transparency.answers.jsonl",
        "answers/unintended-consequences.answers.jsonl",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((compas / name).read_bytes())
    (tmp_path / "c.yaml").write_text(text)

    record = make_record(load_config(tmp_path / "c.yaml"))

    (finding,) = [part for part in record.findings if part.kind == "checklist"]
    assert (finding.rule.checklist, finding.rule.profile, finding.rule.require) == (
        "transparency",
        "four-fifths",
        "complete",
    )
    (entry,) = [part for part in record.checklists if part.id == "transparency"]
    assert entry.progress["answered"] > 0


def test_what_a_profile_crosses_is_measured_too() -> None:
    """The combined categories are in the record's own rows, though the config names no intersection; no rule is added."""
    record = hiring("nyc-ll144")

    assert ("sex", "race") in {row.features for row in record.estimates}
    assert record.findings == ()
