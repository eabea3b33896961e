"""The page in a real browser: it opens offline, shows the model's numbers and words, and whatever is moved works."""

from __future__ import annotations

import csv
import dataclasses
import json
import math
import re
import time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import sim
from sim.analysis.paired import reading
from sim.analysis.sentences import Finding, sentences
from sim.describe.glossary import terms
from sim.errors import UserError
from sim.experiment.draws import draws
from sim.experiment.ensemble import Ensemble
from sim.figures.tilemap import tiles
from sim.page.export import export_page, part
from sim.registry.derived import EVERY
from sim.registry.mechanisms import MECHANISMS
from sim.registry.outcomes import OUTCOMES
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS
from sim.runner.model_version import model
from sim.scenario.load import load, shipped
from sim.version import __version__
from tests.brief import brief
from tests.page.conftest import SMALL, wait

FIVE = "#runs=5"
TELEPHONE = (375, 812)


def found(tab: Any) -> dict[str, Any]:
    """Return the finding that the page words."""
    return json.loads(tab.locator("html").get_attribute("data-found"))


def at(page_file: Path, more: str = "") -> str:
    return f"file://{page_file}{FIVE}{more}"


def test_it_opens_offline_says_that_it_has_the_models_bits_and_asks_nobody(shown):
    tab = shown()
    assert "same bits as skloki run" in tab.inner_text("#state")
    assert {url.split(":")[0] for url in tab.asked} <= {"file", "blob", "data"}
    assert tab.locator("#curves svg").count() == 1 and tab.locator("#map .tile").count() == 85


@pytest.mark.parametrize("drawing", brief([True, False], True))
def test_its_numbers_and_words_are_those_of_compare(shown, drawing):
    tab = shown("" if drawing else "&draw=false")
    asked = {"draws": 5} if drawing else {"pairs": 5}
    pair = sim.pair("appointment", "election", sets=SMALL, horizons=["1923-12:1926-11"], **asked)
    frame = pair.effects()
    row = frame[(frame["outcome"] == "performance") & (frame["scope"] == "nation")].iloc[0]
    mine = found(tab)["effects"]["nation"]
    for name in ("base", "other", "effect", "low", "high", "superiority", "smallest"):
        assert mine[name] == pytest.approx(row[name], abs=1e-12), name
    assert [tab.inner_text("#sentence"), tab.inner_text("#sure")] == pair.answer()


def test_an_interval_says_to_the_page_what_it_says_to_compare(shown):
    ends = [(0.0, 0.0), (0.02, 0.02), (-0.02, -0.02), (0.006, 0.02), (-0.02, -0.006), (-0.001, 0.004), (-0.01, 0.01)]
    cases = [(*end, 0.005, pairs) for end in ends for pairs in (5, 29, 30)]
    said = shown().evaluate("(cases) => cases.map((each) => verdict(...each))", cases)
    assert said == [str(reading(*case)) for case in cases]
    assert {*said} == {"above", "below", "within", "undecided"}


def few(pairs: int, share: float, ran: int, drawn: int | None) -> Finding:
    width = math.nan if pairs < 2 else 0.1
    row = {"pairs": pairs, "effect": 0.2, "low": 0.2 - width, "high": 0.2 + width, "smallest": 0.005,
           "superiority": share, "reading": "above"}  # fmt: skip
    return Finding("a", "b", "tenure_appointed", "1921-12", {"nation": row}, {"nation": (share, 0.0)}, drawn, ran=ran)


def test_few_pairs_are_told_as_compare_tells_them(shown):
    tab, every = shown(), len(PARAMETERS) + len(VARIANTS)
    for pairs, share, ran in ((1, 1.0, 1), (1, 1.0, 3), (2, 0.75, 2), (3, 2 / 3, 4), (29, 28 / 29, 29), (30, 0.9, 30)):
        for drawn in (None, 3):
            one = few(pairs, share, ran, drawn)
            known = EVERY[one.outcome]
            more = {"scope": "nation", "unit": known.unit, "better": known.better, "every": every, "given": None}
            assert tab.evaluate("(found) => sentences(found)", dataclasses.asdict(one) | more) == sentences(one)


