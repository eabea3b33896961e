"""Steps 2 to 5, 9 and 10: what every committee does, as in the reference engine's ``Committee``."""

from __future__ import annotations

from sim.draws.addressed import uniform
from sim.engines.compiled.layout import (
    INCIDENT_LOT,
    KIND,
    NOBODY,
    POINT,
    READING,
    committee,
    dossier,
    famine_at,
    foresee,
    foresee_home,
    line,
    lot_at,
    month_at,
    person,
)
from sim.engines.compiled.people import note
from sim.kernel import inlined, kernel
from sim.mechanisms import (
    administration,
    arithmetic,
    attitudes,
    congress,
    discussion,
    economy,
    education,
    record,
    remedies,
    skloki,
)

PLATFORM = POINT["platform"]
HAPPENED, OPENED, CLOSED = KIND["incident"], KIND["sklok_opened"], KIND["sklok_closed"]
#: The two seats of each tie between seats, in the order of the reference engine's pairs.
FIRST, SECOND = (0, 0, 0, 1, 1, 2), (1, 2, 3, 2, 3, 3)

usable_skill, parochial_loss, performance, guberniia_result, served_together, trust_between, trusted = (
    administration.usable_skill, administration.parochial_loss, administration.performance,
    administration.guberniia_result, administration.served_together, administration.trust_between,
    administration.trusted,
)  # fmt: skip
unit = arithmetic.unit
recover = economy.recover
free_voice, heard_voice, inspection, next_misfit, felt_misfit, credit = (
    discussion.free_voice, discussion.heard_voice, discussion.inspection, discussion.misfit,
    discussion.felt_misfit, discussion.credit,
)  # fmt: skip
members_vote, platform_friction, acquaintance = congress.members_vote, skloki.platform_friction, skloki.acquaintance
quarrel_rate, place_friction, incident_chance, cooled, peace_left, of_several, inherited = (
    skloki.quarrel_rate, skloki.place_friction, skloki.incident_chance, skloki.cooled, skloki.peace_left,
    skloki.of_several, skloki.inherited,
)  # fmt: skip
is_open, with_ends = remedies.is_open, record.with_ends
schooled, diluted, clarified, course_quality, practised = (
    education.schooled, education.diluted, education.clarified, education.course_quality, education.practised
)  # fmt: skip
debate_habit, debate_habit_first, unity_preference, ratcheted = (
    attitudes.debate_habit, attitudes.debate_habit_first, attitudes.unity_preference, attitudes.ratcheted
)  # fmt: skip


# ---------------------------------------------------------------- steps 2 to 4
@kernel
def administer(s, i):  # type: ignore[no-untyped-def]
    """Step 2: performance from the team's skill and what hampers it."""
    c, seats = committee(s, i), committee(s, i).held
    foresee(s, i)
    paro = parochial_loss(s.paro, c.literacy, s.place_terms == READING.place_terms_by_literacy)
    skill = 0.0
    for seat in range(c.seats):
        man = seats[seat]
        if man >= 0:
            m = person(s, man)
            usable = usable_skill(m.skill, float(m.outsider), m.tenure, s.ign, paro, s.know_place)
            skill += s.seat_weights[c.level, seat] * usable
    if s.trust > 0.0:
        skill = trusted(skill, trust_of_team(s, i), s.trust)
    c.team_skill = skill
    c.felt = felt_misfit(c.misfit, s.national_error, s.nu)
    done = performance(
        skill, c.conflict, c.felt, c.clarity, c.literacy, c.discussion,
        s.threat, s.task, s.b_conf, s.par_loss, s.theta + s.PARALYSIS_STEP, s.PARALYSIS_WIDTH,
        s.e_err, s.d_thr, s.CLARITY_SHARE, s.LITERATE_SHARE,
    )  # fmt: skip
    c.performance = c.result = done


