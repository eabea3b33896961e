"""A world that runs quickly, as the text of a scenario."""

from __future__ import annotations

#: Its period and tree alone, for worlds with settings of their own.
YEAR = """[period]
start = "1921-01"
end = "1921-12"
[tree]
kind = "synthetic"
guberniias = 4
"""
SMALL = f"""
title = "A small world"
why = "It is quick."
{YEAR}[run]
replicates = 2
"""
