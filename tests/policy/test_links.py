"""Metric-linked questions: what was measured stands beside what people said, and what can't be measured says why."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ethicscheck import audit
from ethicscheck.cli import run
from ethicscheck.model.checklist_record import ItemEntry, MeasuredEntry
from ethicscheck.model.record import AuditRecord
from ethicscheck.report.view import make_view

HEAD = """\
schema: ethicscheck/checklist/1
id: small
version: "1.0.0"
title: A small checklist
options: {ynu: {"yes": "Yes", "no": "No", unsure: We do not know yet}}
sections:
  - id: s
    title: Who bears it
    items:
      - {id: s.q, type: choice, options: ynu, text: Is it about equal?, help: Why and how., metric: {%s}}
"""
RATE = 'metric: selection_rate, across: "*", compare: difference, max: 0.1'
Ask = Callable[..., AuditRecord]


@pytest.fixture
def ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Audit data with one linked question; the answers by person."""
    monkeypatch.chdir(tmp_path)

    def made(rows: str, link: str = RATE, require: str = "none", config: str = "", **answers: str) -> AuditRecord:
        Path("small.yaml").write_text(HEAD % link)
        Path("data.csv").write_text(f"group,case,y,p\n{rows}")
        Path("ethicscheck.yaml").write_text(
            f"subject: {{name: x}}\ndata: {{source: data.csv, label: y, prediction: p, sensitive: [group]{config}}}\n"
            f"checklists: [{{use: small.yaml, answers: small.answers.jsonl, require: {require}}}]\n"
        )
        assert run(["checklist", "start", "small.yaml", "-o", "small.answers.jsonl"]) == 0
        for name, value in answers.items():
            words = ["--as", name, "--role", "product"]
            assert run(["checklist", "answer", "small.answers.jsonl", "s.q", value, *words]) == 0
        return audit("ethicscheck.yaml").record

    return made


def item(record: AuditRecord) -> ItemEntry:
    return record.checklists[0].sections[0].items[0]


def measured(record: AuditRecord) -> MeasuredEntry:
    found = item(record).metric
    assert found is not None
    return found


def rows(**chosen: tuple[int, int]) -> str:
    """Return rows: of each group so many that are chosen, and so many that are not."""
    return "".join(
        f"{name},{name}1,{p},{p}\n" * n for name, pair in chosen.items() for p, n in zip((1, 0), pair, strict=True)
    )


def test_the_measurement_has_value_interval_n_and_the_limit_it_was_held_against(ask: Ask) -> None:
    """Whoever reads the answer sees how sure the numbers are."""
    found = measured(ask(rows(a=(500, 500), b=(250, 750)), Ada="no"))

    assert (found.answer, found.verdict, found.features, found.rows) == ("no", "fail", ("group",), 2000)
    assert found.value == 0.25
    assert found.interval is not None
    assert found.interval.low < 0.25 < found.interval.high
    assert (found.max, found.min) == (0.1, None)


def test_an_interval_that_straddles_the_limit_contradicts_nobody(ask: Ask) -> None:
    """The data can't tell: neither yes nor no is denied, whoever says it."""
    for answer in ("yes", "no"):
        Path("small.answers.jsonl").unlink(missing_ok=True)
        record = ask(rows(a=(50, 50), b=(40, 60)), require="complete", Ada=answer)

        assert (measured(record).answer, measured(record).verdict) == ("unsure", "inconclusive")
        assert (item(record).state, item(record).conflict) == ("answered", None)
        assert [finding.verdict for finding in record.findings] == ["pass"]


@pytest.mark.parametrize(
    ("link", "data", "says"),
    [
        (RATE, rows(a=(500, 500), b=(2, 3)), "fewer than two groups"),
        ('metric: true_positive_rate, across: "*", compare: difference, max: 0.1', rows(a=(0, 500), b=(0, 500)), ""),
        ("metric: selection_rate, across: age, compare: difference, max: 0.1", rows(a=(9, 9)), "no feature 'age'"),
        (
            "metric: selection_rate, across: [group, age], compare: difference, max: 0.1",
            rows(a=(9, 9)),
            "no feature 'age'",
        ),
        (
            'metric: mean_absolute_error, across: "*", compare: difference, max: 0.1',
            rows(a=(500, 500), b=(500, 500)),
            "no measure of this audit’s task (binary)",
        ),
    ],
)
def test_what_cannot_be_measured_says_why_and_contradicts_nobody(ask: Ask, link: str, data: str, says: str) -> None:
    """Groups too small, nothing to divide by, no such feature, no such measure here: never a silent yes."""
    record = ask(data, link, require="complete", Ada="no")
    found = measured(record)

    assert (found.answer, found.verdict, found.interval) == ("unsure", "not_evaluable", None)
    assert says in found.message
    assert found.message
    assert item(record).state == "answered"
    (shown,) = make_view(record).checklists
    assert shown.sections[0].items[0].measured_word == "can’t tell yet"


def test_people_who_disagree_are_told_whom_the_measurement_is_against(ask: Ask) -> None:
    """It settles nothing: the dispute stays theirs, and is the one finding."""
    record = ask(rows(a=(500, 500), b=(250, 750)), require="complete", Ada="yes", Ben="no", Cleo="unsure")

    assert item(record).state == "disputed"
    assert item(record).conflict == "Ada said yes; the measurement says no."
    assert [(finding.id, finding.reason) for finding in record.findings] == [("checklist:small", "checklist_unmet")]
    assert "1 disputed" in record.findings[0].message


def test_a_dispute_of_which_nobody_is_denied_says_nothing_of_numbers(ask: Ask) -> None:
    """“No” and “not known” are both compatible with a measured no."""
    record = ask(rows(a=(500, 500), b=(250, 750)), Ben="no", Cleo="unsure")

    assert (item(record).state, item(record).conflict) == ("disputed", None)


def test_beside_the_value_stand_rows_where_several_are_of_one_person(ask: Ask) -> None:
    """A row of a cluster is no person."""
    (shown,) = make_view(ask(rows(a=(500, 500), b=(250, 750)), Ada="no")).checklists
    assert shown.sections[0].items[0].measured_value.endswith("2,000\u00a0people)")

    Path("small.answers.jsonl").unlink()
    many = "".join(f"{'ab'[n % 2]},c{n % 300},{n % 3 % 2},{n % 3 % 2}\n" for n in range(1200))
    (shown,) = make_view(ask(many, config=", cluster: case")).checklists
    assert shown.sections[0].items[0].measured_value.endswith("1,200\u00a0rows)")


def test_help_is_folded_where_an_answer_is_still_needed(ask: Ask) -> None:
    """A page with all of it would be twice as long; with none, nobody would know what to bring."""
    from ethicscheck.exports import render_document

    open_question = render_document(ask(rows(a=(500, 500), b=(500, 500))), "html").decode()
    assert "<summary>What a good answer holds</summary><p>Why and how.</p>" in open_question
    Path("small.answers.jsonl").unlink()
    done = render_document(ask(rows(a=(500, 500), b=(500, 500)), Ada="yes"), "html").decode()
    assert "What a good answer holds" not in done