@kernel
def trust_of_team(s, i):  # type: ignore[no-untyped-def]
    """Return the mean trust that common service has left between any two of the seats."""
    pairs, seats, total = committee(s, i).ties - 1, committee(s, i).held, 0.0
    for pair in range(pairs):
        a, b = seats[FIRST[pair]], seats[SECOND[pair]]
        if a >= 0 and b >= 0:
            total += trust_between(served(s, i, a, b), s.SERVED_HALF)
    return total / pairs


@kernel
def served(s, i, a, b):  # type: ignore[no-untyped-def]
    """Return for how many months two of the officials have served together: here, and where each was last."""
    now, d, e = float(s.month), dossier(s, a), dossier(s, b)
    tenure_a, tenure_b = person(s, a).tenure, person(s, b).tenure
    months = acquaintance(tenure_a, tenure_b)
    until_a, months_a, until_b, months_b = (
        float(d.former_until), float(d.former_months), float(e.former_until), float(e.former_months)
    )  # fmt: skip
    if d.former >= 0 and d.former == e.former:
        months += served_together(until_a, months_a, until_b, months_b)
    if d.former == i:
        months += served_together(until_a, months_a, now, tenure_b)
    if e.former == i:
        months += served_together(until_b, months_b, now, tenure_a)
    return months


@kernel
def discuss(s, i):  # type: ignore[no-untyped-def]
    """Step 4: debate policy, correct what can be corrected, remember who was right."""
    c, man = committee(s, i), committee(s, i).held[0]
    temper = pliancy = 0.0
    if man >= 0:
        temper, pliancy = person(s, man).temper, person(s, man).pliancy
    free = free_voice(c.discussion, c.literacy, s.perceived, s.VOICE_BASE, s.chi)
    voice = heard_voice(free, c.appointed + c.acting, c.elected, temper, s.phi_v, s.hide)
    inspected = inspection(s.reach, c.appointed, c.elected + c.acting, pliancy, s.phi_i, s.hide)
    c.misfit = next_misfit(c.misfit, s.mu, s.task, voice, s.kv, inspected, s.ki)
    c.credit = credit(c.credit, voice, c.felt, s.news, s.CREDIT_MEMORY, s.CREDIT_GAIN)
    c.free_voice, c.voice = free, voice


@kernel
def work(s):  # type: ignore[no-untyped-def]
    """Run steps 2 to 4 for each guberniia with its uezds, then for the nation.

    The reference runs step after step over all; here they follow one another per guberniia,
    because none reads another guberniia's values of this month.
    """
    month = month_at(s, s.t)
    guberniias = uezds = voices = 0.0
    for g in range(s.guberniias):
        head = committee(s, g)
        administer(s, g)
        guberniias += head.performance
        if head.uezds > 0:
            total = 0.0
            for i in range(head.first_uezd, head.first_uezd + head.uezds):
                administer(s, i)
                total += committee(s, i).performance
                uezds += committee(s, i).performance
            head.result = guberniia_result(head.performance, total / head.uezds, s.own_share)
        strength = famine_at(s, month.famine, g) if month.famine >= 0 else 0.0
        head.recovery = recover(head.recovery, head.result, s.g_y, s.recovery_max, s.FAMINE_LOSS * strength)
        discuss(s, g)
        voices += head.voice
        for i in range(head.first_uezd, head.first_uezd + head.uezds):
            committee(s, i).recovery = head.recovery
            discuss(s, i)
    s.mean_guberniia = guberniias / s.guberniias
    number = s.number - s.guberniias
    s.mean_uezd = uezds / number if number > 0 else 0.0
    s.corrected = s.kv * (voices / s.guberniias) + s.ki * s.reach
    error = next_misfit(
        s.national_error, s.mu, s.task, voices / s.guberniias, s.kv, s.reach, s.ki
    )
    s.national_error = unit(error + month.error)


