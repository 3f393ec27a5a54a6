"""What the columns of a file may be, by their names and by the values seen. Every guess is shown to be checked.

Nothing here decides an audit: `init` writes the guesses into a config, with what was seen beside each.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from statistics import quantiles

from ethicscheck.counts.values import canonical

BITS = frozenset({"0", "1"})
MOST_GROUPS = 50
FEW_NUMBERS = 10

UNKNOWN = {
    "", "?", "-", "n/a", "na", "nan", "null", "none", "unknown", "not known", "not reported", "not stated", "not specified",
    "unspecified", "undisclosed", "prefer not to say", "declined", "missing",
}  # fmt: skip
LABELS = (
    {"y_true", "label", "labels", "outcome", "target", "actual", "truth", "ground_truth", "y"},
    {"label", "outcome", "target", "actual", "truth", "true", "observed", "recid", "recidivism", "recidivated",
     "reoffended", "rearrested", "defaulted", "default", "repaid", "paid"},
)  # fmt: skip
PREDICTIONS = (
    {"y_pred", "prediction", "predictions", "predicted", "pred", "yhat", "y_hat", "decision", "p"},
    {"pred", "predicted", "prediction", "yhat", "decision", "approved", "accepted", "admitted", "selected", "hired",
     "offered", "granted", "passed", "shortlisted", "promoted", "invited", "denied", "rejected", "flagged", "classified"},
)  # fmt: skip
SCORES = (
    {"score", "y_score", "prob", "proba", "probability", "y_prob", "y_proba"},
    {"score", "prob", "proba", "probability", "likelihood", "decile"},
)
COUNTS = {"n", "count", "counts", "freq", "frequency", "n_people", "n_rows"}
WEIGHTS = {
    "weight",
    "weights",
    "sample_weight",
    "survey_weight",
    "sampling_weight",
    "person_weight",
    "fnlwgt",
    "w",
    "wt",
}
SENSITIVE = {
    "race", "ethnicity", "ethnic", "sex", "gender", "age", "religion", "nationality", "citizenship", "disability", "disabled",
    "marital", "pregnant", "veteran", "caste", "orientation", "immigrant", "indigenous",
}  # fmt: skip
SEXES = {"male", "female", "man", "woman", "men", "women", "m", "f", "other", "non-binary", "nonbinary", "diverse", "x"}
PEOPLES = {
    "white", "black", "asian", "hispanic", "latino", "caucasian", "african-american", "african american", "native american",
    "hispanic or latino", "black or african american", "pacific islander",
}  # fmt: skip
POSITIVE = {
    "yes", "true", "y", "t", "positive", "pos", "approved", "approve", "accepted", "accept", "admitted", "admit", "hired",
    "hire", "selected", "select", "offered", "offer", "granted", "grant", "passed", "pass", "high", "good", ">50k", "repaid",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column of the sample: its known values with how often each was seen, and those that seem to mean "not known"."""

    name: str
    values: Counter[str]
    unknown: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """The words its name is made of, in lower case."""
        apart = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", self.name)
        return tuple(re.findall(r"[^\W_]+", apart.lower()))

    @property
    def plain(self) -> str:
        """Its name as one lower-case word."""
        return "_".join(self.words)

    @property
    def codes(self) -> frozenset[str]:
        """Its values, spelled as they are compared."""
        return frozenset(canonical(text) for text in self.values)

    @property
    def is_binary(self) -> bool:
        """Whether it may hold a decision or an outcome."""
        return len(self.codes) == 2 or (bool(self.codes) and self.codes <= BITS)

    @property
    def numbers(self) -> list[float]:
        """Its values as numbers, each as often as it was seen; empty when one of them is none."""
        found: list[float] = []
        for text, times in self.values.items():
            number = text.strip(" \t")
            if not re.fullmatch(r"-?[0-9]+(\.[0-9]*)?([eE][-+]?[0-9]+)?", number):
                return []
            found += [float(number)] * times
        return sorted(found)

    @property
    def is_measured(self) -> bool:
        """Whether it holds a number rather than a code of few values."""
        return bool(self.numbers) and len(self.values) > FEW_NUMBERS


@dataclass(frozen=True)
class Guess:
    """What the columns may be; None and empty where nothing seems to fit."""

    columns: dict[str, Column]
    label: Column | None = None
    prediction: Column | None = None
    score: Column | None = None
    threshold: float | None = None
    positive: str | None = None
    count: Column | None = None
    weight: Column | None = None
    sensitive: dict[str, tuple[float, ...]] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @property
    def binary(self) -> list[str]:
        """Names of the columns with two values that have no part yet."""
        taken = {part.name for part in (self.label, self.prediction) if part is not None} | set(self.sensitive)
        return [name for name, column in self.columns.items() if column.is_binary and name not in taken]


