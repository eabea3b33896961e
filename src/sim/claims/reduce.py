"""Numbers of claims reduced to a ledger: the rules, and what else is to be told of what decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.analysis.sweep import Sweep
from sim.analysis.wording import hundred
from sim.claims import rules
from sim.claims.claim import Claim, Estimand
from sim.claims.ledger import Entry
from sim.claims.lines import number
from sim.claims.reckon import Array, Reader, Reckoned
from sim.claims.sentence import sentence
from sim.claims.verbs import OVER_ALL, SIDES, WITHOUT_SIGN
from sim.claims.worlds import history
from sim.errors import UserError
from sim.inference import boxes, boxes_told
from sim.inference.asked import Asked, Drawn
from sim.inference.lookfor import Observed, Question, answered
from sim.inference.sensitivity import WORTH, Finding, emulated
from sim.inference.terms import GRADES
from sim.inference.worth import Draws
from sim.registry.entries import Outcome
from sim.registry.observables import OBSERVABLES

INTERVAL = (0.05, 0.95)
"""Quantiles of draws between which nine in ten lie."""
NAMED, FIGURES = 3, 3
"""Terms that are said to be hung on, and figures to look for."""
READING = "all readings (variants)"
_SIDES = {"favours_for": np.argmax, "favours_against": np.argmin}


def choices(sweep: Sweep, fixed: frozenset[str]) -> dict[tuple[str, str], NDArray[np.bool_]]:
    """Return at which points each choice of each reading was drawn that a claim does not fix."""
    found = {}
    for factor, values in sweep.pairs.uncertainties():
        name = factor.target.removeprefix("variants.")
        if factor.target.startswith("variants.") and name not in fixed:
            for option in factor.options:
                found[name, option.label] = np.asarray(values == option.value, np.bool_)
    return found


def numbers(one: Reckoned, shares: rules.Shares) -> dict[str, Any]:
    """Return what the ledger has of an estimand in one population."""
    known = one.means[np.isfinite(one.means)]
    low, high = np.quantile(known, INTERVAL) if len(known) else (np.nan, np.nan)
    return {
        "for": shares.holds, "against": shares.fails, "within": shares.within,
        "mean": float(known.mean()) if len(known) else np.nan, "low": float(low), "high": float(high),
        "sd": float(known.std(ddof=1)) if len(known) > 1 else np.nan, "draws": one.draws if shares.draws else 0,
        "run": " ".join(one.sweeps),
    }  # fmt: skip


@dataclass
class _Judged:
    """An estimand in all populations, and in the one that decides by reading."""

    estimand: Estimand
    verdicts: dict[str, str] = field(default_factory=dict)
    shares: dict[str, rules.Shares] = field(default_factory=dict)
    numbers: dict[str, dict[str, Any]] = field(default_factory=dict)
    reckoned: dict[str, Reckoned] = field(default_factory=dict)
    by_reading: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, claim: Claim, reader: Reader) -> None:
        """Take in a population."""
        said, one, name = self.estimand.said, reader.reckoned(claim, self.estimand), reader.population.name
        bounds = self.estimand.ends
        whole = rules.shares(said.claimed, one.means, one.smallest, *bounds)
        each = {}
        if said.claimed not in OVER_ALL:
            each = rules.readings(said.claimed, one.means, one.smallest, choices(one.sweep, claim.fixes), *bounds)
        self.verdicts[name] = rules.decided(said.claimed, whole, list(each.values()), one.power)
        self.shares[name], self.numbers[name], self.reckoned[name] = whole, numbers(one, whole), one
        self.by_reading[name] = [
            {"variant": variant, "choice": choice, "for": found.holds, "against": found.fails, "within": found.within,
             "draws": found.draws}
            for (variant, choice), found in each.items() if found.draws
        ]  # fmt: skip

    def record(self, name: str, variance: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the ledger has of it; ``name`` is of the population that decides."""
        return {
            **described(self.estimand), "smallest": self.reckoned[name].smallest, "populations": self.numbers,
            "verdict": self.verdicts[name], "variance": dict(variance), "by_reading": self.by_reading[name],
            **({"power": self.reckoned[name].power} if self.estimand.said.planted else {}),
        }  # fmt: skip


