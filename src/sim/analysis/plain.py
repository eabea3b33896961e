"""What is drawn in plain words, the code after them in brackets: every door that names it in a sentence does it so."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS

BETWEEN = {" - ": " less ", " / ": " over ", " and ": " and "}
"""How names of two are written, and said."""
SHORT: Mapping[str, str] = {
    "omega": "weight of the recorded series in what leaders perceive",
    "own_share": "a committee's own part of its result",
    "ign": "skill an outsider cannot use", "paro": "skill a long-serving local loses",
    "trust": "skill that full trust makes up for", "hide": "misfit that the pliant or demagogic hide",
    "phi_v": "voice lost under appointment", "phi_i": "inspection lost under election",
    "kv": "correction of misfit by voice", "ki": "correction of misfit by inspection",
    "a_amp": "grievance from unclear duties and hardship", "a_temp": "grievance between two of high temper",
    "a_out": "grievance between local and outsider", "a_clq": "grievance between cliques",
    "a_plat": "grievance between platforms in a dispute", "a_con": "grievance left by a dead heat",
    "a_imp": "grievance left by an appointment", "above": "grievance from conflict above",
    "tie_weight": "weight of secretary and ispolkom chair in conflict",
    "envoys": "chance that envoys halve a grievance",
    "uezd_ties": "ties that each of an uezd committee's stands for", "know_place": "months to learn half of a place",
    "inh_l": "part of a feud a local successor inherits", "inh_o": "part of a feud an outsider inherits",
    "x_el": "chance that a sklok brings a conference", "tr_p": "chance that a sklok brings a transfer",
    "ask_above": "chance that a committee in sklok asks above", "w0": "leaving by wear, without conflict",
    "h_unf": "recall of an unfit secretary", "g_y": "growth of the local economy",
    "rec_21": "recalls of 1921-22, 1923-24 = 1", "rec_22": "recalls of 1922-23, 1923-24 = 1",
    "rec_mid": "recalls of 1924-26, 1923-24 = 1", "rec_late": "recalls from 1927 on, 1923-24 = 1",
    "cont": "due elected posts that are really contested", "rev": "due claimed posts that are really reviewed",
    "r_v": "voters' judgement of candidates", "r_f": "the files' judgement of candidates",
    "r_p": "a committee's own judgement of candidates", "own_clique": "advantage of a man of the committee's clique",
    "learn": "how fast the files improve", "crowd": "how far a larger electorate judges worse",
    "err_ctx": "how far illiteracy and overload blur judgement", "inc_v": "incumbent's advantage with voters",
    "inc_f": "incumbent's advantage with the centre", "cross": "candidates from the other side",
    "pack": "weight of loyalty in the centre's judgement", "cap_fr": "the centre's capacity for guberniia seats",
    "k0": "vacancies claimed in January 1921", "k1": "vacancies the centre claims, 1923-25",
    "k_late": "rise of claims from 1926 to 1929", "tail": "chance that an appointed man brings another",
    "sk_sd": "spread of skill among trained people", "b_slope": "rise of skill with schooling in 1897",
    "res_d": "reserve wanted by the centre", "train": "growth of skill by practice", "edu": "growth of literacy",
    "l_new": "literacy of a levy's recruits", "d_el": "debate gained under an elected secretary",
    "d_app": "debate lost under an appointed secretary", "d_vc": "debate gained by voice that proved right",
    "u_p": "unity gained by threat", "u_c": "unity gained by conflict", "u_a": "unity gained by dependence",
    "u_s": "unity lost where voice is suppressed", "ud": "resting point of unity", "si": "odds that a secretary cuts",
    "b0": "the leadership's advantage in votes", "psi": "officials who vote with the patron",
    "zeta": "weight of the centre beside delegates", "follow": "how far influence follows loyalty to the patron",
    "habit": "weight of habit in what delegates want", "want": "vacancies wanted claimed where nothing presses",
    "threat_0": "threat at which nothing more is wanted", "conflict_0": "conflict at which nothing more is wanted",
    "ready_0": "ready places at which nothing more is wanted", "ambition": "how much more the centre wants to claim",
    "city_list": "how far the whole majority fills the list", "debate_loss": "debate lost by threat and conflict",
    "rho": "unity that a dispute leaves for good", "n_cand": "candidates besides the incumbent",
    "unfilled": "reading: a claimed vacancy that cannot be filled",
    "unserved": "reading: a claimed remedy without capacity", "acting_voice": "reading: what an acting secretary owes",
    "succession": "reading: when a feud is inherited", "electorate": "reading: who elects a secretary",
    "conferences": "reading: when a conference fills a post", "place_terms": "reading: costs of knowing a place",
    "judges_learn": "reading: whether judges change with time", "majority_wants": "reading: what the majority wants",
    "ties": "reading: what officials quarrel about",
    "lost_review_is_unfit": "reading: whether a lost review is unfitness",
    "embattled_may_stand": "reading: whether the embattled may stand",
    "majority_tier": "reading: where majorities magnify",
    "need_displaces": "reading: whether need displaces an uezd's man",
}  # fmt: skip
"""Short words where what the registry says is too long for a sentence or an axis."""


def words(name: str) -> str:
    """Return what is meant by a parameter, a variant, or by two of them; nothing where the name is none of these."""
    for sign, said in BETWEEN.items():
        one, found, other = name.partition(sign)
        if found and words(one) and words(other):
            return words(one) + said + words(other)
    known = PARAMETERS.get(name)
    if name in SHORT or known is None:
        return SHORT.get(name, VARIANTS[name].meaning if name in VARIANTS else "")
    return re.split(r"[,;:] ", known.meaning)[0]


def named(name: str) -> str:
    """Return a name in plain words, the code after them in brackets."""
    said = words(name)
    return f"{said} ({name})" if said else name
