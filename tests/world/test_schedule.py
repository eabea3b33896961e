"""The dated part of a world: threat and events month by month."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import UserError
from sim.scenario.schema import month_name, month_number
from sim.world import series
from sim.world.build import World
from tests.world.worlds import THREE, at, world

# Threat.


def test_recorded_threat_is_the_series() -> None:
    found = world()
    recorded = series.threat(found.months)
    np.testing.assert_array_equal(found.calendar.objective, recorded.objective)
    np.testing.assert_array_equal(found.calendar.perceived, recorded.perceived)
    np.testing.assert_array_equal(found.calendar.economic, recorded.economic)


def test_constant_and_custom_threat() -> None:
    found = world(threat={"series": "constant", "objective": 0.2, "perceived": 0.7})
    assert set(found.calendar.objective) == {0.2} and set(found.calendar.perceived) == {0.7}
    custom = {"1925-01": [0.6, 0.2], "1923-01": [0.2, 0.8]}
    found = world(threat={"series": "custom", "custom": custom})
    months = ("1921-01", "1923-01", "1924-01", "1925-01", "1929-12")
    assert [found.calendar.objective[at(found, m)] for m in months] == pytest.approx([0.2, 0.2, 0.4, 0.6, 0.6])
    assert [found.calendar.perceived[at(found, m)] for m in months] == pytest.approx([0.8, 0.8, 0.5, 0.2, 0.2])


def test_a_passage_to_peace_is_straight_never_raises_threat_and_lasts() -> None:
    level = {"series": "constant", "objective": 0.9, "perceived": 0.05}
    peace = {"begin": "1922-01", "months": 24, "objective": 0.1, "perceived": 0.1, "economic": 0.0}
    found = world(threat=level | {"peace": peace})
    months = ("1921-12", "1922-01", "1923-01", "1923-07", "1924-01", "1929-12")
    assert [found.calendar.objective[at(found, m)] for m in months] == pytest.approx([0.9, 0.9, 0.5, 0.3, 0.1, 0.1])
    assert set(found.calendar.perceived) == {0.05}, "what is below the level of peace stays"
    assert not found.calendar.economic[at(found, "1924-01") :].any()
    assert (found.calendar.economic[: at(found, "1922-01")] > 0).all()
    worse = world(threat=level | {"peace": peace | {"economic": 1.0}})
    np.testing.assert_array_equal(worse.calendar.economic, world().calendar.economic)


@pytest.mark.parametrize(
    "passage, last", [("germany", "1919-01"), ("britain", "1921-08"), ("france", "1919-11"), ("italy", "1919-11")]
)
def test_europes_passage_runs_from_the_armistice_to_the_last_restoration(passage: str, last: str) -> None:
    tables: dict[str, Any] = {"period": {"start": "1918-01", "end": "1922-12"}}
    level = {"series": "constant", "objective": 0.9, "perceived": 0.5}
    found = world(threat=level | {"peace": {"passage": passage}}, **tables)
    before, after = at(found, "1918-11"), at(found, last)
    assert set(found.calendar.objective[: before + 1]) == {0.9}
    assert found.calendar.objective[after:] == pytest.approx(0.1)
    assert found.calendar.objective[after - 1] > 0.1 + 1e-9
    # a date or a length of one's own comes before the country's
    later = world(threat=level | {"peace": {"passage": passage, "begin": "1921-04"}}, **tables)
    since = at(later, "1921-04")
    assert set(later.calendar.objective[: since + 1]) == {0.9}
    expected = found.calendar.objective[before:][: len(later.months) - since]
    np.testing.assert_allclose(later.calendar.objective[since:], expected)


@given(shift=st.floats(-1.0, 1.0))
@settings(max_examples=25)
def test_a_shift_keeps_threat_between_zero_and_one(shift: float) -> None:
    found, plain = world(threat={"shift": shift}).calendar, world().calendar
    for a, b in ((found.objective, plain.objective), (found.perceived, plain.perceived)):
        np.testing.assert_allclose(a, np.minimum(np.maximum(b + shift, 0.0), 1.0), atol=1e-15)
    np.testing.assert_array_equal(found.economic, plain.economic)
    assert found.objective.min() >= 0.0 and found.objective.max() <= 1.0


# Events.


def joined(*levies: dict[str, Any], **tables: Any) -> World:
    return world(events={f"l{i}": {"kind": "levy"} | levy for i, levy in enumerate(levies)}, **tables)


def product(values: Any) -> float:
    total = 1.0
    for value in values:
        total *= 1.0 + float(value)
    return total


@given(size=st.floats(-0.9, 5.0), lasts=st.integers(1, 60))
@settings(max_examples=40)
def test_a_levy_adds_its_size_over_its_months(size: float, lasts: int) -> None:
    end = month_name(month_number("1922-03") + lasts - 1)
    found = joined({"start": "1922-03", "end": end, "size": size})
    assert product(found.calendar.joined) == pytest.approx(1.0 + size)
    inside = found.calendar.joined[at(found, "1922-03") : at(found, end) + 1]
    assert product(inside) == pytest.approx(1.0 + size)
    # equal numbers a month: each is the same part of those at the start
    numbers = [product(inside[: i + 1]) - product(inside[:i]) for i in range(lasts)]
    assert numbers == pytest.approx([size / lasts] * lasts, abs=1e-9)


def test_levies_that_begin_before_the_world_or_are_off() -> None:
    half = joined({"start": "1921-07", "end": "1922-06", "size": 1.0}, period={"start": "1922-01", "end": "1922-12"})
    assert product(half.calendar.joined) == pytest.approx(2.0 / 1.5), "half had joined before"
    assert not joined({"start": "1922-01", "size": 0.5, "enabled": False}).calendar.joined.any()
    assert not joined({"start": "1922-01", "size": 0.5}, mechanisms={"levies": False}).calendar.joined.any()


def test_overlapping_levies_each_add_their_part_of_those_at_their_start() -> None:
    """A year's levy of 0.6 adds 0.05 a month; another of 0.5 begins when 1.25 are there and adds 0.125 a month."""
    long = {"start": "1922-01", "end": "1922-12", "size": 0.6}
    short = {"start": "1922-06", "end": "1922-10", "size": 0.5}
    for levies in ((long, short), (short, long)):
        found = joined(*levies)
        assert product(found.calendar.joined[: at(found, "1922-05") + 1]) == pytest.approx(1.25)
        assert product(found.calendar.joined[: at(found, "1922-06") + 1]) == pytest.approx(1.25 + 0.05 + 0.125)
        assert product(found.calendar.joined) == pytest.approx(1.6 + 0.5 * 1.25)


