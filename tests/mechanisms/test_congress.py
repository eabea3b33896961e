"""Step 11, congress: indirect election and the share of posts claimed."""

from __future__ import annotations

import pytest
from hypothesis import assume, given

from sim.mechanisms.congress import (
    claims_after_congress,
    claims_after_vote,
    followed,
    influenced,
    is_ready,
    magnified,
    members_vote,
    secretary_vote,
    share_wanted,
)
from tests.mechanisms.ranges import flag, of, score, share, within


def test_the_vote_by_hand() -> None:
    """4 (0.5 - 0.4 - 0.2 + 0.25 + 0.0375) = 0.75, and the link of that is 0.8."""
    assert members_vote(0.5, 0.4, 0.2, 0.25, 0.0375, 4.0) == pytest.approx(0.8, abs=1e-14)
    assert members_vote(0.5, 0.4, 0.1, 0.0, 0.0, 4.0) == pytest.approx(0.5, abs=1e-14)
    assert members_vote(0.9, 0.0, 0.0, 0.5, 0.1, 0.0) == 0.5


@given(debate=share, unity=share, lead=of("b0"), held=share, noise=within(-0.4, 0.4), more=share)
def test_the_vote_moves_with_attitudes(
    debate: float, unity: float, lead: float, held: float, noise: float, more: float
) -> None:
    vote = members_vote(debate, unity, lead, held, noise, 4.0)
    assert 0.0 < vote < 1.0
    assert vote <= members_vote(max(debate, more), unity, lead, held, noise, 4.0) + 1e-15
    assert vote >= members_vote(debate, max(unity, more), lead, held, noise, 4.0) - 1e-15
    assert vote >= members_vote(debate, unity, max(lead, more), held, noise, 4.0) - 1e-15
    assert vote <= members_vote(debate, unity, lead, max(held, more), noise, 4.0) + 1e-15
    against = members_vote(unity, debate, -lead, -held, -noise, 4.0)
    assert vote + against == pytest.approx(1.0, abs=1e-14), "who is not for the opposition is against it"


def test_magnified_by_hand() -> None:
    """Odds of 1 to 3 become 1 to 9 and 1 to 27."""
    assert magnified(0.25, 1.0) == 0.25
    assert magnified(0.25, 2.0) == pytest.approx(0.1, abs=1e-15)
    assert magnified(0.25, 3.0) == pytest.approx(1 / 28, abs=1e-15)
    assert magnified(0.25, 1.5) == pytest.approx(0.175, abs=1e-15)
    assert magnified(0.25, 2.5) == pytest.approx((0.1 + 1 / 28) / 2, abs=1e-15)


@given(vote=share, exponent=of("maj"), more=within(0.0, 2.0), other=share)
def test_majorities_magnify(vote: float, exponent: float, more: float, other: float) -> None:
    found = magnified(vote, exponent)
    assert 0.0 <= found <= 1.0
    assert found <= vote + 1e-15 if vote <= 0.5 else found >= vote - 1e-15
    assert found + magnified(1.0 - vote, exponent) == pytest.approx(1.0, abs=1e-14), "both sides by one rule"
    stronger = magnified(vote, min(exponent + more, 3.0))
    assert stronger <= found + 1e-15 if vote <= 0.5 else stronger >= found - 1e-15
    assert magnified(max(vote, other), exponent) >= found - 1e-15
    assert magnified(vote, 1.0) == vote
    for certain in (0.0, 0.5, 1.0):
        assert magnified(certain, exponent) == pytest.approx(certain, abs=1e-15)


@given(vote=share, step=within(0.0, 1e-9))
def test_the_exponent_has_no_jump_at_two(vote: float, step: float) -> None:
    assert magnified(vote, 2.0 + step) == pytest.approx(magnified(vote, 2.0), abs=2e-9)


def test_influence_by_hand() -> None:
    """Odds of 1 to 1 are cut to 1 to 2; of 1 to 3 to 1 to 6, of 3 to 1 pushed to 6 to 1."""
    assert influenced(0.5, 1.0, 0.0, 0.5) == pytest.approx(1 / 3, abs=1e-15)
    assert influenced(0.25, 1.0, 0.0, 0.5) == pytest.approx(1 / 7, abs=1e-15)
    assert influenced(0.75, 1.0, 0.0, 0.5) == pytest.approx(0.6, abs=1e-15)
    assert influenced(0.25, 0.0, 1.0, 0.5) == pytest.approx(1 / 7, abs=1e-15)
    assert influenced(0.75, 0.0, 1.0, 0.5) == pytest.approx(6 / 7, abs=1e-15)
    assert influenced(0.5, 0.0, 1.0, 0.5) == 0.5
    assert influenced(0.75, 0.5, 0.5, 0.5) == pytest.approx((0.6 + 6 / 7) / 2, abs=1e-15), "half of each"
    assert influenced(0.75, 0.0, 0.0, 0.5) == 0.75, "an acting secretary has no influence"


