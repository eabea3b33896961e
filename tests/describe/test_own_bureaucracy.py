"""The worked example of another bureaucracy: its commands run as they stand, and give what the page says they give."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

import sim
from sim.api import look
from sim.doors.cli import call
from sim.registry import derived

#: The commands draw two dozen pictures.
pytestmark = pytest.mark.exhaustive

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "own-bureaucracy.md"
(COMMANDS,) = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Run every command of the page, in order, in a copy of its folder; return what they left and said."""
    place = tmp_path_factory.mktemp("docs")
    shutil.copytree(PAGE.with_suffix(""), place / "docs" / "own-bureaucracy")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        for line in COMMANDS.splitlines():
            verb, *rest = shlex.split(line, comments=True)
            if verb == "cd":
                patch.chdir(rest[0])
            elif verb == "export":
                patch.setenv(*rest[0].split("="))
            else:
                assert verb == "skloki" and call(rest) == 0, line
    look()
    yield place / "results"
    derived.KNOWN.clear()


def test_its_folders_hold_what_the_page_says(results) -> None:
    assert not derived.ASKED, "what follows needs no folder"
    ministry = sim.open(results / "ministry")
    assert set(ministry.places(["performance"])["committee"]) == {
        "Head Office", "Customs", "Rivers", "Forests", "Grain", "Frontier"}  # fmt: skip
    assert {"tilemap-performance.png", "overview.png"} <= {one.name for one in (results / "ministry/figures").iterdir()}
    assert sim.open(results / "ministry-heads").runs()["trouble"].notna().all()
    assert (results / "ministry.html").stat().st_size > 100_000


def test_its_answer_is_in_its_own_words(results) -> None:
    from sim.analysis.sentences import answer

    pair = sim.open(results / "ministry-pair")
    said = " ".join(answer(pair))
    assert "the ministry's work per trouble" in said
    assert "capitals" not in said and "provinces" not in said and "nation" not in said


def test_its_pictures_are_in_its_own_words(results) -> None:
    from matplotlib.text import Text

    from sim.figures import pages

    for name, what in (("ministry", "overview"), ("ministry-pair", "effects"), ("ministry-trace", "map")):
        words = set()
        for _, figure in pages(sim.open(results / name), what):
            words |= {text.get_text().lower() for text in figure.findobj(Text)}
        joined = " ".join(words)
        assert "trade departments" in joined and "borderlands" not in joined, what


def test_it_is_marked_as_invented() -> None:
    folder = PAGE.with_suffix("")
    assert "**invented" in PAGE.read_text("utf-8") and "Invented for teaching" in (folder / "ministry.toml").read_text()
    rows = (folder / "offices.csv").read_text().splitlines()[1:]
    assert rows and all(row.endswith(",invented") for row in rows)
    named = set(re.findall(r"\(own-bureaucracy/([\w.]+)\)", PAGE.read_text("utf-8")))
    assert named == {one.name for one in folder.iterdir()}
