"""Pictures of a comparison: tidy in every case, with honest bands, strips and marks."""

from __future__ import annotations

import re
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from matplotlib.colors import to_hex, to_rgb, to_rgba

import sim
from sim import figures
from sim.analysis.sample import Sample, band_tables, effect_rows
from sim.data.tables import guberniias
from sim.engines.trajectory import COMMITTEE_FIELDS, Trajectory
from sim.errors import UserError
from sim.experiment.horizons import usual
from sim.experiment.smallest_effect import Smallest
from sim.figures import style, tilemap
from sim.figures.series import day
from sim.figures.sweeps import strokes
from sim.figures.tilemap import tiles
from sim.registry.entries import CLASSES, SCOPES
from sim.registry.outcomes import OUTCOME_INDEX, OUTCOMES, SHOWN
from tests.figures.drawn import known, page, worlds
from tests.figures.test_style import EYES, lab
from tests.figures.test_tilemap import faces
from tests.golden import STORED

PLACES = [SimpleNamespace(name=one.name, level="guberniia", unit_class=one.unit_class) for one in guberniias()]


class Made:
    """A comparison that was never run; every other world is higher by its place times the effect."""

    def __init__(
        self, pairs: int = 40, months: int = 108, worlds: tuple[str, ...] = ("appointment", "election"),
        effect: float = 0.03, parting: int | None = 35, shown: tuple[str, ...] = SHOWN, undefined: tuple[str, ...] = (),
        places: bool = False,
    ) -> None:  # fmt: skip
        names = [f"19{21 + at // 12}-{at % 12 + 1:02d}" for at in range(months)]
        begins = 0 if parting is None else min(parting, months - 1)
        parted = [None] + [parting and begins] * (len(worlds) - 1)
        sample = Sample(worlds, names, usual(names, begins), parted, PLACES if places else ())
        for number in range(pairs):
            sample.add(number, [self._trace(names, number, at, effect, begins, undefined) for at in range(len(worlds))])
        self.worlds, self.horizons = list(worlds), [horizon.name for horizon in sample.horizons]
        self.format = SimpleNamespace(name="skloki-comparison")
        self.manifest: dict[str, Any] = {
            "worlds": [{"name": name, "title": f"The world of {name} from December 1923"} for name in worlds],
            "pairs": pairs, "pairs_of_curves": pairs, "shown": list(shown), "parting": names[begins],
            "smallest": {"share": 0.01, "relative": 0.05, "named": {}},
        }  # fmt: skip
        if parting is None:
            self.manifest["parting"] = None
        self._effects = pd.DataFrame(effect_rows(sample, Smallest()))
        table = sample.by_place.table(worlds[1:])
        self._places, self.tables = table and table.to_pandas(), ("effects", "bands", *(["places"] if table else []))
        self._bands = pa.concat_tables(band_tables(sample)).to_pandas(date_as_object=False)

    def effects(self) -> pd.DataFrame:
        return self._effects

    def bands(self, outcome: str) -> pd.DataFrame:
        return self._bands[self._bands["outcome"] == outcome]

    def places(self, outcome: str) -> pd.DataFrame:
        assert self._places is not None
        return self._places[self._places["outcome"] == outcome]

    @staticmethod
    def _trace(
        names: list[str], replicate: int, at: int, effect: float, begins: int, undefined: tuple[str, ...]
    ) -> Trajectory:
        shape = (len(names), len(SCOPES), len(OUTCOMES))
        random = np.random.default_rng([replicate, 7])
        values = 0.3 + 0.02 * random.standard_normal(shape[1:]) + 0.001 * np.arange(len(names))[:, None, None]
        values[begins:] += at * (effect + 0.01 * np.random.default_rng([replicate, at]).standard_normal(shape)[begins:])
        values[:, :, [OUTCOME_INDEX[name] for name in undefined]] = np.nan
        values[:, 1:, OUTCOME_INDEX["opposition_nation"]] = np.nan
        # Every place is as much higher as its number says, with little chance; in every fifth chance is all there is.
        states = np.random.default_rng([replicate, 5]).random((len(names), len(PLACES), len(COMMITTEE_FIELDS)))
        change = np.random.default_rng([replicate, at]).normal(np.arange(len(PLACES)) - 42, 0.5)
        change[::5] = np.random.default_rng([replicate, 9]).choice([-1.0, 1.0], len(PLACES[::5]))
        states[begins:] += at * 0.01 * change[:, None]
        return Trajectory(names, values, committees=states)


