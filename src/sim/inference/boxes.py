"""In which worlds something holds: boxes in the space of what is not known, checked on points held back.

PRIM (of ema-workbench) peels what does not belong away from all points; CART (of scikit-learn, which that brings)
splits them. A plane through the effect says what would have to be true for its sign to turn.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.analysis.pair_table import PairedSweep
from sim.analysis.selection import misread
from sim.analysis.sentences import beyond, gains
from sim.errors import Problem, UserError
from sim.inference.asked import Asked, Drawn, asked, drawn
from sim.inference.axes import Axis, Which, axes_of, screened
from sim.inference.plane import Plane, plane_of
from sim.inference.shares import order
from sim.inference.space import Array

if TYPE_CHECKING:
    import pandas as pd

HELD = 3
"""One point of so many is held back."""
RARE = 30
"""Points at which a condition must be true, and at which it must not."""
SCREENED, CONDITIONS, BOXES = 10, 4, 2
"""Terms that boxes may be made of, conditions of a box, and boxes, at most."""
MASS = 0.08
"""Share of the points that a box must hold."""


@dataclass(frozen=True)
class Condition:
    """A bound of a box: between two numbers, of which one may be open, or options; with what it is about."""

    axis: Axis
    low: float = -np.inf
    high: float = np.inf
    options: tuple[str, ...] = ()

    def holds(self) -> Which:
        """Return at which points it is true."""
        if self.axis.chosen:
            return np.isin(self.axis.values, self.options)
        return np.asarray((self.axis.values >= self.low) & (self.axis.values <= self.high))

    @property
    def said(self) -> str:
        """The condition in plain words, without what its name means."""
        name = self.axis.name
        if self.axis.chosen:
            return f"{name} is {' or '.join(self.options)}"
        low, high = (self._number(end) for end in (self.low, self.high))
        if np.isinf(self.high):
            return f"{name} is {low} or more"
        return f"{name} is {high} or less" if np.isinf(self.low) else f"{name} is {low} to {high}"

    def _number(self, value: float) -> str:
        if self.axis.ratio:
            return f"{np.exp(value):.2g}"
        unit = self.axis.factor.unit if self.axis.factor is not None else ""
        return f"{value:.3g}" + (f" {unit}" if unit.startswith(("per ", "month", "person")) else "")

    @property
    def meaning(self) -> str:
        """What its name means."""
        return self.axis.factor.meaning if self.axis.factor is not None else ""


class Counted(NamedTuple):
    """How a box does on some points."""

    points: int  #: in the box
    found: int  #: of these, those at which the condition is true
    all_found: int  #: those at which it is true, in the box or not
    all_points: int

    @property
    def density(self) -> float:
        """Share of the points in the box at which the condition is true."""
        return self.found / self.points if self.points else float("nan")

    @property
    def coverage(self) -> float:
        """Share of the points at which it is true that are in the box."""
        return self.found / self.all_found if self.all_found else float("nan")

    @property
    def rate(self) -> float:
        """Share of all points at which it is true."""
        return self.all_found / self.all_points

    @property
    def gain(self) -> float:
        """How far the box is ahead of chance: its density less that of all points, in standard errors but a factor."""
        return self.points**0.5 * (self.density - self.rate) if self.points else 0.0

    def interval(self) -> tuple[float, float]:
        """Return the density's 95 % interval (Wilson's)."""
        from scipy.stats import binomtest

        if not self.points:
            return float("nan"), float("nan")
        found = binomtest(self.found, self.points).proportion_ci(method="wilson")
        return float(found.low), float(found.high)


@dataclass(frozen=True)
class Box:
    """Conditions, and how often what is asked is true where they hold: on points it was made of, and on others."""

    method: str
    conditions: tuple[Condition, ...]
    learnt: Counted
    held: Counted

    @property
    def said(self) -> str:
        """Its conditions."""
        return " and ".join(one.said for one in self.conditions)


@dataclass(frozen=True)
class Discovery:
    """In which worlds something holds.

    Attributes
    ----------
    true, held_at
        At which points the condition is true, and which were held back.
    beyond, least
        Shares of points at which the option does better, and worse, by more than the smallest effect of interest; of a
        level nothing. And that effect.
    numbers
        Numbers that it goes with most, the first most.
    first
        What CART splits first, and where.
    """

    asked: Asked
    where: str
    over: str
    learnt: int
    held: int
    rate: float
    beyond: tuple[float, float] | None
    least: float
    true: Which
    held_at: Which
    numbers: tuple[Axis, ...]
    boxes: tuple[Box, ...]
    first: str
    plane: Plane

    @property
    def held_rate(self) -> float:
        """Share of the points held back at which the condition is true."""
        return float(self.true[self.held_at].mean())


def discover(sweep: PairedSweep, where: str, **which: Any) -> list[Discovery]:
    """Return in which worlds a condition on an effect is true, for each effect that is asked for as `asked` has it.

    Parameters
    ----------
    where
        In SQL, over ``effect``, ``base`` (the baseline's level), ``level`` (the option's) and the uncertainties.
    """
    points = drawn(sweep)
    usual = "nation" if "nation" in sweep.experiment.scopes else sweep.experiment.scopes[0]
    found = asked(sweep, **{**which, "scope": which.get("scope") or usual})
    return [discovered(points, one, where) for one in found]


def discovered(points: Drawn, one: Asked, where: str, *, boxes: bool = True) -> Discovery:
    """Return in which worlds a condition on one number of every pair is true; without ``boxes`` the plane alone."""
    effect, base = points.means(one.values), points.means(one.base)
    true = _true(points, where, effect, base, one.level)
    there = np.isfinite(effect)
    if boxes and min(true[there].sum(), (~true[there]).sum()) < RARE:
        found = f"true at {true[there].sum():,} of {there.sum():,} points of {one.said}"
        raise UserError(Problem("--where", where, found, f"true at {RARE} or more, and false at {RARE} or more"))
    held = np.zeros(len(true), np.bool_)
    held[order(1, len(true) // points.sweep.pairs.family)[::HELD]] = True
    if points.sweep.pairs.family > 1:  # only families are independent of one another
        held = np.repeat(held[: len(true) // points.sweep.pairs.family], points.sweep.pairs.family)
        held = np.resize(held, len(true))
    learn = there & ~held
    held &= there
    least = float(points.sweep.experiment.smallest.of(one.outcome, float(np.nanmean(base))))
    every = list(axes_of(points))
    some = screened(every, true.astype(float), learn, SCREENED)
    made = [*_prim(some, true, learn, held), *_cart(some, true, learn, held)] if boxes else []
    return Discovery(
        one, where, points.over, int(learn.sum()), int(held.sum()), float(true[there].mean()),
        None if one.level else beyond(gains(one.outcome, effect), least), least, true, held,
        tuple(axis for axis in some if not axis.chosen), tuple(made),
        _first(some, true, learn) if boxes else "", plane_of(every, effect, learn, held),
    )  # fmt: skip


def _true(points: Drawn, where: str, effect: Array, base: Array, level: bool) -> Which:
    """Return at which points a condition is true."""
    import duckdb
    import pandas as pd

    own = {"level": effect} if level else {"effect": effect, "base": base, "level": base + effect}
    frame = pd.DataFrame({**points.values, **own})
    names = ", ".join([*own, "an uncertainty"])
    with duckdb.connect() as connection:
        connection.register("points", frame)
        connection.execute("SET enable_external_access = false")
        try:
            # without brackets, so that it closes none that it has not opened
            kinds = [row[1] for row in connection.execute(f"DESCRIBE SELECT {where} FROM points").fetchall()]
            if kinds != ["BOOLEAN"]:
                raise UserError(Problem("--where", found=repr(where), allowed="what is true or false, such as "
                                        f"{next(iter(own))} < -0.005, over {names}"))  # fmt: skip
            true = connection.execute(f"SELECT coalesce(({where}), false) AS here FROM points").fetchnumpy()["here"]
        except duckdb.Error as error:
            reason = str(error).strip().splitlines()[0]
            raise misread("--where", where, reason, frame, f"a condition on {names}") from None
    return np.asarray(true, np.bool_)


def _counted(conditions: Sequence[Condition], true: Which, rows: Which) -> Counted:
    inside = rows.copy()
    for one in conditions:
        inside &= one.holds()
    return Counted(int(inside.sum()), int((inside & true).sum()), int((rows & true).sum()), int(rows.sum()))


def _pruned(conditions: Sequence[Condition], true: Which, rows: Which) -> tuple[Condition, ...]:
    """Return conditions without those that a box does as well without; never more than are allowed."""
    kept = list(conditions)
    while len(kept) > 1:
        gains = [_counted([*kept[:at], *kept[at + 1 :]], true, rows).gain for at in range(len(kept))]
        best = int(np.argmax(gains))
        if gains[best] < _counted(kept, true, rows).gain and len(kept) <= CONDITIONS:
            break
        del kept[best]
    return tuple(kept)


def _prim(axes: Sequence[Axis], true: Which, learn: Which, held: Which) -> list[Box]:
    """Return boxes by PRIM, the later ones of points that the earlier do not hold, and counted on these.

    PRIM peels along whatever there is. So the few bounds without which its best box is worst are found first, and
    peeled along alone.
    """
    found: list[Box] = []
    left = np.ones(len(true), np.bool_)
    for _ in range(BOXES):
        if (left & learn & true).sum() < RARE:
            break
        some = _peeled(axes, true, left & learn)
        conditions = _peeled([one.axis for one in some], true, left & learn) if some else ()
        if not conditions:
            break
        by = "PRIM, of the rest" if found else "PRIM"
        one = Box(by, conditions, *(_counted(conditions, true, left & rows) for rows in (learn, held)))
        if one.learnt.gain > 0.0:
            found.append(one)
        left &= ~np.logical_and.reduce([condition.holds() for condition in conditions])
    return found


def _peeled(axes: Sequence[Axis], true: Which, rows: Which) -> tuple[Condition, ...]:
    """Return the box of PRIM's peels that is furthest ahead of chance, with no bound that it does as well without."""
    import pandas as pd

    prim = _workbench()
    # newer versions of pandas would not take texts for objects
    frame = pd.DataFrame({axis.name: pd.Series(axis.values[rows], dtype=object if axis.chosen else float)
                          for axis in axes})  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        search = prim.Prim(frame, true[rows].astype(int), threshold=0.0, mass_min=MASS)
        box = search.find_box()
        boxes = [] if box is None else [tuple(_bounds(axes, frame, search.box_init, lims)) for lims in box.box_lims]
    boxes = [one for one in boxes if one]
    if not boxes:
        return ()
    return _pruned(max(boxes, key=lambda one: _counted(one, true, rows).gain), true, rows)


