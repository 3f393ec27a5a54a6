"""What comes back from a form: whose answer it is, what is left alone, what is refused; the commands around it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from checklist_helpers import AT, EVERY_KIND, TODAY, answer, begin, items, lines, question, standing, state

from ethicscheck.checklist.entries import Evidence, Resolution
from ethicscheck.checklist.forms import FORMATS, Form, Row, make_form
from ethicscheck.checklist.forms.csv_form import as_meant, defused
from ethicscheck.checklist.forms.rows import read_evidence
from ethicscheck.checklist.importing import Imported, import_form
from ethicscheck.checklist.opening import OpenJournal, open_journal
from ethicscheck.cli import run
from ethicscheck.errors import JournalError

LATER = "2026-03-05T12:00:00Z"
Printed = pytest.CaptureFixture[str]


def form(opened: OpenJournal) -> Form:
    return make_form(opened.loaded.checklist, opened.loaded.sha256, opened.again().contents.entries)


def rows(*given: Row) -> Form:
    return Form("small", "1.10", "0" * 64, given)


def bring(opened: OpenJournal, given: Form, by: str = "Ben", role: str = "engineer") -> Imported:
    return import_form(opened.again(), given, by=by, role=role, at=LATER, name="f.csv", sha256="5" * 64)


def refused(opened: OpenJournal, *given: Row) -> list[str]:
    before = opened.journal.path.read_bytes()
    with pytest.raises(JournalError) as error:
        bring(opened, rows(*given))
    assert opened.journal.path.read_bytes() == before
    return [str(problem) for problem in error.value.problems]


def test_a_filled_in_blank_is_the_importers_answer_of_now(tmp_path: Path) -> None:
    """And says from which file it came."""
    opened = begin(tmp_path)

    done = bring(
        opened, rows(Row("a.choice", "YES"), Row("a.number", "5"), Row("a.text"), Row("a.multi", "one, other"))
    )

    assert len(done.added) == 3
    assert state(opened, "a.multi").value == ("one", "other")
    written = lines(opened)[1]
    assert (written["by"], written["role"], written["at"], written["value"]) == ("Ben", "engineer", LATER, "yes")
    assert written["imported"] == {"by": "Ben", "role": "engineer", "at": LATER, "sha256": "5" * 64}


def test_an_answer_that_was_changed_in_the_form_is_the_importers_and_the_other_stays(tmp_path: Path) -> None:
    """Nobody gets words put into their mouth; the two differ, and it shows."""
    opened = begin(tmp_path)
    answer(opened, "a.choice", "no")
    given = form(opened)
    changed = replace(given, rows=tuple(replace(row, answer="yes") if row.digest else row for row in given.rows))

    done = bring(opened, changed)

    assert done.notes == ("a.choice: the answer of Ana was changed in the form; it is brought in as yours",)
    assert state(opened, "a.choice").why == "Ana (product): “No”; Ben (engineer): “Yes”"


def test_older_words_of_a_person_do_not_replace_newer_ones(tmp_path: Path) -> None:
    """A form that lay around for a month; nothing of the journal is undone."""
    opened, other = begin(tmp_path / "."), begin_in(tmp_path / "other")
    answer(other, "a.choice", "no", at="2026-02-01T12:00:00Z")
    answer(opened, "a.choice", "yes")

    done = bring(opened, form(other))

    assert done.added == ()
    assert done.notes == ("a.choice: what Ana says of 2026-02-01 is older than what stands; left out",)
    assert state(opened, "a.choice").value == "yes"


def begin_in(folder: Path) -> OpenJournal:
    folder.mkdir()
    return begin(folder)


def test_forms_of_two_people_come_together(tmp_path: Path) -> None:
    """Each keeps name, role and day, whoever brings them in; decisions come along."""
    opened, other = begin(tmp_path), begin_in(tmp_path / "other")
    answer(other, "a.choice", "no")
    answer(other, "a.choice", "yes", by="Cleo", role="engineer")
    source = other.again()
    other.journal.append([Resolution(AT, "Eva", "reviewer", "a.choice", "yes", "Cleo saw it", "", "")])

    bring(opened, form(other))

    assert [part.by for part in state(opened, "a.choice").answers] == ["Ana", "Cleo"]
    assert state(opened, "a.choice").settled == "Eva (reviewer) settled it as “Yes”: Cleo saw it"
    assert source.loaded.sha256 == opened.loaded.sha256


def test_all_of_a_form_or_nothing(tmp_path: Path) -> None:
    """Every problem at once, each at its line."""
    opened = begin(tmp_path)

    assert refused(
        opened,
        Row("a.number", "5", line=2),
        Row("a.chioce", "yes", line=3),
        Row("a.choice", "yse", line=4),
        Row("a.choice", na_reason="short", line=5),
        Row("a.choice", "yes", na_reason="both of them", line=6),
        Row("a.choice", comment="no answer", line=7),
        Row("a.choice", "yes", by="Ida", role="intern", line=8),
        Row("a.choice", "yes", at="yesterday", line=9),
        Row("a.choice", "yes", evidence=(Evidence(path="../x"),), line=10),
        Row("a.choice", "yes", settled="because", by="Eva", role="reviewer", line=11),
        Row("a.choice", "yes", question_sha256="\ud800", line=12),
    ) == [
        "small: there is no question 'a.chioce' (f.csv:3) — did you mean 'a.choice'?",
        "a.choice: 'yse' is no answer (f.csv:4) — did you mean 'yes'?",
        "a.choice: N/A needs a reason of at least 10 characters, this one has 5 (f.csv:5) — say what makes the question pointless here",
        "a.choice: there is both an answer and a reason not to answer (f.csv:6) — empty one of them",
        "a.choice: there is a comment or evidence, but no answer (f.csv:7) — answer it, or empty the row",
        "a.choice: 'intern' may not answer it (f.csv:8) — that is for product or engineer",
        "a.choice: 'yesterday' is no time (f.csv:9) — write it as 2026-03-01T12:00:00Z, or leave it empty",
        "a.choice: ../x: the evidence leads out of the folder of the journal (f.csv:10) — copy the evidence itself into the folder of the journal",
        "a.choice: a decision was changed in the form (f.csv:11) — settle it with `ethicscheck checklist resolve`",
        "a.choice: no journal can hold this: it holds half a character (f.csv:12) — export the form again",
    ]  # fmt: skip


def test_a_sealed_row_that_no_journal_can_hold_is_refused(tmp_path: Path) -> None:
    """Anybody can compute a digest; a line that can't be read back would lock everyone out."""
    deep: Any = "x"
    for _ in range(60):
        deep = (deep,)
    opened = begin(tmp_path)

    for row in (
        Row("a.choice", "yes", at="never", by="A", role="b"),
        Row("a.choice", deep, at=AT, by="A", role="b"),
        Row("a.choice", "yes", at=AT),
    ):
        assert refused(opened, row.sealed())[0].startswith("a.choice: no journal can hold this")


