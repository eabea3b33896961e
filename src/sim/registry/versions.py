"""What was called or set otherwise in earlier versions, so that old files are answered and old figures made again."""

from __future__ import annotations

from collections.abc import Mapping

from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS

FIRST = "0.1"

#: Parameters and constants whose default was another in version 0.1: ``defaults = "0.1"`` takes these.
FIRST_DEFAULTS: Mapping[str, float] = {}

#: What became of a parameter that is no longer one: in words, by its old name.
SUCCESSORS: Mapping[str, str] = {}

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
