"""The page on this machine alone: a small server that runs worlds natively and shows what is stored.

It listens on 127.0.0.1, answers only to the name it was called by and to whoever knows the token in its first link,
reads scenarios that were named and what lies below the folders that it was given, and writes nothing there.
SECURITY.md says what that promises.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any
from urllib.parse import unquote

import numpy as np

from sim.engines import compiled
from sim.engines.engine import cores
from sim.errors import Problem, UserError
from sim.experiment.ensemble import Ensemble
from sim.page.content import registered
from sim.page.export import page
from sim.page.library import Library
from sim.page.results import effects_by_place, told
from sim.results.comparison import Comparison
from sim.results.run_rows import PLACE_OUTCOMES
from sim.runner.ensembles import ensemble_of
from sim.scenario.load import load_all

MOST_BYTES = 1 << 20
"""Bytes of a request: a scenario file has some thousands."""
PATIENCE = 10.0
"""Seconds that a client may take to say what it wants."""
CLIENTS = 64
"""Connections at a time; a browser has some six."""
FIRST = ("appointment", "election")
"""Worlds that are opened unless others are asked for."""
HEADERS = {
    "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin", "X-Frame-Options": "DENY",
}  # fmt: skip


WANTED = {
    "": 0, "list": 0, "stored": 1, "places": 2, "figures": 2, "open": 1, "upload": 1, "run": 1, "story": 1, "kept": 1,
}  # fmt: skip
"""How many parts stand behind a verb in an address, or that it wants a body."""


class Viewer(ThreadingHTTPServer):
    """The server; `address` is the link to open, which holds the token."""

    daemon_threads = True
    block_on_close = False

    def __init__(
        self, folders: Sequence[Path] = (), worlds: Sequence[str] = (), port: int = 0, ensemble: Ensemble | None = None
    ) -> None:
        worlds = tuple(worlds) or FIRST
        load_all(worlds)  # what is wrong with them is said before anybody opens the link
        self.library, self.token = Library(folders, ensemble), secrets.token_urlsafe(16)
        self.first = [self.library.reference(world) for world in worlds]
        self._clients, self.runs = BoundedSemaphore(CLIENTS), BoundedSemaphore(cores())
        try:
            super().__init__(("127.0.0.1", port), _Request)
        except OSError as error:
            self.library.close()
            allowed = "a port that is free, or none for any"
            raise UserError(Problem("--port", found=f"{port} ({error.strerror})", allowed=allowed)) from error

    @property
    def address(self) -> str:
        """The first link."""
        return f"http://127.0.0.1:{self.server_port}/{self.token}/"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread of its own, or not at all where too many are at it."""
        if self._clients.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer one client."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._clients.release()

    def server_close(self) -> None:
        """Close the port, and let go of what was uploaded."""
        super().server_close()
        self.library.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""


