"""A calibration in the form that ArviZ reads: draws before and after, what worlds gave there, and what is recorded.

Made of what is drawn and run already. Numbers are in single precision and draws are thinned: the file is for looking at
chains and comparing, and the ensemble is what worlds are run with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.kernels import compared
from sim.analysis.pair_table import PairedSweep
from sim.analysis.targets import PRODUCED
from sim.experiment.experiment import Factor
from sim.inference.fit import Fit

if TYPE_CHECKING:
    import xarray

ROWS, LEAST = 1000, 4
"""Draws of a group, about; and of each chain at least."""
DRAWN = ("chain", "draw")
EXCLUDED = -1
"""Number of the option of a choice that another choice excludes."""


def data_tree(
    fit: Fit, prior: PairedSweep, given: PairedSweep, used: Sequence[str], about: Mapping[str, str | int],
) -> xarray.DataTree:  # fmt: skip
    """Return a calibration as ArviZ has one.

    Parameters
    ----------
    prior, given
        Sweeps over the ranges and over the ensemble.
    used
        The figures that it was calibrated on.
    about
        Attributes of the whole.
    """
    import xarray

    chains = fit.posterior.chains
    each = min(max(ROWS // len(chains), LEAST), chains.shape[1])
    some = chains[:, np.arange(each) * chains.shape[1] // each]
    after = fit.space.values(some.reshape(-1, fit.space.size))
    wide = _some(len(prior.pairs))
    before = {factor.name: prior.pairs.repeated(values)[wide] for factor, values in prior.pairs.uncertainties()}
    figures = [name for name, values in zip(compared(), given.pairs.baseline(*compared()).T, strict=True)
               if not np.isnan(values).all()]  # fmt: skip
    return xarray.DataTree.from_dict({
        "/": xarray.Dataset(attrs=dict(about)),
        "/posterior": _draws(fit.space.factors, after, some.shape[:2], "chains on emulators of the figures, thinned"),
        "/posterior_predictive": _gave(given, figures, _some(len(given.pairs)), "runs at the draws of the ensemble, "
                                       "which are others of the same kind than those of the group posterior"),
        "/prior": _draws(fit.space.factors, before, (1, len(wide)), "the ranges, each draw as likely as any other"),
        "/prior_predictive": _gave(prior, figures, wide, "runs at the draws of the group prior"),
        "/observed_data": xarray.Dataset({name: ((), compared()[name].value, _said(name)) for name in figures}),
        "/constant_data": _record(figures, used),
    })  # fmt: skip


def _some(number: int) -> NDArray[np.int64]:
    """Return the numbers of rows that are kept of so many."""
    kept = min(number, ROWS)
    return np.arange(kept) * number // max(kept, 1)


def _draws(
    factors: Sequence[Factor], values: Mapping[str, Sequence[Any] | NDArray[Any]], shape: tuple[int, ...], source: str
) -> xarray.Dataset:
    """Return a group of draws: numbers in their units, choices by the numbers of options, which a coordinate names."""
    import xarray

    columns: dict[str, Any] = {}
    names: dict[str, Any] = {}
    for factor in factors:
        found = list(values[factor.name])
        said: dict[str, Any] = {"units": factor.unit, "long_name": factor.meaning}
        if factor.options:
            number = {option.value: at for at, option in enumerate(factor.options)}
            column = np.array([number.get(value, EXCLUDED) for value in found], np.int8)
            label = f"{factor.name}_option"
            names[label] = (label, [option.label for option in factor.options])
            said = {"long_name": factor.meaning, "named_by": label, "excluded": EXCLUDED}
        else:
            column = np.array(found, np.float32)  # a number that is not drawn in a world, None, becomes nan
        columns[factor.name] = (DRAWN, column.reshape(shape), said)
    return xarray.Dataset(columns, coords=_numbered(shape) | names, attrs={"source": source})


def _gave(sweep: PairedSweep, figures: Sequence[str], rows: NDArray[np.int64], source: str) -> xarray.Dataset:
    """Return a group of what runs gave for figures, in the world that happened."""
    import xarray

    columns = sweep.pairs.baseline(*figures)[rows].T.astype(np.float32)
    shape = 1, len(rows)
    found = {name: (DRAWN, column.reshape(shape), _said(name)) for name, column in zip(figures, columns, strict=True)}
    return xarray.Dataset(found, coords=_numbered(shape), attrs={"source": f"{source}; simulated, not emulated"})


def _record(figures: Sequence[str], used: Sequence[str]) -> xarray.Dataset:
    """Return what is recorded of figures: value, band, grade, and whether draws were made to agree with it."""
    import xarray

    rows = [compared()[name] for name in figures]
    found: dict[str, Any] = {
        "recorded": [row.value for row in rows], "low": [row.low for row in rows], "high": [row.high for row in rows],
        "grade": [row.confidence for row in rows], "used": [int(name in used) for name in figures],
    }  # fmt: skip
    return xarray.Dataset({name: ("figure", column) for name, column in found.items()},
                          coords={"figure": list(figures)})  # fmt: skip


def _numbered(shape: tuple[int, ...]) -> dict[str, Any]:
    return {name: np.arange(size) for name, size in zip(DRAWN, shape, strict=True)}


def _said(name: str) -> dict[str, str]:
    return {"units": PRODUCED[name].unit, "long_name": compared()[name].description, "period": compared()[name].period}
