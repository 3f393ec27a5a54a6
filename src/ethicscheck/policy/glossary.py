"""Every name that a config, a record or a report uses, in plain words: one entry each, for `ethicscheck explain`.

Metrics, profiles and the short texts of reasons are explained where they are defined and gathered here; only what stands
nowhere else is written here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from ethicscheck.checklist.gating import CODES
from ethicscheck.metrics.definition import Criterion, Metric
from ethicscheck.metrics.registry import TASKS, all_measures, find_measure

from .code_words import CodeWords, explained_codes
from .config_words import DISPLAYED, explained_key, in_the_config, key_of_path, keys_by_name
from .control_words import explained_control, explained_maps
from .messages import REASONS
from .profiles import load_profile, profile_names
from .rules import OTHER_NAMES
from .study_words import COMPARISON_REASONS, MISSING_PARTS, STUDY_METHODS, STUDY_REASONS, STUDY_TESTS
from .topics import TOPICS, Topic
from .warnings.definition import KINDS, WarningKind

Kind = Literal[
    "metric",
    "criterion",
    "rule",
    "topic",
    "verdict",
    "reason",
    "method",
    "test",
    "state",
    "code",
    "finding",
    "profile",
    "warning",
    "control",
    "key",
]


@dataclass(frozen=True)
class Entry:
    """One name explained.

    Parameters
    ----------
    name : as in the config or the record.
    kind : what sort of name it is.
    title : a few words.
    says : what it asks or means, in plain sentences.
    details : further facts, by heading.
    """

    name: str
    kind: Kind
    title: str
    says: str
    details: tuple[tuple[str, str], ...] = ()


# What a rule is made of: title, meaning, when it misleads.
RULE_WORDS: dict[str, tuple[str, str, str]] = {
    "across": (
        "Whose groups are compared",
        'A sensitive feature, a list of features (every combination of their groups), or "*" for each feature and each configured '
        "intersection, with one finding each.",
        "Groups drawn too coarsely hide those within them; drawn too finely, they are too small to tell.",
    ),
    "compare": (
        "How groups are compared",
        "difference, ratio or each.",
        "A difference and a ratio can disagree: 2 % against 1 % is one point, and twice as often.",
    ),
    "difference": (
        "The gap: largest − smallest",
        "The highest group's value minus the lowest group's, among groups of min_group rows or more; in percentage points for shares.",
        "Grows with the number of groups by chance alone; that is why its lower end is corrected for looking at all pairs.",
    ),
    "ratio": (
        "The ratio: smallest ÷ largest",
        "The lowest group's value divided by the highest group's, from 0 to 1; 1 means equal. The four-fifths rule is a ratio of at least 0.8.",
        "Jumps about where values are near 0. A ratio of error rates points the other way from a ratio of favourable decisions.",
    ),
    "each": (
        "Every group's own value",
        "No comparison: each group's value must keep the limit by itself, and the worst group decides.",
        "All groups may keep a loose limit and still be far apart.",
    ),
    "max": (
        "The largest value allowed",
        "The rule passes if the interval's upper end is at most this, fails if its lower end is above it, and is undecided otherwise.",
        "A limit chosen after looking at the numbers proves nothing: agree on it first, and write down why.",
    ),
    "min": (
        "The smallest value allowed",
        "The rule passes if the interval's lower end is at least this, fails if its upper end is below it, and is undecided otherwise.",
        "A limit chosen after looking at the numbers proves nothing: agree on it first, and write down why.",
    ),
    "gap": (
        "How far groups are apart",
        "Over all groups that are defined and large enough: the difference or the ratio of the two extremes.",
        "The two extreme groups are picked because they look extreme; the interval allows for that, the bare number doesn't.",
    ),
    "reference": (
        "The group others are compared with",
        "The one that data.sensitive.FEATURE.reference names; by default the group with most rows. Rules don't use it.",
        "Whoever is the reference looks like the norm.",
    ),
    "overall": (
        "Everyone together",
        "The value over all judged rows, those of unknown group included; a group against it is compared with a whole it is part of.",
        "A large group is always near the overall, since it largely is the overall.",
    ),
    "favourable": (
        "The decision that helps the person",
        "data.favourable; by default the positive prediction. favourable_rate, and so the four-fifths profile, counts this decision.",
        "Where being marked is a harm (high risk, fraud), the favourable decision is the negative one: say so.",
    ),
    "min_group": (
        "The smallest group that is compared",
        "Groups with fewer rows are shown and marked, but take no part in gaps and verdicts. Default: 30.",
        "A pass speaks only of the groups that took part; those left out are named beside it.",
    ),
    "waiver": (
        "A finding that does not count for a while",
        "policy.waivers: a rule's or a finding's id, an owner, a reason, the last day on which it holds, and if you like the worst "
        "value still tolerated. It changes a verdict, never a number; one that has run out or is exceeded is announced.",
        "A waiver renewed again and again is a limit changed in silence.",
    ),
}  # fmt: skip

# Title, meaning.
VERDICTS: dict[str, tuple[str, str]] = {
    "pass": ("Passes", "The data show that the limit is kept: the whole interval lies within it, among groups of min_group rows or more."),
    "fail": ("Fails", "The data show that the limit is not kept: the whole interval lies beyond it, and still does once all rules are counted."),
    "inconclusive": (
        "Undecided",
        "The data can't tell: the interval lies on both sides of the limit. That is not a pass; the finding says how many rows would decide.",
    ),
    "not_evaluable": ("Can't be judged", "There is no value to judge; the reason stands beside it. That is not a pass either."),
    "waived": ("Waived", "It fails, is undecided or can't be judged, and someone answers for that until a given day. Counts like a pass in the overall verdict."),
}  # fmt: skip

# What lies behind each reason, and what helps. The short text stands in messages.REASONS where a message prints it.
REASON_HELP: dict[str, str] = {
    "interval_holds_limit": "The limit lies inside the interval, so values on either side of it fit these data. More rows help, if the true value is not the limit itself.",
    "multiplicity": "Taken alone the rule would fail, but among so many rules one may do so by chance (Holm's adjustment). More rows help, or fewer and better chosen rules.",
    "fewer_than_two_groups": "A gap is between two groups. Collect more rows, check data.unknown, or lower statistics.min_group knowingly.",
    "suppressed": "The number is of few people, or would give one of few people away, and `report.suppress_below` keeps it out of what is published. The sealed audit.json holds it unless `report.suppress_record` says otherwise.",
    "no_group": "Not one group has min_group rows and a value. Collect more rows, or lower statistics.min_group knowingly.",
    "divided_by_zero": "A ratio needs something to divide by. Use compare: difference.",
    "small": "The group has fewer rows than statistics.min_group: it is shown, and left out of gaps and verdicts.",
    "no_rows": "The group has no rows with a known decision.",
    "custom_metric_undefined": "The audit's own function raised an error, returned NaN or warned that it has no value for this group; what it said stands in the record's part `custom`.",
    "no_positives": "A rate among people for whom the outcome happened needs at least one such person.",
    "no_negatives": "A rate among people for whom the outcome did not happen needs at least one such person.",
    "no_predicted_positives": "A rate among people with the positive decision needs at least one such person.",
    "no_predicted_negatives": "A rate among people with the negative decision needs at least one such person.",
    "no_positives_or_predicted_positives": "F1 speaks of those with the outcome or the decision; here is neither. scikit-learn would print 0.",
    "no_false_positives": "The balance of errors, FN ÷ FP, has nothing to divide by.",
    "no_other_rows": "The group is everyone, so there is no rest to compare it with.",
    "under_two_percent": "New York City's rule lets an auditor leave a category under 2 % out of the impact ratios, with a reason; its count and rate stay. `under_two_percent: show` beside the profile's name keeps it in.",
    "infinite_loss": "Log loss takes the logarithm of the probability that was given to what happened; of 0 it is infinite. Find the certain scores that were wrong, or use brier_score. Other tools clip such scores and print a number that depends on the clip.",
    "unbounded_loss": "There are so many different scores that they were put on a grid, and a point at the very end of it holds someone for whom it was wrong: the loss may be large or infinite. Use brier_score, or round scores to 4 digits before the audit.",
    "infinite_score": "A mean over an infinite score is none. How scores rank (roc_auc) can still be measured.",
    "too_few_clusters": "All rows it is counted on, or nearly all, share one value of `data.cluster` (or `data.pair`): one person or site says nothing of how others fare. More rows of the same will not help; more people will.",
    "no_weight": "There are rows, but each weighs 0. Look at data.weight.",
    "one_row": "The group is hardly more than one row (by weight): its value would be that person's own, and no interval can be made.",
    "constant_truth": "R² compares errors with how much true values differ; here they don't differ at all. scikit-learn would print 1 or 0.",
    "class_without_rows": "An average over classes needs each class to occur among the true labels of the group. Join rare classes, or use weighted_f1. scikit-learn would leave the class out or count 0.",
    "class_never_predicted": "A precision needs somebody who was put in the class. scikit-learn would count 0.",
    "class_neither_true_nor_predicted": "An F1 score needs somebody who belongs to the class or was put there. scikit-learn would count 0.",
    "missing_label": "The row's outcome is unknown, so the row is left out of everything. Many such rows may hide a difference: who has no outcome?",
    "missing_prediction": "The row's decision is unknown, so the row is left out of everything.",
    "missing_label_and_prediction": "The row's outcome and decision are both unknown, so the row is left out of everything.",
    "missing_cluster": "It is not known to whom the row belongs (data.cluster or data.pair is empty), so the row is left out of everything: it may be one more row of somebody, or of somebody new.",
    "unknown_group": "The row's group is empty or one of data.unknown: it leaves that feature's tables only, and stays in the overall figures.",
    "checklist_unmet": "The config requires a checklist to be complete or signed, and it is not. Answer, settle or mend what is open; where only signatures are missing or have lapsed, look at what changed and sign.",
}  # fmt: skip

REASON_TITLES: dict[str, str] = {
    "interval_holds_limit": "the limit lies inside the interval",
    "multiplicity": "would fail alone, but not among so many rules",
    "missing_label": "outcome unknown",
    "missing_prediction": "decision unknown",
    "missing_label_and_prediction": "outcome and decision unknown",
    "missing_cluster": "not known whom the row belongs to",
    "unknown_group": "group unknown",
    "checklist_unmet": "a required checklist is not finished",
    **REASONS,
}

# Title, meaning, source.
METHODS: dict[str, tuple[str, str, str]] = {
    "wilson": ("Wilson score interval", "Of one rate: every true rate that is not too far from the one observed. Honest near 0 and 100 %, never of zero width.", "Wilson 1927, JASA 22, 209–212"),
    "wilson_effective_size": ("Wilson score interval on weighted rows", "The same, on the number of equally weighted rows that would tell as much. Presumes that weight and outcome have nothing to do with each other within a group.", "Wilson 1927; Kish 1965, Survey Sampling, §8.2"),
    "wilson_transformed": ("Wilson score interval, carried over", "Of F1 and of FN ÷ FP, which rise with a rate: that rate's interval, in their terms.", "Wilson 1927, JASA 22, 209–212"),
    "mover_wilson": ("Square-and-add of two rates", "Of balanced accuracy, the mean of two rates, from each rate's own interval.", "Zou & Donner 2008, Statistics in Medicine 27, 1693–1702"),
    "delta_fisher_z": ("Fisher's z with a delta-method error", "Of the Matthews correlation, on a scale where it is nearly normal; half a person is added to each cell, so that an empty one leaves no zero width.", "Bishop, Fienberg & Holland 1975, §11.3"),
    "delong_score": ("DeLong's components, score limits", "Of ROC AUC: all areas that are not too far from the one observed, with the variance each would have. Honest near 1 and with few positives.", "DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44; Newcombe 2006, Statistics in Medicine 25, 559–573"),
    "jackknife_logit_t": ("Jackknife error on the logit scale", "Of average precision: the variance from how much each person moves the value, with a little added so that a perfect order of few people is not certain.", "Efron & Tibshirani 1993, ch. 21; Boyd, Eng & Page 2013, ECML PKDD"),
    "delta_logit_t": ("Delta-method error on the logit scale", "Of the Brier score; half a person with either outcome joins the variance, so that few outcomes do not look like certainty.", "docs/scores.md, with the coverage that was simulated"),
    "delta_log_t": ("Delta-method error on the log scale", "Of log loss, in the same way.", "docs/scores.md, with the coverage that was simulated"),
    "hall_t_root": ("Root of a mean that allows for skewness", "Of the root mean squared error: the roots of the limits of the mean squared error.", "Hall 1992, Journal of the Royal Statistical Society B 54, 221–228"),
    "delta_log_error_ratio": ("Delta-method error on the log scale", "Of R²: 1 − R² is the mean squared error over the variance of the truth, and can't fall below 0. Too short where true values have heavy tails.", "docs/multiclass-and-regression.md, with the coverage that was simulated"),
    "delta_logit": ("Delta-method error on the logit scale", "Of averages over classes: the variance from what each person moves the value by, with one person more on either side in each class, so that a class of few people does not look certain.", "docs/multiclass-and-regression.md, with the coverage that was simulated"),
    "hall_t": ("Student's t, corrected for skewness", "Of a mean of scores or errors, which a few large values can make lopsided.", "Hall 1992, Journal of the Royal Statistical Society B 54, 221–228"),
    "mover_wilson_t": ("Square-and-add of rate and score", "Of calibration in the large: Wilson's limits of the rate and Student's of the part of the score that does not go with it.", "Zou 2007, Psychological Methods 12, 399–413"),
    "debiased_bins": ("Calibration error with its bias", "From the plain error less all that could be bias and chance, up to the plain error and chance: it covers at least as often as it says.", "docs/scores.md; Kumar, Liang & Ma 2019, NeurIPS"),
    "grid": ("Widened by the error of a grid", "Stands behind another name, as in delong_score+grid: there were too many different scores, so they were put on a grid, and each limit moved outward by twice what that can change.", "docs/scores.md"),
    "mover_difference": ("Difference of two groups", "Group − reference, from each side's own interval by square-and-add. For that one pair: not corrected for the number of groups.", "Newcombe 1998, Statistics in Medicine 17, 873–890, method 10"),
    "mover_ratio": ("Ratio of two groups", "Group ÷ reference, from each side's own interval. No upper end where the divisor may be 0.", "Donner & Zou 2012, Statistical Methods in Medical Research 21, 347–359"),
    "mover_difference_overall": ("Difference of a group and everyone", "Group − overall. The group is part of the whole, so the interval is made from the group against the rest.", "Newcombe 1998; Zou 2007, Psychological Methods 12, 399–413"),
    "mover_ratio_overall": ("Ratio of a group and everyone", "Group ÷ overall. The group is part of the whole, so the interval is made from the group against the rest.", "Donner & Zou 2012; Zou 2007, Psychological Methods 12, 399–413"),
    "pairwise_mover_simultaneous_lower": ("The gap over all groups", "Of largest − smallest. Upper end: the largest of all pairs' upper ends. Lower end: the largest of all pairs' lower ends, corrected for looking at all pairs, since the largest of many differences is large by chance alone.", "docs/statistics.md, with the coverage that was simulated"),
    "pairwise_mover_ratio_simultaneous_upper": ("The ratio over all groups", "Of smallest ÷ largest; the ends swap. Lower end: the smallest of all pairs' lower ends. Upper end: the smallest of all pairs' upper ends, corrected for looking at all pairs.", "docs/statistics.md, with the coverage that was simulated"),
    "worst_group_simultaneous": ("The worst single group", "For compare: each. The end that could fail the rule is corrected for the number of groups.", "Wilson 1927; Clopper & Pearson 1934, Biometrika 26, 404–413"),
    "worst_of_components": ("The worse of two gaps", "For equalized odds: the corrected end of each gap is made at half the error rate, so that looking at two costs nothing.", "docs/statistics.md, with the coverage that was simulated"),
    "custom_delta": ("Delta-method error of a function of your own", "The function is called again with each cell of a group a little larger and a little smaller; the interval is symmetric on a scale that fits the declared range.", "docs/custom-metrics.md"),
    "custom_bootstrap": ("Bootstrap error of a function of your own", "Where the cells are many (scores, many classes): the function is called on 200 resamples of the group's cells; the interval is symmetric on a scale that fits the declared range.", "Efron 1979, Annals of Statistics 7, 1–26"),
    "wilson_effective_size_clusters": ("Wilson score interval by cluster", "Of a rate where the same person stands in many rows: on the number of independent rows that would tell as much, with Student's t for the number of people.", "Binder 1983; Korn & Graubard 1998, Survey Methodology 24, 193–201; docs/repeats.md"),
    "wilson_transformed_clusters": ("Wilson score interval by cluster, carried over", "Of F1 and FN ÷ FP where the same person stands in many rows.", "docs/repeats.md"),
    "linearised_wilson_clusters": ("Linearised interval by cluster", "Of balanced accuracy where the same person stands in many rows: its variance over people, on the scale of a share, with t.", "Binder 1983, International Statistical Review 51, 279–292"),
    "linearised_fisher_clusters": ("Linearised interval by cluster on Fisher's scale", "Of Matthews correlation where the same person stands in many rows.", "Binder 1983, International Statistical Review 51, 279–292"),
    "alike_clusters": ("Rows of one person taken for alike", "The interval named before it, made as wide as if all rows of a person were one and the same. Never too short while they are alike at all; often wider than need be.", "docs/repeats.md"),
}  # fmt: skip

TESTS: dict[str, tuple[str, str, str]] = {
    "fisher_exact": ("Fisher's exact test", "Could chance alone make two groups differ this much? Exact for small numbers.", "Fisher 1935"),
    "freeman_halton": ("Freeman–Halton exact test", "The same for more than two groups, over all tables with the same totals.", "Freeman & Halton 1951, Biometrika 38, 141–149"),
    "freeman_halton_monte_carlo": ("Freeman–Halton test, simulated", "The same, over random tables, where there are too many to list (statistics.replicates).", "Freeman & Halton 1951, Biometrika 38, 141–149"),
    "chi_squared": ("χ² test", "The same for large numbers.", "Pearson 1900"),
}  # fmt: skip

STATES: dict[str, tuple[str, str]] = {
    "unanswered": ("Not answered", "Nobody has answered the question yet. Leaves complete unmet. Mend it with `ethicscheck checklist walk` or `answer`; “We do not know yet” is an answer."),
    "answered": ("Answered", "Those who answered agree, and nothing has changed since."),
    "unsure": ("Not known yet", "The answer is that the team does not know. Said openly, it does not stand in the way of complete. Find out, then answer again."),
    "not_applicable": ("Does not apply", "With a written reason; only where the checklist allows it."),
    "hidden": ("Not asked", "Another answer makes the question moot. What was answered before is kept."),
    "disputed": ("Disputed", "People disagree, until someone in a named role settles it with a reason. Leaves complete unmet. Talk it over: either one of them answers anew, or it is settled with `ethicscheck checklist resolve`; all that was said stays."),
    "contradicted": ("Contradicted by the data", "The given answer and the measured one differ. Both stay. Leaves complete unmet. Find out together which is right, then answer anew, or mend the system and audit again."),
    "stale": ("Out of date", "The question or the evidence changed, the evidence is gone or has expired, or a review is due. Leaves complete unmet. `ethicscheck checklist status` says which; look again and answer anew, with the evidence as it is now."),
}  # fmt: skip


def entries() -> Iterator[Entry]:
    """Yield every entry: what is measured, what a rule says, what comes out, how it was reckoned; then the config's other keys."""
    taken = set()
    for entry in _named():
        taken.add(_plain(entry.name))
        yield replace(entry, details=(*entry.details, *in_the_config(entry.name)))
    for name in keys_by_name():
        if _plain(name) not in taken:
            key, title, says, details = explained_key(name)
            yield Entry(key, "key", title, says, details)


