"""The main road: config → counts → estimates → findings → record. Everything else hangs off it."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .counts.bases import Moments
from .counts.clusters import ClusterSums
from .counts.collect import Collected, KeyColumn, Roles, collect
from .counts.table import GroupCounts
from .counts.values import canonical
from .errors import DataError, did_you_mean
from .metrics.definition import Criterion, Metric
from .metrics.measurement import Measurement
from .metrics.rows import estimate_rows, gap_rows, overall_rows, reference_rows
from .model.config import Config, LoadedConfig, parse_config, read_config_document
from .model.population import read_population
from .model.profile_use import names_of
from .model.record import (
    AuditRecord,
    DataEntry,
    Disparity,
    Estimate,
    Excluded,
    FeatureEntry,
    GroupShare,
    Plan,
    ProfileEntry,
    ReportWords,
    SourceEntry,
    StratumEntry,
    Subject,
    Words,
)
from .model.strict_yaml import Document
from .model.verdicts import overall_verdict
from .policy.impact_ratios import impact_tables
from .policy.judging import judge
from .policy.own_measures import read_own
from .policy.profile_uses import required_by_profiles
from .policy.profiles import load_profile
from .policy.publishing import publishable
from .policy.rules import Rule, check_names, intersections_of, measures_of, resolve_rules
from .policy.waivers import apply_waivers, check_waivers, read_waivers
from .policy.warnings import warning_entries
from .provenance import created_now, make_provenance
from .sources.frames import frame_header, view_frame
from .sources.view import SourceView
from .studies import make_studies
from .studies.context import StudyContext

if TYPE_CHECKING:
    from .policy.checklists import Assessed, OpenedChecklist

Run = Callable[[Callable[[], Any], Any], Any]
MOST_PROXIES = 200


def load_config(path: Path) -> LoadedConfig:
    """Read and check a config file; every problem at once.

    Raises
    ------
    ConfigError
        With file and line of each problem.
    """
    document, content = read_config_document(path)
    return _checked(document, path, content, {})


def make_config(value: dict[str, Any], functions: Mapping[str, Callable[..., Any]] | None = None) -> LoadedConfig:
    """Check a config given as nested dicts (the Python call), by the same rules.

    `functions` are measures of one's own that are handed over as they are, by the names they have in `custom`.
    """
    import rfc8785

    loaded = _checked(Document("audit(…)", value), None, b"", functions or {})
    loaded.content = rfc8785.dumps(loaded.config.model_dump(mode="json", by_alias=True))
    return loaded


def _checked(
    document: Document, path: Path | None, content: bytes, functions: Mapping[str, Callable[..., Any]]
) -> LoadedConfig:
    base = path.parent if path is not None else Path()
    read, problems = read_waivers(document.value, document, base)
    own, slips = read_own(document.value, document, base, functions)
    config = parse_config(document.value, document, (*check_names(document.value, document, own), *problems, *slips))
    config.own.update(own)
    waivers = check_waivers(read, config, document, resolve_rules(config, document))
    return LoadedConfig(config, document, path, content, waivers)


def make_record(loaded: LoadedConfig, frame: Any = None, run: Run | None = None) -> AuditRecord:
    """Audit what a config describes.

    Parameters
    ----------
    loaded : a checked config.
    frame : a data frame to audit instead of the config's data source.
    run : runs each engine call; for progress and for stopping.

    Raises
    ------
    DataError
        When the data can't be audited as they stand.
    """
    config, created = loaded.config, created_now()
    population = read_population(config.data.population, tuple(config.data.sensitive), loaded.document, loaded.base)
    checklists = _open_checklists(loaded)
    measured = measure_data(loaded, frame, run)
    roles, source, collected = measured.roles, measured.source, measured.collected
    measurement, favourable = measured.measurement, measured.measurement.favourable
    rules = resolve_rules(config, loaded.document)
    metrics, criteria = chosen_measures(config, rules, measurement)
    axes = [(name,) for name in config.data.sensitive] + list(intersections_of(config))
    references = {features: _reference(features, measurement.counts(features), config) for features in axes}
    estimates = tuple(_estimates(measurement, metrics, axes))
    disparities = tuple(_disparities(measurement, metrics, criteria, references, config))
    context = StudyContext(
        config=config,
        measurement=measurement,
        collected=collected,
        view=source.view,
        roles=roles,
        axes=tuple(axes),
        references=references,
        metrics=metrics,
        criteria=criteria,
        base=loaded.base,
        population=population,
        judged=tuple((rule.measure, rule.features) for rule in rules),
        rules=rules,
    )
    today = datetime.date.fromisoformat(created[:10])
    assessed = _assess_checklists(checklists, config, measurement, today)
    judged = (*judge(rules, measurement), *(part.finding for part in assessed if part.finding is not None))
    findings = apply_waivers(judged, loaded.waivers, today, rules, measurement)
    entries = source.entries(collected.table.total)
    waivers = loaded.waivers
    content = [loaded.path, *source.paths] if loaded.path is not None else []
    content += [waivers.path] if loaded.path is not None and waivers.path is not None else []
    record = AuditRecord(
        verdict=overall_verdict(findings),
        subject=_subject(loaded),
        provenance=make_provenance(
            entries,
            config.statistics.seed,
            loaded.path.name if loaded.path is not None else None,
            loaded.content,
            content,
            created,
            (waivers.path.name, waivers.sha256) if waivers.path is not None and waivers.sha256 is not None else None,
            _libraries(config),
        ),
        plan=_plan(config, collected, favourable, metrics),
        data=_data(measurement, references),
        estimates=estimates,
        disparities=disparities,
        checklists=tuple(part.entry for part in assessed),
        findings=findings,
        report=_report_words(config),
        warnings=warning_entries(config, rules, measurement, findings),
        impact_ratios=impact_tables(config, measurement),
        **make_studies(context),
    )
    return publishable(record) if config.report.suppress_record else record


@dataclass(frozen=True)
class MeasuredData:
    """The data once counted: where they came from, how they were read, and what measures rest on."""

    roles: Roles
    source: _Source
    collected: Collected
    measurement: Measurement


def measure_data(loaded: LoadedConfig, frame: Any = None, run: Run | None = None) -> MeasuredData:
    """Open the data and count them: the part of the road that audits and plans share.

    Raises
    ------
    DataError
        When the data can't be audited as they stand.
    """
    config = loaded.config
    roles = _with_proxies(roles_of(config), loaded, frame)
    source = _open(loaded, roles, frame, run)
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


def _libraries(config: Config) -> tuple[str, ...]:
    """Return the packages that only some audits rest on."""
    through_fairlearn = bool(config.own) or config.mitigation is not None
    asked = {"fairlearn": through_fairlearn, "scikit-learn": through_fairlearn or config.proxies is not None}
    return tuple(name for name, needed in asked.items() if needed)


def _with_proxies(roles: Roles, loaded: LoadedConfig, frame: Any) -> Roles:
    """Return the roles with the columns that may reveal a sensitive feature; `all` are those with no other role."""
    asked = loaded.config.proxies
    if asked is None:
        return roles
    columns = asked.columns
    if columns == ("all",):
        data = loaded.config.data
        if frame is None:
            from .sources.files import file_header
            from .sources.paths import expand_sources

            header = file_header(expand_sources(data.source, loaded.base)[0], loaded.base, data.delimiter)
        else:
            header = frame_header(frame)
        taken = set(roles.columns())
        columns = tuple(name for name in header if name.strip() and name not in taken and header.count(name) == 1)
    if not 1 <= len(columns) <= MOST_PROXIES:
        what = f"{len(columns):,} columns could reveal a sensitive feature" if columns else "there is no other column"
        raise DataError(what, "proxies.columns", f"name up to {MOST_PROXIES} columns, or leave `proxies` out")
    return replace(roles, others=tuple(dict.fromkeys(columns)))


def _report_words(config: Config) -> ReportWords | None:
    words = {name: getattr(config.report, name) for name in ReportWords.model_fields}
    return ReportWords(**words) if any(words.values()) else None


def _open_checklists(loaded: LoadedConfig) -> tuple[OpenedChecklist, ...]:
    if not loaded.config.checklists and not required_by_profiles(loaded.config):
        return ()  # an audit of numbers alone need not load the checklist engine
    from .policy.checklists import open_checklists

    return open_checklists(loaded)


def _assess_checklists(
    opened: tuple[OpenedChecklist, ...], config: Config, measurement: Measurement, today: datetime.date
) -> tuple[Assessed, ...]:
    if not opened:
        return ()
    from .policy.checklists import assess_checklists

    return assess_checklists(opened, config, measurement, today)


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


def chosen_measures(
    config: Config, rules: tuple[Rule, ...], measurement: Measurement
) -> tuple[tuple[Metric, ...], tuple[Criterion, ...]]:
    """Return the metrics and criteria to make: those chosen (default: all that the data allow) and those of rules.

    The metrics that a criterion is made of are among them, so that its gap can be traced to what the groups' values are.

    Raises
    ------
    DataError
        When a measure that is asked for by name has no meaning for these data.
    """
    known = measures_of(config)
    asked = [known.find(name) for name in config.metrics or ()] + [rule.measure for rule in rules]
    wanted = [measure for measure in asked if measure is not None]
    for measure in wanted:
        _check_measurable(measure, measurement, config)
    usual = () if config.metrics is not None else (*known.defaults(), *known.found_in(measurement.table))
    chosen = [*usual, *wanted]
    chosen = [measure for measure in chosen if measurement.measures(measure)]
    criteria = dict.fromkeys(measure for measure in chosen if isinstance(measure, Criterion))
    parts = [part for criterion in criteria for part in criterion.components if known.find(part.name) is not None]
    metrics = dict.fromkeys(measure for measure in (*chosen, *parts) if isinstance(measure, Metric))
    return tuple(metrics), tuple(criteria)


def _check_measurable(measure: Metric | Criterion, measurement: Measurement, config: Config) -> None:
    if measure.table not in measurement.tables:
        what = {"scores": "data.score", "decisions": "data.prediction, or data.score and data.threshold"}
        raise DataError(
            f"{measure.name!r} can't be made from these data",
            "metrics, policy.rules",
            f"it needs {what.get(measure.table, measure.table)}",
        )
    column = {"scores": config.data.score}.get(measure.table, config.data.prediction) or ""
    for part in measure.components if isinstance(measure, Criterion) else (measure,):
        if part.checks is not None:
            part.checks(measurement.tables[part.table], column)


@dataclass(frozen=True)
class _Source:
    view: SourceView
    entries: Callable[[int], tuple[SourceEntry, ...]]
    paths: tuple[Path, ...] = ()


def _open(loaded: LoadedConfig, roles: Roles, frame: Any, run: Run | None) -> _Source:
    columns, numeric = roles.columns(), roles.numeric()
    if frame is not None:
        view = view_frame(frame, columns, numeric)
        return _Source(view, lambda total: (SourceEntry(name="data frame", sha256=None, rows=total),))
    from .sources.files import open_files, run_plainly

    data = loaded.config.data
    opened = open_files(
        data.source,
        loaded.base,
        columns,
        numeric,
        data.unknown_texts,
        data.count,
        run or run_plainly,
        data.delimiter,
    )

    def entries(total: int) -> tuple[SourceEntry, ...]:
        found = opened.describe(total, loaded.base)
        return tuple(SourceEntry(name=file.name, sha256=file.sha256, rows=file.rows) for file in found)

    return _Source(opened.view, entries, opened.paths)


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


def _reference(features: tuple[str, ...], counts: GroupCounts, config: Config) -> int:
    """Return the place of the reference group: the configured one, else the largest, ties in label order."""
    wanted = [config.data.sensitive[name].reference for name in features]
    if len(features) == 1 and wanted[0] is not None and (wanted[0],) not in counts.keys:
        labels = [key[0] for key in counts.keys]
        raise DataError(
            f"the reference group {wanted[0]!r} does not occur",
            f"column {features[0]!r}",
            did_you_mean(wanted[0], labels),
        )
    if None not in wanted and tuple(wanted) in counts.keys:
        return counts.keys.index(tuple(str(label) for label in wanted))
    rows = counts.rows.sum(axis=1)
    return int(rows.argmax()) if len(rows) else 0  # an intersection may have no row that is known in all of it


def _estimates(
    measurement: Measurement, metrics: tuple[Metric, ...], axes: list[tuple[str, ...]]
) -> Iterator[Estimate]:
    favourable, confidence = measurement.favourable, measurement.confidence
    strata: list[Mapping[str, str]] = [{}, *measurement.table.stratum_keys(), *measurement.table.quarter_keys()]
    for stratum in strata:
        for features in [(), *axes]:
            for metric in metrics:
                if measurement.holds(metric.table, stratum):
                    counts = measurement.counts(features, metric.table, stratum)
                    yield from estimate_rows(metric, counts, favourable, confidence, stratum)


def _disparities(
    measurement: Measurement,
    metrics: tuple[Metric, ...],
    criteria: tuple[Criterion, ...],
    references: Mapping[tuple[str, ...], int],
    config: Config,
) -> Iterator[Disparity]:
    favourable, confidence = measurement.favourable, measurement.confidence
    replicates, seed = config.statistics.replicates, config.statistics.seed
    for features, reference in references.items():
        measures: tuple[Metric | Criterion, ...] = (*metrics, *criteria)
        for measure in measures:
            comparison = measurement.comparison(measure, features)
            yield from gap_rows(measure.name, comparison, confidence, replicates, seed, measure.ratio)
        chosen = measurement.counts(features).keys[reference] if len(measurement.counts(features)) else None
        for metric in metrics:
            counts = measurement.counts(features, metric.table)
            if chosen in counts.keys:
                yield from reference_rows(metric, counts, counts.keys.index(chosen), favourable, confidence)
            yield from overall_rows(metric, counts, measurement.counts((), metric.table), favourable, confidence)


def _data(measurement: Measurement, references: Mapping[tuple[str, ...], int]) -> DataEntry:
    table = measurement.table
    features = []
    for axis in table.features:
        counts = measurement.counts((axis.name,))
        rows = counts.rows.sum(axis=1)
        known = int(rows.sum())
        labels = [key[0] for key in counts.keys]
        features.append(
            FeatureEntry(
                name=axis.name,
                groups=tuple(
                    GroupShare(label=label, rows=int(n), share=int(n) / known, small=n < measurement.min_group)
                    for label, n in zip(labels, rows, strict=True)
                ),
                reference=labels[references[(axis.name,)]] if labels else None,
                unknown=table.judged - known,
            )
        )
    unknown = [(f"unknown_group:{'+'.join(names)}", rows) for names, rows in table.unknown_rows().items() if rows]
    return DataEntry(
        rows=table.total,
        audited=table.judged - sum(rows for _, rows in unknown),
        judged=table.judged,
        excluded=tuple(Excluded(reason=reason, rows=rows) for reason, rows in [*table.excluded, *unknown] if rows),
        features=tuple(features),
        strata=tuple(
            StratumEntry(name=axis.name, unknown=table.judged - int(table.roll_up((axis.name,)).rows.sum()))
            for axis in table.strata
        ),
    )


def _plan(config: Config, collected: Collected, favourable: int, metrics: tuple[Metric, ...]) -> Plan:
    basis = collected.table.basis
    data, statistics = config.data, config.statistics
    return Plan(
        task=config.task,
        label=data.label,
        prediction=data.prediction,
        score=data.score,
        threshold=data.threshold,
        compare_with=data.compare_with,
        cluster=data.cluster or data.pair,
        pair=data.pair,
        tolerance=data.tolerance,
        truth_quarters=basis.quarters if isinstance(basis, Moments) else None,
        suppress_below=config.report.suppress_below,
        positive_label=collected.label.positive if collected.label else None,
        positive_prediction=collected.prediction.positive if collected.prediction else None,
        negative_prediction=collected.prediction.negative if collected.prediction else None,
        favourable="positive" if favourable else "negative",
        count=data.count,
        weight=data.weight,
        strata=data.strata,
        unknown=tuple(sorted(data.unknown_texts)),
        period=data.period,
        confidence=statistics.confidence,
        min_group=statistics.min_group,
        replicates=statistics.replicates,
        metrics=tuple(metric.name for metric in metrics),
        profiles=tuple(_profile(name) for name in names_of(config.policy.profiles)),
    )


def _profile(name: str) -> ProfileEntry:
    profile = load_profile(name)
    return ProfileEntry(**profile.model_dump(include=set(ProfileEntry.model_fields)))


def _subject(loaded: LoadedConfig) -> Subject:
    subject = loaded.config.subject
    digest = None
    if subject.artifact is not None:
        path = loaded.base / subject.artifact
        try:
            with path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
        except OSError:
            raise DataError(
                f"the model file {subject.artifact!r} can't be read",
                "subject.artifact",
                "paths are relative to the config",
            ) from None
    words = Words(**subject.words.model_dump()) if subject.words is not None else None
    return Subject(
        **subject.model_dump(exclude={"words", "artifact"}),
        artifact=Path(subject.artifact).name if subject.artifact is not None else None,
        artifact_sha256=digest,
        words=words,
    )
