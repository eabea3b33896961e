"""What populations are made of, read and tried once; error rates of few synthetic claims."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from sim.claims import rates
from sim.experiment.load import load_experiment
from sim.runner import ensembles
from tests.once import once


@pytest.fixture(scope="module", autouse=True)
def briefly() -> Iterator[None]:
    """Have each experiment read, and draws of each ensemble run again, once; and error rates of few made-up claims."""
    all_rates = rates.rates
    with pytest.MonkeyPatch.context() as here:
        here.setattr("sim.claims.populations.load_experiment", cache(load_experiment))
        here.setattr(ensembles, "made", once(ensembles.made))
        here.setattr(rates, "rates", lambda ledger, number=2: all_rates(ledger, number))
        yield
