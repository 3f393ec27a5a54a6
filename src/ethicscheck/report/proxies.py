"""The section on columns that reveal a sensitive feature: what each tells alone, and all together."""

from __future__ import annotations

from dataclasses import dataclass

from ethicscheck.model.part import Interval
from ethicscheck.model.proxies_record import Proxies, ProxyColumn, ProxyFeature
from ethicscheck.model.wording import decimal, percent, visible, whole
from ethicscheck.policy.warnings.definition import spoken

from .index import RecordIndex

SAME = 0.99
MOST_SHOWN = 30


@dataclass(frozen=True)
class ProxyRow:
    """One column; `width`, `low` and `high` are its bar and the bar's interval, in per cent of the way from .5 to 1."""

    column: str
    kind: str
    auc: str
    interval: str
    word: str
    loss: str
    width: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class ProxyTable:
    """One sensitive feature."""

    anchor: str
    title: str
    takeaway: str
    rows: tuple[ProxyRow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ProxySection:
    """All features, and how it was done."""

    sample: str
    method: str
    tables: tuple[ProxyTable, ...]


def proxies_section(index: RecordIndex) -> ProxySection | None:
    """Return the section, or None where nobody asked for it."""
    found = index.record.proxies
    if found is None:
        return None
    sample = (
        f"all {whole(found.total)} rows"
        if found.rows == found.total
        else f"a sample of {whole(found.rows)} of the {whole(found.total)} rows"
    )
    return ProxySection(
        sample=sample,
        method=f"{visible(found.model)}; {found.folds} folds; seed {found.seed}.",
        tables=tuple(_table(part, place, found) for place, part in enumerate(found.features)),
    )


def auc_word(auc: float) -> str:
    """Return in a word how much an AUC gives away."""
    if auc >= SAME:
        return "nearly the same thing"
    steps = ((0.9, "almost gives it away"), (0.8, "tells much"), (0.7, "tells something"), (0.6, "tells a little"))
    return next((word for least, word in steps if auc >= least), "tells hardly anything")


def _table(part: ProxyFeature, place: int, found: Proxies) -> ProxyTable:
    ranked = sorted(part.columns, key=lambda row: (-(row.auc if row.auc is not None else -1.0), row.column))
    return ProxyTable(
        anchor=f"proxies-{place}",
        title=f"What gives away {visible(part.feature)}",
        takeaway=_takeaway(part, ranked),
        rows=tuple(_row(row) for row in ranked[:MOST_SHOWN]),
        notes=tuple(_notes(part, ranked, found)),
    )


def _takeaway(part: ProxyFeature, ranked: list[ProxyColumn]) -> str:
    name = visible(part.feature)
    if part.auc is None:
        why = (
            "there is no column to guess it from"
            if part.undefined == "no_column"
            else "fewer than two groups have people enough in the sample"
        )
        return f"Nothing can be said of {name}: {why}."
    same = [visible(row.column) for row in ranked if row.auc is not None and row.auc >= SAME]
    if same:
        many = "is nearly the same thing" if len(same) == 1 else "are nearly the same thing"
        return f"{spoken(same)} {many} as {name} under another name: leaving {name} out of a model changes little."
    best = next((row for row in ranked if row.auc is not None), None)
    together = f"Together the columns guess {name} with an AUC of {decimal(part.auc)}{_range(part.interval)}"
    if best is None or best.auc is None:
        return f"{together}: none of them says anything."
    if part.interval is not None and part.interval.low <= 0.5:
        return f"{together}: no more than chance would."
    alone = (
        f"{visible(best.column)} alone reaches {decimal(best.auc)}" if best.auc >= 0.55 else "no column alone says much"
    )
    return f"{together}; {alone}."


def _row(row: ProxyColumn) -> ProxyRow:
    kind = {"number": "number", "categories": f"{whole(row.different)} values", "constant": "one value only"}[row.kind]
    if row.missing:
        kind += f", {whole(row.missing)} missing"
    loss = row.importance if row.importance is not None else None
    return ProxyRow(
        column=visible(row.column),
        kind=kind,
        auc=decimal(row.auc) if row.auc is not None else "",
        interval=f"{decimal(row.interval.low)} to {decimal(row.interval.high or 1.0)}"
        if row.interval is not None
        else "",
        word=auc_word(row.auc) if row.auc is not None else "tells nothing",
        loss=decimal(max(loss, 0.0)) if loss is not None else "",
        width=_along(row.auc) if row.auc is not None else None,
        low=_along(row.interval.low) if row.interval is not None else None,
        high=_along(row.interval.high or 1.0) if row.interval is not None else None,
    )


def _along(auc: float) -> float:
    return round(min(max(auc - 0.5, 0.0), 0.5) * 200, 2)


def _range(interval: Interval | None) -> str:
    if interval is None:
        return ""
    return f" ({percent(interval.level, 0)} interval {decimal(interval.low)} to {decimal(interval.high or 1.0)})"


def _notes(part: ProxyFeature, ranked: list[ProxyColumn], found: Proxies) -> list[str]:
    notes = []
    if part.classes and part.auc is not None:
        groups = spoken([f"{visible(group.label)} ({whole(group.rows)})" for group in part.classes])
        more = "; each group against all others, every group counting alike" if len(part.classes) > 2 else ""
        notes.append(f"Groups, with their rows: {groups}{more}.")
    if part.left_out:
        groups = spoken([f"{visible(group.label)} ({whole(group.rows)})" for group in part.left_out[:8]])
        more = f" and {whole(len(part.left_out) - 8)} more" if len(part.left_out) > 8 else ""
        notes.append(f"Left out, with too few rows in the sample or among too many groups: {groups}{more}.")
    unknown = found.rows - part.rows - sum(group.rows for group in part.left_out)
    if unknown > 0:
        notes.append(f"{whole(unknown)} rows of the sample have no known {visible(part.feature)}.")
    if len(ranked) > MOST_SHOWN:
        notes.append(f"{whole(len(ranked) - MOST_SHOWN)} more columns, which say less, are in the record.")
    return notes
