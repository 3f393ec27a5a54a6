"""The profiles that a config asks for: what each is told, and which feature plays which part for it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ethicscheck.errors import Problem, did_you_mean
from ethicscheck.model.config import Config
from ethicscheck.model.explaining import dotted
from ethicscheck.model.profile_use import ProfileUse
from ethicscheck.model.strict_yaml import Document, Path

from .profiles import Profile, RequiredChecklist, load_profile, profile_names

# Keys of a use that only a profile with impact ratios understands; the features are in its `columns`.
PUBLISHED = ("distributed", "audited", "auditor", "data", "data_explained", "why_test_data")
OF_IMPACT_RATIOS = ("under_two_percent", "why", *PUBLISHED)


def uses_of(config: Config) -> tuple[ProfileUse, ...]:
    """Return the profiles of a config in one form, whichever of the two it was written in."""
    return tuple(part if isinstance(part, ProfileUse) else ProfileUse(use=part) for part in config.policy.profiles)


def columns_of(use: ProfileUse, features: Sequence[str]) -> dict[str, str]:
    """Return which feature plays which part for a profile; call it on a config that was checked."""
    profile = load_profile(use.use)
    found = {}
    for part, names in profile.columns.items():
        told = getattr(use, part)
        found[part] = told if told is not None else _by_name(names, features)[0]
    return found


def crossed_by_profiles(config: Config) -> tuple[tuple[str, ...], ...]:
    """Return the features whose combinations the profiles of a config ask for tables of."""
    asked = [use for use in uses_of(config) if "impact_ratios" in load_profile(use.use).tables]
    return tuple(tuple(columns_of(use, list(config.data.sensitive)).values()) for use in asked)


def required_by_profiles(config: Config) -> tuple[tuple[str, RequiredChecklist], ...]:
    """Return the checklists that the profiles of a config require, each with the profile's name; strictest first."""
    asked = [(use.use, part) for use in uses_of(config) for part in load_profile(use.use).checklists]
    return tuple(sorted(asked, key=lambda pair: pair[1].require != "signed"))


def known_uses(given: Any) -> list[tuple[int, str, Mapping[str, Any]]]:
    """Return the place, name and further keys of each profile in a config's plain value, whatever is wrong with it."""
    parts = [given] if isinstance(given, str) else given if isinstance(given, (list, tuple)) else ()
    found: list[tuple[int, str, Mapping[str, Any]]] = []
    for place, part in enumerate(parts):
        if isinstance(part, str):
            found.append((place, str(part), {}))
        elif isinstance(part, ProfileUse):
            found.append((place, part.use, part.model_dump(exclude_unset=True)))
        elif isinstance(part, dict) and isinstance(part.get("use"), str):
            found.append((place, str(part["use"]), part))
    return found


def check_profiles(given: Any, features: Sequence[str], task: str, document: Document) -> list[Problem]:
    """Return what is wrong with the profiles of a config's plain value.

    Parameters
    ----------
    given : the value of policy.profiles.
    features : the sensitive features; empty where they can't be read.
    task : what is predicted.
    document : the config's lines.
    """
    problems = []
    seen: set[str] = set()
    for place, name, more in known_uses(given):
        path: Path = ("policy", "profiles", place)
        where = dotted(path)
        if name not in profile_names():
            what = f"{where}: there is no profile {name!r}"
            problems.append(document.problem(path, what, did_you_mean(name, profile_names())))
            continue
        if name in seen:
            problems.append(document.problem(path, f"{where}: {name!r} stands here twice", "keep one of them"))
            continue
        seen.add(name)
        profile = load_profile(name)
        if task not in profile.tasks:
            what = f"{where}: {name!r} has no meaning for task {task!r}"
            problems.append(document.problem(path, what, f"it is for {' and '.join(profile.tasks)}"))
        problems += _check_keys(profile, more, path, document)
        if features:
            problems += _check_columns(profile, more, features, path, document)
    return problems


def _check_keys(profile: Profile, more: Mapping[str, Any], path: Path, document: Document) -> list[Problem]:
    understood = {"use", *profile.columns, *(OF_IMPACT_RATIOS if "impact_ratios" in profile.tables else ())}
    return [
        document.problem((*path, key), f"{dotted((*path, key))}: {profile.id!r} takes no {str(key)!r}", "leave it out")
        for key in more
        if key in ProfileUse.model_fields and key not in understood
    ]


def _check_columns(
    profile: Profile, more: Mapping[str, Any], features: Sequence[str], path: Path, document: Document
) -> list[Problem]:
    problems = []
    chosen: dict[str, str] = {}
    for part, names in profile.columns.items():
        told = more.get(part)
        if isinstance(told, str):
            if told not in features:
                what = f"{dotted((*path, part))}: {str(told)!r} is not a sensitive feature"
                problems.append(document.problem((*path, part), what, did_you_mean(told, list(features))))
            chosen[part] = str(told)
            continue
        if part in more:
            continue  # of another type, which the types say
        found = _by_name(names, features)
        if len(found) == 1:
            chosen[part] = found[0]
            continue
        what = f"{dotted(path)}: {profile.id!r} needs to know which sensitive feature is {part}"
        if found:
            what += f", {' or '.join(repr(name) for name in found)}"
        example = ", ".join(f"{key}: COLUMN" for key in profile.columns)
        problems.append(
            document.problem(path, what, f"write {{use: {profile.id}, {example}}}, and list them in data.sensitive")
        )
    if not problems and len(set(chosen.values())) < len(chosen):
        what = f"{dotted(path)}: {' and '.join(chosen)} are the same feature, {next(iter(chosen.values()))!r}"
        problems.append(document.problem(path, what, "they are two columns"))
    return problems


def _by_name(names: Sequence[str], features: Sequence[str]) -> list[str]:
    """Return the features that have one of the names; case, blanks and hyphens don't matter."""
    return [name for name in features if re.sub(r"[\W_]+", "_", name.strip().lower()).strip("_") in names]
