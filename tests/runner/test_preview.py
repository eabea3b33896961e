"""What `check` says of a scenario before it runs."""

from __future__ import annotations

import pytest

from sim.errors import UserError
from sim.registry.parameters import PARAMETERS
from sim.runner.preview import preview
from sim.scenario.load import load
from sim.world.build import build


@pytest.fixture
def look(tmp_path):
    def make(text: str = "", *sets: str):
        (tmp_path / "made.toml").write_text('title = "Made"\n' + text)
        return preview(load(tmp_path / "made.toml", sets))

    return make


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", (85, 650)),
        ("[tree]\nuezds = 0", (85, 0)),
        ("[tree]\nuezds = 5001", (85, 5001)),
        ('[tree]\nonly = ["Tver", "Moscow"]\nuezds = 0', (2, 0)),
        ('[tree]\nkind = "synthetic"\nguberniias = 100000\nuezds_each = 200', (100_000, 20_000_000)),
    ],
    ids=["default", "guberniias", "many uezds", "two places", "huge"],
)
def test_sizes(text, size, look):
    seen = look(text, "run.replicates=20", "period.end=1922-06")
    assert (seen.guberniias, seen.uezds) == size
    assert (seen.months, seen.replicates) == (18, 20)
    assert seen.committee_months == sum(size) * 18 * 20


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tree]\nuezds = 10000", "10000 give one guberniia 361; allowed: fewer than 256 each"),
        ('[tree]\nkind = "synthetic"\n' + "".join(
            f'[events.purge_{name}]\nkind = "levy"\nstart = "1922-03"\nsize = -0.6\n' for name in "ab"),
         "the purges of 1922-03 would leave no members"),
    ],
    ids=["too many uezds", "no members"],
)  # fmt: skip
def test_what_no_world_can_be_made_of_is_refused_as_a_run_would_refuse_it(text, said, look, tmp_path):
    with pytest.raises(UserError, match=said) as checked:
        look(text)
    with pytest.raises(UserError) as run:
        build(load(tmp_path / "made.toml").scenario)
    assert str(checked.value) == str(run.value)


def test_the_uezds_that_are_counted_are_those_of_the_world(look, tmp_path):
    for text in ("[tree]\nuezds = 300", '[tree]\nonly = ["Tver", "Moscow"]', '[tree]\nkind = "synthetic"'):
        seen = look(text)
        places = build(load(tmp_path / "made.toml").scenario).committees
        assert seen.guberniias == sum(place.parent < 0 for place in places)
        assert seen.guberniias + seen.uezds == len(places)


def test_settings_know_their_layer(look):
    seen = look("[parameters]\ng_y = 0.2\n", "theta=0.5")
    changed = {setting.name: setting for setting in seen.changed}
    assert (changed["parameters.g_y"].value, changed["parameters.g_y"].layer) == (0.2, "made.toml:3")
    assert changed["parameters.theta"].layer == "--set"
    assert changed.keys() == {"title", "parameters.g_y", "parameters.theta"}
    named = {setting.name: setting for setting in seen.settings}
    for parameter in PARAMETERS.values():
        assert named[f"parameters.{parameter.name}"].unit == parameter.unit
    assert named["policy.rule"].layer == "default"


def test_what_differs_is_told_from_what_the_scenario_extends(look, tmp_path):
    (tmp_path / "base.toml").write_text('title = "Base"\n[parameters]\ng_y = 0.2\ntheta = 0.4\n')
    seen = look('extends = "base.toml"\n[parameters]\ng_y = 0.2\ntheta = 0.5\n', "run.replicates=20")
    assert seen.base == "base.toml"
    told = [(name, base, setting.value, setting.layer) for name, base, setting in seen.differs]
    assert told == [("parameters.theta", 0.4, 0.5, "made.toml:5"), ("run.replicates", 10, 20, "--set")]
    (tmp_path / "part.toml").write_text("[run]\nseed = 3\n")
    part = look('extends = ["base.toml", "part.toml"]\n')
    assert part.base == "base.toml + part.toml" and part.differs == []


def test_files_below_that_are_no_world_leave_the_defaults(look, tmp_path):
    (tmp_path / "half.toml").write_text('[tree]\nonly = ["Tula"]\n[events.hunger]\nstart = "1921-09"\n')
    seen = look('extends = "half.toml"\n[events.hunger]\nkind = "famine"\n')
    assert seen.base == "the defaults" and {"tree.only", "events.hunger.kind"} <= {name for name, *_ in seen.differs}


def test_uneven_twins_are_named_once(look):
    parameter = next(p for p in PARAMETERS.values() if p.twin)
    other = parameter.low if parameter.default != parameter.low else parameter.high
    one, both = f"{parameter.name}={other}", f"{parameter.twin}={other}"
    (warning,) = look("", one, "run.replicates=20").warnings
    assert parameter.name in warning and parameter.twin in warning and "not symmetric" in warning
    assert not look("", one, both, "run.replicates=20").warnings


def test_warnings_of_the_loader_are_passed_on(look):
    warnings = look("", "g_y=0.9", "run.replicates=1").warnings
    assert any("g_y" in warning and "plausible" in warning for warning in warnings)
    assert any("too few" in warning for warning in warnings)
