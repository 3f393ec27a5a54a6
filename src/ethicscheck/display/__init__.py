"""Figures for papers on matplotlib axes, in the manner of scikit-learn's displays: `GapDisplay.from_result(…).plot()`.

Greys only, so that they print; each is drawn from the record as it may be published. Needs the extra `plot`.
"""

from __future__ import annotations

from .calibration import CalibrationDisplay
from .gaps import GapDisplay
from .representation import RepresentationDisplay

__all__ = ["CalibrationDisplay", "GapDisplay", "RepresentationDisplay"]
