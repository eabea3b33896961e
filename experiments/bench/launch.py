"""Run a command; print wall seconds, seconds to its first output, peak MiB and exit status as JSON.

A process of its own, because a child's peak memory begins at that of the process that starts it:
a driver full of worlds would be counted too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time


def main() -> None:
    """Run the command in ``sys.argv``."""
    begin = time.perf_counter()
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    assert process.stdout is not None
    first = None
    while os.read(process.stdout.fileno(), 1 << 16):
        first = first or time.perf_counter() - begin
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begin
    unit = 2**20 if sys.platform == "darwin" else 2**10
    print(json.dumps([seconds, first or seconds, usage.ru_maxrss / unit, os.waitstatus_to_exitcode(status)]))


if __name__ == "__main__":
    main()
