"""The engine as WebAssembly: the bits of the native engine, whatever is moved, and nothing else."""

from __future__ import annotations

import hashlib
import json
import math
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sim.engines import compiled, wasm
from sim.engines.compiled import layout
from sim.engines.compiled.month import advance_at
from sim.engines.compiled.pack import fresh, pack
from sim.engines.wasm.lower import ENTRIES, SETTINGS, number, sections, stripped
from sim.errors import UserError
from sim.registry.mechanisms import LIMITS, MECHANISMS
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import CHOICES, VARIANTS
from sim.runner.model_version import kernels
from sim.scenario.load import load
from sim.world.build import World, build
from tests.brief import brief
from tests.engines.scenarios import scenarios
from tests.engines.wasm_host import FIELDS, Hosts

SMALL = ["tree.only=['Moscow', 'Petrograd', 'Tula', 'Tambov', 'Don']", "tree.uezds=60", "period.end='1924-06'"]


@pytest.fixture(scope="module")
def hosts() -> Hosts:
    return Hosts()


def world(name: str = "historical", *sets: str) -> World:
    return build(load(name, [*SMALL, *sets]).scenario)


def native(of: World, replicate: int) -> np.ndarray:
    return compiled.simulate(of, replicate, events=False).values.reshape(len(of.months), -1)


def same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.tobytes() == other.tobytes()


@pytest.mark.parametrize("name", ["historical", "election", "readiness-rule", "endogenous-congress", "loyal-packing"])
def test_worlds_have_the_native_engines_bits(name, hosts):
    built = world(name)
    host = hosts.of(wasm.image(built))
    for replicate in (0, 3):
        assert same(host.run(replicate), native(built, replicate))


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["historical", "election", "appointment", "endogenous-congress"])
def test_whole_worlds_have_the_native_engines_bits(name, hosts):
    built = build(load(name).scenario)
    host = hosts.of(wasm.image(built))
    for replicate in range(3):
        assert same(host.run(replicate), native(built, replicate)), replicate


RANDOM = settings(
    deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)  # fmt: skip


@settings(RANDOM, max_examples=6)
@given(scenarios(), st.sampled_from([0, 1, 7, 2**31]))
def test_some_random_worlds_leave_the_same_memory_and_events(scenario, replicate):
    compare(scenario, replicate)


@pytest.mark.exhaustive
@settings(RANDOM, max_examples=60)
@given(scenarios(), st.sampled_from([0, 1, 7, 2**31]))
def test_many_random_worlds_leave_the_same_memory_and_events(scenario, replicate):
    compare(scenario, replicate)


