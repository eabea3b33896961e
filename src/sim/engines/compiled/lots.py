"""The month's draws that every committee or seat needs, made at once: loops that a processor runs eight wide.

Each is the same draw that the reference engine makes at its address; only the order of making
differs, which cannot matter to addressed draws.
"""

from __future__ import annotations

from sim.draws.addressed import normal, uniform, uniforms
from sim.engines.compiled.layout import (
    FLOAT,
    INCIDENT_LOT,
    INTEGER,
    LOT_ROWS,
    MEDIATION_LOT,
    POINT,
    TRAINING_LOT,
    UNFIT_LOT,
    VOTE_LOT,
)
from sim.engines.compiled.memory import record_at
from sim.kernel import kernel

MEDIATION, UNFIT, VOTE, TRAINING, INCIDENT, WEAR = (
    POINT[name] for name in ("mediation", "unfit", "vote", "training", "incident", "wear")
)


@kernel
def draw_lots(s):  # type: ignore[no-untyped-def]
    """Make this month's draws for all committees and seats."""
    n = s.number
    each_uniform(s.seed, s.replicate, MEDIATION, s.month, s.keys, s.lots, MEDIATION_LOT * n, n)
    each_uniform(s.seed, s.replicate, UNFIT, s.month, s.keys, s.lots, UNFIT_LOT * n, n)
    each_uniform(s.seed, s.replicate, TRAINING, s.month, s.keys, s.lots, TRAINING_LOT * n, n)
    each_normal(s.seed, s.replicate, VOTE, s.month, s.keys, s.lots, VOTE_LOT * n, n)
    four_each(s.seed, s.replicate, INCIDENT, s.month, 0, s.keys, s.lots, INCIDENT_LOT * n, n, n)
    four_each(s.seed, s.replicate, INCIDENT, s.month, 1, s.keys, s.lots, (INCIDENT_LOT + 4) * n, n, s.guberniias)
    each_uniform(s.seed, s.replicate, WEAR, s.month, s.seated, s.lots, LOT_ROWS * n, s.seats)


@kernel
def each_uniform(seed, replicate, point, month, entities, lots, row, number):  # type: ignore[no-untyped-def]
    """Make one uniform draw for each of some entities."""
    for i in range(number):
        entity = record_at(INTEGER, entities, i).x
        record_at(FLOAT, lots, row + i).x = uniform(seed, replicate, point, month, entity, 0)


@kernel
def each_normal(seed, replicate, point, month, entities, lots, row, number):  # type: ignore[no-untyped-def]
    """Make one normal draw for each of some entities."""
    for i in range(number):
        entity = record_at(INTEGER, entities, i).x
        record_at(FLOAT, lots, row + i).x = normal(seed, replicate, point, month, entity, 0)


@kernel
def four_each(seed, replicate, point, month, block, entities, lots, row, step, number):  # type: ignore[no-untyped-def]
    """Make the four uniform draws of a block for each of some entities, in rows ``step`` apart."""
    for i in range(number):
        entity = record_at(INTEGER, entities, i).x
        first, second, third, fourth = uniforms(seed, replicate, point, month, entity, block)
        record_at(FLOAT, lots, row + i).x = first
        record_at(FLOAT, lots, row + step + i).x = second
        record_at(FLOAT, lots, row + 2 * step + i).x = third
        record_at(FLOAT, lots, row + 3 * step + i).x = fourth
