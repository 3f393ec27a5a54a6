"""What rows can show: the promised chance by simulation, and against statsmodels for two groups."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit, ndtr, ndtri
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize

from ethicscheck.auditing import load_config
from ethicscheck.counts.bases import Scores
from ethicscheck.counts.table import GroupCounts
from ethicscheck.metrics.binary import METRICS
from ethicscheck.metrics.comparison import Comparison
from ethicscheck.metrics.detectable import Planned, _Moved
from ethicscheck.metrics.registry import find_measure
from ethicscheck.planning import plan_hypothetical, plan_power
from ethicscheck.policy.rows_needed import Planner, rows_needed
from ethicscheck.policy.rules import Rule
from helpers import loaded, write_config

RATE = METRICS["selection_rate"]
TWO = np.array([0]), np.array([1])


def counts(rates, sizes):
    """Return groups with these selection rates."""
    rows = np.zeros((len(sizes), 4))
    rows[:, 1] = np.asarray(rates) * sizes
    rows[:, 0] = np.asarray(sizes) - rows[:, 1]
    return GroupCounts(("group",), tuple((str(place),) for place in range(len(sizes))), rows)


def two_rates(pooled, gap):
    """Return the rates that lie evenly around the pooled one on the scale of log odds, so far apart."""
    low, high = 0.0, 30.0
    for _ in range(60):
        middle = (low + high) / 2
        apart = expit(logit(pooled) + middle) - expit(logit(pooled) - middle)
        low, high = (middle, high) if apart < gap else (low, middle)
    return expit(logit(pooled) + low), expit(logit(pooled) - low)


def share_shown(rates, sizes, beyond, runs=1500):
    """Return how often the interval of a new sample lies beyond the limit."""
    generator = np.random.default_rng(5)
    sizes = np.asarray(sizes)
    hits = 0
    for _ in range(runs):
        groups = counts(generator.binomial(sizes, rates) / sizes, sizes)
        hits += beyond(Comparison.of(RATE, groups, frozenset(), 1, 0.05))
    return hits / runs


@pytest.mark.parametrize(
    ("pooled", "sizes"), [(0.3, (200, 200)), (0.3, (2000, 50)), (0.5, (100, 400)), (0.02, (500, 500))]
)
def test_the_smallest_gap_shows_in_four_samples_of_five(pooled, sizes):
    """Samples with a true gap of the stated size must exclude 0 in about 80 %, whichever group is the higher one."""
    gap = Planned(RATE, counts([pooled] * 2, sizes), 1, 0.05).smallest_gaps(*TWO, "difference", 0.0)[0]
    up, down = two_rates(pooled, gap)

    shown = [share_shown(rates, sizes, lambda c: c.gap("difference").low > 0) for rates in ((up, down), (down, up))]

    assert min(shown) >= 0.76
    assert max(shown) <= 0.88


def test_among_five_groups_the_chance_is_at_least_the_promised_one():
    """The critical value holds for all pairs; two groups apart show in 80 % at least, however the others lie."""
    gap = Planned(RATE, counts([0.3] * 5, [200] * 5), 1, 0.05).smallest_gaps(*TWO, "difference", 0.0)[0]
    up, down = two_rates(0.3, gap)

    assert share_shown((up, down, 0.3, 0.3, 0.3), [200] * 5, lambda c: c.gap("difference").low > 0) >= 0.77


@pytest.mark.parametrize(("pooled", "sizes"), [(0.3, (200, 200)), (0.5, (100, 400)), (0.2, (1000, 1000))])
def test_statsmodels_finds_the_same_power(pooled, sizes):
    """Oracle: NormalIndPower with the arcsine effect size, two-sided α .05; the two agree within 3 points of power."""
    gap = Planned(RATE, counts([pooled] * 2, sizes), 1, 0.05).smallest_gaps(*TWO, "difference", 0.0)[0]
    effect = proportion_effectsize(*two_rates(pooled, gap))

    power = NormalIndPower().power(effect, sizes[0], 0.05, ratio=sizes[1] / sizes[0])

    assert power == pytest.approx(0.8, abs=0.03)


def test_statsmodels_needs_about_as_many_rows():
    """Oracle: NormalIndPower.solve_power for the gap that 300 rows a group can show gives 300 within 5 %."""
    gap = Planned(RATE, counts([0.3] * 2, [300, 300]), 1, 0.05).smallest_gaps(*TWO, "difference", 0.0)[0]

    rows = NormalIndPower().solve_power(proportion_effectsize(*two_rates(0.3, gap)), alpha=0.05, power=0.8)

    assert rows == pytest.approx(300, rel=0.05)


def test_the_smallest_breach_of_a_difference_fails_in_four_samples_of_five():
    """A rule of at most .1: at the stated true gap the lower end lies above .1 in about 80 %."""
    gap = Planned(RATE, counts([0.4] * 2, [500, 500]), 1, 0.05).smallest_gaps(*TWO, "difference", 0.1)[0]

    shown = share_shown(two_rates(0.4, gap), [500, 500], lambda c: c.gap("difference").low > 0.1)

    assert gap > 0.1
    assert shown == pytest.approx(0.8, abs=0.05)


def test_the_smallest_breach_of_a_ratio_fails_in_four_samples_of_five():
    """A rule of at least .8: at the stated true ratio the upper end lies below .8 in about 80 %."""
    ratio = Planned(RATE, counts([0.4] * 2, [500, 500]), 1, 0.05).smallest_gaps(*TWO, "ratio", 0.8)[0]
    step = np.linspace(0, 5, 5001)
    up, down = expit(logit(0.4) + step), expit(logit(0.4) - step)
    place = np.argmin(np.abs(down / up - ratio))

    shown = share_shown((up[place], down[place]), [500, 500], lambda c: c.gap("ratio").high < 0.8)

    assert ratio < 0.8
    assert shown == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize(("side", "bound"), [("max", 0.4), ("min", 0.3)])
def test_the_smallest_breach_of_each_groups_own_value_fails_in_four_samples_of_five(side, bound):
    """One group at its stated value, the others far on the right side of the limit."""
    value = Planned(RATE, counts([0.35] * 3, [400] * 3), 1, 0.05).smallest_breaches(side, bound)[0]
    safe = 0.1 if side == "max" else 0.7

    def beyond(comparison):
        gap = comparison.gap("each", side)
        return gap.low > bound if side == "max" else gap.high < bound

    assert share_shown((value, safe, safe), [400] * 3, beyond) == pytest.approx(0.8, abs=0.06)


def test_where_cells_are_too_many_values_are_moved_instead():
    """The second way (for scores and moments) agrees with the first where the variance hardly changes: around one half."""
    planned = Planned(RATE, counts([0.5] * 2, [2000, 2000]), 1, 0.05)
    moved = type("Moved", (Planned,), {"_family": lambda self: _Moved(self.metric, self.counts, 1)})(
        RATE, planned.counts, 1, 0.05
    )

    found = [plan.smallest_gaps(*TWO, "difference", 0.0)[0] for plan in (planned, moved)]

    assert found[0] == pytest.approx(found[1], rel=0.02)


def score_counts(sizes, aucs, generator=None):
    """Return histograms of scores with these AUCs (normal scores in two classes): drawn, or as large as they should be."""
    values = np.arange(101) / 100
    rows = []
    for size, auc in zip(sizes, aucs, strict=True):
        drawn = size if generator is not None else 200_000
        source = generator or np.random.default_rng(0)
        apart = np.sqrt(2) * ndtri(auc)
        label = source.integers(0, 2, drawn)
        score = ndtr(source.standard_normal(drawn) + apart * (label - 0.5))
        cells = np.bincount(2 * np.rint(score * 100).astype(int) + label, minlength=202)
        rows.append(cells if generator is not None else cells * size / drawn)
    keys = tuple((str(place),) for place in range(len(sizes)))
    return GroupCounts(("group",), keys, np.array(rows), basis=Scores(values))


@pytest.mark.parametrize(("sizes", "auc"), [((300, 300), 0.75), ((1000, 150), 0.85)])
def test_the_smallest_gap_in_auc_shows_in_four_samples_of_five(sizes, auc):
    """Scores have too many cells to be tilted; moving the values keeps the promise too, from 72 to 92 % in 300 samples."""
    measure = find_measure("roc_auc", "score")
    gap = Planned(measure, score_counts(sizes, [auc] * 2), 1, 0.05).smallest_gaps(*TWO, "difference", 0.0)[0]
    generator = np.random.default_rng(0)

    shown = np.mean(
        [
            Comparison.of(measure, score_counts(sizes, (auc + gap / 2, auc - gap / 2), generator), frozenset(), 1, 0.05)
            .gap("difference")
            .low
            > 0
            for _ in range(300)
        ]
    )

    assert 0.72 <= shown <= 0.92


@pytest.mark.parametrize("metric", ["false_positive_rate", "f1_score", "matthews_corrcoef", "balanced_accuracy"])
def test_every_kind_of_measure_has_a_smallest_gap_that_falls_with_the_rows(metric):
    """Four times the rows halve the gap, whatever the measure."""
    generator = np.random.default_rng(0)
    cells = generator.integers(100, 200, size=(1, 4)).repeat(2, axis=0)
    found = []
    for times in (1, 4):
        groups = GroupCounts(("group",), (("a",), ("b",)), cells * times)
        found.append(Planned(METRICS[metric], groups, 1, 0.05).smallest_gaps(*TWO, "difference", 0.0)[0])

    assert found[0] / found[1] == pytest.approx(2, rel=0.1)


def test_weights_of_two_change_nothing():
    """Weighted rows are planned by their effective size."""
    plain = counts([0.3, 0.3], [200, 300])
    weighted = GroupCounts(plain.axes, plain.keys, plain.rows, plain.rows * 2, plain.rows * 4)

    found = [Planned(RATE, groups, 1, 0.05).smallest_gaps(*TWO, "difference", 0.0)[0] for groups in (plain, weighted)]

    assert found[0] == pytest.approx(found[1], rel=0.01)


def test_five_people_show_nothing_however_far_apart():
    """Where no gap at all would show, there is no number."""
    planned = Planned(RATE, counts([0.5] * 20, [3] * 20), 1, 0.05)

    assert np.isnan(planned.smallest_gaps(*TWO, "difference", 0.0)[0])


def rule(compare="difference", side="max", bound=0.1, metric="selection_rate"):
    """Return a rule across the one feature."""
    return Rule("r", "r", METRICS[metric], ("group",), compare, side, bound, None, None, None)


@pytest.mark.parametrize("sizes", [(60, 60), (2000, 60, 100)])
def test_brought_up_to_the_stated_rows_the_rule_is_decided_in_four_samples_of_five(sizes):
    """Groups that are truly alike at .3, each with the rows it is said to need: decided in about 80 % or more."""
    plan = plan_hypothetical(sum(sizes), tuple(size / sum(sizes) for size in sizes), 0.3, bound=0.1)
    (found,) = plan.rules
    rows = [group.rows + group.missing_if_alike for group in found.groups]

    shown = share_shown([0.3] * len(sizes), rows, lambda c: c.gap("difference").high <= 0.1)

    assert max(rows) == max(*sizes, found.if_alike.each)
    assert 0.75 <= shown <= 0.97


def test_a_fail_among_many_rules_needs_more_rows():
    """Of ten rules a first fail must survive Holm's adjustment, so the plan for it must as well."""
    comparison = Comparison.of(RATE, counts([0.2, 0.4], [100, 100]), frozenset(), 1, 0.05)

    alone, among = (rows_needed(rule(), comparison, 1, asked) for asked in (1, 10))

    assert among.factor > alone.factor


