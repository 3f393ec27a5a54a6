"""What an archive holds, read from its log alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ethicscheck.checklist.pausing import nothing_thrown_away
from ethicscheck.errors import UsageError

from .layout import Layout
from .log import read_entries


@dataclass
class Audit:
    """An audit in the archive, and what happened to it since.

    Parameters
    ----------
    entry : how it was added.
    holds : the holds that are on it, by the number of their entry.
    superseded_by : the audits that correct it.
    expired : how it was removed; None while it is there.
    """

    entry: Mapping[str, Any]
    holds: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    superseded_by: list[str] = field(default_factory=list)
    expired: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """Its id."""
        return str(self.entry["id"])

    @property
    def retain_until(self) -> str | None:
        """The last day on which it must be kept; None: for good."""
        until = self.entry["retain_until"]
        return None if until is None else str(until)

    def is_due(self, today: str) -> bool:
        """Return whether it may be removed: its time is over, and nobody holds it."""
        over = self.retain_until is not None and today > self.retain_until
        return over and not self.holds and self.expired is None

    def to_json(self) -> dict[str, Any]:
        """Return it as `list --json` prints it."""
        names = (
            "subject",
            "version",
            "verdict",
            "created",
            "supersedes",
            "retain_until",
            "record",
            "bag",
            "plan",
            "trend",
        )
        return {
            "id": self.name,
            "archived": self.entry["at"],
            **{name: self.entry[name] for name in names},
            "signed": self.entry["attestation"] is not None,
            "superseded_by": self.superseded_by,
            "holds": [{"hold": seq, **_who(hold)} for seq, hold in self.holds.items()],
            "expired": None if self.expired is None else _who(self.expired),
        }


def _who(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {"at": entry["at"], "by": entry["by"], "reason": entry["reason"]}


def read_audits(layout: Layout) -> dict[str, Audit]:
    """Return every audit that was ever archived, by its id, in the log's order.

    Raises
    ------
    UsageError
        When the log can't be read.
    """
    audits: dict[str, Audit] = {}
    try:
        with nothing_thrown_away():
            for entry in read_entries(layout.log):
                _note(entry, audits)
    except OSError as error:
        raise UsageError(f"the archive's log can't be read: {error.strerror}", str(layout.log)) from None
    except (ValueError, KeyError, TypeError, RecursionError):
        hint = "`ethicscheck archive verify` says what was changed"
        raise UsageError("the archive's log is not as it was written", str(layout.log), hint) from None
    return audits


def _note(entry: Mapping[str, Any], audits: dict[str, Audit]) -> None:
    kind = entry["kind"]
    if kind == "add":
        audits[entry["id"]] = Audit(entry)
        if entry["supersedes"] is not None:
            audits[entry["supersedes"]].superseded_by.append(entry["id"])
    elif kind == "hold":
        audits[entry["id"]].holds[entry["seq"]] = entry
    elif kind == "release":
        audits[entry["id"]].holds.pop(entry["hold"], None)
    elif kind == "expire":
        audits[entry["id"]].expired = entry


def chosen(
    audits: Iterable[Audit],
    *,
    subject: str | None = None,
    verdict: str | None = None,
    since: str | None = None,
    until: str | None = None,
) -> Iterator[Audit]:
    """Yield the audits of some subjects (a part of the name will do), verdict and days, first and last included."""
    for audit in audits:
        entry = audit.entry
        if subject is not None and subject.casefold() not in str(entry["subject"]).casefold():
            continue
        if verdict is not None and entry["verdict"] != verdict:
            continue
        day = str(entry["created"])[:10]
        if (since is None or day >= since) and (until is None or day <= until):
            yield audit


def find_audit(audits: Mapping[str, Audit], name: str, layout: Layout) -> Audit:
    """Return one audit by its id.

    Raises
    ------
    UsageError
        When there is none.
    """
    from ethicscheck.errors import did_you_mean

    if name not in audits:
        hint = did_you_mean(name, audits) if len(audits) < 1000 else "`ethicscheck archive list` names them"
        raise UsageError(
            f"there is no audit {name!r}", str(layout.root), hint or "`ethicscheck archive list` names them"
        )
    return audits[name]


__all__ = ["Audit", "chosen", "find_audit", "read_audits"]
