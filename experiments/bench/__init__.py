"""What ``make bench`` measures: the compiled engine against the reference and a peer, side by side."""
