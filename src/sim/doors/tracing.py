"""The command ``trace``: where two worlds part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from sim.analysis.wording import committees
from sim.doors import completion as complete
from sim.doors import options, work
from sim.doors.terminal import Terminal, number

if TYPE_CHECKING:
    from sim.analysis.divergence.folder import DivergenceFolder
    from sim.errors import Problem

#: Committees of the cascade, and settings, that are printed; the files hold all.
SHOWN, SETTINGS = 15, 8
#: Names that are listed before the rest is counted.
NAMED = 6
#: Months after the worlds begin to part for which their distance is printed, besides the last.
AFTER = (0, 3, 12, 36)


@click.command()
@click.argument("a", shell_complete=complete.scenarios)
@click.argument("b", shell_complete=complete.scenarios)
@click.option("--seed", type=int, metavar="S", help="Seed of both worlds, instead of the scenarios' own.")
@click.option("--replicate", type=int, metavar="R", default=0, show_default=True, help="Which accidents, from 0.")
@options.sets
@options.engine
@options.figures("none", "all")
@options.svg
@options.stores
def trace(terminal: Terminal, /, a: str, b: str, sets: tuple[str, ...], **asked: Any) -> None:
    """Show where the worlds of scenarios A and B part, and how the difference spreads.

    Both run on the same accidents, in one replicate. Prints the first month, committee, decision and
    persons that differ, and the committees that follow; stores them as tables, with pictures. --set
    holds for both.
    """
    from sim import api

    pair, warnings = work.read(terminal, [a, b], sets)
    with work.running(terminal, f"{a}, {b}") as progress:
        traced = api.trace(*pair, progress=progress, **asked)
    if not terminal.quiet and not terminal.json:
        show(terminal, traced)
    if traced.figures:
        terminal.say(f"{len(traced.figures)} figure files in {traced.figures[0].parent}; the tables are in")
    terminal.answer(lambda: document(traced, warnings), str(traced.path))


def document(traced: DivergenceFolder, warnings: list[Problem]) -> dict[str, Any]:
    """Return what `trace` prints as JSON: the manifest, the cascade, and the nation month by month."""
    aside = ("format", "format_version", "versions", "files")
    record = {name: value for name, value in traced.record.items() if name not in aside}
    for name in ("a", "b"):
        record[name] = {field: record[name][field] for field in ("title", "name")}
    nation = [row._asdict() for row in _nation(traced)]
    return {
        "result": traced.path, "warnings": warnings, **record, "cascade": traced.divergence.cascade(), "nation": nation,
        "figures": list(traced.figures),
    }  # fmt: skip


def _nation(traced: DivergenceFolder) -> list[Any]:
    return [row for row in traced.divergence.spread.rows() if (row.scope, row.level) == ("nation", "all")]


def show(terminal: Terminal, traced: DivergenceFolder) -> None:
    """Print where two worlds part, and the beginning of the cascade."""
    found = traced.divergence
    for name, title in zip("AB", traced.titles, strict=True):
        terminal.say(f"{name}: {title}")
    uezds = sum(place.parent >= 0 for place in found.places)
    accidents = f"seed {traced.record['seed']}, replicate {traced.record['replicate']}"
    places = committees(len(found.places) - uezds, uezds)
    terminal.say(f"{accidents}, {found.months[0]} to {found.months[-1]}, {places}\n")
    _show_inputs(terminal, traced)
    if found.same:
        terminal.say(f"The two worlds are the same: {found.both:,} events and every recorded number of every month.")
        return
    _show_first(terminal, traced)
    if found.steps:
        _show_cascade(terminal, traced)
        terminal.say("How a difference came to a place is attributed by rules, not proven; see docs/tracing.md:")
        terminal.say("; ".join(f"{way} {count}" for way, count in found.ways().items()) + "\n")
        _show_distance(terminal, traced)
    else:
        apart = ", conferences and congresses aside" if any(found.alone) else ""
        numbers = " Only numbers differ." if found.numbers is not None else ""
        terminal.say(f"Nothing happened otherwise{apart}: {found.both:,} events are the same.{numbers}\n")
        if sizes := {name: f"{size:.2g} ({place}, {month})" for name, (size, place, month) in found.largest().items()}:
            terminal.fields("The largest differences in the committees' state", sizes)


def _show_inputs(terminal: Terminal, traced: DivergenceFolder) -> None:
    """Print which settings differ, and from when on what differs that follows from them."""
    if not traced.settings and not traced.divergence.inputs:
        terminal.say("Nothing that was put in differs.")
        return
    rows = [(setting.name, *setting.values) for setting in traced.settings[:SETTINGS]]
    rest = len(traced.settings) - len(rows)
    rows += [(f"and {rest} more settings: manifest.json", "", "")] if rest > 0 else []
    if rows:
        terminal.table("Settings that differ", ["setting", "A", "B"], rows)
    months, inputs = traced.divergence.months, traced.divergence.inputs
    if dated := [(months[one.month], one.what, *one.values, one.places or "the nation") for one in inputs]:
        terminal.table("What differs in the inputs, and from when on", ["from", "input", "A", "B", "places"], dated)
    else:
        terminal.say(f"None of this changes an input before the end, {months[-1]}.")


def _show_first(terminal: Terminal, traced: DivergenceFolder) -> None:
    from sim.analysis.divergence.cascade import WAYS

    found = traced.divergence
    if found.began:
        terminal.say(f"Until {found.months[found.began - 1]} every event and every recorded number is the same.\n")
    titles = {"The first thing that happened otherwise": found.event}
    if found.decision != found.event:
        titles["The first decision on a post that came out otherwise"] = found.decision
    for title, step in titles.items():
        if step is not None:
            told = found.describe(step)
            terminal.fields(title, {
                "month": told["month"], "committee": f"{told['committee']} ({told['level']}, {told['unit_class']})",
                "what": step.seat or step.kind.replace("_", " "), "in A": told["a"], "in B": told["b"],
                "persons": ", ".join(told["persons"]), "how it came": WAYS[step.way],
            })  # fmt: skip
    if found.numbers is not None:
        committees = found.numbers.committees
        terminal.fields("The first recorded numbers that differ, rules aside", {
            "month": found.numbers.month, "committees": _few(committees),
            "in them": _few(list(found.numbers.fields)), "the nation's": _few(found.numbers.nation),
        })  # fmt: skip


def _few(names: list[str]) -> str:
    """Return a list of names, cut where it grows long."""
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")


def _show_cascade(terminal: Terminal, traced: DivergenceFolder) -> None:
    found = traced.divergence
    rows = []
    for step in found.steps[:SHOWN]:
        told, what = found.describe(step), step.seat or step.kind.replace("_", " ")
        how = told["way"] + (f": {told['carrier']}" if step.carrier >= 0 else "")
        how += f", from {told['source']}" if step.source >= 0 else ""
        rows.append((told["month"], f"{told['committee']}: {what}", *step.told, how))
    shown = f"the first {len(rows)} of {len(found.steps)}" if len(rows) < len(found.steps) else f"all {len(rows)}"
    title = f"The cascade: {shown} committees that part, of {len(found.places)}"
    terminal.table(title, ["month", "committee", "in A", "in B", "how it came"], rows)


def _show_distance(terminal: Terminal, traced: DivergenceFolder) -> None:
    found = traced.divergence
    last = len(found.months) - 1
    dates = sorted({found.months[min(found.began + after, last)] for after in (*AFTER, last)})
    rows = [(
        row.month, number(row.parted / row.committees), number(row.visible / row.committees),
        number(row.seats_differ / row.seats), number(row.rms_performance), f"{row.mean_performance:+.4f}",
    ) for row in _nation(traced) if row.month in dates]  # fmt: skip
    header = ["month", "parted", "visibly apart", "seats held by others", "performance: RMS", "mean, B - A"]
    terminal.table("How far apart (shares of committees, of seats)", header, rows, right=range(1, 6))
