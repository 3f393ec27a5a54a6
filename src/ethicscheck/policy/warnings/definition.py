"""What a warning is, and every warning there is, in plain words. What triggers each stands in the files beside this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ethicscheck.metrics.measurement import Measurement
from ethicscheck.model.record import Finding
from ethicscheck.policy.rules import Rule


@dataclass(frozen=True)
class WarningKind:
    """One thing a good statistician would point out.

    Parameters
    ----------
    code : its stable name.
    title : a few words.
    asks : what it points out, in plain sentences.
    triggered : when it is given, exactly; it is silent otherwise.
    helps : what to do.
    source : who says so.
    """

    code: str
    title: str
    asks: str
    triggered: str
    helps: str
    source: str


@dataclass(frozen=True)
class Warned:
    """A warning given: which kind, the sentence with the numbers, and the ids of the findings it speaks of."""

    kind: WarningKind
    message: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Policy:
    """All that warnings are made of.

    Parameters
    ----------
    rules : every rule on every feature.
    measurement : what was measured.
    findings : how each rule was judged.
    favourable_said : whether the config says which decision helps.
    decision_words : what the config calls the positive decision and the columns it comes from.
    seed : of random draws.
    """

    rules: tuple[Rule, ...]
    measurement: Measurement
    findings: tuple[Finding, ...] = ()
    favourable_said: bool = True
    decision_words: tuple[str, ...] = ()
    seed: int = 0

    def verdict(self, rule: Rule) -> str | None:
        """Return how a rule was judged, waivers set aside."""
        for finding in self.findings:
            if finding.id == rule.id:
                was = finding.waiver.was if finding.waiver is not None else None
                return was or finding.verdict
        return None


def ids(rules: Sequence[Rule]) -> tuple[str, ...]:
    """Return the ids of rules, each once, in their order."""
    return tuple(dict.fromkeys(rule.id for rule in rules))


def spoken(names: Sequence[str]) -> str:
    """Join names as one says them.

    >>> spoken(["a", "b", "c"]), spoken(["a", "b"]), spoken(["a"])
    ('a, b and c', 'a and b', 'a')
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


