"""The ledger in the report: its table, and a page for each claim."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from sim.analysis.sentences import SURE
from sim.registry.outcomes import OUTCOMES
from sim.report import words
from sim.report.answer import FIRST, three_parts
from sim.report.shapes import Carried, Cell, Claim, Picture, Table
from sim.report.stored import NOTHING, At, Folder, joined, line

CSV = "claims/ledger.csv"
MARKS = ("borderline", "fragile")
COLUMNS = ("for", "within", "against", "mean", "low", "high", "draws", "run")
"""Of what a population gives for an estimand, as the table behind a picture has it."""


def populations(ledger: At) -> Table:
    """Return over which worlds the claims are asked."""
    rows: list[list[Cell]] = [
        [_called(str(one["name"])), one["words"].shown(), one["draws"].shown("plain"), one["replicates"].shown("plain")]
        for one in ledger["populations"]
    ]  # fmt: skip
    return Table("Over which worlds the claims are asked; the first decides.", words.POPULATIONS_HEAD, rows)


def table(claims: Sequence[Claim], kept: Folder) -> Table:
    """Return the ledger, a row for each claim."""
    rows: list[list[Cell]] = []
    for claim in claims:
        marks = f" ({', '.join(claim.marks)})" if claim.marks else ""
        rows.append([claim.id, claim.words, line(f"{{}}{marks}", claim.verdict), *claim.told])
    carried = Carried("ledger.csv", kept.text(CSV)) if kept.has(CSV) else None
    return Table(words.LEDGER_CAPTION, words.LEDGER_HEAD, rows, carried)


def claim_page(claim: At, quick: bool, page: str) -> Claim:
    """Return a claim's page; ``page`` is the explorable page beside the report, if there is one."""
    name, first = str(claim["id"]), claim["estimands"][0]
    given = first["populations"][FIRST]
    asked, parts = given["for"].value is not None, _parts(given)
    marks = [*(["quick"] if quick else []), *(mark for mark in MARKS if claim[mark].value)]
    return Claim(
        id=name, anchor=f"claim-{name}", words=claim["words"].shown(), verdict=claim["verdict"].shown(), marks=marks,
        sentence=(claim["sentence"] or claim["why"]).shown(),
        facts=[(label, claim[key].shown()) for label, key in words.FACTS if claim[key]],
        shares=[given[part].value for part in parts] if asked else [],
        told=[_share(given, part) if asked and part in parts else NOTHING for part in words.PARTS[3]],
        picture=_picture(name, claim, first) if asked else None, tables=list(_tables(claim)), after=_after(claim),
        lookfor=_lookfor(claim), commands=[str(one) for one in claim["commands"]], runs=_runs(claim),
        page=f"{page}#{_settings(first)}" if page and asked else "",
    )  # fmt: skip


def _after(claim: At) -> list[tuple[str, Cell]]:
    """Return what follows the shares: condition, what would reverse it, why it is not asked."""
    after: list[tuple[str, Cell]] = [(label, claim[key].shown()) for label, key in words.AFTER if claim[key]]
    if claim["condition"] and claim["density"].value is not None and claim["coverage"].value is not None:
        shares = (claim[name].shown("of 100") for name in ("density", "coverage"))
        after.insert(1, ("How far the condition holds", line(words.CONDITION, *shares)))
    return after


def _runs(claim: At) -> list[str]:
    given = (each for one in claim["estimands"] for _, each in one["populations"].items())
    return list(dict.fromkeys(str(each["run"]) for each in given if each["run"]))


def _called(population: str) -> str:
    return words.NAMES.get(population, population)


def _parts(given: At) -> tuple[str, ...]:
    return tuple(words.PARTS[3 if three_parts(given) else 2])


def _share(given: At, part: str) -> Cell:
    return given[part].shown("of 100", str(given["run"]))


