"""Pictures of readiness: from when on each place would have done no worse, shares over time, and the frontier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from sim.analysis.wording import capital, hundred
from sim.errors import Problem, UserError
from sim.figures import panels, style, tilemap
from sim.inference.readiness import LEVELS, TERMS, Frontier
from sim.registry.entries import CLASSES
from sim.registry.readiness import MEASURES, UNILATERAL, UNIVERSAL

if TYPE_CHECKING:
    import pandas as pd

    from sim.analysis.selection import Selection
    from sim.results.readiness import ReadinessMap

NAMES = {
    "recovery_months": "months of recovery", "performance": "performance", "open_skloki": "open skloki",
    "paralysed": "paralysis",
}  # fmt: skip
WAYS = {UNIVERSAL: "everywhere at once", UNILATERAL: "there alone"}
COLOURS: Colormap = ListedColormap(colormaps["viridis"](np.linspace(0.12, 0.98, 256)))
HIGH, GAP, LEFT, BELOW = 36.0, 8.0, 14.0, 11.0
"""Height of a panel, between panels, room for numbers and below, mm."""
LATER = "#EFEFEF"
THREATS = ("lowest threat", "middle", "highest threat")


def year_of(half: str) -> float:
    """Return a half-year as a number: 1923.5 is its second half."""
    return int(half[:4]) + (int(half[5:7]) - 1) / 12.0


def said(found: ReadinessMap, population: str) -> str:
    """Return in a line over what a picture is."""
    given = next(one["given"] for one in found.manifest["populations"] if one["name"] == population)
    quick = "; a first look" if found.manifest["quick"] else ""
    return f"{found.manifest['draws']} draws, {given}{quick}"


class Asked(NamedTuple):
    """What is drawn of a map: one measure, one scheme."""

    found: ReadinessMap
    measure: str
    scheme: str = UNIVERSAL


def universal(found: ReadinessMap, selection: Selection) -> Asked:
    """Return the map where all elect."""
    return Asked(found, selection.outcome or MEASURES[0])


def unilateral(found: ReadinessMap, selection: Selection) -> Asked:
    """Return the map where each elects alone; refused where none has."""
    if not found.manifest["populations"][0]["alone"]:
        raise UserError(Problem(str(found.path), allowed="no guberniia elected alone in these runs"))
    return Asked(found, selection.outcome or MEASURES[0], UNILATERAL)


curves = cells = universal


@style.styled
def draw_map(asked: Asked, level: float = LEVELS[0]) -> Figure:
    """Draw from when on each guberniia's share is at least a level, on the tile map."""
    found, measure, scheme = asked
    population = found.manifest["populations"][0]["name"]
    dates = found.dates()
    dates = dates[(dates["population"] == population) & (dates["scheme"] == scheme) & (dates["measure"] == measure)]
    column = f"at_{100 * level:.0f}"
    values = {place: year_of(half) for place, half in zip(dates["place"], dates[column], strict=True) if half}
    there = tilemap.board_of(found.manifest["tree"])
    counted = [one["date"] for one in found.manifest["halves"] if one["counted"]]
    sure = dict(zip(dates["place"], dates[f"{column}_surely"], strict=True))
    heading = f"When election {WAYS[scheme]} would have done no worse: {NAMES[measure]}"
    lines = (f"First half-year from which on it is so in at least {hundred(level)} of 100 worlds, up to {counted[-1]}",
             said(found, population))  # fmt: skip
    drawn, axes = tilemap.page(heading, *lines)
    ends = year_of(counted[0]), max(year_of(counted[-1]), year_of(counted[0]) + 0.5)
    never = len(dates) - len(values)
    unclear = [place for place in values if not sure[place]]
    told = [f"white: never up to {counted[-1]} ({never} of {len(dates)})",
            *([f"hatched: never, were shares two errors lower ({len(unclear)})"] if unclear else [])]  # fmt: skip
    tilemap.paint(axes, values, there, ends, COLOURS, "first half-year", unclear, told)
    if values:
        axes.child_axes[-1].xaxis.set_major_locator(MaxNLocator(integer=True))
    else:
        axes.text(*tilemap.BAR[:2], told[0], color=style.GREY, fontsize=7)
    return drawn


@style.styled
def draw_curves(asked: Asked) -> Figure:
    """Draw the share of draws that do no worse, by class and half-year: a row for each measure, a column a scheme."""
    found = asked.found
    population = found.manifest["populations"][0]["name"]
    rows = found.shares()
    rows = rows[rows["population"] == population]
    schemes = [scheme for scheme in (UNIVERSAL, UNILATERAL) if (rows["scheme"] == scheme).any()]
    note = "Mean over places of a class. Dotted: if differences were as often for as against. Grey: no date rests on it"
    heading = "In how many of 100 worlds election would have done no worse, by half-year"
    room = len(MEASURES) * (HIGH + GAP) + BELOW + 4.0
    drawn, top = style.headed(heading, note, said(found, population), room=room)
    later = [year_of(one["date"]) for one in found.manifest["halves"] if not one["counted"]]
    spans = {scheme: _span(rows[rows["scheme"] == scheme]) for scheme in schemes}
    a_year = (style.WIDE - LEFT * len(schemes) - 2.0) / sum(end - start for start, end in spans.values())
    least = _least(rows)
    for row, measure in enumerate(MEASURES):
        left = LEFT
        for scheme, (start, end) in spans.items():
            wide = a_year * (end - start)
            axes = style.place(drawn, left, top + 8.0 + row * (HIGH + GAP), wide, HIGH)
            one = rows[(rows["measure"] == measure) & (rows["scheme"] == scheme)]
            _curves(axes, one, later)
            axes.set_xlim(start, end)
            axes.set_ylim(100.0 * least, 100.0)
            axes.set_title(f"{capital(NAMES[measure])}, {WAYS[scheme]}")
            left += wide + LEFT
            if row < len(MEASURES) - 1:
                axes.tick_params(labelbottom=False)
    entries: list[Artist] = [panels.stroke(style.CLASS_COLOURS[name], 1.5, style.SCOPE_LABELS[name])
                             for name in CLASSES if (rows["unit_class"] == name).any()]  # fmt: skip
    panels.legend(drawn, entries, LEFT, 4)
    return drawn


