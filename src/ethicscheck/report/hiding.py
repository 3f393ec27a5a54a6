"""The section on what is not shown: how many groups are hidden, which, why, and what else is left out for their sake."""

from __future__ import annotations

from dataclasses import dataclass

from ethicscheck.model.record import Suppression
from ethicscheck.model.wording import features_label, group_label, visible, whole

from .index import RecordIndex

PARTS = {
    "calibration": "scores by group",
    "changes": "what a change of model does",
    "exploration": "the search for the groups treated worst",
    "impact_ratios": "impact ratios",
    "missing": "missing values by group",
    "bounds": "how far unknown groups could move the gaps",
    "conditional": "the comparison within strata",
    "representation": "groups against the reference population",
    "thresholds": "rates at every threshold",
    "pairs": "matched pairs",
    "proxies": "columns that reveal a sensitive one",
    "mitigation": "thresholds by group",
}


@dataclass(frozen=True)
class HidingSection:
    """The section: what is hidden by table, and the parts left out whole."""

    takeaway: str
    why: str
    tables: tuple[tuple[str, str, str], ...]
    sizes: str
    withheld: str


def hiding_section(index: RecordIndex) -> HidingSection | None:
    """Return the section; None where nothing may be hidden."""
    found = index.record.suppression
    if found is None:
        return None
    checked = (
        "That this holds was checked by solving for every small count from all that is shown."
        if found.attacked
        else "The tables are too many to be checked by solving for what is hidden; so tables of combined columns are hidden whole."
    )
    return HidingSection(
        takeaway=_takeaway(found),
        why=(
            f"A count of 1 to {whole(found.below - 1)} people could point at a person. A group is hidden when its size is such a "
            "count, or when so few of its people got one kind of decision or outcome; and where a hidden number could be "
            f"worked out by subtraction, the next smallest group is hidden with it. {checked} Verdicts are judged on all groups; "
            "gaps shown beside hidden groups are those among the others."
        ),
        tables=tuple(_tables(found)),
        sizes=_sizes(found),
        withheld=", ".join(PARTS.get(name, name.replace("_", " ")) for name in found.withheld),
    )


def hidden_note(index: RecordIndex, features: tuple[str, ...]) -> str:
    """Return which groups a table lacks, in a sentence; empty where it lacks none."""
    found = index.record.suppression
    if found is None:
        return ""
    names = [group_label(part.group) for part in found.groups if part.features == features and not part.stratum]
    return f"Hidden to protect small groups: {_some(names)}." if names else ""


def hidden_sizes(index: RecordIndex, feature: str) -> list[str]:
    """Return the groups of a feature whose number of people is hidden."""
    found = index.record.suppression
    return [visible(part.label) for part in found.sizes if part.feature == feature] if found is not None else []


def _takeaway(found: Suppression) -> str:
    groups = sum(not part.stratum for part in found.groups)
    within = len(found.groups) - groups
    if not found.groups and not found.sizes:
        return f"No count of fewer than {whole(found.below)} people had to be hidden."
    parts = [f"{whole(groups)} {'group is' if groups == 1 else 'groups are'} hidden"] if groups else []
    if within:
        parts.append(
            f"{whole(within)} within strata{'' if groups else (' is hidden' if within == 1 else ' are hidden')}"
        )
    return " and ".join(parts) + "." if parts else "Some sizes are hidden."


def _tables(found: Suppression) -> list[tuple[str, str, str]]:
    rows: dict[tuple[tuple[str, ...], bool], list[str]] = {}
    for part in found.groups:
        name = group_label(part.group)
        if part.stratum:
            name = f"{name} ({group_label(part.stratum)})"
        rows.setdefault((part.features, part.stratum is not None), []).append(name)
    return [
        (f"{features_label(features)}{', within strata' if within else ''}", whole(len(names)), _some(names))
        for (features, within), names in rows.items()
    ]


def _sizes(found: Suppression) -> str:
    names = [f"{visible(part.label)} ({visible(part.feature)})" for part in found.sizes]
    return f"Not even the number of people is shown for {_some(names)}." if names else ""


def _some(names: list[str], most: int = 12) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
