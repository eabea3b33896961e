"""What ``make bench`` measures: the compiled engine against the reference, plain numpy and a peer, side by side."""
