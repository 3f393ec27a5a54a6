"""What a study may look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from ethicscheck.counts.collect import Collected
from ethicscheck.counts.roles import FrameView, Roles
from ethicscheck.metrics.definition import Criterion, Metric
from ethicscheck.metrics.measurement import Measurement
from ethicscheck.model.config import Config
from ethicscheck.model.population import Population

Features = tuple[str, ...]


class AskedRule(Protocol):
    """What a study may know of a rule (`policy.rules.Rule` is one)."""

    @property
    def id(self) -> str:
        """The finding's id."""
        ...

    @property
    def measure(self) -> Metric | Criterion:
        """What it judges."""
        ...

    @property
    def features(self) -> Features:
        """Whose groups it compares."""
        ...

    @property
    def compare(self) -> Literal["difference", "ratio", "each"]:
        """How."""
        ...

    @property
    def side(self) -> Literal["max", "min"]:
        """Whether `bound` is the largest or the smallest value allowed."""
        ...

    @property
    def bound(self) -> float:
        """The limit."""
        ...


@dataclass(frozen=True)
class StudyContext:
    """An audit in the making.

    Parameters
    ----------
    config : what is asked for.
    measurement : the count tables with the settings of every measure.
    collected : how values were read.
    view, roles : the data, for a study that must ask the engine once more.
    axes : features and intersections that are compared.
    references : the reference group's place for each of `axes`.
    metrics, criteria : the measures that are made.
    base : the folder that paths in the config are relative to.
    population : whom the data should stand for.
    judged : the metrics (and criteria) that rules judge, by finding, each with its features.
    rules : the rules themselves, with their limits.
    """

    config: Config
    measurement: Measurement
    collected: Collected
    view: FrameView
    roles: Roles
    axes: tuple[Features, ...]
    references: Mapping[Features, int]
    metrics: tuple[Metric, ...]
    criteria: tuple[Criterion, ...]
    base: Path
    judged: tuple[tuple[Metric | Criterion, Features], ...] = ()
    population: tuple[Population, ...] = ()
    rules: tuple[AskedRule, ...] = ()
