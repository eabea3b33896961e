"""What an effect, or a level, hangs on: shares of its variance over points, with chance as a row of its own.

Of a Saltelli design's runs directly, of a Morris design's as a screening, otherwise by an emulator that foretells at
least half of the variance of points that it has not seen. Where a sweep cannot tell, it is refused with the reason.

Shares are of the variance over points of each point's mean over its replicates: what goes with a term, what several
terms do together, what is chance, and what an emulator does not see, come to one.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.pair_table import PairedSweep
from sim.analysis.plain import named
from sim.analysis.sentences import PLACES
from sim.analysis.wording import capital, hundred, together
from sim.errors import Problem, UserError
from sim.experiment import designs, sampling
from sim.experiment.designs import kind_of
from sim.inference.asked import Asked, Drawn, asked, drawn
from sim.inference.emulator import Emulator, fit
from sim.inference.shares import SEED, Direct, OverDraws, OverRanges, Shares, again, part, wider
from sim.inference.space import Array
from sim.inference.terms import BY_TWO, SINGLE, Term, terms

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

SEEN = 0.5
"""Share of the variance over points that an emulator must foretell before anything is said by it."""
TOO_MUCH = 0.5
"""Share of chance in that variance from which replicates are missing, not a better method."""
PARTS, RESAMPLES = 20, 200
"""Half samples (or smaller parts) that intervals of an emulator's shares rest on; bootstrap samples of base points."""
FEWER_PRODUCTS = 20
"""Factors that may be multiplied in these: half the rows teach few products, and only the spread is wanted."""
EXCHANGED, ROUGHLY = 4096, 512
"""Exchanges of an ensemble's draws that a share rests on, and one of which only the spread is wanted."""
NORMAL = 1.96
NAMED = 3
"""Terms that a sentence names."""
WORTH = 0.02
"""Share below which a term is not named."""
FEWER = 0.25
"""Share of chance that as many replicates as are asked for would leave."""

COLUMNS = ["kind", "name", "grade", "alone", "alone_low", "alone_high", "total", "total_low", "total_high", "slope",
           "put_in"]  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """What one effect or level hangs on, or why that cannot be told.

    Attributes
    ----------
    population, over
        Where the points come from, and over what shares are taken, in words.
    sweep
        The folder of the sweep.
    method
        ``emulator``, ``saltelli`` or ``morris``.
    refused, hint
        Why nothing is said; empty if something is. And what whoever runs the sweep could do about it.
    points
        How many it rests on.
    r2
        What an emulator foretells of points that it has not seen; nan without one.
    chance
        Share of chance in the variance over points, and in that of single pairs; nan where no point has replicates.
    rows
        A row a term, with `COLUMNS`; of a Morris design ``alone`` is the mean elementary effect, without its sign, and
        ``total`` how much that differs from place to place (its s.d.), both in the outcome's unit.
    """

    asked: Asked
    population: str
    over: str
    sweep: Path
    method: str
    refused: str
    points: int
    r2: float
    chance: float
    chance_single: float
    rows: pd.DataFrame = field(repr=False)
    hint: str = ""

    @property
    def sentence(self) -> str:
        """The answer; where there is none, why, and what to do about it."""
        if not self.refused:
            return _sentence(self)
        return f"{capital(self.asked.said)}: {self.refused}{f': {self.hint}' if self.hint else ''}."

    def table(self) -> pd.DataFrame:
        """Return the rows with what they are of."""
        of = {"population": self.population, **self.asked.labels, "method": self.method, "points": self.points,
              "r2": self.r2}  # fmt: skip
        found = self.rows.copy()
        for at, (name, value) in enumerate(of.items()):
            found.insert(at, name, value)
        return found.assign(sweep=self.sweep.name)

    def leading(self) -> pd.DataFrame:
        """Return single uncertainties and differences of twins, the most first.

        Twins that do what they do by their difference are not named apart from it, nor the difference of others.
        """
        rows = self.rows
        return rows[_leads(rows)].sort_values("alone", ascending=False, kind="stable", ignore_index=True)


