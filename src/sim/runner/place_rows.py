"""What a half-year's sweep of the readiness map keeps of single places, beside what every sweep keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sim.experiment.horizons import measured
from sim.registry.readiness import MEASURES, UNILATERAL, UNIVERSAL
from sim.results.columns import floats, plain, table_file, texts
from sim.results.run_rows import PLACE_OUTCOMES, outcomes_of
from sim.runner.chunk_rows import Recorder, file_name
from sim.runner.chunks import Job

if TYPE_CHECKING:
    from sim.analysis.archive import Archive
    from sim.experiment.experiment import Experiment
    from sim.experiment.plan import Chunk

Floats = NDArray[np.float64]

_READ = [PLACE_OUTCOMES.index(name) for name in MEASURES]
_LITERACY = PLACE_OUTCOMES.index("literacy")
SCHEMES = (UNIVERSAL, UNILATERAL)


class PlaceRecorder(Recorder):
    """Keeps of a chunk's runs what election changes in single places, beside what a sweep keeps.

    Of election everywhere it is the change in each place, of election in one place alone the change in that place. The
    options are those of `experiment_of`: what happened, everywhere, then the places in the order of the world.
    """

    def __init__(self, experiment: Experiment, months: Sequence[str], chunk: Chunk, *, alone: bool = False) -> None:
        super().__init__(experiment, months, chunk, alone=alone)
        self.archived = True
        [self._horizon] = experiment.horizons.values()
        self._switch = months.index(self._horizon.first)
        self._rows: list[tuple[int, int, int, float, Floats]] = []
        self._pair, self._base, self._alone_series = -1, np.empty((0, 0, 0)), np.empty((0, 0, 0))
        self._here: set[int] = set()

    def add(self, row: int, values: Floats, archive: Archive | None = None) -> None:
        """Take a run's trajectory, by its number in the chunk, and the states of its committees."""
        super().add(row, values)
        assert archive is not None
        pair, option = divmod(row, self._chunk.combinations)
        states = outcomes_of(archive.states)
        if option == 0:
            self._flush()
            self._pair, self._base, self._alone_series = pair, states, states.copy()
        elif pair == self._pair and option == 1:
            self._reduce(0, states, range(states.shape[1]))
        elif pair == self._pair:
            self._alone_series[:, option - 2] = states[:, option - 2]
            self._here.add(option - 2)

    def finish(self) -> None:
        """Reckon what is still waiting."""
        super().finish()
        self._flush()

    def _flush(self) -> None:
        """Reckon the places that elected alone in the last pair."""
        if self._here:
            self._reduce(1, self._alone_series, sorted(self._here))
            self._here = set()

    def _reduce(self, scheme: int, states: Floats, places: Sequence[int]) -> None:
        """Turn two worlds' states into a row for each place."""
        both = np.stack([self._base, states], axis=2)
        [found] = measured(both, [self._horizon], self._months, outcomes=PLACE_OUTCOMES)
        change = (found[:, 1] - found[:, 0])[:, _READ]
        literacy = self._base[self._switch, :, _LITERACY]
        self._rows += [(self._pair, scheme, at, float(literacy[at]), change[at]) for at in places]

    def files(self, samples: Sequence[Mapping[str, Any]], errors: Mapping[int, tuple[str, str]]) -> dict[str, bytes]:
        """Return the chunk's files by their names."""
        found = super().files(samples, errors)
        if self._rows:
            pairs, schemes, places, literacy, changes = zip(*self._rows, strict=True)
            points = np.array([point for point, *_ in self.pairs])
            columns = {
                "point": plain(points[list(pairs)], np.int64, pa.int64()),
                "scheme": texts(np.array(schemes), SCHEMES), "place": plain(np.array(places), np.int32, pa.int32()),
                "literacy": floats(literacy),
                **{name: floats(values) for name, values in zip(MEASURES, np.array(changes).T, strict=True)},
            }  # fmt: skip
            found[f"places/{file_name(self._chunk.number)}"] = table_file(columns)
        return found


@dataclass(frozen=True)
class PlaceJob(Job):
    """The job of a half-year's sweep."""

    def recorder(self, chunk: Chunk) -> Recorder:
        """Return what keeps a chunk's runs."""
        return PlaceRecorder(self.experiment, self.months, chunk)
