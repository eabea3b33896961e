"""A stored sweep, opened with one call; it can be read while it grows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, UserError, nearest, understood
from sim.experiment.experiment import Experiment, from_record
from sim.experiment.plan import Plan
from sim.registry.derived import Derived
from sim.results.folder import MANIFEST, Folder, fault
from sim.results.sweep_store import AGAIN, JOURNAL, SWEEP, TABLES, Journal, made_by, published, read_journal

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

class SweepFolder(Folder):
    """What a sweep has stored so far: the parts that its journal named when it was opened.

    Open it again to see what has come since.
    """

    format = SWEEP

    @cached_property
    def _journal(self) -> Journal:
        return read_journal(self.path)

    @cached_property
    def parts(self) -> dict[int, dict[str, Any]]:
        """What is stored, by numbers of parts: files, runs, failed runs, seconds."""
        return dict(sorted(self._journal.parts.items()))

    @property
    def told(self) -> str:  # noqa: D102
        state = self.progress()
        return f"{state['parts']} of {state['parts_planned']} parts, {state['runs']} runs"

    def faults(self, *, verify: bool) -> Iterator[Problem]:  # noqa: D102
        plan = self.manifest["plan"]
        for name in ("combinations", "part_units"):
            if plan[name] < 1:
                yield Problem(str(self.path / MANIFEST), f"plan.{name}", str(plan[name]), "1 or more")
        try:
            assert self.experiment
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            reason = f"is damaged: {type(error).__name__}: {error}"
            yield Problem(str(self.path / MANIFEST), "experiment", allowed=reason)
        yield from self._journal.problems
        for part in self.parts.values():
            for name, record in part["files"].items():
                found = fault(
                    self.path, name, record, verify=verify, listed=JOURNAL, meant="what was written",
                    remedy=f"; {AGAIN}",
                )  # fmt: skip
                if found is not None:
                    yield found

    @cached_property
    def experiment(self) -> Experiment:
        """What was swept: levers, uncertainties, design, and what is kept of a run."""
        return from_record(self.manifest["experiment"])

    @property
    def outcomes(self) -> list[Derived]:  # noqa: D102
        return list(self.experiment.derived)

    @property
    def months(self) -> list[str]:
        """All months of a run, ``YYYY-MM``."""
        return list(self.manifest["months"])

    @property
    def columns(self) -> list[tuple[str, str, str, str]]:
        """Of the table of runs, those with outcomes: column, outcome, scope, horizon; the main horizon first."""
        return [(column, outcome, scope, at) for column, outcome, scope, at in self.manifest["columns"]["outcomes"]]

    def column(self, outcome: str, scope: str = "nation", horizon: str | None = None) -> str:
        """Return the column that holds an outcome in a scope at a horizon, by default the main one."""
        given = {"outcome": outcome, "scope": scope, "horizon": horizon or next(iter(self.experiment.horizons))}
        for place, (what, name) in enumerate(given.items(), start=1):
            known = list(dict.fromkeys(entry[place] for entry in self.columns))
            if name not in known:
                raise UserError(Problem(str(self.path), what, repr(name), ", ".join(known), nearest(name, known)))
        for column, *entry in self.columns:
            if entry == list(given.values()):
                return column
        raise UserError(Problem(str(self.path), "outcome", f"{outcome!r} by class", "the nation; it is not recorded"))

    @understood
    def runs(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return one row per run: levers, uncertainties, outcomes, error; all columns or some."""
        dataset = self.table("runs")
        for name in columns or ():
            if name not in dataset.schema.names:
                known = dataset.schema.names
                raise UserError(Problem(f"{self.path}: runs", "column", repr(name), "a column", nearest(name, known)))
        table = dataset.to_table(columns=None if columns is None else list(columns))
        frame: pd.DataFrame = table.to_pandas(date_as_object=False)
        return frame

    def failed(self) -> pd.DataFrame:
        """Return the runs that failed: what they were given, and why."""
        names = [name for name in self.table("runs").schema.names if name not in {entry[0] for entry in self.columns}]
        listed = ", ".join(f'"{name}"' for name in names)
        return self.query(f"SELECT {listed} FROM runs WHERE error IS NOT NULL ORDER BY run")

    @cached_property
    def plan(self) -> Plan:
        """Which runs the sweep consists of."""
        return Plan.read(self.manifest["plan"])

    def progress(self) -> dict[str, int]:
        """Return how many parts and runs there are, of how many, and how many runs failed."""
        done = {key: sum(part[key] for part in self.parts.values()) for key in ("runs", "failed")}
        return {"parts": len(self.parts), "parts_planned": self.plan.chunks, **done, "runs_planned": self.plan.runs}

    def require_runs(self) -> None:
        """Refuse a sweep of which no run is there, with what brings them."""
        if self.parts:
            return
        if published(self.manifest, self.parts):
            allowed = f"one with them: {made_by(self.manifest['name'])}"
            raise UserError(Problem(str(self.path), found="a sweep published without its runs", allowed=allowed))
        raise UserError(Problem(str(self.path), allowed="no run is stored yet; wait for the first part"))

    @property
    def tables(self) -> tuple[str, ...]:  # noqa: D102
        return tuple(name for name in TABLES if name == "runs" or self.files(name))

    def files(self, table: str) -> list[str]:
        """Return the files of a table, in the order of their chunks."""
        return [
            str(self.path / name)
            for part in self.parts.values()
            for name in sorted(part["files"])
            if name.startswith(f"{table}/")
        ]

    def table(self, name: str) -> Any:
        """Return a table for pyarrow, read when it is asked for; empty where no run is there yet."""
        if "done" in self.manifest:
            self.require_runs()
        import pyarrow.dataset as ds

        # Named files: one that no line of the journal names is none of the sweep's.
        files = self.files(name)
        return ds.dataset(files, format="parquet") if files else ds.dataset(self._empty())

    def curve_outcomes(self, names: Sequence[str] | None = None) -> list[str]:
        """Return the outcomes whose months were kept, or those of them that are wanted."""
        kept = list(self.experiment.curve_outcomes) if self.experiment.curves != "none" else []
        table = "bins" if self.experiment.curves == "quantiles" else "curves"
        if names is None:
            return kept if self.files(table) else []
        for name in names:
            if name not in kept:
                allowed = ", ".join(kept) or "none: this sweep kept no curves"
                raise UserError(Problem(str(self.path), "curves", repr(name), allowed, nearest(name, kept)))
        return list(names)

    def month_stamps(self, months: pd.Series) -> pd.Series:
        """Return months, which are stored as dates or by their place among the sweep's, as time stamps."""
        import pandas as pd

        if months.dtype.kind in "iu":
            months = pd.Series(pd.to_datetime(self.months)).take(months).set_axis(months.index)
        return pd.to_datetime(months)

    def _empty(self) -> pa.Table:
        import pyarrow as pa

        plain: dict[str, Any] = {"run": pa.int64(), "point": pa.int64(), "replicate": pa.int32()}
        plain |= {"series": pa.int64(), "seed": pa.int64()}
        for factor in (*self.experiment.levers, *self.experiment.uncertainties):
            text = factor.options and isinstance(factor.options[0].value, str)
            plain[factor.name] = pa.string() if text else pa.float64()
        plain |= {column: pa.float64() for column, *_ in self.columns}
        return pa.schema({**plain, "error": pa.string(), "error_at": pa.string()}).empty_table()
