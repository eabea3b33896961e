"""What pictures call outcomes and differences in them, and which effects they call good."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.registry.entries import Outcome

TITLES = {
    "skloki_year": "Open skloki in 12 months",
    "open_skloki": "Open skloki",
    "uezd_open_skloki": "Open skloki in uezds",
    "paralysed": "Paralysed committees",
    "appointed_cc": "Appointed by the CC",
    "uezd_appointed": "Appointed in uezds",
    "claimed": "Vacancies claimed",
    "opposition_members": "Opposition, members",
    "opposition_guberniia": "Opposition, guberniia conferences",
    "opposition_nation": "Opposition, national conference",
    "threat_objective": "Objective threat",
    "threat_perceived": "Perceived threat",
}


def title(name: str) -> str:
    """Return an outcome's name as a heading."""
    return TITLES.get(name, name[:1].upper() + name[1:].replace("_", " "))


def direction(outcome: Outcome) -> str:
    """Return which effects are good, in a few words."""
    return {"higher": "higher is better", "lower": "lower is better"}.get(outcome.better, "neither is better")


def difference(outcome: Outcome) -> str:
    """Return the label of an axis of effects."""
    return f"difference ({outcome.unit})"
