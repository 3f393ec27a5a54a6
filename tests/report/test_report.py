"""The page: whole, safe, small, accessible, and saying what the record says."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from ethicscheck import audit
from ethicscheck.model.record import AuditRecord
from ethicscheck.report import render
from ethicscheck.report.findings import ranked
from ethicscheck.report.view import make_view
from helpers import audit_text

EXAMPLES = Path(__file__).parents[2] / "examples"
VOID = {"meta", "link", "br", "hr", "img", "input", "rect", "line", "circle"}


class Page(HTMLParser):
    """Collects what the tests ask about, and checks that tags close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.text += f"{data} "

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def page_of(record: AuditRecord) -> Page:
    return Page(render(record).decode())


@pytest.fixture(scope="module")
def compas() -> AuditRecord:
    return audit(EXAMPLES / "compas/ethicscheck.yaml").record


@pytest.fixture(scope="module")
def promotion() -> AuditRecord:
    return audit(EXAMPLES / "promotion/ethicscheck.yaml").record


@pytest.mark.parametrize("example", ["berkeley", "compas", "hiring", "promotion"])
def test_the_page_is_one_small_file_without_script_or_network(example: str) -> None:
    """An archived page must open in ten years, from a disk, and weigh little (other tools: 4 to 8 MB)."""
    content = render(audit(EXAMPLES / example / "ethicscheck.yaml").record)
    page = Page(content.decode())

    drawn = re.sub(rb'<script type="application/json".*?</script>', b"", content, flags=re.DOTALL)
    assert len(drawn) < {"compas": 180_000, "hiring": 90_000}.get(example, 45_000)
    assert len(content) < 225_000  # the record goes with it
    assert [item.get("type") for item in page.all("script")] == ["application/json"]
    assert page.all("link") == []
    assert page.all("img") == []
    assert b"url(" not in content
    loading = [
        name for tag, item in page.tags for name in item if name in ("src", "srcset", "data", "poster", "action")
    ]
    assert loading == []
    # Evidence is a link that people may follow; nothing is fetched by the page itself.
    assert {tag for tag, item in page.tags for value in item.values() if "://" in (value or "")} <= {"a"}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    policy = next(item["content"] for item in page.all("meta") if item.get("http-equiv"))
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_ids_are_unique_and_every_reference_leads_to_one(compas: AuditRecord) -> None:
    """Contents list, charts and headings are found by screen readers and by links."""
    page = page_of(compas)
    ids = Counter(attributes["id"] for _, attributes in page.tags if "id" in attributes)

    assert [name for name, count in ids.items() if count > 1] == []
    wanted = [name for _, item in page.tags for name in (item.get("aria-labelledby") or "").split()]
    wanted += [str(item["href"])[1:] for item in page.all("a") if str(item["href"]).startswith("#")]
    assert [name for name in wanted if name not in ids] == []


def test_every_chart_has_a_title_a_description_and_a_table(compas: AuditRecord) -> None:
    """What is drawn is also said and listed; the drawing's own text is hidden from screen readers.

    Small multiples share one table: the first after them, within their section.
    """
    text = render(compas).decode()
    sections = re.findall(r"<section id=.*?</section>", text, re.DOTALL)
    charts = [
        following
        for section in sections
        for following in re.findall(
            r'<svg role="img" aria-labelledby="\S+-t \S+-d".*?</svg>(?=(.*))', section, re.DOTALL
        )
    ]

    assert len(re.findall(r'<svg role="img"[^>]*class="dots"', text)) == 3
    assert len(re.findall(r'<svg role="img" aria-labelledby="\S+-t \S+-d"', text)) == len(charts)
    strips = re.findall(r'<svg role="img" aria-labelledby="\S+-t"[^>]*class="strip"><title', text)
    assert len(strips) + len(charts) == text.count('<svg role="img"')
    assert all("<table" in following for following in charts)
    assert text.count('<g aria-hidden="true">') == len(charts)


def test_no_raw_float_and_no_code_word_reaches_a_reader(compas: AuditRecord, promotion: AuditRecord) -> None:
    """0.44846796657381616, nan, None and zero_rate are for machines."""
    for record in (compas, promotion):
        text = page_of(record).text
        text = re.sub(r"\b[0-9a-f]{40,64}\b", "", text)
        assert re.findall(r"\d+\.\d{4,}", text) == []
        assert re.findall(r"\b(?:nan|None|inf|Infinity|null)\b", text) == []


def test_hostile_text_is_shown_not_run(tmp_path: Path) -> None:
    """Labels, column names and reasons come from strangers."""
    evil = '<script>alert("x")</script>'
    csv = 'group"><b>,y,p\n' + f'"{evil.replace(chr(34), chr(34) * 2)}",1,1\n"{{{{ 7*7 }}}}",0,1\n' * 40
    rule = {
        "metric": "selection_rate",
        "across": 'group"><b>',
        "compare": "difference",
        "max": 0.1,
        "why": evil,
        "id": evil,
    }

    record = audit_text(tmp_path, csv, sensitive=['group"><b>'], rules=[rule])
    page = page_of(record)

    assert [item.get("type") for item in page.all("script")] == ["application/json"]
    assert page.all("b") == []
    assert evil in page.text
    assert "{{ 7*7 }}" in page.text