def test_few_pairs_are_told_so_in_russian_too(shown):
    tab = shown("&language=ru")
    assert "B лучше в 5 из 5 жребиев" in tab.inner_text("#sure")
    assert "при 4 жребиях из 5, хуже при 0" in tab.inner_text("#sentence")
    one = """translated({ ...finding(), ran: 3,
        effects: { nation: { ...finding().effects.nation, pairs: 1, low: NaN, high: NaN } } })"""
    (said,) = tab.evaluate(one)
    assert "лишь в одной паре из 3" in said


KINDS = ("recovery_months", "opposition_nation", "sklok_duration", "appointed", "members")


@pytest.mark.parametrize("outcome", brief(KINDS, "recovery_months"))
def test_every_kind_of_outcome_is_worded_as_compare_words_it(shown, outcome):
    tab = shown(f"&outcome={outcome}")
    pair = sim.pair("appointment", "election", sets=SMALL, horizons=["1923-12:1926-11"], draws=5, outcomes=[outcome])
    assert [tab.inner_text("#sentence"), tab.inner_text("#sure")] == pair.answer()


def test_what_is_moved_gives_the_world_that_the_command_line_gives(shown):
    moved = {"parameters.k1": "0.8", "parameters.n_cand": "4", "variants.unfilled": "acting",
             "mechanisms.voice": "false", "policy.rule": "endogenous"}  # fmt: skip
    more = "".join(f"&{side}:{name}={value}" for side in "ab" for name, value in moved.items())
    tab = shown(f"&draw=false{more}")
    sets = [*SMALL, *(f"{name}={value}" for name, value in moved.items())]
    pair = sim.pair("appointment", "election", sets=sets, horizons=["1923-12:1926-11"], pairs=5)
    said = " ".join(pair.answer())
    for name, letter in {"appointment": "A", "election": "B", "Election": "B"}.items():
        said = said.replace(name, letter)  # a world that was moved is not what its file is called any more
    assert " ".join([tab.inner_text("#sentence"), tab.inner_text("#sure")]) == said
    command = tab.inner_text("#command")
    # the page's worlds are smaller than those that come with the program: their files are named
    assert command.startswith("skloki compare appointment-a.toml election-b.toml ")


@pytest.mark.exhaustive
def test_months_before_the_worlds_part_are_no_finding(shown):
    tab = shown("&first=1921-01&last=1923-06&draw=false")
    pair = sim.pair("appointment", "election", sets=SMALL, horizons=["1921-01:1923-06"], pairs=5)
    assert tab.inner_text("#sentence") == pair.answer()[0] and "no finding" in pair.answer()[0]
    same = shown("&a:policy.changes.everywhere.rule=election")
    assert "no finding" in same.inner_text("#sentence"), "both elect now"


MOVED = ("&b:mechanisms.voice=false&b:variants.unfilled=acting&b:parameters.ign=0.1",
         "&b:mechanisms.voice=false&b:mechanisms.skloki=false", "&b:variants.unfilled=acting",
         "&a:variants.unfilled=acting&b:variants.unfilled=acting", "&b:parameters.ign=0.1")  # fmt: skip


@pytest.mark.parametrize("more", brief(MOVED, MOVED[0]))
def test_what_is_drawn_is_what_compare_draws(shown, more):
    """Whatever is switched off or read otherwise in one world."""
    tab = shown(more)
    moved = [part.split(":") for part in more[1:].split("&")]
    worlds = [load(name, [*SMALL, *(text for of, text in moved if of == side)])
              for name, side in (("appointment", "a"), ("election", "b"))]  # fmt: skip
    pair = sim.pair(*worlds, horizons=["1923-12:1926-11"], draws=5)
    assert found(tab)["drawn"] == len(draws(*worlds).factors)
    row = pair.effects().query("outcome == 'performance' and scope == 'nation'").iloc[0]
    assert found(tab)["effects"]["nation"]["effect"] == pytest.approx(row["effect"], abs=1e-12)


@pytest.fixture
def one_switch(monkeypatch):
    """Have a page know of one mechanism alone: each makes an image of every world."""
    name = next(iter(MECHANISMS))
    monkeypatch.setattr("sim.page.content.MECHANISMS", {name: MECHANISMS[name]})


