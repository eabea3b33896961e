"""Numbers that belong to the form of an equation, or are documented and not varied.

Each has its grade and reason like a parameter; promoting one to a parameter is moving its line.
"""

from __future__ import annotations

from collections.abc import Mapping

from sim.registry.entries import Constant, Grade, by_name

_declared: list[Constant] = []


def _constant(
    name: str, value: float, unit: str, grade: Grade, mechanism: str, meaning: str, source: str
) -> float:
    _declared.append(Constant(name, value, unit, grade, mechanism, meaning, source))
    return value


_P2 = "PROTOTYPE-2 section 3 (fixed there)"
_MOVES = "appointments.csv (Pavliuchenkov 2008)"

PERCEPTION_RISE = _constant("PERCEPTION_RISE", 0.5, "per month", "assumed", "perception",
    "speed at which perceived threat rises", "HISTORY claim 6: fast up; " + _P2)
THREAT_NOISE = _constant("THREAT_NOISE", 0.05, "threat", "assumed", "environment",
    "s.d. of the persistent noise of the threat series", _P2)
THREAT_MEMORY = _constant("THREAT_MEMORY", 0.8, "per month", "assumed", "environment",
    "autocorrelation of that noise", "PROTOTYPE-1 section 2")
CLARITY_SHARE = _constant("CLARITY_SHARE", 0.4, "share of performance", "assumed", "administration",
    "performance that depends on clear responsibilities", _P2)
LITERATE_SHARE = _constant("LITERATE_SHARE", 0.3, "share of performance", "assumed", "administration",
    "performance that depends on literate staff", _P2)
SECRETARY_WEIGHT = _constant("SECRETARY_WEIGHT", 0.4, "share", "assumed", "administration",
    "weight of the secretary in a team of four; the others share the rest equally", _P2)
SERVED_HALF = _constant("SERVED_HALF", 12.0, "months", "assumed", "networks",
    "common service after which two officials have half of full trust in one another", "judgement: about a year")
PARALYSIS_STEP = _constant("PARALYSIS_STEP", 0.08, "conflict", "assumed", "conflict_costs",
    "distance of the threshold of paralysis from that of an open sklok", "PROTOTYPE-2 section 10")
PARALYSIS_WIDTH = _constant("PARALYSIS_WIDTH", 0.03, "conflict", "assumed", "conflict_costs",
    "width of the threshold of paralysis", "PROTOTYPE-1 section 2")
FAMINE_LOSS = _constant("FAMINE_LOSS", 0.012, "per month", "inferred", "famine",
    "economic loss in a stricken place", "range 0 to 0.03 in PROTOTYPE-1")
VOICE_BASE = _constant("VOICE_BASE", 0.2, "share", "assumed", "voice",
    "voice of an illiterate membership, relative to a literate one", _P2)
MISFIT_START = _constant("MISFIT_START", 0.35, "share", "assumed", "novelty",
    "misfit at the start, local and national", "range 0.2 to 0.5 in PROTOTYPE-1")
CREDIT_MEMORY = _constant("CREDIT_MEMORY", 0.95, "per month", "assumed", "credit",
    "credit for being right that is kept", "PROTOTYPE-2 section 2")
CREDIT_GAIN = _constant("CREDIT_GAIN", 0.1, "per month", "assumed", "credit",
    "credit gained by full voice on full misfit", "PROTOTYPE-2 section 2")
NEWS_BASE = _constant("NEWS_BASE", 0.5, "share", "assumed", "credit",
    "news about the national error without an economic crisis", "PROTOTYPE-2 section 2")
JUMP = _constant("JUMP", 0.25, "grievance", "assumed", "skloki",
    "grievance added by one incident: the unit in which incidents are counted", _P2)
GRIEVANCE_START = _constant("GRIEVANCE_START", 0.3, "grievance", "assumed", "skloki",
    "mean of initial grievances, uniform from zero to twice this", _P2)
RACE_WIDTH = _constant("RACE_WIDTH", 0.45, "s.d. of judgement", "assumed", "close_race",
    "margin at which a decision leaves half the grievance of a dead heat, for voters and superior bodies alike", "a decision by an average margin leaves .45 of the strength; a man sent down, compared with nobody, leaves half")
