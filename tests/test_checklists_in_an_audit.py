"""Numbers and people in one document: checklists named in a config, their answers beside what was measured."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from ethicscheck import audit
from ethicscheck.cli import run
from ethicscheck.report.view import make_view

CHECKLIST = """
schema: ethicscheck/checklist/1
id: small
version: "1.0.0"
title: A small checklist
options: {ynu: {"yes": "Yes", "no": "No", unsure: We do not know yet}}
sections:
  - id: s
    title: Who bears it
    roles: {sign: [reviewer]}
    items:
      - {id: s.equal, type: choice, options: ynu, text: Is the decision given about equally often?, help: Why and how.,
         metric: {metric: selection_rate, across: "*", compare: difference, max: 0.1}}
      - {id: s.stop, type: text, text: Who can stop it?, help: A name.}
      - {id: s.tried, type: choice, options: ynu, text: Was stopping it tried?, help: When., when: {item: s.equal, in: ["no"]}}
"""
UNEQUAL = "group,y,p\n" + "a,1,1\n" * 200 + "b,1,0\n" * 200
EQUAL = "group,y,p\n" + "a,1,1\na,0,0\nb,1,1\nb,0,0\n" * 500


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(CHECKLIST)
    Path("data.csv").write_text(UNEQUAL)
    assert run(["checklist", "start", "small.yaml", "-o", "small.answers.jsonl"]) == 0
    return tmp_path


def write(require: str = "none", answers: str | None = "small.answers.jsonl", rules: str = "[]") -> None:
    journal = f"    answers: {answers}\n" if answers else ""
    Path("ethicscheck.yaml").write_text(
        "subject: {name: x}\ndata: {source: data.csv, label: y, prediction: p, sensitive: [group]}\n"
        f"policy: {{rules: {rules}}}\nchecklists:\n  - use: small.yaml\n    require: {require}\n{journal}"
    )


def answer(item: str, value: str, who: str = "Ada") -> None:
    assert run(["checklist", "answer", "small.answers.jsonl", item, value, "--as", who, "--role", "reviewer"]) == 0


def record() -> dict[str, object]:
    return json.loads(Path("ethicscheck-out/audit.json").read_bytes())  # type: ignore[no-any-return]


def states() -> dict[str, str]:
    (entry,) = record()["checklists"]  # type: ignore[misc]
    return {item["id"]: item["state"] for section in entry["sections"] for item in section["items"]}  # type: ignore[index]


def test_blanks_are_not_complete(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """AI Verify counts blanks as complete; here an unanswered required checklist fails the audit."""
    write("complete")

    assert run(["audit"]) == 1
    out = capsys.readouterr().out
    assert "“A small checklist” is not complete: 2 not answered." in out
    assert "The required checklist is not finished." in out
    assert states() == {"s.equal": "unanswered", "s.stop": "unanswered", "s.tried": "hidden"}


def test_a_complete_checklist_passes(project: Path) -> None:
    """With nothing else asked, a met requirement is a pass."""
    Path("data.csv").write_text(EQUAL)
    write("complete")
    answer("s.equal", "yes")
    answer("s.stop", "The head of the office")

    assert run(["audit", "-q"]) == 0
    assert states() == {"s.equal": "answered", "s.stop": "answered", "s.tried": "hidden"}


def test_an_answer_that_the_numbers_contradict_stays_and_is_shown(project: Path) -> None:
    """Both stand in the report; nothing is overwritten; `complete` is not met."""
    write("complete")
    answer("s.equal", "yes")
    answer("s.stop", "The head of the office")
    before = Path("small.answers.jsonl").read_bytes()

    assert run(["audit", "-q"]) == 1
    assert states()["s.equal"] == "contradicted"
    page = re.sub(r"<[^>]+>", " ", Path("ethicscheck-out/report.html").read_text())
    assert "Ada said yes; the measurement says no." in page
    assert "Measured: no " in page
    assert Path("small.answers.jsonl").read_bytes() == before


def test_a_contradiction_is_a_finding_with_the_numbers_beside_it(project: Path) -> None:
    """Required, it fails; where nothing is required it is shown and gates nothing; mended, it is gone."""
    Path("data.csv").write_text(EQUAL)
    rules = "[{metric: selection_rate, across: group, compare: difference, max: 0.9}]"
    for require, code in (("none", 0), ("complete", 1)):
        write(require, rules=rules)
        answer("s.equal", "no")
        answer("s.stop", "The head of the office")
        answer("s.tried", "yes")

        assert run(["audit", "-q"]) == code
        found = [part for part in record()["findings"] if part.get("reason") == "contradicted"]  # type: ignore[attr-defined]
        assert states()["s.equal"] == "contradicted"
        if require == "none":
            assert not found
            continue
        assert [(part["id"], part["verdict"], part["rule"]["id"]) for part in found] == [
            ("checklist:small:s.equal", "fail", "checklist:small")
        ]
        assert found[0]["message"].startswith("Ada said no; the measurement says yes.")

    view = make_view(audit("ethicscheck.yaml").record)
    (shown,) = [part for part in view.findings if part.id == "checklist:small:s.equal"]
    assert shown.heading == "Answer and measurement contradict each other"
    assert [text for _, text in shown.questions] == ["Is the decision given about equally often?"]
    assert view.checklists[0].sections[0].items[0].measured_value.replace("\u00a0", " ") == (
        "0.0 points (95 % interval 0.0 to 4.4 points; 2,000 people)"
    )
    answer("s.equal", "yes")
    assert run(["audit", "-q"]) == 0


def test_measurement_that_cannot_tell_contradicts_nobody(project: Path) -> None:
    """An interval that holds the limit measures `unsure`."""
    Path("data.csv").write_text("group,y,p\n" + "a,1,1\na,1,0\n" * 20 + "b,1,0\nb,1,1\n" * 20)
    write("complete")
    answer("s.equal", "yes")

    run(["audit", "-q"])

    assert states()["s.equal"] == "answered"


def test_signed_needs_a_signature_that_still_holds(project: Path) -> None:
    """A signature covers what was signed, and lapses when an answer changes."""
    Path("data.csv").write_text(EQUAL)
    write("signed")
    answer("s.equal", "yes")
    answer("s.stop", "The head of the office")
    assert run(["audit", "-q"]) == 1
    assert run(["checklist", "sign", "small.answers.jsonl", "--as", "Ada", "--role", "reviewer"]) == 0
    assert run(["audit", "-q"]) == 0
    answer("s.stop", "Nobody, as it turned out")

    assert run(["audit", "-q"]) == 1
    (entry,) = record()["checklists"]  # type: ignore[misc]
    assert entry["signatures"][0]["lapsed"]  # type: ignore[index]


def test_a_failed_rule_names_the_questions_that_bear_on_it(project: Path) -> None:
    """From the number to the conversation, in one click."""
    write(rules="[{metric: demographic_parity, across: group, compare: difference, max: 0.1}]")

    result = audit("ethicscheck.yaml")
    (finding,) = make_view(result.record).findings

    assert finding.verdict == "fail"
    assert [text for _, text in finding.questions] == ["Is the decision given about equally often?"]


def test_checklists_without_a_requirement_gate_nothing(project: Path) -> None:
    """They are shown; the verdict comes from the rules alone."""
    Path("data.csv").write_text(EQUAL)
    write(rules="[{metric: selection_rate, across: group, compare: difference, max: 0.1}]")

    assert run(["audit", "-q"]) == 0
    assert record()["findings"][0]["kind"] == "metric"  # type: ignore[index]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ("none.answers.jsonl", "there is no journal 'none.answers.jsonl' (ethicscheck.yaml:5) — start it with"),
        ("data.csv", "data.csv"),
    ],
)
def test_a_journal_that_is_missing_or_none_stops_the_audit(
    project: Path, capsys: pytest.CaptureFixture[str], answers: str, message: str
) -> None:
    """Answers that can't be read must never look like answers that were not given."""
    write(answers=answers)

    assert run(["audit"]) == 2
    assert message in capsys.readouterr().err


