"""The pages of a readiness map and of a lock-in test: what they say first, then how sure, over what, what overturns it.

Written by the commands ``readiness`` and ``lockin`` beside the tables; between marks, so that words written by hand
stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.analysis.sentences import PLACES
from sim.describe.page import marked
from sim.figures import draw_all
from sim.figures import lockin as figures_lockin
from sim.figures import readiness as figures
from sim.inference import lockin, readiness
from sim.scenario.doc_tables import markdown

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.readiness import LockInTest, ReadinessMap

MARKS = {
    "answer": "", "sure": "## How sure", "overturn": "## What would overturn it", "over": "## Over what",
    "classes": "## By class and by what is asked", "frontier": "## What goes with it: literacy, bench, threat",
}  # fmt: skip
LOCKIN_MARKS = {
    "answer": "", "sure": "## How sure, and over what", "overturn": "## What would overturn it",
    "readings": "## By drivers and readings", "ends": "## Where each start ends",
}  # fmt: skip
OVERTURN = (
    "Recorded figures that are not yet used, on things the effect hangs on (`skloki lookfor` and `skloki "
    "sensitivity` name them); a stricter notion of *no worse*: here what is worse by less than the smallest effect "
    "that counts is no worse; and another comparison than with the policy that was followed. Shares are of worlds "
    "under stated assumptions, never probabilities of the past."
)
LOCKIN_OVERTURN = (
    "What the majorities of congresses wanted is a way to read the record, and decides much. Where they want what "
    "is there (`status_quo`), what was there stays because the model says so, but for what the opposition takes "
    "and an ambitious centre adds; where their want follows conditions, the number `habit` says how far it is for "
    "what is there. A record of what delegates who "
    "were not in opposition asked for would tell. The model has no purge, no police and no plan that would hold "
    "claims up from outside: what is said here is of the party's own machine without them."
)


def write(found: ReadinessMap, svg: bool = False) -> list[Path]:
    """Draw a map's pictures and write its page; return the files."""
    drawn = draw_all(found, found.path, svg)
    page = marked(found.path, found.manifest["title"], {
        "answer": _answer(found), "classes": _classes(found), "sure": _sure(found), "frontier": _frontier(found),
        "over": _over(found), "overturn": OVERTURN,
    }, MARKS)  # fmt: skip
    return [*drawn, page]


def _answer(found: ReadinessMap) -> str:
    first, *more = found.answer
    quick = ["**A first look, of fewer draws than the map's rules ask for.**"] if found.manifest["quick"] else []
    there = (found.path / "universal.png").exists()  # not of a world without a map
    drawn = ["![When election everywhere would have done no worse](universal.png)"] if there else []
    return "\n\n".join([*quick, f"**{first}** {' '.join(more)}", *drawn])


def _classes(found: ReadinessMap) -> str:
    dates, shares = found.dates(), found.shares()
    rows = []
    for (population, scheme, measure), one in dates.groupby(["population", "scheme", "measure"], sort=False):
        of = shares[(shares["population"] == population) & (shares["scheme"] == scheme) & ~shares["later"]
                    & (shares["measure"] == measure)]  # fmt: skip
        for name, some in one.groupby("unit_class", sort=False):
            mean = of.loc[of["unit_class"] == name, ["share", "even", "mean"]].mean()
            rows.append((
                population, figures.WAYS[scheme], figures.NAMES[measure], PLACES[name], f"{len(some)}",
                f"{readiness.known(some, 'at_50')}", f"{readiness.known(some, 'at_80')}",
                f"{mean['share']:.2f} ({mean['even']:.2f})", f"{mean['mean']:+.3f}",
            ))  # fmt: skip
    heads = ("draws", "election", "by", "where", "guberniias", "with a date at .5", "at .8",
             "mean share 1921-26 (if as often for as against)", "mean difference")  # fmt: skip
    return (f"![Shares by class](curves.png)\n\n{markdown(heads, rows)}\n\nWhere a share is not told from the one in "
            "brackets, nothing but luck is seen.")  # fmt: skip


def _sure(found: ReadinessMap) -> str:
    population = found.manifest["populations"][0]["name"]
    dates = found.dates()
    rows = []
    for (scheme, measure), one in dates[dates["population"] == population].groupby(["scheme", "measure"], sort=False):
        rows.append((figures.WAYS[scheme], figures.NAMES[measure], *(
            ", ".join(f"{readiness.known(one, f'{at}{how}')}" for how in ("_surely", "", "_perhaps"))
            for at in ("at_50", "at_80")
        )))  # fmt: skip
    # what reads the table stands in it: the report has the sentences without it
    heads = ("election", "by", "places with a date at .5: surely (every share two standard errors lower), as found, "
             "perhaps (two higher)", "at .8")  # fmt: skip
    draws = found.manifest["draws"]
    return (
        "A guberniia's own course over three years is mostly luck, the same accidents or not: a single tile of the map "
        "says little, and a map of even shares would be uneven too. A share of "
        f"{draws} worlds is known to within {200 * 0.5 / draws**0.5:.0f} percentage points at most (two standard "
        f"errors).\n\n{markdown(heads, rows)}"
    )


