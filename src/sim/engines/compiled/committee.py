"""Steps 2 to 4, 9 and 10: what every committee does, as in the reference engine's ``Committee``, eight abreast."""

from __future__ import annotations

from sim.engines.compiled.layout import (
    EMPTY,
    FIRST,
    READING,
    SECOND,
    committee,
    dossier,
    eight,
    famine_at,
    month_at,
    office,
    official,
)
from sim.engines.compiled.memory import WIDTH
from sim.engines.compiled.reserve import practise_on_benches
from sim.kernel import inlined, kernel
from sim.mechanisms import administration, arithmetic, attitudes, discussion, economy, education, skloki

usable_skill, parochial_loss, performance, guberniia_result, served_together, trust_between, trusted = (
    administration.usable_skill, administration.parochial_loss, administration.performance,
    administration.guberniia_result, administration.served_together, administration.trust_between,
    administration.trusted,
)  # fmt: skip
unit, acquaintance = arithmetic.unit, skloki.acquaintance
recover = economy.recover
free_voice, heard_voice, inspection, next_misfit, felt_misfit, credit = (
    discussion.free_voice, discussion.heard_voice, discussion.inspection, discussion.misfit,
    discussion.felt_misfit, discussion.credit,
)  # fmt: skip
schooled, diluted, clarified, course_quality, practised = (
    education.schooled, education.diluted, education.clarified, education.course_quality, education.practised
)  # fmt: skip
debate_habit, debate_habit_first, unity_preference, ratcheted = (
    attitudes.debate_habit, attitudes.debate_habit_first, attitudes.unity_preference, attitudes.ratcheted
)  # fmt: skip


# ---------------------------------------------------------------- steps 2 to 4
@kernel
def administer(s, e):  # type: ignore[no-untyped-def]
    """Step 2: performance from the team's skill and what hampers it."""
    if e.most_seats > 2:
        administer_with(s, e, 4)
    else:
        administer_with(s, e, 2)


@inlined
@kernel
def administer_with(s, e, seats):  # type: ignore[no-untyped-def]
    """Find the performance of eight committees, of which none has more than so many seats."""
    paro, by_literacy, ign, know = s.paro, s.place_terms == READING.place_terms_by_literacy, s.ign, s.know_place
    of_guberniia, of_uezd = s.seat_weights[0], s.seat_weights[1]
    first, second, third, fourth = of_guberniia[0], of_guberniia[1], of_guberniia[2], of_guberniia[3]
    first_in_uezd, second_in_uezd = of_uezd[0], of_uezd[1]
    by_trust, national_error, nu, threat, task = s.trust, s.national_error, s.nu, s.threat, s.task
    b_conf, par_loss, paralysis, width = s.b_conf, s.par_loss, s.theta + s.PARALYSIS_STEP, s.PARALYSIS_WIDTH
    e_err, d_thr, clarity_share, literate_share = s.e_err, s.d_thr, s.CLARITY_SHARE, s.LITERATE_SHARE
    for k in range(WIDTH):
        loss = parochial_loss(paro, e.literacy[k], by_literacy)
        skill = with_skill(0.0, e, k, 0, first_in_uezd if e.level[k] else first, ign, loss, know)
        skill = with_skill(skill, e, k, 1, second_in_uezd if e.level[k] else second, ign, loss, know)
        if seats > 2:
            skill = with_skill(skill, e, k, 2, third, ign, loss, know)
            skill = with_skill(skill, e, k, 3, fourth, ign, loss, know)
        if by_trust > 0.0:
            skill = trusted(skill, e.trust[k], by_trust)
        e.team_skill[k] = skill
        felt = felt_misfit(e.misfit[k], national_error, nu)
        e.felt[k] = felt
        done = performance(
            skill, e.conflict[k], felt, e.clarity[k], e.literacy[k], e.discussion[k],
            threat, task, b_conf, par_loss, paralysis, width, e_err, d_thr, clarity_share, literate_share,
        )  # fmt: skip
        e.performance[k] = done
        e.result[k] = done


