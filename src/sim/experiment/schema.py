"""What an experiment file may say, one pydantic model per table; what was read of one; the tables of docs/experiments.md.

``python -m sim.experiment.schema docs/experiments.md`` rewrites the tables of that document.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sim.errors import Problem
from sim.experiment.designs import DESIGNS, kinds
from sim.experiment.ensemble import Ensemble
from sim.experiment.experiment import CurveKind, Factor
from sim.registry.entries import SCOPES
from sim.registry.outcomes import SHOWN
from sim.scenario import doc_tables
from sim.scenario.file_form import FileForm
from sim.scenario.format import FORM as SCENARIO
from sim.scenario.layers import KeyPath, Layer, leaves
from sim.scenario.schema import Scenario, Table

LARGEST_SEED = 2**63 - 1
Finite = Annotated[float, Field(allow_inf_nan=False)]
Scalar = bool | int | Finite | str
Seed = Annotated[int, Field(ge=0, le=LARGEST_SEED)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Kind = Literal[tuple(DESIGNS)]  # type: ignore[valid-type]
Scope = Literal["nation", "capital", "industrial", "agrarian", "borderland"]
assert Scope.__args__ == SCOPES  # type: ignore[attr-defined]
BY_LEVELS = kinds(lambda kind: kind.levels)


def _counted() -> str:
    """Return in words what each design's points are."""
    several: dict[str, list[str]] = {}
    for name, kind in DESIGNS.items():
        if kind.counted:
            several.setdefault(kind.counted[1], []).append(name)
    return "; ".join(f"{', '.join(names)}: {counted}" for counted, names in several.items())


def _usual_levels() -> str:
    usual = DESIGNS[BY_LEVELS[0]].levels
    others = [f"of {name} {DESIGNS[name].levels}" for name in BY_LEVELS if DESIGNS[name].levels != usual]
    return ", ".join([str(usual), *others])


class Lever(Table):
    """What is chosen: worlds, values of a field, or named tables."""

    worlds: list[str] | None = Field(None, description="scenarios, laid over the base; each gives an option")
    field: str | None = Field(None, description="dotted name of a field of the scenario, such as `policy.rule`")
    values: list[Scalar] | None = Field(None, description="values of that field; each gives an option")
    options: dict[str, dict[str, Any]] | None = Field(None, description="name = tables of a scenario; each gives an option")


class Uncertainty(Lever):
    """What is not known: a number from a range, or a choice as for levers."""

    low: Finite | None = Field(None, description="lowest value of a number; of a parameter the registry's, unless given")
    high: Finite | None = Field(None, description="highest value of a number")
    distribution: Literal["uniform", "loguniform"] | None = Field(None, description="between them; of a parameter the registry's, else uniform")


class Uncertainties(Table):
    """The prior, and uncertainties of one's own by name."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Uncertainty]

    prior: Literal["all"] | list[str] = Field([], description='parameters and variants drawn as the registry says: their names, or "all"')
    ensemble: str | None = Field(None, min_length=1, description="draws of an ensemble instead: its folder, beside the experiment, or its name in `results/calibration`")
    fixed: list[str] = Field([], description="of the prior or the ensemble: held at the base's value instead")

    @property
    def own(self) -> dict[str, Uncertainty]:
        """Uncertainties of one's own, by name."""
        return self.__pydantic_extra__ or {}


class DesignTable(Table):
    """How the space of uncertainties is covered."""

    kind: Kind = Field(description="see below")  # type: ignore[valid-type]
    points: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = Field(None, description=_counted())
    levels: Annotated[int, Field(ge=2, le=1_000)] | None = Field(None, description=f"{', '.join(BY_LEVELS)}: settings of a number, both ends of its range among them; default {_usual_levels()}")
    seed: Seed = Field(0, description="from which points are drawn; the model's own seed is in [run]")
    file: str | None = Field(None, description=f"{', '.join(kinds(lambda kind: kind.file))}: a CSV file beside the experiment, with a column for each uncertainty")


