"""Tables of places: the guberniias of 1923 and the two censuses behind them."""

from __future__ import annotations

from sim.data.catalogue.terms import CENSUS_1897, CENSUS_1926, JUDGEMENT
from sim.data.columns import PROVENANCE, Column, Table, graded


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
    "guberniia",
    "a province-level party organisation of about 1922-23; 85 exist in 1923",
    ("name",),
    (
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
        *PROVENANCE,
    ),
    "mixed, per column",
    f"literacy, schooling, industry: {CENSUS_1897}; populations: {CENSUS_1926}; the rest: {JUDGEMENT}",
    "the committees: class, region, literacy, schooling, members, place on the map",
    (("party_members_1923_low", "party_members_1923_high"), ("bolsheviks_feb1917_low", "bolsheviks_feb1917_high")),
)

GUBERNIIA_1897 = Table(
    "guberniia_1897",
    "a province of the census of 1897; 71 lie on Soviet territory of 1923",
    ("name",),
    (
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
        *PROVENANCE,
    ),
    "A (Astrakhan B)",
    CENSUS_1897,
    "behind guberniia: literacy, schooling, industry; targets T12 and T13",
    (("secondary_plus_1897_n", "pop_1897"),),
)

UNITS_1926 = Table(
    "units_1926",
    "a guberniia, krai or republic of the census of December 1926; 11 are nested in others",
    ("name",),
    (
        Column("name", "text", "name of the unit"),
        Column("name_ru", "text", "Russian name"),
        _count("area_km2", "area", "square kilometres"),
        _count("pop_1926", "population of both sexes", "persons"),
        _count("urban_pop_1926", "urban population", "persons"),
        _percent("urban_share_1926_pct", "urban share"),
        _percent("russian_share_1926_pct", "share of Russians"),
        Column("nested_in", "text", "unit that already counts it: leave out of sums", empty=True),
        *PROVENANCE,
    ),
    "A",
    CENSUS_1926,
    "behind guberniia: population and urban share",
    (("urban_pop_1926", "pop_1926"),),
)

PLACES = (GUBERNIIA, GUBERNIIA_1897, UNITS_1926)