def other_words() -> dict[str, str]:
    """Return the words that lead to an entry of another name: other libraries', those on screen, the verdicts' titles."""
    return {
        **OTHER_NAMES,
        **DISPLAYED,
        **{_plain(title): name for name, (title, _) in VERDICTS.items() if _plain(title) != name},
    }


def _named() -> Iterator[Entry]:
    yield from map(_measure, all_measures().values())
    for name, (title, says, misleads) in RULE_WORDS.items():
        yield Entry(name, "rule", title, says, (("Misleads", misleads),))
    yield from map(_topic, TOPICS.values())
    for name in profile_names():
        yield _profile(name)
    for name, title, says, details in explained_maps():
        yield Entry(name, "control", title, says, details)
    for name, (title, says) in VERDICTS.items():
        yield Entry(name, "verdict", title, says)
    yield from map(_warning, KINDS.values())
    for name, says in REASON_HELP.items():
        title = REASON_TITLES[name]
        yield Entry(name, "reason", title[0].upper() + title[1:], says)
    for name, (title, says) in (STUDY_REASONS | COMPARISON_REASONS).items():
        yield Entry(name, "reason", title[0].upper() + title[1:], says)
    for name, (title, says) in STATES.items():
        yield Entry(name, "state", title, says)
    for name, (title, says) in CODES.items():
        yield Entry(name, "code", title, says)
    yield from map(_finding_code, explained_codes())
    for kind, table in (("method", METHODS | STUDY_METHODS), ("test", TESTS | STUDY_TESTS)):
        for name, (title, says, source) in table.items():
            yield Entry(name, kind, title, says, (("Source", source),))  # type: ignore[arg-type]


