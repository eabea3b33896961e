"""What a calibration is asked for: an experiment whose file says on what, and refusals of what cannot be calibrated."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sim.analysis.targets import PRODUCED
from sim.errors import UserError
from sim.experiment import designs
from sim.experiment.experiment import Experiment
from sim.experiment.load import experiment_of, read
from sim.experiment.schema import FORM, Calibrate
from sim.scenario.files import locate
from sim.scenario.layers import Fault, KeyPath, in_order, unknown


def load(experiment: str | Path) -> tuple[Experiment, Calibrate, list[str]]:
    """Return an experiment, what its file says of calibrating it, and the figures that it is to agree with."""
    path = locate(experiment, FORM)
    draft = read(path)
    asked = experiment_of(draft)
    settings, faults = draft.file.calibrate, list[Fault]()
    wanted = list(PRODUCED) if settings.targets == "all" else settings.targets
    lists: list[tuple[KeyPath, Sequence[str]]] = [
        (("calibrate", "targets"), wanted), (("calibrate", "exclude"), settings.exclude)]  # fmt: skip
    for where, names in lists:
        faults += [unknown((*where, at), name, "a figure that the model produces (skloki list targets)", PRODUCED)
                   for at, name in enumerate(names) if name not in PRODUCED]  # fmt: skip
    left = [name for name in PRODUCED if name in wanted and name not in settings.exclude]
    if not left and not faults:
        faults.append(Fault(("calibrate",), "no figure to agree with", "one target or more that is not excluded"))
    if not asked.uncertainties:
        faults.append(Fault(("uncertainties",), "nothing that is drawn", "a prior, or choices of its own"))
    elif not designs.kind_of(asked).drawn or asked.ensemble is not None:
        allowed = "uncertainties that are drawn over their ranges: a latin-hypercube or a sobol design"
        faults.append(Fault(("design", "kind"), f'"{asked.design.kind}"', allowed))
    elif asked.accidents == "shared":
        allowed = '"own", the default: of points with the same accidents nobody sees how much of a figure is chance'
        faults.append(Fault(("run", "accidents"), '"shared"', allowed))
    if faults:
        raise UserError(in_order(map(draft.own.problem, faults), [draft.own.label]))
    return asked, settings, left
