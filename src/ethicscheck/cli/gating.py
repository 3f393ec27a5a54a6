"""The options of `ethicscheck audit` that say what makes its exit code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

if TYPE_CHECKING:
    from ethicscheck.model.config import LoadedConfig
    from ethicscheck.model.record import AuditRecord
    from ethicscheck.model.verdicts import Severity
    from ethicscheck.policy.gate import Gate

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class GateWords:
    """What was said about the gate; see `policy.gate.make_gate`."""

    only: tuple[str, ...]
    skip: tuple[str, ...]
    fail_on: Severity
    allow_inconclusive: bool
    exit_zero: bool

    def check(self, loaded: LoadedConfig) -> None:
        """Refuse a name that no finding of this config can have, before any data are read."""
        from ethicscheck.policy.gate import check_names

        if self.only or self.skip:
            check_names(loaded, self.only, self.skip)

    def of(self, record: AuditRecord) -> Gate:
        """Return what the gate says of an audit."""
        from ethicscheck.policy.gate import make_gate

        return make_gate(record, self.only, self.skip, self.fail_on, self.allow_inconclusive, self.exit_zero)

    def told(self, record: AuditRecord) -> Gate:
        """Return what may be printed of the same gate: a log is read by those who must not know what is hidden."""
        from dataclasses import replace

        from ethicscheck.policy.publishing import publishable

        found = self.of(record)
        return replace(self.of(publishable(record)), exit_code=found.exit_code, counted=found.counted)

    def chosen(self, record: AuditRecord) -> AuditRecord:
        """Return the record as CI and terminal are shown it."""
        from ethicscheck.policy.gate import chosen_record

        return chosen_record(record, self.only, self.skip)


def gate_options(command: Callable[..., R]) -> Callable[..., R]:
    """Add the gate's options to a command, which takes them as one argument, `gate`."""

    @wraps(command)
    def with_gate(*words: Any, **given: Any) -> R:
        gate = GateWords(
            given.pop("only"),
            given.pop("skip"),
            given.pop("fail_on"),
            given.pop("allow_inconclusive"),
            given.pop("exit_zero"),
        )
        return command(*words, **given, gate=gate)

    for option in reversed(_OPTIONS):
        option(with_gate)
    return with_gate


_OPTIONS = (
    click.option(
        "--only",
        multiple=True,
        metavar="ID",
        help="Show and count these findings only: a rule's or finding's id, a code (EC106), or a pattern ('fpr-*'); may be repeated. The record keeps all.",
    ),
    click.option("--skip", multiple=True, metavar="ID", help="Neither show nor count these; named as in --only."),
    click.option(
        "--fail-on",
        type=click.Choice(["error", "warning", "note"]),
        default="note",
        show_default=True,
        help="The least severity of a rule that counts; what is less grave is listed.",
    ),
    click.option(
        "--allow-inconclusive",
        is_flag=True,
        help="Leave with 0 instead of 3 when nothing failed but something is undecided.",
    ),
    click.option(
        "--exit-zero", is_flag=True, help="Leave with 0 whatever was found; what could not be audited stays 2."
    ),
)
