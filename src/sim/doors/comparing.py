"""The command ``skloki compare``, and what it prints."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.analysis.wording import counted
from sim.doors import completion as complete
from sim.doors import options, work
from sim.doors.terminal import UNDEFINED, Terminal, number
from sim.errors import Problem, UserError

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.comparison import Comparison

#: Differences between worlds that are printed in words.
NAMED = 6


@click.command()
@click.argument("worlds", metavar="A B [C ...]", nargs=-1, required=True, shell_complete=complete.scenarios)
@click.option("--replicates", type=int, metavar="N", help="Pairs (default: 200), or with --precision at most (2000).")
@click.option("--draws", type=int, metavar="N",
              help="Pairs, each with its own draw of all parameters and readings that no world sets.")
@options.ensemble
@click.option("--seed", type=int, metavar="S", help="Seed of all worlds, instead of the scenarios'.")
@options.sets
@click.option("--horizon", "horizons", multiple=True, metavar="MONTH[:MONTH]",
              help="Month (1924-12) or span (1923-12:1926-11, its mean); may be repeated, the first is the main one.")
@click.option("--outcome", "outcomes", multiple=True, metavar="NAME", shell_complete=complete.outcomes,
              help="Outcome to print and draw; may be repeated. All are stored.")
@click.option("--smallest", multiple=True, metavar="[NAME=]X",
              help="Smallest effect of interest, of all shares or of one outcome, instead of each one's own (see "
                   "`skloki explain`); may be repeated.")
@click.option("--precision", type=float, metavar="H",
              help="Run until half the 95 % interval is no wider than H, or say how many pairs it would take.")
@click.option("--for", "target", metavar="NAME", shell_complete=complete.outcomes,
              help="Outcome that --precision is about (default: performance), for the nation.")
@click.option("--full", is_flag=True, help="Print all tables: by class, over the horizons, with every statistic.")
@options.engines
@options.figures("none", "all")
@options.svg
@options.stores
def compare(
    terminal: Terminal, /, worlds: tuple[str, ...], sets: tuple[str, ...], full: bool, figures: str, svg: bool,
    **asked: Any,
) -> None:  # fmt: skip
    """Run worlds on the same accidents and compare them, with the answer in two sentences at the end.

    A is the baseline: effects are of every other world minus A, pair by pair. Intervals are over chance
    only, at fixed parameters, unless --draws asks over the ranges of these, or --ensemble over those that
    agree with the record. Without --out the comparison
    is stored in a new folder in results/comparisons; docs/comparing.md explains its tables.
    """
    from sim import api

    if any(item.split("=")[0].strip() in ("replicates", "run.replicates") for item in sets):
        raise UserError(Problem("--set", "run.replicates", allowed="--replicates N, which is for all worlds"))
    loaded, warnings = work.read(terminal, worlds, sets)
    with work.running(terminal, " | ".join(worlds)) as progress:
        comparison = api.compare(*loaded, progress=progress, **asked)
    notes = remarks(comparison)
    for note in () if terminal.json else notes:
        terminal.note(note)
    show(terminal, comparison, full=full)
    drawn = work.pictures(terminal, comparison, "comparison", svg, figures)
    work.say_where(terminal, "comparison", drawn)
    terminal.answer(lambda: document(comparison, [*map(str, warnings), *notes], drawn), str(comparison.path))


def remarks(comparison: Comparison) -> list[str]:
    """Return what a reader should know before reading on: failures, few pairs, a precision not reached."""
    from sim.analysis.paired import FEW

    manifest = comparison.manifest
    notes = [f"replicate {failure['replicate']} of {failure['world']} failed and is left out of all worlds: "
             f"{failure['error']} (at {failure['where']})" for failure in manifest["failed"]]
    (base, *_), (_, *others), pairs = comparison.worlds, manifest["worlds"], manifest["pairs"]
    notes += [f"warning: {world['name']} does not differ from {base}" for world in others if not world["differs"]]
    for world in others:
        notes += _parted(world, base, comparison.horizons[0]) if world["differs"] else []
    if pairs < FEW:
        few = f"{counted(pairs, 'pair')} {'is' if pairs == 1 else 'are'} few"
        notes.append(f"warning: {few}: the intervals hang on the differences being nearly normal")
    wanted = manifest["precision"]
    if wanted is not None and not wanted["reached"]:
        option = "--draws" if manifest.get("draws") else "--replicates"
        reasons = "; ".join(_lacking(wanted, option, several=len(others) > 1))
        notes.append(f"warning: precision not reached with {counted(pairs, 'pair')}: {reasons}")
    return notes


def _parted(world: Mapping[str, Any], base: str, horizon: str) -> list[str]:
    """Return what is to be said of when a world begins to differ from the baseline."""
    name, parting = world["name"], world["parting"]
    if parting is None:
        return [f"warning: {base} and {name} have the same inputs in these months: that they agree is no finding"]
    first, last = horizon.split(":")[0], horizon.split(":")[-1]
    if parting <= first:
        return []
    where = "begins" if parting <= last else "lies"
    return [f"warning: the main horizon, {_words(horizon)}, {where} before {name} parts from {base} in {parting}"]


def _lacking(wanted: Mapping[str, Any], option: str, several: bool) -> list[str]:
    """Return why a precision was not reached."""
    if wanted["achieved"] is None:
        return ["one pair has no interval"]
    reasons = [] if wanted["needed"] is None else [
        f"half the interval of {wanted['outcome']} is {wanted['achieved']:.2g}, not {wanted['half_width']:g}; "
        f"it would take about {wanted['needed']:,} pairs ({option} {wanted['needed']})"
    ]  # fmt: skip
    return reasons + [
        (f"{world}: " if several else "")
        + f"all {pairs} differences are equal: an event rarer than about 3/{pairs} of pairs would not have been seen"
        for world, pairs in wanted["equal"].items()
    ]


def show(terminal: Terminal, comparison: Comparison, *, full: bool) -> None:
    """Print what differs, effects on the nation, and the answer in sentences; in full, all tables before these."""
    from sim.analysis.sentences import answer

    if terminal.quiet or terminal.json:
        return
    manifest, frame = comparison.manifest, comparison.effects()
    for world in manifest["worlds"][1:]:
        rows = frame[(frame["world"] == world["name"]) & frame["outcome"].isin(manifest["shown"])]
        title = f"{world['name']} minus {comparison.worlds[0]}"
        terminal.say(f"{title}: {world['title']} | {manifest['worlds'][0]['title']}")
        for line in differing(world["differs"]):
            terminal.say(f"  {line}")
        terminal.say()
        (_show_tables if full else _show_short)(terminal, comparison, title, rows)
    if full:
        _show_how_to_read(terminal, manifest)
    if manifest["precision"] is not None and manifest["precision"]["reached"]:
        terminal.say(
            f"Precision: half the interval of {manifest['precision']['outcome']} is "
            f"{manifest['precision']['achieved']:.2g} after {manifest['pairs']} pairs."
        )
    for sentence in answer(comparison):
        terminal.say(sentence)
    terminal.say()


def _show_short(terminal: Terminal, comparison: Comparison, title: str, rows: pd.DataFrame) -> None:
    """Print effects on the nation at the main horizon, and how they read."""
    found = _main(comparison, rows)
    lines = [(name, number(row["base"]), number(row["other"]), effect(row).replace("\n", " "), row["reading"])
             for name, row in found.loc[comparison.manifest["shown"]].iterrows()]  # fmt: skip
    over = f"{title}: the nation, {_words(comparison.horizons[0])}, {comparison.manifest['pairs']} pairs"
    reading = "reading" if comparison.draws is None else "reading of the mean"
    header = ["outcome", "base", "other", "effect [95 % interval]", reading]
    terminal.table(over, header, lines, right=(1, 2))


def _show_tables(terminal: Terminal, comparison: Comparison, title: str, rows: pd.DataFrame) -> None:
    """Print the effects at the main horizon with all statistics, by class, and over the horizons."""
    shown = comparison.manifest["shown"]
    _show_main(terminal, comparison, title, rows)
    _show_cells(terminal, f"{title}: effect [95 % interval] by class, {_words(comparison.horizons[0])}",
                rows[rows["horizon"] == comparison.horizons[0]], "scope", shown)  # fmt: skip
    if len(comparison.horizons) > 1:
        _show_cells(terminal, f"{title}: effect [95 % interval] for the nation",
                    rows[rows["scope"] == "nation"], "horizon", shown)  # fmt: skip


def _show_how_to_read(terminal: Terminal, manifest: Mapping[str, Any]) -> None:
    terminal.say(manifest["uncertainty"])
    small = manifest["smallest"]
    named = "".join(f", {value:g} for {name}" for name, value in small["named"].items())
    usual = "each outcome's own (skloki explain)" if small["share"] is None else f"{small['share']:g} for shares"
    terminal.say(
        f"Smallest effect of interest: {usual}, {small['relative']:.0%} of the baseline's mean "
        f"for the rest{named}. A convention, not a finding (grade: assumed). The reading says where the interval lies."
    )
    terminal.say("P: probability of doing better (of being higher, where neither is better) on the same accidents.")


def differing(fields: Sequence[dict[str, Any]]) -> list[str]:
    """Return in words what a world sets otherwise than the baseline."""
    lines, more = [], len(fields) - NAMED
    for field in fields[:NAMED]:
        base, other = ("unset" if field[of] is None else field[of] for of in ("base", "other"))
        lines.append(f"{field['field']}: {base} -> {other}")
    return [*lines, f"and {more} more differences: see manifest.json"] if more > 0 else lines


def _show_main(terminal: Terminal, comparison: Comparison, title: str, rows: pd.DataFrame) -> None:
    """Print one line per outcome: the nation at the main horizon."""
    main, pairs = comparison.horizons[0], comparison.manifest["pairs"]
    found = _main(comparison, rows)
    uneven = (found["pairs"] != pairs).any()
    lines = []
    for name in comparison.manifest["shown"]:
        row = found.loc[name]
        chance = [number(row[column]) for column in ("superiority", "superiority_low", "superiority_high")]
        saved = f"{row['saved']:,.0f}" if math.isfinite(row["saved"]) else "all" if row["saved"] > 0 else UNDEFINED
        lines.append((
            name, {"higher": "more", "lower": "less"}.get(row["better"], UNDEFINED), number(row["base"]),
            number(row["other"]), effect(row), fine(row["error"]), row["reading"],
            f"{chance[0]}\n[{chance[1]},{chance[2]}]", number(row["correlation"]), saved,
            *([str(row["pairs"])] if uneven else []),
        ))  # fmt: skip
    header = ["outcome", "better", "base", "other", "effect\n[95 %]", "MC error", "reading", "P\n[95 %]", "corr.",
              "runs\nsaved", *(["pairs"] if uneven else [])]  # fmt: skip
    over = f"{title}: the nation, {_words(main)}, {counted(pairs, 'pair')}"
    terminal.table(over, header, lines, right=(2, 3, 5, 8, 9, 10))


def _main(comparison: Comparison, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the nation at the main horizon, by outcome."""
    return rows[(rows["scope"] == "nation") & (rows["horizon"] == comparison.horizons[0])].set_index("outcome")


