"""Scripts that start processes: without a main guard each process would run the script again."""

from __future__ import annotations

import subprocess
import sys

import pytest

GUARD = 'if __name__ == "__main__":\n    '
ASK = "from sim.runner.main_guard import require_guard\ndef ask():\n    require_guard()\n"


def run(script: str, folder) -> subprocess.CompletedProcess[str]:
    (folder / "script.py").write_text(script)
    return subprocess.run([sys.executable, "script.py"], cwd=folder, capture_output=True, text=True)


def test_a_script_without_a_guard_is_told_so_before_anything_is_begun(tmp_path):
    done = run('import sim\n\nsim.sweep("december-1923", cluster="local", out="s")\n', tmp_path)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "sim.errors.UserError: script.py:3: found cluster local; allowed: below `if __name__ == \"__main__\":` in a "
        "script, since each process imports the script"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["script.py"]


@pytest.mark.parametrize("call", [f"{GUARD}ask()", f"def main():\n    ask()\n{GUARD}main()"])
def test_a_script_with_a_guard_may(call, tmp_path):
    assert run(ASK + call, tmp_path).returncode == 0


def test_what_is_no_script_may():
    assert subprocess.run([sys.executable, "-c", f"{ASK}ask()"]).returncode == 0
    assert subprocess.run([sys.executable, "-"], input=f"{ASK}ask()", text=True).returncode == 0