def _bounds(axes: Sequence[Axis], frame: pd.DataFrame, whole: pd.DataFrame, lims: pd.DataFrame) -> Iterator[Condition]:
    """Yield the bounds of a box that are bounds: what they leave out is there."""
    for axis in axes:
        if axis.name not in lims:
            continue
        low, high = lims[axis.name].iloc[0], lims[axis.name].iloc[1]
        if axis.chosen:
            if set(low) != set(whole[axis.name].iloc[0]):
                yield Condition(axis, options=tuple(sorted(map(str, low))))
        else:
            low = -np.inf if low <= frame[axis.name].min() else float(low)
            high = np.inf if high >= frame[axis.name].max() else float(high)
            if np.isfinite(low) or np.isfinite(high):
                yield Condition(axis, low, high)


def _tree(axes: Sequence[Axis], true: Which, learn: Which) -> tuple[Any, list[tuple[Axis, str]]]:
    """Return a tree, and what each of its features is: a number, or whether an option was drawn."""
    _workbench()
    from sklearn.tree import DecisionTreeClassifier

    features = [(axis, option.label) for axis in axes if axis.chosen and axis.factor is not None
                for option in axis.factor.options]  # fmt: skip
    features = [(axis, "") for axis in axes if not axis.chosen] + features
    table = np.column_stack([axis.values == name if name else axis.values.astype(float) for axis, name in features])
    least = max(10, int(MASS * learn.sum()))
    tree = DecisionTreeClassifier(max_depth=CONDITIONS, min_samples_leaf=least, random_state=0)
    tree.fit(table[learn], true[learn])
    return tree.tree_, features


