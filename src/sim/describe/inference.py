"""The page of a calibration: what it says first, then what it rests on.

``python -m sim.describe.inference NAME``, after ``skloki calibrate NAME``, writes the page and its pictures beside the
tables in ``results/calibration/NAME``; between its marks, so that words written by hand stay.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.analysis.sentences import PLACES
from sim.describe.page import filled, markdown
from sim.experiment.ensemble import PLACE
from sim.results.calibration import Calibration

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
    readme = found.path / "README.md"
    empty = "".join(f"{head}\n\n<!-- generated: {mark} -->\n<!-- end -->\n\n".lstrip() for mark, head in MARKS.items())
    text = readme.read_text(encoding="utf-8") if readme.exists() else f"# {found.manifest['title']}\n\n{empty}"
    for mark, content in parts(found).items():
        text = filled(text, mark, content)
    readme.write_text(text, encoding="utf-8")
    return readme


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
        "calibrated draw lies in the band. *Within reach*: the recorded figure lies among nine of ten draws, their "
        "middle outside the band. Explained: of its variance over the ranges, by the emulator; of the rest, by chance."
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
    return markdown(heads, lines)


def _left_out(rows: Sequence[Row]) -> str:
    if not rows:
        return "Nothing was left out."
    far = sorted((row for row in rows if row["shift"] == row["shift"]), key=lambda row: -abs(row["shift"]))[:MOST]
    lines = [(row["left_out"], row["option"], row["outcome"], PLACES[row["scope"]], f"{row['given_better']:.2f}",
              f"{row['shift']:+.2f} ± {row['error']:.2f}") for row in far]  # fmt: skip
    table = markdown(("left out", "what", "by", "where", "better", "shift"), lines)
    return ("Shares of draws that do better where one figure is left out, or all of grade C; the largest shifts first. "
            f"Missing are figures without which too few of the draws would count.\n\n{table}")  # fmt: skip


def _facts(found: Calibration) -> str:
    manifest = found.manifest
    told = [f"round {row['round']}: {row['points']:,} points" + (
                f", the ten best known parameters moved by {row['change']:.2f} at most, the emulator was off by "
                f"{row['bias']:.2f} widths of a figure" if row["round"] else "")
            for row in found.rounds().to_dict(orient="records")]  # fmt: skip
    state = "it has converged" if manifest["converged"] else "**it has not converged**"
    return (f"{manifest['runs']:,} runs in all; {'; '.join(told)}; {state}. Calibrated on "
            f"{', '.join(manifest['targets'])}. Model {manifest['model']}. "
            f"`skloki compare historical election --ensemble {manifest['name']}` takes its draws.")  # fmt: skip


def _n(value: float) -> str:
    return "" if value != value else f"{value:.3g}"


def _text(value: Any) -> str:
    return "" if value is None or value != value else str(value)


def main(given: Sequence[str] | None = None) -> None:
    """Write the page of a stored calibration."""
    parser = argparse.ArgumentParser(prog="python -m sim.describe.inference", description=__doc__)
    parser.add_argument("name", nargs="+", help="names of calibrations in results/calibration")
    for name in parser.parse_args(given).name:
        print(write(Calibration.open(PLACE / name)))


if __name__ == "__main__":
    main()
