"""A comparison in two sentences: what came out and how sure it is, and over what. Every door words it here.

The first sentence begins with the answer. Over chance alone it goes by the interval of the mean effect and the smallest
effect of interest. Over draws of parameters and readings it goes by the share of draws in which a world is ahead by
more than that: a mean over guesses settles nothing. There are no p-values: see docs/comparing.md.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from sim.analysis.sample import Sample, effect_of
from sim.analysis.wording import capital, decimals, hundred, number, together
from sim.experiment.experiment import Given
from sim.registry.derived import EVERY, KEPT
from sim.registry.entries import CLASSES, SCOPES, Outcome
from sim.registry.outcomes import SHOWN
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS
from sim.scenario.files import DICT

if TYPE_CHECKING:
    from sim.experiment.draws import Draws
    from sim.experiment.smallest_effect import Smallest
    from sim.results.comparison import Comparison

SURE, RATHER = 0.8, 0.6
"""Shares of draws from which an answer is called one, and a leaning; the first is the rule for claims."""
MAIN = "performance"
"""The outcome that an answer is about, unless others were asked for."""
ENOUGH = 30
"""Draws below which their shares are no answer; fewer, and fewer pairs, are counted and not told of a hundred."""
PLACES: Mapping[str, str] = {
    "nation": "the nation", "capital": "the capitals", "industrial": "industrial provinces",
    "agrarian": "agrarian provinces", "borderland": "the borderland",
}
PROVINCES = CLASSES[1:]
_ARTICLE = re.compile(r"(the|an?)\s", re.IGNORECASE)
_OF_INTERVALS = {"above": "higher", "below": "lower", "within": "no different", "undecided": "undecided"}
_OF_SHARES = {"better": "better", "worse": "worse", "same": "no difference"}


@dataclass(frozen=True)
class Finding:
    """One outcome of a world against the baseline at a horizon.

    Attributes
    ----------
    base, other
        What the two worlds are called.
    horizon
        As the command line writes it.
    effects
        Of each scope that it is known of, statistics by the names of `sim.analysis.paired.Effects`.
    beyond
        Of each scope, the shares of pairs in which the other world does better, and worse, by more than the smallest
        effect; where neither is better, in which it is higher, and lower. Needed where parameters are drawn.
    drawn
        How many parameters and readings each pair has drawn; none where all pairs have the same.
    given
        The ensemble out of which they are drawn; none where they are drawn from their ranges.
    same
        Whether the worlds have the same inputs until the end of the horizon.
    names
        What the worlds call the nation and classes, if not so.
    ran
        How many pairs were run, where the outcome need not be defined in all of them.
    """

    base: str
    other: str
    outcome: str
    horizon: str
    effects: Mapping[str, Mapping[str, Any]]
    beyond: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    drawn: int | None = None
    same: bool = False
    given: Given | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    ran: int = 1

    @property
    def nation(self) -> Mapping[str, Any]:
        """Statistics of the nation."""
        return self.effects["nation"]

    @property
    def what(self) -> str:
        """The nation's outcome, in words."""
        unit, words = EVERY[self.outcome].unit, self.outcome.removesuffix("_nation").replace("_", " ")
        shares = unit.startswith("share of ") and " " not in words and words.endswith(("ed", "acting"))
        whole = self.names.get("nation", "nation")
        whose = f"{whole if _ARTICLE.match(whole) else f'the {whole}'}'s"
        return f"{whose} {unit} that are {words}" if shares else f"{whose} {words}"

    @property
    def when(self) -> str:
        """The horizon, in words."""
        return "in " + self.horizon.replace(":", " to ")

    @property
    def judged(self) -> bool:
        """Whether more is better, or worse."""
        return EVERY[self.outcome].better != "neither"


def answer(comparison: Comparison) -> list[str]:
    """Return the sentences of a stored comparison: two for each world beside the baseline."""
    others = comparison.worlds[1:]
    return [said for world in others for said in sentences(finding(comparison, world))]


