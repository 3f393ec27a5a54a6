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
        "impact_ratio",
        "Impact ratio, as New York City's rule has it",
        "How often is each category selected, as a share of how often the most selected one is?",
        "The law behind it sets no pass mark. Small categories jump about, and one of them may be the highest, the divisor of all others; the rule lets one leave out those under 2 %. Equal rates say nothing of whether the right people were chosen.",
        "selection rate of a category ÷ the highest category's selection rate; exact fractions of counts of people",
        "6 RCNY §§ 5-300 and 5-301 (Local Law 144 of 2021, New York City)",
        "docs/profiles.md",
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
        "outcomes",
        "Outcomes by group",
        "What became of 1,000 people in each group: rightly selected, wrongly selected, missed, rightly not selected?",
        "The recorded outcome decides what is right: an arrest is no crime. The bars carry no interval; the tables do.",
        "Each rate times what it is a share of, per 1,000 people, rounded so that the four parts add up.",
        "Any textbook's confusion matrix, by group",
        "docs/thresholds.md",
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
        "thresholds",
        "Thresholds",
        "How would every rate, accuracy and each rule change if decisions began at another score, the same for all or one for each group?",
        "A what-if, no advice: thresholds by group can be unlawful (42 U.S.C. 2000e-2(l); Directives 2000/43/EC and 2000/78/EC). Thresholds are chosen on the data they are judged on, and accuracy counts both errors alike.",
        "Selected is score ≥ threshold; the four cells at each threshold are sums over the histogram of scores. Of all thresholds that keep a rule the most accurate is taken.",
        "Fawcett 2006, Pattern Recognition Letters 27, 861–874; Hardt, Price & Srebro 2016, arXiv 1610.02413",
        "docs/thresholds.md",
    ),
)

TOPICS: dict[str, Topic] = {topic.name: topic for topic in _ALL}
