"""Finished models are let go: memory does not grow with replicates."""

from __future__ import annotations

import gc
import weakref

import pytest

from sim.engines import reference
from sim.engines.reference import PartyModel, simulate
from tests.engines.worlds import world


def test_a_finished_model_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: list[weakref.ref[PartyModel]] = []

    class Watched(PartyModel):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments)  # type: ignore[arg-type]
            kept.append(weakref.ref(self))

    monkeypatch.setattr(reference, "PartyModel", Watched)
    for replicate in range(3):
        simulate(world(months=2), replicate)
    gc.collect()
    assert len(kept) == 3 and not any(model() for model in kept)
