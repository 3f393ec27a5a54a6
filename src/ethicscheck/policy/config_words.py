"""Every key of the config in plain words, made from its types; and the words on screen that are no name of their own."""

from __future__ import annotations

import re
import typing
from functools import cache
from typing import Any

from ethicscheck.model.config import Config
from ethicscheck.model.keys import Key, config_keys

# Words that people meet in a report or a paper, and the entry that explains them. Verdicts' titles join by themselves.
DISPLAYED = {
    "holm": "multiplicity",
    "holm_s_adjustment": "multiplicity",
    "bonferroni": "multiplicity",
    "mcnemar": "mcnemar_exact",
    "fisher": "fisher_exact",
    "newcombe": "mover_difference",
    "delong": "delong_score",
    "confirmed": "explore",
    "not_confirmed": "explore",
    "exploration": "explore",
    "subgroup": "explore",
    "standardised": "conditional",
    "standardized": "conditional",
    "adjusted": "conditional",
    "stratum": "strata",
    "positivity": "no_common_stratum",
    "four_fifths_rule": "four_fifths",
    "profile": "profiles",
    "proxy": "proxies",
    "too_few_people": "small",
    "crude": "conditional",
    "reference_group": "reference",
    "repeats": "cluster",
    "matched_pairs": "pair",
    "twin": "pair",
    "what_if": "thresholds",
}

# The entry that says more of a key than its description does.
SEE_ALSO = {
    "constraints": "mitigation",
    "metric": "`ethicscheck explain` lists the measures",
    "metrics": "`ethicscheck explain` lists the measures",
    "population": "representation",
    "profiles": "`ethicscheck explain` lists the profiles",
    "score": "scoring_rate, calibration, thresholds",
    "strata": "conditional, simpsons_paradox, explained_difference",
    "suppress_record": "suppress_below",
    "threshold": "thresholds",
    "tolerance": "within_tolerance",
    "unknown": "unknown_group, missing, bounds",
    "waivers": "waiver",
    "weight": "wilson_effective_size",
}

Words = tuple[str, str, str, tuple[tuple[str, str], ...]]


@cache
def keys_by_name() -> dict[str, tuple[Key, ...]]:
    """Return the keys of the config by name; one name can be at home in several sections."""
    found: dict[str, tuple[Key, ...]] = {}
    for key in config_keys(Config):
        found[key.name] = (*found.get(key.name, ()), key)
    return found


def explained_key(name: str) -> Words:
    """Return the name, title, meaning and details of a key."""
    keys = keys_by_name()[name]
    details = [("More", "docs/config.md")]
    if name in SEE_ALSO:
        details.insert(0, ("See also", SEE_ALSO[name]))
    if values := list(dict.fromkeys(value for key in keys for value in _values(key.annotation))):
        details.insert(0, ("Values", ", ".join(values)))
    return name, ", ".join(key.path for key in keys), _says(keys), tuple(details)


def in_the_config(name: str) -> tuple[tuple[str, str], ...]:
    """Return what a key of that name is for, beside an entry that explains the name more fully; nothing where there is none."""
    keys = keys_by_name().get(name, ())
    return (("Config", "\n".join(f"{key.path}: {key.says}" for key in keys)),) if keys else ()


def key_of_path(text: str) -> str | None:
    """Return the key at the end of a path such as data.cluster or policy.rules[0].metric; None where there is none.

    >>> key_of_path("policy.rules[0].metric")
    'metric'
    """
    path = re.sub(r"\[\d+\]", "", text.strip())
    paths = [key.path for keys in keys_by_name().values() for key in keys]
    known = any(path == other or other.endswith(f".{path}") for other in paths)
    return path.rpartition(".")[2] if known else None


def _says(keys: tuple[Key, ...]) -> str:
    return keys[0].says if len(keys) == 1 else "\n".join(f"{key.path}: {key.says}" for key in keys)


def _values(annotation: Any) -> list[str]:
    if typing.get_origin(annotation) is typing.Literal:
        return [str(value) for value in typing.get_args(annotation)]
    return [value for part in typing.get_args(annotation) for value in _values(part)]
