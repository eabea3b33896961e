"""The month loop: the reference engine, and what any engine leaves behind."""