def test_another_checklists_journal_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Answers to other questions are no answers to these."""
    run(["checklist", "start", "transparency", "-o", "other.answers.jsonl"])
    write(answers="other.answers.jsonl")

    assert run(["audit"]) == 2
    assert "the journal answers the checklist 'transparency', not 'small'" in capsys.readouterr().err


def test_an_unknown_checklist_names_the_nearest(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A typo must not drop half of the audit."""
    Path("ethicscheck.yaml").write_text(
        "subject: {name: x}\ndata: {source: data.csv, label: y, prediction: p, sensitive: [group]}\n"
        "checklists: [{use: transparancy}]\n"
    )

    assert run(["audit"]) == 2
    assert "did you mean 'transparency'?" in capsys.readouterr().err


def test_without_labels_a_question_that_needs_them_is_not_measured(project: Path) -> None:
    """The page says why, and the question stays one for people."""
    Path("ethicscheck.yaml").write_text(
        "subject: {name: x}\ndata: {source: data.csv, prediction: p, sensitive: [group]}\n"
        "checklists: [{use: unintended-consequences}]\n"
    )

    result = audit("ethicscheck.yaml")
    measured = {
        item.id: item.metric.message
        for section in result.record.checklists[0].sections
        for item in section.items
        if item.metric is not None
    }

    assert (
        measured["uc.missed"]
        == "Not measured: false negative rate needs to know what happened, and the data don't say."
    )
    assert measured["uc.favourable"].startswith("Ratio of favourable decision rate")