@inlined
@kernel
def with_skill(skill, e, k, seat, weight, ign, loss, know):  # type: ignore[no-untyped-def]
    """Return a team's skill with what the holder of a seat, if there is one, can use of his."""
    usable = usable_skill(e.skill[seat, k], e.outsider[seat, k], e.tenure[seat, k], ign, loss, know)
    return skill if e.standing[seat, k] == EMPTY else skill + weight * usable


@kernel
def trust_of_team(s, i):  # type: ignore[no-untyped-def]
    """Return the mean trust that common service has left between any two of the seats."""
    pairs, held, total = committee(s, i).ties - 1, office(s, i).held, 0.0
    for pair in range(pairs):
        a, b = FIRST[pair], SECOND[pair]
        if held[a] >= 0 and held[b] >= 0:
            total += trust_between(served(s, i, a, b), s.SERVED_HALF)
    return total / pairs


@kernel
def served(s, i, a, b):  # type: ignore[no-untyped-def]
    """Return for how many months the holders of two seats have served together: here, and where each was last."""
    now, d, e = float(s.month), dossier(s, office(s, i).held[a]), dossier(s, office(s, i).held[b])
    tenure_a, tenure_b = official(s, i, a).tenure, official(s, i, b).tenure
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
def discuss(s, e):  # type: ignore[no-untyped-def]
    """Step 4: debate policy, correct what can be corrected, remember who was right."""
    perceived, base, chi, phi_v, phi_i, hide, reach = (
        s.perceived, s.VOICE_BASE, s.chi, s.phi_v, s.phi_i, s.hide, s.reach
    )  # fmt: skip
    mu, task, kv, ki, news, memory, gain = s.mu, s.task, s.kv, s.ki, s.news, s.CREDIT_MEMORY, s.CREDIT_GAIN
    for k in range(WIDTH):
        appointed, elected, acting = e.appointed[k], e.elected[k], e.acting[k]
        free = free_voice(e.discussion[k], e.literacy[k], perceived, base, chi)
        voice = heard_voice(free, appointed + acting, elected, e.temper[0, k], phi_v, hide)
        inspected = inspection(reach, appointed, elected + acting, e.pliancy[k], phi_i, hide)
        e.misfit[k] = next_misfit(e.misfit[k], mu, task, voice, kv, inspected, ki)
        e.credit[k] = credit(e.credit[k], voice, e.felt[k], news, memory, gain)
        e.free_voice[k] = free
        e.voice[k] = voice


@kernel
def work(s):  # type: ignore[no-untyped-def]
    """Run steps 2 to 4, and the nation's part of them.

    The reference runs step after step over all, and so does this, eight committees at a time; what guberniias have
    of their uezds, and uezds of their guberniia, stands between.
    """
    if s.trust > 0.0:
        for i in range(s.number):
            committee(s, i).trust = trust_of_team(s, i)
    for b in range(s.number_of_eights):
        administer(s, eight(s, b))
    add_up_work(s)
    for b in range(s.number_of_eights):
        discuss(s, eight(s, b))
    voices = 0.0
    for g in range(s.guberniias):
        voices += committee(s, g).voice
    s.corrected = s.kv * (voices / s.guberniias) + s.ki * s.reach
    error = next_misfit(
        s.national_error, s.mu, s.task, voices / s.guberniias, s.kv, s.reach, s.ki
    )
    s.national_error = unit(error + month_at(s, s.t).error)


@kernel
def add_up_work(s):  # type: ignore[no-untyped-def]
    """Find results and recovery of guberniias, which uezds share, and the means; uezds note the conflict above them."""
    month = month_at(s, s.t)
    guberniias = uezds = 0.0
    for g in range(s.guberniias):
        head, o = committee(s, g), office(s, g)
        guberniias += head.performance
        if o.uezds > 0:
            total = 0.0
            for i in range(o.first_uezd, o.first_uezd + o.uezds):
                total += committee(s, i).performance
                uezds += committee(s, i).performance
            head.result = guberniia_result(head.performance, total / o.uezds, s.own_share)
        strength = famine_at(s, month.famine, g) if month.famine >= 0 else 0.0
        head.recovery = recover(head.recovery, head.result, s.g_y, s.recovery_max, s.FAMINE_LOSS * strength)
        for i in range(o.first_uezd, o.first_uezd + o.uezds):
            committee(s, i).recovery, committee(s, i).above = head.recovery, head.conflict
    s.mean_guberniia = guberniias / s.guberniias
    number = s.number - s.guberniias
    s.mean_uezd = uezds / number if number > 0 else 0.0


