"""Every name that a user may meet, and what it means: the source of `list` and `explain`."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sim.errors import Problem, UserError, nearest, one_of
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
    """A name, and what is known of it.

    Attributes
    ----------
    kind
        ``parameter``, ``variant``, ``constant``, ``mechanism``, ``outcome``, ``draw``, ``data``, ``target``,
        ``part`` (of a target that is a vector) or ``scenario``.
    name
        As it is written in files and on the command line.
    fields
        The rest, label by label, in the order in which it is to be read.
    """

    kind: str
    name: str
    fields: dict[str, Any]


def entries(what: str) -> list[Entry]:
    """Return all entries of a kind, named in the plural as in `KINDS`."""
    return [entry for entry in KINDS[one_of("list", what, KINDS)]() if entry.kind != "part"]


def explain(name: str) -> list[Entry]:
    """Return every entry of this name: one word may be, say, both a mechanism and a draw."""
    everything = _everything()
    found = [entry for entry in everything if entry.name == name]
    found = found or [entry for entry in everything if entry.name.casefold() == name.casefold()]
    if not found:
        allowed = "a name that `skloki list` prints: " + ", ".join(KINDS)
        raise UserError(Problem("explain", found=repr(name), allowed=allowed, suggestion=nearest(name, names())))
    return found


def names() -> list[str]:
    """Return every name that can be explained, sorted."""
    return sorted({entry.name for entry in _everything()})


def _everything() -> list[Entry]:
    return [entry for make in KINDS.values() for entry in make()]


def _parameters() -> Iterator[Entry]:
    for parameter in PARAMETERS.values():
        yield Entry("parameter", parameter.name, {
            "meaning": parameter.meaning,
            "symbol": parameter.symbol,
            "unit": parameter.unit,
            "default": parameter.default,
            "range": f"{parameter.low:g} to {parameter.high:g}, {parameter.distribution}",
            "bounds": f"{parameter.minimum:g} to {parameter.maximum:g}",
            **_evidence(parameter),
            "twin": parameter.twin,
        })  # fmt: skip


def _constants() -> Iterator[Entry]:
    for constant in CONSTANTS.values():
        about = {"meaning": constant.meaning, "unit": constant.unit, "value": constant.value}
        yield Entry("constant", constant.name, about | _evidence(constant))


def _evidence(number: Parameter | Constant) -> dict[str, Any]:
    return {
        "grade": number.grade, "evidence": GRADES[number.grade], "source": number.source,
        "mechanism": number.mechanism, "acts in": _room(number.mechanism),
    }  # fmt: skip


def _mechanisms() -> Iterator[Entry]:
    for mechanism in MECHANISMS.values():
        numbers: list[Parameter | Constant] = [*PARAMETERS.values(), *CONSTANTS.values()]
        yield Entry("mechanism", mechanism.name, {
            "meaning": mechanism.meaning,
            "step": mechanism.step,
            "acts in": _room(mechanism.name),
            "switched off": mechanism.off,
            "source": mechanism.source,
            "numbers": ", ".join(number.name for number in numbers if number.mechanism == mechanism.name),
        })  # fmt: skip


def _variants() -> Iterator[Entry]:
    for variant in VARIANTS.values():
        yield Entry("variant", variant.name, {
            "meaning": variant.meaning,
            "readings": dict(variant.choices),
            "default": variant.default,
            "in version 0.1": variant.first_version or variant.default,
            "only under": " = ".join(variant.under or ()),
            "evidence": variant.evidence,
            "mechanism": variant.mechanism,
            "acts in": _room(variant.mechanism),
        })  # fmt: skip


def _outcomes() -> Iterator[Entry]:
    for outcome in OUTCOMES.values():
        yield Entry("outcome", outcome.name, {
            "meaning": outcome.meaning,
            "unit": outcome.unit,
            "better": outcome.better,
            "smallest effect of interest": outcome.smallest or "a twentieth of the baseline's mean",
            "bounds": f"{outcome.low:g} to " + ("no bound" if outcome.high is None else f"{outcome.high:g}"),
            "recorded for": "the nation and each class" if outcome.by_class else "the nation",
            "stored in": "monthly.parquet",
        })  # fmt: skip


def _draws() -> Iterator[Entry]:
    for point in DECISION_POINTS.values():
        yield Entry("draw", point.name, {
            "meaning": point.meaning,
            "number": point.number,
            "entity": point.entity,
            "index": point.index,
            "address": "seed, replicate, number, month, entity, index",
        })  # fmt: skip


def _data() -> Iterator[Entry]:
    from sim.data.catalogue import TABLES
    from sim.data.tables import sources

    for table in TABLES:
        yield Entry("data", table.name, {
            "used for": table.used_for,
            "one row is": table.row,
            "grade": table.main_grade,
            "terms": table.terms,
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
            "meaning": row["description"],
            "called": row["name"],
            "recorded": row["value"],
            "band": f"{row['low']:g} to {row['high']:g}",
            "period": row["period"],
            "grade": row["confidence"],
            "evidence": grade_text(str(row["confidence"])),
            "source": row["source"],
            "note": row["note"] or "",
        }
        # A recorded vector is compared part by part: T14a, T14b and so on belong to T14.
        parts = [part for part in PRODUCED if part[:-1] == name]
        compared = {part: f"{PRODUCED[part].kind}: {PRODUCED[part].why}" for part in (name, *parts) if part in PRODUCED}
        missing = {"compared": f"as {', '.join(parts)}" if parts else f"no: {UNPRODUCED.get(name, 'unknown')}"}
        yield Entry("target", name, fields | ({"compared": compared[name]} if name in compared else missing))
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
    for mechanism in MECHANISMS.values():
        if mechanism.name == name:
            return f"step {mechanism.step}, sim/mechanisms/{mechanism.room}.py"
    return name


#: What can be listed, and how.
KINDS: dict[str, Callable[[], Iterator[Entry]]] = {
    "scenarios": _scenarios,
    "parameters": _parameters,
    "variants": _variants,
    "outcomes": _outcomes,
    "mechanisms": _mechanisms,
    "draws": _draws,
    "data": _data,
    "constants": _constants,
    "targets": _targets,
}
