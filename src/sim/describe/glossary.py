"""Every name that a user may meet, and what it means: the source of `list` and `explain`."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from sim.errors import Problem, UserError, nearest, one_of
from sim.registry.by_construction import BY_CONSTRUCTION
from sim.registry.constants import CONSTANTS
from sim.registry.decision_points import DECISION_POINTS
from sim.registry.derived import KEPT, Derived
from sim.registry.entries import CLASSES, Constant, Outcome, Parameter
from sim.registry.mechanisms import MECHANISMS
from sim.registry.observables import OBSERVABLES
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS

#: What the grades of parameters and constants say.
GRADES = {
    "documented": "documented: the number stands in a source",
    "inferred": "inferred: derived from what stands in sources",
    "assumed": "assumed: by a scale argument or common sense",
    "free": "free: nothing is known; the range is wide and the docs say so",
}


@dataclass(frozen=True)
class Entry:
    """A name as it is written in files and commands, and what is known of it, label by label in the order of reading.

    Kinds are those of `KINDS` in the singular, and ``part``, of a target that is a vector.
    """

    kind: str
    name: str
    fields: dict[str, Any]


Make: TypeAlias = Callable[[], Iterator[Entry]]


def entries(what: str | None = None) -> list[Entry]:
    """Return all entries of a kind, named in the plural as in `KINDS`; without a kind, the kinds themselves."""
    if what is None:
        return [Entry("kind", kind, {"number": len(entries(kind)), "meaning": MEANINGS[kind]}) for kind in KINDS]
    return [entry for entry in KINDS[one_of("list", what, KINDS)]() if entry.kind != "part"]


def explain(name: str, kind: str | None = None) -> list[Entry]:
    """Return every entry of this name: one word may be, say, both a mechanism and a draw; or those of a kind."""
    everything = _everything()
    if kind is not None:
        kind = one_of("kind", kind, {entry.kind for entry in everything})
    alike = [entry for entry in everything
             if entry.name.casefold() == name.casefold() and kind in (None, entry.kind)]  # fmt: skip
    found = [entry for entry in alike if entry.name == name] or alike
    if not found:
        allowed = "a name that `skloki list` prints: " + ", ".join(KINDS)
        raise UserError(Problem("explain", found=repr(name), allowed=allowed, suggestion=nearest(name, names())))
    return found


def names() -> list[str]:
    """Return every name that can be explained, sorted."""
    return sorted({entry.name for entry in _everything()})


def _everything() -> list[Entry]:
    return [entry for make in KINDS.values() for entry in make()]


def _registered(kind: str, registry: Mapping[str, Any], fields: Callable[[Any], dict[str, Any]]) -> Make:
    """Return what yields an entry for each of a registry's."""
    return lambda: (Entry(kind, one.name, fields(one)) for one in registry.values())


def _evidence(number: Parameter | Constant) -> dict[str, Any]:
    return {
        "grade": number.grade, "evidence": GRADES[number.grade], "source": number.source,
        "mechanism": number.mechanism, "acts in": _room(number.mechanism), **_by_hand(number.name),
    }  # fmt: skip


def _by_hand(name: str) -> dict[str, str]:
    """Return which claim a number or mechanism puts in by hand, if it does."""
    found = BY_CONSTRUCTION.get(name)
    return {"by construction": f"{found}; only its size is found"} if found else {}


def _numbers(mechanism: str) -> str:
    """Return the parameters and constants of a mechanism."""
    numbers: list[Parameter | Constant] = [*PARAMETERS.values(), *CONSTANTS.values()]
    return ", ".join(number.name for number in numbers if number.mechanism == mechanism)


def _data() -> Iterator[Entry]:
    from sim.data.catalogue import TABLES
    from sim.data.tables import sources

    for table in TABLES:
        yield Entry("data", table.name, {
            "used for": table.used_for, "one row is": table.row, "grade": table.main_grade, "terms": table.terms,
            "columns": {column.name: column.meaning + (f" ({column.unit})" if column.unit else "")
                        for column in table.columns},
            "sources": [source.text for source in sources(table.name)],
        })  # fmt: skip


def _targets() -> Iterator[Entry]:
    from sim.analysis.targets import PRODUCED, UNPRODUCED
    from sim.data.tables import grade_text, load

    for row in load("calibration_targets"):
        name = str(row["id"])
        fields = {
            "meaning": row["description"], "called": row["name"], "recorded": row["value"],
            "band": f"{row['low']:g} to {row['high']:g}", "period": row["period"], "grade": row["confidence"],
            "evidence": grade_text(str(row["confidence"])), "source": row["source"], "note": row["note"] or "",
        }  # fmt: skip
        # A recorded vector is compared part by part: T14a, T14b and so on belong to T14.
        parts = [part for part in PRODUCED if part[:-1] == name]
        compared = {part: f"{PRODUCED[part].kind}: {PRODUCED[part].why}" for part in (name, *parts) if part in PRODUCED}
        missing = f"as {', '.join(parts)}" if parts else f"no: {UNPRODUCED.get(name, 'unknown')}"
        yield Entry("target", name, fields | {"compared": compared.get(name, missing)})
        for part in parts:
            yield Entry("part", part, {"part of": name, "meaning": row["description"], "compared": compared[part]})


