"""The tables of the record, each declared once: a new one is an entry here, and its file."""

from __future__ import annotations

from sim.data.columns import PROVENANCE, Column, Table, graded

# Terms under which the tables may be used and passed on; NOTICE-DATA.md says the same at length.
FACTS = "single facts and figures from the works named row by row; no text beyond short quotations"
JUDGEMENT = "facts from the works named row by row, and judgements made for this model"
CENSUS_1897 = (
    "CC BY-NC-SA 4.0 with obligatory citation: computed from Kessler & Markevich, Electronic Repository of Russian "
    "Historical Statistics (ristat.org), version I, 2020; the census of 1897 itself is in the public domain"
)
CENSUS_1926 = (
    "terms unsettled (CC BY 4.0 by one account, custom terms by another): check the record before passing on; cite "
    "Sablin et al. 2015, Transcultural Empire GIS, heiDATA doi:10.11588/data/10064"
)
MADDISON = "GDP per head: CC BY 4.0, Maddison Project Database 2020 (Bolt & van Zanden); other rows: " + FACTS
VDEM = "CC BY-SA 4.0: V-Dem version 14 (Coppedge et al. 2024), via xmarquez/democracyData; rows and columns selected"


# Tables of places: the guberniias of 1923 and the two censuses behind them.


def _percent(name: str, meaning: str, grade: str = "confidence", empty: bool = False) -> Column:
    return Column(name, "number", meaning, "per cent", 0, 100, empty=empty, grade=grade)


def _count(name: str, meaning: str, unit: str, grade: str = "confidence", empty: bool = False) -> Column:
    return Column(name, "integer", meaning, unit, 0, empty=empty, grade=grade)


def _flag(name: str, meaning: str, grade: str = "confidence") -> Column:
    return Column(name, "integer", meaning, "1 yes, 0 no", 0, 1, grade=grade)


def _of_1897(grade: str) -> tuple[Column, ...]:
    """Columns that two tables share: rates of the 1897 census, all ages."""
    return (
        _percent("lit_1897_all_pct", "literate people", grade),
        # Empty for the Kalmyks, whose steppe had no town.
        _percent("lit_1897_urban_pct", "literate people in towns", grade, empty=True),
        _percent("lit_1897_rural_pct", "literate people outside towns", grade),
        _percent("lit_1897_male_pct", "literate men and boys", grade),
        _percent("lit_1897_female_pct", "literate women and girls", grade),
        _percent("secondary_plus_1897_pct", "people with secondary or higher schooling", grade),
        Column("higher_edu_1897_per_1000", "number", "people with higher education", "per thousand", 0, 1000,
               grade=grade),
        Column("industry_output_1897_rub_pc", "number", "gross output of large industry without excise trades",
               "roubles a head", 0, grade=grade),
    )


_LITERACY_SHIFT = (
    "literate people in 1920: the rate of 1897 moved in log-odds by the change that Lenin, 'Pages from a Diary', "
    "prints for the region"
)

