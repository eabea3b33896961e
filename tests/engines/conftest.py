"""What runs the small worlds."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import pytest

from tests.brief import brief


@pytest.fixture(scope="module", params=brief(["compiled", "reference"], "compiled"))
def either(request: pytest.FixtureRequest) -> Iterator[None]:
    """Have worlds run by the compiled engine, which others compare with the reference; `make test-all`: by both."""
    with pytest.MonkeyPatch.context() as here:
        here.setattr("tests.engines.worlds.simulate", import_module(f"sim.engines.{request.param}").simulate)
        yield
