"""The model: the month, process by process, and what all processes share."""

from __future__ import annotations

import math
from typing import Any

import mesa
import numpy as np

from sim.draws import addressed, blocks
from sim.engines.reference import congress, people, selection, turnover
from sim.engines.reference.committee import Committee
from sim.engines.reference.official import Official
from sim.engines.reference.record import Recorder
from sim.engines.reference.rooms import arithmetic, discussion, environment
from sim.engines.reference.rooms import selection as judgement
from sim.engines.trajectory import Event, Trajectory, encode
from sim.registry.decision_points import DECISION_POINTS
from sim.registry.outcomes import OUTCOMES
from sim.world.build import World

POINT = {name: point.number for name, point in DECISION_POINTS.items()}


class PartyModel(mesa.Model):
    """The centre, its guberniia and uezd committees, and their officials, month by month.

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
        self.seed_key, self.replicate = world.scenario.run.seed, replicate
        self.t, self.month = -1, world.first - 1
        self.candidates = int(self.p.n_cand + 0.5)
        self.term = int(self.p.term + 0.5)
        self.threat_noise = 0.0
        self.threat = float(world.calendar.objective[0])
        self.perceived = float(world.calendar.perceived[0]) * self.p.omega + self.threat * (1.0 - self.p.omega)
        self.task, self.dispute, self.joined, self.news = 1.0, 0.0, 0.0, 0.0
        self.national_error, self.national_claims = self.p.MISFIT_START, world.claims
        self.opposition = 0.0
        self.famine = world.calendar.famine[0]
        self.reserve = people.Reserve()
        self.generations: dict[tuple[int, int], int] = {}
        self.openings: dict[tuple[int, int], turnover.Opening] = {}
        self.strengthened: set[int] = set()
        self.recommended: Official | None = None
        self.mean_performance = {"guberniia": 0.0, "uezd": 0.0}
        self.left = {True: 0.0, False: 0.0}
        self.assignments = 0
        self.events: list[Event] = []
        self._found_committees()
        self.recorder = Recorder(self)
        self.datacollector = mesa.DataCollector(
            model_reporters={name: (lambda m, name=name: m.recorder.nation(name)) for name in OUTCOMES}
        )

    # ------------------------------------------------------------------ founding
    def _found_committees(self) -> None:
        self.committee_list: list[Committee] = []
        for index, place in enumerate(self.world.committees):
            head = self.committee_list[place.parent] if place.parent >= 0 else None
            committee = Committee(self, place, index, head)
            self.committee_list.append(committee)
            if head is not None:
                head.uezds.append(committee)
        self.guberniia_list = [c for c in self.committee_list if c.head is None]
        self.uezd_list = [c for c in self.committee_list if c.head is not None]
        self.keys = [c.key for c in self.committee_list]
        self.guberniia_seats = len(self.guberniia_list) * 4
        for committee in self.committee_list:
            self._man(committee)
        self.committees = self.agents_by_type[Committee]
        self.guberniias = self.committees.select(lambda committee: committee.head is None)

    def _man(self, committee: Committee) -> None:
        """Fill seats and bench from the home's own people, with grievances from before."""
        for seat in range(len(committee.seats)):
            man = people.born(self, committee, 1)
            man.post, man.seat, man.installed = committee, seat, "elected"
            man.tenure = float(int(12.0 * self.uniform("initial", committee.key, seat)))
            committee.seats[seat] = man
        if self.uniform("initial", committee.key, 8) < self.world.claims:
            committee.seats[0].installed = "appointed"  # type: ignore[union-attr]
        committee.note_secretary()
        for _ in range(committee.place.bench):
            people.wait_in(people.born(self, committee, 1), committee.bench)
        for tie in range(len(committee.ties)):
            committee.ties[tie] = 2.0 * self.p.GRIEVANCE_START * self.uniform("initial", committee.key, 16 + tie)
        committee.phase = int(self.term * self.uniform("initial", committee.key, 12))
        committee.settle_conflict()

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

    def pick(self, point: str, entity: int, index: int, number: int) -> int:
        """Return one of the numbers 0 to number - 1."""
        return int(self.uniform(point, entity, index) * number)

    # ------------------------------------------------------------------ shared readings
    def score(self, man: Official) -> float:
        """Return a person's skill as a standard score."""
        return (man.skill - self.p.SKILL_MEAN) / self.p.sk_sd

    def blur_of_voters(self, committee: Committee) -> float:
        """Return how far illiteracy multiplies the variance of voters' error."""
        return judgement.blur((1.0 - committee.literacy) / self.p.ILLITERACY_REF, self.p.err_ctx)

    def blur_of_files(self) -> float:
        """Return how far load multiplies the variance of the files' error."""
        return judgement.blur(float(self.world.calendar.capacity[max(self.t, 0)]) / self.p.LOAD_REF, self.p.err_ctx)

    def validity_of_judges(self, committee: Committee, above: bool) -> float:
        """Return the validity of the centre's files, or of a place's voters."""
        if above:
            return judgement.validity(self.p.r_f, self.blur_of_files())
        return judgement.validity(self.p.r_v, self.blur_of_voters(committee))

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
        if installed == "appointed":
            added = selection.imposed(man.outsider, committee, p.a_imp)
        elif installed in ("elected", "recommended"):
            added = selection.race(margin, committee, p.RACE_WIDTH, p.a_con)
        if installed != "acting":  # the feud waits for the man who comes to stay
            committee.inherit(seat, man, added)
        committee.changes += 1.0
        man.post, man.seat, man.installed, man.tenure = committee, seat, installed, 0.0
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

    # ------------------------------------------------------------------ the month
    def step(self) -> None:
        """Run one month: twelve processes, one after another, each over all committees."""
        self.t += 1
        self.month += 1
        committees = self.committees
        self.change_environment()  # 1
        committees.do(Committee.administer)  # 2
        self.guberniias.do(Committee.achieve)
        self.compare()
        self.guberniias.do(Committee.recover)  # 3
        committees.do(Committee.discuss)  # 4
        self.correct_nation()
        committees.do(Committee.quarrel).do(Committee.settle_conflict).do(Committee.face_sklok)  # 5
        turnover.remedy(self)  # 6
        turnover.vacate_posts(self)  # 7
        selection.select(self)  # 8
        committees.do(Committee.educate)  # 9
        people.train(self)
        people.keep_reserve(self)
        committees.do(Committee.form_attitudes)  # 10
        congress.vote(self)  # 11
        congress.meet(self)
        self.recorder.record()  # 12
        self.datacollector.collect(self)

    def change_environment(self) -> None:
        """Step 1: threat, task, dated events, claims and capacity of the month."""
        p, t, known = self.p, self.t, self.world.calendar
        self.threat_noise = environment.persistent_noise(
            self.threat_noise, p.THREAT_MEMORY, p.THREAT_NOISE, self.normal("threat", 0, 0)
        )
        objective, perceived = float(known.objective[t]), float(known.perceived[t])
        self.threat = environment.threat_level(objective, perceived, 0.0, self.threat_noise)
        target = environment.threat_level(objective, perceived, p.omega, self.threat_noise)
        self.perceived = environment.perceive(self.perceived, target, p.PERCEPTION_RISE, p.p_dn)
        self.task = environment.complexity(float(known.ramp[t]), p.q_max)
        self.news = discussion.news(float(known.economic[t]), p.NEWS_BASE)
        self.dispute, self.joined, self.famine = float(known.dispute[t]), float(known.joined[t]), known.famine[t]
        self.openings, self.strengthened, self.assignments = {}, set(), 0
        self._renew_capacity()
        for committee in self.committee_list:
            committee.claimed = self._claimed(committee)

    def _renew_capacity(self) -> None:
        options = self.options
        fixed: dict[str, float] = {
            "unlimited": math.inf,
            "recorded": self.p.cap_fr * float(self.world.calendar.capacity[self.t]),
        }
        for above, limit in ((True, options.capacity), (False, options.conference_capacity)):
            month = fixed[limit] if isinstance(limit, str) else limit
            # what is left of one assignment is carried over, so that half an assignment a month is one in two
            self.left[above] = month + min(max(self.left[above], 0.0), 1.0)

    def _claimed(self, committee: Committee) -> float:
        """Return the share of vacancies that the superior body claims here this month."""
        if committee.head is not None:
            uezds = self.world.scenario.policy.uezds
            if uezds != "follow":
                return 1.0 if uezds == "appointment" else 0.0
            return committee.head.claimed
        rule = self.world.rules[self.t][committee.index]
        if rule.rule == "endogenous":
            return self.national_claims
        if rule.rule == "readiness":
            return 0.0 if self._ready(committee) else 1.0
        return rule.claimed

    def _ready(self, committee: Committee) -> bool:
        policy = self.world.scenario.policy
        total = 0.0
        for man in committee.bench:
            total += man.skill
        enough = total / committee.place.bench >= policy.bench_at_least
        return committee.literacy >= policy.literacy_at_least and enough

    def compare(self) -> None:
        """Find the mean performance of each level, against which places are judged."""
        for level, members in (("guberniia", self.guberniia_list), ("uezd", self.uezd_list)):
            total = 0.0
            for committee in members:
                total += committee.performance
            self.mean_performance[level] = total / len(members) if members else 0.0

    def correct_nation(self) -> None:
        """Step 4, nation: its policy error grows with novelty and dated errors, and is corrected."""
        p = self.p
        total = 0.0
        for committee in self.guberniia_list:
            total += committee.voice
        voice = total / len(self.guberniia_list)
        error = discussion.misfit(self.national_error, p.mu, self.task, voice, p.kv, p.INSPECTION, p.ki)
        self.national_error = arithmetic.unit(error + float(self.world.calendar.error[self.t]))

    def trajectory(self, *, events: bool = True) -> Trajectory:
        """Return what has been recorded so far."""
        log = encode(self.events if events else [], self.world.months, self.world.committees)
        return Trajectory(self.world.months[: self.t + 1], self.recorder.values(), log, self.recorder.states())

    def officials(self) -> Any:
        """Return all officials alive, as an AgentSet."""
        return self.agents_by_type[Official]
