"""Which runs a sweep consists of, and how they are cut into chunks: numbers only, fixed once they are given.

A *pair* is one point and one replicate, with all combinations of levers, on the same accidents. A *block* is a
rectangle of points and replicates, point-major. A *chunk* is a row of pairs of one block: what is worked on, stored
(as a part) and made anew as a whole. An enlarged plan has the same blocks and more behind them, so that no number ever
moves.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any


@dataclass(frozen=True)
class Block:
    """Points and replicates, ends excluded."""

    points: tuple[int, int]
    replicates: tuple[int, int]

    @property
    def pairs(self) -> int:
        """Number of pairs of a point and a replicate."""
        return (self.points[1] - self.points[0]) * (self.replicates[1] - self.replicates[0])

    def pair(self, number: int) -> tuple[int, int]:
        """Return point and replicate of a pair, counted from the block's first."""
        point, replicate = divmod(number, self.replicates[1] - self.replicates[0])
        return self.points[0] + point, self.replicates[0] + replicate


@dataclass(frozen=True)
class Chunk:
    """A row of pairs of a block.

    Attributes
    ----------
    number
        Through all blocks.
    first_pair, size
        Counted from the block's first.
    first_run
        Number of its first run.
    combinations
        Runs per pair.
    """

    number: int
    block: Block
    first_pair: int
    size: int
    first_run: int
    combinations: int

    @property
    def runs(self) -> int:
        """Number of runs."""
        return self.size * self.combinations

    @property
    def points(self) -> tuple[int, int]:
        """First point, and the one after the last."""
        last, _ = self.block.pair(self.first_pair + self.size - 1)
        return self.block.pair(self.first_pair)[0], last + 1

    def pairs(self) -> Iterator[tuple[int, int]]:
        """Yield point and replicate of its pairs, in order."""
        for number in range(self.first_pair, self.first_pair + self.size):
            yield self.block.pair(number)


@dataclass(frozen=True)
class Plan:
    """The blocks of a sweep.

    Attributes
    ----------
    combinations
        Of levers' options: runs per pair.
    pairs_per_chunk
        A block's last chunk may have fewer.
    """

    blocks: tuple[Block, ...]
    combinations: int
    pairs_per_chunk: int

    @classmethod
    def first(cls, points: int, replicates: int, combinations: int, pairs_per_chunk: int) -> Plan:
        """Return the plan of a new sweep: one block."""
        return cls((Block((0, points), (0, replicates)),), combinations, pairs_per_chunk)

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Plan:
        """Return the plan that `record` has written down."""
        blocks = (Block(_ends(block["points"]), _ends(block["replicates"])) for block in record["blocks"])
        return cls(tuple(blocks), int(record["combinations"]), int(record["part_units"]))

    def record(self) -> dict[str, Any]:
        """Return the plan as JSON can hold it."""
        blocks = [{"points": list(block.points), "replicates": list(block.replicates)} for block in self.blocks]
        return {"blocks": blocks, "combinations": self.combinations, "part_units": self.pairs_per_chunk}

    def enlarged(self, times: int, *, growing: bool, stored: Collection[int] | None = None) -> Plan:
        """Return the plan with as many pairs as the first block has, so many times: in blocks of its size.

        So the plan is the same whether it grew at once or step by step.

        Parameters
        ----------
        times
            Of the first block, not of what is there: asking again changes nothing.
        growing
            Whether the design can have more points; otherwise all points get more replicates.
        stored
            Numbers of the chunks that are stored: blocks behind all of these are left out again, if they are more than
            is asked for. Where it is not given, none is.
        """
        first, blocks = self.blocks[0], list(self.blocks)
        size = (first.points if growing else first.replicates)[1]
        begun = self.chunks if stored is None else max(stored, default=-1)
        while len(blocks) > times and self._first_chunks[len(blocks) - 1] > begun:
            blocks.pop()
        for end in range((len(blocks) + 1) * size, times * size + 1, size):
            new = (end - size, end)
            blocks.append(Block(new, first.replicates) if growing else Block(first.points, new))
        return self if blocks == list(self.blocks) else Plan(tuple(blocks), self.combinations, self.pairs_per_chunk)

    @cached_property
    def _first_chunks(self) -> list[int]:
        return list(accumulate((-(-block.pairs // self.pairs_per_chunk) for block in self.blocks), initial=0))

    @cached_property
    def _first_runs(self) -> list[int]:
        return list(accumulate((block.pairs * self.combinations for block in self.blocks), initial=0))

    @property
    def chunks(self) -> int:
        """Number of chunks."""
        return self._first_chunks[-1]

    @property
    def runs(self) -> int:
        """Number of runs."""
        return self._first_runs[-1]

    @property
    def points(self) -> int:
        """Number of points."""
        return max(block.points[1] for block in self.blocks)

    def chunk(self, number: int) -> Chunk:
        """Return a chunk by its number."""
        at = _at(self._first_chunks, number, "part")
        first = (number - self._first_chunks[at]) * self.pairs_per_chunk
        size = min(self.pairs_per_chunk, self.blocks[at].pairs - first)
        run = self._first_runs[at] + first * self.combinations
        return Chunk(number, self.blocks[at], first, size, run, self.combinations)

    def chunk_of(self, run: int) -> Chunk:
        """Return the chunk in which a run stands."""
        at = _at(self._first_runs, run, "run")
        pair = (run - self._first_runs[at]) // self.combinations
        return self.chunk(self._first_chunks[at] + pair // self.pairs_per_chunk)


def _ends(pair: Any) -> tuple[int, int]:
    begin, end = pair
    return int(begin), int(end)


def _at(firsts: list[int], number: int, what: str) -> int:
    """Return the block in which something with a number stands."""
    if not 0 <= number < firsts[-1]:
        raise IndexError(f"no {what} {number}: there are {firsts[-1]}")
    return bisect_right(firsts, number) - 1
