"""The page of the rivals: other accounts calibrated on the same record, what each predicts, and what each then does.

``python -m sim.describe.rivals``, after ``skloki calibrate experiments/rivals/NAME.toml`` for each, writes
``results/rivals``: the tests D1 to D12, and the figures that would tell one account from another.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from sim.analysis.sweep import Sweep, open_sweep
from sim.claims.lines import DIRECTIONS
from sim.describe.page import marked
from sim.experiment.ensemble import PLACE
from sim.inference.lookfor import lookfor
from sim.inference.report import QUANTILES, spread
from sim.inference.worth import Array
from sim.registry.observables import OBSERVABLES
from sim.results.calibration import GIVEN, Calibration
from sim.scenario.doc_tables import markdown

RIVALS: Mapping[str, str] = {
    "harris": "Harris", "circular-flow": "circular flow", "programmatic": "programme", "gill": "Gill",
    "path-dependence": "Service, path dependence", "networks": "Easter, Rigby",
}  # fmt: skip
"""Calibrations by the names of their files, and what the accounts are called, in the order of the table."""
WITHOUT: Mapping[str, str] = {
    "Pirani": "workers' own organisations in the capitals, and what their closing did, are not modelled",
    "Kotkin": "an office that gives power without clients has no mechanism here that packing and ambition do not have",
    "Gregory": "agents who misreport are modelled only as the pliant who hide misfit, for every policy alike",
}  # fmt: skip
"""Accounts without a structure here, and why."""
OUT = Path("results", "rivals")
MARKS = {
    "answer": "", "tests": "## The tests", "apart": "## What would tell them apart",
    "met": "## Which of the figures each account meets", "without": "## Without a structure here",
}  # fmt: skip


class Account(NamedTuple):
    """A calibration, and the runs of its levers over its draws."""

    found: Calibration
    given: Sweep

    @classmethod
    def open(cls, name: str) -> Account:
        """Open one of `RIVALS`."""
        found = Calibration.open(PLACE / name)
        return cls(found, open_sweep(found.path / GIVEN))


class Test(NamedTuple):
    """A discriminating test.

    Attributes
    ----------
    asked, recorded
        What, and what the record says of it.
    predicted
        By the rival's file, in words; they begin with one of `SIGNS` where they can be borne out.
    option, outcome, scope, horizon
        Of the effect that answers it; where `level` is true, of the level under the option.
    turned
        Rivals whose option switches off what others' switch on: their effect counts the other way round.
    observable
        That answers it, where no effect does.
    why_not
        Why nothing does.
    """

    name: str
    asked: str
    predicted: Mapping[str, str]
    option: str = ""
    outcome: str = ""
    scope: str = "nation"
    horizon: str = "end"
    observable: str = ""
    level: bool = False
    turned: tuple[str, ...] = ()
    recorded: str = "a world that was not: nothing can be"
    why_not: str = ""


def _by(*said: str) -> dict[str, str]:
    return dict(zip(RIVALS, said, strict=True))


TESTS = (
    Test("D1", "what loyalty in the choice of men adds to final centralisation", _by("0", "++", "0", "0", "0", "+"),
         "loyalty", "centralisation", turned=("circular-flow",)),
    Test("D2", "the threat gone from 1924 on: final centralisation",
         _by("falls", "0", "0", "0", "0 (hysteresis)", "0"), "no_threat", "centralisation"),
    Test("D3", "literate members and able cadres everywhere: final centralisation",
         _by("falls", "0", "0", "0", "falls little", "0"), "able", "centralisation"),
    Test("D4", "elections from December 1923: performance in agrarian guberniias",
         _by("down", "up", "down for the centre", "0", "down", "up if networks kept"), "elected", "performance",
         "agrarian", "after"),
    Test("D5", "the same in the capitals", _by("0 or up", "up", "", "0", "0", "up"), "elected", "performance",
         "capital", "after"),
    Test("D6", "opposition among appointed less among elected secretaries, January 1924, within class",
         _by("equal", "appointed lower", "equal", "equal", "equal", "by patron"),
         observable="vote_appointed_more_jan_1924", recorded="votes by how a secretary came in: not found yet"),
    Test("D7", "share of the centre's removals for conflict and shortage, 1922-23",
         _by("high", "low", "", "mid", "high", "by clique"), observable="moves_for_conflict_shortage_1922_23",
         recorded="reasons of removals stand in files of the cadre department: not counted yet"),
    Test("D8", "when the rate of appointment breaks",
         _by("1918-21 drift", "after Apr 1922", "1917", "none", "1919-20", "none"),
         recorded="moves a post and year: 1.31 in 1921-22, .66 in 1923-24, .40 in 1927-29 (T24, T30, T33)",
         why_not="the worlds begin in January 1921: a break before it cannot be seen, and that of April 1922 is dated"),
    Test("D9", "opposition at the Thirteenth Conference by tiers alone, without influence, dependence or packing",
         _by("small", "needs packing", "", "", "some", ""), "tiers_alone", "opposition_nation", horizon="january",
         level=True, recorded=".36, .16 and .02 at raions, guberniia and Conference (T14)"),
    Test("D10", "what the centre's ambition off takes from final centralisation",
         _by("0", "large fall", "0", "small", "0", "0"), "ambition", "centralisation",
         turned=("harris", "path-dependence")),
    Test("D11", "ambition off after 1928 only", _by("0", "", "0", "", "0", ""),
         why_not="ambition is dated from April 1922 on; an end is not modelled"),
    Test("D12", "no transfers of quarrelling men: performance", _by("down", "down for Stalin", "", "0", "down", "up"),
         "no_transfers", "performance", horizon="after"),
)  # fmt: skip
"""After HISTORY's table; D12 and D6 are turned round, as they are asked here."""
SIGNS = {"0 or up": ("same", "better"), "0": ("same",), "+": ("better",), "up": ("better",), "falls": ("worse",),
         "down": ("worse",), "large fall": ("worse",), "small": ("worse", "same")}  # fmt: skip