RULES_CONFLICT = WarningKind(
    "rules_conflict", "Limits that pull against each other",
    "Where an outcome is more common in one group than in another, some kinds of equality exclude each other: equal error rates "
    "and an equal meaning of the decision, or equal error rates and equal selection.",
    "Rules on three or more of selection rate, true and false positive rate, precision and negative predictive value (or what follows "
    "from them) on the same groups; base rates that differ by more than chance; and making two of them equal, at today's overall values, "
    "would break the third's limit; or equal mean scores beside calibration in every group, where base rates are further apart than both "
    "limits together. Silent where the limits are wide enough for that, and where the observed values keep them all.",
    "Decide with the people concerned which kind of error matters most here, keep that rule, and say why the other gave way. Ask also "
    "why the base rates differ: the label may be biased.",
    "Chouldechova 2017, Big Data 5, 153–163; Kleinberg, Mullainathan & Raghavan 2016, arXiv 1609.05807; Barocas, Hardt & "
    "Narayanan 2023, Fairness and Machine Learning, ch. 3",
)  # fmt: skip
MOVES_WITH_BASE_RATE = WarningKind(
    "moves_with_base_rate", "A measure that moves with the base rate",
    "Average precision, F1, Brier score and log loss differ between groups whose outcome is differently common, even if the model knows "
    "nothing at all. Their gap then says little about the model.",
    "A limit on a gap in one of them; base rates that differ by more than chance; and a model without any knowledge would break the limit.",
    "Compare ROC AUC, calibration or error rates instead: they don't move with the base rate alone.",
    "Flach & Kull 2015, NeurIPS, on precision–recall; Brier 1950, Monthly Weather Review 78, 1–3",
)  # fmt: skip
FEW_EVENTS = WarningKind(
    "ratio_of_rare_rates", "A ratio that rests on a handful of people",
    "A ratio of rates jumps about where one of them rests on few events: one person more or less can carry it across the limit.",
    "A rule with compare: ratio whose lowest or highest rate counts fewer than five people.",
    "Use compare: difference, collect more rows, or merge small groups knowingly.",
    "29 CFR 1607.4(D) warns of small numbers; Morris & Lobsenz 2000, Personnel Psychology 53, 89–111",
)  # fmt: skip
CONSTANT = WarningKind(
    "constant_prediction", "The same decision for everyone",
    "A decision that never changes, for everyone or for a whole group, tells nobody apart. Rules on it pass or can't be judged "
    "without meaning anything.",
    "Everyone has the same decision, score or predicted class; or everyone in a group does, which chance would give less often than once in a thousand times if "
    "the group were decided like the others.",
    "Look at data.positive and data.threshold, and at how decisions were joined to people.",
    "docs/warnings.md",
)  # fmt: skip
PERFECT = WarningKind(
    "perfect_prediction", "Decision and outcome always agree",
    "Hardly any system is never wrong. More often the outcome was made from the decision, or is the same column under another name.",
    "Not one error among 30 people or more, with both outcomes present.",
    "Find out where data.label comes from. If people know the outcome only of those they selected, this is no audit of errors.",
    "docs/warnings.md",
)  # fmt: skip
OTHER_WAY = WarningKind(
    "ratio_of_a_harm", "A ratio of something that harms",
    "The ratio is lowest ÷ highest, whatever is counted. Where it counts errors, or the decision that does not help, the lower group "
    "is the better off: the other way round than with the four-fifths rule. And counting the opposite gives another ratio: 1 % to 2 % is "
    "0.5, while 99 % to 98 % is 0.99.",
    "A rule with compare: ratio on an error rate, or on the selection rate where the favourable decision is the negative one.",
    "Use compare: difference, which is the same whichever side is counted, or favourable_rate for the four-fifths rule.",
    "Feldman et al. 2015, arXiv 1412.3756; research/metrics.md of this project",
)  # fmt: skip
WRONG_SIDE = WarningKind(
    "limit_on_the_wrong_side", "A limit that asks for the worse",
    "The rule is kept when groups are far apart, or when errors are frequent.",
    "A difference with min, a ratio with max, or compare: each with min on an error rate (or on a selection that harms) or max on a measure "
    "of being right or helped.",
    "Swap max and min, unless it is meant.",
    "docs/warnings.md",
)  # fmt: skip
FAVOURABLE = WarningKind(
    "favourable_not_said", "Which decision helps?",
    "The rule counts the decision that helps the person. Nobody said which one that is, so it is taken to be the positive one; "
    "the names suggest that it may be a harm.",
    "A rule on favourable_rate, compared by ratio or each; data.favourable is not set; and the decision's column or words speak of "
    "risk, fraud, refusal, arrest and the like.",
    "Set data.favourable, whichever it is.",
    "docs/warnings.md",
)  # fmt: skip
ONE_AMONG_MANY = WarningKind(
    "one_among_many", "Many rules, one beyond its limit",
    "Ask enough questions of the same data and one of them will look significant by chance alone.",
    "Five metric rules or more, exactly one of which is beyond its limit when taken alone, and as much would happen by chance in more than "
    "one case of a hundred if every limit were just kept.",
    "Say beforehand which rule matters most. Audit new data with that one rule.",
    "Holm 1979, Scandinavian Journal of Statistics 6, 65–70; Šidák 1967, JASA 62, 626–633",
)  # fmt: skip
WITHIN_NOISE = WarningKind(
    "limit_within_noise", "A limit finer than these data can tell",
    "The largest of many group values minus the smallest is large by chance alone, the more so the more and the smaller the groups "
    "are. Even equal groups would seem to break this limit.",
    "An undecided rule on a difference or a ratio of counted rates, where groups of these sizes that are all equal would show a value beyond "
    "the limit more often than not (simulated).",
    "Collect more rows, or merge groups knowingly. Don't read the observed gap as a finding. The command ethicscheck power says how many rows.",
    "Lum, Zhang & Bower 2022, arXiv 2205.05770",
)  # fmt: skip
SAME_TWICE = WarningKind(
    "same_gap_twice", "Two rules on one and the same gap",
    "Some measures are 100 % minus another one, or another name for it; their gaps are equal. The stricter limit decides; the other "
    "only counts as one more question, which makes every fail harder to establish.",
    "Two rules with compare: difference on true positive and false negative rate, and so on for the other pairs, across the same groups.",
    "Keep the stricter one.",
    "follows from the formulas; docs/metrics.md",
)  # fmt: skip
INFORMATIVE_WEIGHTS = WarningKind(
    "informative_weights", "Weights that go with the outcome",
    "The interval of a weighted rate takes weights for unrelated to what is counted, within a group. Where those who are counted weigh more than "
    "the others, chance moves the rate further than the interval says: 95 % becomes 92 %, or less.",
    "A rule on a weighted measure of decisions, without data.cluster, and a group whose variance by linearisation is more than 1.25 times that of "
    "its effective size.",
    "Name a column of ids that never repeat as data.cluster: intervals then rest on the linearised variance, which holds in this case too.",
    "Kish 1992, Journal of Official Statistics 8, 183–200; Binder 1983, International Statistical Review 51, 279–292; tests/coverage",
)  # fmt: skip
SPELT_ALIKE = WarningKind(
    "groups_spelt_alike", "One group in several spellings",
    "Groups are told apart letter by letter, so “Man”, “man” and “man ” are three of them. Each is smaller than the group it belongs to, "
    "and the gap between them is one between people who have nothing to set them apart.",
    "Two groups of a sensitive feature whose labels differ only in capitals, in blanks before, after or between words, or in how Unicode "
    "encodes the same characters (NFKC).",
    "Write one label for each group in the data, then audit again. Leave them apart only if they mean different things.",
    "Unicode Standard Annex 15 (NFKC) and the Unicode Standard, § 3.13 (case folding); docs/warnings.md",
)  # fmt: skip

KINDS: dict[str, WarningKind] = {
    kind.code: kind
    for kind in (
        SPELT_ALIKE, RULES_CONFLICT, CONSTANT, PERFECT, WRONG_SIDE, FAVOURABLE, MOVES_WITH_BASE_RATE, OTHER_WAY, FEW_EVENTS, INFORMATIVE_WEIGHTS, WITHIN_NOISE, ONE_AMONG_MANY, SAME_TWICE,
    )
}  # fmt: skip
