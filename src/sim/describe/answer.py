"""The page that answers one question: what the other pages say about December 1923, side by side, in words.

``python -m sim.describe.answer [FOLDER]``, after the sweeps ``december-1923`` and ``december-1923-as-read`` (and, for
the years after 1926, ``switch-date``), writes ``results/answer.md``: three sentences, the table, a picture, and what
would shift it. Words follow from numbers by `came_out`; what the first version had published stands in `PUBLISHED`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.analysis.conditions import THIRDS
from sim.analysis.effects import chosen, differences
from sim.analysis.selection import points
from sim.analysis.sentences import PLACES, PROVINCES, SURE, beyond, places, verdict
from sim.analysis.sweep import Sweep, open_sweep
from sim.analysis.wording import capital
from sim.claims.rules import BORDER, ENOUGH
from sim.describe.page import facts
from sim.errors import UserError
from sim.figures.ahead import Ahead, draw
from sim.figures.style import save
from sim.registry.entries import CLASSES, SCOPES
from sim.registry.outcomes import OUTCOMES
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS
from sim.scenario.doc_tables import markdown

Array = NDArray[np.float64]

SAID: Mapping[str, str] = {
    "better": "elections would have made matters better", "worse": "elections would have made matters worse",
    "same": "elections would have made no difference worth the name",
    "often better": "the model inclines to elections making matters better, short of an answer",
    "often worse": "the model inclines to elections making matters worse, short of an answer",
    "often same": "the model bears out neither that elections were likely to make matters worse nor that they would "
                  "have made them better: most often they make no difference worth the name",
    "open": "the model bears out neither that elections were likely to make matters worse nor that they would have "
            "made them better",
}  # fmt: skip
"""What shares of pasts come to: an answer from four in five on, what is *often* so in more than half."""
SHORT: Mapping[str, str] = {
    "better": "better", "worse": "worse", "same": "no difference", "open": "no answer",
    **{f"often {word}": f"most often {said}, but no answer"
       for word, said in (("better", "better"), ("worse", "worse"), ("same", "no difference"))},
}  # fmt: skip
LEADING, FIRST = 6, 4
"""So many unknowns are in the table of what would shift the answer, and in the sentence."""
PREMISE, FILES, VOTERS = "pack < 0.1", "r_f - r_v > 0.2", "r_v - r_f > 0.2"
"""Where the article is right about loyalty; where files, and where voters, judge clearly better."""
ELECTORATES = ("electorate = 'members'", "electorate = 'plenum'")
DECIDED = {"better", "worse"}
"""Answers for or against election."""
PUBLISHED: Mapping[str, float] = {
    "nation": 0.60, "capital": 0.82, "industrial": 0.66, "agrarian": 0.59, "borderland": 0.54,
}
"""What version 0.1 had published: shares of pasts in which election is ahead in performance."""
_FEUD = "guberniia committees that {}, 1922 to 1925: do complaints before and after name the same people"
_LATER = ": their assessments and recalls within a year or two"
SOUGHT: Mapping[str, tuple[str, str]] = {
    "a_con": ("how much ill feeling a close vote left behind",
              "votes for secretary in conference protocols; complaints afterwards, where the vote was close or not"),
    "a_imp": ("how much ill feeling an appointment left behind where another man was as good",
              "complaints in the year after a secretary was sent, and in the year after one was elected"),
    "cool": ("how fast quarrels cooled by themselves", "how many months skloki lasted where nobody was moved"),
    "cross": ("how often voters could choose an outsider, and the centre a local",
              "candidates at conferences, and men in the centre's files for a post, by where they came from"),
    "ign": ("how much of his skill a newcomer could not use", "reports in the first year of men from elsewhere"),
    "inh_l": ("whether a local successor inherited the old quarrel",
              _FEUD.format("changed their secretary for a local man")),
    "inh_o": ("whether a newcomer from outside inherited the old quarrel",
              _FEUD.format("got their secretary from elsewhere")),
    "ki": ("how far inspection put right what did not fit a place", "inspectors' reports, and what was changed after"),
    "pack": ("how far the centre chose by loyalty instead of skill",
             "of the men assigned as secretaries, and of those passed over: who had served under a member of the "
             "Secretariat before"),
    "paro": ("how much of his skill a long-serving local lost to local ties", "reports on men long in one place"),
    "r_f": ("how well the centre's files judged a man", f"men whom the cadre department assigned{_LATER}"),
    "r_p": ("how well committees judged their own", f"men whom committees chose from among themselves{_LATER}"),
    "r_v": ("how well members could judge a candidate", f"men whom conferences chose{_LATER}"),
    "tr_p": ("how often a quarrel brought a transfer",
             "of the skloki that the Orgburo heard of: in how many a man was moved, and how many months later"),
    "x_el": ("how often a quarrel brought a new election",
             "of the skloki that a control commission or the Orgburo heard of: in how many a conference was called, "
             "and how many months later"),
}  # fmt: skip
"""What nobody has counted, and what would have to be found, in words for whoever works in an archive."""
ASKED: Mapping[str, tuple[str, str]] = {
    "what happened": ("historical", "recorded"),
    "appointment, with the hands it had": ("appointment", "recorded"),
    "appointment, both without a limit of hands": ("appointment", "unlimited"),
}
"""What election is set against: in words, the policy, the centre's capacity (which is election's, too)."""
ON_PREMISE = "what happened, loyalty hardly counting"
BY_FEUDS = "what happened, by paralysed committees"


@dataclass(frozen=True)
class Contrast:
    """Election against another policy, over all worlds drawn."""

    outcome: str
    effects: Mapping[str, Array]  # of each scope, the effect in every world, positive where election is ahead
    smallest: float  # of interest

    def share(self, scope: str) -> float:
        """Return the share of worlds in which election is ahead, ties half."""
        found = self.effects[scope][np.isfinite(self.effects[scope])]
        return float(np.mean(np.where(found == 0.0, 0.5, found > 0.0)))

    def parts(self, scope: str) -> tuple[float, float, float]:
        """Return the shares of worlds in which it is ahead by more than the smallest effect, within, and behind."""
        ahead, behind = beyond(self.effects[scope], self.smallest)
        return ahead, 1.0 - ahead - behind, behind

    def at(self, there: NDArray[np.bool_]) -> Contrast:
        """Return it over some of the worlds."""
        return replace(self, effects={scope: found[there] for scope, found in self.effects.items()})

    def error(self) -> float:
        """Return the standard error of a share at most."""
        return float(0.5 / len(next(iter(self.effects.values()))) ** 0.5)


Moved = Sequence[tuple[str, Mapping[str, Contrast]]]
"""Unknowns, each with the contrast at the ends of its range or in its readings; the share ahead moves most first."""


def contrast(
    sweep: Sweep, outcome: str, against: str, capacity: str | None = None, elect: str = "election",
    horizon: str | None = None,
) -> Contrast:  # fmt: skip
    """Return election against a policy, on the same accidents, by default at the main horizon."""
    lever, other = sweep.experiment.lever(), None
    names = [str(option.value) for option in lever.options]
    if capacity is not None:
        other = [str(option.value) for option in sweep.experiment.lever("capacity").options].index(capacity)
    effects, sign = {}, -1.0 if OUTCOMES[outcome].better == "lower" else 1.0
    for column, _, scope, _ in chosen(sweep, outcome, None, horizon or next(iter(sweep.experiment.horizons))):
        values = sweep.pairs.values(column)
        both = (differences(sweep.pairs, lever, names.index(name), values, other)[0] for name in (elect, against))
        effects[scope] = sweep.pairs.by_point(sign * (next(both) - next(both)))[0]
    return Contrast(outcome, effects, float(OUTCOMES[outcome].smallest or 0.0))


def where(sweep: Sweep, condition: str) -> NDArray[np.bool_]:
    """Return at which of a sweep's points a condition holds."""
    return np.isin(sweep.pairs.points, points(sweep, condition))


