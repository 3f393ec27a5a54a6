"""Two features crossed: every cell has value, interval and people, and the shading follows the value."""

from __future__ import annotations

import pandas as pd

import ethicscheck as ec
from ethicscheck.report import render
from ethicscheck.report.grid import grid
from ethicscheck.report.index import RecordIndex


def crossed(cells, **more):
    """Audit people given as {(race, sex): (selected, people)}."""
    rows = [
        (race, sex, int(place < selected))
        for (race, sex), (selected, people) in cells.items()
        for place in range(people)
    ]
    frame = pd.DataFrame(rows, columns=["race", "sex", "p"])
    return ec.audit(
        frame,
        prediction="p",
        sensitive=["race", "sex"],
        intersections=[["race", "sex"]],
        metrics=["selection_rate"],
        **more,
    ).record


CELLS = {
    ("A", "F"): (10, 100),
    ("A", "M"): (30, 100),
    ("B", "F"): (90, 100),
    ("B", "M"): (6, 20),
    ("C", "F"): (50, 100),
}


def made(record):
    """Return the grid of the selection rate."""
    found = grid(RecordIndex(record), "selection_rate", ("race", "sex"), "g")
    assert found is not None
    return found


def test_cells_stand_where_their_labels_cross_with_margins():
    """Values by hand: 10 of 100, 30 of 100, …; nobody is C and M."""
    found = made(crossed(CELLS))

    assert found.columns == ("F", "M")
    values = {
        row.label: [cell.value.replace("\u00a0", " ") for cell in (*row.cells, row.over_all)] for row in found.rows
    }
    assert values == {
        "A": ["10.0 %", "30.0 %", "20.0 %"],
        "B": ["90.0 %", "30.0 %", "80.0 %"],
        "C": ["50.0 %", "nobody", "50.0 %"],
    }
    assert [cell.people for cell in found.last] == ["300", "120"]
    assert found.everyone.people == "420"


def test_shading_goes_from_the_lowest_to_the_highest_cell_with_enough_people():
    """10 % is the emptiest, 90 % the fullest, 20 people are not shaded but marked."""
    rows = made(crossed(CELLS)).rows

    assert [[cell.step for cell in row.cells] for row in rows] == [[0, 1], [4, None], [2, None]]
    assert rows[1].cells[1].small


def test_the_takeaway_says_when_the_crossing_shows_more_than_either_feature_alone():
    """80 points together, 60 by race (20 to 80 %), 20 by sex (50 to 30 %)."""
    said = made(crossed(CELLS)).takeaway.replace("\u00a0", " ")

    assert said == (
        "Highest for B · F (90.0 %), lowest for A · F (10.0 %). Together they range over 80.0 points, against 60.0 by race "
        "and 20.0 by sex alone."
    )


def test_equal_cells_are_said_to_be_equal():
    """No group stands apart, so none is named."""
    found = made(crossed(dict.fromkeys(CELLS, (20, 100))))

    assert "in every crossing with enough people" in found.takeaway
    assert {cell.step for row in found.rows for cell in row.cells} == {2, None}


def test_hidden_groups_are_hidden_in_the_grid_too():
    """A crossing that is not published says so, and no number of it stands on the page."""
    from ethicscheck.policy.publishing import publishable

    record = publishable(crossed({**CELLS, ("C", "M"): (3, 7)}, suppress_below=10))
    words = {row.label: [cell.value for cell in row.cells] for row in made(record).rows}

    assert words["C"][1] == "hidden"
    assert sum(value == "hidden" for row in words.values() for value in row) >= 2


def test_the_report_draws_it_as_a_table_that_prints_without_backgrounds():
    """Squares are SVG, and each cell's numbers are text."""
    page = render(crossed(CELLS)).decode()

    assert 'class="chart grid-chart"' in page
    assert 'class="shade-4"' in page
    assert "n = 100" in page


def test_labels_that_look_like_html_stay_text():
    """Labels come from data."""
    page = render(
        crossed({("<b>", "F"): (10, 50), ("<b>", "M"): (5, 50), ("x", "F"): (9, 50), ("x", "M"): (9, 50)})
    ).decode()

    assert "<b>" not in page
    assert "&lt;b&gt;" in page
