"""From worlds that are run to a ledger that is stored, read and told: on a world of few places and months."""

from __future__ import annotations

import json
import math
import os
import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest

import sim
from sim.analysis.sweep import open_sweep
from sim.claims import rates, rules, told
from sim.claims.answer import three_parts
from sim.claims.ledger import Entry, Ledger, parsed, read, store
from sim.claims.lines import NOTHING, At
from sim.claims.load import load_claim, load_claims
from sim.claims.populations import BESIDE, population
from sim.claims.reckon import Reader, places
from sim.claims.reduce import _Depth, _Judged
from sim.claims.sentence import QUICK, kinds, sentence
from sim.claims.verbs import Claimed
from sim.claims.worlds import Wanted, experiment_of, world_of
from sim.doors.cli import call
from sim.errors import UserError
from sim.results.ledger import CSV, JSON, RATES
from sim.runner import claims as running

ROOT = Path(__file__).parents[2]
HEAD = """id = "{id}"
claim = "A small claim"
place = "nowhere"
rival = "somebody says otherwise"
horizon = "1921-07:1921-12"
end = "1921-12"
replicates = 2
[set]
tree = {{ only = ["Moscow", "Petrograd", "Tambov", "Penza"], uezds = 0 }}
"""
SMALL = HEAD + """[worlds]
recorded = {{}}
election = {{ policy.changes.everywhere = {{ date = "1921-03", rule = "election" }} }}
[estimands.performance]
outcome = "performance"
scopes = ["capital", "agrarian"]
value = "election - recorded"
claimed = "above"
[estimands.level]
outcome = "performance"
value = "recorded"
claimed = "between"
low = 0.0
high = 1.0
"""
GROWTH = HEAD.replace('"1921-07:1921-12"', '"1924-01"').replace('"1921-12"', '"1924-01"') + """[worlds]
recorded = {{}}
election = {{ policy.changes.everywhere = {{ date = "1921-03", rule = "election" }} }}
[estimands.months]
outcome = "recovery_months"
scopes = ["agrarian"]
value = "election - recorded"
claimed = "within"
"""
DRAWS = 6


def claim_file(folder: Path, text: str = SMALL, name: str = "x1") -> Path:
    path = folder / f"{name}-small.toml"
    path.write_text(text.format(id=name), encoding="utf-8")
    return path


