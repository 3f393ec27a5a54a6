"""The page for the people affected: short, plain, honest about what is not known, and the same bytes each time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from export_helpers import AUDITS, Page, example, matches_golden

from ethicscheck.exports import render_document
from ethicscheck.exports.summary import make_summary
from ethicscheck.model.record import AuditRecord
from ethicscheck.policy.publishing import publishable
from helpers import audit_text

# What a reader of twelve can't be asked to know; "rate" is missing, for it is in "separate".
JARGON = re.compile(
    r"\b(?:metric|false (?:positive|negative)|confidence|interval|p-value|sha-?256|digest|prediction-based|disparit\w+|"
    r"selection rate|null|None|nan|undefined|coverage|threshold|parity|baseline)\b|[0-9a-f]{32}|\d\.\d{4}"
)


@pytest.mark.parametrize("kind", AUDITS)
def test_every_kind_of_audit_has_a_page_with_the_five_answers(kind: str, tmp_path: Path) -> None:
    """What is decided, who fares worse, how sure, what is done, how to contest, who answers; no jargon, no digest."""
    content = render_document(AUDITS[kind](tmp_path), "summary")
    page = Page(content)

    for heading in (
        "What does the system decide?",
        "Who may be treated worse?",
        "How sure is this?",
        "What is done about it?",
        "What can I do if I think a decision is wrong?",
        "Who answers for this?",
    ):
        assert heading in page.said
    assert JARGON.findall(page.said) == []
    assert len(content) < 20_000


@pytest.mark.parametrize("kind", AUDITS)
def test_the_page_is_one_file_that_loads_nothing_and_runs_nothing(kind: str, tmp_path: Path) -> None:
    """A strict policy in the page itself; ids once each, and every reference leads to one."""
    page = Page(render_document(AUDITS[kind](tmp_path), "summary"))
    ids = [item["id"] for _, item in page.tags if "id" in item]

    assert {tag for tag, _ in page.tags} & {"script", "link", "img", "a", "form", "iframe"} == set()
    policy = next(item["content"] for tag, item in page.tags if tag == "meta" and item.get("http-equiv"))
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"
    assert len(ids) == len(set(ids))
    assert {str(item["aria-labelledby"]) for _, item in page.tags if item.get("aria-labelledby")} <= set(map(str, ids))


def test_the_line_on_top_says_difference_no_sure_difference_or_no_comparison(tmp_path: Path) -> None:
    """A difference that may be chance is none, and too few people are no good news."""
    clear = audit_text(tmp_path, "group,y,p\n" + "a,1,1\na,0,0\n" * 200 + "b,1,0\nb,0,0\n" * 200)
    chance = audit_text(tmp_path, "group,y,p\n" + "a,1,1\na,1,0\n" * 20 + "b,1,1\nb,1,1\nb,1,0\n" * 10)

    assert make_summary(clear).answer == "The numbers show clear differences between groups of people."
    assert make_summary(chance).answer == (
        "The numbers show no sure difference between groups. This does not prove that there is none."
    )
    assert make_summary(AUDITS["all undefined"](tmp_path)).answer == (
        "These numbers can’t tell. No two groups have enough people to be compared."
    )


def test_what_was_not_written_down_is_said(tmp_path: Path) -> None:
    """Nobody may take silence for an answer."""
    said = Page(render_document(AUDITS["no rules"](tmp_path), "summary")).said

    assert "What this system decides was not written down." in said
    assert "Who is affected was not written down." in said
    assert "Nobody has written down what is done about these results." in said
    assert "Nobody has set a limit for how different the results may be. So nothing here is passed or failed." in said
    assert "How to contest a decision was not written down." in said
    assert "Who answers for it Not written down. Ask the organisation that uses the system." in said


def test_what_the_config_says_is_done_stands_on_the_page(tmp_path: Path) -> None:
    """`subject.response` is the one sentence no record can compute."""
    record = AUDITS["binary"](tmp_path)
    told = record.subject.model_copy(update={"response": "The tool is switched off."})

    assert (
        "The tool is switched off."
        in Page(render_document(record.model_copy(update={"subject": told}), "summary")).said
    )


def test_broken_limits_are_said_in_people_and_a_waiver_with_its_end(tmp_path: Path) -> None:
    """ "10 points" is nothing anybody was ever told in; an exception names who made it and until when."""
    csv = "group,y,p\n" + "a,1,1\na,0,1\n" * 200 + "b,1,0\nb,0,1\n" * 200
    rules = [
        {"metric": "false_negative_rate", "across": "group", "compare": "difference", "max": 0.1},
        {"metric": "selection_rate", "across": "group", "compare": "ratio", "min": 0.8},
        {"metric": "selection_rate", "across": "group", "compare": "each", "max": 0.75},
    ]
    summary = make_summary(audit_text(tmp_path, csv, rules=rules))

    assert summary.limits == ("3 limits were set: 3 are broken.",)
    assert [text.split("The limit: ")[1] for text in summary.broken] == [
        "groups may be at most 100 in 1,000 apart.",
        "the lowest group must come to at least 80 for every 100 of the highest.",
        "for every group it must be at most 750 in 1,000.",
    ]


def test_a_waived_limit_names_who_decided_until_when_and_why(tmp_path: Path) -> None:
    """An exception that nobody answers for is none."""
    import pandas as pd

    from ethicscheck import audit

    frame = pd.DataFrame({"group": ["a"] * 200 + ["b"] * 200, "y": [1] * 400, "p": [1] * 200 + [0] * 200})
    rule = {"metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.1, "id": "gap"}
    waiver = {"rule": "gap", "owner": "Maya Chen", "reason": "A new model comes in May", "expires": "2999-05-01"}

    record = audit(frame, label="y", prediction="p", sensitive="group", rules=[rule], waivers=[waiver]).record
    summary = make_summary(record)

    assert summary.limits == (
        "One limit was set. It is not kept, but that is allowed for now.",
        "Maya Chen decided that what is past a limit may stay until 2999-05-01. The reason given: “A new model comes in May”",
    )


def test_errors_that_harm_stand_before_errors_that_favour(monkeypatch: pytest.MonkeyPatch) -> None:
    """A loan refused to who would have paid back is what people are harmed by; a loan given too easily is not."""
    tables = make_summary(example("lending", monkeypatch)).tables

    assert ["had to wait for a clerk" in table.lead for table in tables] == [True, True]


def test_many_groups_show_both_ends_and_say_how_many_more(tmp_path: Path) -> None:
    """One side of paper holds no 120 groups."""
    (table, *_) = make_summary(AUDITS["many groups"](tmp_path)).tables

    assert 2 <= len(table.rows) <= 7
    assert "more groups are in the full report" in table.others


def test_hidden_groups_and_their_numbers_stay_hidden(tmp_path: Path) -> None:
    """The page is drawn from what may be published."""
    record = AUDITS["suppressed"](tmp_path)
    page = Page(render_document(record, "summary"))

    assert [part.group for part in publishable(record).estimates if part.group == {"group": "c"}] == []
    assert "Groups with very few people are not shown, to protect them." in page.said
    assert " c " not in page.said


def test_hostile_words_are_shown_not_run(tmp_path: Path) -> None:
    """Names, words and reasons come from strangers."""
    evil = '<script>alert("x")</script>{{ 7*7 }}'
    quoted = '"' + evil.replace('"', '""') + '"'
    record = audit_text(tmp_path, "group,y,p\n" + f"{quoted},1,1\n{quoted},0,0\n" * 40 + "b,1,0\nb,0,1\n" * 40)
    told = record.subject.model_copy(update=dict.fromkeys(("name", "owner", "contest", "response", "affected"), evil))

    page = Page(render_document(record.model_copy(update={"subject": told}), "summary"))

    assert "script" not in {tag for tag, _ in page.tags}
    assert page.text.count(evil) >= 5


def test_numbers_stand_in_the_text_and_need_no_style(tmp_path: Path) -> None:
    """With styles off a bar has its own colour and length, and every count and range is a word in a table."""
    page = Page(render_document(AUDITS["binary"](tmp_path), "summary"))
    bars = [item for tag, item in page.tags if tag == "svg"]

    assert bars
    assert all(item["fill"] and item["height"] for item in bars)
    assert re.search(r"a 500 \d+ to \d+", page.said)


def test_the_same_record_gives_the_same_bytes_and_they_are_the_golden_ones(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """After a change on purpose: --update-golden, then read the diff."""
    record: AuditRecord = example("promotion", monkeypatch)
    content = render_document(record, "summary")

    assert content == render_document(record, "summary")
    assert matches_golden("promotion.summary.html", content, request)
