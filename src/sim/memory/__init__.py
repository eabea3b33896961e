"""Worlds run in memory, for notebooks, pages and programs."""
