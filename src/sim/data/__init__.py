"""What is recorded: packaged tables with grades and sources, and the names of places that they hold."""
