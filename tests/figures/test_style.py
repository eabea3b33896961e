"""The style: colours that stay apart for every eye, and text that fits."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_rgb

from sim.figures import ahead, moves, opposition, style
from sim.registry.entries import SCOPES

# Machado, Oliveira and Fernandes 2009, severity 1: linear RGB as seen without one kind of cone.
EYES = {
    "usual": np.eye(3),
    "protan": np.array([
        [0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998],
    ]),
    "deutan": np.array([
        [0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881],
    ]),
    "tritan": np.array([
        [1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900],
    ]),
}  # fmt: skip
TO_XYZ = np.array([
    [0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041],
])  # fmt: skip


def lab(colour: str, eye: str) -> np.ndarray:
    """Return CIE L*a*b* of a colour as an eye sees it."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = TO_XYZ @ np.clip(EYES[eye] @ linear, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("eye", EYES)
@pytest.mark.parametrize(
    ("palette", "apart"),
    [
        (style.SCOPE_COLOURS, 20),
        (style.INSTALLED_COLOURS, 20),
        ({name: colour for name, (_, colour) in moves.REASONS.items()}, 10),
        ({name: colour for name, (_, colour) in opposition.TIERS.items()}, 20),
    ],
    ids=["classes", "installed", "reasons", "tiers"],
)
def test_colours_of_one_picture_stay_apart_for_every_eye(palette, apart, eye):
    for one, other in combinations(palette, 2):
        assert np.linalg.norm(lab(palette[one], eye) - lab(palette[other], eye)) > apart, (one, other)


def test_every_scope_has_its_colour_and_name_and_lines_stand_out_from_paper():
    assert list(style.SCOPE_COLOURS) == list(style.SCOPE_LABELS) == list(SCOPES)
    for colour in style.SCOPE_COLOURS.values():
        assert 1.05 / (style.luminance(colour) + 0.05) > 2.8


def test_a_letter_that_no_font_has_is_measured_without_a_word(recwarn):
    assert style.measure("Tver \U0001f642 \u4e2d", 8.25) > style.measure("Tver", 8.25)
    assert not recwarn.list


@given(st.tuples(*[st.floats(0, 1)] * 3))
def test_text_on_a_tile_has_the_better_contrast_of_black_and_white(rgb):
    colour = "#" + "".join(f"{round(255 * part):02x}" for part in rgb)
    light = style.luminance(colour) + 0.05
    contrast = {"black": light / 0.05, "white": 1.05 / light}
    assert contrast[style.on(colour)] == pytest.approx(max(contrast.values()))


@given(st.text("abc de,", min_size=0, max_size=150), st.floats(20, 160))
def test_shortened_text_fits_and_short_text_is_left_alone(text, width):
    short = style.shorten(text, width, 8)
    assert style.measure(short, 8) <= width
    text = " ".join(text.split())
    assert short == text or (short.endswith(" …") and style.measure(text, 8) > width)


@given(st.lists(st.text("abc de,", min_size=1, max_size=90), min_size=1, max_size=3, unique=True), st.floats(60, 160))
def test_texts_side_by_side_fit_and_the_short_ones_are_whole(texts, width):
    line = style.side_by_side(texts, " | ", width, 8)
    parts = line.split(" | ")
    assert style.measure(line, 8) <= width + 0.5 and len(parts) == len(texts)
    for text, part in zip(texts, parts, strict=True):
        text = " ".join(text.split())
        assert part == text or style.measure(text, 8) > (width - 2 * style.measure(" | ", 8)) / len(texts) - 0.5


def test_a_long_title_is_wrapped_and_what_is_under_it_gives_way():
    one, two = ("The world of December " * count for count in (2, 6))
    assert style.head(style.WIDE, two, "said") == style.head(style.WIDE, one, "said") + 4.0
    figure, top = style.headed(two, "said", room=20)
    title, said = (text.get_window_extent() for text in figure.texts)
    assert figure.texts[0].get_text().replace("\n", " ") == two.strip()
    assert title.y0 > said.y1 and said.y0 / figure.dpi / style.MM > 20 and title.x1 < figure.bbox.x1


def test_shares_of_pasts_are_drawn_in_the_one_style(untidy):
    names = ("what happened", "what happened, loyalty hardly counting", "appointment, with the hands it had",
             "appointment, both without a limit of hands")  # fmt: skip
    shares = {name: [(0.1 * (at + 1), 0.86 - 0.1 * at, 0.04)] * 4 for at, name in enumerate(names)}
    figure = ahead.draw(ahead.Ahead(shares, {name: [0.6] * 4 for name in names}, "700 simulated pasts", "a month"))
    assert untidy(figure) == [] and round(figure.get_size_inches()[0] / style.MM) == style.WIDE
    assert figure.texts[0].get_fontweight() == "bold" and not figure.axes[0].spines["top"].get_visible()
    third = figure.axes[2]
    assert [bar.get_width() for bar in third.patches[:3]] == pytest.approx([4, 66, 30]), "worse, no different, better"
    assert [text.get_text() for text in third.texts[:2]] == ["66", "30"], "no number where there is no room"
    assert third.lines[0].get_xdata()[0] == pytest.approx(40), "worse at all"
    assert list(figure.axes[0].get_ylim()) == [3.5, -0.5]
