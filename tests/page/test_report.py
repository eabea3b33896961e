"""The report in a browser: from a file, without network, at the widths of a desk and of a telephone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.report.context import context
from sim.report.pages import html
from tests.brief import brief
from tests.report.made_ledger import KINDS, ledger, write

RESULTS = Path(__file__).resolve().parents[2] / "results"
DESK, TELEPHONE = (1280, 900), (375, 812)
WIDER = """() => [...document.querySelectorAll("body *")].filter((one) =>
  one.getBoundingClientRect().right > innerWidth + 1 && !one.closest(".wide, .drawn, pre"))
  .map((one) => one.outerHTML.slice(0, 90))"""


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the address of a report on a made-up ledger, beside what is shipped of the rest."""
    folder = tmp_path_factory.mktemp("results")
    for name in ("calibration", "lookfor", "sensitivity", "discovery", "rivals", "readiness", "lockin"):
        if (RESULTS / name).exists():
            (folder / name).symlink_to(RESULTS / name)
    write(folder, ledger(KINDS["mixed"]))
    with pytest.MonkeyPatch.context() as here:
        here.setattr("sim.report.pictures.lighter", lambda png: png)  # pictures as they are stored are as wide
        (folder / "report.html").write_text(html(context(folder)), encoding="utf-8")
    return (folder / "report.html").as_uri()


@pytest.fixture
def read(lasting: Callable[..., tuple[Any, bool]], report: str) -> Callable[..., Any]:
    """Give the tab with the report, in some size and at a claim; it is loaded once, and has no script that could tell.

    The next test finds it as this one leaves it.
    """

    def of(size: tuple[int, int]) -> Any:
        tab, there = lasting("report", size)
        if not there:
            tab.goto(f"{report}#claim-25a")
            assert abs(tab.locator("#claim-25a").bounding_box()["y"]) < 40
        elif (tab.viewport_size["width"], tab.viewport_size["height"]) != size:
            tab.set_viewport_size({"width": size[0], "height": size[1]})
            tab.goto(f"{report}#answer")
            tab.goto(f"{report}#claim-25a")
        return tab

    return of


@pytest.mark.parametrize("size", [DESK, TELEPHONE], ids=["desk", "telephone"])
def test_it_opens_from_a_file_and_asks_for_nothing(read: Callable[..., Any], report: str, size: Any) -> None:
    tab = read(size)
    assert {url for url in tab.asked if not url.startswith("data:")} == {report}
    assert tab.evaluate("document.documentElement.scrollWidth") <= size[0] and tab.evaluate(WIDER) == []
    assert tab.title().startswith("Had the party elected") and tab.locator("#answer .answer p").count() == 3


def test_pictures_say_what_they_show(read: Callable[..., Any]) -> None:
    tab = read(DESK)
    said = tab.evaluate("[...document.images].map((one) => [one.alt, one.complete && one.naturalWidth])")
    drawn = tab.evaluate('[...document.querySelectorAll("figure svg")].map((one) => '
                         '[one.getAttribute("role"), one.getAttribute("aria-label"), one.clientWidth])')  # fmt: skip
    assert all(alt and width for alt, width in said) and len(drawn) == 7
    assert all(role == "img" and "of 100 worlds" in label and width > 200 for role, label, width in drawn)


def test_anchors_and_tables_can_be_reached(read: Callable[..., Any], report: str) -> None:
    tab = read(TELEPHONE)
    assert abs(tab.locator("#claim-25a").bounding_box()["y"]) < 40
    tab.goto(f"{report}#answer")
    tab.locator('#ledger a[href="#claim-24"]').click()
    assert abs(tab.locator("#claim-24").bounding_box()["y"]) < 40
    tab.go_back()
    tab.locator('.ledger [title*="populations/calibrated/for"]').first.wait_for()
    with tab.expect_download() as download:
        tab.locator("#claim-22a a[download]").first.click()
    assert download.value.suggested_filename == "claim-22a.csv"
    assert Path(download.value.path()).read_text().startswith("estimand,population,for,within,against")


@pytest.mark.parametrize("pages", brief(["", "1-2"], "1-2"))
def test_it_is_read_without_a_script_and_prints(report: str, browser: Any, pages: str) -> None:
    context_ = browser.new_context(java_script_enabled=False)
    tab = context_.new_page()
    tab.goto(report)
    assert "not identified" in tab.locator("#ledger").inner_text()
    tab.emulate_media(media="print")
    assert not tab.locator("nav").is_visible() and tab.locator("#claim-22a").is_visible()
    assert len(tab.pdf(format="A4", page_ranges=pages)) > (20_000 if pages else 50_000)
    context_.close()
