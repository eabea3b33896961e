"""Who wins where officials elect: the best, their own, and no showmen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engines.reference import selection
from sim.engines.reference.model import PartyState
from tests.engines.worlds import fingerprint, run

PLENUM = {"electorate": "plenum"}
YEARLY = {"conferences": "yearly"}
SMALL = {"policy": {"rule": "election"}, "months": 36, "guberniias": 24, "uezds_each": 0, "cont": 1.0}


def decisions(monkeypatch: pytest.MonkeyPatch, **given: Any) -> list[tuple[bool, Any, list[Any]]]:
    """Return, of each decision with a choice, whether officials made it, its opening and the candidates by rank."""
    made, rank = [], selection._rank

    def watched(model: Any, opening: Any) -> Any:
        ranked = rank(model, opening)
        others = [m for seat, m in enumerate(opening.committee.seats) if m is not None and seat != opening.seat]
        lead = sum(1 if m.clique > 0.5 else -1 for m in others)
        if len(ranked) > 1:
            row = [(score, man.skill, man.clique, man is opening.incumbent) for score, man in ranked]
            made.append((selection._by_plenum(model, opening), opening, row, lead, model.month))
        return ranked

    with monkeypatch.context() as patch:
        patch.setattr(selection, "_rank", watched)
        run(**{**SMALL, **given})
    return made


def test_officials_who_see_all_elect_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    def best(**given: Any) -> tuple[float, int]:
        rows = [r for by, _, r, _, _ in decisions(monkeypatch, own_clique=0.0, inc_v=0.0, **given) if by]
        return float(np.mean([r[0][1] == max(man[1] for man in r) for r in rows])), len(rows)

    seen, blind = best(r_p=1.0, variants=PLENUM), best(r_p=0.1, variants=PLENUM)
    print("best wins", seen, blind)
    assert seen[1] > 20 and seen[0] > 0.99 and blind[0] < 0.9


def test_cliques_elect_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def own(advantage: float) -> tuple[float, int]:
        won = [(r[0][2] > 0.5) == (lead > 0)
               for by, _, r, lead, _ in decisions(monkeypatch, own_clique=advantage, variants=PLENUM | YEARLY)
               if by and lead and len({man[2] for man in r}) == 2]  # fmt: skip
        return float(np.mean(won)), len(won)

    shares = [own(a) for a in (0.0, 0.3, 1.0)]
    print("own clique", shares)
    assert shares[0][0] < shares[2][0] - 0.05


def test_only_guberniias_own_secretaries_are_elected_by_officials(monkeypatch: pytest.MonkeyPatch) -> None:
    made = decisions(monkeypatch, uezds_each=2, policy={"rule": "recorded"}, variants=PLENUM)
    print(sum(x[0] for x in made), len(made))
    assert any(by for by, *_ in made) and all(
        by == (o.seat == 0 and not o.above and o.committee.head is None) for by, o, *_ in made
    )


def test_between_yearly_conferences_posts_are_filled_by_officials(monkeypatch: pytest.MonkeyPatch) -> None:
    made = decisions(monkeypatch, term=12.0, variants=YEARLY)
    between = [by for by, o, _, _, month in made
               if (month + o.committee.phase) % 12 and o.cause != "extraordinary" and not o.above]  # fmt: skip
    due = [by for by, o, _, _, month in made
           if (month + o.committee.phase) % 12 == 0 or o.cause == "extraordinary" or o.above]  # fmt: skip
    print(len(between), len(due), sorted({o.cause for _, o, *_ in made}))
    assert len(between) > 20 and all(between) and not any(due)


def test_showmanship_is_nothing_where_no_conference_meets() -> None:
    never = {"term": 600.0, "off": ("extraordinary",), "variants": YEARLY, **SMALL}
    members = never | {"variants": {}}
    print(fingerprint(run(dem=0.0, **never)) == fingerprint(run(dem=0.5, **never)))
    assert fingerprint(run(dem=0.0, **never)) == fingerprint(run(dem=0.5, **never))
    assert fingerprint(run(dem=0.0, **members)) != fingerprint(run(dem=0.5, **members))


def test_a_plenum_that_co_opts_needs_no_conference() -> None:
    """With no conference at all a yearly one fills nothing, and the plenum goes on between; or nobody is chosen."""
    def chosen(variants: dict[str, str]) -> int:
        trajectory = run(**SMALL, variants=variants, options={"conference_capacity": 0.0})
        return sum(e.kind == "took" and e.reason == "elected" for e in trajectory.events)

    assert chosen(YEARLY) > 20 and chosen({}) == 0


def test_what_a_plenum_fills_is_not_counted_among_conferences(monkeypatch: pytest.MonkeyPatch) -> None:
    spent = []
    monkeypatch.setattr(PartyState, "use_capacity", lambda self, committee, above: spent.append(above))
    made = decisions(monkeypatch, term=600.0, off=("extraordinary",), variants=YEARLY)
    assert len(made) > 20 and spent == []
