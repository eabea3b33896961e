"""The ledger in the report: its table, and a page for each claim."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from urllib.parse import quote

from sim.analysis.sentences import SURE
from sim.claims.answer import NOT_READY, three_parts
from sim.claims.ledger import deciding
from sim.claims.lines import FORMS, NOTHING, At, Line, Shown, joined, line
from sim.claims.told import sides
from sim.registry.outcomes import OUTCOMES
from sim.report import words
from sim.report.shapes import Carried, Cell, Claim, Picture, Table
from sim.report.stored import Folder

CSV, ERRORS = "claims/ledger.csv", "claims/error-rates.csv"
WORST = 10
"""Rows of error rates that are printed."""
MARKS = ("borderline", "fragile")
COLUMNS = ("for", "within", "against", "mean", "low", "high", "draws", "run")
"""Of what a population gives for an estimand, as the table behind a picture has it."""
AT_LENGTH = 3
"""Estimands up to which each has a table by population; of more, the others stand in one table."""


class Parts(NamedTuple):
    """Into which worlds an estimand divides them: the fields with their shares, and what each is called."""

    fields: Sequence[str]
    names: Sequence[str]

    @classmethod
    def of(cls, estimand: At) -> Parts:
        """Return those of an estimand."""
        three = three_parts(estimand)
        names = words.NOT_READY if estimand["claimed"].value == NOT_READY else words.PARTS[3 if three else 2]
        return cls(("for", "within", "against") if three else ("for", "against"), names)


def populations(ledger: At) -> Table:
    """Return over which worlds the claims are asked."""
    rows: list[list[Cell]] = [
        [_called(str(one["name"])), one["words"].shown(), one["draws"].shown("plain")] for one in ledger["populations"]
    ]
    return Table("Over which worlds the claims are asked; the first decides.", words.POPULATIONS_HEAD, rows)


def table(claims: Sequence[Claim], kept: Folder) -> Table:
    """Return the ledger, a row for each claim."""
    rows: list[list[Cell]] = []
    for claim in claims:
        marks = f" ({', '.join(claim.marks)})" if claim.marks else ""
        rows.append([claim.id, claim.words, line(f"{{}}{marks}", claim.verdict), *claim.told])
    carried = Carried("ledger.csv", kept.text(CSV)) if kept.has(CSV) else None
    return Table(words.LEDGER_CAPTION, words.LEDGER_HEAD, rows, carried)


def errors(kept: Folder) -> Table | None:
    """Return how often the rules err, as it was measured beside the ledger: the worst first."""
    if not kept.has(ERRORS):
        return None
    found = sorted(kept.csv(ERRORS), key=lambda row: -float(row["wrong"].value))
    rows = [[row[name].shown("of 100" if name in ("wrong", "not_identified") else "text")
             for name in words.ERRORS_HEAD] for row in found[:WORST]]  # fmt: skip
    caption = words.ERRORS_CAPTION.format(min(WORST, len(found)), len(found))
    return Table(caption, list(words.ERRORS_HEAD.values()), rows, Carried("error-rates.csv", kept.text(ERRORS)))


def claim_page(claim: At, ledger: At, page: str) -> Claim:
    """Return a claim's page; ``page`` is the explorable page beside the report, if there is one."""
    name, first, decides = str(claim["id"]), claim["estimands"][0], deciding(ledger["populations"].value)
    given, parts = first["populations"][decides], Parts.of(first)
    asked = given["for"].value is not None
    quick = ledger["quick"].value and claim["estimands"]
    marks = [*(["quick"] if quick else []), *(mark for mark in MARKS if claim[mark].value)]
    return Claim(
        id=name, anchor=f"claim-{name}", words=claim["words"].shown(), verdict=claim["verdict"].shown(), marks=marks,
        sentence=(claim["sentence"] or claim["why"]).shown(),
        facts=[(label, claim[key].shown()) for label, key in words.FACTS if claim[key]],
        shares=[given[part].value for part in parts.fields] if asked else [],
        told=[_share(given, part) if asked and part in parts.fields else NOTHING for part in words.LEDGER_PARTS],
        picture=_picture(name, claim, decides) if asked else None, tables=list(_tables(claim, decides)),
        after=[(label, claim[key].shown()) for label, key in words.AFTER if claim[key]], lookfor=_lookfor(claim),
        notes=[note.shown() for note in claim["notes"]], commands=[str(one) for one in claim["commands"]],
        runs=_runs(claim), page=f"{page}#{_settings(first)}" if page and asked else "",
    )  # fmt: skip


def _runs(claim: At) -> list[str]:
    given = (each for one in claim["estimands"] for _, each in one["populations"].items())
    return list(dict.fromkeys(run for each in given for run in str(each["run"]).split()))


def _called(population: str) -> str:
    return words.NAMES.get(population, population)


def _share(given: At, part: str) -> Cell:
    return given[part].shown("of 100", str(given["run"]))


def _spread(given: At) -> Cell:
    if given["mean"].value is None:
        return NOTHING
    return line("{} ({} to {})", *(given[name].shown("signed", str(given["run"])) for name in ("mean", "low", "high")))


def _named(estimand: At) -> Shown | str:
    return (estimand["words"] or estimand["name"]).shown("clause")


