"""From a world to the compiled engine's records."""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.compiled import layout
from sim.engines.compiled.memory import LINE_BYTES, WIDTH, address_of, known_at
from sim.engines.readings import MOSCOW
from sim.engines.trajectory import CODES
from sim.mechanisms.administration import seat_weight
from sim.registry.entries import CLASSES, SCOPES
from sim.registry.outcomes import OUTCOMES
from sim.registry.variants import CHOICES
from sim.world.build import World
from sim.world.places import PERSON_BITS, Place

_RULES = {"endogenous": layout.ENDOGENOUS, "readiness": layout.READINESS}
_UEZDS = {"follow": -1, "election": 0, "appointment": 1}
#: Parameters and constants in the order of their fields.
_numbers = itemgetter(*layout.NAMES.values())
#: The record ``s`` as one whose fields are attributes.
_S = np.dtype((np.record, layout.S))


@dataclass(frozen=True)
class Packed:
    """A world in records: what replicates share, and what each begins with as a copy.

    Attributes
    ----------
    shared
        Arrays that no kernel writes: months, rules, famine.
    block
        Bytes of a replicate's whole state before anybody is born; of worlds that were varied from each other the same.
    parts
        Number, kind, and first byte of the records of each array in the block, by its name.
    s, skill
        What this world has there of its own: the record ``s``, and its committees' skill.
    """

    shared: dict[str, Any]
    block: NDArray[np.uint8]
    parts: dict[str, tuple[int, np.dtype[Any], int]]
    s: Any
    skill: NDArray[np.float64]

    def arrays(self, block: NDArray[np.uint8]) -> dict[str, Any]:
        """Return the arrays in a copy of the block."""
        return {name: np.ndarray(number, kind, block, place) for name, (number, kind, place) in self.parts.items()}


@dataclass(frozen=True)
class Memory:
    """A replicate's state: the record ``s``, and the arrays whose addresses it holds, kept alive here."""

    s: Any
    address: int  # where ``s`` begins
    arrays: dict[str, Any]
    own_bytes: int  # of state, without the record of what happened and what replicates share


def pack(world: World, like: Packed | None = None) -> Packed:
    """Return a world as records; pure.

    Parameters
    ----------
    like
        The records of ``world.like``: all but parameters, readings, skill and rules is taken from there.
    """
    model = world.like if like is not None else None
    if like is None or model is None:
        shared = {"months": _months(world), "rules": _rules(world), "famine": _famine(world)}
        (block, parts), s, skill = _block(world), _constants(world), np.array(world.skill)
        for name, array in shared.items():
            s[name] = address_of(array)
    else:
        shared, block, parts, s, skill = like.shared, like.block, like.parts, _copy(like.s), like.skill
        if world.skill is not model.skill:
            skill = np.array(world.skill)
        if world.rules is not model.rules:
            shared = {**shared, "rules": _rules(world)}
            s["rules"] = address_of(shared["rules"])
    _move(s, world)
    return Packed(shared, block, parts, s, skill)


def fresh(packed: Packed, replicate: int, room: int) -> Memory:
    """Return the state before the first month of a replicate, with room for some events."""
    # one copy, and not one for each array: sweeps have runs by the million, and all this is under Python's lock
    block, months = _copy(packed.block), len(packed.shared["months"])
    own = packed.arrays(block)
    s = own.pop("s")
    s.view(np.uint8)[:] = packed.s.view(np.uint8)
    row = s[0]
    own["offices"]["skill"] = packed.skill
    # what outlives the state is not in the block
    after = {
        "values": np.full(months * len(SCOPES) * len(OUTCOMES), math.nan).view(layout.ROW),
        "states": np.zeros(months * len(packed.skill) if row["keep_states"] else 0, layout.FIELDS),
        "log": np.zeros(room, CODES),
    }
    row["replicate"], row["room"], row["keep_events"] = replicate, room, room > 0
    begin = address_of(block)  # numpy is asked for few addresses: it takes its time
    for name, array in own.items():
        row[name] = known_at(begin + packed.parts[name][2], array)
    for name, array in after.items():
        row[name] = address_of(array)
    return Memory(s, known_at(begin + packed.parts["s"][2], s), packed.shared | own | after, block.nbytes)


