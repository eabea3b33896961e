"""What the commands print, as tables and as JSON."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.analysis.wording import committees, counted
from sim.doors.terminal import UNDEFINED, Terminal, number, shown, spread

if TYPE_CHECKING:
    from sim.describe.glossary import Entry
    from sim.errors import Problem
    from sim.results.result import Result
    from sim.runner.preview import Preview

#: Columns of the lists, per kind: labels of an entry's fields.
LISTED = {
    "scenarios": ("title", "why"),
    "experiments": ("title", "design", "why"),
    "claims": ("kind", "meaning"),
    "variants": ("default", "mechanism", "meaning"),
    "classes": ("number", "meaning"),
    "places": ("class", "region", "also called"),
    "events": ("kind", "months", "size", "where", "source"),
    "parameters": ("symbol", "default", "range", "unit", "grade", "mechanism", "meaning"),
    "outcomes": ("unit", "better", "meaning"),
    "mechanisms": ("step", "meaning", "switched off"),
    "draws": ("number", "entity", "index", "meaning"),
    "data": ("grade", "one row is", "used for"),
    "constants": ("value", "unit", "grade", "mechanism", "meaning"),
    "observables": ("period", "reliability", "meaning"),
    "terms": ("meaning",),
    "targets": ("recorded", "band", "period", "grade", "meaning"),
}


def show_summary(terminal: Terminal, result: Result) -> None:
    """Print the nation's course: outcomes in rows, Decembers in columns."""
    from sim.analysis.summary import summarise

    rows = summarise(result)
    months, by_outcome = list(dict.fromkeys(row.month for row in rows)), dict[str, list[str]]()
    for row in rows:
        cell = f"{number(row.median)}\n{number(row.low)}–{number(row.high)}"
        by_outcome.setdefault(row.outcome, [row.outcome]).append(cell)
    finished = result.manifest["replicates"] - len(result.manifest["failed"])
    title = f"{result.manifest['title']}: the nation, median and 10–90 % of {counted(finished, 'replicate')}"
    terminal.table(title, ["outcome", *months], list(by_outcome.values()), right=range(1, len(months) + 1))


def show_targets(terminal: Terminal, result: Result) -> None:
    """Print the recorded figures beside what the model gave."""
    rows = [(
        row["id"], f"{row['description']}, {row['period']}", spread(row["median"], row["p10"], row["p90"]),
        spread(row["recorded"], row["low"], row["high"]), shown(row["in_band"]) if row["replicates"] else UNDEFINED,
        _likeness(row), row["grade"], row["kind"],
    ) for row in target_records(result)]  # fmt: skip
    header = ["", "recorded figure", "model [10–90 %]", "recorded [band]", "in band", "score", "grade", "kind"]
    terminal.table("Against the record (grade C is an estimate, not a fact)", header, rows)
    terminal.say("score: how likely the recorded figure is under the model's median, 1 if they are the same")
    tree = result.manifest["scenario"]["tree"]
    if tree["kind"] != "real" or tree["only"]:
        terminal.say("This tree is not the recorded one: national figures are a yardstick here, not a test.")


def _likeness(row: dict[str, Any]) -> str:
    """Return the kernel of a recorded figure at the model's median."""
    from sim.analysis.kernels import compared, log_kernel

    target = compared().get(row["id"])
    if target is None or math.isnan(row["median"]):
        return UNDEFINED
    return f"{math.exp(log_kernel(target, row['median'])):.2f}"


def target_records(result: Result) -> list[dict[str, Any]]:
    """Return the rows of targets.csv, without pandas, for which a first result would wait; what is not known is nan."""
    rows = result.table("targets").to_pylist()
    return [{name: math.nan if value is None else value for name, value in row.items()} for row in rows]


def run_document(result: Result, warnings: Sequence[Problem], figures: list[Path]) -> dict[str, Any]:
    """Return what `run` prints as JSON."""
    from sim.analysis.summary import summarise

    first, then = (("title", "seed", "replicates"), ("failed", "wall_seconds"))
    return {
        "result": result.path, **{name: result.manifest[name] for name in first}, "warnings": warnings,
        **{name: result.manifest[name] for name in then}, "summary": [row._asdict() for row in summarise(result)],
        "targets": target_records(result), "figures": figures,
    }  # fmt: skip


def show_preview(terminal: Terminal, preview: Preview, full: bool) -> None:
    """Print what a valid scenario amounts to: what differs from the world that it extends; in full, all its values."""
    scenario = preview.loaded.scenario
    terminal.say(f"{preview.loaded.path}: valid")
    terminal.say(f"{scenario.title}. {' '.join(scenario.why.split())}".rstrip())
    terminal.say()
    if differs := [(name, _told(base), _told(setting.value), setting.unit, setting.layer)
                   for name, base, setting in preview.differs]:  # fmt: skip
        terminal.table(f"What differs from {preview.base}", ["name", "there", "here", "unit", "set in"], differs)
    else:
        terminal.say(f"Nothing differs from {preview.base}.")
    if full:
        rows = [(setting.name, exact(setting.value), setting.unit, setting.layer) for setting in preview.settings]
        terminal.table("Effective values", ["name", "value", "unit", "set in"], rows)
    else:
        terminal.say(f"All {len(preview.settings)} values, and where each was set: --full\n")
    for warning in preview.warnings:
        terminal.note(f"warning: {warning}")
    terminal.say(
        f"Size: {committees(preview.guberniias, preview.uezds)}, {counted(preview.months, 'month')}, "
        f"{counted(preview.replicates, 'replicate')}: {counted(preview.committee_months, 'committee-month')}"
    )


def _told(value: Any) -> str:
    return "unset" if value is None else exact(value)


def preview_document(preview: Preview, full: bool) -> dict[str, Any]:
    """Return what `check` prints as JSON; settings are all that are no defaults, or in full all there are."""
    settings = preview.settings if full else preview.changed
    sizes = ("guberniias", "uezds", "months", "replicates", "committee_months")
    return {
        "scenario": preview.loaded.path, "title": preview.loaded.scenario.title, "valid": True,
        "base": preview.base,
        "differs": [{"name": name, "base": base, "here": setting.value, "layer": setting.layer}
                    for name, base, setting in preview.differs],
        "settings": [asdict(setting) for setting in settings], "warnings": preview.warnings,
        **{name: getattr(preview, name) for name in sizes},
    }  # fmt: skip


def show_list(terminal: Terminal, what: str | None, entries: list[Entry]) -> None:
    """Print a list, without a kind that of kinds; names alone, one a line, with ``--quiet``."""
    if terminal.json:
        return terminal.document([asdict(entry) for entry in entries])
    if terminal.quiet:
        return terminal.line("\n".join(entry.name for entry in entries))
    labels = ("number", "meaning") if what is None else LISTED[what]
    rows = [[entry.name, *(_short(exact(entry.fields[label])) for label in labels)] for entry in entries]
    terminal.table("", ["name" if what else "kind", *labels], rows, names=True)
    if what is None:
        terminal.say("skloki list KIND prints one of these; skloki explain NAME tells of any name in them.")


def _short(text: str) -> str:
    """Return the first sentence."""
    return re.split(r"\.\s+(?=[A-Z])", text, maxsplit=1)[0]


def exact(value: Any) -> str:
    """Return a value as a file would state it; floats are not rounded."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else shown(value)
