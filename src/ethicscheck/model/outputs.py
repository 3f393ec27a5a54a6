"""The names of the documents that can be asked for, where every floor can see them; `exports` makes them."""

from __future__ import annotations

from typing import Literal, get_args

Output = Literal["html", "json", "summary", "markdown", "pdf", "ll144", "in-toto"]
OUTPUTS: tuple[str, ...] = get_args(Output)
