"""The month: the twelve processes, in the reference's order, those over all committees as arrays."""

from __future__ import annotations

import math

import numpy as np

from experiments.bench.numpy_loop import formulas, founding, people, quarrels, selection, turnover
from experiments.bench.numpy_loop.draws import Addresses, Floats, Words, normals, uniforms
from experiments.bench.numpy_loop.record import Recorder
from experiments.bench.numpy_loop.state import ABOVE, SEATS, State
from sim.kernel import interpreted_room
from sim.mechanisms import congress, discussion, environment
from sim.world.build import World

environment_of_one, discussion_of_one, congress_of_one = map(interpreted_room, (environment, discussion, congress))


def begin(world: World, replicate: int) -> State:
    """Return the state before the first month."""
    s = State(world, replicate)
    founding.found(s)
    s.monthly, s.recorder = _addresses(s), Recorder(s)
    return s


def _addresses(s: State) -> Addresses:
    """Return every address that is known before the month begins, drawn in one go; who sits is filled in then."""
    every, guberniias = s.keys, s.keys[: s.g]
    return Addresses(
        threat=("threat", np.zeros(1, dtype=np.uint64), 0),
        incident=("incident", every, 0), more=("incident", guberniias, 1), mediation=("mediation", every, 0),
        claim=("claim", every, 0), remedy_claim=("claim", every, 2), remedy=("remedy", every, 0),
        wear=("wear", np.zeros(s.n * SEATS, dtype=np.uint64), 0), unfit=("unfit", every, 0), judged=("unfit", every, 1),
        need=("need", guberniias, 0), lateral=("lateral", guberniias, 0), due=("due", every, 0),
        training=("training", every, 0), vote=("vote", s.keys[s.bases], 0),
    )  # fmt: skip


def step(s: State) -> None:
    """Run one month."""
    s.t += 1
    s.month += 1
    s.monthly.readdress("wear", s.low[s.who].ravel())
    words = s.draws.words(s.monthly, s.month)
    change_environment(s, words["threat"])
    administer(s)
    discuss(s)
    quarrels.quarrel(s, lots_of_ties(s, words))
    lots = turnover.Lots.of(s, words)
    turnover.remedy(s, lots)
    turnover.vacate_posts(s, lots)
    selection.select(s, lots)
    educate(s)
    people.train(s, uniforms(words["training"][0]))
    people.keep_reserve(s)
    form_attitudes(s)
    vote(s, words["vote"])
    if s.world.calendar.congress[s.t]:
        decide_claims(s)
    s.recorder.record()


def lots_of_ties(s: State, words: dict[str, Words]) -> list[Floats]:
    """Return the draws for incidents of each row of ties: an uezd's second tie is its last."""
    first, more = uniforms(words["incident"]), uniforms(words["more"])
    superior = np.concatenate([more[ABOVE - 4], first[1, s.g :]])
    return [first[0], *(first[i, : s.g] for i in (1, 2, 3)), more[0], more[1], superior]


# Step 1
def change_environment(s: State, threat: Words) -> None:
    """Change threat, task, dated events, claims and capacity."""
    p, t, known, one = s.p, s.t, s.world.calendar, environment_of_one
    noise = normals(threat[0], threat[1]).item(0)
    s.threat_noise = one.persistent_noise(s.threat_noise, p.THREAT_MEMORY, p.THREAT_NOISE, noise)
    objective, perceived = float(known.objective[t]), float(known.perceived[t])
    s.threat = one.threat_level(objective, perceived, 0.0, s.threat_noise)
    target = one.threat_level(objective, perceived, p.omega, s.threat_noise)
    s.perceived = one.perceive(s.perceived, target, p.PERCEPTION_RISE, p.p_dn)
    s.task = one.complexity(float(known.ramp[t]), p.q_max)
    s.news = discussion_of_one.news(float(known.economic[t]), p.NEWS_BASE)
    s.dispute, s.joined = float(known.dispute[t]), float(known.joined[t])
    s.openings, s.strengthened, s.assignments = {}, set(), 0
    fixed = {"unlimited": math.inf, "recorded": p.cap_fr * float(known.capacity[t])}
    for above, limit in ((True, s.options.capacity), (False, s.options.conference_capacity)):
        month = fixed[limit] if isinstance(limit, str) else limit
        s.left[above] = month + min(max(s.left[above], 0.0), 1.0)
    _claim(s)


