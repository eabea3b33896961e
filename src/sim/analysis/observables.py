"""What one run gives for the figures that an archive could hold: a function a figure, of a scope and a span of months.

Of each guberniia's committee they read its states and the events of its secretary; never what nobody could have
written down. A figure is nan where the run does not cover its months, or nothing is there to be counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.analysis.archive import (
    APPOINTED,
    CHOSEN,
    LEFT,
    TOOK,
    Archive,
    Changes,
    Floats,
    Integers,
    Mask,
    Moment,
    Span,
)
from sim.engines.trajectory import AUTHORITIES, KINDS, REASONS
from sim.registry.entries import CLASSES
from sim.registry.observables import OBSERVABLES

YEAR, HALF = 12, 6
#: Months in post that are short, and long.
SHORT, LONG = 12, 24
FROM_ABOVE = ("centre", "bureau")
#: Reasons of removals: for the sake of order, or for want of men; as unfit.
FOR_CONFLICT, UNFIT = ("transfer", "request", "extraordinary"), ("unfit", "lost_review")
FOR_SHORTAGE, VOTED_OUT = ("need",), ("unfit", "lost_contest")
#: Reasons of coming: named from above; by the committee's vote, with or without a name from above.
NAMED, VOTED_IN = ("appointed",), ("elected", "recommended")
#: Kinds of events by their places in the labels.
OPENED, CLOSED = KINDS.index("sklok_opened"), KINDS.index("sklok_closed")

Figure = Callable[[Archive, str, Span], float]
FIGURES: dict[str, Figure] = {}
"""By name: how a figure of a scope and a span is counted in a run."""
MONTHLY: set[str] = set()
"""Figures that monthly outcomes decide: for the others states of committees and events are kept while a run is read."""


def _figure(name: str, *, monthly: bool = False) -> Callable[[Figure], Figure]:
    def note(figure: Figure) -> Figure:
        FIGURES[name] = figure
        if monthly:
            MONTHLY.add(name)
        return figure

    return note


def observed(archive: Archive, names: Sequence[str]) -> dict[str, float]:
    """Return what a run gives for observables, by name; nothing for one that this version lacks."""
    found = {}
    for name, one in ((name, OBSERVABLES[name]) for name in names if name in OBSERVABLES):
        span = archive.span(one.first, one.last)
        found[name] = float("nan") if span is None else float(FIGURES[one.figure](archive, one.scope, span))
    return found


def needs_committees(names: Sequence[str]) -> bool:
    """Tell whether any of these observables asks for states of committees and events."""
    return any(OBSERVABLES[name].figure not in MONTHLY for name in names if name in OBSERVABLES)


# Of monthly outcomes.


def _average(values: Floats) -> float:
    """Return the mean of what is defined; nan where nothing is."""
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else float("nan")


def _mean(outcome: str, scale: float = 1.0) -> Figure:
    """Take the mean of an outcome over the months in which it is defined."""
    return lambda archive, scope, span: _average(archive.series(outcome, scope, span)) * scale


for _name, _outcome, _scale in (
    ("voted_out", "moves_voted", 12.0), ("asked_above", "moves_asked", 12.0), ("turnover", "moves", 12.0),
    ("opposition_members", "opposition_members", 1.0), ("opposition_delegates", "opposition_guberniia", 1.0),
    ("skloki_year", "skloki_year", 1.0), ("uezd_skloki", "uezd_open_skloki", 1.0), ("paralysed", "paralysed", 85.0),
    ("months_in_post", "tenure", 1.0), ("share_appointed", "appointed", 1.0), ("share_acting", "acting", 1.0),
    ("share_recommended", "recommended", 1.0), ("uezd_appointed", "uezd_appointed", 1.0), ("bench", "bench", 1.0),
    ("work_done", "effort", 1.0), ("error_half_life", "error_half_life", 1.0),
):  # fmt: skip
    _figure(_name, monthly=True)(_mean(_outcome, _scale))


def _over(above: float, below: float) -> float:
    """Return a ratio; nan where there is nothing to divide by."""
    return above / below if below else float("nan")


def _ratio(above: str, below: str) -> Figure:
    """Take the mean of an outcome over that of another."""
    return lambda archive, scope, span: _over(*(_mean(name)(archive, scope, span) for name in (above, below)))


_figure("opposition_kept", monthly=True)(_ratio("opposition_guberniia", "opposition_members"))
_figure("results_worst_tenth", monthly=True)(_ratio("performance_p10", "performance"))


@_figure("results_of_class", monthly=True)
def _of_class(archive: Archive, scope: str, span: Span) -> float:
    return _over(*(_mean("performance")(archive, one, span) for one in (scope, "nation")))


@_figure("recovery_rise", monthly=True)
def _rise(archive: Archive, scope: str, span: Span) -> float:
    path = archive.series("recovery", scope, span)
    return _over(path[-1], path[0])


# Contrasts of committees within their class.


def _gaps(archive: Archive, values: Floats, one: Mask, other: Mask) -> tuple[Floats, Floats]:
    """Return for every month and class by how much some places lie above others, and its weight, n m / (n + m).

    So months and classes count in a regression that has an effect of every class and month.
    """
    shape = (len(values), len(CLASSES))
    gaps, weights = np.zeros(shape), np.zeros(shape)
    for number, places in enumerate(archive.places("nation")):
        # a place's months in a row: sums over places then are quick, and go from place to place on every machine
        y, first, second = values.T[places], one.T[places].astype(np.float64), other.T[places].astype(np.float64)
        n, m = first.sum(axis=0), second.sum(axis=0)
        weights[:, number] = n * m / np.maximum(n + m, 1.0)
        means = (y * first).sum(axis=0) / np.maximum(n, 1.0), (y * second).sum(axis=0) / np.maximum(m, 1.0)
        gaps[:, number] = means[0] - means[1]
    return gaps, weights


def _ahead(gaps: Floats, weights: Floats, scope: str, span: Span) -> float:
    """Return the weighted mean of gaps over a span's months and a scope's classes."""
    columns = slice(None) if scope == "nation" else [CLASSES.index(scope)]
    of, by = gaps[span.rows, columns], weights[span.rows, columns]
    return _over(float((of * by).sum()), float(by.sum()))


Split = Callable[[Archive], tuple[Mask, Mask]]


def _by_way(archive: Archive) -> tuple[Mask, Mask]:
    """Tell appointed from elected secretaries."""
    return archive.came == APPOINTED, archive.came == CHOSEN


def _by_origin(archive: Archive) -> tuple[Mask, Mask]:
    """Tell secretaries from elsewhere from local ones."""
    return archive.outside == 1.0, archive.outside == 0.0


def _by_time(outside: float) -> Split:
    """Tell long from short in post, among men from elsewhere or local ones."""

    def split(archive: Archive) -> tuple[Mask, Mask]:
        of = archive.outside == outside
        return of & (archive.since > LONG), of & (archive.since < SHORT)

    return split


def _contrast(field: str, split: Split) -> Figure:
    """Compare a field of committees between places of the same class and month."""

    def figure(archive: Archive, scope: str, span: Span) -> float:
        found = archive.once((field, split), lambda: _gaps(archive, archive.of(field), *split(archive)))
        return _ahead(*found, scope, span)

    return figure


for _name, _field, _split in (
    ("results_appointed_ahead", "performance", _by_way), ("skloki_appointed_more", "open_sklok", _by_way),
    ("paralysed_appointed_more", "paralysed", _by_way), ("results_outsiders_ahead", "performance", _by_origin),
    ("skloki_outsiders_more", "open_sklok", _by_origin),
    ("results_long_locals_ahead", "performance", _by_time(0.0)),
    ("results_long_outsiders_ahead", "performance", _by_time(1.0)),
):  # fmt: skip
    _figure(_name)(_contrast(_field, _split))


@_figure("industry_appointed_ahead")
def _industry(archive: Archive, scope: str, span: Span) -> float:
    """Compare growth in the month, twelve of them a year."""
    path = archive.of("recovery")
    grown = np.diff(path, axis=0, prepend=path[:1]) / path * YEAR  # of the first month of a run nothing is known
    found = archive.once(_industry, lambda: _gaps(archive, grown, *_by_way(archive)))
    return _ahead(*found, scope, Span(max(span.first, 1), span.end))


@_figure("vote_appointed_more")
def _votes(archive: Archive, scope: str, span: Span) -> float:
    whole = Span(0, len(archive.months))
    votes = (np.stack([archive.series(outcome, of, whole) for of in CLASSES], axis=1)
             for outcome in ("vote_appointed", "vote_elected"))  # fmt: skip
    gaps = np.subtract(*votes)
    _, weights = _gaps(archive, archive.of("appointed"), *_by_way(archive))
    return _ahead(np.nan_to_num(gaps), np.where(np.isnan(gaps), 0.0, weights), scope, span)


# Before and after a change of secretary.


def _means(archive: Archive, field: str, changes: Changes, first: int, end: int) -> Floats:
    """Return, of changes, the mean distance from the class from `first` to `end` months later; nan beyond the run."""
    sums = archive.summed(field, apart=True)
    begin, stop = changes.month + first, changes.month + end
    there = (begin >= 0) & (stop < len(sums))
    found = np.full(len(there), np.nan)
    at = changes.place[there]
    found[there] = (sums[stop[there], at] - sums[begin[there], at]) / (end - first)
    return found


def _chosen(archive: Archive, scope: str, span: Span, moment: Moment) -> Changes:
    """Return the changes of a scope in a span."""
    def find() -> Changes:
        changes = archive.changes(moment)
        return changes.where(span.holds(changes.month) & archive.within(scope)[changes.place])

    return archive.once((scope, span, moment), find)


def _after(archive: Archive, field: str, changes: Changes, before: tuple[int, int], after: tuple[int, int]) -> float:
    """Return the mean change of what lies between two spans about changes, against the class."""
    return _average(_means(archive, field, changes, *after) - _means(archive, field, changes, *before))


#: About the month of a change, which belongs to neither: half a year either side; the year before and after; the year
#: before, and a year from the seventh month.
DIP, AFTERWARDS = ((-HALF, 0), (1, HALF + 1)), ((-YEAR, 0), (1, YEAR + 1))
GAIN = (-YEAR, 0), (HALF + 1, HALF + YEAR + 1)


def _among(labels: Sequence[str], some: Sequence[str]) -> Mask:
    return np.array([label in some for label in labels])


def _by_reason(changes: Changes, reasons: Sequence[str]) -> Changes:
    return changes.where(_among(REASONS, reasons)[changes.reason])


def _decided(changes: Changes, authorities: Sequence[str]) -> Changes:
    return changes.where(_among(AUTHORITIES, authorities)[changes.authority])


def _changed(field: str, moment: Moment, reasons: Sequence[str], spans: tuple[tuple[int, int], ...]) -> Figure:
    """Take the mean change of a field about changes for some reasons, against the class."""
    return lambda archive, scope, span: _after(
        archive, field, _by_reason(_chosen(archive, scope, span, moment), reasons), *spans)  # fmt: skip


_figure("results_after_change")(_changed("performance", "took", REASONS, DIP))
_figure("gain_appointed")(_changed("performance", "took", NAMED, GAIN))
_figure("gain_elected")(_changed("performance", "took", VOTED_IN, GAIN))
_figure("skloki_after_change")(_changed("open_sklok", "took", REASONS, AFTERWARDS))
_figure("skloki_after_transfer")(_changed("open_sklok", "left", FOR_CONFLICT, AFTERWARDS))


@_figure("change_appointed_ahead")
def _change(archive: Archive, scope: str, span: Span) -> float:
    took = _chosen(archive, scope, span, "took")
    ways = _by_reason(took, NAMED), _by_reason(took, VOTED_IN)
    appointed, elected = (_after(archive, "performance", some, *DIP) for some in ways)
    return appointed - elected


def _of_removed(bodies: Sequence[str], reasons: Sequence[str]) -> Figure:
    """Take the results of a year before removals by some bodies, for some reasons."""

    def figure(archive: Archive, scope: str, span: Span) -> float:
        removed = _by_reason(_decided(_chosen(archive, scope, span, "left"), bodies), reasons)
        return _average(_means(archive, "performance", removed, -YEAR, 0))

    return figure


_figure("results_of_removed_centre")(_of_removed(FROM_ABOVE, UNFIT))
_figure("results_of_removed_conference")(_of_removed(("conference",), VOTED_OUT))


# Of removals and appointments, by count.


def _share(part: Changes, whole: Changes) -> float:
    return _over(len(part.month), len(whole.month))


@_figure("moves_for_conflict_shortage")
def _explained(archive: Archive, scope: str, span: Span) -> float:
    left = _decided(_chosen(archive, scope, span, "left"), FROM_ABOVE)
    return _share(_by_reason(left, FOR_CONFLICT + FOR_SHORTAGE), left)


@_figure("moves_near_sklok")
def _near(archive: Archive, scope: str, span: Span) -> float:
    left = _decided(_chosen(archive, scope, span, "left"), FROM_ABOVE)
    open_months = archive.summed("open_sklok")
    begin = np.maximum(left.month - HALF, 0)
    near = open_months[left.month, left.place] - open_months[begin, left.place]
    return _share(left.where(near > 0.5), left)


@_figure("filled_from_above")
def _from_above(archive: Archive, scope: str, span: Span) -> float:
    took = _chosen(archive, scope, span, "took")
    return _share(_by_reason(took, NAMED), took)


@_figure("brought_along")
def _brought(archive: Archive, scope: str, span: Span) -> float:
    """Count appointments with a follower: he takes a seat of the same committee, from the same one, as `followed`."""
    took = _by_reason(_chosen(archive, scope, span, "took"), NAMED)
    left, seated = archive.events(LEFT), archive.events(TOOK)
    followers = left["person"][left["reason"] == REASONS.index("followed")]
    theirs = seated[np.isin(seated["person"], followers)] if len(followers) else seated[:0]
    seats = set(zip(theirs["month"].tolist(), theirs["committee"].tolist(), strict=True))
    posts = zip(took.month.tolist(), took.place.tolist(), strict=True)
    return _over(sum(post in seats for post in posts), len(took.month))


@_figure("twice_secretary")
def _twice(archive: Archive, scope: str, span: Span) -> float:
    took, left = (_chosen(archive, scope, span, moment) for moment in ("took", "left"))
    held = {post for some in (took, left) for post in zip(some.person.tolist(), some.place.tolist(), strict=True)}
    posts = Counter(person for person, _ in held)
    return _over(sum(number > 1 for number in posts.values()), len(posts))


@_figure("terms_appointed_longer")
def _terms(archive: Archive, scope: str, span: Span) -> float:
    left = _chosen(archive, scope, span, "left")
    left = left.where(left.month > 0)
    came = archive.came[left.month - 1, left.place]
    return _average(left.value[came == APPOINTED]) - _average(left.value[came == CHOSEN])


# Of skloki, from the month in which they opened to that in which they closed.


def _ended(archive: Archive, scope: str, span: Span) -> tuple[Integers, Integers, Integers]:
    """Return place and months of opening and of ending of the skloki that ended in a span; they are in that order."""
    place, begun, end = archive.once("ended", lambda: _pairs(archive.events(OPENED), archive.events(CLOSED)))
    chosen = span.holds(end) & archive.within(scope)[place]
    return place[chosen], begun[chosen], end[chosen]


def _pairs(opened: NDArray[np.void], closed: NDArray[np.void]) -> tuple[Integers, Integers, Integers]:
    """Return the skloki that began and ended in the run: each place's come one after the other."""
    both = np.concatenate([opened, closed])
    both = both[np.lexsort((both["month"], both["committee"]))]
    first, second = both[:-1], both[1:]
    pair = (first["kind"] == OPENED) & (second["kind"] == CLOSED) & (first["committee"] == second["committee"])
    place, begun, end = first["committee"][pair], first["month"][pair], second["month"][pair]
    return place.astype(np.int64), begun.astype(np.int64), end.astype(np.int64)


