"""Addressed random draws of the model: Philox4x32-10 in three equal forms, and what is drawn with it.

What draws are for stands in `sim.registry.decision_points`; the points of an experiment's design are sampled in
`sim.experiment.sampling`.
"""
