"""What the walk says itself, language by language: hints, prompts and states. The questions speak through translations.

A language is one more `Speech` below: all of it or none, since a missing word is an error. Reasons that come with a state
and errors of files stay English in every language; `{}` are filled in the order in which they stand in the English.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ethicscheck.checklist.definition import Item, Kind
from ethicscheck.checklist.kinds import KINDS
from ethicscheck.checklist.rules import NOT_APPLICABLE
from ethicscheck.checklist.status import State


@dataclass(frozen=True)
class Speech:
    """The walk's own words in one language."""

    hint: str
    literal: str
    first: str
    nothing: str
    from_the_first: str
    nothing_open: str
    no_help: str
    ask_reason: str
    ask_comment: str
    ask_evidence: str
    ask_copy: str
    ask_row: str
    ask_cell: str
    quoted: str
    noted: str
    noted_comment: str
    no_comment: str
    not_edited: str
    comment_on: str
    pick: str
    kept: str
    unsaved: str
    lost: str
    settled_by: str
    out_of_force: str
    answer_missing: str
    outdated: str
    refused: str
    evidence_missing: str
    na_refused: str
    na_short: str
    evidence_asked: str
    with_every: str
    with_these: str
    or_: str
    columns: str
    keep_rows: str
    row_dropped: str
    cell_refused: str
    rows_kept: str
    rows_lost: str
    saved: str
    note: str
    differs: str
    you: str
    evidence: str
    not_applicable: str
    na_because: str
    measured: str
    opened_by_one: str
    opened_by: str
    section: str
    done: str
    standing: str
    one_answer: str
    answers: str
    still_open: str
    open_for: str
    anyone: str
    answered_by: str
    signed_by: str
    asked_when: str
    na_allowed: str
    instead: str
    measurements: Mapping[str, str]
    states: Mapping[State, str]
    examples: Mapping[Kind, str]
    ranges: Mapping[str, str]

    def example(self, item: Item) -> str:
        """Return what an answer to a question looks like."""
        if item.type != "number" or not self.ranges:
            return self.examples[item.type] if self.examples else KINDS[item.type].example(item)
        ends = {"both": (item.min, item.max), "low": (item.min,), "high": (item.max,), "none": ()}
        which = "both" if None not in ends["both"] else "low" if item.min is not None else "high"
        which = "none" if item.min is None and item.max is None else which
        return self.ranges[which].format(*(f"{end:.15g}" for end in ends[which] if end is not None))

    def listed(self, words: tuple[str, ...] | list[str]) -> str:
        """Return alternatives with “or” between them."""
        return f" {self.or_} ".join(words)


