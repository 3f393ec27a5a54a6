"""What is found in a served folder, and that nothing else can be asked for."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ethicscheck.web.project import Project
from ethicscheck.web.shelf import Shelf
from web_helpers import EXAMPLES, compas, journal_in, serve


def names(found) -> list[str]:
    return [file.name for file in found]


def test_configs_journals_and_records_are_found_wherever_they_lie(tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "compas", tmp_path / "systems" / "compas")
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "audit.json").write_text("{}")
    journal_in(tmp_path)

    found = Project(tmp_path).look()

    assert names(found.configs) == ["systems/compas/ethicscheck.yaml"]
    assert "transparency.answers.jsonl" in names(found.journals)
    assert names(found.records) == ["old/audit.json"]
    assert found.whole


@pytest.mark.parametrize("hidden", [".git", "node_modules", "__pycache__", ".ethicscheck-web"])
def test_hidden_folders_and_those_of_tools_are_passed_over(tmp_path: Path, hidden: str) -> None:
    (tmp_path / hidden).mkdir()
    (tmp_path / hidden / "audit.json").write_text("{}")

    assert Project(tmp_path).look().records == ()


def test_an_environment_inside_the_folder_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "env" / "lib").mkdir(parents=True)
    (tmp_path / "env" / "pyvenv.cfg").write_text("")
    (tmp_path / "env" / "lib" / "audit.json").write_text("{}")

    assert Project(tmp_path).look().records == ()


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    (outside / "audit.json").write_text("{}")
    (inside / "audit.json").symlink_to(outside / "audit.json")
    (inside / "deeper").symlink_to(outside)

    assert Project(inside).look().records == ()


def test_two_files_of_one_name_have_addresses_of_their_own_that_stay(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder / "out").mkdir(parents=True)
        (tmp_path / folder / "out" / "audit.json").write_text("{}")
    before = {file.name: file.key for file in Project(tmp_path).look().records}
    (tmp_path / "another").mkdir()
    (tmp_path / "another" / "audit.json").write_text("{}")

    after = {file.name: file.key for file in Project(tmp_path).look().records}

    assert len(set(after.values())) == 3
    assert before.items() <= after.items()


def test_the_checklists_of_a_config_come_first_and_once(tmp_path: Path) -> None:
    folder = compas(tmp_path, audited=False)
    journal_in(folder, "people-and-emotions")

    kept = Shelf(Project(folder)).checklists()

    assert [part.name for part in kept] == [
        "answers/transparency.answers.jsonl",
        "answers/unintended-consequences.answers.jsonl",
        "people-and-emotions.answers.jsonl",
    ]
    assert [part.require for part in kept] == ["complete", "none", "none"]
    assert kept[0].system == "COMPAS two-year recidivism screen"


def test_a_journal_that_a_config_names_outside_of_the_folder_is_not_served(tmp_path: Path) -> None:
    folder = compas(tmp_path, audited=False)
    config = folder / "ethicscheck.yaml"
    outside = tmp_path / "transparency.answers.jsonl"
    shutil.copy(folder / "answers" / "transparency.answers.jsonl", outside)
    config.write_text(config.read_text().replace("answers/transparency.answers.jsonl", f"../{outside.name}"))

    kept = Shelf(Project(folder)).checklists()

    assert f"../{outside.name}" not in [part.name for part in kept]
    assert all(part.journal.is_relative_to(folder) for part in kept)


def test_a_config_that_cannot_be_read_says_so_on_the_first_page_and_hides_nothing_else(tmp_path: Path) -> None:
    folder = compas(tmp_path, audited=False)
    (folder / "broken").mkdir()
    (folder / "broken" / "ethicscheck.yaml").write_text("schema: ethicscheck/config/1\nsubjekt: {}\n")

    page = serve(folder).owner().get("/").text

    assert "subjekt" in page
    assert "Transparency" in page


def test_a_journal_that_cannot_be_read_says_so_and_the_others_are_served(tmp_path: Path) -> None:
    folder = compas(tmp_path, audited=False)
    (folder / "answers" / "transparency.answers.jsonl").write_text("<<<<<<< ours\n")
    served = serve(folder)
    client = served.owner()

    page = client.get("/").text
    key = served.site.shelf.checklists()[0].key
    broken = client.get(f"/checklists/{key}")

    assert "this is no journal" in page
    assert "Unintended consequences" in page
    assert broken.status_code == 422
    assert "A file needs mending first" in broken.text


@pytest.mark.parametrize("key", ["..%2F..%2Fetc%2Fpasswd", "nothing-000000", "transparency", "x" * 300])
def test_an_address_that_names_nothing_found_is_not_there(tmp_path: Path, key: str) -> None:
    folder = compas(tmp_path, audited=False)

    assert serve(folder).owner().get(f"/checklists/{key}").status_code == 404


def test_an_empty_folder_offers_to_begin_and_a_journal_comes_of_it(tmp_path: Path) -> None:
    served = serve(tmp_path)
    client = served.owner()
    page = client.get("/")
    token = page.text.split('name="csrf" value="')[1].split('"')[0]

    begun = client.post("/checklists/begin", data={"csrf": token, "use": "people-and-emotions"})

    assert "There is no checklist in this folder yet" in page.text
    assert begun.status_code == 200
    assert (tmp_path / "answers" / "people-and-emotions.answers.jsonl").is_file()
    assert "eople" in client.get("/").text


def test_beginning_leads_nowhere_but_to_a_shipped_checklist(tmp_path: Path) -> None:
    served = serve(tmp_path)
    client = served.owner()
    token = client.get("/").text.split('name="csrf" value="')[1].split('"')[0]

    refused = client.post("/checklists/begin", data={"csrf": token, "use": "../../etc/passwd"})

    assert refused.status_code == 422
    assert not (tmp_path / "answers").exists()
