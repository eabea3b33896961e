"""The command ``skloki claims``, and what it and `check` print of claims."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sim.analysis.wording import counted
from sim.doors import completion as complete
from sim.doors import options
from sim.doors.endings import kept
from sim.doors.sweepbar import Follower, duration
from sim.doors.terminal import Terminal
from sim.errors import Problem, UserError

if TYPE_CHECKING:
    from sim.claims.claim import Claim
    from sim.claims.ledger import Ledger
    from sim.results.sweep_locks import Share
    from sim.runner.claims import Missing, Work

OTHER = "one of --explain, --argdown, --csv, --json"


@click.command()
@click.argument("asked", metavar="[ID ...]", nargs=-1, shell_complete=complete.claims)
@click.option("--quick", is_flag=True, help="Few draws, calibrated and over the ranges: marked so everywhere.")
@click.option("--estimate", is_flag=True, help="Tell runs and time of what is missing, and run nothing.")
@click.option("--explain", metavar="ID", help="Print the evidence of one claim.")
@click.option("--grid", "gridded", is_flag=True, help="With the knock-out and rescue grid of claims that have one.")
@click.option("--argdown", is_flag=True, help="Print the ledger as an argument map in Argdown.")
@click.option("--csv", is_flag=True, help="Print a row for each claim, estimand and population as CSV.")
@click.option("--population", "over", multiple=True, metavar="NAME", shell_complete=complete.populations,
              help="Only over these draws: calibrated, prior, documented, or a rival; may be repeated.")
@click.option("--add", is_flag=True, help="Take these draws into the ledger of --out, and keep those that it has.")
@click.option("--draws", type=click.IntRange(2), metavar="N", help="Draws of each population, instead of 400.")
@options.workers
@options.share
@options.stores
def claims(
    terminal: Terminal, /, asked: tuple[str, ...], estimate: bool, explain: str | None, argdown: bool, csv: bool,
    add: bool, share: str | None, out: Path | None, force: bool, **how: Any,
) -> None:  # fmt: skip
    """Run what the claims ID need and is missing, and print the ledger: each claim with its verdict by a fixed rule.

    ID is a claim's (skloki list claims), or a claim file. Without one, all claims. The same command again goes on where
    the last one stopped. The ledger is stored in results/claims, of some claims or few draws in
    results/sweeps/claims/ledger; docs/claims.md says how a verdict is to be read. Many jobs may make a --share each.
    """
    if sum((explain is not None, argdown, csv, terminal.json)) > 1:
        raise click.UsageError(f"{OTHER}: an answer has one form")
    if estimate and (explain is not None or argdown or csv):
        raise click.UsageError("--estimate: runs nothing, and so has no ledger to show")
    if share is not None and (explain is not None or argdown or csv or add or estimate):
        raise click.UsageError("--share: makes a share of every sweep that is missing, and has no ledger to show")
    follower = Follower(terminal)
    if explain is not None:
        asked, explain = _with(asked, explain)
    from sim.results.sweep_locks import Share
    from sim.runner.claims import prepared

    if estimate:
        missing = prepared(asked, note=follower.note, **how).missing()
        return terminal.document(vars(missing)) if terminal.json else terminal.line(_told(missing))
    from sim import api

    with kept(), follower.telling("claims") as tell:
        if share is not None:
            return _share(terminal, Share.asked(share), prepared(asked, progress=tell, note=follower.note, **how))
        ledger = api.claims(asked, out, progress=tell, note=follower.note, add=add, force=force, **how)
    return _show(terminal, ledger, explain, argdown=argdown, csv=csv)


def _share(terminal: Terminal, share: Share, work: Work) -> None:
    """Make a share of every sweep that is missing, and say so."""
    number = work.run(share)
    if terminal.json:
        return terminal.document({"share": str(share), "sweeps": number})
    made = (f"share {share} of {counted(number, 'sweep')} is made; the same command without --share merges all that "
            "are, and makes what is missing")  # fmt: skip
    return terminal.line(made if number else "nothing is missing")


def _with(asked: tuple[str, ...], explain: str) -> tuple[tuple[str, ...], str]:
    """Return what is asked, and the id of the claim to explain: refused before anything is run, if it is not asked."""
    from sim.claims.claim import locate
    from sim.claims.load import load_claims

    whole = asked or (explain,)
    claims = load_claims(whole)
    for one in claims:
        if one.id.casefold() == explain.casefold():
            return whole, one.id
    place = locate(explain)
    for one in claims:
        if one.path == place:
            return whole, one.id
    raise UserError(Problem("--explain", found=repr(explain), allowed=f"a claim that is asked: {', '.join(asked)}"))


def _told(missing: Missing) -> str:
    """Return what a ledger would take, in words."""
    if not missing.sweeps:
        return f"nothing is missing: {counted(missing.stored, 'run')} are there"
    there, needed = counted(missing.stored, "run"), counted(missing.runs, "run")
    grids = f", {counted(missing.grid_runs, 'run')} of them for grids" if missing.grid_runs else ""
    return (f"{needed} of {counted(missing.sweeps, 'world')} (each in one population) are missing{grids}, about "
            f"{duration(missing.seconds)} on this machine; {there} are there")  # fmt: skip


def _show(terminal: Terminal, ledger: Ledger, explain: str | None, *, argdown: bool, csv: bool) -> None:
    from sim.claims import told

    if terminal.json:
        return terminal.document(ledger.document())
    if argdown:
        return terminal.line(told.argdown(ledger))
    if csv:
        import pandas as pd

        from sim.doors import answers
        from sim.results.ledger import ROWS

        return terminal.line(answers.csv(pd.DataFrame(ledger.rows(), columns=ROWS.names)))
    if explain is not None:
        return _explain(terminal, ledger, explain)
    for sentence in told.answer(ledger):
        terminal.line(sentence)
    terminal.say()
    rows = [told.line(entry, ledger.populations) for entry in ledger.claims]
    terminal.table("", told.HEADER, rows, names=True)
    for text in (*told.mechanisms(ledger), *told.legend(ledger)):
        terminal.say(text)
    return None


def _explain(terminal: Terminal, ledger: Ledger, name: str) -> None:
    from sim.claims import told

    entry = ledger.claim(name)
    terminal.line(entry.sentence)
    terminal.say()
    if not terminal.quiet:
        terminal.pairs(f"{entry.id}: {entry.verdict}", list(told.explained(entry, ledger))[2:])


def show_claim(terminal: Terminal, claim: Claim) -> None:
    """Print a claim file that was checked."""
    terminal.say(f"{claim.path}: valid")
    terminal.fields(f"{claim.id}: {claim.said.claim}", dict(_fields(claim)))


def document(claim: Claim) -> dict[str, Any]:
    """Return a claim file that was checked as JSON shows it."""
    return {"claim": str(claim.path), "id": claim.id, "words": claim.said.claim, "valid": True, "kind": claim.said.kind,
            **dict(_fields(claim))}  # fmt: skip


def _fields(claim: Claim) -> Iterator[tuple[str, Any]]:
    said = claim.said
    yield from {"place": said.place, "mechanism": said.mechanism, "rival": said.rival, "contrast": said.contrast,
                "kind": said.kind, "why": said.reason}.items()  # fmt: skip
    yield "worlds", ", ".join(claim.worlds)
    for one in claim.estimands:
        quantity = next(iter(one.quantities.values()))
        where = f"{', '.join(quantity.scopes)}, {quantity.horizon}"
        yield one.words, f"{one.said.value} ({one.unit or 'no unit'}; {where}): {one.said.claimed}"
    if claim.tested:
        yield "runs", f"to {claim.end}, {said.replicates} for each draw in each world"
        yield "over", ", ".join(said.populations)
        yield "to run it", f"skloki claims {claim.id if claim.shipped else claim.path}"