@_figure("sklok_length")
def _length(archive: Archive, scope: str, span: Span) -> float:
    _, begun, end = _ended(archive, scope, span)
    return _average((end - begun).astype(np.float64))


@_figure("skloki_returned")
def _returned(archive: Archive, scope: str, span: Span) -> float:
    place, _, end = _ended(archive, scope, span)
    known = end + YEAR < len(archive.months)
    place, end = place[known], end[known]
    opened = archive.summed("open_sklok")
    again = opened[end + YEAR + 1, place] - opened[end + 1, place]
    return _over(int((again > 0.5).sum()), len(place))


def _a_year(kind: str) -> Figure:
    """Count events of a kind in guberniia committees, per committee and year."""
    number = KINDS.index(kind)

    def figure(archive: Archive, scope: str, span: Span) -> float:
        events, inside = archive.events(number), archive.within(scope)
        counted = span.holds(events["month"].astype(np.int64)) & inside[events["committee"]]
        return _over(float(counted.sum()) * YEAR, float(inside.sum()) * (span.end - span.first))

    return figure


for _name, _kind in (("mediations", "mediated"), ("quarrels", "incident")):
    _figure(_name)(_a_year(_kind))


# Over places.


def _of_places(archive: Archive, scope: str, span: Span, field: str) -> Floats:
    """Return the distance of a scope's places from their class, mean over a span."""
    found: Floats = archive.apart(field)[span.rows].mean(axis=0)[archive.within(scope)]
    return found


