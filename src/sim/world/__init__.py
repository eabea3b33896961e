"""What is known: packaged tables, the tree of committees, dated series; and a world built from a scenario."""
