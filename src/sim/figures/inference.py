"""Pictures of what is inferred from sweeps: what effects hang on, and in which worlds something holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.analysis.plain import named
from sim.analysis.wording import capital
from sim.errors import Problem, UserError
from sim.figures import panels, style
from sim.figures.series import title
from sim.inference.asked import PRIOR
from sim.inference.boxes_told import leading
from sim.inference.sensitivity import beside, heads, share

if TYPE_CHECKING:
    from sim.inference.axes import Axis
    from sim.inference.boxes import Box, Discovery
    from sim.inference.sensitivity import Finding

ROW, TERMS, MOST = 5.4, 8, 6
"""Height of a row, mm; terms of a panel, and panels, at most."""
NAMES, EVIDENCE, BELOW = 84.0, 20.0, 23.0
"""Room for names and for grades, and below panels, mm."""
BESIDE = ("#2355E0", "#E8590C")
"""Of one population, and of another beside it."""
SHORT = {"what several do together": "only several of them at once, no single one",
         "what several do together, and chance": "several of them at once, and chance"}

LEAD, REST = ["parameter", "variant", "mechanism", "setting", "difference"], ["together", "chance", "unseen"]


@style.styled
def draw_sensitivity(found: Sequence[Sequence[Finding]]) -> Figure:
    """Draw a panel for each effect that is told: the leading terms, then what is no single term's.

    Parameters
    ----------
    found
        Findings of one sweep, or of two side by side.
    """
    shown = [[one for one in each if not one.refused] for each in beside(found)]
    shown = [each for each in shown if each][:MOST]
    if not shown:
        raise UserError([Problem("--picture", found="nothing that is told", allowed=found[0][0].sentence)])
    first = shown[0][0]
    tall = (TERMS + 3) * ROW
    called = {PRIOR: "over the ranges", **{one.population: "calibrated" for one in shown[0] if one.population != PRIOR}}
    names = [called.get(name, name) for name in heads(shown[0])]
    of = {(one.asked.outcome.name, one.asked.level) for each in shown for one in each}
    what = f"{'Levels of' if first.asked.level else 'Effects on'} {title(first.asked.outcome.name).lower()}"
    line = {"morris": "A screening: how far each moves the outcome over its range, at random places of the others"}
    both = " and ".join(dict.fromkeys(one.over for one in shown[0]))
    over = line.get(first.method, f"Shares of the variance {both}, with 95 % intervals")
    sheet, top = style.headed(
        f"{what if len(of) == 1 else 'Outcomes'}: what they hang on", over, _rest_on(shown),
        room=len(shown) * (tall + BELOW) + (4.0 if len(names) > 1 else 0.0),
    )  # fmt: skip
    top_share = _top(shown)
    for at, each in enumerate(shown):
        axes = style.place(sheet, NAMES, top + 6.0 + at * (tall + BELOW), style.WIDE - NAMES - EVIDENCE, tall)
        _panel(axes, each, top_share)
    hollow = any(line.get_markerfacecolor() == "white" for axes in sheet.axes
                 for line in axes.lines)  # fmt: skip
    panels.legend(sheet, _entries(names, first.method, hollow), 2.0, 2)
    return sheet


def _rest_on(shown: Sequence[Sequence[Finding]]) -> str:
    seen = [one.r2 for each in shown for one in each]
    by = {"saltelli": "directly, from a Saltelli design", "morris": "from Morris trajectories"}
    method = by.get(shown[0][0].method)
    if method is None:
        told = f"{min(seen):.2f}" if max(seen) - min(seen) < 0.005 else f"{min(seen):.2f} to {max(seen):.2f}"
        method = f"by an emulator that foretells {told} of the variance of worlds it has not seen"
    return f"{shown[0][0].points:,} worlds, {method}"


def _panel(axes: Axes, beside: Sequence[Finding], top: float) -> None:
    """Draw the terms of one effect, in one population or in two."""
    first = beside[0]
    rows = first.leading()[:TERMS]
    rest = first.rows[first.rows["kind"].isin(REST)]
    places = [*range(len(rows)), *(TERMS + place for place in range(len(rest)))]
    names = [*map(named, rows["name"]), *(SHORT.get(name, name) for name in rest["name"])]
    shift = [0.0] if len(beside) == 1 else [-0.17, 0.17]
    for number, (one, colour, away) in enumerate(zip(beside, BESIDE, shift, strict=False)):
        mine = {(row.kind, row.name): row for row in one.rows.itertuples(index=False)}
        for y, row in zip(places, [*rows.itertuples(), *rest.itertuples()], strict=True):
            if y < TERMS and (row.kind, row.name) in mine:
                _mark(axes, mine[row.kind, row.name], y + away, colour)
            elif y >= TERMS and row.kind in {kind for kind, _ in mine}:
                value = next(found.alone for (kind, _), found in mine.items() if kind == row.kind)
                axes.text(0.02 + 0.2 * number, y, share(value), transform=axes.get_yaxis_transform(), fontsize=7,
                          color=colour, va="center_baseline")  # fmt: skip
    for y, grade in zip(places, rows["grade"], strict=False):
        axes.text(1.03, y, grade, transform=axes.get_yaxis_transform(), fontsize=7, color=style.GREY,
                  va="center_baseline")  # fmt: skip
    axes.axhline(TERMS - 0.5, color=style.RULE, linewidth=0.5)
    axes.set_ylim(TERMS + 2.6, -0.6)
    panels.rows(axes, names, NAMES - 4.0, 6.5, places)
    _scale(axes, beside[0], top)
    axes.grid(axis="x")
    asked = first.asked
    against = asked.option if asked.level else f"{asked.option} against {asked.baseline}"
    of, left = f"{capital(style.SCOPE_LABELS[asked.scope])}: {against}", NAMES - 2.0
    axes.set_title(style.shorten(of, 2.0 * NAMES, 8.5), x=-left / (style.WIDE - NAMES - EVIDENCE), loc="left")


def _top(shown: Sequence[Sequence[Finding]]) -> float:
    """Return how far the panels' scale reaches: the same for all."""
    ends = [one.rows.loc[one.rows["kind"].isin(LEAD), name].max() for each in shown for one in each
            for name in ("alone_high", "total")]  # fmt: skip
    return float(np.nanmax(ends))


