"""The section "Rows that belong together": how many people, or cases, each group rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ethicscheck.model.repeats_record import Repeats, RepeatsOfFeature
from ethicscheck.model.wording import decimal, features_label, group_label, visible, whole

from .index import RecordIndex

FEW = 30  # below so many clusters, coverage was found to fall short where rows are alike (docs/repeats.md)


@dataclass(frozen=True)
class RepeatsTable:
    """One feature: group, rows, clusters, effective clusters, and whether they are few."""

    title: str
    takeaway: str
    rows: tuple[tuple[str, str, str, str, bool], ...]


@dataclass(frozen=True)
class RepeatsSection:
    """The section."""

    about: str
    tables: tuple[RepeatsTable, ...]


def repeats_section(index: RecordIndex) -> RepeatsSection | None:
    """Return the section; None where each row is its own."""
    found = index.record.repeats
    if found is None:
        return None
    everyone = next(row for row in found.features if not row.features)
    rows = sum(group.rows for group in everyone.groups)
    return RepeatsSection(
        about=(
            f"{whole(rows)} rows belong to {whole(everyone.clusters)} different values of “{visible(found.column)}”. "
            "Rows that share one may be alike, so every interval and verdict here counts them together; tests that take "
            "every row for a new person are not made."
        ),
        tables=tuple(_tables(found)),
    )


def _tables(found: Repeats) -> Iterator[RepeatsTable]:
    for feature in found.features:
        if feature.features:
            yield RepeatsTable(
                title=f"By {features_label(feature.features)}",
                takeaway=_takeaway(feature),
                rows=tuple(
                    (
                        group_label({name: group.group[name] for name in feature.features}),
                        whole(group.rows),
                        whole(group.clusters),
                        decimal(group.effective, 1),
                        group.effective < FEW,
                    )
                    for group in feature.groups
                ),
            )


def _takeaway(feature: RepeatsOfFeature) -> str:
    parts = []
    if feature.straddling:
        parts.append(
            f"{whole(feature.straddling)} of {whole(feature.clusters)} stand in several groups; groups are compared as "
            "if these were different, which makes intervals of gaps wider rather than narrower where they are alike."
        )
    few = [group for group in feature.groups if group.effective < FEW]
    if few:
        names = ", ".join(group_label({name: group.group[name] for name in feature.features}) for group in few)
        parts.append(f"Intervals rest on few of them in: {names}.")
    return " ".join(parts) or "Each stands in one group, and every group rests on many of them."