class RunTable(Table):
    """How often, and from which seed."""

    replicates: int = Field(1, ge=1, le=1_000_000, description="runs of each point in each world that differ only by chance")
    accidents: Literal["own", "shared"] | None = Field(None, description="whether each point has accidents of its own, or replicate r the same at all points; default: own for " + " and ".join(kinds(lambda kind: kind.drawn)))
    seed: Seed | None = Field(None, description="from which every draw of the model is addressed; default: the scenario's")


class Curves(Table):
    """Whether months are kept, too."""

    kind: CurveKind = Field(description="none; quantiles over all runs; sample: of the first points; all: of every run")
    outcomes: list[str] | None = Field(None, description="of which outcomes; default: those of [keep]")
    points: Annotated[int, Field(ge=1)] | None = Field(None, description="sample: of so many points")


class Keep(Table):
    """What is kept of each run."""

    outcomes: list[str] = Field(list(SHOWN), min_length=1, description="names of outcomes (`skloki list outcomes`)")
    scopes: list[Scope] = Field(["nation", "capital", "industrial", "agrarian", "borderland"], min_length=1, description="the nation, classes of guberniia")
    horizons: dict[str, str] = Field({}, description='name = month "YYYY-MM", or mean of a span "YYYY-MM:YYYY-MM"; the first is the main one')
    curves: Curves = Curves(kind="none")
    targets: bool = Field(False, description="whether each run's row has what it gave for the recorded figures, in columns called T01, T14a and so on (`skloki list targets`)")
    observables: Literal["all"] | list[str] = Field([], description="which figures that an archive could hold each run's row has, in columns called by their names (`skloki list observables`): all, or names, be it of a figure with all its scopes and spans")