def sensitivity(sweep: PairedSweep, *, least: float = SEEN, **which: Any) -> list[Finding]:
    """Return what effects, or levels, of a stored sweep hang on; which of them is asked as `asked` is.

    Parameters
    ----------
    least
        Share of the variance over points that an emulator must foretell.
    """
    points = drawn(sweep)
    wanted = asked(sweep, **which)
    known = terms(points.space.factors)
    kind = sweep.experiment.design.kind
    if kind_of(sweep.experiment).families:
        by: Callable[[Drawn, Asked, list[Term]], Finding] = _saltelli if kind == "saltelli" else _morris
        return [by(points, one, known) for one in wanted]
    return emulated(points, wanted, least)


def beside(found: Sequence[Sequence[Finding]]) -> list[list[Finding]]:
    """Return findings of one sweep or of several about the same thing, one of each, in the first one's order.

    Raises
    ------
    UserError
        There is nothing of which all have a finding.
    """
    known = [{tuple(one.asked.labels.values()): one for one in each} for each in found]
    both = [[each[of] for each in known] for of in known[0] if all(of in each for each in known)]
    if not both:
        said = " beside ".join(each[0].asked.said for each in found)
        raise UserError(Problem("sweeps", found=said, allowed="two sweeps in which the same is asked: --outcome, "
                                "--scope, --horizon, --lever, --option"))  # fmt: skip
    return both


def heads(beside: Sequence[Finding]) -> list[str]:
    """Return by what findings about the same thing are told apart: population, sweep's name where that is the same.

    And where sweeps have one name, too, where they lie.
    """
    ways: list[list[str]] = [[one.population for one in beside], [one.sweep.name for one in beside],
                             [str(one.sweep) for one in beside]]  # fmt: skip
    return next((way for way in ways if len(set(way)) == len(way)), ways[-1])


def table(findings: Sequence[Finding]) -> pd.DataFrame:
    """Return all rows of findings, below one another."""
    import pandas as pd

    found = [one.table() for one in findings if not one.refused]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=COLUMNS)


def _finding(points: Drawn, one: Asked, method: str, rows: Sequence[Any], **more: Any) -> Finding:
    import pandas as pd

    single, mean = points.chance(one)
    frame = pd.DataFrame(list(rows), columns=COLUMNS)
    count = int(np.isfinite(points.means(one.values)).sum())
    given = {"refused": "", "r2": float("nan"), **more}
    return Finding(one, points.population, points.over, points.sweep.path, method, points=count, chance=mean,
                   chance_single=single, rows=frame, **given)  # fmt: skip


def _constant(values: Array) -> bool:
    known = values[np.isfinite(values)]
    return not len(known) or float(np.ptp(known)) <= 1e-12 * float(np.abs(known).max(initial=0.0))


def _lacking(points: Drawn, one: Asked) -> tuple[str, str]:
    """Return why chance leaves nothing to tell, and what would help; empty if it does not, or if nobody knows."""
    single, mean = points.chance(one)
    if not mean > TOO_MUCH:
        return "", ""
    replicates = points.sweep.pairs.by_point(one.values)[1].max()
    odds = mean / (1.0 - mean) * replicates if mean < 1.0 else math.inf
    needed = odds * (1.0 - FEWER) / FEWER
    enough = f"{math.ceil(needed):,} would leave {share(FEWER)}" if needed < 1000 else "no number will do"
    what = "this level" if one.level else "this difference"
    return (f"chance makes {hundred(single)} of 100 parts of {what} between worlds, and {hundred(mean)} of the mean of "
            f"{replicates} replicates",
            f"give more (run.replicates; {enough})")  # fmt: skip


# -- by an emulator


