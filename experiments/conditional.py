"""Effects of a kept sweep where uncertainties have certain values: by thirds of each, and as its page asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.analysis import selection
from sim.analysis.effects import POOLED, differences, statistics
from sim.analysis.importance import influence
from sim.analysis.paired import student
from sim.analysis.sweep import Sweep
from sim.experiment.designs import kind_of
from sim.experiment.experiment import Factor
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOMES

#: What a page asks besides: in words, and as a condition on the uncertainties.
SUBSETS: dict[str, list[tuple[str, str]]] = {
    "december-1923": [
        ("hardly any packing", "pack < 0.1"),
        ("files clearly better", "r_f - r_v > 0.2"), ("voters clearly better", "r_v - r_f > 0.2"),
    ],
    "who-judges-better": [
        ("within 0.05 of each other", "abs(r_f - r_v) < 0.05"),
        ("the same, fast cooling, local successors inherit", "abs(r_f - r_v) < 0.05 AND cool > 0.147 AND inh_l > 0.6"),
        ("files better by 0.15 to 0.25", "r_f - r_v BETWEEN 0.15 AND 0.25"),
        ("files better by more than 0.3", "r_f - r_v > 0.3"),
        ("voters better by 0.15 to 0.25", "r_v - r_f BETWEEN 0.15 AND 0.25"),
        ("both below 0.1", "r_f < 0.1 AND r_v < 0.1"),
        ("voters below 0.1, files above 0.4", "r_v < 0.1 AND r_f > 0.4"),
        ("hardly any packing", "pack < 0.1"),
    ],
    "literacy-cadres": [
        *((f"benches of {length}", f"bench = {length}") for length in range(2, 11)),
        ("hardly any packing", "pack < 0.1"),
    ],
    "threat-literacy": [
        ("safe and literate", "threat < -0.2 AND literacy > 0.6667"),
        ("safe and illiterate", "threat < -0.2 AND literacy < 0.4333"),
        ("threatened and literate", "threat > 0.1 AND literacy > 0.6667"),
        ("threatened and illiterate", "threat > 0.1 AND literacy < 0.4333"),
        ("hardly any packing", "pack < 0.1"),
    ],
    "quick-peace": [("discussion costs next to nothing", "d_thr < 0.04")],
}  # fmt: skip
#: Of the first lever, where it is not the first option.
SHOWN = {"switch-date": "1923-12"}
MOST = 14
"""Rows of the table of what takes an effect apart."""
THIRDS = ("low", "middle", "high")
LEAST = 0.02
"""Correlation ratio below which an uncertainty is not worth a row."""
LEADING = 5
"""Uncertainties that a page's table has, by the size of the effect and by its sign."""


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of a page."""
    lines = [f"| {' | '.join(cells)} |" for cells in (heads, *rows)]
    return "\n".join([lines[0], "|---" * len(heads) + "|", *lines[1:]])


def main_effects(sweep: Sweep, **more: Any) -> pd.DataFrame:
    """Return effects on the first outcome at the main horizon, over all options of the other levers."""
    outcome, horizon = sweep.columns[0][1], next(iter(sweep.experiment.horizons))
    return sweep.effects(outcome=outcome, horizon=horizon, **more)


def subsets(sweep: Sweep) -> pd.DataFrame:
    """Return effects where the page's conditions hold, and over all points."""
    asked_for = [("all points", "true"), *SUBSETS.get(sweep.experiment.name, [])]
    return pd.concat([
        main_effects(sweep, where=condition).assign(points_where=label, condition=condition)
        for label, condition in asked_for
    ], ignore_index=True)  # fmt: skip


def thirds(sweep: Sweep) -> pd.DataFrame:
    """Return the nation's effects in thirds of each uncertainty's values, or at each of its options."""
    column, outcome = _nation(sweep)
    units, rows = sweep.units, []
    values, factors = units.values(column), sweep.experiment.uncertainties
    drawn = [units.first(found) for found in units.each_drawn(*(factor.name for factor in factors))]
    for lever, number in _options(sweep):
        effect, base = differences(units, lever, number, values)
        for factor, given in zip(factors, drawn, strict=True):
            for part, at in _parts(factor, given):
                there = np.isin(units.point, units.points[at])
                rows.append({
                    "uncertainty": factor.name, "part": part, "lever": lever.name,
                    "option": selection.label(lever.options[number].value), "outcome": outcome,
                    **statistics(units.at(units.points[at]), OUTCOMES[outcome], effect[there], base[there]),
                })  # fmt: skip
    return pd.DataFrame(rows)