def _claim(s: State) -> None:
    """Find the share of vacancies claimed, by each guberniia's rule; uezds follow or have one of their own."""
    s.claimed[: s.g] = s.claimed_by_rule[s.t]
    for g, rule in enumerate(s.rules[s.t]):
        if rule == "endogenous":
            s.claimed[g] = s.national_claims
        elif rule == "readiness":
            s.claimed[g] = 0.0 if _ready(s, g) else 1.0
    uezds = s.world.scenario.policy.uezds
    s.claimed[s.g :] = s.claimed[s.heads] if uezds == "follow" else float(uezds == "appointment")


def _ready(s: State, g: int) -> bool:
    total = 0.0
    for man in s.benches[g]:
        total += s.skill.item(man)
    policy = s.world.scenario.policy
    enough = total / s.bench_places.item(g) >= policy.bench_at_least
    return s.literacy.item(g) >= policy.literacy_at_least and enough


# Steps 2 and 3
def administer(s: State) -> None:
    """Find performance and results, compare them, and let local economies recover."""
    p, g = s.p, s.g
    fresh = p.KNOW_PLACE / (p.KNOW_PLACE + s.tenure)
    usable = formulas.usable_skill(s.skill[s.who], s.outsider, fresh, p.ign, p.paro)
    seats, weight = s.seats.astype(np.float64), formulas.administration.seat_weight
    skill = weight(0, seats, p.SECRETARY_WEIGHT) * usable[0] + weight(1, seats, p.SECRETARY_WEIGHT) * usable[1]
    for seat in (2, 3):
        skill[:g] += weight(seat, seats[:g], p.SECRETARY_WEIGHT) * usable[seat, :g]
    s.team_skill = skill
    s.performance = formulas.administration.performance(
        skill, s.conflict, _felt(s), s.clarity, s.literacy, s.discussion, s.threat, s.task, p.b_conf, p.par_loss,
        p.theta + p.PARALYSIS_STEP, p.PARALYSIS_WIDTH, p.e_err, p.d_thr, p.CLARITY_SHARE, p.LITERATE_SHARE,
    )  # fmt: skip
    s.result = s.performance.copy()
    _achieve(s)
    for guberniia, values in ((True, s.performance[:g]), (False, s.performance[g:])):
        s.mean_performance[guberniia] = np.add.accumulate(values).item(-1) / len(values) if len(values) else 0.0
    famine = p.FAMINE_LOSS * s.world.calendar.famine[s.t, :g]
    s.recovery[:g] = formulas.recover(s.recovery[:g], s.result[:g], p.g_y, p.RECOVERY_MAX, famine)
    s.recovery[g:] = s.recovery[s.heads]


def _achieve(s: State) -> None:
    """Count the uezds' work into their guberniias' results."""
    below = s.uezds_of > 0
    work = np.bincount(s.heads, s.performance[s.g :], s.g)[below] / s.uezds_of[below]
    s.result[: s.g][below] = formulas.administration.guberniia_result(s.performance[: s.g][below], work, s.p.OWN_SHARE)


def _felt(s: State) -> Floats:
    return formulas.discussion.felt_misfit(s.misfit, s.national_error, s.p.nu)


# Step 4
def discuss(s: State) -> None:
    """Debate policy, correct what can be corrected here and in the nation, remember who was right."""
    p, room = s.p, formulas.discussion
    temper, pliancy = s.temper[s.who[0]], s.pliancy[s.who[0]]
    s.felt = _felt(s)
    s.free_voice = room.free_voice(s.discussion, s.literacy, s.perceived, p.VOICE_BASE, p.chi)
    s.voice = room.heard_voice(s.free_voice, s.appointed, s.elected, temper, p.phi_v, p.hide)
    inspected = room.inspection(p.INSPECTION, s.appointed, s.elected, pliancy, p.phi_i, p.hide)
    s.misfit = room.misfit(s.misfit, p.mu, s.task, s.voice, p.kv, inspected, p.ki)
    s.credit = room.credit(s.credit, s.voice, s.felt, s.news, p.CREDIT_MEMORY, p.CREDIT_GAIN)
    voice = np.add.accumulate(s.voice[: s.g]).item(-1) / s.g
    error = discussion_of_one.misfit(s.national_error, p.mu, s.task, voice, p.kv, p.INSPECTION, p.ki)
    s.national_error = min(max(error + float(s.world.calendar.error[s.t]), 0.0), 1.0)


