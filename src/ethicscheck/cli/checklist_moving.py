"""`ethicscheck checklist export|import`: answers as a form to fill in elsewhere, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .checklist_answering import person_options
from .checklist_walk import lang_option

if TYPE_CHECKING:
    from ethicscheck.checklist.forms import FormFormat
    from ethicscheck.checklist.opening import OpenJournal


@click.command("export")
@click.argument("journal", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["markdown", "yaml", "csv", "html"]),
    help="Default: by the ending of FILE.",
)
@click.option(
    "-o", "--output", required=True, metavar="FILE", type=click.Path(path_type=Path), help="The file to write."
)
@lang_option
def export_command(journal: Path, form: str | None, output: Path, lang: str | None) -> None:
    """Write the answers of JOURNAL, and blanks for the questions without one, as a form that `import` reads.

    Every answer that counts is in it, with its person, role, time, comment, evidence and digests; signatures are not.
    The HTML form is one file that works without a network, saves in the browser and downloads what was filled in.
    """
    from dataclasses import replace

    from ethicscheck.checklist.forms import FORMATS, format_of, make_form
    from ethicscheck.checklist.opening import open_journal
    from ethicscheck.errors import UsageError
    from ethicscheck.exports.writing import write_all
    from ethicscheck.model.wording import visible

    from .checklist_words import say, spoken

    chosen = FORMATS[form] if form is not None else format_of(output.name)
    if chosen.write is None:
        raise UsageError("there is no such form to fill in", str(output), "give --format markdown, yaml, csv or html")
    opened = open_journal(journal)
    _check_apart(output, opened.journal.path, opened.loaded.source)
    _check_nothing_is_lost(output, chosen, opened)
    filled = make_form(opened.loaded.checklist, opened.loaded.sha256, opened.contents.entries)
    content = chosen.write(replace(filled, language=lang or ""), spoken(opened.loaded, lang))
    mark = b"\xef\xbb\xbf" if chosen is FORMATS["csv"] else b""  # without it spreadsheets guess the encoding
    write_all({output: mark + content.encode()}, hint="choose another file with -o")
    say(opened.contents.notes)
    answers = sum(bool(row.digest) for row in filled.rows)
    blank = _counted(len(filled.rows) - answers, "question")
    click.echo(visible(f"wrote {output}: {_counted(answers, 'answer')}, {blank} without one"))


@click.command("import")
@click.argument("journal", type=click.Path(path_type=Path))
@click.argument("file", type=click.Path(path_type=Path))
@person_options
def import_command(journal: Path, file: Path, by: str | None, role: str | None) -> None:
    """Bring the answers of FILE, a form or the download of one, into JOURNAL.

    An answer that came out of a journal unchanged keeps its person, role and time; what was changed since, and what
    carries no name, is yours. Answers that the journal holds already are left. All of it is added, or nothing.
    """
    import hashlib

    from ethicscheck.checklist.forms import format_of
    from ethicscheck.checklist.importing import import_form
    from ethicscheck.checklist.opening import open_journal
    from ethicscheck.checklist.repeating import repeated_reasons
    from ethicscheck.model.wording import visible
    from ethicscheck.provenance import created_now

    from .checklist_words import ask_person, say, today

    reader = format_of(file.name).read
    content = _content(file)
    opened = open_journal(journal)
    form = reader(_text(content, file.name), file.name)
    by, role = ask_person(by, role)
    digest = hashlib.sha256(content).hexdigest()
    done = import_form(opened, form, by=by, role=role, at=created_now(), name=file.name, sha256=digest)
    say(done.notes)
    say(repeated_reasons(opened.again().status(today=today())) if done.added else ())
    there = f", {done.present} there already" if done.present else ""
    click.echo(visible(f"imported {file.name}: {_counted(len(done.added), 'answer')} added{there}"))


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _check_apart(output: Path, *kept: Path | None) -> None:
    from ethicscheck.errors import UsageError

    for path in kept:
        if path is not None and output.exists() and path.exists() and output.samefile(path):
            raise UsageError("the form would replace what it is made from", str(output), "choose another file with -o")


def _check_nothing_is_lost(output: Path, chosen: FormFormat, opened: OpenJournal) -> None:
    """Check that a file in the way is a form of this checklist, and that what people wrote into it is in the journal."""
    from ethicscheck.checklist.importing import not_brought_in
    from ethicscheck.errors import EthicscheckError, UsageError

    if not output.exists():
        return
    try:
        form = chosen.read(_text(_content(output), output.name), output.name)
    except EthicscheckError:
        hint = "choose another file with -o, or take it away first"
        raise UsageError(
            "there is such a file already, and it is no form that could be renewed", str(output), hint
        ) from None
    if form.checklist != opened.loaded.checklist.id:
        what = f"there is a form of the checklist {form.checklist!r} already"
        raise UsageError(what, str(output), "choose another file with -o")
    if left := not_brought_in(opened, form):
        shown = ", ".join(left[:3]) + (f" and {len(left) - 3} more" if len(left) > 3 else "")
        what = f"the form that is there holds answers that are not in the journal: {shown}"
        raise UsageError(what, str(output), "import it first, or choose another file with -o")


def _content(file: Path) -> bytes:
    from ethicscheck.checklist.forms.problems import MOST_BYTES
    from ethicscheck.errors import UsageError

    try:
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"the form can't be read: {error.strerror}", str(file), "give the path of a form") from None
    if len(content) > MOST_BYTES:
        raise UsageError("the form is larger than 64 MB", str(file), "no form is")
    return content


def _text(content: bytes, name: str) -> str:
    from ethicscheck.errors import UsageError

    if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # what spreadsheets call Unicode text
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise UsageError("not UTF-16 text, though it begins so", name, "save it as UTF-8") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UsageError("not UTF-8 text", f"{name}:{line}", "save it as UTF-8") from None
