"""What the compiled engine keeps, as flat records: the state variables of the reference engine's agents.

One record ``s`` holds the parameters, the nation and the addresses of all other records, so that
kernels read like the agents' methods: ``committee(s, i).conflict``, ``person(s, man).skill``.
Numbers stand for names, and -1 for nobody and nowhere.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from sim.engines.compiled.memory import LINE_BYTES, prefetch, record_at
from sim.engines.readings import YEAR
from sim.engines.trajectory import AUTHORITIES, CODES, COMMITTEE_FIELDS, KINDS, REASONS
from sim.kernel import kernel
from sim.registry.constants import CONSTANTS
from sim.registry.decision_points import DECISION_POINTS
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOMES
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import CHOICES, VARIANTS

#: Nobody, no seat, nowhere: where the number of one is asked for.
NOBODY = -1
#: How an official was installed.
NOT, ELECTED, RECOMMENDED, APPOINTED, ACTING, CONFIRMED = range(6)
#: Rules whose share of claims is found during the run.
FIXED, ENDOGENOUS, READINESS = range(3)
#: Seats of a committee and ties in which it may quarrel, those between seats first, then the one with the superior.
SEATS, TIES = 4, 8
#: Candidates for one seat at most: the holder, n_cand, the recommended one; rounded up.
CANDIDATES = 16
#: By how many committees memory is asked for in advance: a load takes as long as the work on four or so.
AHEAD = 8
#: Rows of draws that are made for all committees at once, of which eight serve incidents; then those of seats.
MEDIATION_LOT, UNFIT_LOT, VOTE_LOT, TRAINING_LOT, INCIDENT_LOT, LOT_ROWS = 0, 1, 2, 3, 4, 12
#: Numbers of the labels of events; the cause of an opening is the number of a reason.
REASON = {name: number for number, name in enumerate(REASONS)}
KIND = {name: number for number, name in enumerate(KINDS)}
AUTHORITY = {name: number for number, name in enumerate(AUTHORITIES)}
POINT = {name: point.number for name, point in DECISION_POINTS.items()}
_READINGS = {f"{name}_{choice}": number for name, known in CHOICES.items() for choice, number in known.items()}
Reading = namedtuple("Reading", [*_READINGS])  # type: ignore[misc]
#: Numbers of the readings that variants choose between: ``s.unfilled == READING.unfilled_lapse``.
READING: Any = Reading(*_READINGS.values())
#: A month before all others, for what has not happened yet.
LONG_AGO = -(10**6)
NUMBER_OF_SCOPES = len(SCOPES)
At = namedtuple("At", [*OUTCOMES])  # type: ignore[misc]
#: Where an outcome stands in a row, by its name: ``row[AT.conflict]``; and so with the state of a committee.
AT: Any = At(*range(len(OUTCOMES)))
Of = namedtuple("Of", [*COMMITTEE_FIELDS])  # type: ignore[misc]
OF: Any = Of(*range(len(COMMITTEE_FIELDS)))

#: Parameters and constants by the names of their fields; ``flat`` would hide a method of numpy's records.
_ALL = [*PARAMETERS, *CONSTANTS]
NAMES = {("flat_" if name == "flat" else name): name for name in _ALL}


def in_lines(fields: list[tuple[Any, ...]]) -> np.dtype[Any]:
    """Return a record that fills whole lines of the cache."""
    size = np.dtype(fields, align=True).itemsize
    return np.dtype([*fields, ("unused", "i1", (-size % LINE_BYTES or LINE_BYTES,))], align=True)


#: A line each: who sits where and what is open; the ties; what work and opinion read, in two; what is read seldom.
COMMITTEE = in_lines(
    [("conflict", "f8"), ("settled", "f8"), ("claimed", "f8"), ("key", "i8"), ("held", "i4", (SEATS,))]
    + [("head", "i4"), ("first_seat", "i4"), ("phase", "i2")]
    + [(name, "i1") for name in ("seats", "ties", "level", "opened", "shed", "open", "paralysed")]
    + [("grievance", "f8", (TIES,))]
    + [(name, "f8") for name in (
        "recovery", "clarity", "literacy", "discussion", "misfit", "felt", "credit", "result",
        "performance", "appointed", "elected", "team_skill", "voice", "free_voice", "unity", "changes",
        "courses", "members", "skill", "acting", "opposition", "opposition_delegates")]
    + [(name, "i4") for name in (
        "places", "alive", "block", "first_person", "first_uezd", "uezds", "unit_class", "last_open",
        "open_since", "ends", "transferred", "voted", "strengthened")]
)  # fmt: skip
#: Of a person, one line: what work, quarrels and judgement read; and what is asked when he moves or is chosen by lot.
PERSON = np.dtype(
    [(name, "f8") for name in ("skill", "tenure", "temper", "pliancy", "loyalty")]
    + [("address", "i8"), ("next", "i4"), ("post", "i4")]
    + [(name, "i1") for name in ("alive", "seat", "installed", "by_bureau", "outsider", "clique")],
    align=True,
)  # fmt: skip
DOSSIER = np.dtype(
    [("lot", "f8")]
    + [(name, "i4") for name in (
        "lot_of", "home", "waits_in", "previous", "removed_from", "removed", "ring_next", "generation",
        "former", "former_until", "former_months")],
    align=True,
)  # fmt: skip
#: People who wait, in the order of arrival: benches, then guberniias' pools, then the reserve.
LINE = np.dtype([("first", "i4"), ("last", "i4"), ("count", "i4")])
#: A seat to be decided on, and its place in the order of service. Of those of all seats, ``listed``
#: holds, one after another, the seats that are open.
OPENING = np.dtype(
    [("key", "f8"), ("tie", "i8")]
    + [(name, "i4") for name in ("committee", "incumbent", "next", "listed")]
    + [(name, "i1") for name in ("seat", "above", "cause")],
    align=True,
)  # fmt: skip
#: A bin of the order of service (the first opening in it), and of lots in the reserve (a member).
BIN = np.dtype([("first", "i4"), ("ring", "i4")])
MONTH = np.dtype(
    [(name, "f8") for name in (
        "objective", "perceived", "economic", "ramp", "dispute", "joined", "error", "capacity", "officials",
        "recall", "files", "disputed")]
    + [("famine", "i4"), ("recall_period", "i4"), ("congress", "i1"), ("conference", "i1"), ("proportional", "i1"),
       ("ambitious", "i1")],
    align=True,
)  # fmt: skip
RULE = np.dtype([("claimed", "f8"), ("rule", "i1"), ("recall", "i1")], align=True)
#: Plain numbers: keys of committees and addresses of seated officials, month's draws, strengths of a famine.
INTEGER, FLOAT = np.dtype([("x", "i8")]), np.dtype([("x", "f8")])
ROW = np.dtype([("outcomes", "f8", (len(OUTCOMES),))])
FIELDS = np.dtype([("fields", "f8", (len(COMMITTEE_FIELDS),))])

#: Arrays of records that ``s`` holds the addresses of.
ARRAYS = {
    "committees": COMMITTEE, "men": PERSON, "dossiers": DOSSIER, "lines": LINE, "seat_openings": OPENING,
    "queue": OPENING, "bins": BIN, "months": MONTH, "rules": RULE, "famine": FLOAT, "keys": INTEGER,
    "seated": INTEGER, "lots": FLOAT, "values": ROW, "states": FIELDS, "log": CODES,
}  # fmt: skip
S = np.dtype(
    [(name, "f8") for name in NAMES]
    + [(name, "f8") for name in (
        # the world
        "start_claims", "first_appointed", "first_outsiders", "lower_tier", "upper_tier", "literacy_at_least",
        "bench_at_least", "capacity", "conference_capacity",
        # the nation
        "threat_noise", "threat", "perceived", "task", "dispute", "joined", "news", "national_error",
        "held", "held_step", "opposition", "mean_guberniia", "mean_uezd", "left_centre", "left_conferences",
        "blur_of_files", "corrected", "recall")]
    + [("seat_weights", "f8", (2, SEATS)), ("tie_weights", "f8", (2, TIES)), ("seed", "u8")]
    + [(name, "i8") for name in (
        # the world
        "first_month", "guberniias", "number", "reserve", "number_of_bins", "candidates", "term_months",
        "looked_at", "uezd_claims", "need_look", "bench_slack", "room", "seats", "moscow",
        # the nation
        "replicate", "t", "month", "assignments", "assignments_asked", "people", "openings", "queued", "recommended",
        "ring_month", "met", "logged")]
    + [(name, "i8") for name in ARRAYS]
    + [(name, "i1") for name in (
        "capacity_recorded", "random_order", "first_version", "keep_states", "keep_events", *VARIANTS)]
    + [("wanted_claims", "f8", (len(SCOPES),)), ("scores", "f8", (CANDIDATES,)), ("chosen", "i8", (CANDIDATES,)),
       ("recent", "f8", (len(SCOPES), YEAR, 2)),
       ("sums", "f8", (len(SCOPES), len(OUTCOMES))), ("counts", "f8", (len(SCOPES), len(OUTCOMES)))],
    align=True,
)  # fmt: skip


@kernel
def committee(s, i):  # type: ignore[no-untyped-def]
    """Return a committee."""
    return record_at(COMMITTEE, s.committees, i)


@kernel
def person(s, man):  # type: ignore[no-untyped-def]
    """Return a person."""
    return record_at(PERSON, s.men, man)


@kernel
def foresee(s, i):  # type: ignore[no-untyped-def]
    """Begin to load the officials of a committee further on, while this one is dealt with."""
    if i + AHEAD < s.number:
        held = committee(s, i + AHEAD).held
        for seat in range(SEATS):
            prefetch(PERSON, s.men, held[seat])


@kernel
def foresee_home(s, i):  # type: ignore[no-untyped-def]
    """Begin to load all who are at home in a committee further on."""
    if i + AHEAD < s.number:
        c = committee(s, i + AHEAD)
        for man in range(c.first_person, c.first_person + c.block):
            prefetch(PERSON, s.men, man)


@kernel
def dossier(s, man):  # type: ignore[no-untyped-def]
    """Return what is known of a person beside his work."""
    return record_at(DOSSIER, s.dossiers, man)


@kernel
def line(s, where):  # type: ignore[no-untyped-def]
    """Return a bench (by its committee's number), a pool (``s.number`` beyond), or the reserve (``s.reserve``)."""
    return record_at(LINE, s.lines, where)


@kernel
def opening(s, at):  # type: ignore[no-untyped-def]
    """Return this month's opening of a seat, four to a committee."""
    return record_at(OPENING, s.seat_openings, at)


@kernel
def queued(s, j):  # type: ignore[no-untyped-def]
    """Return an opening in the order of service."""
    return record_at(OPENING, s.queue, j)


@kernel
def bin_at(s, at):  # type: ignore[no-untyped-def]
    """Return a bin."""
    return record_at(BIN, s.bins, at)


@kernel
def month_at(s, t):  # type: ignore[no-untyped-def]
    """Return a month of the calendar."""
    return record_at(MONTH, s.months, t)


@kernel
def rule_at(s, t, g):  # type: ignore[no-untyped-def]
    """Return a guberniia's rule of selection in a month."""
    return record_at(RULE, s.rules, t * s.guberniias + g)


@kernel
def famine_at(s, row, g):  # type: ignore[no-untyped-def]
    """Return the strength of a famine in a guberniia; ``row`` as the month says."""
    return record_at(FLOAT, s.famine, row * s.guberniias + g).x


@kernel
def row_at(s, t, scope):  # type: ignore[no-untyped-def]
    """Return the outcomes of a month and scope."""
    return record_at(ROW, s.values, t * NUMBER_OF_SCOPES + scope).outcomes


@kernel
def state_at(s, t, i):  # type: ignore[no-untyped-def]
    """Return the recorded state of a committee in a month."""
    return record_at(FIELDS, s.states, t * s.number + i).fields


@kernel
def lot_at(s, row, i):  # type: ignore[no-untyped-def]
    """Return a draw that was made for all committees at once; see ``lots``."""
    return record_at(FLOAT, s.lots, row * s.number + i).x


@kernel
def seat_lot(s, j):  # type: ignore[no-untyped-def]
    """Return the draw of wear of whoever holds a seat."""
    return record_at(FLOAT, s.lots, LOT_ROWS * s.number + j).x


@kernel
def event_at(s, at):  # type: ignore[no-untyped-def]
    """Return a place for an event."""
    return record_at(CODES, s.log, at)