def _frontier(found: ReadinessMap) -> str:
    table = found.frame("frontier")
    rows = []
    for row in table.to_dict(orient="records"):
        fit = figures.frontier_of(row)
        at = fit.literacy(fit.typical[1], fit.typical[2])
        rows.append((
            row["population"], figures.WAYS[row["scheme"]], figures.NAMES[row["measure"]],
            *(f"{0.1 * row[name]:+.2f} ({0.1 * row[f'{name}_low']:+.2f} to {0.1 * row[f'{name}_high']:+.2f})"
              for name in readiness.TERMS),
            f"{at:.2f}" if 0.0 <= at <= 1.0 else "none", f"{max(row['explained'], 0.0):.2f}",
        ))  # fmt: skip
    heads = ("draws", "election", "by", "literacy +.1", "bench's skill +.1", "threat +.1",
             "literacy at the frontier", "explained")  # fmt: skip
    return (
        "![The frontier](frontier.png)\n\nBy how much the log odds of doing no worse rise where each is a tenth "
        "higher, with intervals of two standard errors; the literacy at which the odds are even, at the middle bench "
        f"and threat; and the part of the deviance that the three explain.\n\n{markdown(heads, rows)}\n\nThreat is the "
        "nation's and differs by half-year alone: whatever else changed from year to year goes with it."
    )


def _over(found: ReadinessMap) -> str:
    manifest = found.manifest
    counted = [one["date"] for one in manifest["halves"] if one["counted"]]
    later = [one["date"] for one in manifest["halves"] if not one["counted"]]
    told = [f"{manifest['draws']} draws {one['given']} ({'alone and everywhere' if one['alone'] else 'everywhere'})"
            for one in manifest["populations"]]  # fmt: skip
    failed = f", of which {manifest['failed']:,} failed" if manifest["failed"] else ""
    more = f"; {later[0]} to {later[-1]} are marked as later and have no part in dates" if later else ""
    return (
        f"{manifest['runs']:,} runs{failed}: {' and '.join(told)}; {len(counted)} half-years, {counted[0]} to "
        f"{counted[-1]}{more}. Model {manifest['model']}. What is compared is what happened, under the recorded "
        "policy. The rules stand in [docs/readiness.md](../../docs/readiness.md), from before the runs; the tables "
        "beside this page have every share, date and difference."
    )


def write_lockin(found: LockInTest, svg: bool = False) -> list[Path]:
    """Draw the picture of a lock-in test and write its page; return the files."""
    drawn = draw_all(found, found.path, svg)
    first, *more = found.answer
    picture = "![Claims from three starts, and the loop](lockin.png)"
    page = marked(found.path, found.manifest["title"], {
        "answer": f"**{first}** {' '.join(more)}\n\n{picture}",
        "sure": _lockin_sure(found), "overturn": LOCKIN_OVERTURN, "readings": _readings(found.frame("readings")),
        "ends": _ends_told(found),
    }, LOCKIN_MARKS)  # fmt: skip
    return [*drawn, page]


def _readings(table: pd.DataFrame) -> str:
    rows = []
    table = table.fillna({"majority_wants": ""})
    for (drivers, wants), one in table.groupby(["drivers", "majority_wants"], sort=False):
        counted: dict[str, Any] = one.set_index("reading")["draws"].to_dict()
        rows.append((figures_lockin.WORDS[drivers].lower(), f"`{wants}`" if wants else "all draws",
                     *(f"{counted[name]}" for name in lockin.READINGS), f"{one['of'].iloc[0]}"))  # fmt: skip
    return markdown(("drivers", "congresses want", *lockin.READINGS, "draws"), rows)


def _lockin_sure(found: LockInTest) -> str:
    return (
        "The same accidents fall on all starts, and yet luck parts two of them as often the wrong way round as the "
        "right one. "
        f"{found.manifest['runs']:,} runs: {found.manifest['draws']} draws {found.manifest['population']}, one run "
        f"each. Model {found.manifest['model']}. The rule stands in [docs/readiness.md](../../docs/readiness.md), from "
        "before the runs."
    )


def _ends_told(found: LockInTest) -> str:
    draws = found.frame("draws")
    rows = [
        (figures_lockin.WORDS[drivers].lower(), *(f"{one[name].median():.2f}" for name in _ends(one)),
         f"{one['apart'].median():+.3f} ({one['apart'].quantile(0.1):+.3f} to {one['apart'].quantile(0.9):+.3f})",
         f"{(one['apart'] < -lockin.smallest()).sum()}")
        for drivers, one in draws.groupby("drivers", sort=False)
    ]  # fmt: skip
    ends = (f"end from {start:g}" for start in lockin.STARTS)
    heads = ("drivers", *ends, "apart (eight in ten)", "the wrong way round")
    return (f"{markdown(heads, rows)}\n\n"
            "Of each column the middle value over all draws, taken by itself: a row is no single draw, and its ends "
            "may lie apart though in most draws they do not. The column *the wrong way round* says how much of what is "
            "apart is luck.")  # fmt: skip


def _ends(table: pd.DataFrame) -> Sequence[str]:
    return [name for name in table.columns if name.startswith("from_")]
