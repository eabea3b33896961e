"""The month's draws that every committee or seat needs, made at once: loops that a processor runs eight wide.

Each is the same draw that the reference engine makes at its address; only the order of making
differs, which cannot matter to addressed draws.
"""

from __future__ import annotations

from sim.draws.addressed import normal, uniform, uniforms
from sim.engines.compiled.layout import POINT, SUPERIOR, eight
from sim.engines.compiled.memory import WIDTH
from sim.kernel import inlined, kernel

MEDIATION, UNFIT, VOTE, TRAINING, INCIDENT, WEAR, NEED, LATERAL, POOL = (
    POINT[name] for name in ("mediation", "unfit", "vote", "training", "incident", "wear", "need", "lateral", "pool")
)


@kernel
def draw_lots(s):  # type: ignore[no-untyped-def]
    """Make this month's draws for all committees and seats."""
    seed, replicate, month = s.seed, s.replicate, s.month
    for b in range(s.number_of_eights):
        e = eight(s, b)
        for_each(e, seed, replicate, month)
        for_ties(e, seed, replicate, month)
        for_two_seats(e, seed, replicate, month, 0)
        if e.most_seats > 2:
            for_two_seats(e, seed, replicate, month, 2)
        if WIDTH * b < s.guberniias:
            for_guberniias(e, seed, replicate, month)


@inlined
@kernel
def for_each(e, seed, replicate, month):  # type: ignore[no-untyped-def]
    """Make the draws of which every committee needs one."""
    for k in range(WIDTH):
        key = e.key[k]
        e.mediation_lot[k] = uniform(seed, replicate, MEDIATION, month, key, 0)
        e.unfit_lot[k] = uniform(seed, replicate, UNFIT, month, key, 0)
    for k in range(WIDTH):
        key = e.key[k]
        e.training_lot[k] = uniform(seed, replicate, TRAINING, month, key, 0)
        e.vote_lot[k] = normal(seed, replicate, VOTE, month, key, 0)


@inlined
@kernel
def for_two_seats(e, seed, replicate, month, seat):  # type: ignore[no-untyped-def]
    """Make the draws of wear of whoever holds a seat and the next."""
    for k in range(WIDTH):
        e.wear_lot[seat, k] = uniform(seed, replicate, WEAR, month, e.address[seat, k], 0)
        e.wear_lot[seat + 1, k] = uniform(seed, replicate, WEAR, month, e.address[seat + 1, k], 0)


@inlined
@kernel
def for_ties(e, seed, replicate, month):  # type: ignore[no-untyped-def]
    """Make the draws of incidents, by the number of the tie: an uezd's second is the one with its superior."""
    for k in range(WIDTH):
        first, second, third, fourth = uniforms(seed, replicate, INCIDENT, month, e.key[k], 0)
        e.incident_lot[0, k] = first
        e.incident_lot[1, k] = e.incident_lot[SUPERIOR, k] = second
        e.incident_lot[2, k] = third
        e.incident_lot[3, k] = fourth
    if e.most_seats == 2:
        return
    for k in range(WIDTH):
        fifth, sixth, seventh, _ = uniforms(seed, replicate, INCIDENT, month, e.key[k], 1)
        e.incident_lot[4, k] = fifth
        e.incident_lot[5, k] = sixth
        e.incident_lot[SUPERIOR, k] = seventh if e.level[k] == 0 else e.incident_lot[SUPERIOR, k]


@kernel
def for_guberniias(e, seed, replicate, month):  # type: ignore[no-untyped-def]
    """Make the draws that decide whether the centre wants a secretary elsewhere, and how many a pool takes."""
    for k in range(WIDTH):
        key = e.key[k]
        e.need_lot[k] = uniform(seed, replicate, NEED, month, key, 0)
        e.lateral_lot[k] = uniform(seed, replicate, LATERAL, month, key, 0)
        e.pool_lot[k] = uniform(seed, replicate, POOL, month, key, 0)