def came_out(found: Contrast, scope: str) -> str:
    """Return what the shares come to: an answer from four in five on, else what more than half of the pasts say."""
    parts = found.parts(scope)
    said = verdict([(parts[0], parts[2], found.share(scope))])
    if said in SAID and said != "open":
        return said
    return f"often {('better', 'same', 'worse')[int(np.argmax(parts))]}" if max(parts) > 0.5 else "open"


def worded(found: Contrast, scopes: Sequence[str], words: Mapping[str, str] = SAID) -> str:
    """Return what a contrast says in plain words, of those scopes together of which it says the same."""
    groups: dict[str, list[str]] = {}
    for scope in scopes:
        groups.setdefault(came_out(found, scope), []).append(scope)
    return "; ".join(
        f"in {places(group)} {words[word]}{_borderline(max(found.parts(scope)) for scope in group)}"
        for word, group in groups.items()
    )


def _borderline(shares: Iterable[float]) -> str:
    return " (borderline)" if any(BORDER[0] <= share <= BORDER[1] for share in shares) else ""


def _of_hundred(shares: Iterable[float]) -> str:
    """Return shares as numbers of a hundred, the least to the most."""
    known = sorted(round(100 * share) for share in shares)
    return f"{known[0]}" if known[0] == known[-1] else f"{known[0]} to {known[-1]}"


