"""The command ``skloki check``, and what it prints of a scenario or an experiment."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from sim.analysis.wording import committees, counted
from sim.doors import claiming, options
from sim.doors.terminal import Terminal, exact

if TYPE_CHECKING:
    from sim.experiment.experiment import Factor
    from sim.runner.estimate import Estimate
    from sim.runner.preview import Preview

LISTED = 12
"""Uncertainties that are listed though they are drawn as the registry says, or an ensemble; more are counted."""


@click.command()
@options.scenario
@options.sets
@click.option("--full", "--all", "full", cls=options.Renamed, is_flag=True,
              help="Show all values and where each was set; of an experiment all uncertainties.")
@options.modes
@click.pass_obj
def check(terminal: Terminal, scenario: str, sets: tuple[str, ...], full: bool) -> None:
    """Check SCENARIO, an experiment or a claim, without running it.

    Prints what differs from the scenario that it extends, or from the defaults, and where that was set, warnings, and
    the size of the run. Of an experiment: levers, uncertainties, design, and what it would take in runs, time and disk.
    """
    from sim import api
    from sim.claims.claim import Claim
    from sim.runner.preview import Preview

    terminal.hush_compilation()
    found = api.check(scenario, sets=sets)
    if isinstance(found, Claim):
        return terminal.document(claiming.document(found)) if terminal.json else claiming.show_claim(terminal, found)
    if isinstance(found, Preview):
        return terminal.document(preview_document(found, full)) if terminal.json else (
            show_preview(terminal, found, full))  # fmt: skip
    return terminal.document(estimate_document(found)) if terminal.json else show_estimate(terminal, found, full)


def show_preview(terminal: Terminal, preview: Preview, full: bool) -> None:
    """Print what a valid scenario amounts to: what differs from the world that it extends; in full, all its values."""
    scenario = preview.loaded.scenario
    terminal.say(f"{preview.loaded.path}: valid")
    terminal.say(f"{scenario.title}. {' '.join(scenario.why.split())}".rstrip())
    terminal.say()
    if differs := [(name, _told(base), _told(setting.value), setting.unit, setting.layer)
                   for name, base, setting in preview.differs]:  # fmt: skip
        terminal.table(f"What differs from {preview.base}", ["name", "there", "here", "unit", "set in"], differs)
    else:
        terminal.say(f"Nothing differs from {preview.base}.")
    if full:
        rows = [(setting.name, exact(setting.value), setting.unit, setting.layer) for setting in preview.settings]
        terminal.table("Effective values", ["name", "value", "unit", "set in"], rows)
    else:
        terminal.say(f"All {len(preview.settings)} values, and where each was set: --full\n")
    for warning in preview.warnings:
        terminal.note(f"warning: {warning}")
    terminal.say(
        f"Size: {committees(preview.guberniias, preview.uezds)}, {counted(preview.months, 'month')}, "
        f"{counted(preview.replicates, 'replicate')}: {counted(preview.committee_months, 'committee-month')}"
    )


def _told(value: Any) -> str:
    return "unset" if value is None else exact(value)


def preview_document(preview: Preview, full: bool) -> dict[str, Any]:
    """Return what `check` prints as JSON; settings are all that are no defaults, or in full all there are."""
    settings = preview.settings if full else preview.changed
    sizes = ("guberniias", "uezds", "months", "replicates", "committee_months")
    return {
        "scenario": preview.loaded.path, "title": preview.loaded.scenario.title, "valid": True,
        "base": preview.base,
        "differs": [{"name": name, "base": base, "here": setting.value, "layer": setting.layer}
                    for name, base, setting in preview.differs],
        "settings": [asdict(setting) for setting in settings], "warnings": preview.warnings,
        **{name: getattr(preview, name) for name in sizes},
    }  # fmt: skip


def show_estimate(terminal: Terminal, estimate: Estimate, full: bool) -> None:
    """Print what an experiment asks, and what it would take; in full, with what is drawn as the registry says."""
    experiment = estimate.experiment
    terminal.say(f"{experiment.name}: valid\n{experiment.title}")
    for paragraph in experiment.why.strip().split("\n\n"):
        terminal.say(" ".join(paragraph.split()))
    terminal.say()
    if levers := [(one.name, exact(one.options[0].value), _options(one, 1)) for one in experiment.levers]:
        terminal.table("Levers, crossed with one another", ["name", "baseline", "other options"], levers)
    unknowns = experiment.uncertainties
    usual = [one for one in unknowns if experiment.ensemble or as_registered(one)]
    own = [one for one in unknowns if full or len(usual) <= LISTED or one not in usual]
    source = f"from the ensemble {experiment.ensemble.name}" if experiment.ensemble else "as the registry says"
    if rows := [(one.name, _options(one) if one.options else _range(one), one.unit, grade(one)) for one in own]:
        title = f"Uncertainties, drawn {source}" if experiment.ensemble else "Uncertainties"
        terminal.table(title, ["name", "range or options", "unit", "grade"], rows)
    if rest := len(unknowns) - len(own):
        besides = " besides" if own else ""
        terminal.say(f"Drawn {source}{besides}: {rest} parameters and variants (--full lists them)\n")
    kept = [", ".join(experiment.outcomes), *(f"{name}: {one.meaning}" for name, one in experiment.horizons.items())]
    curves = [] if experiment.curves == "none" else [f"curves: {experiment.curves}"]
    terminal.say("Kept: " + "; ".join([*kept, *curves]))
    for caution in estimate.warnings:
        terminal.note(f"warning: {caution}")
    terminal.say(
        f"Design: {experiment.design.kind}, {counted(estimate.points, 'point')} x "
        f"{counted(estimate.combinations, 'world')} x {counted(experiment.replicates, 'replicate')} = "
        f"{counted(estimate.runs, 'run')}"
    )
    terminal.say(
        f"Size{'' if estimate.one_size else ' at the first point, as if all were like it'}: "
        f"{committees(estimate.guberniias, estimate.uezds)}, {counted(estimate.months, 'month')}: "
        f"{counted(estimate.committee_months, 'committee-month')}"
    )
    from sim.runner.progress import in_bytes, in_time

    rates = "from a trial of some runs" if estimate.measured else "from rates known of other machines"
    terminal.say(
        f"Estimate {rates}: {in_time(estimate.seconds)} on {counted(estimate.cores, 'core')} of this machine "
        f"({estimate.seconds_per_run * 1e3:.3g} ms a run and core), {in_bytes(estimate.bytes)} on disk"
    )


def as_registered(factor: Factor) -> bool:
    """Say whether a parameter or a variant is drawn as the registry has it."""
    from sim.registry.parameters import PARAMETERS
    from sim.registry.variants import VARIANTS

    parameter, variant = PARAMETERS.get(factor.name), VARIANTS.get(factor.name)
    if parameter is not None and factor.target == f"parameters.{factor.name}" and not factor.options:
        return (factor.low, factor.high, factor.distribution) == (parameter.low, parameter.high, parameter.distribution)
    return variant is not None and [option.value for option in factor.options] == list(variant.choices)


def estimate_document(estimate: Estimate) -> dict[str, Any]:
    """Return what `check` prints of an experiment as JSON."""
    experiment = estimate.experiment
    columns = ("guberniias", "uezds", "one_size", "months", "points", "combinations", "runs", "committee_months",
               "measured", "cores", "seconds_per_run", "seconds", "bytes")  # fmt: skip
    return {
        "experiment": experiment.name, "title": experiment.title, "why": experiment.why, "valid": True,
        "levers": [{"name": lever.name, "options": [o.value for o in lever.options]} for lever in experiment.levers],
        "uncertainties": [_record(factor) for factor in experiment.uncertainties],
        "ensemble": experiment.ensemble.name if experiment.ensemble else None,
        "design": {key: value for key, value in asdict(experiment.design).items() if key != "rows"},
        "replicates": experiment.replicates, "seed": experiment.seed, "outcomes": experiment.outcomes,
        "horizons": {name: horizon.name for name, horizon in experiment.horizons.items()},
        "curves": experiment.curves, "warnings": estimate.warnings,
        **{name: getattr(estimate, name) for name in columns},
    }  # fmt: skip


def _options(factor: Factor, first: int = 0) -> str:
    return ", ".join(exact(option.value) for option in factor.options[first:])


def _range(factor: Factor) -> str:
    kind = ", loguniform" if factor.distribution == "loguniform" else ", whole" if factor.whole else ""
    return f"{factor.low:g} to {factor.high:g}{kind}"


def grade(factor: Factor) -> str:
    """Return the grade of the evidence for a parameter; nothing for another field."""
    from sim.registry.parameters import PARAMETERS

    parameter = PARAMETERS.get(factor.target.removeprefix("parameters."))
    return parameter.grade if parameter else ""


def _record(factor: Factor) -> dict[str, Any]:
    about = {"name": factor.name, "unit": factor.unit, "grade": grade(factor), "meaning": factor.meaning}
    if factor.options:
        return {**about, "options": [option.value for option in factor.options]}
    names = ("low", "high", "distribution", "whole")
    return {**about, "field": factor.target, **{name: getattr(factor, name) for name in names}}
