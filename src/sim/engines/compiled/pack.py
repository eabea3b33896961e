"""From a world to the compiled engine's records."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.engines.compiled import layout
from sim.engines.compiled.memory import LINE_BYTES, WIDTH, address_of
from sim.engines.readings import MOSCOW
from sim.engines.trajectory import CODES
from sim.mechanisms.administration import seat_weight
from sim.registry.entries import CLASSES, SCOPES
from sim.registry.variants import CHOICES
from sim.world.build import World
from sim.world.places import PERSON_BITS

_RULES = {"endogenous": layout.ENDOGENOUS, "readiness": layout.READINESS}
_UEZDS = {"follow": -1, "election": 0, "appointment": 1}


@dataclass(frozen=True)
class Packed:
    """A world in records: what replicates share, and what each begins with as a copy.

    Attributes
    ----------
    shared
        Arrays that no kernel writes: months, rules, famine.
    s, eights, offices, stock, men, dossiers
        Templates, before anybody is born.
    """

    shared: dict[str, Any]
    s: Any
    eights: Any
    offices: Any
    stock: Any
    men: Any
    dossiers: Any


@dataclass(frozen=True)
class Memory:
    """A replicate's state: the record ``s``, and the arrays whose addresses it holds, kept alive here."""

    s: Any
    arrays: dict[str, Any]

    @property
    def own_bytes(self) -> int:
        """Bytes of state, without the record of what happened and what replicates share."""
        shared = ("months", "rules", "famine", "values", "states", "log")
        return int(self.s.nbytes) + sum(a.nbytes for name, a in self.arrays.items() if name not in shared)


def pack(world: World, like: Packed | None = None) -> Packed:
    """Return a world as records; pure.

    Parameters
    ----------
    like
        The records of ``world.like``: tables that the two worlds share are taken from there.
    """
    model = world.like if like is not None else None
    if like is None or model is None:
        shared = {"months": _months(world), "rules": _rules(world), "famine": _famine(world)}
        eights, offices = _eights(world), _offices(world)
        stock, men, dossiers = _stock(offices), _men(world, offices), _dossiers(offices)
    else:
        eights, offices, shared = like.eights, like.offices, dict(like.shared)
        stock, men, dossiers = like.stock, like.men, like.dossiers
        if world.skill is not model.skill:
            offices = _copy(offices)
            offices["skill"] = world.skill
        if world.rules is not model.rules:
            shared["rules"] = _rules(world)
    s = _constants(world)
    s["places_in"] = np.bincount(offices["unit_class"][: world.guberniias], minlength=len(SCOPES))
    s["places_in"][0, 0] = world.guberniias
    return Packed(shared, s, eights, offices, stock, men, dossiers)


def fresh(packed: Packed, replicate: int, room: int) -> Memory:
    """Return the state before the first month of a replicate, with room for some events."""
    s, number, months = _copy(packed.s), len(packed.offices), len(packed.shared["months"])
    row = s[0]
    lines = _records(2 * number + 1, layout.LINE)
    lines["first"] = lines["last"] = -1
    bins = _records(int(row["number_of_bins"]), layout.BIN)
    bins["first"] = bins["ring"] = -1
    values = _records(months * len(SCOPES), layout.ROW)
    values["outcomes"] = math.nan
    states = _records(months * number if row["keep_states"] else 0, layout.FIELDS)
    openings = [_records(number * layout.SEATS, layout.OPENING) for _ in range(2)]
    arrays = {
        **packed.shared, "eights": _copy(packed.eights), "offices": _copy(packed.offices),
        "stock": _copy(packed.stock), "men": _copy(packed.men), "dossiers": _copy(packed.dossiers), "lines": lines,
        "seat_openings": openings[0], "queue": openings[1], "bins": bins, "values": values, "states": states,
        "ordered": _records(int(row["guberniias"]), layout.FLOAT),
        "waiting": _records(len(packed.men) + WIDTH, layout.INTEGER),
        "lots": _records(len(packed.men) + WIDTH, layout.FLOAT), "log": _records(room, CODES),
    }  # fmt: skip
    row["replicate"], row["room"], row["keep_events"] = replicate, room, room > 0
    row["ring_month"] = row["met"] = layout.LONG_AGO
    for name in layout.ARRAYS:
        row[name] = address_of(arrays[name])
    return Memory(s.view(np.recarray), arrays)