def _scale(axes: Axes, of: Finding, top: float) -> None:
    screening = of.method == "morris"
    axes.set_xlim(-0.02 * top, 1.06 * top)
    axes.set_xlabel(f"moves it by ({of.asked.outcome.unit})" if screening else "share of the variance", fontsize=7)
    axes.locator_params(axis="x", nbins=5)


def _mark(axes: Axes, row: Any, y: float, colour: str) -> None:
    """Draw what goes with a term alone, its interval, and hollow what goes with it and others."""
    if np.isfinite(row.total) and np.isfinite(row.alone_low) and row.total > row.alone:
        axes.plot([row.total], [y], "o", color=colour, markerfacecolor="white", markeredgewidth=0.7, markersize=3.6,
                  zorder=2.5)  # fmt: skip
    axes.plot([row.alone_low, row.alone_high], [y, y], color=colour, linewidth=1.4, zorder=2.8, solid_capstyle="butt")
    axes.plot([row.alone], [y], "o", color=colour, markersize=3.8, zorder=3, clip_on=False)


def _entries(names: Sequence[str], method: str, hollow: bool) -> list[Any]:
    other = "and how unevenly (s.d.)" if method == "morris" else "with what it does together with others"
    colour = BESIDE[0] if len(names) == 1 else style.GREY
    entries = [panels.stroke(colour, 1.4, "alone, 95 % interval", "o", markersize=3.8)]
    if hollow:
        entries += [panels.stroke(colour, 0.0, other, "o", markerfacecolor="white", markeredgewidth=0.7,
                                  markersize=3.6)]  # fmt: skip
    if len(names) > 1:
        entries += [panels.stroke(colour, 1.4, name, "o", markersize=3.8)
                    for colour, name in zip(BESIDE, names, strict=False)]  # fmt: skip
    return entries