def few(work):
    """Return the sweeps of claims alone: that in which observables are counted takes ten times as long."""
    return [(work.populations[0], one) for one in work.wanted.all(work.claims)]


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Run one small claim over the ranges, once for this module; give the folder and the ledger."""
    folder = tmp_path_factory.mktemp("ran")
    path, before = claim_file(folder), Path.cwd()
    os.chdir(folder)
    try:
        work = running.prepared([path], over=["prior"], draws=DRAWS)
        work.sweeps = lambda: few(work)
        work.run()
        yield folder, path, work, work.ledger()
    finally:
        os.chdir(before)


def test_an_entry_says_what_rows_say(ran):
    _, path, work, ledger = ran
    claim, each = load_claim(path), work.populations[0]
    levels = {}
    for name in claim.worlds:
        sweep = open_sweep(work.folder(each, work.wanted.sweep(claim, name)))
        frame = sweep.runs().sort_values(["point", "replicate"])
        assert len(frame) == DRAWS * 2 and frame["error"].isna().all()
        counts = [places()["capital"], places()["agrarian"]]
        columns = [sweep.column("performance", scope, "at_192107_192112") for scope in ("capital", "agrarian")]
        levels[name] = np.average(frame[columns].to_numpy(), axis=1, weights=counts)
    effect = (levels["election"] - levels["recorded"]).reshape(DRAWS, 2).mean(axis=1)
    (entry,) = ledger.claims
    first, second = entry.estimands
    found = first["populations"]["prior"]
    assert first["smallest"] == 0.005 and found["draws"] == DRAWS
    assert found["for"] == (effect > 0.005).mean() and found["against"] == (effect < -0.005).mean()
    assert found["mean"] == pytest.approx(effect.mean()) and found["sd"] == pytest.approx(effect.std(ddof=1))
    assert entry.verdict == rules.decided("above", rules.shares("above", effect, 0.005)) == entry.verdicts["prior"]
    assert second["populations"]["prior"]["for"] == 1.0 and second["verdict"] == rules.SUPPORTED
    assert sum(row["draws"] for row in first["by_reading"] if row["variant"] == "unfilled") == DRAWS
    assert all(math.isclose(row["for"] + row["against"] + row["within"], 1.0) for row in first["by_reading"])
    assert first["outcome"] == "performance" and not first["shown"]


def test_a_world_is_paired_with_another_draw_by_draw(ran):
    _, path, work, _ = ran
    claim, each = load_claim(path), work.populations[0]
    sweeps = [open_sweep(work.folder(each, work.wanted.sweep(claim, name))) for name in claim.worlds]
    one, other = (sweep.runs(["point", "replicate", "series", "seed", "r_v", "r_f"]) for sweep in sweeps)
    pd.testing.assert_frame_equal(one, other)
    assert len(one["r_v"].unique()) == DRAWS


def test_what_a_world_sets_is_not_drawn_in_it_and_all_else_stays():
    each, claim = population("prior", DRAWS), load_claim("28")
    wanted = Wanted([claim])
    made = [experiment_of(each, wanted.sweep(claim, name)) for name in claim.worlds]
    for experiment in made:
        assert "omega" not in {factor.name for factor in experiment.uncertainties}
        assert [row["r_v"] for row in experiment.design.rows] == [row["r_v"] for row in each.experiment.design.rows]
        assert experiment.base["period"]["end"] == "1927-12"


def test_what_is_asked_later_moves_no_sweep():
    one, all_ = Wanted(load_claims(("22a",))), Wanted(load_claims())
    claim = load_claim("22a")
    assert [want.name for want in one.of(claim)] == [want.name for want in all_.of(claim)]
    # the recorded world of 22b is that of 24 and 26, with all that they need
    names = {all_.sweep(load_claim(name), "recorded").name for name in ("22b", "24", "26")}
    assert len(names) == 1
    assert world_of(claim, "recorded").key != world_of(load_claim("22b"), "recorded").key


def test_a_claim_of_ones_own_may_need_more(tmp_path):
    text = (ROOT / "experiments" / "claims" / "24-moving-the-quarrelling.toml").read_text()
    mine = tmp_path / "x2-mine.toml"
    mine.write_text(text.replace('id = "24"', 'id = "x2"').replace('"sklok_returns"', '"bench"'))
    own, wanted = load_claim(mine), Wanted([])
    theirs, ours = wanted.sweep(load_claim("24"), "recorded"), wanted.sweep(own, "recorded")
    assert theirs.world.key == ours.world.key and theirs.name != ours.name
    assert ours.kept.outcomes == theirs.kept.outcomes | {"bench"}


def test_months_of_recovery_are_those_of_a_sweep_of_both_worlds(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = claim_file(tmp_path, GROWTH, "x3")
    work = running.prepared([path], over=["prior"], draws=3)
    monkeypatch.setattr(work, "sweeps", lambda: few(work))
    work.run()
    claim = load_claim(path)
    reader = Reader(work.populations[0], work.wanted, work.opened)
    found = reader.reckoned(claim, claim.estimands[0]).values

    # the same worlds as options of one lever, where the model's own outcome is reckoned while they run

    from sim.experiment.experiment import Factor, Option
    from sim.experiment.horizons import Horizon
    from sim.runner.sweep import sweep

    made = experiment_of(work.populations[0], work.wanted.sweep(claim, "recorded"))
    lever = Factor("world", tuple(Option(name, claim.worlds[name]) for name in ("recorded", "election")))
    both = replace(made, name="both", levers=(lever,), outcomes=("recovery_months",),
                   horizons={"main": Horizon("1924-01", "1924-01")})  # fmt: skip
    pairs = open_sweep(sweep(both, tmp_path / "both")).pairs
    values = pairs.values("recovery_months_agrarian")
    np.testing.assert_allclose(found, values[:, 1] - values[:, 0], atol=1e-9)


def test_nothing_is_run_twice(ran):
    _, _, work, ledger = ran
    stamps = {path: path.stat().st_mtime_ns for path in work.place.rglob("*.parquet")}
    work.run()
    assert stamps and {path: path.stat().st_mtime_ns for path in work.place.rglob("*.parquet")} == stamps
    assert work.missing().runs == 0 and work.missing().stored == 4 * DRAWS
    assert work.ledger().digest == ledger.digest
    assert [note.split()[0] for note in ledger.notes] == ["Draws", "Worlds"]  # neither was asked


def test_a_sweep_that_was_broken_off_is_not_there(ran):
    _, path, work, _ = ran
    again = running.prepared([path], over=["prior"], draws=DRAWS)
    (each, asked), *_ = few(work)
    experiment, journal = experiment_of(each, asked), work.folder(each, asked) / "journal.jsonl"
    assert again.there(each, asked, experiment)
    whole = journal.read_text()
    try:
        journal.write_text("".join(whole.splitlines(keepends=True)[:-1]))
        assert not again.there(each, asked, experiment)
    finally:
        journal.write_text(whole)


@pytest.mark.exhaustive
def test_shares_of_every_sweep_are_made_and_merged(ran, tmp_path, monkeypatch, capsys):
    _, path, _, ledger = ran
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(running.Work, "sweeps", few)
    common = ["claims", str(path), "--population", "prior", "--draws", str(DRAWS)]
    assert call([*common, "--share", "2/2"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("share 2/2 of ") and "the same command without --share merges all that are" in out
    assert call([*common, "--share", "1/2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sweeps"] >= 1
    unmerged = list(tmp_path.rglob("shares"))
    assert unmerged and not list(tmp_path.rglob("ledger.json"))
    assert call([*common, "--share", "1/2"]) == 0 and capsys.readouterr().out == "nothing is missing\n"
    assert call([*common, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["digest"] == ledger.digest
    assert not list(tmp_path.rglob("shares")), "all that was made is merged"
    for wrong in (["--share", "3/2"], ["--share", "1/2", "--csv"], ["--share", "1/2", "--estimate"]):
        assert call([*common, *wrong]) == 2


def test_a_population_that_is_not_there_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said: list[str] = []
    work = running.prepared(["22a"], draws=3, note=said.append)
    assert [one.name for one in work.populations] == ["prior"]
    assert {text.partition(":")[0] for text in said} == {
        "calibrated", "documented", "harris", "circular-flow", "gill", "networks", "path-dependence", "programmatic"}
    with pytest.raises(UserError):
        running.prepared(["22a"], over=["calibrated"])
    with pytest.raises(UserError, match="prior"):
        running.prepared(["22a"], over=["priro"])


def test_what_reverses_a_claim_is_told_by_what_counts_for_it(ran):
    """A number of its own has the claim's smallest effect there too, and no part of its mean."""
    _, path, work, _ = ran
    claim = load_claim(path)
    said = claim.estimands[0].said.model_copy(update={"smallest": 0.3})
    for outcome in (claim.estimands[0].outcome, None):
        judged = _Judged(replace(claim.estimands[0], said=said, outcome=outcome))
        judged.add(claim, Reader(work.populations[0], work.wanted, work.opened))
        asked = _Depth(Reader(work.populations[0], work.wanted, work.opened), judged, rules.OPEN)._asked()
        assert asked.outcome.smallest == 0.3


