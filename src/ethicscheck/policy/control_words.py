"""What `ethicscheck explain` says of control maps and of their controls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from .controls import ControlMap, find_control, shipped_maps

NO_FINDING = "An answer or a measurement bears on a control; that is never a finding of conformity. The wording is ours, the original counts."
Details = tuple[tuple[str, str], ...]


def explained_maps() -> Iterator[tuple[str, str, str, Details]]:
    """Yield name, title, meaning and details of each map."""
    for name, loaded in shipped_maps().items():
        part = loaded.map
        says = f"What it asks for, in short words of our own: {len(part.controls)} controls, as of {part.dated}."
        listed = "\n".join(f"{key}: {control.title}" for key, control in part.controls.items())
        details = (("Mind", NO_FINDING), *_edition(part), ("Version", part.version), ("Controls", listed))
        yield name, f"{part.title}, a control map", says, details


def explained_control(name: str) -> tuple[str, str, str, Details] | None:
    """Return the same of one control, named `map:id`; None where no map knows it."""
    found = find_control(name)
    if found is None:
        return None
    part, key = found
    control = part.controls[key]
    whole = f"{part.id}:{key}"
    details: list[tuple[str, str]] = []
    if control.metrics:
        every = control.metrics == ("*",)
        details.append(("Measured by", "rules on any measure" if every else f"rules on {', '.join(control.metrics)}"))
    asked = _asked_by(whole)
    details.append(("Asked by", "; ".join(asked) if asked else "no shipped checklist"))
    details += [("Mind", NO_FINDING), *_edition(part), ("Map", f"{part.id} {part.version} of {part.dated}")]
    return whole, f"{control.title} ({part.title} {key.replace('-', ' ')})", control.says, tuple(details)


def _edition(part: ControlMap) -> Details:
    return (("Text", part.edition), ("Status", part.status), ("Source", part.source))


def _asked_by(name: str) -> list[str]:
    """Return the sections of shipped checklists that name a control or a part of it, such as 9.2(a) of 9.2."""
    from ethicscheck.checklist.shipped import load, shipped_ids

    checklists = (load(use, Path()).checklist for use in shipped_ids())
    return [
        f"{part.id} ({section.title})"
        for part in checklists
        for section in part.sections
        if any(other == name or other.startswith((f"{name}(", f"{name}.")) for other in section.controls)
    ]
