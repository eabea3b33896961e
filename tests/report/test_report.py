"""The report: every number in it is one of a stored file, its two forms agree, and what is missing is said."""

from __future__ import annotations

import csv
import importlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import sim
from sim.claims.answer import GROUPS
from sim.claims.lines import Shown, formed, of_100
from sim.doors.cli import cli
from sim.doors.terminal import Terminal
from sim.errors import UserError
from sim.report import words
from sim.report.context import context, inputs
from sim.report.pages import HTML, PDF, html, part, write_report
from sim.report.pictures import draw_shares, lighter, pieces, svg
from sim.report.shapes import Context, as_text
from tests.once import once
from tests.report.made_ledger import KINDS, ledger, sealed, write

RESULTS = Path(__file__).resolve().parents[2] / "results"
PACKAGE = Path(sim.__file__).parent
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return results with a made-up ledger and what is shipped of the rest."""
    place = tmp_path_factory.mktemp("results")
    for name in ("calibration", "lookfor", "sensitivity", "discovery", "rivals", "readiness"):
        if (RESULTS / name).exists():
            (place / name).symlink_to(RESULTS / name)
    return write(place, ledger(KINDS["mixed"]))


@pytest.fixture(scope="module", autouse=True)
def drawn_once() -> Iterator[None]:
    """Have each picture drawn, and each stored one made lighter and cut, once, however many reports show it."""
    with pytest.MonkeyPatch.context() as here:
        here.setattr("sim.report.pictures.draw_shares", once(draw_shares))
        here.setattr("sim.report.pictures.svg", lru_cache(svg))
        here.setattr("sim.report.pictures.lighter", lru_cache(lighter))
        here.setattr("sim.report.pictures.pieces", lru_cache(pieces))
        yield


@pytest.fixture(scope="module")
def found(folder: Path) -> Context:
    return context(folder)


@pytest.fixture(scope="module")
def page(found: Context) -> str:
    return html(found)


# Numbers follow from what is stored.


@lru_cache
def held_by(path: Path) -> Any:
    """Return what a file holds: a table's rows, or a page's words without links."""
    text = path.read_text("utf-8")
    if path.suffix == ".md":
        return " ".join(re.sub(r"\[([^]]+)]\([^)]*\)", r"\1", text).split())
    return json.loads(text) if path.suffix == ".json" else list(csv.DictReader(text.splitlines()))


def read_again(shown: Shown, folder: Path) -> Any:
    """Return what stands at the place that a value names: read here, not by what made the report."""
    place, field = shown.at.file, shown.at.field
    if place.startswith("sim/"):
        path = PACKAGE.parent / place
        if path.suffix == ".py":
            _, table, attribute = field.split("/")
            module = importlib.import_module(place.removesuffix(".py").replace("/", "."))
            (one,) = [each for each in module.TABLES if each.name == table]
            return getattr(one, attribute)
    else:
        path = folder / place
    held = held_by(path)
    if path.suffix == ".md":
        assert shown.text in held
        return shown.at.value
    keys = [key.replace("~1", "/").replace("~0", "~") for key in field.split("/")[1:]]
    for number, key in enumerate(keys):
        if key.startswith("*"):
            asked, among, ids = "/".join(keys[number:]).partition("; ")
            name, _, value = asked.removeprefix("*/").partition(" = ")
            rows = [row for row in held if not among or row.get("id", row.get("name")) in ids.split()]
            return sum(row[name] == value for row in rows) if value else len(rows)
        held = held[int(key)] if isinstance(held, list) else held[key]
    return type(shown.at.value)(held) if path.suffix == ".csv" else held


def test_every_value_is_one_of_a_stored_file(found: Context, folder: Path) -> None:
    values = list(found.shown)
    assert len(values) > 1000
    for shown in values:
        again = read_again(shown, folder)
        assert again == shown.at.value and formed(again, shown.how) == shown.text, shown


def test_a_changed_number_in_the_ledger_changes_the_report(folder: Path, tmp_path: Path, page: str) -> None:
    made = ledger(KINDS["mixed"])
    made["claims"][0]["estimands"][0]["populations"]["calibrated"] |= {"for": 0.3333, "within": 0.5467}
    changed = html(context(write(tmp_path, sealed(made))))
    assert changed.count(">33</data>") > page.count(">33</data>")
    assert ">33</data> and its opposite in" in changed


class Untraced(HTMLParser):
    """Collects the text of a page that names no stored file: outside marked values, pictures, code and links."""

    skipped = ("data", "svg", "code", "pre", "script", "style", "span", "title")

    def __init__(self) -> None:
        super().__init__()
        self.within: list[str] = []
        self.text: list[str] = []
        self.section = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        of = dict(attrs)
        if tag == "section":
            self.section = of.get("id") or ""
        if tag in self.skipped and (tag != "span" or "data-from" in of) or self.within:
            if tag not in ("img", "meta", "link", "br", "path", "use", "rect"):
                self.within.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.within and self.within[-1] == tag:
            self.within.pop()

    def handle_data(self, data: str) -> None:
        if not self.within and self.section not in ("cite",):
            self.text.append(data)


def test_no_number_stands_in_the_page_that_names_no_file(page: str, found: Context) -> None:
    reader = Untraced()
    reader.feed(page)
    assert not reader.within
    own = {name for text in (*vars(words).values(),) for name in NUMBER.findall(str(text))}
    own |= set(NUMBER.findall(part("report.html"))) | set(NUMBER.findall(" ".join(said for said, _ in found.put_in)))
    own |= {number for claim in found.claims for number in NUMBER.findall(claim.id)}
    own |= {"100", *NUMBER.findall(found.version), *NUMBER.findall(" ".join(said for _, said in found.words))}
    titles = " ".join(str(claim.words) for claim in found.claims)  # in the contents, where they are links
    left = [number for text in reader.text for number in NUMBER.findall(text) if number not in own]
    assert [number for number in left if number not in NUMBER.findall(titles)] == []


def test_bars_and_pictures_are_of_the_same_shares(found: Context, page: str) -> None:
    claims = [claim for claim in found.claims if claim.bars]
    assert len(claims) == 7
    for claim in claims:
        (bar,) = claim.bars
        assert [of_100(share) for _, share in bar] == [str(told) for told in claim.told if str(told) != "–"]
        assert claim.picture is not None
        for told in claim.told:
            assert str(told) == "–" or f"{told} " in str(claim.picture.alt)
        assert f'class="{bar[0][0].replace(" ", "-")}" style="width:{round(100 * bar[0][1], 2)}%"' in page


# Its form.


def test_each_claim_has_a_page_with_all_that_belongs_to_it(page: str) -> None:
    begin = page.index('<section id="claim-24"')
    text = page[begin : page.index("</section>", begin)]
    for part_ in ("conditional", "article, p. 527", "where voters judge better than files", "What it leans on",
                  "what is counted", "change_appointed_ahead", "skloki claims --explain 24", "a made-up note",
                  "how well members could judge", "results/sweeps/claims/00000000", "data:text/csv",
                  "<svg"):  # fmt: skip
        assert part_ in text, part_
    assert "says nothing &lt;before&gt; it" in page and "<before>" not in page


def test_ids_are_unique_and_links_within_lead_somewhere(page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids)) and {"claim-22a", "ledger", "rivals", "readiness", "cite"} <= set(ids)
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_linked_data_and_how_to_cite(page: str, found: Context) -> None:
    text = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
    graph = {one["@type"]: one for one in json.loads(text)["@graph"]}
    assert set(graph) == {"Report", "ScholarlyArticle", "Dataset", "SoftwareApplication"}
    assert graph["Dataset"]["identifier"] == f"sha-256 {found.digest}"
    assert [one["@id"] for one in graph["Report"]["hasPart"]] == [f"#{claim.anchor}" for claim in found.claims]
    assert re.search(r'<link rel="cite-as" href="ni:///sha-256;[\w-]{43}">', page)


def test_nothing_is_asked_of_another_place(page: str) -> None:
    outside = re.findall(r'(?:src|href|action|xlink:href)="(?!#|data:|ni:)([^"]*)"', page)
    assert outside == [] and "@import" not in page and "url(http" not in page
    assert page.count("<script") == 1  # linked data, which nothing runs


def test_a_quick_ledger_says_so(tmp_path: Path) -> None:
    page = html(context(write(tmp_path, ledger(KINDS["open"], quick=True))))
    assert page.count(words.QUICK) == 2 and page.count("quick</span>") == len(KINDS["open"])
    answer = page[page.index('<div class="answer">') : page.index("</div>", page.index('<div class="answer">'))]
    assert answer.count("quick look") == 4, "above, and in each sentence, so that none is copied without"
    assert 'rel="cite-as"' not in page and words.NOT_CITED in page and "The ledger that it reports" not in page
    assert page.count('"creativeWorkStatus": "Draft: a quick look') == 2
    named = re.findall(r'download="([^"]*(?:claim|ledger)[^"]*)"', page)
    assert named and all(name.startswith("quick-") for name in named)
    full = html(context(write(tmp_path / "full", ledger(KINDS["open"]))))
    assert "quick-" not in full and 'rel="cite-as"' in full and words.NOT_CITED not in full and "Draft" not in full


def test_what_is_missing_names_its_command(tmp_path: Path) -> None:
    page = html(context(tmp_path))
    assert "There is no ledger of claims yet" in page and "skloki calibrate record" in page
    assert page.count("Not there yet") == 7 and "sentences</h2>" in page


def test_a_page_that_shows_no_claims_worlds_has_no_link(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("a page")
    assert "Move it in the page" not in html(context(write(tmp_path, ledger(KINDS["mixed"]))))


def test_the_explorable_page_stands_beside_each_contrast_that_it_can_show(tmp_path: Path) -> None:
    from sim.claims.load import load_claim
    from sim.describe import link
    from sim.page.content import content
    from sim.page.export import page as written
    from sim.scenario.load import load

    known = content([load("historical"), load("election")], engine=False)
    (tmp_path / "page.html").write_text(written(known, "a page"))
    read = link.read(tmp_path / "page.html")
    assert read is not None and [one["name"] for one in read["worlds"]] == ["historical", "election"]
    claim = load_claim("22b")
    found = dict(parse_qsl(link.settings(claim, read)))
    assert (found["a"], found["b"], found["outcome"]) == ("historical", "election", "paralysed")
    assert (found["first"], found["last"]) == ("1923-12", "1926-11") and "scope" not in found, "of two classes"
    without = replace(claim, worlds={name: {**table, "mechanisms": {"transfers": False}}
                                     for name, table in claim.worlds.items()})  # fmt: skip
    moved = dict(parse_qsl(link.settings(without, read)))
    assert {key: value for key, value in moved.items() if ":" in key} == {
        "a:mechanisms.transfers": "false", "b:mechanisms.transfers": "false"}  # fmt: skip
    elsewhere = replace(claim, worlds={**claim.worlds, "election": {
        "policy": {"changes": {"everywhere": {"date": "1925-01", "rule": "election"}}}}})  # fmt: skip
    assert link.settings(elsewhere, read) == "", "no world of the page elects from that month on"
    made = ledger({"22b": "not identified"}, c22b={"words": claim.said.claim})
    (address,) = re.findall(r'href="page.html#([^"]*)"', html(context(write(tmp_path, made))))
    assert dict(parse_qsl(unescape(address))) == found
    made = ledger({"22b": "not identified"}, c22b={"words": "Something else is claimed"})
    assert "Move it in the page" not in html(context(write(tmp_path, made)))


def test_the_page_knows_what_links_ask_of_it() -> None:
    script = (PACKAGE / "page" / "parts" / "main.js").read_text("utf-8")
    assert 'outcome: names("outcomes"), scope: names("scopes")' in script and '["first", "last", "month"]' in script


# The two forms.


def test_the_pdf_is_one_for_readers_of_screens_and_the_same_at_each_call(tmp_path: Path) -> None:
    pytest.importorskip("typst")
    folder = write(tmp_path / "results", ledger({"22b": "not identified", "12": "supported"}))
    (folder / "sensitivity").symlink_to(RESULTS / "sensitivity")
    written = write_report(folder, out=tmp_path)
    assert [path.name for path in written.files] == ["report.html", "report.pdf"] and not written.lacks
    made = (tmp_path / "report.pdf").read_bytes()
    assert made.startswith(b"%PDF") and b"<pdfuaid:part>1</pdfuaid:part>" in made
    assert b"/StructTreeRoot" in made and b"/MarkInfo<</Marked true" in made
    with pytest.raises(UserError, match="--force"):
        write_report(folder, out=tmp_path)
    write_report(folder, out=tmp_path, force=True)
    assert (tmp_path / "report.pdf").read_bytes() == made


def test_both_forms_have_every_text_of_the_context(found: Context, page: str) -> None:
    def texts(of: Any) -> Iterator[str]:
        if isinstance(of, str):
            yield of
        for inner in of.values() if isinstance(of, dict) else of if isinstance(of, list) else ():
            yield from texts(inner)

    plain = as_text(found)
    json.dumps(plain)
    for claim in plain["claims"]:
        assert {"words", "verdict", "sentence", "facts", "tables", "lookfor", "commands", "runs"} <= set(claim)
    typst = part("report.typ")
    for name in plain:
        assert name in ("linked", "address", "page") or f"r.{name}" in typst, name
        assert name in ("page",) or f"r.{name}" in part("report.html"), name


def test_without_typst_the_page_is_written_and_the_extra_named(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.report.pages.find_spec", lambda name: None)
    answer = CliRunner().invoke(cli, ["report", str(folder), "--out", str(tmp_path)], obj=Terminal())
    assert answer.exit_code == 0 and "skloki[report]" in answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert answer.stdout.strip() == str((tmp_path / "report.html").resolve())


# Wrong requests.


def test_a_folder_of_which_nothing_is_to_be_reported(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "notes.txt").touch()
    for folder, found in (
        (tmp_path / "nowhere", "found no such folder"), (tmp_path / "empty", "found an empty folder"),
        (tmp_path / "notes" / "notes.txt", "found a file"), (tmp_path / "notes", "found a folder with nothing in"),
        (RESULTS / "claims", f"found the folder of one ledger; allowed: .*; did you mean '{RESULTS}'"),
    ):  # fmt: skip
        with pytest.raises(UserError, match=f"{found}.* a folder of results, such as" if ";" not in found else found):
            write_report(folder)
    assert not list((tmp_path / "empty").iterdir()) and not (RESULTS / "claims" / HTML).exists()


def test_a_ledger_of_another_format(tmp_path: Path) -> None:
    write(tmp_path, {**ledger(KINDS["open"]), "format_version": 9})
    with pytest.raises(UserError, match="found skloki-ledger 9; allowed: skloki-ledger 1"):
        write_report(tmp_path)
    made = ledger(KINDS["open"])
    made["claims"][0]["verdict"] = "supported"
    write(tmp_path, made)
    with pytest.raises(UserError, match="it was changed since"):
        write_report(tmp_path)
    (tmp_path / "claims" / "ledger.json").write_text('{"format": \n !')
    with pytest.raises(UserError, match=r"ledger.json:2: JSON"):
        write_report(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["claims"]


@pytest.mark.parametrize(("share", "text"), [
    (0.31, "31"), (0.7975, "79.8"), (0.8, "80"), (0.8025, "80"), (0.7449, "74"), (0.7475, "74.8"), (0.0, "0"),
    (1.0, "100"), (0.0025, "fewer than 1"), (0.9975, "more than 99"), (0.4975, "49.8"), (0.79996, "79.996"),
])  # fmt: skip
def test_shares_are_not_rounded_over_an_edge(share: float, text: str) -> None:
    assert of_100(share) == text


def test_error_rates_are_told_by_what_is_true_with_the_spread_that_explains_them(tmp_path: Path) -> None:
    folder = write(tmp_path, ledger({"22b": "not identified"}))
    rows = ["id,estimand,planted,smallest,sd,synthetic,wrong,not_identified",
            *(f'"{place}","recovery","planted at 3",0.02,0.3,100,{0.01 * place:g},{1 - 0.02 * place:g}'
              for place in range(20))]  # fmt: skip
    (folder / "claims" / "error-rates.csv").write_text("\n".join(rows) + "\n")
    found = context(folder)
    told = found.errors
    assert told is not None and len(told.rows) == 1
    assert list(map(str, told.rows[0][1:])) == [
        "19", "62", "100", "claim 0 (between its worlds a standard deviation of 0.3, where 0.02 counts)"]
    for shown in found.shown:
        assert formed(read_again(shown, folder), shown.how) == shown.text


def test_from_which_size_on_a_difference_counts_stands_with_its_measure_and_claims(tmp_path: Path) -> None:
    made = ledger({"22a": "supported", "24": "supported", "12": "supported"})
    for claim, outcome, claimed in zip(made["claims"], ("performance", "performance", "claimed"),
                                       ("below", "below", "between"), strict=True):  # fmt: skip
        claim["estimands"] = [{**claim["estimands"][1], "outcome": outcome, "claimed": claimed}]
    told = context(write(tmp_path, sealed(made))).counts
    assert told is not None
    (row,) = [[*map(str, each)] for each in told.rows]
    assert row[0].endswith("(performance)") and row[1] == "0.5 percentage points" and row[3] == "22a, 24"


def test_what_is_not_at_work_in_an_account_has_no_verdict_there(tmp_path: Path) -> None:
    made = ledger({"12": "supported"})
    for one in made["claims"][0]["estimands"]:
        one["populations"]["harris"] |= {"mean": 0.0, "sd": 0.0, "low": 0.0, "high": 0.0}
        one["populations"]["prior"] |= {"mean": 0.0, "sd": 0.1}
    (claim,) = context(write(tmp_path, sealed(made))).claims
    rows = {str(row[0]): [*map(str, row)] for row in claim.tables[0].rows}
    assert rows["Harris"][-1] == words.NOT_ASKED and words.IDLE in rows["Harris"]
    assert rows["all ranges"][-1] == "supported" and words.IDLE not in rows["all ranges"]
    assert claim.picture is not None and "Harris" not in claim.picture.svg and "all ranges" in claim.picture.svg


def test_shares_by_reading_are_told_from_where_to_where_of_those_with_draws_enough(tmp_path: Path) -> None:
    made = ledger({"12": "supported"})
    rows = [{"variant": "voters", "choice": choice, "for": holds, "against": 0.1, "draws": draws}
            for choice, holds, draws in (("members", 0.3, 40), ("plenum", 0.7, 200), ("few", 0.99, 39))]  # fmt: skip
    made["claims"][0]["estimands"][0]["by_reading"] = rows
    (claim,) = context(write(tmp_path, sealed(made))).claims
    assert str(claim.range) == "it is as claimed in 30 to 70 of 100 worlds"
    made["claims"][0]["estimands"][0]["by_reading"] = rows[2:]
    (claim,) = context(write(tmp_path / "b", sealed(made))).claims
    assert claim.range is None


def test_words_that_a_report_uses_are_explained(found: Context) -> None:
    told = dict(found.words)
    assert {"World", "Plane", "Guberniia"} <= set(told) and "Ispolkom" not in told


def test_a_picture_taller_than_a_page_is_cut_where_nothing_is_drawn() -> None:
    drawn = np.full((1000, 200, 3), 255, np.uint8)
    for top in (0, 210, 420, 630, 840):
        drawn[top : top + 150, 10:190] = 40
    written = io.BytesIO()
    Image.fromarray(drawn).save(written, "PNG")
    found = [np.asarray(Image.open(io.BytesIO(piece))) for piece in pieces(written.getvalue(), 1.5)]
    assert np.array_equal(np.concatenate(found), drawn) and all(len(piece) <= 300 for piece in found)
    assert all((piece[0] == 255).all() or place == 0 for place, piece in enumerate(found)) and len(found) == 5
    assert pieces(written.getvalue(), 5.0) == [written.getvalue()]
    drawn[:, 100] = 0  # nothing to cut at
    written = io.BytesIO()
    Image.fromarray(drawn).save(written, "PNG")
    assert pieces(written.getvalue(), 1.5) == [written.getvalue()]


def test_a_picture_of_dots_is_put_into_few_colours_where_that_makes_it_smaller() -> None:
    def png(drawn: Image.Image) -> bytes:
        written = io.BytesIO()
        drawn.save(written, "PNG", optimize=True)
        return written.getvalue()

    drawn = np.random.default_rng(1).integers(0, 256, (40, 60, 3), np.uint8)
    many = png(Image.fromarray(drawn))
    few = np.asarray(Image.open(io.BytesIO(lighter(many))).convert("RGB"))
    assert len(lighter(many)) < len(many) / 2 and few.shape == drawn.shape
    assert 32 < len(np.unique(few.reshape(-1, 3), axis=0)) <= 64 and np.abs(few - drawn.astype(int)).mean() < 40
    two = png(Image.new("1", (60, 40)))
    assert lighter(two) == two


# What a claim's page shows.


def many(claimed: str = "not ready", name: str = "M") -> dict[str, Any]:
    """Return a ledger with one claim of five numbers that differ in a date, all of which must be as claimed."""
    made = ledger({name: "contradicted"})
    claim = made["claims"][0]
    first = claim["estimands"][0] | {"claimed": claimed, "unit": "share", "smallest": 0.005}
    claim["all"], claim["estimands"] = True, []
    for place in range(5):
        given = {"for": 0.01 * (5 + place), "against": 0.95 - 0.01 * place}
        populations = {key: each | given for key, each in first["populations"].items()}
        claim["estimands"].append({**first, "name": f"from_{place}", "populations": populations,
                                   "words": f"performance there, election from 192{place}-01 less what happened"})
    return sealed(made)


def test_many_like_numbers_are_one_table_their_ranges_and_a_bar_each(tmp_path: Path) -> None:
    made = context(write(tmp_path, many()))
    (claim,) = made.claims
    cases, ranges = claim.tables[:2]
    assert [str(row[0]) for row in cases.rows] == [f"192{place}-01" for place in range(5)]
    assert list(cases.head[1:3]) == ["worse by election", "no worse"]
    assert [str(row[1]) for row in cases.rows] == [*"56789"]
    assert [str(cell) for cell in ranges.rows[0]] == ["calibrated", "5 to 9", "91 to 95", "contradicted"]
    assert claim.picture is not None
    for place in range(5):
        assert f">192{place}-01<" in claim.picture.svg and f"192{place}-01: {5 + place} worse" in str(claim.picture.alt)
    for shown in made.shown:
        assert formed(read_again(shown, tmp_path), shown.how) == shown.text


def test_a_picture_shows_every_number_that_decides(tmp_path: Path) -> None:
    made = ledger({"23": "immaterial"})
    claim = made["claims"][0]
    claim["all"] = True
    claim["estimands"][1] |= {"claimed": "within", "words": "mean performance"}
    found = context(write(tmp_path, sealed(made))).claims[0]
    assert found.picture is not None and "mean performance" in found.picture.svg and len(found.bars) == 2
    assert "months of recovery, agrarian and borderland" in found.picture.svg
    assert [str(cell) for cell in found.told] == ["4; 4", "91; –", "5; –", "–; 5"]
    claim["estimands"][1]["shown"] = True
    found = context(write(tmp_path, sealed(made))).claims[0]
    assert found.picture is not None and "mean performance" not in found.picture.svg and len(found.bars) == 1


def test_what_is_not_as_claimed_is_not_drawn_as_its_opposite() -> None:
    from sim.report.pictures import COLOURS

    assert len(set(COLOURS.values())) == 4 and [*COLOURS] == [*words.LEDGER_PARTS]
    style = part("style.css").lower()
    for kind, colour in COLOURS.items():
        assert f".{kind.replace(' ', '-')} {{ background: {colour.lower()}; }}" in style
        assert f'"{kind}": rgb("{colour.lower()}")' in part("report.typ")


def test_readings_are_told_in_plain_words_with_all_kinds_of_worlds(tmp_path: Path) -> None:
    made = ledger({"22a": "not identified"})
    read = [{"variant": "unfilled", "choice": choice, "for": 0.0689655, "against": 0.5, "within": 0.4310345,
             "draws": 29} for choice in ("lapse", "acting")]  # fmt: skip
    made["claims"][0]["estimands"][0]["by_reading"] = read
    claim = context(write(tmp_path, sealed(made))).claims[0]
    table = claim.tables[-1]
    assert list(table.head) == ["what is open", "read as", *words.PARTS[3], words.OF_DRAWS]
    one, other = ([str(cell) for cell in row] for row in table.rows)
    assert one == ["a vacancy that the superior body claims and cannot fill (unfilled)",
                   "the place's own conference fills it in the same month (lapse)", "7", "43", "50", "29"]  # fmt: skip
    assert other[:2] == ["", "an unselected local holds it until it is filled (acting)"]


def test_the_ledgers_caption_names_claims_that_it_has(tmp_path: Path, found: Context) -> None:
    assert found.ledger is not None and "resamples" not in found.ledger.caption and "D9" not in found.ledger.caption
    made = ledger({"14": "not identified", "D9": "supported", "31b": "supported"})
    made["claims"][0]["estimands"][0]["claimed"] = "not needed"
    told = context(write(tmp_path, sealed(made))).ledger
    assert told is not None and "(14) shares are of resamples" in told.caption and "asked as D9 and 31b" in told.caption


def test_effects_are_told_in_their_unit(tmp_path: Path) -> None:
    made = ledger({"22b": "not identified"})
    for each in made["claims"][0]["estimands"][0]["populations"].values():
        each |= {"mean": 0.0118, "low": -0.003, "high": 0.25}
    made["claims"][0]["estimands"][0] |= {"unit": "share of committees", "smallest": 1 / 85}
    claim = context(write(tmp_path, sealed(made))).claims[0]
    assert claim.tables[0].head[4] == "mean, of 100 committees (middle nine in ten)"
    assert str(claim.tables[0].rows[0][4]) == "+1.2 (−0.3 to +25)"


def test_where_something_is_claimed_names_no_list_that_nobody_has(tmp_path: Path) -> None:
    place = "article: 'likely to make a difficult situation even worse'; HISTORY claim 22"
    page = html(context(write(tmp_path, ledger({"22a": "immaterial"}, c22a={"place": place}))))
    assert "even worse&#39;<" in page.replace("&#x27;", "&#39;") and "HISTORY" not in page


def test_claims_of_the_article_of_rivals_and_others_stand_apart(tmp_path: Path) -> None:
    places = {"22a": "article: 'even worse'", "22e": "article, on Trotsky's proposals; this goes beyond",
              "R1": "Trotsky 1923", "D9": "test D9: 0.36", "X1": "a seminar"}  # fmt: skip
    made = ledger(dict.fromkeys(("X1", "R1", "22e", "22a", "D9"), "supported"),
                  **{f"c{name}": {"place": place} for name, place in places.items()})  # fmt: skip
    found = context(write(tmp_path, made))
    assert [claim.id for claim in found.claims] == ["22a", "R1", "D9", "22e", "X1"]
    assert [claim.group for claim in found.claims] == ["article", "rivals", "rivals", "own", "brought"]
    page = html(found)
    assert [page.count(f">{said}</th>") for said in GROUPS.values()] == [1, 1, 1, 1]
    assert str(found.answer[2]) == (
        "1 claim of the article is supported; of 2 claims of its rivals or tests between accounts the verdict is "
        "supported for 2; 1 asked beyond what either claims is supported; 1 claim of one’s own is supported."
    )


# What is shipped.


def test_the_shipped_report_is_of_the_shipped_results() -> None:
    text = (RESULTS / HTML).read_text(encoding="utf-8")
    made_of = re.search(r'<meta name="made-of" content="([0-9a-f]{64})">', text)
    assert made_of is not None and made_of[1] == inputs(RESULTS), "make report"
    assert f"made of {inputs(RESULTS)}".encode() in (RESULTS / PDF).read_bytes(), "make report"


def test_its_sentences_point_to_no_table_that_stays_on_another_page() -> None:
    pointing = r"\b(tables?|columns?|in brackets|surely|perhaps)\b"
    for section in context(RESULTS).sections:
        for pieces_ in section.paragraphs:
            told = "".join(str(said) for _, said in pieces_)
            assert not re.search(pointing, told, re.IGNORECASE), told


def test_another_ledger_is_another_input(tmp_path: Path) -> None:
    for name in ("claims", "calibration/record"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "manifest.json").write_text("{}")
    before = inputs(tmp_path)
    (tmp_path / "calibration" / "record" / "manifest.json").write_text("{ }")
    assert inputs(tmp_path) != before