class Refused(Exception):
    """A request that is not answered, with the status it gets."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status.phrase)
        self.status = status


class _Request(BaseHTTPRequestHandler):
    """One request; everything that is wrong with it is said in JSON, as the command line says it."""

    server: Viewer
    timeout = PATIENCE
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "skloki", ""

    def do_GET(self) -> None:  # noqa: D102, N802
        self._answer({"": self._page, "list": self._list, "stored": self._stored, "places": self._places,
                      "figures": self._figure})  # fmt: skip

    def do_POST(self) -> None:  # noqa: D102, N802
        self._answer({"open": self._open, "upload": self._upload, "run": self._run, "story": self._story,
                      "kept": self._kept})  # fmt: skip

    def log_message(self, format: str, *args: Any) -> None:
        """Write no log."""

    def _answer(self, known: dict[str, Callable[..., tuple[bytes, str]]]) -> None:
        try:
            verb, *rest = self._place()
            if verb not in known:
                raise Refused(HTTPStatus.NOT_FOUND)
            rest = [self._body()] if self.command == "POST" else rest
            if len(rest) != WANTED[verb]:
                raise Refused(HTTPStatus.NOT_FOUND)
            self._send(HTTPStatus.OK, *known[verb](*rest))
        except Refused as error:
            self.close_connection = True
            self._send(error.status, *_json({"errors": [str(error)]}))
        except UserError as error:
            self._send(HTTPStatus.UNPROCESSABLE_ENTITY, *_json({"errors": [str(one) for one in error.problems]}))
        except (ConnectionError, TimeoutError):
            self.close_connection = True
        except Exception as error:  # a fault of the program: the page says so, and the server goes on
            self.close_connection = True
            self._send(HTTPStatus.INTERNAL_SERVER_ERROR, *_json({"errors": [f"{type(error).__name__}: {error}"]}))

    def _place(self) -> list[str]:
        """Return the parts of the address behind the token; refuse whoever does not know it or comes from elsewhere."""
        own = {f"{name}:{self.server.server_port}" for name in ("127.0.0.1", "localhost")}
        if [*self.headers.get_all("Host", [])] not in [[name] for name in own]:
            raise Refused(HTTPStatus.MISDIRECTED_REQUEST)
        lengths = self.headers.get_all("Content-Length", [])
        if "Transfer-Encoding" in self.headers or len(lengths) > 1 or (lengths and self.command == "GET"):
            raise Refused(HTTPStatus.BAD_REQUEST)
        origin = self.headers.get("Origin")
        if origin is not None and origin not in {f"http://{name}" for name in own}:
            raise Refused(HTTPStatus.FORBIDDEN)
        token, _, rest = unquote(self.path.partition("?")[0]).removeprefix("/").partition("/")
        if not secrets.compare_digest(token.encode(), self.server.token.encode()):
            raise Refused(HTTPStatus.FORBIDDEN)
        return rest.split("/")

    def _body(self) -> Any:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdecimal()):
            raise Refused(HTTPStatus.LENGTH_REQUIRED)
        if int(length) > MOST_BYTES:
            raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        try:
            found = json.loads(self._read(int(length)))
        except (ValueError, RecursionError) as error:
            raise Refused(HTTPStatus.BAD_REQUEST) from error
        if not isinstance(found, dict):
            raise Refused(HTTPStatus.BAD_REQUEST)
        return found

    def _read(self, length: int) -> bytes:
        """Return what a client sends, if all of it comes in time."""
        parts, until = b"", time.monotonic() + PATIENCE
        while len(parts) < length:
            part = self.rfile.read1(length - len(parts))
            if not part or time.monotonic() > until:
                raise TimeoutError
            parts += part
        return parts

    def _send(self, status: HTTPStatus, body: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in {**HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    # ---- What can be asked for.

    def _page(self) -> tuple[bytes, str]:
        known = {**registered(), "server": True, "first": self.server.first, "worlds": []}
        text = page(known, "Skloki", pack=False, more="; connect-src 'self'")
        return text.encode(), "text/html; charset=utf-8"

    def _list(self) -> tuple[bytes, str]:
        return _json(self.server.library.list())

    def _stored(self, number: str) -> tuple[bytes, str]:
        library = self.server.library
        found, world = told(library.folder(number), library.pictures(number))._asdict(), None
        if found["replicates"]:
            world = library.world(f"stored:{number}", {})
        places = [[place.name, place.parent] for place in world.committees] if world else []
        return _json({**found, "places": places, "months": list(world.months) if world else []})

    def _places(self, number: str, outcome: str) -> tuple[bytes, str]:
        """Return a stored comparison's effects by guberniia."""
        stored = self.server.library.folder(number)
        if not isinstance(stored, Comparison) or outcome not in PLACE_OUTCOMES:
            raise Refused(HTTPStatus.NOT_FOUND)
        return _json(effects_by_place(stored, outcome))

    def _kept(self, body: dict[str, Any]) -> tuple[bytes, str]:
        """Return a committee's story in a stored run."""
        replicate = body.get("replicate")
        if not isinstance(replicate, int) or not 0 <= replicate < 1_000_000:
            raise Refused(HTTPStatus.BAD_REQUEST)
        number, committee = _texts([body.get("stored"), body.get("committee")])
        with self.server.runs:
            return _json(self.server.library.story(number, committee, replicate))

    def _figure(self, number: str, name: str) -> tuple[bytes, str]:
        for path in self.server.library.pictures(number).glob("*.png"):
            if path.name == name and not path.is_symlink():
                return path.read_bytes(), "image/png"
        raise Refused(HTTPStatus.NOT_FOUND)

    def _open(self, body: dict[str, Any]) -> tuple[bytes, str]:
        return _json(self.server.library.open(_texts(body.get("worlds"))))

    def _upload(self, body: dict[str, Any]) -> tuple[bytes, str]:
        name, text = _texts([body.get("name"), body.get("text")])
        reference = self.server.library.upload(name, text)
        self.server.library.open([reference])  # what is wrong with it is said now
        return _json({"reference": reference})

    def _run(self, body: dict[str, Any]) -> tuple[bytes, str]:
        """Return one replicate's numbers, and the states of its guberniias, one behind the other."""
        found, world = self._made(body, events=False)
        states = found.committees[:, : world.guberniias].astype(np.float32)
        return found.values.tobytes() + states.tobytes(), "application/octet-stream"

    def _story(self, body: dict[str, Any]) -> tuple[bytes, str]:
        """Return what happened in one committee, and its states."""
        found, world = self._made(body, events=True)
        committee, codes = body.get("committee"), found.events.codes
        if not isinstance(committee, int) or not 0 <= committee < len(world.committees):
            raise Refused(HTTPStatus.BAD_REQUEST)
        mine = codes[codes["committee"] == committee]
        columns = {name: mine[name].tolist() for name in mine.dtype.names}
        return _json({"events": columns, "states": found.committees[:, committee].tolist()})

    def _made(self, body: dict[str, Any], events: bool) -> tuple[Any, Any]:
        replicate, settings = body.get("replicate"), body.get("settings", {})
        if not isinstance(replicate, int) or not 0 <= replicate < 10_000 or not isinstance(settings, dict):
            raise Refused(HTTPStatus.BAD_REQUEST)
        (reference,) = _texts([body.get("world")])
        world = self.server.library.world(reference, settings)
        with self.server.runs:
            return compiled.simulate(world, replicate, events=events), world


