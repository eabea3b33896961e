"""A real browser where there is one: Debian's Chromium, driven by playwright; elsewhere these tests skip and say so."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sim.page.export import export_page
from tests.brief import brief

SMALL = ["tree.only=['Moscow', 'Petrograd', 'Tula', 'Tambov', 'Don', 'Altai']", "tree.uezds=0", "period.end='1926-12'"]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         # pages of the browser's own, which each window would load beside the one that is tried
         "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup"]  # fmt: skip

DESK = {"viewport": {"width": 1366, "height": 768}, "accept_downloads": True}
REMEMBER = "window.folds = [...document.querySelectorAll('details')].map((each) => [each, each.open])"
GO = """(address) => {
  for (const [each, open] of window.folds) each.open = open;
  document.activeElement?.blur();
  scrollTo(0, 0);
  for (const key of ["pairs", "found"]) delete document.documentElement.dataset[key];
  history.pushState(null, "", address);
  dispatchEvent(new PopStateEvent("popstate"));
}"""


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


def watched(context: Any, size: tuple[int, int] | None = None) -> Any:
    """Return a new tab that notes what goes wrong in it and what it asks for."""
    tab = context.new_page()
    if size is not None:
        tab.set_viewport_size({"width": size[0], "height": size[1]})
    tab.wrong, tab.asked = [], []
    tab.on("pageerror", lambda error: tab.wrong.append(str(error)))
    # that a request was refused is said by the page itself
    refused = "Failed to load resource: the server responded"
    tab.on("console", lambda said: tab.wrong.append(said.text) if said.type == "error" and refused not in said.text
           else None)  # fmt: skip
    tab.on("request", lambda request: tab.asked.append(request.url))
    return tab


@pytest.fixture
def opened(browser: Any) -> Iterator[Callable[..., Any]]:
    """Open an address: opened(url) gives a tab without network that has no error when the test ends."""
    context = browser.new_context(**DESK)
    tabs: list[Any] = []

    def open_(url: str, pairs: int | None = 5, offline: bool = True, size: tuple[int, int] | None = None) -> Any:
        context.set_offline(offline)
        tab = watched(context, size)
        tabs.append(tab)
        tab.goto(url)
        if pairs is not None:
            wait(tab, pairs)
        return tab

    yield open_
    context.close()
    assert not [said for tab in tabs for said in tab.wrong]


@pytest.fixture(scope="session")
def long_open(browser: Any) -> Iterator[dict[Any, Any]]:
    """Tabs that stay open from test to test, by what they are of."""
    tabs: dict[Any, Any] = {}
    yield tabs
    for tab in tabs.values():
        tab.context.close()


@pytest.fixture
def lasting(browser: Any, long_open: dict[Any, Any], request: Any) -> Iterator[Callable[..., tuple[Any, bool]]]:
    """Give the tab of something, as `opened`'s, and whether it was there before, else it is empty.

    It stays open for the next test, unless one fails in it, or something goes wrong.
    """
    used: dict[Any, Any] = {}

    def of(name: Any, size: tuple[int, int] | None = None) -> tuple[Any, bool]:
        there = name in used or name in long_open
        if name not in used:
            used[name] = long_open.pop(name, None)
        if used[name] is None:
            context = browser.new_context(**DESK)
            context.set_offline(True)
            used[name] = watched(context, size)
        return used[name], there

    yield of
    whole = not getattr(request.node, "failed", True)
    for name, tab in used.items():
        if whole and not tab.wrong and not tab.locator("html[data-failed]").count():
            long_open[name] = tab
        else:
            tab.context.close()
    assert not [said for tab in used.values() for said in tab.wrong]


@pytest.fixture(params=brief(["further", "anew"], "further"))
def shown(lasting: Callable[..., tuple[Any, bool]], page_file: Path, request: Any) -> Callable[..., Any]:
    """Have the page of two small worlds show what is asked: shown("&draw=false") gives its tab.

    The page is loaded once and gets address after address, as it does by Back and Forward. What no address holds is put
    back: what is folded, in sight, in focus and under the mouse. `make test-all` loads it anew for each as well.
    """
    opened = request.getfixturevalue("opened") if request.param == "anew" else None

    def show(more: str = "", size: tuple[int, int] | None = None) -> Any:
        address = f"#runs=5{more}"
        if opened:
            return opened(f"file://{page_file}{address}", size=size)
        tab, there = lasting(("page", "language=ru" in more, size), size)
        if there:
            tab.mouse.move(0, 0)
            tab.evaluate(GO, address)
            wait(tab)
        else:
            tab.goto(f"file://{page_file}{address}")
            wait(tab)
            tab.evaluate(REMEMBER)
        return tab

    return show


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Let fixtures know whether their test failed."""
    if call.when == "call":
        item.failed = call.excinfo is not None  # type: ignore[attr-defined]
    return (yield)


def wait(tab: Any, pairs: int = 5) -> None:
    """Wait until so many pairs are shown, or the page has failed."""
    tab.wait_for_selector(f'html[data-failed], html[data-pairs="{pairs}"]', state="attached", timeout=60_000)
