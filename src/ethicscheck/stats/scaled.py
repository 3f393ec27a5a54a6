"""Group values with a sampling variance, whose limits are made on a scale that fits their range.

For measures that are no proportion: AUC, Brier score, macro F1, mean errors. The caller finds value and variance (delta
method, DeLong, jackknife); here they get limits. Proportions, and what is made of them, are in `estimators`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import betaincinv, expit, logit, ndtr

from .intervals import Floats, wilson_limits

# A limit so many times the value says nothing, and its square would be no float any more.
_ENDLESS = 1e60

Scale = Literal["identity", "log", "logit", "fisher", "wilson"]


@dataclass(frozen=True)
class Scaled:
    """G values with sampling variances; limits are symmetric on `scale` and never leave [lowest, highest].

    Parameters
    ----------
    value : the estimates, shape (G,); NaN where undefined.
    sampling_variance : the variance of each estimate (not of one row), shape (G,), ≥ 0.
    scale : "identity" for what has no bounds (a mean signed error), "log" for what is ≥ `lowest` (a mean absolute
        error), "logit" for what lies in [lowest, highest] (F1), "fisher" for a correlation in [−1, 1], "wilson" for a
        share-like value in [lowest, highest]: score limits with the effective size v(1 − v)/variance, narrower far
        out than the logit's.
    lowest, highest : the range; ±inf where there is no end.
    method : the interval's name, as the record prints it; say how the variance was found and on which scale
        ("delta_logit", "delong_logit").
    freedom : degrees of freedom, shape (G,), where the variance itself is estimated from few rows: Student's t takes
        the place of z. None or inf: z.
    rows : (effective) rows behind each value, shape (G,). Used at an end of a range with two ends, where the estimated
        variance is 0 and says nothing: the limits there are Wilson's for 0 or `rows` successes in so many trials.
        Give it wherever a value can reach an end (a perfect F1 on 100 rows is not certain).

    Notes
    -----
    With h the scale's function: h(value) ± q·sd·|h′(value)|, carried back. At an end of the range, where h is
    infinite, without `rows`: value ± q·sd, cut off at the ends. A variance of 0 inside the range gives limits of no
    width. NaN values or variances give NaN limits.

    >>> mean = Scaled(np.array([2.0]), np.array([0.04]), "log", 0.0, np.inf, "delta_log")
    >>> [round(float(end[0]), 4) for end in mean.limits(1.959964)]
    [1.644, 2.433]
    """

    value: Floats
    sampling_variance: Floats
    scale: Scale
    lowest: float
    highest: float
    method: str
    freedom: Floats | None = None
    rows: Floats | None = None

    def limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the limits at critical value `z`, each of shape (G,)."""
        value = np.asarray(self.value, dtype=float)
        deviation = np.sqrt(np.asarray(self.sampling_variance, dtype=float))
        quantile = self._quantile(z)
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            half = np.where(deviation > 0, quantile * deviation, 0 * deviation)
            low, high = self._on_scale(value, half)
            at_end = self._at_end(value)
            low, high = np.where(at_end, value - half, low), np.where(at_end, value + half, high)
            if self.rows is not None and np.isfinite(self.highest - self.lowest):
                few = wilson_limits(np.nan_to_num(self._share(value)), self.rows, z)
                width = self.highest - self.lowest
                low = np.where(at_end, np.minimum(low, self.lowest + width * few[0]), low)
                high = np.where(at_end, np.maximum(high, self.lowest + width * few[1]), high)
        # An interval holds its own estimate and stays in the range; NaN stays NaN.
        unknown = np.isnan(value) | np.isnan(deviation)
        low = np.clip(np.minimum(low, value), self.lowest, self.highest)
        high = np.clip(np.maximum(high, value), self.lowest, self.highest)
        return np.where(unknown, np.nan, low), np.where(unknown, np.nan, high)

    def far_limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the same limits; no exact ones are known."""
        return self.limits(z)

    def variance(self) -> Floats:
        """Return the sampling variances, shape (G,)."""
        return np.asarray(self.sampling_variance, dtype=float)

    def _quantile(self, z: float) -> Floats:
        return student_value(z, self.freedom) if self.freedom is not None else np.asarray(float(z))

    def _share(self, value: Floats) -> Floats:
        return (value - self.lowest) / (self.highest - self.lowest)

    def _at_end(self, value: Floats) -> Floats:
        ends = {"identity": (), "log": (self.lowest,), "fisher": (-1.0, 1.0)}.get(
            self.scale, (self.lowest, self.highest)
        )
        return np.asarray(np.isin(value, ends))

    def _on_scale(self, value: Floats, half: Floats) -> tuple[Floats, Floats]:
        if self.scale == "log":
            above = value - self.lowest
            factor = np.exp(half / above)
            factor = np.where(factor > _ENDLESS, np.inf, factor)
            return self.lowest + above / factor, self.lowest + above * factor
        if self.scale == "fisher":
            centre, reach = np.arctanh(value), half / (1 - value**2)
            return np.tanh(centre - reach), np.tanh(centre + reach)
        if self.scale == "identity":
            return value - half, value + half
        width, share = self.highest - self.lowest, self._share(value)
        reach = half / width / (share * (1 - share))
        if self.scale == "logit":
            low, high = expit(logit(share) - reach), expit(logit(share) + reach)
        else:
            # Score limits need z and n only as z²/n, which is (half/width)²/(p(1 − p)): any half width will do.
            ratio = reach * (half / width)
            centre, root = share + ratio / 2, np.sqrt(ratio * share * (1 - share) + ratio**2 / 4)
            low = np.where(np.isinf(ratio), 0.0, (centre - root) / (1 + ratio))
            high = np.where(np.isinf(ratio), 1.0, (centre + root) / (1 + ratio))
        return self.lowest + width * low, self.lowest + width * high


def student_value(z: float, freedom: Floats) -> Floats:
    """Return Student's quantile of the same tail as the normal quantile `z`, shape (G,).

    Parameters
    ----------
    z : a normal critical value, ≥ 0.
    freedom : degrees of freedom, > 0; inf gives z itself, and 0 or less gives infinity where z > 0.

    >>> round(float(student_value(1.959964, np.array([10.0]))[0]), 4)
    2.2281
    """
    degrees = np.asarray(freedom, dtype=float)
    usable = np.isfinite(degrees) & (degrees > 0)
    degrees_used = np.where(usable, degrees, 1.0)
    with np.errstate(divide="ignore", over="ignore"):  # a tail beyond what floats hold: infinity
        found = np.sqrt(degrees_used * (1 / betaincinv(degrees_used / 2, 0.5, 2 * ndtr(-z)) - 1))
    none = np.inf if z > 0 else 0.0
    return np.where(usable, np.maximum(found, z), np.where(degrees > 0, z, none))
