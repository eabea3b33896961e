"""The one look of all pictures: sizes, type, colours, and how a picture is written to disk.

Pictures are built from `matplotlib.figure.Figure` alone: no window, no global state, and no slow
import of pyplot. Colours keep apart from one another under the three forms of colour blindness
(a test simulates them), and each class and each way of filling a post has one colour everywhere.
"""

from __future__ import annotations

import warnings
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from pathlib import Path
from types import MappingProxyType
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

P = ParamSpec("P")
R = TypeVar("R")

MM = 1 / 25.4
WIDE, NARROW = 174.0, 84.0
"""Widths of a page and of a column of a journal, mm."""

NATION = "#222222"
CLASS_COLOURS = {"capital": "#B3202A", "industrial": "#2B6CB8", "agrarian": "#C88700", "borderland": "#35A79C"}
SCOPE_COLOURS = {"nation": NATION, **CLASS_COLOURS}
_NAMES: ContextVar[Mapping[str, str]] = ContextVar("names", default=MappingProxyType({}))


class _Labels(Mapping[str, str]):
    """What the nation and classes are called: as usual, or as the world does that is being drawn."""

    usual = {
        "nation": "nation", "capital": "capitals", "industrial": "industrial",
        "agrarian": "agrarian", "borderland": "borderlands",
    }

    def __getitem__(self, scope: str) -> str:
        return _NAMES.get().get(scope, self.usual[scope])

    def __iter__(self) -> Iterator[str]:
        return iter(self.usual)

    def __len__(self) -> int:
        return len(self.usual)


SCOPE_LABELS: Mapping[str, str] = _Labels()


@contextmanager
def named(names: Mapping[Any, str]) -> Iterator[None]:
    """Call the nation and classes as a world does, while it is drawn."""
    token = _NAMES.set(names)
    try:
        yield
    finally:
        _NAMES.reset(token)


INSTALLED_COLOURS = {
    "appointed": "#1F3A5F", "recommended": "#6FA8D8", "confirmed": "#F2CF85", "elected": "#E3A018", "acting": "#C9C4BC",
}  # fmt: skip
EVENT_COLOURS = {
    "congress": "#222222", "conference": "#777777", "dispute": "#9A8DBD",
    "levy": "#8FBF98", "famine": "#D2A06B", "policy_error": "#D58C9D",
}  # fmt: skip
GREY, RULE, PALE = "#5A5A5A", "#A8A8A8", "#D9D9D9"

SETTINGS: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 8.0,
    **{f"axes.{name}": value for name, value in {
        "labelsize": 8.0, "titlesize": 8.5, "titlelocation": "left", "titlepad": 3.0, "labelpad": 3.0,
        "spines.top": False, "spines.right": False, "linewidth": 0.6, "edgecolor": "#444444", "axisbelow": True,
    }.items()},
    **{f"{axis}tick.{name}": value for axis in "xy" for name, value in {
        "labelsize": 8.0, "major.width": 0.6, "major.size": 2.5, "major.pad": 2.0,
    }.items()},
    **{f"legend.{name}": value for name, value in {
        "fontsize": 8.0, "frameon": False, "handlelength": 1.6, "handletextpad": 0.5, "columnspacing": 1.4,
        "borderaxespad": 0.0,
    }.items()},
    "grid.color": "#E6E6E6", "grid.linewidth": 0.5, "lines.linewidth": 1.3, "lines.solid_capstyle": "round",
    "patch.linewidth": 0.6, "hatch.linewidth": 0.5,
    "figure.dpi": 100.0, "savefig.dpi": 200.0, "savefig.facecolor": "white",
    # Outlines instead of text: the same picture on machines without the font.
    "svg.fonttype": "path",
    # Without a fixed salt the names inside an SVG change at every drawing.
    "svg.hashsalt": "sim.figures",
    # A dollar in a scenario's title is a dollar.
    "text.parse_math": False,
}  # fmt: skip


@contextmanager
def boxed() -> Iterator[None]:
    """Say nothing of a letter that no font has: it is drawn as a box, which says so."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        warnings.filterwarnings("ignore", "Matplotlib currently does not support", UserWarning)
        yield


def styled(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function so that everything it draws has the style of this module."""

    @wraps(function)
    def inner(*args: P.args, **kwargs: P.kwargs) -> R:
        with mpl.rc_context(), boxed():
            mpl.rcdefaults()
            mpl.rcParams.update(SETTINGS)
            return function(*args, **kwargs)

    return inner


def new(width: float, height: float) -> Figure:
    """Return an empty figure; sizes in mm."""
    figure = Figure(figsize=(width * MM, height * MM))
    FigureCanvasAgg(figure)
    return figure


