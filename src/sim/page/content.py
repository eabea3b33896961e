"""What a page knows: worlds, what can be moved in them, outcomes, places, and the accidents' draws.

Everything comes from the registry, the scenario's own loader and the engine's image: a new parameter or outcome is on
it without an edit. What it is called in Russian stands in ``parts/texts.json``.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.paired import student
from sim.describe.glossary import terms
from sim.engines import compiled, wasm
from sim.experiment import horizons as spans
from sim.experiment.draws import STEPS, Draws, every_name, is_set, plain, prior
from sim.experiment.ensemble import Ensemble
from sim.experiment.experiment import Factor
from sim.figures import style, timeline
from sim.figures.series import title
from sim.figures.tilemap import Tile, board, extent, tiles
from sim.inference.space import Space
from sim.registry.entries import CLASSES, SCOPES
from sim.registry.mechanisms import LIMITS, MECHANISMS
from sim.registry.outcomes import OUTCOMES, SHOWN
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import CHOICES, VARIANTS
from sim.runner.compare import agreed, named, require_same_places, same_but_rules
from sim.runner.model_version import kernels
from sim.scenario.load import Loaded, complete, shipped
from sim.scenario.schema import Scenario, readings
from sim.scenario.write import to_toml
from sim.world.build import TWINS, World, build, effective

RULES = ("recorded", "election", "appointment", "readiness", "endogenous")
"""Rules of filling posts that a page offers; the rule ``share`` needs a number besides."""
MOST = 128
"""Pairs that a page runs at most, each with draws of its own."""


def content(worlds: Sequence[Loaded], *, engine: bool = True, ensemble: Ensemble | None = None) -> dict[str, Any]:
    """Return what a page of some worlds needs, as JSON can hold it.

    Parameters
    ----------
    engine
        Whether the engine, the images of the worlds and their check sums go along, as a file needs them that runs by
        itself; a server runs worlds natively.
    ensemble
        Out of which the rest is drawn, instead of over the ranges.
    """
    sure = [_with_states(one) for one in agreed(worlds, 1, None)] if len(worlds) > 1 else [_with_states(worlds[0])]
    built = [build(one.scenario) for one in sure]
    require_same_places(sure, built)
    known = [world(one, name, each) for one, name, each in zip(sure, named(sure), built, strict=True)]
    if engine:
        images = [wasm.image(each) for each in built]
        for at, (each, one) in enumerate(zip(known, sure, strict=True)):
            each.update(_image(one.scenario, built[at], images[at]))
            if at:  # a world is mostly as the first one: what differs is half the size
                each.update(like=known[0]["name"], image=_changed(images[0], images[at]))
    there = board(sure[0].scenario.model_dump(mode="json")["tree"])
    found = {
        "worlds": known,
        # of each pair of worlds the first month in which they differ, and whether by rules alone
        "partings": [[spans.partings([one, other])[1] for other in built] for one in built],
        "by_rules": [[same_but_rules(one, other) for other in sure] for one in sure],
        **registered(),
        **({"tiles": _tiles(there.tiles)} if there else {}),
        "layout": wasm.layout(),
        "draws": _draws(sure[0].scenario, ensemble),
        "version": wasm.version_of(kernels()),
    }
    return found | ({"engine": packed(wasm.engine(kernels()))} if engine else {})


def registered() -> dict[str, Any]:
    """Return what the registry says of whatever a page shows or moves."""
    return {
        "parameters": [_parameter(one.name) for one in PARAMETERS.values()],
        "variants": [
            {"name": one.name, "mechanism": one.mechanism, "meaning": one.meaning, "evidence": one.evidence,
             "choices": dict(one.choices), "numbers": CHOICES[one.name], "under": one.under}
            for one in VARIANTS.values()
        ],
        "mechanisms": [
            {"name": one.name, "room": one.room, "meaning": one.meaning, "off": one.off, "source": one.source}
            for one in MECHANISMS.values()
        ],
        "outcomes": [
            {"name": one.name, "title": title(one.name), "unit": one.unit, "meaning": one.meaning,
             "better": one.better, "by_class": one.by_class, "low": _finite(one.low), "high": one.high,
             "smallest": one.smallest, "in_months": one.in_months}
            for one in OUTCOMES.values()
        ],
        "shown": list(SHOWN),
        "scopes": [{"name": scope, "label": style.SCOPE_LABELS[scope], "colour": style.SCOPE_COLOURS[scope]}
                   for scope in SCOPES],
        "tiles": _tiles(tiles()),
        "extent": extent(),
        "twins": TWINS,
        "rules": RULES,
        "terms": terms(),
        # the factor from a standard error to half the interval, by the number of pairs
        "student": [_finite(float(factor)) for factor in student(np.arange(MOST + 1))],
    }  # fmt: skip


def _tiles(laid: Mapping[str, Tile]) -> list[dict[str, Any]]:
    """Return the tiles of a map as a page draws them."""
    return [
        {"name": tile.name, "label": tile.label.split("/"), "x": tile.centre[0], "y": tile.centre[1]}
        for tile in laid.values()
    ]


def world(loaded: Loaded, name: str, built: World) -> dict[str, Any]:
    """Return what a page knows of one world."""
    scenario = loaded.scenario
    now = effective(scenario)
    return {
        "name": name,
        "title": scenario.title,
        "why": scenario.why,
        "stem": loaded.path.stem if shipped().get(loaded.path.stem) == loaded.path else "",
        "given": _given(loaded),
        "months": built.months,
        "seed": scenario.run.seed,
        "places": [[place.name, CLASSES.index(place.unit_class), place.parent] for place in built.committees],
        "guberniias": built.guberniias,
        "values": {name: vars(now)[name] for name in PARAMETERS},
        "said": {name: value for name, value in complete(scenario)["parameters"].items() if name in PARAMETERS},
        "shipped": shipped().get(loaded.path.stem) == loaded.path and "--set" not in loaded.layers.values(),
        "readings": readings(scenario),
        "off": [name for name, on in scenario.mechanisms.items() if not on],
        "own": [name for name in every_name() if is_set(loaded, name)],
        "equal": scenario.options.twins == "equal",
        "rules": _rules(scenario),
        "events": _events(scenario),
        "file": to_toml(loaded),
    }


def _given(loaded: Loaded) -> dict[str, Any]:
    """Return what was set beside the file, by name, so that what is saved can say it."""
    found = {}
    for name in (name for name, source in loaded.layers.items() if source == "--set"):
        value: Any = loaded.scenario.model_dump(mode="json")
        for key in name.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        found[name] = value
    return found


def packed(content: bytes) -> str:
    """Return bytes as text that a page unpacks."""
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode()


def _with_states(loaded: Loaded) -> Loaded:
    return replace(loaded, scenario=loaded.scenario.with_run(committees=True))


def _parameter(name: str) -> dict[str, Any]:
    one = PARAMETERS[name]
    fields = ("name", "symbol", "unit", "default", "low", "high", "grade", "mechanism", "meaning", "source", "twin",
              "distribution", "minimum", "maximum")  # fmt: skip
    return {field: getattr(one, field) for field in fields}


def _finite(value: float | None) -> float | None:
    """Return a number if JSON can hold it."""
    return value if value is not None and math.isfinite(value) else None


def _draws(scenario: Scenario, ensemble: Ensemble | None) -> dict[str, Any]:
    """Return the draws of everything: which of it is not drawn hangs on what is moved."""
    all_of = prior(scenario) if ensemble is None else plain(ensemble)
    factors = [
        {"name": one.name, "low": one.low, "high": one.high, "log": one.distribution == "loguniform",
         "options": [option.value for option in one.options] or None, "under": _under_which(one.under)}
        for one in all_of
    ]  # fmt: skip
    found = {"factors": factors, "packed": packed(_positions(all_of, scenario, ensemble).astype("<u4").tobytes())}
    if ensemble is None:
        return found
    return found | {"ensemble": ensemble.name, "given": ensemble.given, "number": min(MOST, len(ensemble.rows))}


def _positions(factors: Sequence[Factor], scenario: Scenario, ensemble: Ensemble | None) -> NDArray[np.uint32]:
    """Return where draws lie, in parts of `STEPS`: of an ensemble, where its values do."""
    if ensemble is None:
        known = Draws(tuple(factors), tuple(range(len(factors))), len(factors), scenario.run.seed)
        return known.positions(0, MOST)
    columns = {one.name: np.array([row[one.name] for row in ensemble.rows[:MOST]], object) for one in factors}
    return np.rint(Space(factors).positions(columns) * STEPS).astype(np.uint32)


def _under_which(under: tuple[str, str] | None) -> list[str] | None:
    return None if under is None else [under[0].removeprefix("variants."), under[1]]


def _rules(scenario: Scenario) -> list[dict[str, Any]]:
    """Return the rules by which posts are filled, dated switches one by one, as fields that can be set."""
    found = [{"field": "policy.rule", "from": scenario.period.start, "where": "", "rule": scenario.policy.rule}]
    for name, change in scenario.policy.changes.items():
        if change.enabled:
            where = ", ".join([*change.classes, *change.places])
            found.append({"field": f"policy.changes.{name}.rule", "from": change.date or scenario.period.start,
                          "where": where, "rule": change.rule})  # fmt: skip
    return found


def under(scenario: Scenario, field: str, rule: str) -> Scenario:
    """Return a scenario with another rule in one of its fields."""
    policy = scenario.policy
    if field == "policy.rule":
        return scenario.model_copy(update={"policy": policy.model_copy(update={"rule": rule})})
    name = field.split(".")[2]
    changes = policy.changes | {name: policy.changes[name].model_copy(update={"rule": rule})}
    return scenario.model_copy(update={"policy": policy.model_copy(update={"changes": changes})})


def _events(scenario: Scenario) -> list[dict[str, Any]]:
    first, last = scenario.period.start, scenario.period.end
    return [
        {"kind": event.kind, "label": timeline.label(name, event.kind), "start": event.start,
         "end": event.end or event.start}
        for name, event in scenario.events.items()
        if event.enabled and event.start <= last and (event.end or event.start) >= first
    ]  # fmt: skip


def _changed(image: wasm.Image, other: wasm.Image) -> tuple[list[list[int]], str]:
    """Return what turns one image into another: places and lengths, and the bytes one behind the other."""
    found = wasm.patch(image, other)
    return [[at, len(data)] for at, data in found], packed(b"".join(data for _, data in found))


def _image(scenario: Scenario, built: World, image: wasm.Image) -> dict[str, Any]:
    """Return a world's image, what each switch and rule changes in it, and the sum of one replicate's numbers."""

    def runs(other: Scenario) -> tuple[list[list[int]], str]:
        return _changed(image, wasm.image(build(other)))

    changed = {}
    for name in MECHANISMS:
        off = scenario.model_copy(update={"mechanisms": scenario.mechanisms | {name: False}})
        changed[f"mechanisms.{name}"] = [dict(LIMITS[name]), *runs(off)]
    for rule in _rules(scenario):
        for other in RULES:
            if other != rule["rule"]:
                changed[f"{rule['field']}={other}"] = [{}, *runs(under(scenario, rule["field"], other))]
    values = compiled.simulate(built, 0, events=False).values
    return {
        "version": wasm.version_of(kernels()), "image": packed(image.block), "base": image.base, "at": image.places,
        "bytes": image.bytes, "changes": changed, "sum": hashlib.sha256(values.tobytes()).hexdigest(),
    }  # fmt: skip