def _texts(found: Any) -> list[str]:
    if not isinstance(found, list) or not found or not all(isinstance(each, str) for each in found):
        raise Refused(HTTPStatus.BAD_REQUEST)
    return found


def _json(found: Any) -> tuple[bytes, str]:
    text = json.dumps(_plain(found), ensure_ascii=False, separators=(",", ":"))
    return text.encode(), "application/json; charset=utf-8"


def _plain(found: Any) -> Any:
    """Return what JSON can hold: numbers that are none become null."""
    if isinstance(found, dict):
        return {str(key): _plain(value) for key, value in found.items()}
    if isinstance(found, (list, tuple)):
        return [_plain(value) for value in found]
    return None if isinstance(found, float) and not np.isfinite(found) else found


def view(
    *folders: str | Path, worlds: Sequence[str] = (), port: int = 0, ready: Callable[[str], None] = print,
    ensemble: str | Path | None = None,
) -> None:  # fmt: skip
    """Serve the page on this machine until interrupted.

    Parameters
    ----------
    folders
        Whose scenarios and results may be opened.
    worlds
        Scenarios to begin with, by the names that `skloki list scenarios` prints, or files.
    port
        By default any that is free.
    ready
        Called with the link when the server listens.
    ensemble
        A calibration's folder or name: the rest is drawn out of it, instead of from the ranges.

    Raises
    ------
    UserError
        A folder is none, or the port is taken.
    """
    compiled.prepare()
    calibrated = ensemble_of(ensemble)
    with Viewer([Path(folder) for folder in folders], worlds, port, calibrated) as server:
        ready(server.address)
        server.serve_forever(poll_interval=0.2)
