"""The ledger: claims with their verdicts and what these rest on, and the folder that holds it."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.csv as pa_csv

from sim.errors import Problem, UserError, misfits, one_of
from sim.results.atomic import disk, staged_files
from sim.results.folder import FILES, MANIFEST, Folder, Format, file_record, manifest_text
from sim.version import __version__

if TYPE_CHECKING:
    import pandas as pd

NAME, VERSION = "skloki-ledger", 1
PLACE = Path("results", "claims")
"""Where the ledger lies, below the current folder."""
JSON, CSV, README, RATES = "ledger.json", "ledger.csv", "README.md", "error-rates.csv"
DIGITS = 6
"""Of every number that is stored: more would hang on how a library adds up."""


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
    supports: Sequence[str] = ()
    attacks: Sequence[str] = ()
    commands: Sequence[str] = ()
    why: str = ""
    notes: Sequence[str] = ()

    @property
    def first(self) -> Mapping[str, Any] | None:
        """The estimand that decides, or the first of those that all must hold; none where nothing was reckoned."""
        return self.estimands[0] if self.estimands else None


ENTRY = {
    **dict.fromkeys(("id", "words", "place", "mechanism", "rival", "contrast", "claimed", "verdict", "sentence"), str),
    "all": bool, "estimands": [dict], "verdicts": dict, "borderline": bool, "fragile": bool, "condition": str,
    "condition_grades": [str], "density": float | int | None, "coverage": float | int | None, "hangs_on": [dict],
    "reverses": str, "lookfor": [dict], "grid": [dict], "supports": [str], "attacks": [str], "commands": [str],
    "why": str, "notes": [str],
}  # fmt: skip
LEDGER = {"format": str, "format_version": int, "model": str, "made_with": str, "quick": bool, "digest": str,
          "populations": [dict], "claims": [ENTRY], "notes": [str]}  # fmt: skip
ROWS = pa.schema([
    *((name, pa.string()) for name in
      ("id", "verdict", "words", "estimand", "claimed", "unit", "horizon", "population")),
    *((name, pa.float64()) for name in ("smallest", "for", "against", "within", "mean", "low", "high")),
    ("draws", pa.int64()), ("quick", pa.bool_()),
])  # fmt: skip
FORMAT = Format(
    "ledger", "claims", NAME, VERSION, {"title": str, "digest": str, "quick": bool, "files": FILES},
    {CSV: ROWS, JSON: None, README: None}, (JSON, CSV),
)  # fmt: skip


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
        return hashlib.sha256(json.dumps(self._rest(), sort_keys=True).encode()).hexdigest()

    def _rest(self) -> dict[str, Any]:
        found: dict[str, Any] = plain({
            "format": NAME, "format_version": VERSION, "model": self.model, "made_with": self.made_with,
            "quick": self.quick, "populations": [dict(one) for one in self.populations],
            "claims": [asdict(entry) for entry in self.claims], "notes": list(self.notes),
        })  # fmt: skip
        return found

    def document(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        rest = self._rest()
        return {**{key: rest[key] for key in ("format", "format_version", "model", "made_with", "quick")},
                "digest": self.digest, **{key: rest[key] for key in ("populations", "claims", "notes")}}  # fmt: skip

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


def parsed(content: Mapping[str, Any], where: str = "ledger") -> Ledger:
    """Return the ledger that a document says; UserError where it is none, or not what its digest is of."""
    faults = list(misfits(content, LEDGER))
    if not faults and (content["format"], content["format_version"]) != (NAME, VERSION):
        faults = [("format", f"{content['format']} {content['format_version']}", f"{NAME} {VERSION}")]
    if faults:
        raise UserError(Problem(where, field, found, allowed) for field, found, allowed in faults)
    entries = tuple(Entry(**one) for one in content["claims"])
    found = Ledger(content["model"], content["quick"], content["populations"], entries, content["made_with"],
                   content["notes"])  # fmt: skip
    if found.digest != content["digest"]:
        raise UserError(Problem(where, "digest", content["digest"][:12], "that of what it says: it was changed since"))
    return found


class LedgerFolder(Folder):
    """A stored ledger."""

    format = FORMAT

    @property
    def told(self) -> str:  # noqa: D102
        return f"ledger {self.manifest['digest'][:12]}"

    def ledger(self) -> pd.DataFrame:
        """Return a row for each claim, estimand and population."""
        return self.frame("ledger")

    def held(self) -> Ledger:
        """Return what it holds."""
        return _read(self.path / JSON)

    @property
    def tables(self) -> tuple[str, ...]:  # noqa: D102
        return ("ledger",)


def _read(path: Path) -> Ledger:
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(Problem(str(path), found=str(error), allowed="a ledger, as skloki claims writes it")) from None
    return parsed(content, str(path))


def read(folder: Path | str) -> Ledger:
    """Return the ledger of a folder; UserError where there is none, or it is not whole."""
    return LedgerFolder.open(folder).held()


def store(folder: Path, ledger: Ledger, page: str, rates: pa.Table) -> None:
    """Write a ledger into its folder, beside what else is there, and last the manifest; all or nothing.

    Parameters
    ----------
    page, rates
        The folder's page, and how often the rules err.
    """
    with disk(folder), staged_files(folder, replace=True) as hidden:
        text = json.dumps(ledger.document(), indent=1, ensure_ascii=False)
        (hidden / JSON).write_text(text + "\n", encoding="utf-8")
        (hidden / README).write_text(page, encoding="utf-8")
        style = pa_csv.WriteOptions(quoting_style="needed", quoting_header="none")
        pa_csv.write_csv(pa.Table.from_pylist(ledger.rows(), schema=ROWS), hidden / CSV, style)
        pa_csv.write_csv(rates, hidden / RATES, style)
        files = {path.name: file_record(path) for path in sorted(hidden.iterdir())}
        whole = {"format": NAME, "format_version": VERSION, "title": "The ledger of claims", "digest": ledger.digest,
                 "quick": ledger.quick, "model": ledger.model, "made_with": ledger.made_with,
                 "files": files}  # fmt: skip
        (hidden / MANIFEST).write_text(manifest_text(whole), encoding="utf-8")
