"""The viewer's server: the same page with native numbers, for this machine and whoever has the link alone."""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.analysis.sentences import answer
from sim.analysis.stored import KINDS
from sim.engines import compiled
from sim.errors import UserError
from sim.page import server as served
from sim.page.export import part
from sim.page.results import WORDS, same_bits, told
from sim.page.server import MOST_BYTES, Viewer
from sim.registry.entries import SCOPES
from sim.registry.outcomes import OUTCOMES
from sim.scenario.load import load
from sim.world.build import build
from tests.fresh import start
from tests.page.conftest import SMALL

#: Settings of a world of few places, which is soon built and drawn.
FEW = "".join(one.replace("=", " = ", 1) + "\n" for one in SMALL)
STORED = Path(__file__).parents[1] / "stored"
PICTURE = Path(__file__).parents[2] / "results" / "historical" / "moves.png"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two stored results and two scenarios, one of them wrong."""
    results = tmp_path / "results"
    for name in ("run-2", "comparison-2"):
        shutil.copytree(STORED / name, results / name)
    (results / "mine.toml").write_text(f'extends = "historical"\ntitle = "Mine"\n{FEW}[parameters]\nk1 = 0.7\n')
    (results / "wrong.toml").write_text('extends = "historical"\ntitle = "Wrong"\n[parameters]\nk1 = 7\n')
    return results


@contextmanager
def serving(folder: Path, worlds: Sequence[str] = ()) -> Iterator[Viewer]:
    compiled.prepare()
    with Viewer([folder], worlds) as made:
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


@pytest.fixture
def viewer(folder: Path) -> Iterator[Viewer]:
    with serving(folder) as made:
        yield made


@pytest.fixture
def pair_of_small(tmp_path: Path) -> list[str]:
    """Write two worlds of few places, which are soon drawn."""
    files = [tmp_path / "appointed.toml", tmp_path / "elected.toml"]
    for file, name in zip(files, ("appointment", "election"), strict=True):
        few_places(file, name)
    return list(map(str, files))


def few_places(file: Path, base: str) -> None:
    """Write a world of few places."""
    file.write_text(f'extends = "{base}"\ntitle = "{file.stem.capitalize()}"\n{FEW}')


@pytest.fixture
def small_viewer(folder: Path, pair_of_small: list[str]) -> Iterator[Viewer]:
    with serving(folder, pair_of_small) as made:
        yield made


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have folders without pictures get none: another test draws them."""
    monkeypatch.setattr("sim.page.library.draw_all", lambda stored, folder: folder.mkdir())


