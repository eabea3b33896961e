"""One file that holds engine and worlds and opens offline by double click: for teachers, seminars and articles."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from sim.errors import Problem, UserError
from sim.page.content import content, packed
from sim.results.atomic import disk, staged_files
from sim.runner.ensembles import ensemble_of
from sim.scenario.load import Sets, Source, load_all
from sim.version import __version__

POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:; style-src 'unsafe-inline'; "
    "worker-src blob:; img-src 'self' data: blob:{more}"
)
"""What the page may load: itself, and nothing from anywhere."""
SCRIPTS = ("reduce.js", "sentences.js", "draw.js", "main.js")


def export_page(
    *worlds: Source, out: str | Path = "page.html", sets: Sets = (), force: bool = False, title: str = "",
    ensemble: str | Path | None = None,
) -> Path:  # fmt: skip
    """Write one HTML file that runs worlds in a browser: no install, no server, no network.

    Parameters
    ----------
    worlds
        As for `sim.compare`, the baseline first; one will do.
    out
        The file.
    force
        Replace an earlier one.
    title
        Of the page, as a browser's tab shows it; by default the worlds'.
    ensemble
        A calibration's folder or name: the rest is drawn out of it, instead of from the ranges.

    Raises
    ------
    UserError
        The worlds have not the same places, months or seed, or the file is there already.
    """
    if not worlds:
        raise UserError(Problem("export", "--page", allowed="one scenario or more: skloki export --page A B"))
    loaded, target = load_all(worlds, sets), Path(out).expanduser()
    if target.is_dir():
        raise UserError(Problem(str(target), found="a folder", allowed="the name of a file: --out page.html"))
    if target.exists() and not force:
        raise UserError(Problem(str(target), found="a file of an earlier call", allowed="another name, or --force"))
    calibrated = ensemble_of(ensemble)
    text = page(content(loaded, ensemble=calibrated), title or " | ".join(one.scenario.title for one in loaded))
    with disk(target), staged_files(target.parent, replace=True) as hidden:
        (hidden / target.name).write_text(text, encoding="utf-8")
    return target.resolve()


def page(known: Mapping[str, Any], title: str, *, pack: bool = True, more: str = "") -> str:
    """Return the page of what it knows (see `sim.page.content`): packed as a file holds it, or plain."""
    known = {**known, "texts": json.loads(part("texts.json")), "version_name": __version__}
    text = json.dumps(known, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    inner = json.dumps({"packed": packed(text.encode())}) if pack else text
    return Template(part("page.html")).substitute(
        policy=POLICY.format(more=more), title=html.escape(title), style=part("style.css"), content=_inside(inner),
        worker=_inside(part("engine.js")), script=_inside("\n".join(map(part, SCRIPTS))),
    )  # fmt: skip


def part(name: str) -> str:
    """Return one of the page's parts as it is shipped."""
    return files("sim.page").joinpath("parts", name).read_text(encoding="utf-8")


def _inside(text: str) -> str:
    """Return text that may stand inside a script element, which ends at the first closing tag."""
    return text.replace("</", "<\\/")
