"""The command that makes a stored folder again, read off its manifest; and in words what no command can tell."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from operator import getitem
from pathlib import Path
from typing import Any

from sim.experiment.schema import FORM as EXPERIMENT
from sim.registry.outcomes import SHOWN
from sim.scenario.files import DICT, shipped
from sim.scenario.format import FORM as SCENARIO
from sim.scenario.layers import SETS
from sim.scenario.sets import key_path, read_value
from sim.scenario.write import toml_value

SAID = ("run.seed", "run.replicates")
"""Fields that an option says besides."""


def command(manifest: Mapping[str, Any], verb: str) -> str:
    """Return the command that makes a stored folder again, where its files of worlds are at hand.

    Where a command cannot tell what was set, the words say so, and no command is given that would make something else.
    """
    worlds = manifest.get("worlds") or [manifest[side] for side in ("a", "b") if isinstance(manifest.get(side), dict)]
    worlds = worlds or ([manifest] if "scenario" in manifest else [])
    untold = [*dict.fromkeys(_untold(worlds))]
    if untold:
        return f"no command alone: {'; '.join(untold)}; manifest.json has all values"
    return shlex.join(["skloki", verb, *_arguments(manifest, verb, worlds)])


def _arguments(manifest: Mapping[str, Any], verb: str, worlds: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if worlds:
        yield from map(_file, worlds)
        yield from (part for name, value in _sets(worlds).items() for part in (SETS, f"{name}={_text(value)}"))
    elif verb == "claims":
        yield from ("--quick",) if manifest["quick"] else ()
    else:
        yield from _experiment(manifest, verb)
    if verb in ("run", "compare", "trace"):
        yield from ("--seed", str(manifest["seed"]))
    if verb == "trace":
        yield from ("--replicate", str(manifest["replicate"]))
    elif verb in ("run", "compare"):
        drawn = manifest.get("draws") or {}
        yield from ("--draws" if drawn and verb == "compare" else "--replicates",
                    str(manifest.get("replicates", manifest.get("pairs"))))  # fmt: skip
        yield from (("--ensemble", drawn["ensemble"]["name"]) if "ensemble" in drawn else ())
    if verb == "compare":
        yield from _judged(manifest)


def _experiment(manifest: Mapping[str, Any], verb: str) -> Iterator[str]:
    """Yield the experiment, and what was asked of it besides."""
    name, _, points = str(manifest["name"]).partition("-first-")
    over = ((manifest.get("experiment") or {}).get("ensemble") or {}).get("name") if verb == "sweep" else None
    # a sweep over an ensemble is called after both; an experiment that names one itself is not
    named = name.removesuffix(f"-{over}") if over else name
    # of calibrations the crates in results/ have the bare name
    yield named if verb == "calibrate" else _called(named, EXPERIMENT, manifest.get("title"))
    yield from ("--ensemble", str(over)) if named != name else ()
    yield from ("--points", points) if points else ()
    if verb in ("readiness", "lockin"):
        yield from ("--ensemble", manifest["ensemble"], "--draws", str(manifest["draws"]))
        yield from ("--quick",) if manifest.get("quick") else ()


def _judged(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield at what a comparison looks, and what it holds for little."""
    yield from (part for horizon in manifest.get("horizons", ()) for part in ("--horizon", horizon))
    shown, small, wanted = (manifest.get(of) for of in ("shown", "smallest", "precision"))
    yield from (part for name in shown or () if shown != [*SHOWN] for part in ("--outcome", name))
    least = {} if not small else {"": small["share"]} | {f"{name}=": value for name, value in small["named"].items()}
    yield from (part for of, value in least.items() if value is not None for part in ("--smallest", f"{of}{value}"))
    yield from ("--precision", str(wanted["half_width"]), "--for", wanted["outcome"]) if wanted else ()


def _file(world: Mapping[str, Any]) -> str:
    """Return what a world is called in a command: its file, or the name of one that comes with the package."""
    label = _layer(world)
    # a title is not inherited: it stands in the world's own file, unless the command line has set it
    stem, title = (Path(label).stem, world.get("title")) if label.endswith(".toml") else (str(world["name"]), None)
    # one world that was given twice
    twice = stem not in shipped(SCENARIO) and re.sub(r"-\d+$", "", stem) in shipped(SCENARIO)
    return _called(re.sub(r"-\d+$", "", stem) if twice else stem, SCENARIO, title)


def _called(stem: str, form: Any, title: str | None) -> str:
    known = shipped(form).get(stem)
    # somebody's own file may be called as one that is shipped
    return stem if known and title in (None, tomllib.loads(known.read_text("utf-8"))["title"]) else f"{stem}.toml"


def _layer(world: Mapping[str, Any]) -> str:
    return re.sub(r":\d+$", "", str(world.get("layers", {}).get("title", "")))


def _sets(worlds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what the command line has set, by dotted names; in one world alone, where it has no effect in another."""
    return {name: _at(world["scenario"], name) for world in worlds for name, layer in world.get("layers", {}).items()
            if layer == SETS and name not in SAID}  # fmt: skip


def _at(values: Any, name: str) -> Any:
    """Return the value at a dotted name; none where there is none of that name."""
    try:
        return reduce(getitem, key_path(name) or (), values)
    except (LookupError, TypeError):
        return None


def _text(value: Any) -> str:
    """Return a value as the command line reads it: a text without quotes, where it is none of another kind."""
    return value if isinstance(value, str) and read_value(value.strip()) == value else toml_value(value)


def _untold(worlds: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield in words what a command cannot tell of worlds."""
    files: dict[str, Mapping[str, Any]] = {}
    for world in worlds:
        label, name = _layer(world), str(world["name"])
        if name.split("-")[0] == DICT:
            yield f"{name} came in as a dict"
        elif label.startswith("run "):
            yield f"it is {label} of a sweep, made by skloki rerun FOLDER --{label}"
        elif files.setdefault(_file(world), world)["scenario"] != world["scenario"]:
            yield f"two files are called {_file(world)}"
        else:
            yield from _untold_sets(world)


def _untold_sets(world: Mapping[str, Any]) -> Iterator[str]:
    for name, value in _sets([world]).items():
        if name == "tree.kind" and value == "table" and world["layers"].get("tree.places", SETS) != SETS:
            yield f"{SETS} tree.table named a table, {world['layers']['tree.places']}"
        elif value is None or (isinstance(value, list) and any(isinstance(one, dict) for one in value)):
            yield f"{SETS} gave {name}"
