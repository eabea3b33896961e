"""How a sweep goes on in a folder: the same experiment, the same samples, the same rows, and perhaps more of them.

Where the model's hash has changed, rows decide: a few are made again and set beside those that are stored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from sim.analysis.wording import counted
from sim.errors import Problem, UserError
from sim.experiment import designs
from sim.experiment.experiment import Experiment, from_record
from sim.experiment.load import MOST_RUNS
from sim.experiment.plan import Chunk, Plan
from sim.results.columns import read_file
from sim.results.sweep_store import Store
from sim.runner.chunk_rows import file_name
from sim.runner.chunks import Job, run_chunk
from sim.runner.compiling import prepare
from sim.runner.progress import in_bytes, in_time

SAID = ("name", "title", "why", "smallest")
"""Fields that change no row; the manifest takes over what they say now."""
OF_ENSEMBLE = ("ensemble.name", "ensemble.given", "ensemble.model")
"""The same of the ensemble that points are drawn from: its draws are compared; whose model they are, rows decide."""
NUMBERS = ("replicates", "design.points")
LONGEST = 60
MOST_TIMES = 1000
"""Times its first size that a sweep may have: more would be a great many small files."""
LOOKED_AT = 5
"""Chunks, spread over those that are stored, of which the first pair is run again."""
FAILURE = ("error", "error_at")
"""Columns that say why a run has failed: in words, which may change."""


def resolved(
    store: Store, experiment: Experiment, job: Job, plan: Plan, times: int | None, say: Callable[[str], None]
) -> tuple[Plan, list[str]]:
    """Return the plan of a sweep that has begun, or is enlarged, and a hash of what is drawn for each block.

    Unless all rows there are are those that this experiment and this model give, it is refused.

    Parameters
    ----------
    plan
        As it was begun, or of a new sweep.
    times
        As `enlarged` takes them.
    """
    known = store.known
    if known is not None:
        check(store.folder, known, experiment)
    if times is not None:
        stored = store.journal.parts
        plan = enlarged(plan, times, growing=designs.kind_of(experiment).growing, stored=stored, say=say)
    drawn = designs.hashes(experiment, plan)
    if known is not None:
        check_samples(store.folder, known, drawn)
        if job.model not in models(known):
            say(check_rows(store, known, experiment, job, plan))
    return plan, drawn


def check(folder: Path, manifest: Mapping[str, Any], experiment: Experiment) -> None:
    """Refuse to add rows of another experiment to those there are."""
    place = str(folder)
    known = from_record(manifest["experiment"]).record()
    found = [entry for entry in differences(known, experiment.record()) if entry[0] not in (*SAID, *OF_ENSEMBLE)]
    if not found:
        return
    if all(name in NUMBERS for name, _, _ in found):
        allowed = (
            "as when the sweep was begun; to enlarge it, leave the experiment as it was and add --extend 2x (3x, ...); "
            "or begin anew in another folder (--out)"
        )
        raise UserError(Problem(place, name, new, f"{old}, {allowed}") for name, old, new in found)
    raise UserError([
        *(Problem(place, name, f"{old} -> {new}") for name, old, new in found),
        Problem(place, allowed="the experiment has changed since this sweep was begun, and its rows would not be those "
                "of one experiment; begin anew in another folder (--out), or undo the changes"),
    ])  # fmt: skip


def check_samples(folder: Path, manifest: Mapping[str, Any], hashes: list[str]) -> None:
    """Refuse samples that are not those of the rows there are; blocks that only one of both has do not matter."""
    if any(one != other for one, other in zip(manifest["draws"], hashes, strict=False)):
        then = manifest["versions"].get("scipy")
        raise UserError(Problem(
            str(folder), "draws", "other points than those of the rows there are",
            f"the points that were drawn when the sweep was begun (with scipy {then}); go on with that version, "
            "or begin anew in another folder (--out)",
        ))  # fmt: skip


def enlarged(
    plan: Plan, times: int, *, growing: bool, stored: Mapping[int, Mapping[str, Any]], say: Callable[[str], None]
) -> Plan:
    """Return the plan with so many times the pairs of its first block, and say what that means."""
    first = plan.blocks[0].pairs * plan.combinations
    most = min(MOST_RUNS // first, MOST_TIMES)
    if times > most:
        found = f"{times:,}x, {times * first:,} runs"
        raise UserError(Problem("--extend", found=found, allowed=f"at most {most:,}x; or begin a larger sweep"))
    asked = plan.enlarged(times, growing=growing, stored=stored)
    if asked.runs > plan.runs:
        say(f"{asked.runs - plan.runs:,} runs are added to {plan.runs:,}{costs(asked.runs - plan.runs, stored)}")
    elif asked.runs < plan.runs:
        say(f"{plan.runs - asked.runs:,} runs that had not begun are left out again: {asked.runs:,} remain")
    if asked.runs > times * first:
        say(f"{times}x would be {times * first:,} runs: more have begun, and these stay")
    return asked


def costs(runs: int, stored: Mapping[int, Mapping[str, Any]]) -> str:
    """Return in words what runs take in time and disk, by those that are stored."""
    done = sum(entry["runs"] for entry in stored.values())
    if not done:
        return ""
    seconds = sum(entry["seconds"] for entry in stored.values()) * runs / done
    size = sum(file["bytes"] for entry in stored.values() for file in entry["files"].values()) * runs / done
    return f": by what is stored, {in_time(seconds)} of one core and {in_bytes(size)}"


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return the fields in which two records differ, with both values in short."""
    one, two = dict(_leaves(old)), dict(_leaves(new))
    found = {
        name: (_short(one.get(name)), _short(two.get(name)))
        for name in dict.fromkeys([*one, *two])
        if one.get(name) != two.get(name)
    }
    return [(name, *values) for name, values in found.items()]


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted names and values; factors go by their names, options by their values."""
    if isinstance(value, Mapping) and (value or not name):
        top = not name
        for key, inner in value.items():
            if top and key in SAID:
                yield key, inner
            else:
                yield from _leaves(inner, key if top else f"{name}.{key}")
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        label = next((key for key in ("name", "value") if all(key in item for item in value)), "")
        yield name, [item[label] for item in value] if label else value
        for item in value if label else ():
            yield from _leaves({key: inner for key, inner in item.items() if key != label}, f"{name}.{item[label]}")
    else:
        yield name, value


def _short(value: Any) -> str:
    text = "nothing" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def models(manifest: Mapping[str, Any]) -> list[str]:
    """Return the hashes of all models that gave a sweep's rows, the last one first."""
    return [manifest["model"], *manifest.get("models", ())]


