"""Births, training, benches, the centre's reserve."""

from __future__ import annotations

from bisect import insort

import numpy as np

from experiments.bench.numpy_loop import formulas
from experiments.bench.numpy_loop.draws import Addresses, Floats, normals, uniforms
from experiments.bench.numpy_loop.state import State

LOWEST, HIGHEST = 0.02, 0.98
#: Index of lots for entry into the reserve, beyond every committee's key.
FOR_RESERVE = 1 << 29


def validity_of_voters(s: State) -> Floats:
    """Return how well each committee's voters judge."""
    variance = formulas.selection.blur((1.0 - s.literacy) / s.p.ILLITERACY_REF, s.p.err_ctx)
    return formulas.validity(s.p.r_v, variance)


def endow(s: State, born: list[int], looked_at: int) -> None:
    """Give newly born persons their attributes: those of the best seen of some trainees each."""
    if not born:
        return
    rows, ks = np.array(born, dtype=np.intp), np.arange(looked_at)
    # three blocks of draws for each person and trainee: traits, skill and loyalty, what the home sees beyond skill
    blocks = np.array([4 * ks, 4 * ks + 1, 4 * ks + 2]).ravel()
    entities, numbers = np.repeat(s.low[rows], len(blocks)), np.tile(blocks, len(born))
    words = s.draws.words(Addresses(birth=("birth", entities, numbers)), s.month)["birth"]
    u, z, noise = words.reshape(4, len(born), 3, looked_at).transpose(2, 0, 1, 3)
    homes = s.homes[rows]
    skill = s.home_skill[homes, None] + s.p.sk_sd * normals(z[0], z[1])
    skill = np.minimum(np.maximum(skill, LOWEST), HIGHEST)
    scores = (skill - s.p.SKILL_MEAN) / s.p.sk_sd
    seen = formulas.selection.seen(scores, validity_of_voters(s)[homes, None], normals(noise[0], noise[1]))
    chosen = np.arange(len(born)), seen.argmax(axis=1)  # the first of equals
    s.skill[rows], s.loyalty[rows] = skill[chosen], normals(z[2][chosen], z[3][chosen])
    traits = uniforms(u[:, *chosen])
    s.temper[rows], s.pliancy[rows] = traits[0] * np.sqrt(traits[0]), traits[1] * np.sqrt(traits[1])
    s.clique[rows] = np.where(traits[2] < 0.5, 1.0, 0.0)


def train(s: State, lots: Floats) -> None:
    """Fill empty bench places with newly trained persons; let somebody leave an overfull bench."""
    lengths = np.array([len(bench) for bench in s.benches])
    chance = formulas.unit(s.p.TRAINING * (s.bench_places - lengths))
    slack = int(s.p.BENCH_SLACK)
    concerned = (lots < chance) | (lengths > s.bench_places + slack)
    concerned[: s.g] |= np.array([len(pool) for pool in s.pools]) > s.bench_places[: s.g]
    waiting = np.flatnonzero(concerned).tolist()
    born = []
    for c in waiting:  # grows: who is sent home may crowd a bench whose turn comes later
        bench, places = s.benches[c], s.bench_places.item(c)
        free = len(s.slots[c]) < s.blocks[c]
        if free and lots.item(c) < min(max(s.p.TRAINING * (places - len(bench)), 0.0), 1.0):
            born.append(s.take_slot(c))
            s.send_home(born[-1])
        while len(bench) > places + slack:
            _depart(s, bench)
        while c < s.g and len(s.pools[c]) > places:
            longest = s.pools[c][0]
            s.call_up(longest)
            s.send_home(longest)
            if (home := s.home[longest]) > c and home not in waiting:
                insort(waiting, home)
    endow(s, born, max(1, int(s.p.PRESORTED * s.candidates + 0.5)))


def _depart(s: State, bench: list[int]) -> None:
    leaver = max(bench, key=lambda man: (s.uniform("departure", s.identity[man], 0), s.identity[man]))
    s.call_up(leaver)
    s.leave_stock(leaver)


def keep_reserve(s: State) -> None:
    """Let the centre draw its reserve from guberniia benches, by lot, and teach it as its homes do."""
    away = np.array(s.reserve + [man for pool in s.pools for man in pool], dtype=np.intp)
    s.skill[away] = formulas.education.practised(s.skill[away], s.p.train, s.courses[s.homes[away]])
    if not (s.claimed[: s.g] > 0.0).any():
        for man in list(s.reserve):
            s.call_up(man)
            s.send_home(man)
        return
    wanted = max(0.0, (s.p.res_d * (s.g * 4) - len(s.reserve)) / s.p.RESERVE_STEP)
    number = int(wanted) + (1 if s.uniform("reserve", 0, 0) < wanted - int(wanted) else 0)
    for place in range(number):
        bench = s.benches[int(s.uniform("reserve", 0, 4 + place) * s.g)]
        if bench:
            man = min(zip(s.lots(bench, FOR_RESERVE + place), [s.identity[i] for i in bench], bench, strict=True))[2]
            s.call_up(man)
            s.wait_in(man, s.reserve)
