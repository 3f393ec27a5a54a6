"""`when: {measured: …}`: a question that the numbers open, whatever people answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from checklist_helpers import answer, begin, items, measured, question, state

from ethicscheck.checklist.conditions import describe
from ethicscheck.checklist.reading import read_checklist
from ethicscheck.checklist.status import ItemStatus
from ethicscheck.errors import ConfigError

LINK = 'metric: {metric: accuracy, across: "*", compare: difference, max: 0.05}'
LINKED = items(
    question("q", LINK), question("f", "when: {any: [{item: q, in: [no]}, {measured: q, in: [no]}]}"), question("p")
)


def follow_up(folder: Path, given: str | None, numbers: str | None, text: str = LINKED) -> ItemStatus:
    opened = begin(folder, text)
    if given is not None:
        answer(opened, "q", given)
    return state(opened, "f", measured={"q": measured(numbers)} if numbers else None)


@pytest.mark.parametrize(
    ("given", "numbers", "asked"),
    [
        ("unsure", "no", True),
        (None, "no", True),
        ("yes", "no", True),
        ("no", "yes", True),
        ("unsure", "unsure", False),
        ("unsure", "yes", False),
        ("unsure", None, False),
        ("no", None, True),
    ],
)
def test_a_measured_no_opens_what_an_answered_no_opens(
    given: str | None, numbers: str | None, asked: bool, tmp_path: Path
) -> None:
    """Who says “we do not know yet” must not be spared the question that the numbers call for."""
    assert (follow_up(tmp_path, given, numbers).state == "unanswered") is asked


def test_all_and_not_hold_for_measures_too(tmp_path: Path) -> None:
    """Combined like any other condition; without an audit nothing is measured, so `not` holds."""
    both = LINKED.replace("any: [{item: q, in: [no]},", "all: [{not: {measured: q, in: [yes]}},").replace(
        "{measured: q, in: [no]}", "{item: q, in: [unsure]}"
    )

    assert [follow_up(folder, "unsure", numbers, both).state for folder, numbers in folders(tmp_path)] == [
        "unanswered",
        "unanswered",
        "hidden",
    ]


def folders(tmp_path: Path) -> list[tuple[Path, str | None]]:
    found: list[tuple[Path, str | None]] = [(tmp_path / name, name) for name in ("no", "yes")]
    found.insert(0, (tmp_path / "none", None))
    for folder, _ in found:
        folder.mkdir()
    return found


def test_why_it_is_not_asked_names_the_measurement(tmp_path: Path) -> None:
    """“Hidden” without a reason would look like a fault."""
    assert follow_up(tmp_path, "unsure", "yes").why == (
        "asked only when q is “No” or q is measured as “No”; q is “We do not know yet” (Ana) and q is measured as “yes”"
    )
    (tmp_path / "c.answers.jsonl").unlink()
    assert follow_up(tmp_path, None, None).why.endswith("q has no answer and q is not measured here")
    loaded = read_checklist(LINKED, "c.yaml").checklist
    found = loaded.item("f")
    assert found is not None
    assert found.when is not None
    assert describe(found.when, loaded) == "q is “No” or q is measured as “No”"


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("{measured: x, in: [no]}", "when: there is no question 'x' (c.yaml:11) — known are: q"),
        ("{measured: p, in: [no]}", "when: nothing is measured for p (c.yaml:11) — these name a metric: q"),
        ("{measured: q, in: [maybe]}", "when: a measurement never says 'maybe' (c.yaml:11)"),
        ("{measured: q}", "when names no answer (c.yaml:11) — add `in:` with some of yes, no, unsure"),
        ("{measured: q, item: q, in: [no]}", "when has item and measured side by side (c.yaml:11)"),
        (
            "{all: [{measured: q, in: [no]}, {measured: q, in: [yes]}]}",
            "f is never asked: no answers meet sections[0].items[1].when (c.yaml:11)",
        ),
    ],
)
def test_a_slip_in_a_condition_on_a_measure_is_named_with_its_line(when: str, said: str) -> None:
    """A follow-up that hangs on a number nobody measures is never asked."""
    text = items(question("q", LINK), question("f", f"when: {when}"), question("p"))
    with pytest.raises(ConfigError) as caught:
        read_checklist(text, "c.yaml")

    assert any(said in str(problem) for problem in caught.value.problems), caught.value.problems
