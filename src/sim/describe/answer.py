"""The page that answers one question: what the other pages say about December 1923, side by side, in words.

``python -m sim.describe.answer [FOLDER]``, after the sweeps ``december-1923`` and ``december-1923-as-read``, writes
``results/answer.md``: three sentences, the table, a picture, and what would shift it. Words follow from numbers by
`worded`; what the first version had published stands in `PUBLISHED`, as it was printed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.analysis.effects import chosen, differences
from sim.analysis.importance import influence
from sim.analysis.sentences import PROVINCES, SURE, beyond, verdict
from sim.analysis.sweep import Sweep, open_sweep
from sim.describe.page import facts, markdown
from sim.errors import UserError
from sim.figures.ahead import Ahead, draw
from sim.figures.style import save
from sim.registry.entries import CLASSES, SCOPES
from sim.registry.outcomes import OUTCOMES
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS

Array = NDArray[np.float64]
Leading = Sequence[tuple[str, float]]
"""Uncertainties with which an effect goes most, and their shares of its variance."""

SAID: Mapping[str, str] = {
    "better": "it would have done better", "worse": "it would have done worse",
    "same": "it would have made no difference worth the name",
    "leans towards": "the model gives no answer, but leans towards election",
    "leans against": "the model gives no answer, but leans against election", "open": "the model gives no answer",
}
"""Verdicts in words."""
NAMED = {"capital": "the capitals", "industrial": "industrial", "agrarian": "agrarian", "borderland": "borderland"}
LEADING = 6
"""What the answer hangs on most: so many uncertainties are named."""
PUBLISHED: Mapping[str, float] = {
    "nation": 0.60, "capital": 0.82, "industrial": 0.66, "agrarian": 0.59, "borderland": 0.54,
}
"""What version 0.1 had published: shares of pasts in which election is ahead in performance."""
SOUGHT: Mapping[str, str] = {
    "inh_l": "guberniia committees that changed their secretary for a local man, 1922 to 1925: do complaints before "
             "and after name the same people",
    "inh_o": "guberniia committees that got their secretary from elsewhere, 1922 to 1925: do complaints before and "
             "after name the same people",
    "x_el": "of the skloki that a control commission or the Orgburo heard of: in how many a conference was called, and "
            "how many months later",
    "tr_p": "of the skloki that the Orgburo heard of: in how many a man was moved, and how many months later",
    "a_con": "protocols of conferences with the votes for secretary counted; complaints afterwards, where the vote was "
             "close and where it was not",
    "a_imp": "complaints in the year after a secretary was sent, and in the year after one was elected",
    "r_v": "men whom conferences chose: their assessments and recalls within a year or two",
    "r_f": "men whom the cadre department assigned: their assessments and recalls within a year or two",
    "r_p": "men whom committees chose from among themselves: their assessments and recalls within a year or two",
    "pack": "of the men assigned as secretaries, and of those passed over: who had served under a member of the "
            "Secretariat before",
    "cool": "how many months skloki lasted where nobody was moved",
}
"""What would have to be found, in words for whoever works in an archive."""


@dataclass(frozen=True)
class Contrast:
    """Election against another policy, over all worlds drawn."""

    outcome: str
    effects: Mapping[str, Array]  # of each scope, the effect in every world, positive where election is ahead
    smallest: float  # of interest
    pairs: Mapping[str, Array] = field(default_factory=dict)  # as ``effects``, of every pair of a point and a replicate

    def share(self, scope: str) -> float:
        """Return the share of worlds in which election is ahead, ties half."""
        found = self.effects[scope]
        return float(np.mean(np.where(found == 0.0, 0.5, found > 0.0)))

    def beyond(self, scope: str) -> tuple[float, float]:
        """Return the shares of worlds in which it is ahead, and behind, by more than the smallest effect."""
        return beyond(self.effects[scope], self.smallest)

    def mean(self, scope: str) -> float:
        """Return the mean effect."""
        return float(self.effects[scope].mean())

    def error(self) -> float:
        """Return the standard error of a share of all worlds at most."""
        return float(0.5 / len(self.effects["nation"]) ** 0.5)


def contrast(sweep: Sweep, outcome: str, against: str, capacity: str) -> Contrast:
    """Return election against a policy, on the same accidents, at the main horizon."""
    lever = sweep.experiment.lever("policy")
    names = [str(option.value) for option in lever.options]
    other = [str(option.value) for option in sweep.experiment.lever("capacity").options].index(capacity)
    effects, pairs, sign = {}, {}, -1.0 if OUTCOMES[outcome].better == "lower" else 1.0
    main = next(iter(sweep.experiment.horizons))
    for column, _, scope, _ in chosen(sweep, outcome, None, main):
        values = sweep.pairs.values(column)
        elect, rival = (
            differences(sweep.pairs, lever, names.index(name), values, other)[0] for name in ("election", against)
        )
        pairs[scope] = sign * (elect - rival)
        found = sweep.pairs.by_point(pairs[scope])[0]
        effects[scope] = found[np.isfinite(found)]
    return Contrast(outcome, effects, float(OUTCOMES[outcome].smallest or 0.0), pairs)


def worded(found: Contrast, scopes: Sequence[str]) -> str:
    """Return what a contrast says of scopes together in plain words: never more than it does of each."""
    return SAID[verdict([(*found.beyond(scope), found.share(scope)) for scope in scopes])]


def hangs_on(sweep: Sweep, found: Contrast, scope: str) -> Leading:
    """Return the uncertainties with which the effect goes most, with their shares of its variance."""
    return [(str(name), max(float(size), 0.0)) for name, size in influence(sweep, found.pairs[scope])[:LEADING].items()]


def page(drawn: Sweep, as_read: Sweep) -> str:
    """Return the page."""
    happened = contrast(drawn, "recovery_months", *ASKED["what happened"])
    leading = hangs_on(drawn, happened, "nation")
    return "\n\n".join([
        "# Had the party elected its secretaries from December 1923?",
        CLAIMED,
        " ".join(sentences(drawn, happened, leading)),
        MEASURED.format(paralysed=_paralysed(drawn)),
        _table(drawn, as_read),
        "![How often election does better, by class of guberniia](answer.png)",
        "*Right of the line election does better more often than each of three alternatives, left of it worse, over "
        "the three years from December 1923. Grey: no clear answer. Bars: two standard errors.*",
        _why(drawn, happened, leading),
        _before(drawn),
        READ,
        f"**Over what.** {facts(drawn)} With every reading at its default: {facts(as_read)} The standard error of a "
        f"share is at most {happened.error():.3f}, of a third of the pasts {3**0.5 * happened.error():.2f}: of drawing "
        "so many pasts, not of the assumptions.",
    ]) + "\n"  # fmt: skip


CLAIMED = """J. Harris (2017) argues that electing secretaries, as Trotsky asked in December 1923, "was likely to make a
difficult situation even worse" in the provinces, and that it "might have worked in Moscow or Petrograd"."""
MEASURED = """Measured by industry's recovery, which says little where there was hardly any. By the article's other
measure, committees paralysed by infighting, election brings {paralysed}. This is about administration: whether
elections would have spared the country the dictatorship is not asked here."""
ASKED: Mapping[str, tuple[str, str]] = {
    "what happened": ("historical", "recorded"),
    "appointment, with the hands it had": ("appointment", "recorded"),
    "appointment, with all the hands it wanted": ("appointment", "unlimited"),
}
"""What election is set against: in words, the policy, the centre's capacity."""
READ = """## How to read it

- A *simulated past* is one run of the party's 85 guberniia organisations (the 2 capitals, 18 industrial, 31 agrarian,
  34 borderland) and their uezds from January 1921. Every number that nobody recorded is drawn from a stated range,
  and so is every *reading*: what the sources' words leave open, as far as we have listed it (`skloki list variants`).
  Policies are compared in the same past, on the same accidents. Shares are of pasts under these assumptions, never
  probabilities: pasts that miss the recorded figures count as much as those that meet them.
- *What happened* is simulated, too: the centre claims a growing part of the vacancies, as the record has it.
  *Appointment*: from December 1923 it claims all of them, with as many assignments a month as are recorded, or as
  many as it wants; where it has no man to spare, by default the place elects. *Election*: from then on nobody is
  appointed or moved from above; conferences fill the posts of guberniia and uezd committees as they fall vacant or
  due, and who votes, the members or the committee, is one of the readings. The majority's answer, election where a
  place is ready for it, is not on this page.
- A *month of recovery* is the growth of industry in a mean month: about 3 per cent in 1923 to 1926. Nearer than one
  month counts as no difference; *no answer* means that in fewer than four of five pasts the same side is ahead by
  more. Both were fixed before any result.
- The quarrels of 1923 to 1926 over policy, the opposition and the mass recruitment of 1924 are in all these pasts
  alike. Among the numbers drawn is how far the centre chose by loyalty to itself, from not at all to wholly: the
  standard explanation, which the article disputes."""