def test_the_rest_is_drawn_out_of_an_ensemble_and_called_calibrated(tmp_path, opened, one_switch):
    drawn = draws(load("appointment", SMALL))
    rows = tuple({name: value for name, value in row.items()} for row in drawn.samples(40, 52))
    made = Ensemble("record", "24 recorded figures", model(), drawn.factors, rows, {"rows": []})
    made.write(tmp_path / "ensemble.parquet")
    page_file = export_page("appointment", "election", sets=SMALL, out=tmp_path / "page.html", ensemble=tmp_path)
    tab = opened(at(page_file))
    pair = sim.pair("appointment", "election", sets=SMALL, horizons=["1923-12:1926-11"], draws=5, ensemble=tmp_path)
    assert [tab.inner_text("#sentence"), tab.inner_text("#sure")] == pair.answer()
    assert "drawn from record, calibrated on 24 recorded figures" in tab.inner_text("#sure")
    row = pair.effects().query("outcome == 'performance' and scope == 'nation'").iloc[0]
    assert found(tab)["effects"]["nation"]["effect"] == pytest.approx(row["effect"], abs=1e-12)
    tab.select_option("#language", "ru")
    tab.wait_for_selector("h2:has-text('По губерниям')")
    assert "record" in tab.inner_text("#sure") and "calibrated" not in tab.inner_text("#sure")


def test_runs_can_be_asked_for_while_they_run_and_taken_back(shown):
    tab = shown("&draw=false")
    tab.select_option("#runs", "20")
    tab.select_option("#runs", "32")
    wait(tab, 32)
    tab.select_option("#runs", "10")
    wait(tab, 10)
    pair = sim.pair("appointment", "election", sets=SMALL, horizons=["1923-12:1926-11"], pairs=10)
    assert tab.inner_text("#sentence") == pair.answer()[0]


def test_a_slider_hits_default_and_ends_exactly_and_an_untouched_one_sends_nothing(shown):
    tab = shown()
    tab.evaluate_handle("document.querySelectorAll('details.group').forEach((each) => { each.open = true; })")
    assert ":parameters" not in tab.url
    slider = tab.locator("#p-b_slope")
    known = {one["name"]: one for one in sim.registered()["parameters"]}["b_slope"]
    for key, value in (("End", known["high"]), ("Home", known["low"])):
        slider.focus()
        slider.press(key)
        tab.wait_for_selector(f"#moved:has-text('b_slope = {value:g}')")
    tab.go_back()
    tab.wait_for_selector(f"#moved:has-text('b_slope = {known['high']:g}')")
    tab.locator(".control.moved .back").first.click()
    tab.wait_for_selector("#moved:has-text('as in their files')")
    assert ":parameters" not in tab.url


@pytest.mark.exhaustive
@pytest.mark.parametrize("end", ["high", "low"])
def test_no_end_of_any_slider_and_no_switch_leads_to_an_error(shown, end):
    """All sliders of one world are at an end; all mechanisms of the other are off."""
    ends = "".join(f"&b:parameters.{one['name']}={one[end]!r}" for one in sim.registered()["parameters"])
    off = "".join(f"&a:mechanisms.{one['name']}=false" for one in sim.registered()["mechanisms"])
    tab = shown(f"&draw=false{ends}{off}")
    assert tab.locator("html[data-failed]").count() == 0
    assert "failed" not in (tab.locator("#state").get_attribute("class") or "").split()


ODD = ("b:policy.rule=endogenous&constructor=1&replicate=9999", "place=Tula&replicate=127&draw=true",
       "a:policy.changes.everywhere.rule=readiness", "b:policy.rule=election", "a:mechanisms.skloki=false",
       "b:variants.unfilled=toString")  # fmt: skip


@pytest.mark.parametrize("change", brief(ODD, ODD[0]))
def test_no_single_slider_rule_or_switch_and_no_odd_address_leads_to_an_error(shown, change):
    tab = shown(f"&draw=false&{change}")
    assert tab.locator("html[data-failed]").count() == 0