def _scenarios() -> Iterator[Entry]:
    from sim.scenario.load import shipped

    for name, path in sorted(shipped().items()):
        # The file as it stands, not layered: what it changes is what is to be explained.
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        yield Entry("scenario", name, {
            "title": str(raw.get("title", "")),
            "why": " ".join(str(raw.get("why", "")).split()),
            "extends": str(raw.get("extends", "")),
            "sets": ", ".join(key for key in raw if key not in ("title", "why", "extends")),
            "file": path.name,
        })  # fmt: skip


def _experiments() -> Iterator[Entry]:
    from sim.experiment.load import shipped_experiments

    for name, path in sorted(shipped_experiments().items()):
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        asked, design = raw.get("uncertainties", {}), raw["design"]
        own = [one for one in asked if one not in ("prior", "fixed")]
        prior = asked.get("prior", [])
        drawn = ["all parameters and variants"] if prior == "all" else list(prior)
        size = next((f", {design[key]} {key}" for key in ("points", "levels", "file") if key in design), "")
        yield Entry("experiment", name, {
            "title": raw["title"], "why": " ".join(raw.get("why", "").split()), "scenario": raw["scenario"],
            "levers": {lever: ", ".join(map(str, _options(table))) for lever, table in raw.get("levers", {}).items()},
            "not known": ", ".join([*drawn, *own]), "design": f"{design['kind']}{size}",
            "file": path.name, "to run it": f"skloki sweep {name}",
        })  # fmt: skip


def _claims() -> Iterator[Entry]:
    from sim.claims.claim import known

    for name, path in known().items():
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        yield Entry("claim", name, {
            "meaning": raw.get("claim", ""), "kind": raw.get("kind", "tested"), "place": raw.get("place", ""),
            "mechanism": raw.get("mechanism", ""), "rival": raw.get("rival", ""), "contrast": raw.get("contrast", ""),
            "why": raw.get("reason", ""),
            "reckoned": {one: f"{table.get('value', '')}: {table.get('claimed', '')}"
                         for one, table in raw.get("estimands", {}).items()},
            "file": path.name, "to run it": f"skloki claims {name}",
        })  # fmt: skip


def _options(table: Mapping[str, Any]) -> list[Any]:
    return next(list(table[key]) for key in ("worlds", "values", "options") if key in table)


def _classes() -> Iterator[Entry]:
    from sim.data.tables import load

    known = [row for row in load("guberniia") if row["exists_1923"]]
    for name in CLASSES:
        members = [str(row["name"]) for row in known if row["unit_class"] == name]
        yield Entry("class", name, {
            "meaning": OF_CLASSES[name], "number": len(members), "grade": "C",
            "evidence": "a judgement: industry in 1897, later industrial history, national or frontier status",
            "guberniias": ", ".join(members),
        })  # fmt: skip


def _places() -> Iterator[Entry]:
    from sim.data.tables import load

    for row in load("guberniia"):
        if row["exists_1923"]:
            yield Entry("place", str(row["name"]), {
                "meaning": "a guberniia-level party organisation of 1923", "class": row["unit_class"],
                "region": row["region"], "republic": row["polity"], "also called": row["alt_name"] or "",
                "literacy in 1897": f"{row['lit_1897_all_pct']:g} per cent", "to Moscow": f"{row['dist_moscow_km']} km",
                "source": row["source"], "note": row["note"] or "",
            })  # fmt: skip


def _events() -> Iterator[Entry]:
    from sim.scenario.load import shipped

    # The file as it stands: `explain` and completion need not wait for a world to be checked.
    events = tomllib.loads(shipped()["historical"].read_text(encoding="utf-8"))["events"]
    for name, event in events.items():
        where = ", ".join(of for key in ("classes", "regions", "places") for of in event.get(key, ()))
        yield Entry("event", name, {
            "meaning": f"a dated event of the historical world: {event['kind'].replace('_', ' ')}",
            "kind": event["kind"], "months": event["start"] + (f" to {event['end']}" if "end" in event else ""),
            "size": event.get("size", ""), "where": where or "everywhere", "source": event.get("source", ""),
            "set in": f"events.{name}",
        })  # fmt: skip


