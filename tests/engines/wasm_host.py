"""The WebAssembly engine outside a browser: what a page does with an image, in wasmtime."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import wasmtime as wt

from sim.engines import wasm
from sim.engines.compiled.layout import NAMES, S
from sim.engines.trajectory import CODES
from sim.engines.wasm.derive import TABLES
from sim.engines.wasm.images import BASE, RETURNS
from sim.runner.model_version import kernels

FIELDS = {name: field for field, name in NAMES.items()}


class Host:
    """The module with one image."""

    def __init__(self, image: wasm.Image, module: wt.Module, store: wt.Store) -> None:
        self.image, self.store = image, store
        pages = (image.base + len(image.block)) // 65536 + 1
        self.memory = wt.Memory(store, wt.MemoryType(wt.Limits(pages, None)))
        self.table = wt.Table(store, wt.TableType(wt.ValType.funcref(), wt.Limits(3, None)), None)
        self.stack = wt.Global(store, wt.GlobalType(wt.ValType.i32(), True), wt.Val.i32(BASE))
        given = {
            "__linear_memory": self.memory, "__stack_pointer": self.stack, "__indirect_function_table": self.table,
        }  # fmt: skip
        wt.Instance(store, module, [given[one.name] for one in module.imports])
        size = self.memory.data_len(store)
        self.view = np.frombuffer(self.memory.get_buffer_ptr(store, size), dtype=np.uint8)

    @property
    def s(self) -> Any:
        """The first record."""
        return self.view[BASE : BASE + S.itemsize].view(S)

    def begin(self, replicate: int, fields: Mapping[str, float] | None = None, patch: Any = ()) -> None:
        """Copy the image, write what was moved, and derive what follows."""
        self.view[BASE : BASE + len(self.image.block)] = np.frombuffer(self.image.block, np.uint8)
        for name, value in (fields or {}).items():
            self.s[FIELDS.get(name, name)] = value
        for offset, data in patch:
            self.view[BASE + offset : BASE + offset + len(data)] = np.frombuffer(data, np.uint8)
        self.s["replicate"] = replicate
        self.call(2, self.image.months, *(self.image.places[name] for name in TABLES))

    def call(self, entry: int, *given: int) -> None:
        """Call a function by its place in the table."""
        assert self.table.get(self.store, entry)(self.store, RETURNS, RETURNS + 8, BASE, *given) == 0
        assert self.stack.value(self.store) == BASE, "the stack is back where it was"

    def run(self, replicate: int, fields: Mapping[str, float] | None = None, patch: Any = ()) -> np.ndarray:
        """Return a replicate's outcomes, months by scopes and outcomes."""
        self.begin(replicate, fields, patch)
        self.call(1, 0, self.image.months)
        return self.part("values").view(np.float64).reshape(self.image.months, -1).copy()

    def part(self, name: str) -> np.ndarray:
        """Return the bytes of an array of records."""
        at = self.image.places[name]
        return self.view[at : at + self.image.bytes[name]]

    def events(self) -> np.ndarray:
        """Return the log."""
        return self.part("log").view(CODES)[: int(self.s["logged"][0])]


class Hosts:
    """The module, compiled once for all images; another one where it is given."""

    def __init__(self, code: bytes | None = None) -> None:
        self.store = wt.Store()
        self.module = wt.Module(self.store.engine, code or wasm.engine(kernels()))

    def of(self, image: wasm.Image) -> Host:
        """Return a host of an image."""
        return Host(image, self.module, self.store)