def test_rivals_stand_beside_with_fewer_draws(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert [population(name, 400).draws for name in ("calibrated", "prior", "harris")] == [400, 400, BESIDE]
    assert population("harris", 60).draws == 60


def stored(folder: Path, ledger: Ledger) -> Path:
    store(folder, ledger, told.page(ledger), rates.rates(ledger, 2))
    return folder


def test_a_ledger_is_read_as_it_was_written(ran, tmp_path):
    ledger = ran[-1]
    folder = stored(tmp_path / "claims", ledger)
    again = read(folder)
    assert again.digest == ledger.digest and again.document() == ledger.document()
    assert {path.name for path in folder.iterdir()} == {JSON, CSV, RATES, "README.md", "manifest.json"}
    rows = pd.read_csv(folder / CSV)
    assert list(rows["population"]) == ["prior", "prior"] and rows["quick"].all()
    with pytest.raises(UserError, match="no such folder"):
        read(tmp_path / "elsewhere")


def test_a_stored_ledger_opens_as_every_folder_does(ran, tmp_path):
    ledger = ran[-1]
    folder = stored(tmp_path / "claims", ledger)
    opened = sim.open(folder)
    assert opened.query("SELECT verdict FROM claims")["verdict"].tolist() == [ledger.claims[0].verdict]
    shares = opened.query("""SELECT "for", within FROM ledger WHERE estimand = 'performance'""").iloc[0]
    said = ledger.claims[0].estimands[0]["populations"]["prior"]
    assert shares.tolist() == pytest.approx([said["for"], said["within"]], abs=1e-5)
    choices = opened.readings().groupby("variant")["draws"].sum()
    assert choices["unfilled"] == 2 * DRAWS, "two estimands"
    assert len(opened.error_rates()) == len(opened.query("SELECT * FROM error_rates")) > 0
    (picture,) = sim.plot(folder)
    assert picture.name == "verdicts.png" and sim.open(folder).manifest == opened.manifest


def changed(folder: Path, **entries) -> None:
    """Have a folder's JSON say something else, and the manifest know of it."""
    from sim.results.folder import file_record

    content = {**json.loads((folder / JSON).read_text()), **entries}
    (folder / JSON).write_text(json.dumps(content))
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][JSON] = file_record(folder / JSON)
    (folder / "manifest.json").write_text(json.dumps(manifest))


