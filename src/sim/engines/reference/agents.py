"""The agents of the design card: committees, and officials, who are persons with an identity and move."""

from __future__ import annotations

import mesa

from sim.engines.reference.nation import Nation
from sim.engines.reference.rooms import (
    administration,
    attitudes,
    congress,
    discussion,
    economy,
    education,
    record,
    remedies,
    skloki,
)
from sim.world.places import PERSON_BITS, Place

#: A month before all others, for what has not happened yet.
LONG_AGO = -(10**6)
ELECTED = ("elected", "recommended")


class Official(mesa.Agent):
    """A person of some home organisation, in a seat, on a bench or in the centre's reserve.

    Attributes
    ----------
    identity
        Place in the home's block of persons and, above 32 bits, the generation; draws are
        addressed by it wherever he serves.
    skill, temper, pliancy
        Shares; ``clique`` is 0 or 1, ``loyalty`` (to the patron at the centre) a standard score.
    post, seat
        The committee he serves and the number of his seat there; ``None`` and -1 without one.
    installed
        ``elected``, ``recommended``, ``appointed``, ``acting`` or ``confirmed``; empty without a seat.
    removed_from, removed
        Where a remedy or recall took him from his seat, and the month of it.
    former, former_until, former_months
        The committee in which he served last before, the month in which he left it, and months there.
    outsider, tenure
        Whether he comes from elsewhere (1 or 0), and months in the seat.
    """

    def __init__(self, model: Nation, home: Committee, slot: int, generation: int) -> None:
        super().__init__(model)
        self.home = home
        self.slot = slot
        self.identity = (generation << 32) | (home.key << PERSON_BITS) | slot
        self.skill = self.temper = self.pliancy = self.loyalty = 0.0
        self.clique = 0.0
        self.post: Committee | None = None
        self.waits_in: list[Official] | None = None
        self.sent_from = home
        self.removed_from: Committee | None = None
        self.removed = 0
        self.former: Committee | None = None
        self.former_until = self.former_months = 0.0
        self.seat = -1
        self.installed = ""
        self.by_bureau = False
        self.outsider = 0.0
        self.tenure = 0.0

    def outsider_in(self, committee: Committee) -> float:
        """Tell whether he comes from elsewhere: 1 or 0.

        At home is, in a guberniia committee, whoever comes from it or from one of its uezds; in
        an uezd only its own people.
        """
        home = self.home
        if home is committee or (committee.head is None and home.head is committee):
            return 0.0
        return 1.0


