"""Claims: what a file says of one, the rules of verdicts, and stored sweeps reduced to a ledger."""