def test_a_ledger_that_is_not_what_its_digest_is_of_is_refused(ran, tmp_path):
    from sim.results.ledger import digest

    ledger = ran[-1]
    folder = stored(tmp_path / "claims", ledger)
    other = dict(ledger.document(), quick=False)
    changed(folder, quick=False)
    with pytest.raises(UserError, match=r"ledger\.json: digest: found .*it was changed since"):
        sim.open(folder)
    with pytest.raises(UserError, match="it was changed since"):
        sim.open(folder, verify=False).query("SELECT * FROM claims")
    changed(folder, digest=digest(other))
    with pytest.raises(UserError, match=r"manifest\.json: digest: found .*that of ledger\.json"):
        sim.open(folder)
    # a field of a later version stands in nobody's way, and one of another kind is told
    more = dict(ledger.document(), claims=[{**ledger.document()["claims"][0], "later": 1}])
    assert parsed({**more, "digest": digest(more)}).claims == parsed(ledger.document()).claims
    wrong = dict(ledger.document(), claims=[{**ledger.document()["claims"][0], "grid": [{"mechanism": 3}]}])
    with pytest.raises(UserError, match=r"claims\.grid\.mechanism: found int; allowed: str"):
        parsed(wrong)


def test_a_document_is_read_or_refused(ran):
    ledger = ran[-1]
    content = ledger.document()
    other = {"supported": "contradicted"}.get(content["claims"][0]["verdict"], "supported")
    content["claims"][0]["verdict"] = other
    with pytest.raises(UserError, match="digest"):
        parsed(content)
    with pytest.raises(UserError, match="claims.words"):
        parsed({**content, "claims": [{**content["claims"][0], "words": 3}]})