@pytest.fixture(scope="module")
def made() -> Made:
    return Made()


CASES = [
    {"shown": SHOWN}, {"pairs": 1}, {"pairs": 2, "months": 1}, {"months": 7},
    {"months": 30, "parting": None, "effect": 0.0},
    {"shown": ("performance",)}, {"shown": tuple(OUTCOMES), "months": 24},
    {"undefined": ("misfit", "paralysed")},
    {"effect": 1e-4},
    {"worlds": ("a-very-long-name-of-a-scenario-that-somebody-wrote", "another-one-that-is-no-shorter")},
]  # fmt: skip


#: The cases that are hardest for each picture: no difference, one month, long names.
HARD = {"curves": (4, 9), "effects": (2, 9), "map": (9,)}


@pytest.mark.parametrize(("what", "case"), [
    pytest.param(what, case, marks=[] if number in HARD[what] else pytest.mark.exhaustive,
                 id=f"{what}-{list(case.items())}"[:48])
    for what in HARD for number, case in enumerate(CASES)
])  # fmt: skip
def test_every_picture_is_tidy(what, case, untidy):
    few = {"months": 48, "pairs": 5, "shown": (*SHOWN[2:4], *SHOWN[-2:])}
    found = Made(**(few | case), places=what == "map")
    assert untidy(page(found, what)) == []


@pytest.mark.exhaustive
def test_each_other_world_gets_both_pictures_as_png_and_svg(tmp_path):
    found = Made(pairs=3, months=12, worlds=("a", "b", "c"), shown=("performance",))
    paths = figures.draw_all(found, tmp_path, svg=True)
    assert [path.name for path in paths] == [
        f"{kind}-{world}.{suffix}" for kind in ("curves", "effects") for world in "bc" for suffix in ("png", "svg")
    ]
    first = {path.name: path.read_bytes() for path in paths}
    for what in ("curves", "effects"):
        for path in figures.draw(found, tmp_path / "again", what, svg=True):
            assert path.read_bytes() == first[path.name]


def panel(figure: Any, title: str) -> int:
    return next(at for at, axes in enumerate(figure.axes) if axes.get_title("left").replace("\n", " ") == title)


def areas(axes: Any, colour: str) -> list[np.ndarray]:
    """Return heights of the filled areas of a colour, in the order drawn."""
    found = [area for area in axes.collections if to_hex(area.get_facecolor()[0]).upper() == colour]
    return [area.get_paths()[0].vertices[:, 1] for area in found]


def test_the_difference_is_drawn_below_with_band_interval_and_smallest_effect(made):
    figure = known(made, "curves")
    lower = figure.axes[panel(figure, "Performance") + 1]
    rows = made.bands("performance")
    rows = rows[(rows["world"] == "election") & (rows["scope"] == "nation")]
    (strip,) = areas(lower, strokes.STRIP)
    assert (strip.min(), strip.max()) == pytest.approx((-0.01, 0.01))
    spread, mean = areas(lower, strokes.OPTIONS[1])
    assert (spread.min(), spread.max()) == pytest.approx((rows["pair_p10"].min(), rows["pair_p90"].max()))
    assert (mean.min(), mean.max()) == pytest.approx((rows["low"].min(), rows["high"].max()))
    drawn = [line.get_ydata() for line in lower.lines if len(line.get_ydata()) == 108]
    np.testing.assert_allclose(drawn[0], rows["pair_p50"])
    assert drawn[0][:35] == pytest.approx(0) and drawn[0][-1] == pytest.approx(0.03, abs=0.01)


def test_the_strip_of_what_has_no_bounds_follows_the_baseline(made):
    figure = known(made, "curves")
    (strip,) = areas(figure.axes[panel(figure, "Recovery") + 1], strokes.STRIP)
    rows = made.bands("recovery")
    base = rows[(rows["world"] == "appointment") & (rows["scope"] == "nation")]["mean"]
    assert strip.max() == pytest.approx(0.05 * base.max())


