"""The answer in three sentences: a rule over the ledger's verdicts, never stronger than they are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from sim.analysis.wording import capital
from sim.claims import rules
from sim.claims.claim import shipped_ids
from sim.claims.ledger import deciding
from sim.claims.lines import At, Line, joined, line
from sim.claims.verbs import NO_WORSE, NOT_READY, OVER_ALL, RELATIONS, THREE_PARTS

LEADING: Sequence[tuple[str, tuple[str, ...]]] = (
    ("in the provinces", ("22a", "22b")), ("in the capitals", ("25a", "25b")),
)  # fmt: skip
"""The claims that the first two sentences are about: the article's main sentence, and what it says of the capitals."""
EVERYWHERE = 0.95
"""Share of worlds, calibrated and over the ranges, from which on the model is said to leave nothing to the record."""
ALWAYS = (rules.SUPPORTED, rules.CONTRADICTED, rules.OPEN)
"""Verdicts that are counted even where no claim has them."""
AMONG, SUCH = "of 100 worlds fitted to the record", "of 100 such worlds"
QUICK = ("by a quick look, over fewer worlds than the rule asks for: ", "by the same quick look: ",
         "by the same quick look: ")  # fmt: skip
"""With which each sentence of a quick ledger begins, so that none can be copied without."""
GROUPS: Mapping[str, str] = {
    "article": "Claims of the article", "rivals": "Claims of its rivals, and tests between accounts",
    "own": "Asked beyond what either claims", "brought": "Claims of one’s own",
}  # fmt: skip
"""Whose claims stand together, and under which head."""
COUNTED: Mapping[str, tuple[str, str]] = {
    "article": ("of the article’s {} claims", "{} claim of the article"),
    "rivals": ("of {} claims of the article’s rivals or tests between accounts",
               "{} claim of a rival of the article or test between accounts"),
    "own": ("of {} asked beyond what the article or its rivals claim",
            "{} asked beyond what the article or its rivals claim"),
    "brought": ("of {} claims of one’s own", "{} claim of one’s own"),
}  # fmt: skip
"""How the claims of a group are counted, and a single one."""
NAMED: Mapping[str, str] = {"the article or its rivals claim": "either claims", "the article’s rivals": "its rivals"}
"""How the article and its rivals are called where the article was named before."""
FEW = 3
"""Claims up to which verdicts that none has are not counted."""
QUOTED = re.compile(r"(?<!\w)['\"\u201c\u2018]|\bp\. ?\d")
"""What shows that a place in a text is given: its words, or a page."""


def whose(claim: At) -> str:
    """Return whose claim one is, by its place and id: the article's, its rivals', neither's, or of who asks."""
    place = str(claim["place"])
    if str(claim["id"]) not in shipped_ids():
        return "brought"
    if place.startswith("article") and QUOTED.search(place):
        return "article"
    return "rivals" if re.match(r"[A-Z]\d", str(claim["id"])) else "own"


