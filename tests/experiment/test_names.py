"""What factors may be called: no column of the product's own, and whatever else is allowed goes all the way."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sim.analysis.sweep import Sweep, open_sweep
from sim.experiment import factors as names
from sim.figures import draw_all
from sim.registry.mechanisms import MECHANISMS
from sim.registry.parameters import PARAMETERS
from sim.runner.sweep import sweep
from tests import tiny
from tests.pieces import END, GRID, POINTS

QUANTILES = ["p5", "p10", "p50", "p99"]


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sweep]:
    """Sweeps with each kind of curves."""
    folder = tmp_path_factory.mktemp("names")
    return {kind: open_sweep(sweep(tiny.with_curves(kind), folder / kind)) for kind in ("quantiles", "all")}


def test_every_table_is_known_with_its_columns(swept):
    of = tiny.experiment()
    own = {factor.name for factor in (*of.levers, *of.uncertainties)}
    outcomes = {column for column, *_ in of.columns()} | set(of.outcomes)

    def fixed(columns):
        return {name for name in columns if name not in own | outcomes and not names._QUANTILE.fullmatch(name)}

    for kind, tables in (("quantiles", {"runs": names.RUNS, "bins": names.BINS}), ("all", {"curves": names.CURVES})):
        for table, declared in tables.items():
            assert fixed(swept[kind].query(f"SELECT * FROM {table}").columns) == set(declared), table
        assert fixed(swept[kind].bands().columns) == set(names.BANDS)
    assert fixed(swept["all"].effects().columns) == set(names.EFFECTS)


@pytest.mark.parametrize("table, rest", [
    ("levers", 'field = "tree.bench"\nvalues = [3, 4]\n'),
    ("uncertainties", 'field = "tree.bench"\nlow = 3\nhigh = 4\n'),
])  # fmt: skip
def test_every_reserved_name_is_refused_with_another(table, rest, refused):
    taken = [*sorted(names.RESERVED), *QUANTILES]
    text = "".join(f"[{table}.{name}]\n{rest}" for name in taken)
    problems = refused(text + (GRID if table == "levers" else POINTS) + END)
    for name in taken:
        assert any(
            problem.endswith(
                f': {table}.{name}: found the name "{name}"; allowed: a name of a-z, 0-9 and _, a letter first, but no '
                f"column of the sweep's own tables, as this is; did you mean 'world_{name}'?"
            )
            for problem in problems
        ), name
        assert names._name_fault(f"world_{name}") is None


def test_nothing_registered_is_reserved():
    assert not [name for name in (*PARAMETERS, *MECHANISMS) if names._name_fault(name)]


@pytest.mark.parametrize("name, near", [
    ("Run", "world_run"), ("Bench", "bench"), ("my-lever", "my_lever"), ("9", "world_9"), ("é", ""), ("p 10", "p_10"),
])  # fmt: skip
def test_what_is_no_name_is_refused_with_one(name, near):
    fault = names._name_fault(name)
    assert fault is not None and fault[2] == near
    assert not near or names._name_fault(near) is None


def test_any_other_name_goes_through_sweep_bands_effects_and_pictures(tmp_path, unwritten):
    of = tiny.with_curves("all", points=4, replicates=2)
    used = iter(["select", "order", "index", "rowid", "level_0", "values", "x", "table"])
    levers, uncertainties = (
        tuple(replace(factor, name=next(used)) for factor in factors) for factors in (of.levers, of.uncertainties)
    )
    assert not any(names._name_fault(factor.name) for factor in (*levers, *uncertainties))
    of = replace(of, levers=levers, uncertainties=uncertainties)
    opened = open_sweep(sweep(of, tmp_path / "s"))
    plain = open_sweep(sweep(tiny.with_curves("all", points=4, replicates=2), tmp_path / "plain"))
    renamed = dict(zip(("select", "order"), ("policy", "gentle"), strict=True))
    assert opened.bands().rename(columns=renamed).equals(plain.bands())
    effects = opened.effects()
    assert effects["effect"].tolist() == plain.effects()["effect"].tolist()
    assert draw_all(opened, tmp_path / "figures")


