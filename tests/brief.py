"""Of many cases those that ``make test`` asks; ``make test-all`` asks the others as well."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def brief(cases: Iterable[Any], *kept: Any) -> list[Any]:
    """Return the cases of a parameter, all but those that are kept marked as exhaustive."""
    cases = list(cases)
    assert all(one in cases for one in kept), "what is kept is one of the cases"
    return [case if case in kept else pytest.param(case, marks=pytest.mark.exhaustive) for case in cases]
