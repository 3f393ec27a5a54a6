"""The warning that weights go with the outcome."""

from __future__ import annotations

import numpy as np
import pandas as pd

import ethicscheck as ec

RULE = {"metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.1}


def survey(heavier, rows=2000):
    """People of two groups, a tenth selected, who weigh so many times as much as the others."""
    generator = np.random.default_rng(1)
    yes = (generator.random(rows) < 0.1).astype(int)
    weight = np.exp(0.3 * generator.standard_normal(rows)) * np.where(yes == 1, heavier, 1.0)
    return pd.DataFrame(
        {"group": generator.choice(["a", "b"], rows), "yes": yes, "w": weight, "id": range(rows), "plain": 1.0}
    )


def codes(frame, **more):
    """The codes of the warnings of an audit."""
    record = ec.audit(frame, prediction="yes", sensitive=["group"], rules=[RULE], **({"weight": "w"} | more)).record
    return [warning.code for warning in record.warnings or ()]


def test_it_is_given_where_the_rare_selected_weigh_twice_as_much():
    """The simulated case of 88 % coverage."""
    assert "informative_weights" in codes(survey(2.0))


def test_it_is_silent_where_weight_and_outcome_are_unrelated_or_there_are_no_weights():
    """Silent unless true."""
    assert "informative_weights" not in codes(survey(1.0))
    assert "informative_weights" not in codes(survey(2.0), weight="plain")
    assert "informative_weights" not in codes(survey(2.0), weight=None)


def test_its_advice_silences_it_and_widens_the_interval():
    """Ids that never repeat as clusters."""
    frame = survey(2.0)
    assert "informative_weights" not in codes(frame, cluster="id")

    widths = []
    for more in ({}, {"cluster": "id"}):
        record = ec.audit(frame, prediction="yes", sensitive=["group"], weight="w", **more).record
        row = next(row for row in record.estimates if row.group == {"group": "a"} and row.metric == "selection_rate")
        widths.append(row.interval.high - row.interval.low)
    assert widths[1] > 1.1 * widths[0]
