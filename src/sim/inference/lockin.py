"""Two levels, a lag, or one: what a draw's claims come to from three starts under the same constant drivers.

The rule, which stood in docs/readiness.md before any run, and what a stored sweep of the experiment ``lock-in`` says by
it: evidence of the ledger's claim 32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.analysis.wording import amount
from sim.errors import Problem, UserError
from sim.registry.outcomes import OUTCOMES
from sim.registry.variants import VARIANTS

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
NEARLY, HALF = 0.9, 0.5
"""Claims above which a common end is called nearly every vacancy, and below which fewer than half."""
TINY = 1e-9
"""Less is the arithmetic's."""
WANTS = VARIANTS["majority_wants"].choices
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
    common = here[here["reading"] == ONE][f"from_{STARTS[1]:g}"]
    says = (
        f"In {first[ONE]} of {of} worlds {population} the beginning is forgotten: however many posts the centre "
        "claimed sixty years before, it ends at one and the same share, if conditions stay as in 1928."
    )
    back = (
        f"In that sense there was a way back; but of these worlds the common end is nearly every vacancy (more than "
        f"{100 * NEARLY:.0f} of 100 claimed) in {(common > NEARLY).sum()}, and fewer than half in "
        f"{(common < HALF).sum()}."
    )
    others = (
        f"In {first[TWO]} the beginning decides for good (two levels), in {first[LAG]} it only takes longer (a lag), "
        f"in {first[ANY]} each beginning keeps a level of its own (any level)."
    )
    by = table[(table["drivers"] == CONSTANT[0]) & (table["majority_wants"] != "")]
    parts = []
    for wants, some in by.groupby("majority_wants", sort=True):
        counted, whole = some.set_index("reading")["draws"], int(some["of"].iloc[0])
        said = WANTS.get(str(wants), "")
        called = f"“{said}” ({wants})" if said else str(wants)
        parts.append(f"{called}, in {whole - counted[ONE]} of {whole}")
    reading_ = (f"Where the beginning still tells after sixty years depends on how the record of congresses is read: "
                f"if their majorities want {'; '.join(parts)}.") if parts else ""  # fmt: skip
    luck = (
        f"Luck would part two beginnings the wrong way round as often as the right one, and does in {wrong} of {of}; "
        f"in the middle world the two lie {100 * here['apart'].median():.1f} percentage points apart."
    )
    half = ramps["half"].dropna()
    slow = (
        f"Where threat slowly falls from high, more posts are claimed than where it slowly rises from low, at the same "
        f"threat half way: in {int((half > smallest()).sum())} of {len(half)} worlds by more than "
        f"{amount(smallest(), OUTCOMES[OUTCOME].unit)}, in the middle world by {100 * half.median():.1f} of 100 (eight "
        f"worlds in ten {100 * half.quantile(0.1):+.1f} to {100 * half.quantile(0.9):+.1f})."
    )
    return [text for text in (says, back, others, reading_, luck, slow) if text]
