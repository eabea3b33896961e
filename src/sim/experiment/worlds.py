"""The worlds of an experiment, made quickly: what differs only in parameters shares all the rest."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from sim.experiment.experiment import Experiment, Factor, Option
from sim.scenario.layers import Layer, merge, nested
from sim.scenario.schema import Scenario
from sim.world.build import World, build, vary

KEPT, MOST = 64, 160
"""Worlds kept as models for others: one for each combination, at least and at most so many; each takes some two
megabytes, in every thread."""
PARAMETERS, VARIANTS = "parameters.", "variants."
QUICK = (PARAMETERS, VARIANTS)
"""Tables of a scenario in which a world may differ from another and share its tree and calendar."""


class Worlds:
    """The worlds of an experiment's runs.

    Not for several threads at once: each has its own.
    """

    def __init__(self, experiment: Experiment) -> None:
        self.experiment = experiment
        self.combinations = experiment.combinations
        self._kept = min(max(KEPT, len(self.combinations)), MOST)
        self._models: OrderedDict[tuple[Any, ...], World] = OrderedDict()

    def world(self, combination: int, sample: Mapping[str, Any]) -> World:
        """Return the world of a combination of levers at a point.

        Parameters
        ----------
        combination
            Number among ``experiment.combinations``.
        sample
            Value of each uncertainty by its name.

        Raises
        ------
        ValueError
            The values do not make a scenario.
        """
        uncertain = self.experiment.uncertainties
        parameters = {
            factor.target.removeprefix(PARAMETERS): float(sample[factor.name])
            for factor in uncertain if factor.target.startswith(PARAMETERS)
        }  # fmt: skip
        variants = {
            factor.target.removeprefix(VARIANTS): str(sample[factor.name])
            for factor in uncertain if factor.target.startswith(VARIANTS) and sample[factor.name] is not None
        }  # fmt: skip
        rest = tuple(sample[factor.name] for factor in uncertain if not factor.target.startswith(QUICK))
        return vary(self._model((combination, *rest), combination, sample), parameters, variants)

    def _model(self, key: tuple[Any, ...], combination: int, sample: Mapping[str, Any]) -> World:
        """Return the world that others of the same structure are varied from."""
        found = self._models.get(key)
        if found is None:
            table = scenario_table(self.experiment, combination, sample, quick=False)
            found = self._models[key] = build(Scenario.model_validate(table, strict=False))
            if len(self._models) > self._kept:
                self._models.popitem(last=False)
        self._models.move_to_end(key)
        return found


def scenario_table(
    experiment: Experiment, combination: int, sample: Mapping[str, Any], *, quick: bool = True
) -> dict[str, Any]:
    """Return the scenario of a run as nested tables of a scenario file.

    Parameters
    ----------
    quick
        Whether parameters and readings that are drawn are in it.
    """
    above = [option.table for option in experiment.combinations[combination]]
    for factor in experiment.uncertainties:
        if factor.target.startswith(QUICK) and not quick or sample[factor.name] is None:
            continue
        if factor.options:
            above.append(option_of(factor, sample[factor.name]).table)
        else:
            above.append(nested(factor.target, sample[factor.name]))
    own = {"title": experiment.title, "run": {"seed": experiment.seed, "replicates": 1}}
    return merge(Layer("", dict(table)) for table in (experiment.base, *above, own))[0]


def option_of(factor: Factor, value: Any) -> Option:
    """Return the option of a choice that has a value."""
    return next(option for option in factor.options if option.value == value)
