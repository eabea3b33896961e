"""The page of a calibration: what it says first, then what it rests on.

``python -m sim.describe.inference NAME``, after ``skloki calibrate NAME``, writes the page and its pictures beside the
tables in ``results/calibration/NAME``; between its marks, so that words written by hand stay.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sim.analysis.plain import named
from sim.analysis.sentences import PLACES, RATHER, SURE
from sim.analysis.sweep import Sweep, open_sweep
from sim.analysis.wording import capital, hundred, instead, ordinal, outcome_in_words, size, together
from sim.data.columns import GRADES
from sim.data.tables import grade_text, load
from sim.describe.glossary import GRADES as TOLD_GRADES
from sim.describe.glossary import entries
from sim.describe.page import marked
from sim.errors import UserError
from sim.experiment.ensemble import PLACE, over_name
from sim.experiment.experiment import from_record
from sim.inference.fit import ALL_C, LITTLE
from sim.inference.posterior import UNLEARNED
from sim.inference.report import answer, fixed_in_all, not_held, proviso
from sim.registry.outcomes import OUTCOMES
from sim.registry.variants import VARIANTS
from sim.results.calibration import GIVEN, PRIOR, Calibration
from sim.scenario.doc_tables import markdown

MARKS = {
    "answer": "", "figures": "## What is recorded, and what the worlds give", "learned": "## What the record teaches",
    "decided": "## What that decides", "left out": "## What if a figure were wrong", "facts": "## How it was made",
}  # fmt: skip
"""Parts of the page, in the order of a new one, with their headings."""
MOST = 20
"""Rows of a table at most, the first in their order."""
SWEEPS, REPLICATED = Path("results", "sweeps"), "hangs-on"
"""Where sweeps lie, and the experiment of which two tell what the effect hangs on: over the ranges, and calibrated."""
ALSO = {"lookfor": "what to look for", "sensitivity": "what the effect hangs on", "discovery": "which worlds"}
"""Folders and names of the pages that go with one calibration."""
NARROW, WIDE = 0.85, 0.95
"""Shares of known worlds within which intervals of nine in ten are held to be as wide as they say."""

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

Row = dict[str, Any]


EXPLAINED = (
    "*Explained* is not the same number on each page. A calibration: of single runs, over the ranges and calibrated "
    "together, by a quadratic in all that is drawn. What the effect hangs on: of the mean of several runs of a world, "
    "one population at a time, so less of it is chance. What to look for: by one figure alone. Which worlds: by a "
    "plane through at most eight terms, which follows less than a quadratic."
)
OF_WORLDS = "Shares are of worlds drawn under these assumptions, never probabilities of the past."
READINGS = {"same": "too small to count"}
"""Readings whose word says more than is meant."""


def write(found: Calibration, *, also: bool = False) -> Path:
    """Write the page and the pictures of a calibration, and return its README.md."""
    from sim.figures import draw_all

    draw_all(found, found.path)
    return marked(found.path, found.manifest["title"], parts(found, also=also), MARKS)


def parts(found: Calibration, *, also: bool = False) -> dict[str, str]:
    """Return what stands between the marks."""
    rows = _tables(found)
    facts = _facts(found) + "\n\n" + _beside(found.path, also, but="")
    return {
        "answer": _answer(found, rows), "figures": _figures(rows["targets.csv"]),
        "learned": _learned(rows["parameters.csv"]), "decided": _decided(rows["effects.csv"]),
        "left out": _left_out(rows), "facts": facts,
    }  # fmt: skip


def _tables(found: Calibration) -> dict[str, list[Row]]:
    """Return the rows of its tables by their files, a text that is missing as an empty one."""
    frames = {name: found.frame(name) for name in ("targets", "parameters", "effects", "left_out", "rounds")}
    return {f"{name}.csv": frame.assign(**{column: frame[column].fillna("") for column in ("option", "grade")
                                           if column in frame}).to_dict(orient="records")
            for name, frame in frames.items()}  # fmt: skip


def _answer(found: Calibration, rows: Mapping[str, list[Row]]) -> str:
    """Return the answer in today's words, whatever those of the day on which the calibration was made."""
    first, *more = answer(rows, converged=found.manifest["converged"])
    picture = "![In which share of worlds an option does better](decided.png)"
    pictures = [picture] if rows["effects.csv"] else []
    return "\n\n".join([f"**{first}**", *more, *pictures, compared(found, rows["effects.csv"])])


