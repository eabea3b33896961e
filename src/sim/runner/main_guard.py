"""The main guard of a script that starts processes: each imports the script, and without one would run it anew."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from types import FrameType

from sim.errors import Problem, UserError


def require_guard() -> None:
    """Refuse to start processes from a script without a main guard: each imports the script, and would run it anew."""
    file = getattr(sys.modules["__main__"], "__file__", None)
    line = _line_of_main()
    if file is None or line is None:  # a notebook, or a shell: there is nothing to import
        return
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, ValueError, SyntaxError):
        return
    guards = (node for node in ast.walk(tree) if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test))
    if not any(node.lineno <= line <= (node.end_lineno or line) for node in guards):
        allowed = 'below `if __name__ == "__main__":` in a script, since each process imports the script'
        raise UserError(Problem(f"{Path(file).name}:{line}", found="cluster local", allowed=allowed))


def _line_of_main() -> int | None:
    """Return the line at which the main script stands."""
    frame: FrameType | None = sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "<module>" and frame.f_globals.get("__name__") == "__main__":
            return frame.f_lineno
        frame = frame.f_back
    return None