def _product(x: Floats, y: Floats) -> float:
    """Return a sum of products, the same bits on every machine: those of a library for matrices need not be."""
    return float((x * y).sum())


def _slope(field: str) -> Figure:
    """Take the slope of a field on literacy, over places within class."""

    def figure(archive: Archive, scope: str, span: Span) -> float:
        x, y = (_of_places(archive, scope, span, name) for name in ("literacy", field))
        return _over(_product(x, y), _product(x, x))

    return figure


def _persistent(field: str) -> Figure:
    """Correlate the first half of a span with the second, over places within class."""

    def figure(archive: Archive, scope: str, span: Span) -> float:
        middle = (span.first + span.end + 1) // 2
        halves = Span(span.first, middle), Span(middle, span.end)
        x, y = (_of_places(archive, scope, half, field) for half in halves)
        return _over(_product(x, y), float(np.sqrt(_product(x, x) * _product(y, y))))

    return figure


for _name, _rule in (
    ("literacy_slope_results", _slope("performance")), ("literacy_slope_skloki", _slope("open_sklok")),
    ("results_persistent", _persistent("performance")), ("skloki_persistent", _persistent("open_sklok")),
):  # fmt: skip
    _figure(_name)(_rule)


@_figure("results_spread")
def _spread(archive: Archive, scope: str, span: Span) -> float:
    apart = _of_places(archive, scope, span, "performance")
    free = len(apart) - sum(len(places) > 0 for places in archive.places(scope))
    return float(np.sqrt(_product(apart, apart) / free)) if free > 0 else float("nan")
