"""Instructions per committee-month: the bar that a busy machine does not move."""

from __future__ import annotations

import json
import platform
import shutil

import pytest

from experiments.bench import instructions
from experiments.bench.instructions import KEPT, NEEDED, count, divisions, lacking
from sim.engines.compiled import prepare

HEADROOM = 1.05
"""What another release of the compiler may add, or a small mechanism; more is kept anew on purpose."""
FEWER = 2 / 3
"""Of what it took before the state of eight committees lay side by side."""


def test_what_is_kept_is_a_third_less_than_it_was() -> None:
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    before = kept["before_eights"]["instructions_per_committee_month"]
    assert kept["instructions_per_committee_month"] <= FEWER * before


@pytest.mark.exhaustive
def test_the_engine_takes_no_more_than_was_kept() -> None:
    if why := lacking():
        pytest.skip(why)
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    found = count()
    assert found.instructions_per_committee_month <= HEADROOM * kept["instructions_per_committee_month"], found
    assert found.vector_divisions >= kept["vector_divisions"] / HEADROOM, found


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the names of instructions are those of x86-64")
def test_divisions_are_made_several_at_a_time() -> None:
    prepare()
    vector, scalar = divisions()
    assert vector > 50 and scalar > 0


@pytest.mark.parametrize("missing", NEEDED)
def test_what_is_missing_is_said(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instructions.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(instructions.sys, "platform", "linux")
    monkeypatch.setattr(shutil, "which", lambda name: None if name == missing else f"/usr/bin/{name}")
    assert missing in lacking()
    monkeypatch.setattr(instructions.platform, "machine", lambda: "arm64")
    assert "x86-64 alone" in lacking()
