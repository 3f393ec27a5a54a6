"""The text of a first config: guesses with what was seen beside each, or a template to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ethicscheck.model.wording import visible

from .guessing import Column, Guess

MARGIN = 38
MOST_SHOWN = 5
RESERVED = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}

SCHEMA_FILE = "ethicscheck.schema.json"
MODELINE = f"# yaml-language-server: $schema={SCHEMA_FILE}"

TEMPLATE = (
    f"{MODELINE}\n"
    """\
# A config to fill in: put your own file, columns and limit in place of these. Paths are relative to this file.
# docs/config.md describes every key; editors that know the line above show it while you type.
schema: ethicscheck/config/1
subject:
  name: Loan pre-screening
  decision: Who is offered a loan       # in plain words, for the people affected
  contest: Write to credit-review@bank.example within 30 days
  words:                                # whole phrases: "people who ..."
    selected: were offered a loan
    rejected: were refused
    positive: paid back
    negative: did not pay back
data:
  source: predictions.parquet           # csv, tsv, parquet, json, jsonl, arrow; one file, a glob or a list
  label: paid_back                      # what happened; leave it out when nobody knows
  prediction: offered                   # what was decided; or give score and threshold
  # positive: "yes"                     # the value that means "positive", unless values are 0/1 or true/false
  sensitive:                            # the features whose groups are compared
    sex:
    age_group:
  # intersections: all                  # compare their combinations too
  # unknown: [Unknown]                  # values that mean "not known"; empty cells always do
policy:
  # profiles: [four-fifths]
  rules:
    - metric: false_negative_rate       # `ethicscheck explain false_negative_rate` says what it asks
      across: "*"
      compare: difference
      max: 0.05
      why: Refusing someone who would have paid back; agreed by whom, and when?
