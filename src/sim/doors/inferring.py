"""The commands that infer from stored sweeps, and what they print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.doors import completion as complete
from sim.doors import options
from sim.doors.terminal import UNDEFINED, Terminal

if TYPE_CHECKING:
    import pandas as pd

    from sim.inference.boxes import Discovery
    from sim.inference.sensitivity import Finding

LISTED, GROUPED = 12, 10
"""Single terms and groups that a table shows."""
TOLD = 0.005
"""Share below which a term is not shown."""

picture = click.option("--picture", "--figure", "picture", cls=options.Renamed, type=click.Path(path_type=Path),
                       metavar="FILE", help="Draw it: a .png or .svg.")
as_csv = click.option("--csv", is_flag=True, help="Print all rows as CSV.")


def which(command: Any) -> Any:
    """Add which effect of a sweep is meant."""
    for name, text in (
        ("horizon", "When; default: the sweep's main horizon."), ("scope", "The nation or a class."),
        ("option", "Option of the lever, against its first; default: all."),
        ("lever", "Lever; default: the first."),
    ):  # fmt: skip
        command = click.option(f"--{name}", metavar="NAME", help=text)(command)
    text = "Outcome; default: the sweep's first."
    return click.option("--outcome", metavar="NAME", shell_complete=complete.outcomes, help=text)(command)


@click.command()
@click.argument("sweeps", metavar="SWEEP [SWEEP]", nargs=-1, required=True, type=click.Path(path_type=Path))
@which
@click.option("--levels", is_flag=True, help="Of levels under each option, instead of effects.")
@click.option("--least", type=click.FloatRange(0.0, 1.0), default=0.5, show_default=True, metavar="R2",
              help="Share of the variance that an emulator must foretell; with less nothing is said.")
@click.option("--full", is_flag=True, help="Print the tables of all that is asked, with all rows.")
@picture
@as_csv
@options.modes
@click.pass_obj
def sensitivity(
    terminal: Terminal, /, sweeps: tuple[Path, ...], full: bool, picture: Path | None, csv: bool, **asked: Any
) -> None:
    """Say what effects in SWEEP hang on: parameters, readings, switches, twins, grades of evidence, chance.

    SWEEP is the folder of a sweep whose points were drawn. Of a second one, say over an ensemble, the same is printed
    beside it. Prints a sentence for each scope and option, then a table, and refuses with the reason where the sweep
    cannot tell. docs/inference.md explains shares and intervals.
    """
    from sim import api
    from sim.doors import answers
    from sim.inference.sensitivity import beside, table

    if len(sweeps) > 2:
        raise click.UsageError("one sweep, or two side by side")
    found = [api.sensitivity(sweep, **asked) for sweep in sweeps]
    both = beside(found)
    drawn = [] if picture is None else [api.draw_findings(found, picture)]
    if csv:
        return terminal.line(answers.csv(table([one for each in found for one in each])))
    if terminal.json:
        return terminal.document({
            "answer": [one.sentence for each in found for one in each], "figures": drawn,
            "findings": [_document(one) for each in found for one in each],
        })  # fmt: skip
    for at, each in enumerate(found):
        if len(found) > 1:
            terminal.say(f"{sweeps[at].name} ({each[0].population}):")
        for one in each:
            terminal.line(one.sentence)
    _show_findings(terminal, both, full)
    for path in drawn:
        terminal.line(str(path))
    return None


def _document(finding: Finding) -> dict[str, Any]:
    from sim.doors.answers import records

    told = {name: getattr(finding, name) for name in ("method", "points", "r2", "chance", "chance_single")}
    of = {"population": finding.population, "sweep": finding.sweep.name, **finding.asked.labels}
    return {**of, "refused": finding.refused or None, **told,
            "rows": records(finding.rows)}  # fmt: skip


def _show_findings(terminal: Terminal, found: Sequence[Sequence[Finding]], full: bool) -> None:
    """Print the tables of what came first, or of all, and how sure they are."""
    shown = [told for each in found if (told := [one for one in each if not one.refused])]
    for each in shown if full else shown[:1]:
        _show_finding(terminal, each, full)
    if len(shown) > 1 and not full:
        terminal.say(f"Tables of the other {len(shown) - 1} that are told: --full, --csv, or --scope and --option.")


def _show_finding(terminal: Terminal, beside: Sequence[Finding], full: bool) -> None:
    from sim.analysis.wording import capital
    from sim.inference.sensitivity import heads

    first = beside[0]
    terminal.say()
    title = capital(first.asked.said)
    screening = first.method == "morris"
    columns = ["moves it by [95 %]", "uneven by"] if screening else ["alone [95 %]", "with others"]
    named = [f"{name}: " for name in heads(beside)] if len(beside) > 1 else [""]
    header = ["hangs on", "", "evidence", *(f"{name}{column}" for name in named for column in columns),
              "over its range"]  # fmt: skip
    leading = first.leading()
    worth = leading if full or screening else leading[leading[["alone", "total"]].max(axis=1) >= TOLD]
    _rows(terminal, title, header, worth if full else worth[:LISTED], beside)
    if not screening:
        known = first.rows[~first.rows["kind"].isin(["parameter", "variant", "mechanism", "setting", "difference"])]
        known = known.sort_values("alone", ascending=False, kind="stable")
        last = known["kind"].isin(["grade", "together", "chance", "unseen"])
        rest = known[~last & (known["alone"] >= TOLD)][: None if full else GROUPED]
        _rows(terminal, "Together", header, rest, beside)
        _rows(terminal, "By evidence, and what is no parameter's", header, known[last], beside)
    for one in beside:
        terminal.say(_how_sure(one))


def _rows(
    terminal: Terminal, title: str, header: Sequence[str], rows: pd.DataFrame, beside: Sequence[Finding]
) -> None:
    lines = []
    others = [{(row.kind, row.name): row for row in one.rows.itertuples(index=False)} for one in beside]
    for row in rows.itertuples(index=False):
        cells = []
        for each in others:
            other = each.get((row.kind, row.name))
            cells += [UNDEFINED, UNDEFINED] if other is None else _cells(other, beside[0].method)
        by_hand = " *" if row.put_in else ""
        moved = "" if row.slope != row.slope else f"{row.slope:+.2g}"
        lines.append((f"{row.name}{by_hand}", row.kind, row.grade, *cells, moved))
    right = range(3, len(header))
    if lines:
        terminal.table(title, header, lines, right=list(right), names=True)
    for claim in dict.fromkeys(row.put_in for row in rows.itertuples(index=False) if row.put_in):
        terminal.say(f"* puts in by hand {claim}")


def _cells(row: Any, method: str) -> list[str]:
    from sim.inference.sensitivity import share

    told = (lambda value: "" if value != value else f"{value:.2g}") if method == "morris" else share
    ends = "" if row.alone_low != row.alone_low else f" [{told(row.alone_low)}, {told(row.alone_high)}]"
    return [told(row.alone) + ends, "" if row.total != row.total else told(row.total)]


def _how_sure(one: Finding) -> str:
    """Return on what a table rests."""
    if one.method == "morris":
        return f"{one.points:,} points of Morris trajectories: what moves the outcome, and how unevenly; no shares."
    by = {
        "emulator": f"by an emulator that foretells {one.r2:.2f} of the variance of points it has not seen; intervals "
        "from half samples",
        "saltelli": "directly, by Sobol' indices; intervals from a bootstrap of base points; of groups the sum",
    }[one.method]
    return (
        f"Shares of the variance {one.over} of {one.points:,} points, {by}. Alone: whatever the others do; with "
        "others: and what it does together with them. Over its range: from the low end to the high end, of a "
        "difference from one extreme to the other."
    )


@click.command()
@click.argument("folder", metavar="SWEEP", type=click.Path(path_type=Path))
@click.option("--where", required=True, metavar="CONDITION",
              help='What to look for, such as "effect < -0.005": over effect, base, level and the uncertainties.')
@which
@click.option("--levels", is_flag=True, help="Of levels under each option, instead of effects.")
@picture
@as_csv
@options.modes
@click.pass_obj
def discover(terminal: Terminal, /, folder: Path, where: str, picture: Path | None, csv: bool, **asked: Any) -> None:
    """Say in which worlds of SWEEP a condition is true: boxes of at most four conditions, and a plane.

    A third of the points is held back: how often the condition is true in a box is told of these. The plane says what
    would have to be true for the effect's sign to turn. By default of the nation. Needs the extra discover:
    pip install 'skloki[discover]'. docs/inference.md says more.
    """
    import pandas as pd

    from sim import api
    from sim.doors import answers
    from sim.inference import boxes_told as told

    found = api.discover(folder, where, **asked)
    drawn = [] if picture is None else [api.draw_boxes(found, picture)]
    if csv:
        return terminal.line(answers.csv(pd.DataFrame(told.rows(found))))
    if terminal.json:
        return terminal.document(told.document(found) | {"figures": drawn})
    for one in found:
        for text in told.sentences(one):
            terminal.line(text)
        terminal.say()
        _show_boxes(terminal, one)
        _show_plane(terminal, one)
    for path in drawn:
        terminal.line(str(path))
    return None


def _show_boxes(terminal: Terminal, found: Discovery) -> None:
    """Print the boxes, each with all its conditions, and what their names mean."""
    from sim.inference.sensitivity import share

    lines = []
    for box in found.boxes:
        low, high = box.held.interval()
        lines.append((
            "\n".join(one.said for one in box.conditions), box.method,
            f"{share(box.held.density)} [{share(low)}, {share(high)}]", share(box.held.coverage), str(box.held.points),
            share(box.learnt.density), share(box.learnt.coverage),
        ))  # fmt: skip
    header = ["box", "by", "true in [95 %]", "of all such", "points", "learnt:\ntrue in", "learnt:\nof all such"]
    title = (f"Where {found.where}: on {found.held:,} points held back, and on the {found.learnt:,} from which boxes "
             f"were learnt; true in {share(found.rate)} of all")  # fmt: skip
    terminal.table(title, header, lines, right=range(2, 7))
    meant = {one.axis.name: one.meaning for box in found.boxes for one in box.conditions if one.meaning}
    for name, meaning in meant.items():
        terminal.say(f"{name}: {meaning}")
    if found.first:
        terminal.say(f"What a tree splits first: {found.first}.\n")


def _show_plane(terminal: Terminal, found: Discovery) -> None:
    """Print the plane, and what would have to be true."""
    from sim.inference.boxes_told import tells
    from sim.inference.sensitivity import share

    plane, what = found.plane, "level" if found.asked.level else "effect"
    slopes = plane.slopes.itertuples(index=False)
    rows = [(row.name, row.grade, f"{row.slope:+.2g}", f"{row.error:.1g}") for row in slopes]
    terminal.table(f"A plane through the {what}: R2 {share(plane.r2)} on points held back, "
                   f"{plane.at_default:+.2g} at default values (s.e. {plane.error:.1g})",
                   ["term", "evidence", "over its range", "s.e."], rows, right=(2, 3))  # fmt: skip
    if not tells(found):
        return
    for title, frame in (
        ("What would have to be true for its sign to turn: each by itself, the smallest departure first",
         plane.departures), ("All at once, by the shortest way", plane.together),
    ):  # fmt: skip
        cells = [(*row[["name", "grade", "from", "to"]], share(row["share"])) for _, row in frame.iterrows()]
        if cells:
            terminal.table(title, ["term", "evidence", "default", "needed", "of its range"], cells, right=(2, 3, 4))
