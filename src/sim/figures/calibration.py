"""A calibration in three pictures: which figures are met, what they teach, and what that decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.analysis.plain import named
from sim.analysis.sentences import SURE
from sim.analysis.wording import instead, outcome_in_words
from sim.figures import panels, style
from sim.inference.posterior import UNLEARNED

if TYPE_CHECKING:
    from sim.analysis.selection import Selection
    from sim.results.calibration import Calibration

LEFT, RIGHT, ROW, MOST, END = 80.0, 9.0, 6.0, 20, 4.0
"""Room for names at the left, for labels at the right, height of a row, mm; parameters shown at most; where a scale is
cut, in half widths of a band."""
GRADES = {"documented": "#1F3A5F", "inferred": "#6FA8D8", "assumed": "#E3A018", "free": "#C9C4BC", "": "#8B8B8B"}
"""Colours of evidence grades, from the best; what has none is a reading or a structure."""
BEFORE, AFTER, PALE, RECORDED = style.RULE, style.NATION, "#E8F0E4", "#2E7D32"


DOTTED: tuple[int, tuple[int, int]] = (0, (2, 2))


class Met(NamedTuple):
    """Recorded figures and what draws give, each in half widths of its own band; by what it is called."""

    title: str
    said: str
    names: Sequence[str]
    before: np.ndarray  # (figures, 3): 5th, 50th, 95th of a hundred, of draws over the ranges
    after: np.ndarray  # the same of calibrated draws
    used: Sequence[bool]
    recorded: np.ndarray  # (figures,): the recorded values


def met(calibration: Calibration, selection: Selection) -> Met:
    """Return what the figures come to."""
    rows = calibration.targets()
    rows = rows[rows["given_p50"].notna()]
    middle, half = (rows["low"] + rows["high"]) / 2, (rows["high"] - rows["low"]) / 2
    half = half.where(half > 0, rows["recorded"].abs().clip(lower=1e-9))

    def scaled(which: str) -> np.ndarray:
        return scale([f"{which}_{name}" for name in ("p05", "p50", "p95")])

    def scale(columns: list[str]) -> np.ndarray:
        return ((rows[columns].to_numpy(float) - middle.to_numpy()[:, None]) / half.to_numpy()[:, None])

    names = [f"{row['id']} {row['description']}, {row['period']}" for row in rows.to_dict(orient="records")]
    return Met("What is recorded, and what the worlds give", _said(calibration), names, scaled("prior"),
               scaled("given"), rows["used"].tolist(), scale(["recorded"])[:, 0])  # fmt: skip


@style.styled
def draw_met(table: Met) -> Figure:
    """Draw a row a figure: its band in the middle, draws over the ranges in grey, calibrated ones in black."""
    count = len(table.names)
    figure, top = style.headed(table.title, table.said, room=ROW * count + 24.0)
    axes = style.place(figure, LEFT, top + 1, style.WIDE - LEFT - RIGHT, ROW * count, xlim=(-END, END),
                       ylim=(count - 0.5, -0.5))  # fmt: skip
    axes.axvspan(-1, 1, color=PALE, linewidth=0)
    for row in range(count):
        for shift, spread, colour in ((-0.17, table.before[row], BEFORE), (0.17, table.after[row], AFTER)):
            low, mid, high = np.clip(spread, -END, END)
            axes.plot([low, high], [row + shift] * 2, color=colour, linewidth=1.3)
            axes.plot([mid], [row + shift], "o", color=colour, markersize=2.6)
    axes.plot(table.recorded, range(count), "|", color=RECORDED, markersize=9, markeredgewidth=1.4, zorder=3)
    panels.rows(axes, table.names, LEFT - 6, 6.5)
    for label, used in zip(axes.get_yticklabels(), table.used, strict=True):
        label.set_color("black" if used else style.GREY)
    axes.set_xticks([-3, -1, 1, 3], ["lower", "band's\nlow end", "band's\nhigh end", "higher"])
    panels.legend(figure, [
        Patch(color=PALE, label="recorded band"), panels.stroke(RECORDED, 0.0, "recorded value", "|", markersize=8),
        panels.stroke(BEFORE, 1.3, "nine of ten worlds over the ranges, and the middle one", "o", markersize=2.6),
        panels.stroke(AFTER, 1.3, "nine of ten calibrated worlds", "o", markersize=2.6)], 4, 2)  # fmt: skip
    return figure


class Learned(NamedTuple):
    """By how much of its variance each parameter is narrowed: the first of them, with their evidence grades."""

    title: str
    said: str
    rows: Sequence[tuple[str, float, str]]


def learned(calibration: Calibration, selection: Selection) -> Learned:
    """Return the parameters of which the record teaches most."""
    rows = calibration.parameters()
    rows = rows[rows["option"].isna() | (rows["option"] == "")]
    rows = rows.sort_values("contraction", ascending=False, kind="stable")
    told = len(rows[rows["contraction"] >= UNLEARNED])
    title = f"The record teaches something of {told} of {len(rows)} numbers: the {min(MOST, len(rows))} most narrowed"
    found = [(named(str(row["name"])), float(row["contraction"]), str(row["grade"] or ""))
             for row in rows.to_dict("records")]  # fmt: skip
    return Learned(title, _said(calibration), found[:MOST])


@style.styled
def draw_learned(table: Learned) -> Figure:
    """Draw a bar a parameter, coloured by what was known of it before."""
    count = len(table.rows)
    figure, top = style.headed(table.title, table.said, room=ROW * count + 20.0)
    axes = style.place(figure, LEFT, top + 1, style.WIDE - LEFT - RIGHT, ROW * count, xlim=(0, 1),
                       ylim=(count - 0.5, -0.5))  # fmt: skip
    for row, (_, contraction, grade) in enumerate(table.rows):
        axes.barh(row, max(contraction, 0.0), height=0.7, color=GRADES.get(grade, GRADES[""]), linewidth=0)
    axes.axvline(UNLEARNED, color=style.GREY, linewidth=0.6, linestyle=DOTTED)
    panels.rows(axes, [name for name, _, _ in table.rows], LEFT - 6, 6.5)
    axes.set_xlabel("part of its variance that the recorded figures take away")
    known = dict.fromkeys(grade for _, _, grade in table.rows)
    grades: list[Any] = [Patch(color=GRADES.get(grade, GRADES[""]), label=grade or "a reading, a structure")
                         for grade in GRADES if grade in known]  # fmt: skip
    line = panels.stroke(style.GREY, 0.6, "taught something: a tenth or more", linestyle=DOTTED)
    panels.legend(figure, [*grades, line], 4, 6)
    return figure


class Decided(NamedTuple):
    """Shares of draws in which an option does better than the baseline, scope by scope, before and after."""

    title: str
    said: str
    panels: dict[str, Sequence[tuple[str, float, float, float, float, float]]]
    """By option: scope, share before, after and its standard error, better by enough, and worse by enough."""
    by: str
    does: str


def decided(calibration: Calibration, selection: Selection) -> Decided:
    """Return the shares of one outcome at the main horizon: the first of the table, unless another is asked for."""
    rows = calibration.effects()
    outcome = selection.outcome or rows["outcome"].iloc[0]
    rows = rows[(rows["outcome"] == outcome) & (rows["horizon"] == rows["horizon"].iloc[0])]
    found: dict[str, list[tuple[str, float, float, float, float, float]]] = {}
    for row in rows.to_dict("records"):
        known = found.setdefault(instead(row["option"], row["baseline"]), [])
        known.append((row["scope"], row["prior_better"], row["given_better"], row["error"], row["given_ahead"],
                      row["given_behind"]))  # fmt: skip
    sure = rows["reading"].isin(["better", "worse", "same"])
    title = "What the recorded figures decide" if sure.all() else "What the recorded figures do not decide"
    if sure.any() and not sure.all():
        title = "What the recorded figures decide, and what they leave open"
    by = outcome_in_words(str(outcome))
    does = "is higher" if (rows["better"] == "neither").all() else "does better"
    return Decided(f"{title}, by {by}", _said(calibration), dict(found), by, does)


@style.styled
def draw_decided(table: Decided) -> Figure:
    """Draw a panel an option: a line a scope, from the share over the ranges to that of calibrated worlds."""
    height = ROW * max(map(len, table.panels.values()))
    figure, top = style.headed(table.title, table.said, room=(height + 20.0) * len(table.panels) + 22.0)
    for place, (name, rows) in enumerate(table.panels.items()):
        axes = style.place(figure, 26, top + 6 + (height + 20.0) * place, style.WIDE - 26 - RIGHT, height, xlim=(0, 1),
                           ylim=(len(rows) - 0.5, -0.5))  # fmt: skip
        axes.set_title(name, fontsize=8)
        axes.axvspan(SURE, 1.0, color=PALE, linewidth=0)
        axes.axvline(0.5, color=style.GREY, linewidth=0.6, linestyle=(0, (2, 2)))
        for row, (scope, before, after, error, enough, worse) in enumerate(rows):
            colour = style.SCOPE_COLOURS[scope]
            axes.plot([before], [row], "o", color="white", markeredgecolor=colour, markersize=4)
            axes.plot([before, after], [row, row], color=colour, linewidth=0.8)
            axes.plot([enough], [row], "D", color=colour, markersize=3.2, markerfacecolor="white")
            axes.plot([worse], [row], "x", color=colour, markersize=3.6)
            axes.errorbar([after], [row], xerr=[2 * error], fmt="o", color=colour, markersize=4, linewidth=1.6)
        panels.rows(axes, [style.SCOPE_LABELS[scope] for scope, *_ in rows], LEFT - 6, 6.5)
        axes.set_xticks([0, 0.2, 0.5, 0.8, 1.0], ["none", "20", "half", "80", "all"])
        axes.set_xlabel(f"of 100 worlds, in how many it {table.does} by {table.by}", fontsize=7)
    entries = [panels.stroke(style.NATION, 0.8, "over the ranges", "o", markerfacecolor="white"),
               panels.stroke(style.NATION, 1.6, "calibrated, with two standard errors", "o"),
               panels.stroke(style.NATION, 0.0, "calibrated: by enough to matter", "D", markerfacecolor="white"),
               panels.stroke(style.NATION, 0.0, "calibrated: the other way by enough", "x"),
               Patch(color=PALE, label="decided, if either lies here: four worlds in five")]  # fmt: skip
    panels.legend(figure, entries, 26, 2)
    return figure


def _said(calibration: Calibration) -> str:
    manifest: dict[str, Any] = calibration.manifest
    converged = "" if manifest["converged"] else "; NOT CONVERGED"
    return f"{calibration.manifest['title']}: calibrated on {manifest['given']}{converged}"
