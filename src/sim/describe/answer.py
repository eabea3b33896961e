"""The page that answers one question: what the other pages say about December 1923, side by side, in words.

``python -m sim.describe.answer [FOLDER]``, after the sweeps ``december-1923`` and ``december-1923-as-read``, writes
``results/answer.md``: three sentences, the table, a picture, and what would overturn it. Words follow from numbers by
`worded`; what the first version had published stands in `PUBLISHED`, as it was printed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.analysis.effects import differences
from sim.analysis.importance import correlation_ratio, grouped
from sim.analysis.sweep import Sweep, open_sweep
from sim.describe.page import facts, markdown
from sim.errors import UserError
from sim.registry.entries import CLASSES, SCOPES
from sim.registry.outcomes import OUTCOMES
from sim.registry.parameters import PARAMETERS
from sim.registry.variants import VARIANTS

Array = NDArray[np.float64]

SURE, RATHER = 0.8, 0.6
"""Shares of worlds from which an answer is called one, and a leaning; the first is the rule for claims."""
NAMED = {"capital": "the capitals", "industrial": "industrial", "agrarian": "agrarian", "borderland": "borderland"}
PROVINCES = CLASSES[1:]
LEADING = 6
"""What the answer hangs on most: so many uncertainties are named."""
PUBLISHED: Sequence[tuple[str, str, Mapping[str, str], str]] = (
    ("first version, packing drawn", "appointment, capacity as recorded",
     {"nation": "0.60", "capital": "0.82", "industrial": "0.66", "agrarian": "0.59", "borderland": "0.54"},
     "posts that could not be filled stood acting for years; nobody had listed that as a reading"),
    ("first version, no packing", "appointment, capacity as recorded",
     {"nation": "0.54", "capital": "0.80", "industrial": "0.63", "agrarian": "0.55", "borderland": "0.48"},
     "the same, without the critics' hypothesis of loyal packing"),
    ("first version, no packing", "appointment, no limit of capacity",
     {"nation": "0.49", "capital": "", "industrial": "", "agrarian": "", "borderland": ""},
     "with a centre that can fill every post hardly any stood acting"),
)
"""What pages of version 0.1 said: which question, against what, shares by class in which election was ahead, why."""


@dataclass(frozen=True)
class Contrast:
    """Election against another policy, over all worlds drawn.

    Attributes
    ----------
    effects
        Of each scope, the effect in every world, positive where election is ahead.
    smallest
        Of interest.
    """

    outcome: str
    effects: Mapping[str, Array]
    smallest: float

    def share(self, scope: str) -> float:
        """Return the share of worlds in which election is ahead, ties half."""
        found = self.effects[scope]
        return float(np.mean(np.where(found == 0.0, 0.5, found > 0.0)))

    def beyond(self, scope: str) -> tuple[float, float]:
        """Return the shares of worlds in which it is ahead, and behind, by more than the smallest effect."""
        found = self.effects[scope]
        return float(np.mean(found > self.smallest)), float(np.mean(found < -self.smallest))

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
    effects, sign = {}, -1.0 if OUTCOMES[outcome].better == "lower" else 1.0
    main = next(iter(sweep.experiment.horizons))
    for column, _, scope, horizon in sweep.columns:
        if horizon == main and column.split("_after")[0].startswith(outcome) and _of(sweep, column) == outcome:
            values = sweep.pairs.values(column)
            elect, _ = differences(sweep.pairs, lever, names.index("election"), values, other)
            rival = differences(sweep.pairs, lever, names.index(against), values, other)[0]
            found = sweep.pairs.by_point(sign * (elect - rival))[0]
            effects[scope] = found[np.isfinite(found)]
    return Contrast(outcome, effects, float(OUTCOMES[outcome].smallest or 0.0))


def _of(sweep: Sweep, column: str) -> str:
    return next(outcome for name, outcome, *_ in sweep.columns if name == column)


def worded(found: Contrast, scope: str) -> str:
    """Return what a contrast says of a scope in plain words: never more than its shares do."""
    ahead, behind = found.beyond(scope)
    if ahead >= SURE:
        return "would have done better"
    if behind >= SURE:
        return "would have done worse"
    if 1.0 - ahead - behind >= SURE:
        return "would have made no difference worth the name"
    share = found.share(scope)
    if share >= RATHER:
        return "comes out ahead more often than behind, but not often enough to call it an answer"
    if share <= 1.0 - RATHER:
        return "comes out behind more often than ahead, but not often enough to call it an answer"
    return "comes out ahead about as often as behind"


def hangs_on(sweep: Sweep, found: Contrast, scope: str) -> list[tuple[str, float]]:
    """Return the uncertainties with which the effect goes most, with their shares of its variance."""
    effect, ratios = found.effects[scope], {}
    for factor, values in sweep.pairs.uncertainties():
        asked = np.array([value is not None for value in values.tolist()])
        kept = np.array([str(value) for value in values[asked].tolist()]) if factor.options else values[asked]
        ratios[factor.name] = correlation_ratio(grouped(kept), effect[asked]) if len(effect) == len(asked) else 0.0
    return sorted(ratios.items(), key=lambda each: -each[1])[:LEADING]


def page(drawn: Sweep, as_read: Sweep) -> str:
    """Return the page."""
    ask = {name: contrast(drawn, "recovery_months", against, capacity) for name, against, capacity in ASKED}
    happened = ask["what happened"]
    return "\n\n".join([
        "# Had the party elected its secretaries from December 1923?",
        " ".join(sentences(drawn, happened)),
        _table(drawn, as_read),
        "![Election against what happened, by class](answer.png)",
        _why(drawn, happened),
        f"Over what: {facts(drawn)} The same points with every reading at its default: {facts(as_read)} Shares are of "
        "worlds under stated assumptions, never probabilities of the past; the standard error of a share is at most "
        f"{happened.error():.3f}. Months of recovery are industry's, and say little where there was hardly any.",
    ]) + "\n"  # fmt: skip


ASKED = (
    ("what happened", "historical", "recorded"), ("appointment, capacity as recorded", "appointment", "recorded"),
    ("appointment, no limit of capacity", "appointment", "unlimited"),
)
"""What election is set against: in words, the policy, the centre's capacity."""


