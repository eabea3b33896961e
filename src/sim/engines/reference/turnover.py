"""Steps 6 and 7: remedies and vacancies; what they leave to be filled."""

from __future__ import annotations

from sim.engines.reference import networks, people
from sim.engines.reference.agents import Committee, Official
from sim.engines.reference.model import Opening, PartyState
from sim.engines.reference.rooms import remedies, vacancies
from sim.engines.reference.rooms import selection as selection_rules

#: Index of claims that do not concern one seat: remedies, and judgement of fitness.
REMEDY, FITNESS = 8, 9
#: Causes for which the superior body moves the embattled: it claims the case, or the place has asked for it.
MOVED = ("transfer", "request")


def decider(committee: Committee, above: bool) -> str:
    """Return the name of the body that decides: a conference or, above it, the centre or the gubkom."""
    if not above:
        return "conference"
    return "centre" if committee.head is None else "gubkom"


def reserve_above(model: PartyState, committee: Committee) -> list[Official]:
    """Return where the superior body keeps those whom it has moved from a committee."""
    return model.reserve if committee.head is None else committee.head.pool


def remedy(model: PartyState) -> None:
    """Step 6: mediate the worst quarrels and break up open skloki."""
    p = model.p
    for committee, lot in zip(model.committee_list, model.uniform_of_each("mediation", model.keys, 0), strict=True):
        if lot < p.envoys:
            worst = committee.ties.index(max(committee.ties))
            committee.ties[worst] = remedies.mediated(committee.ties[worst])
            committee.settle_conflict()
            model.log("mediated", committee, "", None, None, value=committee.ties[worst])
        if committee.open:
            asking = remedies.request_chance(committee.open, p.ask_above)
            asked = model.uniform("request", committee.key, 0) < asking
            above = asked or model.claims(committee, REMEDY)
            if model.first_version and above and committee.head is None and not model.has_capacity(True):
                continue  # nobody to spare for the successor
            chance = remedies.remedy_chance(above, p.tr_p, p.x_el)
            if asked or model.uniform("remedy", committee.key, 0) < chance:
                _break_up(model, committee, "request" if asked else "transfer" if above else "extraordinary")


def _break_up(model: PartyState, committee: Committee, reason: str) -> None:
    """Open the most embattled official's seat, which he keeps till then, to somebody from above or to a conference."""
    filled = [seat for seat, man in enumerate(committee.seats) if man is not None]
    if not filled:
        return
    seat = max(filled, key=lambda s: (committee.grievance_of(s), -s))
    man = committee.seats[seat]
    assert man is not None
    above = reason in MOVED
    if not model.first_version or model.variants["embattled_may_stand"] == "yes":
        model.openings[committee.index, seat] = Opening(committee, seat, above, reason, incumbent=man)
        return
    remove(model, man)
    people.vacate(model, man, reason, decider(committee, above))
    if above:
        people.wait_in(man, reserve_above(model, committee))
    else:
        people.send_home(man)
    model.openings[committee.index, seat] = Opening(committee, seat, above, reason)


def remove(model: PartyState, man: Official) -> None:
    """Note from where an official is removed: for a year he is no candidate there."""
    man.removed_from, man.removed = man.post, model.month


def vacate_posts(model: PartyState) -> None:
    """Step 7: wear, recall, and posts that fall due; then men sent down take their new posts."""
    sent: list[Official] = []
    seated = [man for committee in model.committee_list for man in committee.seats if man is not None]
    draws = model.uniform_of_each("wear", [man.identity for man in seated], 0)
    lots = dict(zip(seated, draws, strict=True))
    unfit = model.uniform_of_each("unfit", model.keys, 0)
    for committee in model.committee_list:
        wear = vacancies.wear_chance(model.p.w0, committee.conflict)
        due = vacancies.is_due(model.month, committee.phase, model.term)
        for seat, man in enumerate(committee.seats):
            if (committee.index, seat) in model.openings:
                continue
            if man is None or man.installed == "acting":
                if man is not None and lots[man] < wear:
                    _wear_out(model, man)
                above = model.claims(committee, seat)
                model.openings[committee.index, seat] = Opening(committee, seat, above, "vacancy")
            else:
                _consider(model, man, lots[man] < wear, unfit[committee.index], due, sent)
    sent.sort(key=lambda man: (man.sent_from.result, man.identity))
    for man in sent:
        send_down(model, man)