"""
)


def draft_config(guess: Guess, source: str, name: str, delimiter: str | None, rows: int, whole: bool) -> str:
    """Return a commented config with the guesses.

    Parameters
    ----------
    guess : what the columns may be.
    source : the data file, relative to the config.
    name : the data file's name.
    delimiter : what separates its cells, when it is not what its ending says.
    rows, whole : how many rows were looked at, and whether these were all.
    """
    seen = f"all {rows:,} rows" if whole else f"the first {rows:,} rows"
    head = [
        MODELINE,
        f"# Written by `ethicscheck init` after a look at {seen} of {_comment(name)}.",
        "# Every line that says “check this” is a guess. docs/config.md describes every key.",
        "schema: ethicscheck/config/1",
        "subject:",
        _line(f"  name: {quote(f'Audit of {name}')}", "check this: the system's name, as people know it"),
        _line("  # decision: Who is offered a loan", "in plain words, for the people affected"),
        _line("  # contest: Write to us within 30 days", "how a person can contest a decision"),
        _line("  # words: {selected: were offered a loan, rejected: were refused}", "for plain sentences"),
        "data:",
        f"  source: {quote(source)}",
        *([_line(f"  delimiter: {quote(delimiter)}", "check this: seen in the header")] if delimiter else ()),
    ]
    tail = [
        "policy:",
        "  # A limit is for the people concerned to agree on, so none is set: until then an audit measures, and stays undecided",
        "  # (exit code 3). Take the signs away, and choose.",
        "  # profiles: [four-fifths]",
        "  # rules:",
        f"  #   - metric: {'false_negative_rate' if guess.label is not None else 'selection_rate'}",
        '  #     across: "*"',
        "  #     compare: difference",
        "  #     max: 0.05",
        "  #     why: Who agreed on this, when, and what does a wrong decision cost?",
    ]
    return "\n".join([*head, *_roles(guess), *_features(guess), *tail]) + "\n"


def quote(text: str) -> str:
    """Write a text as YAML that reads back as the same text.

    >>> quote("age_group"), quote("yes"), quote("a: b"), quote("5")
    ('age_group', '"yes"', '"a: b"', '5')
    """
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_./+-]*( [A-Za-z0-9_./+-]+)*|-?[0-9]+(\.[0-9]+)?", text)
    if plain and text.lower() not in RESERVED:
        return text
    return '"' + "".join(_escaped(character) for character in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _roles(guess: Guess) -> Iterator[str]:
    choices = f"with two values: {_some(guess.binary)}" if guess.binary else "no other column has two values"
    if guess.label is not None:
        yield _line(f"  label: {quote(guess.label.name)}", f"check this: what really happened; {_seen(guess.label)}")
    else:
        yield _line("  # label: paid_back", f"what really happened, if it is known; {choices}")
    if guess.prediction is not None:
        said = f"check this: what was decided; {_seen(guess.prediction)}"
        yield _line(f"  prediction: {quote(guess.prediction.name)}", said)
    elif guess.score is None:
        yield _line("  # prediction: offered", f"needed: the column of the decision; {choices}")
    if guess.score is not None and guess.threshold is not None:
        yield _line(
            f"  score: {quote(guess.score.name)}", f"check this: what decisions are made from; {_seen(guess.score)}"
        )
        yield _line(f"  threshold: {guess.threshold:g}", "check this: decided positive from here on; a bare guess")
    elif guess.score is not None:
        gives = "calibration, ROC AUC and thresholds" if guess.label is not None else "how scores spread by group"
        yield _line(f"  # score: {quote(guess.score.name)}", f"adds {gives}; {_seen(guess.score)}")
    if guess.positive is not None:
        parts = [part for part in (guess.label, guess.prediction) if part is not None]
        said = "; ".join(f"{_comment(part.name)}: {_seen(part)}" for part in parts)
        if len(parts) == 2 and not parts[0].codes & parts[1].codes:
            said += "; these are different words, so recode one of the columns"
        yield _line(f"  positive: {quote(guess.positive)}", f"check this: the value that means yes; {said}")
    yield _line("  # favourable: 0", "when it is the negative decision that helps the person")
    if guess.count is not None:
        yield _line(
            f"  count: {quote(guess.count.name)}", f"check this: how many people a row stands for; {_seen(guess.count)}"
        )
    if guess.weight is not None:
        yield _line(f"  weight: {quote(guess.weight.name)}", f"check this: a survey weight; {_seen(guess.weight)}")


def _features(guess: Guess) -> Iterator[str]:
    if not guess.sensitive:
        few = [name for name, column in guess.columns.items() if 2 <= len(column.values) <= MOST_SHOWN * 4]
        yield _line("  sensitive: []", f"needed: the features whose groups are compared; {_some(few)}")
        return
    yield _line("  sensitive:", "check this: the features whose groups are compared; is one missing?")
    for name, bins in guess.sensitive.items():
        part = f" {{bins: [{', '.join(f'{edge:g}' for edge in bins)}]}}" if bins else ""
        yield _line(f"    {quote(name)}:{part}", f"check this: {_seen(guess.columns[name])}")
    if len(guess.sensitive) > 1:
        yield _line("  # intersections: all", "compare their combinations too")
    if guess.unknown:
        listed = ", ".join(quote(text) for text in guess.unknown)
        yield _line(f"  unknown: [{listed}]", "check this: values that mean “not known”; empty cells always do")


def _seen(column: Column) -> str:
    if column.is_measured:
        numbers = column.numbers
        return f"seen: numbers from {numbers[0]:g} to {numbers[-1]:g}"
    ranked = sorted(column.values.items(), key=lambda item: (-item[1], item[0]))
    parts = [f"{_comment(text)} ({times:,})" for text, times in ranked[:MOST_SHOWN]]
    more = f" and {len(ranked) - MOST_SHOWN} more" if len(ranked) > MOST_SHOWN else ""
    return f"seen: {', '.join(parts)}{more}"


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(_comment(name) for name in names[:MOST_SHOWN])
    return shown + (", …" if len(names) > MOST_SHOWN else "")


def _comment(text: str, most: int = 30) -> str:
    """Write a text so that it can't end its comment, and shortly."""
    shown = "".join(character if character.isprintable() else "⟨?⟩" for character in visible(text))
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"


def _line(text: str, comment: str) -> str:
    return f"{text:<{MARGIN}}  # {comment}"
