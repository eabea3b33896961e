"""Fixtures of made-up runs and of experiments over a small world."""

from tests.made_experiments import read, refused  # noqa: F401
from tests.made_runs import engine, loaded, places, stored, trajectory  # noqa: F401
