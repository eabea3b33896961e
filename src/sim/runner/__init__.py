"""Carrying out: replicates of a world, paired worlds, and sweeps that can be killed, resumed and moved."""