def compared(found: Calibration, rows: Sequence[Row]) -> str:
    """Return what is compared, when, and by what, as the experiment has it."""
    experiment = from_record(found.manifest["experiment"])
    titles = {entry.name: entry.fields["title"] for entry in entries("scenarios")}
    lever = next((one for one in reversed(experiment.levers) if len(one.options) > 1), None)
    if lever is None or not rows:
        return ""
    options = "; ".join(f"*{one.label}*" + (f": {titles[one.label]}" if one.label in titles else "")
                        for one in lever.options)  # fmt: skip
    least = {row["outcome"]: size(row["smallest"], row["unit"]) for row in reversed(rows)}
    measures = "; ".join(
        f"*{outcome_in_words(name)}*: {re.split('[:;] ', OUTCOMES[name].meaning)[0]} (counts from {text}"
        + ("" if OUTCOMES[name].better == "neither" else f"; {OUTCOMES[name].better} is better") + ")"
        for name, text in reversed(least.items()) if name in OUTCOMES)  # fmt: skip
    when = next(iter(experiment.horizons.values())).meaning
    return (f"**What is compared.** {options}. A *world* is one draw of everything that is not known, run under each "
            f"of these with the same accidents; what is compared is the {when}, measured by {measures}.")  # fmt: skip


def _figures(rows: Sequence[Row]) -> str:
    sources = {row["id"]: str(row["source"]) for row in load("calibration_targets")}
    lines = [
        (f"{row['id']} {row['description']}, {row['period']}" + ("" if row["used"] else " (not used)"),
         sources.get(row["id"], sources.get(row["id"][:-1], "")), row["grade"],
         f"{_n(row['recorded'])} ({_n(row['low'])} to {_n(row['high'])})",
         f"{_n(row['prior_p05'])} to {_n(row['prior_p95'])}", f"{_n(row['given_p05'])} to {_n(row['given_p95'])}",
         f"{row['reading']}{proviso(row)}", _n(row["explained"]), _n(row["chance"]))
        for row in rows
    ]  # fmt: skip
    heads = ("figure and period", "source", "grade", "recorded (band)", "over the ranges, nine in ten",
             "calibrated, nine in ten", "", "explained by what is drawn", "by chance")  # fmt: skip
    grades = "; ".join(grade_text(letter) for letter in sorted(GRADES))
    return (
        f"![Recorded figures against what the worlds give](met.png)\n\n{markdown(heads, lines)}\n\n*Met* means "
        "only that the middle one of the calibrated worlds lies in the band; many single worlds lie outside it. "
        "*Within reach*: nine in ten worlds reach into the band, their middle does not."
        f"{_untested(rows)}\n\nGrades: {grades}. A band is the central 95, 80 or 60 per cent (A, B, C) of what the "
        "figure may be. Sources are tables in `src/sim/data/csv`, whose rows say where each was read. Explained: of "
        "its variance over all rounds, by the emulator, in runs that it has not seen; by chance, of its variance over "
        "the ranges. Both on the scale on which it is emulated."
    )


def _untested(rows: Sequence[Row]) -> str:
    """Return which figures are met without having been at risk, and which are met and yet not held."""
    fixed = [row["id"] for row in rows if fixed_in_all(row)]
    beyond = [row["id"] for row in rows if row["reading"] == "met" and not_held(row)]
    alike = "is the same in all worlds, set in advance, and tests" if len(fixed) == 1 else (
        "are the same in all worlds, set in advance, and test")
    held = f" Nine in ten worlds do not hold the recorded value itself of {together(beyond)}." if beyond else ""
    return (f" {together(fixed)} {alike} nothing." if fixed else "") + held