def finding(comparison: Comparison, world: str, outcome: str | None = None) -> Finding:
    """Return what a stored comparison found of a world at its main horizon, by default of its main outcome."""
    manifest = comparison.manifest
    outcome, horizon = outcome or main_outcome(manifest), comparison.horizons[0]
    frame = comparison.effects()
    rows = frame[(frame["world"] == world) & (frame["outcome"] == outcome) & (frame["horizon"] == horizon)]
    effects = {str(row["scope"]): row for row in rows.to_dict(orient="records")}
    pairs = comparison.pairs(["replicate", "world", "horizon", "scope", outcome])
    pairs = pairs[pairs["horizon"] == horizon].set_index("replicate")
    shares = {}
    for scope, row in effects.items():
        both = [pairs.loc[(pairs["world"] == name) & (pairs["scope"] == scope), outcome]
                for name in (world, comparison.worlds[0])]  # fmt: skip
        shares[scope] = beyond(gains(outcome, (both[0] - both[1]).to_numpy()), row["smallest"])
    known = {one["name"]: one for one in manifest["worlds"]}
    last = horizon.split(":")[-1]
    # older comparisons have one month of parting for all worlds
    parting = known[world].get("parting", manifest.get("parting"))
    draws = comparison.draws
    return Finding(
        called(known[comparison.worlds[0]]), called(known[world]), outcome, horizon, effects, shares,
        None if draws is None else len(draws.factors), parting is None or parting > last,
        None if draws is None else draws.ensemble,
        known[comparison.worlds[0]].get("scenario", {}).get("tree", {}).get("names", {}), manifest["pairs"],
    )  # fmt: skip


def sampled(
    sample: Sample, smallest: Smallest, outcome: str = MAIN, *, world: int = 1, horizon: int = 0,
    names: Sequence[str] = (), drawn: Draws | None = None, classes: Mapping[Any, str] = MappingProxyType({}),
) -> Finding:  # fmt: skip
    """Return what runs in memory say of a world.

    ``names`` are what the worlds are called, if not as in the sample; ``classes`` what they call nation and classes.
    """
    called = list(names or sample.names)
    at, scopes = [*KEPT].index(outcome), SCOPES if EVERY[outcome].by_class else SCOPES[:1]
    found = vars(effect_of(sample, world, horizon, smallest))
    effects = {scope: {name: array[s, at].item() for name, array in found.items()} for s, scope in enumerate(scopes)}
    apart = sample.at(world, horizon)[..., at] - sample.at(0, horizon)[..., at]
    shares = {scope: beyond(gains(outcome, apart[:, s]), effects[scope]["smallest"]) for s, scope in enumerate(scopes)}
    return Finding(
        called[0], called[world], outcome, sample.horizons[horizon].name, effects, shares,
        None if drawn is None else len(drawn.factors), sample.alike(world, horizon),
        None if drawn is None else drawn.ensemble, classes, sample.pairs,
    )  # fmt: skip


def over(manifest: Mapping[str, Any]) -> str:
    """Return over what a comparison's intervals are, in a few words."""
    if manifest.get("draws") is None:
        return "over chance only, at fixed parameters"
    given = manifest["draws"].get("ensemble")
    return f"over chance, parameters and readings, drawn {drawn_from(given and Given(**given))}"


def drawn_from(ensemble: Given | None) -> str:
    """Return in words what draws are drawn from: ranges, or an ensemble, which is called calibrated."""
    return "from their ranges" if ensemble is None else f"from {ensemble.name}, calibrated on {ensemble.given}"


def main_outcome(manifest: Mapping[str, Any]) -> str:
    """Return the outcome that a comparison is about: a precision's, the first that was asked for, or performance."""
    if manifest.get("precision"):
        return str(manifest["precision"]["outcome"])
    shown: list[str] = manifest["shown"]
    return MAIN if shown == list(SHOWN) else shown[0]


