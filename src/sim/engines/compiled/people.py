"""The stock of people: into it and out of it, and what every step asks of persons and draws."""

from __future__ import annotations

import math

import numpy as np

from sim.draws.addressed import normal, normals, uniform, uniforms
from sim.engines.compiled.layout import NOT, POINT, READING, committee, dossier, event_at, office, person, slot
from sim.kernel import kernel
from sim.mechanisms import selection

BIRTH = POINT["birth"]
LOWEST, HIGHEST = 0.02, 0.98
NAN = float("nan")

blur, crowded, validity, seen = selection.blur, selection.crowded, selection.validity, selection.seen


@kernel
def identity(s, man):  # type: ignore[no-untyped-def]
    """Return a person's identity; -1 for nobody."""
    if man < 0:
        return -1
    return (np.int64(dossier(s, man).generation) << 32) | person(s, man).address


@kernel
def note(s, kind, committee, seat, man, other, reason, authority, value):  # type: ignore[no-untyped-def]
    """Add an event; what finds no room is counted, so that the run can be begun again with more."""
    if s.keep_events == 0:
        return
    at = s.logged
    s.logged = at + 1
    if at >= s.room:
        return
    event = event_at(s, at)
    event.month, event.kind, event.committee, event.seat = max(s.t, 0), kind, committee, seat
    event.person, event.other = identity(s, man), identity(s, other)
    event.reason, event.authority, event.value = reason, authority, value


@kernel
def draw(s, point, entity, index):  # type: ignore[no-untyped-def]
    """Return this month's uniform draw at an address."""
    return uniform(s.seed, s.replicate, point, s.month, entity, index)


@kernel
def draw_normal(s, point, entity, index):  # type: ignore[no-untyped-def]
    """Return this month's normal draw at an address."""
    return normal(s.seed, s.replicate, point, s.month, entity, index)


@kernel
def standard_score(s, skill):  # type: ignore[no-untyped-def]
    """Return a skill as a standard score."""
    return (skill - s.SKILL_MEAN) / s.sk_sd


@kernel
def blur_of_voters(s, i):  # type: ignore[no-untyped-def]
    """Return how far illiteracy multiplies the variance of voters' error."""
    c = committee(s, i)
    variance = blur((1.0 - c.literacy) / s.ILLITERACY_REF, s.err_ctx)
    if s.judges_learn == READING.judges_learn_yes:
        return crowded(variance, s.crowd, c.members)
    return variance


@kernel
def is_outsider(s, man, i):  # type: ignore[no-untyped-def]
    """Tell whether a person comes from elsewhere, 1 or 0."""
    home = dossier(s, man).home
    if home == i or (office(s, i).head < 0 and office(s, home).head == i):
        return 0
    return 1


# ---------------------------------------------------------------- into the stock, and out of it
@kernel
def give_attributes(s, man, trainee):  # type: ignore[no-untyped-def]
    """Draw a person's attributes; ``trainee`` numbers those among whom he was chosen."""
    m = person(s, man)
    # what the reference engine draws one by one are two whole blocks
    temper, pliancy, clique, _ = uniforms(s.seed, s.replicate, BIRTH, s.month, m.address, 4 * trainee)
    skill, m.loyalty = normals(s.seed, s.replicate, BIRTH, s.month, m.address, 4 * trainee + 1)
    slot(s, man).skill = min(max(office(s, dossier(s, man).home).skill + s.sk_sd * skill, LOWEST), HIGHEST)
    m.temper = temper * math.sqrt(temper)
    m.pliancy = pliancy * math.sqrt(pliancy)
    m.clique = 1 if clique < 0.5 else 0


@kernel
def born(s, home, looked_at):  # type: ignore[no-untyped-def]
    """Bring a trained person into a home's lowest free slot: the best seen of some trainees."""
    o = office(s, home)
    man = o.first_person
    while person(s, man).alive:
        man += 1
    m, d = person(s, man), dossier(s, man)
    d.generation += 1
    m.alive, m.post, m.next, m.seat, slot(s, man).waits_in, d.previous = 1, -1, -1, -1, -1, -1
    m.installed, m.by_bureau = NOT, 0
    d.removed_from, d.removed, d.former = -1, 0, -1
    o.alive += 1
    s.people += 1
    best, chosen = -1e300, 0
    if looked_at > 1:
        r = validity(s.r_v, blur_of_voters(s, home))
        for trainee in range(looked_at):
            give_attributes(s, man, trainee)
            noise = draw_normal(s, BIRTH, m.address, 2 * (4 * trainee + 2))
            score = seen(standard_score(s, slot(s, man).skill), r, noise)
            if score > best:
                best, chosen = score, trainee
    give_attributes(s, man, chosen)
    return man


@kernel
def leave_stock(s, man):  # type: ignore[no-untyped-def]
    """Let a person leave the stock for good; his slot at home becomes free."""
    person(s, man).alive = 0
    office(s, dossier(s, man).home).alive -= 1
    s.people -= 1