def _learned(rows: Sequence[Row]) -> str:
    numbers = sorted((row for row in rows if not row["option"]), key=lambda row: -row["contraction"])
    many = sum(row["contraction"] >= UNLEARNED for row in numbers)
    lines = [
        (named(row["name"]), row["grade"] or row["kind"], f"{_n(row['low'])} to {_n(row['high'])}",
         f"{_n(row['given_p50'])} ({_n(row['given_p05'])} to {_n(row['given_p95'])})",
         f"{row['contraction']:.2f} ± {row['error']:.2f}")
        for row in numbers[:MOST]
    ]  # fmt: skip
    heads = ("number", "evidence", "range", "calibrated, nine in ten", "part of its variance taken away")
    said = (f"{many} of {len(numbers)} numbers are narrowed by {hundred(UNLEARNED)} of 100 parts of their variance or "
            f"more; the {len(lines)} that are narrowed most are shown. ± is one standard error, of the chains alone. "
            f"Evidence: {'; '.join(TOLD_GRADES.values())}.")  # fmt: skip
    picture = "![By how much each number is narrowed](learned.png)"
    choices = _choices([row for row in rows if row["option"]])
    return "\n\n".join([picture, markdown(heads, lines), said, *([choices] if choices else [])])


def _choices(rows: Sequence[Row]) -> str:
    """Return the readings, with what they mean, those first that the record moves most."""
    moved: dict[str, float] = {}
    for row in rows:
        moved[row["name"]] = max(moved.get(row["name"], 0.0), abs(row["given_mean"] - row["prior_mean"]))
    lines = []
    for row in sorted(rows, key=lambda row: -moved[row["name"]]):
        known = VARIANTS.get(row["name"])
        what = row["name"] if known is None else f"{known.meaning} ({row['name']})"
        said = row["option"] if known is None else known.choices.get(row["option"], row["option"])
        choice = said if said == row["option"] else f"{said} ({row['option']})"
        lines.append((what, choice, hundred(row["prior_mean"]), hundred(row["given_mean"])))
    heads = ("reading: what is left open", "choice", "of 100 worlds, over the ranges", "of 100, calibrated")
    return markdown(heads, lines) if lines else ""


def _decided(rows: Sequence[Row]) -> str:
    if not rows:
        return "Nothing is compared."
    option, outcome, nation = rows[-1]["option"], rows[0]["outcome"], rows[0]["scope"]
    shown = [row for row in rows if row["option"] == option and row["scope"] == nation]
    shown += [row for row in rows if row["option"] == option and row["scope"] != nation and row["outcome"] == outcome]
    shown += [row for row in rows if row["option"] != option and row["scope"] == nation]
    lines = [
        (instead(row["option"], row["baseline"]), outcome_in_words(row["outcome"]), PLACES[row["scope"]],
         hundred(row["prior_better"]), f"{hundred(row['given_better'])} ± {100 * row['error']:.0f}",
         hundred(row["given_ahead"]), hundred(row["given_behind"]), _hundred(row["explained"]),
         _hundred(row["unlearned"]), _hundred(row["without_c"]), READINGS.get(row["reading"], str(row["reading"])))
        for row in shown
    ]  # fmt: skip
    heads = ("what", "by", "where", "better, over the ranges", "better, calibrated", "better by enough",
             "worse by enough", "explained by what is drawn", "of that, by what is hardly narrowed",
             "better, without grade C", "reading")  # fmt: skip
    sure, rather = hundred(SURE), hundred(RATHER)
    return (
        f"{markdown(heads, lines)}\n\nAll numbers are of 100; ± is one standard error, of sampling alone (of "
        f"{rows[0]['draws']:.0f} worlds drawn). *By enough*: by more than the smallest difference that counts. "
        f"*Better*, *worse*: by enough in {sure} of 100 or more. *Too small to count*: not by enough, either way, in "
        f"{sure} of 100. *Leans towards*, *leans against*: better at all, or worse, in {rather}. *Open*: none of "
        "these. Explained and hardly narrowed are of how the effect differs between worlds; where less than "
        f"{hundred(LITTLE)} of 100 parts are explained, on what these hang cannot be told: the cell is empty. All "
        f"effects: effects.csv.\n\n{EXPLAINED}")  # fmt: skip