def _three(found: Contrast, scopes: Sequence[str]) -> tuple[str, ...]:
    """Return numbers of a hundred: ahead, within, behind, over all scopes."""
    return tuple(_of_hundred(shares) for shares in zip(*(found.parts(scope) for scope in scopes), strict=True))


def _listed(found: Contrast, scopes: Sequence[str] = CLASSES) -> str:
    """Return of each scope in how many of a hundred pasts election is ahead, by however little."""
    return ", ".join(f"{100 * found.share(scope):.0f} in {PLACES[scope]}" for scope in scopes)


def _cell(found: Contrast, scope: str) -> str:
    return "–".join(reversed(_three(found, [scope]))) + f" ({100 * found.share(scope):.0f})"


def moves(sweep: Sweep, found: Contrast) -> Moved:
    """Return all unknowns by how far the share of pasts in which election is ahead in the nation moves with them."""
    moved: list[tuple[float, str, Mapping[str, Contrast]]] = []
    for factor, values in sweep.pairs.uncertainties():
        if factor.options:
            read = VARIANTS[factor.name].choices if factor.name in VARIANTS else {}
            groups = {read.get(str(o.value), str(o.label)): values == o.value for o in factor.options}
        else:
            place = np.digitize(values.astype(float), np.quantile(values.astype(float), [1 / 3, 2 / 3]))
            groups = {name: place == number for number, name in enumerate(THIRDS)}
        there = {name: found.at(group) for name, group in groups.items() if group.sum() >= ENOUGH}
        shares = [one.share("nation") for one in there.values()] or [0.0]
        moved.append((max(shares) - min(shares), factor.name, there))
    return [(name, there) for _, name, there in sorted(moved, key=lambda entry: -entry[0])]


def _meaning(name: str) -> str:
    return SOUGHT[name][0] if name in SOUGHT else (PARAMETERS if name in PARAMETERS else VARIANTS)[name].meaning


def asked(drawn: Sweep) -> dict[str, Contrast]:
    """Return the contrasts that are shown, by what election is set against."""
    months = {said: contrast(drawn, "recovery_months", *against) for said, against in ASKED.items()}
    happened, *others = months.items()
    premise = happened[1].at(where(drawn, PREMISE))
    return dict([happened, (ON_PREMISE, premise), *others]) | {
        BY_FEUDS: contrast(drawn, "paralysed", *ASKED[happened[0]])}  # fmt: skip


def sentences(found: Contrast, moved: Moved) -> list[str]:
    """Return the answer in three sentences."""
    ahead, within, behind = _three(found, PROVINCES)
    there, here = 1 - found.parts("capital")[2], [1 - found.parts(scope)[2] for scope in PROVINCES]
    sure = _borderline([there, 1 - there])
    held = "bears out" if there >= SURE else "contradicts" if there <= 1 - SURE else "leaves open"
    too = "but nor are they in the provinces, in" if min(there, *here) >= SURE else "in the provinces in"
    alone = [_meaning(name) for name, ends in moved if {came_out(one, "nation") for one in ends.values()} & DECIDED]
    lead = f"Alone could decide it: {'; '.join(alone)}" if alone else "No single unknown decides between the two"
    leading = [[one.share("nation") for one in ends.values()] for _, ends in moved[:FIRST]]
    named = [_meaning(name) for name, _ in moved[:FIRST]]
    return [
        f"{capital(worded(found, PROVINCES))}. Of 100 simulated pasts industry is behind what happened by more than "
        f"{_least(found)} in {behind}, ahead by more in {ahead}, and nearer than that in {within}.",
        f'That elections "might have worked in Moscow or Petrograd" the model {held}{sure}: in '
        f"{100 * there:.0f} of 100 elections are not behind there by more than {_least(found)}, {too} "
        f"{_of_hundred(here)}.",
        f"{lead}; the balance moves most with {', '.join(named[:-1])}, and {named[-1]}: each moves elections from "
        f"being ahead, by however little, in {_of_hundred(map(min, leading))} of 100 to being so in "
        f"{_of_hundred(map(max, leading))}.",
    ]


def _least(found: Contrast) -> str:
    return "a month" if found.smallest == 1 else f"{found.smallest:g} months"