def test_months_in_which_few_pairs_are_defined_are_left_out(made):
    few = SimpleNamespace(**vars(made), effects=made.effects)
    rows = made.bands("performance").copy()
    rows.loc[rows["month"] >= "1928-01-01", "pairs"] = 3
    few.bands = lambda name: rows
    figure = page(few, "curves")
    lower = figure.axes[panel(figure, "Performance") + 1]
    drawn = next(line.get_ydata() for line in lower.lines if len(line.get_ydata()) == 108)
    assert np.isfinite(drawn[:84]).all() and np.isnan(drawn[84:]).all()


def test_marks_lie_where_the_effects_are_and_say_who_is_better(made):
    figure = known(made, "effects")
    axes = figure.axes[panel(figure, "Conflict")]
    frame = made.effects()
    rows = frame[(frame["outcome"] == "conflict") & frame["horizon"].isin(made.horizons[:3])]
    marks = sorted(float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() not in ("None", None, ""))
    assert marks == pytest.approx(sorted(rows["effect"]))
    spans = [tuple(line.get_xdata()) for line in axes.lines if len(line.get_xdata()) == 2]
    assert set(zip(rows["low"], rows["high"], strict=True)) <= set(spans)
    said = [text.get_text() for text in axes.texts]
    main = rows[rows["horizon"] == made.horizons[0]].set_index("scope")["superiority"]
    assert said == [*(f"{main[scope]:.2f}" for scope in SCOPES), "share of\npairs", "lower is better"]
    assert axes.get_xlabel() == "difference (share)"
    assert main["nation"] < 0.1, "less conflict would be better"
    nation = figure.axes[panel(figure, "Opposition, national conference")]
    assert {"neither is better", "not recorded by class"} <= {text.get_text() for text in nation.texts}


def test_the_heading_says_what_is_subtracted_and_that_chance_alone_is_shown(made):
    for figure in (known(made, "curves"), known(made, "effects")):
        said = [text.get_text() for text in figure.texts]
        assert said[0].split() == (
            "The world of election from December 1923 compared with The world of appointment from December 1923"
        ).split()
        assert said[1] == "Difference: the first world minus the second"
        assert "chance only, at fixed parameters" in said[2] and "40 pairs" in said[2]


def test_curves_are_called_by_titles_and_worlds_of_one_title_by_names_too():
    found = Made(pairs=2, months=24, worlds=("my", "my-2"), shown=("performance",))
    keys = [text.get_text() for text in page(found, "curves").legends[0].get_texts()]
    assert keys[:2] == ["The world of my from December 1923", "The world of my-2 from December 1923"]
    for one in found.manifest["worlds"]:
        one["title"] = "My world"
    figure = page(found, "curves")
    assert figure.texts[0].get_text() == "My world (my-2) compared with My world (my)"
    assert {"My world (my)", "My world (my-2)"} <= {text.get_text() for text in figure.legends[0].get_texts()}


def test_all_that_is_drawn_lies_within_the_scale(made):
    figure = known(made, "curves")
    for axes in figure.axes:
        low, high = axes.get_ylim()
        drawn = [line.get_ydata() for line in axes.lines if len(line.get_ydata()) == 108]
        assert drawn and all(low <= np.nanmin(y) and np.nanmax(y) <= high for y in drawn)
    assert len(figure.axes) == 2 * len(SHOWN)


def test_every_world_has_its_own_line_where_it_parts():
    found = Made(pairs=2, months=24, worlds=("base", "old", "late", "never"), parting=6, shown=("performance",))
    found.manifest["worlds"][2]["parting"], found.manifest["worlds"][3]["parting"] = "1922-03", None
    pictures = worlds(found, "curves")
    for name, month in (("old", "1921-07"), ("late", "1922-03"), ("never", None)):
        figure = pictures[name]
        drawn = [line for axes in figure.axes for line in axes.lines if len(line.get_xdata()) == 2]
        upright = {line.get_xdata()[0] for line in drawn if np.ptp(line.get_xdata()) == 0}
        assert upright == ({day(month)} if month else set())
        assert ("the worlds part" in str([key.get_text() for key in figure.legends[0].get_texts()])) == bool(month)