ENGLISH: Final = Speech(
    hint="? help · b back · s skip · c comment · e evidence · n does not apply · m many lines, in your editor · q quit",
    literal="= before an answer that looks like one of these",
    first="This is the first question.",
    nothing="There is nothing to ask you.",
    from_the_first="Nothing is open for your role. From the first question again; Enter keeps an answer.",
    nothing_open="Nothing is open for your role.",
    no_help="There is no help for this question.",
    ask_reason="why does it not apply? ",
    ask_comment="comment: ",
    ask_evidence="evidence, a file beside the journal or an address: ",
    ask_copy="it lies outside the folder of the journal; copy it into evidence/ beside the journal? y or n: ",
    ask_row="{} (Enter when done): ",
    ask_cell="{}: ",
    quoted="“{}”",
    noted="noted: {}",
    noted_comment="noted: the comment is saved with your answer",
    no_comment="no comment",
    not_edited="The editor was left without saving; nothing has changed.",
    comment_on="Your comment on: {}",
    pick="Give the number of an option, or its words.",
    kept="Your answer is kept here: mend this and press Enter, or answer anew.",
    unsaved="Your answer is not saved yet: mend it and press Enter, or press {} once more to drop it.",
    lost="Not saved: your answer to {}.",
    settled_by="disputed until {} settles it: ethicscheck checklist resolve JOURNAL {}",
    out_of_force="this takes {}'s signature of {} out of force",
    answer_missing="you have not answered yet ({}) — answer, or s to skip",
    outdated="your answer no longer stands ({}) — answer again, or s to skip",
    refused="",
    evidence_missing="",
    na_refused="",
    na_short="",
    evidence_asked="Evidence is asked for {}, {} or more; give it with e, before the answer.",
    with_every="with every answer",
    with_these="with {}",
    or_="or",
    columns="({}; one after the other; in a row, b drops the row and q leaves)",
    keep_rows="Enter keeps your rows · + adds rows to them · a first cell begins the table anew",
    cell_refused="",
    row_dropped="This row is dropped; begin it again.",
    rows_kept="Left in the middle of a table: the rows that were whole are saved.",
    rows_lost="Left in the middle of a table: its rows are not saved. {}",
    saved="saved ({})",
    note="note: {}",
    differs="this differs from {}",
    you="you, {}",
    evidence="evidence: {}",
    not_applicable=NOT_APPLICABLE,
    na_because=f"{NOT_APPLICABLE}: {{}}",
    measured="measured: {}. {}",
    opened_by_one="opened by a rule that failed: {}; answer anew to close it",
    opened_by="opened by rules that failed: {}; answer anew to close it",
    section="  ({} of {})",
    done="{} of {} done",
    standing="{}: {}",
    one_answer="1 answer saved in {}.",
    answers="{} answers saved in {}.",
    still_open="Still open: {}.",
    open_for="{} for {}",
    anyone="anyone",
    answered_by="answered by {}",
    signed_by="signed by {}",
    asked_when="asked only when {}",
    na_allowed="N/A with a reason",
    instead="not asked twice: {}, see {}",
    measurements={"yes": "yes", "no": "no", "unsure": "can't tell yet"},
    states={
        "unanswered": "unanswered",
        "answered": "answered",
        "unsure": "unsure",
        "not_applicable": "not applicable",
        "hidden": "hidden",
        "disputed": "disputed",
        "contradicted": "contradicted",
        "stale": "stale",
    },
    examples={},
    ranges={},
)

