"""The page of the rivals: other accounts calibrated on the same record, what each predicts, and what each then does.

``python -m sim.describe.rivals``, after ``skloki calibrate experiments/rivals/NAME.toml`` for each, writes
``results/rivals``: the tests D1 to D12, and the figures that would tell one account from another.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.describe.page import markdown, marked
from sim.experiment.ensemble import PLACE
from sim.registry.observables import OBSERVABLES
from sim.results.calibration import Calibration

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


class Test(NamedTuple):
    """A discriminating test: what is asked, what accounts predict, and where the answer stands in a calibration."""

    name: str
    asked: str
    predicted: Mapping[str, str]  # by the rival's file
    option: str = ""
    outcome: str = ""
    scope: str = "nation"
    horizon: str = "end"
    observable: str = ""
    why_not: str = ""


def _by(*said: str) -> dict[str, str]:
    return dict(zip(RIVALS, said, strict=True))


TESTS = (
    Test("D1", "final centralisation with and without loyalty in the choice of men", _by("0", "++", "0", "0", "0", "+"),
         "loyalty", "centralisation"),
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
         observable="vote_appointed_more_jan_1924"),
    Test("D7", "share of the centre's moves for conflict and shortage, 1922-23",
         _by("high", "low", "", "mid", "high", "by clique"), observable="moves_for_conflict_shortage_1922_23"),
    Test("D8", "when the rate of appointment breaks",
         _by("1918-21 drift", "after Apr 1922", "1917", "none", "1919-20", "none"),
         why_not="the worlds begin in January 1921: a break before it cannot be seen, and that of April 1922 is dated"),
    Test("D9", "opposition at the Thirteenth Conference with tiers alone, without influence, dependence or packing",
         _by("small", "needs packing", "", "", "some", ""), "tiers_alone", "opposition_nation", horizon="january"),
    Test("D10", "the centre's ambition switched (off where the account has it, on where not): final centralisation",
         _by("0", "large fall", "0", "small", "0", "0"), "ambition", "centralisation"),
    Test("D11", "ambition off after 1928 only", _by("0", "", "0", "", "0", ""),
         why_not="ambition is dated from April 1922 on; an end is not modelled"),
    Test("D12", "no transfers of quarrelling men: performance", _by("down", "down for Stalin", "", "0", "down", "up"),
         "no_transfers", "performance", horizon="after"),
)  # fmt: skip
"""After HISTORY's table; D12 and D6 are turned round, as they are asked here."""
_WORDS = {"better": "rises", "worse": "falls", "same": "no difference", "leans towards": "rather rises",
          "leans against": "rather falls", "open": "either way"}  # fmt: skip


def write(found: Mapping[str, Calibration], out: Path = OUT) -> Path:
    """Write the page and its tables, and return its README.md."""
    out.mkdir(parents=True, exist_ok=True)
    pairs = list(apart(found))
    tests = [row for test in TESTS for row in _of_test(test, found)]
    for name, rows in (("tests.csv", tests), ("apart.csv", pairs)):
        with open(out / name, "w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows({key: f"{value:.4g}" if isinstance(value, float) else value for key, value in row.items()}
                             for row in rows)  # fmt: skip
    parts = {
        "answer": answer(pairs, found), "tests": _tests(tests), "apart": _apart(pairs), "met": _met(found),
        "without": "\n".join(f"- **{name}**: {why}." for name, why in WITHOUT.items()),
    }  # fmt: skip
    return marked(out, "Rival accounts on the same record", parts, MARKS)


def _of_test(test: Test, found: Mapping[str, Calibration]) -> Iterator[dict[str, Any]]:
    """Yield what each calibrated account gives for a test."""
    for name, calibration in found.items():
        row: dict[str, Any] = {"test": test.name, "asked": test.asked, "rival": name,
                               "predicted": test.predicted[name], "effect": "", "low": "", "high": "",
                               "reads": ""}  # fmt: skip
        if test.option:
            rows = calibration.effects()
            (one,) = rows[(rows["option"] == test.option) & (rows["outcome"] == test.outcome)
                          & (rows["scope"] == test.scope)
                          & (rows["horizon"] == test.horizon)].to_dict("records")  # fmt: skip
            row |= {"effect": one["given_effect"], "reads": _WORDS[one["reading"]]}
        elif test.observable:
            rows = calibration.observables().set_index("name")
            one = rows.loc[test.observable]
            row |= {"effect": float(one["given_p50"]), "low": float(one["given_p05"]), "high": float(one["given_p95"])}
        yield row


