"""The ledger in the report: its table, and a page for each claim."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from sim.analysis.sentences import SURE
from sim.analysis.wording import alike, counted_in
from sim.claims import rules
from sim.claims.answer import three_parts, whose
from sim.claims.ledger import deciding
from sim.claims.lines import NOTHING, At, Line, Shown, joined, line
from sim.claims.populations import accounts
from sim.claims.sentence import sides
from sim.claims.verbs import NOT_READY, OVER_ALL, RELATIONS
from sim.report import words
from sim.report.shapes import Carried, Cell, Claim, Picture, Table
from sim.report.stored import Folder

if TYPE_CHECKING:
    from sim.report.pictures import Bar

CSV, ERRORS = "claims/ledger.csv", "claims/error-rates.csv"
MARKS = ("borderline", "fragile")
COLUMNS = ("for", "within", "against", "mean", "low", "high", "draws", "run")
"""Of what a population gives for an estimand, as the table behind a picture has it."""
AT_LENGTH = 3
"""Estimands up to which each has a table by population; of more, the others stand in one table."""
ROWS = 14
"""Bars of a picture up to which each number of several is shown by population."""


class Parts(NamedTuple):
    """Into which worlds an estimand divides them: the fields with their shares, and what each is called."""

    fields: Sequence[str]
    names: Sequence[str]
    kinds: Sequence[str]

    @classmethod
    def of(cls, estimand: At) -> Parts:
        """Return those of an estimand."""
        number = 3 if three_parts(estimand) else 2
        names = words.NOT_READY if estimand["claimed"].value == NOT_READY else words.PARTS[number]
        return cls(words.FIELDS[number], names, words.PARTS[number])

    def shares(self, given: At) -> list[float]:
        """Return the shares of a population."""
        return [given[part].value for part in self.fields]

    def under(self, given: At, kinds: Sequence[str] = words.LEDGER_PARTS) -> list[Cell]:
        """Return the shares under heads; a dash for worlds of a kind that an estimand has not."""
        found = dict(zip(self.kinds, self.fields, strict=True))
        return [_share(given, found[kind]) if kind in found else NOTHING for kind in kinds]


class Deciding:
    """What decides a claim: its first number, or several that all must be as claimed, in one population."""

    def __init__(self, claim: At, population: str) -> None:
        self.claim, self.population = claim, population
        every = list(claim["estimands"])
        #: the numbers
        self.each = [one for one in every if not one["shown"].value] if claim["all"].value else every[:1]
        #: how many words they begin and end with alike, if there are so many that one row has to do for each
        self.like = alike([str(one["words"]) for one in self.each]) if len(self.each) > AT_LENGTH else None

    def given(self, one: At) -> At:
        """Return what the population that decides gives for a number."""
        return one["populations"][self.population]

    @cached_property
    def asked(self) -> bool:
        """Whether there are shares."""
        return bool(self.each) and self.given(self.each[0])["for"].value is not None

    @property
    def parts(self) -> Parts:
        """Into what worlds are divided by the first."""
        return Parts.of(self.each[0])

    def differs(self, one: At) -> Shown | str:
        """Return in which words a number differs from others like it."""
        assert self.like is not None
        return one["words"].shown(f"words: {self.like[0]} {self.like[1]}")

    def common(self) -> Line:
        """Return what such numbers have in common."""
        assert self.like is not None
        first, (begin, end) = self.each[0]["words"], self.like
        length = len(str(first).split())
        before, after = first.shown(f"words: 0 {length - begin}"), first.shown(f"words: {length - end} 0")
        return line("{} … {}", before, after) if end else line("{} …", before)

    def span(self, field: str, population: str = "") -> Line:
        """Return the lowest and the highest share of such numbers."""
        each = [one["populations"][population or self.population] for one in self.each]
        ends = [end(each, key=lambda one: float(one[field].value)) for end in (min, max)]
        low, high = (_share(one, field) for one in ends)
        return line("{}", low) if str(low) == str(high) else line("{} to {}", low, high)

    def told(self) -> list[Cell]:
        """Return the shares for the ledger's table: of several numbers one after the other, of many their range."""
        if not self.asked:
            return [NOTHING] * len(words.LEDGER_PARTS)
        if self.like:
            found = dict(zip(self.parts.kinds, self.parts.fields, strict=True))
            return [self.span(found[kind]) if kind in found else NOTHING for kind in words.LEDGER_PARTS]
        rows = [Parts.of(one).under(self.given(one)) for one in self.each]
        return [cells[0] if len(cells) == 1 or set(map(str, cells)) == {NOTHING} else
                joined([line("{}", cell) for cell in cells], "; ") for cells in zip(*rows, strict=True)]  # fmt: skip

    def bars(self) -> list[list[tuple[str, float]]]:
        """Return of each number what parts are and their shares; of many like ones the two ends."""
        if not self.asked:
            return []
        each = self.each
        if self.like:
            each = [end(each, key=lambda one: float(self.given(one)["for"].value)) for end in (min, max)]
        return [[*zip(Parts.of(one).kinds, Parts.of(one).shares(self.given(one)), strict=True)] for one in each]