def sentences(drawn: Sweep, found: Contrast, leading: Leading) -> Iterator[str]:
    """Yield the answer in three sentences."""
    for where, scopes in (("For the provinces", PROVINCES), ("For Moscow and Petrograd", CLASSES[:1])):
        shares = np.array([found.beyond(scope) for scope in scopes])
        ahead, behind = (_of_hundred(values) for values in shares.T)
        yield (
            f"**{where} {worded(found, scopes)}: electing secretaries from December 1923 is ahead of what happened in "
            f"{_of_hundred([found.share(scope) for scope in scopes])} of 100 simulated pasts, by more than "
            f"{_month(found.smallest)} in {ahead}, and behind by as much in {behind}.**"
        )
    name, size = leading[0]
    low, high = _turns(drawn, name, found)[:: 2 if name in PARAMETERS else 1][:2]
    yield (
        f"**No single unknown decides it; most goes with the {_meaning(name)}: {low[0]}, election is ahead in "
        f"{100 * low[1]:.0f} of 100 pasts, {high[0]}, in {100 * high[1]:.0f}; even that is {size:.0%} of the spread.**"
    )


def _of_hundred(shares: Iterable[float]) -> str:
    """Return shares as numbers of a hundred, the least to the most."""
    known = sorted(round(100 * share) for share in shares)
    return f"{known[0]}" if known[0] == known[-1] else f"{known[0]} to {known[-1]}"


