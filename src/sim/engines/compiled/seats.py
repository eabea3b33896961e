"""Seats: whoever takes one brings his values into the committee's eight, and takes with him what he has learned.

No other module copies a person's values, so that what stands in an eight is what its officials are. Skill and tenure
change while somebody is in post: meanwhile they are the seat's, see `skill_of`.
"""

from __future__ import annotations

from sim.engines.compiled.layout import (
    ACTING,
    APPOINTED,
    CONFIRMED,
    ELECTED,
    EMPTY,
    FULL,
    KEPT,
    NOBODY,
    NOT,
    READING,
    RECOMMENDED,
    committee,
    office,
    official,
    person,
    slot,
)
from sim.kernel import kernel


@kernel
def take_seat(s, i, seat, man, installed, outsider):  # type: ignore[no-untyped-def]
    """Give a seat its holder, who begins there."""
    c, m, here = committee(s, i), person(s, man), official(s, i, seat)
    office(s, i).held[seat] = man
    m.post, m.seat, m.installed = i, seat, installed
    here.skill, here.temper, here.clique, here.address = slot(s, man).skill, m.temper, m.clique, m.address
    here.outsider, here.tenure = outsider, 0.0
    here.standing = KEPT if installed == ACTING else FULL
    if seat == 0:
        c.pliancy, c.loyalty = m.pliancy, m.loyalty
        tell_uezds(s, i, m.temper)


@kernel
def leave_seat(s, man):  # type: ignore[no-untyped-def]
    """Take an official from his seat, with the skill that he has by now."""
    m = person(s, man)
    i, seat = m.post, m.seat
    c, here = committee(s, i), official(s, i, seat)
    slot(s, man).skill = here.skill
    office(s, i).held[seat] = NOBODY
    m.post, m.seat, m.installed, m.by_bureau = -1, -1, NOT, 0
    here.standing, here.skill, here.temper = EMPTY, 0.0, 0.0
    if seat == 0:
        c.pliancy = 0.0
        tell_uezds(s, i, s.TEMPER_MEAN)


@kernel
def tell_uezds(s, i, temper):  # type: ignore[no-untyped-def]
    """Let a guberniia's uezds know the temper of the secretary above them, or what stands for it."""
    o = office(s, i)
    for uezd in range(o.first_uezd, o.first_uezd + o.uezds):
        committee(s, uezd).superior = temper


@kernel
def skill_of(s, man):  # type: ignore[no-untyped-def]
    """Return a person's skill: his seat's if he holds one."""
    m = person(s, man)
    return official(s, m.post, m.seat).skill if m.post >= 0 else slot(s, man).skill


@kernel
def tenure_of(s, man):  # type: ignore[no-untyped-def]
    """Return the months for which an official has held his seat."""
    m = person(s, man)
    return official(s, m.post, m.seat).tenure


@kernel
def note_secretary(s, i):  # type: ignore[no-untyped-def]
    """Note how a committee's secretary was installed."""
    c, man = committee(s, i), office(s, i).held[0]
    installed = NOT
    if man >= 0:
        installed = person(s, man).installed
    c.appointed = 1.0 if installed == APPOINTED else 0.0
    c.elected = 1.0 if installed == ELECTED or installed == RECOMMENDED else 0.0
    if not s.first_version and (installed == RECOMMENDED or installed == CONFIRMED):
        c.appointed = c.elected = 0.5  # he owes his post to both
    c.acting = 0.5 if installed == ACTING and s.acting_voice == READING.acting_voice_half else 0.0
