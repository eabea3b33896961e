"""Pictures: a table and a drawing each, all from what is stored.

`sim.figures.pictures` lists them. `table` returns what one shows, `pages` what it looks like, `draw` writes it, and
`draw_all` those that a folder allows. Modules that draw are imported when they are needed: matplotlib takes its time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, UserError, nearest
from sim.figures.pictures import PICTURES, Kind, load

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def table(stored: Any, what: str, **asked: str | None) -> Any:
    """Return what a picture of something stored shows, as numbers and words; of several worlds, of the first other.

    Refused, with the nearest name, where there is no such picture, or it lacks what it needs.
    """
    return next(iter(_tables(stored, what, asked)))[1]


def pages(stored: Any, what: str, **asked: str | None) -> Iterator[tuple[str, Figure]]:
    """Yield the pages of a picture, with the names of their files."""
    for stem, shown in _tables(stored, what, asked):
        picture = _kind(stored).pictures[what]
        with load("style:named")(_names(stored)):
            drawn = load(f"{picture.module}:{picture.draw}")(shown)
        for number, figure in enumerate(drawn if isinstance(drawn, list) else [drawn], start=1):
            yield stem + (f"-{number}" if number > 1 else ""), figure


def draw(
    stored: Any, folder: Path | str, what: str | None = None, *, svg: bool = False, **asked: str | None
) -> list[Path]:
    """Draw one picture, with its options, or all, of what a command has stored, and return the files.

    The folder is made if it is missing. Refused where there is no such picture or name, or nothing to draw.
    """
    kind = _kind(stored)
    given = {name: value for name, value in asked.items() if value is not None}
    if what is None and given:
        raise UserError(Problem("plot", name, repr(text), _with(kind, name)) for name, text in given.items())
    drawn = draw_all(stored, folder, svg) if what is None else _written(stored, folder, what, svg, given)
    if drawn:
        return drawn
    if kind.select == "of_trace" and not stored.divergence.steps:
        raise UserError(Problem("plot", allowed="the two worlds are the same: there is nothing to draw"))
    allowed = f"{kind.name} in which there is something to draw"
    raise UserError(Problem("plot", found=str(stored.path), allowed=allowed))


def _with(kind: Kind, name: str) -> str:
    """Return of which pictures of a folder something may be asked."""
    having = [what for what, picture in kind.pictures.items() if name in picture.options]
    return f"one kind of picture with it (--what): {', '.join(having)}" if having else f"nothing, for {kind.name}"


def draw_all(stored: Any, folder: Path | str, svg: bool = False) -> list[Path]:
    """Draw what a folder allows, if anything, and return the files."""
    return [
        path
        for what, picture in _kind(stored).pictures.items()
        for asked in (load(f"select:{picture.usual}")(stored) if picture.usual else [])
        for path in _written(stored, folder, what, svg, asked)
    ]


def _written(stored: Any, folder: Path | str, what: str, svg: bool, asked: Mapping[str, str]) -> list[Path]:
    return [
        path
        for stem, figure in pages(stored, what, **asked)
        for path in load("style:save")(figure, Path(folder), stem, svg)
    ]


def _kind(stored: Any) -> Kind:
    return PICTURES[stored.format.name]


def _tables(stored: Any, what: str, asked: Mapping[str, str | None]) -> Iterator[tuple[str, Any]]:
    """Yield what a picture shows, once for each selection, with the name of its file."""
    kind = _kind(stored)
    if what not in kind.pictures:
        raise UserError(Problem("plot", "kind", repr(what), ", ".join(kind.pictures), nearest(what, kind.pictures)))
    picture = kind.pictures[what]
    given = {name: value for name, value in asked.items() if value is not None}
    if others := [name for name in given if name not in picture.options]:
        possible = "only " + " and ".join(picture.options) if picture.options else "nothing"
        allowed = f"{possible}, for {what} of {kind.name}"
        allowed = allowed if kind.options else f"neither outcome nor date, for {kind.name}"
        raise UserError(Problem("plot", name, given[name], allowed) for name in others)
    for stem, selection in load(f"select:{kind.select}")(stored, what, picture, given):
        with load("style:named")(_names(stored)):
            shown = load(f"{picture.module}:{picture.table}")(stored, selection)
        yield stem, shown


def _names(stored: Any) -> Mapping[str, str]:
    """Return what the world that is drawn, of several the first, calls the nation and classes."""
    of = stored.manifest
    base = of.get("worlds", [{}])[0].get("scenario") or of.get("scenario") or of.get("a", {}).get("scenario")
    names: Mapping[str, str] = (base or of.get("experiment", {}).get("base", {})).get("tree", {}).get("names", {})
    return names