"""Which readings bear a prediction out, by how it begins: the longest first."""
_TURNED = {"better": "worse", "worse": "better", "leans towards": "leans against", "leans against": "leans towards"}


def write(found: Mapping[str, Account], out: Path = OUT) -> Path:
    """Write the page and its tables, and return its README.md."""
    out.mkdir(parents=True, exist_ok=True)
    pairs = list(apart(found))
    tests = [row for test in TESTS for row in of_test(test, found)]
    for name, rows in (("tests.csv", tests), ("apart.csv", pairs)):
        frame = pd.DataFrame(rows)
        frame.to_csv(out / name, index=False, float_format="%.4g", lineterminator="\n")
    parts = {
        "answer": "\n\n".join(answer(pairs, tests, found)), "tests": _tests(tests), "apart": _apart(pairs),
        "met": _met(found), "without": "\n".join(f"- **{name}**: {why}." for name, why in WITHOUT.items()),
    }  # fmt: skip
    return marked(out, "Rival accounts on the same record", parts, MARKS)


def of_test(test: Test, found: Mapping[str, Account]) -> Iterator[dict[str, Any]]:
    """Yield what each calibrated account gives for a test, and whether that bears out what it predicts."""
    for name, (calibration, given) in found.items():
        row: dict[str, Any] = {"test": test.name, "asked": test.asked, "recorded": test.recorded, "rival": name,
                               "predicted": test.predicted[name], "given": math.nan, "low": math.nan, "high": math.nan,
                               "reading": "", "borne_out": ""}  # fmt: skip
        if test.level:
            row |= _spread(spread(_level(test, given)))
        elif test.option:
            rows = calibration.effects()
            (one,) = rows[(rows["option"] == test.option) & (rows["outcome"] == test.outcome)
                          & (rows["scope"] == test.scope)
                          & (rows["horizon"] == test.horizon)].to_dict("records")  # fmt: skip
            turned = name in test.turned
            reading = _TURNED.get(one["reading"], one["reading"]) if turned else one["reading"]
            row |= {"given": -one["given_effect"] if turned else one["given_effect"], "reading": reading,
                    "borne_out": borne_out(test.predicted[name], reading)}  # fmt: skip
        elif test.observable:
            one = calibration.observables().set_index("name").loc[test.observable]
            row |= _spread({name: float(one[f"given_{name}"]) for name in QUANTILES})
        yield row


def _level(test: Test, given: Sweep) -> Array:
    """Return the outcome under a test's option in each calibrated draw."""
    lever = given.experiment.lever(None)
    values = given.pairs.values(given.column(test.outcome, test.scope, test.horizon))
    at = lever.options.index(lever.option(test.option))
    level: Array = given.pairs.by_option(values, lever)[:, at, 0]
    return level


def _spread(of: Mapping[str, float]) -> dict[str, float]:
    return {"low": of["p05"], "given": of["p50"], "high": of["p95"]}


def borne_out(predicted: str, reading: str) -> str:
    """Return whether a decided reading is what was predicted; nothing where either does not decide."""
    allowed = next((readings for begins, readings in SIGNS.items() if predicted.startswith(begins)), None)
    if allowed is None or reading not in ("better", "worse", "same"):
        return ""
    return "yes" if reading in allowed else "no"


def apart(found: Mapping[str, Account]) -> Iterator[dict[str, Any]]:
    """Yield for each pair of accounts which figures tell one from the other, as `skloki lookfor --rival` does."""
    first, *others = (one.given for one in found.values())
    middles = {name: one.found.observables().set_index("name")["given_p50"] for name, one in found.items()}
    for one in lookfor(first, rivals=others).answers:
        pair = one.question.option, one.question.against
        best = max(one.worths, key=lambda each: each.distance)
        yield {
            "one": pair[0], "other": pair[1], "told_apart": len(one.apart), "figure": best.observable.name,
            "widths": best.distance, "explains": best.explains[0], "luck": one.luck,
            "median_one": middles[pair[0]][best.observable.name],
            "median_other": middles[pair[1]][best.observable.name],
        }  # fmt: skip


