"""A published comparison tells nothing that either audit hides: neither a number, nor a difference, nor that nothing moved."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

import ethicscheck as ec
from ethicscheck.exports import render_document
from ethicscheck.model.record import AuditRecord
from ethicscheck.policy.publishing import publishable

RULES = [
    {"id": "race", "metric": "false_positive_rate", "across": "race", "compare": "difference", "max": 0.9},
    {"id": "sex", "metric": "false_positive_rate", "across": "sex", "compare": "difference", "max": 0.9},
]


@pytest.fixture(autouse=True)
def _same_day(monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")


def people(seed=0, rows=2_000, small=0.012):
    """Return people of two large races and two tiny ones."""
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "race": generator.choice(["A", "B", "Y", "Z"], rows, p=[0.6, 0.4 - 2 * small, small, small]),
            "sex": generator.choice(["F", "M"], rows),
            "y": generator.integers(0, 2, rows),
        }
    )
    frame["p"] = np.where(generator.random(rows) < 0.7, frame.y, 1 - frame.y)
    return frame


def audited(frame, below=10, **more) -> AuditRecord:
    options = {"label": "y", "prediction": "p", "sensitive": ["race", "sex"], "rules": RULES, "min_group": 0, **more}
    return ec.audit(frame, suppress_below=below, **options).record


def swapped(frame):
    """Swap the decisions of two people of tiny races who are alike in all else: hidden counts alone change."""
    other = frame.copy()
    for _, part in frame[frame.race.isin(["Y", "Z"])].groupby(["sex", "y"]):
        one = part[(part.race == "Y") & (part.p == 1)].index
        two = part[(part.race == "Z") & (part.p == 0)].index
        if len(one) and len(two):
            other.loc[one[0], "p"], other.loc[two[0], "p"] = 0, 1
            return other
    raise AssertionError("nobody to swap")


def test_numbers_of_tables_that_both_publish_whole_stay():
    """Sex hides nothing in either audit; race hides Y and Z in both."""
    published = ec.compare(audited(people(1)), audited(people(2))).published
    by_id = {part.id: part for part in published.findings}

    assert by_id["sex"].change is not None
    assert by_id["sex"].interval is not None
    assert {part.features for part in published.gaps} == {("sex",)}
    assert published.published


def test_of_a_table_with_hidden_groups_no_number_and_no_direction_is_left():
    """Not the old value, not the new one, not the change, and not that it moved; the two verdicts are public."""
    result = ec.compare(audited(people(1)), audited(people(2)))
    sealed = {part.id: part for part in result.comparison.findings}["race"]
    shown = {part.id: part for part in result.published.findings}["race"]

    assert sealed.change is not None
    assert (shown.old, shown.new, shown.change, shown.interval) == (None, None, None, None)
    assert (shown.status, shown.reason) == ("hidden", "suppressed")
    assert (shown.old_verdict, shown.new_verdict) == (sealed.old_verdict, sealed.new_verdict)
    text = result.published.to_json().decode()
    for value in (sealed.old, sealed.new, sealed.change):
        assert json.dumps(value) not in text


def test_that_a_hidden_value_lies_beyond_what_the_old_audit_allowed_is_not_published_either():
    """The sealed record keeps it for the gate; the bad end of a hidden interval is a hidden number."""
    result = ec.compare(audited(people(1, rows=8_000)), audited(people(2, rows=8_000)))
    sealed = {part.id: part for part in result.comparison.findings}["race"].model_copy(update={"beyond": 0.123456})
    whole = result.comparison.model_copy(update={"findings": (sealed,)})
    shown = publishable(result.new.model_copy(update={"baseline": whole, "findings": result.new.findings[:1]})).baseline

    assert [part.beyond for part in shown.findings] == [None]
    assert "0.123456" not in shown.model_dump_json()


def test_sizes_that_either_audit_hides_are_not_compared():
    """A size in one audit and a change would be the size in the other."""
    published = ec.compare(audited(people(1)), audited(people(2))).published
    (race,) = (part for part in published.data.features if part.name == "race")
    hidden = {
        part.label
        for seed in (1, 2)
        for part in (audited(people(seed)).suppression.sizes)
        if part.feature == "race"
    }  # fmt: skip

    assert not hidden & {group.label for group in race.groups}
    assert published.old.sha256 is None
    assert published.new is not None
    assert published.new.sha256 is None


@pytest.mark.parametrize("side", ["old", "new"])
def test_a_swap_of_hidden_decisions_changes_no_published_byte(side):
    """Two people's hidden decisions exchanged in one audit: comparison, page and record are the same to the byte."""
    frame = people(1, small=0.02)
    plain, swap = audited(frame, below=20), audited(swapped(frame), below=20)
    other = audited(people(2, small=0.02), below=20)
    pairs = [(plain, other), (swap, other)] if side == "old" else [(other, plain), (other, swap)]
    one, two = (ec.compare(*pair) for pair in pairs)

    assert plain.estimates != swap.estimates
    assert one.comparison != two.comparison
    assert one.published.to_json() == two.published.to_json()


def test_that_nothing_at_all_moved_is_hidden_too():
    """The same data twice, and the same data with hidden decisions exchanged, look alike."""
    frame = people(1, small=0.02)
    plain, swap = audited(frame, below=20), audited(swapped(frame), below=20)

    assert {part.id: part.status for part in ec.compare(plain, plain).comparison.findings}["race"] == "unchanged"
    assert ec.compare(plain, plain).published.findings == ec.compare(plain, swap).published.findings


def test_the_report_of_an_audit_with_a_baseline_holds_no_hidden_number():
    """The part of the record is published by the same rule, page and all."""
    old, frame = audited(people(1)), people(2)
    record = audited(frame, baseline=old)
    sealed = {part.id: part for part in record.baseline.findings}["race"]
    shown = publishable(record)
    page = render_document(record, "html").decode()

    assert sealed.change is not None
    assert shown.baseline is not None
    assert shown.baseline.published
    assert {part.features for part in shown.baseline.gaps} == {("sex",)}
    assert f"{sealed.old * 100:.1f} → {sealed.new * 100:.1f}" not in page
    assert "What changed since the last audit" in page


def test_an_older_audit_that_hides_is_kept_to_by_a_newer_one_that_does_not():
    """The newer audit publishes all of its own; the older one's hidden gap is not told by way of the change."""
    old, new = audited(people(1)), audited(people(2), below=None)
    published = ec.compare(old, new).published

    assert {part.features for part in published.gaps} == {("sex",)}
    record = audited(people(2), below=None, baseline=old)
    assert publishable(record).baseline.published
    assert publishable(record).estimates == record.estimates


def test_an_older_audit_without_protection_gives_no_numbers_to_one_with():
    """Nobody chose what of it may be shown: nothing is, and neither are its groups' sizes."""
    published = ec.compare(audited(people(1), below=None), audited(people(2))).published

    assert published.gaps == ()
    assert all(part.change is None for part in published.findings)
    assert published.data.features == ()


def test_where_neither_hides_anything_nothing_is_left_out():
    """The very same comparison."""
    result = ec.compare(audited(people(1), below=None), audited(people(2), below=None))

    assert result.published is result.comparison