def page(drawn: Sweep, as_read: Sweep, later: Sweep | None) -> str:
    """Return the page."""
    found = asked(drawn)
    happened, premise, moved = found["what happened"], found[ON_PREMISE], moves(drawn, found["what happened"])
    border, least = " to ".join(f"{100 * share:.0f}" for share in BORDER), _least(happened)
    shares, times = PARAMETERS["cap_fr"], len(drawn.pairs) / len(drawn.pairs.points)
    return "\n\n".join([
        "# Had the party elected its secretaries from December 1923?",
        CLAIMED.format(pasts=len(drawn.pairs.points), sure=f"{100 * SURE:.0f}", border=border, least=least),
        *(f"**{said}**" for said in sentences(happened, moved)),
        _on_premise(happened, premise),
        MEASURED.format(paralysed=_paralysed(found[BY_FEUDS])),
        _table(found, as_read),
        "![Election worse, no different, or better, by class of guberniia](answer.png)",
        f"*An answer would be one colour over {100 * SURE:.0f} of 100. The stroke parts worse from better by however "
        "little.*",
        _why(drawn, happened, moved),
        _beforehand(drawn, happened, premise),
        _later(later),
        _before(drawn),
        READ.format(low=f"{100 * shares.low:.2g}", high=f"{100 * shares.high:.2g}", chance=ONCE if times == 1 else ""),
        f"**Over what.** {facts(drawn)} {'As many' if facts(as_read) == facts(drawn) else facts(as_read)} with every "
        f"reading at its default. The standard error of a share is at most {happened.error():.3f}, of a third of the "
        f"pasts {3**0.5 * happened.error():.2f}: of drawing so many pasts, not of the assumptions.",
    ]) + "\n"  # fmt: skip


CLAIMED = """J. Harris (2017) argues that with members so ill-educated, officials so few and quarrels to be ended by
transfer, Trotsky's demands "were doomed to make matters worse": electing secretaries "was likely to make a difficult
situation even worse" in the provinces, though it "might have worked in Moscow or Petrograd".

We simulated {pasts} pasts that differ in what nobody recorded, each twice on the same accidents: as it happened, and
with elections from December 1923. Compared is where industry stands after three years; nearer than {least} of its
growth is no difference. *Worse*, *better* or *no difference* is an answer where {sure} of 100 pasts or more agree
({border}: borderline)."""
MEASURED = """Harris fears for "basic administrative stability" and "early signs of economic growth". We measure growth
by industry's recovery, which says little in agrarian and borderland guberniias, most of the provinces, with hardly
any, and stability by committees paralysed by infighting. {paralysed}
The model's quarrels are shorter than the long ones on record ([known limits](../docs/changes-0.2.md)): this is its
weakest measure. Whether elections would have spared the country the dictatorship is not asked here."""
ONCE = """Each was run once: accident is not told from ignorance, and pulls shares towards one half, most in the
  capitals, which are only two."""
READ = """## How to read it

- A *simulated past* is one run of the party's 85 guberniia organisations (the 2 capitals, 18 industrial, 31 agrarian,
  34 borderland) and their uezds from January 1921. Every number that nobody recorded is drawn from a stated range, and
  so is every *reading*: what the sources' words leave open, as far as we have listed it (`skloki list variants`).
  Shares are of such pasts, never probabilities: those that miss the recorded figures count as much as those that meet
  them. {chance}
- *What happened* is simulated, too: the centre claims a growing part of the vacancies, in ranges around what is
  recorded to 1925 (Pavliuchenkov 2008, in [appointments.csv](../src/sim/data/csv/appointments.csv)); later growth is
  drawn. *Appointment*: it claims all from December 1923. Its *hands* are the recorded assignments of responsible
  officials times an unknown share that went to these posts ({low} to {high} per cent); where it has no man to spare, by
  default the place elects. *Election*: nobody is appointed or moved from above; conferences fill the posts of guberniia
  and uezd committees as they fall vacant or due. Election where a place is ready for it, the majority's answer, is not
  on this page.
- The measure and the month (industry's mean growth in a month of the three years) were chosen for this version, after
  the first version's results, by another measure, were known and before any of these.
- *Left out by construction*, in election's favour: that an election would itself carry the disputes over policy, which
  are the same in both worlds, into the committees, as the article stresses. *Put in*, not found: that places differ by
  literacy and schooling.
- The [December page](december-1923/README.md) and its pictures pool two capacities of the centre; its shares differ."""