def entry(**changes) -> Entry:
    shares = {"for": 0.9, "against": 0.05, "within": 0.05, "mean": 1.0, "low": 0.0, "high": 2.0, "sd": 0.5,
              "draws": 400, "run": "calibrated/a"}  # fmt: skip
    one = {"name": "main", "words": "performance", "claimed": "above", "unit": "share", "smallest": 0.005,
           "horizon": "1924-01", "populations": {"calibrated": shares}, "verdict": "supported", "variance": {},
           "by_reading": []}  # fmt: skip
    plain = {"id": "x1", "words": "A claim", "place": "nowhere", "mechanism": "", "rival": "Somebody [else]",
             "contrast": "", "claimed": "above", "verdict": "supported", "sentence": "",
             "estimands": [one]}  # fmt: skip
    return Entry(**{**plain, **changes})


POPULATIONS = [{"name": "calibrated", "words": "calibrated on 24 recorded figures", "draws": 400, "rival": False}]


def test_words_are_no_stronger_than_the_verdict():
    more = {"why": "a reason", "condition": "It holds where r_v is .5."}
    made = [entry(verdict=verdict, **more) for verdict in rules.VERDICTS]
    said = {one.verdict: sentence(asdict(one), POPULATIONS, False) for one in made}
    begun = "Supported. Performance: it is higher by more than 0.5 percentage points in 90 of 100 worlds (400 "
    assert said["supported"].startswith(begun)
    assert "it is lower by more in 5, the difference is too small to count in 5." in said["supported"]
    assert said["conditional"].endswith("It holds where r_v is .5.")
    assert said["untestable here"] == "Untestable here: a reason"
    assert said["by construction"].startswith("By construction: a reason. Its size: ")
    assert not any("upport" in text for verdict, text in said.items() if verdict != "supported")
    quick = sentence(asdict(entry()), POPULATIONS, True)
    assert QUICK in quick


@pytest.mark.parametrize(
    ("claimed", "shares", "expected"),
    [
        ("above", (0.7, 0.1, 0.2), {"higher": 0.7, "lower": 0.1, "small": 0.2}),
        ("below", (0.7, 0.1, 0.2), {"higher": 0.1, "lower": 0.7, "small": 0.2}),
        ("not below", (0.9, 0.1, 0.6), {"higher": 0.3, "lower": 0.1, "small": 0.6}),
        ("not above", (0.9, 0.1, 0.6), {"higher": 0.1, "lower": 0.3, "small": 0.6}),
        ("not ready", (0.1, 0.9, 0.6), {"higher": 0.3, "lower": 0.1, "small": 0.6}),
        ("within", (0.6, 0.4, 0.6), {"small": 0.6, "beyond": 0.4}),
        ("between", (0.6, 0.4, 0.0), {}), ("holds", (0.6, 0.4, 0.0), {}), ("signs", (0.6, 0.4, 0.0), {}),
    ],
)  # fmt: skip
def test_worlds_are_told_by_what_happens_in_them_whatever_is_claimed(claimed, shares, expected):
    found = kinds({"claimed": claimed}, dict(zip(("for", "against", "within"), shares, strict=True)))
    assert found == pytest.approx(expected)
    if claimed in ("above", "below", "not below", "not above", "not ready"):
        counts = [round(10 * expected[one]) for one in ("higher", "small", "lower")]
        values = np.repeat([1.0, 0.0, -1.0], counts)
        counted = rules.shares(claimed, values, 0.5)
        assert (counted.holds, counted.fails, counted.within) == pytest.approx(shares)


def test_what_is_no_worse_is_told_by_how_often_it_is_better():
    (one,) = entry().estimands
    shares = {**one["populations"]["calibrated"], "for": 1.0, "against": 0.0, "within": 0.93}
    estimand = {**one, "claimed": "not below", "populations": {"calibrated": shares}}
    text = sentence(asdict(entry(estimands=[estimand])), POPULATIONS, False)
    assert "the difference is too small to count (0.5 percentage points at most) in 93 of 100 worlds" in text
    assert "it is higher by more in 7, it is lower by more in 0" in text


