"""What the compiled engine keeps, as flat records: the state variables of the reference engine's agents.

One record ``s`` holds the parameters, the nation and the addresses of all other records, so that
kernels read like the agents' methods: ``committee(s, i).conflict``, ``person(s, man).pliancy``.
Numbers stand for names, and -1 for nobody and nowhere.

What is reckoned for every committee each month lies in eights: one record holds each value of eight committees
side by side, so that a loop over them runs several wide. ``eight(s, b)`` is the whole record, for such loops
(``e.conflict[k]``); ``committee(s, i)``, ``official(s, i, seat)`` and ``tie(s, i, row)`` are one committee's part.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Any

import numpy as np

from sim.engines.compiled.memory import LINE_BYTES, WIDTH, part_at, prefetch, record_at
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
#: Seats of a committee and rows of ties in which it may quarrel: those between seats, then the one with the superior.
SEATS, TIES = 4, 7
SUPERIOR = TIES - 1
#: The two seats of each tie between seats, in the order of the reference engine's pairs.
FIRST, SECOND = (0, 0, 0, 1, 1, 2), (1, 2, 3, 2, 3, 3)
#: Who holds a seat: nobody, a local who keeps it until somebody is chosen, or an official in full standing.
EMPTY, KEPT, FULL = range(3)
#: Candidates for one seat at most: the holder, n_cand, the recommended one; rounded up.
CANDIDATES = 16
#: By how many committees memory is asked for in advance: a load takes as long as the work on four or so.
AHEAD = 8
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
    unused = -np.dtype(fields, align=True).itemsize % LINE_BYTES
    return np.dtype([*fields, ("unused", "i1", (unused,))] if unused else fields, align=True)


def part_of(record: np.dtype[Any], shape: tuple[int, ...]) -> np.dtype[Any]:
    """Return what one committee has of an eight, once or in a row of its own: a number of each field of a shape."""
    known: Any = record.fields
    names = [name for name in known if known[name][0].shape == shape]
    kinds, places = [known[name][0].base for name in names], [known[name][1] for name in names]
    return np.dtype({"names": names, "formats": kinds, "offsets": places}, align=True)


#: Eight committees: what each has once, for each seat, and for each tie.
EIGHT = in_lines(
    [(name, "f8", (WIDTH,)) for name in (
        # what quarrels, work and opinion read and change
        "conflict", "above", "superior", "recovery", "clarity", "literacy", "discussion", "misfit", "felt", "credit",
        "result", "performance", "appointed", "elected", "acting", "team_skill", "trust", "voice", "free_voice",
        "unity", "changes", "courses", "members", "pliancy", "loyalty", "peace", "share", "delegates",
        "opposition", "opposition_delegates",
        # draws of the month
        "mediation_lot", "unfit_lot", "training_lot", "vote_lot", "need_lot", "lateral_lot", "pool_lot")]
    + [(name, "i8", (WIDTH,)) for name in (
        "key", "level", "seats", "ties", "phase", "opened", "open", "paralysed", "last_open", "open_since", "ends",
        "happened", "turned", "marked")]
    + [(name, "f8", (SEATS, WIDTH)) for name in (
        "skill", "tenure", "temper", "outsider", "clique", "opposed", "wear_lot")]
    + [(name, "i8", (SEATS, WIDTH)) for name in ("standing", "address")]
    + [(name, "f8", (TIES, WIDTH)) for name in ("grievance", "risen", "incident_lot")]
    + [("most_seats", "i8")]
)  # fmt: skip
COMMITTEE, OFFICIAL, TIE = (part_of(EIGHT, shape) for shape in ((WIDTH,), (SEATS, WIDTH), (TIES, WIDTH)))
#: Of a committee, one line: who sits where, where it stands in the tree, and what is read seldom.
OFFICE = in_lines(
    [("claimed", "f8"), ("skill", "f8"), ("held", "i4", (SEATS,))]
    + [(name, "i4") for name in (
        "head", "first_uezd", "uezds", "first_person", "places", "alive", "block", "transferred", "voted",
        "strengthened")]
    + [(name, "i1") for name in ("shed", "unit_class")]
)  # fmt: skip
#: Eight slots of the stock of people, all of one home: skill (of those without a seat), and the list where each waits.
STOCK = in_lines([("skill", "f8", (WIDTH,)), ("waits_in", "i8", (WIDTH,))])
SLOT = part_of(STOCK, (WIDTH,))
#: Of a person, one line: what judgement reads; and what is asked when he moves or is chosen by lot.
PERSON = in_lines(
    [(name, "f8") for name in ("temper", "pliancy", "loyalty")]
    + [("address", "i8"), ("next", "i4"), ("post", "i4")]
    + [(name, "i1") for name in ("alive", "seat", "installed", "by_bureau", "clique")]
)  # fmt: skip
DOSSIER = np.dtype(
    [("lot", "f8")]
    + [(name, "i4") for name in (
        "lot_of", "home", "previous", "removed_from", "removed", "ring_next", "generation",
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
#: Plain numbers: addresses of people who wait, and their lots; strengths of a famine; room to put numbers in order.
INTEGER, FLOAT = np.dtype([("x", "i8")]), np.dtype([("x", "f8")])
ROW = np.dtype([("outcomes", "f8", (len(OUTCOMES),))])
FIELDS = np.dtype([("fields", "f8", (len(COMMITTEE_FIELDS),))])

#: Arrays of records that ``s`` holds the addresses of.
ARRAYS = {
    "eights": EIGHT, "offices": OFFICE, "stock": STOCK, "men": PERSON, "dossiers": DOSSIER, "lines": LINE,
    "seat_openings": OPENING, "queue": OPENING, "bins": BIN, "months": MONTH, "rules": RULE, "famine": FLOAT,
    "ordered": FLOAT, "waiting": INTEGER, "lots": FLOAT, "values": ROW, "states": FIELDS, "log": CODES,
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
        "first_month", "guberniias", "number", "number_of_eights", "reserve", "number_of_bins", "candidates",
        "term_months", "looked_at", "uezd_claims", "need_look", "bench_slack", "room", "moscow", "width",
        # the nation
        "replicate", "t", "month", "assignments", "assignments_asked", "people", "openings", "queued", "recommended",
        "ring_month", "met", "logged")]
    + [(name, "i8") for name in ARRAYS]
    + [(name, "i1") for name in (
        "capacity_recorded", "random_order", "first_version", "keep_states", "keep_events", *VARIANTS)]
    + [("places_in", "f8", (len(SCOPES),)), ("wanted_claims", "f8", (len(SCOPES),)),
       ("scores", "f8", (CANDIDATES,)), ("chosen", "i8", (CANDIDATES,)),
       ("recent", "f8", (len(SCOPES), YEAR, 2)),
       ("sums", "f8", (len(SCOPES), len(OUTCOMES))), ("counts", "f8", (len(SCOPES), len(OUTCOMES)))],
    align=True,
)  # fmt: skip


@kernel
def eight(s, b):  # type: ignore[no-untyped-def]
    """Return eight committees, the last of which may be none."""
    return record_at(EIGHT, s.eights, b)


@kernel
def committee(s, i):  # type: ignore[no-untyped-def]
    """Return a committee's part of its eight: what it has once."""
    return part_at(COMMITTEE, EIGHT, s.eights, i, 0)


