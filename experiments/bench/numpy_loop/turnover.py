"""Steps 6 and 7: remedies and vacancies. Arrays find the posts concerned, plain loops treat them in order."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from experiments.bench.numpy_loop import formulas, people
from experiments.bench.numpy_loop.draws import Floats, Words, normals, uniforms
from experiments.bench.numpy_loop.quarrels import inherit, most_embattled, settle_one
from experiments.bench.numpy_loop.state import ACTING, APPOINTED, NOBODY, NONE, SEATS, TIES, State
from sim.draws.addressed import UNIT
from sim.kernel import interpreted_room
from sim.mechanisms import remedies, selection, skloki, vacancies

remedies_of_one, selection_of_one, skloki_of_one, vacancies_of_one = map(
    interpreted_room, (remedies, selection, skloki, vacancies)
)


class Opening(NamedTuple):
    """A seat to be decided on: empty, or with an incumbent who may stay."""

    committee: int
    seat: int
    above: bool
    cause: str
    incumbent: int = NOBODY


class Lots(NamedTuple):
    """The month's draws for posts; ``claim`` per seat and committee, ``files`` and ``voters`` the judges' validity."""

    mediation: Floats
    claim: Floats
    remedy_claim: Floats
    fitness_claim: Floats
    remedy: Floats
    wear: Floats
    unfit: Floats
    judged: Floats
    need: Floats
    lateral: Floats
    due: Floats
    files: float
    voters: Floats

    @classmethod
    def of(cls, s: State, words: dict[str, Words]) -> Lots:
        """Make them of the month's words."""
        load = float(s.world.calendar.capacity[s.t]) / s.p.LOAD_REF
        files = selection_of_one.validity(s.p.r_f, selection_of_one.blur(load, s.p.err_ctx))
        return cls(
            uniforms(words["mediation"][0]), uniforms(words["claim"]), uniforms(words["remedy_claim"][0]),
            uniforms(words["remedy_claim"][1]), uniforms(words["remedy"][0]),
            uniforms(words["wear"][0]).reshape(SEATS, s.n), uniforms(words["unfit"][0]),
            normals(words["judged"][0], words["judged"][1]), uniforms(words["need"][0]),
            uniforms(words["lateral"][0]), uniforms(words["due"]), files, people.validity_of_voters(s),
        )  # fmt: skip

    def claims(self, s: State, c: int, seat: int) -> bool:
        """Tell whether the superior body claims the decision on a seat."""
        return self.claim.item(seat, c) < s.claimed.item(c)

    def judges(self, c: int, above: bool) -> float:
        """Return the validity of the centre's files, or of a place's voters."""
        return self.files if above else self.voters.item(c)


def decider(s: State, c: int, above: bool) -> str:
    """Return the name of the body that decides."""
    if not above:
        return "conference"
    return "centre" if c < s.g else "gubkom"


def reserve_above(s: State, c: int) -> list[int]:
    """Return where the superior body keeps those whom it has moved from a committee."""
    return s.reserve if c < s.g else s.pools[s.head[c]]


def has_capacity(s: State, c: int, above: bool) -> bool:
    """Tell whether a seat of this committee can still be filled this month."""
    return c >= s.g or s.left[above] >= 1.0


def remedy(s: State, lots: Lots) -> None:
    """Step 6: mediate the worst quarrels and break up open skloki."""
    mediated = lots.mediation < s.p.MEDIATION
    claimed = lots.remedy_claim < s.claimed
    acted = s.open & (lots.remedy < np.where(claimed, s.p.tr_p, s.p.x_el))
    for c in np.flatnonzero(mediated | acted).tolist():
        if mediated[c]:
            worst = max(TIES[c < s.g], key=lambda tie: s.ties.item(tie, c))
            s.ties[worst, c] = remedies_of_one.mediated(s.ties.item(worst, c))
            settle_one(s, c)
        if acted[c]:
            above = bool(claimed[c])
            if not (above and not has_capacity(s, c, True)):
                _break_up(s, c, above)


def _break_up(s: State, c: int, above: bool) -> None:
    """Move the most embattled official, or put his seat to an extraordinary conference."""
    seat = most_embattled(s, c)
    if seat == NOBODY:
        return
    man, reason = s.who.item(seat, c), "transfer" if above else "extraordinary"
    if s.options.embattled_may_stand:
        s.openings[c, seat] = Opening(c, seat, above, reason, man)
        return
    s.remove(man)
    s.vacate(man, reason, decider(s, c, above))
    if above:
        s.wait_in(man, reserve_above(s, c))
    else:
        s.send_home(man)
    s.openings[c, seat] = Opening(c, seat, above, reason)


