"""The record inside a page: nothing is lost on the way, and damage is said."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ethicscheck import audit, load
from ethicscheck.errors import RecordError
from ethicscheck.model.columns import pack, unpack
from ethicscheck.model.record import AuditRecord
from ethicscheck.report import render
from helpers import audit_text

EXAMPLES = Path(__file__).parents[2] / "examples"
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(st.sampled_from(["list", "table", "a", "b"]) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=30,
)


@given(JSON)
def test_packing_loses_nothing(value: Any) -> None:
    """Any JSON comes back as it was: rows of different forms, names that look like our own marks, lone surrogates."""
    assert unpack(pack(value)) == value
    assert json.dumps(unpack(pack(value))) == json.dumps(value)


@pytest.fixture(scope="module")
def compas() -> AuditRecord:
    return audit(EXAMPLES / "compas/ethicscheck.yaml").record


def test_the_page_alone_draws_itself_again(compas: AuditRecord, tmp_path: Path) -> None:
    """In ten years somebody has a report.html and nothing else: the same page and the same record come out of it."""
    page = tmp_path / "old.html"
    page.write_bytes(render(compas))

    found = load(page).record

    assert found.to_json() == compas.to_json()
    assert render(found) == page.read_bytes()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> AuditRecord:
    csv = "group,y,p\n" + "".join(
        f"g{place:03},{row % 2},{int(row * 7 % 100 < place)}\n" for place in range(60) for row in range(40)
    )
    return audit_text(tmp_path_factory.mktemp("many"), csv)


def test_a_page_of_very_many_groups_says_what_its_record_lacks(many: AuditRecord, tmp_path: Path) -> None:
    """The page does not draw how each of 60 groups compares with the reference, and does not carry it either."""
    page = tmp_path / "many.html"
    page.write_bytes(render(many))

    found = load(page).record

    assert found.abridged is not None
    assert found.abridged.disparities == len(many.disparities) - len(found.disparities)
    assert {row.to for row in found.disparities} == {"gap"}
    assert found.estimates == many.estimates
    assert render(found) == page.read_bytes()
    assert b"g059" in page.read_bytes()


@pytest.mark.parametrize("damage", ["letter", "cut", "none", "twice", "verdict"])
def test_a_damaged_page_is_refused(compas: AuditRecord, tmp_path: Path, damage: str) -> None:
    """A record that does not fit its digest is no record; nor are two."""
    content = render(compas).decode()
    element = re.search(r'<script type="application/json".*?</script>', content, re.DOTALL)
    assert element is not None
    text = element.group(0)
    middle = text.index('"data":"') + 200
    other = {
        "letter": text[:middle] + ("A" if text[middle] != "A" else "B") + text[middle + 1 :],
        "cut": text[:middle] + '"}</script>',
        "none": "",
        "twice": text * 2,
        "verdict": text.replace('"sha256":"', '"sha256":"0'),
    }[damage]
    page = tmp_path / "old.html"
    page.write_text(content.replace(text, other))

    with pytest.raises(RecordError, match=r"old\.html"):
        load(page)


def test_hidden_numbers_are_not_carried_either(tmp_path: Path) -> None:
    """With small cells suppressed, what the page carries is the record as it may be published."""
    csv = "group,y,p\n" + "a,1,1\na,0,0\na,1,0\n" * 40 + "b,0,1\nb,0,0\nb,1,1\n" * 40 + "c,1,0\n" * 3
    record = audit_text(tmp_path, csv, report={"suppress_below": 10})
    page = tmp_path / "r.html"
    page.write_bytes(render(record))

    found = load(page).record

    assert found.suppression is not None
    assert found.suppression.published
    assert "c" not in {row.group.get("group") for row in found.estimates}