def test_every_row_is_accounted_for_on_the_page(tmp_path: Path) -> None:
    """The parts add up to the rows read, and each says what was left out of what."""
    rows = (
        "a,f,1,1\n" * 40
        + "b,m,0,1\n" * 40
        + ",f,1,0\n" * 3
        + "a,,1,0\n" * 4
        + ",,1,0\n" * 5
        + "a,f,,1\n" * 6
        + "b,m,1,\n" * 7
    )

    record = audit_text(tmp_path, f"race,sex,y,p\n{rows}", sensitive=["race", "sex"])
    view = make_view(record)

    assert dict(view.accounting) == {
        "used in every table": "80",
        "race unknown: left out of the tables by race, kept in the overall figures": "3",
        "sex unknown: left out of the tables by sex, kept in the overall figures": "4",
        "race and sex unknown: left out of the tables by race and sex, kept in the overall figures": "5",
        "outcome unknown: left out of everything": "6",
        "decision unknown: left out of everything": "7",
    }
    assert view.rows_total == "105"
    assert view.judged == "92"


def test_plain_words_count_people_per_thousand(compas: AuditRecord) -> None:
    """The words of the config, the published rates, the reference group, and no number for 18 people."""
    question = make_view(compas).plain.questions[0]

    assert question.lead == (
        "By race: of every 1,000 people in each group who were not arrested again within two years, this many "
        "were scored medium or high risk all the same"
    )
    assert [(row.label, row.count) for row in question.rows[:2]] == [
        ("African-American", "448"),
        ("Caucasian", "235"),
    ]
    assert [(row.label, row.too_few) for row in question.rows[-2:]] == [
        ("Asian", "too few to say (23 people)"),
        ("Native American", "too few to say (8 people)"),
    ]
    assert question.conclusion == (
        "It happened to people in the group African-American about 1.9 times as often as to people in the group Caucasian "
        "(448 against 235 in 1,000)."
    )


def test_plain_words_admit_what_the_data_cannot_tell(promotion: AuditRecord) -> None:
    """375 against 640 of 1,000 looks like a lot; with 41 people it may be chance, and the page says so."""
    (question,) = make_view(promotion).plain.questions

    assert question.lead == "By race: of every 1,000 people in each group, this many passed"
    assert "these data show no sure difference: it may be chance" in question.conclusion
    assert "375 against 640" in question.conclusion


def test_undefined_values_show_their_reason(tmp_path: Path) -> None:
    """A group without positives has no true positive rate: the page says why, and never 0."""
    csv = "group,y,p\n" + "a,1,1\na,0,0\n" * 40 + "b,0,1\nb,0,0\n" * 40

    page = page_of(audit_text(tmp_path, csv))

    assert "nobody for whom the outcome happened" in page.text
    assert "fewer than two groups are large enough and have a value" in page.text


def test_findings_are_ranked_by_consequence(compas: AuditRecord) -> None:
    """Fails first, the one furthest beyond its limit on top; undecided before passed."""
    order = [(finding.verdict, finding.id) for finding in ranked(compas.findings)]

    assert order == [
        ("fail", "fnr-race"),
        ("fail", "fpr-race"),
        ("fail", "checklist:transparency"),
        ("inconclusive", "precision-race"),
    ]