def apart(found: Mapping[str, Calibration]) -> Iterator[dict[str, Any]]:
    """Yield for each pair of accounts the figure that lies furthest apart, in standard deviations over draws."""
    tables = {name: one.observables().set_index("name") for name, one in found.items()}
    for one, other in combinations(found, 2):
        a, b = tables[one], tables[other]
        shared = [name for name in a.index if name in b.index]
        spread = np.sqrt((a.loc[shared, "given_sd"] ** 2 + b.loc[shared, "given_sd"] ** 2) / 2.0)
        away = (b.loc[shared, "given_p50"] - a.loc[shared, "given_p50"]) / spread.where(spread > 0.0)
        far = away.abs().sort_values(ascending=False, kind="stable")
        best = str(far.index[0])
        yield {
            "one": one, "other": other, "told_apart": int((far > 1.0).sum()), "figure": best,
            "widths": float(far.iloc[0]), "median_one": float(a.loc[best, "given_p50"]),
            "median_other": float(b.loc[best, "given_p50"]),
        }  # fmt: skip


def answer(pairs: Sequence[Mapping[str, Any]], found: Mapping[str, Calibration]) -> str:
    """Return what the page says first."""
    alike, all_ = [row for row in pairs if not row["told_apart"]], f"{len(pairs)} pairs of accounts"
    first = (
        f"**Calibrated on the same figures, {len(alike)} of {all_} cannot be told apart by any figure that an archive "
        "could hold: none lies more than one standard deviation away.**" if alike else
        f"**Calibrated on the same figures, all {all_} differ in some figure that an archive could hold by more than a "
        "standard deviation; the recorded figures alone do not choose among them.**"
    )  # fmt: skip
    best = max(pairs, key=lambda row: float(row["widths"]))
    second = (f"What would tell most: {OBSERVABLES[best['figure']].meaning} ({OBSERVABLES[best['figure']].period}), "
              f"{best['median_one']:.2g} if {RIVALS[best['one']]} is right and {best['median_other']:.2g} if "
              f"{RIVALS[best['other']]} is.")  # fmt: skip
    off = [RIVALS[name] for name, one in found.items() if not one.manifest["converged"]]
    third = (f"Not converged, so that another round would move what is said of them: {', '.join(off)}." if off
             else "All have converged.")  # fmt: skip
    return " ".join((first, second, third)) + (
        " No account is given a probability: most of what they differ in reaches no figure that is recorded.")


def _tests(rows: Sequence[Mapping[str, Any]]) -> str:
    lines = []
    for test in TESTS:
        mine = {row["rival"]: row for row in rows if row["test"] == test.name}
        cells = [f"*{row['predicted'] or 'silent'}*; {_given(row)}" for row in mine.values()]
        why_not = f" (not asked: {test.why_not})" if test.why_not else ""
        lines.append([f"{test.name} {test.asked}{why_not}", *cells])
    heads = ("test", *(RIVALS[name] for name in dict.fromkeys(str(row["rival"]) for row in rows)))
    return markdown(heads, lines) + (
        "\n\nIn italics what the account predicts; then what its calibrated worlds do: the mean effect and its reading "
        "by the rule of four in five, or the middle and nine in ten draws of a figure."
    )


def _given(row: Mapping[str, Any]) -> str:
    if row["effect"] == "":
        return "–"
    if row["reads"]:
        return f"{row['reads']} ({row['effect']:+.3f})"
    return f"{row['effect']:.2g} ({row['low']:.2g} to {row['high']:.2g})"


def _apart(pairs: Sequence[Mapping[str, Any]]) -> str:
    lines = [
        (f"{RIVALS[row['one']]} – {RIVALS[row['other']]}", str(row["told_apart"]), f"`{row['figure']}`",
         f"{row['median_one']:.3g}, {row['median_other']:.3g}", f"{row['widths']:.1f}",
         OBSERVABLES[row["figure"]].where)
        for row in pairs
    ]  # fmt: skip
    heads = ("pair", "figures more than one s.d. apart", "furthest apart", "middle of each", "s.d. apart",
             "where it may be")  # fmt: skip
    return markdown(heads, lines)


def _met(found: Mapping[str, Calibration]) -> str:
    lines = []
    for name, one in found.items():
        rows = one.targets()
        rows = rows[rows["used"]]
        off = rows[rows["reading"].str.startswith("too ")]
        lines.append((RIVALS[name], f"{(rows['reading'] == 'met').sum()} of {len(rows)}",
                      ", ".join(f"{row['id']} {row['reading']}" for row in off.to_dict("records")) or "none",
                      "yes" if one.manifest["converged"] else "**no**"))  # fmt: skip
    return markdown(("account", "met", "out of reach", "converged"), lines)


def main() -> None:
    """Write the page from the calibrations in results/calibration."""
    print(write({name: Calibration.open(PLACE / name) for name in RIVALS}))


if __name__ == "__main__":
    main()