def _cart(axes: Sequence[Axis], true: Which, learn: Which, held: Which) -> list[Box]:
    """Return the leaf of a tree that is furthest ahead of chance, as a box."""
    tree, features = _tree(axes, true, learn)
    leaves = [_merged(path) for path in _paths(tree, features, 0, ())]
    boxes = [Box("CART", one, *(_counted(one, true, rows) for rows in (learn, held))) for one in leaves if one]
    boxes.sort(key=lambda box: -box.learnt.gain)
    return [box for box in boxes[:1] if box.learnt.gain > 0.0]


def _paths(
    tree: Any, features: Sequence[tuple[Axis, str]], node: int, path: tuple[Condition, ...]
) -> Iterator[tuple[Condition, ...]]:
    if tree.children_left[node] < 0:
        yield path
        return
    axis, option = features[tree.feature[node]]
    cut = float(tree.threshold[node])
    if option and axis.factor is not None:
        others = tuple(str(one) for one in np.unique(axis.values) if one != option)
        sides = Condition(axis, options=others), Condition(axis, options=(option,))
    else:
        sides = Condition(axis, high=cut), Condition(axis, low=cut)
    for child, side in zip((tree.children_left[node], tree.children_right[node]), sides, strict=True):
        yield from _paths(tree, features, int(child), (*path, side))


def _merged(path: Sequence[Condition]) -> tuple[Condition, ...]:
    """Return conditions with those on the same axis taken together."""
    found: dict[str, Condition] = {}
    for one in path:
        old = found.get(one.axis.name)
        if old is not None and one.axis.chosen:
            one = Condition(one.axis, options=tuple(name for name in old.options if name in one.options))
        elif old is not None:
            one = Condition(one.axis, max(one.low, old.low), min(one.high, old.high))
        found[one.axis.name] = one
    return tuple(found.values())


def _first(axes: Sequence[Axis], true: Which, learn: Which) -> str:
    """Return what the tree splits first, in words."""
    tree, features = _tree(axes, true, learn)
    if tree.children_left[0] < 0:
        return ""
    axis, option = features[tree.feature[0]]
    return f"whether {axis.name} is {option}" if option else f"{Condition(axis, high=float(tree.threshold[0])).said}"


def _workbench() -> Any:
    """Return ema-workbench's PRIM; UserError where the extra is not installed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from ema_workbench.analysis import prim
    except ImportError as error:
        lacking = f"{error.name or 'ema_workbench'} is not installed"
        raise UserError(Problem("discover", found=lacking, allowed="pip install 'skloki[discover]'")) from error
    return prim