@pytest.mark.parametrize("size", [-0.5, -0.7])
def test_purges_that_leave_nobody_are_refused(size: float) -> None:
    purge = {"start": "1922-03", "size": size}
    with pytest.raises(UserError, match="purges of 1922-03 would leave no members"):
        joined(purge, purge)
    assert product(joined(purge).calendar.joined) == pytest.approx(1.0 + size)


def test_disputes_and_errors() -> None:
    found = world(events={
        "a": {"kind": "dispute", "start": "1923-10", "end": "1924-01", "size": 0.6},
        "b": {"kind": "dispute", "start": "1924-01", "end": "1924-02", "size": 0.9},
        "c": {"kind": "policy_error", "start": "1924-01", "end": "1924-04", "size": 0.2},
    })  # fmt: skip
    months = ("1923-09", "1923-10", "1923-12", "1924-01", "1924-02", "1924-03")
    assert [found.calendar.dispute[at(found, m)] for m in months] == [0.0, 0.6, 0.6, 0.9, 0.9, 0.0], (
        "the stronger counts"
    )
    assert found.calendar.error.sum() == pytest.approx(0.2)
    assert found.calendar.error[at(found, "1924-04")] == pytest.approx(0.05)
    assert not world(
        events={"c": {"kind": "policy_error", "start": "1924-01"}}, mechanisms={"novelty": False}
    ).calendar.error.any()


@pytest.mark.parametrize(
    ("where", "hit"),
    [
        ({}, {"Moscow", "Tver", "Omsk"}),
        ({"classes": ["capital"]}, {"Moscow"}),
        ({"places": ["Moscow"]}, {"Moscow"}),
        ({"places": ["Tver"]}, {"Tver"}),
        ({"places": ["Omsk"]}, {"Omsk"}),
        ({"regions": ["Siberia"]}, {"Omsk"}),
        ({"classes": ["capital"], "places": ["Omsk"]}, {"Moscow", "Omsk"}),
    ],
)
def test_famine_strikes_where_it_is_said_to_and_the_uezds_below(where: dict[str, Any], hit: set[str]) -> None:
    event = {"kind": "famine", "start": "1921-07", "end": "1922-06", "size": 0.8} | where
    found = world(tree={"only": THREE["only"], "uezds": 60}, events={"f": event})
    assert len(found.committees) > 6
    for index, place in enumerate(found.committees):
        head = found.committees[place.parent] if place.parent >= 0 else place
        column = found.calendar.famine[:, index]
        assert set(column) == ({0.0, 0.8} if head.name in hit else {0.0}), place.name
        assert np.count_nonzero(column) == (12 if head.name in hit else 0)


@pytest.mark.parametrize(("size", "strength"), [(3.0, 1.0), (1.0, 1.0), (0.25, 0.25), (-0.5, 0.0)])
def test_the_strength_of_famine_and_dispute_is_a_share(size: float, strength: float) -> None:
    dates = {"start": "1922-01", "size": size}
    found = world(events={"f": {"kind": "famine"} | dates, "d": {"kind": "dispute"} | dates}).calendar
    assert found.famine.max() == found.dispute.max() == strength


def test_meetings_and_the_plan() -> None:
    meetings = {"a": {"kind": "congress", "start": "1921-01"}, "b": {"kind": "conference", "start": "1924-01"}}
    found = world(events=meetings | {"c": {"kind": "congress", "start": "1930-06"}})
    assert [m for m, flag in zip(found.months, found.calendar.congress, strict=True) if flag] == ["1921-01"]
    assert [m for m, flag in zip(found.months, found.calendar.conference, strict=True) if flag] == ["1924-01"]
    months = ("1921-01", "1928-10", "1929-05", "1929-12")
    assert [found.calendar.ramp[at(found, m)] for m in months] == pytest.approx([0.0, 0.0, 0.5, 1.0])
