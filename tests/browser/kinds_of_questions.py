"""A small checklist with every kind of question, and how each is answered in a browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from browser_helpers import Served, checklist, question
from web_helpers import journal_in

SMALL = Path(__file__).with_name("small.yaml")
TITLE = "Every kind of question"
Filling = Callable[[Any], None]


def small_project(folder: Path) -> Path:
    """Make a folder with the small checklist, begun."""
    folder.mkdir()
    shutil.copy(SMALL, folder / "small.yaml")
    journal_in(folder, "small.yaml", "every-kind.answers.jsonl")
    return folder


def open_section(served: Served, page: Any, section: str) -> None:
    """Open a section of the small checklist."""
    page.goto(f"{checklist(served, TITLE, page)}/sections/{section}")


def chosen(label: str) -> Filling:
    """Choose an answer."""
    return lambda part: part.get_by_label(label, exact=True).check()


def written(text: str) -> Filling:
    """Write an answer."""
    return lambda part: part.locator("[name=value]").fill(text)


def row(group: str, heard: str) -> Filling:
    """Fill in the first row of the table."""

    def fill(part: Any) -> None:
        part.get_by_label("Group", exact=True).first.fill(group)
        part.get_by_label("Was it heard?").first.select_option(label=heard)

    return fill


def with_file(file: Path) -> Filling:
    """Answer yes and send the file that this needs."""

    def fill(part: Any) -> None:
        part.get_by_label("Yes", exact=True).check()
        part.locator("[name=file]").set_input_files(file)

    return fill


def answer(page: Any, item: str, fill: Filling) -> None:
    """Answer a question, press its button, and wait until the page says that it is saved."""
    from playwright.sync_api import expect

    fill(question(page, item))
    question(page, item).get_by_role("button", name="Save", exact=True).click()
    expect(question(page, item).locator(".saved")).to_contain_text("Saved")


def answer_all(served: Served, page: Any, file: Path) -> None:
    """Answer every question of the small checklist."""
    file.write_text("It stands in the letter.\n", encoding="utf-8")
    open_section(served, page, "choices")
    answer(page, "k.choice", chosen("Yes"))
    answer(page, "k.more", written("By letter"))
    answer(page, "k.multi", chosen("The family"))
    answer(page, "k.scale", lambda part: part.locator("[name=value]").nth(2).check())
    page.get_by_role("link", name="Words and numbers").click()
    answer(page, "k.number", written("12"))
    answer(page, "k.date", written("2026-03-01"))
    answer(page, "k.text", lambda part: _does_not_apply(part))
    answer(page, "k.table", row("Families", "Yes"))
    answer(page, "k.proof", with_file(file))


def _does_not_apply(part: Any) -> None:
    part.get_by_label("Does not apply here").check()
    part.locator("[name=na_reason]").fill("Nobody was asked yet, it begins in May")


__all__ = ["TITLE", "answer", "answer_all", "chosen", "open_section", "row", "small_project", "with_file", "written"]
