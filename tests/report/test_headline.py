"""The verdict in a sentence: undecided and impossible to judge are told apart."""

from __future__ import annotations

from typing import Any

import pytest

from ethicscheck.report.headline import headline
from helpers import audit_text

ROWS = "group,one,y,p\n" + "a,x,1,1\na,x,0,0\n" * 50 + "b,x,1,1\nb,x,0,1\nb,x,0,0\n" * 30


def rule(name: str, limit: float, across: str = "group") -> dict[str, Any]:
    """Return a rule on the selection rate."""
    return {"id": name, "metric": "selection_rate", "across": across, "compare": "difference", "max": limit}


KEPT, OPEN, NONE = rule("kept", 0.9), rule("open", 0.2), rule("none", 0.1, "one")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([OPEN], "The only rule stays undecided: the data can't tell yet. That is not a pass."),
        ([NONE], "The only rule can't be judged. That is not a pass."),
        ([KEPT, NONE], "No rule fails, but 1 of 2 can't be judged. That is not a pass."),
        ([KEPT, OPEN], "No rule fails, but 1 of 2 stays undecided: the data can't tell yet. That is not a pass."),
        (
            [KEPT, OPEN, NONE],
            "No rule fails, but 1 of 3 stays undecided, for the data can't tell yet, and 1 can't be judged. That is not a pass.",
        ),
    ],
    ids=["undecided", "not judged", "one not judged", "one undecided", "both"],
)
def test_a_rule_that_cannot_be_judged_is_not_called_undecided(tmp_path, rules, expected) -> None:
    """More data would decide the one, and only another question or other data the other."""
    record = audit_text(tmp_path, ROWS, sensitive=["group", "one"], rules=rules)

    assert headline(record) == expected
