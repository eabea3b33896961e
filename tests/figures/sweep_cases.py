"""Sweeps that were never run, by name, for tests of pictures; and what a reader finds in a picture."""

from __future__ import annotations

import numpy as np

from sim.analysis import selection
from sim.analysis.selection import Selection
from sim.experiment.horizons import Horizon
from tests.made_sweep import choice

DATES = choice("date", *(f"19{year}-{month}" for year in (21, 22, 23, 24) for month in ("06", "12")))
LONG = choice("a_lever_with_a_long_name", "a very long name of an option that somebody wrote", "no shorter " * 6)
YEARS = {f"y{year}": Horizon(f"{year}-01", f"{year}-12") for year in range(1922, 1927)}
THREE = (choice("policy", "appointment", "election"), choice("peace", False, True), choice("size", 1.0, 2.0, 3.0))
CASES = {
    "usual": {},
    "one point": {"points": 1, "replicates": 1},
    "few": {"points": 5, "curves": "all"},
    "no levers": {"levers": (), "points": 40},
    "one lever": {"levers": (choice("policy", "appointment", "election"),), "curves": "sample", "curve_points": 9},
    "many options": {"levers": (DATES,), "points": 10, "curves": "all"},
    "long names": {"levers": (LONG,), "points": 20, "title": "A title that is much too long " * 8},
    "one outcome of the nation": {"outcomes": ("opposition_nation",), "curves": "none", "points": 12},
    "years": {"levers": (DATES,), "points": 20, "horizons": {"all": Horizon("1921-01", "1926-12")} | YEARS},
    "three levers": {"levers": THREE, "points": 15, "outcomes": ("opposition_nation", "performance")},
    "choices alone": {"uncertainties": (choice("order", "need", "random"), choice("need", True, False)), "points": 30},
}  # fmt: skip
GRID = tuple({"r_f": x, "skill": y} for x in np.linspace(0, 1, 5) for y in np.linspace(-0.1, 0.3, 4))


def factor(sweep, name):
    """Return a lever or an uncertainty of a sweep."""
    everything = (*sweep.experiment.uncertainties, *sweep.experiment.levers)
    return next(entry for entry in everything if entry.name == name)


def legend(figure):
    """Return the texts of a picture's legend, if it has one."""
    return [text.get_text() for entries in figure.legends for text in entries.get_texts()]


def words(figure):
    """Return what stands over the panels of a picture, line by line."""
    return [text.get_text() for text in figure.texts]


def panel(figure, title):
    """Return the panel of a title, whether it stands in one line or two."""
    return next(axes for axes in figure.axes if axes.get_title("left").replace("\n", " ") == title)


def of_outcome(sweep, outcome=None):
    """Return what a picture of one outcome shows, for the nation at the main horizon."""
    return selection.shown(sweep, Selection(outcome))
