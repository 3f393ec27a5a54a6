"""Fairness rules in scikit-learn's model selection: a rule as a scorer, and the best model among those that keep it.

>>> scoring = {"accuracy": "accuracy", "fair": make_fairness_scorer(RULE, sensitive="sex")}        # doctest: +SKIP
>>> GridSearchCV(model, grid, scoring=scoring, refit=refit_fair(RULE, utility="accuracy"))         # doctest: +SKIP
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from .errors import DataError, UsageError, did_you_mean

if TYPE_CHECKING:
    from .policy.rule_text import RuleText

SCORE_TABLES = ("scores",)


@dataclass(frozen=True)
class FairnessScorer:
    """A rule as `scorer(estimator, X, y)`, greater is better; made by `make_fairness_scorer`."""

    rule: str
    sensitive: Any
    positive: Any = None
    favourable: Any = None
    threshold: float | None = None
    min_group: int = 30
    error_score: float | Literal["raise"] = math.nan

    def __call__(self, estimator: Any, X: Any, y: Any) -> float:  # noqa: N803 (scikit-learn's own word)
        """Return the measured value on these rows: a limit from above is negated, so that greater is better."""
        from .api import audit
        from .policy.rule_text import parse_rules

        parsed = parse_rules([self.rule])[0]
        groups = _aligned(self.sensitive, X, y, parsed)
        result = audit(
            _plain(y),
            y_pred=_plain(estimator.predict(X)) if self.threshold is None else None,
            y_score=_scores(estimator, X, self.positive) if self._needs_scores(parsed) else None,
            threshold=self.threshold,
            sensitive=groups,
            positive=self.positive,
            favourable=self.favourable,
            rules=self.rule,
            metrics=parsed.metric if not _is_criterion(parsed.metric) else None,
            min_group=self.min_group,
        )
        findings = result.record.findings
        values = [finding.observed.value if finding.observed is not None else None for finding in findings]
        if any(value is None for value in values):
            told = next(one.message for one, value in zip(findings, values, strict=True) if value is None)
            if self.error_score == "raise":
                raise DataError(told, f'rule "{self.rule}"', "use fewer folds, or larger groups")
            warnings.warn(f'the score of "{self.rule}" is undefined here: {told}', _undefined_warning(), stacklevel=2)
            return float(self.error_score)
        known = [value for value in values if value is not None]
        return -max(known) if parsed.bound == "max" else min(known)

    def _needs_scores(self, parsed: RuleText) -> bool:
        from .metrics.registry import find_measure

        return self.threshold is not None or getattr(find_measure(parsed.metric, "binary"), "table", "") in SCORE_TABLES


@dataclass(frozen=True)
class FairRefit:
    """Which candidate `GridSearchCV` keeps; made by `refit_fair`."""

    rule: str
    utility: str
    fairness: str = "fair"
    strict: bool = False

    def __call__(self, cv_results: Mapping[str, Any]) -> int:
        """Return the place of the candidate with the best utility among those that keep the rule.

        Raises
        ------
        DataError
            When none keeps it.
        """
        import numpy as np

        from .policy.rule_text import parse_rules

        parsed = parse_rules([self.rule])[0]
        utility = np.asarray(self._column(cv_results, f"mean_test_{self.utility}"), dtype=float)
        mean = self._column(cv_results, f"mean_test_{self.fairness}")
        folds = [column for name, column in cv_results.items() if _is_fold(name, self.fairness)]
        scores = np.asarray(folds if self.strict and folds else [mean], dtype=float)
        limit = -parsed.limit if parsed.bound == "max" else parsed.limit
        # A value that just meets the limit keeps it, whatever the rounding of a mean did to its last digit.
        kept = (scores >= limit - 1e-12).all(axis=0) & np.isfinite(utility)
        if not kept.any():
            raise DataError(self._none(np.asarray(mean, dtype=float), parsed), f'rule "{self.rule}"', _NEXT)
        return int(np.flatnonzero(kept)[np.argmax(utility[kept])])

    def _column(self, cv_results: Mapping[str, Any], name: str) -> Any:
        if name not in cv_results:
            known = [key.removeprefix("mean_test_") for key in cv_results if key.startswith("mean_test_")]
            asked = name.removeprefix("mean_test_")
            raise UsageError(f"scoring has no {asked!r}", "refit_fair(…)", did_you_mean(asked, known))
        return cv_results[name]

    def _none(self, mean: Any, parsed: RuleText) -> str:
        import numpy as np

        known = mean[np.isfinite(mean)]
        if not known.size:
            return f"none of {mean.size} candidates keeps the rule: it has no value for any of them"
        best = -known.max() if parsed.bound == "max" else known.max()
        every = " in every fold" if self.strict else ""
        return f"none of {mean.size} candidates keeps the rule{every}; the nearest has {best:.4g} on average"


_NEXT = (
    "widen the grid (other regularisation, thresholds, features), or talk about the limit; none is chosen in silence"
)


def make_fairness_scorer(
    rule: str,
    *,
    sensitive: Any,
    positive: Any = None,
    favourable: Any = None,
    threshold: float | None = None,
    min_group: int = 30,
    error_score: float | Literal["raise"] = math.nan,
) -> FairnessScorer:
    """Make a scorer of a fairness rule, for `GridSearchCV`, `cross_validate` and their kin.

    Parameters
    ----------
    rule : "false_positive_rate difference <= 0.1 across sex". The score is the measured value; with `<=` it is negated, so
        that greater is better. Several features: the worst of them.
    sensitive : names of columns of X (a number, where X is an array), or a Series or frame of groups whose index is that of X
        or y: in each fold its rows are found by the index. An array can't be, and is refused.
    positive, favourable : as in `audit`.
    threshold : predict_proba (or decision_function) >= threshold instead of predict.
    min_group : groups with fewer rows in a fold take no part.
    error_score : what the score is where it is undefined, with a warning; or "raise".

    Raises
    ------
    ConfigError
        When the rule can't be read.
    UsageError
        When the groups could not be found again in a fold.
    """
    from .policy.rule_text import parse_rules, rule_names

    parse_rules([rule], rule_names("binary"))
    if not _by_name(sensitive) and not _has_index(sensitive):
        raise UsageError(
            "an array can't be followed into the folds of a cross-validation",
            "argument sensitive",
            "name a column of X, or give a Series: pd.Series(groups, index=X.index, name=…)",
        )
    if _has_index(sensitive) and not sensitive.index.is_unique:
        raise UsageError(
            "the index has rows twice", "argument sensitive", "give X and the groups an index of their own"
        )
    return FairnessScorer(rule, sensitive, positive, favourable, threshold, min_group, error_score)


def refit_fair(rule: str, *, utility: str, fairness: str = "fair", strict: bool = False) -> FairRefit:
    """Make a `refit` for `GridSearchCV`: the candidate with the best utility among those that keep a rule.

    What is compared with the limit is the measured value, averaged over folds; allowing for chance is what an audit of the
    chosen model on held-out rows is for.

    Parameters
    ----------
    rule : the rule of the fairness scorer.
    utility, fairness : the names of the two scores in `scoring`.
    strict : the rule must be kept in every fold, and not only on average.

    Raises
    ------
    ConfigError
        When the rule can't be read.
    """
    from .policy.rule_text import parse_rules, rule_names

    parse_rules([rule], rule_names("binary"))
    return FairRefit(rule, utility, fairness, strict)


def _is_criterion(metric: str) -> bool:
    from .metrics.definition import Criterion
    from .metrics.registry import find_measure

    return isinstance(find_measure(metric, "binary"), Criterion)


def _by_name(sensitive: Any) -> bool:
    names = sensitive if isinstance(sensitive, (list, tuple)) and sensitive else [sensitive]
    return all(isinstance(name, (str, int)) for name in names)


def _has_index(value: Any) -> bool:
    return hasattr(value, "loc") and hasattr(value, "index")


def _aligned(sensitive: Any, X: Any, y: Any, parsed: RuleText) -> Any:  # noqa: N803
    """Return the groups of the rows that are scored, by the names that the rule knows."""
    if _by_name(sensitive):
        names = list(sensitive) if isinstance(sensitive, (list, tuple)) else [sensitive]
        return _renamed({str(name): _column(X, name) for name in names}, parsed)
    rows = X if _has_index(X) else y
    if not _has_index(rows):
        raise UsageError(
            "neither X nor y has an index, so nobody knows which rows of the groups these are",
            "argument sensitive",
            "give X as a data frame (or y as a Series), or name a column of X",
        )
    lost = [label for label in rows.index if label not in sensitive.index]
    if lost:
        raise DataError(
            f"{len(lost):,} of {len(rows.index):,} rows have no group, such as {lost[0]!r}",
            "argument sensitive",
            "give it the index of X",
        )
    found = sensitive.loc[rows.index]
    if hasattr(type(found), "columns"):
        return {str(name): found[name].to_numpy() for name in found.columns}
    named = isinstance(found.name, str) and found.name
    return _renamed({found.name if named else "group": found.to_numpy()}, parsed, named=bool(named))


def _renamed(groups: dict[str, Any], parsed: RuleText, named: bool = False) -> dict[str, Any]:
    """Return one feature by the rule's name for it, where it has none of its own: a number of a column, a bare Series."""
    (only, *others) = groups
    unnamed = not named and (only == "group" or only.isdigit())
    if others or not unnamed or len(parsed.features) != 1:
        return groups
    return {parsed.features[0]: groups[only]}


