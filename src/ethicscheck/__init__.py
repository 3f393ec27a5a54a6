"""ethicscheck: audit how an AI system's decisions treat groups of people.

>>> import ethicscheck as ec                                                    # doctest: +SKIP
>>> result = ec.audit(frame, label="y", prediction="yhat", sensitive=["race"])  # doctest: +SKIP
>>> result.verdict                                                              # doctest: +SKIP
'inconclusive'

Nothing heavy is imported until it is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .__about__ import __version__
from .errors import ConfigError, DataError, EthicscheckError, RecordError, UsageError

if TYPE_CHECKING:
    from .api import AuditResult, audit, load
    from .comparisons import ComparisonResult, compare
    from .scorers import make_fairness_scorer, refit_fair
    from .testing import UnfairError, assert_fair

__all__ = [
    "AuditResult",
    "ComparisonResult",
    "ConfigError",
    "DataError",
    "EthicscheckError",
    "RecordError",
    "UnfairError",
    "UsageError",
    "__version__",
    "assert_fair",
    "audit",
    "compare",
    "load",
    "make_fairness_scorer",
    "refit_fair",
]


def __getattr__(name: str) -> Any:
    if name in ("AuditResult", "audit", "load"):
        from .provenance import settle_clock

        settle_clock()
        from . import api

        return getattr(api, name)
    if name in ("ComparisonResult", "compare"):
        from . import comparisons

        return getattr(comparisons, name)
    if name in ("make_fairness_scorer", "refit_fair"):
        from . import scorers

        return getattr(scorers, name)
    if name in ("UnfairError", "assert_fair"):
        from . import testing

        return getattr(testing, name)
    raise AttributeError(f"module 'ethicscheck' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
