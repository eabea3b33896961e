"""The variants: readings of the record that its words leave open, that matter, and that it does not settle.

Each is a choice between named readings, the default first. Every experiment with ``prior = "all"`` draws
them beside the parameters, and what hangs on them is reported apart from parameters and from chance.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.registry.entries import Variant as V
from sim.registry.entries import by_name

VARIANTS: Mapping[str, V] = by_name(
    V("unfilled", "selection", "a vacancy that the superior body claims and cannot fill",
      {"lapse": "the place's own conference fills it in the same month",
       "acting": "an unselected local holds it until it is filled"},
      "appointments.csv: in December 1923 the places had filled 52 of 83 posts; no source knows of posts standing "
      "acting for long", first_version="acting"),
    V("succession", "inheritance", "when a feud is passed on to a new holder at a discount",
      {"once": "once a departure, also where an acting man comes first",
       "at_arrival": "when somebody arrives who is not acting"},
      "reading of claim 24: no source says whether a feud waits while an acting man holds a post",
      under=("unfilled", "acting"), first_version="at_arrival"),
    V("acting_voice", "discussion", "what an acting secretary owes to those above and below him",
      {"half": "half of what an appointed and half of what an elected one does",
       "free": "nothing: voice and inspection both get through in full"},
      "no source; he owes his post to neither side and to both",
      under=("unfilled", "acting"), first_version="free"),
    V("unserved", "remedies", "a transfer, recall or review that the superior body claims and has no capacity for",
      {"waits": "nothing happens until there is capacity",
       "lapses": "the place acts itself: an extraordinary conference, its own recall"},
      "appointments.csv counts what the centre did, not what it left undone"),
    V("electorate", "selection", "who elects a guberniia's secretary",
      {"members": "the members, through a conference, as the opposition asked in 1923",
       "plenum": "the committee's own officials, as the statutes had it"},
      "statutes of 1919 and 1922: the plenum elects; Trotsky 1923 asked for the members; EVIDENCE: colleagues' "
      "ratings .49"),
    V("conferences", "selection", "when a conference can fill a guberniia post",
      {"any_month": "whenever it falls vacant",
       "yearly": "at the yearly conference; between two of them the plenum co-opts"},
      "guberniia conferences met about once a year; extraordinary ones are recorded too"),
    V("place_terms", "place_costs", "whether knowledge of the place and its ties cost alike everywhere",
      {"twins": "as the parameters ign and paro say",
       "by_literacy": "a local's parochial ties cost in proportion to the members' illiteracy"},
      "sign only: Bhavnani & Lee 2018; Haus, work in progress. It puts part of the article's conclusion in by hand"),
    V("judges_learn", "circumstances", "whether files improve with years of record keeping, and voters judge less "
      "well the more they are",
      {"no": "validities stay as stated", "yes": "r_f rises after 1924, r_v falls with the size of the electorate"},
      "EVIDENCE: Orgraspred after 1924; size from no source"),
    V("majority_wants", "congress", "what congress delegates want who are neither dependent nor in opposition",
      {"conditional": "as much appointment as threat, quarrels and unreadiness ask for",
       "status_quo": "what is", "all": "that every vacancy is claimed"},
      "article: 'not opposed to the electoral principle ... not possible in all committees, every time'",
      first_version="all"),
    V("ties", "skloki", "what officials quarrel about",
      {"persons": "personal antagonism alone",
       "persons_and_platforms": "in months of dispute also between those who stand on different platforms"},
      "skloki_cases.csv: 16 of the cases are about policy or the New Course, 3 personal"),
    V("lost_review_is_unfit", "selection", "whether a secretary who loses a review counts as recalled for unfitness",
      {"yes": "he does", "no": "he does not"}, "appointments.csv: T05 does not say"),
    V("embattled_may_stand", "remedies", "whether the official whom a remedy concerns is a candidate again",
      {"no": "he is not", "yes": "he is, for both sides"}, "skloki_cases.csv knows both"),
    V("need_displaces", "need", "what becomes of a man sent down to strengthen an uezd",
      {"yes": "he takes the uezd secretary's seat", "no": "he joins the uezd's bench"},
      "appointments.csv: 'to strengthen uezds' does not say in which post"),
    V("majority_tier", "filter", "the tiers of election at which the majority magnifies",
      {"all": "all", "guberniia": "the guberniia conference alone", "nation": "the national conference alone"},
      "elections_quality.csv: Moscow alone has more than one tier recorded (T14)"),
)  # fmt: skip

#: Number of each choice of each variant, as engines hold it.
CHOICES: Mapping[str, Mapping[str, int]] = {
    name: {choice: number for number, choice in enumerate(variant.choices)} for name, variant in VARIANTS.items()
}
