"""Is the question open? Election against appointment over the ranges, and what tilts it."""