def find_entry(name: str) -> Entry | None:
    """Return the entry of that name, or of the measure that others call so; case, blanks and hyphens don't matter."""
    known = {_plain(entry.name): entry for entry in entries()}
    wanted = _plain(name).partition("+")[0]  # delong_score+grid: what is behind the sign has an entry of its own
    if wanted.startswith("unknown_group:"):
        wanted = "unknown_group"
    measure = find_measure(name.strip())  # a name with a class in it stands in no list
    if wanted not in known and measure is not None:
        return _measure(measure)
    if wanted not in known and (control := explained_control(name)) is not None:
        return Entry(control[0], "control", *control[1:])
    key = key_of_path(name)  # data.cluster
    return known.get(wanted) or known.get(_plain(other_words().get(wanted, key or ""))) or _missing(wanted)


def _missing(name: str) -> Entry | None:
    """Return what a reason such as missing_label_and_score says, whichever parts it is made of."""
    parts = name.removeprefix("missing_").split("_and_")
    if not name.startswith("missing_") or any(part not in MISSING_PARTS for part in parts):
        return None
    words = " and ".join(MISSING_PARTS[part] for part in parts)
    says = "This is unknown (empty, or one of data.unknown), so the row is left out of everything. Many such rows may hide a difference."
    return Entry(name, "reason", f"Not known: {words}", says)


