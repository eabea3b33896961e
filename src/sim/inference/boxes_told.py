"""In which worlds something holds, in sentences and tables: one wording for all doors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sim.analysis.plain import named
from sim.analysis.wording import hundred, size

if TYPE_CHECKING:
    from sim.inference.boxes import Box, Discovery

TERMS = 4
"""Terms of the plane that a sentence has."""
PLAIN = 0.1
"""Part of an effect that a plane must explain on worlds held back for its terms to be told."""
CLEAR = 2.0
"""Standard errors from which an effect at default values is told from none."""


def sentences(found: Discovery) -> list[str]:
    """Return the answer: whether a rule holds on points held back, then what would have to be true."""
    return [f"{_counted(found)} {_rule(found)}", would(found)]


def _counted(found: Discovery) -> str:
    """Say in how many worlds it is true, and in how many of all the effect is large enough to matter."""
    what = found.asked.said.removeprefix("the effect of ")
    over = found.over.removeprefix("over worlds ")
    said = f"{found.where}, for {what}: true in {hundred(found.rate)} of 100 worlds {over}"
    if found.beyond is None:
        return f"{said}."
    ahead, behind = map(hundred, found.beyond)
    better, worse = ("higher", "lower") if found.asked.outcome.better == "neither" else ("better", "worse")
    return (f"{said} (of 100, {better} by enough to matter, {size(found.least, found.asked.outcome.unit)} or more, in "
            f"{ahead}, and {worse} in {behind}).")  # fmt: skip


def _rule(found: Discovery) -> str:
    """Say where it is true more often: a rule, perhaps one, or none, as points held back bear it out."""
    best = leading(found)
    if best is None:
        return "No rule was found that does better on worlds held back."
    low, high = best.held.interval()
    made, held, rate = (hundred(one) for one in (best.learnt.density, best.held.density, found.rate))
    seen = f"{held} of 100 on worlds held back (95 % interval {hundred(low)} to {hundred(high)}), against {rate} in all"
    where = plainly(best)
    if round(100 * low) < round(100 * found.rate):
        return f"No reliable rule was found: for the best one ({where}) it is {made} where it was made, but {seen}."
    sure = "More often it is true" if round(100 * low) > round(100 * found.rate) else (
        "Perhaps more often, though the interval reaches the share in all, it is true")
    return (f"{sure} where {where}: {seen} ({made} where the rule was made). Of all such worlds held back "
            f"{hundred(best.held.coverage)} of 100 are there.")  # fmt: skip


def plainly(box: Box) -> str:
    """Return the conditions of a box, plain names before codes."""
    return " and ".join(one.said.replace(one.axis.name, named(one.axis.name), 1) for one in box.conditions)


def leading(found: Discovery) -> Box | None:
    """Return the box that does best on what it was made of, of those that do better than all on points held back."""
    good = [box for box in found.boxes if box.held.density > box.held.rate]
    return max(good, key=lambda box: box.learnt.gain, default=None)


def tells(found: Discovery) -> bool:
    """Whether the plane tells the effect at default values from none: only then has its sign anything to turn."""
    return not found.asked.level and abs(found.plane.at_default) >= CLEAR * found.plane.error


def would(found: Discovery, *, sign: bool = True) -> str:
    """Return what a plane says of an effect: its terms, and the smallest departure that turns the sign.

    Parameters
    ----------
    sign
        Whether the sign of the effect is of interest.
    """
    plane = found.plane
    what = "the level" if found.asked.level else "the effect"
    text = f"A plane explains {hundred(max(plane.r2, 0.0))} of 100 parts of {what} on worlds held back"
    if plane.r2 < PLAIN or not len(plane.slopes):
        return f"{text}: no simple rule tells how it hangs on anything."
    text += f": moved across its whole range {equation(found)}"
    if found.asked.level or not sign:
        return text + "."
    unit = found.asked.outcome.unit
    value, counts = size(plane.at_default, unit), abs(plane.at_default) > found.least
    text += (f". In the one world with all of these at their defaults, about which the worlds are drawn, the plane's "
             f"effect is {value}, {'more' if counts else 'less'} than the smallest that counts "
             f"({size(found.least, unit)})")  # fmt: skip
    if not tells(found):
        return (f"{text} and not told from none (standard error {size(plane.error, unit)}): any of these, a little "
                "off, decides its sign.")  # fmt: skip
    if len(plane.departures):
        first = plane.departures.iloc[0]
        grade = f", {first['grade']}" if first["grade"] else ""
        turn = (f"the smallest departure that turns its sign is {named(first['name'])} from {first['from']} to "
                f"{first['to']} ({hundred(first['share'])} of 100 parts of its range{grade})")  # fmt: skip
    else:
        parts = [f"{named(row['name'])} {row['from']} to {row['to']}" for _, row in plane.together[:3].iterrows()]
        turn = f"no single departure within its range turns its sign; the shortest way of all begins {', '.join(parts)}"
    return f"{text}; {turn}."


def equation(found: Discovery) -> str:
    """Return in words by how much the leading terms of the plane raise or lower it, each over its whole way."""
    rows = found.plane.slopes[:TERMS]
    unit = found.asked.outcome.unit
    parts = [f"{named(row.name)} {'raises' if row.slope > 0 else 'lowers'} it by about {size(abs(row.slope), unit)}"
             for row in rows.itertuples(index=False)]  # fmt: skip
    more = len(found.plane.slopes) - len(rows)
    return ", ".join(parts or ["nothing raises it"]) + (f", and {more} more" if more else "")


def rows(found: Sequence[Discovery]) -> Iterator[dict[str, Any]]:
    """Yield a row a box, for a table."""
    for one in found:
        for box in one.boxes:
            low, high = box.held.interval()
            yield {
                **one.asked.labels, "where": one.where, "method": box.method, "box": box.said, "rate": one.rate,
                "density_held_back": box.held.density, "density_low": low, "density_high": high,
                "coverage_held_back": box.held.coverage, "points_held_back": box.held.points,
                "density_learnt": box.learnt.density, "coverage_learnt": box.learnt.coverage,
                "points_learnt": box.learnt.points,
            }  # fmt: skip


def document(found: Sequence[Discovery]) -> dict[str, Any]:
    """Return all that was found, as JSON can hold it."""
    boxes = list(rows(found))
    return {"answer": [text for one in found for text in sentences(one)], "boxes": boxes, "planes": [
        {**one.asked.labels, "r2": one.plane.r2, "at_default": one.plane.at_default, "error": one.plane.error,
         **{name: getattr(one.plane, name).to_dict(orient="records") for name in ("slopes", "departures", "together")}}
        for one in found
    ]}  # fmt: skip
