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
    return next(part for one in section(record).maps for part in one.controls if name in [own.id for own in part.names])


def measured(record: AuditRecord, name: str) -> list[tuple[str, str]]:
    """Return the measurements whose numbers a control's row names."""
    legend = {part.number: (part.verdict, part.text) for part in section(record).measurements}
    numbers = [int(one) for _, _, shown in control(record, name).measurements for one in shown.split(", ")]
    return [legend[number] for number in numbers]


def test_the_crosswalk_says_what_bears_on_a_control_and_what_is_missing(record: AuditRecord) -> None:
    """Answers with their state, rules and linked measurements with their verdict, and the open ends."""
    tested = control(record, "9.8")

    assert [(part.title, part.few) for part in tested.answers] == [("Who bears it", "")]
    assert tested.answered == "0 of 2 answered"
    assert measured(record, "9.8") == [
        ("fail", "Demographic parity by group"),
        ("fail", "Selection rate by group (own limit)"),
    ]
    assert tested.missing == "1 contradicted, 1 not answered."
    assert control(record, "26.11").measurements == ()
    assert control(record, "26.11").missing == "1 not answered."
    assert measured(record, "10.2(f)") == [("fail", "Demographic parity by group")]


def test_a_control_of_no_known_map_is_shown_as_such(record: AuditRecord) -> None:
    """Passing it over would look like having looked at it."""
    stranger = control(record, "own-rules:1.2")

    assert section(record).maps[-1].title == "Controls of no known map"
    assert stranger.missing.startswith("No control map of this version knows it")
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
    assert crosswalk.count("Selection rate by group (own limit)") == 1, "told once, by number from then on"
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


def test_every_shipped_checklist_names_ids_that_were_checked_or_the_map_says_so() -> None:
    """The maps are from knowledge; what our checklists cite was compared with a second list, but for these."""
    named = {name for use in shipped_ids() for part in load(use, Path()).checklist.sections for name in part.controls}

    unchecked = {
        f"{own}:{key}"
        for own, loaded in shipped_maps().items()
        for key in loaded.map.controls
        if key not in loaded.map.checked and f"{own}:{key}" in named
    }
    assert unchecked == {"eu-ai-act:10.5", "iso-42001:A.6.2.5", "nist-ai-rmf:MANAGE-1.1"}
    assert all(loaded.map.checked for loaded in shipped_maps().values())


def test_an_id_that_was_not_checked_is_named_in_the_report(record: AuditRecord) -> None:
    """Who relies on it should look it up."""
    Path("small.yaml").write_text(CHECKLIST.replace("eu-ai-act:72", "eu-ai-act:10.5"))
    again = audit("ethicscheck.yaml").record

    assert dict(section(again).maps[0].facts)["Ids from memory"] == "10.5: not compared with a second list"
    assert "Ids from memory" not in dict(section(record).maps[0].facts)
    with pytest.raises(ConfigError, match=r"checked: the map holds no control '1\.3' \(own.yaml:5\) — did you mean"):
        read_controls(MAP.replace("title: Our", 'checked: ["1.3"]\ntitle: Our'), "own.yaml")


def test_a_question_can_name_controls_of_its_own_instead_of_its_sections(record: AuditRecord) -> None:
    """A section's controls are the default; [] means that an answer bears on none."""
    Path("small.yaml").write_text(
        CHECKLIST.replace(
            "text: Was stopping it tried?,", 'text: Was stopping it tried?, controls: ["eu-ai-act:14.4(e)"],'
        )
        .replace('when: {item: s.equal, in: ["no"]}}', "}")
        .replace("text: Are people told?,", "text: Are people told?, controls: [],")
    )
    again = audit("ethicscheck.yaml").record

    stopping = control(again, "14.4(e)")
    assert [(part.title, part.few) for part in stopping.answers] == [("Who bears it", " (1 of its 2 questions)")]
    assert (stopping.answered, stopping.missing) == ("0 of 1 answered", "1 not answered.")
    assert control(again, "72").answered == "0 of 1 answered"
    names = {name.id for part in section(again).maps for row in part.controls for name in row.names}
    assert names == {"9.8", "72", "own-rules:1.2", "14.4(e)"}
    kept = {item.id: item.controls for part in again.checklists[0].sections for item in part.items}
    assert kept == {"s.equal": None, "s.tried": ("eu-ai-act:14.4(e)",), "t.told": ()}


