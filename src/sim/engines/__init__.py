"""The month loop twice, with equal bits, and the trajectory that either leaves behind."""
