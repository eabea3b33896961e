"""What a scenario file may say: one pydantic model per table of the file.

The models refuse unknown keys and do not convert types (``"240"`` is not ``240``). Units are in
the descriptions, which the JSON schema for editors repeats.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)  # fmt: skip

from sim.data.tables import passage
from sim.registry.entries import CLASSES, SCOPES
from sim.registry.versions import variant_defaults

FIRST_MONTH = "1918-01"
LAST_MONTH = "1989-12"


def month_number(month: str) -> int:
    """Return the month counted from January of year 0."""
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def month_name(number: int) -> str:
    """Return a counted month as ``YYYY-MM``."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _month(value: str) -> str:
    if not FIRST_MONTH <= value <= LAST_MONTH:
        raise ValueError(f"a month from {FIRST_MONTH} to {LAST_MONTH}")
    return value


Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$"), AfterValidator(_month)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Class = Literal["capital", "industrial", "agrarian", "borderland"]
Scope = Literal["nation", "capital", "industrial", "agrarian", "borderland"]
Rule = Literal["recorded", "share", "election", "appointment", "readiness", "endogenous"]
assert Class.__args__ == CLASSES and Scope.__args__ == SCOPES  # type: ignore[attr-defined]


class Table(BaseModel):
    """A table of the file: unknown keys are refused, types are not converted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """Return a table of its own: pydantic asks for one of each default, which is soonest made anew.

        Tables are frozen: what was put into a list of a default by hand is not copied.
        """
        return super().__deepcopy__(memo) if self.model_fields_set else type(self)()


def _in_order(dated: Any) -> Any:
    if dated.end is not None and dated.end < dated.start:
        raise ValueError(f"end must not lie before start ({dated.start})")
    return dated


class Period(Table):
    """First and last month."""

    start: Month = Field("1921-01", description="first month")
    end: Month = Field("1929-12", description="last month")

    _ordered = model_validator(mode="after")(_in_order)


class Committee(Table):
    """A committee of one's own: a row of the table that ``tree.table`` names."""

    name: str = Field(min_length=1, max_length=60, description="how it is called, each once")
    superior: str = Field("", description="name of the committee it is under; empty: under the centre itself, as a guberniia is")
    unit_class: Class | None = Field(None, description="class, by which results are told apart; needed under the centre, elsewhere that of the superior")
    region: str = Field("", description="region, by which a famine can be limited; elsewhere than under the centre that of the superior")
    literacy: Share = Field(description="share of members able to follow and judge written policy at the start")
    schooling: float = Field(0.89, ge=0.01, le=100, allow_inf_nan=False, description="people with secondary or higher schooling around it, per cent, from which the skill of trained people follows; 0.89: the median guberniia's of 1897")
    members: Annotated[int, Field(ge=1, le=10**9)] | None = Field(None, description="members and candidates at the start, persons, those of its inferiors included; needed under the centre, elsewhere an equal part of the superior's")
    bench: Annotated[int, Field(ge=1, le=30)] | None = Field(None, description="places on its bench, persons; default: tree.bench, tree.uezd_bench")
    source: str = Field("", description="where the row comes from")