def test_back_goes_back_and_a_link_repeats_everything(shown, opened):
    tab = shown()
    tab.select_option("#outcome", "conflict")
    tab.wait_for_selector("#sentence:has-text('conflict')")
    tab.select_option("#scope", "capital")
    tab.wait_for_selector("#sentence:has-text('the capitals')")
    said, address = tab.inner_text("#sentence"), tab.url
    tab.go_back()
    tab.wait_for_selector("#sentence:has-text('the nation')")
    again = opened(address)
    again.wait_for_selector("#sentence:has-text('the capitals')")
    assert again.inner_text("#sentence") == said


@pytest.mark.exhaustive
def test_what_stands_in_an_address_and_is_not_known_is_left_out_and_said(page_file, opened):
    tab = opened(at(page_file, "&outcome=nonsense&a:parameters.k1=7&b:mechanisms.gone=false"))
    tab.wait_for_selector("#moved:has-text('Not understood')")
    said = tab.inner_text("#moved")
    assert "outcome" in said and "parameters.k1" in said and "mechanisms.gone" in said


def test_the_map_plays_and_a_committee_tells_its_story(shown):
    tab = shown()
    tab.locator("#month").focus()
    tab.locator("#month").press("Home")
    tab.wait_for_selector("#month-name:has-text('1921-01')")
    tab.click("#play")
    # each month stands for a moment: a busy machine sees some, and not others
    tab.wait_for_selector("#month-name:text-matches('1921-(0[6-9]|1[0-2])|192[2-9]')")
    tab.click("#play")
    tab.locator('#map .tile[data-name="Tula"]').click()
    tab.wait_for_selector("#story svg")
    events = sim.live("appointment", sets=SMALL, replicates=1, events=True).story("Tula")
    assert tab.locator("#story figure").count() == 2
    tab.uncheck("#draw")
    tab.wait_for_selector(f"#story summary:has-text('({len(events)})')")


@pytest.mark.exhaustive
def test_what_is_taken_along_repeats_the_page(shown, tmp_path):
    tab = shown("&draw=false&b:parameters.k1=0.81&b:mechanisms.voice=false&b:variants.unfilled=acting")

    def saved(key: str) -> Path:
        with tab.expect_download() as download:
            tab.click(f'[data-take="{key}"]')
        download.value.save_as(tmp_path / download.value.suggested_filename)
        return tmp_path / download.value.suggested_filename

    loaded = load(saved("file_b"))
    assert loaded.scenario.parameters["k1"] == 0.81
    assert loaded.scenario.mechanisms["voice"] is False and loaded.scenario.variants["unfilled"] == "acting"
    pair = sim.pair(load(saved("file_a")), loaded, pairs=5, horizons=["1923-12:1926-11"])
    table = saved("csv").read_text().splitlines()
    said = [line for line in table if line.startswith("# ")]
    rows = list(csv.DictReader(line for line in table if not line.startswith("# ")))
    bands = pair.bands("performance")
    theirs = bands[(bands["scope"] == "nation") & (bands["world"] == pair.worlds[0])]["p50"]
    mine = [float(row["p50"]) for row in rows if row["world"].startswith("A ")]
    assert mine == pytest.approx(list(theirs), abs=1e-7)  # curves of pairs are kept in single precision
    picture = saved("svg").read_text()
    assert picture.startswith("<svg")
    caption = " ".join(text.text or "" for text in ElementTree.fromstring(picture).iter() if text.tag.endswith("}text"))
    assert saved("map").read_text().startswith("<svg")
    facts = [__version__, "Appointment everywhere", "Election everywhere", "tree.uezds = 0", "parameters.k1 = 0.81",
             "mechanisms.voice = false", "variants.unfilled = acting", "Seed 1921", "5 pairs"]  # fmt: skip
    for fact in facts:  # who finds the file alone knows what it is of
        assert any(fact in line for line in said) and fact in caption, fact


@pytest.mark.exhaustive
def test_it_speaks_russian_and_reads_without_a_mouse(page_file, opened):
    tab = opened(at(page_file))
    tab.select_option("#language", "ru")
    tab.wait_for_selector("h2:has-text('По губерниям')")
    assert "language=ru" in tab.url and tab.locator("html").get_attribute("lang") == "ru"
    unnamed = tab.evaluate_handle(
        "[...document.querySelectorAll('select, input, button')].filter((each) => !each.labels?.length "
        "&& !each.getAttribute('aria-label') && !each.textContent.trim()).map((each) => each.outerHTML)"
    ).json_value()
    assert unnamed == []


