"""Rates (or any values) standardised to one mix of strata, what of a gap the mix explains, and when adjusting turns it round.

S strata, G groups. The mix is taken as observed: intervals speak of the groups' values within strata. Tests over strata
are in `stratified`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .estimators import Estimator, Proportion
from .gaps import difference_limits
from .intervals import Floats
from .stratified import Pooled

TurnAround = Literal["clear", "possible"]


@dataclass(frozen=True)
class Standardised:
    """Σ w_s θ_gs by group for values that are no rates; see `standardise`.

    Parameters
    ----------
    parts : one estimator a stratum, each over the same G groups.
    mix : w, shape (S,), adding up to 1.
    """

    parts: tuple[Estimator, ...]
    mix: Floats
    method: str = "mover_standardised"

    @property
    def value(self) -> Floats:
        """The standardised values; NaN where a group has no value in some stratum."""
        return self.mix @ np.stack([part.value for part in self.parts])

    def limits(self, z: float) -> tuple[Floats, Floats]:
        """Return limits by square-and-add of each stratum's own, no narrower than the variance asks for.

        Limits that pull towards the middle, as score limits do, pull in every stratum; over many small strata
        square-and-add alone would be too narrow (Zou & Donner 2008, Statistics in Medicine 27, 1693–1702, have one each).
        """
        return self._combined([part.limits(z) for part in self.parts], z)

    def far_limits(self, z: float) -> tuple[Floats, Floats]:
        """Return the same from limits that keep their level far in the tails."""
        return self._combined([part.far_limits(z) for part in self.parts], z)

    def variance(self) -> Floats:
        """Return Σ w² var θ_gs."""
        return np.asarray(self.mix**2 @ np.stack([part.variance() for part in self.parts]), dtype=float)

    def _combined(self, limits: list[tuple[Floats, Floats]], z: float) -> tuple[Floats, Floats]:
        values = np.stack([part.value for part in self.parts])
        low, high = np.stack([ends[0] for ends in limits]), np.stack([ends[1] for ends in limits])
        weight, least = self.mix[:, None], z * np.sqrt(self.variance())
        down = np.sqrt(((weight * (values - low)) ** 2).sum(axis=0))
        up = np.sqrt(((weight * (high - values)) ** 2).sum(axis=0))
        return self.value - np.fmax(down, least), self.value + np.fmax(up, least)


def standardise(parts: Sequence[Estimator], mix: Floats) -> Estimator:
    """Return Σ w_s θ_gs by group: each group's value if all groups were spread over the strata alike.

    Parameters
    ----------
    parts : one estimator a stratum, each over the same G groups.
    mix : w, shape (S,), adding up to 1.

    Returns
    -------
    For rates a `Proportion` on the effective size 1 + p(1 − p) ÷ Σ w² v_s with v_s each stratum's unbiased variance, and
    never more than the group's rows, so that its limits stay in [0, 1] and cover for few large strata and for many small
    ones; where no stratum varies (all rates are 0 or 1), on the size 1 ÷ Σ w²/n. For other values `Standardised`.

    Notes
    -----
    Effective size: E. L. Korn & B. I. Graubard (1998), Survey Methodology 24, 193–201.

    >>> rates = [Proportion(np.array([0.2]), np.array([50.0])), Proportion(np.array([0.4]), np.array([50.0]))]
    >>> found = standardise(rates, np.array([0.5, 0.5]))
    >>> round(float(found.value[0]), 3), round(float(found.size[0]), 1)
    (0.3, 100.0)
    """
    rates = [part for part in parts if isinstance(part, Proportion)]
    if len(rates) < len(parts):
        return Standardised(tuple(parts), mix)
    share = np.clip(mix @ np.stack([part.share for part in rates]), 0, 1)
    variance = mix**2 @ np.stack([part.variance() for part in rates])
    size = np.stack([part.size for part in rates])
    plain = 1 / (mix**2 @ (1 / np.where(size > 0, size, np.nan)))
    varies = (variance > 0) & (share > 0) & (share < 1)
    effective = np.minimum(1 + share * (1 - share) / np.where(varies, variance, 1.0), size.sum(axis=0))
    return Proportion(share, np.where(varies, effective, plain), "wilson_standardised")


def common_strata(denominators: ArrayLike) -> NDArray[np.bool_]:
    """Return which strata hold every group (positivity), shape (S,), from denominators of shape (S, G).

    Where a stratum lacks a group, nothing in the data says what that group's value there would be. Such strata are left
    out of what is standardised, and named.
    """
    return np.asarray((np.asarray(denominators, dtype=float) > 0).all(axis=1))


def pooled_mix(denominators: ArrayLike) -> Floats:
    """Return the share of each stratum among all groups together: the mix of direct standardisation.

    >>> pooled_mix([[10, 30], [20, 40]]).tolist()
    [0.4, 0.6]
    """
    totals = np.asarray(denominators, dtype=float).sum(axis=1)
    return np.asarray(totals / math.fsum(totals), dtype=float)


def mean_mix(denominators: ArrayLike) -> Floats:
    """Return the mean of the groups' own mixes, under which a gap splits in what the mix explains and what it does not.

    For two groups, θ₁ − θ₂ = Σ m_s (θ₁s − θ₂s) + Σ (w₁s − w₂s)(θ₁s + θ₂s)/2 with m = (w₁ + w₂)/2: the difference
    standardised to m, which the strata do not explain, plus what they do.

    Notes
    -----
    E. M. Kitagawa (1955), JASA 50, 1168–1194; as a measure of discrimination I. Žliobaitė, F. Kamiran & T. Calders (2011),
    Handling conditional discrimination, ICDM, equations 4 and 5.

    >>> mean_mix([[10, 30], [30, 10]]).tolist()
    [0.5, 0.5]
    """
    amounts = np.asarray(denominators, dtype=float)
    return np.asarray((amounts / amounts.sum(axis=0)).mean(axis=1), dtype=float)


def difference(estimator: Estimator, first: int, second: int, z: float) -> Pooled:
    """Return the difference of two groups' values with MOVER limits."""
    value = estimator.value
    low, high = estimator.limits(z)
    one, two = [first], [second]
    ends = difference_limits(value[one], (low[one], high[one]), value[two], (low[two], high[two]))
    return Pooled(float(value[first] - value[second]), float(ends[0][0]), float(ends[1][0]))


