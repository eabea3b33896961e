"""What an experiment amounts to, and what `check` says of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import sim
from sim.errors import UserError
from sim.experiment.designs import samples
from sim.experiment.draws import draws
from sim.experiment.ensemble import Ensemble
from sim.experiment.experiment import Experiment, Factor, Option
from sim.experiment.load import load_experiment
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS
from sim.runner import estimate as module
from sim.runner.chunks import Job, run_chunk
from sim.runner.estimate import estimate
from sim.runner.first_plan import PER_COMMITTEE_MONTH, first_plan
from sim.runner.model_version import model
from sim.runner.preview import Preview
from sim.runner.progress import in_bytes, in_time
from sim.runner.sweep import sweep
from sim.scenario.load import load
from tests import tiny
from tests.small import YEAR

EXPERIMENT = """title = "A question"
why = \"\"\"
One paragraph,
and

another.
\"\"\"
scenario = "small"
[levers.policy.options]
old = {}
new = { policy.rule = "election" }
[levers.bench]
field = "tree.bench"
values = [3, 5, 7]
[uncertainties.r_f]
[uncertainties.r_v]
[uncertainties.order]
field = "options.order"
values = ["need", "random"]
[design]
kind = "sobol"
points = 32
[run]
replicates = 4
[keep]
outcomes = ["performance", "opposition_nation"]
[keep.horizons]
end = "1921-12"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "small.toml").write_text(f'title = "Small"\n{YEAR}')
    path = tmp_path / "question.toml"
    path.write_text(EXPERIMENT)
    return path


@pytest.fixture
def experiment(file: Path) -> Experiment:
    return load_experiment(file)


def warned(file: Path, old: str = "", new: str = "", more: str = "") -> list[str]:
    text = EXPERIMENT.replace(old, new, 1) if old else EXPERIMENT
    assert not old or text != EXPERIMENT
    file.write_text(text + more)
    return list(estimate(load_experiment(file), measure=False).warnings)


def test_sizes(experiment):
    found = estimate(experiment, measure=False)
    assert (found.points, found.combinations, found.runs) == (32, 6, 32 * 6 * 4)
    assert (found.guberniias, found.uezds, found.months) == (4, 0, 12)
    assert found.committee_months == 4 * 12 * 32 * 6 * 4
    assert not found.measured and not found.warnings
    assert found.seconds == pytest.approx(found.runs * found.seconds_per_run / found.cores)
    half = estimate(replace(experiment, replicates=2), measure=False)
    assert half.seconds == pytest.approx(found.seconds / 2)


def test_a_trial_gives_the_time_of_this_machine(experiment, monkeypatch):
    monkeypatch.setattr(module, "TRIED", 0.05)
    found = estimate(experiment)
    assert found.measured and 0 < found.seconds_per_run < 1


def test_what_would_take_long_is_not_tried(experiment, monkeypatch):
    monkeypatch.setattr(module, "LITTLE", 0.0)
    monkeypatch.setattr(module, "run_chunk", lambda *_: pytest.fail("tried"))
    found = estimate(experiment)
    assert not found.measured and found.seconds_per_run == pytest.approx(4 * 12 * PER_COMMITTEE_MONTH)


@pytest.mark.parametrize("curves", [
    {}, {"curves": "all", "curve_outcomes": ("performance",)},
    {"curves": "sample", "curve_outcomes": ("performance",), "curve_points": 8},
    {"curves": "quantiles", "curve_outcomes": ("performance",)},
])  # fmt: skip
def test_disk_is_about_what_a_sweep_writes(experiment, curves):
    experiment = replace(experiment, **curves)
    months = [f"1921-{month:02d}" for month in range(1, 13)]
    plan, job = first_plan(experiment)[0], Job(experiment, months, "x")
    parts = [plan.chunk(number) for number in range(plan.chunks)]
    made = [run_chunk(job, part, samples(experiment, part.block.points, *part.points)) for part in parts]
    assert not any(part.failed for part in made)
    written = sum(len(content) for part in made for content in part.files.values())
    assert written / 2 < estimate(experiment, measure=False).bytes < 2 * written


