"""What becomes of saves: nothing is written over, nothing twice, nothing lost, whoever else writes at the same time."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.datastructures import UploadFile

from ethicscheck.errors import UsageError
from ethicscheck.web.access import Person
from ethicscheck.web.filled import Filled
from ethicscheck.web.saving import Saved
from ethicscheck.web.site import Site
from web_helpers import journal_in, serve

CHECKLIST = """
schema: ethicscheck/checklist/1
id: small
version: "1"
title: Small
sections:
  - id: one
    title: One
    items:
      - {id: one.a, type: text, text: What is so?, help: Why.}
      - {id: one.b, type: choice, options: {"yes": "Yes", "no": "No"}, text: Is it?, evidence: {for: ["yes"], min: 1}, help: Why.}
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    (tmp_path / "small.yaml").write_text(CHECKLIST)
    journal_in(tmp_path, "small.yaml", "small.answers.jsonl")
    return serve(tmp_path).site


def person(name: str = "Ana") -> Person:
    return Person(name, name, "product", "answerer", False)


def save(site: Site, value: str, base: int = 0, who: str = "Ana", item: str = "one.a", files=(), **more) -> Saved:
    kept = site.shelf.checklists()[0]
    return site.save(kept, item, Filled(value, None, base, **more), person(who), files)


def lines(site: Site) -> list[dict]:
    return [json.loads(line) for line in (site.project.folder / "small.answers.jsonl").read_text().splitlines()]


def answers(site: Site) -> list[tuple[str, str]]:
    return [(line["by"], line["value"]) for line in lines(site) if "item" in line]


def sent(name: str, content: bytes) -> UploadFile:
    return UploadFile(io.BytesIO(content), filename=name)


def test_the_same_answer_again_writes_nothing_so_a_repeated_request_never_doubles(site: Site) -> None:
    first, again = save(site, "so"), save(site, "so")

    assert (first.outcome, again.outcome) == ("saved", "unchanged")
    assert answers(site) == [("Ana", "so")]


def test_an_answer_that_changed_in_another_window_is_not_written_over(site: Site) -> None:
    save(site, "first window")
    other = save(site, "second window", base=0)

    assert other.outcome == "conflict"
    assert answers(site) == [("Ana", "first window")]


def test_once_it_was_seen_the_later_answer_takes_its_place_and_both_stay_in_the_journal(site: Site) -> None:
    seen = save(site, "first").entry
    assert seen is not None

    assert save(site, "second", base=seen.seq).outcome == "saved"
    assert answers(site) == [("Ana", "first"), ("Ana", "second")]


def test_whoever_saves_later_is_told_what_another_said_and_both_answers_stay(site: Site) -> None:
    save(site, "Ben says", who="Ben")
    saved = save(site, "Ana says", base=0)

    assert saved.outcome == "saved"
    assert [(entry.by, entry.value) for entry in saved.meanwhile] == [("Ben", "Ben says")]
    assert answers(site) == [("Ben", "Ben says"), ("Ana", "Ana says")]


def test_an_old_form_that_is_replayed_does_not_bring_an_old_answer_back(site: Site) -> None:
    old = save(site, "old").entry
    assert old is not None
    save(site, "new", base=old.seq)

    assert save(site, "old", base=old.seq).outcome == "conflict"
    assert answers(site)[-1] == ("Ana", "new")


def test_saying_again_what_was_said_is_written_once_when_it_is_meant(site: Site) -> None:
    first = save(site, "so").entry
    assert first is not None

    assert save(site, "so", base=first.seq, again=True).outcome == "saved"
    assert save(site, "so", base=first.seq, again=True).outcome == "unchanged"
    assert len(answers(site)) == 2


def test_fifty_people_at_once_lose_nothing_and_double_nothing(site: Site) -> None:
    def work(number: int) -> list[str]:
        base, outcomes = 0, []
        for turn in range(6):
            for _ in range(2):  # each request is repeated, as after an answer that got lost
                saved = save(site, f"{number}-{turn}", base=base, who=f"P{number}")
                outcomes.append(saved.outcome)
            assert saved.entry is not None
            base = saved.entry.seq
        return outcomes

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(work, range(50)))

    assert outcomes == [["saved", "unchanged"] * 6] * 50
    found = answers(site)
    assert len(found) == len(set(found)) == 300
    assert sorted(line["seq"] for line in lines(site)) == list(range(1, 302))