def _records(number: int, dtype: np.dtype[Any]) -> Any:
    """Return empty records, of which the first begins where a line of the cache begins."""
    memory = np.zeros(number * dtype.itemsize + LINE_BYTES, dtype=np.uint8)
    first = -memory.ctypes.data % LINE_BYTES
    return memory[first : first + number * dtype.itemsize].view(dtype)


def _copy(records: Any) -> Any:
    """Return a copy, made by bytes: by fields it would take ten times as long."""
    new = _records(len(records), records.dtype)
    new.view(np.uint8)[:] = records.view(np.uint8)
    return new


def _records_of(numbers: NDArray[Any], dtype: np.dtype[Any]) -> Any:
    records = _records(len(numbers), dtype)
    records["x"] = numbers
    return records


def _constants(world: World) -> Any:
    scenario, options, records = world.scenario, world.scenario.options, _records(1, layout.S)
    known = vars(world.p)
    # all at once, being the first fields: a sweep has worlds by the hundred thousand
    records.view(np.float64)[: len(layout.NAMES)] = [known[name] for name in layout.NAMES.values()]
    s = records[0]
    for field, tier in {"lower_tier": "guberniia", "upper_tier": "nation"}.items():
        s[field] = world.p.maj if world.variants["majority_tier"] in ("all", tier) else 1.0
    tree = scenario.tree
    s["first_outsiders"] = tree.outsiders
    s["first_appointed"] = world.claims if tree.appointed is None else tree.appointed
    s["start_claims"], s["seed"], s["first_month"] = world.claims, scenario.run.seed, world.first
    s["guberniias"], s["number"], s["reserve"] = world.guberniias, len(world.committees), 2 * len(world.committees)
    s["width"] = WIDTH
    s["number_of_eights"] = _number_of_eights(world)
    heads = [place.name for place in world.committees[: world.guberniias]]
    s["moscow"] = heads.index(MOSCOW) if MOSCOW in heads else -1
    # about as many as decisions in a month: each month looks into all of them
    s["number_of_bins"] = 1 << max(4, (len(world.committees) - 1).bit_length() - 3)
    s["candidates"], s["term_months"] = int(world.p.n_cand + 0.5), int(world.p.term + 0.5)
    s["looked_at"] = max(1, int(world.p.PRESORTED * int(s["candidates"]) + 0.5))
    s["need_look"], s["bench_slack"] = int(world.p.NEED_LOOK), int(world.p.BENCH_SLACK)
    s["uezd_claims"] = _UEZDS[scenario.policy.uezds]
    s["literacy_at_least"], s["bench_at_least"] = scenario.policy.literacy_at_least, scenario.policy.bench_at_least
    s["capacity_recorded"] = options.capacity == "recorded"
    s["capacity"] = math.inf if isinstance(options.capacity, str) else options.capacity
    s["conference_capacity"] = math.inf if isinstance(options.conference_capacity, str) else options.conference_capacity
    s["random_order"], s["first_version"] = options.order == "random", world.first_version
    for name, reading in world.variants.items():
        s[name] = CHOICES[name][reading]
    s["keep_states"] = scenario.run.committees
    for level, seats in enumerate((4, 2)):
        pairs = [(a, b) for a in range(seats) for b in range(a + 1, seats)]
        weights = [seat_weight(seat, float(seats), world.p.SECRETARY_WEIGHT) for seat in range(seats)]
        other = world.p.tie_weight * world.p.tie_other
        s["seat_weights"][level, :seats] = weights
        s["tie_weights"][level, : len(pairs)] = [world.p.tie_weight if pair == (0, 1) else other for pair in pairs]
        s["tie_weights"][level, layout.SUPERIOR] = other
    return records


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


def _number_of_eights(world: World) -> int:
    return -(-len(world.committees) // WIDTH)


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
    o["unit_class"] = [CLASSES.index(place.unit_class) + 1 for place in places]
    o["skill"] = world.skill
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
