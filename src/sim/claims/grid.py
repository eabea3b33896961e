"""The knock-out and rescue grid: which mechanisms carry a claim's effect, and which bring it about by themselves.

A mechanism is switched off in both worlds of a claim; and it alone of those that the claim lists is left on. What it
does is a mean over draws of a difference draw by draw, and is said only where it lies beyond the smallest effect of
interest, or within it, by two standard errors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from sim.analysis.wording import amount, capital
from sim.claims import rules
from sim.claims.claim import Claim
from sim.claims.reckon import Reader, Reckoned
from sim.claims.told import effect

NONE = "none"
"""Name of the alternative in which all mechanisms of a grid are off."""
RAISES, LOWERS, LITTLE, OPEN = "raises", "lowers", "matters little", "open"
"""What a mechanism does to an effect."""


def knocked_out(claim: Claim) -> dict[str, Claim]:
    """Return a claim's first estimand in worlds without each mechanism of its grid, with it alone, and with none."""
    every = set(claim.said.grid)
    off = {f"off {name}": {name} for name in claim.said.grid}
    off |= {f"alone {name}": every - {name} for name in claim.said.grid}
    return {kind: _without(claim, kind, names) for kind, names in (*off.items(), (NONE, every))}


def _without(claim: Claim, kind: str, names: set[str]) -> Claim:
    switches = dict.fromkeys(sorted(names), False)
    worlds = {world: {**table, "mechanisms": {**table.get("mechanisms", {}), **switches}}
              for world, table in claim.worlds.items()}  # fmt: skip
    # by another path, since what is shipped needs nothing of them
    path = claim.path.with_suffix("." + kind.replace(" ", "-"))
    return replace(claim, path=path, worlds=worlds, estimands=claim.estimands[:1])


def reckoned(claim: Claim, reader: Reader, alternatives: Mapping[str, Claim]) -> list[dict[str, Any]]:
    """Return a row for each mechanism of a grid; ``alternatives`` are those of `knocked_out`."""
    first = claim.estimands[0]
    whole = reader.reckoned(claim, first)
    others = {kind: reader.reckoned(other, other.estimands[0]) for kind, other in alternatives.items()}
    found = []
    for name in claim.said.grid:
        row: dict[str, Any] = {"mechanism": name}
        for kind in ("off", "alone"):
            values = others[f"{kind} {name}"].means
            row[kind] = _mean(values)
            row[f"{kind}_for"] = rules.shares(first.said.claimed, values, whole.smallest, *first.ends).holds
        row |= {"with_all": _mean(whole.means), "with_none": _mean(others[NONE].means)}
        row["does"] = does(whole, others[f"off {name}"], whole.smallest)
        row["does_alone"] = does(others[f"alone {name}"], others[NONE], whole.smallest)
        found.append(row)
    return found


def _mean(values: Any) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else np.nan


def does(given: Reckoned, without: Reckoned, smallest: float) -> str:
    """Return what a mechanism does to an effect: with it less without it, draw by draw."""
    change = given.means - without.means
    change = change[np.isfinite(change)]
    if len(change) < 2:
        return OPEN
    middle, error = float(change.mean()), 2.0 * float(change.std(ddof=1)) / np.sqrt(len(change))
    if middle - error > smallest or middle + error < -smallest:
        return RAISES if middle > 0.0 else LOWERS
    return LITTLE if -smallest <= middle - error and middle + error <= smallest else OPEN


def said(rows: Sequence[Mapping[str, Any]], estimand: Mapping[str, Any]) -> str:
    """Return in sentences which mechanisms carry an effect, and which bring it about by themselves."""
    whole, none, smallest = rows[0]["with_all"], rows[0]["with_none"], float(estimand["smallest"])
    unit = str(estimand["unit"])
    begun = (f"{capital(estimand['words'])}: on average {effect(whole, unit)} with all mechanisms of the grid, "
             f"{effect(none, unit)} with none of them")  # fmt: skip
    if not abs(whole) > smallest:
        return " ".join([f"{begun}: too small to matter either way.", *_apart(rows, smallest, unit)])
    same, against = (RAISES, LOWERS) if whole > 0.0 else (LOWERS, RAISES)
    sentences = [f"{begun}."]
    carries = [row for row in rows if row["does"] == same]
    enough = [row for row in rows
              if row["does_alone"] == same and whole * row["alone"] > 0.0 and abs(row["alone"]) > smallest]
    sentences.append(f"Carried by {_named(carries, 'off', 'without it', unit)}." if carries else
                     "No single one of them is seen to carry it.")  # fmt: skip
    sentences.append(f"Enough by itself: {_named(enough, 'alone', 'with it alone', unit)}." if enough else
                     "None is seen to be enough by itself.")  # fmt: skip
    works = [row for row in rows if row["does"] == against]
    if works:
        sentences.append(f"Against it works {_named(works, 'off', 'without it', unit)}.")
    return " ".join([*sentences, *_rest(rows, smallest, unit)])


def _apart(rows: Sequence[Mapping[str, Any]], smallest: float, unit: str) -> Iterator[str]:
    """Yield what mechanisms do to an effect that is itself too small to matter."""
    for what in (RAISES, LOWERS):
        some = [row for row in rows if row["does"] == what]
        if some:
            yield f"It is {what[:-1]}{'d' if what == RAISES else 'ed'} by {_named(some, 'off', 'without it', unit)}."
    yield from _rest(rows, smallest, unit)


def _rest(rows: Sequence[Mapping[str, Any]], smallest: float, unit: str) -> Iterator[str]:
    little = [plainly(row["mechanism"]) for row in rows if row["does"] == LITTLE]
    if little:
        yield f"Of little weight, each by less than {amount(smallest, unit)}: {', '.join(little)}."
    unknown = [plainly(row["mechanism"]) for row in rows if row["does"] == OPEN]
    if unknown:
        yield f"Not told by so few draws: {', '.join(unknown)}."


def _named(rows: Sequence[Mapping[str, Any]], key: str, words: str, unit: str) -> str:
    return ", ".join(f"{plainly(row['mechanism'])} ({words} {effect(row[key], unit)})" for row in rows)


def plainly(mechanism: str) -> str:
    """Return a mechanism's name in plain letters."""
    return mechanism.replace("_", " ")
