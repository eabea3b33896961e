"""The stock of people: birth into it, benches, the reserve, ways out of it."""

from __future__ import annotations

import math

from sim.engines.reference.agents import Committee, Official
from sim.engines.reference.model import Move, PartyState
from sim.engines.reference.rooms import arithmetic, education
from sim.engines.reference.rooms import selection as selection_rules

LOWEST, HIGHEST = 0.02, 0.98
#: Indices of lots beyond every committee's key, for entry into the reserve.
FOR_RESERVE = 1 << 29
#: Reasons for which an acting man leaves without a departure: another takes over, or he comes to stay.
NO_DEPARTURE = ("relieved", "confirmed", "permanent")


def _attributes(model: PartyState, man: Official, trainee: int) -> None:
    """Draw a person's attributes; ``trainee`` numbers those among whom he was chosen."""
    address, first = man.identity & 0xFFFFFFFF, 4 * trainee
    u = [model.uniform("birth", address, 4 * first + i) for i in range(3)]
    z = [model.normal("birth", address, 2 * (first + 1) + i) for i in range(2)]
    man.skill = min(max(man.home.mean_skill + model.p.sk_sd * z[0], LOWEST), HIGHEST)
    man.loyalty = z[1]
    man.temper = u[0] * math.sqrt(u[0])
    man.pliancy = u[1] * math.sqrt(u[1])
    man.clique = 1.0 if u[2] < 0.5 else 0.0


def born(model: PartyState, home: Committee, looked_at: int) -> Official:
    """Bring a trained person into a home's lowest free slot: the best seen of some trainees.

    They are judged as the home judges candidates. The reserve, drawn from benches, is sorted no
    more often than these.
    """
    slot = next(i for i in range(home.place.block) if i not in home.slots)
    home.slots.add(slot)
    generation = model.generations.get((home.key, slot), 0)
    model.generations[home.key, slot] = generation + 1
    man = Official(model, home, slot, generation)
    best, chosen = -1e300, 0
    if looked_at > 1:
        r = selection_rules.validity(model.p.r_v, model.blur_of_voters(home))
        for trainee in range(looked_at):
            _attributes(model, man, trainee)
            noise = model.normal("birth", man.identity & 0xFFFFFFFF, 2 * (4 * trainee + 2))
            score = selection_rules.seen(model.score(man), r, noise)
            if score > best:
                best, chosen = score, trainee
    _attributes(model, man, chosen)
    return man


def leave_stock(model: PartyState, man: Official) -> None:
    """Let a person leave the stock for good; his slot at home becomes free."""
    man.home.slots.discard(man.slot)
    man.remove()


def wait_in(man: Official, pool: list[Official]) -> None:
    """Put a person without a post on a bench, into a guberniia's pool or the reserve."""
    pool.append(man)
    man.waits_in = pool


def send_home(man: Official) -> None:
    """Put a person without a post on his home's bench."""
    wait_in(man, man.home.bench)


def call_up(man: Official) -> None:
    """Take a person from where he waits."""
    if man.waits_in is not None:
        man.waits_in.remove(man)
        man.waits_in = None


def vacate(model: PartyState, man: Official, reason: str, authority: str) -> None:
    """Take an official from his seat and log why; he is nowhere until he is put somewhere."""
    committee, seat = man.post, man.seat
    assert committee is not None
    committee.seats[seat] = None
    if reason not in NO_DEPARTURE:
        committee.shed.discard(seat)
    if seat == 0:
        committee.note_secretary()
    if committee.head is None and seat == 0 and man.installed != "acting":
        model.moves.append(Move(committee, reason, authority))
    model.log("left", committee, committee.place.seats[seat], man, None, reason, authority, man.tenure)
    man.former, man.former_until, man.former_months = committee, float(model.month), man.tenure
    man.post, man.seat, man.installed, man.by_bureau, man.tenure = None, -1, "", False, 0.0


def is_barred(model: PartyState, man: Official, committee: Committee) -> bool:
    """Tell whether a person was removed from this committee within the last year."""
    return man.removed_from is committee and model.month - man.removed < model.p.REMOVED_BAR


def by_lot(model: PartyState, pool: list[Official], index: int) -> list[Official]:
    """Return a pool in the order of lots, addressed by person and ``index`` (the committee's key)."""
    return sorted(pool, key=lambda man: (model.uniform("lot", man.identity & 0xFFFFFFFF, index), man.identity))


def looked_at(model: PartyState) -> int:
    """Return among how many trainees a bench place chooses: n_cand, or 1."""
    return max(1, int(model.p.PRESORTED * model.candidates + 0.5))


def train(model: PartyState) -> None:
    """Fill empty bench places with newly trained persons; let somebody leave an overfull bench."""
    for committee in model.committee_list:
        shortage = committee.place.bench - len(committee.bench)
        free = len(committee.slots) < committee.place.block
        chance = arithmetic.unit(model.p.TRAINING * shortage) if free else 0.0
        if chance > 0.0 and model.uniform("training", committee.key, 0) < chance:
            man = born(model, committee, looked_at(model))
            wait_in(man, committee.bench)
            model.log("trained", committee, "", man, None)
        limit = committee.place.bench + int(model.p.BENCH_SLACK)
        while len(committee.bench) > limit:
            leaver = max(
                committee.bench,
                key=lambda man: (model.uniform("departure", man.identity & 0xFFFFFFFF, 0), man.identity),
            )
            call_up(leaver)
            model.log("departed", committee, "", leaver, None, "overfull bench")
            leave_stock(model, leaver)
        while model.first_version and len(committee.pool) > committee.place.bench:
            waited_longest = committee.pool[0]
            call_up(waited_longest)
            send_home(waited_longest)


def keep_reserve(model: PartyState) -> None:
    """Let superior bodies keep people in waiting, taught as their homes do; where they claim nothing, all go home.

    A gubkom's pool is to its uezds what the centre's reserve is to guberniias: one rule for both tiers.
    """
    for waiting in (model.reserve, *(committee.pool for committee in model.guberniia_list)):
        for man in waiting:
            man.skill = education.practised(man.skill, model.p.train, man.home.courses)
    for committee in model.guberniia_list if not model.first_version else ():
        if committee.uezds:
            _keep(model, committee.pool, "pool", committee.key, committee.uezds, 2)
    _keep(model, model.reserve, "reserve", 0, model.guberniia_list, 4)


def _keep(model: PartyState, kept: list[Official], point: str, key: int, homes: list[Committee], seats: int) -> None:
    """Fill part of the gap to what a superior body wants in waiting, from benches by lot; or let all go home.

    Now and then somebody whom it has not used goes home and another comes: else those stay whom it passed over.
    """
    if not any(home.claimed > 0.0 for home in homes):
        for man in list(kept):
            call_up(man)
            send_home(man)
        return
    wanted = max(0.0, (model.p.res_d * (len(homes) * seats) - len(kept)) / model.p.RESERVE_STEP)
    for man in list(kept) if not model.first_version else ():
        if model.uniform("departure", man.identity & 0xFFFFFFFF, 1) * model.p.RESERVE_STAY < 1.0:
            call_up(man)
            send_home(man)
            wanted += 1.0
    number = int(wanted) + (1 if model.uniform(point, key, 0) < wanted - int(wanted) else 0)
    for place in range(number):
        home = homes[model.pick(point, key, 4 + place, len(homes))]
        if home.bench:
            man = by_lot(model, home.bench, FOR_RESERVE + place)[0]
            call_up(man)
            wait_in(man, kept)
            model.log("joined_reserve", home, "", man, None)