def test_check_warns_of_a_question_whose_control_no_map_knows(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its own line, as for a section's."""
    path = tmp_path / "c.yaml"
    path.write_text(CHECKLIST.replace("help: How.}", "help: How., controls: [eu-ai-act:866]}"))

    assert run(["checklist", "check", str(path)]) == 0
    assert "the map 'eu-ai-act' knows no control '866' (c.yaml:19) — did you mean '86'?" in capsys.readouterr().out


def test_controls_on_which_all_the_same_bears_share_a_row(record: AuditRecord) -> None:
    """Told once; the crosswalk is one of the longest parts of a report."""
    Path("small.yaml").write_text(CHECKLIST.replace("eu-ai-act:26.11, ", "eu-ai-act:26.11, eu-ai-act:86, "))
    again = section(audit("ethicscheck.yaml").record)

    assert ["26.11", "86"] in [[name.id for name in row.names] for row in again.maps[0].controls]
    assert again.takeaway.startswith("The checklists of this audit name 6 controls; something is missing on 6")


def choose(controls: str) -> int:
    """Audit with that `report.controls`."""
    text = Path("ethicscheck.yaml").read_text().partition("report:")[0]
    Path("ethicscheck.yaml").write_text(f"{text}report:\n  controls: {controls}\n")
    return run(["audit", "-q"])


def test_a_map_of_ones_own_is_named_in_the_config(record: AuditRecord) -> None:
    """Beside shipped ones or instead of them; the record keeps its texts, so that it can be drawn without the file."""
    Path("maps").mkdir()
    Path("maps/own.yaml").write_text(MAP)
    assert choose("[maps/own.yaml]") == 1
    own = audit("ethicscheck.yaml").record
    Path("maps/own.yaml").unlink()

    assert [part.title for part in section(own).maps] == ["Our own rules"], "nor are those left out strangers"
    assert control(own, "1.2").names[0].says == "It treats groups alike."
    assert own.controls is not None
    assert own.controls[0].controls[0].checked is None
    Path("maps/own.yaml").write_text(MAP)
    assert choose("[maps/own.yaml, eu-ai-act]") == 1
    assert [part.title for part in section(audit("ethicscheck.yaml").record).maps] == ["Our own rules", "EU AI Act"]
    assert choose("[]") == 1
    assert [part.title for part in section(audit("ethicscheck.yaml").record).maps] == ["Controls of no known map"]


@pytest.mark.parametrize(
    ("controls", "said"),
    [
        ("[eu-ai-acd]", "report.controls[0]: there is no control map 'eu-ai-acd' (ethicscheck.yaml:6) — did you mean"),
        (
            "[none.yaml]",
            "there is no control map 'none.yaml' (ethicscheck.yaml:6) — give a shipped map's id, or the path",
        ),
        ("none.yaml", "report.controls: there is no control map 'none.yaml' (ethicscheck.yaml:6)"),
        ("[own.yaml, own.yaml]", "there is a control map 'own-rules' already (ethicscheck.yaml:6)"),
        ("[act.yaml]", "there is a control map 'eu-ai-act' already (ethicscheck.yaml:6)"),
        ("[broken.yaml]", "unknown key 'statsu' (broken.yaml:7) — did you mean 'status'?"),
        ("[data.csv]", "(data.csv"),
        ("{a: b}", "ethicscheck.yaml:6"),
    ],
)
def test_a_map_that_cannot_be_used_stops_the_audit_with_its_line(
    record: AuditRecord, capsys: pytest.CaptureFixture[str], controls: str, said: str
) -> None:
    """Of the config, or of the map itself; own maps are read as strictly as shipped ones."""
    Path("own.yaml").write_text(MAP)
    Path("act.yaml").write_text(MAP.replace("id: own-rules", "id: eu-ai-act"))
    Path("broken.yaml").write_text(MAP.replace("status: agreed", "statsu: agreed"))
    capsys.readouterr()

    assert choose(controls) == 2
    assert said in capsys.readouterr().err