def _block(world: World) -> tuple[NDArray[np.uint8], dict[str, tuple[int, np.dtype[Any], int]]]:
    """Return the state before anybody is born, one array after another, each from the beginning of a line on."""
    offices = _offices(world)
    number, men = len(offices), _men(world, offices)
    lines = _records(2 * number + 1, layout.LINE)
    lines["first"] = lines["last"] = -1
    bins = _records(_number_of_bins(world), layout.BIN)
    bins["first"] = bins["ring"] = -1
    arrays = {
        "s": _records(1, _S), "eights": _eights(world), "offices": offices, "stock": _stock(offices), "men": men,
        "dossiers": _dossiers(offices), "lines": lines,
        "seat_openings": _records(number * layout.SEATS, layout.OPENING),
        "queue": _records(number * layout.SEATS, layout.OPENING), "bins": bins,
        "ordered": _records(world.guberniias, layout.FLOAT),
        "waiting": _records(len(men) + WIDTH, layout.INTEGER), "lots": _records(len(men) + WIDTH, layout.FLOAT),
    }  # fmt: skip
    parts, end = {}, 0
    for name, array in arrays.items():
        parts[name] = len(array), array.dtype, end
        end += -(-array.nbytes // LINE_BYTES) * LINE_BYTES
    block = _records(end, np.dtype(np.uint8))
    for name, (_, _, place) in parts.items():
        array = arrays.pop(name)  # not all of a large nation twice
        block[place : place + array.nbytes] = array.view(np.uint8)
    return block, parts


def _records(number: int, dtype: np.dtype[Any]) -> Any:
    """Return empty records, of which the first begins where a line of the cache begins."""
    memory = np.zeros(number * dtype.itemsize + LINE_BYTES, dtype=np.uint8)
    return np.ndarray(number, dtype, memory, -memory.ctypes.data % LINE_BYTES)  # a view would take ten times as long


def _copy(records: Any) -> Any:
    """Return a copy, made by bytes: by fields it would take ten times as long."""
    memory = np.empty(records.nbytes + LINE_BYTES, dtype=np.uint8)
    first = -memory.ctypes.data % LINE_BYTES
    memory[first : first + records.nbytes] = records.view(np.uint8)
    return np.ndarray(len(records), records.dtype, memory, first)


def _records_of(numbers: NDArray[Any], dtype: np.dtype[Any]) -> Any:
    records = _records(len(numbers), dtype)
    records["x"] = numbers
    return records


def _constants(world: World) -> Any:
    """Return the record ``s`` with what parameters and readings do not move."""
    scenario, options, records = world.scenario, world.scenario.options, _records(1, _S)
    s = records[0]
    s["first_outsiders"] = scenario.tree.outsiders
    s["seed"], s["first_month"] = scenario.run.seed, world.first
    s["guberniias"], s["number"], s["reserve"] = world.guberniias, len(world.committees), 2 * len(world.committees)
    s["width"] = WIDTH
    s["number_of_eights"], s["number_of_bins"] = _number_of_eights(world), _number_of_bins(world)
    heads = world.committees[: world.guberniias]
    names = [place.name for place in heads]
    s["moscow"] = names.index(MOSCOW) if MOSCOW in names else -1
    s["need_look"], s["bench_slack"] = int(world.p.NEED_LOOK), int(world.p.BENCH_SLACK)
    s["uezd_claims"] = _UEZDS[scenario.policy.uezds]
    s["literacy_at_least"], s["bench_at_least"] = scenario.policy.literacy_at_least, scenario.policy.bench_at_least
    s["capacity_recorded"] = options.capacity == "recorded"
    s["capacity"] = math.inf if isinstance(options.capacity, str) else options.capacity
    s["conference_capacity"] = math.inf if isinstance(options.conference_capacity, str) else options.conference_capacity
    s["random_order"], s["first_version"] = options.order == "random", world.first_version
    s["keep_states"] = scenario.run.committees
    for level, seats in enumerate((4, 2)):
        weight = world.p.SECRETARY_WEIGHT
        s["seat_weights"][level, :seats] = [seat_weight(seat, float(seats), weight) for seat in range(seats)]
    s["places_in"] = np.bincount([_class(place) for place in heads], minlength=len(SCOPES))
    s["places_in"][0] = len(heads)
    s["ring_month"] = s["met"] = layout.LONG_AGO
    return records


def _move(records: Any, world: World) -> None:
    """Write into the record ``s`` what parameters and readings move."""
    s, p = records[0], world.p
    # all at once, being the first fields: a sweep has worlds by the hundred thousand
    records.view(np.float64)[: len(layout.NAMES)] = _numbers(vars(p))
    for field, tier in {"lower_tier": "guberniia", "upper_tier": "nation"}.items():
        s[field] = p.maj if world.variants["majority_tier"] in ("all", tier) else 1.0
    appointed = world.scenario.tree.appointed
    s["first_appointed"], s["start_claims"] = world.claims if appointed is None else appointed, world.claims
    candidates = int(p.n_cand + 0.5)
    s["candidates"], s["term_months"] = candidates, int(p.term + 0.5)
    s["looked_at"] = max(1, int(p.PRESORTED * candidates + 0.5))
    for name, reading in world.variants.items():
        s[name] = CHOICES[name][reading]
    first, other = p.tie_weight, p.tie_weight * p.tie_other
    s["tie_weights"] = [(first, *[other] * 6), (first, *[0.0] * 5, other)]  # of four seats, of two; SUPERIOR comes last


def _months(world: World) -> Any:
    known, months = world.calendar, _records(len(world.months), layout.MONTH)
    for name in layout.MONTH.names or ():
        if name != "famine":
            months[name] = getattr(known, name)
    stricken = known.famine.any(axis=1)
    months["famine"] = np.where(stricken, np.cumsum(stricken) - 1, -1)
    return months


def _famine(world: World) -> Any:
    rows = world.calendar.famine[world.calendar.famine.any(axis=1), : world.guberniias]
    return _records_of(rows.ravel(), layout.FLOAT)


def _rules(world: World) -> Any:
    known = [(rule.claimed, _RULES.get(rule.rule, layout.FIXED), rule.recall) for rule in world.rules.known]
    return np.array(known, dtype=layout.RULE)[world.rules.at.ravel()]


def _class(place: Place) -> int:
    return CLASSES.index(place.unit_class) + 1


def _number_of_eights(world: World) -> int:
    return -(-len(world.committees) // WIDTH)


def _number_of_bins(world: World) -> int:
    """Return about as many as decisions in a month: each month looks into all of them."""
    return 1 << max(4, (len(world.committees) - 1).bit_length() - 3)


def _eights(world: World) -> Any:
    """Return the values of committees, eight abreast; those beyond the last are of nobody, and harmless."""
    places, eights = world.committees, _records(_number_of_eights(world), layout.EIGHT)

    def spread(name: str, values: Any, beyond: int = 0) -> None:
        flat = np.full(eights[name].size, beyond, dtype=eights[name].dtype)
        flat[: len(places)] = values
        eights[name] = flat.reshape(-1, WIDTH)

    seats = np.array([len(place.seats) for place in places])
    spread("seats", seats, 1)  # changes are reckoned per seat, also where nobody is
    spread("key", [place.key for place in places])
    spread("level", [place.parent >= 0 for place in places])
    spread("ties", seats * (seats - 1) // 2 + 1)
    spread("literacy", [place.literacy for place in places])
    spread("members", [place.members for place in places])
    eights["last_open"] = layout.LONG_AGO
    eights["most_seats"] = eights["seats"].max(axis=1)
    return eights


def _offices(world: World) -> Any:
    places = world.committees
    o = _records(len(places), layout.OFFICE)
    o["head"] = [place.parent for place in places]
    o["places"], o["block"] = [place.bench for place in places], [place.block for place in places]
    o["first_person"] = np.cumsum(_slots(o)) - _slots(o)
    o["unit_class"] = [_class(place) for place in places]
    guberniias = world.guberniias
    o["uezds"][:guberniias] = np.bincount(o["head"][guberniias:], minlength=guberniias)
    o["first_uezd"][:guberniias] = guberniias + np.cumsum(o["uezds"][:guberniias]) - o["uezds"][:guberniias]
    o["held"] = -1
    o["transferred"] = o["voted"] = o["strengthened"] = layout.LONG_AGO
    return o


def _slots(offices: Any) -> Any:
    """Return how many slots each home's people take: whole eights."""
    return -(-offices["block"] // WIDTH) * WIDTH


def _stock(offices: Any) -> Any:
    stock = _records(int(_slots(offices).sum()) // WIDTH, layout.STOCK)
    stock["waits_in"] = -1
    return stock


def _men(world: World, offices: Any) -> Any:
    home, slot = _homes(offices)
    men = _records(len(home), layout.PERSON)
    keys = np.array([place.key for place in world.committees], dtype=np.int64)
    men["address"] = (keys[home] << PERSON_BITS) | slot
    men["post"] = men["next"] = men["seat"] = -1
    return men


def _dossiers(offices: Any) -> Any:
    home, _ = _homes(offices)
    dossiers = _records(len(home), layout.DOSSIER)
    dossiers["home"] = home
    for name in ("generation", "lot_of", "previous", "removed_from", "former"):
        dossiers[name] = -1
    return dossiers


def _homes(offices: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return each person's home and slot there."""
    home = np.repeat(np.arange(len(offices)), _slots(offices))
    return home, np.arange(len(home)) - offices["first_person"][home]
