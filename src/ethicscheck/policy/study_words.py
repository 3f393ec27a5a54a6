"""Names that only studies write into a record (intervals, tests, reasons), in plain words; part of the glossary."""

from __future__ import annotations

# Title, meaning.
STUDY_REASONS: dict[str, tuple[str, str]] = {
    "no_common_stratum": (
        "there is no stratum in which every group that is compared has a value",
        "Where a group does not occur, nothing says how it would fare there. Join strata that belong together, or compare fewer groups.",
    ),
    "no_column": (
        "no column is left to guess from",
        "A sensitive feature was to be guessed from other columns, but the only column named is the feature itself: it is never its own proxy.",
    ),
    "no_label": ("there is no outcome", "A calibration curve holds scores against what happened. Name its column as data.label."),
    "scores_outside_0_1": ("some scores are no probabilities", "What a score promises can only be held against what happened where it is a probability. Curves are drawn without a diagonal."),
}  # fmt: skip

# Why two audits' numbers are not compared; their comparison writes these. Title, meaning.
COMPARISON_REASONS: dict[str, tuple[str, str]] = {
    "not_comparable": ("the two audits’ numbers stand for different things", "Task, positive value or the decision that helps differ between the audits, so the same name means another number in each. Compare audits that ask the same."),
    "other_question": ("the rule asks something else now", "The rule kept its id but judges another measure, feature, comparison or side. Give a rule that asks something else another id."),
    "measure_changed": ("the measure is another function now", "A measure of the audit's own has another function, or its file changed, so the two values can't be subtracted."),
    "not_in_record": ("the records lack the groups’ own numbers", "The interval of a change is made from the values of the groups in both records, and one of them does not hold them."),
    "no_finite_limit": ("the numbers say nothing of how far it may have moved", "One of the groups has no limit on one side, so the change has none either."),
}  # fmt: skip

# What a record calls the parts of a row that are not known, as in missing_label_and_score.
MISSING_PARTS = {
    "label": "outcome",
    "prediction": "decision",
    "score": "score",
    "other": "the other model's decision",
    "cluster": "whom it belongs to",
}

# Title, meaning, source.
STUDY_METHODS: dict[str, tuple[str, str, str]] = {
    "between_group_sd_less_noise": ("Spread of the groups less chance", "The standard deviation of the groups' values with what chance alone would make of it taken off. Unlike largest − smallest it does not grow with the number of groups where all are equal. No interval, and no rule speaks of it.", "Lum, Zhang & Bower 2022, arXiv 2205.05770; docs/statistics.md"),
    "wilson_standardised": ("Wilson score interval at one mix of strata", "Of a rate if the group were spread over the strata like everyone: on the number of rows that would tell as much, never more than the group has.", "Wilson 1927; Korn & Graubard 1998, Survey Methodology 24, 193–201"),
    "mover_standardised": ("Square-and-add over strata", "The same for values that are no rates, from each stratum's own interval, no narrower than their variance asks for.", "Zou & Donner 2008, Statistics in Medicine 27, 1693–1702"),
    "difference_wilson_standardised": ("Difference at one mix of strata", "Of two groups' rates if both were spread over the strata alike, from each side's own interval.", "Newcombe 1998; Korn & Graubard 1998"),
    "difference_mover_standardised": ("Difference at one mix of strata", "The same for values that are no rates.", "Zou & Donner 2008, Statistics in Medicine 27, 1693–1702"),
    "pairwise_wilson_standardised": ("The gap at one mix of strata", "Over all groups, with the two ends of any gap: the lower one is corrected for looking at all pairs.", "docs/conditional.md"),
    "pairwise_mover_standardised": ("The gap at one mix of strata", "The same for values that are no rates.", "docs/conditional.md"),
    "mover_standardised_shares": ("Difference of two shares over strata", "Of a group's share of the unfavourable and of the favourable decisions, each put together over strata by their size.", "docs/conditional.md"),
    "robins_breslow_greenland": ("Limits of the common odds ratio", "On the logarithm's scale; right for few large strata and for many small ones.", "Robins, Breslow & Greenland 1986, Biometrics 42, 311–323"),
    "mantel_haenszel_sato": ("Limits of the common difference", "Right for few large strata and for many small ones.", "Sato 1989, Biometrics 45, 1323–1324"),
    "cross_validated_logit": ("Interval of a cross-validated AUC", "From each held-out row's influence, widened because the models share rows; on the log odds.", "LeDell, Petersen & van der Laan 2015, Electronic Journal of Statistics 9, 1583–1607; Nadeau & Bengio 2003, Machine Learning 52, 239–281"),
    "mover_paired": ("Square-and-add of two models on the same rows", "Of a value's change from one model to another: from both models' own intervals and how closely the two go together.", "Zou 2007, Psychological Methods 12, 399–413; Newcombe 1998, Statistics in Medicine 17, 2635–2650"),
    "paired_gap_change": ("Interval of a gap's change", "How much wider or smaller a gap is under another model, over all groups that may be the extreme ones.", "docs/comparing-models.md"),
    "independent_gap_change": ("Interval of a gap's change between two audits", "How much wider or smaller a gap is than in an earlier audit of other people, over all groups that may be the extreme ones in either.", "Zou & Donner 2008, Statistics in Medicine 27, 1693–1702; docs/comparing-audits.md"),
    "gap_ends_apart": ("One gap's ends less the other's", "The same where a record lacks the groups' own values (treatment equality): this gap's low end less the other's high end, and the other way round. Wider than it need be.", "docs/comparing-audits.md"),
    "newcombe_paired": ("Paired score interval", "Of the difference of two shares over matched pairs.", "Newcombe 1998, Statistics in Medicine 17, 2635–2650, method 10"),
    "newcombe_paired_clusters": ("Paired score interval by case", "The same where a case has several pairs.", "docs/matched-pairs.md"),
    "paired_t": ("Paired t interval", "Of the mean score difference over matched pairs, with as many degrees of freedom as there are cases, less one.", "Student 1908, Biometrika 6, 1–25"),
}  # fmt: skip

