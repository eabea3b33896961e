"""Officials: persons with an identity, who move."""

from __future__ import annotations

from typing import TYPE_CHECKING

import mesa

from sim.world.places import PERSON_BITS

if TYPE_CHECKING:
    from sim.engines.reference.committee import Committee
    from sim.engines.reference.model import PartyModel

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
        ``elected``, ``recommended``, ``appointed`` or ``acting``; empty without a seat.
    removed_from, removed
        Where a remedy or recall took him from his seat, and the month of it.
    outsider, tenure
        Whether he comes from elsewhere (1 or 0), and months in the seat.
    """

    def __init__(self, model: PartyModel, home: Committee, slot: int, generation: int) -> None:
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