def _month(size: float) -> str:
    return "a month of industrial recovery" if size == 1 else f"{size:g} months of industrial recovery"


def _paralysed(drawn: Sweep) -> str:
    """Return in words how many committees more or fewer are paralysed under election than as it happened."""
    found = contrast(drawn, "paralysed", *ASKED["what happened"])
    more = -85 * found.mean("nation")
    if abs(more) < 85 * found.smallest:
        return f"next to no difference ({_signed(more)} of 85)"
    return f"{abs(more):.1f} of 85 {'more' if more > 0 else 'fewer'}"


def _signed(value: float) -> str:
    return "0.0" if abs(value) < 0.05 else f"{value:+.1f}"


def _meaning(name: str) -> str:
    return PARAMETERS[name].meaning if name in PARAMETERS else VARIANTS[name].meaning


def _table(drawn: Sweep, as_read: Sweep) -> str:
    heads = ["left open", "election against", "nation", *NAMED.values(), "months, nation", "paralysed of 85"]
    rows = []
    for name, sweep in (("numbers and readings", drawn), ("numbers alone", as_read)):
        for said, against in ASKED.items():
            found, quarrels = (contrast(sweep, outcome, *against) for outcome in ("recovery_months", "paralysed"))
            shares = [f"{found.share(scope):.2f}" for scope in SCOPES]
            rows.append([name, said, *shares, _signed(found.mean("nation")), _signed(-85 * quarrels.mean("nation"))])
    return (
        "## The same question, asked in different ways\n\nShare of simulated pasts in which election is "
        "ahead over the three years from the switch, by how many months of recovery, and how many committees more (+) "
        f"or fewer (-) are paralysed under it:\n\n{markdown(heads, rows)}"
    )


