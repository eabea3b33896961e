"""The ledger: claims with their verdicts and what these rest on, and the folder that holds it."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import pyarrow as pa

from sim.analysis.wording import counted, together
from sim.errors import Problem, UserError, one_of
from sim.results.folder import MANIFEST
from sim.results.ledger import CSV, FORMAT, JSON, RATE_ROWS, RATES, ROWS, TITLE, LedgerFolder, checked, digest
from sim.results.run_store import sealed_files, write_csv
from sim.version import __version__

PLACE = Path("results", "claims")
"""Where the ledger lies, below the current folder."""
README = "README.md"
DIGITS = 6
"""Of every number that is stored: more would hang on how a library adds up."""
LISTED = 6
"""Ids of claims up to which a message has each."""


@dataclass(frozen=True)
class Entry:
    """A claim, its verdict, and what that rests on; in JSON its fields have these names.

    Attributes
    ----------
    claimed
        Of the first estimand: the direction, or the relation.
    estimands
        What was reckoned: of each its shares by population, parts of its variance, and shares by reading.
    verdict, verdicts
        In the population that decides, and in each.
    borderline, fragile
        Whether a share that decides lies next to the rule's; whether the verdict is another one without figures of
        grade C.
    condition, density, coverage
        Of a conditional verdict, on draws held back.
    grid, mechanisms
        The knock-out and rescue grid, and in sentences what it says.
    why
        Why it is by construction, or cannot be tested.
    notes
        What was not looked for, and why.
    """

    id: str
    words: str
    place: str
    mechanism: str
    rival: str
    contrast: str
    claimed: str
    verdict: str
    sentence: str
    all: bool = False
    estimands: Sequence[Mapping[str, Any]] = ()
    verdicts: Mapping[str, str] = field(default_factory=dict)
    borderline: bool = False
    fragile: bool = False
    condition: str = ""
    condition_grades: Sequence[str] = ()
    density: float | None = None
    coverage: float | None = None
    hangs_on: Sequence[Mapping[str, Any]] = ()
    reverses: str = ""
    lookfor: Sequence[Mapping[str, Any]] = ()
    grid: Sequence[Mapping[str, Any]] = ()
    mechanisms: str = ""
    supports: Sequence[str] = ()
    attacks: Sequence[str] = ()
    commands: Sequence[str] = ()
    why: str = ""
    notes: Sequence[str] = ()

    @property
    def first(self) -> Mapping[str, Any] | None:
        """The estimand that decides, or the first of those that all must hold; none where nothing was reckoned."""
        return self.estimands[0] if self.estimands else None


@dataclass(frozen=True)
class Ledger:
    """Claims with their verdicts, over the populations that there were.

    Attributes
    ----------
    populations
        Of each its name, what it is in words, draws, replicates, its ensemble's name, and whether it is a rival's.
    quick
        Whether it has fewer draws than the rules want: then nothing in it is a verdict to cite.
    notes
        Populations that were not there, and why.
    """

    model: str
    quick: bool
    populations: Sequence[Mapping[str, Any]]
    claims: Sequence[Entry]
    made_with: str = __version__
    notes: Sequence[str] = ()

    def claim(self, name: str) -> Entry:
        """Return a claim by its id; UserError where it has none of that name."""
        known = {entry.id: entry for entry in self.claims}
        return known[one_of("claim", name, known)]

    @property
    def digest(self) -> str:
        """SHA-256 of all that it says, in hexadecimal digits."""
        return str(self.document()["digest"])

    def document(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        found: dict[str, Any] = plain({
            **FORMAT.head, "model": self.model, "made_with": self.made_with,
            "quick": self.quick, "digest": "", "populations": [dict(one) for one in self.populations],
            "claims": [asdict(entry) for entry in self.claims], "notes": list(self.notes),
        })  # fmt: skip
        return {**found, "digest": digest(found)}

    def rows(self) -> list[dict[str, Any]]:
        """Return a row for each claim, estimand and population."""
        found = []
        for entry in self.claims:
            head = {"id": entry.id, "verdict": entry.verdict, "words": entry.words, "quick": self.quick}
            for one in entry.estimands:
                about = {"estimand": one["name"],
                         **{key: one[key] for key in ("claimed", "unit", "horizon", "smallest")}}  # fmt: skip
                for name, numbers in one["populations"].items():
                    told = {key: numbers[key] for key in ("for", "against", "within", "mean", "low", "high", "draws")}
                    found.append({**head, **about, "population": name, **told})
            if not entry.estimands:
                found.append(head)
        return [plain(row) for row in found]


def deciding(populations: Sequence[Mapping[str, Any]]) -> str:
    """Return the name of the population that decides: the calibrated one, where it was asked for and is there."""
    names = [str(one["name"]) for one in populations]
    return "calibrated" if "calibrated" in names or not names else names[0]


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it, numbers with so many digits, nothing for what is not defined."""
    if isinstance(value, Mapping):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}") + 0.0 if math.isfinite(value) else None
    return value