def test_a_pass_among_many_rules_needs_no_more_rows():
    """All passes hold at once only if each does; no adjustment is made for them."""
    planners = [Planner(rule(), counts([0.3, 0.3], [1000, 1000]), 1, 0.0, 0.05, asked) for asked in (1, 10)]

    assert planners[0].decided(1.0)
    assert planners[1].decided(1.0)


DATA = "group,y,p\n" + "".join(
    f"{group},{place % 2},{int(place % 10 < selected)}\n"
    for group, rows, selected in (("a", 400, 3), ("b", 300, 4), ("c", 20, 5))
    for place in range(rows)
)


def config(folder, **parts):
    """Write the data and a config; return the config, loaded."""
    (folder / "data.csv").write_text(DATA)
    return load_config(write_config(folder, statistics={"min_group": 30}, **parts))


def test_without_rules_there_are_the_smallest_gaps_of_every_measure(tmp_path):
    """That alone, for each feature."""
    plan = plan_power(config(tmp_path))

    assert plan.rules == ()
    assert {"selection_rate", "equalized_odds"} <= {gap.metric for gap in plan.gaps}
    assert [group.left_out for group in plan.gaps[0].groups] == [None, None, "small"]


def test_a_criterion_shows_where_the_harder_of_its_measures_does(tmp_path):
    """Equalized odds: the gap must show in either error rate, and which is harder is said."""
    plan = plan_power(config(tmp_path, metrics=["equalized_odds"]))
    gaps = {gap.metric: gap.smallest for gap in plan.gaps}

    assert gaps["equalized_odds"].value > max(gaps["true_positive_rate"].value, gaps["false_positive_rate"].value)
    assert gaps["equalized_odds"].of in ("True positive rate", "False positive rate")