@pytest.mark.parametrize("old, new, warning", [
    ("points = 32", "points = 24\n", "design.points: 24 is no power of two, so the sequence does not fill its space "
     "evenly: 16 or 32 would"),
    ("points = 32", "points = 16", "design.points: 16 are fewer than 10 for each of 3 uncertainties"),
    ('kind = "sobol"\npoints = 32', 'kind = "morris"\npoints = 4', "design.points: 4 trajectories are few"),
    ('kind = "sobol"\npoints = 32', 'kind = "saltelli"\npoints = 8', "design.points: 8 base points are few"),
    ('kind = "sobol"\npoints = 32', 'kind = "morris"\npoints = 20\nlevels = 5',
     "design.levels: of an odd number, 5, Morris trajectories visit some levels more often"),
    ('kind = "sobol"\npoints = 32', 'kind = "grid"',
     "run.replicates: 4 of each point are too few to tell points of a grid apart"),
    ('kind = "sobol"\npoints = 32\n[run]\nreplicates = 4', 'kind = "one-at-a-time"\n[run]\nreplicates = 1',
     "12 points with 1 replicate each: too few to tell an effect from chance"),
    ('kind = "sobol"\npoints = 32\n[run]\nreplicates = 4',
     'kind = "one-at-a-time"\n[run]\nreplicates = 4\n[set]\nparameters.r_f = 0.6',
     "uncertainties.r_f: the base, 0.6, from which one at a time departs, lies outside the range 0.02 to 0.55"),
    ('kind = "sobol"\npoints = 32', 'kind = "morris"\npoints = 1', "design.points: 1 trajectory is few"),
    ("[uncertainties.r_f]\n", "[uncertainties.r_f]\nhigh = 0.9\n",
     "uncertainties.r_f: r_f = 0.02 to 0.9 lies outside the plausible range 0.02 to 0.55 (correlation)"),
    ("[uncertainties.r_f]\n", "[uncertainties.r_f]\nhigh = 0.5\n",
     "r_f and its twin r_v are varied over unlike ranges: not symmetric"),
    ("[uncertainties.r_f]\n", "", "r_v is varied and its twin r_f is not: the comparison is not symmetric"),
    ("[uncertainties.r_f]\n", "[uncertainties.files]\nfield = 'parameters.r_f'\nvalues = [0.1, 0.8]\n",
     "files = 0.8: r_f = 0.8 lies outside the plausible range 0.02 to 0.55 (correlation)"),
    ("old = {}", 'old = { policy.rule = "election" }',
     'levers.policy: "new" changes nothing: it is the same world as "old"'),
    ("old = {}", 'old = {}\nsame = { policy.rule = "recorded" }',
     'levers.policy: "same" changes nothing: it is the same world as "old"'),
    ("old = {}", 'old = { policy.changes.later = { date = "1922-01", rule = "recorded" }, policy.rule = "election" }',
     'levers.policy: "new" changes nothing: until 1921-12, when the period ends, it is the same world as "old"'),
    ("old = {}", 'old = { policy.rule = "election", threat.peace = { passage = "germany", begin = "1921-12" } }',
     'levers.policy: "new" changes nothing: until 1921-12, when the period ends, it is the same world as "old"'),
    ("[levers.bench]", "[set]\nparameters.theta = 0.9\n[levers.bench]",
     "the base: theta = 0.9 lies outside the plausible range 0.3 to 0.55 (conflict)"),
    ("[uncertainties.r_f]\n", "[uncertainties.r_f]\n[uncertainties.err_ctx]\n[set]\nmechanisms.circumstances = false\n",
     "uncertainties.err_ctx: without effect, the mechanism circumstances is off in the base"),
])  # fmt: skip
def test_warnings(file, old, new, warning):
    assert warning in warned(file, old, new)


