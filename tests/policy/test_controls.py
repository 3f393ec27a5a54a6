"""Control maps: dated, cited, in our own words; read strictly; and a report that says what bears on what, never conformity."""

from __future__ import annotations

import datetime
import json
import re
from pathlib import Path

import pytest

from ethicscheck import audit
from ethicscheck.checklist.shipped import load, shipped_ids
from ethicscheck.cli import run
from ethicscheck.errors import ConfigError
from ethicscheck.model.record import AuditRecord, read_record
from ethicscheck.policy.controls import find_control, read_controls, shipped_maps, unknown_control
from ethicscheck.report.controls import ControlsSection, ControlView, controls_section
from ethicscheck.report.index import RecordIndex

MAP = """\
schema: ethicscheck/controls/1
id: own-rules
version: "1.0.0"
dated: 2026-11-01
title: Our own rules
edition: first
status: agreed
source: https://example.org/rules
controls:
  "1.10": {title: Told in time, says: "People are told in time."}
  "1.2": {title: Fair, says: "It treats groups alike.", metrics: [selection_rate]}
"""
CHECKLIST = """
schema: ethicscheck/checklist/1
id: small
version: "1.0.0"
title: A small checklist
options: {ynu: {"yes": "Yes", "no": "No", unsure: We do not know yet}}
sections:
  - id: s
    title: Who bears it
    controls: [eu-ai-act:9.8, eu-ai-act:72, own-rules:1.2]
    items:
      - {id: s.equal, type: choice, options: ynu, text: Is the decision given about equally often?, help: Why and how.,
         metric: {metric: selection_rate, across: "*", compare: difference, max: 0.1}}
      - {id: s.tried, type: choice, options: ynu, text: Was stopping it tried?, help: When., when: {item: s.equal, in: ["no"]}}
  - id: t
    title: Who is told
    controls: [eu-ai-act:26.11, eu-ai-act:10.2(f)]
    items:
      - {id: t.told, type: choice, options: ynu, text: Are people told?, help: How.}
"""


def test_shipped_maps_are_dated_cited_and_cover_what_shipped_checklists_name() -> None:
    """A map without a day and an edition can't be trusted; a checklist must not cite what nobody explains."""
    maps = shipped_maps()
    named = {
        (use, name)
        for use in shipped_ids()
        for section in load(use, Path()).checklist.sections
        for name in section.controls
    }

    assert set(maps) == {"eu-ai-act", "nist-ai-rmf", "iso-42001"}
    assert named
    assert {(use, name) for use, name in named if unknown_control(name) is not None} == set()
    for name, loaded in maps.items():
        assert loaded.map.id == name
        assert loaded.map.dated <= datetime.date(2026, 11, 23)
        assert loaded.map.source.startswith("https://")
        assert loaded.map.edition
        assert loaded.map.status
        assert all(control.says.endswith(".") for control in loaded.map.controls.values())


def test_the_act_says_which_text_it_cites_and_what_was_not_read() -> None:
    """The 2026 amendment is known from secondary sources only; the map says so instead of using it."""
    act = shipped_maps()["eu-ai-act"].map

    assert "2024/1689" in act.edition
    assert "2026/1744" in act.status
    assert "was not read" in " ".join(act.status.split())


def test_all_subcategories_of_the_nist_framework_are_there() -> None:
    """AI RMF 1.0 counts 19 + 18 + 22 + 13 subcategories (its tables 1 to 4)."""
    names = list(shipped_maps()["nist-ai-rmf"].map.controls)

    counted = {part: sum(name.startswith(part) for name in names) for part in ("GOVERN", "MAP", "MEASURE", "MANAGE")}
    assert counted == {"GOVERN": 19, "MAP": 18, "MEASURE": 22, "MANAGE": 13}


def test_ids_stay_the_text_that_was_written() -> None:
    """1.10 is not 1.1."""
    assert list(read_controls(MAP, "own.yaml").controls) == ["1.10", "1.2"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("dated: 2026-11-01", "dated: soon", "own.yaml:4"),
        ("status: agreed", "statsu: agreed", "unknown key 'statsu' (own.yaml:7) — did you mean 'status'?"),
        (
            "metrics: [selection_rate]",
            "metrics: [selection_rat]",
            "there is no metric 'selection_rat' (own.yaml:11) — did",
        ),
        ('"1.2":', '"1.10":', "own.yaml:11"),
        ('"1.2":', '"1 2":', "controls: '1 2' is no id (own.yaml:11)"),
        ('says: "People are told in time."', 'tells: "x"', "own.yaml:10"),
        ("id: own-rules", "id: Own Rules", "id can't be 'Own Rules' (own.yaml:2)"),
        (MAP[MAP.index("controls:\n") :], "controls: {}\n", "the map holds no control (own.yaml:9)"),
        (MAP, "", "a control map is a mapping"),
    ],
)
def test_a_broken_map_is_refused_with_its_line(old: str, new: str, said: str) -> None:
    """Every problem with file and line, as with a config."""
    with pytest.raises(ConfigError) as error:
        read_controls(MAP.replace(old, new), "own.yaml")

    assert said in str(error.value)


