"""Instructions per committee-month: how much work the engine is, whatever else the machine does meanwhile.

The month loop is compiled for one kind of processor, linked into a small C program that holds a world's memory, and run
under valgrind, which counts. ``python -m experiments.bench.instructions`` prints what it finds; ``--keep`` writes
results/bench/instructions.json, which a test holds later engines to.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import llvmlite  # type: ignore[import-untyped]
import numba
import numpy as np

from experiments.bench.report import OUT
from sim.engines.compiled import layout
from sim.engines.compiled.month import advance_at
from sim.engines.compiled.pack import fresh, pack
from sim.scenario.load import load
from sim.world.build import build

KEPT = OUT / "instructions.json"
SCENARIO, BEGIN, END = "historical", 36, 48
"""What is counted: a year in which all mechanisms are at work."""
TARGET = {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": ""}
"""The processor that is compiled for, whatever the machine: vectors of four numbers, which valgrind knows, too."""
NEEDED = ("gcc", "valgrind")
BASE = 1 << 44
"""Where the C program puts the world: far from all else."""
PAGE, LINE = 4096, 64
#: What the C library has; all else that the object asks for serves Python, and is never called.
KNOWN = ("memset", "memcpy", "memmove", "sqrt")


class Count(NamedTuple):
    """What was counted, and the hash of the values that came of it."""

    instructions_per_committee_month: float
    vector_divisions: int
    scalar_divisions: int
    hash: str


def lacking() -> str:
    """Return why nothing can be counted here; empty if it can."""
    if platform.machine() != "x86_64" or sys.platform != "linux":
        return "instructions are counted on Linux and x86-64 alone"
    missing = [name for name in NEEDED if shutil.which(name) is None]
    return f"no {' and no '.join(missing)} here: instructions are not counted" if missing else ""


def count() -> Count:
    """Compile, link, run and count; about a minute, or some seconds when it has been compiled before."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _run([sys.executable, "-m", "experiments.bench.instructions", "--lay-out", name], env=os.environ | TARGET)
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        source, program = Path(__file__).with_suffix(".c"), folder / "program"
        _run(["gcc", "-O1", "-w", "-no-pie", "-z", "notext", "-I", name, "-o", str(program), str(source),
              str(folder / "unused.c"), str(folder / "engine.o"), "-lm"])  # fmt: skip
        plain = _run([str(program), str(folder / "state")])
        options = ["--tool=callgrind", "--toggle-collect=counted", f"--callgrind-out-file={folder / 'counts'}"]
        told = _run(["valgrind", *options, str(program), str(folder / "state")])
        if plain.stdout != told.stdout:
            raise RuntimeError("under valgrind the engine has other bits")
        found = re.search(r"Collected : (\d+)", told.stderr)
        assert found is not None, told.stderr
        per = int(found[1]) / (about["committees"] * (END - BEGIN))
        return Count(round(per, 1), about["vector_divisions"], about["scalar_divisions"], plain.stdout.strip())


def divisions() -> tuple[int, int]:
    """Return how many divisions and square roots of the compiled engine are of vectors, and how many of one number."""
    function: Any = advance_at
    (compiled,) = function.overloads.values()
    code = str(compiled.library._codegen._tm.emit_assembly(compiled.library._get_module_for_linking()))
    vector, scalar = (len(re.findall(rf"\bv?(?:div|sqrt){kind}\b", code)) for kind in ("pd", "sd"))
    return vector, scalar


def _run(command: list[str], **options: Any) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.strip() or done.stdout.strip() or done.returncode}")
    return done


def _lay_out(folder: Path) -> None:
    """Write the engine's object, a world's memory, and what the C program must know of them."""
    signature = (numba.int64,) * 3
    function: Any = advance_at
    function.compile(signature)
    made = function.overloads[signature]
    module = made.library._get_module_for_linking()
    (folder / "engine.o").write_bytes(made.library._codegen._tm.emit_object(module))
    declared = [one.name for one in (*module.functions, *module.global_variables) if one.is_declaration]
    unused = [name for name in declared if not name.startswith("llvm.") and name not in KNOWN]
    (folder / "unused.c").write_text("".join(f"long {name};\n" for name in unused), encoding="utf-8")

    world = build(load(SCENARIO).scenario)
    memory = fresh(pack(world), 0, 0)
    s, places, at = memory.s.view(np.ndarray).copy(), {}, -(-memory.s.nbytes // PAGE) * PAGE
    for name, array in memory.arrays.items():
        places[name], at = at, at + -(-array.nbytes // LINE) * LINE
    for name in layout.ARRAYS:
        s[name] = BASE + places[name]
    block = bytearray(-(-at // PAGE) * PAGE)
    block[: s.nbytes] = s.tobytes()
    for name, array in memory.arrays.items():
        block[places[name] : places[name] + array.nbytes] = array.view(np.ndarray).tobytes()
    (folder / "state").write_bytes(bytes(block))
    numbers = {
        "BASE": BASE, "SIZE": len(block), "BEGIN": BEGIN, "END": END, "VALUES": places["values"],
        "VALUES_SIZE": memory.arrays["values"].nbytes,
    }  # fmt: skip
    lines = [f"#define {name} {value}ULL" for name, value in numbers.items()]
    lines.append(f'#define ADVANCE "{made.fndesc.llvm_func_name}"')
    (folder / "state.h").write_text("\n".join(lines) + "\n", encoding="utf-8")
    vector, scalar = divisions()
    about = {"committees": len(world.committees), "vector_divisions": vector, "scalar_divisions": scalar}
    (folder / "about.json").write_text(json.dumps(about), encoding="utf-8")


def main(given: list[str]) -> int:
    """Count and tell; with ``--keep`` keep it, beside what it was before."""
    if given[:1] == ["--lay-out"]:
        _lay_out(Path(given[1]))
        return 0
    if why := lacking():
        print(why, file=sys.stderr)
        return 2
    told: dict[str, Any] = count()._asdict()
    print(json.dumps(told, indent=1))
    if given == ["--keep"]:
        before = json.loads(KEPT.read_text(encoding="utf-8"))["before_eights"] if KEPT.exists() else {}
        what = {"scenario": SCENARIO, "months": [BEGIN, END - 1], "compiled_for": TARGET["NUMBA_CPU_NAME"]}
        made_with = f"numba {numba.__version__}, llvmlite {llvmlite.__version__}"
        kept = what | told | {"made_with": made_with, "before_eights": before}
        KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