def _span(rows: pd.DataFrame) -> tuple[float, float]:
    """Return from when to when a scheme has shares."""
    return year_of(rows["half"].min()) - 0.3, year_of(rows["half"].max()) + 0.3


def _least(rows: pd.DataFrame) -> float:
    """Return where the axis of shares begins: a tenth below the least that is drawn, and below one half."""
    means = rows.groupby(["scheme", "measure", "unit_class", "half"])[["share", "even"]].mean()
    return max(0.0, min(LEVELS[0] - 0.1, np.floor(10.0 * float(means.min().min()) - 0.5) / 10.0))


def _curves(axes: Axes, rows: pd.DataFrame, later: Sequence[float]) -> None:
    if later and rows["later"].any():
        axes.axvspan(min(later) - 0.25, max(later) + 0.25, color=LATER, linewidth=0, zorder=0)
    for level in LEVELS:
        axes.axhline(100.0 * level, color=style.RULE, linewidth=0.7, zorder=1)
    for name in CLASSES:
        one = rows[rows["unit_class"] == name].groupby("half", sort=True)[["share", "even"]].mean()
        if len(one):
            x = np.array([year_of(half) for half in one.index])
            panels.line(axes, x, 100.0 * one["share"].to_numpy(), style.CLASS_COLOURS[name], 1.5)
            axes.plot(x, 100.0 * one["even"], color=style.CLASS_COLOURS[name], linewidth=0.7, linestyle=":")
    axes.set_yticks([*(100.0 * level for level in LEVELS), 100.0])
    axes.locator_params(axis="x", integer=True)


@style.styled
def draw_frontier(asked: Asked) -> Figure:
    """Draw the shares of places against literacy and the bench, and where the fitted share is one half."""
    found, measure, _ = asked
    population = found.manifest["populations"][0]["name"]
    shares, places, fits = found.shares(), found.frame("places"), found.frame("frontier")
    rows = shares[(shares["population"] == population) & (shares["measure"] == measure) & ~shares["later"]]
    rows = rows.merge(places[places["population"] == population], on=["population", "half", "place", "unit_class"])
    schemes = [scheme for scheme in (UNIVERSAL, UNILATERAL) if (rows["scheme"] == scheme).any()]
    note = "A dot for each guberniia and half-year; lines: the fitted share is one half, at three half-years' threat"
    heading = f"Where election would have done no worse in half of the worlds: {NAMES[measure]}"
    drawn, top = style.headed(heading, note, said(found, population), room=86.0)
    wide = (style.WIDE - LEFT * len(schemes) - 20.0) / len(schemes)
    points, crossed = None, np.zeros(len(THREATS), bool)
    for column, scheme in enumerate(schemes):
        axes = style.place(drawn, LEFT + column * (wide + LEFT), top + 8.0, wide, 62.0)
        one = rows[rows["scheme"] == scheme]
        points = axes.scatter(one["literacy"], one["bench"], c=one["share"], cmap=tilemap.EFFECTS, vmin=0, vmax=1, s=9,
                              linewidths=0.2, edgecolors="#777777")  # fmt: skip
        fit = fits[(fits["population"] == population) & (fits["scheme"] == scheme) & (fits["measure"] == measure)]
        lines = _lines(axes, frontier_of(fit.iloc[0].to_dict()), one)
        crossed |= lines
        axes.set_title(f"{capital(WAYS[scheme])}{'' if lines.any() else ': no frontier here'}")
        axes.set_xlabel("literacy of members at the switch")
        axes.set_ylabel("skill of trained people for the bench" if not column else "")
    assert points is not None
    bar = style.place(drawn, style.WIDE - 14.0, top + 8.0, 3.0, 62.0)
    drawn.colorbar(points, cax=bar).set_label("share of worlds that do no worse")
    entries: list[Artist] = [
        panels.stroke("black", 1.2, label + ("" if seen else ": beyond the picture"), linestyle=dashes)
        for dashes, label, seen in zip(panels.STROKES, THREATS, crossed, strict=True)
    ]
    panels.legend(drawn, entries, LEFT, 3)
    return drawn


def _lines(axes: Axes, fit: Frontier, rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Draw the frontier at three threats within the panel; return which of them cross it."""
    low, high = axes.get_xlim(), axes.get_ylim()
    bench = np.linspace(*high, 50)
    crossing = []
    for threat, dashes in zip(np.quantile(rows["threat"].unique(), (0.0, 0.5, 1.0)), panels.STROKES, strict=True):
        literacy = np.array([fit.literacy(one, float(threat)) for one in bench])
        inside = (literacy >= low[0]) & (literacy <= low[1])
        crossing.append(bool(inside.any()))
        axes.plot(literacy, bench, color="black", linestyle=dashes, linewidth=1.2)
    axes.set_xlim(low)
    axes.set_ylim(high)
    return np.array(crossing)


def frontier_of(row: Mapping[str, Any]) -> Frontier:
    """Return a stored frontier."""
    slopes, low, high, typical = (tuple(float(row[name.format(term)]) for term in TERMS)
                                  for name in ("{}", "{}_low", "{}_high", "typical_{}"))  # fmt: skip
    return Frontier(float(row["constant"]), slopes, low, high, typical, float(row["explained"]), int(row["cells"]))
