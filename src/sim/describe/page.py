"""The page of a finished sweep: its numbers and pictures, between words that are written by hand.

``python -m sim.describe.page NAME [FOLDER]``, after ``skloki sweep NAME``, writes ``results/NAME``: tables, pictures,
the manifest, and what stands between the marks of its README.md. What a page shows stands in the experiment file.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.analysis.conditions import THIRDS, apart, by_year
from sim.analysis.effects import POOLED
from sim.analysis.sweep import Sweep, open_sweep
from sim.errors import Problem, UserError
from sim.experiment.experiment import label
from sim.experiment.load import load_page
from sim.registry.entries import SCOPES
from sim.scenario.doc_tables import markdown

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.schema import Page

MARKS = ("runs", "effects", "course", "answers", "apart", "where", "hangs on")
"""Parts of a page that are made here, in the order of a new page."""
MOST = 40
"""Rows of the table of effects."""
MOST_APART = 14
"""Rows of the table of what takes an effect apart."""
LEADING, LEAST = 5, 0.02
"""Uncertainties that are named, by size and by sign; correlation ratio below which none is worth a row."""


def write(sweep: Sweep, page: Page, folder: Path) -> Path:
    """Write the page of a finished sweep, and return its README.md."""
    from sim.figures import draw

    state = sweep.progress()
    if state["runs"] != state["runs_planned"]:
        allowed = f"a finished sweep: {state['runs']:,} of {state['runs_planned']:,} runs are there"
        raise UserError(Problem(str(sweep.path), allowed=allowed))
    tables = {
        "effects": effects_of(sweep), "influence": sweep.importance(), "thirds": sweep.thirds(),
        "subsets": subsets(sweep, page), **({"apart": apart(sweep)} if page.apart else {}),
        **({"payments": sweep.payments()} if page.payments else {}),
    }  # fmt: skip
    parts = _parts(sweep, page, tables)
    folder.mkdir(parents=True, exist_ok=True)
    for picture in page.pictures:
        asked = dict(picture)
        draw(sweep, folder, asked.pop("kind", ""), svg=False, **asked)
    for stem, frame in tables.items():
        frame.to_csv(folder / f"{stem}.csv", index=False, float_format="%.4g", lineterminator="\n")
    (folder / "manifest.json").write_text(json.dumps(record(sweep), indent=1, ensure_ascii=False) + "\n")
    return marked(folder, sweep.experiment.title, parts, dict.fromkeys(MARKS, ""))


def marked(folder: Path, title: str, parts: Mapping[str, str], heads: Mapping[str, str]) -> Path:
    """Write a folder's page anew between its marks, and return its README.md.

    Parameters
    ----------
    parts
        What stands between the marks of each name; the rest of a page that is there stays.
    heads
        Of a new page, headings by the names of marks, in their order; empty for none.
    """
    readme = folder / "README.md"
    empty = (f"{head}\n\n<!-- generated: {mark} -->\n<!-- end -->\n\n".lstrip() for mark, head in heads.items())
    text = readme.read_text(encoding="utf-8") if readme.exists() else f"# {title}\n\n{''.join(empty)}"
    for mark, content in parts.items():
        text = _filled(text, mark, content)
    readme.write_text(text, encoding="utf-8")
    return readme


def _filled(text: str, mark: str, content: str) -> str:
    block = re.compile(rf"(<!-- generated: {mark} -->\n).*?(<!-- end -->)", re.DOTALL)
    return block.sub(lambda found: f"{found[1]}{content}\n{found[2]}", text)


def _parts(sweep: Sweep, page: Page, tables: dict[str, pd.DataFrame]) -> dict[str, str]:
    lever = sweep.experiment.lever()
    shown = lever.options[1].label if page.option is None else page.option
    lever.option(shown)
    return {
        "runs": facts(sweep), "effects": table(sweep, tables["effects"]), "course": course(sweep),
        "answers": answers(sweep, page), "apart": fading(sweep, tables["apart"]) if page.apart else "",
        "where": asked_where(sweep, shown, tables["subsets"]),
        "hangs on": hangs_on(sweep, shown, tables["influence"], tables["thirds"]),
    }  # fmt: skip


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
        f"Code {(manifest.get('commit') or 'unknown')[:10]}, "
        f"seed {sweep.experiment.seed}, design seed {sweep.experiment.design.seed}."
    )


def effects_of(sweep: Sweep) -> pd.DataFrame:
    """Return effects over all options of the other levers, and with these for each of their combinations, too."""
    import pandas as pd

    pooled = sweep.effects()
    if not (pooled["others"] == POOLED).any():
        return pooled
    each = sweep.effects(each=True)
    # A lever whose others have one option each has the same rows in both.
    more = each[each["lever"].isin(set(pooled["lever"][pooled["others"] == POOLED]))]
    return pd.concat([pooled, more], ignore_index=True)


def subsets(sweep: Sweep, page: Page) -> pd.DataFrame:
    """Return effects where the page's conditions hold, and over all points: on the first outcome, main horizon."""
    import pandas as pd

    outcome, horizon = sweep.columns[0][1], next(iter(sweep.experiment.horizons))
    return pd.concat([
        sweep.effects(outcome=outcome, horizon=horizon, where=where).assign(points_where=said, condition=where)
        for said, where in {"all points": "true", **page.where}.items()
    ], ignore_index=True)  # fmt: skip


