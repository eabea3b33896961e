"""A ledger made up for tests: its numbers are nobody's finding."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sim.claims.ledger import Entry, Ledger
from sim.claims.rules import VERDICTS
from sim.claims.sentence import sentence

POPULATIONS = ("calibrated", "prior", "documented", "harris", "circular-flow")
SHARES: Mapping[str, tuple[float, float, float]] = {
    "supported": (0.86, 0.03, 0.11), "contradicted": (0.02, 0.9, 0.08), "immaterial": (0.04, 0.05, 0.91),
    "conditional": (0.55, 0.2, 0.25), "not identified": (0.31, 0.12, 0.57), "by construction": (0.99, 0.0, 0.01),
}  # fmt: skip
WORDS = {
    "22a": "Electing secretaries in 1923 would have made administration worse in agrarian and borderland guberniias",
    "22b": "Elections would have made skloki worse there", "25a": "Elections might have worked in Moscow or Petrograd",
    "25b": "The capitals would have fared better by elections than the provinces",
    "24": "Moving the quarrelling men cured skloki", "12": "Appointment could not build a loyal following",
    "21": "Conflict costs work", "6": "Past revolutions taught unity and discipline",
}  # fmt: skip


BOX = "It holds where voters judge better than files: in .84 of those draws, which hold .41 of all in which it holds."


def claim(name: str, verdict: str, **more: Any) -> dict[str, Any]:
    """Return a claim of a ledger with all that one may hold."""
    asked = verdict in SHARES
    estimand = {
        "name": "recovery_months", "words": "months of recovery, agrarian and borderland", "unit": "months",
        "smallest": 1.0, "horizon": "1923-12:1926-11", "scopes": ["agrarian"],
        "claimed": "below", "value": "election - recorded",
        "populations": {key: _given(verdict, place) for place, key in enumerate(POPULATIONS)},
        "variance": {"chance": 0.4, "parameters": 0.4, "readings": 0.1, "together": 0.1, "unseen": None},
        "verdict": verdict, "by_reading": [_read("members", 0.3, 210), _read("committee", 0.32, 190)],
    }  # fmt: skip
    other = {**estimand, "name": "performance", "words": "performance", "unit": "share", "smallest": 0.005}
    look = {"observable": "change_appointed_ahead", "meaning": "plans met after a change of secretary",
            "explains": 0.39, "favours_for": -0.0041, "favours_against": 0.00035, "where": "reports on deliveries"}
    judged = {"name": "how well members could judge", "share": 0.18, "grade": "free"}
    boxed = verdict == "conditional"
    found = {
        "id": name, "words": WORDS.get(name, f"claim {name}"), "place": "article, p. 527", "claimed": "below",
        "mechanism": "members could not read", "rival": "Trotsky", "contrast": "election against what happened",
        "estimands": [estimand, other] if asked else [], "verdict": verdict, "all": False, "borderline": False,
        "fragile": False, "condition": BOX if boxed else "",
        "density": 0.84 if boxed else None, "coverage": 0.41 if boxed else None,
        "verdicts": dict.fromkeys(POPULATIONS, verdict) if asked else {},
        "hangs_on": [judged, {"name": "loyalty in the choice", "share": 0.09, "grade": "assumed"}] if asked else [],
        "reverses": "if voters judged better than files by .12" if asked else "", "lookfor": [look] if asked else [],
        "grid": [{"mechanism": "crossing", "off": 0.4, "alone": -0.2}] if asked else [],
        "commands": [f"skloki claims {name}", f"skloki claims --explain {name}"],
        "notes": ["a made-up note"], "why": "" if asked else "The model begins in 1921 & says nothing <before> it",
    }  # fmt: skip
    return found | more


def _read(choice: str, holds: float, draws: int) -> dict[str, Any]:
    return {"variant": "voters", "choice": choice, "for": holds, "against": 0.1, "draws": draws}


def _given(verdict: str, place: int) -> dict[str, Any]:
    holds, fails, within = SHARES.get(verdict, (0.0, 0.0, 0.0))
    moved = 0.01 * place
    return {"for": round(holds - moved, 4), "against": fails, "within": round(within + moved, 4), "mean": 0.8,
            "low": -1.25, "high": 3.0, "draws": 400, "run": f"results/sweeps/claims/{place:08x}"}  # fmt: skip


KINDS: Mapping[str, Mapping[str, str]] = {
    "open": dict.fromkeys(WORDS, "not identified"),
    "supported": dict.fromkeys(WORDS, "supported"),
    "mixed": dict(zip(WORDS, ("not identified", "supported", "contradicted", "immaterial", "conditional", "supported",
                              "by construction", "untestable here"), strict=True)),
}  # fmt: skip


def ledger(verdicts: Mapping[str, str], quick: bool = False, **more: Mapping[str, Any]) -> dict[str, Any]:
    """Return a ledger of claims with these verdicts; ``more`` by a claim's id, written ``c22a``."""
    given = [{"name": name, "words": f"made-up words on {name}", "draws": 400, "ensemble": "", "rival": False}
             for name in POPULATIONS]  # fmt: skip
    claims = [claim(name, verdict, **more.get(f"c{name}", {})) for name, verdict in verdicts.items()]
    told = [Entry(**one, sentence=sentence(one, given, quick)) for one in claims]
    assert set(verdicts.values()) <= set(VERDICTS)
    return Ledger("760653b58c93d9bd", quick, given, told, "0.3.0", ["a made-up ledger"]).document()


def sealed(made: Mapping[str, Any]) -> dict[str, Any]:
    """Return a ledger that was changed, with the digest of what it says now."""
    claims = [Entry(**one) for one in made["claims"]]
    return Ledger(made["model"], made["quick"], made["populations"], claims, notes=made["notes"]).document()


def write(folder: Path, made: Mapping[str, Any]) -> Path:
    """Write a ledger where the report looks for it, and return the folder of results."""
    (folder / "claims").mkdir(parents=True, exist_ok=True)
    (folder / "claims" / "ledger.json").write_text(json.dumps(made), encoding="utf-8")
    return folder