def test_nobody_answers_in_the_future(tmp_path: Path) -> None:
    """The clock of a browser may be wrong; then it is the time of the import."""
    opened = begin(tmp_path)
    bring(
        opened,
        rows(
            Row("a.choice", "yes", by="Ana", role="product", at="2099-01-01T00:00:00Z"),
            Row("a.number", "1", at="2026-03-02T10:00:00Z"),
        ),
    )

    assert [line["at"] for line in lines(opened)[1:]] == [LATER, "2026-03-02T10:00:00Z"]


def test_an_answer_to_the_question_as_it_was_is_asked_again(tmp_path: Path) -> None:
    """The form was exported before the question changed."""
    opened = begin(tmp_path)

    done = bring(opened, rows(Row("a.choice", "yes", question_sha256="4" * 64)))

    assert done.notes == ("a.choice: the form shows the question as it was; it is to be answered again",)
    assert (state(opened, "a.choice").state, state(opened, "a.choice").why) == (
        "stale",
        "the question has changed since it was answered",
    )


def test_the_form_of_another_checklist_is_refused(tmp_path: Path) -> None:
    """By its id."""
    with pytest.raises(JournalError, match="the form answers the checklist 'other', not 'small'"):
        bring(begin(tmp_path), Form("other", "1", "", ()))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "'=", "''@"])
