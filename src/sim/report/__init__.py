"""The report: what was found, as one file that opens offline and one that prints, both out of one context.

`context` reads what is stored and words it, `pages` lays it out. No number is made here: each that is shown is one of a
stored file, or a count over one, and says which.
"""
