"""Two scenarios run on the same accidents and compared; what was found, in a folder."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.analysis.divergence.divergence import Divergence, compare
from sim.analysis.divergence.folder import CASCADE, FIGURES, MONTHLY, TRACE, DivergenceFolder, counted
from sim.analysis.divergence.inputs import Setting, require_comparable, settings
from sim.engines.engine import ENGINES, Engine
from sim.engines.engine import engine as load_engine
from sim.errors import whole
from sim.results import manifest
from sim.results.atomic import disk
from sim.results.run_store import FolderWriter, default_folder, new_folder
from sim.runner.run import REPLICATES, Progress, with_run
from sim.scenario.load import Loaded, Sets, Source, load_all

if TYPE_CHECKING:
    from sim.engines.trajectory import Trajectory
    from sim.world.build import World

#: Draws pictures of a divergence into a folder and returns the files.
Draw = Callable[[DivergenceFolder, Path], list[Path]]


def trace(
    a: Source,
    b: Source,
    *,
    seed: int | None = None,
    replicate: int = 0,
    sets: Sets = (),
    out: Path | str | None = None,
    force: bool = False,
    engine: str | Engine = ENGINES[0],
    progress: Progress | None = None,
    draw: Draw | None = None,
) -> DivergenceFolder:
    """Run two scenarios on the same accidents, find where they part, and store what was found.

    Parameters
    ----------
    a, b
        The scenarios: of one period and tree; each as for `sim.runner.run.run`, as are ``sets`` and ``engine``.
    seed
        Instead of the scenarios' own, which must agree otherwise.
    replicate
        Which accidents, from 0.
    out
        The folder; by default a new one below ``results/runs`` of the current folder.
    force
        Replace what an earlier call has put there.
    progress
        Called once a month of each world.
    draw
        Draws the pictures; none are drawn of worlds that are the same.
    """
    replicate = whole("--replicate", replicate, 0, REPLICATES - 1)
    one, other = load_all((a, b), sets)
    pair = (_prepared(one, seed), _prepared(other, seed))
    began, started = time.perf_counter(), datetime.now(UTC)
    name = f"trace-{pair[0].path.stem}-{pair[1].path.stem}"
    chosen = load_engine(engine)
    worlds = (chosen.build(pair[0].scenario), chosen.build(pair[1].scenario))
    require_comparable(pair, worlds)
    # The destination comes before the runs: a place that cannot be written is found before any long work.
    with new_folder(out, default_folder(name), TRACE, partial(FolderWriter, kind=TRACE), force=force) as writer:
        found = compare(worlds, _run(chosen, worlds, replicate, progress), replicate)
        record = _record(pair, replicate, chosen.name, tuple(settings(pair)), found)
        record |= {"started": started.isoformat(timespec="seconds")}
        with disk(writer.destination):
            _write_tables(found, writer.folder)
            if draw is not None and not found.same:
                draw(DivergenceFolder(writer.destination, record, found), writer.folder / FIGURES)
        record = writer.seal(record | {"wall_seconds": round(time.perf_counter() - began, 3)})
    return DivergenceFolder(writer.destination, record, found)


def _prepared(loaded: Loaded, seed: int | None) -> Loaded:
    """Return a scenario with the seed that was asked for, storing its committees."""
    loaded = with_run(loaded, None, seed)
    return replace(loaded, scenario=loaded.scenario.with_run(committees=True))


def _run(
    chosen: Engine, worlds: tuple[World, World], replicate: int, progress: Progress | None
) -> tuple[Trajectory, Trajectory]:
    months = len(worlds[0].months)

    def simulated(at: int) -> Trajectory:
        tell = None if progress is None else lambda done: progress(at * months + done, 2 * months)
        return chosen.simulate(worlds[at], replicate, tell)

    return simulated(0), simulated(1)


def _record(
    pair: tuple[Loaded, Loaded], replicate: int, engine: str, differing: Sequence[Setting], found: Divergence
) -> dict[str, Any]:
    """Return the manifest, without files and times."""
    worlds = {
        name: {
            "title": loaded.scenario.title,
            "name": loaded.path.stem,
            "scenario": json.loads(loaded.scenario.model_dump_json()),
            "layers": dict(sorted(loaded.layers.items())),
        }
        for name, loaded in zip("ab", pair, strict=True)
    }
    return {
        **worlds,
        "seed": pair[0].scenario.run.seed,
        "replicate": replicate,
        "engine": engine,
        "versions": manifest.versions(),
        "commit": manifest.commit(),
        "settings": [{"name": setting.name, "a": setting.values[0], "b": setting.values[1]} for setting in differing],
        **counted(found),
    }


def _write_tables(found: Divergence, folder: Path) -> None:
    rows = [
        {**row, "order": order if "month" in row else "", "persons": "; ".join(row.get("persons", ()))}
        for order, row in enumerate(found.cascade(), start=1)
    ]
    _write(folder / "cascade.csv", CASCADE, ([row.get(name, "") for name in CASCADE] for row in rows))
    months = ([getattr(row, name) for name in MONTHLY] for row in found.spread.rows())
    _write(folder / "monthly.csv", MONTHLY, months)


def _write(path: Path, header: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)
