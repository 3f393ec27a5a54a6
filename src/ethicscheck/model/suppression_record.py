"""Which numbers of an audit are not published, so that nobody can be made out of them."""

from __future__ import annotations

from .part import Part


class HiddenGroup(Part):
    """A group whose measured values are hidden; of everyone where it has no features."""

    features: tuple[str, ...]
    group: dict[str, str]
    stratum: dict[str, str] | None = None


class HiddenSize(Part):
    """A group of one feature of which not even the number of people is shown."""

    feature: str
    label: str
