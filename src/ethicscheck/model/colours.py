"""Colours as people write them, and how far two of them stand apart (WCAG 2.2 contrast ratio)."""

from __future__ import annotations

import re

ENOUGH = 4.5  # WCAG 2.2, success criterion 1.4.3: text of normal size
# What an accent stands on: the report's papers and cards, light and dark (report/templates/style.css).
LIGHT = ("#fcfcfa", "#ffffff")
DARK = ("#14161a", "#1b1e23")

_WRITTEN = re.compile(r"#[0-9a-fA-F]{6}")


def is_colour(text: str) -> bool:
    """Return whether text is a colour as `#1f5f7a`."""
    return _WRITTEN.fullmatch(text) is not None


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance).

    >>> round(contrast("#000000", "#ffffff"), 1), round(contrast("#777777", "#ffffff"), 2)
    (21.0, 4.48)
    """
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def least_contrast(colour: str, grounds: tuple[str, ...]) -> float:
    """Return a colour's contrast with the ground it stands out from least."""
    return min(contrast(colour, ground) for ground in grounds)


def lightened(colour: str) -> str:
    """Return the colour mixed with as little white as makes it legible on the dark grounds.

    >>> least_contrast(lightened("#102030"), DARK) >= ENOUGH
    True
    """
    parts = _parts(colour)
    for step in range(101):
        mixed = tuple(round(part + (255 - part) * step / 100) for part in parts)
        found = "#{:02x}{:02x}{:02x}".format(*mixed)
        if least_contrast(found, DARK) >= ENOUGH:
            return found
    raise AssertionError("white is legible")


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[place : place + 2], 16) for place in (1, 3, 5))


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if (part := value / 255) <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for value in _parts(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


__all__ = ["DARK", "ENOUGH", "LIGHT", "contrast", "is_colour", "least_contrast", "lightened"]
