"""Two levels, a lag, any level, or one: the rule on made series, and on worlds that keep what they have."""

from __future__ import annotations

import numpy as np
import pytest

from sim.errors import UserError
from sim.experiment.load import load_experiment
from sim.inference import lockin as rules
from sim.inference.lockin import ANY, LAG, ONE, TWO
from sim.results.sweep import SweepFolder
from sim.runner.lockin import told
from sim.runner.sweep import sweep


@pytest.mark.parametrize("before, end, found", [
    ((0.1, 0.5, 0.9), (0.1, 0.5, 0.9), ANY),
    ((0.1, 0.8, 0.9), (0.1, 0.8, 0.9), TWO),
    ((0.1, 0.2, 0.9), (0.1, 0.2, 0.9), TWO),
    ((0.1, 0.5, 0.9), (0.2, 0.5, 0.8), LAG),
    ((0.1, 0.5, 0.9), (0.2, 0.6, 0.999), TWO + " or " + ANY),  # all drift up: not an approach
    ((0.49, 0.5, 0.51), (0.49, 0.5, 0.51), ONE),
    ((0.1, 0.5, 0.9), (0.5, 0.5, 0.51), ONE),
    ((0.5, 0.5, 0.5), (0.9, 0.5, 0.1), ONE),  # apart the wrong way round is luck
    ((0.1, 0.5, 0.9), (0.11, 0.5, 0.9), ANY),  # by less than the smallest effect: it stands
    ((0.1, 0.5, np.nan), (0.1, 0.5, 0.9), ""),
])  # fmt: skip
def test_the_rule(before, end, found):
    assert rules.reading(np.array(before), np.array(end), 0.02) in found.split(" or ")


def test_an_approach_decides_before_the_middle_does():
    steady, slow = np.array([0.1, 0.85, 0.9]), np.array([0.13, 0.85, 0.9])
    assert rules.reading(steady, steady, 0.02) == TWO
    assert rules.reading(steady, slow, 0.02) == LAG


SMALL = """
title = "Small"
scenario = "historical"
[set]
period = { start = "1930-01", end = "1932-12" }
policy.rule = "endogenous"
tree.only = ["Tula", "Tver"]
tree.uezds = 0
WANTS
[set.events]
a = { kind = "congress", start = "1930-12" }
b = { kind = "congress", start = "1931-12" }
[levers.drivers.options]
constant = { threat = { series = "constant", objective = 0.4, perceived = 0.6 } }
quiet = { threat = { series = "constant", objective = 0.2, perceived = 0.3 } }
alarm = { threat = { series = "constant", objective = 0.6, perceived = 0.9 } }
rising = { threat = { series = "custom", custom = { "1930-01" = [0.0, 0.0], "1932-12" = [1.0, 1.0] } } }
falling = { threat = { series = "custom", custom = { "1930-01" = [1.0, 1.0], "1932-12" = [0.0, 0.0] } } }
[levers.start]
field = "policy.start"
values = [0.1, 0.5, 0.9]
[uncertainties]
prior = ["k1", "r_f"]
[design]
kind = "latin-hypercube"
points = 3
[keep]
outcomes = ["claimed"]
scopes = ["nation"]
[keep.horizons]
end = "1932-01:1932-12"
before = "1930-01:1930-06"
quarter = "1930-10"
half = "1931-06"
three_quarters = "1932-03"
[keep.curves]
kind = "sample"
outcomes = ["claimed"]
points = 3
"""


def swept(folder, wants):
    """Sweep small worlds in which congresses want something."""
    (folder / "small.toml").write_text(SMALL.replace("WANTS", wants))
    return sweep(load_experiment(folder / "small.toml"), folder / "swept")


def test_worlds_that_want_what_they_have_keep_any_level(tmp_path):
    place = swept(tmp_path, 'variants.majority_wants = "status_quo"\nmechanisms.dependence = false\n'
                  "mechanisms.ambitious_centre = false")  # fmt: skip
    draws, ramps = rules.told(SweepFolder.open(place))
    assert len(draws) == 9 and set(draws["reading"]) == {ANY}
    assert (draws["apart"] > 0.5).all() and len(ramps) == 3
    runs = SweepFolder.open(place).runs(["point", "drivers", "start", "claimed"])
    runs = runs.set_index(["drivers", "start", "point"])
    one = draws[(draws["drivers"] == "quiet") & (draws["point"] == 2)].iloc[0]
    assert one["from_0.5"] == runs.loc[("quiet", 0.5, 2), "claimed"]
    assert one["apart"] == one["from_0.9"] - one["from_0.1"]
    found = told(place, tmp_path / "told")
    assert found.answer[0].startswith("In 0 of 3 worlds") and "the beginning is forgotten" in found.answer[0]
    assert "in 3 each beginning keeps a level of its own" in found.answer[2]
    assert found.answer[3].startswith("Luck")  # one reading was asked: there is nothing to tell apart
    table = found.frame("readings").query("drivers == 'constant' and reading == 'any level'")
    assert table["draws"].tolist() == [3] and table["of"].tolist() == [3]


def test_a_common_end_is_no_return_to_few_claims_where_it_is_high(tmp_path):
    found = told(swept(tmp_path, 'variants.majority_wants = "status_quo"'), tmp_path / "told")
    draws, ramps = found.frame("draws").fillna({"majority_wants": ""}), found.frame("ramps")
    here = draws["drivers"] == "constant"
    draws.loc[here, "reading"], draws.loc[here, "from_0.5"] = [ONE, ONE, ANY], [0.91, 0.3, 0.95]
    said = rules.answer(draws, ramps, "made up")
    assert said[0].startswith("In 2 of 3 worlds made up the beginning is forgotten")
    assert said[1].endswith("(more than 90 of 100 claimed) in 1, and fewer than half in 1.")


def test_another_sweep_is_refused(tmp_path):
    (tmp_path / "other.toml").write_text(SMALL.replace("WANTS", "").replace("quiet = ", "loud = "))
    place = sweep(load_experiment(tmp_path / "other.toml"), tmp_path / "other")
    with pytest.raises(UserError, match=r"levers.drivers: found without quiet; allowed: a sweep of the experiment"):
        rules.told(SweepFolder.open(place))
