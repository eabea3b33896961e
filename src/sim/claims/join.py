"""Populations that a stored ledger lacks are taken into it, and what it has of the others stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sim.claims import rules
from sim.claims.claim import Claim
from sim.claims.ledger import Entry, Ledger, deciding, plain
from sim.claims.reduce import described
from sim.claims.sentence import sentence
from sim.errors import Problem, UserError

ANEW = "the same, or the whole ledger anew (without --add)"
OF_FILE = ("place", "mechanism", "rival", "supports", "attacks")
"""What a claim's file says beside what is reckoned: as it is now."""


def refuse_unlike(
    old: Ledger, claims: Sequence[Claim], populations: Sequence[str], model: str, *, quick: bool
) -> None:  # fmt: skip
    """Refuse, before anything is run, what cannot be taken into a ledger: other claims, models, numbers of draws."""
    has = [str(one["name"]) for one in old.populations]
    if deciding(old.populations) not in has or not populations:
        raise UserError(Problem("--add", allowed="with --population, of what the ledger lacks"))
    if both := [name for name in populations if name in has]:
        raise UserError(Problem("--population", found=both[0], allowed=f"beside those of the ledger: {', '.join(has)}"))
    known = {one.id: one for one in claims}
    pairs = (("model", old.model, model), ("quick", old.quick, quick),
             ("claims", sorted(one.id for one in old.claims), sorted(known)))  # fmt: skip
    faults = [Problem("--add", name, f"{_said(theirs)} (the ledger: {_said(ours)})", ANEW)
              for name, ours, theirs in pairs if ours != theirs]  # fmt: skip
    faults = faults or [Problem("--add", f"claim {entry.id}", f"another {moved} than the ledger's", ANEW)
                        for entry in old.claims if (moved := _moved(entry, known[entry.id]))]  # fmt: skip
    if faults:
        raise UserError(faults)


def _said(value: Any) -> str:
    return " ".join(value) if isinstance(value, list) else str(value).lower()


def _moved(ours: Entry, claim: Claim) -> str:
    """Return in what a claim is another one than it was, if it is."""
    for name, one in (("words", claim.said.claim), ("contrast", claim.said.contrast), ("all", claim.said.all)):
        if getattr(ours, name) != one:
            return name
    now = [plain(described(one)) for one in claim.estimands]
    then = [{key: value for key, value in one.items() if key in now[0] or key in ("low", "high")}
            for one in ours.estimands]  # fmt: skip
    return "estimand" if then and then != now else ""


def joined(old: Ledger, new: Ledger, order: Sequence[str], notes: Sequence[str]) -> Ledger:
    """Return a ledger with another one's populations beside its own: as if all had been asked together.

    Parameters
    ----------
    new
        What `refuse_unlike` lets pass: of the same claims, over populations that the old one lacks.
    order
        Names of populations, in the order in which they stand.
    notes
        What the whole cannot tell.
    """
    looked = [*map(dict, old.populations), *map(plain, new.populations)]
    populations = sorted(looked, key=lambda one: order.index(one["name"]))
    theirs = {entry.id: entry for entry in new.claims}
    claims = tuple(_entry(one, theirs[one.id], populations, old.quick) for one in old.claims)
    return replace(old, populations=populations, claims=claims, notes=notes, made_with=new.made_with)


def _entry(ours: Entry, theirs: Entry, populations: Sequence[Mapping[str, Any]], quick: bool) -> Entry:
    """Return a claim with what the other populations say of it, and what its file says beside what is reckoned."""
    said = {name: getattr(theirs, name) for name in OF_FILE}
    if not theirs.estimands:
        return replace(ours, **said)
    if not ours.estimands:  # asked in none of the ledger's own
        return theirs
    order = [str(one["name"]) for one in populations]
    estimands = [
        {**mine, "populations": _in_order({**mine["populations"], **plain(other["populations"])}, order)}
        for mine, other in zip(ours.estimands, theirs.estimands, strict=True)
    ]
    put_in = ours.verdict == rules.PUT_IN
    found = {name: verdict if put_in else rules.plainly(verdict) for name, verdict in theirs.verdicts.items()}
    verdicts = _in_order({**ours.verdicts, **found}, order)
    whole = replace(ours, **said, estimands=estimands, verdicts=verdicts,
                    fragile=not put_in and rules.fragile(ours.verdict, verdicts))  # fmt: skip
    return replace(whole, sentence=sentence(asdict(whole), populations, quick))


def _in_order(found: Mapping[str, Any], order: Sequence[str]) -> dict[str, Any]:
    return {name: found[name] for name in order if name in found}
