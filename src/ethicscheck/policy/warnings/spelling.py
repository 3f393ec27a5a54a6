"""Groups whose labels differ only in capitals or blanks: most likely one group, counted as two."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence

from .definition import SPELT_ALIKE, Policy, Warned, ids, spoken

MOST_NAMED = 6


def groups_spelt_alike(policy: Policy) -> Iterator[Warned]:
    """Yield a warning for each sensitive feature some of whose labels are the same word in another spelling."""
    for axis in policy.measurement.table.features:
        twins = _twins(axis.labels)
        if not twins:
            continue
        quoted = [spoken([f'"{label}"' for label in alike]) for alike in twins[:MOST_NAMED]]
        more = f"; and {len(twins) - MOST_NAMED} more" if len(twins) > MOST_NAMED else ""
        rules = [rule for rule in policy.rules if axis.name in rule.features]
        yield Warned(
            SPELT_ALIKE,
            f"{axis.name}: {'; '.join(quoted)}{more} are counted as different groups, though they differ only in capitals or blanks.",
            ids(rules),
        )


def _twins(labels: Sequence[str]) -> list[list[str]]:
    """Return the labels that are one word spelt in several ways, in the order of the axis.

    >>> _twins(["Man", "Woman", "man", "man "])
    [['Man', 'man', 'man ']]
    """
    found: dict[str, list[str]] = {}
    for label in labels:
        plain = " ".join(unicodedata.normalize("NFKC", label).casefold().split())
        found.setdefault(plain, []).append(label)
    return [alike for alike in found.values() if len(alike) > 1]