# Steps 9 and 10
def educate(s: State) -> None:
    """School members, take in the levy, clarify rules, let officials and benches practise."""
    p, room = s.p, formulas.education
    s.literacy = room.schooled(s.literacy, p.edu, s.result, p.PERFORMANCE_REF)
    if s.joined != 0.0:
        s.literacy = room.diluted(s.literacy, s.joined, p.l_new)
        s.members = s.members * (1.0 + s.joined)
    s.clarity = room.clarified(s.clarity, s.result, p.STANDARD_RULES, s.changes / s.seats, p.CLARITY_LOSS)
    s.changes[:] = 0.0
    s.courses = room.course_quality(s.literacy, s.result, p.PERFORMANCE_REF)
    s.skill = room.practised(s.skill, p.train, np.append(s.courses, (1.0, 0.0))[s.at])
    s.tenure += s.who != s.nobody


def form_attitudes(s: State) -> None:
    """Let the habit of debate and the preference for unity follow experience."""
    p, habit = s.p, s.discussion
    right = s.voice * s.felt * s.news
    suppressed = (s.free_voice - s.voice) * s.felt * s.news
    s.discussion = formulas.attitudes.debate_habit(
        habit, s.elected, s.appointed, s.literacy, s.conflict, s.perceived, right,
        p.d_el, p.d_app, p.d_vc, p.DEBATE_LOSS,
    )  # fmt: skip
    s.unity = formulas.attitudes.unity_preference(
        s.unity, s.perceived, s.conflict, s.appointed, suppressed, habit,
        p.u_p, p.u_c, p.u_a, p.u_s, p.UNITY_REST, p.ud,
    )  # fmt: skip


# Step 11
def vote(s: State, words: Words) -> None:
    """Let every organisation vote; tiers follow one another."""
    p, tier, at, g = s.p, s.options.majority_tier, s.bases, s.g
    noise = p.VOTE_NOISE * normals(words[0], words[1])
    share = formulas.congress.members_vote(s.discussion[at], s.unity[at], p.b0, s.credit[at], noise, p.VOTE_SLOPE)
    number = np.maximum(s.uezds_of, 1)
    s.opposition = np.bincount(s.base_of, share, g) / number
    lower, upper = (p.maj if tier in ("all", name) else 1.0 for name in ("guberniia", "nation"))
    chosen = _tier(share, lower, s.appointed[at], s.elected[at], p.si)
    s.delegates = np.bincount(s.base_of, chosen, g) / number
    national = s.members[:g] * _tier(s.delegates, upper, s.appointed[:g], s.elected[:g], p.si)
    weight = np.add.accumulate(s.members[:g]).item(-1)
    s.opposition_nation = np.add.accumulate(national).item(-1) / weight


def _tier(share: Floats, exponent: float, appointed: Floats, elected: Floats, cut: float) -> Floats:
    return formulas.influenced(formulas.congress.magnified(share, exponent), appointed, elected, cut)


def decide_claims(s: State) -> None:
    """Let a congress change the share of posts claimed."""
    p, g = s.p, s.g
    appointed = np.add.accumulate(s.members[:g] * s.appointed[:g]).item(-1)
    weight = np.add.accumulate(s.members[:g]).item(-1)
    dependent = p.psi * float(s.world.calendar.officials[s.t]) * (appointed / weight)
    s.national_claims = congress_of_one.claims_after_congress(
        s.national_claims, s.opposition_nation, dependent, s.perceived, p.zeta, p.CONGRESS_STEP
    )
