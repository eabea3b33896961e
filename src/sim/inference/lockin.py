"""Two levels, a lag, or one: what a draw's claims come to from three starts under the same constant drivers.

The rule, which stood in docs/readiness.md before any run, and what a stored sweep of the experiment ``lock-in`` says by
it: evidence of the ledger's claim 32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, UserError
from sim.registry.outcomes import OUTCOMES

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.sweep import SweepFolder

Floats = NDArray[np.float64]

ONE, LAG, TWO, ANY = "one level", "lag", "two levels", "any level"
READINGS = (ONE, LAG, TWO, ANY)
OUTCOME = "claimed"
STARTS = (0.1, 0.5, 0.9)
CONSTANT = ("constant", "quiet", "alarm")
"""Drivers that do not change: the first decides."""
RISING, FALLING = "rising", "falling"
AT = ("quarter", "half", "three_quarters")
"""When drivers that change are looked at: threat is the same in both at the times that lie alike from their ends."""
BESIDE = 0.25
"""Part of the distance within which the middle start has joined another."""
TINY = 1e-9
"""Less is the arithmetic's."""
NEEDS = {"drivers": (*CONSTANT, RISING, FALLING), "start": STARTS}


def smallest() -> float:
    """Return the smallest effect of interest of claims."""
    found = OUTCOMES[OUTCOME].smallest
    assert found is not None
    return found


def reading(before: Floats, end: Floats, least: float) -> str:
    """Return what three starts, lowest first, come to: `READINGS`; an empty text where one is not known.

    Parameters
    ----------
    before, end
        Levels twenty years before the end, and at the end.
    least
        The smallest effect of interest.
    """
    if not (np.isfinite(before).all() and np.isfinite(end).all()):
        return ""
    low, middle, high = end.tolist()
    apart = high - low
    if apart <= least + TINY:
        return ONE
    if before[2] - before[0] - apart > least + TINY:
        return LAG
    return TWO if min(abs(middle - low), abs(high - middle)) <= BESIDE * apart else ANY


def told(sweep: SweepFolder) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return what a stored sweep says: a row for each draw and constant driver, and one for each draw of the ramps.

    The first table has ``reading``, ``apart``, ``approached`` and the levels that the starts end at, the second
    the gap between falling and rising drivers at each of the times at which threat is the same in both.
    """
    import pandas as pd

    _check(sweep)
    names = {horizon: sweep.column(OUTCOME, "nation", horizon) for horizon in ("end", "before", *AT)}
    runs = sweep.runs(["point", "replicate", "drivers", "start", *names.values()])
    known = runs.set_index(["drivers", "start", "point"]).sort_index()
    points = sorted(runs["point"].unique().tolist())

    def level(drivers: str, start: float, horizon: str) -> Floats:
        return known.loc[(drivers, start), names[horizon]].reindex(points).to_numpy(float)

    rows, least = [], smallest()
    for drivers in CONSTANT:
        before, end = (np.stack([level(drivers, start, at) for start in STARTS]) for at in ("before", "end"))
        rows.append(pd.DataFrame({
            "point": points, "drivers": drivers,
            "reading": [reading(*both, least) for both in zip(before.T, end.T, strict=True)],
            "apart": end[2] - end[0], "approached": before[2] - before[0] - end[2] + end[0],
            **{f"from_{start:g}": values for start, values in zip(STARTS, end, strict=True)},
        }))  # fmt: skip
    low, high = STARTS[0], STARTS[-1]
    both = zip(AT, reversed(AT), strict=True)
    gaps = {at: level(FALLING, high, other) - level(RISING, low, at) for at, other in both}
    return pd.concat(rows, ignore_index=True), pd.DataFrame({"point": points, **gaps})


def _check(sweep: SweepFolder) -> None:
    """Refuse a sweep that is not one of the lock-in experiment, or is not whole."""
    levers = {lever.name: tuple(option.value for option in lever.options) for lever in sweep.experiment.levers}
    for name, values in NEEDS.items():
        missing = [str(value) for value in values if value not in levers.get(name, ())]
        if missing:
            raise UserError(Problem(str(sweep.path), f"levers.{name}", f"without {', '.join(missing)}",
                                    "a sweep of the experiment lock-in"))  # fmt: skip
    if sweep.experiment.replicates != 1:
        raise UserError(Problem(str(sweep.path), "run.replicates", str(sweep.experiment.replicates), "1"))
    state = sweep.progress()
    if state["runs"] < state["runs_planned"]:
        raise UserError(Problem(str(sweep.path), "runs", f"{state['runs']:,} of {state['runs_planned']:,}",
                                "a sweep that is whole: the same command again goes on"))  # fmt: skip


def readings(draws: pd.DataFrame) -> pd.DataFrame:
    """Return for each driver and reading of what congresses want, and for all, the share of draws of each kind."""
    rows = []
    for drivers in CONSTANT:
        here = draws[(draws["drivers"] == drivers) & (draws["reading"] != "")]
        for wants in ("", *sorted({one for one in here["majority_wants"] if one})):
            some = here if not wants else here[here["majority_wants"] == wants]
            rows += [
                {"drivers": drivers, "majority_wants": wants, "reading": name, "draws": (some["reading"] == name).sum(),
                 "of": len(some), "share": (some["reading"] == name).mean()}
                for name in READINGS
            ]  # fmt: skip
    import pandas as pd

    return pd.DataFrame(rows)


def answer(draws: pd.DataFrame, ramps: pd.DataFrame, population: str) -> list[str]:
    """Return what it says, in sentences that follow from the tables by rule."""
    table = readings(draws)
    first = table[(table["drivers"] == CONSTANT[0]) & (table["majority_wants"] == "")].set_index("reading")["draws"]
    of = int(first.sum())
    here = draws[(draws["drivers"] == CONSTANT[0]) & (draws["reading"] != "")]
    wrong = int((here["apart"] < -smallest()).sum())
    says = (
        f"After sixty years of constant drivers there are two levels in {first[TWO]} of {of} draws {population}, a lag "
        "in "
        f"{first[LAG]}, any level in {first[ANY]}, and one level in {first[ONE]}."
    )
    luck = (
        f"Of the {of - first[ONE]} that stay apart about as many are luck as are apart the wrong way round, which are "
        f"{wrong}; the middle draw's starts at .1 and .9 end {here['apart'].median():.3f} apart."
    )
    by = table[(table["drivers"] == CONSTANT[0]) & (table["majority_wants"] != "")]
    parts = []
    for wants, some in by.groupby("majority_wants", sort=True):
        counted = some.set_index("reading")["draws"]
        parts.append(f"{wants}: {', '.join(f'{name} {counted[name]}' for name in READINGS if counted[name])}")
    reading_ = f"By what congresses want, {'; '.join(parts)}." if parts else ""
    half = ramps["half"].dropna()
    slow = (
        f"Where threat rises, or falls, over sixty years, claims under falling threat are {half.median():+.3f} from "
        "those "
        f"under rising threat when both are at one half (eight draws in ten {half.quantile(0.1):+.3f} to "
        f"{half.quantile(0.9):+.3f}), by more than {smallest():g} above them in {int((half > smallest()).sum())} of "
        f"{len(half)}."
    )
    return [text for text in (says, luck, reading_, slow) if text]
