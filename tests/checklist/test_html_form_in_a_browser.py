"""The HTML form in a real browser: filled in, left, found again, downloaded, imported. Left out where there is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from checklist_helpers import EVERY_KIND, answer, begin, items, question, standing
from test_html_form import HOSTILE

from ethicscheck.cli import run

pytestmark = pytest.mark.slow


def test_filled_in_left_found_again_downloaded_and_imported(tmp_path: Path, browser: Any) -> None:
    """The whole road of a person without a terminal; nothing is fetched, nothing is said on the console."""
    opened = begin(tmp_path, EVERY_KIND)
    journal, form, download = opened.journal.path, tmp_path / "f.html", tmp_path / "d.json"
    assert run(["checklist", "export", str(journal), "-o", str(form)]) == 0
    page = browser.new_context(accept_downloads=True).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith("file:") else None)
    page.goto(form.as_uri())

    def field(name: str) -> Any:
        return page.locator(f'[data-item="{name}"]')

    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("Your role").fill("product")
    assert field("a.text").is_hidden()
    field("a.choice").get_by_label("Yes").check()
    field("a.text").locator(".value").fill('=1+1\n"two" <b>')
    field("a.multi").get_by_label("Second, or third").check()
    field("a.number").locator(".value").fill("0,5")
    assert "write decimals with a point" in field("a.number").locator(".missing").inner_text()
    field("a.number").locator(".value").fill("0.5")
    field("a.table").get_by_label("Who").fill("Zoë")
    field("a.table").get_by_label("Seen?").select_option("obs")
    assert page.locator("#progress").evaluate("bar => [bar.value, bar.max]") == [5, 7]
    page.reload()
    assert field("a.text").locator(".value").input_value() == '=1+1\n"two" <b>'
    with page.expect_download() as started:
        page.get_by_text("Download my answers").click()
    started.value.save_as(download)

    assert run(["checklist", "import", str(journal), str(download), "--as", "Ben", "--role", "engineer"]) == 0
    given = {item.item.id: (item.value, item.answers[0].by) for item in standing(opened).items if item.answers}
    assert given == {
        "a.choice": ("yes", "Ana"),
        "a.multi": (("two",), "Ana"),
        "a.text": ('=1+1\n"two" <b>', "Ana"),
        "a.number": (0.5, "Ana"),
        "a.table": (({"who": "Zoë", "seen": "obs"},), "Ana"),
    }
    assert said == []


def test_hostile_words_run_nothing_in_a_browser(tmp_path: Path, browser: Any) -> None:
    """In every text of a checklist and of an answer, shown and downloaded; conditions and rows are made by the script."""
    words = json.dumps(HOSTILE)
    text = items(
        f"id: q, type: text, text: {words}, help: {words}",
        f"id: c, type: choice, options: {{a: {words}, b: B}}, text: C, help: H",
        f"id: t, type: table, text: T, help: H, columns: [{{id: x, title: {words}, options: {{k: {words}}}}}, {{id: y, title: Y}}]",
        question("d", "when: {item: c, in: [a]}, na: {reason_min_chars: 3}"),
    ).replace("title: A small checklist", f"title: {words}\nsummary: {words}").replace("title: The first part", f"title: {words}\n    intro: {words}")  # fmt: skip
    opened = begin(tmp_path, text)
    answer(opened, "q", HOSTILE, by=HOSTILE, role=HOSTILE, comment=HOSTILE)
    form, download = tmp_path / "f.html", tmp_path / "d.json"
    assert run(["checklist", "export", str(opened.journal.path), "-o", str(form)]) == 0
    page = browser.new_context(accept_downloads=True).new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("dialog", lambda dialog: said.append(dialog.message) or dialog.dismiss())
    page.goto(form.as_uri())

    page.get_by_label("Your name").fill(HOSTILE)
    page.get_by_label("Your role").fill(HOSTILE)
    page.locator('[data-item="c"] input').first.check()
    page.locator('[data-item="d"] .na').check()
    page.locator('[data-item="d"] .na_reason').fill(HOSTILE)
    page.locator('[data-item="t"] .more').click()
    page.locator('[data-item="t"] select').last.select_option("k")
    page.locator('[data-item="t"] textarea[data-column]').last.fill(HOSTILE)
    page.reload()
    with page.expect_download() as started:
        page.get_by_text("Download my answers").click()
    started.value.save_as(download)

    assert said == []
    assert page.locator("script").count() == 3
    assert page.locator("img").count() == 0
    assert run(["checklist", "import", str(opened.journal.path), str(download), "--as", "Ben", "--role", "x"]) == 0
    assert {item.item.id: item.value for item in standing(opened).items if item.answers} == {
        "q": HOSTILE, "c": "a", "t": ({"x": "k", "y": HOSTILE},), "d": None,
    }  # fmt: skip


def test_a_form_is_filled_in_with_the_keyboard_alone(tmp_path: Path, browser: Any) -> None:
    """Tab, space, arrows and Enter; every field that has the focus has a name to be read out."""
    opened = begin(tmp_path, EVERY_KIND)
    form, download = tmp_path / "f.html", tmp_path / "d.json"
    assert run(["checklist", "export", str(opened.journal.path), "-o", str(form)]) == 0
    page = browser.new_context(accept_downloads=True).new_page()
    page.goto(form.as_uri())
    about = (
        "() => { const e = document.activeElement; return [e.id, e.type, e.labels?.[0]?.innerText ?? e.innerText]; }"
    )
    typed = {"by": "Ana", "role": "product"}
    with page.expect_download() as started:
        for _ in range(120):
            page.keyboard.press("Tab")
            name, kind, label = page.evaluate(about)
            assert label.strip(), name
            if name in typed:
                page.keyboard.type(typed[name])
            elif kind == "radio":
                page.keyboard.press("Space")
            elif name == "download":
                page.keyboard.press("Enter")
                break
    started.value.save_as(download)

    found = json.loads(download.read_text())["answers"]
    assert {part["item"]: part["answer"] for part in found} == {"a.choice": "yes", "a.scale": "1"}


def test_a_question_that_hangs_on_a_measurement_does_not_break_the_form(tmp_path: Path, browser: Any) -> None:
    """No audit is at hand in a form: what people said decides, and the script goes on."""
    metric = 'metric: {metric: accuracy, across: "*", compare: difference, max: 0.05}'
    follow_up = "when: {any: [{measured: q, in: [no]}, {item: q, in: [no]}]}"
    opened = begin(tmp_path, items(question("q", metric), question("f", follow_up)))
    form = tmp_path / "f.html"
    assert run(["checklist", "export", str(opened.journal.path), "-o", str(form)]) == 0
    page = browser.new_page()
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(form.as_uri())

    assert page.locator('[data-item="f"]').is_hidden()
    page.locator('[data-item="q"]').get_by_label("No", exact=True).check()
    assert page.locator('[data-item="f"]').is_visible()
    assert said == []


def test_a_role_that_is_not_asked_is_said_before_the_form_is_sent_back(tmp_path: Path, browser: Any) -> None:
    """Import refuses it; whoever filled the form in is far away by then."""
    opened, form = begin(tmp_path, EVERY_KIND), tmp_path / "f.html"
    assert run(["checklist", "export", str(opened.journal.path), "-o", str(form)]) == 0
    page = browser.new_context().new_page()
    page.goto(form.as_uri())
    assert page.locator("#roles option").evaluate_all("all => all.map((one) => one.value)") == ["product", "engineer"]

    page.get_by_label("Your role").fill("ethics reviewer")
    choice = page.locator('[data-item="a.choice"]')
    choice.get_by_label("Yes").check()

    wrong = "This is asked of product or engineer; your role is given as ethics reviewer."
    assert choice.locator(".missing").inner_text() == wrong
    page.get_by_label("Your role").fill("product")
    assert choice.locator(".missing").is_hidden()
