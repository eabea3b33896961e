"""The generated parts of docs/ODD.md and docs/inference.md: tables from the registry, equations from the mechanisms.

A block of the document between ``<!-- generated: NAME -->`` and ``<!-- end -->`` is replaced by
the table of that name. The mechanisms are read as text, not imported, so that no compiler is
started to write a document.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sim.errors import one_of
from sim.registry.by_construction import BY_CONSTRUCTION
from sim.registry.constants import CONSTANTS
from sim.registry.decision_points import DECISION_POINTS
from sim.registry.entries import Parameter
from sim.registry.mechanisms import MECHANISMS
from sim.registry.observables import OBSERVABLES, SPANS, Observable
from sim.registry.outcomes import OUTCOMES
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS
from sim.scenario import doc_tables
from sim.scenario.doc_tables import table
from sim.scenario.file_form import Node
from sim.scenario.schema import Options

MECHANISM_FILES = Path(__file__).parent.parent / "mechanisms"
STEP = re.compile(r"Step (\d+), ([^:]+): (.*)", re.DOTALL)


def _code(name: str) -> str:
    return f"`{name}`" if name else ""


#: Of a registry: header, entries, and the cells of one; of parameters, constants and so on in the registry's order.
REGISTERED: dict[str, tuple[str, Mapping[str, Any], Callable[[Any], tuple[str, ...]]]] = {
    "parameters": (
        "name | symbol | meaning | unit | default | range | grade | acts in | twin | source", PARAMETERS,
        lambda p: (_code(p.name), p.symbol, p.meaning, p.unit, f"{p.default:g}",
                   _range(p) + (" (log)" if p.distribution == "loguniform" else ""),
                   p.grade, p.mechanism, _code(p.twin), p.source),
    ),
    "constants": (
        "name | meaning | value | unit | grade | acts in | source", CONSTANTS,
        lambda c: (_code(c.name), c.meaning, f"{c.value:g}", c.unit, c.grade, c.mechanism, c.source),
    ),
    "points": (
        "number | name | entity | index | purpose", DECISION_POINTS,
        lambda p: (str(p.number), _code(p.name), p.entity, p.index, p.meaning),
    ),
    "outcomes": (
        "name | meaning | unit | better | scopes", OUTCOMES,
        lambda o: (_code(o.name), o.meaning, o.unit, o.better, "nation and classes" if o.by_class else "nation"),
    ),
    "variants": (
        "variant | what is open | readings, the default first | in 0.1 | only under | evidence", VARIANTS,
        lambda v: (_code(v.name), v.meaning, "; ".join(f"{_code(name)}: {said}" for name, said in v.choices.items()),
                   _code(v.first_version or v.default), " = ".join(v.under or ()), v.evidence),
    ),
    "mechanisms": (
        "name | step | what it says | off | source", MECHANISMS,
        lambda m: (_code(m.name), str(m.step), m.meaning, m.off, m.source),
    ),
    "options": (
        "option | default | allowed | what it decides", {
            name: field | {"name": name} for name, field in Options.model_json_schema()["properties"].items()
        },
        lambda field: (_code(field["name"]), _code(_said(field["default"])), _allowed(field), field["description"]),
    ),
}  # fmt: skip


def _registered(name: str) -> str:
    header, entries, cells = REGISTERED[name]
    return table(header, map(cells, entries.values()))


def _range(parameter: Parameter) -> str:
    return f"{parameter.low:g} to {parameter.high:g}"


def twins() -> str:
    """Return the pairs of twins, each once."""
    order = list(PARAMETERS)
    return table("one side | its twin | ranges", (
        (f"{_code(a.name)}: {a.meaning}", f"{_code(a.twin)}: {PARAMETERS[a.twin].meaning}",
         "; ".join(dict.fromkeys((_range(a), _range(PARAMETERS[a.twin])))))
        for a in PARAMETERS.values() if a.twin and order.index(a.name) < order.index(a.twin)
    ))  # fmt: skip


def construction() -> str:
    """Return what is put in by hand, and by which numbers and mechanisms."""
    said = dict.fromkeys(BY_CONSTRUCTION.values())
    return table("what is put in by hand | by", (
        (claim, ", ".join(_code(name) for name, puts in BY_CONSTRUCTION.items() if puts == claim)) for claim in said
    ))


def observables() -> str:
    """Return the figures that an archive could hold, a row a figure with its scopes and spans."""
    figures = dict.fromkeys(one.figure for one in OBSERVABLES.values())
    return table("figure | what is counted | unit | kind | scopes | spans | reliability | because | where", (
        _observed([one for one in OBSERVABLES.values() if one.figure == figure]) for figure in figures
    ))


def _observed(every: Sequence[Observable]) -> tuple[str, ...]:
    first = every[0]
    spans = {span: name for name, span in SPANS.items()}
    return (
        _code(first.figure), first.meaning.split(", capital places")[0].split(", industrial places")[0], first.unit,
        "contrast" if first.kind == "contrast" else "level", ", ".join(dict.fromkeys(one.scope for one in every)),
        ", ".join(dict.fromkeys(_code(spans[one.first, one.last]) for one in every)),
        f"{first.reliability:g}", first.reason, first.where,
    )  # fmt: skip


def _said(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _allowed(field: Node) -> str:
    """Return what a field of a JSON schema accepts, in words."""
    if "anyOf" in field:
        return ", ".join(map(_allowed, field["anyOf"]))
    if values := field.get("enum", [field["const"]] if "const" in field else []):
        return ", ".join(_code(str(value)) for value in values)
    return "`true`, `false`" if field.get("type") == "boolean" else "a number"


def _rooms() -> Iterator[tuple[int, str, str, ast.Module]]:
    """Yield step, name, summary and syntax tree of each mechanism room, in the month's order."""
    found = []
    for file in sorted(MECHANISM_FILES.glob("[!_]*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        said = _prose(ast.get_docstring(tree) or "")
        match = STEP.match(said)
        summary = match[3] if match else said
        found.append((int(match[1]) if match else 0, file.stem, summary[:1].upper() + summary[1:], tree))
    yield from sorted(found, key=lambda room: room[:2])


def _prose(text: str) -> str:
    """Return a docstring as Markdown: roles become code, stars stay stars, lines are joined."""
    text = re.sub(r":\w+:`~?([^`]+)`", r"`\1`", text).replace("``", "`").replace("*", "\\*")
    return "\n\n".join(" ".join(part.split()) for part in text.split("\n\n"))


def process() -> str:
    """Return the overview of the month: its steps and what can be switched off in each."""
    return table("step | room | what happens | switches", (
        (str(step), _code(name), summary.split("\n\n")[0],
         ", ".join(_code(m.name) for m in MECHANISMS.values() if m.room == name))
        for step, name, summary, _ in _rooms() if step
    ))  # fmt: skip


def submodels() -> str:
    """Return the equations: the docstrings of the public functions of every mechanism room."""
    parts = []
    for step, name, summary, tree in _rooms():
        parts.append(f"### {f'Step {step}: ' if step else ''}{name}\n\n{summary}")
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                arguments = ", ".join(argument.arg for argument in node.args.args)
                parts.append(f"**{node.name}** ({arguments})\n\n{_prose(ast.get_docstring(node) or '')}")
    return "\n\n".join(parts)


TABLES: dict[str, Callable[[], str]] = {
    **{name: partial(_registered, name) for name in REGISTERED},
    "process": process, "submodels": submodels, "twins": twins, "construction": construction,
    "observables": observables,
}


def render(text: str) -> str:
    """Return a document with its generated blocks made anew."""
    return doc_tables.render(text, lambda name: f"\n{TABLES[one_of('generated part', name, sorted(TABLES))]()}\n")


def main(paths: list[str]) -> None:
    """Rewrite the generated blocks of documents in place."""
    for path in paths:
        doc_tables.rewrite(path, render)


if __name__ == "__main__":
    main(sys.argv[1:])
