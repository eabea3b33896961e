"""A real browser where there is one: Debian's Chromium, driven by playwright; elsewhere these tests skip and say so."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.page.export import export_page

SMALL = ["tree.only=['Moscow', 'Petrograd', 'Tula', 'Tambov', 'Don', 'Altai']", "tree.uezds=0", "period.end='1926-12'"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         # pages of the browser's own, which each window would load beside the one that is tried
         "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup"]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: the page was not tried in a browser")
    api = pytest.importorskip("playwright.sync_api")
    with api.sync_playwright() as player:
        opened = player.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page of two small worlds."""
    return export_page("appointment", "election", sets=SMALL, out=tmp_path_factory.mktemp("page") / "page.html")


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open an address: opened(url) gives a tab without network that has no error when the test ends."""
    context = browser.new_context(viewport={"width": 1366, "height": 768}, accept_downloads=True)
    wrong: list[str] = []
    asked: list[str] = []

    def open_(url: str, pairs: int | None = 5, offline: bool = True, size: tuple[int, int] | None = None) -> Any:
        context.set_offline(offline)
        tab = context.new_page()
        if size is not None:
            tab.set_viewport_size({"width": size[0], "height": size[1]})
        tab.asked = asked
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        # that a request was refused is said by the page itself
        refused = "Failed to load resource: the server responded"
        tab.on("console", lambda said: wrong.append(said.text) if said.type == "error" and refused not in said.text
               else None)  # fmt: skip
        tab.on("request", lambda request: asked.append(request.url))
        tab.goto(url)
        if pairs is not None:
            wait(tab, pairs)
        return tab

    yield open_
    context.close()
    assert not wrong


def wait(tab: Any, pairs: int = 5) -> None:
    """Wait until so many pairs are shown, or the page has failed."""
    tab.wait_for_selector(f'html[data-failed], html[data-pairs="{pairs}"]', state="attached", timeout=60_000)