class SmallestTable(Table):
    """The smallest effects of interest."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Positive]

    share: Positive | None = Field(None, description="of outcomes that lie between 0 and 1; default: every outcome's own (`skloki explain`)")
    relative: Positive = Field(0.05, description="of all others, or of those that have none of their own, as a part of the baseline's mean")

    @property
    def named(self) -> dict[str, float]:
        """By outcome: effects that are the smallest of interest."""
        return dict(self.__pydantic_extra__ or {})


class Calibrate(Table):
    """How worlds are made to agree with recorded figures (`skloki calibrate`); no sweep depends on it."""

    targets: Literal["all"] | list[str] = Field("all", description="recorded figures to agree with (`skloki list targets`): all that the model produces, or some by their names")
    exclude: list[str] = Field([], description="of these: left out, and only looked at afterwards")
    points: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(None, description="points of every later round; the first has those of `[design]`, which is the default")
    rounds: int = Field(4, ge=1, le=20, description="rounds at most; there are fewer where nothing changes any more")
    draws: int = Field(400, ge=10, le=100_000, description="draws of the ensemble, and points over the ranges that its effects are set beside")


class Page(Table):
    """What the page of the sweep shows; no run depends on it."""

    pictures: list[dict[str, str]] = Field([], description='what to draw, as for `skloki plot`: `{ kind = "surface", x = "r_f", y = "r_v" }`')
    where: dict[str, str] = Field({}, description='in words = a condition on the uncertainties, as in SQL: `"hardly any packing" = "pack < 0.1"`')
    queries: dict[str, str] = Field({}, description="what is asked besides: caption = a query, as for `skloki query`")
    option: str | None = Field(None, description="of the first lever: which its tables are about; default: the second")
    payments: bool = Field(False, description="whether the second lever leaves out pairs of terms, and what each option of the first pays for them is shown")
    apart: bool = Field(False, description="whether effects at each option of the second lever are set beside those at its first")


class ExperimentFile(Table):
    """An experiment as its file says it."""

    title: str = Field(min_length=1, max_length=120, description="the question in a line")
    why: str = Field("", description="why it is worth asking, and what would count against whom")
    scenario: str | list[str] = Field(description="the base: a scenario, or several laid over one another")
    set: dict[str, Any] = Field({}, description="tables of a scenario, laid over the base and over every lever's worlds")
    levers: dict[str, Lever] = Field({}, description="by name: what is crossed; the first option is the baseline")
    uncertainties: Uncertainties = Uncertainties()
    design: DesignTable
    run: RunTable = RunTable()
    keep: Keep = Keep()
    smallest: SmallestTable = SmallestTable()
    calibrate: Calibrate = Calibrate()
    page: Page = Page()


FORM = FileForm(
    ExperimentFile, "an experiment file", "an experiment file or the name of a shipped experiment", "experiments", "design",
    ExperimentFile.model_json_schema, placeholders={"title": "?", "scenario": [], "design": {"kind": "grid"}},
    entries=("levers", "uncertainties"),
)  # fmt: skip
"""The format of experiment files."""
OWN = frozenset(ExperimentFile.model_fields) - {"title", "why", "run"}
"""Tables by which an experiment file is told from a scenario."""


NOT_VARIED = {
    "period": "fields that leave the months alone: all runs of an experiment have the same",
    "run": "fields of a world: replicates and seed stand in [run] of the experiment",
    "title": "fields of a world: an experiment has its own title",
    "why": "fields of a world: an experiment has its own reasons",
    "extends": "fields of a world: scenarios that lie below stand in `scenario` or `worlds`",
}
"""Tables of a scenario that no lever and no uncertainty may set, and what they may set instead."""


@dataclass(frozen=True)
class LayeredFactor:
    """A factor, and where its settings stand in the file.

    Attributes
    ----------
    where
        Path of the factor.
    layers
        What each option lays over the base; of a number, its lowest and its highest value.
    """

    factor: Factor
    where: KeyPath
    layers: list[list[Layer]]

    def fields(self) -> Iterator[KeyPath]:
        """Yield the fields that it sets."""
        for layers in self.layers:
            for layer in layers:
                yield from (path for path, _ in leaves(layer.table))


@dataclass(frozen=True)
class Draft:
    """An experiment file that has been read.

    Attributes
    ----------
    own
        The file's tables, with their lines.
    file
        What is sound of them.
    base
        Layers of the scenario below, and last what ``[set]`` lays over them.
    table
        The base merged.
    scenario
        What the base comes to without any lever, as far as it goes: a lever may be what makes it whole.
    worlds
        By where they are named, what the worlds of levers and uncertainties lay over the base; none where a file
        could not be read.
    problems
        What is wrong with the file's own tables and with the scenarios.
    complete
        Whether the scenario below could be read.
    ensemble
        Out of which uncertainties are drawn, if one is named and could be read.
    """

    path: Path
    own: Layer
    file: ExperimentFile
    base: list[Layer]
    table: dict[str, Any]
    scenario: Scenario
    worlds: Mapping[KeyPath, list[Layer] | None]
    problems: list[Problem]
    complete: bool
    ensemble: Ensemble | None = None


def inline(own: Layer, root: KeyPath, table: dict[str, Any], single: KeyPath = ()) -> Layer:
    """Return tables that stand in an experiment file as a layer, wrong values noted and left out."""
    layer = Layer(own.label, table, own.lines, root, single, own.folder)
    SCENARIO.clean(layer)
    return layer


#: Each table of an experiment file: its model, and where it stands.
TABLES: dict[str, tuple[type[BaseModel], KeyPath]] = {
    "experiment": (ExperimentFile, ()),
    "lever": (Lever, ("levers", "NAME")),
    "uncertainties": (Uncertainties, ("uncertainties",)),
    "uncertainty": (Uncertainty, ("uncertainties", "NAME")),
    "design": (DesignTable, ("design",)),
    "run": (RunTable, ("run",)),
    "keep": (Keep, ("keep",)),
    "curves": (Curves, ("keep", "curves")),
    "smallest": (SmallestTable, ("smallest",)),
    "calibrate": (Calibrate, ("calibrate",)),
    "page": (Page, ("page",)),
}


def field_table(name: str) -> str:
    """Return a Markdown table of the document: the fields of one table of the format, or the designs."""
    if name == "designs":
        rows = ((f"`{name}`", kind.covers, kind.when) for name, kind in DESIGNS.items())
        return doc_tables.table("kind | points | when", rows)
    return doc_tables.fields_of(FORM, *TABLES[name])


def render(text: str) -> str:
    """Return a document with its generated tables made anew."""
    return doc_tables.render(text, field_table)


if __name__ == "__main__":
    doc_tables.rewrite(sys.argv[1], render)
