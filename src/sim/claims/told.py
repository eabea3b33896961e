"""The ledger in words: every door, the report among them, words it here, and never stronger than the rules do."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.analysis.sentences import capital, hundred
from sim.claims import rules
from sim.claims.ledger import Entry, Ledger
from sim.inference.sensitivity import share

QUICK = "quick: too few draws to cite"
"""What stands beside everything that rests on fewer draws than the rules want."""
FORBIDDEN = (
    "Shares are of worlds under stated assumptions: no share is a probability of the past, and none is a p-value. "
    "That a claim holds in the model does not show that it held in 1923."
)
_HOLDS: Mapping[str, tuple[str, str]] = {
    "above": ("it is higher by more than {size}", "lower by as much"),
    "below": ("it is lower by more than {size}", "higher by as much"),
    "within": ("the difference is within {size}", "beyond it"),
    "not below": ("it is not lower by more than {size}", "lower by more"),
    "not above": ("it is not higher by more than {size}", "higher by more"),
    "between": ("it lies {span}", "elsewhere"),
    "holds": ("it is so", "not so"),
    "signs": ("the slopes have the signs that are claimed (resamples of the draws)", "at least one has not"),
    "not ready": ("it is lower by more than {size}", "not so"),
    "likelier": ("the record is likelier by more than {size} in the logarithm (resamples of the draws)",
                 "less likely by as much"),
    "not needed": ("the record is not likelier for it by {size} in the logarithm (resamples of the draws)", "likelier"),
}  # fmt: skip


def number(value: float | None) -> str:
    """Return a number as sentences have it."""
    return "–" if value is None or not math.isfinite(value) else f"{value:.3g}"


def told_share(value: float | None) -> str:
    """Return a share as sentences and tables have it."""
    return "–" if value is None else share(value)


def size(estimand: Mapping[str, Any]) -> str:
    """Return the smallest effect of an estimand, with its unit."""
    return f"{number(estimand['smallest'])} {estimand['unit']}".rstrip()


def sides(estimand: Mapping[str, Any]) -> tuple[str, str]:
    """Return what it means that a claim holds, and that it fails, in words."""
    low, high = estimand.get("low"), estimand.get("high")
    span = (f"between {number(low)} and {number(high)}" if None not in (low, high)
            else f"at {number(low)} or above" if high is None else f"at {number(high)} or below")  # fmt: skip
    holds, fails = _HOLDS[estimand["claimed"]]
    return holds.format(size=size(estimand), span=span), fails


def deciding(ledger_populations: Sequence[Mapping[str, Any]]) -> str:
    """Return the name of the population that decides: the calibrated one, where it was asked for and is there."""
    names = [str(one["name"]) for one in ledger_populations]
    return "calibrated" if "calibrated" in names or not names else names[0]


def shares_said(estimand: Mapping[str, Any], population: str, words: str) -> str:
    """Return the shares of one estimand in one population, in a clause."""
    found = estimand["populations"].get(population)
    if found is None or not found["draws"]:
        return f"{estimand['words']}: not defined in these draws"
    holds, fails = sides(estimand)
    both = (found["for"], found["against"])
    ahead, behind = ("–" if value is None or math.isnan(value) else hundred(value) for value in both)
    return (f"{estimand['words']}: {holds} in {ahead} of 100 worlds ({found['draws']} {words}), "
            f"{fails} in {behind}")  # fmt: skip


def sentence(entry: Mapping[str, Any], populations: Sequence[Mapping[str, Any]], quick: bool) -> str:
    """Return the verdict on a claim in one careful sentence."""
    verdict, mark = entry["verdict"], f" ({QUICK})" if quick else ""
    if verdict == rules.UNTESTABLE:
        return f"Untestable here: {entry['why']}"
    decides = deciding(populations)
    words = next((str(one["words"]) for one in populations if one["name"] == decides), "")
    shown = entry["estimands"] if entry["all"] else entry["estimands"][:1]
    clauses = "; ".join(shares_said(one, decides, words) for one in shown)
    if verdict == rules.PUT_IN:
        return f"By construction{mark}: {entry['why']}" + (f" Its size: {clauses}." if clauses else "")
    said = capital(verdict) + (", borderline" if entry["borderline"] else "") + mark
    text = f"{said}. {capital(clauses)}."
    if verdict == rules.CONDITIONAL:
        text += f" {entry['condition']}"
    if entry["fragile"]:
        without = entry["verdicts"]["documented"]
        text += f" Fragile: without figures of grade C it is {without}."
    return text


def line(entry: Entry, populations: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a claim as a row of the table: id, words, verdict, shares of draws by population."""
    said = entry.verdict + (" ?" if entry.borderline else "") + (" !" if entry.fragile else "")
    rivals = [_pair(entry, str(one["name"])) for one in populations if one.get("rival")]
    usual = [_pair(entry, name) for name in ("calibrated", "prior", "documented")]
    ends = [text for text in rivals if text != "–"]
    return [entry.id, entry.words, said, *usual, " ".join(ends)]


HEADER = ("", "claim", "verdict", "calibrated", "prior", "documented", "rivals")


def _pair(entry: Entry, population: str) -> str:
    """Return the shares for and against, of the estimand that decides."""
    found = (entry.first or {}).get("populations", {}).get(population)
    return "–" if not found or not found["draws"] else f"{told_share(found['for'])}/{told_share(found['against'])}"


def answer(ledger: Ledger) -> list[str]:
    """Return what the ledger says, in sentences: counts of verdicts, then its main claims."""
    counts = {verdict: [one.id for one in ledger.claims if one.verdict == verdict] for verdict in rules.VERDICTS}
    parts = [f"{len(ids)} {verdict} ({', '.join(ids)})" for verdict, ids in counts.items() if ids]
    count = len(ledger.claims)
    mark = f", {QUICK}" if ledger.quick else ""
    return [f"Of {count} claim{'s' * (count != 1)}{mark}: {'; '.join(parts)}."]


