"""The tile map: a layout in which neighbours stay near, and tiles that show what they should."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import RegularPolygon

import sim
from sim import figures
from sim.data.tables import guberniias
from sim.errors import UserError
from sim.figures import style, tilemap
from sim.figures.tilemap import tiles
from tests.figures.drawn import page
from tests.figures.tile_rule import regenerate
from tests.golden import STORED

NAMES = [place.name for place in guberniias()]


def tile_distance(one: str, other: str) -> float:
    (x, y), (u, v) = tiles()[one].centre, tiles()[other].centre
    return float(np.hypot(x - u, y - v))


def test_every_guberniia_of_1923_has_one_tile_of_its_own():
    assert list(tiles()) == NAMES and len(NAMES) == 85
    assert len({(tile.column, tile.row) for tile in tiles().values()}) == 85


def test_the_shipped_layout_is_what_the_rule_gives():
    assert regenerate() == {name: (tile.column, tile.row) for name, tile in tiles().items()}


def test_neighbours_stay_roughly_neighbours():
    lat, lon = (np.radians([getattr(place, axis) for place in guberniias()]) for axis in ("lat", "lon"))
    cosine = np.sin(lat)[:, None] * np.sin(lat) + np.outer(np.cos(lat), np.cos(lat)) * np.cos(lon[:, None] - lon)
    kilometres = np.arccos(np.clip(cosine, -1, 1)) + np.diag([9.0] * 85)
    nearest = np.array([[tile_distance(NAMES[i], NAMES[j]) for j in np.argsort(kilometres[i])[:3]] for i in range(85)])
    assert nearest.min(axis=1).max() < 2.1  # each has one of its three nearest within two tiles
    assert np.median(nearest) < 1.1 and nearest.mean() < 1.5


@pytest.mark.parametrize(
    ("west", "east"),
    [("Smolensk", "Moscow"), ("Moscow", "Samara"), ("Perm", "Omsk"), ("Irkutsk", "Primorie"), ("Kiev", "Don")],
)
def test_west_is_left_of_east(west, east):
    assert tiles()[west].centre[0] < tiles()[east].centre[0]


@pytest.mark.parametrize(
    ("north", "south"),
    [("Murmansk", "Petrograd"), ("Petrograd", "Moscow"), ("Moscow", "Tula"), ("Kursk", "Odessa"), ("Don", "Georgia")],
)
def test_north_is_above_south(north, south):
    assert tiles()[north].row < tiles()[south].row


def test_labels_fit_their_tiles():
    width = tilemap.SIZE * 0.97
    for tile in tiles().values():
        lines = tile.label.split("/")
        assert len(lines) <= 3 and all(style.measure(line, 6.4) < width for line in lines), tile


def faces(figure):
    """Return the fill of each tile by its guberniia."""
    axes = figure.axes[0]
    centres = {tile.centre: name for name, tile in tiles().items()}
    hexagons = [patch for patch in axes.patches if isinstance(patch, RegularPolygon) and not patch.get_hatch()]
    drawn = [patch for patch in hexagons if tuple(patch.xy) in centres]
    return {centres[tuple(patch.xy)]: to_hex(patch.get_facecolor()) for patch in drawn}


def test_tiles_show_the_means_of_guberniias(result):
    found = faces(page(result, "tilemap", outcome="performance"))
    wanted = {name: to_hex(tilemap.COLOURS(at / 84)) for at, name in enumerate(NAMES)}
    assert found == wanted


@pytest.mark.parametrize("far", [9.0, -9.0])
def test_a_place_far_out_leaves_the_others_their_colours_and_is_told(fake, untidy, far):
    result = fake(1, 12, committees=True)
    alike = faces(page(result, "tilemap"))
    result.states.loc[result.states["committee"] == "Tula", "performance"] = far
    figure = page(result, "tilemap")
    found, bar = faces(figure), figure.axes[0].child_axes[0]
    assert found["Tula"] == to_hex(tilemap.COLOURS(1.0 if far > 0 else 0.0))
    steps = [np.linalg.norm(np.subtract(to_rgb(found[name]), to_rgb(alike[name]))) for name in NAMES if name != "Tula"]
    assert max(steps) < 0.2 and len(set(found.values())) > 70
    said = {text.get_text() for text in figure.axes[0].texts}
    assert f"beyond the scale: Tula {far:g}".replace("-", "\u2212") in said
    assert bar.get_xlim()[1] < 1.0 and bar.get_xlim()[0] > -0.1 and untidy(figure) == []
    assert len([patch for patch in bar.patches if patch.get_visible()]) == 1  # the point at that end


def test_ends_of_a_scale_hold_what_is_not_far_out():
    even = np.linspace(0.0, 1.0, 85)
    assert tilemap.limits(even) == (0.0, 1.0)
    assert tilemap.limits([*even, 1.1]) == (0.0, 1.1)
    low, high = tilemap.limits([*even, 50.0])
    assert low == 0.0 and 0.9 < high < 1.1
    low, high = tilemap.limits([*(even - 0.3), 50.0], centred=True)
    assert low == -high and 0.6 < high < 0.8
    assert tilemap.limits([0.0] * 84 + [1.0]) == (0.0, 1.0), "one place alone differs: that is what there is to see"
    assert tilemap.limits([0.0] * 85, centred=True) == (-0.01, 0.01)
    assert tilemap.limits([2.0] * 85) == (1.99, 2.01) and tilemap.limits([]) == (0.0, 1.0)


def test_an_older_run_with_committees_has_the_same_map():
    old = sim.open(STORED / "run")
    frame = old.committees(["committee", "performance"], level="guberniia", month=date(1924, 1, 1))
    found = figures.table(old, "tilemap", date="1924-01").values
    assert found == pytest.approx(frame.groupby("committee")["performance"].mean().to_dict()) and len(found) == 6
    assert figures.table(old, "tilemap", outcome="open_sklok").title == "Committees with an open sklok"
    with pytest.raises(UserError, match="run the scenario again"):
        figures.table(old, "tilemap", outcome="skloki_year")


def test_a_field_of_yes_and_no_shows_the_share_of_replicates(result):
    figure = page(result, "tilemap", outcome="appointed", date="1923-12")
    assert figure.axes[0].child_axes[0].get_xlabel() == "share of replicates"
    assert len(set(faces(figure).values())) == 1  # the fake holds it in two replicates of four, everywhere


def test_title_and_bar_tell_outcome_date_and_unit(result):
    figure = page(result, "tilemap", outcome="recovery", date="1923-12")
    assert "Recovery, December 1923" in [text.get_text() for text in figure.texts]
    assert figure.axes[0].child_axes[0].get_xlabel() == "1913 = 1"


def test_an_outcome_by_class_needs_no_committees_and_keeps_to_the_world(fake):
    small = fake(2, 12, tree={"kind": "real", "only": ["Moscow", "Tula", "Petrograd", "Kaluga"]})
    found = faces(page(small, "tilemap", outcome="bench"))
    assert found["Moscow"] == found["Petrograd"] not in ("#ffffff", found["Tula"], found["Kaluga"])
    assert found["Perm"] == "#ffffff"


def test_outlines_tell_the_class(result):
    axes = page(result, "tilemap").axes[0]
    edges = {tuple(patch.xy): to_hex(patch.get_edgecolor()).upper() for patch in axes.patches}
    for place in guberniias():
        assert edges[tiles()[place.name].centre] == style.CLASS_COLOURS[place.unit_class]


@pytest.mark.parametrize(
    ("case", "name", "date", "said"),
    [
        ({}, "performance", None, "no places"),
        ({"tree": {"kind": "synthetic"}}, "performance", None, "synthetic"),
        ({}, "threat_perceived", None, "this one is the nation's"),
        ({}, "benhc", None, "did you mean 'bench'"),
        ({}, "bench", "1935-01", "from 1921-01 to 1921-12"),
        ({}, "bench", "December", "YYYY-MM"),
    ],
)
def test_what_cannot_be_mapped_is_refused_with_the_reason(fake, case, name, date, said):
    with pytest.raises(UserError, match=said):
        page(fake(1, 12, **case), "tilemap", outcome=name, date=date)