def _left_out(tables: Mapping[str, Sequence[Row]]) -> str:
    rows = [row for row in tables["left_out.csv"] if row["shift"] == row["shift"]]
    if not rows:
        return "Nothing was left out."
    known = {row["id"]: f"{row['id']} {row['description']}, {row['period']}" for row in tables["targets.csv"]}
    far = sorted(rows, key=lambda row: -abs(row["shift"]))[:MOST]
    lines = [(known.get(row["left_out"], str(row["left_out"])), row["option"], outcome_in_words(row["outcome"]),
              PLACES[row["scope"]], hundred(row["given_better"]),
              f"{100 * row['shift']:+.0f} ± {100 * row['error']:.0f}") for row in far]  # fmt: skip
    table = markdown(("left out", "what", "by", "where", "better", "shift"), lines)
    return (f"{_if_wrong(tables, rows)}Of 100 worlds, in how many an option does better where one figure is left out, "
            "or all of grade C; the largest shifts first. Where too few of the calibrated worlds would count, others "
            f"are drawn, and an emulator says what effects these have.\n\n{table}")  # fmt: skip


def _if_wrong(tables: Mapping[str, Sequence[Row]], rows: Sequence[Row]) -> str:
    """Say how far the main effect would move if one figure were wrong, and without those of grade C."""
    effects = tables["effects.csv"]
    one = next((row for row in effects if row["option"] == effects[-1]["option"]), None)
    keys = ("lever", "option", "outcome", "scope", "horizon")
    mine = [] if one is None else [row for row in rows if all(row[key] == one[key] for key in keys)]
    single = [row for row in mine if row["left_out"] != ALL_C]
    if one is None or not single:
        return ""
    most = max(single, key=lambda row: abs(row["shift"]))
    less = next((f", and without all of grade C in {hundred(row['given_better'])}" for row in mine
                 if row["left_out"] == ALL_C), "")  # fmt: skip
    lead = "No single figure moves the main answer far if it is wrong" if abs(most["shift"]) < LITTLE else (
        "A single figure moves the main answer if it is wrong")
    return (f"{lead}: by {outcome_in_words(one['outcome'])} in {PLACES[one['scope']]} {one['option']} does better in "
            f"{hundred(one['given_better'])} of 100 worlds; without {most['left_out']}, which moves that most, in "
            f"{hundred(most['given_better'])}{less}.\n\n")  # fmt: skip


def _facts(found: Calibration) -> str:
    manifest = found.manifest
    told = [f"{ordinal(row['round'] + 1)} round: {row['points']:,} worlds" + (
                f", the ten best known numbers moved by {row['change']:.3f} at most, the emulator was off by "
                f"{row['bias']:.3f} widths of a kernel" if row["round"] else "")
            for row in found.rounds().to_dict(orient="records")]  # fmt: skip
    state = "it has converged" if manifest["converged"] else "**it has not converged**"
    rounds = int(found.rounds()["runs"].sum())
    runs = (f"{manifest['runs']:,} runs in all, {rounds:,} of them in the rounds, the others to see how much of a "
            f"figure is chance and to compare the options in {manifest['settings']['draws']:,} worlds over the ranges "
            "and as many calibrated ones")  # fmt: skip
    return (f"{runs}. {capital('; '.join(told))}; {state}. Calibrated on "
            f"{', '.join(manifest['targets'])}. Model {manifest['model']}. "
            f"`skloki compare historical election --ensemble {manifest['name']}` takes its draws."
            f"\n\n{_checked(manifest.get('coverage') or {})}")  # fmt: skip


def _checked(held: Mapping[str, Any]) -> str:
    """Return how often intervals hold what is known to be true; a calibration may be older than some of it."""
    if not held.get("worlds"):
        return "**Do intervals hold the truth?** Not measured."
    effects, told, off = held.get("effects") or {}, [], []
    for name, where in ((PRIOR, "over the ranges"), (GIVEN, "near the record")):
        each = effects.get(name) or {}
        mean = sum(each.values()) / len(each) if each else None
        told.append(f"{where.capitalize()}: parameters: {_share(held.get(name))}; effects: {_share(mean)}" + (
            f" ({', '.join(f'{which} {_share(value)}' for which, value in each.items())})"
            if each else ""))  # fmt: skip
        for which, value in (("parameters", held.get(name)), ("effects", mean), *each.items()):
            if value is not None and not NARROW <= value <= WIDE:
                off.append(f"too {'narrow' if value < NARROW else 'wide'} for {which} {where}")
    judged = f"**Intervals are {'; '.join(off)}.**" if off else "None lies below .85 or above .95."
    return (f"**Do intervals hold the truth?** Checked on {held['worlds']} worlds each that are known, with records "
            f"of their own: so often intervals of nine in ten hold what is true there. {'. '.join(told)}. "
            f"{judged}")  # fmt: skip


