"""Points out what was pasted: one reason for setting several questions aside is seldom the reason for each of them."""

from __future__ import annotations

from collections.abc import Iterator

from .status import ChecklistStatus

SHOWN = 60


def repeated_reasons(status: ChecklistStatus) -> Iterator[str]:
    """Yield a note for each reason that sets several questions aside, however it is spaced and capitalised."""
    found: dict[str, dict[str, str]] = {}
    for item in status.items:
        if item.state == "hidden":
            continue
        for answer in item.answers:
            if answer.na_reason is not None:
                words = " ".join(answer.na_reason.split())
                found.setdefault(words.casefold(), {})[item.item.id] = words
    for places in found.values():
        if len(places) > 1:
            words = next(iter(places.values()))
            shown = words if len(words) <= SHOWN else f"{words[: SHOWN - 1]}…"
            yield f"the same reason sets {len(places)} questions aside ({', '.join(places)}): “{shown}”"


__all__ = ["repeated_reasons"]