def test_going_back_is_to_the_language_that_was_there(shown):
    tab = shown("&language=en")
    tab.select_option("#language", "ru")
    tab.wait_for_selector("h2:has-text('По губерниям')")
    tab.go_back()
    tab.wait_for_selector("html[lang=en]")
    assert tab.input_value("#language") == "en" and not tab.locator("h2:has-text('По губерниям')").count()


@pytest.mark.parametrize(("language", "start"), [
    ("en", "A sklok (plural skloki)"), pytest.param("ru", "Склока — ", marks=pytest.mark.exhaustive),
])  # fmt: skip
def test_a_term_says_what_it_means_where_it_stands_to_mouse_and_keyboard(shown, language, start):
    tab = shown(f"&outcome=open_skloki&language={language}")
    word, tip = tab.locator('#meaning [data-term="skloki"]'), tab.locator("#tip")
    assert tip.is_hidden()
    word.hover()
    assert tip.is_visible() and tip.inner_text().startswith(start)
    tab.mouse.move(5, 5)
    assert tip.is_hidden()
    word.focus()
    assert tip.is_visible()
    assert tab.locator(f"#{word.get_attribute('aria-describedby')}").text_content() == tip.inner_text()
    tab.keyboard.press("Escape")
    assert tip.is_hidden()
    tab.locator("#outcome").focus()
    for _ in range(40):  # to the word by the Tab key alone
        tab.keyboard.press("Tab")
        if tip.is_visible() and tip.inner_text().startswith(start):
            return
    pytest.fail("no Tab leads to the word")


def test_in_russian_what_is_seen_is_russian(shown):
    tab = shown("&language=ru&outcome=moves_need", TELEPHONE)
    for chosen in ("#outcome", "#scope", "#place", "#a"):
        options = tab.locator(f"{chosen} option").all_text_contents()
        assert all(re.search("[а-яё–]", text, re.IGNORECASE) for text in options), chosen
    labels = tab.locator("#controls .control label").all_text_contents()
    assert len(labels) > len(PARAMETERS) and all(re.search("[а-яё]{3}|[AB] ", text) for text in labels)
    assert "Посланные в уезды" in tab.locator("#curves svg").text_content()


def test_both_rules_of_a_policy_stand_side_by_side_and_each_is_its_worlds(shown):
    tab = shown()
    row = tab.locator('[data-room="policy"] .control').last
    assert row.locator("h3").inner_text().startswith("Posts are filled, from 1923-12 on")
    one, two = (row.locator("select").nth(k) for k in (0, 1))
    boxes = [each.bounding_box() for each in (one, two)]
    assert boxes[0]["y"] == boxes[1]["y"] and boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]
    two.select_option("readiness")  # though what is moved elsewhere changes both worlds
    tab.wait_for_selector("#moved:has-text('B: policy.changes.everywhere.rule = readiness')")
    assert "a:policy" not in tab.url and one.input_value() == "appointment"


def test_the_answer_stays_in_sight(shown):
    tab = shown("&place=Tula")
    bar = tab.locator("#bar")
    assert bar.is_hidden(), "the answer itself is there"
    tab.locator("#story").scroll_into_view_if_needed()
    tab.mouse.wheel(0, 2000)
    tab.wait_for_selector("#bar:not([hidden])")
    assert bar.inner_text() == tab.inner_text("#sentence") and bar.bounding_box()["y"] == 0
    tab.select_option("#field", "conflict")
    assert bar.is_visible()
    tab.focus("#skip")
    tab.press("#skip", "Enter")
    assert "place=Tula" in tab.url, "to go to the answer leaves everything as it is"


@pytest.mark.parametrize("language", brief(["en", "ru"], "ru"))
def test_a_phone_needs_no_scrolling_sideways(shown, language):
    tab = shown(f"&place=Tula&language={language}", TELEPHONE)
    tab.wait_for_selector("#story svg")
    tab.evaluate_handle("document.querySelectorAll('details.group').forEach((each) => { each.open = true; })")
    assert tab.evaluate_handle("document.documentElement.scrollWidth").json_value() <= 375
    for name in ("#outcome", "#month", "#play", "#p-k1"):
        box = tab.locator(name).bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= 375 and box["height"] >= 24, name
    for name in ("#curves svg", "#map svg", "#story svg"):
        assert tab.locator(name).first.bounding_box()["width"] <= 375, name