def parsed(content: Any, where: str = "ledger") -> Ledger:
    """Return the ledger that a document says; UserError where it is none, or not what its digest is of."""
    said = checked(content, where)
    known = {one.name for one in fields(Entry)}  # a later version's may have more
    entries = tuple(Entry(**{key: value for key, value in one.items() if key in known}) for one in said["claims"])
    return Ledger(said["model"], said["quick"], said["populations"], entries, said["made_with"], said["notes"])


def read(folder: Path | str) -> Ledger:
    """Return the ledger of a folder; UserError where there is none, or it is not whole."""
    stored = LedgerFolder.open(folder)
    return parsed(stored.document, str(stored.path / JSON))


def refuse_other(folder: Path) -> None:
    """Refuse a place in which a ledger would replace something else, or cannot be written: before anything is run."""
    place, allowed = str(folder), "a new folder, or that of a ledger (--out)"
    if not folder.exists():
        above = next(one for one in folder.parents if one.exists())
        if not above.is_dir() or not os.access(above, os.W_OK):
            raise UserError(Problem(place, allowed=f"cannot be written: {above} is no folder that can be written to"))
        return
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        found = "a file" if not folder.is_dir() else "a folder that cannot be written to"
        raise UserError(Problem(place, found=found, allowed=allowed))
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    if MANIFEST in names:
        try:
            kind = json.loads((folder / MANIFEST).read_bytes()).get("format")
        except (OSError, ValueError, AttributeError):
            kind = "a manifest that cannot be read"
        if kind != FORMAT.name:
            raise UserError(Problem(place, found=f"{kind}", allowed=allowed))
    elif others := sorted(names - {README, JSON, CSV, RATES}):  # these may be of a ledger that was broken off
        raise UserError(Problem(place, found=f"a folder with {', '.join(others[:3])} in it", allowed=allowed))


def refuse_loss(folder: Path, claims: Collection[str], draws: Mapping[str, int], grids: Collection[str]) -> None:
    """Refuse a place whose ledger has what a new one would not have: before anything is run.

    Parameters
    ----------
    claims, grids
        Ids of the new one's claims, and of those that get a grid.
    draws
        Of each population of the new one.
    """
    if not (folder / MANIFEST).is_file():  # broken off: what stands there is no whole ledger
        return
    old = read(folder)
    gone = [entry.id for entry in old.claims if entry.id not in claims]
    fewer = [one for one in old.populations if one["draws"] > draws.get(one["name"], 0)]
    dropped = [entry.id for entry in old.claims if entry.grid and entry.id in claims and entry.id not in grids]
    told = [f"{counted(len(ids), noun)} ({', '.join(ids[:LISTED])}{', …' * (len(ids) > LISTED)})"
            for ids, noun in ((gone, "claim"), (dropped, "grid")) if ids]  # fmt: skip
    told += [f"{one['draws']} draws of {one['name']}" for one in fewer]
    if told:
        found = f"a ledger with {together(told)}, which this one would not have"
        raise UserError(Problem(str(folder), found=found, allowed="another folder (--out), or --force to replace it"))


def store(folder: Path, ledger: Ledger, page: str, rates: Sequence[Mapping[str, Any]]) -> None:
    """Write a ledger into its folder, beside what else is there, and last the manifest; all or nothing.

    Parameters
    ----------
    page, rates
        The folder's page, and how often the rules err.
    """
    manifest = {"title": TITLE, "digest": ledger.digest, "quick": ledger.quick, "model": ledger.model,
                "made_with": ledger.made_with}  # fmt: skip
    with sealed_files(folder, FORMAT, manifest) as hidden:
        text = json.dumps(ledger.document(), indent=1, ensure_ascii=False)
        (hidden / JSON).write_text(text + "\n", encoding="utf-8")
        (hidden / README).write_text(page, encoding="utf-8")
        write_csv(pa.Table.from_pylist(ledger.rows(), schema=ROWS), hidden / CSV)
        write_csv(pa.Table.from_pylist(list(rates), schema=RATE_ROWS), hidden / RATES)
