"""What stands beside the ledger: from which size on a difference counts, and what words mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from sim.analysis.wording import capital
from sim.claims.lines import At, line
from sim.claims.verbs import OVER_ALL, RELATIONS
from sim.describe.glossary import terms
from sim.registry.outcomes import OUTCOMES
from sim.report import words
from sim.report.shapes import Cell, Table, as_text


def counts(ledger: At) -> Table | None:
    """Return from which size on a difference counts: a row for each measure, by which claims it is used."""
    found: dict[tuple[str, str, str], tuple[At, list[str]]] = {}
    for claim in ledger["claims"]:
        for one in claim["estimands"]:
            if one["claimed"].value in (*RELATIONS, *OVER_ALL) or not one["outcome"]:
                continue
            key = (str(one["outcome"]), str(one["smallest"]), str(one["unit"]))
            found.setdefault(key, (one, []))[1].append(str(claim["id"]))
    rows: list[list[Cell]] = []
    for (outcome, _, unit), (one, ids) in found.items():
        meaning = OUTCOMES[outcome].meaning if outcome in OUTCOMES else outcome
        rows.append([line("{} ({})", capital(meaning), one["outcome"].shown()),
                     one["smallest"].shown(f"amount in: {unit}"), words.WHY_COUNTS.get(outcome, words.WHY_ELSE),
                     ", ".join(dict.fromkeys(ids))])  # fmt: skip
    return Table(words.COUNTS_CAPTION, words.COUNTS_HEAD, rows) if rows else None


def glossary(shown: Any) -> list[tuple[str, str]]:
    """Return words that a report uses and what they mean: its own, then the model's."""
    text = " ".join(_texts(as_text(shown)))
    used = [(capital(said["en"][2]), said["en"][1]) for said in terms().values()
            if said["en"][0] and re.search(rf"\b(?:{said['en'][0]})\b", text)]  # fmt: skip
    return [*words.OWN_WORDS, *used]


def _texts(of: Any) -> Iterator[str]:
    if isinstance(of, str):
        yield of
    inside: Sequence[Any] = [*of.values()] if isinstance(of, dict) else of if isinstance(of, list) else ()
    for part in inside:
        yield from _texts(part)