NEED_RATE = _constant("NEED_RATE", 0.0213, "per month", "documented", "need",
    "secretaries sent down to strengthen uezds: 23 of 83 posts in 13 months", _MOVES + "; that this was the reason, and not a punishment, is the official word")
LATERAL_RATE = _constant("LATERAL_RATE", 0.0065, "per month", "documented", "lateral",
    "secretaries moved without demotion: 7 of 83 posts in 13 months", _MOVES)
NEED_LOOK = _constant("NEED_LOOK", 8, "uezds", "assumed", "need",
    "uezds among which the weakest is sought for a man sent down", "PROTOTYPE-2 section 2")
FIT_SLOPE = _constant("FIT_SLOPE", 2.0, "per s.d. of judgement", "assumed", "unfit",
    "steepness of recall in the judged lack of fit", "PROTOTYPE-2 section 2")
BUREAU_SHARE = _constant("BUREAU_SHARE", 0.26, "share", "inferred", "selection",
    "appointments made by regional bureaux and not the CC: 8 of 31", _MOVES + ": that the 8 were appointed by bureaux is an inference")
LOAD_REF = _constant("LOAD_REF", 400.0, "assignments per month", "documented", "circumstances",
    "load at which files have validity r_f: 4,738 responsible workers in 1922-23", _MOVES)
RECOMMENDED = _constant("RECOMMENDED", 0.2, "probability", "inferred", "selection",
    "chance that a recommended outsider stands in a mixed world", "42 recommended in 1922-23 (Daniels 1957), not all in contests")
LADDER = _constant("LADDER", 0.3, "probability", "assumed", "ladder",
    "chance that a candidate for a guberniia post serves in an uezd, for either side", _P2)
PULL = _constant("PULL", 0.25, "probability", "assumed", "selection",
    "chance that an outsider comes from another committee and not from the superior body's reserve", "range 0 to 0.5 in PROTOTYPE-2")
TEMPER_MEAN = _constant("TEMPER_MEAN", 0.4, "share", "assumed", "showmanship",
    "mean of temper, u sqrt(u) with u uniform", "closed form: 2/5")
TEMPER_SD = _constant("TEMPER_SD", 0.3, "share", "assumed", "showmanship",
    "s.d. of temper", "closed form: sqrt(1/4 - 4/25)")
PLIANCY_MEAN = _constant("PLIANCY_MEAN", 0.4, "share", "assumed", "showmanship",
    "mean of pliancy, drawn like temper so that the twins dem and flat are alike", "closed form: 2/5")
SKILL_MEAN = _constant("SKILL_MEAN", 0.42, "skill", "assumed", "people",
    "mean skill of trained people in the median guberniia: sets the scale of skill", _P2)
LITERACY_MEAN = _constant("LITERACY_MEAN", 0.31, "share", "inferred", "people",
    "members able to follow and judge written policy, in the mean guberniia at the start", "set so that early 1924 gives 0.40: 60 per cent politically illiterate (party_education.csv, B)")
LITERACY_SPREAD = _constant("LITERACY_SPREAD", 0.85, "log-odds per log-odds", "assumed", "people",
    "spread of members' literacy relative to that of the population in 1920", _P2)
RESERVE_STEP = _constant("RESERVE_STEP", 6.0, "months", "assumed", "people",
    "time in which the gap to the wanted reserve is filled", "PROTOTYPE-2 section 2: one sixth a month")
RESERVE_STAY = _constant("RESERVE_STAY", 18.0, "months", "assumed", "people",
    "mean time for which somebody waits in the reserve, or a pool, before he goes home and another comes in his place", "nothing is recorded; of 4, 12, 18 months and never it is where neither policy is favoured in the neutral kernel; whoever nobody wants goes home, as from an overfull bench")
TRAINING = _constant("TRAINING", 0.1, "per month", "assumed", "people",
    "chance that an empty bench place is filled by a newly trained person", _P2)
BENCH_SLACK = _constant("BENCH_SLACK", 2, "persons", "assumed", "people",
    "persons that a bench holds beyond its size before somebody leaves", "PROTOTYPE-2 section 2")