GUBERNIIA = Table(
    "guberniia", "a province-level party organisation of about 1922-23; 85 exist in 1923", ("name",), (
        Column("name", "text", "name of the organisation, as scenarios use it"),
        Column("alt_name", "text", "other names", empty=True),
        Column("polity", "text", "republic in 1923"),
        Column("region", "text", "region, as scenarios use it"),
        Column("unit_class", "text", "class of the model: a judgement guided by industry in 1897, later industrial "
               "history and national or frontier status", allowed=("capital", "industrial", "agrarian", "borderland"),
               grade="C"),
        Column("borderland_kind", "text", "national unit, land frontier with a foreign state, both, or neither (empty)",
               allowed=("national", "frontier", "both"), empty=True),
        _flag("exists_1923", "whether it exists in 1923"),
        Column("parent_1897", "text", "provinces of 1897 and the shares of their people assumed to fall in the unit",
               grade="C"),
        *_of_1897("lit_1897_confidence"),
        graded("lit_1897_confidence", "grade of what was computed from the census of 1897"),
        _percent("lit_1920_est_pct", _LITERACY_SHIFT, "lit_1920_confidence"),
        graded("lit_1920_confidence", "grade of lit_1920_est_pct"),
        _flag("lit_test_ok", "whether the mean of the parent provinces says something about this unit", "C"),
        Column("unit_1926", "text", "same or enclosing unit of units_1926, several separated by ';'", empty=True),
        _count("pop_1926", "population in December 1926", "persons", "pop_confidence"),
        _percent("urban_share_1926_pct", "urban share of it", "pop_confidence"),
        graded("pop_confidence", "grade of the population"),
        Column("lat", "number", "latitude of the party centre", "degrees", 35, 82),
        Column("lon", "number", "longitude of the party centre", "degrees", 19, 180),
        Column("dist_moscow_km", "integer", "great circle from the party centre to Moscow", "km", 0, 10000),
        _count("party_members_1923_low", "members and candidates, low guess: not a historical figure", "persons",
               "party_members_confidence"),
        _count("party_members_1923_high", "members and candidates, high guess: not a historical figure", "persons",
               "party_members_confidence"),
        graded("party_members_confidence", "grade of the two guesses"),
        _count("bolsheviks_feb1917_low", "Bolsheviks in February 1917, low figure", "persons",
               "bolsheviks_feb1917_confidence", empty=True),
        _count("bolsheviks_feb1917_high", "Bolsheviks in February 1917, high figure", "persons",
               "bolsheviks_feb1917_confidence", empty=True),
        graded("bolsheviks_feb1917_confidence", "grade of these", empty=True),
        *PROVENANCE), "mixed, per column",
    f"literacy, schooling, industry: {CENSUS_1897}; populations: {CENSUS_1926}; the rest: {JUDGEMENT}",
    "the committees: class, region, literacy, schooling, members, place on the map",
    (("party_members_1923_low", "party_members_1923_high"), ("bolsheviks_feb1917_low", "bolsheviks_feb1917_high")),
)

GUBERNIIA_1897 = Table(
    "guberniia_1897", "a province of the census of 1897; 71 lie on Soviet territory of 1923", ("name",), (
        Column("name", "text", "name of the province"),
        Column("name_ru", "text", "Russian name"),
        Column("macroregion_1897", "text", "part of the empire",
               allowed=("European Russia", "Caucasus", "Siberia", "Central Asia", "Poland")),
        _flag("in_ussr_1923", "whether it lies on Soviet territory of 1923"),
        _count("pop_1897", "population", "persons"),
        _percent("urban_share_1897_pct", "urban share of it"),
        *_of_1897("confidence"),
        _count("secondary_plus_1897_n", "people with secondary or higher schooling", "persons"),
        Column("capital_lat", "number", "latitude of the seat", "degrees", 35, 82),
        Column("capital_lon", "number", "longitude of the seat", "degrees", 17, 180),
        Column("dist_moscow_km", "integer", "great circle from the seat to Moscow", "km", 0, 10000),
        *PROVENANCE), "A (Astrakhan B)", CENSUS_1897,
    "behind guberniia: literacy, schooling, industry; targets T12 and T13", (("secondary_plus_1897_n", "pop_1897"),),
)

UNITS_1926 = Table(
    "units_1926", "a guberniia, krai or republic of the census of December 1926; 11 are nested in others", ("name",), (
        Column("name", "text", "name of the unit"),
        Column("name_ru", "text", "Russian name"),
        _count("area_km2", "area", "square kilometres"),
        _count("pop_1926", "population of both sexes", "persons"),
        _count("urban_pop_1926", "urban population", "persons"),
        _percent("urban_share_1926_pct", "urban share"),
        _percent("russian_share_1926_pct", "share of Russians"),
        Column("nested_in", "text", "unit that already counts it: leave out of sums", empty=True),
        *PROVENANCE), "A", CENSUS_1926,
    "behind guberniia: population and urban share", (("urban_pop_1926", "pop_1926"),),
)


# Tables of the party: its members, offices, elections and conflicts, and the targets taken from them.


def _figures(empty: bool, skip: tuple[str, ...] = ()) -> tuple[Column, ...]:
    """Declare a figure with its plausible range and the unit of all three."""
    unit = "in column unit"
    return (
        Column("value", "number", "the figure", unit, 0, empty=empty, skip=skip),
        Column("low", "number", "low end of the plausible range", unit, 0, empty=True),
        Column("high", "number", "high end of the plausible range", unit, 0, empty=True),
        Column("unit", "text", "unit of the figure"),
    )


def _persons(name: str, meaning: str, low: int = 0) -> Column:
    return Column(name, "integer", meaning, "persons", low, 5_000_000, empty=True)


