"""The tile map: a layout in which neighbours stay near, and tiles that show what they should."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_hex
from matplotlib.patches import RegularPolygon

from sim.data.tables import guberniias
from sim.errors import UserError
from sim.figures import style, tilemap
from sim.figures.tilemap import tiles
from tests.figures.drawn import page
from tests.figures.tile_rule import regenerate

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
    drawn = [patch for patch in axes.patches if isinstance(patch, RegularPolygon) and tuple(patch.xy) in centres]
    return {centres[tuple(patch.xy)]: to_hex(patch.get_facecolor()) for patch in drawn}


def test_tiles_show_the_median_of_guberniias_and_no_uezd(result):
    found = faces(page(result, "tilemap", outcome="performance"))
    wanted = {name: to_hex(colormaps["cividis"](at / 84)) for at, name in enumerate(NAMES)}
    assert found == wanted


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
        ({}, "performance", None, r"--set run\.committees=true"),
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
