"""A stored calibration: the folder that `calibrate` leaves, with an ensemble, tables about it, and the sweeps below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.csv as pa_csv

from sim.errors import Problem, UserError
from sim.results.atomic import disk, staged_files
from sim.results.folder import FILES, MANIFEST, Folder, Format, file_record
from sim.results.manifest import manifest_text

if TYPE_CHECKING:
    import pandas as pd
    import xarray

    from sim.experiment.ensemble import Ensemble

_TEXT, _NUMBER, _COUNT, _FLAG = pa.string(), pa.float64(), pa.int64(), pa.bool_()


def _table(text: str = "", number: str = "", count: str = "", flag: str = "") -> pa.Schema:
    """Return a schema: texts first, then counts, flags and numbers, by their names."""
    kinds = (_TEXT, text), (_COUNT, count), (_FLAG, flag), (_NUMBER, number)
    return pa.schema([(name, kind) for kind, names in kinds for name in names.split()])


TABLES = {
    #: a row for each recorded figure that the model produces
    "targets.csv": _table(
        "id description unit period grade kind reading", "recorded low high explained chance prior_p05 prior_p50 "
        "prior_p95 prior_in_band given_p05 given_p50 given_p95 given_in_band", flag="used"),
    #: a row for each number that is drawn, and for each option of a choice
    "parameters.csv": _table(
        "name option kind unit grade", "low high prior_mean prior_sd given_mean given_sd given_p05 given_p50 given_p95 "
        "contraction error"),
    #: a row for each option of a lever, outcome, scope and horizon
    "effects.csv": _table(
        "lever option baseline outcome unit better scope horizon prior_reading reading",
        "smallest prior_better prior_ahead prior_behind prior_effect given_better given_ahead given_behind "
        "given_effect error explained unlearned without_c", "prior_draws draws"),
    #: what an effect's share becomes where one figure is left out, or all of grade C
    "left_out.csv": _table("lever option outcome scope horizon left_out", "given_better shift error effective"),
    #: a row for each figure that an archive could hold
    "observables.csv": _table("name unit meaning", "reliability prior_p05 prior_p50 prior_p95 given_p05 given_p50 "
                              "given_p95 given_sd"),
    "rounds.csv": _table("", "most_informed change bias rhat", "round points runs"),
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


class Calibration(Folder):
    """What a calibration has found, read from its folder."""

    format = CALIBRATION

    @property
    def told(self) -> str:  # noqa: D102
        return f"{self.manifest['name']}, calibrated on {self.manifest['given']}"

    @property
    def answer(self) -> list[str]:
        """What it says, in sentences."""
        return list(self.manifest["answer"])

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
    with disk(folder), staged_files(folder, replace=True) as hidden:
        ensemble.write(hidden / "ensemble.parquet")
        for name, rows in tables.items():
            schema = TABLES[name]
            plain = [{key: None if value != value else value for key, value in row.items()} for row in rows]
            style = pa_csv.WriteOptions(quoting_style="needed", quoting_header="none")
            pa_csv.write_csv(pa.Table.from_pylist(plain, schema=schema), hidden / name, style)
        if tree is not None:
            tree.to_netcdf(hidden / DATA_TREE, engine=ENGINE)
        files = {path.name: file_record(path) for path in sorted(hidden.iterdir())}
        whole = {"format": CALIBRATION.name, "format_version": CALIBRATION.version, **manifest, "files": files}
        (hidden / MANIFEST).write_text(manifest_text(whole), encoding="utf-8")
    if tree is None:
        (folder / DATA_TREE).unlink(missing_ok=True)  # of other draws, maybe; the manifest no longer names it