APPOINTMENTS = Table(
    "appointments", "a period and an indicator", ("period_start", "indicator", "level"), (
        Column("period_start", "month", "first month", low=1917, high=1939),
        Column("period_end", "month", "last month", low=1917, high=1939),
        Column("indicator", "text", "what is measured"),
        Column("level", "text", "whom it concerns"),
        *_figures(empty=True),
        *PROVENANCE), "A core, B and C around it", FACTS,
    "the centre's capacity, rates of removal, officials among delegates; targets T01 to T09, T16, T17, T24 to T30, T33",
    (("low", "value", "high"), ("period_start", "period_end")),
)

PARTY_MEMBERSHIP = Table(
    "party_membership", "a date", ("date",), (
        Column("date", "day", "day, new style; for a congress its first day", low=1917, high=1939),
        Column("year", "integer", "year", "year", 1917, 1939),
        Column("kind", "text", "stock on 1 January, at a congress or on another day, or a flow: never mix them",
               allowed=("jan1", "congress", "event", "flow")),
        _persons("members", "full members"),
        _persons("candidates", "candidates"),
        _persons("total", "both; negative where a flow is a loss", -5_000_000),
        _persons("low", "low end of the plausible range of total", -5_000_000),
        _persons("high", "high end of the plausible range of total", -5_000_000),
        *PROVENANCE), "B, some A", FACTS, "the members series; size of levies; target T10", (("low", "total", "high"),),
)

PARTY_EDUCATION = Table(
    "party_education", "a year, a group and an indicator", ("year", "group", "indicator"), (
        Column("year", "integer", "year", "year", 1890, 1939),
        Column("group", "text", "who is counted"),
        Column("indicator", "text", "what is measured"),
        # One figure is a date of joining and not a number.
        *_figures(empty=False, skip=("Oct 1917",)),
        *PROVENANCE), "B, some A and C", FACTS, "literacy of members at the start; target T11",
)

ELECTIONS_QUALITY = Table(
    "elections_quality", "a date, a place and an indicator", ("date", "place", "indicator"), (
        Column("date", "period", "when", low=1917, high=1939),
        Column("place", "text", "where"),
        Column("indicator", "text", "what is measured"),
        *_figures(empty=True),
        *PROVENANCE), "A and B", FACTS,
    "opposition share at each tier of the conferences of 1923-24: target T14; targets T21, T23",
)

SKLOKI_CASES = Table(
    "skloki_cases", "a documented local conflict; a list of cases, not a census", ("guberniia", "year"), (
        Column("guberniia", "text", "organisation of table guberniia, or a regional body (see note)"),
        Column("year", "integer", "year", "year", 1917, 1939),
        Column("type", "text", "what it was about"),
        Column("outcome", "text", "how it ended", empty=True),
        *PROVENANCE), "A and B", FACTS, "which kinds of friction the model has, never how frequent they are", (),
)

DEMOCRACY_EVENTS = Table(
    "democracy_events", "a dated change of institutions", ("date", "event"), (
        Column("date", "day", "day of adoption, or the last day of the meeting, new style", low=1917, high=1939,
               grade="B"),
        Column("event", "text", "what happened"),
        Column("sphere", "text", "party or state", allowed=("party", "state")),
        Column("direction", "integer", "towards election and open debate (1), away (-1), ambivalent (0)", "", -1, 1),
        Column("weight", "number", "importance, a judgement", "share", 0, 1, grade="C"),
        Column("mechanism", "text", "how it acted"),
        *PROVENANCE), "A and B, weights C", JUDGEMENT, "the dated course of policy; marks in pictures", (),
)

CALIBRATION_TARGETS = Table(
    "calibration_targets", "a recorded figure with the band that a model should meet", ("id",), (
        Column("id", "text", "short name"),
        Column("name", "text", "long name"),
        Column("description", "text", "what is measured"),
        Column("value", "number", "the recorded figure", "in description", 0),
        Column("low", "number", "low end of the band", "in description", 0),
        Column("high", "number", "high end of the band", "in description", 0),
        Column("period", "text", "when"),
        Column("count", "integer", "of a rate: the events behind it", "events", 0, empty=True),
        Column("exposure", "number", "of a rate: what they were counted over", "post-years", 0, empty=True),
        *PROVENANCE), "A, B, C", JUDGEMENT, "what a run is compared with",
)


# Tables of the country: its economy, and the threats to the regime.

