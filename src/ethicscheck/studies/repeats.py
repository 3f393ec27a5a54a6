"""How many people (or sites, or cases) stand behind each group's rows, and how many of them stand in several groups."""

from __future__ import annotations

from ethicscheck.model.repeats_record import Repeats, RepeatsOfFeature, RepeatsOfGroup
from ethicscheck.stats.clusters import effective_clusters

from .context import Features, StudyContext


def study(context: StudyContext) -> Repeats | None:
    """Return the number of clusters by group; None where rows belong to none."""
    if context.roles.cluster is None or context.measurement.clusters is None:
        return None
    return Repeats(
        column=context.roles.cluster,
        features=tuple(_feature(context, features) for features in ((), *context.axes)),
    )


def _feature(context: StudyContext, features: Features) -> RepeatsOfFeature:
    measurement = context.measurement
    assert measurement.clusters is not None
    counts = measurement.counts(features)
    assert counts.clusters is not None
    assert counts.products is not None
    effective = effective_clusters(counts.amounts.sum(axis=1), counts.products.sum(axis=(1, 2)))
    clusters, straddling = measurement.clusters.straddling(features)
    return RepeatsOfFeature(
        features=features,
        clusters=clusters,
        straddling=straddling,
        groups=tuple(
            RepeatsOfGroup(
                group=dict(zip(features, key, strict=True)),
                rows=int(counts.rows[place].sum()),
                clusters=int(counts.clusters[place]),
                effective=float(effective[place]),
            )
            for place, key in enumerate(counts.keys)
        ),
    )