def answer(
    pairs: Sequence[Mapping[str, Any]], tests: Sequence[Mapping[str, Any]], found: Mapping[str, Account]
) -> list[str]:
    """Return what the page says first."""
    alike, all_ = [row for row in pairs if not row["told_apart"]], f"{len(pairs)} pairs of accounts"
    first = (
        f"**Calibrated on the same figures, {len(alike)} of {all_} cannot be told apart by any figure that an archive "
        "could hold: none sets them a standard deviation apart.**" if alike else
        f"**Calibrated on the same figures, all {all_} differ in some figure that an archive could hold by a "
        "standard deviation or more; the recorded figures alone do not choose among them.**"
    )  # fmt: skip
    best = max(pairs, key=lambda row: float(row["widths"]))
    second = (f"What would tell most: {OBSERVABLES[best['figure']].meaning} ({OBSERVABLES[best['figure']].period}), "
              f"{best['median_one']:.2g} in the middle world if {RIVALS[best['one']]} is right and "
              f"{best['median_other']:.2g} if {RIVALS[best['other']]} is.")  # fmt: skip
    asked = [row for row in tests if row["reading"] and row["predicted"]]
    yes, no = (sum(row["borne_out"] == which for row in asked) for which in ("yes", "no"))
    third = (f"Of {len(asked)} predictions that accounts make and that can be put to their own calibrated worlds, "
             f"these bear out {yes}, give something else than predicted in {no}, and leave {len(asked) - yes - no} "
             "undecided.")  # fmt: skip
    off = [RIVALS[name] for name, one in found.items() if not one.found.manifest["converged"]]
    fourth = f" Not converged, so that another round would move what is said of them: {', '.join(off)}." if off else ""
    return [first, second, third + fourth,
            "No account is given a probability: most of what they differ in reaches no figure that is recorded."]


def _tests(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = []
    for test in TESTS:
        mine = [row for row in rows if row["test"] == test.name]
        why_not = f" (not asked: {test.why_not})" if test.why_not else ""
        lines.append((f"{test.name} {test.asked}{why_not}", *map(_cell, mine), test.recorded))
    heads = ("test", *(RIVALS[name] for name in dict.fromkeys(str(row["rival"]) for row in rows)), "recorded")
    return markdown(heads, lines) + (
        "\n\nIn italics what the account predicts; then what its calibrated worlds do: the mean effect and its reading "
        "by the rule of four in five, or the middle and nine in ten draws of a level or figure. **Bold** where worlds "
        "decide otherwise than predicted. A ceiling is no refutation: where nearly all posts are filled from above "
        "whatever is switched, nothing can add to it."
    )


def _cell(row: Mapping[str, Any]) -> str:
    said = f"*{row['predicted'] or 'silent'}*"
    if math.isnan(row["given"]):
        return said
    if not row["reading"]:
        return f"{said}; {row['given']:.2g} ({row['low']:.2g} to {row['high']:.2g})"
    found = f"{DIRECTIONS[row['reading']]} ({row['given']:+.3f})"
    return f"{said}; " + (f"**{found}**" if row["borne_out"] == "no" else found)


def _apart(pairs: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        (f"{RIVALS[row['one']]} – {RIVALS[row['other']]}", str(row["told_apart"]), f"`{row['figure']}`",
         f"{row['median_one']:.3g}, {row['median_other']:.3g}", f"{row['widths']:.1f}",
         OBSERVABLES[row["figure"]].where)
        for row in pairs
    ]  # fmt: skip
    heads = ("pair", "figures that tell them apart", "most of all", "middle of each", "s.d. apart",
             "where it may be")  # fmt: skip
    return markdown(heads, lines) + (
        "\n\nA figure tells two accounts apart that sets them a standard deviation apart or more, free of error, and "
        "explains more of which it is than the best of as many useless figures would."
    )


def _met(found: Mapping[str, Account]) -> str:
    lines = []
    for name, (one, _) in found.items():
        rows = one.targets()
        rows = rows[rows["used"]]
        off = rows[rows["reading"].str.startswith("too ")]
        lines.append((RIVALS[name], f"{(rows['reading'] == 'met').sum()} of {len(rows)}",
                      ", ".join(f"{row['id']} {row['reading']}" for row in off.to_dict("records")) or "none",
                      "yes" if one.manifest["converged"] else "**no**"))  # fmt: skip
    return markdown(("account", "met", "out of reach", "converged"), lines)


def main() -> None:
    """Write the page from the calibrations in results/calibration."""
    print(write({name: Account.open(name) for name in RIVALS}))


if __name__ == "__main__":
    main()
