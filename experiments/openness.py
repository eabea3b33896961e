"""Openness and neutrality of the model: see ``openness.toml`` and docs/openness.md."""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path

import numpy as np

from sim.scenario.load import load
from sim.scenario.registry import SCOPES
from sim.scenario.schema import month_name, month_number
from sim.study.designs import latin_hypercube
from sim.study.openness import COLUMNS, Pair, column, read_settings, run_pairs

HERE = Path(__file__).parent
OUTCOMES = ("performance", "committee_performance", "paralysed")


def pairs_of(settings: dict, name: str) -> list[Pair]:
    """Return the pairs of worlds of one column, one per draw."""
    base = load(settings["scenario"]).scenario.model_dump()
    start = month_number(base["period"]["start"])
    switch = month_number(settings["date"])
    last = switch + settings["months"] - 1
    base["period"]["end"] = month_name(last)
    base["tree"]["uezds"] = settings["uezds"]
    base.pop("policy")
    worlds = tuple(
        {"rule": "recorded", "changes": {"switch": {"date": settings["date"], "rule": rule}}}
        for rule in ("election", "appointment")
    )
    pairs = []
    for replicate, values in enumerate(latin_hypercube(settings["draws"], settings["design_seed"], {"pack": 0.0})):
        parameters, off = column(values, name)
        scenario = {**base, "parameters": parameters, "mechanisms": off}
        if name == "neutral":
            scenario["options"] = {**base["options"], "capacity": "unlimited"}
        pairs.append(Pair(scenario, worlds, replicate, (switch - start, last - start)))
    return pairs


def show(number: int) -> None:
    """Show how many pairs are done."""
    print(f"\r{number}", end="", file=sys.stderr)


def main() -> None:
    """Run the three columns, print shares by class and write every paired effect."""
    settings = read_settings(HERE / "openness.toml")
    out = HERE.parent / "results" / "openness"
    out.mkdir(parents=True, exist_ok=True)
    rows = []
    for name in COLUMNS:
        begun = time.perf_counter()
        effects = run_pairs(pairs_of(settings, name), settings["workers"], show)
        print(f"\r{name}: {time.perf_counter() - begun:.0f} s", file=sys.stderr)
        for draw, effect in enumerate(effects):
            rows += [[name, draw, scope, o, repr(effect[scope][o])] for scope in SCOPES for o in OUTCOMES]
    with (out / "effects.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([["column", "draw", "scope", "outcome", "effect"], *rows])
    report(rows)


def report(rows: list[list]) -> None:
    """Print the share of draws in which election does better, with its standard error."""
    for outcome, better in (("performance", 1), ("committee_performance", 1), ("paralysed", -1)):
        print(f"\n{outcome}: share of draws in which election does better (ties half)")
        print(f"{'':14s}" + "".join(f"{name:>18s}" for name in COLUMNS))
        for scope in SCOPES:
            cells = []
            for name in COLUMNS:
                wanted = [name, scope, outcome]
                effect = better * np.array([float(r[4]) for r in rows if [r[0], r[2], r[3]] == wanted])
                share = np.mean(effect > 0) + 0.5 * np.mean(effect == 0)
                cells.append(f"{share:10.2f} ± {np.sqrt(share * (1 - share) / len(effect)):.2f}")
            print(f"{scope:14s}" + "".join(f"{cell:>18s}" for cell in cells))


if __name__ == "__main__":
    main()
