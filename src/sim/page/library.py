"""What a viewer may open: scenarios that are shipped, named, in the given folders or uploaded; and results.

Everything has a reference, a short text that a link can hold. A reference is looked up and never taken for a path.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from sim.analysis.stored import KINDS, Stored, open_folder
from sim.engines import compiled
from sim.engines.trajectory import COMMITTEE_FIELDS
from sim.errors import Problem, UserError, nearest
from sim.experiment.ensemble import Ensemble
from sim.figures import draw_all
from sim.page.content import content
from sim.page.results import STORY, Summary, kept_story, kind_of, same_bits, title_of, worlds_of
from sim.results.folder import MANIFEST
from sim.results.result import Result
from sim.scenario.files import locate
from sim.scenario.load import Loaded, Source, complete, load, shipped
from sim.scenario.renewal import stored
from sim.world.build import World, build, vary

DEEP = 4
"""Levels of folders below a given one in which results are looked for."""
MOST = 500
"""Results and files that are listed at most."""
KEPT = 32
"""Worlds that are kept built."""
UPLOADS = 100
"""Files that may be uploaded while a viewer runs."""


class Library:
    """Scenarios and results by reference, and worlds built of them."""

    def __init__(self, folders: Sequence[Path], ensemble: Ensemble | None = None) -> None:
        self.ensemble = ensemble
        self.folders = [folder.expanduser().resolve() for folder in folders]
        for folder in self.folders:
            if not folder.is_dir():
                raise UserError(Problem(str(folder), found="no folder", allowed="a folder of results or scenarios"))
        self._given = list[Path]()
        self._aside = tempfile.TemporaryDirectory(prefix="skloki-view-")
        self._lock, self._drawing, self._worlds, self._uploads = Lock(), Lock(), dict[str, World](), 0

    def close(self) -> None:
        """Let go of what was uploaded."""
        self._aside.cleanup()

    @cached_property
    def stored(self) -> dict[str, Path]:
        """Stored folders by reference; a new call of `view` finds what was stored since."""
        found = (path.parent for folder in self.folders for path in _below(folder, MANIFEST) if _format(path) in KINDS)
        return {_key(path): path for path in sorted(dict.fromkeys(found))[:MOST]}

    def files(self) -> dict[str, Path]:
        """Return the scenario files that were named or lie below the given folders by reference."""
        found = [*self._given, *(path for folder in self.folders for path in _below(folder, "*.toml"))][:MOST]
        return {f"file:{_key(path)}": path for path in found}

    def list(self) -> dict[str, Any]:
        """Return what can be opened: by short names, and titles where files have them."""
        kept = {name: _read(path / MANIFEST) for name, path in self.stored.items()}
        return {
            "shipped": {name: _titled(path) for name, path in shipped().items()},
            "files": {key: {"name": self._short(path), "title": _titled(path)} for key, path in self.files().items()},
            "stored": {
                name: {"kind": kind_of(found), "name": self._short(self.stored[name]),
                       "title": title_of(found, self.stored[name].name)}
                for name, found in kept.items() if found
            },
        }  # fmt: skip

    def _short(self, path: Path) -> str:
        """Return a path as it stands in the folder that was given; with that folder's name where there are several."""
        for folder in self.folders:
            if path != folder and path.is_relative_to(folder):
                below = path.relative_to(folder)
                return str(Path(folder.name) / below if len(self.folders) > 1 else below)
        return path.name

    def upload(self, name: str, text: str) -> str:
        """Keep a scenario file while the viewer runs, and return its reference; it is loaded when it is opened."""
        _refuse_paths(text)
        with self._lock:
            if self._uploads == UPLOADS:
                allowed = f"{UPLOADS} while the viewer runs: start it anew, or name a folder that holds the file"
                raise UserError(Problem("upload", found=f"one more than {UPLOADS}", allowed=allowed))
            self._uploads += 1
            folder = Path(self._aside.name) / str(self._uploads)
        folder.mkdir()
        safe = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in Path(name).name)[-60:]
        (folder / f"{Path(safe).stem or 'scenario'}.toml").write_text(text, encoding="utf-8")
        return f"upload:{folder.name}"

    def reference(self, world: str) -> str:
        """Return the reference of a scenario by its name or file: one that lies elsewhere is listed from now on."""
        path = locate(world)
        if path in shipped().values():
            return path.stem
        path = path.absolute()  # not resolved: what a link extends is looked for beside the link
        self._given.append(path)
        return f"file:{_key(path)}"

    def source(self, reference: str) -> Source:
        """Return what a reference stands for, as `sim.scenario.load.load` takes it."""
        kind, _, name = reference.partition(":")
        if not name and reference in shipped():
            return reference
        if kind == "file" and (path := self.files().get(reference)):
            return path
        if kind == "upload" and name.isdecimal():
            for path in (Path(self._aside.name) / name).glob("*.toml"):
                return path
        if kind == "stored" and (found := self._of_stored(name)) is not None:
            return found
        allowed = "what the list of worlds names; what was uploaded is kept until the viewer ends"
        raise UserError(Problem("open", "world", repr(reference), allowed, nearest(reference, shipped())))

    def open(self, references: Sequence[str]) -> dict[str, Any]:
        """Return what a page of these worlds needs."""
        found, problems = [], dict[Problem, None]()
        for reference in references:
            try:
                found.append(_named(load(self.source(reference)), reference))
            except UserError as error:
                problems |= dict.fromkeys(error.problems)
        if problems:
            raise UserError(problems)
        known = content(found, engine=False, ensemble=self.ensemble)
        for each, reference in zip(known["worlds"], references, strict=True):
            each["reference"] = reference
        return known

    def world(self, reference: str, settings: Mapping[str, Any]) -> World:
        """Return a world with what was moved in it: switches and rules by loading, numbers and readings quickly."""
        tables: dict[str, dict[str, Any]] = {"parameters": {}, "variants": {}}
        slow: dict[str, Any] = {}
        for name, value in settings.items():
            table, _, key = name.partition(".")
            tables.get(table, slow)[key if table in tables else name] = value
        source = self.source(reference)
        changed = source.stat().st_mtime_ns if isinstance(source, Path) else 0
        key = json.dumps([reference, changed, slow], sort_keys=True)
        with self._lock:
            world = self._worlds.get(key)
        if world is None:
            loaded = load(source)
            loaded = load(complete(loaded.scenario), slow) if slow else loaded
            world = build(loaded.scenario.with_run(committees=True))
            with self._lock:
                while len(self._worlds) >= KEPT:
                    del self._worlds[next(iter(self._worlds))]
                self._worlds[key] = world
        checked = load({"title": "?", **{name: moved for name, moved in tables.items() if moved}}).scenario
        return vary(world, checked.parameters, checked.variants) if any(tables.values()) else world

    def folder(self, number: str) -> Stored | Summary:
        """Return a stored folder by its reference; of one that was published without its runs what is there."""
        if number not in self.stored:
            allowed = "one of the list of results"
            raise UserError(Problem("stored", found=repr(number), allowed=allowed))
        path = self.stored[number]
        manifest = _read(path / MANIFEST)
        rows = ["runs"] if kind_of(manifest) == "sweep" else [Path(name).name for name in manifest.get("files", {})
                                                              if name.endswith(".parquet")]  # fmt: skip
        if rows and not any((path / name).exists() for name in rows):
            return Summary(path, manifest)
        return open_folder(path, verify=False)

    def pictures(self, number: str) -> Path:
        """Return the folder of a stored folder's pictures; where it has none they are drawn aside, once."""
        stored = self.folder(number)
        if isinstance(stored, Summary):
            return stored.path
        own, aside = stored.path / "figures", Path(self._aside.name) / f"figures-{number}"
        if any(own.glob("*.png")) and _within(own, stored.path):
            return own
        with self._drawing:
            if not aside.exists():
                half = aside.with_name(f"half-{number}")
                draw_all(stored, half)
                half.rename(aside)
        return aside

    def story(self, number: str, committee: str, replicate: int) -> dict[str, Any]:
        """Return a committee's story from a stored run; where its folder has none, as the same bits recomputed."""
        stored = self.folder(number)
        if kind_of(stored.manifest) != "run":
            raise UserError(Problem("story", "stored", repr(number), "a run: other folders keep no events"))
        world = self.world(f"stored:{number}", {})
        places = [place.name for place in world.committees]
        if committee not in places:
            raise UserError(Problem("story", "committee", repr(committee), "a committee", nearest(committee, places)))
        found = None
        if isinstance(stored, Result):
            found = kept_story(stored, committee, replicate, list(world.months))
        if found is not None:
            return {**found, "recomputed": False, "same": None}
        made = compiled.simulate(world, replicate, events=True)
        events = [event._asdict() for event in made.events if event.committee == committee]
        months = {month: at for at, month in enumerate(world.months)}
        columns = {name: [event[name] for event in events] for name in STORY}
        columns["month"] = [months[month] for month in columns["month"]]
        conflict = made.committees[:, places.index(committee), COMMITTEE_FIELDS.index("conflict")].tolist()
        same = same_bits(stored, replicate, made.values) if isinstance(stored, Result) else None
        return {"events": columns, "conflict": conflict, "recomputed": True, "same": same}

    def _of_stored(self, name: str) -> Loaded | None:
        """Return the scenario of a stored run (``3``) or of a world of a comparison (``3:1``)."""
        number, _, at = name.partition(":")
        if number not in self.stored:
            return None
        worlds = worlds_of(self.folder(number).manifest)
        place = int(at or "0") if (at or "0").isdecimal() else len(worlds)
        if place >= len(worlds):
            return None
        chosen = worlds[place]
        return Loaded(stored(chosen["scenario"]), chosen.get("layers", {}), Path(chosen.get("name", "stored")))


