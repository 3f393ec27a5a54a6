"""`require: signed` from end to end: unsigned, signed under the record, audited again, and each way to lapse."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from ethicscheck.cli import run

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
"""
EQUAL = "group,y,p\n" + "a,1,1\na,0,0\nb,1,1\nb,0,0\n" * 500
CONFIG = """\
subject: {name: x, version: "1"}
data: {source: data.csv, label: y, prediction: p, sensitive: [group]}
policy: {rules: [{id: equal, metric: selection_rate, across: group, compare: difference, max: 0.1}]}
checklists: [{use: small.yaml, require: signed, answers: small.answers.jsonl}]
"""
RECORD = "ethicscheck-out/audit.json"
EVA = ("--as", "Eva", "--role", "reviewer")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(CHECKLIST)
    Path("data.csv").write_text(EQUAL)
    Path("ethicscheck.yaml").write_text(CONFIG)
    assert run(["checklist", "start", "small.yaml", "-o", "small.answers.jsonl"]) == 0
    answer("s.equal", "yes")
    answer("s.stop", "The head of the office")
    return tmp_path


def answer(item: str, value: str) -> None:
    assert run(["checklist", "answer", "small.answers.jsonl", item, value, "--as", "Ana", "--role", "product"]) == 0


def change(name: str, old: str, new: str) -> None:
    text = Path(name).read_text()
    assert old in text
    Path(name).write_text(text.replace(old, new))


def checklist() -> dict[str, Any]:
    (entry,) = json.loads(Path(RECORD).read_bytes())["checklists"]
    return entry  # type: ignore[no-any-return]


def finding() -> dict[str, Any]:
    found = json.loads(Path(RECORD).read_bytes())["findings"]
    return next(part for part in found if part["kind"] == "checklist")  # type: ignore[no-any-return]


def page() -> str:
    text = Path("ethicscheck-out/report.html").read_text()
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def sign_under_the_record() -> None:
    assert run(["audit", "-q"]) == 1
    assert run(["checklist", "sign", "small.answers.jsonl", *EVA, "--record", RECORD]) == 0
    assert run(["audit", "-q"]) == 0