def sentences(drawn: Sweep, found: Contrast) -> Iterator[str]:
    """Yield the answer in three sentences."""
    ahead = float(np.mean([found.share(scope) for scope in PROVINCES]))
    means = [found.mean(scope) for scope in PROVINCES]
    said = {scope: worded(found, scope) for scope in CLASSES}
    if len({said[scope] for scope in PROVINCES}) == 1:
        provinces = f"In the provinces electing secretaries from December 1923 on {said[PROVINCES[0]]}"
    else:
        each = "; ".join(f"in {NAMED[scope]} guberniias it {said[scope]}" for scope in PROVINCES)
        provinces = f"In the provinces the answer differs by class: {each}"
    beyond = np.mean([found.beyond(scope) for scope in PROVINCES], axis=0)
    yield (
        f"**{provinces}: over all that the record leaves open, it is ahead of what happened in {ahead:.0%} of the "
        f"worlds drawn, by {min(means):+.1f} to {max(means):+.1f} months of recovery on average; "
        f"in {1.0 - beyond.sum():.0%} the two differ by less than {found.smallest:g} month.**"
    )
    capital = found.beyond("capital")
    yield (
        f"**In Moscow and Petrograd it {said['capital']}: ahead in {found.share('capital'):.0%} of the worlds, by more "
        f"than {found.smallest:g} month in {capital[0]:.0%}, behind by as much in {capital[1]:.0%}.**"
    )
    leading = [f"`{name}` ({_meaning(name)})" for name, _ in hangs_on(drawn, found, "nation")[:3]]
    yield f"**The answer hangs most on {', '.join(leading[:-1])} and {leading[-1]}.**"


def _meaning(name: str) -> str:
    return PARAMETERS[name].meaning if name in PARAMETERS else VARIANTS[name].meaning


