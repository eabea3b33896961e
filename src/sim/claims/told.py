"""The ledger in words, for every door, the report among them: its table, each claim explained, its page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.analysis.plain import named
from sim.analysis.wording import amount
from sim.claims import rules
from sim.claims.answer import three
from sim.claims.ledger import Entry, Ledger, deciding
from sim.claims.lines import NOTHING, At, number, of_100
from sim.claims.sentence import QUICK, choice_said, shares_said
from sim.claims.verbs import THREE_PARTS
from sim.registry.mechanisms import MECHANISMS
from sim.results.ledger import JSON
from sim.scenario.doc_tables import markdown

FORBIDDEN = (
    "Shares are of worlds under stated assumptions: no share is a probability of the past, and none is a p-value. "
    "That a claim holds in the model does not show that it held in 1923."
)

HEADER = ("", "claim", "verdict", "as claimed", "too small", "otherwise", "over the ranges", "without grade C")


def line(entry: Entry, populations: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return a claim as a row of the table: id, words, verdict, of 100 worlds how it comes out, and elsewhere."""
    said = entry.verdict + (" ?" if entry.borderline else "") + (" !" if entry.fragile else "")
    beside = (_pair(entry, name) for name in ("prior", "documented"))
    return [entry.id, entry.words, said, *_shares(entry, deciding(populations)), *beside]


def _shares(entry: Entry, population: str) -> tuple[str, str, str]:
    """Return of 100 worlds how many are as the number that decides has it, too little apart to count, and otherwise."""
    one = entry.first
    found = one["populations"].get(population) if one else None
    if not one or not found or not found["draws"]:
        return NOTHING, NOTHING, NOTHING
    small = of_100(found["within"]) if one["claimed"] in THREE_PARTS else NOTHING
    return of_100(found["for"]), small, of_100(found["against"])


def _pair(entry: Entry, population: str) -> str:
    """Return the same in a cell, without what is too small to count."""
    holds, _, fails = _shares(entry, population)
    return f"{holds} / {fails}" if (holds, fails) != (NOTHING, NOTHING) else NOTHING


def by_rival(ledger: Ledger) -> tuple[list[str], list[list[str]]]:
    """Return the head and rows of a table: each claim in worlds of rival accounts; nothing without any."""
    rivals = [str(one["name"]) for one in ledger.populations if one.get("rival")]
    rows = [[entry.id, *(_pair(entry, name) for name in rivals)] for entry in ledger.claims]
    return ["", *rivals], [row for row in rows if rivals and set(row[1:]) != {NOTHING}]


def answer(ledger: Ledger) -> list[str]:
    """Return what the ledger says, in sentences: its main claims, then counts of verdicts."""
    return [str(one) for one in three(At(ledger.document(), JSON))]


def legend(ledger: Ledger) -> list[str]:
    """Return how the table is to be read."""
    return [
        "Numbers are of 100 worlds, of the number that decides: as claimed by more than the smallest effect of "
        "interest, with a difference too small to count, and the opposite (of what is no effect: not as claimed). "
        "Beside them the same, as claimed / otherwise, over the ranges and without figures of grade C. ? borderline, "
        "! another verdict without figures of grade C.",
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
        yield "leans on", entry.reverses
    if entry.lookfor:
        yield "look for", "\n".join(map(lookfor_said, entry.lookfor))
    if entry.grid:
        yield "by mechanisms", "\n".join([entry.mechanisms, *_knocked(entry)])
    for note in entry.notes:
        yield "note", note
    yield "run it", "\n".join(entry.commands)
    yield "how to read", f"The verdict is that of the {decides} draws. {FORBIDDEN}"


def effect(value: float | None, unit: str) -> str:
    """Return an effect with its sign and unit."""
    return NOTHING if value is None or not math.isfinite(value) else amount(value, unit, "+")


def _knocked(entry: Entry) -> Iterator[str]:
    unit = str(entry.estimands[0]["unit"])
    for row in entry.grid:
        off, alone = (effect(row[key], unit) for key in ("off", "alone"))
        known = MECHANISMS.get(row["mechanism"])
        meaning = known.meaning.rstrip(".") if known else "No longer a mechanism"
        yield f"{meaning} ({row['mechanism']}): without it {off}, with it alone {alone}"


def mechanisms(ledger: Ledger) -> list[str]:
    """Return what the grids say, of each claim that has one."""
    return [f"{entry.id}, by mechanisms: {entry.mechanisms}" for entry in ledger.claims if entry.mechanisms]


def _by_reading(row: Mapping[str, Any]) -> str:
    parts = [f"as claimed {of_100(row['for'])}", f"otherwise {of_100(row['against'])}"]
    small = f", too small {of_100(row['within'])}" if row.get("within") else ""
    return f"{choice_said(row['variant'], row['choice'])}: of 100 {', '.join(parts)}{small} ({row['draws']} draws)"


def _hung(one: Mapping[str, Any]) -> str:
    grade = f", {one['grade']}" if one.get("grade") else ""
    return f"{named(one['name'])}: {of_100(one['share'])} of 100 parts{grade}"


def _by_population(one: Mapping[str, Any], populations: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    for population in populations:
        found = one["populations"].get(population["name"])
        if found is not None:
            ends = f"nine in ten {number(found['low'])} to {number(found['high'])} {one['unit']}"
            said = shares_said({**one, "words": population["name"]}, population["name"], population["words"])
            yield f"{said} (mean {number(found['mean'])}, {ends})"


def variance_said(parts: Mapping[str, Any]) -> str:
    """Return the parts of a variance over draws in words."""
    kinds = [("chance", "chance"), ("parameters", "parameters"), ("readings", "readings"),
             ("together", "several of these together"), ("unseen", "not told apart")]  # fmt: skip
    known = [f"{words} {of_100(parts[name])}" for name, words in kinds if parts.get(name) is not None]
    return f"{', '.join(known)} (of 100 parts)"


def lookfor_said(one: Mapping[str, Any]) -> str:
    """Return a figure to look for, with the values that would favour either side, in words."""
    return (f"{one['observable']} ({one['meaning']}): would explain {of_100(one['explains'])} of 100 parts; about "
            f"{number(one['favours_for'])} would favour the claim, about {number(one['favours_against'])} its "
            f"opposite; {one['where']}")  # fmt: skip


def page(ledger: Ledger) -> str:
    """Return the folder's page: the answer, the table, how to read it, each verdict in a sentence."""
    mark = f" ({QUICK})" if ledger.quick else ""
    lines = [f"# The ledger of claims{mark}", "", *(f"{text}\n" for text in answer(ledger))]
    lines += [markdown(HEADER, (line(entry, ledger.populations) for entry in ledger.claims)), ""]
    lines += [*(f"{text}\n" for text in legend(ledger)), "## Each verdict", ""]
    for entry in ledger.claims:
        lines.append(f"**{entry.id}** {entry.words}. {entry.sentence}\n")
        if entry.grid:
            knocked = "\n".join(f"- {text}" for text in _knocked(entry))
            lines += [f"By mechanisms: {entry.mechanisms}\n", f"{knocked}\n"]
    head, rows = by_rival(ledger)
    if rows:
        lines += ["## In the worlds of rival accounts", "", "As claimed / otherwise, of 100 worlds of each.", ""]
        lines += [markdown(head, rows), ""]
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
