"""Every name that a user may meet, and what it means: the source of `list` and `explain`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sim.errors import Problem, UserError, nearest, one_of
from sim.registry.by_construction import BY_CONSTRUCTION
from sim.registry.constants import CONSTANTS
from sim.registry.decision_points import DECISION_POINTS
from sim.registry.entries import Constant, Parameter
from sim.registry.mechanisms import MECHANISMS
from sim.registry.outcomes import OUTCOMES
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


def entries(what: str) -> list[Entry]:
    """Return all entries of a kind, named in the plural as in `KINDS`."""
    return [entry for entry in KINDS[one_of("list", what, KINDS)]() if entry.kind != "part"]


def explain(name: str) -> list[Entry]:
    """Return every entry of this name: one word may be, say, both a mechanism and a draw."""
    alike = [entry for entry in _everything() if entry.name.casefold() == name.casefold()]
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


def _room(name: str) -> str:
    """Say in which step and file a mechanism acts; constants may name the file itself."""
    found = MECHANISMS.get(name)
    return f"step {found.step}, sim/mechanisms/{found.room}.py" if found else name


#: What can be listed, and how.
KINDS: dict[str, Make] = {
    "scenarios": _scenarios,
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
    "outcomes": _registered("outcome", OUTCOMES, lambda o: {
        "meaning": o.meaning, "unit": o.unit, "better": o.better,
        "smallest effect of interest": o.smallest or "a twentieth of the baseline's mean",
        "bounds": f"{o.low:g} to " + ("no bound" if o.high is None else f"{o.high:g}"),
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
}  # fmt: skip