@cache
def terms() -> dict[str, dict[str, list[str]]]:
    """Return the field's and the model's words by name and language: what finds it, its meaning, and itself."""
    text = files("sim.describe").joinpath("terms.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, list[str]]] = json.loads(text)
    return found


def _terms() -> Iterator[Entry]:
    for name, said in terms().items():
        if name in CLASSES:
            continue  # they have entries of their own
        yield Entry("term", name, {"meaning": said["en"][1], "in Russian": said["ru"][1]})


def _derived(outcome: Outcome) -> dict[str, str]:
    return {"derived": f"{outcome.value}, month by month"} if isinstance(outcome, Derived) else {}


def _bounds(*ends: float | None) -> str:
    """Say between what an outcome lies; of one's own it is not known."""
    low, high = ("no bound" if end is None or math.isinf(end) else f"{end:g}" for end in ends)
    return "none" if low == high == "no bound" else f"{low} to {high}"


def _room(name: str) -> str:
    """Say in which step and file a mechanism acts; constants may name the file itself."""
    found = MECHANISMS.get(name)
    return f"step {found.step}, sim/mechanisms/{found.room}.py" if found else name


#: What can be listed, and how.
KINDS: dict[str, Make] = {
    "scenarios": _scenarios,
    "experiments": _experiments,
    "claims": _claims,
    "parameters": _registered("parameter", PARAMETERS, lambda p: {
        "meaning": p.meaning, "symbol": p.symbol, "unit": p.unit, "default": p.default,
        "range": f"{p.low:g} to {p.high:g}, {p.distribution}", "bounds": f"{p.minimum:g} to {p.maximum:g}",
        **_evidence(p), "twin": p.twin,
    }),
    "variants": _registered("variant", VARIANTS, lambda v: {
        "meaning": v.meaning, "readings": dict(v.choices), "default": v.default,
        "in version 0.1": v.first_version or v.default, "only under": " = ".join(v.under or ()),
        "evidence": v.evidence, "mechanism": v.mechanism, "acts in": _room(v.mechanism),
    }),
    "outcomes": _registered("outcome", KEPT, lambda o: {
        "meaning": o.meaning, "unit": o.unit, "better": o.better, **_derived(o),
        "smallest effect of interest": o.smallest or "a twentieth of the baseline's mean",
        "bounds": _bounds(o.low, o.high),
        "recorded for": "the nation and each class" if o.by_class else "the nation", "stored in": "monthly.parquet",
    }),
    "mechanisms": _registered("mechanism", MECHANISMS, lambda m: {
        "meaning": m.meaning, "step": m.step, "acts in": _room(m.name), "switched off": m.off, "source": m.source,
        "numbers": _numbers(m.name), **_by_hand(m.name),
    }),
    "draws": _registered("draw", DECISION_POINTS, lambda d: {
        "meaning": d.meaning, "number": d.number, "entity": d.entity, "index": d.index,
        "address": "seed, replicate, number, month, entity, index",
    }),
    "data": _data,
    "constants": _registered("constant", CONSTANTS, lambda c: {
        "meaning": c.meaning, "unit": c.unit, "value": c.value, **_evidence(c),
    }),
    "targets": _targets,
    "observables": _registered("observable", OBSERVABLES, lambda o: {
        "meaning": o.meaning, "unit": o.unit, "kind": o.kind, "scope": o.scope, "period": o.period,
        "reliability": o.reliability, "because": o.reason, "may be held by": o.where,
        "to keep it": f'[keep] observables = ["{o.name}"] in an experiment',
    }),
    "classes": _classes,
    "places": _places,
    "events": _events,
    "terms": _terms,
}  # fmt: skip
MEANINGS: Mapping[str, str] = {
    "scenarios": "worlds that come with the program, to run, compare and trace",
    "experiments": "sweeps over many worlds that come with it",
    "claims": "what the article and others claim, each with the contrast that could refute it",
    "parameters": "numbers that may be set or drawn, with range and grade",
    "variants": "readings of the record that it does not settle",
    "outcomes": "what is recorded each month",
    "mechanisms": "processes that can be switched off",
    "draws": "purposes for which the model draws at random",
    "data": "tables of the record",
    "constants": "numbers that belong to an equation and are not varied",
    "targets": "recorded figures that runs are compared with",
    "observables": "figures that an archive could hold, and nobody has published",
    "classes": "classes of guberniia",
    "places": "guberniia-level organisations of 1923",
    "events": "dated events of the historical world",
    "terms": "words of the field and of the model, as the page explains them",
}
"""What the kinds are."""
OF_CLASSES: Mapping[str, str] = {
    "capital": "Moscow and Petrograd", "industrial": "provinces where industry employed many",
    "agrarian": "provinces that lived by their fields", "borderland": "national units, and provinces at a frontier",
}