def called(world: Mapping[str, Any]) -> str:
    """Return what a world is called in a sentence: its file's name, or its title where it came in as a dict."""
    name = str(world["name"])
    return f'"{world["title"]}"' if name.split("-")[0] == DICT else name


def gains(outcome: str | Outcome, differences: ArrayLike) -> Any:
    """Return differences with the sign with which more is better; as they are where neither is."""
    known = EVERY[outcome] if isinstance(outcome, str) else outcome
    return np.asarray(differences, float) * (-1.0 if known.better == "lower" else 1.0)


def beyond(found: ArrayLike, smallest: float) -> tuple[float, float]:
    """Return the shares of gains above the smallest effect of interest, and below its negative."""
    known = np.asarray(found, float)
    known = known[np.isfinite(known)]
    if not len(known):
        return math.nan, math.nan
    return float(np.mean(known > smallest)), float(np.mean(known < -smallest))


def verdict(shares: Sequence[tuple[float, float, float]]) -> str:
    """Return what shares of draws say of scopes together, never more than they do of each.

    That is ``better``, ``worse``, ``same``, ``leans towards``, ``leans against`` or ``open``.

    Parameters
    ----------
    shares
        Of each scope: ahead and behind by more than the smallest effect, and ahead at all, ties half.
    """
    if all(ahead >= SURE for ahead, _, _ in shares):
        return "better"
    if all(behind >= SURE for _, behind, _ in shares):
        return "worse"
    if all(1.0 - ahead - behind >= SURE for ahead, behind, _ in shares):
        return "same"
    favoured = [share for _, _, share in shares]
    return "leans towards" if min(favoured) >= RATHER else "leans against" if max(favoured) <= 1.0 - RATHER else "open"


def sentences(found: Finding) -> list[str]:
    """Return the answer, and over what it is one."""
    row = found.nation
    if found.same:
        until = found.horizon.split(":")[-1]
        both = f"{capital(found.other)} and {found.base}"
        return [f"{both} have the same inputs until {until}: that they agree is no finding."]
    if not math.isfinite(row["effect"]):
        return [f"There is no answer: {found.what} is not defined {found.when} in both worlds."]
    if row["pairs"] < 2:
        it = f"{found.what} {found.when}"
        if found.ran > 1:
            lead, it = f"{it} is defined in one of {found.ran:,} pairs, and one has no interval", "it"
        else:
            lead = "one pair of runs has no interval"
        return [f"There is no answer yet: {lead}. In it {it} is {_compared(found, 'than under')}."]
    if found.drawn is None:
        first, classes = _over_chance(found), _classes_by_interval(found)
    else:
        first, classes = _over_draws(found), _classes_by_shares(found)
    return [f"{capital(first)}{classes}.", f"{_over_what(found)}."]


def _over_chance(found: Finding) -> str:
    """Return the answer where all pairs have the same parameters."""
    row, reading, least = found.nation, found.nation["reading"], f"{found.nation['smallest']:.2g}"
    if reading == "within":
        return (f"{found.other} made no difference of interest to {found.what} {found.when}: {_compared(found)} "
                f"({_interval(row)}), where {least} would be worth naming")  # fmt: skip
    left = f"{found.other} left {found.what} {_compared(found)} {found.when} ({_interval(row)})"
    if reading in ("above", "below"):
        for_whom = ", for the better" if gains(found.outcome, row["effect"]) > 0 else ", for the worse"
        return f"{left}: a difference worth naming{for_whom if found.judged else ''}"
    if row["low"] == row["high"]:
        return f"{left}: undecided, since {row['pairs']} pairs are too few to have seen what is rare"
    if row["low"] > 0.0 or row["high"] < 0.0:
        return f"{left}: whether that is a difference worth naming, {least} or more, is undecided"
    return (f"whether {found.other} left {found.what} higher or lower than {found.base} {found.when} is undecided: "
            f"{_compared(found)} ({_interval(row)})")  # fmt: skip