def _column(X: Any, name: str | int) -> Any:  # noqa: N803
    if hasattr(type(X), "columns"):
        if name not in X.columns:
            known = [str(column) for column in X.columns]
            raise DataError(f"X has no column {name!r}", "argument sensitive", did_you_mean(str(name), known))
        return _plain(X[name])
    if not isinstance(name, int):
        raise DataError(
            f"X is an array, so it has no column {name!r}",
            "argument sensitive",
            "give the column's number, or a data frame",
        )
    return X[:, name]


def _plain(values: Any) -> Any:
    import numpy as np

    return np.asarray(values)


def _scores(estimator: Any, X: Any, positive: Any) -> Any:  # noqa: N803
    classes = list(getattr(estimator, "classes_", ()))
    if len(classes) != 2:
        raise DataError(
            "the model decides between no two classes", "argument estimator", "give a classifier of two classes"
        )
    if positive is not None and positive not in classes:
        raise DataError(f"the model knows no class {positive!r}", "argument positive", f"its classes are {classes}")
    if hasattr(estimator, "predict_proba"):
        return estimator.predict_proba(X)[:, classes.index(positive) if positive is not None else 1]
    decided = estimator.decision_function(X)
    return -decided if positive is not None and classes.index(positive) == 0 else decided


def _is_fold(name: str, fairness: str) -> bool:
    first, _, rest = name.partition("_")
    return first.startswith("split") and first[5:].isdigit() and rest == f"test_{fairness}"


def _undefined_warning() -> type[Warning]:
    from sklearn.exceptions import UndefinedMetricWarning

    return UndefinedMetricWarning  # type: ignore[no-any-return]


__all__: Sequence[str] = ["FairRefit", "FairnessScorer", "make_fairness_scorer", "refit_fair"]