# In French a no-break space stands before : ; ? ! and inside « ».
FRENCH: Final = Speech(
    hint="? aide · b retour · s passer · c commentaire · e preuve · n sans objet · m plusieurs lignes, dans votre éditeur · q quitter",
    literal="= devant une réponse qui ressemble à l'une de ces touches",
    first="C'est la première question.",
    nothing="Il n'y a rien à vous demander.",
    from_the_first="Rien n'est en attente pour votre rôle. On reprend à la première question ; Entrée garde une réponse.",
    nothing_open="Rien n'est en attente pour votre rôle.",
    no_help="Cette question n'a pas d'aide.",
    ask_reason="pourquoi est-elle sans objet ? ",
    ask_comment="commentaire : ",
    ask_evidence="preuve, un fichier à côté du journal ou une adresse : ",
    ask_copy="il est hors du dossier du journal ; le copier dans evidence/, à côté du journal ? o ou n : ",
    ask_row="{} (Entrée pour terminer) : ",
    ask_cell="{} : ",
    quoted="« {} »",
    noted="noté : {}",
    noted_comment="noté : le commentaire sera enregistré avec votre réponse",
    no_comment="pas de commentaire",
    not_edited="L'éditeur a été quitté sans enregistrer ; rien n'a changé.",
    comment_on="Votre commentaire sur : {}",
    pick="Donnez le numéro d'une réponse, ou ses mots.",
    kept="Votre réponse est gardée ici : corrigez ceci et appuyez sur Entrée, ou répondez de nouveau.",
    unsaved="Votre réponse n'est pas encore enregistrée : corrigez-la et appuyez sur Entrée, ou retapez {} pour l'abandonner.",
    lost="Non enregistrée : votre réponse à {}.",
    settled_by="en désaccord jusqu'à ce que {} tranche : ethicscheck checklist resolve JOURNAL {}",
    out_of_force="la signature de {} du {} ne vaut donc plus",
    answer_missing="vous n'avez pas encore répondu ({}) — répondez, ou s pour passer",
    outdated="votre réponse ne tient plus ({}) — répondez de nouveau, ou s pour passer",
    refused="« {} » ne convient pas ({}) — il faut {}",
    evidence_missing="cette réponse demande encore des preuves : {} ({}) — donnez un fichier ou une adresse avec e",
    na_refused="« Sans objet » n'est pas permis pour cette question ({}) — choisissez une réponse",
    na_short="« Sans objet » demande une raison d'au moins {} caractères, celle-ci en a {} ({})",
    evidence_asked="Des preuves sont demandées {}, {} au moins ; donnez-les avec e, avant la réponse.",
    with_every="avec chaque réponse",
    with_these="avec {}",
    or_="ou",
    columns="({} ; l'un après l'autre ; dans une ligne, b l'abandonne et q quitte)",
    keep_rows="Entrée garde vos lignes · + en ajoute · une première case recommence le tableau",
    cell_refused="« {} » ne convient pas dans « {} » — remplissez chaque case, et si rien n'est connu, dites-le",
    row_dropped="Cette ligne est abandonnée ; recommencez-la.",
    rows_kept="Quitté au milieu d'un tableau : les lignes complètes sont enregistrées.",
    rows_lost="Quitté au milieu d'un tableau : ses lignes ne sont pas enregistrées. {}",
    saved="enregistré ({})",
    note="remarque : {}",
    differs="c'est différent de {}",
    you="vous, {}",
    evidence="preuve : {}",
    not_applicable="sans objet",
    na_because="sans objet : {}",
    measured="mesuré : {}. {}",
    opened_by_one="rouverte par une règle non respectée : {} ; répondez de nouveau pour la clore",
    opened_by="rouverte par des règles non respectées : {} ; répondez de nouveau pour la clore",
    section="  ({} sur {})",
    done="{} sur {} traitées",
    standing="{} : {}",
    one_answer="1 réponse enregistrée dans {}.",
    answers="{} réponses enregistrées dans {}.",
    still_open="Encore en attente : {}.",
    open_for="{} pour {}",
    anyone="tout le monde",
    answered_by="réponse par {}",
    signed_by="signature par {}",
    asked_when="posée seulement quand {}",
    na_allowed="« sans objet » avec une raison",
    instead="pas demandé deux fois : {}, voir {}",
    measurements={"yes": "oui", "no": "non", "unsure": "on ne peut pas encore le dire"},
    states={
        "unanswered": "sans réponse",
        "answered": "avec réponse",
        "unsure": "en doute",
        "not_applicable": "sans objet",
        "hidden": "hors parcours",
        "disputed": "en désaccord",
        "contradicted": "en contradiction avec la mesure",
        "stale": "à revoir",
    },
    examples={
        "choice": "une des réponses",
        "multi": "une ou plusieurs des réponses, avec des virgules",
        "text": "quelques mots",
        "number": "un nombre",
        "date": "une date, AAAA-MM-JJ",
        "scale": "un degré de l'échelle",
        "table": "des lignes, case par case",
    },
    ranges={
        "both": "un nombre de {} à {}",
        "low": "un nombre à partir de {}",
        "high": "un nombre jusqu'à {}",
        "none": "un nombre, comme 12 ou 0.5",
    },
)

SPEECHES: Final[Mapping[str, Speech]] = {"en": ENGLISH, "fr": FRENCH}


def speech_of(language: str | None) -> Speech | None:
    """Return the walk's words in a language (`fr-CA` speaks `fr`), None where there are none."""
    return SPEECHES.get((language or "en").partition("-")[0])


__all__ = ["ENGLISH", "SPEECHES", "Speech", "speech_of"]