def weighing(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the numbers that decide a claim: the first, or all that must be as claimed."""
    return [one for one in entry["estimands"] if not one.get("shown")] if entry["all"] else entry["estimands"][:1]


def by_other_measure(entry: Mapping[str, Any], population: str) -> list[Mapping[str, Any]]:
    """Return the effects by which the verdict would be another one, of those that a claim measures beside the first.

    Of a relation nothing beside it is another measure of the same.
    """
    first, *others = entry["estimands"] or [{}]
    if entry["all"] or not others or first["claimed"] in (*RELATIONS, *OVER_ALL):
        return []
    if entry["verdict"] in (rules.PUT_IN, rules.UNTESTABLE):
        return []
    ours = rules.plainly(entry["verdict"])
    return [one for one in others if not one.get("shown") and one["claimed"] not in RELATIONS
            and one["populations"].get(population, {}).get("draws") and one["verdict"] != ours]  # fmt: skip


def as_written(entry: Mapping[str, Any], population: str) -> bool:
    """Say whether it is so whatever is drawn: then what is assumed says it, and not the record."""
    side = {rules.SUPPORTED: "for", rules.CONTRADICTED: "against"}.get(entry["verdict"])
    if side is None or population == "prior":
        return False
    shares = [one["populations"].get(name, {}).get(side) or 0.0
              for one in weighing(entry) for name in (population, "prior")]  # fmt: skip
    return min(shares) >= EVERYWHERE


def three(ledger: At) -> tuple[Line, Line, Line]:
    """Return the three sentences: two on what is asked first, and the count of all verdicts."""
    claims = {str(claim["id"]): claim for claim in ledger["claims"]}
    told: list[tuple[str, list[At]]] = []
    for where, wanted in LEADING:
        asked = [claims[name] for name in wanted if name in claims]
        taken = [str(claim["id"]) for _, chosen in told for claim in chosen]
        # of a ledger without them, whatever it asks first
        rest = [claim for name, claim in claims.items() if name not in taken]
        told.append((f"{where}, " if asked else "", asked or rest[:1]))
    among = AMONG if deciding(ledger["populations"].value) == "calibrated" else "of 100 worlds over all ranges"
    first, second = (_sentence(where, chosen, ledger, among) for where, chosen in told)
    begin = QUICK if ledger["quick"].value else ("", "", "")
    one, other, last = (_begun(line(f"{mark}{{}}", said)) for mark, said in
                        zip(begin, (first, second, _counts(ledger["claims"])), strict=True))  # fmt: skip
    return one, other, last


def _sentence(where: str, claims: Sequence[At], ledger: At, among: str) -> Line:
    if not claims:
        return line("no other claim was asked.")
    population = deciding(ledger["populations"].value)
    said: list[Line] = []
    for claim in claims:
        told = verdict(claim, population, SUCH if said else among)
        said.append(line("the claim “{}” ({}) is {}", claim["words"].shown("clause"), claim["id"].shown(), told))
    return line(f"{where}{{}}.", joined(said, "; "))


def _begun(sentence: Line) -> Line:
    return Line([capital(str(sentence[0])), *sentence[1:]])


def verdict(claim: At, population: str, among: str) -> Line:
    """Return a verdict with the shares that it rests on: what stands after *is*."""
    marks = [name for name in ("borderline", "fragile") if claim[name].value]
    word, told = claim["verdict"].shown(), _told(claim, population, among)
    whole = line("{}: {}", word, told) if told else line("{}", word)
    whole = line(f"{{}} ({', '.join(marks)})", whole) if marks else whole
    return line("{}{}", whole, _beside(claim, population))


def _beside(claim: At, population: str) -> Line:
    """Return what a reader must not miss: that another measure gives another verdict, that the record adds little."""
    others = [str(one["name"]) for one in by_other_measure(claim.value, population)]
    told = [line("by {} it would be {}", one["words"].shown("clause"), one["verdict"].shown())
            for one in claim["estimands"] if str(one["name"]) in others]  # fmt: skip
    if told:
        told.insert(0, line("judged by {}", claim["estimands"][0]["words"].shown("clause")))
    if as_written(claim.value, population):
        told.append(line("over all ranges it is so too, and the record has added little"))
    return line(" ({})", joined(told, "; ")) if told else line("")


def _told(claim: At, population: str, among: str) -> Line:
    """Return what a verdict rests on; nothing where there is nothing to say."""
    word, first = str(claim["verdict"]), claim["estimands"][0]
    given = first["populations"][population]
    if word == rules.CONDITIONAL:
        return line("{}", (claim["condition"] or claim["sentence"]).shown("inner"))
    if word in (rules.PUT_IN, rules.UNTESTABLE):
        return line("{}", claim["why"].shown("inner")) if claim["why"] else line("")
    if given["for"].value is None:
        return line("")
    weigh = [str(one["name"]) for one in weighing(claim.value)]
    if weigh[1:]:  # then no one share decides
        form = "each of {} numbers is as claimed" if word == rules.SUPPORTED else "not all of {} numbers are as claimed"
        return line(form, claim["estimands"].length(weigh, "name"))
    holds, fails, within = (given[name].shown("of 100", str(given["run"])) for name in ("for", "against", "within"))
    if first["claimed"].value == NOT_READY:
        return line(f"election does no worse in {{}} {among}, and in 80 the moment would be right", fails)
    three = three_parts(first)
    other = "its opposite holds" if three else "it fails"
    if first["claimed"].value in NO_WORSE and word == rules.SUPPORTED:
        # no worse is no gain: in most worlds there may be no difference that counts
        return line(f"it holds in {{}} {among}, and in {{}} of these the difference is too small to count",
                    holds, within)  # fmt: skip
    told = {
        rules.SUPPORTED: line(f"it holds in {{}} {among}", holds),
        rules.CONTRADICTED: line(f"{other} in {{}} {among}", fails),
        rules.IMMATERIAL: line(f"in {{}} {among} the difference is too small to count", within),
        rules.OPEN: line(f"{among} it holds in {{}} and {other.removesuffix(' holds').removeprefix('it ')} in {{}}",
                         holds, fails),
    }[word]  # fmt: skip
    if word == rules.OPEN and three:
        return line("{}, and in {} the difference is too small to count", told, within)
    return told


def three_parts(estimand: At) -> bool:
    """Say whether worlds are of three kinds: as claimed, the opposite, and with a difference too small to count."""
    return estimand["claimed"].value in THREE_PARTS


def _counts(claims: At) -> Line:
    """Return how many claims have which verdict: the article's, its rivals' and the others apart."""
    groups = {group: [str(claim["id"]) for claim in claims if whose(claim) == group] for group in GROUPS}
    said, what = list[Line](), "the verdict"
    for group, ids in groups.items():
        if not ids:
            continue
        many, single = COUNTED[group]
        for full, brief in NAMED.items() if groups["article"] else ():
            many, single = many.replace(full, brief), single.replace(full, brief)
        number = claims.length(ids)
        if not ids[1:]:
            (verdict,) = (claim["verdict"].shown() for claim in claims if str(claim["id"]) in ids)
            said.append(line(f"{single} is {{}}", number, verdict))
            continue
        # what no claim has is said once, of those that are asked first
        counted = [(word, claims.count("verdict", word, ids)) for word in rules.VERDICTS]
        each = [line(f"{word} for {{}}", count) for word, count in counted
                if count.at.value or not said and ids[FEW:] and word in ALWAYS]  # fmt: skip
        whole = line("{}, and {}", joined(each[:-1], ", "), each[-1]) if each[1:] else each[0]
        said.append(line(f"{many} {what} is {{}}", number, whole))
        what = "it"  # the verdict was named
    return line("{}.", joined(said, "; "))
