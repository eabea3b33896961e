"""The kinds of folders that commands leave, by the format in their manifests, and how each is drawn.

How they are opened stands in `sim.analysis.stored`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim import figures
from sim.errors import Problem, UserError, nearest
from sim.figures import sweeps

if TYPE_CHECKING:
    from sim.analysis.divergence.folder import DivergenceFolder
    from sim.analysis.stored import Stored
    from sim.results.comparison import Comparison


@dataclass(frozen=True)
class Kind:
    """A kind of folder.

    Attributes
    ----------
    name
        What it is, in words.
    draw_all
        Draws all that it allows into a folder.
    pictures
        What can be drawn alone, and what it shows.
    draw
        Draws one of these: which, the folder, and what was asked for besides.
    options
        What may be asked for besides: outcome, date.
    """

    name: str
    draw_all: Callable[[Any, Path], list[Path]]
    pictures: Mapping[str, str]
    draw: Callable[..., list[Path]]
    options: tuple[str, ...] = ()


def _draw_comparison(comparison: Comparison, folder: Path) -> list[Path]:
    from sim.figures import comparison as pictures

    return pictures.draw_all(comparison, folder)


def _draw_of_comparison(comparison: Comparison, what: str, folder: Path, outcome: str | None = None) -> list[Path]:
    from sim.figures import comparison as pictures

    return pictures.draw(comparison, what, folder, outcome)


def _draw_trace(traced: DivergenceFolder, folder: Path) -> list[Path]:
    from sim.figures import divergence

    _refuse_same(traced)
    return divergence.draw_all(traced, folder)


def _draw_of_trace(traced: DivergenceFolder, what: str, folder: Path) -> list[Path]:
    from sim.figures import divergence

    _refuse_same(traced)
    return divergence.draw(traced, what, folder)


def _refuse_same(traced: DivergenceFolder) -> None:
    if not traced.divergence.steps:
        raise UserError(Problem("plot", allowed="the two worlds are the same: there is nothing to draw"))


KINDS = {
    "skloki-result": Kind(
        "a result", lambda result, folder: figures.draw_all(result, folder),
        figures.KINDS, lambda *what, **asked: figures.draw(*what, **asked), ("outcome", "date"),
    ),
    "skloki-comparison": Kind(
        "a comparison", _draw_comparison,
        {
            "curves": "courses of both worlds for the nation, and their difference below",
            "effects": "effects by class at the first horizons, with intervals",
        },
        _draw_of_comparison, ("outcome",),
    ),
    "skloki-divergence": Kind(
        "a trace", _draw_trace,
        {
            "spread": "how far the worlds are apart, month by month",
            "cascade": "the first committees to part, and where the difference came from",
            "map": "how soon each guberniia parts, and how many seats others hold",
        },
        _draw_of_trace,
    ),
    "skloki-sweep": Kind("a sweep", sweeps.draw_all, sweeps.KINDS, sweeps.draw, sweeps.ASKED),
}  # fmt: skip


def draw(stored: Stored, folder: Path, what: str | None = None, **asked: str | None) -> list[Path]:
    """Draw one picture, or all, of what a command has stored.

    Parameters
    ----------
    asked
        The outcome and the date of one picture, where it has them.

    Raises
    ------
    UserError
        There is no such picture of it, or nothing to draw.
    """
    kind = KINDS[stored.manifest["format"]]
    given = {name: value for name, value in asked.items() if value is not None}
    others = [name for name in given if what is None or name not in kind.options]
    if others:
        possible = "only " + " and ".join(kind.options) if kind.options else "neither outcome nor date"
        allowed = f"{possible}, for {kind.name}" if what is not None else "only for one kind of picture"
        raise UserError(Problem("plot", name, given[name], allowed) for name in others)
    if what is not None and what not in kind.pictures:
        raise UserError(Problem("plot", "kind", repr(what), ", ".join(kind.pictures), nearest(what, kind.pictures)))
    drawn = kind.draw_all(stored, folder) if what is None else kind.draw(stored, what, folder, **given)
    if not drawn:
        allowed = f"{kind.name} in which there is something to draw"
        raise UserError(Problem("plot", found=str(stored.path), allowed=allowed))
    return drawn