def test_a_reading_under_which_the_verdict_would_be_another_is_named():
    row = {"variant": "majority_wants", "for": 0.1, "against": 0.9, "within": 0.0}
    rows = [{**row, "choice": "all", "draws": 40}, {**row, "choice": "status_quo", "draws": 39}]
    estimand = {**entry().estimands[0], "by_reading": rows}
    text = sentence(asdict(entry(estimands=[estimand])), POPULATIONS, False)
    assert text.endswith("(majority_wants = all), it would be contradicted (90 of 100).") and "status_quo" not in text
    small = sentence(asdict(entry(estimands=[estimand], verdict="immaterial")), POPULATIONS, False)
    assert "contradicted" not in small


def test_the_reading_that_matters_most_is_named_where_it_matters():
    rows = [{"variant": variant, "choice": choice, "for": holds, "against": 0.0, "within": 1.0 - holds, "draws": draws}
            for variant, choice, holds, draws in (
                ("majority_wants", "all", 0.95, 60), ("majority_wants", "conditional", 0.7, 60),
                ("majority_wants", "status_quo", 0.1, 39), ("unfilled", "lapse", 0.9, 60),
                ("unfilled", "acting", 0.8, 60))]  # fmt: skip

    def said(rows) -> str:
        (one,) = entry().estimands
        return sentence(asdict(entry(estimands=[{**one, "by_reading": rows}])), POPULATIONS, False)

    assert re.search(r"matters most in one place: what congress delegates want .*\. It is as claimed in 70 of 100 "
                     r"worlds for “.*” \(majority_wants = conditional\), in 95 for “.*” \(majority_wants = all\)\.",
                     said(rows))  # fmt: skip
    assert "unfilled" not in said(rows)
    assert "one place" not in said(rows[3:]), "a tenth of worlds apart is not told"


def test_another_measure_by_which_the_verdict_would_be_another_is_told():
    (one,) = entry().estimands
    shares = {**one["populations"]["calibrated"], "for": 0.2, "against": 0.1, "within": 0.7}
    other = {**one, "name": "other", "words": "open skloki", "verdict": "not identified",
             "populations": {"calibrated": shares}}  # fmt: skip
    text = sentence(asdict(entry(estimands=[one, other])), POPULATIONS, False)
    assert "By another measure it would be not identified. Open skloki: the difference is too small" in text
    for same in ({"verdict": "supported"}, {"shown": True}):
        text = sentence(asdict(entry(estimands=[one, {**other, **same}])), POPULATIONS, False)
        assert "another measure" not in text


def test_what_is_reckoned_over_all_worlds_is_told_of_resamples_and_whether_it_could_have_told():
    (one,) = entry(verdict="not identified").estimands
    likely = {**one, "claimed": "not needed", "power": 0.9}
    text = sentence(asdict(entry(verdict="not identified", estimands=[likely])), POPULATIONS, False)
    assert "in 90 of 100 resamples of all worlds (400 calibrated" in text
    assert "The test is too weak to decide it: records made in a world in which it is wrong would have" in text
    likely["power"] = 2.5
    assert "weak" not in sentence(asdict(entry(estimands=[likely])), POPULATIONS, False)


def test_what_holds_over_all_ranges_is_said_to_be_the_models():
    (one,) = entry().estimands
    shares = one["populations"]["calibrated"]
    for prior, said in ((0.96, True), (0.94, False)):
        both = {"calibrated": {**shares, "for": 0.97}, "prior": {**shares, "for": prior}}
        text = sentence(asdict(entry(estimands=[{**one, "populations": both}])), POPULATIONS, False)
        assert ("what the model assumes says so" in text) == said


def test_many_numbers_that_are_alike_are_told_from_where_to_where():
    (one,) = entry().estimands
    shares = one["populations"]["calibrated"]
    several = [{**shares, "for": share, "against": 1.0 - share, "within": 0.5} for share in (0.05, 0.06, 0.07, 0.09)]
    many = [{**one, "words": f"from {year}", "claimed": "not ready", "populations": {"calibrated": each}}
            for year, each in enumerate(several)]  # fmt: skip
    text = sentence(asdict(entry(estimands=many, all=True)), POPULATIONS, False)
    assert "4 numbers, from “from 0” to “from 3”" in text and "it is lower by more in 5 to 9" in text
    assert "it is higher by more in 41 to 45" in text and text.count("count") == 1


