"""All measures: few groups side by side with the ends marked, many in a table for each measure, very many in one."""

from __future__ import annotations

from pathlib import Path

from ethicscheck.report.index import RecordIndex
from ethicscheck.report.tables import FeatureTables, feature_tables
from helpers import audit_text

RULE = {"id": "r", "metric": "selection_rate", "across": "group", "compare": "difference", "max": 0.1}


def _tables(folder: Path, groups: int) -> FeatureTables:
    """Return the tables of so many groups of 40; the higher its number, the more of a group are selected."""
    rows = (
        f"g{place:03},{row % 2},{int(row < 40 * (place + 1) // (groups + 1))}\n"
        for place in range(groups)
        for row in range(40)
    )
    (found,) = feature_tables(RecordIndex(audit_text(folder, "group,y,p\n" + "".join(rows), rules=[RULE])))
    return found


def test_few_groups_stand_side_by_side_with_the_ends_marked(tmp_path: Path) -> None:
    """One row a measure: everyone, each group with its interval, the gap; highest and lowest told without colour."""
    table = _tables(tmp_path, 3)
    (selected,) = (row for row in table.overview if row.name == "selection_rate")

    assert [column.label for column in table.columns] == ["g000", "g001", "g002"]
    assert [cell.value.replace("\u00a0", " ") for cell in selected.cells] == ["25.0 %", "50.0 %", "75.0 %"]
    assert [cell.end for cell in selected.cells] == ["low", "", "high"]
    assert [cell.counted for cell in selected.cells] == ["40", "40", "40"]
    assert selected.cells[0].interval == "14.2–40.2"
    assert selected.gap == "50.0"
    assert table.details == ()
    assert table.many == ()
    assert table.takeaway == (
        "By group, the gap that is most surely there is in selection rate: g002 against g000, 50.0 points (at least 24.0)."
    )


def test_many_groups_have_a_table_for_each_measure_the_highest_first(tmp_path: Path) -> None:
    """With nine, columns would run off the page; each group is set against the reference."""
    table = _tables(tmp_path, 9)
    (selected,) = (part for part in table.details if part.title == "Selection rate")

    assert table.columns == ()
    assert [row.label for row in selected.groups] == [f"g{place:03}" for place in reversed(range(9))]
    assert table.compared
    assert [row.label for row in selected.groups if row.against_reference == "reference"] == ["g000"]


def test_very_many_groups_share_one_table_the_worst_first(tmp_path: Path) -> None:
    """Ordered by the measure that a rule judges; all 41 are there, with every measure."""
    table = _tables(tmp_path, 41)

    assert table.details == ()
    assert not table.compared
    assert table.many_order == "Selection rate"
    assert sorted(row.column.label for row in table.many) == [f"g{place:03}" for place in range(41)]
    assert {len(row.cells) for row in table.many} == {len(table.overview)}
    first, last = table.many[0], table.many[-1]
    assert {first.column.label, last.column.label} == {"g000", "g040"}
