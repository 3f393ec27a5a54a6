"""Which other columns reveal a sensitive feature: guessed by a model from a bounded, declared sample of the rows."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ethicscheck.counts.roles import KeyColumn, LineSample
from ethicscheck.model.part import Interval
from ethicscheck.model.proxies_record import Proxies, ProxyClass, ProxyColumn, ProxyFeature
from ethicscheck.stats.cross_validated import (
    HeldOutAuc,
    clustered_folds,
    held_out_auc,
    scores_from_shares,
    stratified_folds,
)
from ethicscheck.stats.intervals import critical_value
from ethicscheck.stats.scaled import Scaled

from .context import StudyContext
from .proxy_columns import EncodedColumn, Ints, encode_column

FOLDS = 5
MOST_CLASSES = 8
FEWEST_ROWS = 30  # of a group in the sample; where rows repeat, so many people
TREES = 40  # in all, shared out among the classes
DIGITS = 4  # of a model's AUC, so that another machine's last bits don't change the record
MODEL = "scikit-learn HistGradientBoostingClassifier, one thread, about 40 trees of at most 15 leaves, shared out among the groups"


def study(context: StudyContext) -> Proxies | None:
    """Return how well each sensitive feature can be guessed from the other columns; None where nobody asks."""
    asked = context.config.proxies
    if asked is None:
        return None
    columns = tuple(name for name in context.roles.others)
    keys = context.roles.features
    owner = context.roles.cluster
    names = list(dict.fromkeys([*(key.name for key in keys), *columns, *([] if owner is None else [owner])]))
    lines = context.view.sample(names, context.roles.count, asked.sample)
    seed = context.config.statistics.seed
    rows = _rows(lines, asked.sample, seed)
    unknown = context.roles.unknown_texts
    texts = {
        name: [None if (text := lines.lines[row][place]) is None or text in unknown else text for row in rows]
        for place, name in enumerate(names)
    }
    encoded = {name: encode_column(name, texts[name]) for name in columns}
    return Proxies(
        rows=len(rows),
        total=lines.total,
        seed=seed,
        folds=FOLDS,
        model=MODEL,
        columns=columns,
        features=tuple(
            _feature(
                key,
                _labels(key, texts[key.name]),
                [column for name, column in encoded.items() if name != key.name],
                None if owner is None else texts[owner],
                np.random.default_rng([seed, place]),
                context.measurement.confidence,
            )
            for place, key in enumerate(keys)
        ),
    )


def _rows(lines: LineSample, most: int, seed: int) -> Ints:
    """Return which line each row of the sample is: all rows, or so many drawn without putting back."""
    counts = np.array(lines.rows, dtype=np.int64)
    total = int(counts.sum())
    if total > most:
        generator = np.random.default_rng(seed)
        if total < 10**9:
            counts = generator.multivariate_hypergeometric(counts, most, method="marginals")
        else:  # numpy stops here; one row in fifty thousand hardly misses those already drawn
            counts = generator.multinomial(most, counts / total)
    return np.repeat(np.arange(len(counts)), counts)


def _labels(key: KeyColumn, texts: Sequence[str | None]) -> list[str | None]:
    """Return the group of each row, as the count table names it."""
    if not key.bins:
        return list(texts)
    names = key.bin_labels()
    found: list[str | None] = []
    for text in texts:
        try:
            number = float(text) if text is not None else math.nan
        except ValueError:
            number = math.nan
        found.append(None if math.isnan(number) else names[int(np.searchsorted(key.bins, number, side="right"))])
    return found


def _feature(
    key: KeyColumn,
    labels: Sequence[str | None],
    columns: Sequence[EncodedColumn],
    owners: Sequence[str | None] | None,
    generator: np.random.Generator,
    confidence: float,
) -> ProxyFeature:
    if owners is not None:  # a row of nobody known may be one more of somebody
        labels = [None if owner is None else label for label, owner in zip(labels, owners, strict=True)]
    counts = Counter(label for label in labels if label is not None)
    people = counts if owners is None else Counter(label for label, _ in set(zip(labels, owners, strict=True)))
    ranked = sorted(counts, key=lambda label: (-counts[label], label))
    chosen = [label for label in ranked if people[label] >= FEWEST_ROWS][:MOST_CLASSES]
    left_out = tuple(ProxyClass(label=label, rows=counts[label]) for label in ranked if label not in chosen)
    classes = tuple(ProxyClass(label=label, rows=counts[label]) for label in chosen)
    codes = {label: place for place, label in enumerate(chosen)}
    keep = np.array([label in codes for label in labels], dtype=bool)
    truth = np.array([codes[label] for label in labels if label in codes], dtype=np.int64)
    undefined = "fewer_than_two_groups" if len(chosen) < 2 else "no_column" if not columns else None
    if undefined is not None:
        shown = tuple(_column(column, None, None, 0, confidence) for column in columns)
        return ProxyFeature(
            feature=key.name,
            rows=len(truth),
            classes=classes,
            left_out=left_out,
            undefined=undefined,
            auc=None,
            columns=shown,
        )
    owner: Ints | None = None
    if owners is None:
        fold = stratified_folds(truth, FOLDS, generator)
    else:
        kept = [str(owner) for owner, known in zip(owners, keep, strict=True) if known]
        owner = np.unique(kept, return_inverse=True)[1].reshape(-1).astype(np.int64)
        fold = clustered_folds(truth, owner, FOLDS, generator)
    independent = len(truth) if owner is None else int(owner.max()) + 1
    alone = {
        column.name: held_out_auc(scores_from_shares(column.levels[keep], truth, fold), truth, fold, owner)
        for column in columns
        if column.kind != "constant"
    }
    used = [column for column in columns if column.name in alone]
    whole, losses = _guess(used, keep, truth, fold, owner, generator) if used else (HeldOutAuc(0.5, 0.0), {})
    return ProxyFeature(
        feature=key.name,
        rows=len(truth),
        classes=classes,
        left_out=left_out,
        auc=round(whole.value, DIGITS),
        interval=_interval(whole, independent, confidence),
        columns=tuple(
            _column(column, alone.get(column.name), losses.get(column.name), independent, confidence)
            for column in columns
        ),
    )


def _column(
    column: EncodedColumn, alone: HeldOutAuc | None, loss: float | None, independent: int, confidence: float
) -> ProxyColumn:
    return ProxyColumn(
        column=column.name,
        kind=column.kind,
        different=column.different,
        missing=column.missing,
        auc=round(alone.value, DIGITS) if alone is not None else None,
        interval=_interval(alone, independent, confidence) if alone is not None else None,
        importance=round(loss, DIGITS) if loss is not None else None,
    )


def _interval(auc: HeldOutAuc, rows: int, confidence: float) -> Interval:
    estimator = Scaled(
        np.array([auc.value]),
        np.array([auc.variance]),
        "logit",
        0.0,
        1.0,
        "cross_validated_logit",
        rows=np.array([float(rows)]),
    )
    low, high = estimator.limits(critical_value(1 - confidence))
    return Interval(
        low=round(min(float(low[0]), auc.value), DIGITS),
        high=round(max(float(high[0]), auc.value), DIGITS),
        level=confidence,
        method=estimator.method,
    )


def _guess(
    columns: Sequence[EncodedColumn],
    keep: NDArray[np.bool_],
    truth: Ints,
    fold: Ints,
    owner: Ints | None,
    generator: np.random.Generator,
) -> tuple[HeldOutAuc, dict[str, float]]:
    """Return the AUC of a model on all columns, and by how much it falls when one of them is shuffled among held-out rows."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from threadpoolctl import threadpool_limits

    table = np.column_stack([column.values[keep] for column in columns])
    categories = [column.kind == "categories" for column in columns]
    kinds = int(truth.max()) + 1
    rounds = max(8, TREES // (1 if kinds == 2 else kinds))
    scores = np.zeros((len(truth), kinds))
    shuffled = np.zeros((len(columns), len(truth), kinds))
    orders = [generator.permutation(np.flatnonzero(fold == part)) for part in range(FOLDS)]
    with threadpool_limits(1):  # threads that wait for each other cost more than they bring, and the last bits
        for part in range(FOLDS):
            rows = np.flatnonzero(fold == part)
            model: Any = HistGradientBoostingClassifier(
                max_iter=rounds,
                learning_rate=min(0.5, 6 / rounds),
                max_leaf_nodes=15,
                min_samples_leaf=20,
                l2_regularization=1.0,
                early_stopping=False,
                categorical_features=categories,
                random_state=0,
            ).fit(table[fold != part], truth[fold != part])
            scores[rows] = model.predict_proba(table[rows])
            for place in range(len(columns)):
                other = table[rows].copy()
                other[:, place] = table[orders[part], place]
                shuffled[place, rows] = model.predict_proba(other)
    whole = held_out_auc(scores, truth, fold, owner)
    losses = {
        column.name: whole.value - held_out_auc(shuffled[place], truth, fold).value
        for place, column in enumerate(columns)
    }
    return whole, losses