def _on_premise(found: Contrast, premise: Contrast) -> str:
    """Return what is left where the article's rivals are wrong about loyalty."""
    there, over_all = (round(100 * one.share("nation")) for one in (premise, found))
    apart = f"{abs(over_all - there)} {'fewer' if there < over_all else 'more'}"
    return (
        f"Of 100, elections are ahead by however little in {_listed(found)}. In these pasts loyalty weighs from "
        "nothing to everything in the centre's choice, as the article's rivals have it. On its own premise, that "
        f"it hardly did ({len(premise.effects['nation'])} pasts, give or take {200 * premise.error():.0f}), it is "
        f"{_listed(premise)} ({apart} in the nation); by the rule {worded(premise, CLASSES, SHORT)}."
    )


def _paralysed(quarrels: Contrast) -> str:
    ahead, within, behind = _three(quarrels, ["nation"])
    return (
        f"Counting these, {worded(quarrels, ['nation'], SHORT)}: fewer by more than one of 85 in {ahead} of 100 pasts, "
        f"more in {behind}, neither in {within} (by class below)."
    )


def _table(found: Mapping[str, Contrast], as_read: Sweep) -> str:
    default = contrast(as_read, "recovery_months", *ASKED["what happened"])
    rows = [
        [said, *(_cell(one, scope) for scope in SCOPES)]
        for said, one in {**found, "what happened, every reading at its default": default}.items()
    ]
    return (
        "## The same question, asked in different ways\n\nOf 100 simulated pasts: election worse–no different–better; "
        "in brackets, better by however little. Of committees, what counts is more than one of 85.\n\n"
        f"{markdown(['election against', 'nation', *(PLACES[scope] for scope in CLASSES)], rows)}"
    )


def _why(drawn: Sweep, found: Contrast, moved: Moved) -> str:
    """Return what would shift it: single unknowns, who judges better, and who votes."""
    leading = moved[:LEADING]
    rows = [
        [_meaning(name), "; ".join(f"{'' if label in THIRDS else label} {_cell(one, 'nation')}".strip()
                                   for label, one in ends.items()),
         SOUGHT.get(name, ("", "–"))[1]] for name, ends in leading
    ]  # fmt: skip
    shares = [[one.share("nation") for one in ends.values()] for _, ends in leading]
    decide = sum(bool({came_out(one, "nation") for one in ends.values()} & DECIDED) for _, ends in leading)
    level = sum("same" in {came_out(one, "nation") for one in ends.values()} for _, ends in leading)
    even = sum(round(min(each), 2) <= 0.5 for each in shares)
    files, voters, members, plenum = (found.at(where(drawn, condition)) for condition in (FILES, VOTERS, *ELECTORATES))
    further = voters.share("nation") - files.share("nation") > max(max(each) - min(each) for each in shares)
    heads = ("what nobody has counted", "low; middle; high", "what to look for")
    return (
        "## What would shift it\n\nThe unknowns with which the balance moves most, for the nation, against what "
        f"happened, in the lowest, middle and highest third of each range, as above. Of these {len(rows)}, "
        f"{decide or 'none'} would make *better* or *worse* the answer, {level or 'none'} *no difference*, and "
        f"{even or 'none'} bring the number in brackets to one half or below.\n\n{markdown(heads, rows)}\n\n"
        f"Who judged better {'moves it further than any of these' if further else 'moves it, too'}: where the centre's "
        f"files judged men clearly better than voters did it is {_cell(files, 'nation')}, where voters did, "
        f"{_cell(voters, 'nation')}; look for what lets the two be compared ([more](who-judges-better/README.md)). "
        f"Trotsky asked that members vote: where they do it is {_cell(members, 'nation')}, where the committee does, "
        f"{_cell(plenum, 'nation')}."
    )


def _beforehand(drawn: Sweep, found: Contrast, premise: Contrast) -> str:
    """Return what the experiment had set down as counting against either side, and what became of it."""
    why = " ".join(drawn.experiment.why.strip().split("\n\n")[-1].split())
    two, both = PROVINCES[1:], (found, premise)
    met = ["is met" if min(one.share(scope) for scope in two) > 0.5 else "is not met" for one in both]
    behind = [" and ".join(f"{100 * (1 - one.share(scope)):.0f}" for scope in two) for one in both]
    beyond_it = " and ".join(_three(found, [scope])[2] for scope in two)
    more = found.effects["capital"] - np.mean([found.effects[scope] for scope in PROVINCES], axis=0)
    gain = replace(found, effects={"nation": more})
    gained = {"better": "is not met", "worse": "is met", "same": "is met"}.get(came_out(gain, "nation"), "is open")
    ahead, within, less = _three(gain, ["nation"])
    return (
        f"## What was set down beforehand\n\n\"{why}\" The first {met[0]} as it is worded: elections are behind, by "
        f"however little, in {behind[0]} of 100, but by more than {_least(found)} in {beyond_it}; on the article's "
        f"premise it {met[1]} ({behind[1]}). The second {gained}: the capitals gain more by over {_least(found)} in "
        f"{ahead} of 100, less in {less}, neither in {within}. The third was not asked here "
        "([openness](../docs/openness.md))."
    )


