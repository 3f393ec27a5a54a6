"""The main road: config → record. Reads like the diagram in docs/architecture.md; everything else hangs off it.

Opening and counting the data is in `measuring`, which measures are made and compared in `comparing`, and what the
record says of data, plan and subject in `describing`.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ethicscheck.comparing import changes_since
from ethicscheck.metrics.measurement import Measurement
from ethicscheck.model.config import Config, LoadedConfig, parse_config, read_config_document
from ethicscheck.model.population import read_population
from ethicscheck.model.record import AuditRecord, ControlMapEntry, Disparity, Estimate, RuleEntry, Subject
from ethicscheck.model.strict_yaml import Document
from ethicscheck.model.verdicts import overall_verdict
from ethicscheck.policy.impact_ratios import impact_tables
from ethicscheck.policy.judging import judge
from ethicscheck.policy.own_measures import read_own
from ethicscheck.policy.profile_uses import required_by_profiles
from ethicscheck.policy.publishing import publishable
from ethicscheck.policy.rules import check_names, intersections_of, resolve_rules
from ethicscheck.policy.waivers import apply_waivers, check_waivers, read_waivers
from ethicscheck.policy.warnings import warning_entries
from ethicscheck.provenance import created_now, make_provenance
from ethicscheck.studies import make_studies
from ethicscheck.studies.context import StudyContext

from .comparing import all_disparities, all_estimates, chosen_measures, reference_group
from .describing import describe_data, describe_plan, describe_subject, libraries_used
from .looks import report_words
from .measuring import MeasuredData, Run, measure_data

if TYPE_CHECKING:
    from ethicscheck.errors import Problem
    from ethicscheck.policy.checklists import Assessed, OpenedChecklist
    from ethicscheck.policy.controls import LoadedMap


__all__ = ["MeasuredData", "Run", "chosen_measures", "load_config", "make_config", "make_record", "measure_data"]


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
    maps, strays = _control_maps(document, base)
    own, slips = read_own(document.value, document, base, functions)
    config = parse_config(
        document.value, document, (*check_names(document.value, document, own), *problems, *slips, *strays)
    )
    config.own.update(own)
    waivers = check_waivers(read, config, document, resolve_rules(config, document))
    return LoadedConfig(config, document, path, content, waivers, maps)


def _control_maps(document: Document, base: Path) -> tuple[Mapping[str, LoadedMap] | None, tuple[Problem, ...]]:
    report = document.value.get("report") if isinstance(document.value, dict) else None
    if not isinstance(report, dict) or report.get("controls") is None:
        return None, ()  # few choose them, and reading the shipped ones takes time
    from ethicscheck.policy.controls import choose_maps

    return choose_maps(document.value, document, base)


def make_record(
    loaded: LoadedConfig,
    frame: Any = None,
    run: Run | None = None,
    baseline: AuditRecord | None = None,
    memory: str | None = None,
) -> AuditRecord:
    """Audit what a config describes.

    Parameters
    ----------
    loaded : a checked config.
    frame : a data frame to audit instead of the config's data source.
    run : runs each engine call; for progress and for stopping.
    baseline : an earlier audit; the record then says what changed since. No verdict rests on it.
    memory : how much the engine that reads files may take, such as 500MB; what does not fit goes to a temporary folder.

    Raises
    ------
    DataError
        When the data can't be audited as they stand.
    """
    config, created = loaded.config, created_now()
    population = read_population(config.data.population, tuple(config.data.sensitive), loaded.document, loaded.base)
    checklists = _open_checklists(loaded)
    measured = measure_data(loaded, frame, run, memory)
    roles, source, collected = measured.roles, measured.source, measured.collected
    measurement, favourable = measured.measurement, measured.measurement.favourable
    rules = resolve_rules(config, loaded.document)
    metrics, criteria = chosen_measures(config, rules, measurement)
    axes = [(name,) for name in config.data.sensitive] + list(intersections_of(config))
    references = {features: reference_group(features, measurement.counts(features), config) for features in axes}
    estimates = tuple(all_estimates(measurement, metrics, axes))
    disparities = tuple(all_disparities(measurement, metrics, criteria, references, config))
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
    subject = describe_subject(loaded)
    verdicts = judge(rules, measurement)
    found = (subject, estimates, disparities, tuple(finding.rule for finding in verdicts))
    assessed = _assess_checklists(checklists, config, measurement, today, found)
    judged = (*verdicts, *(finding for part in assessed for finding in part.findings))
    findings = apply_waivers(judged, loaded.waivers, today, rules, measurement)
    entries = source.entries(collected.table.total)
    waivers = loaded.waivers
    content = [loaded.path, *source.paths] if loaded.path is not None else []
    content += [waivers.path] if loaded.path is not None and waivers.path is not None else []
    record = AuditRecord(
        verdict=overall_verdict(findings),
        subject=subject,
        provenance=make_provenance(
            entries,
            config.statistics.seed,
            loaded.path.name if loaded.path is not None else None,
            loaded.content,
            content,
            created,
            (waivers.path.name, waivers.sha256) if waivers.path is not None and waivers.sha256 is not None else None,
            libraries_used(config),
        ),
        plan=describe_plan(config, collected, favourable, metrics),
        data=describe_data(measurement, references),
        estimates=estimates,
        disparities=disparities,
        checklists=tuple(part.entry for part in assessed),
        controls=_controls(assessed, loaded.control_maps),
        findings=findings,
        report=report_words(loaded),
        warnings=warning_entries(config, rules, measurement, findings),
        impact_ratios=impact_tables(config, measurement),
        **make_studies(context),
    )
    if baseline is not None:
        record = record.model_copy(update={"baseline": changes_since(baseline, record)})
    return publishable(record) if config.report.suppress_record else record


def _open_checklists(loaded: LoadedConfig) -> tuple[OpenedChecklist, ...]:
    if not loaded.config.checklists and not required_by_profiles(loaded.config):
        return ()  # an audit of numbers alone need not load the checklist engine
    from ethicscheck.policy.checklists import open_checklists

    return open_checklists(loaded)


def _assess_checklists(
    opened: tuple[OpenedChecklist, ...],
    config: Config,
    measurement: Measurement,
    today: datetime.date,
    found: tuple[Subject, tuple[Estimate, ...], tuple[Disparity, ...], tuple[RuleEntry, ...]],
) -> tuple[Assessed, ...]:
    if not opened:
        return ()
    from ethicscheck.checklist.signing import record_parts, without_numbers
    from ethicscheck.policy.checklists import assess_checklists

    parts = record_parts(*found)
    signable = without_numbers(parts) if config.report.suppress_record else parts
    return assess_checklists(opened, config, measurement, today, signable)


def _controls(
    assessed: tuple[Assessed, ...], maps: Mapping[str, LoadedMap] | None
) -> tuple[ControlMapEntry, ...] | None:
    sections = [section for part in assessed for section in part.entry.sections]
    named = [name for section in sections for name in section.controls]
    named += [name for section in sections for item in section.items for name in item.controls or ()]
    if not named:
        return None
    from ethicscheck.policy.controls import control_maps_of

    return control_maps_of(named, maps) or None
