"""What chains do step by step, compiled: moves, codes of positions, what emulators say there, and how likely that is.

Sums are plain loops in a written order, so draws are the same with any number of threads. Rows stand side by side (in
lanes), so that loops over them run several wide. Only what is hashed is called (`sim.kernel`), besides this file, which
the compiler's own cache looks at.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.draws.addressed import UNIT
from sim.draws.philox import philox
from sim.kernel import kernel

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

LANES = 200
"""Rows that are looked at together, at most: what goes before each loop over them costs as much as a hundred."""
AMONG_LEADING, FIRST = 0.75, 0.5
"""Share of the moves that change what matters most, and of these that change the very first; others change the rest."""
FRESH, FRESH_REST = 0.2, 0.7
"""Shares of these, and of the others, that take positions afresh."""
FEW = (2, 4, 8, 16, 32, 64)
"""How many factors are moved at once: of those that matter most one of the first four, of others not the first."""
BLOCK, MOVE = 12, 13
"""What is drawn, in the address of a draw."""
_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


class Coding(NamedTuple):
    """How positions become what a polynomial is made of (`Space.code`).

    Attributes
    ----------
    slices, gain, column, wide
        Of each factor: into how many slices its way is cut (0: into none), by what its position less a half is
        multiplied, its first column, and how many it has.
    parents
        Child, parent and the parent's number under which the child is asked, shape (pairs, 3).
    """

    slices: Numbers
    gain: Array
    column: Numbers
    wide: Numbers
    parents: Numbers


class Terms(NamedTuple):
    """What an emulator's outputs are made of.

    Attributes
    ----------
    constant, linear
        Of each output, and of each output and column.
    begin, other, weight
        Of output o and column a, products stand from begin[o columns + a] on: with which column, and what they count.
    """

    constant: Array
    linear: Array
    begin: Numbers
    other: Numbers
    weight: Array


class Records(NamedTuple):
    """Figures as they are recorded, for one set of chains or more.

    Attributes
    ----------
    low, step
        Where tables begin, and their steps, shape (records, figures).
    entries
        Of all tables, shape (records, figures, entries).
    whiten
        By what deviates are multiplied, shape (records, figures, figures).
    """

    low: Array
    step: Array
    entries: Array
    whiten: Array


class Density(NamedTuple):
    """The logarithm of a density over the unit cube, up to a constant."""

    coding: Coding
    terms: Terms
    records: Records

    def at(self, positions: Array, records: Numbers) -> Array:
        """Return it at positions, each of its record."""
        found = np.empty(len(positions))
        judge(self, np.ascontiguousarray(positions, np.float64), records,
              room(self.coding, len(self.terms.constant)), found)  # fmt: skip
        return found


class Room(NamedTuple):
    """Memory for what is not kept."""

    code: Array
    said: Array
    sums: Array
    moved: Array
    apart: Array
    asked: Numbers
    order: Numbers


def room(coding: Coding, outputs: int) -> Room:
    """Return memory for positions of a space, and so many outputs."""
    size = len(coding.slices)
    return Room(np.empty((int(coding.wide.sum()), LANES)), np.empty((outputs, LANES)), np.empty(LANES),
                np.empty((LANES, size)), np.empty(outputs), np.empty(size, np.int64),
                np.empty(size, np.int64))  # fmt: skip


@kernel
def slice_of(position, slices):  # type: ignore[no-untyped-def]
    """Return the number of the slice in which a position lies."""
    return min(int(position * slices), slices - 1) if slices > 0 else 0


@kernel
def encode(coding, at, asked, code, lane):  # type: ignore[no-untyped-def]
    """Write the code of a position into a lane."""
    for factor in range(len(at)):
        asked[factor] = 1
    for pair in range(len(coding.parents)):
        child, parent, reading = coding.parents[pair, 0], coding.parents[pair, 1], coding.parents[pair, 2]
        if asked[parent] == 0 or slice_of(at[parent], coding.slices[parent]) != reading:
            asked[child] = 0
    for factor in range(len(at)):
        slices, column, wide = coding.slices[factor], coding.column[factor], coding.wide[factor]
        number = slice_of(at[factor], slices)
        if wide == 1:
            middle = (float(number) + 0.5) / float(slices) if slices > 0 else at[factor]
            code[column, lane] = (middle - 0.5) * coding.gain[factor] * float(asked[factor])
        else:
            for k in range(wide):
                one = 1.0 if k == number else 0.0
                code[column + k, lane] = (one - 1.0 / float(wide)) * float(asked[factor])


@kernel
def foresay(terms, code, lanes, sums, said):  # type: ignore[no-untyped-def]
    """Write what outputs are at the codes of some lanes."""
    columns = len(code)
    for output in range(len(terms.constant)):
        for r in range(lanes):
            said[output, r] = terms.constant[output]
        for a in range(columns):
            straight = terms.linear[output, a]
            for r in range(lanes):
                sums[r] = straight
            for p in range(terms.begin[output * columns + a], terms.begin[output * columns + a + 1]):
                b, weight = terms.other[p], terms.weight[p]
                for r in range(lanes):
                    sums[r] += weight * code[b, r]
            for r in range(lanes):
                said[output, r] += code[a, r] * sums[r]


@kernel
def looked_up(value, low, step, entries):  # type: ignore[no-untyped-def]
    """Return the deviate at a value, from a figure's table; beyond its ends deviates go on straight."""
    along = (value - low) / step
    number = int(min(max(along, 0.0), float(len(entries) - 2)))
    before = entries[number]
    return before + (along - float(number)) * (entries[number + 1] - before)


