"""A sweep made larger, or smaller again as far as nothing has begun."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sim.errors import Problem, UserError
from sim.experiment.designs import kind_of
from sim.experiment.experiment import Experiment
from sim.experiment.keep import MOST_RUNS
from sim.experiment.plan import Plan

PICTURES = "figures"
"""Where `plot` draws, below a sweep's folder."""
MOST_TIMES = 1000
"""Times its first size that a sweep may have: more would be a great many small files."""


def enlarged(
    experiment: Experiment, plan: Plan, times: int, stored: Mapping[int, Mapping[str, Any]], say: Callable[[str], None]
) -> Plan:
    """Return the plan with so many times the pairs of its first block, and say what that means.

    Parameters
    ----------
    stored
        The journal: parts that are stored, which stay.
    """
    first = plan.blocks[0].pairs * plan.combinations
    most = min(MOST_RUNS // first, MOST_TIMES)
    if times > most:
        found = f"{times:,}x, {times * first:,} runs"
        raise UserError(Problem("--extend", found=found, allowed=f"at most {most:,}x; or begin a larger sweep"))
    asked = plan.enlarged(times, growing=kind_of(experiment).growing, stored=stored)
    if asked.runs > plan.runs:
        say(f"{asked.runs - plan.runs:,} runs are added to {plan.runs:,}{_costs(asked.runs - plan.runs, stored)}")
    elif asked.runs < plan.runs:
        say(f"{plan.runs - asked.runs:,} runs that had not begun are left out again: {asked.runs:,} remain")
    if asked.runs > times * first:
        say(f"{times}x would be {times * first:,} runs: more have begun, and these stay")
    return asked


def set_aside(folder: Path, runs: int) -> str:
    """Put the pictures of a sweep that is going to grow into a folder that says of how many runs at most they are.

    Returns which folder that is; nothing where there are no pictures.
    """
    found = [path for path in (folder / PICTURES).glob("*") if path.is_file()]
    older = folder / PICTURES / f"of-{runs}-runs"
    for path in found:
        older.mkdir(exist_ok=True)
        path.replace(older / path.name)
    return f"{PICTURES}/{older.name}" if found else ""


def _costs(runs: int, stored: Mapping[int, Mapping[str, Any]]) -> str:
    """Return in words what runs take in time and disk, by those that are stored."""
    done = sum(entry["runs"] for entry in stored.values())
    if not done:
        return ""
    seconds = sum(entry["seconds"] for entry in stored.values()) * runs / done
    size = sum(file["bytes"] for entry in stored.values() for file in entry["files"].values()) * runs / done
    return f": by what is stored, {seconds / 3600:.2g} hours of one core and {size / 2**20:,.2g} MiB"
