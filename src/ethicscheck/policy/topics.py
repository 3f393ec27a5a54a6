"""What `ethicscheck explain` says of things that are neither a measure nor a rule: studies, kinds of input, ways to publish.

One entry a thing, in plain words. Measures explain themselves where they are defined, warnings in `warnings.py`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """One thing explained; every field is required.

    Parameters
    ----------
    name : as a config key, a part of the record or a paper calls it; lower case, words joined by _.
    title : a few words.
    asks : the question that it answers, in plain sentences.
    misleads : when its answer is not to be trusted.
    formula : how it is reckoned.
    source : who says so.
    more : the page of the docs that says the rest, as `docs/PAGE.md`.
    """

    name: str
    title: str
    asks: str
    misleads: str
    formula: str
    source: str
    more: str


# Keep these in the order of the alphabet.
_ALL: tuple[Topic, ...] = ()

TOPICS: dict[str, Topic] = {topic.name: topic for topic in _ALL}
