"""What the terminal says of the gate: what is new, worse and known, what was left out, which waivers end soon."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ethicscheck.model.wording import visible

if TYPE_CHECKING:
    from ethicscheck.model.record import AuditRecord
    from ethicscheck.policy.gate import Gate

VERDICT_CODES = {"pass": 0, "fail": 1, "inconclusive": 3}
MOST_KNOWN = 12


def gate_lines(gate: Gate, shown: AuditRecord) -> tuple[str, ...]:
    """Return the lines, none where there is nothing to say.

    Parameters
    ----------
    shown : the record with the chosen findings.
    """
    return (*_beside(gate, shown), *_left_out(gate), *_waivers(gate), *_exit(gate, shown))


def _beside(gate: Gate, shown: AuditRecord) -> Iterator[str]:
    if shown.baseline is None:
        return
    if gate.broken_by:
        yield (
            f"! Nothing of the baseline counts as known: {_listed(gate.broken_by)} differs, so the same names stand for "
            "other numbers. Every finding is new."
        )
    day = shown.baseline.old.created[:10]
    counts = f"{len(gate.known)} known, {len(gate.new)} new, {len(gate.worsened)} worse"
    yield f"Beside the baseline of {day}: {counts}."
    why = dict(gate.reasons)
    for word, names in (("new", gate.new), ("worse", gate.worsened)):
        for name in names:
            yield f"  {word}: {visible(name)} ({why.get(name, '')})"
    if gate.untold:
        yield f"  not published, so not told here: {_listed(gate.untold)}"
    if gate.known:
        yield f"  known: {_listed(gate.known)}"


def _left_out(gate: Gate) -> Iterator[str]:
    if gate.lighter:
        yield f"Listed, but less grave than --fail-on asks for: {_listed(gate.lighter)}."
    if gate.left_out:
        number = len(gate.left_out)
        yield f"{number} {'finding is' if number == 1 else 'findings are'} left out here; audit.json and the report have all."


def _waivers(gate: Gate) -> Iterator[str]:
    for waiver in gate.ending_waivers:
        yield f"! {visible(waiver.text)}; {visible(waiver.owner)} answers for it."


def _exit(gate: Gate, shown: AuditRecord) -> Iterator[str]:
    """Yield why the exit code is not what the verdict makes one expect."""
    if gate.exit_code != VERDICT_CODES[shown.verdict]:
        if gate.exit_code == 0 and not gate.counted:
            why = "nothing that counts failed or is undecided"
        else:
            why = (
                "an option says so" if gate.exit_code == 0 else "what failed does not count, and something is undecided"
            )
        yield f"Exit code {gate.exit_code}: {why}."


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_KNOWN} more" if len(names) > MOST_KNOWN else ""
    return ", ".join(map(visible, names[:MOST_KNOWN])) + more
