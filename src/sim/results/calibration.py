"""A stored calibration: the folder that `calibrate` leaves, with an ensemble, tables about it, and the sweeps below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sim.errors import Problem, UserError
from sim.results.folder import FILES, Answered, Format, table_of
from sim.results.run_store import sealed_files, table_of_rows, write_csv

if TYPE_CHECKING:
    import pandas as pd
    import xarray

    from sim.experiment.ensemble import Ensemble

TABLES = {
    #: a row for each recorded figure that the model produces
    "targets.csv": table_of(text="id description unit period grade kind reading", flag="used", number=(
        "recorded low high explained chance prior_p05 prior_p50 prior_p95 prior_in_band given_p05 given_p50 given_p95 "
        "given_in_band")),
    #: a row for each number that is drawn, and for each option of a choice
    "parameters.csv": table_of(text="name option kind unit grade", number=(
        "low high prior_mean prior_sd given_mean given_sd given_p05 given_p50 given_p95 contraction error")),
    #: a row for each option of a lever, outcome, scope and horizon
    "effects.csv": table_of(
        text="lever option baseline outcome unit better scope horizon prior_reading reading", count="prior_draws draws",
        number="smallest prior_better prior_ahead prior_behind prior_effect given_better given_ahead given_behind "
               "given_effect error explained unlearned without_c"),
    #: what an effect's share becomes where one figure is left out, or all of grade C
    "left_out.csv": table_of(text="lever option outcome scope horizon left_out",
                             number="given_better shift error effective"),
    #: a row for each figure that an archive could hold
    "observables.csv": table_of(text="name unit meaning", number=(
        "reliability prior_p05 prior_p50 prior_p95 given_p05 given_p50 given_p95 given_sd")),
    "rounds.csv": table_of(count="round points runs", number="most_informed change bias rhat"),
}  # fmt: skip
PRIOR, GIVEN = "over-the-ranges", "given-the-record"
"""Folders of the sweeps of all levers, beside the tables."""
DATA_TREE = "posterior.nc"
"""The file for ArviZ, where it could be written."""
ENGINE: Final = "h5netcdf"
NEEDED = ("xarray", ENGINE, "h5py")
"""What xarray writes and reads it by, and all that this takes."""
INSTALL = "pip install 'skloki[arviz]'"
CALIBRATION = Format(
    "calibration", "calibrate", "skloki-calibration", 1,
    {"title": str, "name": str, "experiment": dict, "model": str, "targets": [str], "converged": bool, "answer": [str],
     "given": str, "files": FILES},
    {**TABLES, "ensemble.parquet": None}, (*TABLES, "ensemble.parquet"),
)  # fmt: skip


class Calibration(Answered):
    """What a calibration has found, read from its folder."""

    format = CALIBRATION

    @property
    def told(self) -> str:  # noqa: D102
        return f"{self.manifest['name']}, calibrated on {self.manifest['given']}"

    @property
    def ensemble(self) -> Ensemble:
        """Its draws."""
        from sim.experiment.ensemble import read

        return read(self.path)

    def targets(self) -> pd.DataFrame:
        """Return a row for each recorded figure that the model produces: before and after, and whether it was used."""
        return self.frame("targets")

    def parameters(self) -> pd.DataFrame:
        """Return a row for each number that is drawn and each option of a choice, with what the record taught."""
        return self.frame("parameters")

    def effects(self) -> pd.DataFrame:
        """Return the identification table: a row for each effect, before and after."""
        return self.frame("effects")

    def left_out(self) -> pd.DataFrame:
        """Return what effects become where figures are left out."""
        return self.frame("left_out")

    def observables(self) -> pd.DataFrame:
        """Return what draws give, before and after, for figures that an archive could hold, where these were kept."""
        return self.frame("observables")

    def rounds(self) -> pd.DataFrame:
        """Return a row for each round."""
        return self.frame("rounds")

    def arviz(self) -> xarray.DataTree:
        """Return draws before and after, what worlds gave there and what is recorded, as ArviZ has them."""
        if lacking := lacking_for_arviz():
            raise UserError(Problem("arviz", found=f"{lacking} is not installed", allowed=INSTALL))
        if DATA_TREE not in self.manifest["files"]:
            raise UserError(Problem(str(self.path), DATA_TREE, "no such file in this calibration",
                                    f"one that was calibrated after {INSTALL}; the same command adds it"))  # fmt: skip
        import xarray

        with closing(xarray.open_datatree(self.path / DATA_TREE, engine=ENGINE)) as stored:
            return xarray.DataTree.from_dict({node.path: node.to_dataset().load() for node in stored.subtree})


def lacking_for_arviz() -> str:
    """Return which packages are not installed without which the file for ArviZ is neither written nor read."""
    return " and ".join(name for name in NEEDED if find_spec(name) is None)


def store(
    folder: Path, ensemble: Ensemble, tables: Mapping[str, Iterable[Mapping[str, Any]]], manifest: Mapping[str, Any],
    tree: xarray.DataTree | None = None,
) -> None:  # fmt: skip
    """Write a calibration's tables into its folder, where its sweeps lie, and last the manifest; all or nothing."""
    with sealed_files(folder, CALIBRATION, manifest) as hidden:
        ensemble.write(hidden / "ensemble.parquet")
        for name, rows in tables.items():
            write_csv(table_of_rows(rows, TABLES[name]), hidden / name)
        if tree is not None:
            tree.to_netcdf(hidden / DATA_TREE, engine=ENGINE)
    if tree is None:
        (folder / DATA_TREE).unlink(missing_ok=True)  # of other draws, maybe; the manifest no longer names it