def test_a_cell_that_a_spreadsheet_would_run_is_defused_and_restored(start: str) -> None:
    """OWASP's list of CSV injection."""
    assert defused(f"{start}x") == f"'{start}x"
    assert as_meant(defused(f"{start}x")) == f"{start}x"
    assert as_meant("'tis") == "'tis"


def test_no_cell_of_the_csv_starts_as_a_formula(tmp_path: Path) -> None:
    """Names, comments, questions and help too."""
    opened = begin(tmp_path, items('id: q, type: text, text: "=1+1", help: "@x"').replace("The first part", '"=A"'))
    answer(opened, "q", "=2+2", by="-Ana", comment="+x")
    write = FORMATS["csv"].write
    assert write is not None

    cells = [cell for row in csv.reader(io.StringIO(write(form(opened), opened.loaded.checklist))) for cell in row]

    assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")] == []
    assert {"'=A", "'=1+1", "'=2+2", "'-Ana", "'+x", "'@x"} <= set(cells)


def test_what_a_spreadsheet_saves_is_read(tmp_path: Path) -> None:
    """Semicolons, a new order of columns, an added row without the columns at the end."""
    opened = begin(tmp_path)
    text = "answer;item;checklist;version;sha256;form\r\nyes;a.choice;small;1.10;0;ethicscheck/answers/1\r\n5;a.number;;;;\r\n;;;;;\r\n"

    bring(opened, FORMATS["csv"].read(text, "f.csv"))

    assert (state(opened, "a.choice").value, state(opened, "a.number").value) == ("yes", 5)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("csv", "", "the form is empty (f)"),
        ("csv", "item,answer\nq,x", "there is no column 'checklist' (f:1)"),
        ("csv", 'item,answer,checklist\n"a,b', "not valid CSV: unexpected end of data (f:2)"),
        ("csv", "item,answer,checklist\na,b,c,d", "4 cells under 3 columns (f:2)"),
        ("csv", "item,answer,checklist,form\na,b,c,x", "this is no form of answers (ethicscheck/answers/1) (f:2)"),
        ("yaml", "a: b", "this is no form of answers (`schema: ethicscheck/answers/1`) (f:1)"),
        ("yaml", "a: [", "not valid YAML"),
        ("yaml", "schema: ethicscheck/answers/1\nchecklist: a\nversion: 1\nsha256: x\nanswers:\n  - itme: x\n", "unknown key 'itme'; did you mean 'item'? (f:6)"),
        ("yaml", "schema: ethicscheck/answers/1\nchecklist: a\nversion: 1\nsha256: x\nanswers:\n  - answer: x\n", "`item` is missing: the question's id (f:6)"),
        ("markdown", "# hello", "this is no form of answers (f:1)"),
        ("markdown", "~~~yaml form\nschema: x\n", "a block does not end (f:1)"),
        ("markdown", "\n~~~yaml answer\n", "the block that names the checklist is gone (f:2)"),
        ("markdown", "~~~yaml form\nschema: ethicscheck/answers/1\nchecklist: a\nversion: 1\nsha256: x\n~~~\ntext\n~~~yaml answer\nitem: q\nanswr: x\n~~~\n", "unknown key 'answr'; did you mean 'answer'? (f:9)"),
        ("json", "[", "not valid JSON: Expecting value (f:1)"),
        ("json", "[" * 100_000, "nested too deeply"),
        ("json", '{"schema": "ethicscheck/answers/1", "answers": [], "checklist": "x"}', "'version' is missing (f)"),
        ("json", '{"schema": "ethicscheck/answers/1", "answers": [3], "checklist": "x", "version": "1", "sha256": ""}', "answer 1: an answer is a mapping"),
    ],
)  # fmt: skip
def test_a_form_that_is_none_is_refused_with_its_line(name: str, text: str, message: str) -> None:
    """Never a traceback, never half of it."""
    with pytest.raises(JournalError) as error:
        FORMATS[name].read(text, "f")

    assert message in str(error.value)