def test_planning_for_more_rows_brings_small_groups_in(tmp_path):
    """With ten times the rows, 20 people would be 200."""
    asked = {"metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.1}
    plan = plan_power(config(tmp_path, rules=[asked]), rows=7200)

    assert (plan.rows, plan.rows_today) == (7200, 720)
    assert [group.rows for group in plan.rules[0].groups] == [4000, 3000, 200]
    assert [group.left_out for group in plan.rules[0].groups] == [None, None, None]


def test_a_rule_that_cant_be_judged_says_why(tmp_path):
    """One group alone has no gap."""
    asked = {"metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.1}
    (tmp_path / "data.csv").write_text("group,y,p\n" + "a,1,1\na,0,0\n" * 50)
    plan = plan_power(load_config(write_config(tmp_path, rules=[asked])))

    (found,) = plan.rules
    assert (found.undefined, found.enough, found.if_as_today) == ("fewer_than_two_groups", False, None)


def test_at_the_limit_only_the_plan_for_groups_alike_is_left():
    """A gap of exactly .1 stays undecided for ever; groups that are alike do not."""
    import pandas as pd

    frame = pd.DataFrame({"group": ["a"] * 1000 + ["b"] * 1000, "p": [1] * 300 + [0] * 700 + [1] * 400 + [0] * 600})
    asked = {"metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.1}

    (found,) = plan_power(loaded(rules=[asked], label=None), frame).rules

    assert found.if_as_today.each is None
    assert found.if_alike.each is not None


def test_planned_rows_are_whole_and_add_up_and_enough_of_them_lack_nothing(tmp_path):
    """Three equal groups of 10,000 rows: 3,334 and 3,333 and 3,333, and nobody lacks the third of a row."""
    (tmp_path / "data.csv").write_text("group,y,p\n" + "".join(f"{g},1,1\n{g},0,0\n" * 200 for g in "abc"))
    asked = {"metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.1}
    (rule,) = plan_power(load_config(write_config(tmp_path, rules=[asked])), rows=10_000).rules

    assert [group.rows for group in rule.groups] == [3334, 3333, 3333]
    assert rule.enough
    assert [group.missing for group in rule.groups] == [0, 0, 0]
    (gap,) = plan_hypothetical(10_000, (0.25, 0.25, 0.00025, 0.49975), 0.3).gaps
    assert sum(group.rows for group in gap.groups) == 10_000


def test_planned_rows_are_rows_whatever_they_weigh(tmp_path):
    """Sums of weights, which stand in units of their own, made two or three people of thousands."""
    rows = "".join(f"{g},{place % 2},0.37\n" for g in "ab" for place in range(300))
    (tmp_path / "data.csv").write_text("group,p,w\n" + rows)
    asked = {"metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.2}
    planned = load_config(
        write_config(tmp_path, rules=[asked], prediction="p", weight="w", label=None, sensitive=["group"])
    )
    (rule,) = plan_power(planned, rows=6000).rules

    assert [group.rows for group in rule.groups] == [3000, 3000]
    assert rule.undefined is None
