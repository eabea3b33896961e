"""A ledger into which populations are taken later is that in which all were asked at once."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from sim.claims import rates, rules, told
from sim.claims.join import joined, refuse_unlike
from sim.claims.ledger import parsed, store
from sim.claims.worlds import history
from sim.doors.cli import call
from sim.errors import UserError
from sim.runner import claims as running
from tests.claims.test_ledger import DRAWS, SMALL, claim_file

ROOT = Path(__file__).parents[2]
LATER = "harris"


def worlds(work):
    """Return the sweeps of claims alone, in every population: observables take ten times as long."""
    return [(each, one) for each in work.populations for one in work.wanted.all(work.claims)]


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Ask one small claim of two populations, at once and one after the other; give where, and the ledgers."""
    folder, before = tmp_path_factory.mktemp("joined"), Path.cwd()
    shutil.copytree(ROOT / "results" / "calibration" / LATER, folder / "results" / "calibration" / LATER)
    path = claim_file(folder)
    os.chdir(folder)
    try:
        found = {}
        for over in (["prior", LATER], ["prior"], [LATER]):
            work = running.prepared([path], over=over, draws=DRAWS)
            work.sweeps = lambda work=work: worlds(work)
            work.run()
            found["+".join(over)] = work
        yield folder, path, found
    finally:
        os.chdir(before)


def test_one_after_the_other_is_both_at_once(asked):
    _, _, works = asked
    whole, first, later = works.values()
    at_once = whole.ledger()
    added = later.added(parsed(first.ledger().document()))  # as it is stored
    assert added.document() == at_once.document()
    assert rates.rates(added, 2) == rates.rates(at_once, 2)
    assert [one["name"] for one in at_once.populations] == ["prior", LATER]
    (entry,) = at_once.claims
    assert list(entry.verdicts) == list(entry.estimands[0]["populations"]) == ["prior", LATER]
    assert [note.split()[0] for note in at_once.notes] == ["Draws"], "rivals were asked"


def test_of_what_is_decided_shares_alone_are_wanted(asked, monkeypatch):
    _, _, works = asked
    whole, first, later = works.values()
    deep = {one.name for _, one in running.Work.sweeps(later)}
    plain = replace(later, decided=["x1"])
    needed = {one.name for _, one in running.Work.sweeps(plain)}
    assert deep - needed == {history().name} and needed < deep
    at_once, stored = whole.ledger(), parsed(first.ledger().document())
    plain.sweeps = lambda: worlds(plain)
    monkeypatch.setattr("sim.claims.reduce._Depth.look", None)  # nothing more is looked for
    assert plain.added(stored).document() == at_once.document()


def test_what_a_ledger_has_stays_whatever_is_added(asked):
    _, _, works = asked
    _, first, later = works.values()
    old, new = first.ledger(), later.ledger()
    moved = replace(new.claims[0], verdicts={LATER: rules.CONDITIONAL}, verdict=rules.CONDITIONAL, condition="none")
    found = joined(old, replace(new, claims=(moved,)), running.names(), ())
    (mine,), (entry,) = old.claims, found.claims
    assert entry.verdicts[LATER] == rules.OPEN, "no condition is looked for beside the population that decides"
    assert (entry.verdict, entry.sentence, entry.condition) == (mine.verdict, mine.sentence, mine.condition)
    without = replace(new.claims[0], verdicts={"documented": rules.CONTRADICTED})
    grades = [{**one, "name": "documented", "rival": False} for one in new.populations]
    found = joined(old, replace(new, populations=grades, claims=(without,)), running.names(), ())
    (entry,) = found.claims
    assert entry.fragile and "Fragile: without figures of grade C it is contradicted" in entry.sentence


def test_what_cannot_be_added_is_told_before_anything_is_run(asked, capsys):
    folder, path, works = asked
    ledger = works["prior"].ledger()
    store(folder / "out", ledger, told.page(ledger), rates.rates(ledger, 2))
    before = (folder / "out" / "ledger.json").read_bytes()
    more = ["--draws", str(DRAWS), "--add", "--out", "out"]

    def refused(*arguments: str) -> str:
        assert call(["claims", *arguments]) == 2
        return capsys.readouterr().err

    given = [str(path), *more]
    assert "with --population" in refused(*given)
    assert "--grid: found with --add; allowed: with a ledger that is made whole" in refused(*given, "--grid")
    twice = refused(*given, "--population", "prior")
    assert "--population: found prior; allowed: beside those of the ledger: prior" in twice
    assert "claims: found 22a (the ledger: x1)" in refused("22a", *more, "--population", LATER)
    assert "there is no such folder" in refused(str(path), *more[:-1], "elsewhere", "--population", LATER)
    assert "quick: found false (the ledger: true)" in refused(str(path), "--add", "--out", "out", "--population", LATER)
    other = claim_file(folder, SMALL.replace('claimed = "above"', 'claimed = "below"'))
    assert "claim x1: found another estimand than the ledger's" in refused(*given, "--population", LATER)
    other.write_text(SMALL.format(id="x1").replace("A small claim", "A large claim"))
    assert "claim x1: found another words than the ledger's" in refused(*given, "--population", LATER)
    assert (folder / "out" / "ledger.json").read_bytes() == before


def test_another_models_ledger_takes_nothing_in(asked):
    _, _, works = asked
    work, ledger = works["prior"], works["prior"].ledger()
    with pytest.raises(UserError, match=r"model: found 1234 \(the ledger: "):
        refuse_unlike(ledger, work.claims, [LATER], "1234", quick=True)
    refuse_unlike(ledger, work.claims, [LATER], ledger.model, quick=True)
