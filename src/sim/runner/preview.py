"""What a scenario amounts to, before it is run: values with their layers, warnings, size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.experiment.warnings import unlike
from sim.registry.parameters import PARAMETERS
from sim.scenario.load import differences, extended
from sim.scenario.schema import month_number, months_of
from sim.world.build import effective
from sim.world.places import uezds_of
from sim.world.schedule import check_members

if TYPE_CHECKING:
    from sim.scenario.load import Loaded

#: Fewer replicates than this tell little of chance.
FEW = 5


@dataclass(frozen=True)
class Setting:
    """One effective value, and where it was set."""

    name: str
    value: Any
    unit: str
    layer: str


@dataclass(frozen=True, kw_only=True)
class Check:
    """What is valid, looked at before it runs: a scenario, or an experiment, whose size is that of its first world.

    Attributes
    ----------
    runs
        In all.
    warnings
        What is allowed but worth a thought.
    """

    guberniias: int
    uezds: int
    months: int
    runs: int
    warnings: tuple[str, ...]

    @property
    def committee_months(self) -> int:
        """Committees x months x runs: what the time grows with."""
        return (self.guberniias + self.uezds) * self.months * self.runs


@dataclass(frozen=True, kw_only=True)
class Preview(Check):
    """A scenario that was checked.

    Attributes
    ----------
    loaded
        The scenario itself.
    settings
        Every effective value, registered parameters included, in the order of the file format.
    base
        The files that the scenario extends, or the defaults.
    differs
        What is set otherwise than there: a field, its value in the base, and what it is here.
    """

    loaded: Loaded
    settings: list[Setting]
    base: str
    differs: list[tuple[str, Any, Setting]]

    @property
    def replicates(self) -> int:
        """Runs, which differ by chance alone."""
        return self.runs

    @property
    def changed(self) -> list[Setting]:
        """The settings that are not defaults."""
        return [setting for setting in self.settings if setting.layer != "default"]


def preview(loaded: Loaded) -> Preview:
    """Look at a loaded scenario; UserError where no world can be made of it."""
    scenario = loaded.scenario
    uezds = uezds_of(scenario.tree)  # by guberniia; to plant them takes ten times as long, for their draws
    check_members(scenario, months_of(scenario), effective(scenario))
    units = {f"parameters.{name}": parameter.unit for name, parameter in PARAMETERS.items()}
    settings = [Setting(key, value, units.get(key, ""), layer) for key, value, layer in loaded.effective()]
    known, (base, name) = {setting.name: setting for setting in settings}, extended(loaded)
    differs = []
    for one in differences(base, loaded, ignoring=("title", "why")):
        here = Setting(one["field"], one["other"], "", loaded.layers.get(one["field"], ""))
        differs.append((one["field"], one["base"], known.get(one["field"], here)))
    differs.sort(key=lambda one: [*known].index(one[0]) if one[0] in known else len(known))
    return Preview(
        loaded=loaded, warnings=tuple(warnings(loaded)), guberniias=len(uezds), uezds=sum(uezds), settings=settings,
        base=name, differs=differs,
        months=month_number(scenario.period.end) - month_number(scenario.period.start) + 1,
        runs=scenario.run.replicates,
    )  # fmt: skip


def warnings(loaded: Loaded) -> Iterator[str]:
    """Yield what is allowed but worth a thought."""
    yield from (str(problem) for problem in loaded.warnings)
    if loaded.scenario.options.twins == "own":
        yield from unlike(loaded.scenario.parameters)
    if loaded.scenario.run.replicates < FEW:
        few = loaded.scenario.run.replicates
        yield f"run.replicates: {few} {'is' if few == 1 else 'are'} too few to tell an effect from chance"