def _before(drawn: Sweep) -> str:
    """Return what the first version had published, beside the same measure and baseline now."""
    found = contrast(drawn, "performance", *ASKED["appointment, with the hands it had"])
    rows = [
        ["version 0.1", *(f"{PUBLISHED[scope]:.2f}" for scope in SCOPES)],
        ["now", *(f"{found.share(scope):.2f}" for scope in SCOPES)],
    ]
    turned = [NAMED[scope] for scope in CLASSES if found.share(scope) < SURE <= PUBLISHED[scope]]
    withdrawn = f" Withdrawn: that election is ahead in four of five pasts in {', '.join(turned)}." if turned else ""
    return (
        "## What was said before\n\nThe first version measured performance, a share without a recorded counterpart. "
        f"Election against appointment with the hands it had, by that measure:\n\n"
        f"{markdown(['', 'nation', *NAMED.values()], rows)}\n\nIn between posts no longer stand acting for years, of "
        "which no source knows; pairs of terms that paid unlike were made alike; and readings are drawn as well "
        f"([what changed](../docs/changes-0.2.md)).{withdrawn}"
    )


def _why(drawn: Sweep, found: Contrast, leading: Leading) -> str:
    rows, turn_it, clear = [], 0, "No figure alone would make"
    for name, size in leading:
        turns = _turns(drawn, name, found)
        shares = [share for _, share, _ in turns]
        turn_it += min(shares) < 0.5 < max(shares)
        if max(beyond for *_, beyond in turns) >= SURE:
            clear = "A single figure could make"
        said = ", ".join(f"{label} {share:.2f}" for label, share, _ in turns)
        rows.append([_meaning(name), said, SOUGHT.get(name, "–"), f"`{name}`", f"{size:.2f}"])
    heads = ("what nobody has counted", "election ahead", "what to look for", "in files", "of the spread")
    return (
        "## What would shift it\n\n"
        f"{clear} the answer clear by the rule of four in five; {turn_it or 'none'} of the {len(rows)} below would "
        "turn the balance, were a source to put it at one end of the range that was tried. For the nation, against "
        "what happened, where each is in the lowest, middle or highest third of its range (or read so):\n\n"
        f"{markdown(heads, rows)}"
    )


def _turns(drawn: Sweep, name: str, found: Contrast) -> list[tuple[str, float, float]]:
    """Return for each third of a number's range, or way to read it, how often election is ahead there in the nation.

    And in what share of pasts the same side is ahead by more than the smallest effect.
    """
    factor, values = next((factor, at) for factor, at in drawn.pairs.uncertainties() if factor.name == name)
    if factor.options:
        groups = {f"read as `{option.value}`": values == option.value for option in factor.options}
    else:
        cuts = np.quantile(values.astype(float), [1 / 3, 2 / 3])
        place = np.digitize(values.astype(float), cuts)
        groups = {label: place == number for number, label in enumerate(("low", "middling", "high"))}
    there = {label: replace(found, effects={"nation": found.effects["nation"][at]}) for label, at in groups.items()}
    return [(label, one.share("nation"), max(one.beyond("nation"))) for label, one in there.items()]


def ahead(drawn: Sweep) -> Ahead:
    """Return the share of pasts in which election is ahead, by class, for each question."""
    found = {said: contrast(drawn, "recovery_months", *against) for said, against in ASKED.items()}
    shares = {said: [one.share(scope) for scope in CLASSES] for said, one in found.items()}
    return Ahead(shares, max(one.error() for one in found.values()), len(drawn.pairs.points))


def main(given: Sequence[str] | None = None) -> None:
    """Write results/answer.md and its picture."""
    parser = argparse.ArgumentParser(prog="python -m sim.describe.answer", description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default="results/sweeps", help="where the two sweeps are")
    folder = Path(parser.parse_args(given).folder)
    try:
        drawn, as_read = (open_sweep(folder / name) for name in ("december-1923", "december-1923-as-read"))
        Path("results/answer.md").write_text(page(drawn, as_read), encoding="utf-8")
        save(draw(ahead(drawn)), Path("results"), "answer")
    except UserError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
