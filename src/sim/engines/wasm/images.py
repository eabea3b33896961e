"""A world as one block of bytes whose records hold 32-bit addresses: what a page copies to its place and runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.engines.compiled import layout as compiled
from sim.engines.compiled.pack import Packed, fresh, pack
from sim.engines.trajectory import AUTHORITIES, CODES, COMMITTEE_FIELDS, KINDS, REASONS, SEAT_NAMES
from sim.engines.wasm.derive import TABLES, tables
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOMES
from sim.registry.variants import CHOICES
from sim.world.build import World

BASE = 1 << 16
"""Where an image begins: below it lie the stack, which grows down from here, and the engine's own constants."""
RETURNS = 4096
"""Below the stack and above the constants: two words that numba's calling convention wants as its first arguments."""
LINE = 64
GAP = 16
"""Bytes that agree between two changes, up to which these are one."""


@dataclass(frozen=True)
class Image:
    """A world before its first month.

    Attributes
    ----------
    block
        The bytes; the events' log, which comes last and is empty, has room for so many as were asked for.
    base
        Address of the first byte.
    months
        Number of months.
    places, bytes
        Address and size of each array of records by its name.
    """

    block: bytes
    base: int
    months: int
    places: dict[str, int]
    bytes: dict[str, int]


def image(world: World, room: int = 0, packed: Packed | None = None) -> Image:
    """Return a world as an image, with room for some events."""
    memory = fresh(packed or pack(world), 0, room)
    arrays = {**memory.arrays, **tables(world)}
    arrays["log"] = arrays.pop("log")
    s, places, at = memory.s.view(np.ndarray).copy(), {}, BASE + _lines(memory.s.nbytes)
    for name, array in arrays.items():
        places[name], at = at, at + _lines(array.nbytes)
    for name in compiled.ARRAYS:
        s[name] = places[name]
    block = bytearray(at - BASE)
    block[: s.nbytes] = s.tobytes()
    for name, array in arrays.items():
        begin = places[name] - BASE
        block[begin : begin + array.nbytes] = array.view(np.ndarray).tobytes()
    return Image(bytes(block), BASE, len(world.months), places, {name: each.nbytes for name, each in arrays.items()})


def patch(base: Image, other: Image) -> list[tuple[int, bytes]]:
    """Return the changes that turn one image into another: offsets and bytes.

    Raises
    ------
    ValueError
        The images are not laid out alike: their worlds have other places or months.
    """
    if (base.places, base.bytes) != (other.places, other.bytes):
        raise ValueError("the worlds have not the same places and months")
    one, two = (np.frombuffer(each.block, np.uint8) for each in (base, other))
    differs = np.flatnonzero(one != two)
    if not len(differs):
        return []
    # Of the first record no byte between two changes is taken along: it may be of a field that a reader has moved.
    first = differs < compiled.S.itemsize
    runs = np.split(differs, np.flatnonzero(np.diff(differs) > np.where(first[:-1], 1, GAP)) + 1)
    return [(int(run[0]), other.block[run[0] : run[-1] + 1]) for run in runs]


def layout() -> dict[str, Any]:
    """Return where everything is, and what numbers stand for: all that a reader of images needs to know, as JSON.

    ``fields`` and ``types`` are of the first record, parameters also under their names in the registry; ``entries`` are
    the functions' places in the table. The array ``values`` has months, scopes, outcomes, ``states`` months,
    committees, committee fields, both float64; ``log`` has events of ``event_size`` bytes. The low byte comes first.
    """
    fields: Mapping[str, Any] = compiled.S.fields or {}
    own = {name: name for name in fields if not fields[name][0].shape and name not in compiled.ARRAYS}
    names = own | {name: field for field, name in compiled.NAMES.items()}
    events: Mapping[str, Any] = CODES.fields or {}
    return {
        "base": BASE, "returns": RETURNS, "entries": {"advance": 1, "derive": 2},
        "fields": {name: fields[field][1] for name, field in names.items()},
        "types": {name: fields[field][0].str for name, field in names.items()},
        "tables": [*TABLES],
        "outcomes": [*OUTCOMES], "scopes": [*SCOPES], "committee_fields": [*COMMITTEE_FIELDS],
        "readings": {name: dict(numbers) for name, numbers in CHOICES.items()},
        "event": {name: events[name][1] for name in events}, "event_size": CODES.itemsize,
        "event_types": {name: events[name][0].str for name in events},
        "kinds": [*KINDS], "reasons": [*REASONS], "authorities": [*AUTHORITIES], "seats": [*SEAT_NAMES],
    }  # fmt: skip


def _lines(size: int) -> int:
    return -(-size // LINE) * LINE
