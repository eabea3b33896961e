"""The answer in three sentences: a rule over the ledger's verdicts, never stronger than they are."""

from __future__ import annotations

from collections.abc import Sequence

from sim.analysis.sentences import capital
from sim.report.stored import At, Line, joined, line

LEADING: Sequence[tuple[str, tuple[str, ...]]] = (
    ("in the provinces", ("22a", "22b")), ("in the capitals", ("25a", "25b")),
)  # fmt: skip
"""The claims that the first two sentences are about: the article's main sentence, and what it says of the capitals."""
COUNTED = (
    "supported", "contradicted", "immaterial", "conditional", "not identified", "by construction", "untestable here",
)  # fmt: skip
"""Verdicts in the order in which they are counted; the words are the ledger's."""
ALWAYS = ("supported", "contradicted", "not identified")
"""Verdicts that are counted even where no claim has them."""
AMONG, SUCH = "of 100 worlds that agree with the record", "of 100 such worlds"
FIRST = "calibrated"
"""The population whose shares decide."""


def three(ledger: At) -> tuple[Line, Line, Line]:
    """Return the three sentences: two on what is asked first, and the count of all verdicts."""
    claims = {str(claim["id"]): claim for claim in ledger["claims"]}
    rest = list(claims.values())
    told: list[tuple[str, list[At]]] = []
    for where, wanted in LEADING:
        asked = [claims[name] for name in wanted if name in claims]
        where = f"{where}, " if asked else ""
        # of a ledger without them, whatever it asks first
        chosen = asked or [claim for claim in rest if str(claim["id"]) not in _ids(told)][:1]
        told.append((where, chosen))
    first, second = (_sentence(where, chosen) for where, chosen in told)
    quick = "By a quick look, over fewer draws than the rule asks: " if ledger["quick"].value else ""
    return _begun(line(f"{quick}{{}}", first)), _begun(second), _counts(ledger["claims"])


def _ids(told: Sequence[tuple[str, Sequence[At]]]) -> set[str]:
    return {str(claim["id"]) for _, chosen in told for claim in chosen}


def _sentence(where: str, claims: Sequence[At]) -> Line:
    if not claims:
        return line("no other claim was asked.")
    said = [line("the claim that “{}” ({}) is {}", claim["words"].shown("clause"), claim["id"].shown(),
                 verdict(claim, SUCH if number else AMONG)) for number, claim in enumerate(claims)]  # fmt: skip
    return line(f"{where}{{}}.", joined(said, "; "))


def _begun(sentence: Line) -> Line:
    return Line([capital(str(sentence[0])), *sentence[1:]])


def verdict(claim: At, among: str = AMONG) -> Line:
    """Return a verdict with the shares that it rests on: what stands after *is*."""
    word, given = claim["verdict"].shown(), claim["estimands"][0]["populations"][FIRST]
    marks = [name for name in ("borderline", "fragile") if claim[name].value]
    told = _told(claim, given, among)
    whole = line("{}: {}", word, told) if told else line("{}", word)
    return line(f"{{}} ({', '.join(marks)})", whole) if marks else whole


def _told(claim: At, given: At, among: str) -> Line:
    """Return what a verdict rests on; nothing where there is nothing to say."""
    word = str(claim["verdict"])
    if word == "conditional":
        return line("{}", (claim["condition"] or claim["sentence"]).shown("clause"))
    if word in ("by construction", "untestable here"):
        return line("{}", claim["why"].shown("clause")) if claim["why"] else line("")
    if given["for"].value is None:
        return line("")
    holds, fails, within = (given[name].shown("of 100", str(given["run"])) for name in ("for", "against", "within"))
    three = three_parts(given)
    other = "its opposite" if three else "fails"
    told = {
        "supported": line(f"it holds in {{}} {among}", holds),
        "contradicted": line(f"{other if three else 'it'} {'holds' if three else 'fails'} in {{}} {among}", fails),
        "immaterial": line(f"in {{}} {among} the difference is too small to count", within),
        "not identified": line(f"{among} it holds in {{}} and {other} in {{}}", holds, fails),
    }.get(word, line(""))
    if word == "not identified" and three:
        return line("{}, and in {} the difference is too small to count", told, within)
    return told


def three_parts(given: At) -> bool:
    """Say whether the shares for, against and too small to count are of different worlds, and all of them."""
    parts = [given[name].value for name in ("for", "against", "within")]
    return None not in parts and abs(sum(parts) - 1.0) < 0.011


def _counts(claims: At) -> Line:
    counted = [(word, claims.count("verdict", word)) for word in COUNTED]
    said = [line(f"{word} for {{}}", number) for word, number in counted if word in ALWAYS or number.at.value]
    whole = line("{}, and {}", joined(said[:-1], ", "), said[-1])
    return line("Of {} claims, the verdict is {}.", claims.length(), whole)
