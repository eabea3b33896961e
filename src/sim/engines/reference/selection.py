"""Step 8, selection: candidates, judgement, installation. One procedure for both policies."""

from __future__ import annotations

from dataclasses import replace

from sim.engines.reference import networks, people
from sim.engines.reference.agents import Committee, Official
from sim.engines.reference.model import Opening, PartyState
from sim.engines.reference.rooms import selection as selection_rules
from sim.engines.reference.rooms import vacancies
from sim.engines.reference.turnover import MOVED, call_away, decider, remove, reserve_above, send_down

#: Draws per candidate at the decision point "ballot", and candidates per seat.
PER_CANDIDATE, PER_SEAT = 4, 64
#: Searches of the reserve per seat.
PER_SEARCH = 16
#: Causes for which the centre wants a seat's holder elsewhere.
CALLS = ("need", "lateral")
#: Number of the recommended candidate, beyond all others.
RECOMMENDED = 13


def select(model: PartyState) -> None:
    """Decide on all openings: neediest committee first (or in random order), then by identity.

    Promotions open posts in uezds, which are decided on last.
    """
    while model.openings:
        waiting = sorted(model.openings.values(), key=lambda o: (_need(model, o.committee), o.committee.key, o.seat))
        model.openings = {}
        for opening in waiting:
            _decide(model, opening)


def _need(model: PartyState, committee: Committee) -> float:
    if model.options.order == "random":
        return model.uniform("order", committee.key, 0)
    return committee.performance


def _decide(model: PartyState, opening: Opening) -> None:
    committee, seat = opening.committee, opening.seat
    incumbent = opening.incumbent
    if incumbent is not None and (incumbent.post is not committee or incumbent.seat != seat):
        incumbent = None  # promoted from this seat earlier in the month
    holder = committee.seats[seat]
    if incumbent is None and holder is not None and holder.installed != "acting":
        return  # filled since by a man sent down
    opening = replace(opening, incumbent=incumbent)
    if not _capacity(model, opening):
        lower = _passed_down(model, opening)
        if lower is None:
            if incumbent is None:
                _hold(model, opening)
            return
        opening = lower
    ranked = _rank(model, opening)
    lower = _passed_down(model, opening) if not ranked and incumbent is None else None
    if lower is not None:
        opening = lower
        ranked = _rank(model, opening)
    if not ranked:
        if incumbent is None:
            _hold(model, opening)
        return
    winner = ranked[0][1]
    margin = ranked[0][0] - ranked[1][0] if len(ranked) > 1 else float("inf")
    if winner is incumbent:
        if not opening.above and winner.installed == "appointed":
            winner.installed, winner.by_bureau = "recommended", False
            committee.note_secretary()
        elif opening.above and winner.installed == "elected" and not model.first_version:
            winner.installed = "confirmed"
            committee.note_secretary()
        return
    if not _by_plenum(model, opening):
        model.use_capacity(committee, opening.above)
    if opening.cause == "request" and opening.above and committee.head is None:
        model.assignments_asked += 1
    _install(model, opening, winner, margin)


def _capacity(model: PartyState, opening: Opening) -> bool:
    """Tell whether the centre or a conference can fill the seat; a plenum that co-opts needs no conference."""
    return opening.committee.head is not None or _by_plenum(model, opening) or model.has_capacity(opening.above)


def _passed_down(model: PartyState, opening: Opening) -> Opening | None:
    """Return what the place itself decides on a seat that the superior body claimed in vain; None if it does not."""
    below = _lapsed(model, opening) if opening.above else None
    return below if below is not None and _capacity(model, below) else None


def _lapsed(model: PartyState, opening: Opening) -> Opening | None:
    """Return what would be left to the place by the variants unfilled and unserved; None if nothing."""
    below = replace(opening, above=False)
    if opening.incumbent is None:
        return below if model.variants["unfilled"] == "lapse" else None
    if model.variants["unserved"] != "lapses" or opening.cause in CALLS:
        return None
    if opening.cause in MOVED:
        return replace(below, cause="extraordinary")
    if opening.cause == "review":
        real = model.uniform("due", opening.committee.key, opening.seat) < model.p.cont
        return replace(below, cause="contest") if real else None
    return below


def _is_removal(model: PartyState, cause: str) -> bool:
    """Tell whether the holder leaves a seat that is opened for this cause, and is no candidate for it."""
    embattled = cause in (*MOVED, "extraordinary")
    return cause in ("unfit", *CALLS) or (embattled and model.variants["embattled_may_stand"] == "no")