def _share(value: float | None) -> str:
    return "not measured" if value is None or value != value else f"{value:.2f}".replace("0.", ".", 1)


def _n(value: float) -> str:
    if value != value:
        return ""
    return "under 0.001" if 0.0 < value < 0.001 else f"{value:.3g}"


def _hundred(share: float) -> str:
    return "" if share != share else hundred(share)


def _beside(folder: Path, also: bool, *, but: str) -> str:
    """Return links to the other pages of a calibration, and to what explains them all."""
    root = "../" * (2 if but else 3)
    pages = {} if not also else {name: f"{root}results/{name}/README.md" for name in ALSO if name != but}
    if but:
        pages = {"the calibration": f"../calibration/{folder.name}/README.md", **pages}
    links = [*(f"[{ALSO.get(name, name)}]({place})" for name, place in pages.items()),
             f"[how it is reckoned]({root}docs/inference.md)"]  # fmt: skip
    return f"Beside this: {', '.join(links)}."


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
    worths = [one for one in best.worths if one.explains[0] > best.luck][:MOST]
    archives = list(dict.fromkeys(one.observable.where for one in worths))
    lines = [
        (f"{one.observable.meaning}, {one.observable.period} (`{one.observable.name}`)", hundred(one.expected),
         f"{one.observable.reliability:g}", *map(hundred, one.explains),
         told.between(one),
         " / ".join(map(hundred, one.ahead)), LETTERS[archives.index(one.observable.where)])
        for one in worths
    ]  # fmt: skip
    each = [f"at {value}" for value in told.TOGETHER.values()]
    heads = ("figure", "explains, of 100 parts", "at its reliability", *each, "middle third, free of error",
             f"{told.ahead(best.question)} in, of 100: lowest / middle / highest third", "archive")  # fmt: skip
    first, *more = told.sentences(look)
    for path in drawn[1:]:  # of the other scopes
        path.unlink()
    notes = "\n\n".join(f"**{letter}**: {where}." for letter, where in zip(LETTERS, archives, strict=False))
    return _page(out, "What to look for in the archive", {
        "answer": "\n\n".join([f"**{first}**", *more, f"![Which figures would teach most]({drawn[0].name})",
                               *_elected(found), compared(found, _asked(found)), OF_WORLDS]),
        "table": f"{capital(told.named(best.question))}.\n\n{markdown(heads, lines)}\n\nOnly figures that explain "
                 "more than luck would; all of them, and the other questions: figures.csv. *Within class*: places are "
                 "compared with others of their own class (capitals, industrial, agrarian, borderland) alone. Thirds "
                 f"hold only of a figure that is free of error.\n\n{notes}",
        "sure": "\n\n".join([*told.sureness(look), EXPLAINED, _beside(found.path, also=True, but="lookfor")]),
    })  # fmt: skip


def _elected(found: Calibration) -> list[str]:
    """Say who counts as elected, and how many changes of secretary are of each kind in the middle world, if kept."""
    rows = {row["name"]: row for row in found.observables().to_dict(orient="records")}
    kept = [(span, rows[f"filled_from_above_{span}"]["given_p50"]) for span in ("1922_23", "1924_26")
            if f"filled_from_above_{span}" in rows]  # fmt: skip
    shares = together([f"{hundred(share)} in {span.replace('_', '-')}" for span, share in kept])
    many = f" Of 100 changes of secretary in a middle calibrated world {shares} are appointments." if kept else ""
    return [f"*Elected* is who was elected at a conference, with or without a recommendation from above; the recorded "
            f"figure of men elected without one (T27) counts a part of these.{many}"]