def test_many_lines_typed_into_the_yaml_of_a_page_are_one_answer(tmp_path: Path) -> None:
    """As people write it by hand."""
    opened = begin(tmp_path)
    write = FORMATS["markdown"].write
    assert write is not None
    page = write(form(opened), opened.loaded.checklist)
    page = page.replace(
        'item: "a.text"\nanswer:', 'item: "a.text"\nanswer: |\n  one\n\n  ~~~ two\n# not a comment of YAML'
    )
    page = page.replace("# not a comment of YAML", "")
    page = page.replace(
        'item: "a.table"\nanswer:', 'item: "a.table"\nanswer:\n- {who: Zoë, seen: Observed}\n- {who: Max, seen: ima}'
    )

    bring(opened, FORMATS["markdown"].read(page, "f.md"))

    assert state(opened, "a.text").answers[0].value == "one\n\n~~~ two"
    assert state(opened, "a.table").value == ({"who": "Zoë", "seen": "obs"}, {"who": "Max", "seen": "ima"})


@pytest.mark.parametrize("name", ["markdown", "yaml"])
def test_a_text_that_yaml_would_cut_short_is_refused(name: str, tmp_path: Path) -> None:
    """“See ticket #42” once came in as “See ticket”; a remark after a text in quotes is one."""
    opened = begin(tmp_path)
    write = FORMATS[name].write
    assert write is not None
    text = write(form(opened), opened.loaded.checklist)

    def filled(words: str) -> str:
        place = text.index("answer:", text.index('item: "a.text"'))
        return f"{text[:place]}answer: {words}{text[place + 7 :]}"

    with pytest.raises(JournalError) as error:
        FORMATS[name].read(filled("see ticket #42"), "f")
    assert "a.text: YAML takes '#42' for a remark and leaves it out of `answer`" in str(error.value)
    with pytest.raises(JournalError, match=r"between quotes, or below `answer: \|`, indented"):
        FORMATS[name].read(filled("we did: twice"), "f")
    for words, read in (
        ('"see ticket #42"', "see ticket #42"),
        ("'so' # a remark", "so"),
        ("issue#42", "issue#42"),
        ("|\n        see #42", "see #42"),
        ("|\n        answer: see #42", "answer: see #42"),
    ):
        (row,) = (row for row in FORMATS[name].read(filled(words), "f").rows if row.item == "a.text")
        assert str(row.answer).strip() == read


def test_a_page_whose_fences_an_editor_rewrote_is_read(tmp_path: Path) -> None:
    """Some formatters turn tildes into backticks."""
    opened = begin(tmp_path)
    answer(opened, "a.choice", "yes")
    write = FORMATS["markdown"].write
    assert write is not None
    page = write(form(opened), opened.loaded.checklist)

    assert FORMATS["markdown"].read(page.replace("~~~", "```"), "f") == FORMATS["markdown"].read(page, "f")


