"""The report as Markdown: it reads as the page does, says what strangers wrote and does nothing of what they tried."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from export_helpers import AUDITS, ROOT, Page, example, matches_golden
from hypothesis import example as case
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ethicscheck.exports import markdown, render_document
from ethicscheck.exports.html_tree import parse
from ethicscheck.exports.markdown_blocks import Writer
from ethicscheck.exports.markdown_text import block, code, escape, fenced, link, own_link, raw, slug
from helpers import audit_text

GFM = MarkdownIt("gfm-like")  # tables, strikethrough, and addresses that link themselves
assert GFM.linkify is not None
GFM.linkify.set({"fuzzy_link": False}).add("//", None)  # which GitHub does with http://, www. and e-mail alone
TEXT = st.text(alphabet=st.sampled_from(list("aZ1 _*`~|\\[]()<>#@!$%&:;.-+=\"'/wé—{}^")), max_size=40)
ATTACKS = (
    "@ann and ann@example.org",
    "#12 and !7 and owner/repo#3 and GH-4",
    "see www.example.org or https://example.org/a_b_c?x=1",
    "<script>alert(1)</script> <b>x</b> <!-- gone -->",
    "| a | b |",
    "`code` ``more`` ```fence```",
    "[link](https://example.org) ![image](x) [^1] [[wiki]]",
    "$x$ and $$y$$ :tada: :+1: ~~gone~~ ~label %milestone",
    "&amp; &lt; &#64;ann",
    "__init__ and _em_ and snake_case and *b*",
    "\\| \\` ends in a backslash \\",
)


def shown(rendered: str) -> str:
    """Return the text of rendered Markdown, as a reader sees it."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", rendered)).split())


@given(st.one_of(TEXT, st.sampled_from(ATTACKS)))
@case("- a")
@case("1) a")
@case("# a #")
@case("a ~b~ c")
@case("a@b.cc")
def test_any_text_reads_as_itself(text: str) -> None:
    """Whatever a name holds: one paragraph of text, no link, no emphasis, no list, no HTML but the harmless span."""
    rendered = GFM.render(block(escape(text)))

    assert shown(rendered) == " ".join(text.split())
    assert set(re.findall(r"</?([a-z0-9]+)", rendered)) <= {"p", "span"}


