"""Keep what a shipped sweep gave: effects, pictures, manifest, and the numbers of its page, below ``results/NAME``.

Run: ``python -m experiments.keep NAME [FOLDER]``, after ``skloki sweep NAME``. The words of a page are written by
hand; what stands between its marks is written here.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pandas as pd

import sim
from experiments import conditional
from sim.analysis.effects import POOLED
from sim.analysis.selection import label
from sim.analysis.sweep import Sweep
from sim.figures.sweeps import draw
from sim.registry.entries import SCOPES

ROOT = Path(__file__).parents[1]
#: Pictures of each page: kind, and what is asked of it.
PICTURES: dict[str, list[tuple[str, dict[str, str]]]] = {
    "december-1923": [
        ("effects", {}), ("classes", {}), ("bands", {"outcome": "performance"}),
        ("horizons", {"outcome": "performance"}),
    ],
    "who-judges-better": [
        ("surface", {"x": "r_f", "y": "r_v"}), ("surface", {"x": "sk_sd", "y": "res_d"}), ("classes", {"x": "r_v"}),
    ],
    "literacy-cadres": [
        ("surface", {"x": "literacy", "y": "cadres"}), ("classes", {"x": "literacy"}), ("effects", {}),
    ],
    "threat-literacy": [
        ("surface", {"x": "threat", "y": "literacy"}), ("classes", {"x": "threat"}), ("effects", {}),
    ],
    "switch-apart": [("effects", {"lever": "switch", "x": "model", "horizon": name}) for name in ("first", "late")],
    "switch-date": [("horizons", {"outcome": "performance"}), ("classes", {})],
    "cadre-department": [
        ("effects", {"lever": "capacity", "x": "policy"}), ("effects", {"lever": "policy", "x": "capacity"}),
    ],
    "quick-peace": [
        ("effects", {}), ("bands", {"outcome": "claimed", "scope": "nation"}), ("bands", {"outcome": "performance"}),
    ],
}  # fmt: skip
#: What a page asks of the table of runs beside effects: a caption, and the query.
QUERIES: dict[str, list[tuple[str, str]]] = {
    "quick-peace": [
        ("Runs, by threat: share of vacancies claimed, in the means of years.", """
            SELECT threat, avg(claimed_y1922) AS "1922", avg(claimed_y1923) AS "1923", avg(claimed_y1925) AS "1925",
                avg(claimed) AS "1929", median(claimed) AS "median, 1929",
                avg((claimed <= 0.15)::INT) AS "back to 0.15 or less", avg((claimed > 0.5)::INT) AS "above one half"
            FROM runs GROUP BY threat ORDER BY threat DESC"""),
        ("Runs, by threat: share of opposition at the national conference.", """
            SELECT threat, avg(opposition_nation) AS mean, median(opposition_nation) AS median
            FROM runs GROUP BY threat ORDER BY threat DESC"""),
    ],
}  # fmt: skip
APART = ("switch-apart",)
"""Pages that ask what an effect is at each option of a second lever."""
MOST = 40
"""Rows of a page's table."""


def main(name: str, source: str | None = None) -> None:
    """Keep one sweep."""
    sweep = sim.open(source or ROOT / "results" / "sweeps" / name)
    assert isinstance(sweep, Sweep)
    state = sweep.progress()
    if state["runs"] != state["runs_planned"]:
        sys.exit(f"{sweep.path}: {state['runs']} of {state['runs_planned']} runs; finish it first")
    folder = ROOT / "results" / name
    folder.mkdir(parents=True, exist_ok=True)
    effects, ratios = effects_of(sweep), conditional.weights(sweep)
    by_third, by_condition = conditional.thirds(sweep), conditional.subsets(sweep)
    tables = {"effects": effects, "influence": ratios, "thirds": by_third, "subsets": by_condition}
    taken = conditional.apart(sweep) if name in APART else None
    if taken is not None:
        tables["apart"] = taken
    for stem, frame in tables.items():
        frame.to_csv(folder / f"{stem}.csv", index=False, float_format="%.4g", lineterminator="\n")
    for what, asked in PICTURES[name]:
        for path in draw(sweep, what, folder, **asked):
            if path.suffix == ".svg":
                path.unlink()  # for a page; `skloki plot` makes one when it is wanted
    (folder / "manifest.json").write_text(json.dumps(record(sweep), indent=1, ensure_ascii=False) + "\n")
    page = folder / "README.md"
    text = page.read_text(encoding="utf-8") if page.exists() else f"# {sweep.experiment.title}\n\n" + MARKED
    parts = {
        "runs": facts(sweep), "effects": table(sweep, effects),
        "hangs on": conditional.hangs_on(sweep, ratios, by_third),
        "where": conditional.asked_where(sweep, by_condition),
        "course": conditional.course(sweep, effects), "answers": answers(sweep),
        "apart": "" if taken is None else conditional.fading(sweep, taken),
    }  # fmt: skip
    for mark, content in parts.items():
        text = re.sub(
            rf"(<!-- generated: {mark} -->\n).*?(<!-- end -->)",
            lambda found, content=content: f"{found[1]}{content}\n{found[2]}", text, flags=re.DOTALL,
        )  # fmt: skip
    page.write_text(text, encoding="utf-8")
    print(page)