def populations(ledger: At) -> Table:
    """Return over which worlds the claims are asked."""
    said = accounts()
    rows: list[list[Cell]] = [
        [_called(str(one["name"])), line(f"{{}}{': ' * (str(one['name']) in said)}{said.get(str(one['name']), '')}",
                                         one["words"].shown()), one["draws"].shown("plain")]
        for one in ledger["populations"]
    ]  # fmt: skip
    return Table("Over which worlds the claims are asked; the first decides.", words.POPULATIONS_HEAD, rows)


def table(ledger: At, claims: Sequence[Claim], kept: Folder, quick: bool) -> Table:
    """Return the ledger, a row for each claim."""
    over_all = [str(one["id"]) for one in ledger["claims"]
                if any(each["claimed"].value in OVER_ALL for each in one["estimands"])]  # fmt: skip
    renumbered = {"D9", "31b"} <= {str(one.id) for one in claims}
    caption = words.LEDGER_CAPTION.format(words.RESAMPLED.format(", ".join(over_all)) if over_all else "",
                                          words.RENUMBERED if renumbered else "")  # fmt: skip
    rows: list[list[Cell]] = []
    for claim in claims:
        marks = f" ({', '.join(claim.marks)})" if claim.marks else ""
        rows.append([claim.id, claim.words, line(f"{{}}{marks}", claim.verdict), *claim.told])
    carried = Carried(_file("ledger.csv", quick), kept.text(CSV)) if kept.has(CSV) else None
    return Table(caption, words.LEDGER_HEAD, rows, carried)


def _file(name: str, quick: bool) -> str:
    """Return the name of a file that goes along: that it is of a quick ledger stays with it."""
    return words.QUICK_NAME * quick + name


def errors(kept: Folder, quick: bool) -> Table | None:
    """Return how often the rules err, as it was measured beside the ledger: the ends of what was found."""
    if not kept.has(ERRORS):
        return None
    every = list(kept.csv(ERRORS))
    rows: list[list[Cell]] = []
    for planted, said in words.PLANTED.items():
        some = [row for row in every if row["planted"].value == planted]
        if some:
            wrong = max(some, key=lambda row: float(row["wrong"].value))
            low, high = (end(some, key=lambda row: float(row["not_identified"].value)) for end in (min, max))
            shown = [one["not_identified"].shown("of 100") for one in (low, high)]
            rows.append([said, wrong["wrong"].shown("of 100"), *shown, _spread_of(high)])
    carried = Carried(_file("error-rates.csv", quick), kept.text(ERRORS))
    return Table(words.ERRORS_CAPTION, words.ERRORS_HEAD, rows, carried)


def _spread_of(row: At) -> Line:
    """Return whose spread a made-up claim has, and how wide it is beside what counts."""
    return line("claim {} (between its worlds a standard deviation of {}, where {} counts)",
                row["id"].shown(), row["sd"].shown("plain"), row["smallest"].shown("plain"))  # fmt: skip


