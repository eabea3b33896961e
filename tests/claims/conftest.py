"""What populations are made of, read once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from sim.experiment.load import load_experiment


@pytest.fixture(scope="module", autouse=True)
def read_once() -> Iterator[None]:
    """Have each experiment that draws a population read once, however often the population is asked for."""
    with pytest.MonkeyPatch.context() as here:
        here.setattr("sim.claims.populations.load_experiment", cache(load_experiment))
        yield