# ---------------------------------------------------------------- step 5
@inlined
@kernel
def suffer(s, i, tie, man, other, rival_temper, friction, above):  # type: ignore[no-untyped-def]
    """Let an incident happen in a tie, or not."""
    c = committee(s, i)
    grievance = committee(s, i).grievance[tie]
    rate = friction + quarrel_rate(
        person(s, man).temper, rival_temper, c.clarity, c.recovery, grievance, above, s.dispute,
        s.a_temp, s.a_amp, s.above, s.escalation,
    )  # fmt: skip
    if lot_at(s, INCIDENT_LOT + tie, i) < incident_chance(rate, grievance, s.JUMP):
        grievance = min(grievance + s.JUMP, 1.0)
        committee(s, i).grievance[tie] = grievance
        note(s, HAPPENED, i, NOBODY, man, other, 0, 0, grievance)


@kernel
def friction_of(s, a, b):  # type: ignore[no-untyped-def]
    """Return the friction of place between two officials."""
    first, second = person(s, a), person(s, b)
    together = acquaintance(first.tenure, second.tenure)
    return place_friction(
        float(first.outsider), float(second.outsider), float(first.clique), float(second.clique),
        first.tenure if s.first_version else together, second.tenure if s.first_version else together,
        s.a_out, s.a_clq, s.know_place,
    )  # fmt: skip


@kernel
def is_opposed(s, i, man):  # type: ignore[no-untyped-def]
    """Tell whether an official stands against the majority's line, as likely as the members of his place."""
    c = committee(s, i)
    lot = uniform(s.seed, s.replicate, PLATFORM, 0, person(s, man).address, dossier(s, man).generation)
    return lot < members_vote(c.discussion, c.unity, s.b0, c.credit, 0.0, s.VOTE_SLOPE)


@kernel
def quarrel(s, i):  # type: ignore[no-untyped-def]
    """Step 5: incidents in each tie; then grievances cool. Conflict itself is settled after all have quarrelled."""
    c, seats = committee(s, i), committee(s, i).held
    above = committee(s, c.head).conflict if c.head >= 0 else 0.0
    last = c.ties - 1
    for tie in range(last):
        a, b = seats[FIRST[tie]], seats[SECOND[tie]]
        if a >= 0 and b >= 0:
            friction = friction_of(s, a, b)
            if s.dispute > 0.0 and s.ties == READING.ties_persons_and_platforms:
                friction += platform_friction(is_opposed(s, i, a), is_opposed(s, i, b), s.dispute, s.a_plat)
            suffer(s, i, tie, a, b, person(s, b).temper, friction, above)
    man = seats[0]
    if man >= 0:
        superior = committee(s, c.head).held[0] if c.head >= 0 else -1
        temper = person(s, superior).temper if superior >= 0 else s.TEMPER_MEAN
        suffer(s, i, last, man, superior, temper, 0.0, above)
    skill = person(s, man).skill if man >= 0 else 0.0
    for tie in range(c.ties):
        committee(s, i).grievance[tie] = cooled(committee(s, i).grievance[tie], s.cool, c.clarity, skill)
    c.settled = conflict_of(s, i)


@kernel
def conflict_of(s, i):  # type: ignore[no-untyped-def]
    """Return conflict from grievances: C = 1 - prod (1 - w G^2)."""
    c, peace = committee(s, i), 1.0
    for tie in range(c.ties):
        peace = peace_left(peace, s.tie_weights[c.level, tie], committee(s, i).grievance[tie])
    if c.head >= 0:
        peace = of_several(peace, s.uezd_ties)
    return 1.0 - peace


@kernel
def face_skloki(s):  # type: ignore[no-untyped-def]
    """Step 5: quarrels everywhere, then find where a sklok is open, before anybody does something about it."""
    for i in range(s.number):
        foresee(s, i)
        quarrel(s, i)
    for i in range(s.number):
        c = committee(s, i)
        c.conflict = c.settled
        c.paralysed = is_open(c.conflict, s.theta + s.PARALYSIS_STEP)
        now = is_open(c.conflict, s.theta)
        if now:
            c.last_open = s.month
        if now and c.open == 0:
            c.open_since = s.month
        c.ends = with_ends(c.ends, c.open != 0 and not now)
        if now != (c.open != 0):
            note(s, OPENED if now else CLOSED, i, NOBODY, NOBODY, NOBODY, 0, 0, c.conflict)
        c.open = now


