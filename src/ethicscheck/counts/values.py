"""What the values of a binary column mean: which is the positive one. Never a guess.

Values come as text (`model.text`), so that a CSV, a Parquet file and a frame give the same audit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ethicscheck.errors import DataError, did_you_mean

_WHOLE = re.compile(r"(-?(?:0|[1-9][0-9]*))(?:\.0*)?")
_BOOLEAN = {"true": "1", "false": "0"}
_BITS = frozenset({"0", "1"})


def canonical(text: str) -> str:
    """Return the spelling under which values are compared: 1, 1.0 and true are one value; 010 stays itself.

    >>> [canonical(text) for text in ("1.0", "TRUE", "2.", "010", "Yes")]
    ['1', '1', '2', '010', 'Yes']
    """
    whole = _WHOLE.fullmatch(text)
    if whole:
        return "0" if whole[1] == "-0" else whole[1]
    return _BOOLEAN.get(text.lower(), text)


@dataclass(frozen=True)
class Coding:
    """Which spellings of a binary column are positive and which negative (canonical ones)."""

    positive: str
    negative: str

    def code(self, text: str) -> int:
        """Return 1 or 0."""
        return 1 if canonical(text) == self.positive else 0


def code_binary(
    values: Mapping[str, Mapping[str, int]], positive: str | None, negative: Mapping[str, str] | None = None
) -> dict[str, Coding]:
    """Decide, for each binary column, which value is positive; never by guessing.

    Parameters
    ----------
    values : for each column, its values (as text, the missing ones left out) and on how many rows each stands.
    positive : the value that means "positive", as written in the config, or None.
    negative : for a column whose negative value the config names too, that value; the column may then hold one of the
        two only.

    Raises
    ------
    DataError
        Naming column, value and number of rows, when a column holds anything but two known values.
    """
    wanted = None if positive is None else canonical(positive)
    spelled = {column: frozenset(canonical(text) for text in counts) for column, counts in values.items()}
    pairs = {
        column: Coding(wanted, canonical(other))
        for column, other in (negative or {}).items()
        if wanted is not None and canonical(other) != wanted and not _others_disagree(column, spelled, wanted, other)
    }
    pairs = {column: pair for column, pair in pairs.items() if spelled[column] <= {pair.positive, pair.negative}}
    for column, pair in pairs.items():
        spelled[column] = frozenset((pair.positive, pair.negative))  # both are meant, though one may not occur
    if wanted not in (None, "0", "1") and not any(wanted in own for own in spelled.values()):
        column = next((name for name, own in spelled.items() if not own <= _BITS), next(iter(values)))
        raise _no_positive(column, values[column], str(positive))
    coding = {}
    for column, counts in values.items():
        found = _coding(wanted, spelled[column], [own for name, own in spelled.items() if name != column])
        if found is None:
            raise _not_binary(column, counts, positive, wanted)
        coding[column] = found
    return coding


def _coding(wanted: str | None, own: frozenset[str], others: list[frozenset[str]]) -> Coding | None:
    """Return the coding of a column with the values `own`, or None where it would be a guess."""
    elsewhere = frozenset().union(*others) - {wanted}
    if own <= _BITS and wanted in (None, "0", "1"):
        return Coding("0", "1") if wanted == "0" else Coding("1", "0")
    if wanted is None:
        return None
    if wanted in own:
        if len(own) > 2:
            return None
        rest = own - {wanted} or (elsewhere if len(elsewhere) == 1 else {"any other value"})
        return Coding(wanted, next(iter(rest)))
    # The positive value stands in another column only. With the label coded {1, 2}, a prediction of 1s is all negative;
    # with the label coded yes/no it is all positive.
    if own <= _BITS and not _WHOLE.fullmatch(wanted):
        return Coding("1", "0")
    if len(own) == 1 and elsewhere <= own and any(wanted in other for other in others):
        return Coding(wanted, next(iter(own)))
    return None


def _others_disagree(column: str, spelled: Mapping[str, frozenset[str]], wanted: str, negative: str) -> bool:
    """Return whether another column has a third value beside the two that the config names; 0 and 1 say nothing."""
    named = {wanted, canonical(negative)}
    return any(name != column and not own <= _BITS and not own <= named for name, own in spelled.items())


def _shown(counts: Mapping[str, int], most: int = 5) -> str:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    parts = [f"{text!r} ({rows:,} {'row' if rows == 1 else 'rows'})" for text, rows in ranked[:most]]
    return ", ".join(parts) + (", …" if len(ranked) > most else "")


def _no_positive(column: str, counts: Mapping[str, int], positive: str) -> DataError:
    return DataError(
        f"the positive value {positive!r} does not occur; the column holds {_shown(counts)}",
        f"column {column!r}",
        did_you_mean(positive, counts) if len(counts) < 50 else "set data.positive to one of its values",
    )


def _not_binary(column: str, counts: Mapping[str, int], positive: str | None, wanted: str | None) -> DataError:
    own = {canonical(text) for text in counts}
    if positive is not None and wanted not in own:
        return _no_positive(column, counts, positive)
    if positive is not None:
        return DataError(
            f"{len(own)} different values, but a binary column has two: {_shown(counts)}",
            f"column {column!r}",
            f"keep {positive!r} and one other value, or list those that mean 'not known' under data.unknown",
        )
    odd = {text: rows for text, rows in counts.items() if canonical(text) not in _BITS}
    if len(own) > 2 and len(odd) < len(counts):
        return DataError(
            f"{_shown(odd)} stands among 0 and 1",
            f"column {column!r}",
            "mend those rows, or list the value under data.unknown if it means 'not known'",
        )
    return DataError(
        f"the values are neither 0/1 nor true/false: {_shown(counts)}",
        f"column {column!r}",
        "say which value counts as positive with data.positive",
    )