def claim_page(claim: At, ledger: At, page: str, settings: str) -> Claim:
    """Return a claim's page; an explorable page beside the report shows its worlds at these settings, if it can."""
    name = str(claim["id"])
    found = Deciding(claim, deciding(ledger["populations"].value))
    quick = bool(ledger["quick"].value and claim["estimands"])
    marks = [*(["quick"] if quick else []), *(mark for mark in MARKS if claim[mark].value)]
    facts: list[tuple[str, Cell]] = [
        (label, claim[key].shown("place" if key == "place" else "text")) for label, key in words.FACTS if claim[key]]
    return Claim(
        id=name, anchor=f"claim-{name}", words=claim["words"].shown(), verdict=claim["verdict"].shown(), marks=marks,
        group=whose(claim), sentence=(claim["sentence"] or claim["why"]).shown(),
        facts=[*facts, *((words.MEASURE, said) for said in _measured(claim))], bars=found.bars(), told=found.told(),
        picture=_picture(name, found, quick) if found.asked else None, tables=list(_tables(found)),
        after=[(label, claim[key].shown()) for label, key in words.AFTER if claim[key]], lookfor=_lookfor(claim),
        notes=[note.shown("clause") for note in claim["notes"]], commands=[str(one) for one in claim["commands"]],
        runs=_runs(claim), page=f"{page}#{settings}" if settings else "", range=_range(claim["estimands"][0]),
    )  # fmt: skip


def _measured(claim: At) -> Iterator[str]:
    """Yield in plain words what is measured, where the words of its numbers would not be understood."""
    names = " ".join(str(one["words"]) for one in claim["estimands"]).lower()
    yield from (said for phrase, said in words.MEASURED if phrase in names)


def _runs(claim: At) -> list[str]:
    """Return the sweeps of all its numbers: those that several populations have under one name together."""
    given = (each for one in claim["estimands"] for _, each in one["populations"].items())
    found: dict[str, list[str]] = {}
    for run in dict.fromkeys(run for each in given for run in str(each["run"]).split()):
        place, _, name = run.rpartition("/")
        found.setdefault(name, []).append(place)
    return [f"{places[0]}/{name}" if len(places) == 1 else f"{name} of each of {', '.join(places)}"
            for name, places in found.items()]  # fmt: skip


def _range(first: At) -> Line | None:
    """Return from where to where the share as claimed lies by the ways to read the record, each alone."""
    rows = [row for row in first["by_reading"] if row["draws"].value >= rules.ENOUGH]
    if not rows:
        return None
    low, high = (end(rows, key=lambda row: float(row["for"].value)) for end in (min, max))
    return line("it is as claimed in {} to {} of 100 worlds", *(row["for"].shown("of 100") for row in (low, high)))


def _called(population: str) -> str:
    return words.NAMES.get(population, population)


def _share(given: At, part: str) -> Cell:
    return given[part].shown("of 100", str(given["run"]))


def _spread(one: At, given: At) -> Cell:
    """Return the mean of a number and where nine in ten of its values lie, in its unit: of effects with their sign."""
    if given["mean"].value is None or one["claimed"].value == "signs":
        return NOTHING
    if _is_idle(one, given):
        return words.IDLE
    effect = one["claimed"].value not in RELATIONS and "-" in str(one["value"])
    how = f"{'effect in' if effect else 'in'}: {one['unit']}"
    return line("{} ({} to {})", *(given[name].shown(how, str(given["run"])) for name in ("mean", "low", "high")))


def _is_idle(one: At, given: At) -> bool:
    """Say whether an effect is nothing in every world: what is asked is not at work in such an account."""
    return one["claimed"].value not in RELATIONS and given["mean"].value == given["sd"].value == 0.0


def _mean_head(one: At) -> str:
    unit = counted_in(str(one["unit"]))
    return words.MEAN_HEAD.format(f", {unit}" if unit else "")


def _named(estimand: At) -> Shown | str:
    return (estimand["words"] or estimand["name"]).shown("clause")


