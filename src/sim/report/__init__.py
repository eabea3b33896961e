"""Documents made from the registry and from results."""
