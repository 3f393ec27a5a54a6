"""Audits to compare: people whose wrong decisions differ by group as much as is asked for."""

from __future__ import annotations

import pandas as pd

from ethicscheck.model.record import AuditRecord
from helpers import audit_frame

RULES = ({"id": "fpr", "metric": "false_positive_rate", "across": "group", "compare": "difference", "max": 0.1},)


def people(gap: float, rows: int = 4000, groups: str = "abc", seed: int = 1) -> pd.DataFrame:
    """Return people in groups of equal size; group a's false positive rate is larger by `gap` than the others' .2.

    Counts are those expected, to the person: so what a test sees is no luck.
    """
    parts = []
    each = rows // len(groups)
    for group in groups:
        rate = 0.2 + (gap if group == "a" else 0.0)
        negatives = each // 2
        wrong = round(negatives * rate)
        parts.append(pd.DataFrame({"group": group, "y": 0, "p": [1] * wrong + [0] * (negatives - wrong)}))
        right = round((each - negatives) * 0.7)
        parts.append(pd.DataFrame({"group": group, "y": 1, "p": [1] * right + [0] * (each - negatives - right)}))
    return pd.concat(parts, ignore_index=True).sample(frac=1, random_state=seed, ignore_index=True)


def audited(gap: float, rows: int = 4000, groups: str = "abc", rules: object = RULES, **parts: object) -> AuditRecord:
    """Audit such people."""
    return audit_frame(people(gap, rows, groups), rules=rules, label="y", **parts)  # type: ignore[arg-type]