CLARITY_START = _constant("CLARITY_START", 0.25, "share", "assumed", "standards",
    "clarity of responsibilities at the start", "HISTORY claim 15: 0.2 in 1920, 0.7 in 1925 (C)")
STANDARD_RULES = _constant("STANDARD_RULES", 0.012, "per month", "inferred", "standards",
    "growth of clarity by standard rules", "HISTORY claim 15; range 0.005 to 0.03 in PROTOTYPE-1")
CLARITY_LOSS = _constant("CLARITY_LOSS", 0.06, "share", "assumed", "standards",
    "clarity lost when all officials of a committee change", "PROTOTYPE-2 section 3: 0.015 for one of four")
PERFORMANCE_REF = _constant("PERFORMANCE_REF", 0.3, "performance", "assumed", "education",
    "performance at which schooling and training go at their stated rates", _P2)
USE_SCALE = _constant("USE_SCALE", 1.0 / 0.3, "ratio", "assumed", "attitudes",
    "reciprocal of literacy x (1 - conflict) at which an elected secretary furthers debate as much as an appointed one "
    "hinders it", "about the mean place in 1921-22: normalisation of the twins d_el and d_app")
UNITY_REST = _constant("UNITY_REST", 0.03, "per month", "assumed", "attitudes",
    "return of the preference for unity to its resting point", _P2)
UNITY_START = _constant("UNITY_START", 0.5, "share", "assumed", "attitudes",
    "preference for unity at the start", _P2)
VOTE_SLOPE = _constant("VOTE_SLOPE", 4.0, "per unit of attitude", "assumed", "congress",
    "steepness of members' vote in attitudes", "PROTOTYPE-2 section 2")
READY_LITERACY = _constant("READY_LITERACY", 0.4, "share", "assumed", "congress",
    "members' literacy from which a place is ready to elect", "the mean of early 1924 (party_education.csv)")
READY_BENCH = _constant("READY_BENCH", 0.35, "skill", "assumed", "congress",
    "skill on the bench, per place, from which a place is ready to elect", "the rule readiness; at .5 hardly any place ever is")
PROPORTIONAL = _constant("PROPORTIONAL", 1.0, "yes or no", "documented", "proportional",
    "whether delegates are elected by platform, in proportion, until March 1921", "elections_quality.csv: platforms of the Tenth Congress (T23)")
CONGRESS_STEP = _constant("CONGRESS_STEP", 0.5, "share", "assumed", "congress",
    "part of the gap to the voted share of claims that a congress closes a year after the last, or later", _P2)
DATED_ERRORS = _constant("DATED_ERRORS", 1.0, "ratio", "assumed", "novelty",
    "weight of the scenario's dated policy errors", "1: as the scenario states them")
LEVIES = _constant("LEVIES", 1.0, "ratio", "documented", "levies",
    "weight of the scenario's dated levies and purges", "1: as party_membership.csv records them")
PRESORTED = _constant("PRESORTED", 1.0, "ratio", "assumed", "presorting",
    "trainees among whom a bench place chooses, relative to n_cand; at least one", "MODEL, symmetry: the reserve, drawn from benches by lot, is sorted as often")
UEZD_SPREAD = _constant("UEZD_SPREAD", 0.3, "log-odds or log units", "assumed", "people",
    "s.d. of uezds' literacy and schooling around their guberniia's", "guberniia_1897.csv gives urban and rural rates only")
UEZD_RURAL = _constant("UEZD_RURAL", 0.4, "log-odds or log units", "assumed", "people",
    "how far an entirely rural uezd lies below its guberniia's mean", "guberniia.csv: rural below overall literacy of 1897")
ILLITERACY_REF = _constant("ILLITERACY_REF", 0.6, "share", "inferred", "circumstances",
    "members' illiteracy at which voters have validity r_v", "party_education.csv: 60 per cent politically illiterate in 1924 (B)")
REMOVED_BAR = _constant("REMOVED_BAR", 12.0, "months", "assumed", "selection",
    "time for which whoever a remedy or recall removed is no candidate where he was last removed", "about one conference; the same for both sides")

CONSTANTS: Mapping[str, Constant] = by_name(*_declared)
