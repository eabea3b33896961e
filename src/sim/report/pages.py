"""The report's two forms: a page of HTML by jinja2, a PDF by typst, each from the same context."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.errors import Problem, UserError
from sim.report.context import context, require_results
from sim.report.shapes import Context, as_text
from sim.results.atomic import disk, staged_files

if TYPE_CHECKING:
    from jinja2 import Template

HTML, PDF, TYPST = "report.html", "report.pdf", "report.typ"
EXTRA = "the PDF needs typst: pip install 'skloki[report]'"
TALLEST = 1.4
"""Height over width of a picture that stands on a page beside its caption."""
STANDARD: Literal["ua-1"] = "ua-1"
"""PDF/UA-1: tagged, with alternative texts, so that it can be read aloud; compiling fails where something lacks."""


@dataclass(frozen=True)
class Written:
    """The files of a report, and why one of them is missing."""

    files: tuple[Path, ...]
    lacks: str = ""


def write_report(folder: str | Path = "results", *, out: str | Path | None = None, force: bool = False) -> Written:
    """Write what was found as ``report.html`` and, where typst is installed, ``report.pdf``.

    Parameters
    ----------
    folder
        Of results: ``claims/ledger.json`` and what stands beside it. What is missing is named in the report.
    out
        Folder of the two files; default: that of the results.
    force
        Replace earlier ones.
    """
    require_results(Path(folder))
    found = context(Path(folder))
    place = Path(folder if out is None else out)
    if place.exists() and not place.is_dir():
        raise UserError(Problem(str(place), found="a file", allowed="a folder: --out DIR"))
    typeset = find_spec("typst") is not None
    with disk(place), staged_files(place, replace=force) as hidden:
        (hidden / HTML).write_text(html(found), encoding="utf-8")
        if typeset:
            (hidden / PDF).write_bytes(pdf(found))
    names = [HTML, PDF] if typeset else [HTML]
    return Written(tuple((place / name).resolve() for name in names), "" if typeset else EXTRA)


def html(found: Context) -> str:
    """Return the page: one file that asks for nothing else."""
    return _template().render(r=found, style=part("style.css"))


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    shape = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return shape.from_string(part("report.html"))


def pdf(found: Context) -> bytes:
    """Return the PDF, with the same bytes at each call."""
    import matplotlib as mpl
    import typst

    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        (work / TYPST).write_text(part(TYPST), encoding="utf-8")
        (work / "context.json").write_text(json.dumps(_typeset(found, work), ensure_ascii=False), encoding="utf-8")
        # Pictures are set in matplotlib's letter; the text in one that typst brings.
        letters = [Path(mpl.get_data_path(), "fonts", "ttf")]
        return typst.compile(work / TYPST, root=work, font_paths=letters, ignore_system_fonts=True, format="pdf",
                             pdf_standards=[STANDARD])  # fmt: skip


def _typeset(found: Context, work: Path) -> Any:
    """Return the context as texts, its pictures as files: one that is taller than a page in pieces."""
    from sim.report.pictures import pieces

    whole = as_text(found)
    for picture, told in zip(found.pictures, _pictures(whole), strict=True):
        kind, contents = ("svg", [picture.svg.encode()]) if picture.svg else ("png", pieces(picture.png, TALLEST))
        told["files"] = [f"{picture.name}-{number}.{kind}" for number in range(len(contents))]
        for name, content in zip(told["files"], contents, strict=True):
            (work / name).write_bytes(content)
    return whole


def _pictures(whole: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the pictures of a context that was made text, in the order in which it has them."""
    of_claims = [claim["picture"] for claim in whole["claims"] if claim["picture"] is not None]
    return [*of_claims, *(picture for section in whole["sections"] for picture in section["pictures"])]


def part(name: str) -> str:
    """Return one of the report's parts as it is shipped."""
    return files("sim.report").joinpath("parts", name).read_text(encoding="utf-8")
