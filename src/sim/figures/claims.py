"""The picture of a ledger: of each claim the shares of draws in which it holds, matters little, or fails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.artist import Artist
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.analysis.sentences import SURE
from sim.analysis.wording import hundred
from sim.claims.ledger import deciding
from sim.claims.sentence import QUICK
from sim.claims.verbs import THREE_PARTS
from sim.figures import panels, style

if TYPE_CHECKING:
    from sim.analysis.selection import Selection
    from sim.results.ledger import LedgerFolder

HOLDS, SMALL, FAILS = "#2B6CB8", style.PALE, "#E3A018"
NAMES, VERDICT, ROW, MOST = 78.0, 30.0, 6.4, 24
"""Widths of claims and of verdicts, height of a row, mm; claims on a page."""


class Judged(NamedTuple):
    """A claim: its id and words, its shares, its verdict with marks."""

    name: str
    shares: tuple[float, float, float]
    verdict: str


class Verdicts(NamedTuple):
    """Claims that were asked in the population that decides, and over what."""

    title: str
    said: str
    rows: Sequence[Judged]


def table(stored: LedgerFolder, selection: Selection) -> Verdicts:
    """Return the shares of each claim's first estimand, in the population that decides."""
    content = stored.document
    decides = deciding(content["populations"])
    over = [f"{one['draws']} draws {one['words']}" for one in content["populations"] if one["name"] == decides]
    rows = []
    for claim in content["claims"]:
        first = claim["estimands"][0] if claim["estimands"] else None
        found = first["populations"].get(decides) if first else None
        if first and found and found["draws"] and found["for"] is not None:
            marks = " ?" * claim["borderline"] + " !" * claim["fragile"]
            # what is within the smallest effect is a third part only where an effect either way was claimed
            within = (found["within"] or 0.0) if first["claimed"] in THREE_PARTS else 0.0
            shares = found["for"], within, found["against"] or 0.0
            rows.append(Judged(f"{claim['id']}: {claim['words']}", shares, claim["verdict"] + marks))
    left = len(content["claims"]) - len(rows)
    title = f"{len(rows)} claims, and in how many of 100 worlds each holds"
    said = [*over, *([QUICK] if content["quick"] else []), *([f"{left} more were asked of no world"] if left else [])]
    return Verdicts(title, "; ".join(said), rows)


def draw(shown: Verdicts) -> list[Figure]:
    """Draw a bar for each claim, some claims on a page."""
    return [_page(shown, shown.rows[at : at + MOST]) for at in range(0, max(1, len(shown.rows)), MOST)]


@style.styled
def _page(shown: Verdicts, rows: Sequence[Judged]) -> Figure:
    high = ROW * max(1, len(rows))
    figure, top = style.headed(shown.title, shown.said, room=high + 19.0)
    wide = style.WIDE - NAMES - VERDICT - 4.0
    axes = style.place(figure, NAMES, top + 2.0, wide, high, xlim=(0, 100), ylim=(max(1, len(rows)) - 0.5, -0.5))
    for row, one in enumerate(rows):
        for left, share, colour in _pieces(one.shares):
            axes.barh(row, share, 0.74, left, color=colour, linewidth=0)
            if share > 8:
                axes.text(left + share / 2, row, hundred(share / 100), ha="center", va="center_baseline", fontsize=6.5,
                          color=style.on(colour))  # fmt: skip
        axes.text(103, row, style.shorten(one.verdict, VERDICT - 2.0, 6.5), va="center_baseline", fontsize=6.5)
    axes.axvline(100 * SURE, color=style.NATION, linewidth=0.7, dashes=(3, 2))
    panels.rows(axes, [one.name for one in rows], NAMES - 5.0, 6)
    axes.set_xticks([0, 20, 40, 60, 80, 100])
    axes.set_xlabel("of 100 worlds", fontsize=7)
    axes.spines["left"].set_visible(False)
    entries: list[Artist] = [Patch(color=HOLDS, label="as claimed"),
                             Patch(color=SMALL, label="too small to count"),
                             Patch(color=FAILS, label="the opposite, or not as claimed"),
                             panels.stroke(style.NATION, 0.7, "four in five", linestyle=(0, (3, 2)))]  # fmt: skip
    panels.legend(figure, entries, 4, 4)
    return figure


def _pieces(shares: tuple[float, float, float]) -> Iterator[tuple[float, float, str]]:
    left = 0.0
    for share, colour in zip(shares, (HOLDS, SMALL, FAILS), strict=True):
        yield left, 100 * share, colour
        left += 100 * share