def _over_draws(found: Finding) -> str:
    """Return the answer where every pair has its own parameters and readings."""
    row = found.nation
    ahead, behind = (_counted(share, row["pairs"]) for share in found.beyond["nation"])
    least, said = f"{row['smallest']:.2g}", verdict([(*found.beyond["nation"], row["superiority"])])
    about = f"{found.what} {found.when}"
    mean = f"on the mean {_compared(found)} ({_interval(row)})"
    few = f"{row['pairs']} draws are too few for an answer" if row["pairs"] < ENOUGH else ""
    if found.judged:
        lead = few or {
            "better": f"{found.other} would have done better", "worse": f"{found.other} would have done worse",
            "same": f"{found.other} would have made no difference worth the name",
            "leans towards": f"the model gives no answer, but leans towards {found.other}",
            "leans against": f"the model gives no answer, but leans against {found.other}",
        }.get(said, "the model gives no answer")
        return (f"{lead}: by {about} {found.other} does better than {found.base} by more than {least} in {ahead} of "
                f"{_among(row['pairs'])} draws and worse by as much in {behind}; {mean}")  # fmt: skip
    lead = f"{few} on {about}" if few else {
        "better": f"{found.other} would have raised {about}", "worse": f"{found.other} would have lowered {about}",
        "same": f"{found.other} would have made no difference worth the name to {about}",
        "leans towards": f"the model gives no answer on {about}, but leans towards more under {found.other}",
        "leans against": f"the model gives no answer on {about}, but leans towards less under {found.other}",
    }.get(said, f"the model gives no answer on {about}")
    return (f"{lead}: it is higher than under {found.base} by more than {least} in {ahead} of {_among(row['pairs'])} "
            f"draws and lower by as much in {behind}; {mean}")  # fmt: skip


def _over_what(found: Finding) -> str:
    """Return over what the answer is one, and how often the other world did better."""
    row, did, what = found.nation, "did better" if found.judged else "was higher", "draws" if found.drawn else "pairs"
    often = f"{found.other} {did} in {_often(row['superiority'], int(row['pairs']), what)}"
    if row["low"] == row["high"] == 0.0:
        often = f"no difference in any of {row['pairs']:,} {what}"
    if found.drawn is None:
        return f"Over chance alone, at one value of each parameter: {often}; --draws 200 asks over their ranges"
    every = len(PARAMETERS) + len(VARIANTS)
    which = f"all {every}" if found.drawn == every else f"{found.drawn} of {every}"
    return (f"Over chance and {which} parameters and readings, drawn {drawn_from(found.given)}: {often}; shares are of "
            "draws, not probabilities, and say nothing of what the model leaves out")  # fmt: skip


def _classes_by_interval(found: Finding) -> str:
    """Return where classes of guberniia read otherwise; nothing where it is not known of them."""
    read = {scope: row["reading"] for scope, row in found.effects.items()
            if scope in CLASSES and math.isfinite(row["effect"])}  # fmt: skip
    if set(read.values()) <= {"undecided"}:
        return ""
    differ = "signs differ: " if {"above", "below"} <= set(read.values()) else ""
    return _grouped({scope: _OF_INTERVALS[reading] for scope, reading in read.items()}, differ, found.names)


def _classes_by_shares(found: Finding) -> str:
    if found.nation["pairs"] < ENOUGH:
        return ""
    said = {scope: verdict([(*found.beyond[scope], row["superiority"])]) for scope, row in found.effects.items()
            if scope in CLASSES and math.isfinite(row["effect"])}  # fmt: skip
    words = dict(_OF_SHARES) if found.judged else _OF_SHARES | {"better": "more", "worse": "less"}
    if not set(words) & set(said.values()):
        return ""
    differ = "signs differ: " if {"better", "worse"} <= set(said.values()) else ""
    return _grouped({scope: words.get(one, "no answer") for scope, one in said.items()}, differ, found.names)