def _picture(name: str, claim: At, first: At) -> Picture:
    """Return the bars of a claim's first estimand, the population that decides above the others."""
    from sim.report.pictures import Bar, draw_shares, svg

    rows = {key: each for key, each in first["populations"].items() if each["for"].value is not None}
    rows = {FIRST: rows[FIRST], **rows}
    parts = _parts(rows[FIRST])
    bars = [Bar(_called(key), [each[part].value or 0.0 for part in parts],
                [str(_share(each, part)) for part in parts]) for key, each in rows.items()]  # fmt: skip
    form = ", ".join(f"{{}} {words.PARTS[len(parts)][part]}" for part in parts)
    said = [line(f"{_called(key)}: {form}", *(_share(each, part) for part in parts)) for key, each in rows.items()]
    stem = f"claim-{name}"
    return Picture(
        stem, line(words.BARS, (first["words"] or claim["words"]).shown("clause")), line(words.ALT, joined(said, "; ")),
        svg(draw_shares(bars, SURE), stem), carried=_csv(f"{stem}.csv", claim),
    )  # fmt: skip


def _csv(name: str, claim: At) -> Carried:
    rows = [",".join(("estimand", "population", *COLUMNS))]
    for one in claim["estimands"]:
        for key, each in one["populations"].items():
            cells = [str(one["name"]), key, *(str(each[column]) for column in COLUMNS)]
            rows.append(",".join(f'"{cell}"' if "," in cell else cell for cell in cells))
    return Carried(name, "\n".join(rows) + "\n")


def _tables(claim: At) -> Iterator[Table]:
    """Yield the tables of a claim: shares by population, what the rest comes from, readings, what it hangs on."""
    several = len(claim["estimands"].value or []) > 1
    for one in claim["estimands"]:
        yield _by_population(one)
        named = line(": {}", (one["words"] or one["name"]).shown("clause")) if several else line("")
        if one["variance"]:
            parts = [[label, one["variance"][key].shown("of 100")] for key, label in words.VARIANCE]
            yield Table(line("Where the differences between worlds come from, of 100 parts{}", named), ("", ""), parts)
        if one["by_reading"]:
            rows = [[row["variant"].shown(), row["choice"].shown(), row["for"].shown("of 100"),
                     row["draws"].shown("plain")] for row in one["by_reading"]]  # fmt: skip
            yield Table(line("By how the record is read{}", named), words.READING_HEAD, rows)
    if claim["hangs_on"]:
        hung = [[row["name"].shown(), row["share"].shown("of 100")] for row in claim["hangs_on"]]
        yield Table("What it hangs on, of 100 parts", ("unknown", "parts"), hung)
    if claim["grid"]:
        grid = [[row["mechanism"].shown(), row["off"].shown("signed"), row["alone"].shown("signed")]
                for row in claim["grid"]]  # fmt: skip
        yield Table("The effect where a mechanism is off, and where it alone is on", words.GRID_HEAD, grid)


def _by_population(one: At) -> Table:
    rows: list[list[Cell]] = []
    for key, each in one["populations"].items():
        run = str(each["run"])
        spread: Cell = NOTHING
        if each["mean"].value is not None:
            spread = line("{} ({} to {})", *(each[name].shown("signed", run) for name in ("mean", "low", "high")))
        shares = [_share(each, part) for part in words.PARTS[3]]
        rows.append([_called(key), *shares, spread, each["draws"].shown("plain", run)])
    caption = [(one["words"] or one["name"]).shown("clause")]
    form = "{}"
    for key, words_ in (("unit", ", in {}"), ("horizon", ", {}"), ("smallest", "; less than {} counts as none")):
        if one[key]:
            form, caption = form + words_, [*caption, one[key].shown("text" if key != "smallest" else "plain")]
    return Table(line(form, *caption), words.SHARES_HEAD, rows)


def _lookfor(claim: At) -> Table | None:
    rows: list[list[Cell]] = [
        [row["observable"].shown(), row["meaning"].shown(), row["explains"].shown("of 100"),
         row["favours_for"].number(), row["favours_against"].number(), row["where"].shown()] for row in claim["lookfor"]
    ]  # fmt: skip
    return Table("What to look for in an archive", words.LOOKFOR_HEAD, rows) if rows else None


def _settings(first: At) -> str:
    """Return what the explorable page is asked to show, in the words of its address."""
    begin, _, end = str(first["horizon"]).partition(":")
    scopes, outcome = [str(one) for one in first["scopes"]], str(first["outcome"] or first["name"])
    asked = {"outcome": outcome if outcome in OUTCOMES else "", "scope": scopes[0] if len(scopes) == 1 else "",
             "first": begin, "last": end or begin}  # fmt: skip
    return "&".join(f"{key}={quote(value)}" for key, value in asked.items() if value)