@kernel
def likely(records, record, said, lane, apart):  # type: ignore[no-untyped-def]
    """Return the logarithm of how likely a record is where outputs are as a lane says."""
    figures = len(apart)
    for w in range(figures):
        apart[w] = 0.0
    for f in range(figures):
        deviate = looked_up(said[f, lane], records.low[record, f], records.step[record, f], records.entries[record, f])
        for w in range(figures):
            apart[w] += deviate * records.whiten[record, f, w]
    total = 0.0
    for w in range(figures):
        total += apart[w] * apart[w]
    return -0.5 * total


@kernel
def coded(coding, positions, room, found):  # type: ignore[no-untyped-def]
    """Write the codes of positions, a row each."""
    for row in range(len(positions)):
        encode(coding, positions[row], room.asked, room.code, 0)
        for column in range(len(room.code)):
            found[row, column] = room.code[column, 0]


@kernel
def foretell(coding, terms, positions, room, found):  # type: ignore[no-untyped-def]
    """Write what outputs are at positions, shape (rows, outputs)."""
    for begin in range(0, len(positions), LANES):
        lanes = min(LANES, len(positions) - begin)
        for r in range(lanes):
            encode(coding, positions[begin + r], room.asked, room.code, r)
        foresay(terms, room.code, lanes, room.sums, room.said)
        for r in range(lanes):
            for output in range(len(room.said)):
                found[begin + r, output] = room.said[output, r]


@kernel
def judge(density, positions, records, room, found):  # type: ignore[no-untyped-def]
    """Write logarithms of a density at positions, each of its record."""
    for begin in range(0, len(positions), LANES):
        lanes = min(LANES, len(positions) - begin)
        for r in range(lanes):
            encode(density.coding, positions[begin + r], room.asked, room.code, r)
        foresay(density.terms, room.code, lanes, room.sums, room.said)
        for r in range(lanes):
            found[begin + r] = likely(density.records, records[begin + r], room.said, r, room.apart)


@kernel
def four(seed, purpose, step, row, block):  # type: ignore[no-untyped-def]
    """Return four numbers between 0 and 1 by their address: those of `uniform` at columns 4 block to 4 block + 3."""
    key = np.uint64(seed)
    w0, w1, w2, w3 = philox(
        np.uint64(row), np.uint64(step), np.uint64(block), np.uint64(purpose), key & _LOW, key >> _HALF)  # fmt: skip
    return ((np.float64(w0) + 0.5) * UNIT, (np.float64(w1) + 0.5) * UNIT, (np.float64(w2) + 0.5) * UNIT,
            (np.float64(w3) + 0.5) * UNIT)  # fmt: skip


@kernel
def number_of(numbers, which):  # type: ignore[no-untyped-def]
    """Return one of four numbers."""
    low, high = (numbers[1], numbers[3]) if which & 1 else (numbers[0], numbers[2])
    return high if which & 2 else low


