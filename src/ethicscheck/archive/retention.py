"""How long audits are kept: holds, their release, and removal when the time is over, which leaves a tombstone in the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ethicscheck.errors import UsageError
from ethicscheck.provenance import created_now

from .disk import NotPlainError, digest_plain
from .layout import TAG_MANIFEST, Layout
from .listing import Audit, find_audit, read_audits
from .log import Signer
from .writing import Waiting, opened_to_write


def hold_audit(
    layout: Layout, name: str, reason: str, by: str, signer: Signer | None = None, waiting: Waiting | None = None
) -> Mapping[str, Any]:
    """Put a hold on an audit: it is not removed, whatever its date says, until that very hold is released.

    Raises
    ------
    UsageError
        When there is no such audit any more.
    """
    with opened_to_write(layout, signer, waiting) as writer:
        audit = find_audit(read_audits(layout), name, layout)
        if audit.expired is not None:
            what = f"{name} was removed on {audit.expired['at'][:10]}: it can't be held any more"
            raise UsageError(what, str(layout.root), "the log keeps its entry and its digests")
        return writer.commit("hold", {"id": name, "reason": reason, "by": by}, signer)


def release_audit(
    layout: Layout,
    name: str,
    reason: str,
    by: str,
    hold: int | None = None,
    signer: Signer | None = None,
    waiting: Waiting | None = None,
) -> Mapping[str, Any]:
    """Release one hold on an audit.

    Parameters
    ----------
    hold : the number of the hold, which must be given where there are several.

    Raises
    ------
    UsageError
        When there is no such hold, or several and none was named.
    """
    with opened_to_write(layout, signer, waiting) as writer:
        audit = find_audit(read_audits(layout), name, layout)
        known = ", ".join(f"{seq} ({entry['by']}: {entry['reason']})" for seq, entry in audit.holds.items())
        if not audit.holds:
            raise UsageError(f"nobody holds {name}", str(layout.root), "`ethicscheck archive list` shows what is held")
        if hold is None and len(audit.holds) > 1:
            raise UsageError(f"{name} is held more than once", known, "name the hold with --hold NUMBER")
        if hold is not None and hold not in audit.holds:
            raise UsageError(f"{name} has no hold {hold}", known, "name one of those")
        chosen = hold if hold is not None else next(iter(audit.holds))
        return writer.commit("release", {"id": name, "hold": chosen, "reason": reason, "by": by}, signer)


def due_audits(layout: Layout, names: Sequence[str] = ()) -> tuple[Audit, ...]:
    """Return the audits whose time is over and that nobody holds; of those named, or of all.

    Raises
    ------
    UsageError
        When one that was named must still be kept.
    """
    audits, today = read_audits(layout), created_now()[:10]
    if not names:
        return tuple(audit for audit in audits.values() if audit.is_due(today))
    found = tuple(find_audit(audits, name, layout) for name in dict.fromkeys(names))
    for audit in found:
        if not audit.is_due(today):
            raise UsageError(
                f"{audit.name} can't be removed: {_why_not(audit, today)}", str(layout.root), "leave it out"
            )
    return found


def _why_not(audit: Audit, today: str) -> str:
    if audit.expired is not None:
        return f"it was removed on {audit.expired['at'][:10]}"
    if audit.holds:
        return "; ".join(f"{entry['by']} holds it ({entry['reason']})" for entry in audit.holds.values())
    if audit.retain_until is None:
        return "it is kept for good"
    return f"it is kept until {audit.retain_until}, and today is {today}"


def expire_audits(
    layout: Layout,
    names: Sequence[str],
    reason: str | None = None,
    by: str | None = None,
    signer: Signer | None = None,
    waiting: Waiting | None = None,
) -> tuple[str, ...]:
    """Remove audits whose time is over; each leaves its entry, and one that says that it was removed.

    Returns
    -------
    The ids of what was removed.

    Raises
    ------
    UsageError
        When one must still be kept, or is not as it was archived.
    """
    with opened_to_write(layout, signer, waiting) as writer:
        due = due_audits(layout, names) if names else ()  # once more: somebody may have put a hold on one meanwhile
        for audit in due:
            _check_unchanged(layout, audit)
        for audit in due:
            said = reason or f"it was to be kept until {audit.retain_until}"
            fields = {"id": audit.name, "reason": said, "by": by, "bag": audit.entry["bag"]}
            moves = {layout.bag(audit.name): writer.staged.root / "expired" / audit.name}
            if layout.attestation(audit.name).exists():
                moves[layout.attestation(audit.name)] = writer.staged.root / "expired" / f"{audit.name}.attestation"
            writer.commit("expire", fields, signer, moves)
    return tuple(audit.name for audit in due)


def _check_unchanged(layout: Layout, audit: Audit) -> None:
    """Check that what is to be removed is what was archived: removal must not hide a change.

    Raises
    ------
    UsageError
        When it is not.
    """
    try:
        same = digest_plain(layout.bag(audit.name) / TAG_MANIFEST) == audit.entry["bag"]
    except NotPlainError:
        same = False
    if not same:
        hint = f"look into it first: ethicscheck archive verify {audit.name}"
        raise UsageError(f"{audit.name} is not as it was archived, so it is not removed", str(layout.root), hint)


__all__ = ["due_audits", "expire_audits", "hold_audit", "release_audit"]
