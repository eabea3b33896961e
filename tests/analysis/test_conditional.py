"""What pages say of thirds and subsets of the points: the tables that `experiments.keep` makes of a sweep."""

from __future__ import annotations

import re

import numpy as np
import pytest

from experiments import conditional
from sim.analysis.importance import influence
from sim.analysis.sweep import open_sweep
from tests.made_sweep import experiment, made


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    """Give a sweep in which election gains where r_f and skill are large."""
    return open_sweep(made(tmp_path_factory.mktemp("sweep") / "sweep", of=experiment(), count=120))


def test_parts_of_an_uncertainty_hold_each_point_once(sweep):
    found = conditional.thirds(sweep)
    whole = conditional.main_effects(sweep, scope="nation")
    first = found[found["lever"] == "policy"]
    for factor in sweep.experiment.uncertainties:
        rows = first[first["uncertainty"] == factor.name]
        assert rows["points"].sum() == 120
        mean = np.average(rows["effect"], weights=rows["points"])
        assert mean == pytest.approx(whole.loc[whole["lever"] == "policy", "effect"].item(), rel=1e-9)
    by = first.set_index(["uncertainty", "part"])["effect"]
    assert by["r_f", "low"] < by["r_f", "middle"] < by["r_f", "high"]
    assert set(first.loc[first["uncertainty"] == "order", "part"]) == {"need", "random", "rank"}
    assert set(first.loc[first["uncertainty"] == "depth", "part"]) == {"0.1", "0.3", "1"}


def test_the_table_of_what_it_hangs_on_leads_with_what_moves_the_effect(sweep):
    ratios = conditional.weights(sweep)
    text = conditional.hangs_on(sweep, ratios, conditional.thirds(sweep))
    names = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
    assert set(names[:2]) == {"r_f", "skill"} and len(names) == len(set(names))
    assert "policy: election against appointment" in text


def test_a_choice_is_named_and_an_outcome_without_direction_is_raised(sweep):
    ratios = conditional.weights(sweep)
    ratios.loc[ratios["uncertainty"] == "order", "size"] = 1.0
    text = conditional.hangs_on(sweep, ratios, conditional.thirds(sweep))
    assert re.search(r"\| `order` \| .* \| need: 0\.\d\d, random: 0\.\d\d, rank: 0\.\d\d \|", text)
    assert "| favoured in its low, middle, high third |" in text
    assert "" == conditional.course(sweep, sweep.effects()), "there are no single years"


def test_effects_taken_apart_are_those_of_each_option_and_changes_are_paired(tmp_path):
    found = open_sweep(made(tmp_path / "sweep", of=experiment(outcomes=("misfit",)), fail=[1, 6]))
    apart = conditional.apart(found)
    each = found.effects(lever="policy", each=True)
    for row in apart.itertuples():
        same = each[(each["scope"] == row.scope) & (each["horizon"] == row.horizon)]
        same = same[same["others"] == f"peace = {row.peace}"]
        assert (row.effect, row.points_better) == (same["effect"].item(), same["points_better"].item())
    nation = apart[(apart["scope"] == "nation") & (apart["horizon"] == "after")].set_index("peace")
    assert nation.loc["off", ["change", "change_low", "change_high"]].tolist() == [0.0, 0.0, 0.0]
    # of misfit, peace takes 0.02 from the effect of election at every point, on the same accidents
    assert nation.loc["on", ["change", "change_low", "change_high"]].tolist() == pytest.approx([-0.02] * 3, abs=1e-9)
    with pytest.raises(ValueError, match="independent"):
        conditional.apart(open_sweep(made(tmp_path / "shared", of=experiment(accidents="shared"))))


def test_a_subset_is_what_its_condition_says(sweep, monkeypatch):
    monkeypatch.setitem(conditional.SUBSETS, "made", [("files far off", "r_f > 0.8")])
    found = conditional.subsets(sweep)
    assert found["points_where"].unique().tolist() == ["all points", "files far off"]
    drawn = sweep.units.first(sweep.units.drawn("r_f"))
    assert set(found.loc[found["points_where"] == "files far off", "points"]) == {int((drawn > 0.8).sum())}
    assert "| files far off: `r_f > 0.8` |" in conditional.asked_where(sweep, found)


def test_what_decides_the_sign_need_not_be_what_decides_the_size(sweep):
    """An effect whose sign one uncertainty gives and whose size another."""
    units = sweep.units
    sign = np.where(units.drawn("r_f") > 0.5, 1.0, -1.0)
    values = sign * 0.01 + np.where(units.drawn("speed") > 0.5, 1.0, 0.0)
    size, signs = influence(sweep, values), influence(sweep, values, of_sign=True)
    assert size.index[0] == "speed" and signs.index[0] == "r_f" and signs["r_f"] > 0.5