def place(figure: Figure, left: float, top: float, width: float, height: float, **kwargs: Any) -> Axes:
    """Add axes at a place counted in mm from the figure's upper left corner."""
    wide, high = (side / MM for side in figure.get_size_inches())
    return figure.add_axes((left / wide, 1 - (top + height) / high, width / wide, height / high), **kwargs)


def write(figure: Figure, text: str, left: float, top: float, **kwargs: Any) -> None:
    """Write text whose upper left corner lies at a place in mm from the figure's upper left corner."""
    wide, high = (side / MM for side in figure.get_size_inches())
    figure.text(left / wide, 1 - top / high, text, **{"ha": "left", "va": "top", **kwargs})


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, 0 (black) to 1 (white), after WCAG 2."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def on(colour: str) -> str:
    """Return black or white, whichever is easier to read on a colour."""
    return "black" if (luminance(colour) + 0.05) ** 2 > 0.05 * 1.05 else "white"


@lru_cache(4096)
def measure(text: str, size: float) -> float:
    """Return the width of a line of text, mm."""
    # Asked of what would draw it: to make a figure for each text takes longer.
    dpi, font = mpl.rcParams["figure.dpi"], FontProperties(size=size, weight="normal")
    with boxed():
        return float(RendererAgg(1, 1, dpi).get_text_width_height_descent(text, font, ismath=False)[0] / dpi / MM)


def shorten(text: str, width: float, size: float) -> str:
    """Return a text cut so that it fits a width in mm."""
    short = text = " ".join(text.split())
    while measure(short, size) > width and len(text) > 1:
        text = text[: -max(1, len(text) // 20)].rstrip(" ,;·")
        short = text + " …"
    return short


def wrap(text: str, width: float, size: float) -> list[str]:
    """Return a text in one or two lines that fit a width in mm; the second is cut if need be."""
    words = text.split()
    counts = range(1, len(words) + 1)
    first = max(bisect_right(counts, width, key=lambda count: measure(" ".join(words[:count]), size)), 1)
    lines = [" ".join(words[:first]), " ".join(words[first:])]
    return [shorten(line, width, size) for line in lines if line]


def side_by_side(texts: Sequence[str], between: str, width: float, size: float) -> str:
    """Return texts in one line of a width in mm; what some do not need of it, longer ones have."""
    room, short = width - measure(between, size) * (len(texts) - 1), dict.fromkeys(texts, "")
    for number, text in enumerate(sorted(texts, key=lambda text: measure(text, size))):
        short[text] = shorten(text, room / (len(texts) - number), size)
        room -= measure(short[text], size)
    return between.join(short[text] for text in texts)


def head(width: float, title: str, *lines: str) -> float:
    """Return the height of a heading on a page of a width, mm."""
    return 7.5 + 4.0 * (len(_rows(title, width)) - 1) + 4.2 * len(lines)


def _rows(title: str, width: float) -> list[str]:
    """Return a title in one line, or in two if it is long, and cut if it is longer."""
    # Measured as plain text: bold is an eighth wider.
    return wrap(title, (width - 4) / 1.15, 9) or [""]


def heading(figure: Figure, title: str, *lines: str) -> None:
    """Write the title and, in grey below it, what is shown, of which scenario."""
    width = figure.get_size_inches()[0] / MM
    rows = _rows(title, width)
    write(figure, "\n".join(rows), 2, 1.5, fontsize=9, fontweight="bold", gid="heading")
    for at, line in enumerate(lines):
        top = 6.2 + 4.0 * (len(rows) - 1) + 4.2 * at
        write(figure, shorten(line, width - 4, 8), 2, top, color=GREY, gid="heading")


def headed(title: str, *lines: str, room: float) -> tuple[Figure, float]:
    """Return a new figure as wide as a page, with a heading and room under it, and where that begins; in mm."""
    rows = [row for line in lines for row in wrap(line, WIDE - 4, 8)]
    top = head(WIDE, title, *rows)
    figure = new(WIDE, top + room)
    heading(figure, title, *rows)
    return figure, top


@styled
def save(figure: Figure, folder: Path, stem: str, svg: bool = False) -> list[Path]:
    """Write a picture as PNG (200 dpi), if wanted as SVG too, with the same bytes at each drawing; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{stem}.png", *([folder / f"{stem}.svg"] if svg else [])]
    # Packed lightly, a PNG is a twelfth larger and takes a third less time.
    figure.savefig(paths[0], metadata={"Software": None}, pil_kwargs={"compress_level": 1})
    if svg:
        figure.savefig(paths[1], metadata={"Date": None, "Creator": None})
    return paths