def kept(
    known: Mapping[str, Any] | None, apart: Sequence[Mapping[str, Any]], now: Mapping[str, Any], *, grows: bool
) -> dict[str, Any]:
    """Return what a manifest keeps saying of the sweep's beginning, and of models and commits that gave rows before.

    The commit goes with the model, and is that of the last rows: it stays where neither is new.

    Parameters
    ----------
    apart
        Manifests of folders that are joined to it: at least one where none is known.
    """
    earlier = [*apart] if known is None else [known, *apart]
    kept: dict[str, Any] = {"format_version": earlier[0]["format_version"]}  # all of one: others are not joined
    if known is not None:
        kept |= {key: known[key] for key in ("versions", "platform", "created")}
        if not grows and now["model"] == known["model"]:
            kept["commit"] = known["commit"]
    latest = {"model": now["model"], "commit": kept.get("commit", now["commit"])}
    for key, others in (("model", "models"), ("commit", "commits")):
        before = dict.fromkeys(name for one in earlier for name in (one[key], *one.get(others, ())))
        if named := [name for name in before if name is not None and name != latest[key]]:
            kept[others] = named
    return kept


def check_rows(store: Store, manifest: Mapping[str, Any], experiment: Experiment, job: Job, plan: Plan) -> str:
    """Run a few pairs of runs again, and return in words what was looked at.

    Where months are kept as histograms, which are of a whole chunk, one chunk is run again as a whole.
    """
    whole = sorted(store.done)
    if not whole:
        return (f"the model's sources or data have changed since it was begun ({manifest['model']}, now {job.model}); "
                "no run is there that could be set beside this one's")  # fmt: skip
    chosen = [whole[at * (len(whole) - 1) // (LOOKED_AT - 1)] for at in range(LOOKED_AT)]
    runs = 0
    prepare()
    for number in dict.fromkeys(chosen):
        chunk, files = plan.chunk(number), set(store.done[number]["files"])
        if number != chosen[0] or f"bins/{file_name(number)}" not in files:
            chunk, files = replace(chunk, size=1), files - {f"bins/{file_name(number)}"}
        runs += chunk.runs
        samples = designs.samples(experiment, chunk.block.points, *chunk.points)
        found = next(_differences(store.folder, files, run_chunk(job, chunk, samples).files, chunk), None)
        if found is not None:
            raise UserError(Problem(
                str(store.folder), "model",
                f"rows of model {manifest['model']} (the last of them at commit {manifest['commit']}): {found}",
                f"rows that this model, {job.model}, gives too: its sources or data have changed, and rows of two "
                "models are not one table; go on with that version, or begin anew in another folder (--out)",
            ))  # fmt: skip
    return (
        f"the model's sources or data have changed since these rows were made ({manifest['model']}, now {job.model}); "
        f"{counted(runs, 'run')} of {counted(len(set(chosen)), 'part')}, run again, gave what is stored, to the last "
        "bit"
    )


def _differences(folder: Path, stored: Collection[str], made: Mapping[str, bytes], chunk: Chunk) -> Iterator[str]:
    """Yield in words what is not as stored in the files of a chunk, or of the beginning of one."""
    for file, content in made.items():
        if file not in stored:
            continue
        now, then = read_file(pa.BufferReader(content)), read_file(folder / file)
        if "run" in now.column_names:
            first, end = chunk.first_run, chunk.first_run + chunk.runs
            then = then.filter(pc.and_(pc.greater_equal(then["run"], first), pc.less(then["run"], end)))
            yield from differing(then.to_pylist(), now.to_pylist())
        elif now.to_pydict() != then.to_pydict():
            yield f"{file} has other histograms of months"


def differing(stored: Sequence[Mapping[str, Any]], now: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield in words the cells in which rows differ, to the last bit; a run that fails twice is the same."""
    if len(stored) != len(now):
        yield f"{len(stored)} rows of months, now {len(now)}"
    for then, again in zip(stored, now, strict=False):
        if then.get("error") and again.get("error"):
            continue
        for column in dict.fromkeys([*FAILURE, *then, *again]):
            both = then.get(column), again.get(column)
            # As texts, which restore every bit and tell 0.0 from -0.0.
            if repr(both[0]) != repr(both[1]) and (column not in FAILURE or None in both):
                yield f"run {then['run']}, {column}: stored {both[0]!r}, now {both[1]!r}"
