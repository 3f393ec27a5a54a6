"""The verdict in words: in a few, in a sentence or two, and as a tally."""

from __future__ import annotations

from ethicscheck.model.record import AuditRecord

from .index import metric_findings
from .wording import VERDICT_MARKS, VERDICT_ORDER


def verdict_words(record: AuditRecord) -> str:
    """Return the verdict over all in a few words; a pass that rests on a waiver says so."""
    waived = sum(finding.verdict == "waived" for finding in record.findings)
    if record.verdict == "pass" and waived:
        return f"Passes with {'a waiver' if waived == 1 else f'{waived} waivers'}"
    return {"pass": "Passes its rules", "fail": "Fails its rules", "inconclusive": "Not decided"}[record.verdict]


def headline(record: AuditRecord) -> str:
    """Return the verdict in a sentence or two: what became of the rules, and of the checklists."""
    parts = (_rules_sentence(record), _checklists_sentence(record), _waivers_sentence(record))
    return " ".join(part for part in parts if part)


def _waivers_sentence(record: AuditRecord) -> str:
    waivers = [finding.waiver for finding in record.findings if finding.waiver is not None]
    applied = sum(waiver.applied for waiver in waivers)
    lapsed = sum(waiver.lapsed is not None and waiver.note is None for waiver in waivers)
    parts = []
    if applied:
        parts.append(f"{_number(applied)} {'finding is' if applied == 1 else 'findings are'} waived for now.")
    if lapsed:
        parts.append(f"{_number(lapsed)} {'waiver no longer holds' if lapsed == 1 else 'waivers no longer hold'}.")
    return " ".join(parts)


def _checklists_sentence(record: AuditRecord) -> str:
    if not record.checklists:
        return ""
    required = [part for part in record.findings if part.kind == "checklist" and part.reason != "contradicted"]
    unmet = [finding for finding in required if finding.verdict != "pass"]
    parts = []
    if unmet and len(required) == 1:
        parts.append("The required checklist is not finished.")
    elif unmet and len(unmet) == len(required):
        none = "Neither" if len(required) == 2 else "None"
        parts.append(f"{none} of the {len(required)} required checklists is finished.")
    elif unmet:
        verb = "is" if len(unmet) == 1 else "are"
        parts.append(f"{_number(len(unmet))} of {len(required)} required checklists {verb} not finished.")
    elif required:
        parts.append(
            "The required checklist is finished." if len(required) == 1 else "The required checklists are finished."
        )
    states = [item.state for entry in record.checklists for section in entry.sections for item in section.items]
    asked = [state for state in states if state != "hidden"]
    done = sum(state in ("answered", "unsure", "not_applicable") for state in asked)
    if not required:
        parts.append(f"{done} of {len(asked)} questions are answered.")
    contradicted = states.count("contradicted")
    if contradicted:
        answers = "answer is" if contradicted == 1 else "answers are"
        parts.append(f"{_number(contradicted)} {answers} contradicted by the measurement.")
    return " ".join(parts)


def _rules_sentence(record: AuditRecord) -> str:
    findings = metric_findings(record)
    if not findings and any(part.kind == "checklist" and part.rule.require for part in record.findings):
        return "No rule was set for the measures."
    if not findings:
        return "No rule was set, so nothing was judged. The measurements stand on their own."
    count = len(findings)
    by = {verdict: [finding for finding in findings if finding.verdict == verdict] for verdict in VERDICT_ORDER}
    rules = "rule" if count == 1 else "rules"
    if by["fail"] and count == 1:
        return "The only rule fails: the data show that the limit is exceeded."
    if len(by["fail"]) == count:
        every = "Both" if count == 2 else f"All {count}"
        return f"{every} rules fail: the data show that the limits are exceeded."
    if by["fail"]:
        return f"{_number(len(by['fail']))} of {count} {rules} {'fails' if len(by['fail']) == 1 else 'fail'}: the data show that the limit is exceeded."
    if by["inconclusive"] or by["not_evaluable"]:
        return _open_sentence(len(by["inconclusive"]), len(by["not_evaluable"]), count)
    if by["waived"] and not by["pass"]:
        return ""
    if by["waived"]:
        passed = len(by["pass"])
        return f"{_number(passed)} of {count} rules {'passes' if passed == 1 else 'pass'}: the data show that {'its limit is' if passed == 1 else 'their limits are'} kept."
    return f"{'The only rule passes' if count == 1 else f'All {count} rules pass'}: the data show that the limits are kept."


def _open_sentence(undecided: int, unjudged: int, count: int) -> str:
    """Say how many rules the data can't decide yet, and apart from them how many can't be judged at all."""
    stays = f"{'stays' if undecided == 1 else 'stay'} undecided"
    if count == 1:
        what = (
            "The only rule stays undecided: the data can't tell yet" if undecided else "The only rule can't be judged"
        )
    elif not unjudged:
        what = f"No rule fails, but {undecided} of {count} {stays}: the data can't tell yet"
    elif not undecided:
        what = f"No rule fails, but {unjudged} of {count} can't be judged"
    else:
        what = f"No rule fails, but {undecided} of {count} {stays}, for the data can't tell yet, and {unjudged} can't be judged"
    return f"{what}. That is not a pass."


def _number(count: int) -> str:
    words = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
    return words[count] if count < len(words) else str(count)


def tally(record: AuditRecord) -> tuple[tuple[str, str, str], ...]:
    nouns = {
        "fail": "failed",
        "not_evaluable": "can’t be judged",
        "inconclusive": "undecided",
        "waived": "waived",
        "pass": "passed",
    }
    ends = {"fail": "unfinished", "pass": "finished", "waived": "waived"}
    found = []
    for kind, what, words in (("metric", "rule", nouns), ("checklist", "checklist", ends)):
        verdicts = [finding.verdict for finding in record.findings if finding.kind == kind]
        for verdict, word in words.items():
            if count := verdicts.count(verdict):  # type: ignore[arg-type]
                found.append((verdict, VERDICT_MARKS[verdict], f"{count} {what}{'' if count == 1 else 's'} {word}"))
    return tuple(found)
