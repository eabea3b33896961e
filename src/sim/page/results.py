"""What a viewer says of a stored folder: its kind and title, what it found in words, its pictures and its worlds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from sim.analysis.sentences import answer, hundred
from sim.analysis.stored import Stored
from sim.analysis.sweep import Sweep
from sim.results.comparison import Comparison


class Told(NamedTuple):
    """What is shown of a stored folder."""

    kind: str
    title: str
    path: str
    lines: list[str]
    pictures: list[str]
    worlds: list[str]
    """Titles of the worlds that can be opened."""
    circumstances: dict[str, Any]


def told(stored: Stored, pictures: Path) -> Told:
    """Return what a viewer shows of a folder; ``pictures`` is where its pictures are."""
    manifest = stored.manifest
    worlds = manifest.get("worlds") or ([manifest] if "scenario" in manifest else [])
    return Told(
        type(stored).__name__.lower(), str(manifest.get("title", stored.path.name)), str(stored.path), _lines(stored),
        sorted(path.name for path in pictures.glob("*.png")),
        [one.get("title", one["scenario"]["title"]) for one in worlds if "scenario" in one],
        {name: manifest[name] for name in ("seed", "replicates", "pairs", "engine", "skloki") if name in manifest},
    )  # fmt: skip


def _lines(stored: Stored) -> list[str]:
    """Return what was found, in words."""
    if isinstance(stored, Comparison):
        return answer(stored)
    return [stored.told, *_of_sweep(stored)] if isinstance(stored, Sweep) else [stored.told]


def _of_sweep(sweep: Sweep) -> Iterator[str]:
    """Yield what each option of the levers does to the first outcome that was kept, by shares of points."""
    if not sweep.experiment.levers or not sweep.progress()["runs"]:
        return
    frame = sweep.effects()
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