def described(estimand: Estimand) -> dict[str, Any]:
    """Return what the ledger has of an estimand whatever its numbers are."""
    said, quantity = estimand.said, next(iter(estimand.quantities.values()))
    found = {
        "name": estimand.name, "words": estimand.words, "claimed": said.claimed,
        "outcome": "" if estimand.outcome is None else estimand.outcome.name, "shown": said.shown,
        "unit": estimand.unit, "horizon": quantity.horizon, "scopes": list(quantity.scopes), "value": said.value,
    }  # fmt: skip
    return found | ({"low": said.low, "high": said.high} if said.claimed == "between" else {})


def entry(
    claim: Claim, readers: Sequence[Reader], *, quick: bool, looked: Sequence[Mapping[str, Any]] = (), deep: bool = True
) -> Entry:
    """Return a claim's entry of the ledger.

    Parameters
    ----------
    readers
        One for each population, the one that decides first.
    looked
        What a ledger has of the populations, for words.
    deep
        With what the number that decides hangs on, under which condition it holds, and what to look for.
    """
    said = claim.said
    blank = Entry(
        claim.id, said.claim, said.place, said.mechanism, said.rival, said.contrast, "", rules.UNTESTABLE, "",
        all=said.all, supports=said.supports, attacks=said.attacks, why=said.reason,
        commands=[f"skloki explain {claim.id}" if claim.asked == claim.id else f"skloki check {claim.asked}"],
    )  # fmt: skip
    asked = [one for one in readers if one.population.asked in said.populations] if claim.tested else []
    if not asked:
        if claim.tested:
            blank = replace(blank, why=f"it is asked in none of {', '.join(one.population.name for one in readers)}")
        return _told(blank, looked, quick)
    judged = [_Judged(estimand) for estimand in claim.estimands]
    for reader in asked:
        for one in judged:
            one.add(claim, reader)
    names = [reader.population.name for reader in asked]
    main, weighing = names[0], [one for one in judged if not one.estimand.said.shown] if said.all else judged[:1]
    verdicts = {name: rules.together([one.verdicts[name] for one in weighing]) for name in names}
    depth = _Depth(asked[0], judged[0], verdicts[main])
    found = depth.look(claim, weighing) if deep else {}
    if said.kind == rules.PUT_IN:
        verdicts = dict.fromkeys(verdicts, rules.PUT_IN)
    elif found.get("condition") and verdicts[main] == rules.OPEN:
        verdicts[main] = rules.CONDITIONAL
    fragile = said.kind == "tested" and rules.fragile(verdicts[main], verdicts)
    whole = replace(
        blank, claimed=_claimed(claim.estimands[0]), verdict=verdicts[main], verdicts=verdicts, fragile=fragile,
        borderline=said.kind == "tested" and any(
            rules.borderline(one.estimand.said.claimed, one.shares[main]) for one in weighing),
        estimands=[one.record(main, depth.variance if one is judged[0] else {}) for one in judged],
        commands=[f"skloki claims {claim.asked}", f"skloki claims --explain {claim.asked}"], **found,
    )  # fmt: skip
    return _told(whole, looked, quick)


def _claimed(one: Estimand) -> str:
    said = one.said
    if said.claimed == "holds":
        return f"relation: 0 <= {said.value}"
    if said.claimed == "between":
        return f"relation: {'' if said.low is None else f'{said.low:g} <= '}{said.value}" + (
            "" if said.high is None else f" <= {said.high:g}")  # fmt: skip
    if said.claimed == "signs":
        return "relation: " + ", ".join(f"{name} {sign}" for name, sign in said.signs.items())
    return said.claimed


def _told(found: Entry, populations: Sequence[Mapping[str, Any]], quick: bool) -> Entry:
    return replace(found, sentence=sentence(asdict(found), populations, quick))


