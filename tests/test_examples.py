"""The shipped examples give the published figures, and show what their READMEs say they show."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import pytest

from ethicscheck.auditing import load_config, make_record
from ethicscheck.model.record import AuditRecord
from helpers import disparities, gap, reconciles, values

EXAMPLES = Path(__file__).parents[1] / "examples"


def record_of(name: str) -> AuditRecord:
    """Audit an example."""
    return make_record(load_config(EXAMPLES / name / "ethicscheck.yaml"))


@pytest.fixture(scope="module")
def berkeley() -> AuditRecord:
    return record_of("berkeley")


@pytest.fixture(scope="module")
def hiring() -> AuditRecord:
    return record_of("hiring")


def test_berkeley_s_totals_are_those_of_ucb_admissions(berkeley: AuditRecord) -> None:
    """R's UCBAdmissions: 1,198 of 2,691 men and 557 of 1,835 women; Bickel, Hammel & O'Connell 1975."""
    assert berkeley.data.rows == 4_526
    assert values(berkeley, "selection_rate", "sex") == {"Male": 1198 / 2691, "Female": 557 / 1835}


def test_berkeley_s_gap_turns_round_within_departments(berkeley: AuditRecord) -> None:
    """The example's point: men ahead overall, women ahead in four of six departments."""
    rates: dict[str, dict[str, float]] = {}
    for row in berkeley.estimates:
        if row.stratum and row.features == ("sex",) and row.metric == "selection_rate" and row.value is not None:
            rates.setdefault(row.stratum["department"], {})[row.group["sex"]] = row.value

    ahead = [department for department, rate in rates.items() if rate["Female"] > rate["Male"]]

    assert ahead == ["A", "B", "D", "F"]
    assert {key: round(rate, 2) for key, rate in rates["A"].items()} == {"Female": 0.82, "Male": 0.62}
    assert berkeley.verdict == "fail"


def test_hiring_s_impact_ratios_are_those_of_the_rule(hiring: AuditRecord) -> None:
    """6 RCNY § 5-301: 555/1181 against 667/1390 by sex; over the cells, White men have the highest rate."""
    by_sex = gap(hiring, "favourable_rate", "ratio", "sex")
    both = gap(hiring, "favourable_rate", "ratio", "sex", "race")
    against = disparities(hiring, "favourable_rate", "ratio", "sex", "race", to="reference")

    assert by_sex.value == float(Fraction(555, 1181) / Fraction(667, 1390))
    assert both.against == {"sex": "Male", "race": "White"}
    ratios = {tuple(row.group.values()): row.value for row in against if row.group is not None}
    assert ratios["Female", "Asian"] == float(Fraction(135, 295) / Fraction(215, 412))


def test_hiring_s_250_unknown_are_accounted_for(hiring: AuditRecord) -> None:
    """They are no group, and they do not vanish; the assumption about them moves not even the overall rate."""
    assert hiring.data.rows == 2_571 + 250
    assert [(part.reason, part.rows) for part in hiring.data.excluded] == [("unknown_group:sex+race", 250)]
    assert reconciles(hiring)
    assert all("Unknown" not in row.group.values() for row in hiring.estimates)
    assert values(hiring, "selection_rate")[""] == pytest.approx(1222 / 2571, abs=1e-4)


def test_hiring_holds_the_cells_not_the_published_row(hiring: AuditRecord) -> None:
    """The published row for Hispanic or Latino applicants, 204 of 408, is not the sum of its two cells."""
    assert values(hiring, "selection_rate", "race")["Hispanic or Latino"] == (90 + 82) / (205 + 190)


@pytest.mark.parametrize(
    ("name", "figures"),
    [
        ("berkeley", ["4,526", "44.5 %", "30.4 %", "14.2", "82.4 %", "62.1 %"]),
        ("hiring", ["2,571", "43.5 %", "0.98", "0.84", "0.81"]),
    ],
)
def test_the_readme_s_figures_are_the_audit_s(
    name: str, figures: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A README that drifts from what the tool prints misleads."""
    from ethicscheck.exports import render_document

    readme = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")
    page = re.sub(r"<[^>]+>|\s+", " ", render_document(record_of(name), "html").decode().replace("\xa0", " "))

    for figure in figures:
        assert figure in readme
        assert figure.removesuffix(" %") in page
