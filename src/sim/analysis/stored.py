"""Whatever a command has stored, opened by what its manifest calls it: the one list of kinds of folders."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from sim.errors import Problem, UserError, nearest
from sim.results.folder import MANIFEST

if TYPE_CHECKING:
    from sim.analysis.divergence.folder import DivergenceFolder
    from sim.analysis.sweep import Sweep
    from sim.results.calibration import Calibration
    from sim.results.comparison import Comparison
    from sim.results.ledger import LedgerFolder
    from sim.results.readiness import LockInTest, ReadinessMap
    from sim.results.result import Result

Stored: TypeAlias = (
    "Result | Comparison | DivergenceFolder | Sweep | Calibration | ReadinessMap | LockInTest | LedgerFolder"
)

KINDS = {
    "skloki-result": "sim.results.result:Result",
    "skloki-comparison": "sim.results.comparison:Comparison",
    "skloki-divergence": "sim.analysis.divergence.folder:DivergenceFolder",
    "skloki-sweep": "sim.analysis.sweep:Sweep",
    "skloki-calibration": "sim.results.calibration:Calibration",
    "skloki-readiness": "sim.results.readiness:ReadinessMap",
    "skloki-lockin": "sim.results.readiness:LockInTest",
    "skloki-ledger": "sim.results.ledger:LedgerFolder",
}
"""Module and class by the format in the manifest: only what is opened is loaded."""


def open_folder(path: Path | str, *, verify: bool = True) -> Stored:
    """Open what a command has stored (`run`, `compare`, `sweep`, `claims`, ...), and return what reads it.

    ``verify`` compares every table with the manifest's hashes, and not its size alone.
    """
    stored: Stored = kind_of(path).open(path, verify=verify)
    return stored


def kind_of(path: Path | str) -> Any:
    """Return the class that opens a folder, by what its manifest calls it."""
    folder = Path(path).expanduser()
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        manifest = None  # what is wrong is said by the opener of results
    found = str(manifest.get("format", "skloki-result")) if isinstance(manifest, dict) else "skloki-result"
    if found not in KINDS:
        place = str(folder.resolve() / MANIFEST)
        raise UserError(Problem(place, "format", found, ", ".join(KINDS), nearest(found, KINDS)))
    module, name = KINDS[found].split(":")
    return getattr(import_module(module), name)
