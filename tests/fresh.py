"""Processes of their own: the command, and what an interpreter loads."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any


def start(*arguments: object, before: Callable[[], object] = lambda: None, **options: Any) -> subprocess.Popen[str]:
    """Start the command as a process that hears Ctrl-C and hanging up even where the tests run in the background.

    ``before`` is called in the new process before the command.
    """

    def prepare() -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
        before()

    return subprocess.Popen(
        [sys.executable, "-m", "sim", *map(str, arguments)], text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=prepare, **options,
    )  # fmt: skip


def imported(statement: str) -> set[str]:
    """Return the libraries that a fresh interpreter has loaded after a statement, which may print."""
    code = f"import sys\n{statement}\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())
