"""Whether the newer audit holds a paired measure of the change: both models' decisions on the very same rows."""

from __future__ import annotations

import math

from ethicscheck.model.changes_record import Changes
from ethicscheck.model.record import AuditRecord

from .side import GroupKey, group_key

NEAR = 1e-9


def paired_with(old: AuditRecord, new: AuditRecord) -> Changes | None:
    """Return the newer record's part on two models, where the other of these is what the older audit judged.

    Names prove nothing: every value of the other model must be the older audit's own, group by group, on as many rows,
    and every count of people must be the same. Else the two audits are taken to be of different people.
    """
    found = new.changes
    if found is None or found.rows != old.data.judged or old.data.judged != new.data.judged:
        return None
    if old.plan.confidence != new.plan.confidence or old.plan.min_group != new.plan.min_group:
        return None
    if [(part.name, part.groups) for part in old.data.features] != [
        (part.name, part.groups) for part in new.data.features
    ]:
        return None
    before: dict[tuple[str, tuple[str, ...], GroupKey], float | None] = {
        (row.metric, row.features, group_key(row.group)): row.value for row in old.estimates if not row.stratum
    }
    held = 0
    for row in found.values:
        key = row.metric, row.features, group_key(row.group)
        if key not in before:
            continue
        if not _same(before[key], row.other):
            return None
        held += row.other is not None
    return found if held else None


def _same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=NEAR, abs_tol=NEAR)
