"""Observables: what is counted in a run, by hand-made runs whose answers are obvious."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from sim.analysis.archive import Archive
from sim.analysis.observables import FIGURES, MONTHLY, needs_committees, observed
from sim.engines.engine import engine
from sim.engines.trajectory import COMMITTEE_FIELDS, Event, Trajectory, encode
from sim.registry.entries import CLASSES, SCOPES
from sim.registry.observables import ASKED, OBSERVABLES, named
from sim.registry.outcomes import OUTCOME_INDEX, OUTCOMES
from sim.scenario.load import load
from sim.scenario.schema import month_name, month_number
from sim.world.build import build
from sim.world.places import PERSON_BITS, UEZD_BITS

FIRST = month_number("1921-01")
MONTHS = [month_name(FIRST + i) for i in range(72)]
#: Two agrarian places and two industrial ones, by name; and an uezd of the first.
NAMES = ("A", "B", "C", "D")
PLACES: Any = [
    SimpleNamespace(name=name, level="guberniia", unit_class="agrarian" if name in "AB" else "industrial",
                    key=number << UEZD_BITS, parent=-1) for number, name in enumerate(NAMES)
] + [SimpleNamespace(name="A uezd 1", level="uezd", unit_class="agrarian", key=1, parent=0)]  # fmt: skip


class Made:
    """A run to be written by hand: everywhere .5, no sklok, everybody elected; and what is set."""

    def __init__(self) -> None:
        self.states = np.full((72, 5, len(COMMITTEE_FIELDS)), 0.5)
        for name in ("open_sklok", "paralysed", "appointed"):
            self.of(name)[:] = 0.0
        self.values = np.full((72, len(SCOPES), len(OUTCOMES)), np.nan)
        self.events: list[Event] = []

    def of(self, field: str) -> Any:
        return self.states[:, :, COMMITTEE_FIELDS.index(field)]

    def outcome(self, name: str, scope: str = "nation") -> Any:
        return self.values[:, SCOPES.index(scope), OUTCOME_INDEX[name]]

    def took(self, month: str, place: str, reason: str, home: str | None = None, slot: int = 1) -> None:
        who = person(home or place, slot)
        self.events.append(Event(month, "took", place, "guberniia", "secretary", who, -1, reason, "centre"))

    def left(self, month: str, place: str, reason: str, authority: str, months: float = 5, person: int = 0) -> None:
        self.events.append(Event(month, "left", place, "guberniia", "secretary", person, -1, reason, authority, months))

    def sklok(self, place: str, opened: str, closed: str) -> None:
        rows = slice(MONTHS.index(opened), MONTHS.index(closed))
        self.of("open_sklok")[rows, NAMES.index(place)] = 1.0
        for month, kind in ((opened, "sklok_opened"), (closed, "sklok_closed")):
            self.events.append(Event(month, kind, place, "guberniia"))

    def trajectory(self) -> Trajectory:
        events = encode(sorted(self.events, key=lambda event: event.month), MONTHS, PLACES)
        return Trajectory(MONTHS, self.values, events, self.states)

    def gives(self, name: str) -> float:
        return observed(Archive(self.trajectory(), PLACES), [name])[name]


def person(home: str, slot: int = 1) -> int:
    return (3 << 32) | (NAMES.index(home) << (UEZD_BITS + PERSON_BITS)) | slot


@pytest.fixture
def run() -> Made:
    return Made()


def test_every_observable_has_a_figure_and_every_figure_an_observable():
    assert {one.figure for one in OBSERVABLES.values()} == set(FIGURES)
    assert len(FIGURES) >= 40 and set(MONTHLY) < set(FIGURES)
    for one in OBSERVABLES.values():
        assert 0.0 < one.reliability < 1.0 and one.unit and one.meaning and one.reason and one.where, one.name
        assert one.first <= one.last and one.scope in SCOPES and one.name not in OUTCOMES
        assert (one.scope == "nation") == (one.kind == "national") or one.kind == "contrast", one.name


def test_a_figures_name_means_all_its_scopes_and_spans():
    assert named(["change_appointed_ahead"]) == ("change_appointed_ahead_1922_23", "change_appointed_ahead_1922_26")
    assert named(["turnover_1921", "change_appointed_ahead", "turnover_1921"])[-1] == "turnover_1921"
    assert set(ASKED) == set(OBSERVABLES) | set(FIGURES) and named(["nothing"]) == ()


def test_states_are_kept_only_where_they_are_asked_for():
    assert not needs_committees(["turnover_1921", "opposition_members_capital_jan_1924"]) and not needs_committees([])
    assert needs_committees(["turnover_1921", "results_appointed_ahead_1922_23"])


def test_what_a_run_does_not_cover_is_not_known(run):
    run.outcome("moves")[:] = 0.1
    assert run.gives("turnover_1921") == pytest.approx(1.2)
    assert math.isnan(run.gives("turnover_agrarian_1927_29"))


@pytest.mark.parametrize(("name", "field"), [
    ("results_appointed_ahead", "performance"), ("skloki_appointed_more", "open_sklok"),
    ("paralysed_appointed_more", "paralysed"),
])
def test_appointed_places_are_compared_within_their_class(run, name, field):
    # agrarian places do worse throughout, and A is appointed there: .03 above B; in the industrial class nobody is
    run.of(field)[:] = [0.33, 0.30, 0.60, 0.60, 0.0]
    run.of("appointed")[:, 0] = 1.0
    assert run.gives(f"{name}_1922_23") == pytest.approx(0.03)
    if f"{name}_industrial_1922_23" in OBSERVABLES:
        assert math.isnan(run.gives(f"{name}_industrial_1922_23"))
        assert run.gives(f"{name}_agrarian_1922_23") == pytest.approx(0.03)


def test_a_drift_of_all_places_is_no_difference(run):
    # everything gets better, and later more are appointed
    run.of("performance")[:] = np.linspace(0.2, 0.6, 72)[:, None]
    run.of("appointed")[18:, 0] = 1.0
    run.of("appointed")[9:15, 2] = 1.0
    assert run.gives("results_appointed_ahead_1922_23") == pytest.approx(0.0, abs=1e-12)


def test_acting_men_and_empty_posts_are_in_no_comparison(run):
    run.of("performance")[:] = [0.4, 0.3, 0.5, 0.5, 0.5]
    run.of("appointed")[:, 0] = 1.0
    run.took("1921-05", "B", "acting")
    assert math.isnan(run.gives("results_appointed_ahead_1922_23"))
    run.took("1923-11", "B", "elected")  # the last month counts
    assert run.gives("results_appointed_ahead_1922_23") == pytest.approx(0.1)


def test_growth_is_compared_by_the_year(run):
    run.of("recovery")[:] = 0.5
    run.of("recovery")[:, 0] = 0.5 * 1.01 ** np.arange(72)
    run.of("appointed")[:, 0] = 1.0
    assert run.gives("industry_appointed_ahead_1922_23") == pytest.approx(12 * (1 - 1 / 1.01))


def test_men_from_elsewhere_are_told_by_their_home(run):
    run.took("1921-02", "A", "appointed", home="C")
    run.took("1921-02", "B", "elected")
    run.of("performance")[:, 0] = 0.4
    assert run.gives("results_outsiders_ahead_1922_23") == pytest.approx(-0.1)
    # of those of the start only what they did when they left is known: D's man came from C, C's never left
    run.left("1924-01", "D", "wear", "", months=40, person=person("C"))
    archive = Archive(run.trajectory(), PLACES)
    assert archive.outside[10].tolist()[:2] == [1.0, 0.0] and archive.outside[10, 3] == 1.0
    assert np.isnan(archive.outside[10, 2]) and np.isnan(archive.outside[40, 3])
    assert archive.since[35, 3] == 39 and archive.since[10, 0] == 9


def test_long_and_short_in_post_are_compared_among_men_of_one_origin(run):
    for place, month in (("A", "1921-02"), ("B", "1923-08")):
        run.took(month, place, "elected")
    run.of("performance")[:, 0] = 0.47
    assert run.gives("results_long_locals_ahead_1922_23") == pytest.approx(-0.03)
    assert math.isnan(run.gives("results_long_outsiders_ahead_1922_23"))


def test_a_dip_is_what_falls_after_a_change_against_the_class(run):
    at = MONTHS.index("1923-01")
    run.of("performance")[at + 1 : at + 7, 0] = 0.4
    run.of("performance")[at:] -= 0.05  # everywhere: no dip
    run.took("1923-01", "A", "elected")
    # the class mean falls by half of it
    assert run.gives("results_after_change_1922_23") == pytest.approx(-0.05)
    assert run.gives("results_after_change_agrarian_1922_23") == pytest.approx(-0.05)
    assert math.isnan(run.gives("results_after_change_industrial_1922_23"))
    run.took("1923-01", "C", "appointed")
    assert run.gives("change_appointed_ahead_1922_23") == pytest.approx(0.05)
    run.took("1923-02", "C", "acting")  # no change of secretary
    assert run.gives("results_after_change_1922_23") == pytest.approx(-0.025)


def test_gains_are_those_of_the_year_after_half_a_year(run):
    at = MONTHS.index("1922-06")
    run.of("performance")[at + 7 : at + 19, 2] = 0.7
    run.took("1922-06", "C", "appointed")
    run.took("1922-06", "B", "elected")
    assert run.gives("gain_appointed_1922_23") == pytest.approx(0.1)
    assert run.gives("gain_elected_1922_23") == pytest.approx(0.0)


def test_skloki_after_changes_and_transfers(run):
    run.sklok("A", "1922-01", "1923-01")
    run.left("1923-01", "A", "transfer", "centre")
    run.took("1923-01", "A", "appointed")
    # a year of sklok before and none after, the class's mean half of that
    assert run.gives("skloki_after_transfer_1922_26") == pytest.approx(-0.5)
    assert run.gives("skloki_after_change_1922_23") == pytest.approx(-0.5)
    assert run.gives("moves_near_sklok_1922_23") == 1.0


def test_results_of_the_removed_are_those_of_the_year_before(run):
    run.of("performance")[:24, 0] = 0.4
    run.left("1922-12", "A", "unfit", "centre")
    run.left("1922-12", "C", "lost_contest", "conference")
    assert run.gives("results_of_removed_centre_1922_23") == pytest.approx(-0.05)
    assert run.gives("results_of_removed_conference_1922_23") == pytest.approx(0.0)


def test_reasons_of_removals_by_the_centre(run):
    for reason, authority in (("transfer", "centre"), ("need", "centre"), ("lateral", "centre"), ("unfit", "centre"),
                              ("extraordinary", "conference"), ("wear", "")):  # fmt: skip
        run.left("1922-03", "A", reason, authority)
    assert run.gives("moves_for_conflict_shortage_1922_23") == 0.5
    assert math.isnan(run.gives("moves_for_conflict_shortage_1924_26"))


def test_changes_persons_and_followers(run):
    run.took("1922-03", "A", "appointed", home="C")
    run.took("1922-04", "B", "elected", slot=2)
    run.took("1922-09", "B", "appointed", home="C")  # the man of A
    assert run.gives("filled_from_above_1922_23") == pytest.approx(2 / 3)
    assert run.gives("twice_secretary_1922_26") == 0.5
    run.events += [Event("1922-09", "left", "A", "guberniia", "bureau1", 77, -1, "followed", "centre"),
                   Event("1922-09", "took", "B", "guberniia", "bureau1", 77, -1, "appointed", "centre")]  # fmt: skip
    assert run.gives("brought_along_1922_26") == 0.5


def test_terms_go_by_how_the_man_came_in(run):
    run.of("appointed")[:30, 0] = 1.0
    run.left(MONTHS[29], "A", "wear", "", months=30)
    run.left("1922-05", "B", "wear", "", months=10)
    assert run.gives("terms_appointed_longer_1922_23") == 20


def test_lengths_and_returns_of_skloki(run):
    run.sklok("A", "1922-02", "1922-08")
    run.sklok("A", "1923-05", "1923-07")
    run.sklok("C", "1922-01", "1922-05")
    run.events.append(Event("1921-02", "sklok_closed", "D", "guberniia"))  # open at the start: its length is not known
    assert run.gives("sklok_length_1922_23") == pytest.approx((6 + 2 + 4) / 3)
    assert run.gives("sklok_length_agrarian_1922_23") == 4
    assert run.gives("skloki_returned_1922_23") == pytest.approx(1 / 3)


def test_events_by_the_year(run):
    run.events += [Event("1922-05", "mediated", "A", "guberniia"), Event("1922-05", "mediated", "A uezd 1", "uezd")]
    assert run.gives("mediations_1922_23") == pytest.approx(12 / (4 * 23))


def test_slopes_spread_and_persistence_over_places_within_class(run):
    run.of("literacy")[:] = [0.2, 0.4, 0.6, 0.8, 0.0]
    run.of("performance")[:] = [0.30, 0.34, 0.50, 0.54, 0.0]
    assert run.gives("literacy_slope_results_1922_23") == pytest.approx(0.2)
    assert run.gives("results_persistent_1922_23") == pytest.approx(1.0)
    assert run.gives("results_spread_1922_23") == pytest.approx(0.04 / math.sqrt(2))
    run.sklok("A", "1922-01", "1922-06")
    run.sklok("B", "1923-01", "1923-06")
    assert run.gives("skloki_persistent_1922_23") == pytest.approx(-1.0)


def test_votes_are_compared_within_class(run):
    run.of("appointed")[:, [0, 2]] = 1.0
    for scope, appointed, elected in (("agrarian", 0.1, 0.2), ("industrial", 0.4, 0.2)):
        run.outcome("vote_appointed", scope)[:], run.outcome("vote_elected", scope)[:] = appointed, elected
    assert run.gives("vote_appointed_more_agrarian_jan_1924") == pytest.approx(-0.1)
    assert run.gives("vote_appointed_more_jan_1924") == pytest.approx(0.05)


@pytest.mark.parametrize(("name", "outcomes", "answer"), [
    ("paralysed_1922", {"paralysed": 0.1}, 8.5),
    ("opposition_kept_capital_jan_1924", {"opposition_guberniia": 0.1, "opposition_members": 0.4}, 0.25),
    ("results_worst_tenth_1923", {"performance_p10": 0.2, "performance": 0.4}, 0.5),
    ("results_of_class_capital_1922_23", {"performance": 0.4}, 1.0),
    ("recovery_rise_1922_23", {"recovery": 0.4}, 1.0),
    ("months_in_post_dec_1923", {"tenure": 12.0}, 12.0),
])  # fmt: skip
def test_windows_of_outcomes(run, name, outcomes, answer):
    for outcome, value in outcomes.items():
        for scope in ("nation", *CLASSES):
            run.outcome(outcome, scope)[:] = value
    assert run.gives(name) == pytest.approx(answer)


def test_both_engines_give_the_same():
    scenario = load("historical", ['tree.kind="synthetic"', "tree.guberniias=12", 'period.end="1924-02"',
                                   "run.committees=true"]).scenario  # fmt: skip
    world = build(scenario)
    found = [observed(Archive(engine(name).simulate(world, 0), world.committees), [*OBSERVABLES])
             for name in ("compiled", "reference")]  # fmt: skip
    assert found[0] == pytest.approx(found[1], abs=0.0, nan_ok=True)
    known = [name for name, value in found[0].items() if not math.isnan(value)]
    assert len(known) > 100