MARKS = ("runs", "effects", "course", "answers", "apart", "where", "hangs on")
MARKED = "".join(f"<!-- generated: {mark} -->\n<!-- end -->\n\n" for mark in MARKS)


def record(sweep: Sweep) -> dict[str, Any]:
    """Return the sweep's manifest, with what came of it."""
    seconds = sum(part["seconds"] for part in sweep.parts.values())
    return {**sweep.manifest, "done": sweep.progress() | {"thread_seconds": round(seconds)}}


def facts(sweep: Sweep) -> str:
    """Return the size of the sweep in a sentence or two."""
    state, manifest = sweep.progress(), sweep.manifest
    points = max(block["points"][1] for block in manifest["plan"]["blocks"])
    replicates = max(block["replicates"][1] for block in manifest["plan"]["blocks"])
    return (
        f"{state['runs']:,} runs: {points:,} points, {replicates} replicate{'s' if replicates > 1 else ''} each, "
        f"{manifest['plan']['combinations']} worlds on the same accidents; {state['failed']:,} failed. "
        f"Code {(manifest['commit'] or 'unknown')[:10]}, "
        f"seed {sweep.experiment.seed}, design seed {sweep.experiment.design.seed}."
    )


def effects_of(sweep: Sweep) -> pd.DataFrame:
    """Return effects over all options of the other levers, and with these for each of their combinations, too."""
    pooled = sweep.effects()
    if not (pooled["others"] == POOLED).any():
        return pooled
    each = sweep.effects(each=True)
    # A lever whose others have one option each has the same rows in both.
    return pd.concat([pooled, each[each["lever"].isin(set(pooled["lever"][pooled["others"] == POOLED]))]]).reset_index(
        drop=True
    )


def table(sweep: Sweep, effects: pd.DataFrame) -> str:
    """Return the effects at the main horizon as a table: a row an option and outcome, a column a class."""
    main = effects[effects["horizon"] == next(iter(sweep.experiment.horizons))]
    shown, left = readable(main)
    crossed = (shown["others"] != "").any()
    scopes = [scope for scope in SCOPES if scope in set(shown["scope"])]
    heads = ["lever", "against", *(["other levers"] if crossed else []), "outcome"]
    if "nation" in scopes:
        heads += ["nation [95 %]", "favoured", "beyond the smallest, for and against"]
    heads += [scope for scope in scopes if scope != "nation"]
    lines = []
    for _, rows in shown.groupby(["lever", "option", "others", "outcome"], sort=False):
        at = {row.scope: row for row in rows.itertuples()}
        first = next(iter(at.values()))
        cells = [f"{first.lever}: {label(first.option)}", label(first.baseline)]
        cells += [first.others] if crossed else []
        cells += [first.outcome, *_whole(at.get("nation"), "nation" in scopes)]
        cells += [_number(at[scope].effect) if scope in at else "" for scope in scopes if scope != "nation"]
        lines.append(cells)
    over = ", ".join(sorted(set(shown["interval"])))
    said = f"Mean effects at the main horizon; intervals over {over}. In effects.csv besides: intervals by class"
    return conditional.markdown(heads, lines) + f"\n\n{said}, other horizons{left}."


def answers(sweep: Sweep) -> str:
    """Return the answers to a page's own queries as tables."""
    parts = []
    for said, sql in QUERIES.get(sweep.experiment.name, []):
        frame = sweep.query(sql)
        rows = [
            [f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row]
            for row in frame.itertuples(index=False)
        ]
        parts.append(conditional.markdown(list(frame), rows) + f"\n\n{said}")
    return "\n\n".join(parts)


def readable(effects: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return as many of the effects as a reader can take in, and what was left out."""
    first = effects["outcome"] == effects["outcome"].iloc[0]
    pooled = effects["others"].isin(("", POOLED))
    for kept, left in ((first | True, ""), (pooled | first, ", other outcomes by the other levers' options"),
                       (pooled, ", effects by the other levers' options")):  # fmt: skip
        if len(effects[kept].groupby(["lever", "option", "others", "outcome"])) <= MOST:
            return effects[kept], left
    return effects[pooled & first], ", other outcomes"


def _whole(row: Any, there: bool) -> list[str]:
    """Return the cells of the nation."""
    if row is None:
        return ["", "", ""] if there else []
    gain, loss = (row.points_below, row.points_above)[:: 1 if row.better == "lower" else -1]
    favoured = "–" if row.better == "neither" else f"{row.points_better:.2f}"
    return [f"{_number(row.effect)} [{_number(row.low)}, {_number(row.high)}]", favoured, f"{gain:.2f}, {loss:.2f}"]


def _number(value: float) -> str:
    return "–" if value != value else f"{value:+.4f}"


if __name__ == "__main__":
    main(*sys.argv[1:3])