@pytest.mark.parametrize("old", [
    'policy.changes.later = { date = "1921-12", rule = "appointment" }, policy.rule = "election"',
    'policy.rule = "election", threat.peace = { passage = "germany", begin = "1921-11" }',
    'policy.rule = "election", events.more = { kind = "famine", start = "1921-12" }',
])  # fmt: skip
def test_what_differs_in_the_last_month_changes_something(file, old):
    assert not any("changes nothing" in said for said in warned(file, "old = {}", f"old = {{ {old} }}"))


def test_a_world_that_cannot_be_built_is_refused(experiment):
    broken = replace(experiment, base={**experiment.base, "tree": {"kind": "none"}})
    with pytest.raises(UserError, match="question: none of the first points makes a scenario"):
        estimate(broken, measure=False)


def test_check_and_sweep_go_by_the_same_first_scenario(tmp_path):
    soundness = Factor("soundness", (Option("broken", {"tree": {"kind": "none"}}), Option("fine", {})))
    rows = tuple({"soundness": value} for value in ("broken", "fine"))
    known = tiny.experiment(0, 1, "table", uncertainties=(soundness,))
    known = replace(known, design=replace(known.design, rows=rows))
    found = estimate(known, measure=False)
    assert (found.points, found.months, found.guberniias) == (2, 12, 4)
    stored = tiny.table(sweep(known, tmp_path / "s"))
    assert stored["error"].null_count == 4 and len(stored) == found.runs == 8
    none = replace(known, design=replace(known.design, rows=rows[:1]))
    for door in (lambda: estimate(none, measure=False), lambda: sweep(none, tmp_path / "t")):
        with pytest.raises(UserError, match="tiny: none of the first points makes a scenario"):
            door()
    assert not (tmp_path / "t").exists()


@pytest.mark.parametrize("seconds, text", [
    (0.04, "0.04 seconds"), (90, "90 seconds"), (130, "2.2 minutes"), (7200, "2 hours"), (200_000, "2.3 days"),
    (5_000_000, "8.3 weeks"), (1e9, "1653 weeks"),
])  # fmt: skip
def test_durations(seconds, text):
    assert in_time(seconds) == text


@pytest.mark.parametrize("size, text", [
    (512, "0.5 KiB"), (3 * 2**20, "3 MiB"), (512 * 2**20, "512 MiB"), (2**41, "2 TiB"),
])  # fmt: skip
def test_amounts(size, text):
    assert in_bytes(size) == text


# the command


@pytest.fixture
def untried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LITTLE", 0.0)


@pytest.mark.usefixtures("untried")
def test_check_prints_an_experiment(file, here, skloki):
    code, out, err = skloki("check", file.name)
    text = " ".join(out.split())
    assert code == 0 and not err
    assert "question: valid A question One paragraph, and another." in text
    assert "policy │ old │ new" in text and "bench │ 3 │ 5, 7" in text
    assert "r_f │ 0.02 to 0.55 │ correlation │ inferred" in text and "order │ need, random" in text
    assert "Design: sobol, 32 points x 6 worlds x 4 replicates = 768 runs" in text
    assert "Size: 4 guberniias and 0 uezds, 12 months: 36,864 committee-months" in text
    assert "Estimate from rates known of other machines: " in text and "on disk" in text
    assert "end: in 1921-12" in text


@pytest.mark.usefixtures("untried")
def test_what_is_drawn_as_the_registry_says_is_counted_where_it_is_much(file, here, skloki):
    file.write_text(EXPERIMENT.replace("[uncertainties.r_f]", '[uncertainties]\nprior = "all"\n[uncertainties.r_f]'))
    text = " ".join(skloki("check", file.name)[1].split())
    count = len(PARAMETERS) + len(VARIANTS)
    assert f"Drawn as the registry says besides: {count} parameters and variants (--full lists them)" in text
    assert "order │ need, random" in text and "theta │" not in text
    assert "theta │" in " ".join(skloki("check", file.name, "--full")[1].split())