def test_quick_is_marked_everywhere():
    ledger = Ledger("m", True, POPULATIONS, (entry(),))
    assert QUICK in told.page(ledger) and "#quick" in told.argdown(ledger)
    assert told.answer(ledger)[0].startswith("By a quick look") and all(row["quick"] for row in ledger.rows())
    assert ledger.document()["quick"] is True


def test_a_difference_too_small_to_count_is_a_third_part_at_every_door():
    for claimed in get_args(Claimed):
        first = {**entry().estimands[0], "claimed": claimed}
        row = told.line(entry(estimands=[first]), POPULATIONS)
        assert (row[4] != NOTHING) == three_parts(At(first, JSON)) == (claimed in ("above", "below", "likelier"))


def test_the_shipped_page_is_that_of_the_shipped_ledger():
    page = ROOT / "results" / "claims" / "README.md"
    assert page.read_text(encoding="utf-8") == told.page(read(page.parent))


def test_the_ledger_as_an_argument_map():
    entries = entry(), entry(id="x2", supports=["x1"], attacks=["x3"]), entry(id="x3")
    ledger = Ledger("m", False, POPULATIONS, entries)
    text = told.argdown(ledger)
    assert "[x1]: A claim #supported\n  + [x2]\n  - <Rival of x1>: Somebody (else)" in text
    assert "[x3]: A claim #supported\n  - [x2]" in text


def test_the_command(ran, capsys, monkeypatch):
    folder, path, work, ledger = ran
    monkeypatch.chdir(folder)
    monkeypatch.setattr(running.Work, "sweeps", few)
    common = ["claims", str(path), "--population", "prior", "--draws", str(DRAWS)]
    assert call([*common, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["digest"] == ledger.digest
    assert call(common) == 0
    out = capsys.readouterr().out
    assert out.startswith("By a quick look") and "1 claim of one’s own is" in out and "over the ranges" in out
    assert call([*common, "--csv"]) == 0 and "x1" in capsys.readouterr().out
    assert call([*common, "--argdown"]) == 0 and "[x1]:" in capsys.readouterr().out
    assert call([*common, "--explain", "x1"]) == 0
    out = capsys.readouterr().out
    assert "by reading" in out and re.search(r"how to read +The verdict is that of the prior draws\. Shares", out)
    assert call([*common, "--estimate"]) == 0 and "nothing is missing" in capsys.readouterr().out
    assert call(["claims", "22aa"]) == 2 and "22a" in capsys.readouterr().err
    assert call([*common, "--csv", "--json"]) == 2
    assert (folder / "results" / "sweeps" / "claims" / "ledger" / JSON).is_file()
    assert not (folder / "results" / "claims").exists()


def test_wrong_verdicts_are_rare_at_any_spread():
    for sd in (0.1, 0.5, 1.0, 2.0, 5.0):
        rows = list(rates.measured(1.0, sd, 400, number=20))
        assert [row["planted"] for row in rows] == list(rates.PLANTED)
        assert max(row["wrong"] for row in rows) <= 0.05, sd
        for row in rows:
            shares = [row[name.replace(" ", "_")] for name in rules.VERDICTS[:5]]
            assert sum(shares) == pytest.approx(1.0)


def test_what_is_planted_is_found_where_draws_lie_close_together():
    found = {row["planted"]: row for row in rates.measured(1.0, 0.3, 400, number=10)}
    assert found["planted at 1.5"]["supported"] == found["planted at 3"]["supported"] == 1.0
    assert found["none"]["immaterial"] == 1.0 and found["reversed"]["contradicted"] == 1.0


def test_a_wrong_rule_would_be_seen(monkeypatch):
    """Were .80 taken for .20, planted nothing would be called something."""
    monkeypatch.setattr(rules, "SURE", 0.2)
    monkeypatch.setattr(rules, "HALF", 0.0)
    rows = {row["planted"]: row for row in rates.measured(1.0, 2.0, 400, number=10)}
    assert rows["none"]["wrong"] > 0.05
