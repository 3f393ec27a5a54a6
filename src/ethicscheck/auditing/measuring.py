"""From the config to the counted data: which column plays which part, the opened source, the tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ethicscheck.counts.clusters import ClusterSums
from ethicscheck.counts.collect import Collected, KeyColumn, Roles, collect
from ethicscheck.counts.values import canonical
from ethicscheck.errors import DataError
from ethicscheck.metrics.measurement import Measurement
from ethicscheck.model.config import Config, LoadedConfig
from ethicscheck.model.config_data import SqlSource
from ethicscheck.model.record import (
    SourceEntry,
)
from ethicscheck.sources.frames import frame_header, view_frame
from ethicscheck.sources.view import SourceView

Run = Callable[[Callable[[], Any], Any], Any]
MOST_PROXIES = 200


@dataclass(frozen=True)
class MeasuredData:
    """The data once counted: where they came from, how they were read, and what measures rest on."""

    roles: Roles
    source: Source
    collected: Collected
    measurement: Measurement


def measure_data(
    loaded: LoadedConfig, frame: Any = None, run: Run | None = None, memory: str | None = None
) -> MeasuredData:
    """Open the data and count them: the part of the road that audits and plans share.

    Raises
    ------
    DataError
        When the data can't be audited as they stand.
    """
    config = loaded.config
    roles = _with_proxies(roles_of(config), loaded, frame)
    source = _open(loaded, roles, frame, run, memory)
    collected = collect(source.view, roles)
    favourable = _favourable(config, collected)
    measurement = Measurement(
        collected.tables,
        collected.main,
        favourable,
        config.statistics.confidence,
        config.statistics.min_group,
        ClusterSums(source.view, roles, collected) if roles.cluster is not None else None,
    )
    return MeasuredData(roles, source, collected, measurement)


def roles_of(config: Config) -> Roles:
    """Return which column plays which part."""
    data = config.data
    explored = config.explore.columns if config.explore is not None else ()
    return Roles(
        features=tuple(KeyColumn(name, feature.bins or ()) for name, feature in data.sensitive.items()),
        strata=tuple(KeyColumn(name) for name in data.strata),
        extras=tuple(KeyColumn(name) for name in explored if name not in data.strata),
        task=config.task,
        label=data.label,
        prediction=data.prediction,
        score=data.score,
        threshold=data.threshold,
        count=data.count,
        weight=data.weight,
        positive=data.positive,
        favourable=data.favourable,
        compare_with=data.compare_with,
        cluster=data.cluster or data.pair,
        pair=data.pair,
        tolerance=data.tolerance,
        unknown=data.unknown_texts,
    )


def _with_proxies(roles: Roles, loaded: LoadedConfig, frame: Any) -> Roles:
    """Return the roles with the columns that may reveal a sensitive feature; `all` are those with no other role."""
    asked = loaded.config.proxies
    if asked is None:
        return roles
    columns = asked.columns
    if columns == ("all",):
        data = loaded.config.data
        if not data.files:
            raise DataError("`all` needs files or a frame", "proxies.columns", "name the columns")
        if frame is None:
            from ethicscheck.sources.files import file_header
            from ethicscheck.sources.paths import expand_sources

            header = file_header(expand_sources(data.files, loaded.base)[0], loaded.base, data.delimiter)
        else:
            header = frame_header(frame)
        taken = set(roles.columns())
        columns = tuple(name for name in header if name.strip() and name not in taken and header.count(name) == 1)
    if not 1 <= len(columns) <= MOST_PROXIES:
        what = f"{len(columns):,} columns could reveal a sensitive feature" if columns else "there is no other column"
        raise DataError(what, "proxies.columns", f"name up to {MOST_PROXIES} columns, or leave `proxies` out")
    return replace(roles, others=tuple(dict.fromkeys(columns)))


@dataclass(frozen=True)
class Source:
    view: SourceView
    entries: Callable[[int], tuple[SourceEntry, ...]]
    paths: tuple[Path, ...] = ()


def _open(loaded: LoadedConfig, roles: Roles, frame: Any, run: Run | None, memory: str | None) -> Source:
    columns, numeric = roles.columns(), roles.numeric()
    if frame is not None:
        view = view_frame(frame, columns, numeric)
        return Source(view, lambda total: (SourceEntry(name="data frame", sha256=None, rows=total),))
    from ethicscheck.sources.files import open_files, run_plainly

    data = loaded.config.data
    if isinstance(data.source, SqlSource):
        return _open_database(data.source, loaded.base, roles, columns, numeric, run or run_plainly)
    opened = open_files(
        data.source,
        loaded.base,
        columns,
        numeric,
        data.unknown_texts,
        data.count,
        run or run_plainly,
        data.delimiter,
        memory,
    )

    def entries(total: int) -> tuple[SourceEntry, ...]:
        found = opened.describe(total, loaded.base)
        return tuple(SourceEntry(name=file.name, sha256=file.sha256, rows=file.rows) for file in found)

    return Source(opened.view, entries, opened.paths)


def _open_database(
    source: SqlSource, base: Path, roles: Roles, columns: Sequence[str], numeric: frozenset[str], run: Run
) -> Source:
    from ethicscheck.sources.databases import view_database

    if roles.others:
        raise DataError(
            "a search for proxies reads a sample of rows, and rows don't leave a database",
            "proxies",
            "leave it out, or audit an extract",
        )
    view = view_database(source.sql, base, source.table, source.query, columns, numeric, run)
    if roles.task == "regression" and "wide sums" in view.lacks:
        raise DataError(
            "the exact sums of predicted numbers need whole numbers of more than 64 bits, which this database has not",
            "data.source",
            "audit an extract",
        )
    return Source(view, lambda total: (SourceEntry(name=source.title, sha256=None, rows=total),))


def _favourable(config: Config, collected: Collected) -> int:
    wanted = config.data.favourable
    coding = collected.prediction
    if wanted is None or coding is None:
        return 1
    if canonical(wanted) == coding.positive:
        return 1
    if canonical(wanted) == coding.negative:
        return 0
    raise DataError(
        f"the favourable value {wanted!r} does not occur",
        f"column {config.data.prediction or config.data.score!r}",
        f"its values are {coding.positive!r} and {coding.negative!r}",
    )
