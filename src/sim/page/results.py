"""What a viewer says of a stored folder: its kind and title, what it found in words, its pictures and its worlds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sim.analysis.sentences import answer
from sim.analysis.stored import Stored
from sim.analysis.sweep import Sweep
from sim.analysis.wording import hundred
from sim.claims.ledger import parsed
from sim.claims.told import answer as ledger_answer
from sim.results.comparison import Comparison
from sim.results.folder import Answered
from sim.results.ledger import LedgerFolder
from sim.results.result import Result

WORDS = {
    "skloki-result": "run", "skloki-comparison": "comparison", "skloki-divergence": "trace", "skloki-sweep": "sweep",
    "skloki-calibration": "calibration", "skloki-readiness": "readiness", "skloki-lockin": "lockin",
    "skloki-ledger": "ledger",
}  # fmt: skip
"""What a kind of folder is called, by the format in its manifest."""

STORY = ("month", "kind", "seat", "person", "other", "reason", "authority", "value")
"""What a story tells of an event."""


@dataclass(frozen=True)
class Summary:
    """A folder that was published without its runs: the manifest, tables in CSV and pictures."""

    path: Path
    manifest: dict[str, Any]


class Told(NamedTuple):
    """What is shown of a stored folder."""

    kind: str
    title: str
    lines: list[str]
    pictures: list[str]
    worlds: list[str]
    """Titles of the worlds that can be opened."""
    circumstances: dict[str, Any]
    effects: dict[str, list[str]] | None
    """Against which world a comparison has its effect by guberniia, and of which worlds, outcomes and horizons."""
    replicates: int
    """How many runs of a stored run tell a committee's story."""
    whole: bool
    """Whether the runs themselves are there."""


def kind_of(manifest: Mapping[str, Any]) -> str:
    """Return what a folder is called by its manifest."""
    return WORDS[str(manifest.get("format", "skloki-result"))]


def title_of(manifest: Mapping[str, Any], name: str) -> str:
    """Return a folder's title; a trace's is its worlds'."""
    both = [str(manifest[side]["title"]) for side in "ab" if isinstance(manifest.get(side), dict)]
    return str(manifest.get("title") or " | ".join(both) or name)


def told(stored: Stored | Summary, pictures: Path) -> Told:
    """Return what a viewer shows of a folder; ``pictures`` is where its pictures are."""
    manifest = stored.manifest
    return Told(
        kind_of(manifest), title_of(manifest, stored.path.name), _lines(stored),
        sorted(path.name for path in pictures.glob("*.png")),
        [one.get("title", one["scenario"]["title"]) for one in worlds_of(manifest)],
        {name: manifest[name] for name in ("seed", "replicates", "pairs", "engine") if name in manifest},
        _effects(stored), int(manifest["replicates"]) if kind_of(manifest) == "run" else 0,
        not isinstance(stored, Summary),
    )  # fmt: skip


def worlds_of(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what a manifest says of worlds that can be opened."""
    found = manifest.get("worlds") or [manifest[side] for side in "ab" if side in manifest] or [manifest]
    return [one for one in found if isinstance(one, dict) and "scenario" in one]


def effects_by_place(comparison: Comparison, outcome: str) -> list[list[Any]]:
    """Return world, horizon, guberniia, pairs, effect and the ends of its interval."""
    columns = ["world", "horizon", "committee", "pairs", "effect", "low", "high"]
    found: list[list[Any]] = comparison.places(outcome)[columns].to_numpy(dtype=object).tolist()
    return found


def kept_story(result: Result, committee: str, replicate: int, months: list[str]) -> dict[str, Any] | None:
    """Return what a stored run's folder tells of a committee in one replicate: events, and its conflict where kept.

    Nothing, where the folder has no event of that replicate at all.
    """
    where: dict[str, Any] = {"replicate": replicate}
    if result.frame("events", ["replicate"], **where).empty:
        return None
    events = result.frame("events", None, committee=committee, **where)
    events["month"] = [months.index(f"{month:%Y-%m}") for month in events["month"]]
    conflict = None
    if "committees" in result.tables:
        conflict = result.committees(["conflict"], committee=committee, **where)["conflict"].tolist()
    return {"events": events[[*STORY]].to_dict(orient="list"), "conflict": conflict}


def same_bits(result: Result, replicate: int, values: Any) -> bool | None:
    """Return whether a stored run has these monthly values, bit for bit; nothing where it has not that replicate."""
    stored = result.monthly().query("replicate == @replicate").iloc[:, 3:].to_numpy(dtype=np.float64)
    if not len(stored):
        return None
    made = values.reshape(len(stored), -1)  # behind what is recorded stand outcomes that were derived from it
    return bool(np.array_equal(stored[:, : made.shape[1]], made, equal_nan=True))


def _effects(stored: Stored | Summary) -> dict[str, list[str]] | None:
    if not isinstance(stored, Comparison) or "places" not in stored.tables:
        return None
    rows = stored.frame("places", ["world", "outcome"])
    outcomes, worlds = (list(dict.fromkeys(rows[name])) for name in ("outcome", "world"))
    return {"base": stored.worlds[:1], "worlds": worlds, "outcomes": outcomes, "horizons": stored.horizons}


def _lines(stored: Stored | Summary) -> list[str]:
    """Return what was found, in words."""
    if isinstance(stored, Comparison):
        return answer(stored)
    if isinstance(stored, Answered):
        return stored.answer
    if isinstance(stored, LedgerFolder):
        return ledger_answer(parsed(stored.document, str(stored.path)))
    if isinstance(stored, Sweep):
        return [stored.told, *(_of_sweep(stored.effects()) if stored.progress()["runs"] else ())]
    return [*_of_table(stored.path / "effects.csv")] if isinstance(stored, Summary) else [stored.told]


def _of_table(file: Path) -> Iterator[str]:
    """Yield the same of a sweep's published table, where there is one."""
    import pandas as pd

    if file.is_file() and not file.is_symlink():
        frame = pd.read_csv(file)
        if {"lever", "points_above", "smallest"} <= set(frame):
            yield from _of_sweep(frame)


def _of_sweep(frame: Any) -> Iterator[str]:
    """Yield what each option of the levers does to the first outcome that was kept, by shares of points."""
    if frame.empty or "lever" not in frame:
        return
    if "others" in frame:
        frame = frame[frame["others"].isna() | frame["others"].isin(["", "pooled"])]
    main = frame[(frame["scope"] == "nation") & (frame["outcome"] == frame["outcome"].iloc[0])]
    for row in main[main["horizon"] == main["horizon"].iloc[0]].to_dict(orient="records"):
        # a rise where neither is better
        good, bad = ("below", "above") if row["better"] == "lower" else ("above", "below")
        words = ("higher", "lower") if row["better"] == "neither" else ("better", "worse")
        ahead, behind = (hundred(row[f"points_{side}"]) for side in (good, bad))
        what, least = row["outcome"].replace("_", " "), f"{row['smallest']:.2g}"
        yield (
            f"{row['lever']} {row['option']} against {row['baseline']}: {what} is {words[0]} by more than {least} in "
            f"{ahead} of 100 worlds drawn, {words[1]} in {behind}."
        )