@pytest.fixture
def one_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have folders without pictures get one that is drawn already."""

    def copied(stored: Any, folder: Path) -> None:
        folder.mkdir()
        shutil.copy(PICTURE, folder)

    monkeypatch.setattr("sim.page.library.draw_all", copied)


def ask(viewer: Viewer, verb: str, body: Any = None, token: str | None = None, **headers: str) -> tuple[int, bytes]:
    """Ask the server as a client on this machine."""
    client = http.client.HTTPConnection("127.0.0.1", viewer.server_port, timeout=60)
    host = {"Host": f"127.0.0.1:{viewer.server_port}"} | headers
    text = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    client.request("GET" if body is None else "POST", f"/{viewer.token if token is None else token}/{verb}", text, host)
    answer = client.getresponse()
    found = answer.status, answer.read()
    client.close()
    return found


def names(viewer: Viewer) -> dict[str, str]:
    """Return the references of scenario files by the names that are shown."""
    files = json.loads(ask(viewer, "list")[1])["files"]
    return {one["name"]: reference for reference, one in files.items()}


def numbers(viewer: Viewer) -> dict[str, str]:
    """Return the references of stored folders by the names that are shown."""
    listed = json.loads(ask(viewer, "list")[1])["stored"]
    return {one["name"]: number for number, one in listed.items()}


def test_lists_name_kinds_titles_and_short_names_and_no_place_on_this_machine(viewer, folder, tmp_path, undrawn):
    shutil.copytree(STORED / "trace-2", folder / "deep" / "trace-2")
    body = ask(viewer, "list")[1].decode()
    listed = json.loads(body)
    assert str(tmp_path) not in body and "divergence" not in body
    kinds = {one["name"]: one["kind"] for one in listed["stored"].values()}
    assert kinds == {"run-2": "run", "comparison-2": "comparison", str(Path("deep") / "trace-2"): "trace"}
    assert {one["title"] for one in listed["files"].values()} == {"Mine", "Wrong"}
    assert all(one["title"] for one in listed["stored"].values())
    assert listed["shipped"]["election"] == load("election").scenario.title
    for number in listed["stored"]:
        assert str(tmp_path) not in ask(viewer, f"stored/{number}")[1].decode()


def test_every_kind_of_folder_has_a_word_in_both_languages():
    known = json.loads(part("texts.json"))
    assert set(WORDS) == set(KINDS)
    keys = {f"{of}_{word}" for of in ("kind", "kinds", "no_effects") for word in WORDS.values()}
    assert all(keys <= set(texts) for texts in known.values())


def test_a_stored_comparison_has_its_effect_by_guberniia(viewer, folder, undrawn):
    shutil.copytree(STORED / "comparison-places", folder / "comparison-places")
    number = numbers(viewer)["comparison-places"]
    effects = json.loads(ask(viewer, f"stored/{number}")[1])["effects"]
    stored = sim.open(folder / "comparison-places").places("conflict")
    assert effects["horizons"][0] == "1923-08:1924-01" and "conflict" in effects["outcomes"]
    rows = json.loads(ask(viewer, f"places/{number}/conflict")[1])
    assert [row[4] for row in rows] == stored["effect"].tolist()
    assert [row[2] for row in rows] == stored["committee"].tolist()
    assert ask(viewer, f"places/{number}/nonsense")[0] == 404
    old = numbers(viewer)["comparison-2"]
    assert json.loads(ask(viewer, f"stored/{old}")[1])["effects"] is None, "it keeps none, and the page says so"
    assert ask(viewer, f"places/{numbers(viewer)['run-2']}/conflict")[0] == 404


def test_a_stored_runs_story_is_read_from_its_events_and_else_made_again(viewer, folder, undrawn):
    number, run = numbers(viewer)["run-2"], sim.open(folder / "run-2")
    events = run.events()
    mine = events[(events["replicate"] == 1) & (events["committee"] == "Tula")]
    body = {"stored": number, "committee": "Tula", "replicate": 1}
    told_ = json.loads(ask(viewer, "kept", body)[1])
    assert not told_["recomputed"] and told_["events"]["kind"] == mine["kind"].tolist()
    assert told_["events"]["person"] == mine["person"].tolist() and len(told_["conflict"]) == 12
    for file in (folder / "run-2").glob("*.parquet"):
        file.unlink()
    thin = json.loads(ask(viewer, f"stored/{number}")[1])
    assert not thin["whole"] and thin["replicates"] == run.manifest["replicates"] and thin["worlds"]
    again = json.loads(ask(viewer, "kept", body)[1])
    assert again["recomputed"] and again["same"] is None and again["events"]["kind"]
    for wrong in ({"committee": "Atlantis"}, {"stored": "x"}):
        assert ask(viewer, "kept", body | wrong)[0] == 422, wrong
    for wrong in ({"replicate": -1}, {"replicate": "0"}, {"committee": 3}):
        assert ask(viewer, "kept", body | wrong)[0] == 400, wrong


def test_a_run_made_again_says_whether_its_bits_are_those_stored(tmp_path):
    short = ["tree.uezds=0", "period.end='1921-06'", "run.replicates=1"]
    world, run = build(load("historical", short).scenario), sim.run("historical", sets=short, out=tmp_path / "run")
    values = compiled.simulate(world, 0, events=False).values
    assert same_bits(run, 0, values) is True
    assert same_bits(run, 0, values + 1e-12) is False
    assert same_bits(run, 1, values) is None


def test_runs_are_the_native_engines(viewer):
    settings = {"parameters.k1": 0.81, "variants.unfilled": "acting", "mechanisms.voice": False}
    status, body = ask(viewer, "run", {"world": "election", "replicate": 3, "settings": settings})
    world = build(load("election", settings).scenario)
    wanted = compiled.simulate(world, 3, events=False).values
    size = len(world.months) * len(SCOPES) * len(OUTCOMES)
    assert status == 200 and body[: 8 * size] == wanted.tobytes()
    assert len(body) == 8 * size + 4 * len(world.months) * 85 * len(compiled.COMMITTEE_FIELDS)


def test_a_story_is_what_happened_there(viewer):
    status, body = ask(viewer, "story", {"world": "historical", "replicate": 0, "committee": 5})
    events = json.loads(body)["events"]
    live = sim.live("historical", replicates=1, events=True)
    name = live.world.committees[5].name
    assert status == 200 and len(events["month"]) == len(live.story(name))


def test_scenarios_and_uploads_get_the_messages_of_the_command_line(viewer, folder):
    by_name = names(viewer)
    known = json.loads(ask(viewer, "open", {"worlds": [by_name["mine.toml"]]})[1])
    assert known["worlds"][0]["values"]["k1"] == 0.7 and known["worlds"][0]["own"] == ["k1"]
    status, body = ask(viewer, "open", {"worlds": [by_name["wrong.toml"]]})
    with pytest.raises(UserError) as refused:
        load(folder / "wrong.toml")
    assert status == 422 and json.loads(body)["errors"] == [str(one) for one in refused.value.problems]
    text = (folder / "wrong.toml").read_text()
    status, body = ask(viewer, "upload", {"name": "../../bad.toml", "text": text})
    assert status == 422 and "k1" in json.loads(body)["errors"][0]
    status, body = ask(viewer, "upload", {"name": "good.toml", "text": (folder / "mine.toml").read_text()})
    reference = json.loads(body)["reference"]
    assert json.loads(ask(viewer, "open", {"worlds": [reference]})[1])["worlds"][0]["title"] == "Mine"


def test_stored_results_say_what_they_found_and_open_their_worlds(viewer, folder):
    before = sorted(folder.rglob("*"))
    listed = json.loads(ask(viewer, "list")[1])["stored"]
    kinds = {one["kind"]: number for number, one in listed.items()}
    found = json.loads(ask(viewer, f"stored/{kinds['comparison']}")[1])
    assert found["lines"] == answer(sim.open(folder / listed[kinds["comparison"]]["name"]))
    assert found["pictures"], "drawn aside, where the folder has none"
    assert ask(viewer, f"figures/{kinds['comparison']}/{found['pictures'][0]}")[1].startswith(b"\x89PNG")
    status, body = ask(viewer, "open", {"worlds": [f"stored:{kinds['comparison']}:{k}" for k in (0, 1)]})
    assert status == 200 and len(json.loads(body)["worlds"]) == 2
    assert sorted(folder.rglob("*")) == before, "nothing is drawn there"


def test_uploads_and_links_lead_nowhere_else(viewer, folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "secret.toml").write_text('extends = "historical"\ntitle = "Secret"\n')
    (folder / "link").symlink_to(other)
    (folder / "run-2" / "figures").symlink_to(other)
    assert "secret" not in ask(viewer, "list")[1].decode()
    for base in ("/etc/passwd", str(other / "secret.toml"), "../other/secret.toml", "secret"):
        status, body = ask(viewer, "upload", {"name": "x.toml", "text": f'title = "u"\nextends = "{base}"'})
        assert status == 422 and b"root:" not in body and b"comes with the program" in body, base
        several = f'title = "u"\nextends = ["historical", "{base}"]'
        assert ask(viewer, "upload", {"name": "x.toml", "text": several})[0] == 422, base
    table = 'title = "u"\n[tree]\ntable = "/etc/passwd"'
    status, body = ask(viewer, "upload", {"name": "x.toml", "text": table})
    assert status == 422 and b"root:" not in body and b"tree.places" in body


def test_a_file_that_is_edited_or_gets_company_is_the_file_that_is_run(viewer, folder):
    reference = names(viewer)["mine.toml"]
    run = {"world": reference, "replicate": 0, "settings": {}}
    before = ask(viewer, "run", run)[1]
    (folder / "aaa.toml").write_text('extends = "historical"\ntitle = "First in the list"\n')
    assert names(viewer)["mine.toml"] == reference
    assert ask(viewer, "run", run)[1] == before
    (folder / "mine.toml").write_text(f'extends = "historical"\ntitle = "Mine"\n{FEW}[parameters]\nk1 = 0.2\n')
    assert ask(viewer, "run", run)[1] != before


def test_a_body_that_drips_and_headers_that_say_two_things_are_refused(viewer, monkeypatch):
    monkeypatch.setattr(served, "PATIENCE", 0.5)
    host = f"Host: 127.0.0.1:{viewer.server_port}"
    with socket.create_connection(("127.0.0.1", viewer.server_port), timeout=30) as slow:
        slow.sendall(f"POST /{viewer.token}/open HTTP/1.1\r\n{host}\r\nContent-Length: 20\r\n\r\n{{".encode())
        time.sleep(0.6)
        slow.sendall(b'"')
        assert slow.recv(100) == b""
    for head in (f"{host}\r\nHost: evil", f"{host}\r\nTransfer-Encoding: chunked", f"{host}\r\nContent-Length: 3",
                 f"{host}\r\nContent-Length: 1\r\nContent-Length: 2"):  # fmt: skip
        with socket.create_connection(("127.0.0.1", viewer.server_port), timeout=30) as client:
            client.sendall(f"GET /{viewer.token}/list HTTP/1.1\r\n{head}\r\n\r\n".encode())
            assert client.recv(100).split()[1] in (b"400", b"421"), head


def test_a_named_file_that_is_a_link_extends_what_lies_beside_the_link(folder, tmp_path):
    for name, base in (("a/base", "historical"), ("b/real", "base")):
        (tmp_path / name).parent.mkdir()
        (tmp_path / f"{name}.toml").write_text(f'extends = "{base}"\ntitle = "{name[2:].capitalize()}"\n')
    (tmp_path / "a" / "mine.toml").symlink_to(Path("..", "b", "real.toml"))
    with serving(folder, [str(tmp_path / "a" / "mine.toml")]) as viewer:
        opened = json.loads(ask(viewer, "open", {"worlds": viewer.first})[1])
    assert [world["title"] for world in opened["worlds"]] == ["Real"]


def test_wrong_worlds_are_refused_before_the_link_is_there():
    with pytest.raises(UserError, match="nonsense"):
        Viewer(worlds=["nonsense"])


def test_a_sweep_is_told_by_shares_of_worlds_drawn(tmp_path):
    sweep = sim.open(STORED / "sweep-readings")
    _, said, _ = told(sweep, tmp_path).lines
    effects = sweep.effects()
    row = effects[(effects["outcome"] == "performance") & (effects["scope"] == "nation")].iloc[0]
    above, below = (f"in {100 * row[name]:.0f}" for name in ("points_above", "points_below"))
    assert said.startswith(f"policy {row['option']} against {row['baseline']}: performance is better by")
    assert f"{above} of 100" in said and said.endswith(f"{below}.")


def test_nothing_is_written_below_the_given_folders(viewer, folder, one_drawn):
    before = sorted(folder.rglob("*"))
    listed = json.loads(ask(viewer, "list")[1])["stored"]
    (number,) = (number for number, one in listed.items() if one["kind"] == "comparison")
    assert json.loads(ask(viewer, f"stored/{number}")[1])["pictures"]
    ask(viewer, "upload", {"name": "x.toml", "text": "title = 3"})
    assert sorted(folder.rglob("*")) == before


def test_only_this_machine_by_its_own_name_and_with_the_token_is_answered(viewer):
    port = viewer.server_port
    assert viewer.server_address[0] == "127.0.0.1"
    assert ask(viewer, "list", Host=f"localhost:{port}")[0] == 200
    assert ask(viewer, "list", Host="evil.example")[0] == 421
    assert ask(viewer, "list", Host="127.0.0.1:1")[0] == 421
    assert ask(viewer, "open", {"worlds": ["election"]}, Origin="http://evil.example")[0] == 403
    for wrong in ("", "x", "x" + viewer.token[1:], viewer.token + "x"):
        assert ask(viewer, "list", token=wrong)[0] == 403
    assert len(viewer.token) >= 20


@pytest.mark.parametrize("verb", [
    "figures/0/..%2Fmanifest.json", "figures/0/../manifest.json", "figures/0/%2Fetc%2Fpasswd", "figures/9/x.png",
    "stored/..", "stored/99", "stored/0/more", "nothing", "open",
])  # fmt: skip
def test_nothing_beside_what_is_listed_is_read(viewer, verb):
    status, body = ask(viewer, verb)
    assert status in (404, 422) and b"root:" not in body and b"skloki-" not in body


@pytest.mark.parametrize("body", [
    b"{", b"[]", b"null", b'{"worlds": "election"}', b'{"worlds": [3]}', b'{"worlds": []}', b"[" * 100_000,
])  # fmt: skip
def test_requests_that_are_none_are_refused(viewer, body):
    assert ask(viewer, "open", body)[0] == 400


def test_numbers_that_no_run_has_are_refused(viewer):
    for wrong in ({"replicate": -1}, {"replicate": 10**9}, {"replicate": "0"}, {"settings": []}):
        assert ask(viewer, "run", {"world": "election", "replicate": 0, "settings": {}} | wrong)[0] == 400, wrong
    for settings in ({"parameters.k1": 7}, {"parameters.nothing": 1}, {"tree.uezds": 10**9}, {"run.seed": -1}):
        body = {"world": "election", "replicate": 0, "settings": settings}
        assert ask(viewer, "run", body)[0] in (400, 422), settings


def test_a_large_upload_is_refused_before_it_is_read(viewer):
    with socket.create_connection(("127.0.0.1", viewer.server_port), timeout=30) as client:
        head = f"POST /{viewer.token}/upload HTTP/1.1\r\nHost: 127.0.0.1:{viewer.server_port}\r\n"
        client.sendall(f"{head}Content-Length: {MOST_BYTES + 1}\r\n\r\n".encode())
        assert b" 413 " in client.recv(100)


def test_a_slow_client_is_let_go_and_hinders_nobody(viewer, monkeypatch):
    monkeypatch.setattr(served._Request, "timeout", 0.5)
    with socket.create_connection(("127.0.0.1", viewer.server_port), timeout=30) as slow:
        slow.sendall(b"GET /")
        assert ask(viewer, "list")[0] == 200
        assert slow.recv(100) == b""


@pytest.mark.exhaustive
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, 128 + signal.SIGTERM)])
def test_a_server_that_is_told_to_end_leaves_its_port(number, code, tmp_path):
    with start("view", tmp_path) as process:
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline().split(":")[2].split("/")[0])
            process.send_signal(number)
            assert process.wait(60) == code, process.stderr
        finally:
            process.kill()  # one that does not end is a failure, and no reason to wait for ever
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))


def test_a_folder_that_is_none_and_a_port_that_is_taken_are_errors(tmp_path):
    with pytest.raises(UserError, match="no folder"):
        Viewer([tmp_path / "gone"])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(UserError, match="a port that is free"):
            Viewer([tmp_path], port=taken.getsockname()[1])


@pytest.mark.exhaustive
def test_what_is_stored_shows_its_effect_and_its_stories_and_back_closes_it(small_viewer, opened, folder, undrawn):
    shutil.copytree(STORED / "comparison-places", folder / "comparison-places")
    known = numbers(small_viewer)
    tab = opened(small_viewer.address + "#runs=2", pairs=2, offline=False)
    tab.select_option("#stored-list", known["comparison-places"])
    tab.wait_for_selector("#stored-map svg")
    assert "Teal: more in" in tab.inner_text("#stored-map figcaption")
    tab.locator("#stored-map select").first.select_option("conflict")
    tab.wait_for_selector("#stored-map figcaption:has-text('Conflict')")
    tab.select_option("#stored-list", known["run-2"])
    tab.wait_for_selector("#kept-place")
    assert "has no effect" in tab.inner_text("#stored-map")
    tab.select_option("#kept-place", "Tula")
    tab.wait_for_selector("#stored-story svg")
    assert "nothing was computed" in tab.inner_text("#kept-said")
    again = opened(tab.url, pairs=2, offline=False)  # a link holds what is shown of what is stored, too
    again.wait_for_selector("#stored-story svg")
    for _ in range(4):
        tab.go_back()
    tab.wait_for_selector("#stored", state="hidden")
    assert str(folder) not in tab.content()


def test_the_page_from_the_server_shows_the_same_and_opens_another_world(
    small_viewer, pair_of_small, opened, folder, one_drawn
):
    tab = opened(small_viewer.address + "#runs=5", offline=False)
    assert "skloki on this machine" in tab.inner_text("#state")
    pair = sim.pair(*pair_of_small, horizons=["1923-12:1926-11"], draws=5)
    assert [tab.inner_text("#sentence"), tab.inner_text("#sure")] == pair.answer()
    tab.set_input_files("#upload", {"name": "bad.toml", "mimeType": "text/plain", "buffer": b"title = 3"})
    tab.wait_for_selector("#wrong:has-text('title')")
    tab.select_option("#stored-list", index=1)
    tab.wait_for_selector("#stored img")
    for stem, base in (("recorded", "historical"), ("renewed", "new-course")):
        few_places(folder / f"{stem}.toml", base)
    known = names(small_viewer)
    address = f"{small_viewer.address}#runs=2&open={known['recorded.toml']},{known['renewed.toml']}"
    second = opened(address, pairs=2, offline=False)
    assert "Renewed" in second.inner_text("#title")
    other = {url.split("/")[2] for url in tab.asked if url.startswith("http")}
    assert other == {f"127.0.0.1:{small_viewer.server_port}"}
    assert np.isfinite(json.loads(second.locator("html").get_attribute("data-found"))["effects"]["nation"]["effect"])
