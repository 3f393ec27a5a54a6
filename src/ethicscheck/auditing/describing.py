"""What the record says of the data, the plan, the subject and the report."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from ethicscheck.counts.bases import Moments
from ethicscheck.counts.collect import Collected
from ethicscheck.errors import DataError
from ethicscheck.metrics.definition import Metric
from ethicscheck.metrics.measurement import Measurement
from ethicscheck.model.config import Config, LoadedConfig
from ethicscheck.model.profile_use import ProfileUse
from ethicscheck.model.record import (
    BiasAuditFacts,
    DataEntry,
    Excluded,
    FeatureEntry,
    GroupShare,
    Plan,
    ProfileEntry,
    StratumEntry,
    Subject,
    Words,
)
from ethicscheck.policy.profile_uses import PUBLISHED, uses_of
from ethicscheck.policy.profiles import load_profile


def describe_data(measurement: Measurement, references: Mapping[tuple[str, ...], int]) -> DataEntry:
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


def describe_plan(config: Config, collected: Collected, favourable: int, metrics: tuple[Metric, ...]) -> Plan:
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
        profiles=tuple(_profile(use) for use in uses_of(config)),
    )


def _profile(use: ProfileUse) -> ProfileEntry:
    profile = load_profile(use.use)
    told = {name: value for name in PUBLISHED if (value := getattr(use, name)) is not None}
    published = BiasAuditFacts(**{name: str(value) for name, value in told.items()}) if told else None
    return ProfileEntry(**profile.model_dump(include=set(ProfileEntry.model_fields)), published=published)


def describe_subject(loaded: LoadedConfig) -> Subject:
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


def libraries_used(config: Config) -> tuple[str, ...]:
    """Return the packages that only some audits rest on."""
    through_fairlearn = bool(config.own) or config.mitigation is not None
    asked = {"fairlearn": through_fairlearn, "scikit-learn": through_fairlearn or config.proxies is not None}
    return tuple(name for name, needed in asked.items() if needed)
