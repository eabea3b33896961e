"""The decision points: every purpose for which the model draws at random.

A draw is addressed by (seed, replicate, decision point, month, entity, index) and by nothing
else, so two worlds that differ in one rule share every other accident, and adding a point, a
committee or a replicate moves no existing draw. Append to this list; never reorder it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.registry.entries import DecisionPoint as Point
from sim.registry.entries import by_name

DECISION_POINTS: Mapping[str, Point] = by_name(
    Point(1, "threat", "nation", "0", "noise of both threat series (AR 1)"),
    Point(2, "place", "committee", "attribute", "attributes of a synthetic place or uezd"),
    Point(3, "birth", "person", "16 trainee + attribute", "skill, temper, clique, pliancy, loyalty of a person"),
    Point(4, "initial", "committee", "tie or seat", "initial grievances, tenure, term phase and posts"),
    Point(5, "incident", "committee", "tie", "an incident in a tie"),
    Point(6, "mediation", "committee", "0", "mediation of the worst tie"),
    Point(7, "claim", "committee", "seat", "whether the superior body claims a decision on a seat"),
    Point(8, "remedy", "committee", "0", "whether an open sklok is acted upon this month"),
    Point(9, "wear", "person", "0", "leaving a post by wear"),
    Point(10, "unfit", "committee", "0 hazard, 1-2 judgement", "recall of a secretary as unfit"),
    Point(11, "need", "committee", "0", "recall of a secretary to strengthen an uezd"),
    Point(12, "need_target", "committee", "candidate", "which uezds are considered for a man sent down"),
    Point(13, "lateral", "committee", "0", "planned transfer of a secretary"),
    Point(14, "due", "committee", "seat", "whether a due contest or review is a real one"),
    Point(15, "ballot", "committee", "64 seat + 4 candidate + question", "where a candidate comes from"),
    Point(16, "lot", "person", "committee", "order in which persons of a pool come to be considered"),
    Point(17, "judgement", "person", "committee", "what judges see beyond a candidate's skill"),
    Point(18, "recommended", "committee", "seat", "whether a recommended outsider stands"),
    Point(19, "bureau", "committee", "seat", "whether a regional bureau, not the CC, appoints"),
    Point(20, "reserve", "nation", "0 number, 4 + place", "from which bench the reserve is filled"),
    Point(21, "training", "committee", "0", "whether an empty bench place is filled"),
    Point(22, "order", "committee", "0", "order of openings where it is random"),
    Point(23, "vote", "committee", "0", "chance in the vote of a conference on the opposition"),
    Point(24, "departure", "person", "0, 1", "who leaves an overfull bench; who leaves the reserve or a pool unused"),
    Point(25, "search", "committee", "16 seat + candidate", "where a search of the reserve begins"),
    Point(26, "pool", "committee", "0 number, 4 + place", "from which bench a gubkom's pool is filled"),
    Point(27, "platform", "person", "generation", "on which side of the majority's line an official stands; no month"),
    Point(28, "request", "committee", "0", "whether a place in open sklok asks for an appointment"),
    Point(29, "tail", "committee", "0 whether, 1 who, 2 which seat", "whom an appointed secretary brings along"),
)
