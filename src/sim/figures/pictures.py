"""The one list of what can be drawn, by the format of what is stored and the picture's name.

A picture is a table and a drawing: a function ``table(stored, selection)`` that returns what is shown, and a function
``draw(table)`` that returns the page, or pages. A new picture is a module with the two, and an entry here; verb,
command, completion and help read this list. Nothing is imported but what is drawn: the command's help reads it too.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any


@dataclass(frozen=True)
class Picture:
    """A picture: what it shows, in words, and its module below `sim.figures` with the two functions."""

    shows: str
    module: str
    options: tuple[str, ...] = ()  # what may be asked of it
    usual: str = ""  # function of `select` that says with which options it is drawn when all are; none: it is not
    #: Of a sweep, whose lever's options are compared: ``needed``, ``first`` if there is one, that of the axis
    #: (``along``), that at whose options another is shown (``across``), or one that is no axis (``besides``).
    lever_rule: str = "needed"
    axes: tuple[str, ...] = ()  # of a sweep: filled by the leading uncertainties where they are not asked for
    #: Of a sweep, parts of the file's name: options, ``column`` that is shown, lever (``of``), x (``by``).
    stem: tuple[str, ...] = ("column", "x", "y", "lever", "option")
    table: str = "table"
    draw: str = "draw"


@dataclass(frozen=True)
class Kind:
    """A kind of folder: what it is in words, the function of `sim.figures.select` that finds names in it, pictures."""

    name: str
    select: str
    pictures: Mapping[str, Picture]

    @property
    def options(self) -> tuple[str, ...]:
        """All that may be asked of its pictures."""
        return tuple(dict.fromkeys(name for picture in self.pictures.values() for name in picture.options))


_ALL = ("lever", "option", "outcome", "scope", "horizon")

PICTURES: dict[str, Kind] = {
    "skloki-result": Kind("a result", "of_result", {
        "summary": Picture("four panels: appointment, skloki, performance and recovery", "curves", usual="once",
                           table="summary", draw="page"),
        "overview": Picture("one page of small panels: the main outcomes, nation and classes", "curves", usual="once",
                            table="overview", draw="page"),
        "appointed": Picture("how guberniia secretaries came to their posts, against the recorded figures", "appointed",
                             usual="once"),
        "moves": Picture("why guberniia secretaries left their posts, by year, against the recorded figures", "moves",
                         usual="once"),
        "opposition": Picture("the opposition's share by tier, against the conferences of January 1924", "opposition",
                              usual="once"),
        "outcome": Picture("one outcome: nation with band and single replicates, and the classes beside it", "curves",
                           ("outcome",), "principal", table="one", draw="outcome"),
        "column": Picture("one outcome in one panel, as wide as a journal's column (84 mm)", "curves", ("outcome",),
                          table="one", draw="column"),
        "tilemap": Picture("a map of one outcome at one date, a tile for each guberniia", "tilemap",
                           ("outcome", "date"), "of_places"),
    }),
    "skloki-comparison": Kind("a comparison", "of_comparison", {
        "curves": Picture("courses of both worlds for the nation, and their difference below", "comparison",
                          ("outcome",), "once", table="courses", draw="draw_courses"),
        "effects": Picture("effects by class at the first horizons, with intervals", "comparison", ("outcome",), "once",
                           table="effects", draw="draw_effects"),
        "map": Picture("a map of the effect on an outcome at the main horizon, a tile for each guberniia", "comparison",
                       ("outcome",), "with_places", table="places", draw="draw_places"),
    }),
    "skloki-divergence": Kind("a trace", "of_trace", {
        "spread": Picture("how far the worlds are apart, month by month", "divergence", usual="once", table="spread",
                          draw="draw_spread"),
        "cascade": Picture("how many part month by month, who comes first, and where it came from", "divergence",
                           usual="once", table="cascade", draw="draw_cascade"),
        "map": Picture("how soon each guberniia parts, and how many seats others hold", "divergence",
                       usual="once", table="parting", draw="draw_parting"),
    }),
    "skloki-sweep": Kind("a sweep", "of_sweep", {
        "effects": Picture(
            "paired effects of a lever's options by class, or at each option of another (--x), with intervals",
            "sweeps.forest", (*_ALL, "x"), "of_levers_and_pairs", "across",
            stem=("of", "by", "option", "outcome", "scope", "horizon"),
        ),
        "classes": Picture("by class: how effects are spread over points, or with --x how they go with a factor",
                           "sweeps.classes", ("lever", "option", "outcome", "horizon", "x"), "of_levers", "along"),
        "horizons": Picture(
            "effects at the horizons in the order of time, by class: what options do in their first years",
            "sweeps.classes", ("lever", "option", "outcome", "scope"), "of_courses", table="horizons",
            draw="draw_horizons",
        ),
        "bands": Picture("courses over time by scenario, medians with 10-90 % bands", "sweeps.fans",
                         ("lever", "outcome", "scope"), "of_curves", "first", stem=("outcome", "lever", "scope")),
        "outcome": Picture("an outcome, and the effect on it, against a lever or an uncertainty (--x)",
                           "sweeps.outcome", (*_ALL, "x"), "of_leading", "along", ("x",)),
        "surface": Picture(
            "an outcome, or the effect on it, over two of them (--x, --y), with the line where it changes sign",
            "sweeps.surface", (*_ALL, "x", "y"), "of_leading_two", "besides", ("x", "y"),
        ),
        "lookfor": Picture(
            "which figures of an archive would teach most about what is open, where observables are kept",
            "sweeps.lookfor", _ALL, "of_observed", stem=("lever", "option", "outcome", "scope", "horizon"),
        ),
    }),
    "skloki-calibration": Kind("a calibration", "of_calibration", {
        "decided": Picture("in which share of draws an option does better, before and after, by class", "calibration",
                           ("outcome",), "with_effects", table="decided", draw="draw_decided"),
        "learned": Picture("how far the record narrows each parameter, coloured by the evidence for it", "calibration",
                           usual="once", table="learned", draw="draw_learned"),
        "met": Picture("every recorded figure, against draws over the ranges and calibrated ones", "calibration",
                       usual="once", table="met", draw="draw_met"),
    }),
    "skloki-readiness": Kind("a readiness map", "of_readiness", {
        "universal": Picture("a map of when election everywhere would have done no worse, by one measure", "readiness",
                             ("outcome",), "of_measures", table="universal", draw="draw_map"),
        "unilateral": Picture("the same where each guberniia elects alone", "readiness",
                              ("outcome",), "of_measures_alone", table="unilateral", draw="draw_map"),
        "curves": Picture("shares of draws that do no worse, by half-year and class, for all measures", "readiness",
                          usual="once", table="curves", draw="draw_curves"),
        "frontier": Picture("shares against literacy and bench, and where they come to one half", "readiness",
                            ("outcome",), "once", table="cells", draw="draw_frontier"),
    }),
    "skloki-lockin": Kind("a lock-in test", "of_lockin", {
        "lockin": Picture("claims from three starts under the same drivers, where they end, and the loop", "lockin",
                          usual="once"),
    }),
    "skloki-ledger": Kind("a ledger of claims", "of_ledger", {
        "verdicts": Picture("in how many worlds each claim holds, matters little, or fails, with its verdict", "claims",
                            usual="once"),
    }),
}  # fmt: skip

OPTIONS = {
    "outcome": "outcome that it shows; of a comparison any, of others one that is stored so.",
    "date": "of a map: month; default: the last.",
    "x": "of a sweep: lever or uncertainty along which it is shown.",
    "y": "of a sweep: lever or uncertainty of the other axis.",
    "lever": "of a sweep: lever; default: the first.",
    "option": "of a sweep: option of the lever, against the first; default: all.",
    "scope": "of a sweep: nation or a class.",
    "horizon": "of a sweep: when; default: its main horizon.",
}
"""What may be asked of one picture, in words."""


def load(name: str) -> Callable[..., Any]:
    """Return a function by its module below `sim.figures` and its name there."""
    module, _, function = name.partition(":")
    with _no_window():
        found: Callable[..., Any] = getattr(import_module(f"sim.figures.{module}"), function)
    return found


@contextmanager
def _no_window() -> Iterator[None]:
    """Have matplotlib loaded whatever the environment says of its windows.

    A notebook tells it to its children; what it names need not be installed here, and pictures need no window.
    """
    said = None if "matplotlib" in sys.modules else os.environ.pop("MPLBACKEND", None)
    try:
        yield
    finally:
        if said is not None:
            os.environ["MPLBACKEND"] = said