@given(vote=share, appointed=flag, cut=of("si"), more=share)
def test_influence_is_bounded_and_one_sided(vote: float, appointed: float, cut: float, more: float) -> None:
    assume(cut < 1.0 or vote < 1.0)
    elected = 1.0 - appointed
    found = influenced(vote, appointed, elected, cut)
    assert 0.0 <= found <= 1.0
    if appointed or vote < 0.5:
        assert found <= vote + 1e-15
    else:
        assert found >= vote - 1e-15
    assert influenced(vote, appointed, elected, 0.0) == pytest.approx(vote, abs=1e-15)
    assert influenced(vote, 0.0, 0.0, cut) == vote
    if max(vote, more) < 1.0:
        assert influenced(max(vote, more), appointed, elected, cut) >= found - 1e-15


@given(vote=share, cut=within(0.0, 0.7))
def test_an_elected_secretary_favours_either_majority_alike(vote: float, cut: float) -> None:
    there, back = influenced(vote, 0.0, 1.0, cut), influenced(1.0 - vote, 0.0, 1.0, cut)
    assume(vote != 0.5 and 1.0 - vote != 0.5)
    assert there + back == pytest.approx(1.0, abs=1e-14)


def test_claims_by_hand() -> None:
    """Wanted: 0.7 (1 - 0.75 x 0.4) + 0.3 x 0.6 = 0.67; half of the gap from 0.5 is closed."""
    assert claims_after_congress(0.5, 0.4, 0.25, 0.6, 0.3, 0.5) == pytest.approx(0.585, abs=1e-15)


@given(claims=share, opposition=share, dependent=share, perceived=share, reading=of("zeta"), step=share, more=share)
def test_claims_are_a_share_and_move_one_way_with_each_cause(
    claims: float, opposition: float, dependent: float, perceived: float, reading: float, step: float, more: float
) -> None:
    def after(*args: float) -> float:
        return float(claims_after_congress(*args, reading, step))

    args = [claims, opposition, dependent, perceived]
    now = after(*args)
    assert 0.0 <= now <= 1.0
    for place, up in enumerate((True, False, True, True)):
        changed = after(*[max(x, more) if i == place else x for i, x in enumerate(args)])
        assert changed >= now - 1e-15 if up else changed <= now + 1e-15, place
    assert claims_after_congress(*args, reading, 0.0) == claims


@given(claims=share, opposition=share, perceived=share)
def test_claims_at_the_limits(claims: float, opposition: float, perceived: float) -> None:
    """One congress that closes the gap: free delegates decide alone, dependent ones want everything."""
    assert claims_after_congress(claims, opposition, 0.0, perceived, 0.0, 1.0) == pytest.approx(
        1.0 - opposition, abs=1e-15
    )
    assert claims_after_congress(claims, opposition, 1.0, perceived, 0.0, 1.0) == pytest.approx(1.0, abs=1e-15)
    assert claims_after_congress(claims, opposition, 0.5, perceived, 1.0, 1.0) == pytest.approx(perceived, abs=1e-15)


@given(loyalty=score, weight=share, part=share)
def test_following_has_a_mean_of_one_and_keeps_a_share_a_share(loyalty: float, weight: float, part: float) -> None:
    found = followed(loyalty, weight, part)
    assert 0.0 <= part * found <= 1.0
    assert found + followed(-loyalty, weight, part) == pytest.approx(2.0, abs=1e-12), "as much more as less"
    assert followed(loyalty, 0.0, part) == 1.0
    assert followed(loyalty + 1.0, weight, part) >= found


def test_three_kinds_of_delegates_by_hand() -> None:
    """Of 100: 20 dependents want .7, 16 of the others nothing, 64 want .4: .396; the centre's .7 weighs a quarter."""
    assert claims_after_vote(0.5, 0.4, 0.2, 0.2, 0.5, 0.25, 1.0) == pytest.approx(0.75 * 0.396 + 0.25 * 0.7, abs=1e-15)
    assert claims_after_vote(0.5, 0.4, 0.0, 0.3, 0.0, 0.3, 1.0) == pytest.approx(0.4, abs=1e-15), "all of one mind"
    assert claims_after_vote(0.5, 0.4, 1.0, 0.0, 0.5, 0.0, 1.0) == 0.0, "the opposition alone"


def test_what_is_wanted_by_hand() -> None:
    """Half of .6 and half of .4, and .5 x .2 + .5 x .1 - .5 x .1 for what presses."""
    assert share_wanted(0.6, 0.6, 0.3, 0.3, 0.5, 0.4, 0.5, 0.5, 0.5, 0.4, 0.2, 0.2) == pytest.approx(0.6, abs=1e-15)
    assert share_wanted(0.37, 0.9, 0.9, 0.0, 1.0, 0.4, 0.0, 0.0, 0.0, 0.4, 0.2, 0.2) == 0.37, "habit without end"
    assert share_wanted(1.0, 1.0, 1.0, 0.0, 1.0, 0.4, 1.0, 1.0, 1.0, 0.4, 0.2, 0.2) == 1.0


def test_a_secretary_votes_as_his_place_less_what_he_owes() -> None:
    assert secretary_vote(0.4, 1.0, 0.75) == pytest.approx(0.1, abs=1e-15)
    assert secretary_vote(0.4, 0.0, 0.75) == 0.4
    assert [is_ready(*x, 0.4, 0.35) for x in ((0.4, 0.35), (0.39, 0.9), (0.9, 0.3))] == [1.0, 0.0, 0.0]
