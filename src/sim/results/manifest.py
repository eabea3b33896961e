"""How a result came about: the record that travels with it."""

from __future__ import annotations

import json
import platform
import subprocess
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import version as of_package
from sim.registry import derived
from sim.registry.parameters import PARAMETERS
from sim.registry.versions import parameter_defaults

if TYPE_CHECKING:
    from sim.experiment.draws import Draws
    from sim.experiment.experiment import Experiment
    from sim.experiment.plan import Plan
    from sim.scenario.load import Loaded
    from sim.scenario.schema import Scenario

#: Libraries on which a result's numbers or files may depend.
LIBRARIES = ("numpy", "mesa", "numba", "pandas", "pyarrow")


@dataclass(frozen=True)
class Failure:
    """A replicate that could not be finished."""

    replicate: int
    seed: int
    error: str
    where: str


def failure(replicate: int, seed: int, error: Exception) -> Failure:
    """Return the record of a replicate that ended with an error."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return Failure(replicate, seed, f"{type(error).__name__}: {error}", f"{Path(frame.filename).name}:{frame.lineno}")


def describe(
    loaded: Loaded, engine: str, started: datetime, wall_seconds: float, failed: Sequence[Failure],
    drawn: Draws | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return the manifest of a run, without the list of files; ``drawn`` is what each replicate has drawn."""
    scenario = loaded.scenario
    return {
        "title": scenario.title, "name": loaded.path.stem, "scenario": json.loads(scenario.model_dump_json()),
        "layers": dict(sorted(loaded.layers.items())),
        "parameters": parameter_records(scenario, loaded.layers, drawn), "seed": scenario.run.seed,
        "replicates": scenario.run.replicates, "failed": [asdict(failure) for failure in failed],
        **circumstances(engine, started, wall_seconds), **own_outcomes(),
        **({} if drawn is None else {"draws": drawn.record()}),
    }  # fmt: skip


def describe_sweep(
    experiment: Experiment, plan: Plan, drawn: Sequence[str], months: Sequence[str], engine: str, model: str
) -> dict[str, Any]:
    """Return the manifest of a sweep that begins now.

    Parameters
    ----------
    drawn
        For each block of the plan a hash of what is drawn.
    months
        Of every run, ``YYYY-MM``.
    model
        Hash of the model's sources.
    """
    return {
        "name": experiment.name, "title": experiment.title, "why": experiment.why, "experiment": experiment.record(),
        "fingerprint": experiment.fingerprint(),
        "columns": {
            "levers": [lever.name for lever in experiment.levers],
            "uncertainties": [factor.name for factor in experiment.uncertainties],
            "outcomes": [list(column) for column in experiment.columns()],
        },
        "plan": plan.record(), "draws": [*drawn], "months": [*months], "engine": engine, "model": model,
        "versions": versions(), "platform": platform.platform(), "commit": commit(),
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }  # fmt: skip


def own_outcomes() -> dict[str, Any]:
    """Return the definitions of outcomes that are kept besides what is recorded, if there are any."""
    return {"derived": derived.records()} if derived.ASKED else {}


def circumstances(engine: str, started: datetime, wall_seconds: float) -> dict[str, Any]:
    """Return with what, where, when and how long something was worked out."""
    return {
        "engine": engine, "versions": versions(), "platform": platform.platform(), "commit": commit(),
        "started": started.isoformat(timespec="seconds"), "wall_seconds": round(wall_seconds, 3),
    }  # fmt: skip


def parameter_records(
    scenario: Scenario, layers: Mapping[str, str], drawn: Draws | None = None
) -> list[dict[str, Any]]:
    """Return every parameter with its value, where that was set, and the evidence for it.

    What is drawn has no value, and ``drawn`` where others say what set them. Defaults are of the version that the
    scenario asks for.
    """
    defaults, of_draws = parameter_defaults(scenario.defaults), () if drawn is None else drawn.names
    return [
        {
            "name": name, "value": None if name in of_draws else scenario.parameters.get(name, defaults[name]),
            "layer": "drawn" if name in of_draws else layers.get(f"parameters.{name}", "default"),
            "default": defaults[name], "unit": parameter.unit, "grade": parameter.grade, "source": parameter.source,
        }
        for name, parameter in PARAMETERS.items()
    ]  # fmt: skip


def versions() -> dict[str, str | None]:
    """Return the versions of Python, of this package and of the libraries; none for what is not installed."""
    found: dict[str, str | None] = {"python": platform.python_version(), "sim": of_package.__version__}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = None
    return found


@cache
def here() -> dict[str, Any]:
    """Return where this process is at work, and with which versions."""
    return {"host": platform.node(), "versions": versions()}


@cache
def commit() -> str | None:
    """Return the git commit of the running code, ``+`` if it was changed since; none outside a checkout."""
    return commit_of(Path(of_package.__file__).resolve().parent)


def commit_of(package: Path) -> str | None:
    """Return the git commit of a package that lies where this one does in a checkout."""
    top = _git(package, "rev-parse", "--show-toplevel")
    # An environment inside somebody's own checkout says nothing about this code.
    if not top or package not in (Path(top) / "src" / "sim", Path(top).resolve() / "src" / "sim"):
        return None
    head = _git(package, "rev-parse", "--verify", "--quiet", "HEAD")
    if not head:
        return None
    return head + ("+" if _git(package, "status", "--porcelain", "--", str(package)) else "")


def _git(folder: Path, *arguments: str) -> str | None:
    command = ["git", "-C", str(folder), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