def _show_cells(terminal: Terminal, title: str, rows: pd.DataFrame, across: str, names: Sequence[str]) -> None:
    """Print effects with one outcome a line, and scopes or horizons as columns."""
    columns = list(dict.fromkeys(rows[across]))
    cells = {(row["outcome"], row[across]): effect(row) for _, row in rows.iterrows()}
    lines = [[name, *(cells.get((name, column), UNDEFINED) for column in columns)] for name in names]
    terminal.table(title, ["outcome", *(column.replace(":", "\nto ") for column in columns)], lines)


def effect(row: Mapping[str, Any] | pd.Series[Any]) -> str:
    """Return an effect over its interval, with the decimals that the interval's width deserves."""
    from sim.analysis.wording import decimals

    value, low, high = (float(row[name]) for name in ("effect", "low", "high"))
    if not math.isfinite(value):
        return UNDEFINED
    if not high > low:
        return fine(value, sign="+") + ("" if math.isnan(high - low) else f"\nin all {row['pairs']} pairs")
    digits = decimals(low, high)
    return f"{value:+.{digits}f}\n[{low:.{digits}f},{high:.{digits}f}]"


def fine(value: float, sign: str = "-") -> str:
    """Return a number with two digits that matter; a dash where it is undefined."""
    from sim.analysis.wording import number as told

    return told(value, sign) if math.isfinite(value) else UNDEFINED


def _words(horizon: str) -> str:
    return f"mean of {horizon.replace(':', ' to ')}" if ":" in horizon else f"in {horizon}"


def document(comparison: Comparison, notes: Sequence[str], figures: Sequence[Path]) -> dict[str, Any]:
    """Return what `compare` prints as JSON: the answer, the effects of the shown outcomes, and how they came about."""
    from sim.analysis.sentences import answer

    manifest, frame = comparison.manifest, comparison.effects()
    kept = ("title", "parting", "horizons", "smallest", "seed", "pairs", "failed", "precision", "level", "uncertainty",
            "engine", "wall_seconds")  # fmt: skip
    of_world = ("name", "title", "differs", "parting")
    rows = frame[frame["outcome"].isin(manifest["shown"])].to_dict(orient="records")
    return {
        "comparison": comparison.path, "answer": answer(comparison),
        "worlds": [{key: world[key] for key in of_world} for world in manifest["worlds"]],
        **{key: manifest[key] for key in kept}, "draws": comparison.draws and comparison.draws.names,
        "notes": list(notes), "effects": rows, "figures": list(figures),
    }  # fmt: skip
