"""Networks: whom a secretary appointed from above brings along from his former committee."""

from __future__ import annotations

from sim.engines.reference import people
from sim.engines.reference.agents import Committee, Official
from sim.engines.reference.model import Opening, PartyState
from sim.engines.reference.rooms import administration
from sim.engines.reference.rooms import selection as selection_rules

#: Indices at the decision point "tail".
WHETHER, WHO, WHICH_SEAT = 0, 1, 2


def bring_along(model: PartyState, secretary: Official, authority: str) -> None:
    """Let a secretary who has just been appointed from above bring one man of his former committee into a seat.

    The man counts as appointed and takes no capacity of the centre's: no department has looked for him. Whoever
    held the seat goes home; the man's own seat is open.
    """
    committee, former = secretary.post, secretary.former
    assert committee is not None
    if former is None or former is committee:
        return
    team = [man for man in former.seats[1:] if man is not None and _follows(model, man, secretary, committee)]
    if model.uniform("tail", committee.key, WHETHER) >= selection_rules.tail_chance(len(team), model.p.tail):
        return
    man, seat = team[model.pick("tail", committee.key, WHO, len(team))], _seat_for_him(model, committee)
    holder, was = committee.seats[seat], man.seat
    if holder is not None:
        people.vacate(model, holder, "displaced", authority)
        people.send_home(holder)
    people.vacate(model, man, "followed", authority)
    model.openings[former.index, was] = Opening(former, was, model.claims(former, was), "vacancy")
    model.seat(man, committee, seat, "appointed", authority, float("nan"))


def _follows(model: PartyState, man: Official, secretary: Official, committee: Committee) -> bool:
    """Tell whether somebody served with the secretary in his former committee, and may come here."""
    together = administration.served_together(
        secretary.former_until, secretary.former_months, float(model.month), man.tenure
    )
    return together > 0.0 and not people.is_barred(model, man, committee)


def _seat_for_him(model: PartyState, committee: Committee) -> int:
    """Return an empty seat beside the secretary's, or else one by lot."""
    others = range(1, len(committee.seats))
    empty = [seat for seat in others if committee.seats[seat] is None]
    return empty[0] if empty else 1 + model.pick("tail", committee.key, WHICH_SEAT, len(others))
