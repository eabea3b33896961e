"""Worlds run in memory: one trajectory after another, nothing on disk, for notebooks, pages and programs.

What a `Live` or a `Pair` says of its runs comes from the functions that stored results are reduced by, so that a
notebook and a folder answer alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.analysis.paired import moments, quantiles
from sim.analysis.sample import Sample, band_tables, effect_rows
from sim.analysis.sentences import main_outcome, sampled, sentences
from sim.engines.engine import ENGINES, Engine, trajectories
from sim.engines.engine import engine as load_engine
from sim.engines.trajectory import COMMITTEE_FIELDS, Event, Trajectory
from sim.errors import Problem, UserError, nearest, understood, whole
from sim.experiment import horizons as spans
from sim.experiment.draws import Draws
from sim.experiment.draws import draws as drawn_for
from sim.experiment.smallest_effect import smallest as read_smallest
from sim.registry.derived import KEPT, column, unknown
from sim.registry.entries import SCOPES
from sim.registry.outcomes import SHOWN
from sim.results.result import Trajectories
from sim.runner.compare import agreed, named, partings, record, require_same_places
from sim.runner.ensembles import ensemble_of
from sim.runner.run import REPLICATES, drawn_pairs, with_run
from sim.scenario.load import Loaded, Sets, Source, load, load_all
from sim.world.build import World

if TYPE_CHECKING:
    from collections.abc import Generator

    import pandas as pd
    import xarray

Array = NDArray[np.float64]
Made = TypeVar("Made")

BAND = (0.1, 0.5, 0.9)
"""Quantiles over replicates that `bands` gives."""


class Live:
    """One world's replicates, made as they are asked for.

    Iterating makes and yields one trajectory after another; leaving the loop ends the work, and what was made stays.
    Whatever asks about all replicates makes those that are missing.
    """

    def __init__(
        self, loaded: Loaded, engine: Engine, replicates: Sequence[int], outcomes: Sequence[str], *,
        states: bool = False, events: bool = False, workers: int | None = None,
    ) -> None:  # fmt: skip
        self.loaded, self.outcomes = loaded, tuple(outcomes)
        self.world: World = engine.build(loaded.scenario.with_run(committees=states, replicates=len(replicates)))
        self.replicates = list(replicates)
        self._engine, self._events, self._workers = engine, events, workers
        self._made: list[Trajectory] = []

    def __iter__(self) -> Iterator[Trajectory]:
        return _through(self._made, len(self), self._more)

    def _more(self) -> Iterator[Trajectory]:
        """Make and yield trajectories, as long as nobody else has made more meanwhile."""
        first = len(self._made)
        runs = [(self.world, replicate) for replicate in self.replicates[first:]]
        made = trajectories(self._engine, runs, self._workers, events=self._events)
        with closing(cast("Generator[Trajectory]", made)) as found:
            for number, trajectory in enumerate(found, start=first):
                if number == len(self._made):
                    self._made.append(trajectory)
                yield self._made[number]

    def __len__(self) -> int:
        return len(self.replicates)

    def __repr__(self) -> str:
        return f"<Live: {self.title}, {len(self._made)} of {len(self)} replicates made>"

    @property
    def title(self) -> str:
        """The world in a line."""
        return self.loaded.scenario.title

    @property
    def months(self) -> list[str]:
        """Names of the months, ``YYYY-MM``."""
        return self.world.months

    def values(self, outcome: str, scope: str = "nation") -> Array:
        """Return an outcome, of shape (replicates, months); nan where it is not defined."""
        of, place = KEPT[_outcome(outcome)], _named("scope", scope, SCOPES)
        return np.stack([column(trajectory.values[:, place], of) for trajectory in self])

    @understood
    def bands(self, outcome: str, scope: str = "nation", at: Sequence[float] = BAND) -> pd.DataFrame:
        """Return month, mean and quantiles over replicates of an outcome, and in how many it is defined."""
        import pandas as pd

        values = self.values(outcome, scope)
        columns = {f"p{100 * share:g}": one for share, one in zip(at, quantiles(values, tuple(at)), strict=True)}
        counted = np.isfinite(values).sum(axis=0)
        return pd.DataFrame(
            {"month": _stamps(self.months), "runs": counted, "mean": moments(values)[0], **columns}
        )

    def map(self, field: str = "performance", month: str | None = None) -> pd.Series[float]:
        """Return a committee's field at a month (default: the last) by guberniia: the mean over replicates.

        The replicates must have been made with ``states=True``.
        """
        import pandas as pd

        at, place = self._month(month), _named("field", field, COMMITTEE_FIELDS)
        self._require("states", bool(self.world.scenario.run.committees))
        heads = self.world.committees[: self.world.guberniias]
        kept = np.stack([one.committees[at, : len(heads), place] for one in self])
        return pd.Series(moments(kept)[0], [head.name for head in heads], name=field)

    def story(self, committee: str, replicate: int | None = None) -> pd.DataFrame:
        """Return what happened in a committee in one replicate (default: the first): every event, in its order.

        The replicates must have been made with ``events=True``.
        """
        import pandas as pd

        self._require("events", self._events)
        _named("committee", committee, [place.name for place in self.world.committees])
        chosen = self.replicates[0] if replicate is None else replicate
        if chosen not in self.replicates:
            raise UserError(Problem("story", "replicate", str(chosen), f"one of {self.replicates}"))
        events = [event for event in list(self)[self.replicates.index(chosen)].events if event.committee == committee]
        return pd.DataFrame(events, columns=Event._fields)

    def to_xarray(self) -> xarray.Dataset:
        """Return the outcomes asked for as variables over replicate, month and scope, with units."""
        return _dataset(self.outcomes, {"replicate": self.replicates}, np.stack([one.values for one in self]),
                        self.months)

    @property
    def manifest(self) -> dict[str, Any]:
        """What pictures read of a stored run: the scenario."""
        return {"title": self.title, "scenario": self.loaded.scenario.model_dump(mode="json")}

    def trajectories(self) -> Trajectories:
        """Return the monthly outcomes as a stored run gives them, for pictures."""
        made = list(self)
        return Trajectories(
            np.array(self.months, "datetime64[M]"), np.array(self.replicates, np.int32),
            lambda name: np.concatenate([column(one.values, KEPT[name]).ravel() for one in made]),
        )

    def _month(self, month: str | None) -> int:
        return len(self.months) - 1 if month is None else _named("month", month, self.months)

    def _require(self, what: str, there: bool) -> None:
        if not there:
            raise UserError(Problem("live", what, "not kept", f"sim.live(..., {what}=True)"))

    def _repr_html_(self) -> str:
        from sim.memory.shown import live_html

        return live_html(self)


class Pair:
    """Two worlds on the same accidents, pair after pair; effects are of the second minus the first.

    Iterating makes and yields pairs of trajectories; leaving the loop ends the work. What asks about all pairs makes
    those that are missing. Of each pair half a megabyte stays in memory.
    """

    def __init__(
        self, loaded: Sequence[Loaded], engine: Engine, pairs: int, *, horizons: Iterable[str] = (),
        outcomes: Sequence[str] = (), smallest: Iterable[str] = (), drawn: Draws | None = None,
        workers: int | None = None,
    ) -> None:  # fmt: skip
        self.loaded, self.worlds, self.shown = list(loaded), named(loaded), list(outcomes or SHOWN)
        self.built: list[World] = [engine.build(one.scenario) for one in loaded]
        require_same_places(loaded, self.built)
        self.months, self.drawn = self.built[0].months, drawn
        starts = partings(self.built, drawn)
        looked_at = spans.chosen(horizons, self.months, spans.earliest(starts))
        self.sample = Sample(self.worlds, self.months, looked_at, starts)
        self._least, self._number = read_smallest(smallest), pairs
        self._engine, self._workers = engine, workers
        self._made: list[tuple[Trajectory, Trajectory]] = []

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[tuple[Trajectory, Trajectory]]:
        return _through(self._made, len(self), self._more)

    def _more(self) -> Iterator[tuple[Trajectory, Trajectory]]:
        numbers = range(len(self._made), self._number)
        made = trajectories(self._engine, drawn_pairs(self.built, self.drawn, numbers), self._workers)
        with closing(cast("Generator[Trajectory]", made)) as found:
            for number in numbers:
                both = next(found), next(found)
                if number == len(self._made):
                    self.sample.add(number, both)
                    self._made.append(both)
                yield self._made[number]

    def answer(self, outcome: str | None = None) -> list[str]:
        """Return the answer in two sentences, as `compare` prints it."""
        of, called = _outcome(outcome or self.main), self.loaded[0].scenario.tree.names
        return sentences(sampled(self.all(), self._least, of, drawn=self.drawn, classes=called))

    @property
    def main(self) -> str:
        """The outcome that the answer is about."""
        return main_outcome({"shown": self.shown})

    @property
    def title(self) -> str:
        """Both worlds in a line, the baseline last."""
        base, other = (one.scenario.title for one in self.loaded)
        return f"{other} against {base}"

    def all(self) -> Sample:
        """Make what is missing, and return what is kept of all pairs."""
        for _ in self:
            pass
        return self.sample

    @property
    def horizons(self) -> list[str]:
        """Names of the horizons, the main one first."""
        return [horizon.name for horizon in self.sample.horizons]

    @property
    def manifest(self) -> dict[str, Any]:
        """What a stored comparison would say of the pairs that were made, for pictures."""
        return record(self.sample, self.loaded, self._least, self.shown, self.drawn)

    def __repr__(self) -> str:
        return f"<Pair: {self.title}, {len(self._made)} of {len(self)} pairs made>"

    def effects(self) -> pd.DataFrame:
        """Return the table that `compare` stores as ``effects.csv``: by outcome, scope and horizon."""
        import pandas as pd

        return pd.DataFrame(effect_rows(self.all(), self._least))

    def bands(self, outcome: str) -> pd.DataFrame:
        """Return an outcome month by month as `compare` stores it in ``bands.parquet``: worlds and their difference."""
        wanted, sample = _outcome(outcome), self.all()
        frame: pd.DataFrame = pa.concat_tables(band_tables(sample, [wanted])).to_pandas()
        return frame.assign(month=frame["month"].astype("datetime64[s]"))

    def to_xarray(self) -> xarray.Dataset:
        """Return the outcomes shown as variables over world, replicate, month and scope, with units."""
        both = [np.stack([one.values for one in made]) for made in zip(*self, strict=True)]
        keys = {"world": self.worlds, "replicate": self.sample.replicates}
        return _dataset(self.shown, keys, np.stack(both), self.months)

    def _repr_html_(self) -> str:
        from sim.memory.shown import pair_html

        return pair_html(self)


def _through(made: list[Made], count: int, more: Callable[[], Iterator[Made]]) -> Iterator[Made]:
    """Yield what was made, then what ``more`` makes and adds to it.

    What is asked for within a loop over it makes what is missing, and the loop goes on with that.
    """
    at = 0
    while at < count:
        if at == len(made):
            yield from more()
            at = len(made)
        else:
            yield made[at]
            at += 1


def live(
    scenario: Source, *, sets: Sets = (), replicates: int | Sequence[int] = 20, seed: int | None = None,
    outcomes: Sequence[str] = (), states: bool = False, events: bool = False, engine: str | Engine = ENGINES[0],
    workers: int | None = None,
) -> Live:  # fmt: skip
    """Run a world in memory: one trajectory after another, nothing on disk.

    Parameters
    ----------
    scenario, sets, seed, engine
        As for `sim.run`.
    replicates
        How many, from 0; or their numbers, which address their draws.
    outcomes
        Those that are shown and given as arrays (default: those that `compare` shows); all are made.
    states, events
        Whether to keep every committee's state each month (for `Live.map`), and what happened (for `Live.story`).
    workers
        Replicates made at once; by default one for each core. The trajectories do not depend on it.
    """
    loaded = with_run(load(scenario, sets), None, seed)
    _known(outcomes)
    return Live(
        loaded, load_engine(engine), _numbers(replicates), outcomes or SHOWN, states=states, events=events,
        workers=workers,
    )  # fmt: skip


def _numbers(replicates: Any) -> Sequence[int]:
    """Return the numbers of the replicates that are asked for, or of so many."""
    where = "live: replicates"
    if isinstance(replicates, str) or not isinstance(replicates, Iterable):
        return range(whole(where, replicates, 1, REPLICATES))
    numbers = [whole(where, number, 0, REPLICATES - 1) for number in replicates]
    if not numbers or len({*numbers}) < len(numbers):
        raise UserError(Problem(where, found=repr(replicates), allowed="numbers from 0, each once"))
    return numbers


def pair(
    a: Source, b: Source, *, sets: Sets = (), pairs: int = 20, draws: int | None = None, seed: int | None = None,
    ensemble: str | Path | None = None, horizons: Iterable[str] = (), outcomes: Sequence[str] = (),
    smallest: Iterable[str] = (), engine: str | Engine = ENGINES[0], workers: int | None = None,
) -> Pair:  # fmt: skip
    """Run two worlds on the same accidents in memory; effects are of ``b`` minus ``a``.

    Parameters are those of `sim.compare`, whose numbers and sentences these are; ``outcomes`` are those shown, and
    ``draws`` asks for so many pairs with a draw of their own of whatever neither world sets, instead of ``pairs``.
    """
    _known(outcomes)
    calibrated = ensemble_of(ensemble)
    if calibrated is not None:
        draws = min(pairs, len(calibrated.rows)) if draws is None else draws
    number = pairs if draws is None else draws
    if number < 1:
        raise UserError(Problem("pair", "pairs" if draws is None else "draws", str(number), "a number above 0"))
    loaded = agreed(load_all([a, b], sets), number, seed)
    return Pair(loaded, load_engine(engine), number, horizons=horizons, outcomes=outcomes, smallest=smallest,
                drawn=None if draws is None else drawn_for(*loaded, ensemble=calibrated), workers=workers)  # fmt: skip


def _dataset(outcomes: Sequence[str], keys: dict[str, Any], values: Array, months: Sequence[str]) -> xarray.Dataset:
    try:
        import xarray
    except ImportError:
        raise UserError("to_xarray needs the package xarray: pip install 'skloki[notebook]'") from None
    names = (*keys, "month", "scope")
    known = {
        name: (names, column(values, KEPT[name]),
               {"units": KEPT[name].unit, "long_name": KEPT[name].meaning})
        for name in outcomes
    }  # fmt: skip
    return xarray.Dataset(known, coords={**keys, "month": _stamps(months), "scope": list(SCOPES)})


def _stamps(months: Sequence[str]) -> NDArray[np.datetime64]:
    return np.array(months, "datetime64[M]").astype("datetime64[s]")


def _known(outcomes: Iterable[str]) -> None:
    if problems := unknown("outcomes", outcomes):
        raise UserError(problems)


def _outcome(name: str) -> str:
    _known([name])
    return name


def _named(what: str, name: str, names: Sequence[str]) -> int:
    """Return where a name stands among those there are; UserError with the nearest if it is none of them."""
    if name not in names:
        allowed = ", ".join(names) if len(names) < 20 else f"one of {len(names)}, {names[0]} to {names[-1]}"
        raise UserError(Problem("live", what, repr(name), allowed, nearest(name, names)))
    return names.index(name)
