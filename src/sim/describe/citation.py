"""How what is used here is cited: the software, the article, the data, and a stored result.

What is said stands in ``CITATION.cff``. Each work is one record of CSL-JSON, the form that reference managers read;
text and BibTeX are made of it, so that no form can say what another does not.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from sim.analysis.stored import kind_of
from sim.describe.made_again import command
from sim.results.folder import MANIFEST, read_manifest

FILE = "CITATION.cff"
QUICK = " on few draws: no verdict in it is to be cited"
KINDS = {
    "software": ("software", "software"), "article": ("article", "article-journal"), "data": ("data", "dataset"),
    "book": ("source", "book"), "generic": ("source", "document"),
}  # fmt: skip
"""What a work is here, and its type in CSL, by its type in CITATION.cff."""
NAMED = {"software": "Computer software", "dataset": "Data set"}
"""Types of CSL that a reference names."""
BIBTEX = {"article-journal": "article", "book": "book"}
"""Entries of BibTeX by type of CSL; all others are ``misc``, which old styles know, too."""
FIELDS = {
    "container-title": "journal", "volume": "volume", "issue": "number", "publisher": "publisher",
    "publisher-place": "address", "version": "version", "DOI": "doi", "URL": "url", "note": "note",
}  # fmt: skip
"""Fields of BibTeX by those of CSL."""
TAKEN = {"journal": "container-title", "volume": "volume", "issue": "issue", "version": "version", "doi": "DOI",
         "url": "URL", "scope": "note"}  # fmt: skip
"""Fields of CSL by those of CITATION.cff."""


@dataclass(frozen=True)
class Work:
    """Something that is cited: what it is here, and its record in CSL-JSON."""

    what: str
    record: Mapping[str, Any]
    #: of a result, what identifies it, a line each
    details: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The reference in a line."""
        record = self.record
        title = record["title"] + (f", version {record['version']}" if "version" in record else "")
        kind = record.get("genre") or NAMED.get(record["type"])
        journal = record.get("container-title")
        place = f"{journal} {record['volume']}({record['issue']})" if journal else ""
        publisher = ": ".join(filter(None, [record.get("publisher-place"), record.get("publisher")]))
        doi = record.get("DOI")
        parts = [
            f"{_names(record['author'])} ({_year(record)})", title + (f" [{kind}]" if kind else ""), place,
            publisher, f"https://doi.org/{doi}" if doi else record.get("URL", ""),
        ]  # fmt: skip
        *before, last = (part.removesuffix(".") for part in parts if part)
        return ". ".join([*before, last if last.startswith("https:") else f"{last}."])

    @property
    def bibtex(self) -> str:
        """The reference as an entry of BibTeX."""
        record = self.record
        authors = " and ".join(_bibtex_name(author) for author in record["author"])
        fields = {"author": authors, "title": f"{{{_escaped(record['title'])}}}"}
        if "issued" in record:
            fields["year"] = _year(record)
        fields |= {
            name: record[field] if name in ("doi", "url") else _escaped(record[field])
            for field, name in FIELDS.items() if field in record
        }  # fmt: skip
        if record["type"] not in BIBTEX:
            fields["howpublished"] = record.get("genre") or NAMED.get(record["type"], "Tables")
        lines = "".join(f",\n  {name} = {{{value}}}" for name, value in fields.items())
        return f"@{BIBTEX.get(record['type'], 'misc')}{{{record['id']}{lines}\n}}"