@kernel
def official(s, i, seat):  # type: ignore[no-untyped-def]
    """Return a seat's part of an eight: the values of whoever holds it."""
    return part_at(OFFICIAL, EIGHT, s.eights, i, seat)


@kernel
def tie(s, i, row):  # type: ignore[no-untyped-def]
    """Return a tie's part of an eight."""
    return part_at(TIE, EIGHT, s.eights, i, row)


@kernel
def office(s, i):  # type: ignore[no-untyped-def]
    """Return who sits where in a committee, and where it stands in the tree."""
    return record_at(OFFICE, s.offices, i)


@kernel
def slot(s, man):  # type: ignore[no-untyped-def]
    """Return a person's part of eight slots of the stock."""
    return part_at(SLOT, STOCK, s.stock, man, 0)


@kernel
def person(s, man):  # type: ignore[no-untyped-def]
    """Return a person."""
    return record_at(PERSON, s.men, man)


@kernel
def foresee_home(s, i):  # type: ignore[no-untyped-def]
    """Begin to load all who are at home in a committee further on."""
    if i + AHEAD < s.number:
        o = office(s, i + AHEAD)
        for man in range(o.first_person, o.first_person + o.block):
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
def event_at(s, at):  # type: ignore[no-untyped-def]
    """Return a place for an event."""
    return record_at(CODES, s.log, at)