def _plain(name: str) -> str:
    return name.strip().lower().replace("’", "'").replace(" ", "_").replace("-", "_")


def _measure(measure: Metric | Criterion) -> Entry:
    also = sorted(other for other, known in OTHER_NAMES.items() if known == measure.name)
    details = [("Formula", measure.formula), ("Misleads", measure.misleads)]
    for task in TASKS:
        other = all_measures(task).get(measure.name)
        if other is not None and other.table not in (measure.table, "scores"):
            details.append((task.capitalize(), f"{other.asks} {other.formula}"))
    what = {"scores": "score", "classes": "predicted class", "moments": "prediction"}.get(measure.table, "decision")
    details.append(("Needs", f"{what} and outcome (data.label)" if measure.needs_label else f"the {what} alone"))
    if also:
        details.append(("Also called", ", ".join(also)))
    details.append(("Source", measure.source))
    kind: Kind = "metric" if isinstance(measure, Metric) else "criterion"
    return Entry(measure.name, kind, measure.title, measure.asks, tuple(details))


def _topic(topic: Topic) -> Entry:
    details = (("Formula", topic.formula), ("Misleads", topic.misleads), ("Source", topic.source), ("More", topic.more))
    return Entry(topic.name, "topic", topic.title, topic.asks, details)


def _warning(kind: WarningKind) -> Entry:
    details = (("When", kind.triggered), ("What helps", kind.helps), ("Source", kind.source))
    return Entry(kind.code, "warning", kind.title, kind.asks, details)


def _finding_code(words: CodeWords) -> Entry:
    details = [("Causes", words.causes), ("What to do", words.do)]
    details += [("Misleads", words.misleads)] if words.misleads else []
    details += [("Measure", f"`ethicscheck explain {words.measure}` has its formula.")] if words.measure else []
    page = f"docs/finding-codes.md#{words.code.lower()}"
    return Entry(words.code, "finding", words.title, words.says, (*details, ("More", page)))


def _profile(name: str) -> Entry:
    profile = load_profile(name)
    rules = "; ".join(
        f"{rule.id or name}: {rule.metric}, {rule.compare}, across {' × '.join(rule.across)}, "
        + (f"at most {rule.max:g}" if rule.max is not None else f"at least {rule.min:g}")
        for rule in profile.rules
    )
    details = (("Rules", rules), ("Citation", profile.citation), ("Status", profile.status), ("Dated", profile.dated))
    return Entry(name, "profile", profile.title, profile.summary, (*details, ("Version", profile.version)))