STUDY_TESTS: dict[str, tuple[str, str, str]] = {
    "cochran_mantel_haenszel": ("Cochran–Mantel–Haenszel test", "Could chance alone make two groups differ this much, one way, within strata? Without continuity correction.", "Cochran 1954, Biometrics 10, 417–451; Mantel & Haenszel 1959, JNCI 22, 719–748"),
    "cochran_mantel_haenszel_general": ("Cochran–Mantel–Haenszel test of several groups", "The same for more than two groups.", "Landis, Heyman & Koch 1978, International Statistical Review 46, 237–254"),
    "cochran_mantel_haenszel_monte_carlo": ("Cochran–Mantel–Haenszel test, simulated", "The same where a group has few people, over random tables with the same totals in each stratum (statistics.replicates).", "Landis, Heyman & Koch 1978, International Statistical Review 46, 237–254"),
    "exact_conditional": ("Exact test over strata", "The same for two groups and few people, over all tables with the same totals in each stratum.", "Mantel & Fleiss 1980, American Journal of Epidemiology 112, 129–134; as R's mantelhaen.test(exact = TRUE)"),
    "breslow_day_tarone": ("Breslow–Day test", "Is the odds ratio the same in every stratum? A small p says: read the strata, not the common figure.", "Breslow & Day 1980, §4.4; Tarone 1985, Biometrika 72, 91–95"),
    "exact_binomial": ("Exact binomial test", "Could a random draw from the population have a share this far off?", "as R's binom.test"),
    "exact_multinomial": ("Exact multinomial test", "The same for all groups at once, over all tables of this size.", "as R's multinomial.test of package EMT"),
    "chi_squared_fit": ("χ² test against a population", "The same for large numbers.", "Pearson 1900"),
    "multinomial_monte_carlo": ("Multinomial test, simulated", "The same over random tables, where there are too many to list (statistics.replicates).", "as R's multinomial.test of package EMT"),
    "mcnemar_exact": ("McNemar's exact test", "Of those whose decision differs: could a fair coin have put so many on one side?", "McNemar 1947, Psychometrika 12, 153–157"),
    "sign_test_of_cases": ("Sign test of cases", "The same where a case has several pairs: each case counts once, by whether more of its pairs gain or lose.", "Dixon & Mood 1946, JASA 41, 557–566"),
}  # fmt: skip
