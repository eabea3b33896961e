"""Pieces of experiment files over a small world, and cases from text files."""

from __future__ import annotations

from pathlib import Path

HEAD = 'title = "A test"\nscenario = "small"\n'
POINTS = '[design]\nkind = "latin-hypercube"\npoints = 10\n'
GRID = '[design]\nkind = "grid"\n'
END = '[keep.horizons]\nend = "1921-12"\n'
ONE = "[uncertainties.r_f]\n"


def cases(name: str) -> dict[str, tuple[str, str]]:
    """Return text and message by the case's name, from a file beside the tests of experiments."""
    found = {}
    for block in (Path(__file__).parent / "experiment" / name).read_text("utf-8").split("\n== ")[1:]:
        title, _, rest = block.partition("\n")
        text, _, message = rest.rpartition("\n-> ")
        found[title] = (text + "\n", message.strip())
    return found
