"""Outcomes that a user's folders define, in a file ``outcomes.toml`` of each.

The folders stand in the environment, in ``SKLOKI_PATH``, and in no scenario or option: an outcome changes no world,
and is wanted by every command alike, by Python and by their children.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from sim.errors import Problem, UserError
from sim.experiment.factors import BESIDE, TARGET
from sim.registry import derived
from sim.registry.derived import Derived, Wrong
from sim.registry.entries import Better
from sim.scenario.file_form import FileForm
from sim.scenario.files import read_experiment
from sim.scenario.layers import Fault, in_order
from sim.scenario.schema import Table

VARIABLE = "SKLOKI_PATH"
FILE = "outcomes.toml"


class OwnOutcome(Table):
    """An outcome that is derived from recorded ones, month by month, for the nation and each class."""

    value: str = Field(min_length=1, max_length=derived.LONGEST, description=f"an expression: {derived.WORDS}")
    meaning: str = Field(min_length=1, max_length=200, description="what it measures, in a line")
    unit: str = Field(min_length=1, max_length=40, description="in what, as it stands beside an axis")
    better: Better = Field("neither", description="whether more of it is good")
    smallest: float | None = Field(None, gt=0, allow_inf_nan=False, description=(
        "smallest effect of interest, in its unit; default: a twentieth of the baseline's mean"))


class OutcomesFile(Table):
    """A file of outcomes."""

    outcomes: dict[str, OwnOutcome] = Field(description="[outcomes.NAME]: a table for each")


def _faults(table: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with names and expressions."""
    outcomes, found = table.get("outcomes"), []
    for name, one in outcomes.items() if isinstance(outcomes, dict) else ():
        # not in `derived`, by which folders are opened that have been stored already
        if name in BESIDE or TARGET.fullmatch(name):
            allowed = "a name that no other column of the tables of results has"
            found.append(Fault(("outcomes", name), f'the name "{name}"', allowed, f"own_{name}"))
            continue
        value = one.get("value") if isinstance(one, dict) else None
        if isinstance(value, str) and value:
            try:
                derived.derived(name, value=value, unit="", meaning="")
            except Wrong as why:
                at = ("outcomes", name) if "the name" in why.found else ("outcomes", name, "value")
                found.append(Fault(at, why.found, why.allowed, why.suggestion))
    return found


FORM = FileForm(OutcomesFile, "a file of outcomes", f"a file {FILE}", "", "", OutcomesFile.model_json_schema, _faults)
"""The format of the file."""


def read_outcomes(path: Path) -> list[Derived]:
    """Return the outcomes that a file defines; UserError with all that is wrong with it."""
    layer = read_experiment(path, FORM)
    FORM.clean(layer)
    file, lacking = FORM.sound(layer.table)
    known = {fault.path for fault in layer.faults}
    problems = [*layer.problems(), *(layer.problem(one) for one in lacking if one.path not in known)]
    if problems:
        raise UserError(in_order(problems, [layer.label]))
    return [derived.derived(name, **one.model_dump()) for name, one in file.outcomes.items()]


def folders() -> Iterator[Path]:
    """Yield the user's folders, in their order."""
    for name in filter(None, os.environ.get(VARIABLE, "").split(os.pathsep)):
        folder = Path(name).expanduser()
        if not folder.is_dir():
            raise UserError(Problem(VARIABLE, found=repr(name), allowed="folders that there are"))
        yield folder


_seen: list[Any] = []


def look() -> None:
    """Ask for the outcomes that the user's folders define now; nothing is read again that has not changed."""
    files = [path for folder in folders() if (path := folder / FILE).exists()]
    state = [(path.resolve(), path.stat().st_mtime_ns) for path in files]
    if state == _seen:
        return
    found: dict[str, Derived] = {}
    for path in files:
        for one in read_outcomes(path):
            if found.setdefault(one.name, one) != one:
                raise UserError(Problem(str(path), f"outcomes.{one.name}", "a name twice", f"one in all of {VARIABLE}"))
    derived.ask(found.values())
    _seen[:] = state