def _table(drawn: Sweep, as_read: Sweep) -> str:
    heads = ["question", "against", "nation", *(NAMED[scope] for scope in CLASSES), "months, nation", "paralysed of 85"]
    rows = []
    for name, sweep in (("every reading drawn", drawn), ("every reading at its default", as_read)):
        for said, against, capacity in ASKED:
            found = contrast(sweep, "recovery_months", against, capacity)
            quarrels = contrast(sweep, "paralysed", against, capacity)
            shares = [f"{found.share(scope):.2f}" for scope in SCOPES]
            fewer = 85 * quarrels.mean("nation")
            rows.append([name, said, *shares, f"{found.mean('nation'):+.1f}", f"{-fewer:+.1f}"])
    for name, said, published, _ in PUBLISHED:
        rows.append([name, said, *(published[scope] or "–" for scope in SCOPES), "–", "–"])
    notes = "\n".join(f"- *{name}, against {said}*: {why}." for name, said, _, why in PUBLISHED)
    return (
        "## The same question, asked in different ways\n\nShare of worlds in which election is ahead, over the three "
        "years from the switch (now: in months of recovery; the first version: in performance), and how many "
        f"committees more (+) or fewer (-) are paralysed under election:\n\n{markdown(heads, rows)}\n\n"
        f"Why the old numbers differed:\n\n{notes}"
    )


def _why(drawn: Sweep, found: Contrast) -> str:
    rows = []
    for name, size in hangs_on(drawn, found, "nation"):
        values = dict((factor.name, at) for factor, at in drawn.pairs.uncertainties())[name]
        rows.append([f"`{name}`", _meaning(name), f"{max(size, 0.0):.2f}", _turns(values, found.effects["nation"])])
    heads = ("uncertainty", "what it is", "share of the variance", "election ahead")
    return (
        "## What would overturn it\n\nThe answer would turn with a figure that is not in the record today. Of all "
        "parameters and readings these move it most; the last column says in how many worlds election is ahead where "
        f"each is low, middling or high, or as read:\n\n{markdown(heads, rows)}"
    )


def _turns(values: NDArray[np.object_], effect: Array) -> str:
    if isinstance(values[0], str) or values[0] is None:
        groups = {str(value): np.array([each == value for each in values]) for value in sorted({*values} - {None})}
    else:
        cuts = np.quantile(values.astype(float), [1 / 3, 2 / 3])
        place = np.digitize(values.astype(float), cuts)
        groups = {name: place == number for number, name in enumerate(("low", "middle", "high"))}
    return ", ".join(f"{name} {np.mean(effect[at] > 0):.2f}" for name, at in groups.items())


def picture(drawn: Sweep, path: Path) -> None:
    """Draw the share of worlds in which election is ahead, by class, for each question."""
    from matplotlib.figure import Figure

    from sim.figures import style

    figure = Figure(figsize=(style.WIDE * style.MM, 2.6))
    axes = figure.subplots()
    for place, (said, against, capacity) in enumerate(ASKED):
        found = contrast(drawn, "recovery_months", against, capacity)
        shares, rows = [found.share(scope) for scope in CLASSES], np.arange(len(CLASSES)) + 0.2 * (place - 1)
        axes.plot(shares, rows, "o", label=said)
    axes.axvline(0.5, color=style.GREY, linewidth=0.8)
    axes.axvspan(0.2, 0.8, color=style.GREY, alpha=0.12, linewidth=0)
    axes.set_yticks(range(len(CLASSES)), list(NAMED.values()))
    axes.set_xlim(0.0, 1.0)
    axes.invert_yaxis()
    axes.set_xlabel("share of worlds in which election is ahead; grey: fewer than four in five either way")
    axes.legend(title="election against", loc="upper left", bbox_to_anchor=(1.0, 1.0), fontsize=7, title_fontsize=7)
    figure.savefig(path, dpi=150, bbox_inches="tight")


def main(given: Sequence[str] | None = None) -> None:
    """Write results/answer.md and its picture."""
    parser = argparse.ArgumentParser(prog="python -m sim.describe.answer", description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default="results/sweeps", help="where the two sweeps are")
    folder = Path(parser.parse_args(given).folder)
    try:
        drawn, as_read = (open_sweep(folder / name) for name in ("december-1923", "december-1923-as-read"))
        Path("results/answer.md").write_text(page(drawn, as_read), encoding="utf-8")
        picture(drawn, Path("results/answer.png"))
    except UserError as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