def _picture(name: str, claim: At, decides: str) -> Picture:
    """Return the bars of a claim's first estimand, the population that decides above the others."""
    from sim.report.pictures import Bar, draw_shares, svg

    first = claim["estimands"][0]
    rows = {key: each for key, each in first["populations"].items() if each["for"].value is not None}
    rows = {decides: rows[decides], **rows}
    parts = Parts.of(first)
    bars = [Bar(_called(key), [each[part].value for part in parts.fields],
                [str(_share(each, part)) for part in parts.fields]) for key, each in rows.items()]  # fmt: skip
    form = ", ".join(f"{{}} {name}" for name in parts.names)
    said = [line(f"{_called(key)}: {form}", *(_share(each, part) for part in parts.fields))
            for key, each in rows.items()]  # fmt: skip
    stem = f"claim-{name}"
    drawn = svg(draw_shares(bars, parts.names, SURE), stem)
    return Picture(stem, line(words.BARS, _named(first)), line(words.ALT, joined(said, "; ")), drawn,
                   carried=_csv(f"{stem}.csv", claim))  # fmt: skip


def _csv(name: str, claim: At) -> Carried:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("estimand", "population", *COLUMNS))
    for one in claim["estimands"]:
        for key, each in one["populations"].items():
            rows.writerow((one["name"], key, *(each[column] for column in COLUMNS)))
    return Carried(name, text.getvalue())


def _tables(claim: At, decides: str) -> Iterator[Table]:
    """Yield the tables of a claim: shares by population, what the rest comes from, readings, what it hangs on."""
    estimands = list(claim["estimands"])
    long = estimands[: AT_LENGTH if len(estimands) <= AT_LENGTH else 1]
    for number, one in enumerate(long):
        yield _by_population(one, claim["verdicts"] if number == 0 else None)
    if estimands[len(long) :]:
        rows = [[_named(one), *_shares(one, one["populations"][decides], words.LEDGER_PARTS)]
                for one in estimands[len(long) :]]  # fmt: skip
        head = ("", *words.PARTS[3], *words.SHARES_HEAD)
        yield Table(f"Also reckoned, in {_called(decides)} worlds", head, rows)
    yield from _hung(claim, estimands[0] if estimands else At(None, ""))


def _hung(claim: At, first: At) -> Iterator[Table]:
    if any(share.value is not None for _, share in first["variance"].items()):
        parts = [[label, first["variance"][key].shown("of 100")] for key, label in words.VARIANCE]
        yield Table(words.VARIANCE_CAPTION, ("", "parts"), parts)
    if claim["hangs_on"]:
        hung = [[row["name"].shown(), row["share"].shown("of 100"), row["grade"].shown()] for row in claim["hangs_on"]]
        yield Table("What it hangs on, of 100 parts", words.HANGS_HEAD, hung)
    if claim["grid"]:
        grid = [[row["mechanism"].shown(), row["off"].shown("signed"), row["alone"].shown("signed")]
                for row in claim["grid"]]  # fmt: skip
        yield Table(words.GRID_CAPTION, words.GRID_HEAD, grid)
    if first["by_reading"]:
        rows = [[row["variant"].shown(), row["choice"].shown(), row["for"].shown("of 100"),
                 row["draws"].shown("plain")] for row in first["by_reading"]]  # fmt: skip
        yield Table("How it comes out by each way to read the record", words.READING_HEAD, rows, folded=True)


def _shares(one: At, each: At, asked: Sequence[str]) -> list[Cell]:
    """Return the cells of an estimand in a population; a dash for worlds of a kind that it has not."""
    fields = Parts.of(one).fields
    shares = [_share(each, part) if part in fields else NOTHING for part in asked]
    return [*shares, _spread(each), each["draws"].shown("plain", str(each["run"]))]


def _by_population(one: At, verdicts: At | None) -> Table:
    rows: list[list[Cell]] = []
    parts = Parts.of(one)
    for key, each in one["populations"].items():
        row = [_called(key), *_shares(one, each, parts.fields)]
        rows.append(row if verdicts is None else [*row, verdicts[key].shown()])
    head = ["worlds", *parts.names, *words.SHARES_HEAD] + ([] if verdicts is None else ["verdict"])
    return Table(_asked(one), head, rows)


def _asked(one: At) -> Line:
    """Return what an estimand is, when, and what it means that it is as claimed, numbers as they are stored."""
    holds, fails = sides(one.value)
    rest, said = f"{holds}; {words.OTHERWISE[three_parts(one)]}: {fails}", Line()
    unit = str(one["unit"]).partition(" ")[0]
    for key, how in (("smallest", unit if unit in FORMS else ""), ("low", "number"), ("high", "number")):
        told = NOTHING if one[key].value is None else str(one[key].shown(how))
        before, there, after = rest.partition(told)
        if there:
            said, rest = Line([*said, before, one[key].shown(how)]), after
    when = line(", {}", one["horizon"].shown()) if one["horizon"] else line("")
    where = line(", in {}", one["unit"].shown()) if one["unit"] else line("")
    return line("{}{}{}. As claimed: {}{}.", _named(one), when, where, said, rest)


def _lookfor(claim: At) -> Table | None:
    rows: list[list[Cell]] = [
        [row["observable"].shown(), row["meaning"].shown(), row["explains"].shown("of 100"),
         row["favours_for"].number(), row["favours_against"].number(), row["where"].shown()] for row in claim["lookfor"]
    ]  # fmt: skip
    return Table("What to look for in an archive", words.LOOKFOR_HEAD, rows) if rows else None


def _settings(first: At) -> str:
    """Return what the explorable page is asked to show, in the words of its address."""
    begin, _, end = str(first["horizon"]).partition(":")
    scopes = [str(one) for one in first["scopes"]]
    outcome = next((name for name in (str(first["outcome"]), str(first["name"])) if name in OUTCOMES), "")
    asked = {"outcome": outcome, "scope": scopes[0] if len(scopes) == 1 else "", "first": begin, "last": end or begin}
    return "&".join(f"{key}={quote(value)}" for key, value in asked.items() if value)
