"""What an engine reads: the tree of committees, dated series, and a world built from a scenario."""
