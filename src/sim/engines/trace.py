"""What a run leaves behind, whichever engine made it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Event(NamedTuple):
    """A thing that happened, with its reason.

    Attributes
    ----------
    month
        ``YYYY-MM``.
    kind
        ``left``, ``took``, ``incident``, ``mediated``, ``sklok_opened``, ``sklok_closed``,
        ``joined_reserve``, ``trained``, ``departed``, ``congress``, ``levy``.
    committee, level, seat
        Where: name of the committee, ``guberniia`` or ``uezd`` (or ``centre``), and the seat
        (``secretary``, ``ispolkom``, ``bureau1``, ``bureau2``; empty where none is meant).
    person, other
        Identities of the official and, for an incident, of the other side; -1 for none.
    reason
        Why: ``wear``, ``unfit``, ``need``, ``lateral``, ``transfer``, ``extraordinary``,
        ``lost_review``, ``lost_contest``, ``promotion``, ``elected``, ``recommended``,
        ``appointed``, ``acting`` and so on.
    authority
        Who decided: ``centre``, ``bureau``, ``gubkom``, ``conference``, or empty.
    value
        A number that belongs to it (grievance after an incident, margin of a contest, new
        share of claims); nan where there is none.
    """

    month: str
    kind: str
    committee: str
    level: str
    seat: str = ""
    person: int = -1
    other: int = -1
    reason: str = ""
    authority: str = ""
    value: float = float("nan")


COMMITTEE_FIELDS = (
    "performance", "recovery", "conflict", "misfit", "discussion", "unity", "clarity",
    "literacy", "claimed", "team_skill", "open_sklok", "paralysed", "appointed",
)


@dataclass
class Trace:
    """One replicate's record.

    Attributes
    ----------
    months
        Names of the months, ``YYYY-MM``.
    values
        Float64 of shape (months, scopes, outcomes), in the order of ``registry.SCOPES`` and
        ``outcomes.OUTCOMES``; nan where an outcome is not defined.
    events
        In the order in which they happened.
    committees
        Empty, or float64 of shape (months, committees, ``COMMITTEE_FIELDS``).
    """

    months: list[str]
    values: NDArray[np.float64]
    events: list[Event] = field(default_factory=list)
    committees: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0, 0)))