ECONOMY = Table(
    "economy", "a year and an indicator", ("year", "indicator"), (
        Column("year", "integer", "calendar year, or economic year in some editions (see note)", "year", 1890, 1945),
        Column("indicator", "text", "what is measured"),
        *_figures(empty=False),
        *PROVENANCE), "A (GDP) and B", MADDISON, "start of the recovery; targets T18 to T20, T31, T32",
)


def _severity(name: str, meaning: str) -> Column:
    return Column(name, "number", meaning + "; negative for a relief", "severity", -1, 1, grade="C")


THREAT = Table(
    "threat", "a dated event that threatened or relieved the regime", ("start", "event"), (
        Column("start", "day", "first day, new style", low=1917, high=1930, grade="B"),
        Column("end", "day", "last day, new style", low=1917, high=1930, grade="B"),
        Column("event", "text", "what happened"),
        Column("kind", "text", "kind of event", allowed=("external", "internal", "economic", "relief")),
        _severity("severity_objective", "what a well-informed outsider with hindsight would say"),
        _severity("severity_perceived", "what leaders said and did at the time"),
        *PROVENANCE), "dates B, severities C", JUDGEMENT,
    "behind threat_index; dates of famines, crises and disputes in scenarios", (("start", "end"),),
)


def _index(name: str, meaning: str) -> Column:
    return Column(name, "number", meaning, "share", 0, 1, grade="C")


THREAT_INDEX = Table(
    "threat_index", "a quarter, 1917 Q4 to 1929 Q4", ("year", "quarter"), (
        Column("year", "integer", "year", "year", 1917, 1939),
        Column("quarter", "integer", "quarter", "quarter", 1, 4),
        _index("external_objective", "external threat, with hindsight"),
        _index("internal_objective", "internal threat, with hindsight"),
        _index("economic_objective", "economic crisis, with hindsight; 0 in 1917 Q4 only because no event is listed"),
        _index("external_perceived", "external threat as leaders saw it"),
        _index("internal_perceived", "internal threat as leaders saw it"),
        _index("economic_perceived", "economic crisis as leaders saw it; 0 in 1917 Q4 only because none is listed"),
        _index("combined_objective", "the three together, with hindsight"),
        _index("combined_perceived", "the three together, as leaders saw them"),
        *PROVENANCE), "C", JUDGEMENT, "the threat series", (),
)


# Tables of other countries: how democracy was suspended in the war, and how it came back.


def _vdem(name: str, meaning: str) -> tuple[Column, ...]:
    """Declare an index of V-Dem with its 68 per cent credible bounds."""
    return (
        Column(name, "number", meaning, "index", 0, 1),
        Column(f"{name}_codelow", "number", f"low bound of {name}", "index", 0, 1),
        Column(f"{name}_codehigh", "number", f"high bound of {name}", "index", 0, 1),
    )


def _ordered(name: str) -> tuple[str, str, str]:
    return f"{name}_codelow", name, f"{name}_codehigh"


COMPARATORS = Table(
    "comparators", "a country and a year, 1910 to 1930: the four of target T22, and Russia", ("country", "year"), (
        Column("country", "text", "country"),
        Column("iso3", "text", "its code"),
        Column("year", "integer", "year", "year", 1900, 1940),
        *_vdem("v2x_polyarchy", "electoral democracy of the country, not of a ruling party"),
        *_vdem("v2x_libdem", "liberal democracy of the country, not of a ruling party"),
        *PROVENANCE), "A", VDEM, "target T22", (_ordered("v2x_polyarchy"), _ordered("v2x_libdem")),
)

COMPARATORS_EVENTS = Table(
    "comparators_events", "a dated suspension, restoration or breakdown of democracy", ("country", "date", "event"), (
        Column("country", "text", "country"),
        Column("date", "day", "day, new style", low=1914, high=1940),
        Column("kind", "text", "kind of event",
               allowed=("suspension", "restoration", "extension", "breakdown", "event")),
        Column("event", "text", "what happened"),
        *PROVENANCE), "B", FACTS, "how long a country's passage to peace took: threat.peace.passage of scenarios", (),
)

TABLES: tuple[Table, ...] = (
    GUBERNIIA, GUBERNIIA_1897, UNITS_1926, APPOINTMENTS, PARTY_MEMBERSHIP, PARTY_EDUCATION, ELECTIONS_QUALITY,
    SKLOKI_CASES, DEMOCRACY_EVENTS, CALIBRATION_TARGETS, ECONOMY, THREAT, THREAT_INDEX, COMPARATORS, COMPARATORS_EVENTS,
)
