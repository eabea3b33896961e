"""Fixtures of experiments over a small world."""

from tests.made_experiments import read, refused  # noqa: F401
