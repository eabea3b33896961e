"""``python -m sim`` is the command ``skloki``."""

from sim.doors.cli import main

if __name__ == "__main__":
    main()