@style.styled
def draw_discovery(found: Discovery) -> Figure:
    """Draw the best box: points held back over its first two conditions, and the bounds of all over their ranges."""
    best = leading(found)
    if best is None:
        raise UserError(Problem("--picture", found="no box that does better on points held back"))
    what = capital(found.asked.said)
    low, high = best.held.interval()
    inside = f"{share(best.held.density)} [{share(low)}, {share(high)}]"
    said = (f"On {found.held:,} points held back: true in {share(found.held_rate)}, in the box in {inside}; "
            f"the box holds {share(best.held.coverage)} of all such")  # fmt: skip
    sheet, top = style.headed(f"Where {found.where}", what, said, room=84.0)
    numbers = [one for one in best.conditions if not one.axis.chosen]
    beside = [one for one in found.numbers if all(one.name != other.axis.name for other in numbers)]
    across = [*(one.axis for one in numbers), *beside][:2]
    if len(across) == 2:
        _scatter(style.place(sheet, 16.0, top + 5.0, 68.0, 62.0), found, across)
    axes = style.place(sheet, 128.0, top + 5.0, 34.0, 6.0 + 7.0 * len(best.conditions))
    _bars(axes, best)
    entries = [panels.stroke(BESIDE[1], 0.0, found.where, "o"), panels.stroke(BESIDE[0], 0.0, "not so", "o"),
               Patch(facecolor="none", edgecolor="#222222", label="box")]
    panels.legend(sheet, entries, 16.0, 3)
    return sheet


def _scatter(axes: Axes, found: Discovery, across: Sequence[Axis]) -> None:
    """Draw points held back over two axes; those that other conditions leave out are pale."""
    best = leading(found)
    assert best is not None
    x, y = (_shown(axis, axis.values) for axis in across)
    others = [one for one in best.conditions if one.axis.name not in {axis.name for axis in across}]
    inside = np.logical_and.reduce([found.held_at, *(one.holds() for one in others)])
    for true, colour in ((False, BESIDE[0]), (True, BESIDE[1])):
        for rows, alpha in ((found.held_at & ~inside, 0.25), (inside, 0.95)):
            some = rows & (found.true == true)
            axes.plot(x[some], y[some], "o", color=colour, markersize=2.6, alpha=alpha, markeredgewidth=0)
    bounds = {one.axis.name: one for one in best.conditions}
    ends = []
    for axis, limits in zip(across, (axes.get_xlim(), axes.get_ylim()), strict=True):
        one = bounds.get(axis.name)
        edges = (-np.inf, np.inf) if one is None else (one.low, one.high)
        ends.append([_shown(axis, np.array(edge)) if np.isfinite(edge) else limit
                     for edge, limit in zip(edges, limits, strict=True)])  # fmt: skip
    (left, right), (bottom, above) = ends
    axes.plot([left, right, right, left, left], [bottom, bottom, above, above, bottom], color="#222222", linewidth=1.0)
    axes.set_xlabel("\n".join(style.wrap(named(across[0].name), 68.0, 8.0)))
    axes.set_ylabel("\n".join(style.wrap(named(across[1].name), 62.0, 8.0)))
    axes.set_title("Points held back" + ("; pale: outside the other conditions" if others else ""))


def _shown(axis: Axis, values: Any) -> Any:
    return np.exp(values) if axis.ratio else values


def _bars(axes: Axes, box: Box) -> None:
    """Draw each condition: its bounds within the range of all points."""
    for at, one in enumerate(box.conditions):
        axes.plot([0.0, 1.0], [at, at], color=style.PALE, linewidth=5.0, solid_capstyle="butt")
        low, high = 0.0, 1.0
        if not one.axis.chosen:
            least, most = float(one.axis.values.min()), float(one.axis.values.max())
            low, high = ((np.clip(end, least, most) - least) / (most - least) for end in (one.low, one.high))
        axes.plot([low, high], [at, at], color=BESIDE[1], linewidth=5.0, solid_capstyle="butt")
        text = style.shorten(one.said.split(" is ")[1], 44.0, 7.0)
        axes.text(0.0, at - 0.3, text, fontsize=7, color=style.GREY, va="bottom")
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(len(box.conditions) - 0.4, -0.9)
    panels.rows(axes, [named(one.axis.name) for one in box.conditions], 36.0, 7.0)
    axes.set_xticks([])
    for side in ("bottom", "left"):
        axes.spines[side].set_visible(False)
    axes.set_title("The box within all points", pad=8.0)
