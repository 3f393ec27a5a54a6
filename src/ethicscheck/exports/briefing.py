"""What a pull-request comment and a job summary share, in Markdown: verdict, worst gap, next step, a table of findings."""

from __future__ import annotations

from collections.abc import Sequence

from ethicscheck.model.record import AuditRecord
from ethicscheck.model.wording import visible, whole
from ethicscheck.report.headline import headline, verdict_words
from ethicscheck.report.wording import VERDICT_MARKS

from .markdown_text import block, code, escape
from .voices import Line, left_out, lines

NEW_WORDS = {"new": "**new**", "worse": "**worse**", "known": "known"}


def opening(record: AuditRecord) -> list[str]:
    """Return the verdict, the worst finding, the next step, and waivers that end soon."""
    found = lines(record)
    name = escape(visible(record.report.title if record.report and record.report.title else record.subject.name))
    mark = VERDICT_MARKS[record.verdict]
    blocks = [f"### {mark} {block(name)}: {escape(verdict_words(record).lower())}", escape(headline(record))]
    if record.baseline is not None:
        blocks.append(_beside(found))
    if (said := left_out(record)) is not None:
        blocks.append(escape(said))
    worst = next((line for line in found if line.verdict != "pass" and line.known != "known"), None)
    worst = worst or next((line for line in found if line.verdict not in ("pass", "waived")), None)
    if worst is not None:
        blocks.append(f"**{escape(visible(worst.heading))}** ({code(visible(worst.id))}): {escape(worst.message)}")
        blocks.append(f"**Next:** {escape(worst.remedy)}")
    blocks += _ending(found)
    return blocks


def _beside(found: Sequence[Line]) -> str:
    counts = {word: sum(line.known == word for line in found) for word in NEW_WORDS}
    told = [f"{counts['new']} new", f"{counts['worse']} worse", f"{counts['known']} known"]
    return f"Beside the baseline: {', '.join(told)}."


def _ending(found: Sequence[Line]) -> list[str]:
    ends = [line for line in found if line.ends_in is not None and line.finding.waiver is not None]
    return [f"⏳ {escape(ending_words(line))}" for line in ends]


def ending_words(line: Line) -> str:
    """Return when the waiver of a finding ends, in a sentence."""
    waiver = line.finding.waiver
    assert waiver is not None
    assert line.ends_in is not None
    when = {0: "today", 1: "tomorrow"}.get(line.ends_in, f"in {line.ends_in} days")
    return f"The waiver of {visible(line.id)} by {visible(waiver.owner)} ends {when} ({waiver.expires})."


def findings_table(record: AuditRecord, most: int | None = None) -> list[str]:
    """Return the findings as a table, the worst first; those beyond `most` are folded away."""
    found = lines(record)
    if not found:
        return []
    beside = record.baseline is not None
    shown = found if most is None else found[:most]
    blocks = [_table(shown, beside)]
    if len(shown) < len(found):
        rest = _table(found[len(shown) :], beside)
        count = len(found) - len(shown)
        blocks.append(
            f"<details><summary>{count} more finding{'' if count == 1 else 's'}</summary>\n\n{rest}\n\n</details>"
        )
    return blocks


def _table(found: Sequence[Line], beside: bool) -> str:
    heads = ["", "Finding", "Measured", "Rule", *(["Since"] if beside else []), "Code"]
    rows = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    for line in found:
        since = [NEW_WORDS[line.known] if line.known else ""] if beside else []
        cells = [
            f"{line.mark} {escape(line.word)}",
            f"{escape(visible(line.heading))}<br>{code(visible(line.id), in_table=True)}",
            escape(measured(line)),
            escape(visible(line.rule)),
            *since,
            code(line.code),
        ]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def measured(line: Line) -> str:
    """Return the value with its interval, and between whom."""
    seen = line.finding.observed
    if seen is None:
        return "–"
    share = line.is_share
    value = _number(seen.value, share)
    ends = f"{_number(seen.interval.low, share)} to {_number(seen.interval.high, share)}"
    who = [" × ".join(visible(label) for label in group.values()) for group in (seen.group, seen.against) if group]
    between = f"; {' against '.join(who)}" if who else ""
    return f"{value}{line.unit} ({ends}){between}"


def _number(value: float | None, share: bool) -> str:
    if value is None:
        return "?"
    return f"{value * 100:.1f}".replace("-", "−") if share else f"{value:.3g}".replace("-", "−")


def more_of_it(record: AuditRecord) -> list[str]:
    """Return what the audit rests on, in small print."""
    made = record.provenance
    parts = [f"{whole(record.data.rows)} rows, {whole(record.data.audited)} in every table"]
    parts += [f"{made.config}"] if made.config else []
    parts += [f"{made.tool} {made.version}", made.created[:10]]
    return [
        f"<sub>{escape(visible(' · '.join(parts)))}. {code('ethicscheck explain CODE')} says what a code means.</sub>"
    ]


__all__ = ["ending_words", "findings_table", "measured", "more_of_it", "opening"]
