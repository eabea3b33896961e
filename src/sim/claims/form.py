"""What a claim file may say, one pydantic model per table.

A claim is added by adding a file: to ``experiments/claims``, or to a folder ``claims`` of one that SKLOKI_PATH names.
``python -m sim.claims.form docs/claims.md`` rewrites the tables of that document.
"""

from __future__ import annotations

import sys
from typing import Any, Literal

from pydantic import BaseModel, Field

from sim.claims import expressions
from sim.claims.verbs import Claimed
from sim.experiment.schema import Positive, Scope
from sim.scenario import doc_tables
from sim.scenario.file_form import FileForm
from sim.scenario.layers import KeyPath
from sim.scenario.schema import Month, Table

Kind = Literal["tested", "by construction", "untestable"]
Over = Literal["prior", "calibrated", "documented", "rivals"]
POPULATIONS: list[Over] = ["prior", "calibrated", "documented", "rivals"]
BASE = "historical"
"""The scenario over which the worlds of claims are laid, where a population has no other."""
USUAL = "1923-12:1926-11"
"""The horizon that is meant where none is named: 36 months from December 1923."""
REPLICATES = 2


class Term(Table):
    """A quantity that has a name in the expression."""

    world: str = Field(description="in which world: a name in [worlds]")
    outcome: str | None = Field(None, description="of what; default: the estimand's outcome")
    scopes: list[Scope] | None = Field(None, min_length=1, description="where; default: the estimand's scopes")
    horizon: str | None = Field(None, description="when; default: the estimand's horizon")


class EstimandTable(Table):
    """A number of every draw, and what is claimed of it."""

    words: str = Field("", description="what it is, in a few words")
    value: str = Field(min_length=1, description=f"an expression: {expressions.WORDS}. A world stands for the outcome in it")
    outcome: str | None = Field(None, description="an outcome (`skloki list outcomes`); needed unless every name is a term with one of its own, or figures are scored")
    scopes: list[Scope] = Field(["nation"], min_length=1, description="the nation, or classes: of several the mean over their places")
    horizon: str | None = Field(None, description='month "YYYY-MM", or mean of a span "YYYY-MM:YYYY-MM"; default: the claim\'s')
    claimed: Claimed = Field(description="what is claimed: see below")
    smallest: Positive | None = Field(None, description="the smallest effect of interest; default: the outcome's own (`skloki explain`)")
    unit: str = Field("", description="in what; default: the outcome's unit")
    low: float | None = Field(None, allow_inf_nan=False, description="between: from")
    high: float | None = Field(None, allow_inf_nan=False, description="between: to")
    signs: dict[str, Literal["+", "-"]] = Field({}, description="signs: of the slopes over draws of the value on these terms")
    figures: list[str] = Field([], description="likelier, not needed: recorded figures (`skloki list targets`) by which worlds are scored; a world then stands for the logarithm of its evidence")
    planted: str | None = Field(None, description="not needed: a world; only if records made in it would have shown a difference of 2 is anything said")
    shown: bool = Field(False, description="whether it is only shown, and has no part in a verdict to which all are needed")
    terms: dict[str, Term] = Field({}, description="names in the expression that are no worlds")


class ClaimFile(Table):
    """A claim as its file says it."""

    id: str = Field(min_length=1, max_length=12, description="by which it is asked for, such as 22a: letters and digits, with which the file's name begins")
    claim: str = Field(min_length=1, max_length=400, description="what is claimed, in own words")
    place: str = Field(min_length=1, description="where it is claimed")
    mechanism: str = Field("", description="by what it is said to come about")
    rival: str = Field("", description="who or what says otherwise")
    contrast: str = Field("", description="the contrast in words")
    kind: Kind = Field("tested", description="tested; by construction: size only; untestable: not asked, with the reason")
    reason: str = Field("", description="by construction, untestable: why")
    all: bool = Field(False, description="whether all estimands must hold; otherwise the first decides, and the others are shown")
    horizon: str = Field(USUAL, description="of estimands that name none")
    replicates: int = Field(REPLICATES, ge=1, le=1000, description="runs of each draw in each world that differ only by chance")
    populations: list[Over] = Field(POPULATIONS, min_length=1, description="over which draws it is asked")
    end: Month | None = Field(None, description="last month of the runs; default: December of the last horizon's year, 1926 at least, 1929 where figures are scored")
    start: Month | None = Field(None, description="first month of the runs; default: the base scenario's")
    set: dict[str, Any] = Field({}, description="tables of a scenario, laid over the base in all worlds")
    worlds: dict[str, dict[str, Any]] = Field({}, description="by name: tables of a scenario, laid over the base; `scenario = \"election\"` lays a scenario first")
    estimands: dict[str, EstimandTable] = Field({}, description="by name: what is reckoned; the first decides")
    grid: list[str] = Field([], description="mechanisms for the knock-out and rescue grid (`skloki claims --grid`)")
    supports: list[str] = Field([], description="claims that it is a reason for, by id")
    attacks: list[str] = Field([], description="claims that it is a reason against, by id")


FORM = FileForm(
    ClaimFile, "a claim file", "a claim file, or the id of a claim (skloki list claims)", "experiments/claims", "",
    ClaimFile.model_json_schema, placeholders={"id": "0", "claim": "?", "place": "?"}, entries=("estimands",),
)  # fmt: skip
"""The format of claim files."""
TABLES: dict[str, tuple[type[BaseModel], KeyPath]] = {
    "claim": (ClaimFile, ()),
    "estimand": (EstimandTable, ("estimands", "NAME")),
    "term": (Term, ("estimands", "NAME", "terms", "NAME")),
}
"""Each table of a claim file: its model, and where it stands."""


def field_table(name: str) -> str:
    """Return a Markdown table of the document: the fields of one table of the format."""
    return doc_tables.fields_of(FORM, *TABLES[name])


def render(text: str) -> str:
    """Return a document with its generated tables made anew."""
    return doc_tables.render(text, field_table)


if __name__ == "__main__":
    doc_tables.rewrite(sys.argv[1], render)