def weights(sweep: Sweep) -> pd.DataFrame:
    """Return the correlation ratio of each uncertainty with the size of an effect, and with its sign."""
    values, found = sweep.units.values(_nation(sweep)[0]), []
    for lever, number in _options(sweep):
        effect, _ = differences(sweep.units, lever, number, values)
        both = {"size": influence(sweep, effect), "sign": influence(sweep, effect, of_sign=True)}
        frame = pd.DataFrame(both).rename_axis("uncertainty").reset_index()
        found.append(frame.assign(lever=lever.name, option=selection.label(lever.options[number].value)))
    return pd.concat(found, ignore_index=True)


def hangs_on(sweep: Sweep, ratios: pd.DataFrame, by_third: pd.DataFrame) -> str:
    """Return the leading uncertainties as a table."""
    lever = sweep.experiment.levers[0]
    option, base = shown(sweep), selection.label(lever.options[0].value)
    mine = ratios[(ratios["lever"] == lever.name) & (ratios["option"] == option)].set_index("uncertainty")
    leading = [mine[by].sort_values(ascending=False, kind="stable").index[:LEADING] for by in ("size", "sign")]
    parts = by_third[(by_third["lever"] == lever.name) & (by_third["option"] == option)]
    heads = ("uncertainty", "size", "sign", f"{shares_of(sweep)} in its low, middle, high third", "mean effect there")
    rows = []
    for name in dict.fromkeys([*leading[0], *leading[1]]):
        if mine.loc[name, ["size", "sign"]].max() < LEAST:
            continue
        here = parts[parts["uncertainty"] == name]
        # of a choice, what was chosen
        named = [""] * 3 if tuple(here["part"]) == THIRDS else [f"{part}: " for part in here["part"]]
        shares = ", ".join(f"{part}{value:.2f}" for part, value in zip(named, here["points_better"], strict=True))
        means = ", ".join(f"{part}{value:+.4f}" for part, value in zip(named, here["effect"], strict=True))
        rows.append((f"`{name}`", f"{mine['size'][name]:.2f}", f"{mine['sign'][name]:.2f}", shares, means))
    return markdown(heads, rows) + (
        f"\n\nEffects on {by_third['outcome'].iloc[0]} in the nation, {lever.name}: {option} against {base}. Size and"
        " sign: correlation ratios, the share of the variance over points (of the effect, of its sign) that goes with"
        " this one uncertainty. All uncertainties, and other options of this lever: influence.csv, thirds.csv."
    )


def asked_where(sweep: Sweep, found: pd.DataFrame) -> str:
    """Return effects where conditions hold as a table."""
    lever, option = sweep.experiment.levers[0].name, shown(sweep)
    mine = found[(found["lever"] == lever) & (found["option"].map(selection.label) == option)]
    scopes = [scope for scope in SCOPES if scope in set(mine["scope"])]
    rows = []
    for label, there in mine.groupby("points_where", sort=False):
        at = there.set_index("scope")
        cells = [f"{at['points_better'][scope]:.2f} ({at['effect'][scope]:+.4f})" for scope in scopes]
        rows.append((f"{label}: `{there['condition'].iloc[0]}`", f"{there['points'].iloc[0]:,}", *cells))
    said = f"{lever}: {option}. Share of points {shares_of(sweep)} by it (ties half), and its mean effect on "
    said += f"{mine['outcome'].iloc[0]}. Intervals, and other options: subsets.csv."
    return markdown(("points", "number", *scopes), rows) + f"\n\n{said}"


def course(sweep: Sweep, effects: pd.DataFrame) -> str:
    """Return effects at horizons of one year each, in their order, as tables: one for each scope, a row an option."""
    horizons = sweep.experiment.horizons
    years = sorted((name for name in horizons if name.startswith("y")), key=lambda name: horizons[name].first)
    lever = sweep.experiment.levers[0].name
    there = effects["others"].isin(("", POOLED)) & (effects["lever"] == lever) & effects["horizon"].isin(years)
    mine = effects[there & (effects["outcome"] == sweep.columns[0][1])]
    if mine.empty:
        return ""
    parts = []
    for scope in SCOPES:
        rows = []
        for option, found in mine[mine["scope"] == scope].groupby("option", sort=False):
            at = found.set_index("horizon")
            # exactly equal as long as the worlds are the same
            cells = [f"{at['points_better'][year]:.2f} ({at['effect'][year]:+.4f})" if at["p5"][year] < at["p95"][year]
                     else "" for year in years]  # fmt: skip
            rows.append((selection.label(option), *cells))
        parts.append(markdown((scope, *(year.removeprefix("y") for year in years)), rows))
    said = f"Share of points {shares_of(sweep)} by the option (ties half), and its mean effect, by year."
    return "\n\n".join([*parts, said])


