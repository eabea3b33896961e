"""What is kept in results/, described for machines: ``ro-crate-metadata.json`` in every folder (RO-Crate 1.1).

``python -m sim.describe.crate [RESULTS]`` writes them anew, from each folder's manifest, page and files. They hold no
time of their own: the date is that of the release, so that the same files have the same description.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.describe.citation import declared, made_with, opened
from sim.describe.made_again import command
from sim.results.folder import MANIFEST, file_record, manifest_text

NAME = "ro-crate-metadata.json"
PAGE = "README.md"
VERSION = "https://w3id.org/ro/crate/1.1"
FORMATS = {
    ".csv": "text/csv", ".json": "application/json", ".md": "text/markdown", ".png": "image/png",
    ".svg": "image/svg+xml", ".html": "text/html", ".pdf": "application/pdf", ".nc": "application/x-netcdf",
    ".parquet": "application/vnd.apache.parquet",
}  # fmt: skip
TERMS = "Of code and results. The tables that the model reads have terms of their own: NOTICE-DATA.md"


def kept(results: Path) -> list[Path]:
    """Return the folders that are described: those with a manifest or a page, and calibrations one below."""
    places = [*results.glob("*/"), *results.glob("calibration/*/")]
    apart = {results / "runs", results / "sweeps"}  # made by a user's commands, and not passed on
    told = (place for place in places if (place / MANIFEST).exists() or (place / PAGE).exists())
    return sorted(place for place in told if place not in apart)


def write(folder: Path) -> Path:
    """Describe a folder, and return the file."""
    file = folder / NAME
    file.write_text(manifest_text(crate(folder)), encoding="utf-8")
    return file


def crate(folder: Path) -> dict[str, Any]:
    """Return the description of a folder: what it is, of what files, made with what, under which terms."""
    software = declared()
    kind, manifest = opened(folder) if (folder / MANIFEST).exists() else (None, {})
    title, description = _told(folder, manifest)
    authors = [{"@id": f"#author-{number}"} for number, _ in enumerate(software["authors"], 1)]
    licence = {"@id": f"https://spdx.org/licenses/{software['license']}"}
    files = [_file(path) for path in _files(folder)]
    root = {
        "@id": "./", "@type": "Dataset", "name": title, "description": description, "author": authors,
        "datePublished": str(software["date-released"]), "license": licence,
        "hasPart": [{"@id": file["@id"]} for file in files],
    }  # fmt: skip
    made = {"@id": "#made", "@type": "CreateAction", "instrument": {"@id": "#skloki"}, "result": {"@id": "./"}}
    if kind:
        root["mentions"] = {"@id": "#made"}
        made["name"] = command(manifest, kind.format.command)
    version = made_with(manifest) or software["version"]
    described = [
        {"@id": NAME, "@type": "CreativeWork", "about": {"@id": "./"}, "conformsTo": {"@id": VERSION}},
        root, *files, *([made] if kind else []),
        {"@id": "#skloki", "@type": "SoftwareApplication", "name": software["title"], "version": version,
         "author": authors, "license": licence},
        *({"@id": at["@id"], "@type": "Organization", "name": author["name"]}
          for at, author in zip(authors, software["authors"], strict=True)),
        {**licence, "@type": "CreativeWork", "name": software["license"], "description": TERMS},
    ]  # fmt: skip
    # schema.org's term for the digest is younger than the crate's own list of terms.
    return {"@context": [f"{VERSION}/context", {"sha256": "https://schema.org/sha256"}], "@graph": described}


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files that a folder passes on: those in it, and not what a command keeps in folders beside them."""
    yield from sorted(path for path in folder.iterdir() if path.is_file() and path.name[0] != "." and path.name != NAME)


def _file(path: Path) -> dict[str, Any]:
    record = file_record(path)
    return {
        "@id": path.name, "@type": "File", "name": path.name, "contentSize": str(record["bytes"]),
        "encodingFormat": FORMATS.get(path.suffix, "application/octet-stream"), "sha256": record["sha256"],
    }  # fmt: skip


def _told(folder: Path, manifest: dict[str, Any]) -> tuple[str, str]:
    """Return a folder's title and, in a sentence, what it says: by its page, or by what was asked."""
    if not (folder / PAGE).exists():
        why = manifest.get("why") or manifest.get("scenario", {}).get("why", "")
        return manifest["title"], _sentence(why) or manifest["title"]
    head, text = re.sub(r"<!--.*?-->|!\[.*?\]\(.*?\)", "", (folder / PAGE).read_text("utf-8")).split("\n", 1)
    return head.lstrip("# "), _sentence(text.replace("**Found.**", ""))


def _sentence(text: str) -> str:
    """Return the first sentence of a text, without its marks."""
    words = " ".join(re.sub(r"\[([^\]]*)\]\([^)]*\)|[*`]", r"\1", text).split())
    return re.split(r"(?<=[^\s.]\.) (?=[A-Z])", words, maxsplit=1)[0]


def main() -> None:
    """Describe all folders of results/."""
    parser = argparse.ArgumentParser(prog="python -m sim.describe.crate", description=__doc__)
    parser.add_argument("results", nargs="?", type=Path, default=Path("results"))
    for folder in kept(parser.parse_args().results):
        print(write(folder))


if __name__ == "__main__":
    main()
