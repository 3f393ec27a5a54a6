"""Translations: words in another language by id, what is missing or strange in them, and that journals know no language."""

from __future__ import annotations

import io
import json
import tempfile
from pathlib import Path

import pytest
from checklist_helpers import EVERY_KIND, begin, lines, standing

from ethicscheck.checklist.reading import LoadedChecklist, read_checklist
from ethicscheck.checklist.shipped import load, shipped_ids
from ethicscheck.checklist.translating import translate
from ethicscheck.checklist.translation import languages, missing_words
from ethicscheck.cli import run
from ethicscheck.errors import ConfigError, Problem, UsageError

Printed = pytest.CaptureFixture[str]
HEAD = "schema: ethicscheck/translation/1\nof: small\nlanguage: fr\n"
FRENCH = f"""\
{HEAD}title: Une petite liste
options: {{ynu: {{"yes": Oui, "no": Non, unsure: Pas encore}}}}
sections: {{first: {{title: La première partie}}}}
items:
  a.choice: {{text: Est-ce ainsi ?, help: Pourquoi.}}
  a.multi: {{text: Lesquels ?, help: Pourquoi., options: {{one: Le premier, two: Le second, other: Autre}}}}
  a.text: {{text: Que s'est-il passé ?, help: Pourquoi.}}
  a.number: {{text: Combien ?, help: Pourquoi.}}
  a.date: {{text: Depuis quand ?, help: Pourquoi.}}
  a.scale: {{text: À quelle fréquence ?, help: Pourquoi., labels: {{1: Jamais, 5: Toujours}}}}
  a.table:
    text: Qui ressent quoi ?
    help: Pourquoi.
    columns: {{who: {{title: Qui}}, seen: {{title: Vu ?, options: {{obs: Observé, ima: Imaginé}}}}}}
"""


def written(folder: Path, french: str = FRENCH, text: str = EVERY_KIND) -> LoadedChecklist:
    (folder / "c.yaml").write_text(text, encoding="utf-8")
    (folder / "c.fr.yaml").write_text(french, encoding="utf-8")
    return read_checklist(folder / "c.yaml")


def in_step(french: str, checklist: str = EVERY_KIND) -> str:
    """Return a translation in which each part says which words it was made from."""
    parts = {problem.what.split(":")[0]: problem.hint.split("`")[1] for problem in hints(french, checklist)}
    for name, source in parts.items():
        if name.startswith("title"):
            french = french.replace("language: fr\n", f"language: fr\n{source}\n")
        elif f"{name}:\n" in french:
            french = french.replace(f"{name}:\n", f"{name}:\n    {source}\n")
        else:
            french = french.replace(f"{name}: {{", f"{name}: {{{source}, ")
    return french


def hints(french: str, checklist: str) -> tuple[Problem, ...]:
    with tempfile.TemporaryDirectory() as folder:
        return tuple(
            one for one in missing_words(written(Path(folder), french, checklist)) if "it is not said" in one.what
        )


def problems(folder: Path, french: str) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        translate(written(folder, french), "fr")
    return [str(problem) for problem in raised.value.problems]


def test_every_word_that_people_read_is_translated(tmp_path: Path) -> None:
    """Title, section, question, help, options of their own and shared, columns, steps."""
    loaded = written(tmp_path, in_step(FRENCH))
    found = translate(loaded, "fr")
    shown = json.dumps(found.checklist.model_dump(mode="json"), ensure_ascii=False)
    english = ("A small", "The first", "We do not", "Is it so", "Why.", "Never", "Observed", "Seen", "Second", "Other")

    assert found.notes == ()
    assert missing_words(loaded) == ()
    assert [word for word in english if word in shown] == []
    assert all(word in shown for word in ("Oui", "Pas encore", "Le premier", "Toujours", "Imaginé", "La première"))


def test_ids_conditions_and_everything_else_stay(tmp_path: Path) -> None:
    """Answers hang on ids, and a translation must not be able to change what is asked when."""
    loaded = written(tmp_path)
    spoken = translate(loaded, "fr").checklist

    assert [item.id for _, item in spoken.items()] == [item.id for _, item in loaded.checklist.items()]
    for _, item in spoken.items():
        original = loaded.checklist.item(item.id)
        assert original is not None
        assert (item.type, item.when, item.risk, item.na) == (
            (original.type, original.when, original.risk, original.na)
        )
        assert list(spoken.options_of(item)) == list(loaded.checklist.options_of(original))