def _by_plenum(model: PartyState, opening: Opening) -> bool:
    """Tell whether a guberniia committee's own officials elect: as the variants electorate and conferences say."""
    committee = opening.committee
    if opening.above or committee.head is not None:
        return False
    if opening.seat == 0 and model.variants["electorate"] == "plenum":
        return True
    meets = opening.cause == "extraordinary" or vacancies.is_due(model.month, committee.phase, model.term)
    return model.variants["conferences"] == "yearly" and not meets


def _rank(model: PartyState, opening: Opening) -> list[tuple[float, Official]]:
    """Return candidates with their scores, best first; ties by identity."""
    committee = opening.committee
    p = model.p
    plenum = _by_plenum(model, opening)
    r = p.r_p if plenum else model.validity_of_judges(committee, opening.above)
    taste, packing = (p.flat, p.pack) if opening.above else (0.0 if plenum else p.dem, 0.0)
    others = [man for seat, man in enumerate(committee.seats) if man is not None and seat != opening.seat]
    lead = sum(1 if man.clique > 0.5 else -1 for man in others)
    ranked = []
    for man in _candidates(model, opening):
        noise = model.normal("judgement", man.identity & 0xFFFFFFFF, committee.key)
        trait = man.pliancy - p.PLIANCY_MEAN if opening.above else man.temper - p.TEMPER_MEAN
        score = selection_rules.judged(model.score(man), r, noise, taste, trait / p.TEMPER_SD, man.loyalty, packing)
        if plenum:
            score += selection_rules.clique_vote(p.own_clique, lead, man.clique)
        if man is opening.incumbent:
            advantage, mean = p.inc_f if opening.above else p.inc_v, model.mean_performance[committee.level]
            score += selection_rules.incumbent_advantage(advantage, committee.performance, mean)
        ranked.append((score, man))
    ranked.sort(key=lambda pair: (-pair[0], pair[1].identity))
    return ranked


def _candidates(model: PartyState, opening: Opening) -> list[Official]:
    """Return the holder, if any and not on his way out, and those drawn from benches, uezds and the reserve."""
    committee = opening.committee
    holder = committee.seats[opening.seat]
    going = opening.incumbent is not None and _is_removal(model, opening.cause)
    # whoever holds the seat stands: the incumbent with his advantage, an acting local without
    chosen: list[Official] = [] if holder is None or going else [holder]
    model.recommended = None
    for k in range(model.candidates):
        at = PER_SEAT * opening.seat + PER_CANDIDATE * k
        # each side's own kind, locals for voters and outsiders from above, unless the candidate crosses over
        local = (model.uniform("ballot", committee.key, at) < model.p.cross) == opening.above
        found = _add_first(model, opening, _pool(model, opening, at, local), chosen, k)
        if found is None and not model.first_version:  # a side that has nobody left asks the other
            _add_first(model, opening, _pool(model, opening, at, not local), chosen, k)
    if not opening.above and 0.0 < committee.claimed < 1.0:
        if model.uniform("recommended", committee.key, opening.seat) < model.p.RECOMMENDED:
            at = PER_SEAT * opening.seat + PER_CANDIDATE * RECOMMENDED
            pool = _outside(model, committee, at, True)
            model.recommended = _add_first(model, opening, pool, chosen, RECOMMENDED)
    return chosen


def _add_first(
    model: PartyState, opening: Opening, pool: list[Official], chosen: list[Official], k: int
) -> Official | None:
    """Add the first person of a pool, by lot, who is not a candidate yet and may be one; return him."""
    committee = opening.committee
    if pool is model.reserve:
        pool = model.reserve.from_(model, model.uniform("search", committee.key, PER_SEARCH * opening.seat + k))
    elif len(pool) > 1:
        pool = people.by_lot(model, pool, committee.key)
    for man in pool:
        if man not in chosen and not people.is_barred(model, man, committee):
            chosen.append(man)
            return man
    return None


def _secretary_of(uezds: list[Committee], number: int) -> list[Official]:
    man = uezds[number].seats[0]
    return [man] if man is not None and man.installed != "acting" else []


def _pool(model: PartyState, opening: Opening, at: int, local: bool) -> list[Official]:
    if local:
        return _local(model, opening.committee, at)
    return _outside(model, opening.committee, at, opening.above)


