"""What the model consists of, by name: the types of the registry and its one look-up.

Every parameter, constant, variant, mechanism, outcome and decision point is declared once, in the
modules beside this one, in an unchangeable mapping by name that keeps the order written.
Validation, documentation, the command line, sensitivity analysis and reports read those
declarations and hold no list of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, Protocol, TypeVar

Grade = Literal["documented", "inferred", "assumed", "free"]
Better = Literal["higher", "lower", "neither"]

CLASSES = ("capital", "industrial", "agrarian", "borderland")
SCOPES = ("nation", *CLASSES)


@dataclass(frozen=True)
class Parameter:
    """An uncertain quantity of the model.

    Attributes
    ----------
    name, symbol, unit, meaning
        How it is called, in code and in equations, what it measures and in what.
    default
        Value of the default vector. Never quote a policy verdict from it.
    low, high
        Plausible range, from which designs draw.
    distribution
        ``uniform`` or ``loguniform`` over the range.
    minimum, maximum
        Hard bounds: values outside make no sense and are refused.
    grade
        Evidence: documented, inferred, assumed or free.
    source
        Where the value and range come from, or why they were assumed.
    mechanism
        Name of the mechanism where it acts.
    twin
        Its counterpart on the other side of the comparison of policies, if any.
    """

    name: str
    symbol: str
    unit: str
    default: float
    low: float
    high: float
    grade: Grade
    mechanism: str
    meaning: str
    source: str
    twin: str = ""
    distribution: Literal["uniform", "loguniform"] = "uniform"
    minimum: float = 0.0
    maximum: float = 1.0


@dataclass(frozen=True)
class Constant:
    """A number that belongs to the form of an equation or is not varied; documented all the same."""

    name: str
    value: float
    unit: str
    grade: Grade
    mechanism: str
    meaning: str
    source: str


@dataclass(frozen=True)
class Variant:
    """A reading that words leave open, that matters, and that the record does not settle.

    Attributes
    ----------
    name, mechanism, meaning
        How it is called, where it acts, what is left open.
    choices
        The readings by name, each in words; the first is the default.
    evidence
        What the record says, and what it does not.
    under
        Another variant and its choice without which this one decides next to nothing.
    first_version
        The choice of version 0.1, where that was not the default.
    """

    name: str
    mechanism: str
    meaning: str
    choices: Mapping[str, str]
    evidence: str
    under: tuple[str, str] | None = None
    first_version: str = ""

    @property
    def default(self) -> str:
        """The reading that is taken unless another is asked for."""
        return next(iter(self.choices))


@dataclass(frozen=True)
class Mechanism:
    """A process that can be switched off, with the limit that the model then takes."""

    name: str
    step: int
    room: str
    meaning: str
    off: str
    source: str


@dataclass(frozen=True)
class Outcome:
    """A recorded series: one number a month and scope (the nation or a class).

    Attributes
    ----------
    by_class
        Whether it is read off guberniias, and so known of each class, or of the nation alone.
    low, high
        Between which it lies; None where nothing limits it.
    summed
        Whether guberniias are added up; else it is a mean over what they have.
    smallest
        The smallest effect of interest in its unit, fixed before any result; none: a part of the baseline's mean.
    in_months
        Whether a horizon turns the series into months of its own growth: see `sim.experiment.horizons.measured`.
    """

    name: str
    unit: str
    meaning: str
    better: Better = "neither"
    by_class: bool = True
    low: float = 0.0
    high: float | None = 1.0
    summed: bool = False
    smallest: float | None = None
    in_months: bool = False


@dataclass(frozen=True)
class DecisionPoint:
    """A purpose of random draws: the address of a draw begins with its number.

    Numbers are part of the model's specification: append, never reorder or reuse.
    """

    number: int
    name: str
    entity: str
    index: str
    meaning: str


class _Named(Protocol):
    @property
    def name(self) -> str: ...


E = TypeVar("E", bound=_Named)


def by_name(*entries: E) -> Mapping[str, E]:
    """Return the entries by name, in the order given; the mapping cannot be changed.

    Raises
    ------
    ValueError
        Two entries bear one name.
    """
    found = {entry.name: entry for entry in entries}
    if len(found) < len(entries):
        names = [entry.name for entry in entries]
        raise ValueError(f"declared twice: {', '.join(sorted({name for name in names if names.count(name) > 1}))}")
    return MappingProxyType(found)
