"""What may be claimed of a number: each verb, where a value lies for which it holds, and what verbs have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Claimed = Literal[
    "above", "below", "within", "not below", "not above", "between", "holds", "signs", "not ready", "likelier",
    "not needed",
]  # fmt: skip
SIDES: Mapping[str, tuple[str, str]] = {
    "above": ("above", "below"), "below": ("below", "above"), "within": ("within", "not within"),
    "not below": ("not below", "below"), "not above": ("not above", "above"), "between": ("inside", "not inside"),
    "holds": ("inside", "not inside"), "signs": ("above", "below"), "not ready": ("below", "not below"),
    "likelier": ("above", "below"), "not needed": ("not above", "above"),
}  # fmt: skip
"""Where values lie for which each holds, and for which its opposite does.

``above`` and ``below`` by more than the smallest effect, ``within`` it, or ``inside`` two ends; or ``not`` there.
"""
RELATIONS = ("between", "holds")
"""What is claimed of a number that is no effect: in the other worlds it is not so."""
WITHOUT_SIGN = ("within", *RELATIONS)
"""What is claimed whatever the sign."""
BY_EVIDENCE = ("likelier", "not needed")
"""What is claimed of how likely worlds make recorded figures."""
OVER_ALL = ("signs", *BY_EVIDENCE)
"""What is claimed of all worlds at once: shares are then of resamples of them."""
IMMATERIAL_FOR = ("above", "below")
"""What is claimed of an effect that may turn out too small to matter."""
THREE_PARTS = (*IMMATERIAL_FOR, "likelier")
"""What is claimed where worlds are of three kinds: as claimed, the opposite, and too little apart to count."""
NO_WORSE = ("not below", "not above")
"""What is claimed of an effect that may be none."""
NOT_READY = "not ready"
