"""What is put in by hand: numbers and mechanisms by which a claim holds because it was written down so.

Of these claims a run can tell the size, never whether they are right.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_LITERACY = "that capitals would have fared better (claim 25), as far as skill and literacy by place carry it"
_CONFLICT = "that conflict costs work (claim 21)"
_PLURAL = "that the party began plural, with few posts filled from above (claim 4)"
_DELAY = "that debate costs work under threat (claim 8)"
_TASK = "that the task grew after 1928 (claim 29)"
_RECOVERY = "that by 1923 recovery was real (claim 17)"
_RECRUITS = "that mass recruitment diluted capacity (claim 13)"

#: By the name of a parameter, constant or mechanism: what it puts in.
BY_CONSTRUCTION: Mapping[str, str] = MappingProxyType({
    "k0": _PLURAL,
    "d_thr": _DELAY,
    "debate_costs": _DELAY,
    "b_conf": _CONFLICT,
    "par_loss": _CONFLICT,
    "conflict_costs": _CONFLICT,
    "b_slope": _LITERACY,
    "LITERACY_SPREAD": _LITERACY,
    "q_max": _TASK,
    "complexity": _TASK,
    "LEVIES": _RECRUITS,
    "levies": _RECRUITS,
    "economy": _RECOVERY,
    "g_y": _RECOVERY,
})
