"""The ledger in words: every door, the report among them, words it here, and never stronger than the rules do."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.analysis.plain import named
from sim.analysis.wording import amount, capital, in_unit
from sim.claims import rules
from sim.claims.answer import as_written, by_other_measure, three, weighing
from sim.claims.ledger import Entry, Ledger, deciding
from sim.claims.lines import NOTHING, At, number, of_100
from sim.registry.mechanisms import MECHANISMS
from sim.registry.variants import VARIANTS
from sim.results.ledger import JSON
from sim.scenario.doc_tables import markdown

QUICK = "quick: too few draws to cite"
"""What stands beside everything that rests on fewer draws than the rules want."""
FORBIDDEN = (
    "Shares are of worlds under stated assumptions: no share is a probability of the past, and none is a p-value. "
    "That a claim holds in the model does not show that it held in 1923."
)
_HOLDS: Mapping[str, tuple[str, str]] = {
    "above": ("it is higher by more than {size}", "lower by as much"),
    "below": ("it is lower by more than {size}", "higher by as much"),
    "within": ("the difference is {size} at most", "it is more"),
    "not below": ("it is not lower by more than {size}", "lower by more"),
    "not above": ("it is not higher by more than {size}", "higher by more"),
    "between": ("it lies {span}", "elsewhere"),
    "holds": ("it is so", "it is not"),
    "signs": ("the slopes have the signs that are claimed", "at least one has not"),
    "not ready": ("it is lower by more than {size}", "not so"),
    "likelier": ("the record is likelier by more than {size} in the logarithm",
                 "less likely by as much"),
    "not needed": ("the record is not likelier for it by {size} in the logarithm", "likelier"),
}  # fmt: skip
_FIRST: Mapping[str, str] = {
    "higher": "it is higher by more than {size} in", "lower": "it is lower by more than {size} in",
    "small": "the difference is too small to count ({size} at most) in",
    "beyond": "it is higher or lower by more than {size} in",
}  # fmt: skip
_THEN: Mapping[str, str] = {
    "higher": "it is higher by more in", "lower": "it is lower by more in",
    "small": "the difference is too small to count in", "beyond": "it is more in",
}  # fmt: skip
"""What an effect may be in a world, told first, and after that."""
ALIKE = 3
"""Numbers up to which a claim to which all are needed tells each; of more, from where to where their shares lie."""
APART = 0.2
"""Share of worlds by which two ways to read the record must differ for both to be told."""


def kinds(estimand: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, float]:
    """Return of an effect in which shares of worlds it is higher, lower, too small to count; nothing of a relation."""
    claimed, holds, fails, small = estimand["claimed"], found["for"], found["against"], found["within"]
    if claimed == "within":
        return {"small": holds, "beyond": fails}
    higher, lower = {
        "above": (holds, fails), "below": (fails, holds), "not below": (holds - small, fails),
        "not above": (fails, holds - small), "not ready": (fails - small, holds),
    }.get(claimed, (None, None)) if None not in (holds, fails, small) else (None, None)  # fmt: skip
    if higher is None or lower is None:
        return {}
    return {"higher": max(0.0, higher), "lower": max(0.0, lower), "small": small}


def size(estimand: Mapping[str, Any]) -> str:
    """Return the smallest effect of an estimand, with its unit."""
    return amount(float(estimand["smallest"]), str(estimand["unit"]))


def sides(estimand: Mapping[str, Any]) -> tuple[str, str]:
    """Return what it means that a claim holds, and that it fails, in words."""
    low, high = estimand.get("low"), estimand.get("high")
    span = (f"between {number(low)} and {number(high)}" if None not in (low, high)
            else f"at {number(low)} or above" if high is None else f"at {number(high)} or below")  # fmt: skip
    holds, fails = _HOLDS[estimand["claimed"]]
    return holds.format(size=size(estimand), span=span), fails


def shares_said(estimand: Mapping[str, Any], population: str, words: str) -> str:
    """Return the shares of one estimand in one population, in a clause: what is most frequent first."""
    found = estimand["populations"].get(population)
    if found is None or not found["draws"]:
        return f"{estimand['words']}: not defined in these draws"
    of = _of(estimand, found["draws"], words)
    told = sorted(kinds(estimand, found).items(), key=lambda one: -one[1])
    if not told:
        holds, fails = sides(estimand)
        neither = f", neither in {of_100(found['within'])}" if estimand["claimed"] == "likelier" else ""
        return (f"{estimand['words']}: {holds} in {_hundred(found['for'])} {of}, {fails} in "
                f"{_hundred(found['against'])}{neither}")  # fmt: skip
    (kind, share), *rest = told
    others = ", ".join(f"{_THEN[other]} {of_100(part)}" for other, part in rest)
    said = f"{estimand['words']}: {_FIRST[kind].format(size=size(estimand))} {of_100(share)} {of}, {others}"
    if "beyond" in dict(told) and None not in (found["low"], found["high"]):  # which way is not said by that
        unit = str(estimand["unit"])
        said += f" (nine worlds in ten: {in_unit(found['low'], unit, '+')} to {amount(found['high'], unit, '+')})"
    return said


def _of(estimand: Mapping[str, Any], draws: int, words: str) -> str:
    """Return of what shares are: of worlds, or, of what is reckoned over all worlds at once, of resamples of them."""
    if estimand["claimed"] in rules.OVER_ALL:
        return f"of 100 resamples of all worlds ({draws} {words})"
    return f"of 100 worlds ({draws} {words})"


def _hundred(value: float | None) -> str:
    return NOTHING if value is None or math.isnan(value) else of_100(value)


def _together(shown: Sequence[Mapping[str, Any]], population: str, words: str) -> str:
    """Return the shares of many estimands in a clause, from where to where they lie; nothing if they are not alike."""
    found = [one["populations"][population] for one in shown]
    told = [kinds(one, numbers) for one, numbers in zip(shown, found, strict=True)]
    if not all(told) or len({(one["claimed"], size(one)) for one in shown}) > 1:
        return ""
    spans = {kind: (min(one[kind] for one in told), max(one[kind] for one in told)) for kind in told[0]}
    (kind, first), *rest = sorted(spans.items(), key=lambda one: -one[1][1])
    others = ", ".join(f"{_THEN[other]} {_span(each)}" for other, each in rest)
    return (f"{len(shown)} numbers, from “{shown[0]['words']}” to “{shown[-1]['words']}”: "
            f"{_FIRST[kind].format(size=size(shown[0]))} {_span(first)} of 100 worlds ({found[0]['draws']} {words}), "
            f"{others}")  # fmt: skip


def _span(ends: tuple[float, float]) -> str:
    low, high = map(of_100, ends)
    return low if low == high else f"{low} to {high}"


def sentence(entry: Mapping[str, Any], populations: Sequence[Mapping[str, Any]], quick: bool) -> str:
    """Return the verdict on a claim in one careful sentence, and what else belongs to it."""
    verdict, mark = entry["verdict"], f" ({QUICK})" if quick else ""
    if verdict == rules.UNTESTABLE:
        return f"Untestable here: {entry['why']}"
    decides = deciding(populations)
    words = next((str(one["words"]) for one in populations if one["name"] == decides), "")
    shown = weighing(entry)
    one_by_one = "; ".join(shares_said(one, decides, words) for one in shown)
    clauses = one_by_one if len(shown) <= ALIKE else _together(shown, decides, words) or one_by_one
    if verdict == rules.PUT_IN:
        return f"By construction{mark}: {entry['why']}." + (f" Its size: {clauses}." if clauses else "")
    said = capital(verdict) + (", borderline" if entry["borderline"] else "") + mark
    text = f"{said}. {capital(clauses)}."
    if verdict == rules.CONDITIONAL:
        text += f" {entry['condition']}"
    more = (_too_weak(shown[0]), *_by_choice(entry, shown), _by_other(entry, decides, words),
            _as_written(entry, decides))  # fmt: skip
    text += "".join(f" {clause}" for clause in more if clause)
    if entry["fragile"]:
        without = entry["verdicts"]["documented"]
        text += f" Fragile: without figures of grade C it is {without}."
    return text


def _by_choice(entry: Mapping[str, Any], shown: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return under which ways to read the record, each alone, the verdict would be another one; else what matters."""
    if len(shown) != 1:
        return []
    rows = [row for row in shown[0].get("by_reading", ()) if row["draws"] >= rules.ENOUGH]
    return [*_turned(entry["verdict"], shown[0]["claimed"], rows)] or [_widest(rows)]


