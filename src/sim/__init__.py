"""Local party organisations of 1921-1929: what if their officials had been elected?

>>> import sim
>>> result = sim.run("historical", replicates=2, out="my-run")  # doctest: +SKIP
>>> result.monthly()                                            # doctest: +SKIP

The verbs are those of the command ``skloki``: `run`, `compare`, `trace`, `check`, `open`,
`plot`, `export`, `list`, `explain`, `view`, and of sweeps `sweep`, `status`, `rerun`, `lookfor`, `sensitivity`,
`discover`; beside them `live` and `pair` run worlds in memory, and `registered` gives the registry as JSON. They are
loaded when first used, so that importing the package costs nothing. `sim.api` has the others, too: `calibrate`,
`claims`, `readiness`, `lockin`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.old_names import forward
from sim.version import __version__ as __version__

if TYPE_CHECKING:
    from sim.api import check as check
    from sim.api import cite as cite
    from sim.api import compare as compare
    from sim.api import discover as discover
    from sim.api import explain as explain
    from sim.api import export as export
    from sim.api import export_page as export_page
    from sim.api import list_ as list
    from sim.api import live as live
    from sim.api import lookfor as lookfor
    from sim.api import open_ as open
    from sim.api import pair as pair
    from sim.api import plot as plot
    from sim.api import registered as registered
    from sim.api import rerun as rerun
    from sim.api import run as run
    from sim.api import sensitivity as sensitivity
    from sim.api import status as status
    from sim.api import sweep as sweep
    from sim.api import trace as trace
    from sim.api import view as view
    from sim.api import write_report as write_report
    from sim.errors import UserError as UserError

__all__ = [
    "UserError", "__version__", "check", "cite", "compare", "discover", "explain", "export", "export_page", "list",
    "live", "lookfor", "open", "pair", "plot", "registered", "rerun", "run", "sensitivity", "status", "sweep", "trace",
    "view", "write_report",
]  # fmt: skip


forward()


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    from sim import api

    return getattr(api, {"list": "list_", "open": "open_"}.get(name, name))


def __dir__() -> Sequence[str]:
    return sorted(__all__)
