"""A stored result, opened with one call."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sim.errors import Problem, UserError
from sim.results.folder import FILES, Folder, Format

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.trajectories import Trajectories
    from sim.scenario.schema import Scenario

RESULT = Format(
    "skloki result", "run", "skloki-result", 1,
    {"title": str, "scenario": dict, "layers": {"*": str}, "replicates": int, "seed": int, "files": FILES},
    {
        "monthly.parquet": None, "events.parquet": None, "committees.parquet": None,
        # An empty column would else be of no type.
        "targets.csv": dict.fromkeys(("recorded", "low", "high", "median", "p10", "p90", "share_in_band"), pa.float64())
        | {"in_band": pa.bool_()},
    },
    ("monthly.parquet", "events.parquet", "targets.csv"),
)  # fmt: skip


class Result(Folder):
    """What a run has left behind, read from its folder."""

    format = RESULT

    @property
    def told(self) -> str:  # noqa: D102
        return f"{self.manifest['title']}, {self.manifest['replicates']} replicates"

    @cached_property
    def scenario(self) -> Scenario:
        """The effective scenario."""
        from sim.scenario.renewal import stored

        return stored(self.manifest["scenario"])

    def monthly(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return replicate, month, scope and outcomes: one row per replicate, month and scope."""
        return self.frame("monthly", columns)

    def events(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return every move and incident with its reason: one row per event."""
        return self.frame("events", columns)

    def trajectories(self) -> Trajectories:
        """Return the monthly outcomes as arrays, read one by one: for many replicates."""
        from sim.results.trajectories import open_trajectories

        return open_trajectories(self.path / "monthly.parquet")

    courses = trajectories  # its former name

    def committees(self, columns: Sequence[str] | None = None, **where: Any) -> pd.DataFrame:
        """Return the state of each committee: one row per replicate, month and committee.

        ``where`` are values of columns, such as ``level="guberniia"``: of other rows nothing is kept.
        """
        if "committees" not in self.tables:
            reason = "this run stored no committees; set run.committees = true in the scenario"
            raise UserError(Problem(str(self.path), field="committees", allowed=reason))
        return self.frame("committees", columns, **where)

    def targets(self) -> pd.DataFrame:
        """Return the recorded figures beside what the model gave."""
        frame: pd.DataFrame = self.table("targets").to_pandas()
        return frame


open_result = Result.open