class Tree(Table):
    """Who is in the world: real guberniias of 1923, with or without uezds, a synthetic tree, or a table of one's own."""

    kind: Literal["real", "synthetic", "table"] = Field("real", description="guberniias of 1923, made-up places, or those of a table; default where a table is named: that")
    only: list[str] = Field([], description="real: names of the guberniias to keep; empty for all 85")
    uezds: int = Field(650, ge=0, le=100_000, description="real: number of uezds over all guberniias; 0 for none")
    guberniias: int = Field(12, ge=1, le=100_000, description="synthetic: number of guberniias")
    uezds_each: int = Field(0, ge=0, le=200, description="synthetic: uezds per guberniia")
    alike: bool = Field(False, description="synthetic: no differences of literacy, schooling or class between places")
    bench: int = Field(5, ge=1, le=30, description="places on a guberniia's bench, persons")
    uezd_bench: int = Field(3, ge=1, le=30, description="places on an uezd's bench, persons")
    outsiders: Share = Field(0.0, description="share of the first officials who are from elsewhere, by lot")
    appointed: Share | None = Field(None, description="share of the first secretaries who were appointed, by lot; default: claims at the start")
    skill_shift: float = Field(0.0, ge=-0.4, le=0.5, allow_inf_nan=False, description="added to mean skill everywhere, skill")
    literacy_floor: Share = Field(0.0, description="members' literacy at the start is at least this")
    places: list[Committee] = Field([], max_length=100_000, description="table: the rows themselves, in place of a file; what is stored has them")

    names: dict[Scope, Annotated[str, Field(min_length=1, max_length=24)]] = Field({}, description="what the whole and its classes are called in pictures and answers, if not nation, capitals, ...")

    @model_serializer(mode="wrap")
    def _without_own(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Leave rows and names out where there are none: what was stored before there were any stays as it is."""
        found = handler(self)
        for name in ("places", "names"):
            if not found[name]:
                del found[name]
        return found

    @property
    def units(self) -> list[tuple[Committee, list[Committee]]]:
        """The rows of places that stand under the centre itself, each with those under it, in the order written."""
        under: dict[str, list[Committee]] = {row.name: [] for row in self.places if not row.superior}
        for row in (row for row in self.places if row.superior):
            under[row.superior].append(row)
        return [(row, under[row.name]) for row in self.places if not row.superior]


class Policy(Table):
    """How posts are filled."""

    rule: Rule = Field("recorded", description="who fills vacancies: see docs/scenarios.md")
    share: Share | None = Field(None, description="rule share: vacancies that the superior body claims")
    start: Share | None = Field(None, description="rule endogenous: claims at the start")
    literacy_at_least: Share = Field(0.5, description="rule readiness: elect where literacy reaches this ...")
    bench_at_least: Share = Field(0.35, description="... and the bench's skill, filled places counted, reaches this")
    uezds: Literal["follow", "election", "appointment"] = Field("follow", description="rule in uezds: as in their guberniia, or fixed")
    recall: bool | None = Field(None, description="whether the centre sends secretaries down and transfers them laterally; default: unless the rule is election")
    changes: dict[str, Change] = Field({}, description="dated switches and exceptions; later dates win, then later entries")


class Change(Table):
    """A switch of rule from a date on, everywhere or for some classes or places."""

    date: Month | None = Field(None, description="first month; default: from the start")
    until: Month | None = Field(None, description="last month; default: to the end")
    rule: Rule = Field(description="the rule from then on")
    share: Share | None = Field(None, description="rule share: vacancies that the superior body claims")
    classes: list[Class] = Field([], description="classes of guberniia concerned; with places also empty: everywhere")
    places: list[str] = Field([], description="names of guberniias; their uezds follow")
    recall: bool | None = Field(None, description="as in [policy], from then on")
    enabled: bool = Field(True, description="false: the change is left out")


class Peace(Table):
    """A passage to peace: threat falls in a straight line to a level, which is assumed, and stays there."""

    passage: Literal["germany", "britain", "france", "italy"] | None = Field(
        None, description="whose passage of comparators_events.csv: from the armistice to the last recorded restoration"
    )
    begin: Month | None = Field(None, description="month in which the passage begins; default: that of passage")
    months: Annotated[int, Field(ge=1, le=240)] | None = Field(
        None, description="duration of the passage, months; default: that of passage"
    )
    objective: Share = Field(0.1, description="objective threat in peace")
    perceived: Share = Field(0.1, description="perceived threat in peace")
    economic: Share = Field(0.0, description="economic component, which feeds news about the national error")

    @property
    def dates(self) -> tuple[int, int]:
        """Number of the month in which the passage begins, and its length in months."""
        first, last = (self.begin, self.begin) if self.passage is None else passage(self.passage)
        begin = month_number(str(self.begin or first))
        return begin, self.months or month_number(str(last)) - month_number(str(first))


class Threat(Table):
    """The threat series, objective and perceived, and what replaces them."""

    series: Literal["recorded", "constant", "custom"] = Field(
        "recorded", description="the index of threat_index.csv, one level, or a series of one's own"
    )
    objective: Share | None = Field(None, description="series constant: the level")
    perceived: Share | None = Field(None, description="series constant: the level")
    custom: dict[Month, Annotated[tuple[Share, Share], Field(strict=False)]] = Field(
        {}, description="series custom: month = [objective, perceived]; straight lines between"
    )
    peace: Peace | None = Field(None, description="a passage to peace, laid over the series")
    shift: float = Field(0.0, ge=-1, le=1, allow_inf_nan=False, description="added to both series, then bounded to 0..1")


class Event(Table):
    """A dated event."""

    kind: Literal["levy", "dispute", "famine", "congress", "conference", "policy_error"] = Field(
        description="what happens; of congresses and conferences only the start matters"
    )
    start: Month = Field(description="first month")
    end: Month | None = Field(None, description="last month; default: the first")
    size: float = Field(1.0, ge=-0.9, le=5, allow_inf_nan=False, description=(
        "levy: members added, as a share of those at its start, spread over its months (negative: a purge); "
        "dispute, famine: strength 0..1; policy_error: national error added, spread over its months"))
    classes: list[Class] = Field([], description="famine: classes of guberniia that it strikes")
    regions: list[str] = Field([], description="famine: regions that it strikes, as in guberniia.csv")
    places: list[str] = Field([], description="famine: guberniias that it strikes; if nothing is named, all")
    source: str = Field("", description="where date and size come from")
    enabled: bool = Field(True, description="false: the event is left out")

    _ordered = model_validator(mode="after")(_in_order)


class Options(Table):
    """Readings that the sources leave open; docs/ODD.md says what each decides."""

    order: Literal["need", "random"] = Field("need", description="which opening the centre serves first")
    capacity: Annotated[float, Field(ge=0, allow_inf_nan=False)] | Literal["recorded", "unlimited"] = Field(
        "recorded", description="guberniia seats the centre can fill a month")
    conference_capacity: Annotated[float, Field(ge=0, allow_inf_nan=False)] | Literal["unlimited"] = Field(
        "unlimited", description="guberniia seats that conferences can fill a month, over the nation")
    twins: Literal["own", "equal"] = Field("own", description="values of parameters that are twins: each its own, or the second of a pair takes the first's")


class Run(Table):
    """How often, and from which seed."""

    replicates: int = Field(10, ge=1, le=1_000_000, description="runs that differ only by chance")
    seed: int = Field(1921, ge=0, le=2**63 - 1, description="from which every draw is addressed")
    committees: bool = Field(False, description="also store every committee's state each month")


class Scenario(Table):
    """A world: everything that a run depends on."""

    title: str = Field(min_length=1, max_length=120, description="the world in a line; not inherited")
    why: str = Field("", description="why this world is worth looking at; not inherited")
    period: Period = Period()
    tree: Tree = Tree()
    policy: Policy = Policy()
    threat: Threat = Threat()
    events: dict[str, Event] = {}
    defaults: Literal["0.2", "0.1"] = Field("0.2", description="version whose defaults and readings hold where nothing else is said; 0.1: printed figures of the first version can be made again")
    variants: dict[str, str] = Field({}, description="variant = its reading")
    mechanisms: dict[str, bool] = Field({}, description="mechanism = false switches it off")
    parameters: dict[str, Annotated[float, Field(allow_inf_nan=False)]] = Field({}, description="overrides of defaults")
    options: Options = Options()
    run: Run = Run()

    def with_run(self, **settings: Any) -> Scenario:
        """Return the scenario with other settings of ``[run]``, which are not looked at."""
        return self.model_copy(update={"run": self.run.model_copy(update=settings)})


def months_of(scenario: Scenario) -> list[str]:
    """Return the names of the scenario's months."""
    first, last = month_number(scenario.period.start), month_number(scenario.period.end)
    return [month_name(number) for number in range(first, last + 1)]


def readings(scenario: Scenario) -> dict[str, str]:
    """Return the reading of every variant by name: the version's default, or what the scenario says."""
    return variant_defaults(scenario.defaults) | scenario.variants


Policy.model_rebuild()
Scenario.model_rebuild()
