"""Stored ledgers of claims: the folder that `claims` leaves, read in the plain form of its JSON.

What a ledger's fields mean, and how they came about, is known above, in `sim.claims`; here they are tables.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sim.errors import Problem, UserError, misfits
from sim.results.folder import FILES, MANIFEST, Folder, Format, table_of

if TYPE_CHECKING:
    import pandas as pd

NAME, VERSION = "skloki-ledger", 1
JSON, CSV, RATES = "ledger.json", "ledger.csv", "error-rates.csv"
TITLE = "The ledger of claims"
_NUMBER = float | int | None
_SHARES = {**dict.fromkeys(("for", "against", "within", "mean", "low", "high"), _NUMBER), "draws": int}
ESTIMAND = {
    **dict.fromkeys(("name", "words", "claimed", "unit", "horizon"), str), "smallest": _NUMBER,
    "populations": {"*": _SHARES}, "variance": {"*": _NUMBER},
    "by_reading": [{"variant": str, "choice": str, "for": _NUMBER, "against": _NUMBER, "within?": _NUMBER,
                    "draws": int}],
}  # fmt: skip
ENTRY = {
    **dict.fromkeys(("id", "words", "place", "mechanism", "rival", "contrast", "claimed", "verdict", "sentence"), str),
    "all": bool, "estimands": [ESTIMAND], "verdicts": {"*": str}, "borderline": bool, "fragile": bool, "condition": str,
    "condition_grades": [str], "density": _NUMBER, "coverage": _NUMBER, "reverses": str,
    "hangs_on": [{"name": str, "share": _NUMBER, "grade?": str | None}],
    "lookfor": [{**dict.fromkeys(("observable", "meaning", "where"), str), "unit?": str, "reliability?": _NUMBER,
                 **dict.fromkeys(("explains", "favours_for", "favours_against"), _NUMBER)}],
    "grid": [{"mechanism": str, **dict.fromkeys(("off", "alone"), _NUMBER), "does?": str, "does_alone?": str,
              **dict.fromkeys(("off_for?", "alone_for?", "with_all?", "with_none?"), _NUMBER)}],
    "mechanisms?": str,
    "supports": [str], "attacks": [str], "commands": [str], "why": str, "notes": [str],
}  # fmt: skip
POPULATION = {"name": str, "words": str, "draws": int, "replicates?": int, "ensemble?": str, "rival?": bool}
LEDGER = {"format": str, "format_version": int, "model": str, "made_with": str, "quick": bool, "digest": str,
          "claims": [ENTRY], "populations": [POPULATION], "notes": [str]}  # fmt: skip
ROWS = pa.schema([
    *((name, pa.string()) for name in
      ("id", "verdict", "words", "estimand", "claimed", "unit", "horizon", "population")),
    *((name, pa.float64()) for name in ("smallest", "for", "against", "within", "mean", "low", "high")),
    ("draws", pa.int64()), ("quick", pa.bool_()),
])  # fmt: skip
RATE_ROWS = table_of(
    text="id estimand planted", number="smallest sd supported contradicted immaterial conditional not_identified wrong",
    count="synthetic draws", flag="boxes",
)  # fmt: skip
FORMAT = Format(
    "ledger", "claims", NAME, VERSION, {"title": str, "digest": str, "quick": bool, "files": FILES},
    {CSV: ROWS, RATES: RATE_ROWS}, (JSON, CSV),
)  # fmt: skip
FOUND = {
    "claims": table_of(text="id verdict claimed words place mechanism rival contrast sentence condition reverses "
                            "mechanisms why", flag="borderline fragile all", number="density coverage"),
    "verdicts": table_of(text="id population verdict"),
    "variance": table_of(text="id estimand", number="chance parameters readings together unseen"),
    "readings": table_of(text="id estimand variant choice", number="for against within", count="draws"),
    "hangs_on": table_of(text="id name grade", number="share"),
    "grid": table_of(text="id mechanism does does_alone", number="off off_for alone alone_for with_all with_none"),
    "lookfor": table_of(text="id observable meaning unit where",
                       number="explains reliability favours_for favours_against"),
    "populations": table_of(text="name words ensemble", count="draws replicates", flag="rival"),
}  # fmt: skip
"""Tables that are found in the JSON, by what a query calls them."""


def digest(content: Mapping[str, Any]) -> str:
    """Return SHA-256 of all that a ledger's document says beside its own digest, in hexadecimal digits."""
    rest = {key: value for key, value in content.items() if key != "digest"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def checked(content: Any, where: str) -> dict[str, Any]:
    """Return a ledger's document; UserError where it is none, or not what its digest is of."""
    faults = list(misfits(content, LEDGER))
    if not faults and (content["format"], content["format_version"]) != (NAME, VERSION):
        faults = [("format", f"{content['format']} {content['format_version']}", f"{NAME} {VERSION}")]
    if not faults and digest(content) != content["digest"]:
        faults = [("digest", content["digest"][:12], "that of what it says: it was changed since")]
    if faults:
        raise UserError(Problem(where, *fault) for fault in dict.fromkeys(faults))
    found: dict[str, Any] = content
    return found


class LedgerFolder(Folder):
    """A ledger of claims, read from its folder."""

    format = FORMAT

    @property
    def told(self) -> str:  # noqa: D102
        quick = ", quick" if self.manifest["quick"] else ""
        return f"ledger {self.manifest['digest'][:12]}{quick}"

    @property
    def tables(self) -> tuple[str, ...]:  # noqa: D102
        return (*super().tables, *FOUND)

    @cached_property
    def document(self) -> dict[str, Any]:
        """What its JSON says; refused where it is not what its digest is of."""
        file = self.path / JSON
        try:
            content = json.loads(file.read_bytes())
        except OSError as error:
            raise UserError(Problem(str(file), allowed=f"cannot be read: {error.strerror}")) from None
        except (ValueError, RecursionError) as error:
            raise UserError(Problem(str(file), allowed=f"is damaged: {error}")) from None
        found = checked(content, str(file))
        if found["digest"] != self.manifest["digest"]:
            where, said = str(self.path / MANIFEST), str(self.manifest["digest"])[:12]
            raise UserError(Problem(where, "digest", said, f"{found['digest'][:12]}, that of {JSON}"))
        return found

    def faults(self, *, verify: bool) -> Iterator[Problem]:  # noqa: D102
        problems = list(super().faults(verify=verify))
        if verify and not problems:
            try:
                _ = self.document
            except UserError as error:
                problems = list(error.problems)
        yield from problems

    def table(self, name: str) -> Any:  # noqa: D102
        if name not in FOUND:
            return super().table(name)
        return pa.Table.from_pylist(list(_found(self.document, name)), schema=FOUND[name])

    def frame(self, name: str, columns: Sequence[str] | None = None, **where: Any) -> pd.DataFrame:  # noqa: D102
        frame: pd.DataFrame = self.table(name).to_pandas()
        return frame

    def claims(self) -> pd.DataFrame:
        """Return a row for each claim: its verdict, and that in a sentence."""
        return self.frame("claims")

    def ledger(self) -> pd.DataFrame:
        """Return a row for each claim, estimand and population: shares of draws."""
        return self.frame("ledger")

    def readings(self) -> pd.DataFrame:
        """Return shares of draws by reading, in the population that decides."""
        return self.frame("readings")

    def grid(self) -> pd.DataFrame:
        """Return effects without each mechanism, and with it alone of those that were tried."""
        return self.frame("grid")

    def error_rates(self) -> pd.DataFrame:
        """Return how often the rules err on claims that were made up."""
        return self.frame("error_rates")


def _found(content: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    """Yield the rows of a table that is found in the JSON."""
    if name == "populations":
        yield from content["populations"]
        return
    for claim in content["claims"]:
        about = {"id": claim["id"]}
        if name == "claims":
            yield claim
        elif name == "verdicts":
            yield from ({**about, "population": key, "verdict": said} for key, said in claim["verdicts"].items())
        elif name in ("variance", "readings"):
            for one in claim["estimands"]:
                rows = one["by_reading"] if name == "readings" else [one["variance"]] if one["variance"] else []
                yield from ({**about, "estimand": one["name"], **row} for row in rows)
        else:
            yield from ({**about, **row} for row in claim[name])

