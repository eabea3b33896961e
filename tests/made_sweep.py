"""A sweep that was never run: a store with the layout of a real one, whose truths are known."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sim.analysis.bands import NONE, bins
from sim.analysis.targets import PRODUCED
from sim.experiment.designs import DESIGNS
from sim.experiment.experiment import Design, Experiment, Factor, Option
from sim.experiment.horizons import Horizon
from sim.registry.entries import SCOPES

#: Values of uncertainties by name, of the levers by name, outcome, place of the scope, noise of each unit -> values
Truth = Callable[[Mapping[str, Any], Mapping[str, Any], str, int, np.ndarray], np.ndarray]


def choice(name: str, *values: Any) -> Factor:
    return Factor(name, options=tuple(Option(value, {}) for value in values))


EXPERIMENT = Experiment(
    name="made", title="A sweep that was never run", why="To test.", base={"defaults": "0.1"},
    levers=(choice("policy", "appointment", "election"), choice("peace", False, True)),
    uncertainties=(
        Factor("r_f", target="parameters.r_f", low=0.0, high=1.0, unit="share", meaning="error of files"),
        Factor("skill", target="tree.skill_shift", low=-0.1, high=0.3, meaning="shift of skill"),
        Factor("speed", target="parameters.g_y", low=0.01, high=1.0, distribution="loguniform", unit="per year"),
        choice("order", "need", "random", "rank"),
        choice("depth", 0.1, 0.3, 1.0),
    ),
    design=Design("latin-hypercube", points=60, seed=3),
    replicates=2, seed=1921,
    outcomes=("performance", "misfit", "recovery", "opposition_nation"),
    horizons={"after": Horizon("1923-12", "1926-11"), "end": Horizon("1926-12", "1926-12")},
    curves="quantiles", curve_outcomes=("performance", "recovery"), accidents="own",
)  # fmt: skip
MONTHS = [f"{year}-{month:02}" for year in range(1921, 1927) for month in range(1, 13)]


def truth(drawn: Mapping[str, Any], levers: Mapping[str, Any], outcome: str, scope: int, noise: Any) -> Any:
    """Elections gain where r_f + skill / 0.4 > 0.75, more so in classes that come late."""
    elected, peace = levers.get("policy") == "election", bool(levers.get("peace"))
    files, skill = drawn.get("r_f", 0.4), drawn.get("skill", 0.1)
    gain = 0.1 * (files + (skill + 0.1) / 0.4 - 1.0) + 0.01 * scope + 0.02 * peace
    level = 0.5 + 0.05 * np.sin(3 * files) + 0.01 * np.log(drawn.get("speed", 0.1)) + 0.02 * noise[0]
    values = level + elected * (gain + 0.02 * noise[1])
    if outcome == "misfit":
        return 1.0 - values
    return 2.0 * values if outcome == "recovery" else values


def experiment(**changes: Any) -> Experiment:
    """The experiment above with something else in it; `points`, `kind` and `rows` are the design's.

    Whether points share their accidents is as in a file that says nothing of them.
    """
    changes = {"accidents": "own" if DESIGNS[changes.get("kind", "latin-hypercube")].drawn else "shared"} | changes
    design = {key: changes.pop(key) for key in ("points", "kind", "rows", "levels") if key in changes}
    return replace(EXPERIMENT, **changes, design=replace(EXPERIMENT.design, **design))


def made(
    folder: Path, of: Experiment = EXPERIMENT, truth: Truth = truth, *, part_units: int = 60,
    blocks: Iterable[tuple[tuple[int, int], tuple[int, int]]] = (), parts: int | None = None,
    fail: Iterable[int] = (), count: int | None = None,
) -> Path:  # fmt: skip
    """Write a store, with its first parts alone if so wanted.

    `fail` are numbers of runs that failed; `count` is the design's number of points if that is not its own.
    """
    (folder / "runs").mkdir(parents=True)
    blocks = list(blocks) or [((0, count or of.design.points or len(of.design.rows)), (0, of.replicates))]
    wide = len(of.combinations)
    manifest = {
        "format": "skloki-sweep", "format_version": 1, "name": of.name, "title": of.title, "why": of.why,
        "experiment": of.record(), "fingerprint": of.fingerprint(),
        "plan": {
            "blocks": [{"points": points, "replicates": replicates} for points, replicates in blocks],
            "combinations": wide, "part_units": part_units,
        },
        "columns": {
            "levers": [lever.name for lever in of.levers],
            "uncertainties": [factor.name for factor in of.uncertainties],
            "outcomes": list(of.columns()),
        },
        "months": MONTHS,
        "draws": [], "model": "0" * 16, "versions": {}, "platform": "", "commit": None, "created": "",
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(manifest))
    first, number = 0, 0
    for points, replicates in blocks:
        pairs = [(point, replicate) for point in range(*points) for replicate in range(*replicates)]
        for at in range(0, len(pairs), part_units):
            if parts is None or number < parts:
                _part(folder, of, truth, number, pairs[at : at + part_units], first + at * wide, set(fail))
            number += 1
        first += len(pairs) * wide
    return folder


def draws(of: Experiment, points: np.ndarray) -> dict[str, np.ndarray]:
    """Values of the uncertainties at points: a table's own, or even ones that do not hang on what else is asked for."""
    if of.design.rows:
        return {name: np.array([of.design.rows[point][name] for point in points]) for name in of.design.rows[0]}
    found = {}
    for place, factor in enumerate(of.uncertainties):
        # Additive recurrence: even in one dimension, and in pairs.
        share = (0.5 + points * (0.754877666, 0.569840296, 0.819172513, 0.671043607, 0.549700477)[place]) % 1.0
        if factor.options:
            values = [factor.options[int(value * len(factor.options))].value for value in share]
            found[factor.name] = np.array(values)
        elif factor.distribution == "loguniform":
            found[factor.name] = factor.low * (factor.high / factor.low) ** share
        else:
            found[factor.name] = factor.low + (factor.high - factor.low) * share
    return found


