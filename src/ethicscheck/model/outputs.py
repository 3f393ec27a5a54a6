"""The names of the documents that can be asked for, where every floor can see them; `exports` makes them."""

from __future__ import annotations

from typing import Literal, get_args

Output = Literal[
    "html",
    "json",
    "summary",
    "markdown",
    "pdf",
    "ll144",
    "junit",
    "sarif",
    "github",
    "gitlab",
    "openmetrics",
    "comment",
    "csv",
    "cyclonedx",
    "model-card",
    "in-toto",
    "dvc",
    "dvc-plots",
    "auto",
]
OUTPUTS: tuple[str, ...] = get_args(Output)