def vacate_posts(s: State, lots: Lots) -> None:
    """Step 7: wear, recall, and posts that fall due; then men sent down take their new posts."""
    p, g = s.p, s.g
    stays = (s.installed != NONE) & (s.installed != ACTING)
    worn = lots.wear < formulas.vacancies.wear_chance(p.w0, s.conflict)
    due = formulas.vacancies.is_due(s.month, s.phase, s.term)
    contested = stays & due & (lots.due < np.where(lots.claim < s.claimed, p.rev, p.cont))
    concerned = ~stays | worn | contested
    concerned[0] |= lots.unfit < p.h_unf
    needed = s.recall[s.t] & (lots.need < p.NEED_RATE)
    called = s.recall[s.t] & (lots.lateral < p.LATERAL_RATE)
    concerned[0, :g] |= needed | called
    concerned[2:, g:] = False
    sent: list[int] = []
    for c, seat in zip(*(index.tolist() for index in np.nonzero(concerned.T)), strict=True):
        if (c, seat) in s.openings:
            continue
        man = s.who.item(seat, c)
        if man != s.nobody and worn[seat, c]:
            s.vacate(man, "wear", "")
            s.leave_stock(man)
        elif stays[seat, c]:
            recalled = seat == 0 and _unfit(s, lots, c, man)
            if not recalled and not (seat == 0 and c < g and _called_away(s, c, man, needed, called, sent)):
                if contested[seat, c]:
                    above = lots.claims(s, c, seat)
                    s.openings[c, seat] = Opening(c, seat, above, "review" if above else "contest", man)
                continue
        s.openings[c, seat] = Opening(c, seat, lots.claims(s, c, seat), "vacancy")
    for man in sorted(sent, key=lambda man: (s.result.item(s.sent_from[man]), s.identity[man])):
        _send_down(s, man)


def _unfit(s: State, lots: Lots, c: int, man: int) -> bool:
    """Recall a secretary whose place's work is judged too bad."""
    p = s.p
    if lots.unfit.item(c) >= p.h_unf:
        return False
    above = lots.fitness_claim.item(c) < s.claimed.item(c)
    lag = vacancies_of_one.shortfall(s.performance.item(c), s.mean_performance[c < s.g])
    judged = selection_of_one.seen(lag, lots.judges(c, above), lots.judged.item(c))
    if lots.unfit.item(c) >= vacancies_of_one.unfit_chance(p.h_unf, p.FIT_SLOPE, judged):
        return False
    s.remove(man)
    s.vacate(man, "unfit", decider(s, c, above))
    s.send_home(man)
    return True


def _called_away(s: State, g: int, man: int, needed: Floats, called: Floats, sent: list[int]) -> bool:
    """Send a guberniia secretary down to an uezd, or transfer him, on the centre's initiative."""
    if not (needed[g] or called[g]):
        return False
    s.remove(man)
    s.vacate(man, "need" if needed[g] else "lateral", "centre")
    if needed[g]:
        s.sent_from[man] = g
        sent.append(man)
    else:
        s.wait_in(man, s.reserve)
    return True


def _send_down(s: State, man: int) -> None:
    """Give a man sent down the secretary's seat of the weakest of some uezds."""
    number = s.n - s.g
    if not number:
        s.leave_stock(man)
        return
    key, look = s.key[s.sent_from[man]], int(s.p.NEED_LOOK)
    drawn = [word for block in range((look + 3) // 4) for word in s.draws.block("need_target", s.month, key, block)]
    seen = {int((float(word) + 0.5) * UNIT * number) for word in drawn[:look]}
    free = [i for i in seen if i not in s.strengthened]
    if not free:
        s.send_home(man)
        return
    target = min(free, key=lambda i: (s.performance.item(s.g + i), s.key[s.g + i]))
    s.strengthened.add(target)
    c = s.g + target
    if not s.options.need_displaces:
        s.wait_in(man, s.benches[c], c)
        return
    displaced = s.who.item(0, c)
    if displaced != s.nobody:
        s.vacate(displaced, "displaced", "centre")
        s.send_home(displaced)
    s.openings.pop((c, 0), None)
    install(s, man, c, 0, APPOINTED, float("inf"))


def install(s: State, man: int, c: int, seat: int, installed: int, margin: float) -> None:
    """Install an official: his ties begin with part of the feud and what his coming added."""
    p = s.p
    s.put(man, c, seat, installed)
    if installed != ACTING:
        outsider, added = s.outsider.item(seat, c), 0.0
        if installed == APPOINTED:
            added = skloki_of_one.imposed_grievance(outsider, s.discussion.item(c), s.clarity.item(c), p.a_imp)
        elif margin < float("inf"):
            added = skloki_of_one.race_grievance(margin, s.clarity.item(c), p.RACE_WIDTH, p.a_con)
        inherit(s, c, seat, outsider, added)
    s.changes[c] += 1.0