def _picture(name: str, found: Deciding, quick: bool) -> Picture:
    """Return the bars of all numbers that decide a claim, the population that decides above the others."""
    from sim.report.pictures import Group, draw_shares, svg

    groups, said = list[Group](), list[Line]()
    if found.like:
        rows = [(str(found.differs(one)), found.differs(one), one, found.given(one)) for one in found.each]
        bars = [_bar(name, one, given) for name, _, one, given in rows]
        groups.append(Group("", found.parts.kinds, found.parts.names, bars, decides=False))
        said += [_alt(case, one, given) for _, case, one, given in rows]
        caption = line(words.BARS_LIKE, found.common(), _called(found.population))
    else:
        few = len(found.each) * len(found.each[0]["populations"].value) <= ROWS
        for one in found.each:
            every = {key: each for key, each in one["populations"].items()
                     if each["for"].value is not None and (key == found.population or not _is_idle(one, each))}
            shown = {found.population: every[found.population], **(every if few or len(found.each) == 1 else {})}
            parts, head = Parts.of(one), str(_named(one)) if len(found.each) > 1 else ""
            groups.append(Group(head, parts.kinds, parts.names,
                                [_bar(_called(key), one, each) for key, each in shown.items()]))  # fmt: skip
            about = line("{}, ", _named(one)) if head else line("")
            said += [line("{}{}", about, _alt(_called(key), one, each)) for key, each in shown.items()]
        caption = line(words.BARS, _named(found.each[0])) if len(found.each) == 1 else line(words.BARS_SEVERAL)
    stem = f"claim-{name}"
    return Picture(stem, caption, line(words.ALT, joined(said, "; ")), svg(draw_shares(groups, SURE), stem),
                   carried=_csv(_file(f"{stem}.csv", quick), found.claim))  # fmt: skip


def _bar(name: str, one: At, given: At) -> Bar:
    from sim.report.pictures import Bar

    parts = Parts.of(one)
    return Bar(name, parts.shares(given), [str(_share(given, part)) for part in parts.fields])


def _alt(name: Cell, one: At, given: At) -> Line:
    parts = Parts.of(one)
    form = ", ".join(f"{{}} {name}" for name in parts.names)
    return line("{}: {}", name, line(form, *(_share(given, part) for part in parts.fields)))


def _csv(name: str, claim: At) -> Carried:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("estimand", "population", *COLUMNS))
    for one in claim["estimands"]:
        for key, each in one["populations"].items():
            rows.writerow((one["name"], key, *(each[column] for column in COLUMNS)))
    return Carried(name, text.getvalue())


def _tables(found: Deciding) -> Iterator[Table]:
    """Yield the tables of a claim: shares by population, what the rest comes from, readings, what it hangs on."""
    claim, estimands = found.claim, list(found.claim["estimands"])
    if found.like:
        yield from _alike(found)
        long = found.each
    else:
        long = estimands if len(estimands) <= AT_LENGTH else found.each
        for number, one in enumerate(long):
            yield _by_population(one, claim["verdicts"] if number == 0 else None)
    shown = [one["name"].value for one in long]
    rest = [one for one in estimands if one["name"].value not in shown]
    if rest:
        rows = [[line("{}, {}", _named(one), one["horizon"].shown()), *Parts.of(one).under(given),
                 _amounts(one, given), given["draws"].shown("plain")]
                for one, given in ((one, found.given(one)) for one in rest)]  # fmt: skip
        head = ("", *words.LEDGER_PARTS, words.MEAN_HEAD.format(""), words.MANY_HEAD)
        yield Table(f"Also reckoned, in {_called(found.population)} worlds", head, rows)
    yield from _hung(claim, estimands[0] if estimands else At(None, ""))


def _alike(found: Deciding) -> Iterator[Table]:
    """Yield the tables of many like numbers: a row for each, and their range by population."""
    parts = found.parts
    each = [(one, found.given(one)) for one in found.each]
    rows = [[found.differs(one), *(_share(given, part) for part in parts.fields), _spread(one, given),
             given["draws"].shown("plain")] for one, given in each]  # fmt: skip
    head = (words.LIKE_HEAD, *parts.names, _mean_head(found.each[0]), words.MANY_HEAD)
    yield Table(line(words.LIKE_CAPTION, found.common(), _called(found.population)), head, rows)
    ranges = [[_called(key), *(found.span(part, key) for part in parts.fields), verdict.shown()]
              for key, verdict in found.claim["verdicts"].items()
              if all(one["populations"][key]["for"].value is not None for one in found.each)]  # fmt: skip
    yield Table(words.RANGE_CAPTION, (words.WHICH_HEAD, *parts.names, "verdict"), ranges)


