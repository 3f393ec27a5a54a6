"""Rules written as one line of text, for Python: `false_positive_rate difference <= 0.1 across race`.

    METRIC  difference|ratio|each  <=|>=  NUMBER  [across FEATURE[ × FEATURE …][, FEATURE …]]

A comma lists features that are each looked at; × (or x) crosses them. Without `across` every feature is looked at. A name
with spaces stands in quotes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from ethicscheck.errors import ConfigError, Problem, did_you_mean
from ethicscheck.model.wording import visible

COMPARISONS: Final = ("difference", "ratio", "each")
EVERY: Final = "*"
_TOKEN = re.compile(r"\s*(?:'([^']*)'|\"([^\"]*)\"|(<=|>=|≤|≥|==|=|<|>)|([,×])|([^\s,×<>=≤≥'\"]+)|(\S))")
_SIGNS: Final = {"<=": "max", "≤": "max", ">=": "min", "≥": "min"}
_SHAPE: Final = 'a rule reads "METRIC difference|ratio|each <=|>= NUMBER across FEATURE"'


@dataclass(frozen=True)
class RuleText:
    """One line of text that was understood.

    Parameters
    ----------
    text : as it was written.
    metric, compare, bound, limit : the rule; `bound` is max or min.
    across : lists of features; each is one rule, and several names in it are crossed. `("*",)` is every feature.
    """

    text: str
    metric: str
    compare: str
    bound: str
    limit: float
    across: tuple[tuple[str, ...], ...]

    def rules(self) -> list[dict[str, Any]]:
        """Return the rules as the config writes them."""
        parts: dict[str, Any] = {"metric": self.metric, "compare": self.compare, self.bound: self.limit}
        return [{**parts, "across": features[0] if len(features) == 1 else list(features)} for features in self.across]

    @property
    def features(self) -> tuple[str, ...]:
        """Every feature that is named."""
        return tuple(dict.fromkeys(name for names in self.across for name in names if name != EVERY))


def parse_rules(given: Iterable[str], measures: Collection[str] | None = None) -> tuple[RuleText, ...]:
    """Read rules, every problem at once; `measures` are the names that a metric can have (None: any).

    Raises
    ------
    ConfigError
        With the place of each problem: the rule, and the character in it.
    """
    read: list[RuleText] = []
    problems: list[Problem] = []
    for text in given:
        try:
            read.append(_Reader(text, measures).rule())
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(problems)
    return tuple(read)


@dataclass(frozen=True)
class _Word:
    text: str
    place: int
    kind: str  # quoted, sign, mark, word, stray


class _Reader:
    """Reads one rule from left to right."""

    def __init__(self, text: str, measures: Collection[str] | None) -> None:
        self.text, self.measures, self.at = text, measures, 0
        self.words = []
        for found in _TOKEN.finditer(text):
            kind = ("quoted", "quoted", "sign", "mark", "word", "stray")[(found.lastindex or 1) - 1]
            self.words.append(_Word(found[found.lastindex or 0], found.start(found.lastindex or 0), kind))

    def rule(self) -> RuleText:
        """Return the rule, or say what is wrong with the first word that is."""
        metric = self._name("the name of a metric", "word", "quoted")
        if self.measures is not None and metric.text not in self.measures:
            self._refuse(f"there is no metric {metric.text!r}", metric, did_you_mean(metric.text, self.measures))
        compare = self._name("difference, ratio or each", "word")
        if compare.text not in COMPARISONS:
            self._refuse(
                f"{compare.text!r} is no way to compare", compare, did_you_mean(compare.text, COMPARISONS) or _SHAPE
            )
        sign = self._name("<= or >=", "sign", "word")
        if sign.text not in _SIGNS:
            better = {"<": "<=", ">": ">="}.get(sign.text)
            self._refuse(
                f"{sign.text!r} can't stand here",
                sign,
                f"write {better}: a limit that is just met is kept" if better else "write <= or >=",
            )
        limit = self._number()
        across = self._across()
        return RuleText(self.text, metric.text, compare.text, _SIGNS[sign.text], limit, across)

    def _number(self) -> float:
        word = self._name("a number", "word")
        try:
            value = float(word.text)
        except ValueError:
            share = word.text.removesuffix("%")
            told = f"write {float(share) / 100:.10g}" if share != word.text and _is_number(share) else "such as 0.1"
            self._refuse(f"{word.text!r} is no number", word, told)
        if not math.isfinite(value):
            self._refuse(f"{word.text!r} is no limit", word, "a finite number is meant here")
        return value

    def _across(self) -> tuple[tuple[str, ...], ...]:
        if self.at == len(self.words):
            return ((EVERY,),)
        word = self._next()
        if word.text != "across" or word.kind != "word":
            percent = word.text == "%" and "give shares as numbers: 10 % is 0.1"
            self._refuse(f"{word.text!r} can't stand here", word, percent or 'write "across" and a feature')
        listed: list[tuple[str, ...]] = []
        crossed = [self._name("a feature", "word", "quoted").text]
        while self.at < len(self.words):
            mark = self._next()
            if mark.kind != "mark" and mark.text not in ("x", "*"):
                self._refuse(
                    f"{mark.text!r} can't stand here",
                    mark,
                    "put × between features, or a comma; a name with spaces in quotes",
                )
            if mark.text == ",":
                listed.append(tuple(crossed))
                crossed = []
            crossed.append(self._name("a feature", "word", "quoted").text)
        return (*listed, tuple(crossed))

    def _name(self, what: str, *kinds: str) -> _Word:
        if self.at == len(self.words):
            end = len(self.text.rstrip())
            self._refuse(f"the rule ends where {what} should stand", _Word("", end, "word"), _SHAPE)
        word = self._next()
        if word.kind not in kinds or not word.text:
            self._refuse(f"{word.text!r} stands where {what} should", word, _SHAPE)
        return word

    def _next(self) -> _Word:
        self.at += 1
        return self.words[self.at - 1]

    def _refuse(self, what: str, word: _Word, hint: str) -> NoReturn:
        raise ConfigError([Problem(what, f'rule "{visible(self.text)}", character {word.place + 1}', hint)])


def rule_names(task: str, custom: Mapping[str, Any] | None = None) -> tuple[str, ...] | None:
    """Return the names that a metric can have in a task; None where they depend on the data, or nobody knows the task."""
    from ethicscheck.metrics.registry import TASKS, all_measures

    if task not in TASKS or task == "multiclass":
        return None
    return (*all_measures(task), *(custom or {}))


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


__all__ = ["RuleText", "parse_rules", "rule_names"]
