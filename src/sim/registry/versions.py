"""What was called or set otherwise in earlier versions, so that old files are answered and old figures made again."""

from __future__ import annotations

from collections.abc import Mapping

from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS

FIRST = "0.1"
FIRST_OUTCOMES = 49
"""So many outcomes, the first in the registry's order, were recorded by version 0.1."""

#: Parameters and constants whose default was another in version 0.1: ``defaults = "0.1"`` takes these.
FIRST_DEFAULTS: Mapping[str, float] = {
    "a_plat": 0.0, "own_clique": 0.0, "g_y": 0.232, "k1": 0.6, "recovery_max": 1.4, "recovery_start": 0.15, "uezd_ties": 1.0, "k_late": 0.0,
    "rec_21": 1.0, "rec_22": 1.0, "rec_mid": 1.0, "rec_late": 1.0,
    "b0": 0.26, "debate_loss": 0.01, "vote_noise": 0.1, "city_list": 0.0, "follow": 0.0, "habit": 1.0,
    "want_threat": 0.0, "want_conflict": 0.0, "want_ready": 0.0, "ambition": 0.0, "rho": 0.0,
}  # fmt: skip

#: What became of a parameter that is no longer one: in words, by its old name.
SUCCESSORS: Mapping[str, str] = {
    old: f"{new}, a parameter since version 0.2"
    for old, new in {
        "KNOW_PLACE": "know_place", "OWN_SHARE": "own_share",
        "RECOVERY_MAX": "recovery_max", "RECOVERY_START": "recovery_start", "INSPECTION": "reach",
        "TIE_WEIGHT": "tie_weight", "TIE_OTHER": "tie_other", "ABOVE": "above", "ESCALATION": "escalation",
        "MEDIATION": "envoys", "CLAIM_START": "k0", "DEBATE_START": "debate_start", "DEBATE_LOSS": "debate_loss",
        "VOTE_NOISE": "vote_noise",
    }.items()
}  # fmt: skip

#: Options of version 0.1 that are variants now, with the reading that each value means.
MOVED_OPTIONS: Mapping[str, Mapping[object, str]] = {
    "lost_review_is_unfit": {True: "yes", False: "no"},
    "embattled_may_stand": {True: "yes", False: "no"},
    "need_displaces": {True: "yes", False: "no"},
    "majority_tier": {"all": "all", "guberniia": "guberniia", "nation": "nation"},
}


def parameter_defaults(version: str) -> dict[str, float]:
    """Return the default of every parameter by name, as a version had it."""
    defaults = {name: parameter.default for name, parameter in PARAMETERS.items()}
    return defaults | {name: FIRST_DEFAULTS[name] for name in FIRST_DEFAULTS if version == FIRST and name in defaults}


def variant_defaults(version: str) -> dict[str, str]:
    """Return the reading of every variant by name, as a version had it."""
    return {
        name: variant.first_version if version == FIRST and variant.first_version else variant.default
        for name, variant in VARIANTS.items()
    }