def _hung(claim: At, first: At) -> Iterator[Table]:
    if any(share.value is not None for _, share in first["variance"].items()):
        parts = [[label, first["variance"][key].shown("of 100")] for key, label in words.VARIANCE]
        yield Table(words.VARIANCE_CAPTION, ("", "parts"), parts)
    if claim["hangs_on"]:
        hung = [[row["name"].shown("named"), row["share"].shown("of 100"), row["grade"].shown()]
                for row in claim["hangs_on"]]  # fmt: skip
        yield Table("What it hangs on, of 100 parts", words.HANGS_HEAD, hung)
    if claim["grid"]:
        how = f"effect in: {first['unit']}"
        grid = [[row["mechanism"].shown("mechanism"), row["off"].shown(how), row["alone"].shown(how)]
                for row in claim["grid"]]  # fmt: skip
        yield Table(words.GRID_CAPTION.format(_in(first)), words.GRID_HEAD, grid)
    if first["by_reading"]:
        yield _by_reading(first)


def _in(one: At) -> str:
    unit = counted_in(str(one["unit"]))
    return f" ({unit})" if unit else ""


def _by_reading(first: At) -> Table:
    """Return the shares by each way to read the record: what is left open, once, and how it is read."""
    parts, rows, before = Parts.of(first), list[list[Cell]](), ""
    known = [(part, name) for part, name in zip(parts.fields, parts.names, strict=True)
             if all(row[part].value is not None for row in first["by_reading"])]  # fmt: skip
    for row in first["by_reading"]:
        variant = str(row["variant"])
        rows.append([row["variant"].shown("reading") if variant != before else "",
                     row["choice"].shown(f"choice: {variant}"),
                     *(row[part].shown("of 100") for part, _ in known), row["draws"].shown("plain")])  # fmt: skip
        before = variant
    head = (*words.READING_HEAD, *(name for _, name in known), words.OF_DRAWS)
    return Table(line(words.READING_CAPTION, _named(first)), head, rows, folded=True)


def _by_population(one: At, verdicts: At | None) -> Table:
    rows: list[list[Cell]] = []
    parts = Parts.of(one)
    for key, each in one["populations"].items():
        shares = [_share(each, part) for part in parts.fields]
        row = [_called(key), *shares, _spread(one, each), each["draws"].shown("plain", str(each["run"]))]
        rows.append(row if verdicts is None else
                    [*row, words.NOT_ASKED if _is_idle(one, each) else verdicts[key].shown()])  # fmt: skip
    head = [words.WHICH_HEAD, *parts.names, _mean_head(one), words.MANY_HEAD, *(["verdict"] if verdicts else [])]
    return Table(_asked(one), head, rows)


def _amounts(one: At, given: At) -> Cell:
    """Return a mean and where nine in ten lie, the unit after them."""
    unit = counted_in(str(one["unit"]))
    found = _spread(one, given)
    return line(f"{{}}{', ' * bool(unit)}{unit}", found) if found != NOTHING else NOTHING


def _asked(one: At) -> Line:
    """Return what an estimand is, when, and what it means that it is as claimed, numbers as they are stored."""
    holds, fails = sides(one.value)
    said = _marked(f"{holds}; {words.OTHERWISE[three_parts(one)]}: {fails}", one)
    when = line(", {}", one["horizon"].shown()) if one["horizon"] else line("")
    return line("{}{}. As claimed: {}.", _named(one), when, said)


def _marked(text: str, one: At) -> Line:
    """Return a text with the numbers in it that an estimand has, each marked with where it is stored."""
    unit, said = str(one["unit"]), Line()
    for key in ("smallest", "low", "high"):
        forms = (one[key].shown(how) for how in (f"amount in: {unit}", f"in: {unit}", "number"))
        known = [shown for shown in forms if isinstance(shown, Shown) and re.search(_alone(shown.text), text)]
        if known:
            before, after = re.split(_alone(known[0].text), text, maxsplit=1)
            said, text = Line([*said, before, known[0]]), after
    return Line([*said, text])


def _alone(number: str) -> str:
    return rf"(?<![\d.]){re.escape(number)}(?![\d]|\.\d)"


def _lookfor(claim: At) -> Table | None:
    rows: list[list[Cell]] = [
        [line("{} ({})", row["meaning"].shown(), row["observable"].shown()), row["explains"].shown("of 100"),
         *(row[side].shown(f"amount in: {row['unit']}") for side in ("favours_for", "favours_against")),
         row["where"].shown()] for row in claim["lookfor"]
    ]  # fmt: skip
    return Table("What to look for in an archive", words.LOOKFOR_HEAD, rows) if rows else None
