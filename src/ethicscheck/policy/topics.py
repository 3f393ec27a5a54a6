"""What `ethicscheck explain` says of things that are neither a measure nor a rule: studies, kinds of input, ways to publish.

One entry a thing, in plain words. Measures explain themselves where they are defined, warnings in `warnings.py`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """One thing explained; every field is required.

    Parameters
    ----------
    name : as a config key, a part of the record or a paper calls it; lower case, words joined by _.
    title : a few words.
    asks : the question that it answers, in plain sentences.
    misleads : when its answer is not to be trusted.
    formula : how it is reckoned.
    source : who says so.
    more : the page of the docs that says the rest, as `docs/PAGE.md`.
    """

    name: str
    title: str
    asks: str
    misleads: str
    formula: str
    source: str
    more: str


# Keep these in the order of the alphabet.
_ALL: tuple[Topic, ...] = (
    Topic(
        "baseline",
        "What changed since another audit",
        "Which findings are new, gone, worse or better than in an earlier audit, how far did each gap move, and what else changed: settings, data, answers, waivers?",
        "“Can't tell” is no “unchanged”: two audits of few people can't show a small change. Words are by finding, uncorrected for their number. Other people, another season or another smallest group move numbers too; the settings that differ are named.",
        "Of different people: the largest limit of the contrasts between groups that may be the extreme ones in either audit. Of the very same rows (data.compare_with): paired.",
        "Zou & Donner 2008, Statistics in Medicine 27, 1693–1702; coverage simulated in docs/comparing-audits.md",
        "docs/comparing-audits.md",
    ),
    Topic(
        "bounds",
        "Bounds over unknown groups",
        "How small and how large could a gap be, whichever groups the people of unknown group belong to?",
        "Bounds among these people, without chance. Wide bounds say that the data can't settle it, not that the gap is large. For an intersection a row with one part known counts as wholly unknown.",
        "Largest: all unknown successes to one group, all unknown failures to another, over all pairs. Smallest: successes lift the lowest groups, failures lower the highest, until they meet or run out.",
        "Manski 1989, Journal of Human Resources 24, 343–360; Kallus, Mao & Zhou 2022, Management Science 68, 1959–1981",
        "docs/who-is-missing.md",
    ),
    Topic(
        "calibration_curve",
        "Scores by group: what happened at each",
        "Of the people with a given score, to how many did it happen, and is that the same in every group? Where scores are probabilities: do they keep their promise?",
        "A group can be calibrated on the whole and wrong at both ends: look at the curve. Equal calibration and equal error rates can't both hold where base rates differ. Ten dots with intervals of their own are ten chances to look odd.",
        "People in ten parts of equal size by score (one a score where they are at most 20): mean score against the observed rate, with Wilson limits. In the large: mean score − observed rate.",
        "Van Calster et al. 2019, BMC Medicine 17, 230; Bröcker 2012, Climate Dynamics 39, 655–667; Kumar, Liang & Ma 2019, NeurIPS",
        "docs/scores.md",
    ),
    Topic(
        "cluster",
        "The same person in many rows",
        "How sure can one be where the same person, household or site stands in many rows? Rows of one person are no new people.",
        "Clusters drawn together (patients within doctors) are not independent: name the outermost. Where a person stands in several groups these are compared as if there were two. Few clusters give wide intervals; more rows of the same people will not help.",
        "V = m/(m − 1) · Σ(a − pb)²/D² over clusters; effective size p(1 − p)/V, at most Kish's; Wilson's limits with t on m − 1. Measures without such sums: as if all rows of a cluster were one and the same.",
        "Binder 1983, International Statistical Review 51, 279–292; Korn & Graubard 1998, Survey Methodology 24, 193–201",
        "docs/repeats.md",
    ),
    Topic(
        "compare_with",
        "What a change of model does",
        "Two models decided on the same people: does the new one make a gap wider or smaller, and whose values does it move?",
        "Words are by gap and uncorrected for their number. A gap can shrink because everyone is treated worse. A model chosen on these very rows looks better here than it will be.",
        "A group's change: square-and-add of both models' limits with their correlation. A gap's change: the largest and smallest limits of the contrasts between groups that may be extreme under either model.",
        "Newcombe 1998, Statistics in Medicine 17, 2635–2650; Zou 2007, Psychological Methods 12, 399–413; McNemar 1947, Psychometrika 12, 153–157",
        "docs/comparing-models.md",
    ),
    Topic(
        "conditional",
        "Within strata, and at the same mix of them",
        "How far apart would the groups be if all were spread over the strata (departments, jobs, years) alike?",
        "The mix is held fixed, whoever made it: where unequal treatment decides who ends up in which stratum, adjusting hides it. A stratum without one of the groups says nothing and is left out, by name.",
        "Σ share of the stratum among everyone × a group's value in it; the gap is between these. Rates: Wilson's limits on an effective size; other values: square-and-add over strata.",
        "direct standardisation; Korn & Graubard 1998, Survey Methodology 24, 193–201; Zou & Donner 2008, Statistics in Medicine 27, 1693–1702",
        "docs/conditional.md",
    ),
    Topic(
        "conditional_demographic_disparity",
        "Conditional demographic disparity",
        "Does a group get more of the unfavourable decisions than of the favourable ones, within strata?",
        "Strata where all decisions are alike drop out (they are named). It depends on how large a group is, so it does not compare across data sets; and it takes the strata for granted.",
        "Σ size of the stratum ÷ size of all × (share of the group among the unfavourable − among the favourable decisions there)",
        "Wachter, Mittelstadt & Russell 2021, Computer Law & Security Review 41, 105567",
        "docs/conditional.md",
    ),
    Topic(
        "custom",
        "Measures of your own",
        "Whatever your function asks: any f(y_true, y_pred, sample_weight=) becomes a measure like any other, with intervals, gaps and rules.",
        "Loading it runs its code. A function that jumps (a median, a threshold inside) gets too narrow an interval; a total is refused.",
        "Fairlearn's MetricFrame on one row a cell, its count as sample_weight; standard errors by the delta method on up to 16 cells, by 200 resamples on more",
        "Fairlearn, fairlearn.metrics.MetricFrame; Efron 1979, Annals of Statistics 7, 1–26",
        "docs/custom-metrics.md",
    ),
    Topic(
        "explained_difference",
        "What the mix explains",
        "How much of a difference comes from the groups' different mixes of strata, and how much from different values within them?",
        "“Explained” is arithmetic, no excuse: the mix itself may be the product of unequal treatment. Depends on the strata chosen.",
        "θ₁ − θ₂ = Σ m(θ₁s − θ₂s) + Σ (w₁s − w₂s)(θ₁s + θ₂s)/2, m the mean of the groups' own mixes w; the first sum is unexplained",
        "Kitagawa 1955, JASA 50, 1168–1194; Žliobaitė, Kamiran & Calders 2011, Handling conditional discrimination, ICDM",
        "docs/conditional.md",
    ),
    Topic(
        "explore",
        "Where it is worst",
        "Which people, by any combination of features and named columns, does the system treat worst against everyone else?",
        "It is exploration, no verdict. Nothing confirmed is no proof of fairness; a rule made from what was found must be judged on new data. It says who, not why.",
        "Every subgroup against everyone else in one random half (score test); what stands out is tested in the other half: Fisher's exact test, Holm over those followed up.",
        "Cox 1975, Biometrika 62, 441–444; Holm 1979, Scandinavian Journal of Statistics 6, 65–70",
        "docs/exploring.md",
    ),
    Topic(
        "impact_ratio",
        "Impact ratio, as New York City's rule has it",
        "How often is each category selected, as a share of how often the most selected one is?",
        "The law behind it sets no pass mark. Small categories jump about, and one of them may be the highest, the divisor of all others; the rule lets one leave out those under 2 %. Equal rates say nothing of whether the right people were chosen.",
        "selection rate of a category ÷ the highest category's selection rate; exact fractions of counts of people",
        "6 RCNY §§ 5-300 and 5-301 (Local Law 144 of 2021, New York City)",
        "docs/profiles.md",
    ),
    Topic(
        "mantel_haenszel",
        "Mantel–Haenszel",
        "One odds ratio for all strata, and is there any difference within them? Cochran–Mantel–Haenszel tests that there is none, Breslow–Day that it is the same in all.",
        "A common figure means little where strata differ (small Breslow–Day p), and the test has little power against differences that run both ways. An odds ratio is no ratio of rates.",
        "Σ ad/n ÷ Σ bc/n with the limits of Robins, Breslow & Greenland; χ² without continuity correction, exact or simulated where counts are small",
        "Mantel & Haenszel 1959, JNCI 22, 719–748; Cochran 1954, Biometrics 10, 417–451; Breslow & Day 1980; Tarone 1985, Biometrika 72, 91–95",
        "docs/conditional.md",
    ),
    Topic(
        "missing",
        "Missing values by group",
        "Is the outcome or the decision unknown more often in one group?",
        "Equal shares missing can still be missing for different reasons. Rows that are not in the data at all are not counted here: see representation.",
        "rows without the value ÷ all rows read of the group; Fisher's, Freeman–Halton's or a χ² test that it is the same in all",
        "Rubin 1976, Biometrika 63, 581–592",
        "docs/who-is-missing.md",
    ),
    Topic(
        "mitigation",
        "Thresholds by group and by lot",
        "If each group had thresholds of its own, mixed by lot, so that a rate were the same in all: what would accuracy and each rule be?",
        "A what-if, no advice: thresholds by group treat people differently because of a protected trait and can be unlawful. Chosen on the data they are judged on, so they look better than they will on new people.",
        "Fairlearn's ThresholdOptimizer on at most 50,000 rows that stand for the histogram of scores; what its rules would do is worked out on the whole histogram, coins included.",
        "Hardt, Price & Srebro 2016, arXiv 1610.02413; Fairlearn, fairlearn.postprocessing.ThresholdOptimizer",
        "docs/thresholds.md",
    ),
    Topic(
        "one_against_the_rest",
        "One class against the rest",
        "Of several classes, how does the system treat one: who is put there, who is missed? CLASS:metric is any binary measure with CLASS as the positive class and all others together as the negative one.",
        "All other classes count as one, so taking a nurse for a surgeon and for a dentist are the same error. Many classes are many questions: some gap among them is large by chance.",
        "surgeon:true_positive_rate = people of the class surgeon who were put there ÷ all people of that class",
        "scikit-learn, multilabel_confusion_matrix; De-Arteaga et al. 2019, arXiv 1901.09451, for gaps by occupation",
        "docs/multiclass-and-regression.md",
    ),
    Topic(
        "outcomes",
        "Outcomes by group",
        "What became of 1,000 people in each group: rightly selected, wrongly selected, missed, rightly not selected?",
        "The recorded outcome decides what is right: an arrest is no crime. The bars carry no interval; the tables do.",
        "Each rate times what it is a share of, per 1,000 people, rounded so that the four parts add up.",
        "Any textbook's confusion matrix, by group",
        "docs/thresholds.md",
    ),
    Topic(
        "pair",
        "Matched pairs: a case and its twin",
        "The same case twice, alike but for one sensitive feature: how often does the decision flip, which way, and how far does the score move?",
        "A system that decides by lot flips half of all pairs, evenly: look at the direction. A name may say more than the attribute. Pairs show what holds for the cases that were written.",
        "flips ÷ pairs, Wilson's limits; net change by Newcombe's method 10; exact binomial test of flips one way against the other, Holm over directions; mean score difference with t. By case where a case has several pairs.",
        "McNemar 1947, Psychometrika 12, 153–157; Newcombe 1998, Statistics in Medicine 17, 2635–2650; Bertrand & Mullainathan 2004, American Economic Review 94, 991–1013",
        "docs/matched-pairs.md",
    ),
    Topic(
        "partial_pooling",
        "Small groups read together",
        "What is a small group's value likely to be, seen that other groups are much alike?",
        "It draws every group toward the mean, one that is truly different too. For exploring; verdicts never rest on it.",
        "k ~ Binomial(n, θ), θ ~ Beta(α, β); posterior mean of θ, averaged over α and β.",
        "Gelman et al., Bayesian Data Analysis, 3rd ed., § 5.3",
        "docs/exploring.md",
    ),
    Topic(
        "power",
        "Rows enough",
        "How many people would each group need for a rule to be decided four times in five, and how small a gap can today's rows show?",
        "It rests on today's mix: new people of another kind, or a rarer outcome, need more. A gap exactly at its limit is never decided.",
        "Rows needed: the rule judged on cells drawn toward the pooled mix and scaled, every interval widened by what four samples in five stray. Smallest gap: two groups moved apart until the end that decides clears the limit by .84 standard errors.",
        "Cohen 1988, Statistical Power Analysis for the Behavioral Sciences, ch. 6; Dunnett & Gent 1977, Biometrics 33, 593–602",
        "docs/power.md",
    ),
    Topic(
        "proxies",
        "What gives away a group",
        "Which other columns tell who belongs to which group, though the model is not told?",
        "A proxy is no proof of harm. Names and postcodes hold more than a model of trees on 20,000 rows finds; columns that say the same stand in for each other.",
        "AUC over five held-out folds of a bounded sample: of each column's own table of shares, and of scikit-learn's HistGradientBoostingClassifier on all columns; permutation importance",
        "LeDell, Petersen & van der Laan 2015, Electronic Journal of Statistics 9, 1583–1607; Nadeau & Bengio 2003, Machine Learning 52, 239–281; Breiman 2001, Machine Learning 45, 5–32",
        "docs/proxies.md",
    ),
    Topic(
        "representation",
        "Who is in the data",
        "Is each group's share of the data its share of the population the data should stand for?",
        "The population must be the right one: those who could have been decided on, not everybody. A representative sample can be treated unfairly.",
        "share of the rows ÷ share of the population; exact binomial or multinomial test, χ² where counts are large, Holm over groups; weighted data have no test",
        "exact tests as R's binom.test; Holm 1979, Scandinavian Journal of Statistics 6, 65–70",
        "docs/who-is-missing.md",
    ),
    Topic(
        "scoring_rate",
        "Scoring rate, as New York City's rule has it",
        "How many people of a category score above the median of everyone assessed?",
        "It knows only which half of the scores one is in: two categories may have equal scoring rates and be far apart at the top, where people are chosen. Many people at the median itself make it small for all.",
        "people of a category with a score above the whole sample's median ÷ people of the category; its impact ratio is that ÷ the highest category's",
        "6 RCNY § 5-300 (Local Law 144 of 2021, New York City)",
        "docs/profiles.md",
    ),
    Topic(
        "simpsons_paradox",
        "Simpson's paradox",
        "Does a gap over everyone turn round once like is compared with like?",
        "Which of the two numbers matters is no question of arithmetic: it depends on whether the stratum is a fair thing to hold fixed.",
        "crude and adjusted difference have opposite signs; clear: neither interval holds 0; possible: one of them does not",
        "Simpson 1951, JRSS B 13, 238–241; Bickel, Hammel & O'Connell 1975, Science 187, 398–404",
        "docs/conditional.md",
    ),
    Topic(
        "suppress_below",
        "Small counts are not published",
        "Could somebody be made out from this report? Counts under the limit are hidden, and whatever they could be worked out from.",
        "It protects one publication: two audits of nearly the same people can be subtracted. 0 and 100 % are shown. audit.json keeps the numbers unless report.suppress_record says otherwise.",
        "A count of 1 to n − 1 is small. Groups are hidden until no sum of published tables gives one away and each is left n ÷ 2 possible numbers (linear programming).",
        "Willenborg & de Waal 2001, Elements of Statistical Disclosure Control, ch. 4–5",
        "docs/publishing.md",
    ),
    Topic(
        "thresholds",
        "Thresholds",
        "How would every rate, accuracy and each rule change if decisions began at another score, the same for all or one for each group?",
        "A what-if, no advice: thresholds by group can be unlawful (42 U.S.C. 2000e-2(l); Directives 2000/43/EC and 2000/78/EC). Thresholds are chosen on the data they are judged on, and accuracy counts both errors alike.",
        "Selected is score ≥ threshold; the four cells at each threshold are sums over the histogram of scores. Of all thresholds that keep a rule the most accurate is taken.",
        "Fawcett 2006, Pattern Recognition Letters 27, 861–874; Hardt, Price & Srebro 2016, arXiv 1610.02413",
        "docs/thresholds.md",
    ),
    Topic(
        "truth_quarters",
        "By quartile of the truth",
        "Are errors as large for one group as for another among people whose true values are alike in size?",
        "Whoever is in the lowest quarter by the recorded value is there partly by luck: even the best prediction is too high there on average, and too low in the highest. R² says nothing within a quarter, where the truth hardly differs.",
        "All measures within four quarters of the truth, cut at the quartiles of all measured rows, rounded to about a fiftieth of the distance between the outer two.",
        "Order statistics counted with data.count; on conditioning on the outcome: Galton 1886, regression towards mediocrity",
        "docs/multiclass-and-regression.md",
    ),
)

TOPICS: dict[str, Topic] = {topic.name: topic for topic in _ALL}
