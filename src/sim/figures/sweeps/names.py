"""What the pictures of a sweep call things: options, effects."""

from __future__ import annotations

from collections.abc import Sequence

from sim.analysis import selection
from sim.experiment.experiment import Factor
from sim.figures import style
from sim.figures.wording import title


def numbered(lever: Factor) -> bool:
    """Return whether options are numbers, dates or switches, which say nothing without their lever's name."""
    return any(
        isinstance(option.value, bool) or selection.label(option.value)[:1] in set("+-.0123456789")
        for option in lever.options
    )


def option(lever: Factor, place: int, width: float = 40.0, size: float = 8.0) -> str:
    """Return an option as a legend calls it, cut to a width in mm: with its lever's name where it is no name itself."""
    name = selection.label(lever.options[place].value)
    whole = f"{lever.name} {name}" if numbered(lever) else name
    return whole if style.measure(whole, size) <= width else style.shorten(name, width, size)


def effect(lever: Factor, options: Sequence[int], outcome: str = "", along: str = "") -> str:
    """Return the heading of a picture of effects of some options, by their numbers, against the baseline."""
    base = selection.label(lever.options[0].value)
    what = title(outcome)
    on = f" on {what[:1].lower()}{what[1:]}" if outcome else ""
    if len(options) == 1:
        text = f"Effect of {option(lever, options[0], style.WIDE)} instead of {base}{on}"
    else:
        text = f"Effects of {lever.name}{on}, against {base}"
    return f"{text}, along {along}" if along and along != lever.name else text


def all_options(levers: Sequence[Factor]) -> str:
    """Return over what a mean is taken that is over the options of levers."""
    counts = {2: "both"} | {count: f"all {count}" for count in range(3, 1 + max(len(e.options) for e in levers))}
    return " and ".join(f"{counts[len(entry.options)]} options of {entry.name}" for entry in levers)