@kernel
def block(seed, step, leading, rest, order):  # type: ignore[no-untyped-def]
    """Write what factors are moved in a step; return whether they are taken afresh, and how many they are.

    Of what matters a few at a time, any or the very first; of the rest many.
    """
    how, which, many, first = four(seed, BLOCK, step, 0, 0)
    matters = len(leading) > 0 and (which < AMONG_LEADING or len(rest) == 0)
    fresh = how < (FRESH if matters else FRESH_REST)
    known, least, most = (leading, 0, 4) if matters else (rest, 1, 6)
    size = len(known)
    while most > least and FEW[most - 1] >= size:
        most -= 1
    pick = least + int(many * float(most - least + 1))
    number = FEW[pick] if pick < most else size
    for i in range(size):
        order[i] = known[i]
    if fresh or not matters or first >= FIRST:
        numbers = four(seed, BLOCK, step, 0, 1)
        for i in range(number):
            if i % 4 == 0:
                numbers = four(seed, BLOCK, step, 0, 1 + i // 4)
            other = i + int(number_of(numbers, i % 4) * float(size - i))
            order[i], order[other] = order[other], order[i]
    return fresh, number


@kernel
def move(chains, chain, row, seed, step, fresh, order, number, moved):  # type: ignore[no-untyped-def]
    """Write where a chain would go; `chains` are those of its set, of which it goes along two of the other half."""
    half, mine = len(chains) // 2, chains[chain]
    for factor in range(len(moved)):
        moved[factor] = mine[factor]
    first, second, long, numbers = 0, 0, 0.0, four(seed, MOVE, step, row, 0)
    if not fresh:
        first = int(numbers[0] * float(half))
        second = (first + 1 + int(numbers[1] * float(half - 1))) % half
        long = 1.0 if numbers[2] < 0.1 else 2.4 / math.sqrt(2.0 * float(number)) * numbers[2]
    one, another = chains[2 * first + 1 - chain % 2], chains[2 * second + 1 - chain % 2]
    for i in range(number):
        if i % 4 == 0:
            numbers = four(seed, MOVE, step, row, 1 + i // 4)
        factor, drawn = order[i], number_of(numbers, i % 4)
        if fresh:
            moved[factor] = drawn
        else:
            to = mine[factor] + long * (one[factor] - another[factor]) + 0.02 * (drawn - 0.5)
            while to < 0.0 or to > 1.0:
                to = -to if to < 0.0 else 2.0 - to
            moved[factor] = to


@kernel
def walk(density, at, now, limits, heats, seed, first, leading, rest, room):  # type: ignore[no-untyped-def]
    """Take chains some steps on, those of one half after those of the other; return how many moves were made.

    Parameters
    ----------
    at, now
        Where chains stand, shape (groups, chains, size), and the density's logarithms there: both are changed.
    limits
        Logarithms of the numbers by which moves are made or not, shape (rows of a half, twice the steps).
    heats
        By what the density's logarithm is multiplied in each step.
    first
        Number of the first step.
    leading, rest
        Numbers of the factors that matter most, and of the others.
    """
    groups, half, made = len(at), at.shape[1] // 2, 0
    for step in range(2 * len(heats)):
        fresh, number = block(seed, 2 * first + step, leading, rest, room.order)
        for begin in range(0, groups * half, LANES):
            lanes = min(LANES, groups * half - begin)
            for r in range(lanes):
                row = begin + r
                move(at[row // half], row % half * 2 + step % 2, row, seed, 2 * first + step, fresh, room.order, number,
                     room.moved[r])  # fmt: skip
                encode(density.coding, room.moved[r], room.asked, room.code, r)
            foresay(density.terms, room.code, lanes, room.sums, room.said)
            for r in range(lanes):
                row = begin + r
                group, chain = row // half, row % half * 2 + step % 2
                found = likely(density.records, group % len(density.records.low), room.said, r, room.apart)
                if limits[row, step] < heats[step // 2] * (found - now[group, chain]):
                    made += 1
                    now[group, chain] = found
                    for factor in range(at.shape[2]):
                        at[group, chain, factor] = room.moved[r, factor]
    return made