def _turned(verdict: str, claimed: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    decided = (rules.SUPPORTED, rules.CONTRADICTED)
    for row in rows if verdict in (*decided, rules.OPEN) else ():
        counted = rules.Shares(row["for"], row["against"], row.get("within") or 0.0, row["draws"])
        alone = rules.decided(claimed, counted)
        if alone in decided and alone != verdict:
            share = of_100(row["for"] if alone == rules.SUPPORTED else row["against"])
            yield f"Where {choice_said(row['variant'], row['choice'])}, it would be {alone} ({share} of 100)."


def _widest(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the reading that matters most, with the ends of its choices' shares; nothing if none matters."""
    by_variant: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_variant.setdefault(row["variant"], []).append(row)

    def apart(choices: Sequence[Mapping[str, Any]]) -> float:
        return max(one["for"] for one in choices) - min(one["for"] for one in choices)

    most = max(by_variant.values(), key=apart, default=[])
    if not most or apart(most) < APART:
        return ""
    least, *_, top = sorted(most, key=lambda one: one["for"])
    read = VARIANTS.get(top["variant"])
    of = f": {read.meaning}. It is as claimed in" if read else f" ({top['variant']}): it is as claimed in"
    return (f"How the record is read matters most in one place{of} {of_100(least['for'])} of 100 worlds for "
            f"{_read_as(least['variant'], least['choice'])}, in {of_100(top['for'])} for "
            f"{_read_as(top['variant'], top['choice'])}.")  # fmt: skip


def _too_weak(first: Mapping[str, Any]) -> str:
    """Return that the test could not have told a world in which the claim is wrong, where it could not."""
    power = first.get("power")
    if power is None or power >= rules.POWER:
        return ""
    return (f"The test is too weak to decide it: records made in a world in which it is wrong would have shown "
            f"{number(power)}, and {rules.POWER:g} is asked for.")  # fmt: skip


def _by_other(entry: Mapping[str, Any], decides: str, words: str) -> str:
    """Return the verdict by the other measure that the claim names, if it is another one."""
    return "".join(f"By another measure it would be {one['verdict']}. {capital(shares_said(one, decides, words))}."
                   for one in by_other_measure(entry, decides))  # fmt: skip


def choice_said(variant: str, choice: str) -> str:
    """Return a way to read the record in words, its names after them."""
    read = VARIANTS.get(variant)
    if read is None or choice not in read.choices:
        return f"{variant} = {choice}"
    return f"{read.meaning} is read as {_read_as(variant, choice)}"


def _read_as(variant: str, choice: str) -> str:
    read = VARIANTS.get(variant)
    told = f"“{read.choices[choice]}” " if read is not None and choice in read.choices else ""
    return f"{told}({variant} = {choice})"


def _as_written(entry: Mapping[str, Any], decides: str) -> str:
    return ("It is so in nearly all worlds over the ranges too: what the model assumes says so, and the record has "
            "added little." if as_written(entry, decides) else "")  # fmt: skip


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
    small = of_100(found["within"]) if one["claimed"] in rules.IMMATERIAL_FOR else NOTHING
    return _hundred(found["for"]), small, _hundred(found["against"])


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
    yield "how to read", f"in {decides} draws. {FORBIDDEN}"


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
    parts = [f"as claimed {_hundred(row['for'])}", f"otherwise {_hundred(row['against'])}"]
    small = f", too small {_hundred(row['within'])}" if row.get("within") else ""
    return f"{choice_said(row['variant'], row['choice'])}: of 100 {', '.join(parts)}{small} ({row['draws']} draws)"


def _hung(one: Mapping[str, Any]) -> str:
    grade = f", {one['grade']}" if one.get("grade") else ""
    return f"{named(one['name'])}: {_hundred(one['share'])} of 100 parts{grade}"


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
    known = [f"{words} {_hundred(parts[name])}" for name, words in kinds if parts.get(name) is not None]
    return f"{', '.join(known)} (of 100 parts)"


def lookfor_said(one: Mapping[str, Any]) -> str:
    """Return a figure to look for, with the values that would favour either side, in words."""
    return (f"{one['observable']} ({one['meaning']}): would explain {_hundred(one['explains'])} of 100 parts; about "
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
