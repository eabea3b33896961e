"""Claims as they were read, and the files in which they are found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from sim.claims.form import FORM, ClaimFile, EstimandTable
from sim.errors import Problem, UserError, nearest
from sim.experiment.horizons import YEARS
from sim.experiment.own_outcomes import folders
from sim.registry.derived import KEPT
from sim.registry.entries import Outcome
from sim.scenario.files import keys, shipped
from sim.scenario.schema import month_name, month_number

LEAST_END = "1926-12"
"""Runs last so long at least, so that claims about earlier years share worlds with the others."""
RECORD_END = "1929-12"
"""Runs last so long where recorded figures are scored: the last are of that year."""


@dataclass(frozen=True)
class Quantity:
    """An outcome of one world, somewhere and at some time."""

    world: str
    outcome: str
    scopes: tuple[str, ...]
    horizon: str

    @property
    def span(self) -> tuple[str, str]:
        """First and last month."""
        first, _, last = self.horizon.partition(":")
        return first, last or first

    def columns(self) -> Iterator[tuple[str, str]]:
        """Yield outcome and horizon of what must be kept for it.

        What is counted in months of its growth is reckoned when worlds are set side by side.
        """
        if not KEPT[self.outcome].in_months:
            yield self.outcome, self.horizon
            return
        last = self.span[1]
        yield "recovery", last
        yield "recovery", month_name(month_number(last) - 12 * YEARS)


@dataclass(frozen=True)
class Estimand:
    """A number of every draw, and what is claimed of it."""

    name: str
    said: EstimandTable
    quantities: Mapping[str, Quantity]
    outcome: Outcome | None

    @property
    def unit(self) -> str:
        """In what it is."""
        return self.said.unit or ("" if self.outcome is None else self.outcome.unit)

    @property
    def ends(self) -> tuple[float | None, float | None]:
        """Between which the number of a relation must lie: one that holds where it is nought or more, from there on."""
        return (0.0, None) if self.said.claimed == "holds" else (self.said.low, self.said.high)

    @property
    def words(self) -> str:
        """What it is, in words."""
        return self.said.words or self.name.replace("_", " ")

    @property
    def worlds(self) -> tuple[str, ...]:
        """The worlds that it needs, in the order in which they are named."""
        return tuple(dict.fromkeys(one.world for one in self.quantities.values()))


@dataclass(frozen=True)
class Claim:
    """A claim that was read: its file, its worlds' tables, its estimands."""

    path: Path
    said: ClaimFile
    worlds: Mapping[str, Mapping[str, Any]]
    estimands: tuple[Estimand, ...]

    @property
    def id(self) -> str:
        """By which it is asked for."""
        return self.said.id

    @property
    def tested(self) -> bool:
        """Whether anything is run for it."""
        return bool(self.estimands) and self.said.kind != "untestable"

    @property
    def shipped(self) -> bool:
        """Whether it comes with the package."""
        return self.path in shipped_claims().values()

    @property
    def asked(self) -> str:
        """As what a command takes it: its id, or its file's name where no folder of claims has it."""
        return self.id if self.path in known().values() else self.path.name

    @cached_property
    def end(self) -> str:
        """The last month of its runs."""
        if self.said.end is not None:
            return self.said.end
        if any(one.said.figures for one in self.estimands):
            return RECORD_END
        last = max(one.span[1] for each in self.estimands for one in each.quantities.values())
        return max(f"{last[:4]}-12", LEAST_END)

    @cached_property
    def fixes(self) -> frozenset[str]:
        """The variants that it fixes in all its worlds."""
        tables = [set(table.get("variants", {})) for name, table in self.worlds.items()
                  if any(name in one.worlds for one in self.estimands)]  # fmt: skip
        return frozenset(set.intersection(*tables)) if tables else frozenset()


def shipped_claims() -> dict[str, Path]:
    """Return the claims that come with the package, by the names of their files."""
    return shipped(FORM)


@cache
def shipped_ids() -> frozenset[str]:
    """Return the ids of the claims that come with the package."""
    return frozenset(map(id_of, shipped_claims().values()))


def known() -> dict[str, Path]:
    """Return the files of all claims by id: those of the package, and of the user's folders."""
    own = [path for folder in folders() for path in sorted((folder / "claims").glob("*.toml"))]
    found: dict[str, Path] = {}
    for path in (*sorted(shipped_claims().values(), key=_order), *own):
        name = id_of(path)
        if name in found:
            raise UserError(Problem(str(path), "id", f"{name}, which {found[name]} has", "an id of its own"))
        found[name] = path
    return found


def _order(path: Path) -> tuple[str, int, str]:
    name = id_of(path)
    letters = name.rstrip("0123456789abcdefghijklmnopqrstuvwxyz")
    digits = "".join(one for one in name if one.isdigit())
    return letters, int(digits or 0), name


def is_claim(path_or_name: str | Path) -> bool:
    """Return whether a path or name means a claim."""
    path = Path(path_or_name)
    if path.suffix == ".toml" or path.parent != Path():
        return {"claim", "place"} <= keys(path)
    return str(path_or_name) in known() and str(path_or_name) not in shipped()


def locate(path_or_id: str | Path) -> Path:
    """Return the file that a path or a claim's id means; UserError where there is none."""
    path = Path(path_or_id)
    if path.suffix == ".toml" or path.parent != Path():
        return path
    every = {one.casefold(): place for one, place in known().items()}
    every |= {place.stem.casefold(): place for place in known().values()}
    found = every.get(str(path_or_id).casefold())
    if found is None:
        raise UserError(Problem("claims", found=repr(str(path_or_id)), allowed=FORM.sought,
                                suggestion=nearest(str(path_or_id), known())))  # fmt: skip
    return found


def id_of(path: Path) -> str:
    """Return the id with which a file's name begins."""
    return path.stem.partition("-")[0]
