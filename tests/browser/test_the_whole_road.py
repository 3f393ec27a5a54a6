"""From the printed link to the signature, with three people: with the page's script, and without any."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from kinds_of_questions import TITLE, answer, answer_all, chosen, open_section, small_project

from browser_helpers import Browsing, Served, checklist, question

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_everything_is_answered_a_dispute_is_settled_by_role_and_it_is_signed(
    serve: Callable[..., Served], people: Callable[[Served], Browsing], tmp_path: Path, scripts: bool
) -> None:
    served = serve("--team", folder=small_project(tmp_path / "small"))
    desk = people(served)
    ana = desk.owner("Ana Ruiz", "product", java_script_enabled=scripts)
    ben = desk.invited(ana, "Ben Okafor", "engineer", "reviewer", java_script_enabled=scripts)
    eva = desk.invited(ana, "Eva Lind", "ethics_reviewer", "approver", java_script_enabled=scripts)

    answer_all(served, ana, tmp_path / "letter.txt")
    open_section(served, ben, "choices")
    answer(ben, "k.choice", chosen("No"))

    # Another role sees how they differ but has no say in it.
    question(ben, "k.choice").get_by_role("link", name="See how they differ").click()
    assert ben.get_by_text("Ana Ruiz, product").first.is_visible()
    assert ben.get_by_role("button", name="Settle it").count() == 0

    eva.goto(f"{checklist(served, TITLE, eva)}/read")
    assert eva.get_by_role("button", name="Sign as").count() == 0
    eva.locator("#open").locator("..").get_by_role("link", name="Is a person told?").click()
    if "/settle" not in eva.url:
        question(eva, "k.choice").get_by_role("link", name="Settle this").click()
    eva.get_by_label("Yes as Ana Ruiz").check()
    eva.get_by_label("Why it is settled so").fill("The letter says so in its first line")
    eva.get_by_role("button", name="Settle it").click()
    eva.wait_for_url(lambda address: "/settle" not in address)

    eva.goto(f"{checklist(served, TITLE, eva)}/read")
    eva.get_by_label("I have read it").check()
    eva.get_by_role("button", name="Sign as Eva Lind").click()
    eva.get_by_role("heading", name="You have signed").wait_for()

    lines = served.journal("every-kind")
    (settled,) = [line for line in lines if line.get("kind") == "resolve"]
    (signed,) = [line for line in lines if line.get("kind") == "sign"]
    given = {line["item"]: line.get("value") for line in lines if line.get("by") == "Ana Ruiz" and "item" in line}
    assert (settled["by"], settled["role"], settled["value"]) == ("Eva Lind", "ethics_reviewer", "yes")
    assert settled["reason"] == "The letter says so in its first line"
    assert signed["by"] == "Eva Lind"
    assert given == {
        "k.choice": "yes",
        "k.more": "By letter",
        "k.multi": ["family"],
        "k.scale": 2,
        "k.number": 12,
        "k.date": "2026-03-01",
        "k.text": None,
        "k.table": [{"group": "Families", "heard": "yes"}],
        "k.proof": "yes",
    }
    (kept,) = served.folder.rglob("evidence/*letter.txt")
    assert kept.read_text(encoding="utf-8") == "It stands in the letter.\n"

    # A later change takes the signature out of force, and says so where it is signed.
    open_section(served, ana, "choices")
    answer(ana, "k.multi", chosen("Staff"))
    eva.reload()
    eva.get_by_text("Lapsed:").wait_for()


def test_changes_are_asked_for_with_a_reason_and_nothing_is_signed(
    serve: Callable[..., Served], people: Callable[[Served], Browsing], tmp_path: Path
) -> None:
    served = serve("--team", folder=small_project(tmp_path / "small"))
    desk = people(served)
    ana = desk.owner()
    eva = desk.invited(ana, "Eva Lind", "ethics_reviewer", "approver")
    answer_all(served, ana, tmp_path / "letter.txt")

    eva.goto(f"{checklist(served, TITLE, eva)}/read")
    eva.get_by_text("Ask for changes instead").click()
    eva.get_by_label("What has to change, and why").fill("Say who in the family is told")
    eva.get_by_role("button", name="Ask for changes").click()
    eva.get_by_role("heading", name="You have asked for changes").wait_for()

    kinds = [line.get("kind") for line in served.journal("every-kind")]
    assert "sign" not in kinds
    ana.goto(f"{checklist(served, TITLE, ana)}/read")
    assert ana.get_by_text("Say who in the family is told").first.is_visible()
