"""The audit of twins: what each arm pays for a pair of terms, and when that is called alike."""

from __future__ import annotations

import numpy as np
import pytest

from sim.analysis.sweep import open_sweep
from sim.analysis.twins import _judged
from sim.errors import UserError
from sim.experiment.experiment import Option
from sim.experiment.load import load_experiment
from tests.made_sweep import made

ARMS = (Option("appointment", {}), Option("election", {}))


@pytest.mark.parametrize(
    ("second", "spread", "reading"),
    [
        (0.02, 0.0001, "alike"),  # the same payment
        (0.0215, 0.0001, "alike"),  # a fourteenth more, of a payment that is a tolerance of a tenth
        (0.03, 0.0001, "unlike"),  # half as much again
        (0.02, 0.1, "undecided"),  # the same on average, and nobody can tell
        (0.03, 0.1, "undecided"),
    ],
)
def test_alike_is_to_within_a_tenth_and_known_well_enough(second: float, spread: float, reading: str) -> None:
    one = np.full(100, 0.02)
    away = np.tile([-spread, spread], 50)
    assert _judged(one, np.full(100, second) + away, 0.005, ARMS)["reading"] == reading


def test_small_payments_are_measured_by_the_smallest_effect_of_interest() -> None:
    nothing, little = np.zeros(100), np.full(100, 0.0004)
    found = _judged(nothing, little, 0.005, ARMS)
    assert (found["reading"], found["tolerance"]) == ("alike", pytest.approx(0.0005))
    assert found["pays under appointment"] == 0.0 and found["pays under election"] == pytest.approx(0.0004)
    assert _judged(nothing, little, 0.001, ARMS)["reading"] == "unlike"


def test_payments_are_paired_in_each_arm(tmp_path) -> None:  # type: ignore[no-untyped-def]
    sweep = open_sweep(made(tmp_path / "sweep"))
    (arms, terms), column = sweep.experiment.levers, sweep.columns[0][0]
    frame = sweep.query("select * from runs")
    paid = {}
    for arm in arms.options:
        mine = frame[frame[arms.name] == arm.value]
        wide = mine.pivot_table(index=["point", "replicate"], columns=terms.name, values=column)
        change = wide[terms.options[1].value] - wide[terms.options[0].value]
        paid[arm.label] = change.groupby("point").mean()
    found = sweep.payments()
    row = found[(found["outcome"] == sweep.columns[0][1]) & (found["horizon"] == sweep.columns[0][3])].iloc[0]
    for label, values in paid.items():
        assert row[f"pays under {label}"] == pytest.approx(values.mean())
    away = paid[arms.options[1].label] - paid[arms.options[0].label]
    assert row["difference"] == pytest.approx(away.mean())
    assert row["error"] == pytest.approx(away.std(ddof=1) / len(away) ** 0.5)


def test_an_audit_has_two_levers(tmp_path) -> None:  # type: ignore[no-untyped-def]
    sweep = open_sweep(made(tmp_path / "sweep"))
    sweep.experiment.__dict__["levers"] = sweep.experiment.levers[:1]
    with pytest.raises(UserError, match="the first with two options"):
        sweep.payments()


def test_the_shipped_audit_leaves_out_every_pair_that_is_declared() -> None:
    _, terms = load_experiment("audit-of-twins").levers
    switched = [(name, on) for option in terms.options for name, on in option.table.get("mechanisms", {}).items()]
    left_out = {"hearing", "renewal", "ladder", "crossing", "debate_by_rule", "transfers", "extraordinary"}
    assert left_out <= {name for name, on in switched if not on}
    assert {"place_costs", "showmanship"} <= {name for name, on in switched if on}


def test_twins_are_audited_in_the_neutral_kernel() -> None:
    audit, neutral = (load_experiment(name).base["mechanisms"] for name in ("audit-of-twins", "neutrality"))
    assert audit == neutral
