"""The peer: the same model as a Mesa user would write it.

The reference engine is a Mesa model already. What makes it a reference, and no idiom, is undone
here: draws come one after another from ``model.random`` and not from addresses; agents are
activated in a new random order for each process (``shuffle_do``); no log of events is kept. A
``DataCollector`` collects the nation's outcomes, as before. The science is inherited, so the peer
is statistically alike; its bits are others, and two runs that differ in one rule share nothing.

Some addresses of the reference are asked more than once a month: whether the superior body claims
a seat, and what a trainee is like. A model without addresses has to remember such an answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sim.engines.reference import PartyModel, congress, people, run, selection, turnover
from sim.engines.trajectory import Trajectory
from sim.world.build import World

#: Decision points whose draws are looked at again within the month.
REMEMBERED = ("claim", "birth")


class IdiomaticPartyModel(PartyModel):
    """The party as an everyday Mesa model."""

    def __init__(self, world: World, replicate: int = 0) -> None:
        self.remembered: dict[tuple[str, str, int, int], float] = {}
        super().__init__(world, replicate)

    def uniform(self, point: str, entity: int, index: int) -> float:
        """Return the next uniform draw."""
        if point in REMEMBERED:
            return self._remember(("uniform", point, entity, index), self.random.random)
        return self.random.random()

    def uniforms(self, point: str, entity: int, number: int) -> list[float]:
        """Return the next draws."""
        return [self.random.random() for _ in range(number)]

    def uniform_of_each(self, point: str, entities: list[int], index: int) -> list[float]:
        """Return one draw for each entity."""
        return [self.random.random() for _ in entities]

    def normal(self, point: str, entity: int, index: int) -> float:
        """Return the next normal draw."""
        if point in REMEMBERED:
            return self._remember(("normal", point, entity, index), self._gauss)
        return self._gauss()

    def pick(self, point: str, entity: int, index: int, number: int) -> int:
        """Return one of the numbers 0 to number - 1."""
        return self.random.randrange(number)

    def _gauss(self) -> float:
        return self.random.gauss(0.0, 1.0)

    def _remember(self, address: tuple[str, str, int, int], draw: Callable[[], float]) -> float:
        if address not in self.remembered:
            self.remembered[address] = draw()
        return self.remembered[address]

    def log(self, *event: Any, **more: Any) -> None:
        """Keep no log."""

    def step(self) -> None:
        """Run one month: the reference's processes, each in a random order of committees."""
        self.t += 1
        self.month += 1
        self.remembered.clear()
        self.change_environment()
        self.committees.shuffle_do("administer")
        self.guberniias.shuffle_do("achieve")
        self.compare()
        self.guberniias.shuffle_do("recover")
        self.committees.shuffle_do("discuss")
        self.correct_nation()
        for process in ("quarrel", "settle_conflict", "face_sklok"):
            self.committees.shuffle_do(process)
        turnover.remedy(self)
        turnover.vacate_posts(self)
        selection.select(self)
        self.committees.shuffle_do("educate")
        people.train(self)
        people.keep_reserve(self)
        self.committees.shuffle_do("form_attitudes")
        congress.vote(self)
        congress.meet(self)
        self.recorder.record()
        self.datacollector.collect(self)


def simulate(
    world: World, replicate: int, on_month: Callable[[int], None] | None = None, *, events: bool = False
) -> Trajectory:
    """Run one replicate; an engine's ``simulate``, without events, which are refused."""
    if events:
        raise NotImplementedError("the idiomatic model keeps no events")
    return run(IdiomaticPartyModel(world, replicate), on_month, events=False)
