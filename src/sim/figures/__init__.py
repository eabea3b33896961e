"""Pictures: one a module, all from a stored result, as PNG and SVG.

`KINDS` lists them, `draw` makes one, `draw_all` those that a result allows. Modules that draw are
imported when they are needed: matplotlib takes its time.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.errors import Problem, UserError, nearest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sim.figures.series import Result

KINDS = {
    "summary": "four panels: appointment, skloki, performance and recovery",
    "overview": "one page of small panels: the main outcomes, nation and classes",
    "outcome": "one outcome: nation with band and single replicates, and the classes beside it",
    "column": "one outcome in one panel, as wide as a journal's column (84 mm)",
    "appointed": "how guberniia secretaries came to their posts, against the recorded figures",
    "moves": "why guberniia secretaries left their posts, by year, against the recorded figures",
    "opposition": "the opposition's share by tier, against the conferences of January 1924",
    "tilemap": "a map of one outcome at one date, a tile for each guberniia",
}
OF_OUTCOME = ("outcome", "column", "tilemap")
"""Kinds that show one outcome of choice."""
PRINCIPAL = ("performance", "recovery", "skloki_year", "centralisation")
"""Outcomes that `draw_all` draws on their own."""
SUMMARY = ("appointed", "skloki_year", "performance", "recovery")


def draw(
    result: Result, what: str, folder: Path | str, outcome: str | None = None, date: str | None = None
) -> list[Path]:
    """Draw one picture and write it as PNG and SVG.

    Parameters
    ----------
    result
        A stored result.
    what
        One of `KINDS`.
    folder
        Where to write; made if it is missing.
    outcome
        For kinds that show one: its name; default: performance.
    date
        For the tile map: month as ``YYYY-MM``; default: the last.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    UserError
        If there is no such kind, outcome or month, or the result lacks what the picture needs.
    """
    from sim.figures import style

    if what not in KINDS:
        raise UserError(Problem("plot", "kind", repr(what), ", ".join(KINDS), nearest(what, KINDS)))
    parts = [what, outcome or "performance"] if what in OF_OUTCOME else [what]
    parts += [date] if what == "tilemap" and date else []
    return style.save(_figure(result, what, outcome or "performance", date), Path(folder), "-".join(parts))


def draw_all(result: Result, folder: Path | str) -> list[Path]:
    """Draw what a result allows: every kind, and the principal outcomes on their own.

    Returns
    -------
    list of Path
        The files written.
    """
    paths: list[Path] = []
    for what in ("summary", "overview", "appointed", "moves", "opposition"):
        paths += draw(result, what, folder)
    for name in PRINCIPAL:
        paths += draw(result, "outcome", folder, name)
    if _has_map(result):
        paths += draw(result, "tilemap", folder)
    return paths


def _figure(result: Result, what: str, outcome: str, date: str | None) -> Figure:
    if what in ("summary", "overview", "outcome", "column"):
        from sim.figures import curves

        if what == "summary":
            return curves.overview(result, SUMMARY, 2, "Appointment, skloki, performance and recovery")
        return curves.overview(result) if what == "overview" else curves.outcome(result, outcome, what == "column")
    if what == "appointed":
        from sim.figures import appointed

        return appointed.figure(result)
    if what == "moves":
        from sim.figures import moves

        return moves.figure(result)
    if what == "opposition":
        from sim.figures import opposition

        return opposition.figure(result)
    from sim.figures import tilemap

    return tilemap.figure(result, outcome, date)


def _has_map(result: Result) -> bool:
    """Return whether committees of real places were stored."""
    scenario = result.manifest["scenario"]
    real = scenario.get("tree", {}).get("kind", "real") == "real"
    return real and bool(scenario.get("run", {}).get("committees", False))
