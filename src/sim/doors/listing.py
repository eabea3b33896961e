"""The commands ``skloki list`` and ``skloki explain``, and what they print."""

from __future__ import annotations

import re
from dataclasses import asdict

import click

from sim.doors import completion as complete
from sim.doors import options
from sim.doors.terminal import Terminal, exact

#: Columns of the lists, per kind: labels of an entry's fields.
LISTED = {
    "scenarios": ("title", "why"),
    "experiments": ("title", "design", "why"),
    "claims": ("kind", "meaning"),
    "variants": ("default", "mechanism", "meaning"),
    "classes": ("number", "meaning"),
    "places": ("class", "region", "also called"),
    "events": ("kind", "months", "size", "where", "source"),
    "parameters": ("symbol", "default", "range", "unit", "grade", "mechanism", "meaning"),
    "outcomes": ("unit", "better", "meaning"),
    "mechanisms": ("step", "meaning", "switched off"),
    "draws": ("number", "entity", "index", "meaning"),
    "data": ("grade", "one row is", "used for"),
    "constants": ("value", "unit", "grade", "mechanism", "meaning"),
    "observables": ("period", "reliability", "meaning"),
    "terms": ("meaning",),
    "targets": ("recorded", "band", "period", "grade", "meaning"),
}


@click.command("list")
@click.argument("kind", metavar="[KIND]", required=False, shell_complete=complete.kinds)
@options.modes
@click.pass_obj
def list_(terminal: Terminal, kind: str | None) -> None:
    """List what there is of a kind; without one, the kinds.

    KIND is one of scenarios, experiments, claims, parameters, variants, outcomes, mechanisms, draws, data, constants,
    targets, observables, classes, places, events, terms.
    """
    from sim import api

    entries = api.list_(kind)
    if terminal.json:
        return terminal.document([asdict(entry) for entry in entries])
    if terminal.quiet:
        return terminal.line("\n".join(entry.name for entry in entries))
    labels = ("number", "meaning") if kind is None else LISTED[kind]
    rows = [[entry.name, *(_short(exact(entry.fields[label])) for label in labels)] for entry in entries]
    terminal.table("", ["name" if kind else "kind", *labels], rows, names=True)
    if kind is None:
        terminal.say("skloki list KIND prints one of these; skloki explain NAME tells of any name in them.")
    return None


@click.command()
@click.argument("name", metavar="[KIND] NAME", nargs=-1, required=True, shell_complete=complete.names)
@options.modes
@click.pass_obj
def explain(terminal: Terminal, name: tuple[str, ...]) -> None:
    """Explain any name that `list` prints; with a KIND (claim, parameter, ...) only what is of it.

    Meaning, unit, range, grade of the evidence, source, and where it acts.
    """
    from sim import api

    if len(name) > 2:
        raise click.UsageError("a name, or a kind and a name")
    entries = api.explain(name[-1], *name[:-1])
    terminal.answer(lambda: [asdict(entry) for entry in entries])
    for entry in () if terminal.json else entries:
        terminal.fields(f"{entry.name} ({entry.kind})", entry.fields)


def _short(text: str) -> str:
    """Return the first sentence."""
    return re.split(r"\.\s+(?=[A-Z])", text, maxsplit=1)[0]
