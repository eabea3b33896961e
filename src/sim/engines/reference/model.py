"""What all processes of the month share: the state of the party, its draws, and the log."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from typing import Any, NamedTuple

import mesa
import numpy as np

from sim.draws import addressed, blocks
from sim.engines.reference.agents import LONG_AGO, Committee, Official
from sim.engines.reference.rooms import selection as selection_rules
from sim.engines.reference.rooms import skloki
from sim.engines.trajectory import Event
from sim.registry.decision_points import DECISION_POINTS
from sim.registry.entries import SCOPES
from sim.world.build import World

POINT = {name: point.number for name, point in DECISION_POINTS.items()}
#: Index of lots beyond every committee's key, for the order in the reserve.
IN_RESERVE = 1 << 28


class Move(NamedTuple):
    """A guberniia secretary who left his post this month."""

    committee: Committee
    reason: str
    authority: str


@dataclass
class Opening:
    """A seat to be decided on: empty, or with an incumbent who may stay.

    ``above`` tells whether the superior body decides.
    """

    committee: Committee
    seat: int
    above: bool
    cause: str
    incumbent: Official | None = None


class Reserve(list[Official]):
    """The centre's reserve, in the order of arrival.

    Candidates are found by lots as well: each month every member draws one, and a search begins
    at a point of its own and goes round. One person more or less then changes few searches, and
    a search costs the same however large the reserve is.
    """

    def __init__(self) -> None:
        super().__init__()
        self._month = -1
        self._round: list[tuple[float, int, Official]] | None = None

    def append(self, man: Official) -> None:
        """Take a person in."""
        super().append(man)
        self._round = None

    def remove(self, man: Official) -> None:
        """Let a person go."""
        super().remove(man)
        self._round = None

    def from_(self, model: PartyState, start: float) -> list[Official]:
        """Return all members, beginning with the first whose lot is at least ``start``."""
        if self._round is None or self._month != model.month:
            self._month, self._round = model.month, sorted(
                (model.uniform("lot", man.identity & 0xFFFFFFFF, IN_RESERVE), man.identity, man) for man in self
            )
        first = bisect_left(self._round, (start, -1), key=lambda member: member[:2])
        return [man for _, _, man in self._round[first:] + self._round[:first]]


class PartyState(mesa.Model):
    """The centre, its guberniia and uezd committees, and their officials, between two processes.

    Parameters
    ----------
    world
        From :func:`sim.world.build.build`.
    replicate
        Number of the replicate: with the scenario's seed it addresses every draw.
    """

    def __init__(self, world: World, replicate: int = 0) -> None:
        # Mesa's own generator is never used: every draw of the model is addressed
        super().__init__(rng=replicate)
        self.world, self.p, self.options = world, world.p, world.scenario.options
        self.variants, self.first_version = world.variants, world.first_version
        self.seed_key, self.replicate = world.scenario.run.seed, replicate
        self.t, self.month = -1, world.first - 1
        self.candidates = int(self.p.n_cand + 0.5)
        self.term = int(self.p.term + 0.5)
        self.threat_noise = 0.0
        self.threat = float(world.calendar.objective[0])
        self.perceived = float(world.calendar.perceived[0]) * self.p.omega + self.threat * (1.0 - self.p.omega)
        self.task, self.dispute, self.joined, self.news = 1.0, 0.0, 0.0, 0.0
        self.held = self.held_step = 0.0
        self.national_error, self.wanted_claims = self.p.MISFIT_START, dict.fromkeys(SCOPES, world.claims)
        self.met = LONG_AGO
        self.opposition = self.corrected = self.recall_factor = 0.0
        self.famine = world.calendar.famine[0]
        self.reserve = Reserve()
        self.generations: dict[tuple[int, int], int] = {}
        self.openings: dict[tuple[int, int], Opening] = {}
        self.strengthened: set[int] = set()
        self.recommended: Official | None = None
        self.mean_performance = {"guberniia": 0.0, "uezd": 0.0}
        self.left = {True: 0.0, False: 0.0}
        self.assignments = self.assignments_asked = 0
        self.events: list[Event] = []
        self.moves: list[Move] = []
        self.committee_list: list[Committee] = []
        self.guberniia_list: list[Committee] = []
        self.uezd_list: list[Committee] = []

    # ------------------------------------------------------------------ draws
    def uniform(self, point: str, entity: int, index: int) -> float:
        """Return this month's uniform draw at an address."""
        return addressed.uniform(self.seed_key, self.replicate, POINT[point], self.month, entity, index)

    def uniforms(self, point: str, entity: int, number: int) -> list[float]:
        """Return the first draws at an address, at least ``number`` of them, a block of four at a time."""
        draws: list[float] = []
        for block in range((number + 3) // 4):
            draws += addressed.uniforms(self.seed_key, self.replicate, POINT[point], self.month, entity, block)
        return draws

    def uniform_of_each(self, point: str, entities: list[int], index: int) -> list[float]:
        """Return this month's uniform draws of many entities at one index, as :meth:`uniform` would."""
        addresses = np.array(entities, dtype=np.uint64)
        draws: list[float] = blocks.uniform_of_each(
            self.seed_key, self.replicate, POINT[point], self.month, addresses, index
        ).tolist()
        return draws

    def normal(self, point: str, entity: int, index: int) -> float:
        """Return this month's normal draw at an address."""
        return addressed.normal(self.seed_key, self.replicate, POINT[point], self.month, entity, index)

    def standing(self, identity: int) -> float:
        """Return the lot by which a person stands for or against the majority's line: one for life."""
        address, generation = identity & 0xFFFFFFFF, identity >> 32
        return addressed.uniform(self.seed_key, self.replicate, POINT["platform"], 0, address, generation)

    def pick(self, point: str, entity: int, index: int, number: int) -> int:
        """Return one of the numbers 0 to number - 1."""
        return int(self.uniform(point, entity, index) * number)

    # ------------------------------------------------------------------ shared readings
    def score(self, man: Official) -> float:
        """Return a person's skill as a standard score."""
        return (man.skill - self.p.SKILL_MEAN) / self.p.sk_sd

    def blur_of_voters(self, committee: Committee) -> float:
        """Return how far illiteracy multiplies the variance of voters' error."""
        variance = selection_rules.blur((1.0 - committee.literacy) / self.p.ILLITERACY_REF, self.p.err_ctx)
        if self.variants["judges_learn"] == "yes":
            return selection_rules.crowded(variance, self.p.crowd, committee.members)
        return variance

    def blur_of_files(self) -> float:
        """Return how far load multiplies the variance of the files' error."""
        load = float(self.world.calendar.capacity[max(self.t, 0)]) / self.p.LOAD_REF
        variance = selection_rules.blur(load, self.p.err_ctx)
        if self.variants["judges_learn"] == "yes":
            return selection_rules.learned(variance, self.p.learn, float(self.world.calendar.files[max(self.t, 0)]))
        return variance

    def validity_of_judges(self, committee: Committee, above: bool) -> float:
        """Return the validity of the centre's files, or of a place's voters."""
        if above:
            return selection_rules.validity(self.p.r_f, self.blur_of_files())
        return selection_rules.validity(self.p.r_v, self.blur_of_voters(committee))

    def claims(self, committee: Committee, index: int) -> bool:
        """Tell whether the superior body claims a decision."""
        return self.uniform("claim", committee.key, index) < committee.claimed

    def recall(self, committee: Committee) -> bool:
        """Tell whether the centre may recall and transfer a guberniia's secretary."""
        return self.world.rules[self.t][committee.index].recall

    def has_capacity(self, above: bool) -> bool:
        """Tell whether the centre (or the conferences) can fill another guberniia seat this month."""
        return self.left[above] >= 1.0

    def use_capacity(self, committee: Committee, above: bool) -> None:
        """Count an assignment to a guberniia seat."""
        if committee.head is None:
            self.left[above] -= 1.0
            self.assignments += int(above)

    def seat(self, man: Official, committee: Committee, seat: int, installed: str,
             authority: str, margin: float) -> None:  # fmt: skip
        """Install an official: his ties begin with part of the feud and what his coming added."""
        p = self.p
        man.outsider, added = man.outsider_in(committee), 0.0
        committee.seats[seat] = man
        if installed == "appointed" and self.first_version:
            added = skloki.imposed_grievance(man.outsider, committee.discussion, committee.clarity, p.a_imp)
        elif installed != "acting" and margin != math.inf:  # somebody was passed over
            lead = p.RACE_WIDTH if math.isnan(margin) else margin  # a man sent down was chosen among nobody
            strength = p.a_imp if installed == "appointed" else p.a_con
            added = skloki.race_grievance(lead, committee.clarity, p.RACE_WIDTH, strength)
        man.post, man.seat, man.installed, man.tenure = committee, seat, installed, 0.0
        committee.pass_on(seat, man, added)
        committee.changes += 1.0
        if authority == "centre" and self.uniform("bureau", committee.key, seat) < p.BUREAU_SHARE:
            man.by_bureau, authority = True, "bureau"
        if seat == 0:
            committee.note_secretary()
        self.log("took", committee, committee.place.seats[seat], man, None, installed, authority, margin)

    def log(self, kind: str, committee: Committee | None, seat: str, man: Official | None, other: Official | None,
            reason: str = "", authority: str = "", value: float = math.nan) -> None:  # fmt: skip
        """Add an event."""
        self.events.append(Event(
            self.world.months[max(self.t, 0)], kind, committee.name if committee else "",
            committee.level if committee else "centre", seat, man.identity if man else -1,
            other.identity if other else -1, reason, authority, value,
        ))  # fmt: skip

    def officials(self) -> Any:
        """Return all officials alive, as an AgentSet."""
        return self.agents_by_type[Official]
