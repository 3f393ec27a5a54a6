"""`ethicscheck checklist answer|withdraw|resolve|sign`: one act, one line in the journal."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def person_options(command: Command) -> Command:
    """Add --as and --role."""
    command = click.option("--role", metavar="ROLE", help="In which role, such as product; asked for when left out.")(
        command
    )
    return click.option("--as", "by", metavar="NAME", help="Who does this; asked for when left out.")(command)


class ValueLast(click.Command):
    """A command whose last argument may be a negative number, which would otherwise be taken for an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put a negative number behind `--`, unless it belongs to an option or somebody did so already."""
        takers = {
            name for part in self.params if isinstance(part, click.Option) and not part.is_flag for name in part.opts
        }
        found = [
            place
            for place, word in enumerate(args)
            if re.fullmatch(r"-[0-9]+([.,][0-9]+)?", word) and (place == 0 or args[place - 1] not in takers)
        ]
        if len(found) == 1 and "--" not in args:
            place = found[0]
            args = [*args[:place], *args[place + 1 :], "--", args[place]]
        return super().parse_args(ctx, args)


@click.command("answer", cls=ValueLast)
@click.argument("journal", type=click.Path(path_type=Path))
@click.argument("item")
@click.argument("value", required=False)
@person_options
@click.option("--comment", metavar="TEXT", help="A word on the answer.")
@click.option(
    "--evidence", multiple=True, metavar="PATH|URL", help="A file beside the journal, or an address; may be repeated."
)
@click.option(
    "--copy-evidence",
    "copied",
    is_flag=True,
    help="Copy the files of --evidence, wherever they are, into evidence/ beside the journal.",
)
@click.option("--dated", metavar="DATE", help="The evidence's own day, YYYY-MM-DD.")
@click.option("--expires", metavar="DATE", help="The last day on which the evidence counts, YYYY-MM-DD.")
@click.option("--na", "na_reason", metavar="REASON", help="The question does not apply, and why; instead of VALUE.")
def answer_command(
    journal: Path,
    item: str,
    value: str | None,
    by: str | None,
    role: str | None,
    comment: str | None,
    evidence: tuple[str, ...],
    copied: bool,
    dated: str | None,
    expires: str | None,
    na_reason: str | None,
) -> None:
    """Answer question ITEM of JOURNAL with VALUE.

    VALUE is an option's id or label, several with commas between them, a number, a day, a step or words. A table is
    lines of cells with | between them, or a JSON list of rows. Your later answer counts instead of your earlier one; both
    stay.
    """
    from ethicscheck.checklist.answering import answer_item, make_answer
    from ethicscheck.checklist.entries import Evidence
    from ethicscheck.checklist.evidence import record_evidence
    from ethicscheck.checklist.evidence_copy import evidence_copied
    from ethicscheck.checklist.opening import open_journal
    from ethicscheck.errors import UsageError
    from ethicscheck.provenance import created_now

    from .checklist_telling import tell_answer
    from .checklist_words import ask_person, find_evidence, say

    if (value is None) == (na_reason is None):
        what = "there is no answer" if value is None else "an answer is either VALUE or --na, not both"
        raise UsageError(what, item, "give VALUE, or --na REASON where the question does not apply")
    if (dated or expires) and not evidence:
        raise UsageError(
            "there is no evidence that the day belongs to", "--dated, --expires", "add --evidence PATH|URL"
        )
    if copied and not evidence:
        raise UsageError("there is no evidence to copy", "--copy-evidence", "add --evidence PATH")
    opened = open_journal(journal)
    by, role = ask_person(by, role)
    if copied:
        make_answer(
            opened,
            item,
            value,
            by=by,
            role=role,
            at=created_now(),
            na_reason=na_reason,
            comment=comment,
            evidence=[Evidence(path=given) for given in evidence],
        )
    found = evidence if copied else tuple(find_evidence(given, opened.folder) for given in evidence)
    with evidence_copied(found, journal) if copied else contextlib.nullcontext(found) as paths:
        pieces = [record_evidence(given, opened.folder, dated=dated, expires=expires) for given in paths]
        answer, notes = answer_item(
            opened,
            item,
            value,
            by=by,
            role=role,
            at=created_now(),
            na_reason=na_reason,
            comment=comment,
            evidence=pieces,
        )
    say(notes)
    tell_answer(opened, answer)


@click.command("withdraw")
@click.argument("journal", type=click.Path(path_type=Path))
@click.argument("item", required=False)
@click.option(
    "--signature", is_flag=True, help="Take back what you said on signing in that role, instead of an answer."
)
@person_options
@click.option("--reason", metavar="TEXT", help="Why.")
def withdraw_command(
    journal: Path, item: str | None, signature: bool, by: str | None, role: str | None, reason: str | None
) -> None:
    """Take back your own answer to ITEM, or your signature; it stays in JOURNAL but no longer counts."""
    from ethicscheck.checklist.answering import withdraw_answer, withdraw_signature
    from ethicscheck.checklist.opening import open_journal
    from ethicscheck.errors import UsageError
    from ethicscheck.provenance import created_now

    from .checklist_telling import tell_state, tell_unsigned
    from .checklist_words import ask_person, say

    if (item is None) != signature:
        what = (
            "an answer or a signature is withdrawn, not both at once" if signature else "nothing is named to withdraw"
        )
        raise UsageError(what, item or "ITEM", "give the question's id, or --signature")
    opened = open_journal(journal)
    by, role = ask_person(by, role)
    if item is None:
        say(withdraw_signature(opened, by=by, role=role, at=created_now(), reason=reason))
        tell_unsigned(opened)
        return
    say(withdraw_answer(opened, item, by=by, role=role, at=created_now(), reason=reason))
    tell_state(opened, item, "withdrawn")


@click.command("resolve", cls=ValueLast)
@click.argument("journal", type=click.Path(path_type=Path))
@click.argument("item")
@click.argument("value", required=False)
@person_options
@click.option("--reason", metavar="TEXT", help="Why this answer holds; required with VALUE.")
@click.option("--na", "na_reason", metavar="REASON", help="The question does not apply, and why; instead of VALUE.")
def resolve_command(
    journal: Path,
    item: str,
    value: str | None,
    by: str | None,
    role: str | None,
    reason: str | None,
    na_reason: str | None,
) -> None:
    """Settle a dispute over ITEM as VALUE, with a reason; the answers that differ stay in JOURNAL."""
    from ethicscheck.checklist.answering import resolve_item
    from ethicscheck.checklist.opening import open_journal
    from ethicscheck.errors import UsageError
    from ethicscheck.provenance import created_now

    from .checklist_telling import tell_state
    from .checklist_words import ask_person, say

    if (value is None) == (na_reason is None):
        what = "there is no answer" if value is None else "a dispute is settled as either VALUE or --na, not both"
        raise UsageError(what, item, "give VALUE, or --na REASON where the question does not apply")
    if reason is None and na_reason is None:
        raise UsageError("a dispute is settled with a reason", item, "add --reason TEXT")
    opened = open_journal(journal)
    by, role = ask_person(by, role)
    notes = resolve_item(
        opened, item, value, by=by, role=role, at=created_now(), reason=reason or na_reason or "", na_reason=na_reason
    )
    say(notes)
    tell_state(opened, item, "settled")


@click.command("sign")
@click.argument("journal", type=click.Path(path_type=Path))
@person_options
@click.option(
    "--record",
    type=click.Path(path_type=Path),
    help="An audit.json; the signature then covers model and metrics too.",
)
@click.option(
    "--request-changes", "reason", metavar="REASON", help="Ask for changes instead of signing, and say which."
)
def sign_command(journal: Path, by: str | None, role: str | None, record: Path | None, reason: str | None) -> None:
    """Sign the answers as they stand; the signature lapses when what it covers changes.

    It covers answers and checklist, and with --record the model and what was measured; a lapsed one says what changed.
    """
    from ethicscheck.checklist.answering import request_changes, sign_checklist
    from ethicscheck.checklist.opening import open_journal
    from ethicscheck.model.wording import visible
    from ethicscheck.provenance import created_now

    from .checklist_measured import status_with_record
    from .checklist_telling import tell_signed
    from .checklist_words import ask_person, say

    opened = open_journal(journal)
    status = status_with_record(opened, record)
    by, role = ask_person(by, role)
    if reason is not None:
        say(request_changes(opened, status, by=by, role=role, at=created_now(), reason=reason))
        click.echo(visible(f"changes requested: {status.checklist.id} is not signed until they are made"))
        return
    say(sign_checklist(opened, status, by=by, role=role, at=created_now()))
    tell_signed(status_with_record(opened.again(), record), measured=record is not None)