def legend(ledger: Ledger) -> list[str]:
    """Return how the table is to be read."""
    rivals = ", ".join(str(one["name"]) for one in ledger.populations if one.get("rival"))
    return [
        "for/against: shares of draws in which what is claimed holds, or its opposite, by more than the smallest "
        "effect of interest; ? borderline, ! another verdict without figures of grade C; rivals in this order: "
        f"{rivals or 'none'}.",
        FORBIDDEN, *ledger.notes,
    ]  # fmt: skip


def explained(entry: Entry, ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Yield the evidence of one claim: labels and texts."""
    decides = deciding(ledger.populations)
    yield "claim", entry.words
    yield "verdict", entry.sentence
    for label, text in (("place", entry.place), ("mechanism", entry.mechanism), ("rival", entry.rival),
                        ("contrast", entry.contrast)):  # fmt: skip
        if text:
            yield label, text
    for one in entry.estimands:
        yield one["words"], "\n".join(_by_population(one, ledger.populations))
        if one.get("variance"):
            yield "its variance", variance_said(one["variance"])
        if one.get("by_reading"):
            yield "by reading", "\n".join(map(_by_reading, one["by_reading"]))
    if entry.verdicts:
        yield "by population", "; ".join(f"{name}: {verdict}" for name, verdict in entry.verdicts.items())
    if entry.hangs_on:
        yield "hangs on", ", ".join(map(_hung, entry.hangs_on))
    if entry.condition and entry.verdict != rules.CONDITIONAL:
        yield "condition", entry.condition
    if entry.reverses:
        yield "reverses it", entry.reverses
    if entry.lookfor:
        yield "look for", "\n".join(map(lookfor_said, entry.lookfor))
    for one in entry.grid:
        yield f"{one['mechanism']}", f"without it {number(one['off'])}, with it alone {number(one['alone'])}"
    for note in entry.notes:
        yield "note", note
    yield "run it", "\n".join(entry.commands)
    yield "how to read", f"in {decides} draws. {FORBIDDEN}"


def _by_reading(row: Mapping[str, Any]) -> str:
    return f"{row['variant']} = {row['choice']}: {told_share(row['for'])} of {row['draws']}"


def _hung(one: Mapping[str, Any]) -> str:
    grade = f", {one['grade']}" if one.get("grade") else ""
    return f"{one['name']} ({told_share(one['share'])}{grade})"


def _by_population(one: Mapping[str, Any], populations: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for population in populations:
        found = one["populations"].get(population["name"])
        if found is not None:
            ends = f"nine in ten {number(found['low'])} to {number(found['high'])} {one['unit']}"
            said = shares_said({**one, "words": population["name"]}, population["name"], population["words"])
            yield f"{said} (mean {number(found['mean'])}, {ends})"


def variance_said(parts: Mapping[str, Any]) -> str:
    """Return the parts of a variance over draws in words."""
    named = [("chance", "chance"), ("parameters", "parameters"), ("readings", "readings"),
             ("together", "several of these together"), ("unseen", "not told apart")]  # fmt: skip
    return ", ".join(f"{words} {told_share(parts[name])}" for name, words in named if parts.get(name) is not None)


def lookfor_said(one: Mapping[str, Any]) -> str:
    """Return a figure to look for, with the values that would favour either side, in words."""
    return (f"{one['observable']} ({one['meaning']}): would explain {told_share(one['explains'])}; about "
            f"{number(one['favours_for'])} would favour the claim, about {number(one['favours_against'])} its "
            f"opposite; {one['where']}")  # fmt: skip


def page(ledger: Ledger) -> str:
    """Return the folder's page: the table, and how to read it."""
    lines = ["# The ledger of claims", "", *answer(ledger), "", "| " + " | ".join(HEADER) + " |",
             "| " + " | ".join("---" for _ in HEADER) + " |"]  # fmt: skip
    for entry in ledger.claims:
        cells = [cell.replace("|", "\\|") for cell in line(entry, ledger.populations)]
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", *(f"{text}\n" for text in legend(ledger))]
    lines += [f"**{entry.id}** {entry.sentence}\n" for entry in ledger.claims]
    lines += [f"Ledger {ledger.digest[:16]}, model {ledger.model}, skloki {ledger.made_with}."]
    return "\n".join(lines) + "\n"


def argdown(ledger: Ledger) -> str:
    """Return the ledger as an argument map in Argdown: claims, what supports and attacks them, verdicts as tags."""
    lines = ["===", "title: The ledger of claims", f"digest: {ledger.digest[:16]}", *(["quick: true"] * ledger.quick),
             "===", ""]  # fmt: skip
    known = {entry.id for entry in ledger.claims}
    for entry in ledger.claims:
        tag = "#" + entry.verdict.replace(" ", "-") + (" #quick" if ledger.quick else "")
        lines.append(f"[{entry.id}]: {_one_line(entry.words)} {tag}")
        for other in ledger.claims:
            if entry.id in other.supports:
                lines.append(f"  + [{other.id}]")
            if entry.id in other.attacks:
                lines.append(f"  - [{other.id}]")
        if entry.rival:
            lines.append(f"  - <Rival of {entry.id}>: {_one_line(entry.rival)}")
        lines += [f"  {sign} [{name}]" for sign, names in (("+>", entry.supports), ("->", entry.attacks))
                  for name in names if name not in known]  # fmt: skip
        lines.append("")
    return "\n".join(lines)


def _one_line(text: str) -> str:
    return " ".join(text.split()).replace("#", "no. ").replace("[", "(").replace("]", ")")