def table(sweep: Sweep, effects: pd.DataFrame) -> str:
    """Return the effects at the main horizon as a table: a row an option and outcome, a column a class."""
    main = effects[effects["horizon"] == next(iter(sweep.experiment.horizons))]
    shown, left = readable(main)
    crossed = (shown["others"] != "").any()
    scopes = [scope for scope in SCOPES if scope in set(shown["scope"])]
    whole = ["nation [95 %]", "favoured", "beyond the smallest, for and against"] if "nation" in scopes else []
    heads = ["lever", "against", *(["other levers"] if crossed else []), "outcome", *whole]
    heads += [scope for scope in scopes if scope != "nation"]
    lines = []
    for _, rows in shown.groupby(["lever", "option", "others", "outcome"], sort=False):
        at = {row.scope: row for row in rows.itertuples()}
        first = next(iter(at.values()))
        lines.append([
            f"{first.lever}: {label(first.option)}", label(first.baseline), *([first.others] if crossed else []),
            first.outcome, *_whole(at.get("nation"), "nation" in scopes),
            *(_number(at[scope].effect) if scope in at else "" for scope in scopes if scope != "nation"),
        ])  # fmt: skip
    over = ", ".join(sorted(set(shown["interval"])))
    said = f"Mean effects at the main horizon; intervals over {over}. In effects.csv besides: intervals by class"
    return markdown(heads, lines) + f"\n\n{said}, other horizons{left}."


