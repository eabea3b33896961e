"""Which worlds can be set beside one another, how they differ, and what is asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, UserError
from sim.results import manifest
from sim.runner.run import with_run

if TYPE_CHECKING:
    from sim.scenario.load import Loaded
    from sim.world.build import World

NOT_COMPARED = ("title", "why", "run.replicates", "run.seed", "run.committees")
"""Fields that make no difference between worlds on the same accidents."""
UNSET: tuple[Any, ...] = (None, "", [])


def named(worlds: Iterable[Loaded]) -> list[str]:
    """Return a name for each world: its file's, with a number where two are called alike."""
    names: list[str] = []
    for world in worlds:
        name, number = world.path.stem, 1
        while name in names:
            number += 1
            name = f"{world.path.stem}-{number}"
        names.append(name)
    return names


def agreed(worlds: Sequence[Loaded], replicates: int, seed: int | None) -> list[Loaded]:
    """Return the worlds with one number of replicates and one seed; refuse such as differ in months or seed."""
    if len(worlds) < 2:
        raise UserError(Problem("compare", found=f"{len(worlds)} scenario", allowed="two scenarios or more"))
    # A world's single committees would fill memory and are not compared.
    plain = [
        replace(world, scenario=world.scenario.model_copy(
            update={"run": world.scenario.run.model_copy(update={"committees": False})}
        ))
        for world in worlds
    ]  # fmt: skip
    plain = [with_run(world, replicates, seed) for world in plain]
    base, problems = plain[0].scenario, []
    for world in plain[1:]:
        where, mine = str(world.path), world.scenario
        if mine.period != base.period:
            problems.append(Problem(
                where, "period", f"{mine.period.start} to {mine.period.end}",
                f"the months of {worlds[0].path.stem}, {base.period.start} to {base.period.end} "
                f"(--set period.start=..., --set period.end=... sets them for all)",
            ))  # fmt: skip
        if mine.run.seed != base.run.seed:
            allowed = f"the seed of {worlds[0].path.stem}, {base.run.seed} (--seed S sets it for all)"
            problems.append(Problem(where, "run.seed", str(mine.run.seed), allowed))
    if problems:
        raise UserError(problems)
    return plain


def same_places(worlds: Sequence[Loaded], built: Sequence[World]) -> None:
    """Refuse worlds of other committees: their means would differ by who is counted.

    The same places may differ in literacy, skill or benches: that is then part of the effect.
    """
    def places(world: World) -> list[Any]:
        return [(place.key, place.name, place.unit_class) for place in world.committees]

    def size(world: World) -> str:
        return f"{world.guberniias} guberniias and {len(world.committees) - world.guberniias} uezds"

    base = worlds[0].path.stem
    problems = [
        Problem(str(loaded.path), "tree", size(world), f"the committees of {base}, {size(built[0])}")
        for loaded, world in zip(worlds, built, strict=True)
        if places(world) != places(built[0])
    ]
    if problems:
        raise UserError(problems)


def differences(base: Loaded, other: Loaded) -> list[dict[str, Any]]:
    """Return what another world sets otherwise than the baseline, field by field."""
    one, two = ({name: value for name, value, _ in world.effective()} for world in (base, other))
    found = []
    for name in dict.fromkeys([*one, *two]):
        values = one.get(name), two.get(name)
        # An entry that only one world has need not say what it leaves open, nor that it holds.
        idle = all(value in UNSET for value in values) or (name.endswith(".enabled") and set(values) == {None, True})
        if values[0] != values[1] and not idle and name not in NOT_COMPARED and not name.endswith(".source"):
            found.append({"field": name, "base": values[0], "other": values[1]})
    return found


def world_record(loaded: Loaded, name: str, base: Loaded) -> dict[str, Any]:
    """Return what the manifest says of a world."""
    scenario = loaded.scenario
    return {
        "name": name,
        "title": scenario.title,
        "scenario": scenario.model_dump(mode="json"),
        "layers": dict(sorted(loaded.layers.items())),
        "parameters": manifest.parameter_records(scenario.parameters, loaded.layers),
        "differs": differences(base, loaded),
    }