class _Depth:
    """What is told of the estimand that decides, in the population that does: its variance, a condition, figures."""

    def __init__(self, reader: Reader, judged: _Judged, verdict: str) -> None:
        self.reader, self.judged, self.verdict = reader, judged, verdict
        self.one = judged.reckoned[reader.population.name]
        self.variance: dict[str, Any] = {}
        self.notes: list[str] = []

    def look(self, claim: Claim, weighing: Sequence[_Judged]) -> dict[str, Any]:
        """Return fields of an entry."""
        found: dict[str, Any] = {}
        said = self.judged.estimand.said
        if said.claimed in OVER_ALL:
            return {"notes": self.notes}
        try:
            points = self.one.points
        except UserError as error:
            problem = error.problems[0]
            self.notes.append(f"too few worlds to say what the result hangs on, under which condition it holds and "
                              f"what to look for: {problem.found}, and {problem.allowed} are needed")  # fmt: skip
            return {"notes": self.notes}
        asked = self._asked()
        found["hangs_on"] = self._hangs(points, asked)
        found["reverses"] = self._reverses(points, asked)
        if self.verdict == rules.OPEN and claim.said.kind == "tested":
            if len(weighing) == 1:
                found |= self._condition(points, asked)
            found["lookfor"] = self._figures()
        return found | {"notes": self.notes}

    def _asked(self) -> Asked:
        estimand = self.judged.estimand
        outcome = estimand.outcome or Outcome(estimand.name, estimand.unit, estimand.words)
        if estimand.said.smallest is not None:  # what counts is the claim's
            outcome = replace(outcome, smallest=estimand.said.smallest)
        return Asked("world", estimand.said.value, "", outcome, "nation", "", False, self.one.values, self.one.base)

    def _hangs(self, points: Drawn, asked: Asked) -> list[dict[str, Any]]:
        """Return what the number hangs on, and note the parts of its variance."""
        finding = emulated(points, [asked])[0]
        self.variance = parts(finding)
        if finding.refused:
            self.notes.append(f"what it hangs on cannot be told: {finding.refused}")
            return []
        rows = finding.leading()
        return [{"name": row.name, "share": row.alone, "grade": row.grade}
                for row in rows[rows["alone"] >= WORTH][:NAMED].itertuples()]  # fmt: skip

    def _reverses(self, points: Drawn, asked: Asked) -> str:
        found = boxes.discovered(points, asked, "effect > 0", boxes=False)
        return boxes_told.would(found, sign=self.judged.estimand.said.claimed not in WITHOUT_SIGN)

    def _condition(self, points: Drawn, asked: Asked) -> dict[str, Any]:
        """Return the condition under which a claim holds, or fails, if there is one."""
        best: tuple[float, boxes.Box, str] | None = None
        shares = self.judged.shares[self.reader.population.name]
        sides = zip(("holds", "fails"), (shares.holds, shares.fails), self._wheres(), strict=True)
        for side, share, where in sides:
            there = round(share * shares.draws)
            if min(there, shares.draws - there) < boxes.RARE:
                self.notes.append(f"no condition was looked for under which it {side}: it does in {there} of "
                                  f"{shares.draws} worlds")  # fmt: skip
                continue
            try:
                found = boxes.discovered(points, asked, where)
            except UserError as error:
                problem = error.problems[0]
                self.notes.append(f"no condition was looked for under which it {side}: "
                                  f"{problem.found or problem.allowed}")  # fmt: skip
                continue
            for box in found.boxes:
                good = box.held.density >= rules.DENSITY and box.held.coverage >= rules.COVERAGE
                if good and (best is None or box.held.coverage > best[0]):
                    best = (box.held.coverage, box, side)
        if best is None:
            return {}
        coverage, box, side = best
        grades = list(dict.fromkeys(one.axis.term.grade or "of several grades" for one in box.conditions))
        text = (f"It {side} where {boxes_told.plainly(box)}: in {hundred(box.held.density)} of 100 such worlds; of all "
                f"in which it {side}, {hundred(coverage)} of 100 are such (worlds held back). That rests on what is "
                f"{' and '.join(grades)}.")  # fmt: skip
        return {"condition": text, "condition_grades": grades, "density": box.held.density, "coverage": coverage}

    def _wheres(self) -> tuple[str, str]:
        """Return in SQL in which draws the claim holds, and in which its opposite does."""
        said, s = self.judged.estimand.said, f"{self.one.smallest!r}"
        low, high = self.judged.estimand.ends
        inside = " AND ".join([f"effect >= {low!r}"] * (low is not None)
                              + [f"effect <= {high!r}"] * (high is not None)) or "true"  # fmt: skip
        where = {"above": f"effect > {s}", "below": f"effect < -{s}", "within": f"abs(effect) <= {s}", "inside": inside}
        holds, fails = (
            f"NOT ({where[side.removeprefix('not ')]})" if side.startswith("not ") else where[side]
            for side in SIDES[said.claimed]
        )
        return holds, fails

    def _figures(self) -> list[dict[str, Any]]:
        """Return the figures that would tell most, of different kinds, with what would favour either side."""
        try:
            observed = Observed(self.reader.opened(self.reader.population, history()))
        except UserError as error:
            self.notes.append(f"what to look for was not asked: {error.problems[0].found or error.problems[0].allowed}")
            return []
        values = self.one.values
        if len(values) != len(observed.pairs):
            # with other replicates: each draw's mean stands for all of its
            means = dict(zip(self.one.sweep.pairs.points.tolist(), self.one.means, strict=True))
            values = np.array([means[point] for point in observed.pairs.point.tolist()])
        ahead = self._holds(values)
        question = Question("effect", "world", "claim", "opposite", "", "nation", "", "", self.judged.estimand.unit,
                            values, ahead, "neither")  # fmt: skip
        names = list(OBSERVABLES)
        draws = Draws(observed.columns(names), np.ones(len(values)), observed.part)
        try:
            answer = answered(question, draws, names)
        except UserError as error:
            self.notes.append(f"what to look for: {error.problems[0].found}")
            return []
        found, kinds = list[dict[str, Any]](), set[str]()
        for worth in answer.worths:
            one = worth.observable
            sides = {side: worth.middle[int(which(worth.ahead))] for side, which in _SIDES.items()}
            alike = len(set(map(number, sides.values()))) == 1  # what speaks for both sides speaks for none
            if one.figure in kinds or alike or worth.explains[0] <= answer.luck:
                continue
            kinds.add(one.figure)
            found.append({
                "observable": one.name, "meaning": f"{one.meaning}, {one.period}", "unit": one.unit,
                "explains": worth.expected, "reliability": one.reliability, **sides, "where": one.where,
            })  # fmt: skip
            if len(found) == FIGURES:
                break
        if not found:
            self.notes.append("what to look for: no figure that is kept would teach more than luck would have it")
        return found

    def _holds(self, values: Array) -> Array:
        """Return in which draws the claim's side is ahead: of a direction by the sign alone."""
        said = self.judged.estimand.said
        if said.claimed in WITHOUT_SIGN:
            least = self.one.smallest
            low, high = (-least, least) if said.claimed == "within" else self.judged.estimand.ends
            return np.where(np.isfinite(values), rules.between(values, low, high).astype(float), np.nan)
        sign = 1.0 if said.claimed in ("above", "not below") else -1.0
        return np.where(np.isfinite(values), 0.5 + 0.5 * np.sign(sign * values), np.nan)


def parts(finding: Finding) -> dict[str, Any]:
    """Return the parts of a number's variance over draws: by chance, parameters, readings, together, not told apart."""
    chance = finding.chance if np.isfinite(finding.chance) else None
    if finding.refused:
        rest = None if chance is None else 1.0 - chance
        return {"chance": chance, "parameters": None, "readings": None, "together": None, "unseen": rest}
    rows = finding.rows
    graded = rows[rows["kind"] == "grade"]
    named = {f"all {grade} parameters" for grade in GRADES}
    parameters = float(graded[graded["name"].isin(named)]["alone"].clip(lower=0.0).sum())
    readings = float(graded[graded["name"] == READING]["alone"].clip(lower=0.0).sum())
    unseen = float(rows[rows["kind"] == "unseen"]["alone"].sum())
    left = max(0.0, 1.0 - parameters - readings - unseen - (chance or 0.0))
    return {"chance": chance, "parameters": parameters, "readings": readings, "together": left, "unseen": unseen}
