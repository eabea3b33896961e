"""The observables: figures that an archive could hold and nobody has published, each a number of one run.

An observable is a *figure* (what would be counted) of a scope and a span. What a *contrast* compares, it compares
within classes of guberniia, month by month: classes differ in much that has nothing to do with it. How each is read
from a run stands in `sim.analysis.observables`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from sim.registry.entries import CLASSES, by_name

Kind = Literal["national", "class", "contrast"]


@dataclass(frozen=True)
class Observable:
    """A figure that an archive could hold.

    Attributes
    ----------
    name
        The figure's name, with its scope and its span: also its column in the store.
    figure
        What is counted: a name out of `sim.analysis.observables.FIGURES`.
    unit, meaning
        Its unit, and what a historian would count.
    kind
        Of the nation, of a class, or a contrast within classes.
    scope
        The nation or a class; a contrast of the nation is within each class, and all taken together.
    first, last
        The months that it covers, ``YYYY-MM``.
    reliability
        Which share of the differences between figures found in archives would be differences between worlds, and
        not errors of the record.
    reason
        Why that is expected.
    where
        Where an archive may hold it.
    """

    name: str
    figure: str
    unit: str
    meaning: str
    kind: Kind
    scope: str
    first: str
    last: str
    reliability: float
    reason: str
    where: str

    @property
    def period(self) -> str:
        """The months that it covers, in short."""
        return self.first if self.first == self.last else f"{self.first} to {self.last}"


#: Until the question of December 1923, and from it to the end of the three years that are asked about.
BEFORE, AFTER = ("1922-01", "1923-11"), ("1924-01", "1926-11")
SPANS: Mapping[str, tuple[str, str]] = {
    "1921": ("1921-01", "1921-12"), "1922": ("1922-01", "1922-12"), "1923": ("1923-01", "1923-11"),
    "1924": ("1924-01", "1924-12"), "1925": ("1925-01", "1925-12"), "1926": ("1926-01", "1926-11"),
    "1922_23": BEFORE, "1924_26": AFTER, "1921_22": ("1921-01", "1922-12"), "1922_26": ("1922-01", "1926-11"),
    "dec_1922": ("1922-12", "1922-12"), "dec_1923": ("1923-12", "1923-12"), "dec_1925": ("1925-12", "1925-12"),
    "jan_1924": ("1923-12", "1924-01"), "1927_29": ("1927-01", "1929-12"),
}  # fmt: skip
"""Spans by the ends of names."""
PROVINCES = ("industrial", "agrarian", "borderland")

_LISTS = (
    "lists of secretaries (handbook of party organisations, 1898-1991; provincial party archives: protocols of gubkom "
    "plenums and conferences), and for who proposed them RGASPI f. 17, op. 69 (files of the cadre department)"
)
_HEARD = (
    "RGASPI f. 17: decisions of the Orgburo and the Secretariat on conflicts; RGASPI f. 613 (Central Control "
    "Commission); provincial party archives: protocols of gubkoms and control commissions"
)
_RESULTS = (
    "collection of the tax in kind and the single agricultural tax, and grain deliveries, by guberniia: reports of the "
    "people's commissariats of food and of finance; gubkom and ispolkom reports to the CC (RGASPI f. 17); for how the "
    "secretary came in, " + _LISTS
)
_INDUSTRY = (
    "output of large industry by guberniia: RGAE f. 1562 (Central Statistical Administration), printed yearbooks, "
    "reports of gubsovnarkhozes; for how the secretary came in, " + _LISTS
)
_VOTES = (
    "resolutions and votes of uezd, raion and guberniia conferences, December 1923 and January 1924: local newspapers, "
    "provincial party archives, Pravda's tables for Moscow"
)
_CADRES = "RGASPI f. 17, op. 69 (files of the cadre department); registers of cadres in provincial party archives"
_UEZDS = "surveys of uezd secretaries by the cadre department, RGASPI f. 17, op. 69; provincial party archives"
_APPOINTED = "whether a man was appointed or recommended and then elected has no sharp border"
_HARVEST = "harvest, quotas and the state's own reckoning move results too, and " + _APPOINTED
_NOISED = "harvest, quotas and the state's own reckoning move results too"
_SKLOKI = "an archive holds the conflicts that somebody complained of"
_DATES = "dates of taking office are certain, lists have gaps"


def _family(
    figure: str, unit: str, meaning: str, kind: Kind, spans: str, reliability: float, reason: str, where: str,
    scopes: tuple[str, ...] = ("nation",),
) -> Iterator[Observable]:  # fmt: skip
    """Yield a figure of every scope and span."""
    for scope in scopes:
        for span in spans.split():
            name = "_".join([figure, *([scope] if scope != "nation" else []), span])
            of = {"contrast": f"; in {scope} places", "class": f", {scope} places"}.get(kind, "")
            yield Observable(
                name, figure, unit, meaning + (of if scope != "nation" else ""),
                "national" if kind == "class" and scope == "nation" else kind, scope, *SPANS[span],
                reliability, reason, where,
            )  # fmt: skip


NATION = ("nation",)
ALL, WITHIN = (*NATION, *CLASSES), (*NATION, *PROVINCES)
"""Scopes of what is counted everywhere; and of contrasts: two capitals are too few to compare within them."""

OBSERVABLES: Mapping[str, Observable] = by_name(
    # By how the secretary came in, on the same months and within a class.
    *_family("results_appointed_ahead", "share", "plans met (tax in kind, grain): places with appointed less "
             "places with elected secretaries, within class", "contrast", "1922_23 1924_26", 0.5, _HARVEST, _RESULTS,
             WITHIN),
    *_family("industry_appointed_ahead", "share a year", "growth of large industry: places with appointed less "
             "places with elected secretaries, within class", "contrast", "1922_23 1924_26", 0.4,
             "output was reported by trusts, not by guberniia alone, and " + _APPOINTED, _INDUSTRY),
    *_family("skloki_appointed_more", "share of months", "months of open sklok: places with appointed less places with "
             "elected secretaries, within class", "contrast", "1922_23 1924_26", 0.4, _SKLOKI, _HEARD, WITHIN),
    *_family("paralysed_appointed_more", "share of months", "months of a committee stopped by its sklok: places with "
             "appointed less places with elected secretaries, within class", "contrast", "1922_23", 0.4, _SKLOKI, _HEARD),
    *_family("results_outsiders_ahead", "share", "plans met: places whose secretary came from elsewhere less "
             "places with a local one, within class", "contrast", "1922_23 1924_26", 0.5, _NOISED, _RESULTS, WITHIN),
    *_family("skloki_outsiders_more", "share of months", "months of open sklok: places whose secretary came from "
             "elsewhere less places with a local one, within class", "contrast", "1922_23", 0.4, _SKLOKI, _HEARD),
    *_family("results_long_locals_ahead", "share", "plans met: local secretaries of more than two years less "
             "those of less than one, within class", "contrast", "1922_23 1924_26", 0.5, _NOISED, _RESULTS),
    *_family("results_long_outsiders_ahead", "share", "plans met: secretaries from elsewhere of more than "
             "two years less those of less than one, within class", "contrast", "1922_23 1924_26", 0.5, _NOISED, _RESULTS),
    # What a change of secretary did: before and after, against the class's other places.
    *_family("results_after_change", "share", "plans met in the six months after a change of secretary less those "
             "before, against the class's other places (below nothing: a dip)", "contrast", "1922_23 1924_26", 0.5, _NOISED, _RESULTS,
             WITHIN),
    *_family("change_appointed_ahead", "share", "plans met in the six months after a change of secretary less those "
             "before: appointments less elections (below nothing: an appointment cost more)", "contrast",
             "1922_23 1922_26", 0.4, _HARVEST, _RESULTS),
    *_family("gain_appointed", "share", "plans met from the seventh to the eighteenth month under an appointed "
             "secretary less the year before him, against the class's other places", "contrast", "1922_23 1922_26",
             0.4, _HARVEST, _RESULTS),
    *_family("gain_elected", "share", "plans met from the seventh to the eighteenth month under an elected "
             "secretary less the year before him, against the class's other places", "contrast", "1922_23 1922_26", 0.4, _HARVEST,
             _RESULTS),
    *_family("skloki_after_change", "share of months", "months of open sklok in the year after a change of secretary less "
             "the year before, against the class's other places", "contrast", "1922_23 1922_26", 0.4, _SKLOKI, _HEARD),
    *_family("skloki_after_transfer", "share of months", "months of open sklok in the year after a secretary was moved because "
             "of a sklok less the year before, against the class's other places",
             "contrast", "1922_26", 0.4, _SKLOKI, _HEARD),
    *_family("results_of_removed_centre", "share", "plans met in the year before the centre removed a "
             "secretary as unfit or after a review, against the class's other places", "contrast", "1922_23 1922_26",
             0.4, _NOISED, "reasons of removals, RGASPI f. 17, op. 69, beside " + _RESULTS),
    *_family("results_of_removed_conference", "share", "plans met in the year before a conference voted a "
             "secretary out or recalled him, against the class's other places",
             "contrast", "1922_23 1922_26", 0.4, _NOISED, "protocols of conferences in provincial party archives, beside "
             + _RESULTS),
    # Why they were moved.
    *_family("moves_for_conflict_shortage", "share of removals", "the centre's removals of secretaries for a conflict, to "
             "strengthen uezds, or at the place's own request", "national", "1922_23 1924_26", 0.5,
             "reasons were given, and not always the true ones", "reasons of removals, " + _CADRES),
    *_family("moves_near_sklok", "share of removals", "the centre's removals of secretaries whose committee was in open "
             "sklok at some time of the six months before", "national", "1922_23 1924_26", 0.5, _SKLOKI,
             "lists of removals (RGASPI f. 17, op. 69) beside " + _HEARD),
    *_family("voted_out", "per post and year", "secretaries voted out or recalled by their place", "class", "1922_23", 0.5,
             "protocols say who was not elected again, seldom why", _LISTS, WITHIN),
    *_family("asked_above", "per post and year", "secretaries replaced from above at the place's own request", "national",
             "1921_22 1922_23", 0.4, "requests were made by word of mouth too", "requests of gubkoms to the CC, " + _CADRES),
    *_family("brought_along", "share of appointments", "appointments from above after which an official of the man's former "
             "committee followed him within the month", "national", "1922_26", 0.5, "careers are recorded only of the better known", _CADRES),
    *_family("twice_secretary", "share of persons", "secretaries of the span who were at the head of another guberniia in "
             "it too", "national", "1921_22 1922_26", 0.8, _DATES, _LISTS),
    *_family("filled_from_above", "share of changes", "changes of secretary that were appointments", "class",
             "1921 1922_23 1924_26", 0.6, _APPOINTED, _LISTS, WITHIN),
    # Votes.
    *_family("vote_appointed_more", "share", "opposition among appointed less among elected secretaries, within class",
             "contrast", "jan_1924", 0.4, "few secretaries said how they would vote, and " + _APPOINTED, _VOTES, WITHIN),
    *_family("opposition_members", "share", "votes for the opposition in cells and lowest meetings", "class", "jan_1924",
             0.5, "resolutions are counted, votes seldom, and counts were disputed", _VOTES, CLASSES),
    *_family("opposition_delegates", "share", "opposition among delegates of guberniia conferences", "class", "jan_1924",
             0.6, "delegates and votes stand in protocols, not for all guberniias", _VOTES, ALL),
    *_family("opposition_kept", "ratio", "opposition among delegates of guberniia conferences over that among members",
             "class", "jan_1924", 0.5, "hangs on the count below", _VOTES, ALL),
    # Skloki.
    *_family("skloki_year", "share of committees", "gubkoms with an open sklok at some time of twelve months", "class",
             "dec_1922 dec_1923 dec_1925", 0.5, _SKLOKI, _HEARD, CLASSES),
    *_family("sklok_length", "months", "mean length of the skloki of gubkoms that ended in the span", "class",
             "1922_23 1924_26", 0.5, "the end is when nobody complained any more", _HEARD, WITHIN),
    *_family("skloki_returned", "share of skloki", "skloki of gubkoms that ended and opened again within a year", "class",
             "1922_23", 0.4, "whether it is the old one is a judgement", _HEARD, WITHIN),
    *_family("skloki_persistent", "correlation", "months of open sklok in 1922 with those of 1923, over places within "
             "class", "contrast", "1922_23", 0.4, _SKLOKI, _HEARD),
    *_family("uezd_skloki", "share of committees", "uezd committees with an open sklok in a month", "class",
             "1922_23", 0.3, "few uezds wrote to the centre", "provincial party archives: protocols of gubkoms on uezds", WITHIN),
    *_family("paralysed", "committees of 85", "gubkoms stopped by their sklok, of 85, mean over months", "national",
             "1922 1923 1925", 0.5, _SKLOKI, _HEARD),
    *_family("mediations", "per committee and year", "missions sent to gubkoms to settle a conflict", "national", "1922_23",
             0.6, "missions left orders and reports", _HEARD),
    *_family("quarrels", "per committee and year", "quarrels between two officials of a gubkom that left a trace", "class",
             "1922_23", 0.3, _SKLOKI, _HEARD, WITHIN),
    # Posts and terms.
    *_family("turnover", "per post and year", "secretaries who left their post", "class", "1921 1922 1923 1924 1925 1926",
             0.9, _DATES, _LISTS),
    *_family("turnover", "per post and year", "secretaries who left their post", "class", "1922_23 1924_26 1927_29", 0.9,
             _DATES, _LISTS, CLASSES),
    *_family("months_in_post", "months", "months that the secretary had been in his post", "class", "dec_1923 dec_1925", 0.9,
             _DATES, _LISTS, ALL),
    *_family("terms_appointed_longer", "months", "months in post of secretaries who left: appointed less elected", "contrast",
             "1922_23 1924_26", 0.6, _APPOINTED, _LISTS),
    *_family("share_appointed", "share of posts", "secretaries appointed from above", "class", "dec_1923", 0.7,
             _APPOINTED, _LISTS, CLASSES),
    *_family("share_appointed", "share of posts", "secretaries appointed from above", "national", "dec_1922 dec_1925", 0.7,
             _APPOINTED, _LISTS),
    *_family("share_recommended", "share of posts", "secretaries recommended from above and elected", "national", "dec_1923",
             0.5, _APPOINTED, _LISTS),
    *_family("share_acting", "share of posts", "posts of secretary held by an acting local", "national", "1922_23", 0.7,
             "acting men are seldom listed as such", _LISTS),
    *_family("uezd_appointed", "share of posts", "uezd secretaries appointed from above", "class", "dec_1923", 0.5,
             "a survey of seven guberniias is known of", _UEZDS, WITHIN),
    *_family("bench", "persons", "trained men in waiting per gubkom", "class", "dec_1923", 0.4,
             "registers of cadres count whom they please", _CADRES, WITHIN),
    # Results by place and class.
    *_family("literacy_slope_results", "share per share literate", "plans met against literacy of members, over "
             "places within class", "contrast", "1922_23 1924_26", 0.5, "literacy of members by guberniia is in the party "
             "census of 1922; " + _NOISED, "party census of 1922 beside " + _RESULTS),
    *_family("literacy_slope_skloki", "share per share literate", "months of open sklok against literacy of members, over "
             "places within class", "contrast", "1922_23 1924_26", 0.4, _SKLOKI, "party census of 1922 beside " + _HEARD),
    *_family("results_persistent", "correlation", "plans met in 1922 with that in 1923, over places within class",
             "contrast", "1922_23", 0.6, _NOISED, _RESULTS),
    *_family("results_spread", "share", "spread (s.d.) of plans met over places within class", "contrast",
             "1922_23 1924_26", 0.4, "quotas were cut where they could not be met", _RESULTS, WITHIN),
    *_family("results_worst_tenth", "ratio", "plans met a tenth of the way up, over the mean", "class", "1923 1925",
             0.4, _NOISED, _RESULTS),
    *_family("results_of_class", "ratio", "plans met in a class over that of the nation", "class",
             "1922_23 1924_26", 0.5, _NOISED, _RESULTS, CLASSES),
    *_family("recovery_rise", "ratio", "output in the last month of the span over that in the first", "class",
             "1922_23 1924_26", 0.7, "output of large industry by guberniia is printed; elsewhere it is recovery at large",
             _INDUSTRY, ALL),
    *_family("work_done", "share", "plans met times the tasks that were set (1 in 1921)", "national", "1923 1925",
             0.2, "nobody has counted tasks", "circulars and plans of the CC and the commissariats, beside " + _RESULTS),
    *_family("error_half_life", "months", "months in which half of a dated error of policy (prices of October 1923, grain) "
             "was put right", "national", "1923 1925", 0.4, "prices are known by month, what was corrected is a judgement",
             "prices of industrial and farm goods by month: Gosplan's and the conjuncture institute's bulletins"),
)  # fmt: skip
"""By name."""
ASKED: Mapping[str, tuple[str, ...]] = {
    **{name: (name,) for name in OBSERVABLES},
    **{figure: tuple(one.name for one in OBSERVABLES.values() if one.figure == figure)
       for figure in dict.fromkeys(one.figure for one in OBSERVABLES.values())},
}  # fmt: skip
"""By what may be asked for, an observable or a figure of all its scopes and spans, which observables are meant."""


def named(asked: Iterable[str]) -> tuple[str, ...]:
    """Return the observables that are meant, each once, in the order of the registry; what is unknown is left out."""
    wanted = {name for one in asked for name in ASKED.get(one, ())}
    return tuple(name for name in OBSERVABLES if name in wanted)