def readable(effects: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return as many of the effects as a reader can take in, and what was left out."""
    first = effects["outcome"] == effects["outcome"].iloc[0]
    pooled = effects["others"].isin(("", POOLED))
    for kept, left in ((first | True, ""), (pooled | first, ", other outcomes by the other levers' options"),
                       (pooled, ", effects by the other levers' options")):  # fmt: skip
        if len(effects[kept].groupby(["lever", "option", "others", "outcome"])) <= MOST:
            return effects[kept], left
    return effects[pooled & first], ", other outcomes"


def course(sweep: Sweep) -> str:
    """Return effects on the first outcome year by year as tables: one for each scope, a row an option."""
    mine = by_year(sweep, lever=sweep.experiment.lever().name, outcome=sweep.columns[0][1])
    parts = []
    for scope, rows in mine.groupby("scope", sort=False):
        # exactly equal as long as the worlds are the same
        lines = [
            (label(option), *(_shares(row) if row.p5 < row.p95 else "" for row in found.itertuples()))
            for option, found in rows.groupby("option", sort=False)
        ]
        parts.append(markdown((str(scope), *map(str, dict.fromkeys(rows["year"]))), lines))
    said = f"Share of points {_favoured(sweep)} by the option (ties half), and its mean effect, by year."
    return "\n\n".join([*parts, said]) if parts else ""


def answers(sweep: Sweep, page: Page) -> str:
    """Return the answers to a page's own queries as tables."""
    parts = []
    for said, sql in page.queries.items():
        frame = sweep.query(sql)
        rows = [
            [f"{cell:.3f}" if isinstance(cell, float) else str(cell) for cell in row]
            for row in frame.itertuples(index=False)
        ]
        parts.append(markdown(list(frame), rows) + f"\n\n{said}")
    return "\n\n".join(parts)


def fading(sweep: Sweep, found: pd.DataFrame) -> str:
    """Return the nation's effects at each option of the second lever as a table, the largest change first."""
    other, nation = sweep.experiment.levers[1].name, found[found["scope"] == "nation"]
    main, *rest = sweep.experiment.horizons
    at = {horizon: nation[nation["horizon"] == horizon].set_index(other) for horizon in (main, *rest)}
    heads = [other, *(f"{horizon}: effect (favoured)" for horizon in (*rest, main)), f"{main}: change [95 %]"]
    rows = []
    order = at[main]["change"].abs().sort_values(ascending=False, kind="stable").index
    first = at[main].index[0]
    for name in (first, *(name for name in order[:MOST_APART] if name != first)):
        cells = [f"{at[h]['effect'][name]:+.4f} ({at[h]['points_better'][name]:.2f})" for h in (*rest, main)]
        change = at[main].loc[name, ["change", "change_low", "change_high"]]
        cells.append("" if name == first else "{:+.4f} [{:+.4f}, {:+.4f}]".format(*change))
        rows.append((name, *cells))
    return markdown(heads, rows) + "\n\nAll of them, and by class: apart.csv. Changes are paired at each point."


def asked_where(sweep: Sweep, option: str, found: pd.DataFrame) -> str:
    """Return effects where conditions hold as a table."""
    lever = sweep.experiment.lever().name
    mine = found[(found["lever"] == lever) & (found["option"].map(label) == option)]
    scopes = [scope for scope in SCOPES if scope in set(mine["scope"])]
    rows = []
    for said, there in mine.groupby("points_where", sort=False):
        at = {row.scope: row for row in there.itertuples()}
        condition, points = there[["condition", "points"]].iloc[0]
        rows.append((f"{said}: `{condition}`", f"{points:,}", *(_shares(at[scope]) for scope in scopes)))
    heard = f"{lever}: {option}. Share of points {_favoured(sweep)} by it (ties half), and its mean effect on "
    heard += f"{mine['outcome'].iloc[0]}. Intervals, and other options: subsets.csv."
    return markdown(("points", "number", *scopes), rows) + f"\n\n{heard}"


def hangs_on(sweep: Sweep, option: str, ratios: pd.DataFrame, by_third: pd.DataFrame) -> str:
    """Return the leading uncertainties as a table."""
    lever = sweep.experiment.lever()
    mine = ratios[ratios["option"] == option].set_index("uncertainty").sort_index()
    parts = by_third[by_third["option"] == option]
    leading = [mine[by].sort_values(ascending=False, kind="stable").index[:LEADING] for by in ("size", "sign")]
    heads = ("uncertainty", "size", "sign", f"{_favoured(sweep)} in its low, middle, high third", "mean effect there")
    rows = []
    for name in dict.fromkeys([*leading[0], *leading[1]]):
        if mine.loc[name, ["size", "sign"]].max() < LEAST:
            continue
        here = parts[parts["uncertainty"] == name]
        # of a choice, what was chosen
        named = [""] * 3 if tuple(here["group"]) == THIRDS else [f"{group}: " for group in here["group"]]
        shares = ", ".join(f"{group}{value:.2f}" for group, value in zip(named, here["points_better"], strict=True))
        means = ", ".join(f"{group}{value:+.4f}" for group, value in zip(named, here["effect"], strict=True))
        rows.append((f"`{name}`", f"{mine['size'][name]:.2f}", f"{mine['sign'][name]:.2f}", shares, means))
    return markdown(heads, rows) + (
        f"\n\nEffects on {by_third['outcome'].iloc[0]} in the nation, {lever.name}: {option} against "
        f"{lever.options[0].label}. Size and sign: correlation ratios, the share of the variance over "
        "points (of the effect, of its sign) that goes with this one uncertainty. All uncertainties, and other options "
        "of this lever: influence.csv, thirds.csv."
    )


def _favoured(sweep: Sweep) -> str:
    """Return the word for what `points_better` is a share of, for the first outcome."""
    return "raised" if sweep.experiment.outcome(sweep.columns[0][1]).better == "neither" else "favoured"


def _shares(row: Any) -> str:
    return f"{row.points_better:.2f} ({row.effect:+.4f})"


def _whole(row: Any, there: bool) -> list[str]:
    """Return the cells of the nation."""
    if row is None:
        return ["", "", ""] if there else []
    both = row.points_above, row.points_below
    gain, loss = reversed(both) if row.better == "lower" else both
    favoured = "–" if row.better == "neither" else f"{row.points_better:.2f}"
    return [f"{_number(row.effect)} [{_number(row.low)}, {_number(row.high)}]", favoured, f"{gain:.2f}, {loss:.2f}"]


def _number(value: float) -> str:
    return "–" if value != value else f"{value:+.4f}"


def main(given: Sequence[str] | None = None) -> None:
    """Write the page of a shipped experiment's sweep."""
    parser = argparse.ArgumentParser(prog="python -m sim.describe.page", description=__doc__.splitlines()[0])
    parser.add_argument("name", help="of the experiment")
    parser.add_argument("folder", nargs="?", help="of its sweep; default: results/sweeps/NAME")
    asked = parser.parse_args(given)
    try:
        page = load_page(asked.name)
        sweep = open_sweep(asked.folder or Path("results") / "sweeps" / asked.name)
        print(write(sweep, page, Path("results") / asked.name))
    except UserError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