def _later(sweep: Sweep | None) -> str:
    """Return what becomes of it in later years."""
    if sweep is None:
        return "Later years were not asked here: the [sweep over them](switch-date/README.md) is not at hand."
    years = sorted(name for name in sweep.experiment.horizons if "y1924" <= name <= "y9")
    first, last, stands = (
        contrast(sweep, outcome, "never", elect="1923-12", horizon=year)
        for outcome, year in (("performance", years[0]), ("performance", years[-1]), ("recovery_months", years[-1]))
    )
    one, other = first.share("nation"), last.share("nation")
    lead = ("stays" if other > 0.5 else "goes") if one > 0.5 else "comes" if other > 0.5 else "is wanting, too"
    lasts = [scope for scope in CLASSES if last.share(scope) > 0.5]
    ahead, within, behind = _three(stands, ["nation"])
    return (
        f"Three years are a choice, too. Later the lean to election {lead}: by the work of a year "
        f"([performance](switch-date/README.md)) it is ahead, by however little, in {100 * one:.0f} of 100 in "
        f"{years[0][1:]}, in {100 * other:.0f} in {years[-1][1:]}, and in more than half then "
        f"{f'in {places(lasts)}' if lasts else 'nowhere'}; industry at the end of {years[-1][1:]} is better in "
        f"{ahead}, no different in {within}, worse in {behind}."
    )


def _before(drawn: Sweep) -> str:
    """Return what the first version had published, beside the same measure and baseline now."""
    found = contrast(drawn, "performance", *ASKED["appointment, with the hands it had"])
    old, new = (", ".join(f"{100 * share:.0f}" for share in shares) for shares in (
        [PUBLISHED[scope] for scope in SCOPES], [found.share(scope) for scope in SCOPES]))  # fmt: skip
    turned = [scope for scope in CLASSES if found.share(scope) < SURE <= PUBLISHED[scope]]
    withdrawn = f" Withdrawn: that election is ahead in four of five pasts in {places(turned)}." if turned else ""
    return (
        "## What was said before\n\nThe first version measured performance, a share without a recorded counterpart. By "
        f"that, election was ahead of appointment with the hands it had, by however little, in {old} of 100 (nation, "
        f"{', '.join(PLACES[scope] for scope in CLASSES)}); now it is in {new}. Since then two faults were mended: "
        "posts could stand under acting men for years, which no source reports, and some costs fell on one policy "
        f"alone; and readings are drawn as well ([what changed](../docs/changes-0.2.md)).{withdrawn}"
    )


def ahead(found: Mapping[str, Contrast]) -> Ahead:
    """Return the shares in which election is ahead, level and behind, by class, for each question in months."""
    months = {name: one for name, one in found.items() if name != BY_FEUDS}
    counts = [len(months[name].effects["nation"]) for name in ("what happened", ON_PREMISE)]
    return Ahead(
        {name: [one.parts(scope) for scope in CLASSES] for name, one in months.items()},
        {name: [one.share(scope) for scope in CLASSES] for name, one in months.items()},
        "{:,} simulated pasts, in {} of which the centre hardly chose by loyalty".format(*counts),
        _least(months["what happened"]),
    )


def main(given: Sequence[str] | None = None) -> None:
    """Write results/answer.md and its picture."""
    parser = argparse.ArgumentParser(prog="python -m sim.describe.answer", description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default="results/sweeps", help="where the sweeps are")
    folder = Path(parser.parse_args(given).folder)
    try:
        drawn, as_read = (open_sweep(folder / name) for name in ("december-1923", "december-1923-as-read"))
        later = open_sweep(folder / "switch-date") if (folder / "switch-date").exists() else None
        Path("results/answer.md").write_text(page(drawn, as_read, later), encoding="utf-8")
        save(draw(ahead(asked(drawn))), Path("results"), "answer")
    except UserError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
