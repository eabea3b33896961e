"""The question: levers, uncertainties, designs, horizons, smallest effects, and what is kept of a run; its file."""