def test_explain_prints_a_control_with_its_source_and_no_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever reads an id in a checklist finds out what it is about; case and blanks don't matter."""
    assert run(["explain", "EU-AI-Act:9.2"]) == 0
    out = " ".join(capsys.readouterr().out.split())

    assert out.startswith("eu-ai-act:9.2: Risk management as a cycle (EU AI Act 9.2) (control) Means ")
    assert "unintended-consequences (What could happen)" in out
    assert "never a finding of conformity" in out
    assert "https://eur-lex.europa.eu/eli/reg/2024/1689/oj" in out
    assert run(["explain", "nist-ai-rmf"]) == 0
    assert "\n             MEASURE-2.11: Fairness and bias\n" in capsys.readouterr().out
    assert run(["explain", "eu-ai-act:9.22"]) == 2
    assert "did you mean '9.2'?" in capsys.readouterr().err


def test_check_warns_of_controls_that_no_map_knows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A slip in an id would drop out of every crosswalk; other people's maps may still know it, so it is a warning."""
    path = tmp_path / "c.yaml"
    path.write_text(CHECKLIST.replace("eu-ai-act:72", "eu-ai-act:722"))

    assert run(["checklist", "check", str(path)]) == 0
    out = capsys.readouterr().out

    assert "warning: the map 'eu-ai-act' knows no control '722' (c.yaml:10) — did you mean '72'?" in out
    assert "warning: no control map is called 'own-rules' (c.yaml:10)" in out


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AuditRecord:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(CHECKLIST)
    Path("data.csv").write_text("group,y,p\n" + "a,1,1\n" * 200 + "b,1,0\n" * 200)
    Path("ethicscheck.yaml").write_text(
        "subject: {name: x}\ndata: {source: data.csv, label: y, prediction: p, sensitive: [group]}\n"
        "policy: {rules: [{metric: demographic_parity, across: group, compare: difference, max: 0.1}]}\n"
        "checklists: [{use: small.yaml, answers: small.answers.jsonl}]\n"
    )
    assert run(["checklist", "start", "small.yaml", "-o", "small.answers.jsonl"]) == 0
    assert run(["checklist", "answer", "small.answers.jsonl", "s.equal", "yes", "--as", "Ada", "--role", "r"]) == 0
    return audit("ethicscheck.yaml").record


def section(record: AuditRecord) -> ControlsSection:
    found = controls_section(RecordIndex(record))
    assert found is not None
    return found


def control(record: AuditRecord, name: str) -> ControlView:
    return next(part for one in section(record).maps for part in one.controls if part.id == name)


def test_the_crosswalk_says_what_bears_on_a_control_and_what_is_missing(record: AuditRecord) -> None:
    """Answers with their state, rules and linked measurements with their verdict, and the open ends."""
    tested = control(record, "9.8")

    assert [(part.title, part.states) for part in tested.answers] == [
        ("Who bears it", "1 not answered, 1 contradicted")
    ]
    assert [(part.verdict, [text for _, text in part.measured]) for part in tested.measurements] == [
        ("fail", ["Demographic parity by group", "Selection rate by group (own limit)"])
    ]
    assert tested.missing == ("1 question is contradicted.", "1 question is not answered.")
    assert control(record, "26.11").measurements == ()
    assert control(record, "26.11").missing == ("1 question is not answered.",)
    assert [text for part in control(record, "10.2(f)").measurements for _, text in part.measured] == [
        "Demographic parity by group"
    ]


def test_a_control_of_no_known_map_is_shown_as_such(record: AuditRecord) -> None:
    """Passing it over would look like having looked at it."""
    stranger = control(record, "own-rules:1.2")

    assert section(record).maps[-1].title == "Controls of no known map"
    assert stranger.missing[0].startswith("No control map of this version knows it")
    assert stranger.answers


def test_the_record_alone_draws_it(record: AuditRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    """Years later, when the maps have changed, the report still says what they said."""
    again = read_record(record.to_json(), "audit.json")
    before = section(record)
    monkeypatch.setattr("ethicscheck.policy.controls.shipped_maps", dict)

    assert section(again) == before
    kept = json.loads(record.to_json())["controls"]
    assert [(part["id"], part["dated"], len(part["controls"])) for part in kept] == [("eu-ai-act", "2026-11-23", 4)]


def test_the_page_never_calls_it_compliance(record: AuditRecord) -> None:
    """It bears on; whether it is met is for people who answer for it."""
    from ethicscheck.exports import render_document

    page = render_document(record, "html").decode()
    crosswalk = page[page.index('<section id="controls">') :].partition("</section>")[0]
    words = " ".join(re.sub(r"<[^>]+>", " ", crosswalk).split()).lower()

    assert "a map is not a finding of conformity" in words
    assert "complian" not in words
    assert "certif" not in words
    assert all(page.count(f'id="{anchor}"') == 1 for anchor in set(re.findall(r'href="#([^"]+)"', crosswalk)))


def test_without_named_controls_there_is_no_crosswalk(record: AuditRecord) -> None:
    """No empty page, no empty field."""
    Path("small.yaml").write_text(re.sub(r"    controls: .*\n", "", CHECKLIST))
    bare = audit("ethicscheck.yaml").record

    assert bare.controls is None
    assert "controls" not in json.loads(bare.to_json())
    assert controls_section(RecordIndex(bare)) is None


def test_a_control_is_found_however_it_is_written() -> None:
    """Blanks for hyphens, capitals: people type what they read."""
    assert find_control("nist-ai-rmf: map 5.1") is not None
    assert find_control("eu-ai-act:annex iv.2(g)") is not None
    assert find_control("eu-ai-act:0") is None