@kernel
def grievance_of(s, i, seat):  # type: ignore[no-untyped-def]
    """Return the sum of the grievances in which a seat's holder stands."""
    last, total = committee(s, i).ties - 1, 0.0
    for tie in range(last):
        if pair_has(committee(s, i).seats, tie, seat):
            total += committee(s, i).grievance[tie]
    return total + (committee(s, i).grievance[last] if seat == 0 else 0.0)


@kernel
def pair_has(seats, tie, seat):  # type: ignore[no-untyped-def]
    """Tell whether a seat stands in a tie between seats."""
    return FIRST[tie] == seat or SECOND[tie] == seat


@kernel
def inherit(s, i, seat, man, added, sheds):  # type: ignore[no-untyped-def]
    """Change the ties of a seat for its new holder: part of the feud if he sheds the rest, and new grievance."""
    c = committee(s, i)
    last = c.ties - 1
    for tie in range(c.ties):
        if (tie < last and pair_has(c.seats, tie, seat)) or (tie == last and seat == 0):
            left = committee(s, i).grievance[tie]
            if sheds:
                left = inherited(left, float(person(s, man).outsider), s.inh_l, s.inh_o)
            committee(s, i).grievance[tie] = min(left + added, 1.0)
    c.conflict = conflict_of(s, i)


# ---------------------------------------------------------------- steps 9 and 10
@kernel
def educate(s, i):  # type: ignore[no-untyped-def]
    """Step 9: school members, take in the levy, clarify rules, practise."""
    c, seats = committee(s, i), committee(s, i).held
    c.literacy = schooled(c.literacy, s.edu, c.result, s.PERFORMANCE_REF)
    if s.joined != 0.0:
        c.literacy = diluted(c.literacy, s.joined, s.l_new)
        c.members = c.members * (1.0 + s.joined)
    c.clarity = clarified(c.clarity, c.result, s.STANDARD_RULES, c.changes / c.seats, s.CLARITY_LOSS)
    c.changes = 0.0
    c.courses = course_quality(c.literacy, c.result, s.PERFORMANCE_REF)
    for seat in range(c.seats):
        man = seats[seat]
        if man >= 0:
            m = person(s, man)
            m.skill = practised(m.skill, s.train, 1.0)
            m.tenure += 1.0
    man = line(s, i).first
    while man >= 0:
        m = person(s, man)
        m.skill = practised(m.skill, s.train, c.courses)
        man = m.next


@kernel
def form_attitudes(s, i):  # type: ignore[no-untyped-def]
    """Step 10: let the habit of debate and the preference for unity follow experience."""
    c = committee(s, i)
    habit = c.discussion
    right = c.voice * c.felt * s.news
    suppressed = (c.free_voice - c.voice) * c.felt * s.news
    if s.first_version:
        c.discussion = debate_habit_first(
            habit, c.elected, c.appointed, c.literacy, c.conflict, s.perceived, right,
            s.d_el, s.d_app, s.d_vc, s.debate_loss,
        )  # fmt: skip
    else:
        c.discussion = debate_habit(
            habit, c.elected, c.appointed, c.literacy, c.conflict, s.perceived, right,
            s.d_el, s.d_app, s.d_vc, s.debate_loss, s.USE_SCALE,
        )  # fmt: skip
    c.unity = unity_preference(
        c.unity, s.perceived, c.conflict, c.appointed, suppressed, habit,
        s.u_p, s.u_c, s.u_a, s.u_s, s.UNITY_REST, s.ud,
    )  # fmt: skip
    if s.held > 0.0:
        c.unity = ratcheted(c.unity, habit, s.held, s.held_step, s.UNITY_REST, s.ud)


@kernel
def learn(s):  # type: ignore[no-untyped-def]
    """Run steps 9 and 10 for all committees; training and the reserve, which attitudes do not read, come later."""
    for i in range(s.number):
        foresee_home(s, i)
        educate(s, i)
        form_attitudes(s, i)