def emulated(points: Drawn, wanted: Sequence[Asked], least: float = SEEN) -> list[Finding]:
    """Return what numbers of a sweep's pairs hang on, by an emulator: each, or why that cannot be told."""
    known = terms(points.space.factors)
    outputs = np.column_stack([points.means(one.values) for one in wanted])
    outputs = np.where([[_constant(column) for column in outputs.T]], np.nan, outputs)
    whole = fit(points.space, points.positions, outputs)
    refused = [_unseen(points, one, float(whole.r2[at]), outputs[:, at], least) for at, one in enumerate(wanted)]
    told = [at for at, (why, _) in enumerate(refused) if not why]
    parts = list(_parts(points, outputs[:, told])) if told else []
    found = []
    for at, one in enumerate(wanted):
        rows = []
        why, hint = refused[at]
        if not why:
            by = [_shares(points, each.of([told.index(at)]), ROUGHLY) for each in parts]
            rows = _rows(points, one, known, _shares(points, whole.of([at])), by, float(whole.r2[at]))
        found.append(_finding(points, one, "emulator", rows, refused=why, hint=hint, r2=float(whole.r2[at])))
    return found


def _parts(points: Drawn, outputs: Array) -> Iterator[Emulator]:
    for number in range(1, PARTS + 1):
        some = part(number, len(outputs))
        yield fit(points.space, points.positions[some], outputs[some], quadratic=FEWER_PRODUCTS)


def _shares(points: Drawn, emulator: Emulator, rows: int = EXCHANGED) -> Shares:
    if points.sweep.experiment.ensemble is None:
        return OverRanges(emulator)
    return OverDraws(emulator, points.positions, rows)


def _unseen(points: Drawn, one: Asked, r2: float, output: Array, least: float) -> tuple[str, str]:
    """Return why an emulator cannot tell what an output hangs on, and what would help; empty if it can."""
    if _constant(output):
        return "it is the same at all points", ""
    if r2 >= least:
        return "", ""
    _, mean = points.chance(one)
    what = "this level" if one.level else "this effect"
    seen = f"an emulator explains {hundred(max(r2, 0.0))} of 100 parts of {what}"
    if not np.isfinite(mean):
        rest = "one replicate cannot say how much of the rest is chance"
        return f"{seen}, and {rest}", "give replicates (run.replicates) and more points, or run a saltelli design"
    why, hint = _lacking(points, one)
    more = f"{seen}, and chance makes {hundred(mean)}", "give more points, or run a saltelli design"
    return (why, hint) if why else more


def _rows(
    points: Drawn, one: Asked, known: list[Term], whole: Shares, by: Sequence[Shares], r2: float
) -> list[tuple[Any, ...]]:
    """Return the rows of an emulator's shares, each as a share of the whole variance, and of what is left."""
    rows: list[tuple[Any, ...]] = []
    wide = NORMAL * wider(len(points.positions))
    for term in known:
        cells: list[float] = []
        for index in ("alone", "total"):
            value = getattr(whole, index)(term)
            spread = np.std([getattr(each, index)(term) for each in by], ddof=1) * wide if value == value else np.nan
            ends = np.clip([value, value - spread, value + spread], 0.0, 1.0) * r2
            cells += [float(end) for end in ends]
        slope = whole.slope(term) if term.leads else np.nan
        rows.append((term.kind, term.name, term.grade, *cells, slope, term.put_in))
    alone = sum(row[3] for row, term in zip(rows, known, strict=True) if term.of.sum() == 1)
    return rows + _rest(points, one, r2, alone)


def _rest(points: Drawn, one: Asked, seen: float, alone: float) -> list[tuple[Any, ...]]:
    """Return the rows of what is no term's: what several do together, chance, what an emulator does not see."""
    _, mean = points.chance(one)
    rows = [("together", "what several do together", max(0.0, seen - alone))]
    if np.isfinite(mean):
        rows += [("chance", "chance", mean), ("unseen", "not seen by the emulator", max(0.0, 1.0 - seen - mean))]
    else:
        rows.append(("chance", "chance, and what the emulator does not see", 1.0 - seen))
    return [(kind, name, "", value, *[np.nan] * 5, np.nan, "") for kind, name, value in rows]


# -- directly