def test_a_contradiction_is_told_in_the_terminal_even_where_nothing_is_required(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The headline counts it, and does not count it as answered."""
    write()
    answer("s.equal", "yes")

    run(["audit"])

    out = capsys.readouterr().out
    assert "0 of 3 questions are answered. One answer is contradicted by the measurement." in " ".join(out.split())


def test_nobody_is_given_words_that_were_not_theirs(project: Path) -> None:
    """A dispute settled against the numbers names only those who said so."""
    Path("small.yaml").write_text(CHECKLIST.replace("sign: [reviewer]", "sign: [reviewer], resolve: [reviewer]"))
    write()
    answer("s.equal", "yes", "Ada")
    answer("s.equal", "no", "Cleo")
    words = ["--as", "Bea", "--role", "reviewer", "--reason", "We looked again together"]
    assert run(["checklist", "resolve", "small.answers.jsonl", "s.equal", "yes", *words]) == 0

    run(["audit", "-q"])
    (entry,) = record()["checklists"]  # type: ignore[misc]
    item = entry["sections"][0]["items"][0]  # type: ignore[index]

    assert item["state"] == "contradicted"
    assert item["conflict"] == "Ada said yes; the measurement says no."


def test_the_evidences_own_dates_stand_in_record_and_report(project: Path) -> None:
    """CISO Assistant keeps one date for both: when a piece was made, and when it was handed in."""
    Path("note.txt").write_text("seen")
    write()
    words = [
        "--as",
        "Ada",
        "--role",
        "reviewer",
        "--evidence",
        "note.txt",
        "--dated",
        "2026-01-01",
        "--expires",
        "2099-12-31",
    ]
    assert run(["checklist", "answer", "small.answers.jsonl", "s.stop", "The head", *words]) == 0

    run(["audit", "-q"])
    (entry,) = record()["checklists"]  # type: ignore[misc]
    (piece,) = entry["sections"][0]["items"][1]["answers"][0]["evidence"]  # type: ignore[index]

    assert (piece["dated"], piece["expires"]) == ("2026-01-01", "2099-12-31")
    assert "of 2026-01-01, counts until 2099-12-31" in Path("ethicscheck-out/report.html").read_text()


def test_a_hidden_question_says_why_in_words(project: Path) -> None:
    """Ids are for journals; a reader of the report never learnt them."""
    Path("data.csv").write_text(EQUAL)
    write()
    answer("s.equal", "yes")

    (checklist,) = make_view(audit("ethicscheck.yaml").record).checklists
    hidden = checklist.sections[0].items[2]

    assert hidden.state == "hidden"
    assert hidden.why == ("Asked only when “Is the decision given about equally often?” is “No”; that is “Yes” (Ada).")


LINKED = CHECKLIST.replace(
    "      - {id: s.stop,",
    "      - {id: s.refused, type: choice, options: ynu, text: Is nobody refused more often?, help: Why.,\n"
    '         metric: {metric: selection_rate, across: "*", compare: difference, max: 0.9}}\n      - {id: s.stop,',
)


def walk(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *lines: str, only: str = "opened") -> str:
    """Walk as Ada, with the audit's record; return what was shown."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "4070908800")  # long after the audit
    words = ["--as", "Ada", "--role", "reviewer", "--only", only, "--record", "ethicscheck-out/audit.json"]
    assert run(["checklist", "walk", "small.answers.jsonl", *words]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_a_failed_rule_opens_the_questions_that_name_its_metric(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the report, in the terminal, and in a walk with the record, until somebody has answered anew."""
    Path("small.yaml").write_text(LINKED)
    write(rules="[{id: parity, metric: demographic_parity, across: group, compare: difference, max: 0.1}]")
    answer("s.equal", "no")
    answer("s.refused", "unsure")
    run(["audit"])

    assert "Questions this opens: Is the decision given about equally often?; Is nobody" in " ".join(
        capsys.readouterr().out.split()
    )
    (shown,) = make_view(audit("ethicscheck.yaml").record).checklists
    assert shown.sections[0].items[0].opened == (
        "A rule that failed opens this question anew: Demographic parity by group (parity)."
    )
    assert ("Opened by a failed rule", "Is the decision given about equally often?") in [
        (word, text) for _, word, text in shown.open_items
    ]

    told = walk(monkeypatch, capsys, "no", "s")
    assert "opened by a rule that failed: Demographic parity by group (parity)" in told
    assert "measured: no. Gap in selection rate" in told
    assert "Is nobody refused more often?" in told
    assert "Who can stop it?" not in told

    told = walk(monkeypatch, capsys, "s")
    assert "equally often" not in told, "it was answered after the audit"
    walk(monkeypatch, capsys, "unsure")
    assert "There is nothing to ask you." in walk(monkeypatch, capsys)


def test_a_walk_with_the_record_leads_to_what_the_numbers_contradict(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The measured answer stands beside the given one where it can be mended."""
    write()
    answer("s.equal", "yes")
    run(["audit", "-q"])
    capsys.readouterr()

    assert run(["checklist", "status", "small.answers.jsonl", "--record", "ethicscheck-out/audit.json"]) == 0
    assert "contradicted Is the decision given" in " ".join(capsys.readouterr().out.split())
    told = walk(monkeypatch, capsys, "no", only="contradicted")

    assert "contradicted: answered “Yes”, but measured: Gap in selection rate" in told
    assert "saved (answered)" in told
    assert "There is nothing to ask you." in walk(monkeypatch, capsys, only="contradicted")


def test_a_record_without_the_checklist_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing measured must not look like nothing contradicted."""
    words = ["checklist", "walk", "small.answers.jsonl", "--as", "Ada", "--role", "reviewer"]
    Path("ethicscheck.yaml").write_text(
        "subject: {name: x}\ndata: {source: data.csv, label: y, prediction: p, sensitive: [group]}\n"
    )
    run(["audit", "-q"])

    assert run([*words, "--record", "ethicscheck-out/audit.json"]) == 2
    assert "the audit holds no checklist 'small' (audit.json) — name the checklist" in capsys.readouterr().err
    assert run([*words, "--record", "none.json"]) == 2
    assert "the record can't be read" in capsys.readouterr().err
    assert run([*words, "--only", "opened"]) == 2
    assert "nothing is measured, so nothing is opened (--only) — add --record" in capsys.readouterr().err


def test_a_journal_moved_to_another_version_is_not_judged_by_the_one_in_the_config(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Complete for the old version, not for the new: the audit must say so, as the gate does, and not pass it in silence."""
    more = "      - {id: s.new, type: text, text: What else?, help: Anything.}\n"
    write("complete")
    answer("s.equal", "yes")
    answer("s.stop", "Ada")
    Path("data.csv").write_text(EQUAL)
    assert run(["audit"]) == 0
    Path("small2.yaml").write_text(CHECKLIST.replace("1.0.0", "2.0.0") + more)
    assert run(["checklist", "migrate", "small.answers.jsonl", "--to", "small2.yaml"]) == 0
    capsys.readouterr()

    assert run(["audit"]) == 2
    shown = " ".join(capsys.readouterr().err.split())
    for words in ("ethicscheck.yaml:5", "moved to version 2.0.0", "is version 1.0.0", "write `use: small2.yaml`"):
        assert words in shown

    config = Path("ethicscheck.yaml")
    config.write_text(config.read_text().replace("use: small.yaml", "use: small2.yaml"))
    assert run(["audit"]) == 1
    assert run(["checklist", "check", "small.answers.jsonl", "--require", "complete"]) == 1
    Path("small2.yaml").write_text(CHECKLIST)  # the file as it was before the move
    assert run(["audit"]) == 2
    assert "take the newer small2.yaml" in " ".join(capsys.readouterr().err.split())
    Path("small2.yaml").write_text(
        CHECKLIST.replace("1.0.0", "3.0.0") + more
    )  # it has gone on since: judged, and noted
    assert run(["audit"]) == 1
    (entry,) = record()["checklists"]  # type: ignore[misc, attr-defined]
    assert entry["notes"] == ["moved to version 2.0.0 of the checklist; this is version 3.0.0"]
