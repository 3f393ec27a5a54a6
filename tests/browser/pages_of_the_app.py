"""Every page of the app in every state that looks different, each made once for a test that looks at all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from browser_helpers import Browsing, Served, checklist, question

SECTIONS = ("reasons", "contest", "performance", "staff", "origin")


def every_page(
    serve: Callable[..., Served], people: Callable[[Served], Browsing], tmp_path: Path, **options: Any
) -> Iterator[tuple[str, Any]]:
    """Yield each state's name and the page that shows it."""
    empty = tmp_path / "empty"
    empty.mkdir()
    bare = people(serve(folder=empty))
    page = bare.page(**options)
    page.goto(bare.served.link)
    yield "who are you", page
    page.get_by_label("Your name").fill(" ")
    page.locator("main form").evaluate("form => { form.noValidate = true; form.requestSubmit(); }")
    page.locator(".trouble").first.wait_for()
    yield "who are you, with a problem", page
    yield "an empty project", _entered(page)
    page.goto(f"{bare.served.url}/audits")
    yield "no audits", page
    page.goto(f"{bare.served.url}/people")
    yield "people of one machine", page
    stranger = bare.page(**options)
    stranger.goto(f"{bare.served.url}/")
    yield "401", stranger

    served = serve("--team")
    desk = people(served)
    owner = desk.owner("Ana Ruiz", "product", **options)
    reader = desk.invited(owner, "Rea Holm", "auditor", "reader", **options)
    eva = desk.invited(owner, "Eva Lind", "ethics_reviewer", "approver", **options)
    yield "people", owner
    owner.locator("summary").evaluate_all("all => all.forEach(one => one.click())")
    yield "people, unfolded", owner
    owner.get_by_label("Name", exact=True).fill("Ben Okafor")
    owner.locator("#role").fill("engineer")
    owner.get_by_role("button", name="Make the link").click()
    link = owner.get_by_label("Link for Ben Okafor").input_value()
    guest = desk.page(**options)
    guest.goto(link)
    yield "an invite", guest
    guest.goto(f"{link}x")
    yield "no invite", guest
    reader.goto(f"{served.url}/people")
    yield "403", reader
    reader.goto(f"{served.url}/nothing")
    yield "404", reader

    owner.goto(f"{served.url}/")
    yield "home", owner
    address = checklist(served, "Transparency", owner)
    owner.goto(address)
    yield "a checklist", owner
    for section in SECTIONS:
        owner.goto(f"{address}/sections/{section}")
        owner.locator("#here").wait_for(state="attached")
        yield f"section {section}", owner
    reader.goto(f"{address}/sections/reasons")
    yield "a section to read", reader
    owner.goto(f"{address}/sections/reasons")
    question(owner, "tr.machine_told").get_by_label("No", exact=True).check()
    question(owner, "tr.machine_told").get_by_text("Saved").first.wait_for()
    owner.goto(f"{address}/sections/reasons")
    owner.locator("summary").evaluate_all("all => all.forEach(one => one.parentElement.open = true)")
    yield "a disputed question", owner
    owner.get_by_role("button", name="Keys: press ?").click()
    yield "the keys", owner
    owner.keyboard.press("Escape")
    yield "a conflict", _conflict(owner, address)
    eva.goto(f"{address}/items/tr.machine_told/settle")
    yield "settling", eva
    owner.goto(f"{address}/items/tr.machine_told/settle")
    yield "a dispute to read", owner
    owner.goto(f"{address}/items/tr.machine_told/history")
    owner.locator("[name=text]").first.fill("Ask the county")
    owner.get_by_role("button", name="Comment", exact=True).click()
    owner.get_by_text("Ask the county").first.wait_for()
    yield "comments and history", owner
    eva.goto(f"{address}/read")
    yield "reading through", eva

    owner.goto(f"{served.url}/audits")
    yield "audits", owner
    path = owner.locator("main a[href*='/audits/']").first.get_attribute("href")
    owner.goto(f"{served.url}{path}")
    yield "an audit", owner
    owner.goto(f"{served.url}/audits")
    owner.locator("form[action$='/runs'] button").first.click()
    owner.wait_for_url("**/runs/*")
    yield "a run", owner
    owner.locator("a[href*='/audits/']").first.wait_for()
    yield "a run that ended", owner
    owner.goto(f"{served.url}/compare")
    yield "comparing", owner


def _entered(page: Any) -> Any:
    page.get_by_label("Your name").fill("Ana Ruiz")
    page.get_by_label("Your role", exact=True).fill("product")
    page.locator("main form button").click()
    page.wait_for_url(lambda address: "/who" not in address)
    return page


def _conflict(page: Any, address: str) -> Any:
    """Answer in one window what another window answers otherwise."""
    page.goto(f"{address}/sections/reasons")
    other = page.context.new_page()
    other.goto(f"{address}/sections/reasons")
    question(other, "tr.machine_told").get_by_label("Only if they ask").check()
    question(other, "tr.machine_told").locator("[name=link]").fill("https://example.org/letter")
    question(other, "tr.machine_told").get_by_role("button", name="Save", exact=True).click()
    question(other, "tr.machine_told").locator(".kept").first.wait_for()
    other.close()
    question(page, "tr.machine_told").get_by_label("We do not know yet").check()
    page.get_by_role("button", name="Keep what I typed here").wait_for()
    return page


__all__ = ["every_page"]