@pytest.mark.parametrize("ending", ["md", "yaml", "csv", "html"])
def test_out_and_in_again_on_the_command_line(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    """The formats by their endings; a second import adds nothing; the same journal makes the same bytes."""
    monkeypatch.chdir(tmp_path)
    opened = begin(tmp_path)
    answer(opened, "a.choice", "no", comment="=x")

    assert run(["checklist", "export", "c.answers.jsonl", "-o", f"f.{ending}"]) == 0
    assert capsys.readouterr().out == f"wrote f.{ending}: 1 answer, 6 questions without one\n"
    first = Path(f"f.{ending}").read_bytes()
    run(["checklist", "start", "c.yaml", "-o", "new.jsonl"])
    words = ["checklist", "import", "new.jsonl", f"f.{ending}", "--as", "Ben", "--role", "engineer"]
    assert run(words) == 0
    assert capsys.readouterr().out.endswith(f"imported f.{ending}: 1 answer added\n")
    assert run(words) == 0
    assert capsys.readouterr().out == f"imported f.{ending}: 0 answers added, 1 there already\n"
    run(["checklist", "export", "new.jsonl", "-o", f"f.{ending}"])
    assert Path(f"f.{ending}").read_bytes() == first


@pytest.mark.parametrize("ending", ["md", "yaml", "csv", "html"])
def test_a_form_in_another_language_asks_the_same_questions(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    """French words, the ids and digests of the checklist as written: an answer given in French is asked for once."""
    monkeypatch.chdir(tmp_path)
    run(["checklist", "start", "transparency", "-o", "t.jsonl"])
    assert run(["checklist", "export", "t.jsonl", "-o", f"f.{ending}", "--lang", "fr"]) == 0
    run(["checklist", "export", "t.jsonl", "-o", f"g.{ending}"])
    french, english = (Path(name).read_text(encoding="utf-8-sig") for name in (f"f.{ending}", f"g.{ending}"))
    read = FORMATS[Path(f"f.{ending}").suffix[1:].replace("md", "markdown")].read

    assert "Nous ne le savons pas encore" in french
    assert "Nous ne le savons pas encore" not in english
    assert [replace(row, line=0) for row in read(french, "f").rows] == [
        replace(row, line=0) for row in read(english, "f").rows
    ]
    digests = [re.findall(r"\b[0-9a-f]{64}\b", text) for text in (french, english)]
    assert digests[0] == digests[1]
    if ending == "html":
        assert '<legend lang="fr">' in french
    assert run(["checklist", "export", "t.jsonl", "-o", "x.md", "--lang", "../fr"]) == 2
    capsys.readouterr()


@pytest.mark.parametrize("ending", ["md", "yaml", "csv"])
def test_export_writes_over_no_answer_that_was_filled_in_and_not_imported(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    """An hour of somebody's work; once imported, the same file may be renewed."""
    monkeypatch.chdir(tmp_path)
    opened = begin(tmp_path)
    answer(opened, "a.number", 5)
    words = ["checklist", "export", "c.answers.jsonl", "-o", f"f.{ending}"]
    assert run(words) == 0
    reader = FORMATS[Path(f"f.{ending}").suffix[1:].replace("md", "markdown")]
    before = reader.read(Path(f"f.{ending}").read_text(encoding="utf-8-sig"), "f")
    assert reader.write is not None
    typed = replace(before, rows=(*before.rows, Row("a.choice", "Yes", comment="so"), Row("a.multi", "other, one")))
    Path(f"f.{ending}").write_text(reader.write(typed, opened.loaded.checklist))
    kept = Path(f"f.{ending}").read_bytes()
    capsys.readouterr()

    assert run(words) == 2
    assert capsys.readouterr().err == (
        f"error: the form that is there holds answers that are not in the journal: a.choice, a.multi (f.{ending}) — "
        "import it first, or choose another file with -o\n"
    )
    assert Path(f"f.{ending}").read_bytes() == kept
    assert run(["checklist", "import", "c.answers.jsonl", f"f.{ending}", "--as", "Ben", "--role", "engineer"]) == 0
    assert run(words) == 0
    Path(f"f.{ending}").write_text("# My notes\n")
    assert run(words) == 2
    assert Path(f"f.{ending}").read_text() == "# My notes\n"


@pytest.mark.parametrize("ending", ["md", "yaml", "csv", "html"])
def test_a_fresh_form_answers_nothing_for_anybody(
    ending: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    """VerifyWise seeds canned answers."""
    monkeypatch.chdir(tmp_path)
    begin(tmp_path)
    run(["checklist", "export", "c.answers.jsonl", "-o", f"f.{ending}"])

    assert " checked" not in Path(f"f.{ending}").read_text(encoding="utf-8-sig").split("<script")[0]
    assert run(["checklist", "import", "c.answers.jsonl", f"f.{ending}", "--as", "Ben", "--role", "engineer"]) == 0
    assert capsys.readouterr().out.endswith(": 0 answers added\n")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("export", "c.answers.jsonl", "-o", "f.docx"), "error: the ending of the file names no format (f.docx) — known are: .csv, "),
        (("export", "c.answers.jsonl", "-o", "f.json"), "error: there is no such form to fill in (f.json)"),
        (("export", "c.answers.jsonl", "-o", "c.yaml"), "error: the form would replace what it is made from (c.yaml)"),
        (("export", "c.answers.jsonl", "--format", "csv", "-o", "c.answers.jsonl"), "error: the form would replace"),
        (("import", "c.answers.jsonl", "none.csv", "--as", "A", "--role", "product"), "error: the form can't be read: No such file"),
        (("import", "c.answers.jsonl", "bad.csv", "--as", "A", "--role", "product"), "error: not UTF-8 text (bad.csv:2)"),
    ],
)  # fmt: skip
def test_a_slip_is_one_line_and_changes_nothing(
    words: tuple[str, ...], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    """Exit 2."""
    monkeypatch.chdir(tmp_path)
    begin(tmp_path)
    Path("bad.csv").write_bytes(b"item\n\xe9")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    assert run(["checklist", *words]) == 2

    assert capsys.readouterr().err.startswith(message)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_status_says_which_answers_came_from_a_form_and_who_brought_them_in(tmp_path: Path, capsys: Printed) -> None:
    """An answer that Ben is said to have given, and one that Eva gave at the keyboard, are not the same."""
    opened = begin(tmp_path)
    bring(opened, rows(Row("a.choice", "yes", by="Ana", role="product"), Row("a.number", "5")))
    answer(opened, "a.date", "2026-01-01")

    assert run(["checklist", "status", str(opened.journal.path)]) == 0
    out = capsys.readouterr().out
    assert "Ana (product), 2026-03-05, from a form, by Ben (engineer) on 2026-03-05: Yes" in out
    assert "Ben (engineer), 2026-03-05, from a form on 2026-03-05: 5" in out
    assert "Ana (product), 2026-03-01: 2026-01-01" in out
    assert run(["checklist", "status", str(opened.journal.path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["sections"][0]["items"]
    assert found[0]["answers"][0]["imported"] == {
        "by": "Ben", "role": "engineer", "at": LATER, "sha256": "5" * 64,
    }  # fmt: skip
    assert "imported" not in found[4]["answers"][0]


def test_two_answers_of_one_person_to_one_question_are_a_slip(tmp_path: Path) -> None:
    """The second would replace the first unseen; a copied row whose id was not changed looks so."""
    opened = begin(tmp_path)

    assert refused(opened, Row("a.choice", "yes", line=2), Row("a.choice", "no", by=" Ben ", line=3)) == [
        "a.choice: Ben answers it on line 2 already (f.csv:3) — keep one of the two rows"
    ]
    bring(opened, rows(Row("a.choice", "yes"), Row("a.choice", "no", by="Ana", role="product")))
    assert state(opened, "a.choice").state == "disputed"


def test_an_answer_that_was_taken_out_of_a_form_stays_in_the_journal(tmp_path: Path) -> None:
    """Emptied cells are said to do nothing; a row that is gone does nothing without a word."""
    opened = begin(tmp_path)
    answer(opened, "a.choice", "yes")
    (row,) = (row for row in form(opened).rows if row.digest)

    assert refused(opened, replace(row, answer="", line=7)) == [
        "a.choice: the answer of Ana was taken out of the form; nothing is taken out of a journal so (f.csv:7) — "
        "put it back, or take the whole row out; people withdraw their own answers with `checklist withdraw`"
    ]


def test_a_form_of_an_older_version_answers_what_was_asked_then(tmp_path: Path) -> None:
    """Also in the rows that a person added without digests; and what is no longer asked is refused in words."""
    opened = begin(tmp_path)
    old = replace(rows(Row("a.choice", question_sha256="4" * 64), Row("a.choice", "yes")), version="1.9")

    bring(opened, old)

    assert state(opened, "a.choice").why == "the question has changed since it was answered"
    for row, message in (
        (Row("a.number", "5"), "a.number: the form is of another version, and does not say what was asked then"),
        (Row("a.gone", "5", question_sha256="4" * 64), "a.gone: version 1.10 no longer asks 'a.gone' (f.csv) — take the row out"),
    ):  # fmt: skip
        with pytest.raises(JournalError) as error:
            bring(opened, replace(rows(row), version="1.9"))
        assert str(error.value).startswith(message)


def saved_by_a_spreadsheet(text: str, delimiter: str, change: Any) -> str:
    """Return a form as a spreadsheet saves it: columns the other way round, only needed quotes, blank lines between."""
    table = [[change(cell) for cell in reversed(row)] for row in csv.reader(io.StringIO(text, newline=""))]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=delimiter)
    for row in table:
        writer.writerow(row)
        writer.writerow([" ", *[""] * (len(row) - 1)])
    return stream.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("day", ["02.01.2026", "1/2/2026", "2026-01-02"])
def test_a_form_that_a_spreadsheet_opened_and_saved_still_says_the_same(
    encoding: str, delimiter: str, day: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Printed
) -> None:
    """Moved columns, Windows line ends inside cells, days and decimals in the manner of a country: nobody's answer becomes another's,
    and no justification is lost (AI Verify #484)."""
    monkeypatch.chdir(tmp_path)
    opened, other = begin(tmp_path), begin_in(tmp_path / "other")
    answer(opened, "a.number", 0.5, comment='one\ntwo; three, four\t"five"')
    answer(opened, "a.date", "2026-01-02")
    answer(opened, "a.choice", None, na_reason="=SUM(A1)\nand more")
    answer(opened, "a.table", [{"who": "Zoë; Ünal", "seen": "obs"}])
    assert run(["checklist", "export", str(opened.journal.path), "-o", "f.csv"]) == 0
    seen = {"2026-01-02": day, "0.5": "0,5"}
    text = saved_by_a_spreadsheet(
        Path("f.csv").read_text(encoding="utf-8-sig"),
        delimiter,
        lambda cell: seen.get(cell, cell).replace("\n", "\r\n"),
    )
    Path("g.csv").write_bytes(f"sep={delimiter}\r\n{text}".encode(encoding))

    words = ["checklist", "import", str(other.journal.path), "g.csv", "--as", "Eva", "--role", "product"]
    assert run(words) == 0

    assert capsys.readouterr().err == ""
    assert standing(other).parts["answers"] == standing(opened).parts["answers"]
    assert run(words) == 0
    assert "0 answers added, 4 there already" in capsys.readouterr().out


def test_import_points_out_a_reason_pasted_under_several_questions(tmp_path: Path, capsys: Printed) -> None:
    """While whoever pasted it is still there."""
    opened = begin(tmp_path, items(*(question(name, "na: {reason_min_chars: 5}") for name in "pq")))
    write = FORMATS["csv"].write
    assert write is not None
    filled = replace(form(opened), rows=tuple(replace(row, na_reason="Not relevant") for row in form(opened).rows))
    (tmp_path / "f.csv").write_text(write(filled, opened.loaded.checklist))

    assert (
        run(["checklist", "import", str(opened.journal.path), str(tmp_path / "f.csv"), "--as", "A", "--role", "b"]) == 0
    )
    assert "note: the same reason sets 2 questions aside (p, q): “Not relevant”" in capsys.readouterr().err


def test_one_reason_pasted_under_several_questions_is_pointed_out(tmp_path: Path, capsys: Printed) -> None:
    """AI governance's oldest shortcut: the same sentence for every N/A. A note, no verdict."""
    opened = begin(tmp_path, items(*(question(name, "na: {reason_min_chars: 5}") for name in "pqr")))
    answer(opened, "p", None, na_reason="Not relevant here")
    answer(opened, "q", None, na_reason="not  relevant\nhere")
    answer(opened, "r", None, na_reason="No model is used")

    assert standing(opened).notes == ("the same reason sets 2 questions aside (p, q): “Not relevant here”",)
    assert run(["checklist", "check", str(opened.journal.path)]) == 0
    assert "the same reason sets 2 questions aside" in capsys.readouterr().out


def test_a_signature_covers_imported_answers_like_any_other(tmp_path: Path) -> None:
    """Who brought an answer in is no part of what it says."""
    opened, other = begin(tmp_path), begin_in(tmp_path / "other")
    answer(opened, "a.choice", "yes")
    bring(other, form(opened))

    assert standing(other).parts["answers"] == standing(opened).parts["answers"]
    assert json.loads(other.journal.path.read_text().splitlines()[1])["imported"]["by"] == "Ben"


@pytest.mark.parametrize("name", ["markdown", "yaml", "csv", "html"])
def test_the_size_of_evidence_goes_through_every_form(tmp_path: Path, name: str) -> None:
    """Out of one journal and into another: the line says the same."""
    for part in ("here", "there"):
        (tmp_path / part).mkdir()
        (tmp_path / part / "a.txt").write_bytes(b"proof")
    opened, other = begin(tmp_path / "here"), begin(tmp_path / "there")
    answer(opened, "a.choice", "yes", evidence=("a.txt",))
    write = FORMATS[name].write
    assert write is not None

    bring(other, FORMATS[name].read(write(form(opened), opened.loaded.checklist), "f"))

    (piece,) = lines(other)[1]["evidence"]
    assert piece["size"] == 5
    assert piece == lines(opened)[1]["evidence"][0]


def test_a_form_from_before_sizes_were_kept_is_known_again(tmp_path: Path) -> None:
    """Its digests were made without; the answer is there already, and not another one."""
    opened = begin(tmp_path)
    (tmp_path / "a.txt").write_bytes(b"proof")
    with_size = answer(opened, "a.choice", "yes", evidence=("a.txt",))
    said = {
        **dict.fromkeys(("na_reason", "comment", "settled"), ""),
        **{"item": "a.choice", "answer": "yes", "by": "Ana", "role": "product", "at": AT},
        **{"answered_sha256": with_size.item_sha256, "checklist_sha256": with_size.checklist_sha256},
    }
    old = [{"path": "a.txt", "url": None, "sha256": with_size.evidence[0].sha256, "dated": None, "expires": None}]
    text = json.dumps({**said, "evidence": old}, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    row = Row(**said, evidence=(Evidence("a.txt", sha256=old[0]["sha256"]),))

    assert row.own_digest() == hashlib.sha256(text.encode()).hexdigest()
    typed = Row("a.choice", "yes", evidence=row.evidence, by="Ana", role="product")
    assert bring(opened, rows(typed)).added == ()


@pytest.mark.parametrize("size", ["-1", "5.0", "many", "9" * 16, "٣"])
def test_a_size_that_is_no_number_of_bytes_is_refused_in_a_form(size: str) -> None:
    """In a cell, and in a mapping."""
    for given in (f"a.txt | size:{size}", [{"path": "a.txt", "size": size}]):
        with pytest.raises(ValueError, match="the size of a piece of evidence is a number of bytes"):
            read_evidence(given)


def test_a_table_is_typed_into_a_cell_of_a_spreadsheet(tmp_path: Path) -> None:
    """The cell beside it says how, who is asked, and what must come with it; nobody writes JSON there."""
    opened = begin(tmp_path, EVERY_KIND)
    page, journal = tmp_path / "f.csv", str(opened.journal.path)
    assert run(["checklist", "export", journal, "-o", str(page)]) == 0
    found = list(csv.DictReader(io.StringIO(page.read_text(encoding="utf-8-sig"), newline="")))
    (row,) = (row for row in found if row["item"] == "a.table")
    how = "rows, one a line, cells with | between: Who | Seen? (Observed/Imagined) · For product or engineer."
    assert row["allowed"] == how

    row["answer"] = "Ana | Observed\nBen | Imagined"
    with page.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(row), delimiter=";")
        writer.writeheader()
        writer.writerows(found)
    assert run(["checklist", "import", journal, str(page), "--as", "Ana", "--role", "product"]) == 0

    (given,) = open_journal(opened.journal.path).status(today=TODAY).item("a.table").answers
    assert given.value == ({"who": "Ana", "seen": "obs"}, {"who": "Ben", "seen": "ima"})