def accidents(of: Experiment, pairs: Iterable[tuple[int, int]]) -> np.ndarray:
    """Two normal numbers for each pair of a point and a replicate: those of a replicate alone where they are shared."""
    own = of.accidents == "own"
    seeds = ([1921, p, r] if own else [1921, r] for p, r in pairs)
    return np.stack([np.random.default_rng(seed).normal(size=2) for seed in seeds], axis=1)


def _part(
    folder: Path, of: Experiment, truth: Truth, number: int, pairs: list[tuple[int, int]], first: int, fail: set[int]
) -> None:
    point, replicate = (np.array(values) for values in zip(*pairs, strict=True))
    wide = len(of.combinations)
    run = first + np.arange(len(pairs) * wide)
    broken = np.isin(run, list(fail))
    drawn = draws(of, point)
    noise = accidents(of, pairs)
    columns: dict[str, Any] = {
        "run": run, "point": np.repeat(point, wide), "replicate": np.repeat(replicate, wide).astype(np.int32),
        "series": np.repeat([of.series(*pair) for pair in pairs], wide),
        "seed": np.full(len(run), of.seed),
    }  # fmt: skip
    for place, lever in enumerate(of.levers):
        columns[lever.name] = _column([options[place].value for options in of.combinations] * len(pairs))
    for factor in of.uncertainties:
        columns[factor.name] = _column(np.repeat(drawn[factor.name], wide).tolist())
    worlds = [
        {lever.name: option.value for lever, option in zip(of.levers, options, strict=True)}
        for options in of.combinations
    ]
    for column, outcome, scope, _ in of.columns():
        values = np.stack([truth(drawn, world, outcome, SCOPES.index(scope), noise) for world in worlds], axis=1)
        values = np.where(broken, np.nan, (values + np.zeros((len(pairs), 1))).ravel())
        columns[column] = pa.array(values, from_pandas=True)
    for name in (*of.observables, *(PRODUCED if of.targets else ())):
        values = np.stack([truth(drawn, world, name, 0, noise) + np.zeros(len(pairs)) for world in worlds], axis=1)
        columns[name] = pa.array(np.where(broken, np.nan, values.ravel()), from_pandas=True)
    columns["error"] = pa.array(np.where(broken, "ZeroDivisionError: by nobody", None), pa.string())
    columns["error_at"] = pa.array(np.where(broken, "1922-03", None), pa.string())
    tables = {"runs": pa.table(columns)} | _curves(of, truth, drawn, worlds, noise, run, broken)
    files = {}
    for name, table in tables.items():
        path = folder / name / f"part-{number:06}.parquet"
        path.parent.mkdir(exist_ok=True)
        pq.write_table(table, path, compression="zstd")
        content = path.read_bytes()
        files[f"{name}/{path.name}"] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    line = {"part": number, "files": files, "runs": len(run), "failed": int(broken.sum()), "seconds": 0.1}
    line["finished"] = "2026-01-01T00:00:00.000+00:00"
    with (folder / "journal.jsonl").open("a") as journal:
        journal.write(json.dumps(line) + "\n")


def course(values: np.ndarray) -> np.ndarray:
    """Turn outcomes into courses over months: (...) -> (..., months)."""
    return values[..., None] * (1.0 + 0.1 * np.linspace(0, 1, len(MONTHS)))


def _curves(of: Experiment, truth: Truth, drawn: Any, worlds: Any, noise: Any, run: Any, broken: Any) -> dict[str, Any]:
    if of.curves == "none":
        return {}
    scopes = of.scopes[:2]
    values = {
        outcome: np.stack([
            np.stack([course(truth(drawn, world, outcome, place, noise)) for place in range(len(scopes))], axis=-1)
            for world in worlds
        ], axis=1).astype(np.float32).reshape(len(run), len(MONTHS), len(scopes))
        for outcome in of.curve_outcomes
    }  # fmt: skip
    good = ~broken
    shape = (int(good.sum()), len(MONTHS), len(scopes))
    months, places = (np.broadcast_to(a, shape) for a in (np.arange(len(MONTHS))[:, None], np.arange(len(scopes))))
    if of.curves != "quantiles":
        table = {
            "run": np.broadcast_to(run[good][:, None, None], shape).ravel(),
            "month": pa.array(np.array(MONTHS, "datetime64[M]").astype("datetime64[D]")[months.ravel()]),
            "scope": np.array(scopes)[places.ravel()],
        }
        return {"curves": pa.table(table | {name: array[good].ravel() for name, array in values.items()})}
    parts = []
    for outcome, array in values.items():
        combination = np.broadcast_to((run[good] % len(worlds))[:, None, None], shape)
        # Of each a number: a table is slow to sort by its columns.
        keys = combination, months, places, bins(array[good], outcome) - NONE
        wide = len(worlds), len(MONTHS), len(scopes), int(keys[-1].max(initial=0)) + 1
        unique, count = np.unique(np.ravel_multi_index(keys, wide), return_counts=True)
        combination, month, place, number = np.unravel_index(unique, wide)
        parts.append(pa.table({
            "combination": combination, "outcome": [outcome] * len(count), "scope": np.array(scopes)[place],
            "month": np.array(MONTHS)[month], "bin": (number + NONE).astype(np.int32), "count": count,
        }))  # fmt: skip
    return {"bins": pa.concat_tables(parts)}


def _column(values: list[Any]) -> pa.Array:
    array = pa.array(values)
    return array.dictionary_encode() if pa.types.is_string(array.type) else array