def _grouped(said: Mapping[str, str], differ: str, names: Mapping[str, str]) -> str:
    """Return what is said of classes, those together of which the same is said."""
    if len(set(said.values())) == 1:
        return f"; alike in {places(CLASSES, names)}" if len(said) == len(CLASSES) else ""
    groups: dict[str, list[str]] = {}
    for scope, word in said.items():
        groups.setdefault(word, []).append(scope)
    return f"; {differ}" + ", ".join(f"{word} in {places(scopes, names)}" for word, scopes in groups.items())


def places(scopes: Iterable[str], names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Return scopes in words; the three classes that are no capitals are the provinces, unless they have names."""
    scopes = [scope for scope in SCOPES if scope in set(scopes)]
    provinces = [scope for scope in scopes if scope in PROVINCES]
    if names:
        words = [names.get(scope, PLACES[scope]) for scope in scopes]
    elif len(provinces) == len(PROVINCES):
        words = [PLACES[scope] for scope in scopes if scope not in provinces] + ["the provinces"]
    else:
        words = [PLACES[scope] for scope in scopes]
    return together(words)


def _compared(found: Finding, than: str = "than") -> str:
    """Return an effect as a size with its direction, in the decimals of its interval."""
    row, unit, value = found.nation, EVERY[found.outcome].unit, float(found.nation["effect"])
    if value == 0.0:
        return f"the same as under {found.base}"
    size = f"{abs(value):.{decimals(row['low'], row['high'])}f}" if row["high"] > row["low"] else number(abs(value))
    of = f" {unit}" if unit in ("months", "persons", "thousand") else ""
    return f"{size}{of} {'higher' if value > 0 else 'lower'} {than} {found.base}"


def _interval(row: Mapping[str, Any]) -> str:
    """Return an interval: of sizes, where both ends lie on one side of zero."""
    low, high = float(row["low"]), float(row["high"])
    if low == high:
        return f"alike in all {row['pairs']:,} pairs"
    digits = decimals(low, high)
    if low <= 0.0 <= high:
        return f"95 % interval {low:+.{digits}f} to {high:+.{digits}f}"
    ends = sorted((abs(low), abs(high)))
    return f"95 % interval {ends[0]:.{digits}f} to {ends[1]:.{digits}f}"


def _often(share: float, pairs: int, what: str) -> str:
    if share in (0.0, 1.0):
        return f"{'none of' if share == 0.0 else 'all'} {pairs:,} {what}"
    counted = _counted(share, pairs)
    return f"{counted} of {_among(pairs)} {what}" + (", a tie counted half" if counted.endswith(".5") else "")


def _counted(share: float, pairs: int) -> str:
    """Return a share as a number of a hundred, or of so many as there are, if these are few; ties are halves."""
    return hundred(share) if pairs >= ENOUGH else f"{round(2 * share * pairs) / 2:g}"


def _among(pairs: int) -> int:
    """Return of how many `_counted` tells."""
    return 100 if pairs >= ENOUGH else pairs


def by_enough(what: str, does: str, better: float, ahead: float, behind: float, least: str) -> str:
    """Return in how many worlds of a hundred something is ahead, and in how many by enough to matter, either way.

    Parameters
    ----------
    what, does
        What is ahead, and how that is said: ``does better``, or ``is higher`` where neither is better.
    better, ahead, behind
        Shares of worlds in which it is, at all; by more than the smallest effect of interest; the other way by more.
    least
        That smallest effect, in words.
    """
    few = ", but by enough to matter in only" if ahead < RATHER * better else ", by enough to matter in"
    worse = "lower" if does == "is higher" else "worse"
    small = 1.0 - ahead - behind
    rest = f"in the other {hundred(small)} the difference is too small to count" if ahead + behind > 0.0 else (
        "the difference is nowhere large enough to count")
    return (f"{what} {does} in {hundred(better)} of every 100 worlds{few} {hundred(ahead)}, and {worse} by enough in "
            f"{hundred(behind)}; {rest} (less than {least})")  # fmt: skip
