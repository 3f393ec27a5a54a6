"""What the record keeps of control maps: the texts its report prints, with the day and edition they are of."""

from __future__ import annotations

from pydantic import Field

from .part import Part


class ControlEntry(Part):
    """A control that a checklist of this audit names."""

    id: str
    title: str
    says: str
    metrics: tuple[str, ...] = Field(
        (), description='Measures whose rules bear on it by themselves; "*" for every one.'
    )
    checked: bool | None = Field(
        None, description="Whether its id was compared with a second list; null where the map says nothing of that."
    )


class ControlMapEntry(Part):
    """A law, framework or standard as its map had it; only the controls that are named."""

    id: str
    version: str
    dated: str = Field(description="The day on which ids and status were last looked at.")
    sha256: str = Field(description="Digest of the map's file.")
    title: str
    edition: str
    status: str
    source: str
    known: int = Field(description="How many controls the map knows.")
    controls: tuple[ControlEntry, ...]
