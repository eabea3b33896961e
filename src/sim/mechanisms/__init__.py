"""The science: one room per step of the month, as scalar pure functions.

No loops over committees, no input or output, no state. Arithmetic keeps to + - * / sqrt,
comparisons and integers, in the order written, so that both engines and every machine compute the
same bits. Symbols in the docstrings are those of the registry.
"""