def test_what_is_missing_stays_as_written_and_check_says_so(tmp_path: Path, capsys: Printed) -> None:
    """Half a translation helps already; nobody must hunt for the other half."""
    french = FRENCH.replace("  a.date: {text: Depuis quand ?, help: Pourquoi.}\n", "").replace(", ima: Imaginé", "")
    loaded = written(tmp_path, french)
    found = translate(loaded, "fr")

    item = found.checklist.item("a.date")
    assert item is not None
    assert item.text == "Since when?"
    assert found.notes == ("3 texts of small are not translated into 'fr'",)
    assert run(["checklist", "check", str(tmp_path / "c.yaml")]) == 1
    printed = capsys.readouterr().out
    for name in ("a.date text", "a.date help", "a.table columns seen options ima"):
        assert f"{name} is not translated into 'fr' (c.fr.yaml:" in printed


@pytest.mark.parametrize(
    ("french", "said"),
    [
        (FRENCH.replace("a.date", "a.dat"), "items: there is no 'a.dat' to translate (c.fr.yaml:12) — did you mean 'a.date'?"),
        (FRENCH.replace("two: Le", "tow: Le"), "items a.multi options: there is no 'tow' to translate (c.fr.yaml:9)"),
        (FRENCH.replace("a.number: {", "a.number: {labels: {1: un}, "), "items a.number: there is no 'labels' to translate"),
        (FRENCH.replace("of: small", "of: other"), "of: 'other' does not fit the name of the file (c.fr.yaml:2)"),
        (FRENCH.replace("language: fr", "language: de"), "language: 'de' does not fit the name of the file (c.fr.yaml:3)"),
        (FRENCH.replace("Est-ce ainsi ?", "Est-ce ainsi ?, risk: {yes: 9}"), "risk"),
        ("a: [", "not valid YAML"),
        ("", ""),
    ],
)  # fmt: skip
def test_words_for_what_is_not_there_are_refused(french: str, said: str, tmp_path: Path) -> None:
    """A misspelt id would leave its question in English, and nobody would know why."""
    found = problems(tmp_path, french)

    assert any(said in problem for problem in found), found


def test_a_language_that_is_not_there_falls_back_and_names_those_that_are(tmp_path: Path) -> None:
    """The questions are still worth asking."""
    found = translate(written(tmp_path), "de")

    assert found.checklist.title == "A small checklist"
    assert found.notes == ("small is not translated into 'de'; it is into fr",)


@pytest.mark.parametrize("code", ["../fr", "", "français", "FR", "f"])
def test_only_a_code_is_a_language(code: str, tmp_path: Path) -> None:
    """It becomes part of a file's name."""
    with pytest.raises(UsageError, match="is no code of a language"):
        translate(written(tmp_path), code)


def test_a_combined_checklist_speaks_as_its_homes_do(tmp_path: Path) -> None:
    """What was translated once is translated everywhere; the starter's own words need a file of their own."""
    written(tmp_path)
    starter = """\
schema: ethicscheck/checklist/1
id: starter
version: "1"
title: A starter
include: [c.yaml]
sections: [{id: own, title: Own, items: [{id: s.own, type: text, text: Own?, help: Why.}]}]
"""
    (tmp_path / "starter.yaml").write_text(starter)
    found = translate(read_checklist(tmp_path / "starter.yaml"), "fr")
    choice = found.checklist.item("a.choice")

    assert choice is not None
    assert choice.text == "Est-ce ainsi ?"
    assert found.checklist.options_of(choice)["yes"] == "Oui"
    assert found.checklist.sections[0].title == "La première partie"
    assert found.notes == ("starter is not translated into 'fr'",)

    own = "schema: ethicscheck/translation/1\nof: starter\nlanguage: fr\ntitle: Un départ\nitems: {s.own: {text: À vous ?}}\n"
    (tmp_path / "starter.fr.yaml").write_text(own, encoding="utf-8")
    found = translate(read_checklist(tmp_path / "starter.yaml"), "fr")
    assert (found.checklist.title, [item.text for _, item in found.checklist.items()][-1]) == ("Un départ", "À vous ?")
    assert found.notes == ("2 texts of starter are not translated into 'fr'",)