def guess_columns(names: Sequence[str], rows: Iterable[Sequence[str | None]]) -> Guess:
    """Guess what the columns of a sample are."""
    counters: list[Counter[str]] = [Counter() for _ in names]
    for row in rows:
        for counter, cell in zip(counters, row, strict=True):
            if cell is not None:
                counter[cell] += 1
    columns = {name: _column(name, counter) for name, counter in zip(names, counters, strict=True)}
    free = {name: column for name, column in columns.items() if column.values}
    sensitive = {name: _bins(column) for name, column in free.items() if _is_sensitive(column)}
    rest = [column for name, column in free.items() if name not in sensitive]
    count = next((column for column in rest if column.plain in COUNTS and _is_count(column)), None)
    weight = next((column for column in rest if column.plain in WEIGHTS and _is_weight(column)), None)
    rest = [column for column in rest if column not in (count, weight)]
    binary = [column for column in rest if column.is_binary]
    prediction = _named(binary, PREDICTIONS)
    label = _named([column for column in binary if column is not prediction], LABELS)
    score = _named([column for column in rest if column.numbers and len(column.values) > 2], SCORES)
    if prediction is None and score is None:
        left = [column for column in binary if column is not label]
        prediction = left[0] if len(left) == 1 else None
    threshold = _threshold(score) if score is not None and prediction is None else None
    unknown = {text for name in sensitive for text in columns[name].unknown}
    return Guess(
        columns, label, prediction, score, threshold, _positive(label, prediction), count, weight, sensitive,
        tuple(sorted(unknown)),
    )  # fmt: skip


def _column(name: str, counter: Counter[str]) -> Column:
    unknown = tuple(sorted(text for text in counter if text.strip() and text.strip().lower() in UNKNOWN))
    known = Counter({text: n for text, n in counter.items() if text.strip() and text not in unknown})
    return Column(name, known, unknown)


def _named(columns: Sequence[Column], names: tuple[set[str], set[str]]) -> Column | None:
    """Return the first column called exactly so, else the first whose name holds such a word."""
    whole, words = names
    called = [column for column in columns if column.plain in whole]
    return next(iter([*called, *(column for column in columns if words & set(column.words))]), None)


def _is_sensitive(column: Column) -> bool:
    groups = {text.strip().lower() for text in column.values}
    if SENSITIVE & set(column.words):
        return len(groups) <= MOST_GROUPS or column.is_measured
    return (len(groups) >= 2 and groups <= SEXES and bool(groups & {"male", "female", "m", "f"})) or len(
        groups & PEOPLES
    ) >= 2


def _is_count(column: Column) -> bool:
    numbers = column.numbers
    return bool(numbers) and numbers[0] >= 0 and all(number.is_integer() for number in numbers)


def _is_weight(column: Column) -> bool:
    """A column called weight may hold kilograms: survey weights are never negative, and small unless the name is plain."""
    numbers = column.numbers
    if not numbers or numbers[0] < 0:
        return False
    return column.plain != "weight" or sum(numbers) / len(numbers) <= FEW_NUMBERS


def _bins(column: Column) -> tuple[float, ...]:
    """Return two edges that cut a number into groups of about equal size, at multiples of 5 where that is possible."""
    numbers = column.numbers
    if not column.is_measured:
        return ()
    edges = quantiles(numbers, n=3)
    rounded = [5 * round(edge / 5) for edge in edges]
    fits = numbers[0] < rounded[0] < rounded[1] <= numbers[-1]
    return tuple(float(edge) for edge in (rounded if fits else sorted(set(edges))))


def _threshold(score: Column) -> float:
    numbers = score.numbers
    if numbers[0] >= 0 and numbers[-1] <= 1:
        return 0.5
    return numbers[len(numbers) // 2]


def _positive(label: Column | None, prediction: Column | None) -> str | None:
    """Return the value that may mean "positive", or None where it needs no saying (0/1, true/false)."""
    coded = [column for column in (label, prediction) if column is not None and not column.codes <= BITS]
    if not coded:
        return None
    shared = [text for text in coded[-1].values if all(canonical(text) in column.codes for column in coded)]
    choices = shared or list(coded[-1].values)
    words = [text for text in choices if text.strip().lower() in POSITIVE]
    return min(words or choices, key=lambda text: (coded[-1].values[text], text))