def _local(model: PartyState, committee: Committee, at: int) -> list[Official]:
    """Return a pool of local people: own bench, or the secretary of an own uezd (ladder)."""
    if committee.uezds and model.uniform("ballot", committee.key, at + 1) < model.p.LADDER:
        found = _secretary_of(committee.uezds, model.pick("ballot", committee.key, at + 2, len(committee.uezds)))
        if found:
            return found
    return committee.bench


def _outside(model: PartyState, committee: Committee, at: int, above: bool) -> list[Official]:
    """Return a pool of people from elsewhere, of the reserve for the centre."""
    where = model.uniform("ballot", committee.key, at + 1)
    if committee.head is not None:
        sisters = [uezd for uezd in committee.head.uezds if uezd is not committee]
        pool = committee.head.pool
        if above and model.first_version and (where >= model.p.PULL or not sisters):
            return committee.head.bench + pool
        if above and not model.first_version and (not sisters or (where >= model.p.PULL and pool)):
            return pool
        return sisters[model.pick("ballot", committee.key, at + 2, len(sisters))].bench if sisters else []
    others = model.guberniia_list
    number = model.pick("ballot", committee.key, at + 2, len(others) - 1) if len(others) > 1 else 0
    other = others[number if number < committee.index else min(number + 1, len(others) - 1)]
    if other is committee:
        return model.reserve if above else []
    if other.uezds and where < model.p.LADDER:
        return _secretary_of(other.uezds, model.pick("ballot", committee.key, at + 3, len(other.uezds)))
    if above and model.reserve and model.uniform("ballot", committee.key, at + 3) >= model.p.PULL:
        return model.reserve
    return other.bench


def _hold(model: PartyState, opening: Opening) -> None:
    """Let a local hold an unfilled post: one unselected draw from the bench, if anybody waits."""
    committee, seat = opening.committee, opening.seat
    if committee.seats[seat] is not None:
        return  # an acting local holds it already
    waiting = [man for man in committee.bench if not people.is_barred(model, man, committee)]
    if waiting:
        man = people.by_lot(model, waiting, committee.key)[0]
        people.call_up(man)
        model.seat(man, committee, seat, "acting", "", float("nan"))


def _install(model: PartyState, opening: Opening, winner: Official, margin: float) -> None:
    """Put the winner into the seat; whoever held it goes where losers go."""
    committee, seat = opening.committee, opening.seat
    holder, authority = committee.seats[seat], decider(committee, opening.above)
    _note_remedy(model, opening)
    if holder is not None and winner is not holder:
        _remove_loser(model, opening, holder)
    if winner is holder:  # an acting local comes to stay
        people.vacate(model, winner, "confirmed" if model.first_version else "permanent", authority)
    elif winner.post is not None:
        uezd, was = winner.post, winner.seat
        people.vacate(model, winner, "promotion", authority)
        model.openings[uezd.index, was] = Opening(uezd, was, model.claims(uezd, was), "vacancy")
    else:
        people.call_up(winner)
    elected = "recommended" if winner is model.recommended else "elected"
    model.seat(winner, committee, seat, "appointed" if opening.above else elected, authority, margin)
    if opening.above and seat == 0:
        networks.bring_along(model, winner, authority)
    if opening.cause == "need" and holder is not None:
        send_down(model, holder)


def _note_remedy(model: PartyState, opening: Opening) -> None:
    """Date a change of holder by transfer or by contest, for what is recorded of conflict after it."""
    if opening.cause in MOVED:
        opening.committee.transferred = model.month
    elif opening.cause in ("contest", "extraordinary"):
        opening.committee.voted = model.month


def _remove_loser(model: PartyState, opening: Opening, holder: Official) -> None:
    if opening.cause in CALLS:
        call_away(model, holder, opening.cause)
        return
    reason = {"contest": "lost_contest", "review": "lost_review"}.get(opening.cause, opening.cause)
    if holder.installed == "acting" and (model.first_version or not _is_removal(model, opening.cause)):
        reason = "relieved"
    if reason in (*MOVED, "extraordinary", "unfit"):
        remove(model, holder)
    people.vacate(model, holder, reason, decider(opening.committee, opening.above))
    if model.first_version and reason in MOVED:
        people.wait_in(holder, reserve_above(model, opening.committee))
    else:
        people.send_home(holder)
