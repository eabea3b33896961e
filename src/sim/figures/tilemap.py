"""A map of one outcome at one date: a tile for each guberniia."""

from __future__ import annotations

from datetime import date as Day
from typing import NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, to_hex
from matplotlib.figure import Figure

from sim.analysis.selection import Selection
from sim.data.tables import guberniias
from sim.engines.trajectory import COMMITTEE_FIELDS
from sim.errors import Problem, UserError, nearest
from sim.figures import style, tilelayout
from sim.figures.series import outcome_named, series, world
from sim.figures.tilelayout import SIZE, tiles
from sim.figures.wording import title
from sim.registry.entries import CLASSES
from sim.registry.outcomes import OUTCOMES
from sim.results.result import Result
from sim.results.trajectories import Trajectories

YES_OR_NO = {
    "open_sklok": "Committees with an open sklok",
    "paralysed": "Paralysed committees",
    "appointed": "Secretaries appointed from above",
}
"""Fields that are 0 or 1 in a replicate: their mean over replicates is a share."""
COLOURS = colormaps["cividis"]


class Shown(NamedTuple):
    """Values by guberniia and how they are called; of which month and scenario."""

    values: dict[str, float]
    title: str
    unit: str
    note: str
    month: str = ""
    said: str = ""


def table(result: Result, selection: Selection) -> Shown:
    """Return a value for each guberniia.

    The selection's outcome is a committee's field, stored with ``run.committees``, or one that is recorded by class;
    its date a month as ``YYYY-MM``, by default the last. Refused where the places are synthetic.
    """
    if result.manifest["scenario"].get("tree", {}).get("kind") == "synthetic":
        raise UserError("no tile map: the guberniias of this world are synthetic and lie nowhere")
    name, trajectories = selection.outcome or "performance", result.trajectories()
    month = _month(trajectories, selection.date)
    shown = _of_committees(result, name, month) if _field(name) else _of_classes(result, trajectories, name, month)
    return shown._replace(month=f"{month:%B %Y}", said=world(result, trajectories).said)


@style.styled
def draw(table: Shown) -> Figure:
    """Draw a tile map."""
    wide, high = tilelayout.extent()
    head = f"{table.title}, {table.month}", table.note, table.said
    drawn, top = style.headed(*head, room=high * SIZE + 5.0)
    axes = tilelayout.blank(drawn, 3.0, top + 2.0, wide * SIZE)
    _tiles(axes, table)
    tilelayout.key(axes, partial=any(tile not in table.values for tile in tiles()))
    return drawn


def _month(trajectories: Trajectories, date: str | None) -> Day:
    months: list[Day] = trajectories.months.tolist()
    named = {f"{month:%Y-%m}": month for month in months}
    if date is not None and date not in named:
        allowed = f"a month as YYYY-MM from {months[0]:%Y-%m} to {months[-1]:%Y-%m}"
        raise UserError(Problem("plot", "date", repr(date), allowed))
    return months[-1] if date is None else named[date]


def _field(name: str) -> str:
    """Return the committee's field that holds an outcome; empty if there is none."""
    return {"open_skloki": "open_sklok"}.get(name, name if name in COMMITTEE_FIELDS else "")


def _of_committees(result: Result, name: str, month: Day) -> Shown:
    field = _field(name)
    try:
        frame = result.committees(["committee", field], level="guberniia", month=month)
    except UserError as error:
        hint = "run the scenario again with --set run.committees=true"
        raise UserError(Problem("plot", "tilemap", "a result without committees", hint)) from error
    grouped = frame.groupby("committee")[field]
    if field in YES_OR_NO:
        note = "Share of replicates in which it is so, each guberniia"
        return Shown(grouped.mean().to_dict(), YES_OR_NO[field], "share of replicates", note)
    note = "Median over replicates, each guberniia"
    return Shown(grouped.median().to_dict(), title(name), outcome_named(name).unit, note)


def _of_classes(result: Result, trajectories: Trajectories, name: str, month: Day) -> Shown:
    if name not in OUTCOMES:
        names = [*COMMITTEE_FIELDS, *OUTCOMES]
        allowed = "a committee's field or an outcome: skloki list outcomes"
        raise UserError(Problem("plot", "outcome", repr(name), allowed, nearest(name, names)))
    if not OUTCOMES[name].by_class:
        allowed = "an outcome by class or committee: this one is the nation's"
        raise UserError(Problem("plot", "outcome", repr(name), allowed))
    at = trajectories.months.tolist().index(month)
    by_class = {scope: series(trajectories, name, scope).quantiles(0.5)[0, at] for scope in CLASSES}
    kept = result.manifest["scenario"].get("tree", {}).get("only") or [place.name for place in guberniias()]
    there = [place for place in guberniias() if place.name in kept and place.unit_class in by_class]
    values = {place.name: float(by_class[place.unit_class]) for place in there}
    note = "Median over replicates, by class: each tile has the value of its class"
    return Shown(values, title(name), OUTCOMES[name].unit, note)


def _tiles(axes: Axes, shown: Shown) -> None:
    classes = {place.name: place.unit_class for place in guberniias()}
    finite = [value for value in shown.values.values() if np.isfinite(value)]
    low, high = min(finite, default=0.0), max(finite, default=1.0)
    norm = Normalize(low, high) if low < high else Normalize(low - 0.01, low + 0.01)
    for tile in tiles().values():
        value = shown.values.get(tile.name, np.nan)
        if np.isfinite(value):
            colour = to_hex(COLOURS(float(norm(value))))
            tilelayout.fill(axes, tile, colour, style.CLASS_COLOURS[classes[tile.name]], ink=style.on(colour))
        else:
            tilelayout.fill(axes, tile, "white", style.PALE, ink="#999999")
    tilelayout.scale(axes.inset_axes(tilelayout.BAR, transform=axes.transData), norm, COLOURS, shown.unit)
