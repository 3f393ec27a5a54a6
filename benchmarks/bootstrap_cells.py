"""How long does the bootstrap of cells take? 2,000 replicates, 60 groups, all measures of a yes/no decision.

    python benchmarks/bootstrap_cells.py [--fairlearn-rows 20000] [--fairlearn-replicates 20]

A replicate is a multinomial draw of each group's cells, so the time is the same for a thousand rows and for a billion.
Fairlearn's MetricFrame resamples rows; it is run with few replicates on few rows, and its time per replicate is printed
beside ours. Times on a shared machine are noisy: read the ratios.
"""

from __future__ import annotations

import argparse
import statistics
import time

import numpy as np

from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.binary import METRICS
from ethicscheck.stats.resampling import multinomial_replicates

REPLICATES, GROUPS = 2_000, 60


def cells_of(rows: int) -> np.ndarray:
    """Return the cells of 60 groups that share so many rows."""
    generator = np.random.default_rng(0)
    return generator.multinomial(rows // GROUPS, [0.45, 0.12, 0.1, 0.33], size=GROUPS)


def ours(rows: int) -> float:
    """Return the seconds that standard errors of all measures take."""
    cells = cells_of(rows)
    started = time.perf_counter()
    drawn = multinomial_replicates(cells, REPLICATES, 0).reshape(-1, 4).astype(float)
    for metric in METRICS.values():
        values = metric.measure(GroupCounts((), (), drawn), 1).estimator.value.reshape(REPLICATES, GROUPS)
        values.std(axis=0)
    return time.perf_counter() - started


def fairlearns(rows: int, replicates: int) -> float:
    """Return the seconds that MetricFrame's bootstrap takes, with as many measures as Fairlearn and scikit-learn have."""
    import pandas as pd
    from fairlearn import metrics as fl
    from sklearn import metrics as sk

    frame = pd.concat(
        pd.DataFrame({"group": str(g), "label": np.repeat([0, 0, 1, 1], c), "prediction": np.repeat([0, 1, 0, 1], c)})
        for g, c in enumerate(cells_of(rows))
    )
    measures = {
        "selection_rate": fl.selection_rate, "tpr": fl.true_positive_rate, "tnr": fl.true_negative_rate,
        "fpr": fl.false_positive_rate, "fnr": fl.false_negative_rate, "precision": sk.precision_score,
        "accuracy": sk.accuracy_score, "balanced_accuracy": sk.balanced_accuracy_score, "f1": sk.f1_score,
        "mcc": sk.matthews_corrcoef,
    }  # fmt: skip
    started = time.perf_counter()
    fl.MetricFrame(
        metrics=measures,
        y_true=frame.label,
        y_pred=frame.prediction,
        sensitive_features=frame.group,
        n_boot=replicates,
        ci_quantiles=[0.025, 0.975],
        random_state=0,
    )
    return time.perf_counter() - started


def main() -> None:
    """Run the benchmark and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fairlearn-rows", type=int, default=20_000, help="0 leaves Fairlearn out")
    parser.add_argument("--fairlearn-replicates", type=int, default=20)
    options = parser.parse_args()
    print(f"{REPLICATES:,} replicates, {GROUPS} groups, {len(METRICS)} measures; median of 5\n")
    print("| rows | seconds |\n|---|---|")
    own = 0.0
    for rows in (6_000, 600_000, 60_000_000, 6_000_000_000):
        own = statistics.median(ours(rows) for _ in range(5))
        print(f"| {rows:,} | {own:.2f} |")
    if options.fairlearn_rows:
        took = fairlearns(options.fairlearn_rows, options.fairlearn_replicates)
        each, ours_each = took / options.fairlearn_replicates, own / REPLICATES
        print(
            f"\nFairlearn, {options.fairlearn_rows:,} rows, 10 measures: {each:.2f} s a replicate, "
            f"{each / ours_each:,.0f} times ours"
        )


if __name__ == "__main__":
    main()