def test_unsigned_signed_and_audited_again(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The record holds the signatures and the signature covers the record: it must not lapse by being written down."""
    assert run(["audit", "-q"]) == 1
    assert "not signed by reviewer" in finding()["message"]
    assert "Still missing: not signed by reviewer." in page()

    sign_under_the_record()
    first = checklist()
    assert run(["audit", "-q"]) == 0
    assert run(["checklist", "check", "small.answers.jsonl", "--require", "signed", "--record", RECORD]) == 0

    (signature,) = checklist()["signatures"]
    assert checklist() == first
    assert signature["covers"] == ["answers", "checklist", "model", "metrics", "rules"]
    assert "lapsed" not in signature
    assert "Signed by Eva (reviewer)." in finding()["message"]
    assert (
        "signed the answers, the checklist, the model, the metrics and the rules, SHA-256 "
        f"{signature['sha256'][:12]}…" in page()
    )
    assert "Eva, reviewer, 20" in page()
    assert "Still missing:" not in page()


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("ethicscheck.yaml", 'version: "1"', 'version: "2"', "the model"),
        ("ethicscheck.yaml", "max: 0.1}", "max: 0.9}", "the rules"),
        ("data.csv", "group,y,p\n", "group,y,p\na,1,1\n", "the metrics"),
        ("small.yaml", "help: A name.", "help: A name and a number.", "the checklist"),
    ],
)
def test_a_signature_lapses_with_words_that_say_which_part_changed(
    project: Path, name: str, old: str, new: str, says: str
) -> None:
    """Exit code 1, in the finding, the record and the report; the command says the same."""
    sign_under_the_record()
    change(name, old, new)

    assert run(["audit", "-q"]) == 1
    assert f"the signature of Eva (reviewer) has lapsed: {says} changed since" in finding()["message"]
    assert checklist()["signatures"][0]["lapsed"] == f"{says} changed since"
    assert f"Lapsed: Eva, reviewer, {checklist()['signatures'][0]['at'][:10]}; {says} changed since" in page()
    assert run(["checklist", "check", "small.answers.jsonl", "--require", "signed", "--record", RECORD]) == 1

    assert run(["checklist", "sign", "small.answers.jsonl", *EVA, "--record", RECORD]) == 0
    assert run(["audit", "-q"]) == 0


def test_an_answer_changed_after_signing_lapses_it_and_a_withdrawn_signature_is_gone(project: Path) -> None:
    """Both leave `signed` unmet, in words that differ."""
    sign_under_the_record()
    answer("s.stop", "Nobody, as it turned out")
    assert run(["audit", "-q"]) == 1
    assert "has lapsed: the answers changed since" in finding()["message"]

    sign_under_the_record()
    assert run(["checklist", "withdraw", "small.answers.jsonl", "--signature", *EVA, "--reason", "Too early"]) == 0
    assert run(["audit", "-q"]) == 1
    assert "not signed by reviewer" in finding()["message"]
    assert checklist()["signatures"] == []


def test_what_to_withdraw_must_be_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An answer or a signature; never both, never neither."""
    assert run(["checklist", "withdraw", "small.answers.jsonl", *EVA]) == 2
    assert run(["checklist", "withdraw", "small.answers.jsonl", "s.stop", "--signature", *EVA]) == 2
    assert capsys.readouterr().err.count("give the question's id, or --signature") == 2


def test_a_signature_without_the_record_is_named_wherever_the_record_is_at_hand(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It holds for the answers; nobody should think it holds for the numbers."""
    assert run(["checklist", "sign", "small.answers.jsonl", *EVA]) == 0
    assert run(["audit", "-q"]) == 0
    bare = "the signature of Eva (reviewer) does not cover the model, the metrics and the rules"

    assert any(note.startswith(bare) for note in checklist()["notes"])
    assert bare in page()
    capsys.readouterr()
    assert run(["checklist", "check", "small.answers.jsonl", "--require", "signed", "--record", RECORD]) == 0
    assert bare in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("words", [["status"], ["check"], ["check", "--json"], ["sign", *EVA]])
def test_a_record_of_an_audit_without_the_checklist_is_refused_by_every_command(
    project: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    """Nothing measured must not look like nothing contradicted."""
    change("ethicscheck.yaml", "checklists: [{use: small.yaml, require: signed, answers: small.answers.jsonl}]\n", "")
    assert run(["audit", "-q"]) == 0
    before = Path("small.answers.jsonl").read_bytes()
    command, *more = words

    assert run(["checklist", command, "small.answers.jsonl", *more, "--record", RECORD]) == 2
    assert "the audit holds no checklist 'small' (audit.json) — name the checklist in the audit's config" in (
        capsys.readouterr().err
    )
    assert Path("small.answers.jsonl").read_bytes() == before


def test_a_limit_changed_since_the_audit_is_not_held_against_an_answer(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The record judged the old limit; the new one has not been measured."""
    change("data.csv", "b,1,1\n", "b,1,0\n")
    assert run(["audit", "-q"]) == 1
    assert run(["checklist", "check", "small.answers.jsonl", "--record", RECORD]) == 1
    assert "contradicted" in capsys.readouterr().out
    change("small.yaml", "max: 0.1}", "max: 0.9}")
    answer("s.equal", "yes")
    capsys.readouterr()

    assert run(["checklist", "check", "small.answers.jsonl", "--record", RECORD]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "asked otherwise since the audit, so not measured: s.equal; audit again" in told
    assert "contradicted" not in told


def test_hidden_counts_leave_the_signature_over_model_and_rules(project: Path) -> None:
    """A digest of numbers that must not be known would let people guess them; the next audit must not lapse for it."""
    change("ethicscheck.yaml", "checklists:", "report: {suppress_below: 10, suppress_record: true}\nchecklists:")
    sign_under_the_record()

    assert checklist()["signatures"][0]["covers"] == ["answers", "checklist", "model", "rules"]
    assert checklist()["notes"] == []
    assert run(["checklist", "check", "small.answers.jsonl", "--require", "signed", "--record", RECORD]) == 0


def test_changes_that_were_asked_for_stand_in_the_sign_off_of_the_report(project: Path) -> None:
    """With who asked and why, until they are made."""
    words = ["--request-changes", "Name a second person", *EVA]
    assert run(["checklist", "sign", "small.answers.jsonl", *words]) == 0

    assert run(["audit", "-q"]) == 1
    assert "Eva (reviewer) asked for changes on" in finding()["message"]
    assert re.search(r"Still missing: Eva \(reviewer\) asked for changes on \S+: Name a second person; ", page())
