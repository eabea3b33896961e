"""Pictures of two worlds that part: nothing to stumble over, and marks that stand where they should."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.patches import RegularPolygon

from sim import figures
from sim.analysis.divergence.cascade import WAYS
from sim.analysis.divergence.folder import DivergenceFolder
from sim.figures import divergence, style
from sim.figures.series import day
from sim.figures.tilemap import tiles
from sim.runner.diverge import trace
from sim.scenario.load import load
from tests.figures.drawn import known, page

SWITCH = '[policy.changes.x]\ndate = "1921-07"\nrule = "election"\n'
SYNTHETIC = '[tree]\nkind = "synthetic"\nguberniias = 6\nuezds_each = 2\n'
REAL = "[tree]\nuezds = 0\n"
SOME = '[tree]\nuezds = 20\nonly = ["Moscow", "Tula", "Petrograd", "Karelian Labour Commune", "Kuban-Chernomorie"]\n'


@pytest.fixture(scope="module")
def traced(tmp_path_factory) -> Callable[..., DivergenceFolder]:
    """Two worlds of a tree of which the second switches to election: traced(REAL)."""
    known: dict[Any, DivergenceFolder] = {}

    def run(tree: str, months: int = 18, switch: str = SWITCH) -> DivergenceFolder:
        if (tree, months, switch) not in known:
            folder = tmp_path_factory.mktemp("worlds")
            end = f"{1921 + (months - 1) // 12}-{(months - 1) % 12 + 1:02d}"
            for name, more in (("a", ""), ("b", switch)):
                text = f'title = "World {name}"\n[period]\nend = "{end}"\n{tree}{more}'
                (folder / f"{name}.toml").write_text(text)
            pair = load(folder / "a.toml"), load(folder / "b.toml")
            known[tree, months, switch] = trace(*pair, out=folder / "out")
        return known[tree, months, switch]

    return run


def pictures(traced: DivergenceFolder) -> dict[str, Figure]:
    real = traced.manifest["a"]["scenario"]["tree"]["kind"] == "real"
    return {what: known(traced, what) for what in ("spread", "cascade", *(["map"] if real else []))}


@pytest.mark.parametrize(("tree", "months"), [
    pytest.param(SYNTHETIC, 8, id="small"), pytest.param(REAL, 18, id="real"),
    pytest.param(SOME, 18, id="some", marks=pytest.mark.exhaustive),
])  # fmt: skip
def test_a_reader_stumbles_over_nothing(traced, untidy, tree, months):
    for name, figure in pictures(traced(tree, months)).items():
        assert untidy(figure) == [], name


@pytest.mark.exhaustive
def test_a_real_tree_gets_a_map_and_a_synthetic_none(traced, tmp_path: Path, unwritten):
    stems = {tree: [path.stem for path in figures.draw_all(traced(tree), tmp_path)] for tree in (SYNTHETIC, REAL)}
    assert stems == {SYNTHETIC: ["spread", "cascade"], REAL: ["spread", "cascade", "map"]}


def test_worlds_in_which_the_same_happens_get_no_pictures(traced, tmp_path: Path):
    assert figures.draw_all(traced(SYNTHETIC, 6, ""), tmp_path) == []
    assert not list(tmp_path.iterdir())


def test_curves_show_the_shares_by_class(traced):
    found = traced(SYNTHETIC)
    figure = page(found, "spread")
    rows = [row for row in found.divergence.spread.rows() if row.level == "all" and row.scope == "capital"]
    shown = rows[6 - divergence.LEAD :]  # the rule differs from the seventh month on
    for axes, value in zip(
        figure.axes, (lambda r: r.parted / r.committees, lambda r: r.visible / r.committees,
                      lambda r: r.seats_differ / r.seats, lambda r: r.rms_performance), strict=True,
    ):  # fmt: skip
        curves = [line for line in axes.lines if line.get_color() == style.CLASS_COLOURS["capital"]]
        assert np.array_equal(curves[0].get_ydata(), [value(row) for row in shown])
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels[0] == "nation (18)" and "capitals (6)" in labels


def test_the_tree_has_a_mark_for_each_committee_and_a_line_to_its_source(traced):
    found, figure = traced(REAL).divergence, known(traced(REAL), "cascade")
    axes = figure.axes[3]
    steps = divergence.early(found.steps)
    points = [line for line in axes.lines if line.get_marker() in ("s", "o")]
    assert len(points) == len(steps) == divergence.SHOWN
    for row, (point, step) in enumerate(zip(points, steps, strict=True)):
        assert point.get_ydata() == [row]
        month = found.months[step.month]
        assert day(month) < point.get_xdata()[0] < day(month, end=True)
        assert to_hex(point.get_markeredgecolor()) == divergence.MARKS[step.way].colour.lower()
    x = {step.committee: point.get_xdata()[0] for step, point in zip(steps, points, strict=True)}
    assert sorted(x.values()) == list(x.values())
    elbows = [line for line in axes.lines if len(line.get_xdata()) == 3]
    passed = [step for step in steps if step.source in x]
    assert passed and [line.get_xdata()[0] for line in elbows] == [x[step.source] for step in passed]
    assert [line.get_ydata()[2] for line in elbows] == [steps.index(step) for step in passed]
    texts = [text.get_text() for text in figure.texts]
    assert any(text.startswith(found.places[steps[0].committee].name) for text in texts)


def test_every_way_has_a_mark_of_its_own():
    assert set(divergence.MARKS) == set(WAYS)
    assert len({(mark.colour, mark.marker, mark.filled) for mark in divergence.MARKS.values()}) == len(WAYS)


def tile_faces(axes: Any) -> dict[str, str]:
    centres = {tile.centre: name for name, tile in tiles().items()}
    drawn = [patch for patch in axes.patches if isinstance(patch, RegularPolygon) and tuple(patch.xy) in centres]
    return {centres[tuple(patch.xy)]: to_hex(patch.get_facecolor()) for patch in drawn}


def test_the_map_is_white_where_nothing_parts_and_dark_where_it_is_soon(traced):
    found = traced(REAL).divergence
    faces = tile_faces(known(traced(REAL), "map").axes[0])
    first = dict(zip([place.name for place in found.places], found.spread.first(found.spread.visible), strict=True))
    apart = {name: month for name, month in first.items() if month < len(found.months)}
    assert {name for name, face in faces.items() if face != "#ffffff"} == set(apart) != set(faces)
    soonest, latest = min(apart, key=apart.__getitem__), max(apart, key=apart.__getitem__)
    assert style.luminance(faces[soonest]) < style.luminance(faces[latest])


def test_small_maps_count_the_seats_of_uezds_too(traced):
    found = traced(SOME).divergence
    last = len(found.months) - 1
    shares = divergence._seats(found, last)
    number = next(i for i, place in enumerate(found.places) if place.name == "Moscow")
    own = [i for i, place in enumerate(found.places) if i == number or place.parent == number]
    seats = sum(len(found.places[i].seats) for i in own)
    assert len(own) > 1 and shares["Moscow"] == found.spread.seats_differ[last, own].sum() / seats
    titles = [axes.get_title(loc="center") for axes in page(traced(SOME), "map").axes]
    assert found.months[-1] in titles


def test_the_first_months_share_the_rows_of_the_cascade(traced):
    found = traced(REAL).divergence
    steps = divergence.early(found.steps)
    assert len(steps) == divergence.SHOWN < len(found.steps) and steps[0] is found.steps[0]
    assert steps == sorted(steps, key=found.steps.index)
    months = Counter(step.month for step in steps)
    assert len(months) == divergence.SPREAD and max(months.values()) <= 5
    assert list(months) == list(dict.fromkeys(step.month for step in found.steps))[: divergence.SPREAD]
    few = found.steps[:7]
    assert divergence.early(few) == list(few)
    one_month = [step for step in found.steps if step.month == found.steps[0].month]
    assert len(divergence.early(one_month)) == min(len(one_month), divergence.SHOWN)


def test_the_panels_above_count_who_parts_in_each_month_and_what_then_differs(traced):
    found = traced(REAL).divergence
    table = figures.table(traced(REAL), "cascade")
    assert [sum(counts) for counts in zip(*table.ways.values(), strict=True)] == [
        sum(step.month == month for step in found.steps) for month in range(len(found.months))
    ]
    last = [row for row in found.spread.rows() if (row.scope, row.level) == ("nation", "all")]
    assert table.officials == [row.seats_differ for row in last]
    figure = known(traced(REAL), "cascade")
    tops: Counter[float] = Counter()
    for bars in figure.axes[0].containers:
        for bar in bars:
            tops[bar.get_x()] += bar.get_height()
    assert sum(tops.values()) == len(found.steps)
    (line,) = (line for line in figure.axes[1].lines if len(line.get_xdata()) > 1)
    assert line.get_ydata().tolist() == table.officials[table.began :]


def test_the_heading_says_how_fast_a_difference_spreads():
    def said(*counts: int) -> str:
        steps = [SimpleNamespace(month=3 + month) for month, count in enumerate(counts) for _ in range(count)]
        return divergence.reached(steps, ["1921-01", "1921-12"], 10)

    assert said(5, 3, 1) == "The difference reaches half of the committees in 1 month, nine in ten in 3 months"
    assert said(4, 0, 2) == "The difference reaches half of the committees in 3 months"
    assert said(2, 1) == "The difference reaches 3 of 10 committees by 1921-12"
