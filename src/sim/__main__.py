"""``python -m sim`` is the command ``skloki``."""

from sim.cli import main

if __name__ == "__main__":
    main()
