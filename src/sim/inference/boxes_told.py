"""In which worlds something holds, in sentences and tables: one wording for all doors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sim.inference.sensitivity import share

if TYPE_CHECKING:
    from sim.inference.boxes import Box, Discovery

TERMS = 4
"""Terms of the plane that a sentence has."""
CLEAR = 2.0
"""Standard errors from which an effect at default values is told from none."""


def sentences(found: Discovery) -> list[str]:
    """Return the answer: the best box on points held back, then what would have to be true."""
    best = leading(found)
    what = found.asked.said.removeprefix("the effect of ")
    said = f"{found.where}, for {what}: true in {share(found.rate)} of worlds {found.over}"
    if best is None:
        return [f"{said}; no box does better on points held back.", would(found)]
    low, high = best.held.interval()
    return [
        f"{said}; in {share(best.held.density)} [{share(low)}, {share(high)}] where {best.said}, which holds "
        f"{share(best.held.coverage)} of all such worlds (points held back; on those it was made of "
        f"{share(best.learnt.density)} and {share(best.learnt.coverage)}).",
        would(found),
    ]


def leading(found: Discovery) -> Box | None:
    """Return the box that does best on what it was made of, of those that do better than all on points held back."""
    good = [box for box in found.boxes if box.held.density > box.held.rate]
    gains = [box.learnt.points**0.5 * (box.learnt.density - box.learnt.rate) for box in good]
    return good[gains.index(max(gains))] if good else None


def tells(found: Discovery) -> bool:
    """Whether the plane tells the effect at default values from none: only then has its sign anything to turn."""
    return not found.asked.level and abs(found.plane.at_default) >= CLEAR * found.plane.error


def would(found: Discovery) -> str:
    """Return what a plane says of an effect: its terms, and the smallest departure that turns the sign."""
    plane = found.plane
    what = "the level" if found.asked.level else "the effect"
    text = f"A plane explains {share(plane.r2)} of {what} on points held back: {equation(found)}, each over its range"
    if found.asked.level:
        return text + "."
    if not tells(found):
        return (f"{text}. At default values it is {plane.at_default:+.2g}, not told from none (s.e. {plane.error:.1g}):"
                " any of these, a little off, decides its sign.")  # fmt: skip
    if len(plane.departures):
        first = plane.departures.iloc[0]
        grade = f", {first['grade']}" if first["grade"] else ""
        turn = (f"the smallest departure that turns its sign is {first['name']} from {first['from']} to {first['to']} "
                f"({share(first['share'])} of its range{grade})")  # fmt: skip
    else:
        parts = [f"{row['name']} {row['from']} to {row['to']}" for _, row in plane.together[:3].iterrows()]
        turn = f"no single departure within its range turns its sign; the shortest way of all begins {', '.join(parts)}"
    return f"{text}. At default values it is {plane.at_default:+.2g}; {turn}."


def equation(found: Discovery) -> str:
    """Return the plane, its leading terms over their whole ways."""
    rows = found.plane.slopes[:TERMS]
    parts = [f"{'+' if row.slope > 0 else '-'} {abs(row.slope):.2g} {row.name}" for row in rows.itertuples(index=False)]
    more = len(found.plane.slopes) - len(rows)
    return " ".join(parts or ["nothing"]) + (f" and {more} more" if more else "")


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