@pytest.mark.usefixtures("untried")
def test_draws_of_an_ensemble_are_called_by_its_name(file, here, skloki, monkeypatch):
    drawn = draws(load(file.parent / "small.toml"))
    made = Ensemble("record", "recorded figures", model(), drawn.factors, tuple(drawn.samples(0, 8)), {"rows": []})
    made.write(file.parent / "ensemble.parquet")
    start, end = EXPERIMENT.index("[uncertainties.r_f]"), EXPERIMENT.index("[run]")
    ours = '[uncertainties]\nensemble = "ensemble.parquet"\n[design]\nkind = "ensemble"\n'
    file.write_text(EXPERIMENT[:start] + ours + EXPERIMENT[end:])
    text = " ".join(skloki("check", file.name)[1].split())
    assert f"Drawn from the ensemble record: {len(drawn.factors)} parameters and variants (--full lists them)" in text
    assert "registry" not in text and json.loads(skloki("check", file.name, "--json")[1])["ensemble"] == "record"
    full = " ".join(skloki("check", file.name, "--full")[1].split())
    assert "Uncertainties, drawn from the ensemble record name" in full


@pytest.mark.usefixtures("untried")
@pytest.mark.parametrize("tree", [
    'field = "tree.guberniias"\nlow = 1\nhigh = 6',
    "options.one = { tree.guberniias = 1 }\noptions.six = { tree.guberniias = 6 }",
])  # fmt: skip
def test_where_a_tree_is_drawn_the_size_is_that_of_the_first_point(file, here, skloki, tree):
    text = EXPERIMENT.replace("[uncertainties.order]", f"[uncertainties.size]\n{tree}\n[uncertainties.order]")
    file.write_text(text.replace('"sobol"\npoints = 32', '"grid"\nlevels = 2'))
    text = " ".join(skloki("check", file.name)[1].split())
    assert "Size at the first point, as if all were like it: 1 guberniia and 0 uezds, 12 months: " in text
    assert json.loads(skloki("check", file.name, "--json")[1])["one_size"] is False


@pytest.mark.usefixtures("untried")
def test_check_as_json(file, here, skloki):
    document: dict[str, Any] = json.loads(skloki("check", file.name, "--json")[1])
    assert document["valid"] and document["runs"] == 768 and document["title"] == "A question"
    assert document["levers"][0] == {"name": "policy", "options": ["old", "new"]}
    first = document["uncertainties"][0]
    assert (first["field"], first["low"], first["high"], first["grade"]) == ("parameters.r_f", 0.02, 0.55, "inferred")
    assert document["bytes"] > 0 and document["seconds"] > 0 and document["measured"] is False


@pytest.mark.usefixtures("untried")
def test_warnings_go_to_standard_error(file, here, skloki):
    file.write_text(EXPERIMENT.replace("points = 32", "points = 33"))
    code, out, err = skloki("check", file.name)
    assert code == 0 and err.startswith("warning: design.points: 33 is no power of two") and "power of two" not in out


def test_mistakes_end_with_code_2(file, here, skloki):
    file.write_text(EXPERIMENT.replace("sobol", "sobel").replace("r_f]", "r_g]"))
    code, out, err = skloki("check", file.name)
    assert code == 2 and not out and [line.split(":")[0] for line in err.splitlines()] == ["question.toml"] * 2


def test_set_belongs_to_scenarios(file, here, skloki):
    code, _, err = skloki("check", file.name, "--set", "g_y=0.2")
    assert code == 2 and "the values of an experiment stand in its table [set]" in err


def test_a_scenario_is_checked_as_one(file):
    assert isinstance(sim.check(file.parent / "small.toml"), Preview)