def hangs_on(found: Calibration, out: Path = Path("results", "sensitivity")) -> Path:
    """Write the page of what the effect hangs on, by two sweeps with replicates: over the ranges, and calibrated."""
    from sim.figures import style
    from sim.figures.inference import draw_sensitivity
    from sim.inference.sensitivity import sensitivity, table, untold

    names = (REPLICATED, over_name(REPLICATED, found.ensemble))
    sweeps = [open_sweep(SWEEPS / name) for name in names]
    findings = [sensitivity(sweep, option=_option(found)) for sweep in sweeps]
    out.mkdir(parents=True, exist_ok=True)
    rows = table([one for each in findings for one in each])
    rows.to_csv(out / "shares.csv", index=False, float_format="%.4g", lineterminator="\n")
    picture = [] if all(one.refused for each in findings for one in each) else ["![Shares of variance](shares.png)"]
    if picture:
        style.save(draw_sensitivity(findings), out, "shares")
    ranges, given = ([*(one.sentence for one in each if not one.refused), *untold(each)] for each in findings)
    heads = ("over", "what", "evidence", "of 100 parts, alone", "95 % interval")
    lines = [(where, named(row.name), row.grade or row.kind, hundred(max(row.alone, 0.0)),
              f"{hundred(row.alone_low)} to {hundred(row.alone_high)}")
             for each, where in zip(reversed(findings), ("calibrated worlds", "the ranges"), strict=True)
             for one in each[:1] if not one.refused for row in one.leading().head(MOST // 2).itertuples()]  # fmt: skip
    return _page(out, "What the effect hangs on", {
        "answer": "\n\n".join([f"**{given[0]}**", *given[1:], *picture, compared(found, _asked(found)),
                               f"Evidence: {'; '.join(TOLD_GRADES.values())}; a reading is a choice of words' meaning "
                               "that the record leaves open.", OF_WORLDS]),
        "table": markdown(heads, lines) + "\n\nAll rows: shares.csv.",
        "sure": "\n\n".join(["Over the ranges, before calibrating:", *ranges, _rests(sweeps), EXPLAINED,
                             _beside(found.path, also=True, but="sensitivity")]),
    })  # fmt: skip


def _rests(sweeps: Sequence[Sweep]) -> str:
    """Return on how many runs the shares rest."""
    over = ["over the ranges" if one.experiment.ensemble is None else "calibrated" for one in sweeps]
    each = [f"{len(one.pairs.points):,} worlds {where}, {one.experiment.replicates} "
            f"run{'s' * (one.experiment.replicates != 1)} of each option in each"
            for one, where in zip(sweeps, over, strict=True)]  # fmt: skip
    return f"It rests on {together(each)}. Shares are of the variance of a world's mean over its runs."


def _asked(found: Calibration) -> list[Row]:
    """Return the rows of effects of the outcome that the answer is about."""
    rows = found.effects().to_dict(orient="records")
    return [row for row in rows if row["outcome"] == rows[0]["outcome"]]


def discovered(found: Calibration, out: Path = Path("results", "discovery")) -> Path:
    """Write the page of which worlds have the effect one way or the other, among the calibrated draws."""
    from sim.inference.boxes import discover
    from sim.inference.boxes_told import sentences

    sweep = open_sweep(found.path / GIVEN)
    told: list[str] = []
    for where in ("effect > 0", "effect < 0"):
        try:
            said = [sentences(one) for one in discover(sweep, where, option=_option(found))]
        except UserError as refused:  # too few draws of that kind: which is an answer, too
            said = [[str(refused)]]
        told += [text for first, *more in said for text in (f"**{capital(first)}**", *more)]
    # the plane through the effect is the same, whichever way is asked about
    return _page(out, "Which worlds have it one way, and which the other", {"answer": "\n\n".join([
        *dict.fromkeys(told), compared(found, _asked(found)), OF_WORLDS, EXPLAINED,
        _beside(found.path, also=True, but="discovery")])})  # fmt: skip


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
        print(write(found, also=asked.also))
        for page in (looked_for, hangs_on, discovered) if asked.also else ():
            print(page(found))


if __name__ == "__main__":
    main()
