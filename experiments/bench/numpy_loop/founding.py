"""The month before the first: seats and benches filled from the homes' own people."""

from __future__ import annotations

import numpy as np

from experiments.bench.numpy_loop import people
from experiments.bench.numpy_loop.draws import Addresses, uniforms
from experiments.bench.numpy_loop.quarrels import settle
from experiments.bench.numpy_loop.state import APPOINTED, ELECTED, SEATS, TIES, State

#: Indices of draws at the decision point "initial".
POSTS, PHASE, FIRST_TIE = 8, 12, 16


def found(s: State) -> None:
    """Fill every seat and bench; draw tenures, phases of the term and old grievances."""
    first = {"tenure": 0, "posts": POSTS, "phase": PHASE, "ties": FIRST_TIE, "more": FIRST_TIE + 4}
    addresses = Addresses(**{name: ("initial", s.keys, index // 4) for name, index in first.items()})
    draws = {name: uniforms(words) for name, words in s.draws.words(addresses, s.month).items()}
    tenures = (12.0 * draws["tenure"]).astype(np.int64)
    appointed = draws["posts"][0] < s.world.claims
    born = []
    for c in range(s.n):
        for seat in range(SEATS if c < s.g else 2):
            man = s.take_slot(c)
            installed = APPOINTED if seat == 0 and appointed[c] else ELECTED
            s.put(man, c, seat, installed, float(tenures[seat, c]))
            born.append(man)
        for _ in range(s.bench_places.item(c)):
            man = s.take_slot(c)
            s.send_home(man)
            born.append(man)
    people.endow(s, born, 1)
    lots = np.concatenate([draws["ties"], draws["more"]])
    for guberniia, columns in ((True, slice(0, s.g)), (False, slice(s.g, s.n))):
        for i, tie in enumerate(TIES[guberniia]):
            s.ties[tie, columns] = 2.0 * s.p.GRIEVANCE_START * lots[i, columns]
    s.phase[:] = (s.term * draws["phase"][0]).astype(np.int64)
    settle(s)
