"""How many people each group has; of very many groups, a sentence, since all of them stand in one table further down."""

from __future__ import annotations

from dataclasses import dataclass

from ethicscheck.model.record_data import FeatureEntry
from ethicscheck.model.wording import features_label, group_label, percent, visible, whole

from .hiding import hidden_sizes
from .index import RecordIndex
from .tables import MOST_COMPARED


@dataclass(frozen=True)
class Shares:
    """How many people each group of a feature has: (label, people, share, bar width, small); of very many, a sentence."""

    title: str
    anchor: str
    number: int
    few: tuple[str, ...]
    groups: tuple[tuple[str, str, str, float, bool], ...]
    takeaway: str
    sentence: str
    unknown: str


def share_rows(index: RecordIndex) -> tuple[Shares, ...]:
    """Return, for each feature, its groups and the unknown rows."""
    places = {features: place for place, features in enumerate(index.axes())}
    return tuple(_shares(index, feature, places.get((feature.name,))) for feature in index.record.data.features)


def _shares(index: RecordIndex, feature: FeatureEntry, place: int | None) -> Shares:
    long = len(feature.groups) > MOST_COMPARED and place is not None
    rows = tuple(
        (
            group_label({"": group.label}),
            whole(group.rows),
            percent(group.share),
            round(group.share * 100, 2),
            group.small,
        )
        for group in feature.groups
    )
    sentence = ""
    if long:
        by_size = sorted(feature.groups, key=lambda group: (group.rows, group.label))
        few, most = by_size[0], by_size[-1]
        small = sum(group.small for group in feature.groups)
        sentence = (
            f"{len(rows)} groups, from {whole(few.rows)} ({visible(few.label)}) to {whole(most.rows)} ({visible(most.label)})"
            f"{f'; {small} of them too small to compare' if small else ''}."
        )
    hidden = ((label, "hidden", "hidden", 0.0, False) for label in hidden_sizes(index, feature.name))
    return Shares(
        title=features_label((feature.name,)),
        number=len(feature.groups),
        few=tuple(visible(group.label) for group in feature.groups if group.small),
        anchor=f"feature-{place}-all" if long else "",
        groups=() if long else (*rows, *hidden),
        takeaway="" if long else _takeaway(feature),
        sentence=sentence,
        unknown=whole(feature.unknown) if feature.unknown else "",
    )


def _takeaway(feature: FeatureEntry) -> str:
    """Say who are most, who fewest, and how many groups are too small to compare."""
    if len(feature.groups) < 2:
        return ""
    by_size = sorted(feature.groups, key=lambda group: (-group.rows, group.label))
    most, fewest = by_size[0], by_size[-1]
    small = sum(group.small for group in feature.groups)
    few = f" {small} {'group is' if small == 1 else 'groups are'} too small to compare." if small else ""
    if most.rows == fewest.rows:
        return f"All {len(by_size)} groups are of the same size.{few}"
    return (
        f"Most are in the group {visible(most.label)} ({percent(most.share)}), fewest in the group "
        f"{visible(fewest.label)} ({percent(fewest.share)}).{few}"
    )
