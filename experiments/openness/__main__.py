"""Openness and neutrality of the model: see ``settings.toml`` and docs/openness.md."""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.engines.engine import ENGINES
from sim.experiment.twins import latin_hypercube
from sim.registry.entries import SCOPES
from sim.runner.openness import (
    COLUMNS,
    MEASURES,
    Effects,
    Pair,
    column,
    neutral_pairs,
    read_settings,
    run_pairs,
    share_better,
)
from sim.scenario.load import load
from sim.scenario.schema import month_name, month_number

HERE = Path(__file__).parent


def pairs_of(
    settings: dict[str, Any],
    name: str,
    number: int,
    without: Sequence[str] = (),
    capacity: str | None = None,
    fixed: dict[str, float] | None = None,
) -> list[Pair]:
    """Return the pairs of worlds of one column, one per draw.

    Mechanisms ``without`` are switched off besides, and values ``fixed`` are held.
    """
    base = load(settings["scenario"]).scenario.model_dump()
    start, switch = month_number(base["period"]["start"]), month_number(settings["date"])
    last = switch + settings["months"] - 1
    base["period"]["end"] = month_name(last)
    base["tree"]["uezds"] = settings["uezds"]
    base.pop("policy")
    if capacity is not None or name == "neutral":
        base["options"]["capacity"] = capacity or "unlimited"
    election, appointment = (
        {"rule": "recorded", "changes": {"switch": {"date": settings["date"], "rule": rule}}}
        for rule in ("election", "appointment")
    )
    pairs = []
    design = latin_hypercube(settings["draws"], settings["design_seed"], {"pack": 0.0})
    for replicate, values in enumerate(design[:number]):
        parameters, off = column(values, name)
        parameters |= fixed or {}
        scenario = {**base, "parameters": parameters, "mechanisms": {**off, **dict.fromkeys(without, False)}}
        pairs.append(Pair(scenario, (election, appointment), replicate, (switch - start, last - start)))
    return pairs


def alike_pairs(settings: dict[str, Any]) -> list[tuple[str, list[Pair]]]:
    """Return the neutral kernel with places alike, whole and without the costs of place."""
    alike = settings["alike"]
    whole = neutral_pairs(alike["tree"], alike["draws"], settings["design_seed"])
    held = {"ign": 0.0, "paro": 0.0}
    without = neutral_pairs(alike["tree"], alike["draws"], settings["design_seed"], held)
    return [("neutral, places alike", whole), ("neutral, places alike, no costs of place", without)]


def show(number: int) -> None:
    """Show how many pairs are done."""
    print(f"\r{number} pairs", end="", file=sys.stderr, flush=True)


def shares(effects: Sequence[Effects], label: str) -> list[list[Any]]:
    """Return rows: label, outcome, scope, share of draws in which election does better, its s.e., mean effect."""
    rows = []
    for outcome, better in MEASURES.items():
        for scope in SCOPES:
            if any(effect[scope][outcome] != effect[scope][outcome] for effect in effects):
                continue  # no committee of this class in the tree
            share = share_better(effects, scope, outcome, better)
            error = (share * (1 - share) / len(effects)) ** 0.5
            mean = sum(effect[scope][outcome] for effect in effects) / len(effects)
            rows.append([label, outcome, scope, round(share, 3), round(error, 3), round(mean, 5)])
    return rows


def write(path: Path, header: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write a small table."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def main() -> None:
    """Run the three columns, then the tilt of each untwinned term; write and print the shares."""
    settings = read_settings(HERE / "settings.toml")
    out = HERE.parents[1] / "results" / "openness"
    out.mkdir(parents=True, exist_ok=True)
    begun = time.perf_counter()
    plan = [("column", name, pairs_of(settings, name, settings["draws"])) for name in COLUMNS]
    few = settings["tilt"]["draws"]
    plan.append(("tilt", "nothing left out", pairs_of(settings, "twins equal", few)))
    for term in settings["tilt"]["without"]:
        plan.append(("tilt", f"without {term}", pairs_of(settings, "twins equal", few, [term])))
    plan.append(("tilt", "without the limit of capacity", pairs_of(settings, "twins equal", few, capacity="unlimited")))
    for row in settings["neutral"]:
        pairs = pairs_of(settings, "neutral", few, row.get("without", ()), fixed=row["fixed"])
        plan.append(("tilt", row["label"], pairs))
    plan += [("tilt", label, pairs) for label, pairs in alike_pairs(settings)]
    tables: dict[str, list[list[Any]]] = {"column": [], "tilt": []}
    for table, label, pairs in plan:
        rows = shares(run_pairs(pairs, settings["workers"], show), label)
        tables[table] += rows
        said = [f"{label:32s}", *(f"{row[2]} {row[3]:.2f}" for row in rows[: len(SCOPES)])]
        print("\r" + "  ".join(said), flush=True)
    header = ["outcome", "scope", "share_election_better", "standard_error", "mean_effect"]
    write(out / "columns.csv", ["column", *header], tables["column"])
    write(out / "tilt.csv", ["world", *header], tables["tilt"])
    picture(out, tables["column"])
    record(out, settings, time.perf_counter() - begun)


def picture(out: Path, rows: Sequence[Sequence[Any]]) -> None:
    """Draw the shares of the three columns by class, with 95 % intervals of the draws."""
    from matplotlib.figure import Figure

    titles = {"performance": "Better performance", "paralysed": "Fewer paralysed committees"}
    figure = Figure(figsize=(8.4, 3.9), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    for axis, (outcome, title) in zip(axes, titles.items(), strict=True):
        axis.axvspan(0.35, 0.65, color="0.93", zorder=0)
        axis.axvline(0.5, color="0.6", linewidth=0.8, zorder=1)
        for shift, (name, marker) in enumerate(zip(COLUMNS, "o^s", strict=True)):
            found = [(row[3], row[4]) for row in rows if row[:2] == [name, outcome]]
            height = [len(SCOPES) - 1 - i + 0.22 * (1 - shift) for i in range(len(SCOPES))]
            shares, errors = zip(*found, strict=True)
            axis.errorbar(
                shares, height, xerr=[1.96 * e for e in errors], fmt=marker, markersize=5, linewidth=1.1, label=name
            )
        axis.set(title=title, xlim=(0, 1), xlabel="share of draws in which election does better")
    axes[0].set_yticks(range(len(SCOPES)), [scope.capitalize() for scope in reversed(SCOPES)])
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    for suffix in ("png", "svg"):
        figure.savefig(out / f"openness.{suffix}", dpi=150)


def record(out: Path, settings: dict[str, Any], seconds: float) -> None:
    """Write what the tables were made with."""
    from sim.results.manifest import commit, versions

    made = {"settings": settings, "engine": ENGINES[0], "versions": versions(), "commit": commit(),
            "date": time.strftime("%Y-%m-%d", time.gmtime()), "wall_seconds": round(seconds)}  # fmt: skip
    (out / "manifest.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