# ---------------------------------------------------------------- steps 9 and 10
@kernel
def educate(s, e):  # type: ignore[no-untyped-def]
    """Step 9: school members, take in the levy, clarify rules, practise."""
    if e.most_seats > 2:
        educate_with(s, e, 4)
    else:
        educate_with(s, e, 2)


@inlined
@kernel
def educate_with(s, e, seats):  # type: ignore[no-untyped-def]
    """Educate eight committees, of which none has more than so many seats."""
    edu, reference, joined, new, rules, loss, train = (
        s.edu, s.PERFORMANCE_REF, s.joined, s.l_new, s.STANDARD_RULES, s.CLARITY_LOSS, s.train
    )  # fmt: skip
    for k in range(WIDTH):
        result, members = e.result[k], e.members[k]
        literacy = schooled(e.literacy[k], edu, result, reference)
        if joined != 0.0:
            literacy = diluted(literacy, joined, new)
            members = members * (1.0 + joined)
        e.literacy[k] = literacy
        e.members[k] = members
        e.clarity[k] = clarified(e.clarity[k], result, rules, e.changes[k] / e.seats[k], loss)
        e.changes[k] = 0.0
        e.courses[k] = course_quality(literacy, result, reference)
        serve(e, k, 0, train)
        serve(e, k, 1, train)
        if seats > 2:
            serve(e, k, 2, train)
            serve(e, k, 3, train)


@inlined
@kernel
def serve(e, k, seat, train):  # type: ignore[no-untyped-def]
    """Let the holder of a seat, if there is one, serve for a month."""
    here, skill, tenure = e.standing[seat, k] != EMPTY, e.skill[seat, k], e.tenure[seat, k]
    e.skill[seat, k] = practised(skill, train, 1.0) if here else skill
    e.tenure[seat, k] = tenure + 1.0 if here else tenure


@kernel
def form_attitudes(s, e):  # type: ignore[no-untyped-def]
    """Step 10: let the habit of debate and the preference for unity follow experience."""
    perceived, news, first_version = s.perceived, s.news, s.first_version
    d_el, d_app, d_vc, loss, scale = s.d_el, s.d_app, s.d_vc, s.debate_loss, s.USE_SCALE
    u_p, u_c, u_a, u_s, rest, ud, held, step = s.u_p, s.u_c, s.u_a, s.u_s, s.UNITY_REST, s.ud, s.held, s.held_step
    for k in range(WIDTH):
        habit, elected, appointed, literacy, conflict = (
            e.discussion[k], e.elected[k], e.appointed[k], e.literacy[k], e.conflict[k]
        )  # fmt: skip
        right = e.voice[k] * e.felt[k] * news
        suppressed = (e.free_voice[k] - e.voice[k]) * e.felt[k] * news
        if first_version:
            e.discussion[k] = debate_habit_first(
                habit, elected, appointed, literacy, conflict, perceived, right, d_el, d_app, d_vc, loss
            )
        else:
            e.discussion[k] = debate_habit(
                habit, elected, appointed, literacy, conflict, perceived, right, d_el, d_app, d_vc, loss, scale
            )
        unity = unity_preference(
            e.unity[k], perceived, conflict, appointed, suppressed, habit, u_p, u_c, u_a, u_s, rest, ud
        )
        if held > 0.0:
            unity = ratcheted(unity, habit, held, step, rest, ud)
        e.unity[k] = unity


@kernel
def learn(s):  # type: ignore[no-untyped-def]
    """Run steps 9 and 10 for all committees; training and the reserve, which attitudes do not read, come later."""
    for b in range(s.number_of_eights):
        educate(s, eight(s, b))
        form_attitudes(s, eight(s, b))
    practise_on_benches(s)