class Committee(mesa.Agent):
    """A guberniia or uezd committee: its officials, its bench and its state.

    State variables are shares in [0, 1], ``recovery`` relative to 1913, ``members`` in thousands.
    ``ties`` holds the grievance of each pair in ``pairs`` and, last, of the secretary with the
    superior body's. ``shed`` holds the seats whose feud has been passed on since the last departure.
    """

    def __init__(self, model: Nation, place: Place, index: int, head: Committee | None) -> None:
        super().__init__(model)
        p = model.p
        self.place, self.index, self.key, self.head = place, index, place.key, head
        self.name, self.level, self.unit_class = place.name, place.level, place.unit_class
        self.uezds: list[Committee] = []
        self.seats: list[Official | None] = [None] * len(place.seats)
        self.bench: list[Official] = []
        self.pool: list[Official] = []
        self.slots: set[int] = set()
        self.shed: set[int] = set()
        n = len(self.seats)
        self.pairs = [(a, b) for a in range(n) for b in range(a + 1, n)]
        self.ties = [0.0] * (len(self.pairs) + 1)
        self.weights = [administration.seat_weight(seat, float(n), p.SECRETARY_WEIGHT) for seat in range(n)]
        self.tie_weights = [p.tie_weight if pair == (0, 1) else p.tie_weight * p.tie_other for pair in self.pairs]
        self.tie_weights.append(p.tie_weight * p.tie_other)
        self.literacy, self.members, self.mean_skill = place.literacy, place.members, model.world.skill[index]
        self.clarity, self.discussion, self.unity = p.CLARITY_START, p.debate_start, p.UNITY_START
        self.recovery, self.misfit = p.recovery_start, p.MISFIT_START
        self.performance = self.result = self.team_skill = self.conflict = 0.0
        self.credit = self.voice = self.free_voice = self.felt = 0.0
        self.claimed, self.phase, self.changes = 0.0, 0, 0.0
        self.appointed = self.elected = self.acting = self.courses = 0.0
        self.opposition = self.opposition_delegates = 0.0
        self.last_open = self.transferred = self.voted = self.open_since = LONG_AGO
        self.open = self.paralysed = False
        self.ends = 0

    def note_secretary(self) -> None:
        """Note how the secretary was installed, and what an acting one owes to either side."""
        installed = self.seats[0].installed if self.seats[0] is not None else ""
        self.appointed = 1.0 if installed == "appointed" else 0.0
        self.elected = 1.0 if installed in ELECTED else 0.0
        if not self.model.first_version and installed in ("recommended", "confirmed"):
            self.appointed = self.elected = 0.5  # he owes his post to both
        self.acting = 0.5 if installed == "acting" and self.model.variants["acting_voice"] == "half" else 0.0

    # Step 2
    def administer(self) -> None:
        """Work: performance from the team's skill and what hampers it."""
        m, p = self.model, self.model.p
        skill = 0.0
        paro = administration.parochial_loss(p.paro, self.literacy, m.variants["place_terms"] == "by_literacy")
        for man, weight in zip(self.seats, self.weights, strict=True):
            if man is not None:
                skill += weight * administration.usable_skill(
                    man.skill, man.outsider, man.tenure, p.ign, paro, p.know_place
                )
        if p.trust > 0.0:
            skill = administration.trusted(skill, self.trust(), p.trust)
        self.team_skill = skill
        self.performance = self.result = administration.performance(
            skill, self.conflict, self.felt_misfit(), self.clarity, self.literacy, self.discussion,
            m.threat, m.task, p.b_conf, p.par_loss, p.theta + p.PARALYSIS_STEP, p.PARALYSIS_WIDTH,
            p.e_err, p.d_thr, p.CLARITY_SHARE, p.LITERATE_SHARE,
        )  # fmt: skip

    def trust(self) -> float:
        """Return the mean trust that common service has left between any two of the seats."""
        total = 0.0
        for a, b in self.pairs:
            first, second = self.seats[a], self.seats[b]
            if first is not None and second is not None:
                total += administration.trust_between(self._served(first, second), self.model.p.SERVED_HALF)
        return total / len(self.pairs)

    def _served(self, first: Official, second: Official) -> float:
        """Return for how many months two of the officials have served together: here, and where each was last."""
        now, together = float(self.model.month), administration.served_together
        months = skloki.acquaintance(first.tenure, second.tenure)
        if first.former is not None and first.former is second.former:
            months += together(first.former_until, first.former_months, second.former_until, second.former_months)
        for back, other in ((first, second), (second, first)):
            if back.former is self:
                months += together(back.former_until, back.former_months, now, other.tenure)
        return months

    def achieve(self) -> None:
        """Count the uezds' work into the guberniia's result; guberniias only."""
        if self.uezds:
            total = 0.0
            for uezd in self.uezds:
                total += uezd.performance
            self.result = administration.guberniia_result(
                self.performance, total / len(self.uezds), self.model.p.own_share
            )

    # Step 3
    def recover(self) -> None:
        """Let the local economy recover; the uezds share their guberniia's."""
        p = self.model.p
        famine = p.FAMINE_LOSS * float(self.model.famine[self.index])
        self.recovery = economy.recover(self.recovery, self.result, p.g_y, p.recovery_max, famine)
        for uezd in self.uezds:
            uezd.recovery = self.recovery

    # Step 4
    def felt_misfit(self) -> float:
        """Return the misfit that is felt here: local and national."""
        return discussion.felt_misfit(self.misfit, self.model.national_error, self.model.p.nu)

    def discuss(self) -> None:
        """Debate policy, correct what can be corrected, remember who was right."""
        m, p = self.model, self.model.p
        man = self.seats[0]
        temper, pliancy = (man.temper, man.pliancy) if man is not None else (0.0, 0.0)
        self.felt = self.felt_misfit()
        self.free_voice = discussion.free_voice(self.discussion, self.literacy, m.perceived, p.VOICE_BASE, p.chi)
        self.voice = discussion.heard_voice(
            self.free_voice, self.appointed + self.acting, self.elected, temper, p.phi_v, p.hide
        )
        inspected = discussion.inspection(
            p.reach, self.appointed, self.elected + self.acting, pliancy, p.phi_i, p.hide
        )
        self.misfit = discussion.misfit(self.misfit, p.mu, m.task, self.voice, p.kv, inspected, p.ki)
        self.credit = discussion.credit(self.credit, self.voice, self.felt, m.news, p.CREDIT_MEMORY, p.CREDIT_GAIN)

    # Step 5
    def quarrel(self) -> None:
        """Let incidents happen in each tie, then let grievances cool.

        Conflict itself stays as it was until :meth:`settle_conflict`, so that all quarrels read
        what stood before this month's.
        """
        lots = self.model.uniforms("incident", self.key, len(self.ties))
        seats = self.seats
        for tie, (a, b) in enumerate(self.pairs):
            first, second = seats[a], seats[b]
            if first is not None and second is not None:
                self._incident(tie, first, second, second.temper, self._friction(first, second), lots[tie])
        man = seats[0]
        if man is not None:
            superior = self.head.seats[0] if self.head is not None else None
            temper = superior.temper if superior is not None else self.model.p.TEMPER_MEAN
            self._incident(len(self.pairs), man, superior, temper, 0.0, lots[len(self.pairs)])
        self._cool()

    def _friction(self, first: Official, second: Official) -> float:
        m, p = self.model, self.model.p
        together = skloki.acquaintance(first.tenure, second.tenure)
        known = (first.tenure, second.tenure) if m.first_version else (together, together)
        friction = skloki.place_friction(
            first.outsider, second.outsider, first.clique, second.clique, *known, p.a_out, p.a_clq, p.know_place
        )
        if m.dispute > 0.0 and m.variants["ties"] == "persons_and_platforms":
            friction += skloki.platform_friction(self._is_opposed(first), self._is_opposed(second), m.dispute, p.a_plat)
        return friction

    def _is_opposed(self, man: Official) -> bool:
        """Tell whether an official stands against the majority's line, as likely as the members of his place."""
        p = self.model.p
        share = congress.members_vote(self.discussion, self.unity, p.b0, self.credit, 0.0, p.VOTE_SLOPE)
        return bool(self.model.standing(man.identity) < share)

    def _incident(self, tie: int, man: Official, rival: Official | None, temper: float,
                  friction: float, lot: float) -> None:  # fmt: skip
        m, p = self.model, self.model.p
        grievance = self.ties[tie]
        above = self.head.conflict if self.head is not None else 0.0
        rate = friction + skloki.quarrel_rate(
            man.temper, temper, self.clarity, self.recovery, grievance, above, m.dispute,
            p.a_temp, p.a_amp, p.above, p.escalation,
        )  # fmt: skip
        if lot < skloki.incident_chance(rate, grievance, p.JUMP):
            self.ties[tie] = min(grievance + p.JUMP, 1.0)
            m.log("incident", self, "", man, rival, value=self.ties[tie])

    def _cool(self) -> None:
        man, cooling = self.seats[0], self.model.p.cool
        skill = man.skill if man is not None else 0.0
        self.ties = [skloki.cooled(grievance, cooling, self.clarity, skill) for grievance in self.ties]

    def settle_conflict(self) -> None:
        """Sum grievances up to conflict: C = 1 - prod (1 - w G^2)."""
        peace = 1.0
        for grievance, weight in zip(self.ties, self.tie_weights, strict=True):
            peace = skloki.peace_left(peace, weight, grievance)
        if self.head is not None:
            peace = skloki.of_several(peace, self.model.p.uezd_ties)
        self.conflict = 1.0 - peace

    def face_sklok(self) -> None:
        """Find whether a sklok is open this month, before anybody does something about it."""
        m, p = self.model, self.model.p
        self.paralysed = bool(remedies.is_open(self.conflict, p.theta + p.PARALYSIS_STEP))
        now = bool(remedies.is_open(self.conflict, p.theta))
        if now:
            self.last_open = m.month
        if now and not self.open:
            self.open_since = m.month
        self.ends = record.with_ends(self.ends, self.open and not now)
        if now != self.open:
            m.log("sklok_opened" if now else "sklok_closed", self, "", None, None, value=self.conflict)
        self.open = now

    def grievance_of(self, seat: int) -> float:
        """Return the sum of the grievances in which a seat's holder stands."""
        total = 0.0
        for tie, (a, b) in enumerate(self.pairs):
            if seat in (a, b):
                total += self.ties[tie]
        return total + (self.ties[-1] if seat == 0 else 0.0)

    def pass_on(self, seat: int, man: Official, added: float) -> None:
        """Pass the feud on: once a departure, also to an acting man; or whenever somebody arrives who is not acting."""
        lasting = man.installed != "acting"
        if self.model.variants["succession"] == "at_arrival":
            if lasting:
                self.inherit(seat, man, added, sheds=True)
        elif seat not in self.shed:
            self.inherit(seat, man, added, sheds=True)
            self.shed.add(seat)
        elif lasting:
            self.inherit(seat, man, added, sheds=False)

    def inherit(self, seat: int, man: Official, added: float, *, sheds: bool) -> None:
        """Change the ties of a seat for its new holder: part of the feud if he sheds the rest, and new grievance."""
        p = self.model.p
        for tie in range(len(self.ties)):
            if (tie < len(self.pairs) and seat in self.pairs[tie]) or (tie == len(self.pairs) and seat == 0):
                left = self.ties[tie]
                if sheds:
                    left = skloki.inherited(left, man.outsider, p.inh_l, p.inh_o)
                self.ties[tie] = min(left + added, 1.0)
        self.settle_conflict()

    # Step 9
    def educate(self) -> None:
        """School members, take in the levy, clarify rules, practise."""
        m, p = self.model, self.model.p
        self.literacy = education.schooled(self.literacy, p.edu, self.result, p.PERFORMANCE_REF)
        if m.joined != 0.0:
            self.literacy = education.diluted(self.literacy, m.joined, p.l_new)
            self.members = self.members * (1.0 + m.joined)
        self.clarity = education.clarified(
            self.clarity, self.result, p.STANDARD_RULES, self.changes / len(self.seats), p.CLARITY_LOSS
        )
        self.changes = 0.0
        courses = self.courses = education.course_quality(self.literacy, self.result, p.PERFORMANCE_REF)
        for man in self.seats:
            if man is not None:
                man.skill = education.practised(man.skill, p.train, 1.0)
                man.tenure += 1.0
        for man in self.bench:
            man.skill = education.practised(man.skill, p.train, courses)

    # Step 10
    def form_attitudes(self) -> None:
        """Let the habit of debate and the preference for unity follow experience."""
        m, p = self.model, self.model.p
        habit = self.discussion
        right = self.voice * self.felt * m.news
        suppressed = (self.free_voice - self.voice) * self.felt * m.news
        owed = habit, self.elected, self.appointed, self.literacy, self.conflict, m.perceived, right
        rates = p.d_el, p.d_app, p.d_vc, p.debate_loss
        if m.first_version:
            self.discussion = attitudes.debate_habit_first(*owed, *rates)
        else:
            self.discussion = attitudes.debate_habit(*owed, *rates, p.USE_SCALE)
        self.unity = attitudes.unity_preference(
            self.unity, m.perceived, self.conflict, self.appointed, suppressed, habit,
            p.u_p, p.u_c, p.u_a, p.u_s, p.UNITY_REST, p.ud,
        )  # fmt: skip
        if m.held > 0.0:
            self.unity = attitudes.ratcheted(self.unity, habit, m.held, m.held_step, p.UNITY_REST, p.ud)
