"""What each finding code means to whoever meets it in CI: typical causes of a failure, and what to do.

What a measure asks and when it misleads stands at the measure; only what leads from a failure to its cause is written here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ethicscheck.metrics.registry import find_measure

from .codes import CONTRADICTED, INCOMPLETE, MEASURES, OWN_MEASURE, UNSIGNED

# Typical causes; what to do.
WORDS: Final[dict[str, tuple[str, str]]] = {
    "EC101": ("The threshold sits where few of one group score; a feature stands in for the group (postcode, gaps in employment); or the groups' outcomes truly differ.", "Compare the base rates (EC103) first, look for proxies with `proxies:`, then see in the threshold study what another line would do."),
    "EC102": ("A requirement that fewer of one group meet without the work needing it; a pool that was filtered before the system saw it; a favourable decision named the wrong way round.", "Check data.favourable, go through the requirements one by one with those who set them, and count who was lost before the data begin."),
    "EC103": ("The label records who was caught, reported or granted rather than what happened; the groups were sampled differently; or lives truly differ.", "Find out how the label came about in each group before you judge any error rate: all of them lean on it."),
    "EC104": ("The model has seen few positive cases of one group; its signs are those of the larger group; one threshold cuts the groups' scores at different depths.", "Look at the scores of those missed in the lowest group, add such cases to the training data, and ask what the missed people lose."),
    "EC105": ("People of one group without the outcome look like people with it: a proxy, or more recorded contacts; a lower threshold for one group.", "Read a sample of the false alarms in the lowest group, take out what they have in common and should not count, and train again."),
    "EC106": ("A history of being watched more closely counts as risk; a proxy of the group; label noise; a threshold tuned on everyone together.", "Read a sample of the false alarms in the highest group, look for what they share, and weigh another threshold against false negatives (EC107)."),
    "EC107": ("Too few examples of the outcome in one group; signs that are recorded less for it (visits, bills, tests); a threshold tuned on the larger group.", "Look at whom the system missed in the highest group, find which columns are empty for them, and offer them a second way in until it is mended."),
    "EC108": ("Scores promise more than happens in one group; base rates differ, which alone moves precision; positive labels are missed there.", "Look at calibration by group (EC146), and at whether a missing label was read as a negative one; recalibrate by group only with reasons you can defend."),
    "EC109": ("The outcome is more common in one group, so more of those turned down would have had it; or the model knows that group worse.", "Compare base rates, then look at people turned down just below the line: a review by hand there finds most of them."),
    "EC110": ("The positive decision is handed out on thin evidence in one group, or the outcome is rarer there at the same threshold.", "See how many positives rest on scores just over the line, and what a higher line or a second look would cost in those missed."),
    "EC111": ("Positive cases of one group do not look like the others' to the model; or the outcome is more common there at the same threshold.", "Sample the negative decisions of the highest group, find out what happened to these people, and add what tells them apart."),
    "EC112": ("Less, older or poorer data of one group; a mix of outcomes that makes it harder; labels of uneven quality.", "Split it into false positives (EC106) and false negatives (EC107) before acting: they harm different people and are mended differently."),
    "EC113": ("One of the two errors is large in one group; the threshold was chosen for accuracy overall, where one outcome is rare.", "Look at both error rates of the lowest group, and move the line or mend the data for the one that is large."),
    "EC114": ("The outcome is rarer in one group, which lowers F1 by itself; or those with it are missed or drowned in false alarms.", "Read precision (EC108) and recall (EC104) beside it; where only the base rate differs, choose a rule on error rates instead."),
    "EC115": ("The features tell less about one group; its labels are noisier; or one outcome hardly occurs in it.", "Check how many of each outcome the group has, then compare ROC AUC (EC140): if scores order people well, the threshold is at fault."),
    "EC120": ("Groups differ in what the model takes for merit or risk, through a real difference, a proxy or an unequal past.", "Decide with the people concerned whether equal shares are what is owed here; if so, look at proxies and the pool, if not, say why and judge errors instead."),
    "EC121": ("Those who deserve the positive decision are harder to see in one group: few examples, missing columns, another life course.", "Follow a few who were missed through the whole process, fill the columns they lack, and try a threshold chosen on this measure."),
    "EC122": ("Either error differs; the finding names which. One threshold over scores of unlike quality or calibration is the usual cause.", "Go to the error that the finding names (EC104 or EC106); where both differ, the model knows one group worse and needs better data of it."),
    "EC123": ("Scores mean different things in different groups, or base rates differ and the same line cuts them differently.", "Look at calibration by group; if base rates differ, predictive parity and equal error rates can't both be had, so settle which matters here."),
    "EC124": ("The line is drawn strictly for one group and loosely for another, or one of the errors is so rare that the ratio jumps.", "Count the errors first: with few of them judge the two error rates (EC106, EC107) instead; otherwise look at where the line cuts each group's scores."),
    "EC140": ("The features that order people well in one group say little in another; few outcomes to learn from; noisy labels there.", "Ask what people of the lowest group would say sets cases apart, add such features or rows, and do not mend it with a threshold: no line can."),
    "EC141": ("The outcome is rarer in one group, which lowers this by itself; or its cases do not come out on top.", "Compare ROC AUC (EC140), which does not lean on the base rate; only where that differs too is the order of the scores at fault."),
    "EC142": ("Scores of one group are off (calibration) or timid (little to tell people apart); a more even outcome raises it by itself.", "Split it: expected calibration error (EC145) says whether to recalibrate, ROC AUC (EC140) whether better features are needed."),
    "EC143": ("A few very sure and wrong scores in one group, often from rows unlike any seen in training, or from labels entered wrongly.", "List that group's rows with the largest loss: wrong labels are corrected, odd rows handled by hand, and overconfident scores recalibrated."),
    "EC144": ("A real difference in outcomes, a proxy, or a column that is empty and filled in with the mean of the larger group.", "Read calibration in the large (EC146): if scores differ as outcomes do, ask about the outcomes; if not, the model adds the difference."),
    "EC145": ("The model was calibrated on everyone together, and one group is too small to pull the curve; or the population has moved since.", "Look at the group's calibration curve for where it leaves the line, and recalibrate on fresh data in which that group is large enough."),
    "EC146": ("The group's outcomes changed since training; its label is recorded less completely; or it is scored through a proxy.", "Check whether outcomes of the group are all recorded; then retrain or recalibrate, because every threshold treats this group by a wrong scale."),
    "EC160": ("One class of one group is hardly ever found, often because it is rare in the training data.", "Judge each class on its own (CLASS:true_positive_rate) to see which it is, and collect examples of that class in that group."),
    "EC161": ("One class is handed out too freely to one group: a class used as a catch-all, or look-alikes among its members.", "Look at the confusion between classes in the lowest group, and split or better describe the class that takes in others' people."),
    "EC162": ("A class that is rare in one group is missed or swamped; averages over classes give it full weight.", "Find the class with the lowest F1 in that group and mend that; if it has a handful of people, say so rather than tune on them."),
    "EC163": ("A common class of one group takes in people of other classes.", "See which class receives the wrong people, and whether the groups' mix of classes explains the gap before any model does."),
    "EC164": ("The common classes are told apart worse in one group, or they are other classes there.", "Compare the groups' mix of classes, then the F1 of the two commonest; look at mean F1 (EC162) for the rare ones it hides."),
    "EC170": ("The model pulls a group at the edge of the range toward the middle, or learned from years when its values were others.", "Plot prediction against truth for that group; correct the shift in the model and its data, never by a constant that nobody will revise."),
    "EC171": ("Larger true values, fewer rows, or features that say less about one group.", "Compare errors within quartiles of the truth: if they agree, size explains the gap; if not, the group needs better data."),
    "EC172": ("A few very large errors in one group: outliers, wrong units, cases unlike any in training.", "Look at the ten largest errors by hand before anything else, and compare the mean absolute error (EC171), which they move less."),
    "EC173": ("The features explain little within one group, or its people are so alike that there is little to explain.", "Compare the error itself (EC171); if it is as small as elsewhere, this is no harm, otherwise ask for features that matter within the group."),
    "EC174": ("True values differ, or a proxy or an old pay or price gap is carried forward by the model.", "Read the mean error (EC170): if predictions differ more than the truth, the model adds to the gap; if as much, the question is about the truth."),
    "EC175": ("The tolerance is a fixed amount and one group's values are larger, or its predictions are worse.", "Check that the tolerance means the same in every group's life, then look at how far off those outside it are."),
    "EC190": ("What your function measures differs between groups; the audit knows its range and nothing of its meaning.", "Read what is written in `custom:` on the measure, and say there, in its `why`, what a failure means and who mends it."),
    "EC201": ("Questions were never answered, answers are disputed or contradicted, or evidence changed after the answer was given.", "`ethicscheck checklist status` lists what is open; answer or settle it with the people who know, then audit again."),
    "EC202": ("Questions are open, nobody in a required role has signed, or an answer changed after the signature.", "Close the questions, let each role read what changed, and sign with `ethicscheck checklist sign`."),
    "EC203": ("Someone answered from memory or hope; the answer was true of an earlier model; or it speaks of other people than were measured.", "Put answer and measurement side by side with the person who answered: correct the answer, or mend the system and audit again. Both stay on record."),
}  # fmt: skip

_CHECKLISTS: Final[dict[str, tuple[str, str]]] = {
    INCOMPLETE: ("Checklist complete", "The config requires that every question of a checklist which applies has an answer that holds."),
    UNSIGNED: ("Checklist signed", "The config requires that a checklist is complete and signed by every role it names."),
    CONTRADICTED: ("Answer against measurement", "An answer to a question of a required checklist says otherwise than what this audit measured."),
}  # fmt: skip


@dataclass(frozen=True)
class CodeWords:
    """One code explained; `measure` is None for checklists and measures of the audit's own."""

    code: str
    title: str
    says: str
    causes: str
    do: str
    misleads: str | None = None
    measure: str | None = None


def explained_codes() -> tuple[CodeWords, ...]:
    """Return every code with its words, in the order of the table."""
    made = [_of_measure(name, code) for name, code in MEASURES.items()]
    own = "A rule judges a measure that this audit brought itself, from a function under `custom:` in the config."
    made.append(CodeWords(OWN_MEASURE, "A measure of the audit's own", own, *WORDS[OWN_MEASURE]))
    return (*made, *(CodeWords(code, *words, *WORDS[code]) for code, words in _CHECKLISTS.items()))


def _of_measure(name: str, code: str) -> CodeWords:
    measure = find_measure(name)
    assert measure is not None, name
    says = f"A rule judges {name}. {measure.asks}"
    return CodeWords(code, measure.title, says, *WORDS[code], measure.misleads, name)