def _saltelli(points: Drawn, one: Asked, known: list[Term]) -> Finding:
    wide = points.space.size + 2
    means = points.means(one.values)
    place = points.sweep.pairs.points
    # whole families alone: an unfinished sweep may end in the midst of one
    families = len(place) // wide
    if (place[: families * wide] != np.arange(families * wide)).any():
        families = int(np.argmin(place == np.arange(len(place)))) // wide
    outputs = means[: families * wide].reshape(families, wide)
    positions = points.positions[: families * wide].reshape(families, wide, -1)
    there = np.isfinite(outputs).all(axis=1)
    outputs, positions = outputs[there], positions[there]
    if _constant(outputs):
        return _finding(points, one, "saltelli", [], refused="it is the same at all points")
    why, hint = _lacking(points, one)
    if why:
        return _finding(points, one, "saltelli", [], refused=why, hint=hint)
    # Chance parts a point from its neighbour as a factor would.
    _, mean = points.chance(one)
    by_chance = mean if np.isfinite(mean) else 0.0

    def direct(some: NDArray[np.int64]) -> Direct:
        both = np.concatenate([positions[some, 0], positions[some, 1]])
        return Direct(points.space, outputs[some], both)

    whole = direct(np.arange(len(outputs)))
    by = [direct(again(number, len(outputs))) for number in range(1, RESAMPLES + 1)]
    rows: list[tuple[Any, ...]] = []
    for term in known:
        cells: list[float] = []
        for index, less in (("alone", 0.0), ("total", by_chance)):
            value = getattr(whole, index)(term) - less
            spread = np.std([getattr(each, index)(term) for each in by], ddof=1) * NORMAL if value == value else np.nan
            cells += [value, value - spread, value + spread]
        slope = whole.slope(term) if term.leads else np.nan
        rows.append((term.kind, term.name, term.grade, *cells, slope, term.put_in))
    alone = sum(row[3] for row, term in zip(rows, known, strict=True) if term.of.sum() == 1)
    together = ("together", "what several do together" + ("" if np.isfinite(mean) else ", and chance"), "",
                1.0 - alone - by_chance, *[np.nan] * 6, "")  # fmt: skip
    chance = [("chance", "chance", "", mean, *[np.nan] * 6, "")] if np.isfinite(mean) else []
    return _finding(points, one, "saltelli", [*rows, together, *chance])


