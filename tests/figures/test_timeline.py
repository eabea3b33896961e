"""The strip of events: labels that never overlap, and nothing drawn twice."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from sim.figures import style, timeline
from sim.figures.series import day
from sim.scenario.schema import month_name, month_number

LIMITS = day("1921-01"), day("1929-12", end=True)
FIRST = month_number("1921-01")
EVENT = st.fixed_dictionaries({
    "kind": st.sampled_from(list(timeline.KINDS)),
    "start": st.integers(-20, 120).map(lambda at: month_name(FIRST + at)),
    "end": st.none() | st.integers(120, 140).map(lambda at: month_name(FIRST + at)),
})  # fmt: skip
EVENTS = st.dictionaries(st.text("abcdefg_", min_size=1, max_size=18), EVENT, max_size=25)


def footprint(mark, per_mm):
    """Return the days that a mark and its label take up."""
    room = (style.measure(mark.label, 7) + timeline.GAP) * per_mm if mark.label else 0.0
    return {
        "left": (mark.start - room, mark.end),
        "right": (mark.start, mark.end + room),
        "inside": (mark.start, max(mark.end, mark.start + room)),
        "": (mark.start, mark.end),
    }[mark.side]


@given(EVENTS, st.sampled_from([52.0, 152.0]))
def test_labels_overlap_neither_labels_nor_bars_and_stay_on_the_strip(events, width):
    found = timeline.marks(events, LIMITS)
    timeline.arrange(found, LIMITS, width)
    per_mm = (LIMITS[1] - LIMITS[0]) / width
    for at, mark in enumerate(found):
        left, right = footprint(mark, per_mm)
        assert LIMITS[0] <= left and right <= LIMITS[1]
        for other in found[at + 1 :]:
            # Only bars without labels may lie over one another.
            if (mark.kind, mark.lane) == (other.kind, other.lane) and (mark.label or other.label):
                start, end = footprint(other, per_mm)
                assert right <= start or end <= left, (mark, other)


def test_events_that_are_off_or_outside_the_period_are_left_out():
    events = {
        "off": {"kind": "famine", "start": "1922-01", "enabled": False},
        "before": {"kind": "levy", "start": "1918-01", "end": "1920-12"},
        "after": {"kind": "congress", "start": "1930-06"},
        "across": {"kind": "dispute", "start": "1920-11", "end": "1921-03"},
    }
    (mark,) = timeline.marks(events, LIMITS)
    assert (mark.label, mark.start, mark.end) == ("Across", LIMITS[0], day("1921-04"))


def test_shades_stand_behind_the_curves_at_their_dates_and_move_no_limit():
    events = {
        "eleventh_congress": {"kind": "congress", "start": "1922-03"},
        "twelfth_congress": {"kind": "congress", "start": "1923-04"},
        "famine_1921": {"kind": "famine", "start": "1921-07", "end": "1922-08"},
        "famine_north": {"kind": "famine", "start": "1922-01", "end": "1922-12"},
        "levy": {"kind": "levy", "start": "1924-02"},
    }
    axes = Figure().add_subplot()
    (curve,) = axes.plot([day("1925-01"), day("1926-01")], [0.4, 0.6])
    before = axes.dataLim.extents.tolist(), axes.get_ylim()
    timeline.shade(axes, timeline.marks(events, LIMITS))
    assert (axes.dataLim.extents.tolist(), axes.get_ylim()) == before
    rules, famine = axes.collections
    assert [segment[:, 0].tolist() for segment in rules.get_segments()] == [
        [day(month) + 15] * 2 for month in ("1922-03", "1923-04")
    ]
    (corners,) = (path.vertices for path in famine.get_paths())  # two that overlap are shaded once
    assert (corners[:, 0].min(), corners[:, 0].max()) == (day("1921-07"), day("1922-12", end=True))
    assert {*corners[:, 1]} == {0.0, 1.0} and famine.get_transform() == axes.get_xaxis_transform()
    assert max(rules.zorder, famine.zorder) < curve.zorder


def test_spans_that_follow_or_coincide_are_one_mark():
    years = (1925, 1926, 1928)
    levies = {f"recruits_{year}": {"kind": "levy", "start": f"{year}-01", "end": f"{year}-12"} for year in years}
    found = timeline.marks(levies, LIMITS)
    assert [(mark.label, mark.start, mark.end) for mark in found] == [
        ("Recruits", day("1925-01"), day("1927-01")),
        ("Recruits", day("1928-01"), day("1929-01")),
    ]
    famine = {"kind": "famine", "start": "1921-06", "end": "1922-09"}
    same = {"famine_1921": famine, "famine_1921_margins": famine}
    assert [mark.label for mark in timeline.marks(same, LIMITS)] == ["Famine, Margins"]


@pytest.mark.parametrize(
    ("name", "kind", "label"),
    [
        ("twelfth_congress", "congress", "XII"),
        ("lenin_levy", "levy", "Lenin levy"),
        ("famine_1921", "famine", "Famine"),
        ("trade_union_discussion", "dispute", "Trade union discussion"),
        ("policy-error", "policy_error", "Policy errors"),
    ],
)
def test_labels_are_short(name, kind, label):
    assert timeline.label(name, kind) == label