@given(st.one_of(TEXT, st.sampled_from(ATTACKS)))
def test_any_text_stays_in_its_cell(text: str) -> None:
    """A pipe in a name must not shift the numbers of a row."""
    rendered = GFM.render(f"| group | n |\n| --- | ---: |\n| {escape(text)} | {code(text, in_table=True)} |\n| b | 7 |")

    rows = re.findall(r"<tr>(.*?)</tr>", rendered, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    assert [len(row) for row in cells] == [2, 2, 2]
    assert [shown(cell) for cell in cells[1]] == [" ".join(text.split())] * 2


@given(st.one_of(TEXT, st.sampled_from(ATTACKS)))
def test_any_text_can_name_a_fold_and_stand_as_code(text: str) -> None:
    """In a line of HTML nothing is Markdown; in a fence nothing ends it."""
    folded = GFM.render(f"<details>\n<summary>{raw(text)}</summary>\n\nrest\n\n</details>")
    lines = GFM.render(fenced(f"one\n{text}\n```\n"))

    assert shown(folded) == " ".join(f"{text} rest".split())
    assert set(re.findall(r"</?([a-z0-9]+)", folded)) <= {"details", "summary", "span", "p"}
    assert set(re.findall(r"</?([a-z0-9]+)", lines)) == {"pre", "code"}


@pytest.mark.parametrize("text", ATTACKS)
def test_what_sites_look_for_is_broken_up_in_their_text(text: str) -> None:
    """Mentions, issues, emoji and formulas are found in the text between tags; there is none whole between two tags."""
    pieces = re.split(r"<[^>]+>", GFM.render(block(escape(text))))

    found = [
        re.findall(r"@\w|#\d|(?<!\w)!\d|:\w+:|\$\S|://|www\.\w|GH-\d|~\w|%\w", html.unescape(part)) for part in pieces
    ]
    assert [hits for hits in found if hits] == []


def test_only_web_addresses_become_links() -> None:
    """An answer may bring evidence; it may not bring a script."""
    assert GFM.render(link("paper", "https://example.org/a b>(c)|d")) == (
        '<p><a href="https://example.org/a%20b%3E(c)%7Cd">paper</a></p>\n'
    )
    assert link("paper", "javascript:alert(1)") == "paper"
    assert own_link("https://example.org/x") == "<https://example.org/x>"
    rendered = GFM.render(own_link("https://example.org/x y"))
    assert 'href="https://example.org/x%20y"' in rendered
    assert shown(rendered) == "https://example.org/x y"


def blocks(page: str, folds: bool = True) -> list[str]:
    writer = Writer(folds)
    writer.add(parse(page))
    return writer.blocks


def test_a_table_keeps_its_columns_sides_and_sums() -> None:
    """Columns that hold only a drawing go; a heading over several columns is one bold cell; sums are bold."""
    page = (
        '<table><caption class="unseen">Not said twice</caption><thead><tr><th>Group</th><th class="n">People</th><th>Bar</th></tr></thead>'
        '<tbody><tr class="of"><th colspan="3">Women</th></tr><tr><th>a <span class="tag">few</span></th><td class="n">7</td><td><svg><text>x</text></svg></td></tr></tbody>'
        '<tfoot><tr><th>Together</th><td class="n">7</td><td></td></tr></tfoot></table>'
    )

    assert blocks(page) == [
        "| Group | People |\n| --- | ---: |\n| **Women** |  |\n| a (few) | 7 |\n| **Together** | **7** |"
    ]


def test_folds_facts_and_findings_have_their_forms() -> None:
    """A fold stays one, a fact is a line, a finding's verdict stands in its heading."""
    page = (
        '<details><summary>All <span class="quiet">numbers</span></summary><p>Seven.</p></details>'
        '<dl class="facts"><div><dt>Rule</dt><dd>at most 3 <code>x|y</code></dd></div><div><dt>SHA</dt><dd class="digest">ab12</dd></div></dl>'
        '<article class="finding fail"><p class="badge"><span aria-hidden="true">✕</span> Fails</p><h3>Rate by race</h3><p>So.</p></article>'
    )

    assert blocks(page) == [
        "<details>\n<summary>All numbers</summary>",
        "Seven.",
        "</details>",
        "- **Rule**: at most 3 `x|y`\n- **SHA**: `ab12`",
        "### ✕ Fails: Rate by race",
        "So.",
    ]


@pytest.mark.parametrize("kind", AUDITS)
def test_every_part_of_the_page_is_in_the_markdown(kind: str, tmp_path: Path) -> None:
    """Every heading, in order, and every number of every table; the verdict before anything else."""
    record = AUDITS[kind](tmp_path)
    page, written = parse(render_document(record, "html").decode()), render_document(record, "markdown").decode()
    rendered = GFM.render(written)

    headings = [shown(text) for text in re.findall(r"<h[1-6]>(.*?)</h[1-6]>", rendered)]
    wanted = [heading.text for heading in page.all("h1", "h2", "h3", "h4")]
    assert [text.split(": ", 1)[-1] for text in headings] == [text.split(": ", 1)[-1] for text in wanted]
    said = Page(rendered.encode()).said
    cells = {
        " ".join(cell.text.replace("\u00a0", " ").split())
        for cell in page.all("td")
        if not list(cell.all("svg", "small"))
    }
    assert [text for text in cells if text and text not in said] == []
    assert written.splitlines()[2].startswith("> **")
    assert rendered.count("<details>") == rendered.count("</details>") == len(list(page.all("details")))


@pytest.mark.parametrize("kind", AUDITS)
def test_the_contents_list_leads_to_every_part(kind: str, tmp_path: Path) -> None:
    """The anchors are those that the sites give the headings."""
    written = render_document(AUDITS[kind](tmp_path), "markdown").decode()

    links = re.findall(r"^- \[.*\]\(#(.*)\)$", written, re.MULTILINE)
    assert links == [slug(shown(text)) for text in re.findall(r"<h2>(.*?)</h2>", GFM.render(written))]


def test_a_record_full_of_attacks_stays_a_report(tmp_path: Path) -> None:
    """Groups, columns, reasons and titles come from strangers: no tag, no link, no mention comes of them."""
    column = "group @ann #1 <b>"
    rows = "".join(
        f'"{text.replace(chr(34), chr(34) * 2)}",1,1\n"{text.replace(chr(34), chr(34) * 2)}",0,0\n' * 20
        for text in ATTACKS
    )
    rule = {
        "metric": "selection_rate",
        "across": column,
        "compare": "difference",
        "max": 0.1,
        "why": ATTACKS[0],
        "id": ATTACKS[3],
    }
    record = audit_text(tmp_path, f'"{column}",y,p\n{rows}', sensitive=[column], rules=[rule])

    rendered = GFM.render(render_document(record, "markdown").decode())

    allowed = {"h1", "h2", "h3", "h4", "p", "a", "ul", "li", "strong", "em", "code", "pre", "br", "hr", "blockquote"}
    allowed |= {"table", "thead", "tbody", "tr", "th", "td", "details", "summary", "span"}
    assert set(re.findall(r"</?([a-z0-9]+)", rendered)) <= allowed
    assert {address for address in re.findall(r'href="([^"]*)"', rendered) if not address.startswith("#")} == set()
    assert ATTACKS[3] in Page(rendered.encode()).said.replace("\u00a0", " ")


def test_a_report_too_large_for_a_site_keeps_its_folds_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sites show no file of a megabyte: what is folded then stands in the other documents, and that is said."""
    record = AUDITS["many groups"](tmp_path)
    whole = render_document(record, "markdown")
    assert b"<details>" in whole

    monkeypatch.setattr(markdown, "MOST_BYTES", len(whole) - 1)
    short = render_document(record, "markdown")

    assert len(short) < len(whole) < 1_000_000
    assert b"<details>" not in short
    assert b"in report.html and audit.json, for its size" in short


def test_a_page_gives_the_golden_markdown(request: pytest.FixtureRequest) -> None:
    """A report's page as it once was, turned round whole. After a change on purpose: --update-golden, then read the diff."""
    page = (ROOT / "tests/golden/page_of_compas.html").read_text(encoding="utf-8")

    assert matches_golden("page_of_compas.md", markdown.from_page(page), request)


def test_the_same_record_gives_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """No clock, no order of a set."""
    record = example("promotion", monkeypatch)

    assert render_document(record, "markdown") == render_document(record, "markdown")