def _named(loaded: Loaded, reference: str) -> Loaded:
    return loaded if loaded.path.suffix else replace(loaded, path=Path(loaded.path.name or reference))


def _below(folder: Path, pattern: str) -> Iterator[Path]:
    """Yield files some levels deep, without hidden folders and links."""
    depths = ["/".join(["*"] * depth + [pattern]) for depth in range(DEEP)]
    for path in sorted(found for depth in depths for found in folder.glob(depth)):
        below = path.relative_to(folder).parts
        if not any(part.startswith(".") for part in below) and _within(path, folder):
            yield path


def _within(path: Path, folder: Path) -> bool:
    """Return whether a path leads to something in a folder, whatever links are on the way."""
    return path.resolve().is_relative_to(folder.resolve())


def _key(path: Path) -> str:
    """Return a reference that a path keeps, whatever comes to lie beside it."""
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def _refuse_paths(text: str) -> None:
    """Refuse an upload that builds on a file of this machine: it may extend what comes with the program alone."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return  # what is wrong with it is said when it is loaded
    named, tree = table.get("extends"), table.get("tree")
    for base in named if isinstance(named, list) else [named]:
        if isinstance(base, str) and base.removesuffix(".toml") not in shipped():
            allowed = "in an upload, a scenario that comes with the program (skloki list scenarios)"
            raise UserError(Problem("upload", "extends", repr(base), allowed, nearest(base, shipped())))
    if isinstance(tree, dict) and "table" in tree:
        allowed = "in an upload, tree.places with the rows themselves, as a stored scenario has them"
        raise UserError(Problem("upload", "tree.table", repr(tree["table"]), allowed))


def _read(manifest: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError, RecursionError):
        found = json.loads(manifest.read_bytes())
        return found if isinstance(found, dict) else {}
    return {}


def _format(manifest: Path) -> str:
    found = _read(manifest)
    return str(found.get("format", "skloki-result")) if found else ""


def _titled(scenario: Path) -> str:
    """Return a scenario file's title, as far as it has one."""
    with suppress(OSError, ValueError, RecursionError):
        return str(tomllib.loads(scenario.read_text(encoding="utf-8")).get("title", ""))
    return ""