def apart(sweep: Sweep) -> pd.DataFrame:
    """Return effects of the first lever at each option of the second, and how far they are from those at its first.

    Differences are paired: on the same accidents at each point. Their intervals are Student's over points, so these
    must be independent: drawn, each with accidents of its own.
    """
    lever, other = sweep.experiment.levers
    if sweep.experiment.accidents == "shared" or not kind_of(sweep.experiment).drawn:
        raise ValueError("points are not independent")
    units, outcome, rows = sweep.units, sweep.columns[0][1], []
    mine = [entry for entry in sweep.columns if entry[1] == outcome]
    for (_, _, scope, horizon), values in zip(mine, units.each(*(entry[0] for entry in mine)), strict=True):
        whole = differences(units, lever, 1, values, 0)[0]
        for number, option in enumerate(other.options):
            effect, base = differences(units, lever, 1, values, number)
            found = statistics(units, OUTCOMES[outcome], effect, base)
            change = units.by_point(effect - whole)[0]
            change = change[np.isfinite(change)]
            half = student(np.asarray(len(change))) * change.std(ddof=1) / len(change) ** 0.5
            rows.append({
                "outcome": outcome, "scope": scope, "horizon": horizon, other.name: selection.label(option.value),
                "points": found["points"], "effect": found["effect"], "points_better": found["points_better"],
                "change": change.mean(), "change_low": change.mean() - half, "change_high": change.mean() + half,
            })  # fmt: skip
    return pd.DataFrame(rows)


def fading(sweep: Sweep, found: pd.DataFrame) -> str:
    """Return the nation's effects at each option of the second lever as a table, the largest change first."""
    other, nation = sweep.experiment.levers[1].name, found[found["scope"] == "nation"]
    main, *rest = sweep.experiment.horizons
    at = {horizon: nation[nation["horizon"] == horizon].set_index(other) for horizon in (main, *rest)}
    heads = [other, *(f"{horizon}: effect (favoured)" for horizon in (*rest, main)), f"{main}: change [95 %]"]
    rows = []
    order = at[main]["change"].abs().sort_values(ascending=False, kind="stable").index
    first = at[main].index[0]
    for name in (first, *(name for name in order[:MOST] if name != first)):
        cells = [f"{at[h]['effect'][name]:+.4f} ({at[h]['points_better'][name]:.2f})" for h in (*rest, main)]
        change = at[main].loc[name, ["change", "change_low", "change_high"]]
        cells.append("" if name == first else "{:+.4f} [{:+.4f}, {:+.4f}]".format(*change))
        rows.append((name, *cells))
    said = "All of them, and by class: apart.csv. Changes are paired at each point."
    return markdown(heads, rows) + f"\n\n{said}"


def shares_of(sweep: Sweep) -> str:
    """Return the word for what `points_better` is a share of, for the first outcome."""
    return "raised" if OUTCOMES[sweep.columns[0][1]].better == "neither" else "favoured"


def _nation(sweep: Sweep) -> tuple[str, str]:
    """Return the column of the first outcome in the nation at the main horizon, and its name."""
    column, outcome, *_ = next(entry for entry in sweep.columns if entry[2] == "nation")
    return column, outcome


def shown(sweep: Sweep) -> str:
    """Return the option of the first lever that a page's tables are about."""
    return SHOWN.get(sweep.experiment.name, selection.label(sweep.experiment.levers[0].options[1].value))


def _options(sweep: Sweep) -> Iterator[tuple[Factor, int]]:
    """Return the first lever with the number of each option that is set against its baseline."""
    lever = sweep.experiment.levers[0]
    for number in range(1, len(lever.options)):
        yield lever, number


def _parts(factor: Factor, values: NDArray[Any]) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Return the thirds of a factor's values, or its options: a label, and which points are in it."""
    if factor.options:
        for option in factor.options:
            yield selection.label(option.value), values == option.value
        return
    low, high = np.quantile(values, (1 / 3, 2 / 3))
    yield from zip(THIRDS, (values <= low, (values > low) & (values <= high), values > high), strict=True)