def test_a_walk_in_another_language_writes_what_every_walk_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    """Ids and digests go into the journal; people of two languages answer one checklist and nothing goes stale."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772366400")
    opened = begin(tmp_path)
    (tmp_path / "c.fr.yaml").write_text(FRENCH, encoding="utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("Oui\nLe second\nq\n"))

    words = ["walk", str(opened.journal.path), "--as", "Ana", "--role", "product", "--lang", "fr"]
    assert run(["checklist", *words]) == 0

    printed = capsys.readouterr().out
    assert "Est-ce ainsi ?" in printed
    assert "Is it so?" not in printed
    first, second = (line for line in lines(opened) if "item" in line)
    assert (first["value"], second["value"]) == ("yes", ["two"])
    item = opened.loaded.checklist.item("a.choice")
    assert item is not None
    assert first["item_sha256"] == opened.loaded.checklist.item_sha256(item)
    assert first["checklist_sha256"] == opened.loaded.sha256
    status = standing(opened)
    assert [one.state for one in status.items][:3] == ["answered", "answered", "unanswered"]
    assert status.notes == ()


def test_the_environment_chooses_no_language(monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    """The same command prints the same on every machine; who wants French says so."""
    monkeypatch.setenv("LANG", "fr_FR.UTF-8")
    assert run(["checklist", "show", "people-and-emotions"]) == 0
    assert "Who they are" in capsys.readouterr().out

    assert run(["checklist", "show", "people-and-emotions", "--lang", "fr"]) == 0
    printed = capsys.readouterr()
    assert "Qui elles sont" in printed.out
    assert printed.err == ""


def test_a_translation_that_names_no_source_is_asked_for_it_and_shown(tmp_path: Path, capsys: Printed) -> None:
    """Nobody can tell whether it still fits; `check` hands over the line to add, for each part once."""
    found = written(tmp_path)

    assert translate(found, "fr").notes == ()
    assert len(missing_words(found)) == 9, "the head, a section, seven questions"
    assert run(["checklist", "check", str(tmp_path / "c.yaml")]) == 1
    printed = capsys.readouterr().out
    assert (
        "a.choice: it is not said which words were translated into 'fr' (c.fr.yaml:8) — compare them, then add `source: "
        in printed
    )


@pytest.mark.parametrize(
    ("old", "new", "name", "line"),
    [
        ("Is it so?", "Was it so?", "a.choice", 9),
        ("text: Who feels what?\n        help: Why.", "text: Who feels what?\n        help: Because.", "a.table", 16),
        ("title: Seen?", "title: Heard?", "a.table", 16),
        ("ima: Imagined", "ima: Made up", "a.table", 16),
        ("5: Always", "5: Often", "a.scale", 14),
        ("one: The first", "one: The very first", "a.multi", 10),
        ("title: The first part", "title: The only part", "first", 7),
        ("unsure: We do not know yet", "unsure: Not known", "title and options", 4),
    ],
)
def test_what_changed_since_it_was_translated_is_shown_as_written(
    old: str, new: str, name: str, line: int, tmp_path: Path, capsys: Printed
) -> None:
    """The French of another question must not stand over the answer to this one."""
    changed = EVERY_KIND.replace(old, new)
    assert changed != EVERY_KIND
    loaded = written(tmp_path, in_step(FRENCH), changed)
    found = translate(loaded, "fr")
    shown = json.dumps(found.checklist.model_dump(mode="json"), ensure_ascii=False)

    assert found.notes == (f"changed since they were translated into 'fr', shown as written: {name}",)
    assert new.split(": ")[-1] in shown
    assert ("Est-ce ainsi ?" in shown) is (name != "a.choice"), "the other parts stay French"
    assert ("Oui" in shown) is (name != "title and options")
    (problem,) = missing_words(loaded)
    assert "the words have changed since they were translated into 'fr'" in problem.what
    assert f"(c.fr.yaml:{line})" in str(problem)
    source = problem.hint.split("`")[1]
    assert run(["checklist", "check", str(tmp_path / "c.yaml")]) == 1
    assert source in capsys.readouterr().out

    french = in_step(FRENCH)
    stale = french.splitlines()[line - 1]
    given = stale[stale.index("source: ") :][: len(source)]
    assert missing_words(written(tmp_path, french.replace(stale, stale.replace(given, source)), changed)) == ()


def test_what_is_no_word_makes_no_translation_old(tmp_path: Path) -> None:
    """Conditions, risk and evidence are not translated."""
    changed = EVERY_KIND.replace("unsure: 2, no: 3", "unsure: 1, no: 3").replace(
        ", when: {item: a.choice, in: [yes]}", ""
    )

    assert changed != EVERY_KIND
    assert missing_words(written(tmp_path, in_step(FRENCH), changed)) == ()


@pytest.mark.parametrize("name", shipped_ids())
def test_what_is_translated_is_translated_whole(name: str) -> None:
    """A shipped translation lacks nothing, and its file is read without problems."""
    assert missing_words(load(name, Path())) == ()


@pytest.mark.parametrize("name", ["people-and-emotions", "transparency"])
def test_two_checklists_speak_french(name: str) -> None:
    """Real French: help in its three parts, no English left behind."""
    loaded = load(name, Path())
    spoken = translate(loaded, "fr").checklist

    assert languages(loaded) == ("fr",)
    for (_, item), (_, original) in zip(spoken.items(), loaded.checklist.items(), strict=True):
        assert item.text != original.text
        assert item.help is not None
        assert item.help.startswith("Pourquoi\N{NO-BREAK SPACE}: "), item.id
        assert " Une bonne réponse\N{NO-BREAK SPACE}: " in item.help, item.id
        assert " Preuves\N{NO-BREAK SPACE}: " in item.help, item.id
