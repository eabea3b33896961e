"""Addressed random draws: Philox4x32-10, three times, and what the model draws with it."""
