"""How numbers and names are written, in one place: no raw float reaches a reader."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

NO_BREAK = "\u00a0"


def percent(value: float, digits: int = 1) -> str:
    """Write a share as a percentage.

    >>> percent(0.44846).replace(NO_BREAK, " ")
    '44.8 %'
    """
    return f"{value * 100:.{digits}f}{NO_BREAK}%"


def points(value: float, digits: int = 1) -> str:
    """Write a difference of shares in percentage points.

    >>> points(0.214).replace(NO_BREAK, " ")
    '21.4 points'
    """
    return f"{value * 100:.{digits}f}{NO_BREAK}points"


def decimal(value: float, digits: int = 2) -> str:
    """Write a plain number, with a real minus sign; one that rounds to nothing has none.

    >>> decimal(-0.5), decimal(-0.001)
    ('−0.50', '0.00')
    """
    if abs(value) >= 1e9:
        return quantity(value)
    return f"{value:z.{digits}f}".replace("-", "−")


def quantity(value: float) -> str:
    """Write a value in the unit of what is measured, of any size: to three digits, to the whole, or to 0.001.

    >>> quantity(52341.2), quantity(-3.6512), quantity(0.0417), quantity(1.5e-7)
    ('52,341', '−3.65', '0.042', '1.5×10⁻⁷')
    """
    size = abs(value)
    if size == 0:
        return "0"
    if size >= 1e15 or size < 0.0005:
        digits, _, power = f"{value:.1e}".partition("e")
        return f"{digits.replace('-', '−')}×10{str(int(power)).translate(_RAISED)}"
    digits_after = 0 if size >= 1000 else 1 if size >= 100 else 2 if size >= 1 else 3
    return f"{value:,.{digits_after}f}".replace("-", "−")


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def whole(number: float) -> str:
    """Write a count with narrow spaces between thousands.

    >>> whole(7214)
    '7,214'
    """
    return f"{number:,.0f}"


def limit(value: float) -> str:
    """Write a rule's limit as it was given: no more digits than needed.

    >>> limit(0.1), limit(0.80), limit(1.0)
    ('0.1', '0.8', '1')
    """
    return f"{value:.10g}".replace("-", "−")


def group_label(group: Mapping[str, str] | None) -> str:
    """Write a group: its label, or several labels joined; "everyone" for the overall.

    >>> group_label({"race": "Asian", "sex": "Female"})
    'Asian · Female'
    """
    return " · ".join(visible(label) for label in group.values()) if group else "everyone"


def lower_first(words: str) -> str:
    """Write a title as it stands inside a sentence; abbreviations and names keep their capital.

    >>> lower_first("False positive rate"), lower_first("ROC AUC"), lower_first("F1 score")
    ('false positive rate', 'ROC AUC', 'F1 score')
    """
    named = words[1:2].isupper() or words[1:2].isdigit() or words.startswith("Matthews")
    return words if named else words[:1].lower() + words[1:]


def features_label(features: tuple[str, ...]) -> str:
    """Write a feature, or an intersection of them.

    >>> features_label(("race", "sex"))
    'race × sex'
    """
    return " × ".join(visible(name) for name in features) if features else "everyone"


def visible(text: str) -> str:
    """Return text with control and direction characters made visible, fit for a terminal or a page.

    >>> visible("a\\x1b[31mb")
    'a␛[31mb'
    """
    return text if text.isprintable() else "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    code = ord(character)
    if code < 32:
        return chr(0x2400 + code)
    if code == 127 or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp"):
        return f"⟨{code:X}⟩"
    return character
