"""The page of a calibration: what it says first, then what it rests on.

``python -m sim.describe.inference NAME``, after ``skloki calibrate NAME``, writes the page and its pictures beside the
tables in ``results/calibration/NAME``; between its marks, so that words written by hand stay.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.analysis.sentences import PLACES, capital
from sim.analysis.sweep import open_sweep
from sim.describe.page import markdown, marked
from sim.errors import UserError
from sim.experiment.ensemble import PLACE
from sim.inference.fit import LITTLE
from sim.results.calibration import GIVEN, PRIOR, Calibration

MARKS = {
    "answer": "", "figures": "## What is recorded, and what the worlds give", "learned": "## What the record teaches",
    "decided": "## What that decides", "left out": "## What if a figure were wrong", "facts": "## How it was made",
}  # fmt: skip
"""Parts of the page, in the order of a new one, with their headings."""
MOST = 20
"""Parameters that have a row: those of which most is learned."""

Row = Mapping[str, Any]


def write(found: Calibration) -> Path:
    """Write the page and the pictures of a calibration, and return its README.md."""
    from sim.figures import draw_all

    draw_all(found, found.path)
    return marked(found.path, found.manifest["title"], parts(found), MARKS)


def parts(found: Calibration) -> dict[str, str]:
    """Return what stands between the marks."""
    tables = ("targets", "parameters", "effects", "left_out")
    rows = {name: found.frame(name).to_dict(orient="records") for name in tables}
    return {
        "answer": _answer(found), "figures": _figures(rows["targets"]), "learned": _learned(rows["parameters"]),
        "decided": _decided(rows["effects"]), "left out": _left_out(rows["left_out"]), "facts": _facts(found),
    }  # fmt: skip


def _answer(found: Calibration) -> str:
    first, *more = found.answer
    picture = "![In which share of draws an option does better](decided.png)"
    return "\n\n".join([f"**{first}**", *more, *([picture] if len(found.effects()) else [])])


def _figures(rows: Sequence[Row]) -> str:
    lines = [
        (f"{row['id']} {row['description']}" + ("" if row["used"] else " (not used)"), row["grade"],
         f"{_n(row['recorded'])} ({_n(row['low'])} to {_n(row['high'])})",
         f"{_n(row['prior_p05'])} to {_n(row['prior_p95'])}", f"{_n(row['given_p05'])} to {_n(row['given_p95'])}",
         row["reading"], f"{_n(row['explained'])}, {_n(row['chance'])}")
        for row in rows
    ]  # fmt: skip
    heads = ("figure", "grade", "recorded (band)", "over the ranges, nine in ten", "calibrated, nine in ten", "",
             "explained by what is drawn, by chance")  # fmt: skip
    return (
        f"![Recorded figures against what the worlds give](met.png)\n\n{markdown(heads, lines)}\n\n*Met*: the middle "
        "calibrated draw lies in the band. *Within reach*: nine in ten draws reach into the band, their middle does "
        "not. Explained: of its variance over all rounds, by the emulator, in runs that it has not seen; by chance, of "
        "its variance over the ranges. Both on the scale on which it is emulated."
    )


def _learned(rows: Sequence[Row]) -> str:
    numbers = sorted((row for row in rows if not _text(row["option"])), key=lambda row: -row["contraction"])
    lines = [
        (f"`{row['name']}`", _text(row["grade"]) or row["kind"], f"{_n(row['low'])} to {_n(row['high'])}",
         f"{_n(row['given_p50'])} ({_n(row['given_p05'])} to {_n(row['given_p95'])})",
         f"{row['contraction']:.2f} ± {row['error']:.2f}")
        for row in numbers[:MOST]
    ]  # fmt: skip
    chosen = [
        (f"`{row['name']}`", row["option"], f"{row['prior_mean']:.2f}", f"{row['given_mean']:.2f}")
        for row in rows if _text(row["option"])
    ]  # fmt: skip
    heads = ("parameter", "evidence", "range", "calibrated, nine in ten", "part of its variance taken away")
    choices = markdown(("reading", "choice", "over the ranges", "calibrated"), chosen)
    picture = "![By how much each parameter is narrowed](learned.png)"
    return "\n\n".join([picture, markdown(heads, lines), *([choices] if chosen else [])])


def _decided(rows: Sequence[Row]) -> str:
    lines = [
        (f"{row['option']} instead of {row['baseline']}", row["outcome"], PLACES[row["scope"]],
         f"{row['prior_better']:.2f}", f"{row['given_better']:.2f} ± {row['error']:.2f}",
         f"{row['given_ahead']:.2f}, {row['given_behind']:.2f}", _n(row["explained"]), _n(row["unlearned"]),
         _n(row["without_c"]), row["reading"])
        for row in rows
    ]  # fmt: skip
    heads = ("what", "by", "where", "better, over the ranges", "better, calibrated",
             "by more than the smallest effect: better, worse", "explained by what is drawn",
             "of that, by what is not learned", "better, without grade C", "reading")  # fmt: skip
    empty = f"Where all that is drawn explains less than {LITTLE:g}, what it hangs on cannot be told; the cell is empty"
    return f"{markdown(heads, lines)}\n\n{empty}."


def _left_out(rows: Sequence[Row]) -> str:
    if not rows:
        return "Nothing was left out."
    far = sorted((row for row in rows if row["shift"] == row["shift"]), key=lambda row: -abs(row["shift"]))[:MOST]
    lines = [(row["left_out"], row["option"], row["outcome"], PLACES[row["scope"]], f"{row['given_better']:.2f}",
              f"{row['shift']:+.2f} ± {row['error']:.2f}") for row in far]  # fmt: skip
    table = markdown(("left out", "what", "by", "where", "better", "shift"), lines)
    return ("Shares of draws that do better where one figure is left out, or all of grade C; the largest shifts first. "
            "Where too few of the calibrated draws would count, others are drawn, and an emulator says what effects "
            f"these have.\n\n{table}")  # fmt: skip


def _facts(found: Calibration) -> str:
    manifest = found.manifest
    told = [f"round {row['round']}: {row['points']:,} points" + (
                f", the ten best known parameters moved by {row['change']:.2f} at most, the emulator was off by "
                f"{row['bias']:.2f} widths of a kernel" if row["round"] else "")
            for row in found.rounds().to_dict(orient="records")]  # fmt: skip
    held = manifest.get("coverage") or {}
    covered = [f"{held[name]:.2f} {where}" for name, where in ((PRIOR, "over the ranges"), (GIVEN, "near the record"))
               if held.get(name) is not None]  # fmt: skip
    checked = "" if not covered else (
        f" Checked on {held['worlds']} worlds each that are known, with records of their own: intervals of nine in ten "
        f"hold {' and '.join(covered)} of their parameters."
    )
    state = "it has converged" if manifest["converged"] else "**it has not converged**"
    return (f"{manifest['runs']:,} runs in all; {'; '.join(told)}; {state}. Calibrated on "
            f"{', '.join(manifest['targets'])}. Model {manifest['model']}. "
            f"`skloki compare historical election --ensemble {manifest['name']}` takes its draws."
            f"{checked}")  # fmt: skip


def _n(value: float) -> str:
    return "" if value != value else f"{value:.3g}"


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)


def looked_for(found: Calibration, out: Path = Path("results", "lookfor")) -> Path:
    """Write the page of what to look for in an archive, given the record, and return its README.md."""
    import pandas as pd

    from sim.figures import draw
    from sim.inference import lookfor_told as told
    from sim.inference.lookfor import lookfor

    look = lookfor(found.path / GIVEN, option=_option(found))
    rows = pd.DataFrame(told.rows(look))
    out.mkdir(parents=True, exist_ok=True)
    rows.to_csv(out / "figures.csv", index=False, float_format="%.4g", lineterminator="\n")
    drawn = draw(open_sweep(found.path / GIVEN), out, "lookfor", option=_option(found))
    best = told.leading(look)
    lines = [
        (f"`{one.observable.name}`", one.observable.meaning, told.share(one.expected),
         f"{one.observable.reliability:g}", *map(told.share, one.explains), told.edges(one), told.thirds(one),
         one.observable.where)
        for one in best.worths[:MOST]
    ]  # fmt: skip
    each = [f"at {value}" for value in told.TOGETHER.values()]
    heads = ("figure", "what is counted", "explains", "at its reliability", *each, "middle third", "better, by thirds",
             "where it may be")  # fmt: skip
    first, *more = told.sentences(look)
    for path in drawn[1:]:  # of the other scopes
        path.unlink()
    return _page(out, "What to look for in the archive", {
        "answer": "\n\n".join([f"**{first}**", *more, f"![Which figures would teach most]({drawn[0].name})"]),
        "table": f"{capital(told.named(best.question))}.\n\n{markdown(heads, lines)}\n\nAll figures and the "
                 "other questions: figures.csv.",
        "sure": "\n\n".join(told.sureness(look)),
    })  # fmt: skip


def hangs_on(found: Calibration, out: Path = Path("results", "sensitivity")) -> Path:
    """Write the page of what the effect hangs on, over the ranges and over the calibrated draws."""
    from sim.figures import style
    from sim.figures.inference import draw_sensitivity
    from sim.inference.sensitivity import sensitivity, table

    sweeps = [open_sweep(found.path / name) for name in (PRIOR, GIVEN)]
    findings = [sensitivity(sweep, option=_option(found)) for sweep in sweeps]
    out.mkdir(parents=True, exist_ok=True)
    rows = table([one for each in findings for one in each])
    rows.to_csv(out / "shares.csv", index=False, float_format="%.4g", lineterminator="\n")
    told = any(not one.refused for each in findings for one in each)
    if told:
        style.save(draw_sensitivity(findings), out, "shares")
    said = [[one.sentence for one in each] for each in findings]
    leading = [one.leading().head(MOST // 2).assign(population=one.population)
               for each in findings for one in each[:1] if not one.refused]  # fmt: skip
    kept = ["population", "name", "kind", "alone", "alone_low", "alone_high"]
    lines = [[value if isinstance(value, str) else _n(value) for value in row]
             for part in leading for row in part[kept].itertuples(index=False)]  # fmt: skip
    return _page(out, "What the effect hangs on", {
        "answer": "\n\n".join([f"**{said[1][0]}**", *said[1][1:], *(["![Shares of variance](shares.png)"] * told)]),
        "table": markdown(("over", "what", "kind", "share alone", "from", "to"), lines) + "\n\nAll rows: shares.csv.",
        "sure": "Before calibrating:\n\n" + "\n\n".join(said[0]),
    })  # fmt: skip


def discovered(found: Calibration, out: Path = Path("results", "discovery")) -> Path:
    """Write the page of which worlds have the effect one way or the other, among the calibrated draws."""
    from sim.inference.boxes import discover
    from sim.inference.boxes_told import sentences

    sweep = open_sweep(found.path / GIVEN)
    parts: list[str] = []
    for where in ("effect > 0", "effect < 0"):
        try:
            told = [sentences(one) for one in discover(sweep, where, option=_option(found))]
        except UserError as refused:  # too few draws of that kind: which is an answer, too
            told = [[str(refused)]]
        parts += [text for first, *more in told for text in (f"**{capital(first)}**", *more)]
    return _page(out, "Which worlds have it one way, and which the other", {"answer": "\n\n".join(parts)})


def _option(found: Calibration) -> str:
    """Return the option that the answer is about: the last of the first lever."""
    return str(found.effects()["option"].iloc[-1])


def _page(out: Path, title: str, parts: Mapping[str, str]) -> Path:
    """Write a page without headings into a folder of its own."""
    out.mkdir(parents=True, exist_ok=True)
    return marked(out, title, parts, dict.fromkeys(parts, ""))


def main(given: Sequence[str] | None = None) -> None:
    """Write the page of a stored calibration."""
    parser = argparse.ArgumentParser(prog="python -m sim.describe.inference", description=__doc__)
    parser.add_argument("name", nargs="+", help="names of calibrations in results/calibration")
    parser.add_argument("--also", action="store_true", help="write lookfor, sensitivity and discovery of it, too")
    asked = parser.parse_args(given)
    for name in asked.name:
        found = Calibration.open(PLACE / name)
        for page in (write, *((looked_for, hangs_on, discovered) if asked.also else ())):
            print(page(found))


if __name__ == "__main__":
    main()