def compare(scenario, replicate):
    try:
        built = build(scenario)
    except UserError:
        return
    records, months = pack(built), len(built.months)
    memory = fresh(records, replicate, 20_000)
    advance_at(memory.address, 0, months)
    host = Hosts().of(wasm.image(built, 20_000, records))
    host.begin(replicate)
    for begin, end in ((0, months // 2), (months // 2, months)):
        if begin < end:  # the first month is founded anew by whoever begins with it
            host.call(1, begin, end)
    for name in layout.ARRAYS:
        assert same(memory.arrays[name].view(np.uint8), host.part(name)), name
    for name in layout.S.names:
        if name not in layout.ARRAYS:
            assert same(memory.s.view(np.ndarray)[name], host.s[name]), name
    logged = compiled.simulate(built, replicate).events.codes
    assert same(logged, host.events())


@pytest.mark.parametrize("part", brief(range(4), 0))
def test_every_parameter_can_be_moved_in_an_image(part, hosts):
    host = hosts.of(wasm.image(world("appointment")))
    moved = 0
    plain = host.run(1)
    for name, parameter in [*PARAMETERS.items()][part::4]:
        for value in (parameter.low, 0.37 * parameter.low + 0.63 * parameter.high):
            wanted = native(world("appointment", f"parameters.{name}={value}"), 1)
            found = host.run(1, {name: value})
            assert same(found, wanted), (name, value)
            moved += not same(found, plain)
    assert moved > 20


def test_no_parameter_makes_another_tree_or_calendar():
    """These are packed: a parameter that they read could not be moved in an image."""
    assert not world().read["laid"]


def test_every_reading_can_be_taken_in_an_image(hosts):
    host = hosts.of(wasm.image(world()))
    for name, variant in VARIANTS.items():
        for choice in variant.choices:
            wanted = native(world("historical", f"variants.{name}={choice}"), 2)
            assert same(host.run(2, {name: CHOICES[name][choice]}), wanted), (name, choice)


@pytest.mark.parametrize("part", range(2))
def test_every_mechanism_can_be_switched_off_by_a_patch_and_stays_off(part, hosts):
    image = wasm.image(world())
    host = hosts.of(image)
    for name in [*MECHANISMS][part::2]:
        without = world("historical", f"mechanisms.{name}=false")
        off = {FIELDS.get(field, field): value for field, value in LIMITS[name].items()}
        assert same(host.run(1, off, wasm.patch(image, wasm.image(without))), native(without, 1)), name


@pytest.mark.parametrize("rule", ["election", "appointment", "readiness", "endogenous"])
def test_another_rule_is_a_patch_under_which_parameters_can_still_be_moved(rule, hosts):
    image = wasm.image(world())
    sets = (f"policy.rule={rule}", "parameters.k1=0.31", "parameters.k0=0.2", "parameters.b_slope=0.09")
    host = hosts.of(image)
    patch = wasm.patch(image, wasm.image(world("historical", sets[0])))
    found = host.run(0, {"k1": 0.31, "k0": 0.2, "b_slope": 0.09}, patch)
    assert same(found, native(world("historical", *sets), 0))


def test_images_of_other_places_are_not_patched():
    with pytest.raises(ValueError, match="the same places"):
        wasm.patch(wasm.image(world()), wasm.image(world("historical", "tree.uezds=80")))


def test_what_is_not_defined_is_one_nan_that_nobody_reckoned(hosts):
    built = world()
    found = hosts.of(wasm.image(built)).run(0)
    undefined = np.isnan(found)
    assert undefined.any()
    # WebAssembly leaves the sign and the payload of a reckoned one open.
    assert (found[undefined].view(np.uint64) == np.array(math.nan).view(np.uint64)).all()


def test_the_layout_is_where_things_are(hosts):
    built, known = world(), wasm.layout()
    host = hosts.of(wasm.image(built, 5_000))
    host.begin(0)
    at = known["fields"]["k1"]
    assert host.view[65536 + at :][:8].view(np.float64)[0] == built.p.k1
    assert known["types"]["k1"] == "<f8"
    host.call(1, 0, len(built.months))
    codes = host.events()
    event, size = known["event"], known["event_size"]
    raw = host.part("log").tobytes()
    # By name alone, as a page does it.
    assert {name: known["fields"][name] for name in PARAMETERS} and known["fields"]["flat"] == known["fields"]["flat_"]
    assert [function.__name__ for function in ENTRIES] == [*known["entries"]]
    assert [*known["entries"].values()] == [1, 2]
    assert json.loads(json.dumps(known)) == known
    assert int.from_bytes(raw[size + event["month"] :][:4], "little") == codes["month"][1]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: Any) -> bytes:
    """Return the engine lowered here, with what linkers read."""
    target = tmp_path_factory.mktemp("lowered") / "whole.wasm"
    code = (
        "import sys; from pathlib import Path; from sim.engines.wasm import lower; "
        "lower.stripped = lambda module: module; Path(sys.argv[1]).write_bytes(lower.lowered())"
    )
    subprocess.run([sys.executable, "-c", code, str(target)], check=True, env=os.environ | SETTINGS)
    return target.read_bytes()


@pytest.mark.exhaustive
def test_addresses_are_those_that_a_linker_would_write(whole):
    seen, wrong = relocations(whole)
    assert seen and not wrong


@pytest.mark.exhaustive
def test_lowered_here_it_is_the_shipped_one_or_reckons_the_same(whole):
    made = stripped(whole)
    # Another interpreter has another bytecode, and another LLVM another order of instructions.
    if wasm.told()["made_with"] == wasm.tools():
        assert made == wasm.engine(kernels())
    host = Hosts(made).of(wasm.image(world("appointment")))
    for sets in ({}, {"k1": 0.31, "k0": 0.2, "b_slope": 0.09, "term": 7.3, "n_cand": 5.2, "maj": 1.7}):
        wanted = native(world("appointment", *(f"parameters.{name}={value}" for name, value in sets.items())), 1)
        assert same(host.run(1, sets), wanted)


def relocations(module: bytes) -> tuple[Counter[int], int]:
    """Return relocations by type, and how many differ from what is written already."""
    parts = [(kind, module[begin:end]) for kind, _, begin, end in sections(module)]
    segments, symbols = _segments(parts), []
    for kind, content in parts:
        if kind == 0 and content[1:8] == b"linking":
            symbols = _symbols(content, segments)
    seen, wrong = Counter[int](), 0
    for kind, content in parts:
        if kind or not content[1:].startswith(b"reloc"):
            continue
        section, at = number(content, 1 + content[0])
        count, at = number(content, at)
        body = parts[section][1]
        for _ in range(count):
            type_ = content[at]
            offset, at = number(content, at + 1)
            index, at = number(content, at)
            addend = 0
            if type_ in (3, 4, 5, 8, 9, 11, 14, 15, 16, 17, 22, 23):
                addend, at = _signed(content, at)
            wide = type_ in (2, 5, 8, 9)
            found = int.from_bytes(body[offset : offset + 4], "little") if wide else (
                _signed(body, offset)[0] if type_ in (1, 4, 11) else number(body, offset)[0])  # fmt: skip
            seen[type_] += 1
            if type_ in (1, 2):
                wrong += found not in (1, 2)  # a place in the table: there are two
            elif type_ == 6:
                wrong += found != index
            else:
                wrong += found != symbols[index] + addend
    return seen, wrong


def _signed(data: bytes, at: int) -> tuple[int, int]:
    begin = at
    found, at = number(data, at)
    bits = 7 * (at - begin)
    return (found - (1 << bits) if data[at - 1] & 64 else found), at


def _segments(parts: list[tuple[int, bytes]]) -> list[int]:
    found = []
    for kind, content in parts:
        if kind == 11:
            count, at = number(content, 0)
            for _ in range(count):
                offset, at = _signed(content, at + 2)
                size, at = number(content, at + 1)
                found.append(offset)
                at += size
    return found


def _symbols(content: bytes, segments: list[int]) -> list[int]:
    found, at = [], 9
    while at < len(content):
        kind = content[at]
        size, begin = number(content, at + 1)
        if kind == 8:
            count, at = number(content, begin)
            for _ in range(count):
                of = content[at]
                flags, at = number(content, at + 1)
                if of == 1:
                    length, at = number(content, at)
                    at += length
                    segment, at = number(content, at)
                    offset, at = number(content, at)
                    _, at = number(content, at)
                    found.append(segments[segment] + offset)
                else:
                    index, at = number(content, at)
                    if not flags & 16 or flags & 64:
                        length, at = number(content, at)
                        at += length
                    found.append(index)
        at = begin + size
    return found


def test_the_engine_of_other_sources_is_another():
    assert wasm.version_of(kernels()) != wasm.version_of("0" * 16)


#: Says of a package's engine: its version, whether it was the shipped one, whether it has its own native engine's bits,
#: and what these are.
CHANGED = """
import hashlib
from sim.engines import wasm
from sim.runner.model_version import kernels
from tests.engines.test_wasm import Hosts, native, world
built = world("appointment")
bits = native(built, 1)
same = Hosts().of(wasm.image(built)).run(1).tobytes() == bits.tobytes()
version = wasm.version_of(kernels())
print(version, version == wasm.shipped(), same, hashlib.sha256(bits.tobytes()).hexdigest())
"""


@pytest.mark.exhaustive
def test_a_changed_mechanism_gives_an_engine_that_has_it(tmp_path):
    package = Path(wasm.__file__).parents[2]
    shutil.copytree(package, tmp_path / "src" / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in ("scenarios", "tests"):  # what a checkout has beside the sources
        (tmp_path / folder).symlink_to(Path(__file__).parents[2] / folder)
    changed = tmp_path / "src" / "sim" / "mechanisms" / "arithmetic.py"
    text = changed.read_text()
    assert (line := "0.5 + 0.5 * h / math.sqrt(1.0 + h * h)") in text
    changed.write_text(text.replace(line, "0.5 + 0.25 * h / math.sqrt(1.0 + h * h)"))
    path = os.pathsep.join(map(str, (tmp_path / "src", tmp_path)))
    places = {"PYTHONPATH": path, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", CHANGED], env=os.environ | places, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    version, was_shipped, is_same, bits = done.stdout.split()
    assert version != wasm.version_of(kernels()) and was_shipped == "False" and is_same == "True"
    assert bits != hashlib.sha256(native(world("appointment"), 1).tobytes()).hexdigest()


def test_the_shipped_engine_is_that_of_these_sources():
    assert wasm.shipped() == wasm.version_of(kernels()), "the engine has changed: make engine"
    # A merge may take one file from one side and one from the other.
    assert wasm.told()["sha256"] == hashlib.sha256(wasm.engine(kernels())).hexdigest(), "mixed up: make engine"
    published = Path(wasm.__file__).with_name("layout.json")
    assert json.loads(published.read_text()) == wasm.layout(), "the layout has changed: make engine"


def test_a_compiler_that_gives_up_is_one_error(tmp_path, monkeypatch):
    monkeypatch.setattr("sim.engines.wasm.sys.executable", "false")
    with pytest.raises(UserError, match="could not be lowered"):
        wasm._lower_into(tmp_path / "engine.wasm")
    assert not [*tmp_path.iterdir()]
