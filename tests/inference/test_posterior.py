"""Draws that agree with a record, against what is known in closed form or by another program."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from sim.analysis.kernels import TOGETHER, compared, log_kernels
from sim.errors import UserError
from sim.experiment.experiment import Factor, Option
from sim.inference.coverage import COARSE, Coverage, coverage
from sim.inference.coverage import TOGETHER as AT_ONCE
from sim.inference.emulator import fit
from sim.inference.likelihood import Figure, Table, density, likelihood
from sim.inference.posterior import UNLEARNED, contraction, foretold, posterior, shares
from sim.inference.scales import Scale, chosen
from sim.inference.space import Space
from sim.inference.walk import looked_up
from tests.inference.toys import Straight, target


@pytest.fixture(scope="module")
def straight():
    return Straight(size=12, matter=4, rows=600)


@pytest.fixture(scope="module")
def draws(straight):
    return posterior(straight.likelihood(), seed=1)


@pytest.mark.exhaustive
def test_a_straight_world_of_65_factors_is_found():
    whole = Straight(rows=4000)
    mean, covariance = whole.exact()
    draws = posterior(whole.likelihood(), seed=1, steps=4000, again=0)
    sd, matter = np.sqrt(np.diag(covariance)), len(mean)
    found = draws.positions
    assert draws.rhat.max() < 1.08 and draws.effective.min() > 300
    assert np.abs((found[:, :matter].mean(0) - mean) / sd).max() < 0.1 + 3 * np.sqrt(1 / draws.effective[:matter].min())
    np.testing.assert_allclose(found[:, :matter].std(0), sd, rtol=0.1)
    np.testing.assert_allclose(np.corrcoef(found[:, :matter].T)[0], covariance[0] / sd[0] / sd, atol=0.12)
    np.testing.assert_allclose(found[:, matter:].std(0), 12**-0.5, rtol=0.1)
    learned, error = draws.contraction
    np.testing.assert_allclose(learned[:matter], 1 - 12 * sd**2, atol=0.02)
    assert np.abs(learned[matter:]).max() < 0.15 and (error < 0.1).all()


def test_the_same_draws_come_again(straight):
    small = straight.likelihood(straight.targets[:2])
    one, again, other = (posterior(small, seed=seed, steps=80, again=0) for seed in (3, 3, 4))
    assert one.chains.tobytes() == again.chains.tobytes() != other.chains.tobytes()


def test_a_likelihood_is_of_deviates_made_independent(straight):
    """The compiled form against one in numpy, straight lines and products, for a record and for several at once."""
    at = straight.positions[:70]
    outputs = {one.id: column + at_ for one, column, at_ in zip(
        straight.targets, straight.outputs.T, straight.positions.T[:4] * straight.positions.T[1:5], strict=True)}
    wide = [target(one.id, one.value, 2.0) for one in straight.targets]
    each = [likelihood(straight.space, straight.positions, outputs, wide)]
    each.append(replace(each[0], figures=tuple(
        replace(figure, target=target("Y", 1.0 + n, 1.0)) for n, figure in enumerate(each[0].figures))))  # fmt: skip
    z, emulator = 2.0 * at - 1.0, each[0].emulator
    said = emulator.constant + z @ emulator.linear.T + np.einsum("ra,oab,rb->ro", z, emulator.product, z)
    assert np.abs(emulator.product).max() > 0.1
    np.testing.assert_allclose(emulator.predict(at), said, atol=1e-12)
    both = density(each)
    for number, one in enumerate(each):
        columns = [(column, table.low + table.step * np.arange(len(table.deviate)), table.deviate)
                   for column, table in zip(said.T, one.tables, strict=True)]  # fmt: skip
        apart = np.column_stack([np.interp(*column) for column in columns]) @ one.whiten
        want = -0.5 * (apart**2).sum(axis=1)
        within = np.all([(x[0] < column) & (column < x[-1]) for column, x, _ in columns], axis=0)
        assert within.sum() > 20
        np.testing.assert_allclose(one(at)[within], want[within], rtol=1e-9)
        np.testing.assert_array_equal(both.at(at, np.full(len(at), number)), one(at))


def test_wide_kernels_give_the_ranges_back(straight):
    wide = straight.likelihood([target(one.id, one.value, 1e4) for one in straight.targets])
    found = posterior(wide, seed=2)
    assert np.abs(found.contraction[0]).max() < 0.1
    np.testing.assert_allclose(found.positions.mean(0), 0.5, atol=0.05)


def test_a_figure_that_identifies_an_effect_decides_it(straight):
    """A planted figure is the effect itself, all but exactly: its spread shrinks and its share moves the right way."""
    random = np.random.default_rng(5)
    z = 2.0 * straight.positions - 1.0
    effect = 0.02 * z[:, 10] + 0.01 * z[:, 11] * (1.0 - z[:, 10]) + 0.01 * z[:, 0]
    effect += 0.004 * random.standard_normal(len(z))
    outputs = {one.id: column for one, column in zip(straight.targets, straight.outputs.T, strict=True)}
    seen = effect + 0.002 * random.standard_normal(len(z))
    given = posterior(straight.likelihood(), seed=1, steps=1200)
    emulator = fit(straight.space, straight.positions, effect[:, None])
    [before], [error] = given.estimate(lambda at: shares(emulator, at))
    unknown = emulator.closed(given.contraction[0] < UNLEARNED)
    assert unknown > 0.6 and emulator.r2 > 0.9 and before == pytest.approx(0.5, abs=0.15)
    planted = likelihood(straight.space, straight.positions, outputs | {"W": seen},
                         [*straight.targets, target("W", -0.012, 0.003)])  # fmt: skip
    found = posterior(planted, seed=1, steps=1200)
    after = shares(emulator, found.positions)
    sd = [emulator.predict(one.positions).std() for one in (given, found)]
    assert sd[1] < 0.85 * sd[0] and after < before - 0.2
    assert emulator.closed(found.contraction[0] < UNLEARNED) < unknown
    # without it everything is as before, and no other figure tells anything of the effect
    without = {name: shares(emulator, found.without([name]).positions) for name in found.likelihood.names}
    assert without["W"] == pytest.approx(before, abs=4 * error + 0.02)
    assert all(abs(without[one.id] - after) < 0.1 for one in straight.targets[1:])


@pytest.mark.parametrize("worlds", [100, pytest.param(200, marks=pytest.mark.verify)])
def test_intervals_hold_what_they_should(worlds):
    """Of the known worlds half are new runs, half are foretold where draws agree with the record."""
    toy = Straight(size=12, matter=4, rows=800, chance=0.1**2 * np.eye(4), sd=0.1, seed=3)
    effect = 2.0 * toy.positions[:, :1] - toy.positions[:, 5:6]
    emulator, random = fit(toy.space, toy.positions, effect + 0.1), np.random.default_rng(6)
    of = toy.likelihood()
    new = random.random((worlds, 12))
    had = 2.0 * new[:, :1] - new[:, 5:6] + 0.1
    some = coverage(of, new, toy.run(new, random), effects=[emulator] * worlds, had=had, steps=700)
    near = coverage(of, posterior(of, seed=1).some(worlds), effects=[emulator] * worlds, seed=9, steps=700)
    for found in (some, near):
        assert found.mean == pytest.approx(0.9, abs=0.03)
        assert np.abs(found.factors[:4].mean() - 0.9) < 0.05 and np.abs(found.effects - 0.9).max() < 4 * found.error


def test_of_known_worlds_no_more_is_in_memory_than_what_is_looked_for_at_once(straight):
    def peak(worlds):
        tracemalloc.start()
        try:
            coverage(of, straight.positions[:worlds], steps=60)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    of = straight.likelihood()
    peak(2)  # what is loaded or kept at the first call is no part of the question
    assert peak(3 * AT_ONCE) < 1.1 * peak(AT_ONCE)


@pytest.mark.exhaustive
def test_another_program_draws_the_same():
    emcee = pytest.importorskip("emcee")
    toy = Straight(size=6, matter=3, rows=500, seed=4)
    of = toy.likelihood()
    found = posterior(of, seed=1)

    def density(at):
        inside = ((at > 0.0) & (at < 1.0)).all(axis=1)
        return np.where(inside, of(np.clip(at, 0.0, 1.0)), -np.inf)

    random = np.random.RandomState(1)
    other = emcee.EnsembleSampler(32, 6, density, vectorize=True)
    other.random_state = random.get_state()
    other.run_mcmc(found.some(32), 4000)
    assert len(found.some(2 * len(found.positions))) == 2 * len(found.positions)
    theirs = other.get_chain(discard=1000, flat=True)
    sd = theirs.std(0)
    assert np.abs((found.positions.mean(0) - theirs.mean(0)) / sd).max() < 0.12
    np.testing.assert_allclose(found.positions.std(0), sd, rtol=0.08)


def test_rejection_finds_the_same():
    """Draws over the ranges, kept by the kernel at what a run gave: exact, where there are few dimensions."""
    toy = Straight(size=4, matter=2, rows=3200, chance=0.05**2 * np.eye(2), sd=0.15, seed=5)
    random = np.random.default_rng(2)
    at = random.random((400_000, 4))
    logs = sum(log_kernels(one, values) for one, values in zip(toy.targets, toy.run(at, random).T, strict=True))
    kept = at[random.random(len(at)) < np.exp(logs)]
    found = posterior(toy.likelihood(), seed=1)
    assert len(kept) > 2000
    assert np.abs((found.positions.mean(0) - kept.mean(0)) / kept.std(0)).max() < 0.1
    np.testing.assert_allclose(found.positions.std(0), kept.std(0), rtol=0.08)


def test_a_population_of_pyabc_finds_the_same(tmp_path):
    pyabc = pytest.importorskip("pyabc")
    toy = Straight(size=4, matter=2, rows=800, chance=0.05**2 * np.eye(2), sd=0.15, seed=5)
    random = np.random.default_rng(2)

    def model(at):
        row = np.array([[at[f"x{n}"] for n in range(4)]])
        return {"y": toy.run(row, random)[0] + toy.sd * random.standard_normal(2)}

    prior = pyabc.Distribution(**{f"x{n}": pyabc.RV("uniform", 0, 1) for n in range(4)})
    abc = pyabc.ABCSMC(model, prior, pyabc.PNormDistance(p=2), population_size=400,
                       sampler=pyabc.sampler.SingleCoreSampler())  # fmt: skip
    abc.new(f"sqlite:///{tmp_path / 'abc.db'}", {"y": toy.slopes @ toy.truth})
    frame, weight = abc.run(max_nr_populations=7).get_distribution()
    theirs = frame[[f"x{n}" for n in range(4)]].to_numpy()
    mean = weight @ theirs
    sd = np.sqrt(weight @ (theirs - mean) ** 2)
    found = posterior(toy.likelihood(), seed=1).positions
    assert np.abs((found.mean(0) - mean) / sd).max() < 0.35
    np.testing.assert_allclose(found.std(0), sd, rtol=0.35)


# the average of a kernel over what an emulator leaves


@pytest.mark.parametrize(("sd", "left"), [(0.003, 0.05), (0.05, 0.05), (0.3, 0.001), (0.02, 0.0)])
def test_the_average_of_a_normal_kernel_is_a_normal(sd, left):
    table = Table.of(Figure(target("Y", 0.4, sd), Scale()), 0.5, 0.2, left)
    both, at = np.hypot(sd, left), np.linspace(-0.5, 1.5, 50)
    found = [looked_up(value, table.low, table.step, table.deviate) for value in at]
    np.testing.assert_allclose(found, (at - 0.4) / both, atol=0.03, rtol=0.02)
    assert table.width == pytest.approx(both, rel=0.03)


def test_a_figure_recorded_as_nothing_counts_one_side():
    table = Table.of(Figure(compared()["T27"], Scale(low=0.0, high=1.0)), 0.3, 0.2, 0.05)
    assert table.deviate.min() > -1e-6 and table.deviate[0] < 0.3 and table.deviate[-1] > 2.0


@pytest.mark.parametrize(("name", "scale", "middle", "spread", "left"), [
    ("T18", Scale("odds", 0.005, 0.0, 1.0), -0.5, 1.0, 0.6), ("T31", Scale(low=0.0, high=3.0), 0.5, 0.2, 0.02),
    ("T27", Scale(low=0.0, high=1.0), 0.3, 0.2, 0.05), ("T14a", Scale("log", 0.01, 0.0, 100.0), 0.0, 1.0, 0.3),
    ("T03", Scale(), 0.73, 1.5, 0.0005),
])  # fmt: skip
def test_a_coarse_line_tells_of_known_worlds_what_a_fine_one_does(name, scale, middle, spread, left):
    asked = Figure(compared()[name], scale), middle, spread, left
    fine, coarse = Table.of(*asked), Table.of(*asked, COARSE)
    at = np.linspace(fine.low, fine.low + fine.step * len(fine.deviate), 500)
    told = np.array([[looked_up(value, one.low, one.step, one.deviate) for value in at] for one in (fine, coarse)])
    assert np.abs(told[0]).max() > 1.0
    near = told[:, np.abs(told[0]) < 4.0]
    np.testing.assert_allclose(*near**2 / 2.0, atol=0.01)  # what the logarithm of the density loses by it
    np.testing.assert_allclose(*near, atol=0.1)
    assert coarse.width == pytest.approx(fine.width, rel=0.005)


def test_where_only_choices_are_drawn_no_share_of_intervals_is_told():
    assert Coverage(np.full(2, np.nan), np.empty(0), truths=5).mean is None
    assert Coverage(np.array([np.nan, 0.8, 0.9]), np.empty(0), truths=5).mean == pytest.approx(0.85)


def test_figures_written_twice_count_once(straight):
    names = TOGETHER[-1]
    values = {name: np.full(50, compared()[name].value) * np.linspace(0.5, 1.5, 50) for name in (*names, "T26")}
    space = Space([Factor("x")])
    at = np.linspace(0.0, 1.0, 50)[:, None]
    of = likelihood(space, at, values, [compared()[name] for name in values])
    assert [figure.weight for figure in of.figures] == [1 / 3, 1 / 3, 1 / 3, 1.0]
    assert [figure.weight for figure in of.without([names[0]]).figures] == [0.5, 0.5, 1.0]
    np.testing.assert_allclose(of.without([])(at), of(at))


def test_without_any_figure_there_is_nothing_to_agree_with(straight):
    none = straight.likelihood(exclude=[one.id for one in straight.targets])
    assert none.names == [] and (none(straight.positions[:5]) == 0.0).all()


def test_infinite_and_missing_values(straight):
    at = straight.positions
    ratio = np.where(at[:, 0] > 0.8, np.inf, 3.3 * np.exp(2.0 * at[:, 1] - 1.0))
    late = np.where(at[:, 2] > 0.5, np.nan, at[:, 3])
    of = likelihood(straight.space, at, {"T25": ratio, "Y": late}, [compared()["T25"], target("Y", 0.5, 0.05)])
    assert of.emulator.rows.tolist() == [len(at), (at[:, 2] <= 0.5).sum()]
    assert np.isfinite(of(at)).all()
    infinite = at[:, 0] > 0.9
    assert of(at)[infinite].mean() < of(at)[~infinite].mean()
    with pytest.raises(UserError, match="T25.*no run that gives it"):
        likelihood(straight.space, at, {"T25": np.full(len(at), np.inf)}, [compared()["T25"]])


def test_scales_are_chosen_by_what_they_tell():
    random = np.random.default_rng(1)
    space = Space([Factor("x"), Factor("y")])
    at = random.random((800, 2))
    line = 4.0 * (at[:, 0] - 0.5) + 0.3 * random.standard_normal(800)
    shaped = np.column_stack([line, np.exp(line), 1.0 / (1.0 + np.exp(-2.0 * line))])
    assert [scale.kind for scale in chosen(space, at, shaped)] == ["plain", "log", "odds"]
    for scale, values in zip(chosen(space, at, shaped), shaped.T, strict=True):
        np.testing.assert_allclose(scale.back(scale.forward(values)), values, atol=1e-9)
        step = 1e-6
        slope = (scale.forward(values) - scale.forward(values - step)) / step
        inside = values < values.max()
        np.testing.assert_allclose(np.log(slope[inside]), scale.slope(values)[inside], atol=1e-3)


# what draws are asked


def test_contraction_of_options_is_of_the_chance_that_draws_differ():
    space = Space([Factor("rule", tuple(Option(name, {}) for name in "abc")), Factor("x")])
    at = np.column_stack([np.repeat([0.1, 0.5, 0.9], [80, 10, 10]), np.full(100, 0.5)])
    np.testing.assert_allclose(contraction(space, at), [1 - (1 - 0.66) / (2 / 3), 1.0])


def test_what_runs_would_give_is_foretold(straight, draws):
    emulator = draws.likelihood.emulator
    luck = foretold(emulator, draws.positions, seed=3) - emulator.predict(draws.positions)
    np.testing.assert_allclose(np.cov(luck.T), emulator.residual, atol=4e-4)
    low, middle, high = np.quantile(foretold(emulator, draws.positions), (0.05, 0.5, 0.95), axis=0)
    recorded = np.array([one.value for one in straight.targets])
    assert (low < recorded).all() and (recorded < high).all() and (low < middle).all() and (middle < high).all()


def test_a_figure_left_out_widens_what_it_told(straight, draws):
    other = draws.without(["Y0"])
    free = other.contraction[0][:4].sum()
    assert other.likelihood.names == ["Y1", "Y2", "Y3"] and free < draws.contraction[0][:4].sum() - 0.05
    assert draws.without(["T01"]) is draws
