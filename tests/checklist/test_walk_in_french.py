"""The walk's own words in another language: hints, prompts, states and what won't do."""

from __future__ import annotations

import dataclasses
import io
import re
import string
from pathlib import Path

import pytest
from checklist_helpers import EVERY_KIND, items, question

from ethicscheck.checklist.definition import Item
from ethicscheck.cli import run
from ethicscheck.cli.checklist_speech import ENGLISH, SPEECHES, Speech, speech_of
from ethicscheck.cli.checklist_words import MARKS

Printed = pytest.CaptureFixture[str]


def walk(monkeypatch: pytest.MonkeyPatch, capsys: Printed, text: str, *typed: str, lang: str = "fr") -> str:
    Path("c.yaml").write_text(text)
    if not Path("j.jsonl").exists():
        assert run(["checklist", "start", "c.yaml", "-o", "j.jsonl"]) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
    monkeypatch.setenv("COLUMNS", "100")
    capsys.readouterr()
    assert run(["checklist", "walk", "j.jsonl", "--as", "Ana", "--role", "product", "--lang", lang]) == 0
    return " ".join(capsys.readouterr().out.replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_french_walk_asks_hints_and_says_goodbye_in_french(monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    """A translated question between English hints is half a translation."""
    shown = walk(monkeypatch, capsys, EVERY_KIND, "b", "1", "c", "bien", "1,3", "q")

    for words in (
        "? aide · b retour · s passer", "C'est la première question.", "0 sur 6 traitées", "enregistré (avec réponse)",
        "commentaire : ", "2 réponses enregistrées dans j.jsonl.", "5 sans réponse, 2 avec réponse",
        "Encore en attente : 5 pour product ou engineer.",
    ):  # fmt: skip
        assert words in shown, words
    assert not re.search(r"\b(saved|answered|unanswered|Still|help|back|skip|done|note)\b", shown), shown


def test_what_will_not_do_is_said_in_french(monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    """Each kind says what it takes, evidence and reasons too; nothing that won't do is saved."""
    shown = walk(
        monkeypatch, capsys, EVERY_KIND, "x", "", "n", "court", "2", "", "s", "900", "s", "demain", "s", "9", "s", "q"
    )
    for words in (
        "« x » ne convient pas (a.choice) — il faut une des réponses", "Donnez le numéro d'une réponse, ou ses mots.",
        "vous n'avez pas encore répondu (a.multi) — répondez, ou s pour passer", "d'au moins 10 caractères, celle-ci en a 5",
        "« 900 » ne convient pas (a.number) — il faut un nombre de 0 à 100",
        "« demain » ne convient pas (a.date) — il faut une date, AAAA-MM-JJ",
        "« 9 » ne convient pas (a.scale) — il faut un degré de l'échelle",
    ):  # fmt: skip
        assert words in shown, words

    Path("j.jsonl").unlink()
    text = items(question("q", "evidence: {for: [yes], min: 1}"))
    shown = walk(monkeypatch, capsys, text, "?", "1", "n", "parce que", "q")
    assert "Des preuves sont demandées avec « Yes », 1 au moins" in shown
    assert "cette réponse demande encore des preuves : 1 (q)" in shown
    assert "« Sans objet » n'est pas permis pour cette question (q)" in shown
    assert "0 réponses enregistrées" in shown


def test_a_table_is_filled_in_french(monkeypatch: pytest.MonkeyPatch, capsys: Printed) -> None:
    """Prompts, a cell that won't do, a dropped row, and leaving in the middle."""
    text = items(
        "id: t, type: table, text: Qui ?, help: y, columns: [{id: a, title: A}, {id: b, title: B, options: {x: X}}]"
    )
    shown = walk(monkeypatch, capsys, text, "un", "9", "1", "deux", "b", "trois", "q")

    for words in (
        "« 9 » ne convient pas dans « B » — remplissez chaque case", "A (Entrée pour terminer) : ", "B (1 X) : ",
        "Cette ligne est abandonnée ; recommencez-la.", "Quitté au milieu d'un tableau : les lignes complètes sont enregistrées.",
        "1 sur 1 traitées : 1 avec réponse",
    ):  # fmt: skip
        assert words in shown, words


def test_a_language_without_words_walks_in_english_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    """The questions may be translated all the same."""
    Path("c.yaml").write_text(EVERY_KIND)
    assert run(["checklist", "start", "c.yaml", "-o", "j.jsonl"]) == 0
    monkeypatch.setattr("sys.stdin", io.StringIO("q\n"))
    assert run(["checklist", "walk", "j.jsonl", "--as", "Ana", "--role", "product", "--lang", "de"]) == 0
    printed = capsys.readouterr()

    assert "the walk's own words are not translated into 'de'" in printed.err
    assert "? help" in printed.out
    assert speech_of("fr-CA") is SPEECHES["fr"]
    assert speech_of(None) is ENGLISH


@pytest.mark.parametrize("language", sorted(SPEECHES))
def test_a_language_says_everything_with_the_same_blanks(language: str) -> None:
    """A prompt that lost its blank would hide a name or a number, or fail on the way."""
    for field in dataclasses.fields(Speech):
        own, english = getattr(SPEECHES[language], field.name), getattr(ENGLISH, field.name)
        if isinstance(own, str) and english and own:
            assert blanks(own) == blanks(english), field.name
            assert own.strip()
    assert set(SPEECHES[language].states) == set(MARKS)
    assert set(SPEECHES[language].measurements) == {"yes", "no", "unsure"}


def blanks(text: str) -> int:
    return sum(name is not None for _, name, _, _ in string.Formatter().parse(text))


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        ({"min": 0, "max": 5}, "un nombre de 0 à 5"),
        ({"min": 0.5}, "un nombre à partir de 0.5"),
        ({"max": 5}, "un nombre jusqu'à 5"),
        ({}, "un nombre, comme 12 ou 0.5"),
    ],
)
def test_the_limits_of_a_number_are_said_in_french(ends: dict[str, float], said: str) -> None:
    """None, one or both ends."""
    item = Item.model_validate({"id": "n", "type": "number", "text": "How many?", **ends})

    assert SPEECHES["fr"].example(item) == said


def test_show_speaks_the_language_too(capsys: Printed) -> None:
    """Who answers, when a question is asked, and what an answer may be."""
    assert run(["checklist", "show", "transparency", "--lang", "fr"]) == 0
    shown = capsys.readouterr().out

    assert "réponse par product, operations" in shown
    assert "posée seulement quand" in shown
    assert "un nombre de 0 à 365" in shown
    assert "asked only" not in shown
