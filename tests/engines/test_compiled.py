"""The compiled engine is the reference engine: every outcome, every event, every person's place, bit for bit."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.lib.array_utils import byte_bounds

from sim.engines import compiled
from sim.engines.compiled import layout
from sim.engines.compiled import record as recording
from sim.engines.compiled.layout import ACTING, EMPTY, FULL, KEPT, SUPERIOR
from sim.engines.compiled.memory import LINE_BYTES, NUMBER_BYTES, SHIFT, WIDTH
from sim.engines.compiled.month import advance_at
from sim.engines.compiled.pack import Packed, fresh, pack
from sim.engines.readings import MOVES
from sim.engines.reference import PartyModel
from sim.engines.reference import run as run_reference
from sim.engines.reference import simulate as reference
from sim.engines.trajectory import Trajectory
from sim.errors import UserError
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import CHOICES
from sim.scenario.load import load
from sim.world.build import World, build, vary
from sim.world.places import SEATS
from tests.brief import brief
from tests.engines.scenarios import scenarios
from tests.engines.worlds import fingerprint, outcome, scenario, world

INSTALLED = ("", "elected", "recommended", "appointed", "acting", "confirmed")


def same(one: Trajectory, other: Trajectory) -> None:
    assert one.months == other.months
    assert one.values.tobytes() == other.values.tobytes()
    assert list(map(str, one.events)) == list(map(str, other.events))
    assert one.committees.shape == other.committees.shape
    assert one.committees.tobytes() == other.committees.tobytes()


def people_of_reference(model: PartyModel) -> tuple[Any, ...]:
    """Return where everybody is after a run, and what he is like."""
    seats = [[man and (man.identity, man.installed, man.tenure) for man in c.seats] for c in model.committee_list]
    lines = [*(c.bench for c in model.committee_list), *(c.pool for c in model.committee_list), model.reserve]
    people = {
        man.identity: (man.skill, man.temper, man.pliancy, man.loyalty, man.clique, man.by_bureau)
        for man in model.officials()
    }
    return seats, [[man.identity for man in line] for line in lines], people, [c.ties for c in model.committee_list]


def people_of_compiled(w: World, replicate: int) -> tuple[Any, ...]:
    memory = fresh(pack(w), replicate, 0)
    advance_at(memory.address, 0, len(w.months))
    offices, men, lines, dossiers = (
        memory.arrays[name].view(np.recarray) for name in ("offices", "men", "lines", "dossiers")
    )
    eights, stock = memory.arrays["eights"], memory.arrays["stock"]
    identity = (dossiers.generation.astype(np.int64) << 32) | men.address

    def line(first: int) -> list[int]:
        found = []
        while first >= 0:
            found.append(int(identity[first]))
            first = int(men.next[first])
        return found

    def of_seat(name: str, man: int) -> float:
        return float(eights[name][men.post[man] // WIDTH, men.seat[man], men.post[man] % WIDTH])

    def holder(man: int) -> tuple[int, str, float] | None:
        return None if man < 0 else (int(identity[man]), INSTALLED[men.installed[man]], of_seat("tenure", man))

    def skill(man: int) -> float:
        return of_seat("skill", man) if men.post[man] >= 0 else float(stock["skill"][man // WIDTH, man % WIDTH])

    seats = [
        [holder(man) for man in o.held[: eights["seats"][i // WIDTH, i % WIDTH]]] for i, o in enumerate(offices)
    ]
    people = {
        int(identity[k]): (skill(k), m.temper, m.pliancy, m.loyalty, float(m.clique), bool(m.by_bureau))
        for k, m in enumerate(men)
        if m.alive
    }
    between = [eights["ties"][i // WIDTH, i % WIDTH] - 1 for i in range(len(offices))]
    rows = [eights["grievance"][i // WIDTH, :, i % WIDTH].tolist() for i in range(len(offices))]
    grievances = [[*row[:number], row[SUPERIOR]] for row, number in zip(rows, between, strict=True)]
    return seats, [line(int(first)) for first in lines.first], people, grievances


def built(s: Any) -> World | None:
    try:
        return build(s)
    except UserError:
        return None  # purges that leave no members, more guberniias than uezds


def compare(s: Any, replicate: int) -> None:
    w = built(s)
    if w is not None:
        model = PartyModel(w, replicate)
        same(run_reference(model), compiled.simulate(w, replicate))
        assert people_of_compiled(w, replicate) == people_of_reference(model)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(scenarios(months=18), st.integers(0, 3))
def test_equal_over_some_random_scenarios(s: Any, replicate: int) -> None:
    compare(s, replicate)


@pytest.mark.exhaustive
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(scenarios(), st.integers(0, 3))
def test_equal_over_many_random_scenarios(s: Any, replicate: int) -> None:
    compare(s, replicate)


@pytest.mark.parametrize("name", brief(
    ["historical", "election", "readiness-rule", "endogenous-congress", "capitals-only"],
    "endogenous-congress",
))  # fmt: skip
def test_equal_on_shipped_scenarios(name: str) -> None:
    loaded = load(name, ["tree.uezds=170", "period.end=1924-06"]).scenario
    w = build(loaded.model_copy(update={"run": loaded.run.model_copy(update={"committees": True})}))
    same(reference(w, 1), compiled.simulate(w, 1))


def test_moscows_votes_are_those_of_its_conferences() -> None:
    loaded = load("historical", ["tree.uezds=0", "period.end=1924-01"]).scenario
    trajectory = compiled.simulate(build(loaded), 0)
    votes = {e.reason: e.value for e in trajectory.events if e.kind == "conference" and e.committee in ("Moscow", "")
             and e.month == "1924-01"}  # fmt: skip
    names = {"raion": "moscow_raions", "guberniia": "moscow_conference", "nation": "opposition_nation"}
    assert {tier: outcome(trajectory, name)[-1] for tier, name in names.items()} == votes


def test_a_world_varied_runs_as_one_built_anew() -> None:
    """Whatever parameter moved: a sweep packs its worlds after the model of the first."""
    base = world(months=30, guberniias=4, uezds_each=2)
    compiled.simulate(base, 0, events=False)  # its records are there to be copied
    for name, parameter in PARAMETERS.items():
        value = 0.37 * parameter.low + 0.63 * parameter.high
        varied, built = vary(base, {name: value}), build(vary(base, {name: value}).scenario)
        one, two = (compiled.simulate(world, 1, events=False).values for world in (varied, built))
        assert one.tobytes() == two.tobytes(), name


def begun(packed: Packed) -> dict[str, bytes]:
    """Return every field and array of a replicate before its first month, without addresses."""
    memory = fresh(packed, 1, 0)
    fields = {name: memory.s[name].tobytes() for name in layout.S.names or () if name not in layout.ARRAYS}
    rules = memory.arrays.pop("rules")  # which have bytes that mean nothing
    arrays = {name: array.tobytes() for name, array in memory.arrays.items()}
    return fields | arrays | {f"rules {name}": rules[name].tobytes() for name in rules.dtype.names}


def test_records_of_a_world_varied_are_those_of_one_packed_anew() -> None:
    """Whatever parameter or reading moved, also where this run would not show it."""
    base = world(months=30, guberniias=4, uezds_each=2)
    like = pack(base)
    moved: list[tuple[dict[str, float], dict[str, str]]] = [
        *(({name: 0.37 * one.low + 0.63 * one.high}, {}) for name, one in PARAMETERS.items()),
        *(({}, {name: choice}) for name, choices in CHOICES.items() for choice in choices),
    ]
    for parameters, readings in moved:
        varied = vary(base, parameters, readings)
        assert begun(pack(varied, like)) == begun(pack(varied)), (parameters, readings)


def test_a_run_writes_into_nothing_that_the_next_begins_with() -> None:
    w = world(months=30, guberniias=11, uezds_each=3, **HOT)
    packed = pack(w)
    before, memory = begun(packed), fresh(packed, 1, 0)
    advance_at(memory.address, 0, len(w.months))
    assert begun(packed) == before
    ends = 0
    for begin, end in sorted(byte_bounds(array) for array in memory.arrays.values() if array.nbytes):
        assert begin >= ends, "two arrays overlap"
        ends = end


HOT = {"a_temp": 0.04, "theta": 0.3, "w0": 0.05, "h_unf": 0.04, "cont": 1.0, "rev": 1.0, "term": 3.0, "tail": 0.7}


def left(w: World, replicate: int = 0) -> dict[str, Any]:
    """Return the memory that a run leaves."""
    memory = fresh(pack(w), replicate, 0)
    advance_at(memory.address, 0, len(w.months))
    return memory.arrays


@pytest.mark.parametrize("guberniias", [1, 3, 8, 11])
def test_what_stands_in_an_eight_is_what_its_officials_are(guberniias: int) -> None:
    """Whoever takes a seat brings all his values, whoever leaves it takes them; uezds know who is above them."""
    w = world(months=30, guberniias=guberniias, uezds_each=3, **HOT)
    arrays = left(w)
    eights, offices, men, stock = (arrays[name] for name in ("eights", "offices", "men", "stock"))
    seated = 0
    for i, o in enumerate(offices):
        b, k = divmod(i, WIDTH)
        head = o["head"]
        above = offices["held"][head, 0] if head >= 0 else -1
        assert eights["superior"][b, k] == (men["temper"][above] if above >= 0 else w.p.TEMPER_MEAN)
        for seat, man in enumerate(o["held"]):
            here = {name: eights[name][b, seat, k] for name in ("standing", "skill", "temper", "clique", "address")}
            if man < 0:
                assert (here["standing"], here["skill"], here["temper"]) == (EMPTY, 0.0, 0.0)
                continue
            seated += 1
            assert (men["post"][man], men["seat"][man]) == (i, seat)
            assert here["standing"] == (KEPT if men["installed"][man] == ACTING else FULL)
            assert all(here[name] == men[name][man] for name in ("temper", "clique", "address"))
            assert here["skill"] >= stock["skill"][man // WIDTH, man % WIDTH]  # he has learned since
            if seat == 0:
                assert eights["pliancy"][b, k] == men["pliancy"][man] and eights["loyalty"][b, k] == men["loyalty"][man]
    assert seated > len(offices)


def test_the_layout_is_what_parts_of_an_eight_assume() -> None:
    """A part is found by steps of a line and of a number: see `memory.part_at`."""
    assert 1 << SHIFT == WIDTH and WIDTH * NUMBER_BYTES == LINE_BYTES
    for whole in (layout.EIGHT, layout.STOCK):
        for name, (kind, place) in whole.fields.items():
            if kind.shape and kind.shape[-1] == WIDTH:
                assert kind.base.itemsize == NUMBER_BYTES and place % LINE_BYTES == 0, name
    parts = [set(one.names) for one in (layout.COMMITTEE, layout.OFFICIAL, layout.TIE)]
    assert "unused" not in set().union(*parts) and sum(map(len, parts)) == len(set().union(*parts))
    assert sorted(map(len, SEATS.values())) == [2, layout.SEATS], "loops have as many seats, or two"


def test_what_each_guberniia_has_one_of_is_added_so() -> None:
    code = Path(recording.__file__).read_text(encoding="utf-8")
    assert sorted([*re.findall(r"add_one\(s, of, AT\.(\w+)", code), *MOVES]) == sorted(recording.ONE_EACH)


@pytest.mark.parametrize("uezds", [0, 1, 2, 4])
def test_places_of_nobody_hold_harmless_numbers(uezds: int) -> None:
    w = world(months=24, guberniias=3, uezds_each=uezds, **HOT)
    eights = left(w)["eights"]
    number = len(w.committees)
    for name in layout.COMMITTEE.names:
        assert np.isfinite(eights[name]).all(), name
    for name in ("conflict", "open", "opened", "happened"):
        assert not eights[name].reshape(-1)[number:].any(), name
    for name in ("standing", "grievance"):
        assert not np.moveaxis(eights[name], 1, 2).reshape(-1, eights[name].shape[1])[number:].any(), name


def test_threads_change_nothing() -> None:
    w = world(months=24, guberniias=6)
    alone = [fingerprint(compiled.simulate(w, replicate)) for replicate in range(12)]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda replicate: fingerprint(compiled.simulate(w, replicate)), range(12)))
    assert together == alone
    assert len(set(alone)) == 12


def test_calls_of_a_few_months_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    w = world(months=25, guberniias=6)
    whole, done = compiled.simulate(w, 0), []
    monkeypatch.setattr(compiled, "PER_CALL", 7 * len(w.committees))
    same(whole, compiled.simulate(w, 0, done.append))
    assert done == [7, 14, 21, 25]


def test_too_many_events_begin_the_run_again(monkeypatch: pytest.MonkeyPatch) -> None:
    w = world(months=25, guberniias=6)
    whole = compiled.simulate(w, 0)
    monkeypatch.setattr(compiled, "EVENTS", 0.01)
    same(whole, compiled.simulate(w, 0))


def test_without_events_the_rest_is_the_same() -> None:
    w = world(months=12)
    bare, whole = compiled.simulate(w, 0, events=False), compiled.simulate(w, 0)
    assert len(bare.events) == 0 < len(whole.events)
    assert bare.values.tobytes() == whole.values.tobytes()


def test_state_is_small() -> None:
    assert compiled.state_bytes(build(load("historical").scenario)) < 4 * 2**20


PROGRAM = """
import sys
from sim.engines.compiled import simulate
from tests.engines.worlds import fingerprint, world
print(fingerprint(simulate(world(months=int(sys.argv[1]), guberniias=5), 0)))
"""


def printed(months: int, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(months)], env={**os.environ, **environment},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.exhaustive
def test_equal_without_compilation() -> None:
    assert printed(10, NUMBA_DISABLE_JIT="1") == fingerprint(reference(world(months=10, guberniias=5), 0))


@pytest.mark.exhaustive
def test_equal_on_a_generic_processor_and_without_a_cache(tmp_path: Any) -> None:
    """Compiled anew, into an empty cache, for a processor without wide instructions."""
    generic = printed(24, NUMBA_CPU_NAME="generic", NUMBA_CPU_FEATURES="", NUMBA_CACHE_DIR=str(tmp_path))
    assert generic == fingerprint(compiled.simulate(world(months=24, guberniias=5), 0))


def test_the_minimally_different_world_is_one_here_too() -> None:
    policy = {"rule": "recorded", "changes": {"x": {"date": "1922-06", "rule": "election"}}}
    before, after = (compiled.simulate(build(scenario(months=30, policy=p)), 0) for p in ({}, policy))
    assert np.array_equal(before.values[:17], after.values[:17], equal_nan=True)
    assert not np.array_equal(before.values[17:], after.values[17:], equal_nan=True)
