"""The one list of pictures: each has a table and a drawing, whatever the environment says, and the help names all."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import sim
from sim import figures
from sim.errors import UserError
from sim.figures.pictures import OPTIONS, PICTURES
from tests.figures.drawn import page
from tests.golden import STORED

GOLDEN = {"skloki-result": "run", "skloki-comparison": "comparison", "skloki-sweep": "sweep-once"}
ALL = [(kind, what) for kind in GOLDEN for what in PICTURES[kind].pictures]
TOO_FEW = {
    ("skloki-sweep", "surface"): {"x": "r_v", "y": "peace"}, ("skloki-sweep", "horizons"): "two or more",
    ("skloki-comparison", "map"): "compare the worlds again", ("skloki-sweep", "lookfor"): "no observables kept",
}  # fmt: skip


@pytest.mark.parametrize(("kind", "what"), ALL)
def test_every_picture_has_a_table_without_a_page(kind, what, monkeypatch):
    stored = sim.open(STORED / GOLDEN[kind])
    asked = TOO_FEW.get((kind, what), {})
    if isinstance(asked, str):
        with pytest.raises(UserError, match=asked):
            figures.table(stored, what)
        return
    monkeypatch.setattr("sim.figures.style.new", None)
    assert figures.table(stored, what, **asked)


def test_every_option_is_explained_and_every_picture_named_in_the_help(skloki):
    code, said, _ = skloki("plot", "--help")
    assert code == 0
    for kind in PICTURES.values():
        assert f"Of {kind.name}:" in said and set(kind.options) <= set(OPTIONS)
        assert all(f"\n    {what} " in said for what in kind.pictures)
    assert all(f"--{name} " in said for name in OPTIONS)


def test_what_a_picture_cannot_be_asked_is_refused(fake, tmp_path):
    with pytest.raises(UserError, match="only outcome and date, for tilemap of a result"):
        figures.draw(fake(1, 12), tmp_path, "tilemap", lever="policy")
    with pytest.raises(UserError, match="nothing, for moves of a result"):
        figures.draw(fake(1, 12), tmp_path, "moves", outcome="performance")


@pytest.mark.exhaustive
@pytest.mark.parametrize("backend", ["nonsense", "module://matplotlib_inline.backend_inline"])
def test_the_environments_windows_do_not_matter(backend, tmp_path):
    code = (
        "import os, sys, sim; assert sim.plot(sys.argv[1], 'moves', out=sys.argv[2]);"
        f"assert os.environ['MPLBACKEND'] == {backend!r}"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, STORED / "run", tmp_path], env=os.environ | {"MPLBACKEND": backend},
        capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_letters_that_no_font_has_are_boxes_and_no_warnings(fake, tmp_path, recwarn):
    assert page(fake(1, 12, title="東京 हिन्दी"), "column", outcome="performance").axes
    assert figures.draw(fake(1, 12, title="東京 हिन्दी"), tmp_path, "column")
    assert not recwarn.list
