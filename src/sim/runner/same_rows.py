"""Where the model's hash has changed, rows decide: a few are made again and set beside those that are stored."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from sim.errors import Problem, UserError
from sim.experiment import designs
from sim.experiment.experiment import Experiment
from sim.experiment.plan import Chunk, Plan
from sim.results.folder import fault
from sim.runner.chunks import Job, name, run_chunk

LOOKED_AT = 5
"""Chunks, spread over those that are stored, of which the first pair is run again."""
FAILURE = ("error", "error_at")
"""Columns that say why a run has failed: in words, which may change."""


def earlier(manifest: Mapping[str, Any]) -> list[str]:
    """Return the hashes of all models that gave a sweep's rows, the last one first."""
    return [manifest["model"], *manifest.get("models", ())]


def check(
    folder: Path, manifest: Mapping[str, Any], experiment: Experiment, job: Job, plan: Plan,
    parts: Mapping[int, Mapping[str, Any]],
) -> str:  # fmt: skip
    """Run a few pairs of runs again, and return in words what was looked at.

    Where months are kept as histograms, which are of a whole chunk, one chunk is run again as a whole.

    Parameters
    ----------
    parts
        The journal.
    """
    whole = [number for number, entry in sorted(parts.items()) if _is_whole(folder, entry)]
    chosen = [whole[at * (len(whole) - 1) // (LOOKED_AT - 1)] for at in range(LOOKED_AT)] if whole else []
    runs = 0
    for number in dict.fromkeys(chosen):
        chunk, files = plan.chunk(number), set(parts[number]["files"])
        if number != chosen[0] or f"bins/{name(number)}" not in files:
            chunk, files = replace(chunk, size=1), files - {f"bins/{name(number)}"}
        runs += chunk.runs
        samples = designs.samples(experiment, chunk.block.points, *chunk.points)
        found = next(_differences(folder, files, run_chunk(job, chunk, samples).files, chunk), None)
        if found is not None:
            raise UserError(Problem(
                str(folder), "model",
                f"rows of model {manifest['model']} (begun at commit {manifest['commit']}): {found}",
                f"rows that this model, {job.model}, gives too: its sources or data have changed, and rows of two "
                "models are not one table; go on with that version, or begin anew in another folder (--out)",
            ))  # fmt: skip
    return (
        f"the model's sources or data have changed since these rows were made ({manifest['model']}, now {job.model}); "
        f"{runs:,} runs of {len(set(chosen))} parts, run again, gave what is stored, to the last bit"
    )


def _is_whole(folder: Path, entry: Mapping[str, Any]) -> bool:
    """Say whether a chunk is as it was written: others are made anew in any case."""
    return not any(fault(folder, name, record, verify=True) for name, record in entry["files"].items())


def _differences(folder: Path, stored: Collection[str], made: Mapping[str, bytes], chunk: Chunk) -> Iterator[str]:
    """Yield in words what is not as stored in the files of a chunk, or of the beginning of one."""
    for file, content in made.items():
        if file not in stored:
            continue
        now, then = pq.read_table(pa.BufferReader(content)), pq.read_table(folder / file)
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