def _consider(
    model: PartyState, man: Official, worn: bool, unfit: float, due: bool, sent: list[Official]
) -> None:
    """Let an official stay, go, be called away, or have his post fall due."""
    committee, seat = man.post, man.seat
    assert committee is not None
    if worn:
        _wear_out(model, man)
    elif seat == 0 and _unfit(model, committee, unfit):
        if not model.first_version:
            above = model.claims(committee, FITNESS)
            model.openings[committee.index, seat] = Opening(committee, seat, above, "unfit", incumbent=man)
            return
        remove(model, man)
        people.vacate(model, man, "unfit", decider(committee, model.claims(committee, FITNESS)))
        people.send_home(man)
    elif seat == 0 and committee.head is None and (wanted := _called_away(model, committee)):
        if not model.first_version:
            above = model.claims(committee, seat)
            model.openings[committee.index, seat] = Opening(committee, seat, above, wanted, incumbent=man)
            return
        call_away(model, man, wanted)
        if wanted == "need":
            sent.append(man)
    else:
        if due:
            _contest(model, committee, seat, man)
        return
    model.openings[committee.index, seat] = Opening(committee, seat, model.claims(committee, seat), "vacancy")


def _wear_out(model: PartyState, man: Official) -> None:
    """Let an official leave his seat and the stock."""
    people.vacate(model, man, "wear", "")
    people.leave_stock(model, man)


def _unfit(model: PartyState, committee: Committee, lot: float) -> bool:
    """Judge a secretary by his place's work, with the validity of whoever judges."""
    p = model.p
    if lot >= p.h_unf:
        return False  # the chance never exceeds the hazard
    r = model.validity_of_judges(committee, model.claims(committee, FITNESS))
    lag = vacancies.shortfall(committee.performance, model.mean_performance[committee.level])
    judged = selection_rules.seen(lag, r, model.normal("unfit", committee.key, 2))
    return bool(lot < vacancies.unfit_chance(p.h_unf, p.FIT_SLOPE, judged))


def _called_away(model: PartyState, committee: Committee) -> str:
    """Return for what the centre wants a guberniia's secretary elsewhere; nothing if it does not."""
    if not model.recall(committee):
        return ""
    if model.uniform("need", committee.key, 0) < model.p.NEED_RATE * model.recall_factor:
        return "need"
    return "lateral" if model.uniform("lateral", committee.key, 0) < model.p.LATERAL_RATE * model.recall_factor else ""


def call_away(model: PartyState, man: Official, reason: str) -> None:
    """Take a secretary from his post on the centre's initiative; a transferred one waits in the reserve."""
    assert man.post is not None
    man.sent_from = man.post
    remove(model, man)
    people.vacate(model, man, reason, "centre")
    if reason == "lateral":
        people.wait_in(man, model.reserve)


def _contest(model: PartyState, committee: Committee, seat: int, man: Official) -> None:
    """Open a due post to a contest or review, if it is a real one."""
    above = model.claims(committee, seat)
    share = model.p.rev if above else model.p.cont
    if model.uniform("due", committee.key, seat) < share:
        cause = "review" if above else "contest"
        model.openings[committee.index, seat] = Opening(committee, seat, above, cause, incumbent=man)


def send_down(model: PartyState, man: Official) -> None:
    """Give a man sent down the secretary's seat of the weakest of some uezds."""
    uezds = model.uezd_list
    if not uezds:
        # without uezds he leaves the modelled world: a pure loss, which is why both levels are the default
        people.leave_stock(model, man)
        return
    seen_uezds = {model.pick("need_target", man.sent_from.key, k, len(uezds)) for k in range(int(model.p.NEED_LOOK))}
    free = [i for i in sorted(seen_uezds) if i not in model.strengthened]
    if not free:
        people.send_home(man)
        return
    target = min(free, key=lambda i: (uezds[i].performance, uezds[i].key))
    model.strengthened.add(target)
    uezd = uezds[target]
    if model.variants["need_displaces"] == "no":
        people.wait_in(man, uezd.bench)
        return
    displaced = uezd.seats[0]
    if displaced is not None:
        people.vacate(model, displaced, "displaced", "centre")
        people.send_home(displaced)
    model.openings.pop((uezd.index, 0), None)
    model.seat(man, uezd, 0, "appointed", "centre", float("nan"))
    networks.bring_along(model, man, "centre")