def registered_words() -> set[str]:
    """Return the keys of what the registry names in English and the page's texts in other languages."""
    units = {one.unit for one in [*OUTCOMES.values(), *PARAMETERS.values()]}
    choices = {f"variant_{one.name}_{choice}" for one in VARIANTS.values() for choice in one.choices}
    return choices | {f"unit_{unit}" for unit in units} | {f"{kind}_{name}" for kinds, names in (
        (("outcome", "meaning"), OUTCOMES), (("parameter",), PARAMETERS), (("variant",), VARIANTS),
        (("mechanism", "off"), MECHANISMS), (("title",), shipped()), (("place", "tile"), tiles()),
    ) for kind in kinds for name in names}  # fmt: skip


def test_texts_are_there_in_both_languages():
    """Whoever registers an outcome, a parameter or a unit names it in Russian, too."""
    known = json.loads(part("texts.json"))
    words = registered_words()
    assert sorted(words - set(known["ru"])) == [], "these have no Russian name in texts.json"
    own_words = {key for key in known["ru"] if key.startswith(("sentence_", "drawn_", "sure_"))}
    english = {key for key in known["en"] if not key.startswith("outcome_")}
    assert set(known["ru"]) - own_words - words == english
    assert all(text.strip() for texts in known.values() for text in texts.values())
    cyrillic = re.compile("[а-яё]", re.IGNORECASE)
    latin = {"unit_1913 = 1"}
    assert {key for key in words if not cyrillic.search(known["ru"][key])} == latin


def test_every_term_has_pattern_meaning_and_name_in_both_languages():
    for name, said in terms().items():
        for language in ("en", "ru"):
            pattern, meaning, word = said[language]
            re.compile(pattern)
            assert meaning.strip() and word.strip(), (name, language)


def test_a_page_whose_numbers_would_differ_shows_none(page_file, opened, tmp_path):
    text = page_file.read_text()
    broken = tmp_path / "broken.html"
    broken.write_text(text.replace("!== each.sum)", "=== each.sum)"))
    tab = opened(f"file://{broken}", pairs=None)
    tab.wait_for_selector("html[data-failed]", state="attached")
    assert "could not be trusted" in tab.inner_text("#state")
    assert tab.locator("#curves svg").count() == 0


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return export_page("appointment", "election", out=tmp_path_factory.mktemp("whole") / "whole.html")


LIMIT, OF_A_SWITCH = 500_000, 600


@pytest.mark.exhaustive
def test_two_worlds_of_the_whole_tree_stay_under_half_a_megabyte(whole):
    assert whole.stat().st_size < LIMIT


def test_two_worlds_of_the_whole_tree_with_some_of_the_switches_leave_room_for_the_rest(tmp_path, monkeypatch):
    some = {name: MECHANISMS[name] for name in list(MECHANISMS)[::13]}
    monkeypatch.setattr("sim.page.content.MECHANISMS", some)
    page_file = export_page("appointment", "election", out=tmp_path / "some.html")
    assert page_file.stat().st_size < LIMIT - OF_A_SWITCH * 2 * (len(MECHANISMS) - len(some))


@pytest.mark.exhaustive
def test_two_worlds_of_the_whole_tree_are_there_at_once(opened, whole):
    """In the viewer they are opened always."""
    begun = time.monotonic()
    opened(f"file://{whole}")
    assert time.monotonic() - begun < 60  # a hang, not a speed


def test_wrong_requests_are_refused(tmp_path):
    with pytest.raises(UserError, match="the committees of"):
        export_page("appointment", {"title": "x", "tree": {"only": ["Tula"], "uezds": 0}}, out=tmp_path / "x.html")
    (tmp_path / "x.html").touch()
    with pytest.raises(UserError, match="--force"):
        export_page("appointment", sets=SMALL, out=tmp_path / "x.html")
    with pytest.raises(UserError, match="a folder"):
        export_page("appointment", out=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["x.html"] and not (tmp_path / "x.html").read_bytes()
