"""How an interval was made, in a few words: the record names methods as the code does."""

from __future__ import annotations

_WORDS = {
    "wilson": "Wilson score",
    "wilson_effective_size": "Wilson score on the effective number of rows",
    "wilson_effective_size_clusters": "Wilson score on the effective number of rows, rows of a person kept together",
    "wilson_transformed": "Wilson score of a rate it is a function of",
    "mover_wilson": "MOVER, from the Wilson intervals of its parts",
    "mover_wilson_t": "MOVER, from a Wilson and a Student interval",
    "mover_difference": "MOVER (Newcombe’s method 10), from the groups’ own intervals",
    "mover_ratio": "MOVER-R, from the groups’ own intervals",
    "mover_difference_overall": "MOVER, the group against the rest",
    "mover_ratio_overall": "MOVER-R, the group against the rest",
    "mover_standardised": "MOVER over the strata",
    "mover_paired": "MOVER for pairs (Newcombe’s method 10 with their correlation)",
    "pairwise_mover_simultaneous_lower": "over all pairs of groups (MOVER), its lower end corrected for looking at all of them",
    "pairwise_mover_ratio_simultaneous_upper": "over all pairs of groups (MOVER-R), its upper end corrected for looking at all of them",
    "worst_of_components": "the worst of its measures, corrected for looking at several",
    "delta_fisher_z": "delta method on Fisher’s z scale",
    "delta_logit_t": "delta method on the logit scale, Student’s limits",
    "delta_log_t": "delta method on the log scale, Student’s limits",
    "jackknife_logit_t": "jackknife on the logit scale, Student’s limits",
    "delong_score": "score limits with DeLong’s variance",
    "hall_t": "Student’s limits, corrected for skewness (Hall)",
    "hall_t_root": "Student’s limits, corrected for skewness (Hall), of the mean square",
    "debiased_bins": "normal limits of the debiased sum over bins",
}
_ADDED = {
    "alike_clusters": "rows of a person taken as alike",
    "grid": "widened by the scores’ grid",
}


def interval_words(method: str) -> str:
    """Return a method in words; one that is not known here by its own name.

    >>> interval_words("wilson+grid")
    'Wilson score, widened by the scores’ grid'
    """
    name, *added = method.split("+")
    return ", ".join([_WORDS.get(name, name.replace("_", " ")), *(_ADDED.get(part, part) for part in added)])


__all__ = ["interval_words"]
