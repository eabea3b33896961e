"""One claim in words: its verdict in a sentence, and what stands beside it, never stronger than the rules have it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sim.analysis.wording import amount, capital, in_unit
from sim.claims import rules
from sim.claims.answer import as_written, by_other_measure, weighing
from sim.claims.ledger import deciding
from sim.claims.lines import number, of_100
from sim.claims.verbs import OVER_ALL
from sim.registry.variants import VARIANTS

QUICK = "quick: too few draws to cite"
"""What stands beside everything that rests on fewer draws than the rules want."""
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
        return (f"{estimand['words']}: {holds} in {of_100(found['for'])} {of}, {fails} in "
                f"{of_100(found['against'])}{neither}")  # fmt: skip
    (kind, share), *rest = told
    others = ", ".join(f"{_THEN[other]} {of_100(part)}" for other, part in rest)
    said = f"{estimand['words']}: {_FIRST[kind].format(size=size(estimand))} {of_100(share)} {of}, {others}"
    if "beyond" in dict(told) and None not in (found["low"], found["high"]):  # which way is not said by that
        unit = str(estimand["unit"])
        said += f" (nine worlds in ten: {in_unit(found['low'], unit, '+')} to {amount(found['high'], unit, '+')})"
    return said


def _of(estimand: Mapping[str, Any], draws: int, words: str) -> str:
    """Return of what shares are: of worlds, or, of what is reckoned over all worlds at once, of resamples of them."""
    if estimand["claimed"] in OVER_ALL:
        return f"of 100 resamples of all worlds ({draws} {words})"
    return f"of 100 worlds ({draws} {words})"


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
