"""Sections of the report that are made of folders of results: readiness, rivals, the calibration; and of the data."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from sim.claims.lines import At, Shown, line
from sim.data.catalogue import TABLES
from sim.inference.report import proviso
from sim.report import words
from sim.report.shapes import Carried, Cell, Picture, Section, Table
from sim.report.stored import Folder, Page

CALIBRATION = "calibration/record"
LARGEST = 300_000
"""Bytes of a table that the report carries; of a larger one it says where it is."""
CATALOGUE, FIGURES = "sim/data/catalogue.py", "sim/data/csv/calibration_targets.csv"


def of_folder(kept: Folder, name: str, title: str, about: str, command: str) -> Section:
    """Return the section of a folder with a README.md: its answer, its pictures, its tables."""
    readme = f"{name}/README.md"
    if not kept.has(readme):
        return Section(name, title, about, command)
    page = kept.page(readme)
    files = sorted((kept.path / name).glob("*.csv"))
    tables = [_stored(kept, f"{name}/{path.name}") for path in files if path.stat().st_size <= LARGEST]
    left = [f"{name}/{path.name}" for path in files if path.stat().st_size > LARGEST]
    return Section(name, title, about, "", list(_paragraphs(page)), list(_pictures(kept, name, page)), tables, left)


def _paragraphs(page: Page) -> Iterator[Sequence[tuple[str, Shown | str]]]:
    """Yield what a page answers, then how sure that is and what would overturn it, where it says so."""
    yield from page.paragraphs("answer")
    for part, begin in words.PARTS_SHOWN:
        first, *rest = page.paragraphs(part) or [[]]
        if first:
            yield [("strong", begin), ("plain", " "), *first]
        yield from rest


def calibration(kept: Folder) -> Section:
    """Return the section on what the record teaches."""
    title, about, command = words.CALIBRATION
    if not kept.has(f"{CALIBRATION}/manifest.json"):
        return Section("calibration", title, about, command)
    answer = kept.json(f"{CALIBRATION}/manifest.json")["answer"]
    said = [[("plain" if number else "strong", Shown(str(one), one))] for number, one in enumerate(answer)]
    tables = [_stored(kept, f"{CALIBRATION}/{file}.csv") for file in ("targets", "parameters", "effects")]
    readme = f"{CALIBRATION}/README.md"
    pictures = list(_pictures(kept, CALIBRATION, kept.page(readme))) if kept.has(readme) else []
    return Section("calibration", title, about, "", said, pictures, tables)


def data() -> Section:
    """Return the section on data: recorded figures, and each table of the record with its grade and terms."""
    from sim.data.tables import load

    figures = At([dict(row) for row in load("calibration_targets")], FIGURES)
    recorded: list[list[Cell]] = [
        [row["id"].shown(), row["description"].shown(), row["period"].shown(),
         line("{} ({} to {})", *(row[name].shown("plain") for name in ("value", "low", "high"))),
         row["confidence"].shown()] for row in figures
    ]  # fmt: skip
    tables: list[list[Cell]] = []
    for one in TABLES:
        said = {name: getattr(one, name) for name in words.CATALOGUE}
        tables.append([Shown(text, At(text, CATALOGUE, f"/{one.name}/{name}")) for name, text in said.items()])
    return Section("data", "The data and their grades", words.DATA, tables=[
        Table("Recorded figures with which worlds are compared", words.RECORDED_HEAD, recorded),
        Table("Tables of the record", list(words.CATALOGUE.values()), tables)])  # fmt: skip


def _stored(kept: Folder, name: str) -> Table:
    """Return a stored table: all of it to take along, and as far as it is known here its first rows."""
    known, caption = words.SHOWN_COLUMNS.get(name, {}), words.TABLES.get(name, name)
    carried = Carried(name.replace("/", "-"), kept.text(name))
    if not known:
        return Table(caption, (), (), carried)
    rows = list(kept.csv(name))
    few = f" (the first {words.SHOWN_ROWS} rows)" if len(rows) > words.SHOWN_ROWS else ""
    shown = [[_cell(name, row, column) for column in known] for row in rows[: words.SHOWN_ROWS]]
    return Table(f"{caption}{few}", list(known.values()), shown, carried, folded=name in words.FOLDED)


def _cell(name: str, row: At, column: str) -> Cell:
    """Return a cell of a stored table, after the reading of a figure what keeps it from being a success."""
    how = words.SHOWN_AS.get(name, {}).get(column)
    shown = row[column].shown(how) if how and row[column] else row[column].number()
    if (name, column) != (f"{CALIBRATION}/targets.csv", "reading"):
        return shown
    return line(f"{{}}{proviso({key: math.nan if one.value == '' else one.value for key, one in row.items()})}", shown)


def _pictures(kept: Folder, name: str, page: Page) -> Iterator[Picture]:
    """Yield the pictures of a page: as SVG where it is there."""
    from sim.report.pictures import inside, lighter

    for said, file in page.pictures:
        stem = file.rpartition(".")[0]
        drawn, called, caption = f"{name}/{stem}.svg", f"{name}/{stem}".replace("/", "-"), said.shown()
        if kept.has(drawn):
            yield Picture(called, caption, caption, inside(kept.text(drawn), called))
        elif kept.has(f"{name}/{file}"):
            yield Picture(called, caption, caption, png=lighter((kept.path / name / file).read_bytes()))
