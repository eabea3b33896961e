"""What the report says: one object of words and stored values, out of which both its forms are laid out."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sim.analysis.stored import kind_of
from sim.claims.answer import GROUPS, three
from sim.claims.ledger import parsed
from sim.claims.lines import At
from sim.describe import link
from sim.describe.citation import cite
from sim.errors import Problem, UserError
from sim.registry.by_construction import BY_CONSTRUCTION
from sim.report import claims, sections, terms, words
from sim.report.shapes import Cited, Claim, Context
from sim.report.stored import Folder
from sim.version import __version__

LEDGER = "claims/ledger.json"
MADE_OF = ("claims", "readiness", "lockin", "calibration/*")
"""Folders with a manifest that a report rests on."""
PAGES = ("page.html", "page/page.html", "page/index.html")
"""Where the explorable page is looked for, below the folder of results."""


def context(folder: Path) -> Context:
    """Return what the report on a folder of results says."""
    kept = Folder(folder)
    ledger = _ledger(kept)
    quick, digest = bool(ledger["quick"].value), str(ledger["digest"]) or inputs(folder)
    page = next((name for name in PAGES if kept.has(name)), "")
    shown = link.read(kept.path / page) if page else None
    pages = [claims.claim_page(claim, ledger, page, link.of_claim(shown, str(claim["id"]), str(claim["words"])))
             for claim in ledger["claims"]]  # fmt: skip
    pages.sort(key=lambda one: [*GROUPS].index(one.group))
    address = f"ni:///sha-256;{_named(digest)}"
    return Context(
        title=words.TITLE, version=__version__, digest=digest, address=address, quick=quick, question=words.QUESTION,
        answer=three(ledger) if ledger else (), caveat=words.CAVEAT, verdict_words=words.VERDICTS,
        populations=claims.populations(ledger) if ledger else None,
        ledger=claims.table(ledger, pages, kept, quick) if ledger else None, claims=pages,
        errors=claims.errors(kept, quick), counts=terms.counts(ledger), words=terms.glossary(pages),
        sections=[*(sections.of_folder(kept, *one) for one in words.FOLDERS_FIRST), sections.data(),
                  sections.calibration(kept), *(sections.of_folder(kept, *one) for one in words.FOLDERS_LAST)],
        limits=words.LIMITS, put_in=_put_in(), cited=_cited(kept, digest, quick),
        linked=_linked(digest, address, pages, quick), no_ledger="" if ledger else words.NO_LEDGER, page=page,
        notes=[note.shown() for note in ledger["notes"]], inputs=inputs(folder), groups=GROUPS,
        quick_said=words.QUICK,
    )  # fmt: skip


def require_results(folder: Path) -> None:
    """Refuse a folder in which nothing is of which a report is made, with what it is and what is meant."""
    if _reportable(folder):
        return
    manifest = folder / "manifest.json"
    if not folder.is_dir():
        found = "a file" if folder.exists() else "no such folder"
    elif manifest.is_file():
        found = f"the folder of one {kind_of(folder).format.noun}"
    else:
        found = "a folder with nothing in it to report" if any(folder.iterdir()) else "an empty folder"
    allowed = "a folder of results, such as results, with claims, calibration, readiness, lockin or rivals in it"
    close = str(folder.parent) if _reportable(folder.parent) else ""
    raise UserError(Problem(str(folder), found=found, allowed=allowed, suggestion=close))


def _reportable(folder: Path) -> bool:
    """Whether there is anything that a report is made of."""
    named = [LEDGER, *(f"{name}/README.md" for name, *_ in (*words.FOLDERS_FIRST, *words.FOLDERS_LAST))]
    return any((folder / name).is_file() for name in named) or any(_manifests(folder))


def _manifests(folder: Path) -> list[Path]:
    return sorted(path for name in MADE_OF for path in folder.glob(f"{name}/manifest.json"))


def _ledger(kept: Folder) -> At:
    """Return the ledger as it is stored, if it is there; refused where it is none, or was changed since."""
    if not kept.has(LEDGER):
        return At(None, LEDGER)
    ledger = kept.json(LEDGER)
    parsed(ledger.value if isinstance(ledger.value, dict) else {}, str(kept.path / LEDGER))
    return ledger


def _put_in() -> list[tuple[str, str]]:
    """Return what is put in by hand, each with the names of the numbers and mechanisms that do it."""
    found: dict[str, list[str]] = {}
    for name, said in BY_CONSTRUCTION.items():
        found.setdefault(said, []).append(name)
    return [(said, ", ".join(names)) for said, names in found.items()]


def inputs(folder: Path) -> str:
    """Return a name for what is reported: of the manifests of all folders that a report is made of."""
    found = hashlib.sha256()
    for path in _manifests(folder):
        found.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    return found.hexdigest()


def _named(digest: str) -> str:
    """Return a digest as names of things by their hash write it (RFC 6920)."""
    try:
        content = bytes.fromhex(digest)
    except ValueError:
        content = hashlib.sha256(digest.encode()).digest()
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


# How it is cited, and what machines read.


def _cited(kept: Folder, digest: str, quick: bool) -> list[Cited]:
    """Return how report, ledger, software, article and sources are cited, as `skloki cite` words it.

    Of a quick ledger neither it nor the report is.
    """
    works = cite(kept.path / "claims" if kept.has("claims/manifest.json") and not quick else None)
    works.sort(key=lambda work: [*words.CITED_AS].index(work.what))
    whole = f"{words.AUTHORS}, “{words.TITLE}”. Report of skloki {__version__}, result {digest}."
    report = Cited("This report", words.NOT_CITED if quick else whole)
    return [report, *(Cited(words.CITED_AS[work.what], work.text, work.bibtex, work.details) for work in works)]


def _linked(digest: str, address: str, pages: Sequence[Claim], quick: bool) -> str:
    """Return the report as linked data (JSON-LD, schema.org)."""
    authors = {"@type": "Organization", "name": words.AUTHORS}
    works = {work.what: work.record for work in reversed(cite())}
    said = works["article"]
    about = f"https://doi.org/{said['DOI']}"
    article: dict[str, Any] = {
        "@type": "ScholarlyArticle", "@id": about, "name": said["title"],
        "author": [{"@type": "Person", "givenName": one["given"], "familyName": one["family"]}
                   for one in said["author"]],
        "isPartOf": {"@type": "Periodical", "name": said["container-title"]},
    }  # fmt: skip
    software = {"@type": "SoftwareApplication", "name": works["software"]["title"], "softwareVersion": __version__,
                "applicationCategory": "agent-based model"}  # fmt: skip
    data = {"@type": "Dataset", "@id": address, "name": "The ledger of claims", "identifier": f"sha-256 {digest}",
            "creator": authors, "description": words.LEDGER_SAID, "isBasedOn": about}  # fmt: skip
    report = {"@type": "Report", "@id": "#report", "name": words.TITLE, "author": authors, "inLanguage": "en",
              "about": {"@id": about}, "isBasedOn": {"@id": address}, "creditText": f"skloki {__version__}",
              "hasPart": [{"@type": "Claim", "@id": f"#{claim.anchor}", "text": str(claim.words)}
                          for claim in pages]}  # fmt: skip
    for made in (report, data) if quick else ():
        made["creativeWorkStatus"] = words.STATUS
    whole = {"@context": "https://schema.org", "@graph": [report, article, data, software]}
    return json.dumps(whole, ensure_ascii=False, indent=1).replace("</", "<\\/")
