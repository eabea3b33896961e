"""The month loop as a WebAssembly module, made by the LLVM that numba brings: no linker and no toolchain.

Run as ``python -m sim.engines.wasm.lower FILE`` by `sim.engines.wasm.engine`, as a process of its own: this LLVM has
its assertions on, and where one fails the process ends. The object that LLVM emits is the module: with one object there
is nothing to link, so that the addresses in it are those a linker would write (a test looks at each). The host gives
memory, stack pointer and table; the functions stand in the table at `ENTRIES`' places from 1 on.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import llvmlite.binding as llvm  # type: ignore[import-untyped]
import numba
import numpy as np

from sim.engines.compiled.layout import S
from sim.engines.compiled.month import advance
from sim.engines.wasm.derive import derive

TRIPLE, FEATURES = "wasm32-unknown-unknown", "+bulk-memory,+mutable-globals,+nontrapping-fptoint,+sign-ext"
SETTINGS = {
    "NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_LOOP_VECTORIZE": "0", "NUMBA_SLP_VECTORIZE": "0",
}  # fmt: skip
"""Of numba: the module is then the same whatever machine makes it."""
RECORD, WHOLE = numba.from_dtype(S), numba.int64
ENTRIES: dict[Any, tuple[Any, ...]] = {advance: (RECORD, WHOLE, WHOLE), derive: (RECORD, *(WHOLE,) * 5)}
LEVEL = 2
#: What the engine lacks: the C library's sqrt, which is an instruction here; and places in the table of functions, by
#: which the host finds them, since an object has no exports.
ROOT = """
declare double @llvm.sqrt.f64(double)
define double @sqrt(double %x) alwaysinline {
  %y = call double @llvm.sqrt.f64(double %x)
  ret double %y
}
"""


def lowered() -> bytes:
    """Return the module."""
    libraries, declared, names = [], "", []
    for function, signature in ENTRIES.items():
        function.compile(signature)
        made = function.overloads[signature]
        libraries.append(made.library._get_module_for_linking().as_bitcode())
        names.append(made.fndesc.llvm_func_name)
        arguments = ", ".join(["ptr", *("i64" for _ in signature[1:])])
        declared += f"declare i32 @{names[-1]}(ptr, ptr, {arguments})\n"
    kept = ", ".join(f"ptr @entry{number}" for number in range(len(names)))
    entries = "".join(f"@entry{number} = constant ptr @{name}\n" for number, name in enumerate(names))
    used = f'@llvm.used = appending global [{len(names)} x ptr] [{kept}], section "llvm.metadata"\n'
    return stripped(_object(libraries, ROOT + declared + entries + used))


def _object(libraries: list[bytes], more: str) -> bytes:
    """Return an object file for wasm32 of functions and what they call."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    target = llvm.Target.from_triple(TRIPLE)
    machine = target.create_target_machine(features=FEATURES, opt=LEVEL, reloc="static", codemodel="default")
    # What asks for the functions comes first: of a library only what is asked for is linked.
    module, *rest = [llvm.parse_assembly(more), *map(llvm.parse_bitcode, libraries)]
    for each in (module, *rest):
        each.triple, each.data_layout = TRIPLE, str(machine.target_data)
    for each in rest:
        module.link_in(each)
    for each in (*module.functions, *module.global_variables):
        if not each.is_declaration and not each.name.startswith("llvm."):
            each.linkage = "internal"  # what nobody calls is dropped: wrappers for Python, numba's common variables
    tuning = llvm.create_pipeline_tuning_options(speed_level=LEVEL)
    tuning.loop_vectorization = tuning.slp_vectorization = False
    builder = llvm.create_pass_builder(machine, tuning)
    unused = llvm.create_new_module_pass_manager()
    unused.add_always_inliner_pass()
    unused.add_global_dead_code_eliminate_pass()
    unused.run(module, builder)
    builder.getModulePassManager().run(module, builder)
    outside = [f.name for f in module.functions if f.is_declaration and not f.name.startswith("llvm.")]
    if outside:
        raise SystemExit(f"the engine calls what a page does not have: {', '.join(outside)}")
    module.verify()
    made: bytes = machine.emit_object(module)
    return made


def stripped(module: bytes) -> bytes:
    """Return a module without what is for linkers and debuggers: its custom sections."""
    return module[:8] + b"".join(module[begin:end] for kind, begin, _, end in sections(module) if kind)


def sections(module: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Yield kind, begin, begin of the content and end of each section of a WebAssembly module."""
    at = 8
    while at < len(module):
        size, content = number(module, at + 1)
        yield module[at], at, content, content + size
        at = content + size


def number(module: bytes, at: int) -> tuple[int, int]:
    """Return an unsigned number in LEB128, and where the next byte is."""
    found = shift = 0
    while True:
        byte, at = module[at], at + 1
        found, shift = found | (byte & 127) << shift, shift + 7
        if byte < 128:
            return found, at


if __name__ == "__main__":
    np.seterr(all="ignore")
    Path(sys.argv[1]).write_bytes(lowered())