def _morris(points: Drawn, one: Asked, known: list[Term]) -> Finding:
    """Return a screening: how far each uncertainty alone moves the output, over its whole way."""
    experiment = points.sweep.experiment
    wide = points.space.size + 1
    means = points.means(one.values)
    families = len(means) // wide
    outputs = means[: families * wide]
    there = np.repeat(np.isfinite(outputs.reshape(families, wide)).all(axis=1), wide)
    outputs = outputs[there]
    if _constant(outputs):
        return _finding(points, one, "morris", [], refused="it is the same at all points")
    why, hint = _lacking(points, one)
    if why:
        return _finding(points, one, "morris", [], refused=why, hint=hint)
    from SALib.analyze import morris

    # SALib knows one step for all factors, and takes of levels nothing but which one moved, and whether up.
    levels = designs.positions(experiment, (0, len(means)), 0, families * wide)[there]
    sizes = np.array([len(step) for step in sampling.steps(experiment)])
    strides = np.maximum(sizes // 2, 1)
    step = 2.0 / 3.0
    names = points.space.names
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    found = morris.analyze(problem, levels / strides * step, outputs, num_levels=4, seed=SEED)
    # over the whole way of a number, and from option to option
    whole = step * np.where([bool(factor.options) for factor in points.space.factors], 1.0, (sizes - 1) / strides)
    moves, half_wide, mean, spread = (
        np.asarray(found[name], float) * whole for name in ("mu_star", "mu_star_conf", "mu", "sigma"))  # fmt: skip
    rows = [
        (term.kind, term.name, term.grade, moves[at], max(0.0, moves[at] - half_wide[at]), moves[at] + half_wide[at],
         spread[at], np.nan, np.nan, mean[at], term.put_in)
        for at, term in enumerate(known[: len(names)])
    ]  # fmt: skip
    return _finding(points, one, "morris", rows)


# -- in words


def _leads(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which rows can be named as what an outcome hangs on."""
    leads = rows["kind"].isin(SINGLE).to_numpy().copy()
    names, alone = rows["name"].tolist(), rows["alone"].to_numpy()
    for at in np.flatnonzero(rows["kind"] == "difference"):
        members = [names.index(name) for name in names[at].split(" - ")]
        if alone[at] >= BY_TWO * max(alone[names.index(" and ".join(names[at].split(" - ")))], WORTH):
            leads[members], leads[at] = False, True
    return np.asarray(leads)


def _sentence(finding: Finding) -> str:
    rows = finding.leading()
    if finding.method == "morris":
        moves = [f"{named(row.name)} (moves it by {row.alone:.2g} over its range)" for row in rows[:NAMED].itertuples()]
        return f"What {finding.asked.said} hangs on most: {'; '.join(moves)}; a screening, no shares."
    leading = list(rows[rows["alone"] >= WORTH][:NAMED].itertuples())
    parts = [f"{named(row.name)}, with {hundred(row.alone)}{_interval(row)}" for row in leading]
    most = ("nothing goes alone with as much as " + hundred(WORTH) + " of 100 parts of its variance " + finding.over)
    if parts:
        first, *others = leading
        most = (f"most goes with {named(first.name)}: {hundred(first.alone)} of 100 parts of its variance "
                f"{finding.over}{_interval(first)}" + "".join(f"; then {part}" for part in parts[1:]))  # fmt: skip
    left = finding.rows[finding.rows["kind"].isin(["chance", "unseen"])]
    rest = "; ".join(f"{row.name}: {hundred(max(row.alone, 0.0))}" for row in left.itertuples())
    said = [_documented(finding), capital(most), settled(leading), f"Of 100 parts, {rest}" if rest else ""]
    return ". ".join(text for text in said if text) + "."


def _documented(finding: Finding) -> str:
    """Say how much goes with what is documented, which is where an answer would be sure."""
    known = finding.rows[(finding.rows["kind"] == "grade") & (finding.rows["grade"] == "documented")]
    part = float(known["alone"].iloc[0]) if len(known) else 0.0
    if part >= WORTH:
        return f"Of {finding.asked.said} {hundred(part)} of 100 parts go with documented numbers"
    much = "none" if round(100 * part) == 0 else f"next to nothing ({hundred(part)} of 100 parts)"
    return (f"Of {finding.asked.said} {much} could be traced to documented numbers: what could be traced hangs on "
            "numbers that are inferred, assumed or free, and on readings of the record")  # fmt: skip


def settled(leading: Sequence[Any]) -> str:
    """Say whether the order of those that lead is settled: it is where their intervals lie apart."""
    ends = [(row.alone_low, row.alone_high) for row in leading]
    if len(ends) < 2 or not np.isfinite(ends).all():
        return ""
    apart = [one[0] > other[1] for one, other in itertools.pairwise(ends)]
    if all(apart):
        return "Their intervals lie apart: the order is settled"
    if apart[0]:
        return "Only the first is clearly ahead: the intervals of the others overlap, and their order is not settled"
    return "Their intervals overlap: which of them comes first is not settled"


def untold(findings: Sequence[Finding]) -> list[str]:
    """Return once, for all places of which nothing can be told, why, in plain words."""
    of: dict[str, list[str]] = {}
    for one in findings:
        if one.refused and np.isfinite(one.r2) and not one.chance > TOO_MUCH:
            why = "too little of how worlds differ there can be foretold (of 100 parts, by place: {})"
            of.setdefault(why, []).append(f"{PLACES[one.asked.scope]} {hundred(max(one.r2, 0.0))}")
        elif one.refused:
            of.setdefault(one.refused, []).append(PLACES[one.asked.scope])
    said = []
    for why, places in of.items():
        where = "Elsewhere" if len(places) < len(findings) else "Nowhere can be told"
        said.append(f"{where} on what it hangs{' cannot be told' * (where == 'Elsewhere')}: "
                    f"{why.format(', '.join(places))}." if "{}" in why else
                    f"In {together(places)} on what it hangs cannot be told: {why}.")  # fmt: skip
    return said


def share(value: float) -> str:
    """Return a share as it is printed."""
    return "\u2013" if not np.isfinite(value) else f"{max(value, 0.0):.2f}".removeprefix("0")


def _interval(row: Any) -> str:
    if not np.isfinite(row.alone_low):
        return ""
    return f" (95 % interval {hundred(row.alone_low)} to {hundred(row.alone_high)})"
