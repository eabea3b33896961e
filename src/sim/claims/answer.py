"""The answer in three sentences: a rule over the ledger's verdicts, never stronger than they are."""

from __future__ import annotations

from collections.abc import Sequence

from sim.analysis.sentences import capital
from sim.claims import rules
from sim.claims.ledger import deciding
from sim.claims.lines import At, Line, joined, line

NOT_READY = "not ready"
LEADING: Sequence[tuple[str, tuple[str, ...]]] = (
    ("in the provinces", ("22a", "22b")), ("in the capitals", ("25a", "25b")),
)  # fmt: skip
"""The claims that the first two sentences are about: the article's main sentence, and what it says of the capitals."""
ALWAYS = (rules.SUPPORTED, rules.CONTRADICTED, rules.OPEN)
"""Verdicts that are counted even where no claim has them."""
AMONG, SUCH = "of 100 worlds fitted to the record", "of 100 such worlds"
NO_WORSE = ("not below", "not above")


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
    among = AMONG if deciding(ledger["populations"].value) == "calibrated" else "of 100 worlds over all ranges"
    first, second = (_sentence(where, chosen, ledger, among) for where, chosen in told)
    quick = "By a quick look, over fewer draws than the rule asks: " if ledger["quick"].value else ""
    return _begun(line(f"{quick}{{}}", first)), _begun(second), _counts(ledger["claims"])


def _ids(told: Sequence[tuple[str, Sequence[At]]]) -> set[str]:
    return {str(claim["id"]) for _, chosen in told for claim in chosen}


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
    return line(f"{{}} ({', '.join(marks)})", whole) if marks else whole


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
    if claim["all"].value:  # then no one share decides
        form = "each of {} numbers is as claimed" if word == rules.SUPPORTED else "not all of {} numbers are as claimed"
        return line(form, claim["estimands"].length())
    holds, fails, within = (given[name].shown("of 100", str(given["run"])) for name in ("for", "against", "within"))
    if first["claimed"].value == NOT_READY:
        return line(f"election does no worse in {{}} {among}, and in 80 the moment would be right", fails)
    three = three_parts(first)
    other = "its opposite holds" if three else "it fails"
    if first["claimed"].value in NO_WORSE and word == rules.SUPPORTED:
        # no worse is no gain: in most worlds there may be no difference that counts
        return line(f"it holds in {{}} {among}, and in {{}} the difference is too small to count", holds, within)
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
    return estimand["claimed"].value in (*rules.IMMATERIAL_FOR, "likelier")


def _counts(claims: At) -> Line:
    counted = [(word, claims.count("verdict", word)) for word in rules.VERDICTS]
    said = [line(f"{word} for {{}}", number) for word, number in counted if word in ALWAYS or number.at.value]
    whole = line("{}, and {}", joined(said[:-1], ", "), said[-1])
    one = "s" * (len(claims.value) != 1)
    return line(f"Of {{}} claim{one}, the verdict is {{}}.", claims.length(), whole)