def turn_around(crude: Pooled, adjusted: Pooled) -> TurnAround | None:
    """Return whether adjusting turns a difference round (Simpson's paradox).

    Returns
    -------
    "clear" when the two have opposite signs and neither interval holds 0; "possible" when the signs are opposite and one
    of the intervals does not hold 0; None when the signs agree, and when neither is told from 0, since two differences that
    are nothing but chance have opposite signs half the time.

    Notes
    -----
    E. H. Simpson (1951), JRSS B 13, 238–241; P. J. Bickel, E. A. Hammel & J. W. O'Connell (1975), Science 187, 398–404.

    >>> turn_around(Pooled(0.14, 0.11, 0.17), Pooled(-0.02, -0.06, 0.01))
    'possible'
    """
    if crude.value * adjusted.value >= 0:
        return None
    sure = [part.low > 0 or part.high < 0 for part in (crude, adjusted)]
    return "clear" if all(sure) else "possible" if any(sure) else None


@dataclass(frozen=True)
class DemographicDisparity:
    """One group's share of the unfavourable decisions less its share of the favourable ones.

    `crude` over all strata together, `conditional` as the mean over strata weighted by their size; above 0 the group gets
    more of the unfavourable decisions than of the favourable ones. `used` says which strata could be used.
    """

    crude: Pooled
    conditional: Pooled
    used: NDArray[np.bool_]


def demographic_disparity(
    favoured: ArrayLike,
    others: ArrayLike,
    sizes: ArrayLike,
    z: float,
    effective: tuple[ArrayLike, ArrayLike] | None = None,
) -> DemographicDisparity | None:
    """Return a group's demographic disparity, crude and conditional on strata.

    Parameters
    ----------
    favoured, others : amounts of favourable and of other decisions, columns (the group, everyone), shape (S, 2).
    sizes : what the strata weigh, shape (S,).
    z : critical value.
    effective : where weighted, the effective numbers of favourable and of other decisions by stratum, shape (S,) each.

    Returns
    -------
    None where no stratum holds both decisions.

    Notes
    -----
    S. Wachter, B. Mittelstadt & C. Russell (2021), Why fairness cannot be automated, Computer Law & Security Review 41,
    105567. Given how many are favoured in a stratum, the two shares are independent proportions; each is
    standardised over the strata, and their difference has MOVER limits. Strata where all decisions are alike have no such difference and are left out
    of both figures.
    """
    chosen, rest = np.asarray(favoured, dtype=float), np.asarray(others, dtype=float)
    size = np.asarray(sizes, dtype=float)
    counted = (
        (chosen[:, 1], rest[:, 1]) if effective is None else tuple(np.asarray(part, dtype=float) for part in effective)
    )
    used = (chosen[:, 1] > 0) & (rest[:, 1] > 0)
    if not used.any():
        return None
    mix = size[used] / math.fsum(size[used])
    conditional = _apart(chosen[used], rest[used], counted[0][used], counted[1][used], mix, z)
    crude = _apart(
        chosen[used].sum(axis=0, keepdims=True),
        rest[used].sum(axis=0, keepdims=True),
        counted[0][used].sum(keepdims=True),
        counted[1][used].sum(keepdims=True),
        np.ones(1),
        z,
    )
    return DemographicDisparity(crude, conditional, used)


def _apart(chosen: Floats, rest: Floats, chosen_size: Floats, rest_size: Floats, mix: Floats, z: float) -> Pooled:
    shares, ends = [], []
    for part, size in ((rest, rest_size), (chosen, chosen_size)):
        share = np.minimum(part[:, 0] / part[:, 1], 1.0)
        strata = [Proportion(share[[place]], size[[place]]) for place in range(len(share))]
        pooled = standardise(strata, mix)
        shares.append(pooled.value)
        ends.append(pooled.limits(z))
    low, high = difference_limits(shares[0], ends[0], shares[1], ends[1])
    return Pooled(float(shares[0][0] - shares[1][0]), float(low[0]), float(high[0]))
