"""Networks, as in the reference engine's room of the same name."""

from __future__ import annotations

from sim.engines.compiled.candidates import barred
from sim.engines.compiled.layout import APPOINTED, NOBODY, POINT, REASON, committee, dossier, office, person
from sim.engines.compiled.people import NAN, draw
from sim.engines.compiled.posts import claims, install, open_seat, vacate
from sim.engines.compiled.seats import tenure_of
from sim.engines.compiled.waiting import send_home
from sim.kernel import kernel
from sim.mechanisms import administration, selection

TAIL = POINT["tail"]
#: Indices at that decision point.
WHETHER, WHO, WHICH_SEAT = 0, 1, 2
DISPLACED, FOLLOWED, VACANCY = REASON["displaced"], REASON["followed"], REASON["vacancy"]

served_together, tail_chance = administration.served_together, selection.tail_chance


@kernel
def bring_along(s, secretary, authority):  # type: ignore[no-untyped-def]
    """Let a secretary who has just been appointed from above bring one man of his former committee into a seat."""
    if s.tail <= 0.0:
        return
    i, former = person(s, secretary).post, dossier(s, secretary).former
    if former < 0 or former == i:
        return
    number, key = 0, committee(s, i).key
    for seat in range(1, committee(s, former).seats):
        if follows(s, office(s, former).held[seat], secretary, i):
            number += 1
    if draw(s, TAIL, key, WHETHER) >= tail_chance(number, s.tail):
        return
    chosen, was = int(draw(s, TAIL, key, WHO) * number), 0
    while chosen >= 0:
        was += 1
        if follows(s, office(s, former).held[was], secretary, i):
            chosen -= 1
    man, seat = office(s, former).held[was], seat_for_him(s, i)
    holder = office(s, i).held[seat]
    if holder >= 0:
        vacate(s, holder, DISPLACED, authority)
        send_home(s, holder)
    vacate(s, man, FOLLOWED, authority)
    open_seat(s, former, was, claims(s, former, was), VACANCY, NOBODY)
    install(s, man, i, seat, APPOINTED, authority, NAN)


@kernel
def follows(s, man, secretary, i):  # type: ignore[no-untyped-def]
    """Tell whether somebody served with the secretary in his former committee, and may come here."""
    if man < 0:
        return False
    d = dossier(s, secretary)
    months = served_together(float(d.former_until), float(d.former_months), float(s.month), tenure_of(s, man))
    return months > 0.0 and not barred(s, i, man)


@kernel
def seat_for_him(s, i):  # type: ignore[no-untyped-def]
    """Return an empty seat beside the secretary's, or else one by lot."""
    c = committee(s, i)
    for seat in range(1, c.seats):
        if office(s, i).held[seat] < 0:
            return seat
    return 1 + int(draw(s, TAIL, c.key, WHICH_SEAT) * (c.seats - 1))
