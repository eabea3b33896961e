"""What a viewer says of a stored folder: its kind and title, what it found in words, its pictures and its worlds."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from sim.analysis.sentences import answer
from sim.analysis.stored import Stored
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
    if isinstance(stored, Comparison):
        return answer(stored)
    return [stored.told]
