"""The month, process by process: the specification that the compiled engine must match."""

from __future__ import annotations

import math

import mesa

from sim.engines.reference import congress, people, selection, turnover
from sim.engines.reference.agents import Committee
from sim.engines.reference.model import PartyState
from sim.engines.reference.record import Recorder
from sim.engines.reference.rooms import arithmetic, attitudes, discussion, environment, vacancies
from sim.engines.trajectory import Trajectory, encode
from sim.registry.outcomes import OUTCOMES
from sim.world.build import World


class PartyModel(PartyState):
    """The party, month by month; parameters as of :class:`PartyState`."""

    def __init__(self, world: World, replicate: int = 0) -> None:
        super().__init__(world, replicate)
        self._found_committees()
        self.recorder = Recorder(self)
        self.datacollector = mesa.DataCollector(
            model_reporters={name: (lambda m, name=name: m.recorder.nation(name)) for name in OUTCOMES}
        )

    def _found_committees(self) -> None:
        for index, place in enumerate(self.world.committees):
            head = self.committee_list[place.parent] if place.parent >= 0 else None
            committee = Committee(self, place, index, head)
            self.committee_list.append(committee)
            if head is not None:
                head.uezds.append(committee)
        self.guberniia_list = [c for c in self.committee_list if c.head is None]
        self.uezd_list = [c for c in self.committee_list if c.head is not None]
        self.keys = [c.key for c in self.committee_list]
        for committee in self.committee_list:
            self._man(committee)
        self.committees = self.agents_by_type[Committee]
        self.guberniias = self.committees.select(lambda committee: committee.head is None)

    def _man(self, committee: Committee) -> None:
        """Fill seats and bench from the home's own people, with grievances from before."""
        tree = self.world.scenario.tree
        for seat in range(len(committee.seats)):
            man = people.born(self, committee, 1)
            man.post, man.seat, man.installed = committee, seat, "elected"
            man.tenure = float(int(12.0 * self.uniform("initial", committee.key, seat)))
            if self.uniform("initial", committee.key, 32 + seat) < tree.outsiders:
                man.outsider = 1.0
            committee.seats[seat] = man
        appointed = self.world.claims if tree.appointed is None else tree.appointed
        if self.uniform("initial", committee.key, 8) < appointed:
            committee.seats[0].installed = "appointed"  # type: ignore[union-attr]
        committee.note_secretary()
        for _ in range(committee.place.bench):
            people.wait_in(people.born(self, committee, 1), committee.bench)
        for tie in range(len(committee.ties)):
            committee.ties[tie] = 2.0 * self.p.GRIEVANCE_START * self.uniform("initial", committee.key, 16 + tie)
        committee.phase = int(self.term * self.uniform("initial", committee.key, 12))
        committee.settle_conflict()

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
        self.recall_factor = vacancies.recall_factor(
            int(known.recall_period[t]), float(known.recall[t]), p.rec_21, p.rec_22, p.rec_mid, p.rec_late
        )
        self.held_step = attitudes.dispute_step(self.held, float(known.disputed[t]), p.rho)
        self.held += self.held_step
        self.openings, self.strengthened = {}, set()
        self.assignments = self.assignments_asked = 0
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
            return self.wanted_claims[committee.unit_class]
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
        self.corrected = p.kv * voice + p.ki * p.reach
        error = discussion.misfit(self.national_error, p.mu, self.task, voice, p.kv, p.reach, p.ki)
        self.national_error = arithmetic.unit(error + float(self.world.calendar.error[self.t]))

    def trajectory(self, *, events: bool = True) -> Trajectory:
        """Return what has been recorded so far."""
        log = encode(self.events if events else [], self.world.months, self.world.committees)
        return Trajectory(self.world.months[: self.t + 1], self.recorder.values(), log, self.recorder.states())
