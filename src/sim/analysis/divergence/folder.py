"""A stored trace, opened again: its tables as they are, and what is not stored by running both worlds again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sim.analysis.divergence.inputs import Setting
from sim.errors import Problem, UserError
from sim.registry.outcomes import OUTCOMES
from sim.registry.versions import FIRST, FIRST_OUTCOMES
from sim.results.folder import FILES, Folder, Format

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.divergence.divergence import Divergence

FIGURES = "figures"
CASCADE = (
    "order", "month", "committee", "level", "unit_class", "kind", "seat", "a", "b", "persons", "way", "source",
    "carrier", "state", "visible", "seats",
)  # fmt: skip
MONTHLY = (
    "month", "scope", "level", "committees", "parted", "differ", "visible", "seats", "seats_differ",
    "rms_performance", "mean_performance",
)  # fmt: skip
_WORLD = {"title": str, "name": str, "scenario": {"tree": {"kind": str}}}
TRACE = Format(
    "trace", "trace", "skloki-divergence", 1,
    {"a": _WORLD, "b": _WORLD, "replicate": int, "seed": int, "files": FILES,
     "settings": [{"name": str, "a": object, "b": object}]},
    {
        "cascade.csv": dict.fromkeys((name for name in CASCADE if name != "order"), pa.string()),
        "monthly.csv": dict.fromkeys(MONTHLY[:3], pa.string()),
    },
    ("cascade.csv", "monthly.csv"),
)  # fmt: skip


class DivergenceFolder(Folder):
    """Two worlds that were run and compared, just now, when ``found`` holds what was found, or before."""

    format = TRACE

    def __init__(self, path: Path, manifest: dict[str, Any], found: Divergence | None = None) -> None:
        super().__init__(path, manifest)
        self.found = found

    @property
    def told(self) -> str:  # noqa: D102
        return f"{' | '.join(self.titles)}, replicate {self.manifest['replicate']}"

    @property
    def record(self) -> Mapping[str, Any]:
        """How it came about and what was found first: the manifest."""
        return self.manifest

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """The settings that differ."""
        return tuple(Setting(entry["name"], (entry["a"], entry["b"])) for entry in self.manifest["settings"])

    @property
    def figures(self) -> tuple[Path, ...]:
        """Files of the pictures that are there."""
        drawn = (self.path / name for name in sorted(self.manifest["files"]) if Path(name).parts[:1] == (FIGURES,))
        return tuple(file for file in drawn if file.is_file())

    @cached_property
    def divergence(self) -> Divergence:
        """What was found. A stored trace runs both worlds again for it, and refuses if they have become others."""
        return rerun(self.manifest) if self.found is None else self.found

    def cascade(self) -> pd.DataFrame:
        """Return the stored cascade: one row per committee, in the order in which they part."""
        return self.frame("cascade")

    def monthly(self) -> pd.DataFrame:
        """Return how far the worlds are apart: one row per month, scope and level."""
        return self.frame("monthly")

    @property
    def titles(self) -> tuple[str, str]:
        """Titles of the two scenarios."""
        return self.manifest["a"]["title"], self.manifest["b"]["title"]



def rerun(record: Mapping[str, Any]) -> Divergence:
    """Run both worlds of a manifest again and compare them: draws are addressed, so one version gives the same."""
    # Loaded only here: its tables are read without an engine.
    from sim.analysis.divergence.divergence import compare
    from sim.engines.engine import engine
    from sim.scenario.renewal import stored

    chosen = engine()
    scenarios = [stored(record[world]["scenario"]) for world in "ab"]
    one, two = (chosen.build(scenario) for scenario in scenarios)
    replicate = record["replicate"]
    found = compare((one, two), (chosen.simulate(one, replicate), chosen.simulate(two, replicate)), replicate)
    again = json.loads(json.dumps(counted(found)))
    if scenarios[0].defaults == FIRST and again["first"]["numbers"]:  # which knew fewer outcomes
        numbers = again["first"]["numbers"]
        numbers["nation"] = [name for name in numbers["nation"] if name in [*OUTCOMES][:FIRST_OUTCOMES]]
    if again != {name: record[name] for name in again}:
        reason = "this version of skloki gives other worlds than the one that made it; trace the scenarios again"
        raise UserError(Problem(f"trace of {record['a']['name']} and {record['b']['name']}", allowed=reason))
    return found


def counted(found: Divergence) -> dict[str, Any]:
    """Return what the manifest says of a divergence."""
    inputs = [
        {"what": what, "month": found.months[month], "a": one, "b": two, "places": places}
        for what, month, (one, two), places in found.inputs
    ]
    events = {"a_only": found.alone[0], "b_only": found.alone[1], "both": found.both}
    return {
        "same": found.same, "inputs": inputs, "first": found.first(),
        "events": events | {"both_with_other_numbers": found.other_numbers}, "ways": found.ways(),
    }  # fmt: skip
