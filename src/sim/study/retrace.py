"""A stored trace, opened again: its tables as they are, and what is not stored by running both worlds again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.errors import Problem, UserError
from sim.scenario.schema import Scenario
from sim.study.divergence import Divergence, compare
from sim.study.engines import engine
from sim.study.inputs import Setting
from sim.study.opening import Format, check_files, read_manifest
from sim.study.store import MANIFEST
from sim.study.tracing import FIGURES, FORMAT, FORMAT_VERSION, Traced, counted

TRACE = Format("trace", "trace", FORMAT, FORMAT_VERSION, {"files": dict, "settings": list})


def open_trace(path: Path | str, *, verify: bool = True) -> Traced:
    """Open the folder of a trace.

    Parameters
    ----------
    verify
        Compare every table's hash with the manifest; otherwise only its size.

    Raises
    ------
    UserError
        It is missing, damaged, or of another format; every fault is named.
    """
    folder = Path(path).expanduser().resolve()
    record = read_manifest(folder, TRACE)
    try:
        settings = tuple(Setting(entry["name"], (entry["a"], entry["b"])) for entry in record["settings"])
        # Pictures may have been drawn again since, by another version of what draws.
        pictures = {name for name in record["files"] if Path(name).parts[0] == FIGURES}
    except (KeyError, TypeError, AttributeError, IndexError) as error:
        reason = f"is damaged: {type(error).__name__}: {error}"
        raise UserError(Problem(str(folder / MANIFEST), allowed=reason)) from error
    tables = {name: entry for name, entry in record["files"].items() if name not in pictures}
    check_files(folder, tables, verify=verify)
    drawn = tuple(folder / name for name in sorted(pictures) if (folder / name).is_file())
    return Traced(folder, record, settings, figures=drawn)


def rerun(record: Mapping[str, Any]) -> Divergence:
    """Run both worlds of a manifest again and compare them: draws are addressed, so it gives the same.

    Raises
    ------
    UserError
        It does not: the trace was made by another version of the program.
    """
    chosen = engine()
    # As JSON: strict models accept lists for tuples there.
    scenarios = [Scenario.model_validate_json(json.dumps(record[world]["scenario"])) for world in "ab"]
    one, two = (chosen.build(scenario) for scenario in scenarios)
    replicate = record["replicate"]
    found = compare((one, two), (chosen.simulate(one, replicate), chosen.simulate(two, replicate)), replicate)
    again = json.loads(json.dumps(counted(found)))
    if again != {name: record[name] for name in again}:
        reason = "this version of skloki gives other worlds than the one that made it; trace the scenarios again"
        raise UserError(Problem(f"trace of {record['a']['name']} and {record['b']['name']}", allowed=reason))
    return found