def test_the_command_line_may_write_at_the_same_time(site: Site) -> None:
    journal = site.project.folder / "small.answers.jsonl"
    code = (
        "import sys; from pathlib import Path\n"
        "from ethicscheck.checklist.answering import answer_item\n"
        "from ethicscheck.checklist.opening import open_journal\n"
        "opened = open_journal(Path(sys.argv[1]))\n"
        "for turn in range(60):\n"
        "    answer_item(opened, 'one.a', f'line {turn}', by='Cli', role='engineer', at='2026-01-02T03:04:05Z')\n"
    )
    other = subprocess.Popen([sys.executable, "-c", code, str(journal)])
    base = 0
    for turn in range(60):
        saved = save(site, f"web {turn}", base=base)
        assert saved.outcome == "saved"
        assert saved.entry is not None
        base = saved.entry.seq
    assert other.wait(timeout=300) == 0

    found = answers(site)
    assert [value for by, value in found if by == "Ana"] == [f"web {turn}" for turn in range(60)]
    assert [value for by, value in found if by == "Cli"] == [f"line {turn}" for turn in range(60)]


def test_evidence_is_kept_with_its_answer_and_carried_over_to_the_next(site: Site) -> None:
    first = save(site, "yes", item="one.b", files=[sent("notes.txt", b"seen")]).entry
    assert first is not None
    changed = save(site, "no", base=first.seq, item="one.b").entry
    assert changed is not None
    dropped = save(site, "no", base=changed.seq, item="one.b", dropped=frozenset({first.evidence[0].name})).entry

    assert first.evidence[0].path is not None
    assert (site.project.folder / first.evidence[0].path).read_bytes() == b"seen"
    assert changed.evidence == first.evidence
    assert dropped is not None
    assert dropped.evidence == ()


def test_a_refused_answer_keeps_no_file(site: Site) -> None:
    with pytest.raises(UsageError):
        save(site, "perhaps", item="one.b", files=[sent("notes.txt", b"seen")])

    assert not (site.project.folder / "evidence").exists()
    assert answers(site) == []


def test_a_conflict_keeps_no_file(site: Site) -> None:
    save(site, "no", item="one.b")
    saved = save(site, "yes", item="one.b", files=[sent("notes.txt", b"seen")])

    assert saved.outcome == "conflict"
    assert not any((site.project.folder / "evidence").glob("*"))


def test_a_file_over_the_cap_is_refused_and_nothing_is_left_of_it(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(CHECKLIST)
    journal_in(tmp_path, "small.yaml", "small.answers.jsonl")
    site = serve(tmp_path, max_upload=1000).site

    with pytest.raises(UsageError, match="large"):
        save(site, "yes", item="one.b", files=[sent("big.bin", b"x" * 1001)])

    assert answers(site) == []
    assert not list(tmp_path.glob("evidence/*"))


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "http://", "file:///etc/passwd"])
def test_an_address_that_is_none_is_refused_as_evidence(site: Site, link: str) -> None:
    with pytest.raises(UsageError):
        save(site, "yes", item="one.b", links=(link,))

    assert answers(site) == []


@pytest.mark.parametrize(
    "link", ["../secret.txt", "/etc/passwd", "small.answers.jsonl", "small.yaml", ".ethicscheck-web/secret"]
)
def test_no_file_of_the_folder_can_be_made_evidence_by_naming_it(site: Site, link: str) -> None:
    """It could be downloaded then, by whoever may answer: the predictions, the server's secret."""
    (site.project.folder.parent / "secret.txt").write_text("secret")

    with pytest.raises(UsageError, match="is no address"):
        save(site, "yes", item="one.b", links=(link,))

    assert answers(site) == []