@pytest.mark.parametrize("eye", EYES)
def test_the_two_worlds_and_the_strip_stay_apart_for_every_eye_and_are_no_class(eye):
    for one, other in combinations((strokes.OPTIONS[0], strokes.OPTIONS[1], strokes.STRIP), 2):
        assert np.linalg.norm(lab(one, eye) - lab(other, eye)) > 20, (one, other)
    for name in CLASSES:
        assert np.linalg.norm(lab(strokes.OPTIONS[1], "usual") - lab(style.CLASS_COLOURS[name], "usual")) > 20
    assert 1.05 / (style.luminance(strokes.OPTIONS[1]) + 0.05) > 2.8
    assert to_rgba(strokes.OPTIONS[1])[3] == 1.0


@pytest.fixture(scope="module")
def mapped() -> Made:
    return Made(pairs=30, months=48, places=True, shown=("performance",))


def test_a_map_shows_what_another_world_changes_in_each_place_white_where_nothing(mapped):
    table = figures.table(mapped, "map", outcome="performance")
    rows = mapped.places("performance")
    rows = rows[rows["horizon"] == mapped.horizons[0]].set_index("committee")
    names = [place.name for place in PLACES]
    assert table.values == pytest.approx({name: 0.01 * (at - 42) for at, name in enumerate(names) if at % 5}
                                         | {name: table.values[name] for name in names[::5]}, abs=0.004)  # fmt: skip
    assert table.unclear == [name for name in rows.index if rows["low"][name] <= 0 <= rows["high"][name]]
    assert len(table.unclear) >= 15 and {*names[1:40:5], *names[-1:45:-5]}.isdisjoint(table.unclear)
    clear = 85 - len(table.unclear)
    assert f"not clear in {len(table.unclear)}" in table.lines[0] and table.lines[0].startswith("Performance, mean of ")
    assert sum(map(int, re.findall(r"(?:better|worse) in (\d+)", table.lines[0]))) == clear
    figure = page(mapped, "map", outcome="performance")
    axes = figure.axes[0]
    low, high = axes.child_axes[0].get_xlim()
    assert low == pytest.approx(-high) and axes.child_axes[0].get_xlabel() == "difference (share)"
    found = faces(figure)
    best, worst = (found[names[at]] for at in (84, 1))
    assert to_rgb(best)[1] > to_rgb(best)[0] and to_rgb(worst)[1] < to_rgb(worst)[0], "green is better, purple worse"
    assert style.luminance(to_hex(tilemap.EFFECTS(0.5))) > 0.9, "no effect is white"
    centres = {tile.centre: name for name, tile in tiles().items()}
    hatched = {tuple(patch.xy) for patch in axes.patches if patch.get_hatch()}
    assert hatched == {tiles()[name].centre for name in table.unclear}
    for patch in axes.patches:
        if patch.get_hatch():
            ink, tile = to_hex(patch.get_edgecolor()), found[centres[tuple(patch.xy)]]
            assert np.linalg.norm(lab(ink, "usual") - lab(tile, "usual")) > 18, "it is seen on its tile"


def test_where_less_is_better_less_is_green(mapped):
    figure = page(mapped, "map", outcome="conflict")
    best, worst = (faces(figure)[PLACES[at].name] for at in (1, 84))
    assert to_rgb(best)[1] > to_rgb(best)[0] and to_rgb(worst)[1] < to_rgb(worst)[0]


def test_a_comparison_without_places_says_why_it_has_no_map(undrawn, tmp_path):
    old = sim.open(STORED / "comparison")
    with pytest.raises(UserError, match="older; compare the worlds again"):
        figures.draw(old, tmp_path, "map")
    with pytest.raises(UserError, match="one that places have"):
        figures.draw(old, tmp_path, "map", outcome="opposition_nation")
    assert not any(path.stem.startswith("map") for path in figures.draw_all(old, tmp_path))