def test_a_rule_without_a_reason_says_so(tmp_path: Path) -> None:
    """A limit nobody explains is itself worth showing."""
    rule = {"metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.1}

    page = page_of(audit_text(tmp_path, "group,y,p\n" + "a,1,1\nb,0,1\n" * 40, rules=[rule]))

    assert "No reason was given for this limit." in page.text


def test_without_rules_nothing_is_judged(tmp_path: Path) -> None:
    """No rule is not a pass."""
    record = audit_text(tmp_path, "group,y,p\n" + "a,1,1\nb,0,1\n" * 40)
    page = page_of(record)

    assert record.verdict == "inconclusive"
    assert "No rule was set, so nothing was judged" in page.text


@pytest.mark.parametrize(
    "rule",
    [
        {"metric": "selection_rate", "compare": "each", "max": 0.5},
        {"metric": "selection_rate", "compare": "each", "min": 0.5},
        {"metric": "selection_rate", "compare": "ratio", "min": 0.8},
        {"metric": "selection_rate", "compare": "difference", "min": 0.1},
        {"metric": "equalized_odds", "compare": "difference", "max": 0.1},
        {"metric": "treatment_equality", "compare": "difference", "max": 3},
        {"metric": "matthews_corrcoef", "compare": "difference", "max": 0.1},
        {"metric": "f1_score", "compare": "ratio", "min": 0.8},
        {"metric": "matthews_corrcoef", "compare": "each", "min": -0.5},
    ],
)
def test_every_kind_of_rule_can_be_drawn(tmp_path: Path, rule: dict[str, Any]) -> None:
    """Charts with a band on either side, with two parts, with none; undefined, negative and unbounded values."""
    csv = "group,y,p\n" + "a,1,1\na,0,0\na,1,0\n" * 40 + "b,0,1\nb,0,0\nb,1,1\n" * 40 + "c,1,0\n" * 3 + "d,0,0\n" * 50

    record = audit_text(tmp_path, csv, rules=[{**rule, "across": "group"}], statistics={"min_group": 30})
    page = page_of(record)

    assert record.findings[0].message in page.text
    for element, attributes in page.tags:
        for name in ("x", "x1", "x2", "cx", "width"):
            value = attributes.get(name) or ""
            if element in ("line", "rect", "circle", "text") and value.endswith("%"):
                assert 0 <= float(value[:-1]) <= 100, (element, attributes)


def test_strata_and_intersections_have_their_tables(tmp_path: Path) -> None:
    """What was asked for in the config is shown."""
    csv = "race,sex,dept,y,p\n" + "a,f,X,1,1\na,m,X,0,0\nb,f,Y,1,0\nb,m,Y,0,1\n" * 40

    record = audit_text(tmp_path, csv, sensitive=["race", "sex"], intersections=[["race", "sex"]], strata=["dept"])
    view = make_view(record)

    assert [table.title for table in view.features] == ["race", "sex", "race × sex"]
    section = next(part.view for part in view.sections if part.anchor == "strata")
    (table,) = section.subjects[0].tables
    assert (table.title, table.groups, [row.label for row in table.rows]) == (
        "Selection rate within dept",
        ("a", "b"),
        ["X", "Y", "All together"],
    )
    assert "a · f" in page_of(record).text


def test_charts_of_many_groups_draw_the_extremes_and_say_so(tmp_path: Path) -> None:
    """A picture of 100 groups helps nobody; the table keeps them all."""
    csv = "group,y,p\n" + "".join(f"g{place:03},1,{row < place}\n" for place in range(100) for row in range(100))

    rule = {"metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.1}
    page = page_of(audit_text(tmp_path, csv, metrics=["selection_rate"], rules=[rule]))

    assert "Drawn are the 12 highest and the 12 lowest of 100 groups." in page.text
    assert page.text.count("g050") == 1  # in the one table that holds all; nothing else lists 100 groups
    assert len(page.all("circle")) == 24


def test_rows_of_unknown_stratum_are_counted(tmp_path: Path) -> None:
    """They leave the tables within strata only, and the page says how many."""
    csv = "race,dept,y,p\n" + "a,X,1,1\nb,X,0,0\n" * 40 + "a,,1,1\n" * 3

    record = audit_text(tmp_path, csv, sensitive=["race"], strata=["dept"])

    assert [(part.name, part.unknown) for part in record.data.strata] == [("dept", 3)]
    assert record.data.audited == 83
    assert "dept unknown for 3 rows: left out of the tables within dept only." in page_of(record).text


def test_strata_speak_only_of_what_the_intervals_show(tmp_path: Path) -> None:
    """Berkeley: one department is surely the other way round; noise alone is no reversal."""
    record = audit(EXAMPLES / "berkeley/ethicscheck.yaml").record

    (finding,) = make_view(record).findings

    assert finding.strata == (
        "Over all, Male stands above Female. Within department it is surely the other way round in "
        "1 of 6; in the other 5 it can’t be told. With the same mix of department, the difference turns round: "
        "−4.3 points (−7.9 to −0.7). Compare like with like before judging."
    )


def test_no_reversal_is_announced_without_a_gap(tmp_path: Path) -> None:
    """Two alike groups in four strata: some stratum always leans the other way, and that is nothing to tell."""
    draws = ["a", "b"] * 1000
    csv = "group,s,y,p\n" + "".join(
        f"{group},{place // 2 % 4},1,{place // 8 % 2}\n" for place, group in enumerate(draws)
    )
    rule = {"metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.2}

    (finding,) = make_view(audit_text(tmp_path, csv, strata=["s"], rules=[rule])).findings

    assert finding.strata == ""


def test_plain_words_never_claim_more_than_the_gap_shows() -> None:
    """Hiring: the lowest of seven groups differs from the largest if looked at alone, but not once all are counted."""
    view = make_view(audit(EXAMPLES / "hiring/ethicscheck.yaml").record)

    assert all("no sure difference" in question.conclusion for question in view.plain.questions)


def test_nearly_as_often_is_told_as_people_in_a_thousand(tmp_path: Path) -> None:
    """833 against 759 in 1,000: "0.91 times as often" says little, 74 fewer says who. A factor of 2 stays a factor."""
    near = "group,y,p\n" + "".join(
        f"{group},1,{int(place < chosen)}\n"
        for group, chosen in (("a", 8_330), ("b", 7_590))
        for place in range(10_000)
    )
    (question,) = make_view(audit_text(tmp_path, near, metrics=["selection_rate"], label=None)).plain.questions
    assert question.conclusion == (
        "It happened to people in the group b less often than to people in the group a: 74 fewer in 1,000 (759 against 833)."
    )

    (question,) = make_view(
        audit_text(tmp_path, near.replace("a,1,0", "a,1,1"), metrics=["false_negative_rate"])
    ).plain.questions
    assert question.conclusion.startswith("It happened to people in the group b more often than")
