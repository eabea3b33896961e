"""Where two worlds part, and what the difference did from there on."""