@cache
def declared() -> Mapping[str, Any]:
    """Return what CITATION.cff says, of an installed package or of a checkout."""
    import yaml

    package = files("sim")
    # In an installed package beside the rooms, in a checkout at the root of the project.
    file = package / FILE if (package / FILE).is_file() else Path(str(package)).parents[1] / FILE
    found: Mapping[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def cite(folder: Path | str | None = None) -> list[Work]:
    """Return what is to be cited: software, article, data and other sources; and a stored result, if one is named."""
    content = declared()
    works = [_work(content), *map(_work, content["references"])]
    order = [kind for kind, _ in KINDS.values()]
    works.sort(key=lambda work: order.index(work.what))
    return works if folder is None else [*works, stored(folder)]


def stored(folder: Path | str) -> Work:
    """Return how a stored folder is cited: by its title, its model, its manifest's digest and the command.

    The manifest alone is read: what is passed on of a result is often its small files.
    """
    place = Path(folder).expanduser().resolve()
    kind, manifest = opened(place)
    digest = hashlib.sha256((place / MANIFEST).read_bytes()).hexdigest()
    software = _work(declared()).record
    model = manifest.get("model")
    details = [
        f"kind: {kind.format.noun}{QUICK if manifest.get('quick') else ''}",
        f"model: {model}" if model else "",
        f"code: {manifest['commit']}" if manifest.get("commit") else "",
        f"sha256 of {MANIFEST}: {digest}", f"made again by: {command(manifest, kind.format.command)}",
    ]  # fmt: skip
    made = re.match(r"(\d+)-(\d+)-(\d+)", str(manifest.get("created") or manifest.get("started") or ""))
    record = {
        "id": f"skloki-{kind.format.command}-{digest[:12]}", "type": "dataset", "author": software["author"],
        "title": str(manifest.get("title") or kind(place, manifest).told),
        "genre": f"Data set made with skloki {made_with(manifest) or software['version']}",
        **({"issued": {"date-parts": [[int(part) for part in made.groups()]]}} if made else {}),
        "note": "; ".join(filter(None, details)),
    }  # fmt: skip
    return Work("result", record, tuple(filter(None, details)))


def opened(folder: Path) -> tuple[Any, dict[str, Any]]:
    """Return the class of a stored folder, and its manifest."""
    kind = kind_of(folder)
    return kind, read_manifest(folder, kind.format)


def made_with(manifest: Mapping[str, Any]) -> str | None:
    """Return the version of this package that made a folder, where its manifest says so."""
    return manifest.get("versions", {}).get("sim") or manifest.get("made_with")


def bibtex(works: Sequence[Work]) -> str:
    """Return works as BibTeX."""
    return "\n\n".join(work.bibtex for work in works)


def csl_json(works: Sequence[Work]) -> list[Mapping[str, Any]]:
    """Return works as CSL-JSON."""
    return [work.record for work in works]


def _work(entry: Mapping[str, Any]) -> Work:
    what, kind = KINDS[entry["type"]]
    record: dict[str, Any] = {"id": "", "type": kind, "author": [_author(author) for author in entry["authors"]]}
    record["title"] = entry["title"]
    record |= {TAKEN[name]: str(value) for name, value in entry.items() if name in TAKEN}
    if "publisher" in entry:
        record["publisher"] = entry["publisher"]["name"]
        record |= {"publisher-place": entry["publisher"]["city"]} if "city" in entry["publisher"] else {}
    date = str(entry.get("date-released") or entry.get("year") or "")
    if date:
        record["issued"] = {"date-parts": [[int(part) for part in date.split("-")]]}
    first = record["author"][0]
    stem = re.sub(r"\W+", "-", first.get("family") or entry["title"].split(":")[0]).strip("-").lower()
    record["id"] = stem[:24].strip("-") + (f"-{_year(record)}" if date else "")
    return Work(what, record)


def _author(author: Mapping[str, str]) -> dict[str, str]:
    if "name" in author:
        return {"literal": author["name"]}
    return {"family": author["family-names"], "given": author["given-names"]}


def _name(author: Mapping[str, str]) -> str:
    return author.get("literal") or f"{author['family']}, {author['given']}"


def _names(authors: Sequence[Mapping[str, str]]) -> str:
    *others, last = map(_name, authors)
    return f"{', '.join(others)} and {last.removeprefix('and ')}" if others else last


def _bibtex_name(author: Mapping[str, str]) -> str:
    if author.get("literal") == "and others":
        return "others"
    return f"{{{_escaped(author['literal'])}}}" if "literal" in author else _escaped(_name(author))


def _year(record: Mapping[str, Any]) -> str:
    return str(record["issued"]["date-parts"][0][0]) if "issued" in record else "n.d."


def _escaped(text: str) -> str:
    return re.sub(r"([&%$#_])", r"\\\1", text)
