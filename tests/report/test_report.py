"""The report: every number in it is one of a stored file, its two forms agree, and what is missing is said."""

from __future__ import annotations

import csv
import importlib
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import sim
from sim.claims.lines import FORMS, Shown, of_100
from sim.doors.cli import cli
from sim.doors.terminal import Terminal
from sim.errors import UserError
from sim.report import words
from sim.report.context import context
from sim.report.pages import html, part, write_report
from sim.report.shapes import Context, as_text
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


@pytest.fixture(scope="module")
def found(folder: Path) -> Context:
    return context(folder)


@pytest.fixture(scope="module")
def page(found: Context) -> str:
    return html(found)


# Numbers follow from what is stored.


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
    text = path.read_text("utf-8")
    if path.suffix == ".md":
        assert shown.text in " ".join(re.sub(r"\[([^]]+)]\([^)]*\)", r"\1", text).split())
        return shown.at.value
    held: Any = json.loads(text) if path.suffix == ".json" else list(csv.DictReader(text.splitlines()))
    keys = [key.replace("~1", "/").replace("~0", "~") for key in field.split("/")[1:]]
    for number, key in enumerate(keys):
        if key == "*":
            after = "/".join(keys[number + 1 :])
            name, _, value = after.partition(" = ")
            return sum(row[name] == value for row in held) if after else len(held)
        held = held[int(key)] if isinstance(held, list) else held[key]
    return type(shown.at.value)(held) if path.suffix == ".csv" else held


def test_every_value_is_one_of_a_stored_file(found: Context, folder: Path) -> None:
    values = list(found.shown)
    assert len(values) > 1000
    for shown in values:
        again = read_again(shown, folder)
        assert again == shown.at.value and FORMS[shown.how](again) == shown.text, shown


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
    own |= {"100", *NUMBER.findall(found.version)}
    titles = " ".join(str(claim.words) for claim in found.claims)  # in the contents, where they are links
    left = [number for text in reader.text for number in NUMBER.findall(text) if number not in own]
    assert [number for number in left if number not in NUMBER.findall(titles)] == []


def test_bars_and_pictures_are_of_the_same_shares(found: Context, page: str) -> None:
    claims = [claim for claim in found.claims if claim.shares]
    assert len(claims) == 7
    for claim in claims:
        assert [of_100(share) for share in claim.shares] == [str(told) for told in claim.told if str(told) != "–"]
        assert claim.picture is not None
        for told in claim.told:
            assert f"{told} " in str(claim.picture.alt)
        assert f'style="width:{round(100 * claim.shares[0], 2)}%"' in page


# Its form.


def test_each_claim_has_a_page_with_all_that_belongs_to_it(page: str) -> None:
    begin = page.index('<section id="claim-24"')
    text = page[begin : page.index("</section>", begin)]
    for part_ in ("conditional", "article, p. 527", "where voters judge better than files", "What would reverse it",
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
    assert "A quick look:" in page and page.count("quick</span>") == len(KINDS["open"])


def test_what_is_missing_names_its_command(tmp_path: Path) -> None:
    page = html(context(tmp_path))
    assert "There is no ledger of claims yet" in page and "skloki calibrate record" in page
    assert page.count("Not there yet") == 7 and "sentences</h2>" in page


def test_the_explorable_page_stands_beside_each_contrast(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("a page")
    page = html(context(write(tmp_path, ledger(KINDS["mixed"]))))
    wanted = "page.html#outcome=recovery_months&amp;scope=agrarian&amp;first=1923-12&amp;last=1926-11"
    assert page.count(f'href="{wanted}"') == 7


def test_the_page_knows_what_links_ask_of_it() -> None:
    script = (PACKAGE / "page" / "parts" / "main.js").read_text("utf-8")
    assert 'outcome: names("outcomes"), scope: names("scopes")' in script and '["first", "last", "month"]' in script


# The two forms.


def test_the_pdf_says_the_same(found: Context, folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("typst")
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


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a folder of results"):
        write_report(tmp_path / "nowhere")


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


def test_error_rates_stand_beside_the_ledger_the_worst_first(tmp_path: Path) -> None:
    folder = write(tmp_path, ledger(KINDS["open"]))
    rows = ["id,estimand,planted,synthetic,wrong,not_identified",
            *(f'"{place}","recovery","planted at 3",100,{0.01 * place:g},0.4' for place in range(20))]  # fmt: skip
    (folder / "claims" / "error-rates.csv").write_text("\n".join(rows) + "\n")
    told = context(folder).errors
    assert told is not None and [str(row[3]) for row in told.rows] == [str(19 - place) for place in range(10)]
    assert "the worst 10 of 20 rows" in str(told.caption)
    for shown in context(folder).shown:
        assert FORMS[shown.how](read_again(shown, folder)) == shown.text
