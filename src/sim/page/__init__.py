"""The page: worlds that can be moved, in one file or from a server on this machine."""
