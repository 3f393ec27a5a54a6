"""What the page leaves out for being small is nothing that anybody sees, hears or prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from test_report import EXAMPLES, Page

from ethicscheck import audit
from ethicscheck.report import lean as leaning
from ethicscheck.report import render
from ethicscheck.report.lean import lean

Tags = list[tuple[str, dict[str, str | None]]]


@pytest.fixture(scope="module")
def pages() -> tuple[str, str]:
    """The page of an audit with all sections but a few, as the templates print it and as it is written."""
    record = audit(EXAMPLES / "lending/ethicscheck.yaml").record
    whole: list[str] = []

    def keep(page: str, ours: bool) -> str:
        whole.append(page)
        return lean(page, ours)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(leaning, "lean", keep)
        written = render(record).decode()
    return whole[0], written


def _said(page: str) -> Tags:
    return Page(page).tags


def test_every_tag_attribute_and_word_is_still_there(pages: tuple[str, str]) -> None:
    """Only style goes."""
    whole, written = pages

    assert _said(written) == _said(whole)
    assert Page(written).text.split() == Page(whole).text.split()
    assert len(written) < len(whole)


def test_every_class_in_use_keeps_its_rules_and_no_other_has_any(pages: tuple[str, str]) -> None:
    """A page of a small audit does not carry the style of a large one's parts."""
    whole, written = pages
    sheet = {
        name: set(re.findall(r"\.([a-z][\w-]*)", re.findall("<style>(.*?)</style>", page, re.DOTALL)[0]))
        for name, page in (("whole", whole), ("written", written))
    }
    used = {name for _, item in Page(written).tags for name in (item.get("class") or "").split()}

    assert sheet["written"] <= used
    assert used & sheet["whole"] == sheet["written"]
    assert sheet["whole"] - used


def test_words_that_look_like_tags_are_left_alone() -> None:
    """Labels come from strangers; escaped, they are no tags."""
    page = '<style>\n.a{b:c}\n</style><p class="a" title="&lt;b c=&#34;d&#34;>">&lt;p class="a"&gt;</p><script type="application/json" id="r">"x"</script>'

    assert lean(page, ours=True) == page.replace(".a{b:c}\n", ".a{b:c}")


def test_a_template_of_ones_own_is_not_changed(tmp_path: Path) -> None:
    """Its style may hold what ours never does, its text may show markup."""
    own = "@supports (a:b){.mine{c:d}} .unused{e:f}"
    (tmp_path / "report.html.j2").write_text(
        '{% extends "ethicscheck/report.html.j2" %}{% block style %}' + own + "{% endblock %}", encoding="utf-8"
    )

    page = render(audit(EXAMPLES / "promotion/ethicscheck.yaml").record, tmp_path).decode()

    assert own in page
    assert '<th scope="row">' in page
